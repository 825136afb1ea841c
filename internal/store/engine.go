package store

import (
	"context"
	"database/sql"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// engine is what the two engines do not share. All other SQL in this package is one text that both understand.
type engine interface {
	// version names the engine and its version, as people would.
	version(ctx context.Context) (string, error)

	// read returns the pool for queries. On SQLite it cannot write.
	read() *sql.DB

	// isolation is the level at which a transaction of that pool sees one moment only.
	isolation() sql.IsolationLevel

	// clock is an SQL expression for the time of the store's own clock, in microseconds since 1970.
	clock() string

	// write runs a job in one transaction, which is on disk when write returns nil and has left nothing when it
	// returns an error. The job may be run more than once, so it sets its results and does not add to them.
	write(ctx context.Context, job job) error

	// insert adds the tracks of a sorted batch, then its observations, leaving those whose ID is there already, and
	// returns how many were new.
	insert(ctx context.Context, c *sql.Conn, b *batch) (added int, err error)

	// concord writes the words of the story at a place into the concordance, where there are none; forget takes them out.
	concord(ctx context.Context, c changer, place int64, k news.Keywords) error
	forget(ctx context.Context, c changer, place int64) error

	// sought is a query for the places of the newest stories that have of each list of words one; $1 is what is asked for, and
	// $2 how many at most.
	sought(words [][]string) (query, asked string)

	// fault gives an error of the driver its kind and, where people can do something about it, a sentence.
	fault(err error) error

	// check says what the engine promises and whether its files are whole.
	check(ctx context.Context) ([]Finding, error)

	// close waits for the writes under way and lets go of everything.
	close() error
}

// job is the body of a transaction.
type job func(ctx context.Context, c *sql.Conn) error

// querier is what reading needs: a pool, a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// changer is what changing within a transaction needs.
type changer interface {
	querier
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// snapshot runs several queries that all see the store of one moment.
func (db *DB) snapshot(ctx context.Context, read func(q querier) error) error {
	// On SQLite every transaction sees one moment, whatever its level; on PostgreSQL only from this level on.
	tx, err := db.engine.read().BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: db.engine.isolation()})
	if err != nil {
		return err
	}
	defer tx.Rollback() // there is nothing to commit; its error would be that of a query, which is returned
	return read(reading{tx, db.ready})
}

// collect reads all rows of a query.
func collect[T any](rows *sql.Rows, err error) func(scan func(*sql.Rows) (T, error)) ([]T, error) {
	return func(scan func(*sql.Rows) (T, error)) ([]T, error) {
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var all []T
		for rows.Next() {
			one, err := scan(rows)
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
		return all, rows.Err()
	}
}

// batch is a set of observations to be inserted, in the order of the primary key.
type batch struct {
	tracks   []track
	total    int
	progress func(done int)
}

// track is one series of a batch: what one source says of one field of one symbol, by At and Seen.
type track struct {
	symbol, field, source string
	rows                  []*market.Observation
}
