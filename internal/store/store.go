// Package store keeps the paper: observations, sources, stories with their revisions and pins.
//
// [DB] is all of it. It implements market.Store, news.Store and news.Reader on two engines, SQLite in one file and
// PostgreSQL, with one SQL; what the engines do not share is the small interface engine. It knows no rule of the
// domain beyond what the tables hold: it does not settle, check or resolve, and it tells nobody of a change.
//
// Start at [Open]. A DB is safe for concurrent use. Each method is one transaction: a write that returned nil is on
// disk, one that returned an error has left nothing, and a read sees one moment. A context that ends before a write
// began drops it; after that the write's true outcome is returned. Times are kept to the microsecond and come back in
// UTC, decimals digit for digit. Errors are of a [fault.Kind], found by the driver's code and never by its text.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// DefaultFile is the SQLite file that an empty URL means.
const DefaultFile = "courant.db"

// DB is an open store.
type DB struct {
	engine engine
	name   string
	ready  map[string]*sql.Stmt
}

// Open opens the store at a URL, makes it where it is not there, and brings its tables up to date.
//
//	"", "paper.db", "/var/lib/courant/paper.db", "sqlite:paper.db"   a SQLite file; its directory is made
//	"postgres://user@host/name", "postgresql://…"                    a PostgreSQL database, which must be there
//
// The error is fault.Invalid where the URL, the file, its directory or its schema cannot be right, fault.Denied for a
// refused password, fault.NotFound for a PostgreSQL database that does not exist, fault.Upstream for a server that
// cannot be reached. Its sentence names the remedy.
func Open(ctx context.Context, url string) (*DB, error) {
	var e engine
	var err error
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		e, err = openPostgres(ctx, url)
	} else if scheme, _, found := strings.Cut(url, "://"); found {
		return nil, fault.Because(fault.Invalid,
			"the database %s://… is of no known kind: name a file, or postgres://user@host/name", scheme)
	} else {
		path := strings.TrimPrefix(url, "sqlite:")
		if path == "" {
			path = DefaultFile
		}
		e, err = openSQLite(ctx, path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	name, err := e.version(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the store: %w", e.fault(err)), e.close())
	}
	ready, err := makeReady(ctx, e.read())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the store: %w", e.fault(err)), e.close())
	}
	return &DB{engine: e, name: name, ready: ready}, nil
}

// Close waits for the writes under way, refuses others, brings everything into the main file and lets go of it.
func (db *DB) Close() error { return db.fail(db.engine.close(), "close the store") }

// Engine names the engine and its version: "SQLite 3.54.1".
func (db *DB) Engine() string { return db.name }

// Ping says whether the store answers and still accepts writes. After a failure of the disk SQLite does not: then the
// error is fault.Internal until the program is started again.
func (db *DB) Ping(ctx context.Context) error {
	err := db.engine.read().PingContext(ctx)
	if err == nil {
		var one int
		err = db.engine.read().QueryRowContext(ctx, "SELECT 1").Scan(&one)
	}
	if w, ok := db.engine.(interface{ broken() error }); ok && err == nil {
		err = w.broken()
	}
	return db.fail(err, "reach the store")
}

// Stats counts what a store holds.
type Stats struct {
	Observations, Sources, Tracks, Stories, Published int
}

// Stats counts what the store holds. It takes some 50 ms for a million observations.
func (db *DB) Stats(ctx context.Context) (Stats, error) {
	var s Stats
	err := db.engine.read().QueryRowContext(ctx, `SELECT (SELECT count(*) FROM observation), (SELECT count(*) FROM source),
		(SELECT count(*) FROM track), (SELECT count(*) FROM story), (SELECT count(*) FROM article)`).
		Scan(&s.Observations, &s.Sources, &s.Tracks, &s.Stories, &s.Published)
	return s, db.fail(err, "count what the store holds")
}

// fail wraps an error once, at the exported method, with what was attempted. It returns nil for nil.
func (db *DB) fail(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), db.engine.fault(err))
}

// micros and moment carry times into the store and out of it.
func micros(t time.Time) int64  { return t.UnixMicro() }
func moment(us int64) time.Time { return time.UnixMicro(us).UTC() }
