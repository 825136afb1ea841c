// Package ticks keeps the trades that streams tell, in a SQLite file of their own beside the paper's store, whichever that is.
//
// It holds nothing that lasts: what lasts are the bars that are made of trades, and the prices that the ledger hears, and these
// are kept by the store. So the file is bounded, does not wait for the disk, is no part of any backup, and is made anew where it
// is lost, damaged or of another version; what is lost with it are the bars of the minute in which that happens.
//
// Start at [Open]. A [Ticks] is safe for concurrent use; times are kept to the microsecond, decimals digit for digit.
package ticks

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// Ticks is an open file of trades.
type Ticks struct {
	db   *sql.DB
	most int64
}

var _ wire.Ticks = (*Ticks)(nil)

// Options are the limits of a file; the zero value works.
type Options struct {
	Most int64 // trades that are kept, of all sources together; the oldest go first; 0: two million, some 200 MB
}

// layout is the version of the tables below; a file of another is made anew.
const layout = 1

const tables = `
CREATE TABLE tick (
    n      INTEGER PRIMARY KEY, -- in the order in which they were told
    source TEXT NOT NULL,
    at     INTEGER NOT NULL,
    seen   INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    price  TEXT NOT NULL,
    size   TEXT NOT NULL, -- empty where it is not known
    aside  INTEGER NOT NULL
) STRICT;
CREATE INDEX tick_at ON tick (source, at);
CREATE TABLE span (
    source TEXT NOT NULL,
    begins INTEGER NOT NULL,
    ends   INTEGER NOT NULL,
    done   INTEGER NOT NULL, -- until when bars were made of it
    PRIMARY KEY (source, begins)
) STRICT, WITHOUT ROWID;
`

// Open opens the file, and makes it where it is not there or cannot be read. An empty path keeps the trades in memory. The error
// is fault.Invalid where the file cannot be written, and names the remedy.
func Open(ctx context.Context, path string, o Options) (*Ticks, error) {
	if o.Most == 0 {
		o.Most = 2_000_000
	}
	t, err := open(ctx, path)
	if err != nil && path != "" {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if gone := os.Remove(path + suffix); gone != nil && !errors.Is(gone, os.ErrNotExist) {
				return nil, fault.Because(fault.Invalid, "the file of trades cannot be made anew: %w; give Courant the right to", gone)
			}
		}
		t, err = open(ctx, path)
	}
	if err != nil {
		return nil, fault.Because(fault.Invalid, "the file of trades %s cannot be opened: %w; give Courant the right to write it", path, err)
	}
	t.most = o.Most
	return t, nil
}

func open(ctx context.Context, path string) (*Ticks, error) {
	address := ":memory:"
	if path != "" {
		whole, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		if whole = filepath.ToSlash(whole); !strings.HasPrefix(whole, "/") {
			whole = "/" + whole // C:/… on Windows
		}
		pragmas := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(OFF)", "trusted_schema(OFF)", "journal_size_limit(16777216)"}}
		address = (&url.URL{Scheme: "file", Path: whole, RawQuery: pragmas.Encode()}).String()
	}
	db, err := sql.Open("sqlite", address)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // there is one writer, who also reads; and a database in memory is its connection's
	var version int
	var sound string
	err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	if err == nil {
		err = db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&sound)
	}
	switch {
	case err == nil && version == 0:
		_, err = db.ExecContext(ctx, tables+fmt.Sprintf("PRAGMA user_version = %d;", layout))
	case err == nil && (version != layout || sound != "ok"):
		err = errors.New("it is of another version, or damaged")
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Ticks{db: db}, nil
}

// Close lets go of the file.
func (t *Ticks) Close() error { return t.db.Close() }

// Add implements [wire.Ticks].
func (t *Ticks) Add(ctx context.Context, s wire.Span, ticks []market.Tick) error {
	return t.write(ctx, "keep trades", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO span (source, begins, ends, done) VALUES (?, ?, ?, ?)
			ON CONFLICT (source, begins) DO UPDATE SET ends = max(ends, excluded.ends), done = max(done, excluded.done)`,
			string(s.Source), s.From.UnixMicro(), s.To.UnixMicro(), s.Done.UnixMicro())
		if err != nil || len(ticks) == 0 {
			return err
		}
		add, err := tx.PrepareContext(ctx, "INSERT INTO tick (source, at, seen, symbol, price, size, aside) VALUES (?, ?, ?, ?, ?, ?, ?)")
		if err != nil {
			return err
		}
		defer add.Close() // its error would be the transaction's
		for _, k := range ticks {
			size := k.Size.String()
			if k.NoSize {
				size = ""
			}
			if _, err := add.ExecContext(ctx, string(k.Source), k.At.UnixMicro(), k.Seen.UnixMicro(), string(k.Symbol), k.Price.String(), size, k.Aside); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM tick WHERE n <= (SELECT max(n) FROM tick) - ?", t.most)
		return err
	})
}

// Between implements [wire.Ticks].
func (t *Ticks) Between(ctx context.Context, source market.SourceID, from, to time.Time) ([]market.Tick, error) {
	var all []market.Tick
	err := t.each(ctx, func(rows *sql.Rows) error {
		k := market.Tick{Source: source}
		var at, seen int64
		var size sql.NullString
		if err := rows.Scan(&at, &seen, &k.Symbol, &k.Price, &size, &k.Aside); err != nil {
			return err
		}
		k.At, k.Seen, k.NoSize = moment(at), moment(seen), !size.Valid
		if size.Valid {
			if err := k.Size.Scan(size.String); err != nil {
				return err
			}
		}
		all = append(all, k)
		return nil
	}, "SELECT at, seen, symbol, price, nullif(size, ''), aside FROM tick WHERE source = ? AND at >= ? AND at < ? ORDER BY n",
		string(source), from.UnixMicro(), to.UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("read the trades of %s: %w", source, err)
	}
	return all, nil
}

// Spans implements [wire.Ticks].
func (t *Ticks) Spans(ctx context.Context, source market.SourceID) ([]wire.Span, error) {
	var all []wire.Span
	err := t.each(ctx, func(rows *sql.Rows) error {
		var from, to, done int64
		if err := rows.Scan(&from, &to, &done); err != nil {
			return err
		}
		all = append(all, wire.Span{Source: source, From: moment(from), To: moment(to), Done: moment(done)})
		return nil
	}, "SELECT begins, ends, done FROM span WHERE source = ? ORDER BY begins", string(source))
	if err != nil {
		return nil, fmt.Errorf("read when %s was listened to: %w", source, err)
	}
	return all, nil
}

// Drop implements [wire.Ticks].
func (t *Ticks) Drop(ctx context.Context, before time.Time) error {
	return t.write(ctx, "drop old trades", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM tick WHERE at < ?", before.UnixMicro())
		if err == nil {
			_, err = tx.ExecContext(ctx, "DELETE FROM span WHERE ends < ?", before.UnixMicro())
		}
		return err
	})
}

func (t *Ticks) each(ctx context.Context, take func(*sql.Rows) error, query string, args ...any) error {
	rows, err := t.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (t *Ticks) write(ctx context.Context, what string, do func(*sql.Tx) error) error {
	tx, err := t.db.BeginTx(ctx, nil)
	if err == nil {
		if err = do(tx); err == nil {
			err = tx.Commit()
		} else {
			err = errors.Join(err, tx.Rollback())
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func moment(us int64) time.Time { return time.UnixMicro(us).UTC() }
