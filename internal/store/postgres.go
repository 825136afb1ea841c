package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/courant-news/courant/internal/fault"
)

// postgresDB is one pool on one database, which several Courants may share.
type postgresDB struct {
	pool *sql.DB
	name string // host and database, without a password
}

func openPostgres(ctx context.Context, url string) (engine, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil { // pgx hides the password in its message
		return nil, fault.Because(fault.Invalid, "the database URL cannot be read: write it as postgres://user@host/name: %w", err)
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	e := &postgresDB{pool: stdlib.OpenDB(*config), name: config.Host + "/" + config.Database}
	e.pool.SetMaxOpenConns(16)
	e.pool.SetMaxIdleConns(8)
	if err := e.prepare(ctx); err != nil {
		return nil, errors.Join(e.fault(err), e.pool.Close())
	}
	return e, nil
}

// prepare migrates under a lock, so that of several Courants starting at once one does.
func (e *postgresDB) prepare(ctx context.Context) error {
	if err := e.pool.PingContext(ctx); err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	return migrate(ctx, e.pool, goose.DialectPostgres, "postgres", goose.WithSessionLocker(locker), indexing(e))
}

func (e *postgresDB) read() *sql.DB { return e.pool }

func (e *postgresDB) isolation() sql.IsolationLevel { return sql.LevelRepeatableRead }

func (e *postgresDB) close() error { return e.pool.Close() }

func (e *postgresDB) version(ctx context.Context) (string, error) {
	var v string
	err := e.pool.QueryRowContext(ctx, "SHOW server_version").Scan(&v)
	v, _, _ = strings.Cut(v, " ")
	return "PostgreSQL " + v, err
}

// attempts is how often a transaction is run again that lost a race against another.
const attempts = 5

func (e *postgresDB) write(ctx context.Context, j job) error {
	for n := 1; ; n++ {
		err := e.once(ctx, j)
		if n == attempts || !lostRace(err) {
			return err
		}
		select { // apart from those that lost the same race
		case <-time.After(rand.N(time.Duration(n) * 5 * time.Millisecond)):
		case <-ctx.Done():
			return err
		}
	}
}

func (e *postgresDB) once(ctx context.Context, j job) (err error) {
	c, err := e.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if _, err := c.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	if err := run(ctx, j, c); err != nil {
		// The asker may be gone; the connection must leave the transaction all the same before it is used again.
		if _, back := c.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); back != nil {
			return errors.Join(err, back)
		}
		return err
	}
	// Not to be cancelled: whoever asked must learn whether it is there.
	if _, err := c.ExecContext(context.WithoutCancel(ctx), "COMMIT"); err != nil && stateOf(err) == "" {
		return fault.Because(fault.Busy, "the database server went away while it kept the change: "+
			"look whether it is there before trying again: %w", err)
	} else if err != nil {
		return err
	}
	return nil
}

// run calls a job and makes a panic an error, so that its transaction is taken back.
func run(ctx context.Context, j job, c *sql.Conn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %w: %v", fault.Internal, errPanic, p)
		}
	}()
	return j(ctx, c)
}

// lostRace says whether a transaction failed because another ran at the same time: they could not both be, waited for
// each other, or wrote the same key, in which case the next attempt sees the other's row and says what is wrong with it.
func lostRace(err error) bool {
	switch stateOf(err) {
	case "40001", "40P01", "23505":
		return true
	}
	return false
}

// stateOf returns the SQLSTATE of an error, empty where it is not the server's.
func stateOf(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// insert copies the batch into a table of this transaction and from there into its place, which is several times
// faster than statements with values.
func (e *postgresDB) insert(ctx context.Context, c *sql.Conn, b *batch) (added int, err error) {
	if err := putTracks(ctx, c, b.tracks); err != nil {
		return 0, err
	}
	if _, err := c.ExecContext(ctx, "CREATE TEMP TABLE arrival (LIKE observation) ON COMMIT DROP"); err != nil {
		return 0, err
	}
	if err := e.copyIn(ctx, c, b); err != nil {
		return 0, err
	}
	// Rows that are there already, by name, are left; whatever else stands at the same key says something else.
	var symbol, field, source, value, other string
	var at, seen int64
	err = c.QueryRowContext(ctx, `SELECT a.symbol, a.field, a.source, a.at, a.seen, a.value, o.value FROM arrival a
		JOIN observation o ON o.symbol = a.symbol AND o.field = a.field AND o.source = a.source AND o.at = a.at AND o.seen = a.seen
		WHERE o.id <> a.id LIMIT 1`).Scan(&symbol, &field, &source, &at, &seen, &value, &other)
	if err == nil {
		return 0, fault.Because(fault.Invalid, "%s: for the %s of %s the source %s said both %s and %s at one moment, %s: "+
			"a source cannot say two things at once", symbol, field, moment(at).Format(time.RFC3339), source, other, value,
			moment(seen).Format(time.RFC3339Nano))
	} else if !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	result, err := c.ExecContext(ctx, "INSERT INTO observation ("+observationColumns+") SELECT "+observationColumns+
		" FROM arrival ON CONFLICT (id) DO NOTHING")
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	if err == nil {
		_, err = c.ExecContext(ctx, "DROP TABLE arrival")
	}
	return int(n), err
}

func (e *postgresDB) copyIn(ctx context.Context, c *sql.Conn, b *batch) error {
	return c.Raw(func(driver any) error {
		conn := driver.(*stdlib.Conn).Conn()
		done := 0
		for rows := range b.chunks(10_000) {
			_, err := conn.CopyFrom(ctx, pgx.Identifier{"arrival"}, strings.Split(observationColumns, ", "),
				pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
					o := rows[i]
					return []any{
						string(o.Symbol), string(o.Field), string(o.Source), micros(o.At), micros(o.Seen),
						o.Value.String(), o.Ref, string(o.ID),
					}, nil
				}))
			if err != nil {
				return err
			}
			done += len(rows)
			if err := b.report(ctx, done); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *postgresDB) fault(err error) error {
	if _, known := errors.AsType[fault.Kind](err); known || err == nil {
		return err
	}
	state := stateOf(err)
	switch {
	case state == "28P01" || state == "28000":
		return fault.Because(fault.Denied, "the database server refused the user or its password: check the database URL")
	case state == "3D000":
		return fault.Because(fault.NotFound, "there is no database %s: make it with createdb", e.name)
	case state == "23503":
		return fault.Because(fault.Invalid, "it names a source, revision or observation that is not in the store: %w", err)
	case strings.HasPrefix(state, "23"):
		return fault.Because(fault.Conflict, "somebody else wrote the same meanwhile; load it again: %w", err)
	case state == "40001" || state == "40P01" || state == "55P03" || state == "53300":
		return fault.Because(fault.Busy, "the database is too busy: try again: %w", err)
	case state == "53100":
		return fault.Because(fault.Internal, "the database server's disk is full: nothing was written: %w", err)
	case strings.HasPrefix(state, "57P") || strings.HasPrefix(state, "08"):
		return fault.Because(fault.Busy, "the database server is starting, stopping or gone: try again: %w", err)
	}
	if failed, network := errors.AsType[net.Error](err); network { // the driver's own word has a line for each attempt
		return fault.Because(fault.Upstream, "the database server %s cannot be reached: %w; is it running?", e.name, failed)
	}
	if _, connecting := errors.AsType[*pgconn.ConnectError](err); connecting {
		return fault.Because(fault.Upstream, "the database server %s cannot be reached: is it running?", e.name)
	}
	return err
}

func (e *postgresDB) clock() string {
	return "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
}
