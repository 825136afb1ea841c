package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/courant-news/courant/internal/fault"
)

// applicationID is what the first migration writes into the header of the file: "Cour".
const applicationID = 0x436f7572

// sqliteDB is one file with two pools: readers that cannot write, and one connection that the writer owns.
type sqliteDB struct {
	path    string
	readers *sql.DB
	pool    *sql.DB // of the one write connection
	*writer
}

func openSQLite(ctx context.Context, path string) (engine, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fault.Because(fault.Invalid, "the database file %q cannot be found: %w", path, err)
	}
	if err := writable(path); err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", dsn(path, writePragmas, "_txlock", "immediate"))
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	e := &sqliteDB{path: path, pool: pool}
	if err := e.prepare(ctx); err != nil {
		return nil, errors.Join(e.fault(err), pool.Close())
	}
	e.readers, err = sql.Open("sqlite", dsn(path, readPragmas, "mode", "ro"))
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	n := max(4, 2*runtime.GOMAXPROCS(0))
	e.readers.SetMaxOpenConns(n)
	e.readers.SetMaxIdleConns(n)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(e.fault(err), e.readers.Close(), pool.Close())
	}
	e.writer = newWriter(conn, diskFailed)
	return e, nil
}

// The settings of the connections. WAL with synchronous FULL waits for the disk at each commit, so a commit survives
// a loss of power (with NORMAL it does not). The writer's cache is large because the index of IDs is hit at random
// by a bulk load; SQLite takes the memory only as it is used.
var (
	writePragmas = []string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "trusted_schema(OFF)",
		"journal_size_limit(16777216)", "cache_size(-8192)", "temp_store(MEMORY)",
	}
	readPragmas = []string{"busy_timeout(5000)", "query_only(ON)", "trusted_schema(OFF)", "cache_size(-4096)"}
)

// dsn writes the driver's address of a file, whatever characters its path has.
func dsn(path string, pragmas []string, key, value string) string {
	if path = filepath.ToSlash(path); !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"_pragma": pragmas, key: {value}, "_dqs": {"0"}}.Encode()}
	return u.String()
}

// writable makes the directory and the file where they are not there, to say what is wrong in terms of the system
// rather than SQLite's "unable to open".
func writable(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fault.Because(fault.Invalid, "the directory %s of the database cannot be made: %w; name another, or give Courant the right to",
			filepath.Dir(path), err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return fault.Because(fault.Invalid, "the database file cannot be written: %w; give Courant the right to, or name another file", err)
	}
	return f.Close()
}

// prepare refuses files that are not ours and migrates.
func (e *sqliteDB) prepare(ctx context.Context) error {
	var application, tables int64
	// The migrations' own table is made before the first of them has named the file as ours.
	err := e.pool.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id), count(*) FROM sqlite_schema
		WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name <> 'goose_db_version'`).Scan(&application, &tables)
	if err != nil {
		return err
	}
	if application != applicationID && (application != 0 || tables > 0) {
		return fault.Because(fault.Invalid, "%s is the database of another program: name another file", e.path)
	}
	return migrate(ctx, e.pool, goose.DialectSQLite3, "sqlite", indexing(e))
}

func (e *sqliteDB) read() *sql.DB { return e.readers }

func (e *sqliteDB) isolation() sql.IsolationLevel { return sql.LevelDefault }

func (e *sqliteDB) write(ctx context.Context, j job) error { return e.writer.do(ctx, j) }

func (e *sqliteDB) version(ctx context.Context) (string, error) {
	var v string
	err := e.readers.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&v)
	return "SQLite " + v, err
}

func (e *sqliteDB) close() error {
	e.writer.close()
	err := e.readers.Close() // first, so that no reader stands in the way of the checkpoint
	if e.broken() == nil {
		err = errors.Join(err, e.exec("PRAGMA wal_checkpoint(TRUNCATE)"))
	}
	if closed := e.conn.Close(); !errors.Is(closed, sql.ErrConnDone) {
		err = errors.Join(err, closed)
	}
	return errors.Join(err, e.pool.Close())
}

// rowsPerInsert is where the CPU per row is least with this driver, and with ? as the mark.
const rowsPerInsert = 50

const observationRow = "(?,?,?,?,?,?,?,?)"

// insertRows is the statement for n observations.
func insertRows(n int) string {
	return "INSERT INTO observation (" + observationColumns + ") VALUES " +
		strings.Join(slices.Repeat([]string{observationRow}, n), ",") + " ON CONFLICT (id) DO NOTHING"
}

func (e *sqliteDB) insert(ctx context.Context, c *sql.Conn, b *batch) (added int, err error) {
	if err := putTracks(ctx, c, b.tracks); err != nil {
		return 0, err
	}
	many, err := c.PrepareContext(ctx, insertRows(rowsPerInsert))
	if err != nil {
		return 0, err
	}
	defer many.Close()
	args := make([]any, 0, 8*rowsPerInsert)
	done := 0
	for rows := range b.chunks(rowsPerInsert) {
		args = args[:0]
		for _, o := range rows {
			args = append(args, string(o.Symbol), string(o.Field), string(o.Source), micros(o.At), micros(o.Seen),
				o.Value.String(), o.Ref, string(o.ID))
		}
		var result sql.Result
		if len(rows) == rowsPerInsert {
			result, err = many.ExecContext(ctx, args...)
		} else {
			result, err = c.ExecContext(ctx, insertRows(len(rows)), args...)
		}
		if codeOf(err) == lib.SQLITE_CONSTRAINT_PRIMARYKEY {
			return 0, saidOtherwise(ctx, c, rows, err)
		}
		if err != nil {
			return 0, err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return 0, err
		}
		added += int(n)
		done += len(rows)
		if err := b.report(ctx, done); err != nil {
			return 0, err
		}
	}
	return added, nil
}

// codeOf returns SQLite's extended result code of an error, 0 where it is not SQLite's.
func codeOf(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// diskFailed says whether an error means that the disk or the file can no longer be trusted.
func diskFailed(err error) bool {
	code := codeOf(err) & 0xff
	return code == lib.SQLITE_IOERR || code == lib.SQLITE_CORRUPT
}

func (e *sqliteDB) fault(err error) error {
	if _, known := errors.AsType[fault.Kind](err); known || err == nil {
		return err
	}
	switch code := codeOf(err); code & 0xff {
	case 0:
		return err
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fault.Because(fault.Busy, "another program is writing to %s: try again", e.path)
	case lib.SQLITE_CONSTRAINT:
		if code == lib.SQLITE_CONSTRAINT_FOREIGNKEY {
			return fault.Because(fault.Invalid, "it names a source, revision or observation that is not in the store: %w", err)
		}
		return fault.Because(fault.Conflict, "somebody else wrote the same meanwhile; load it again: %w", err)
	case lib.SQLITE_FULL:
		return fault.Because(fault.Internal, "the disk is full: nothing was written; free some space and try again: %w", err)
	case lib.SQLITE_NOTADB:
		return fault.Because(fault.Invalid, "%s is not a database: name another file, or restore it from a backup", e.path)
	case lib.SQLITE_CORRUPT:
		return fault.Because(fault.Internal, "the database file %s is damaged: restore it from a backup: %w", e.path, err)
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM:
		return fault.Because(fault.Invalid, "the database file %s or its directory cannot be written: give Courant the right to: %w", e.path, err)
	}
	return fmt.Errorf("%w: %w", fault.Internal, err)
}

func (e *sqliteDB) clock() string { return "CAST(unixepoch('subsec') * 1000000 AS INTEGER)" }
