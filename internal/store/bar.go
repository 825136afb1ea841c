package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

const barColumns = "symbol, span, source, at, seen, open, high, low, close, volume, ref"

// AddBars implements [market.Store].
func (db *DB) AddBars(ctx context.Context, source market.Source, bars []market.Bar, held []market.HeldBar, progress func(done int)) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		if err := putSources(ctx, c, []market.Source{source}); err != nil {
			return err
		}
		if _, err := addBars(ctx, c, bars, progress); err != nil {
			return err
		}
		for _, h := range held {
			_, err := c.ExecContext(ctx, "INSERT INTO heldbar ("+barColumns+`, reason, text)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, append(barValues(h.Bar), string(h.Reason), h.Text)...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return db.fail(err, "add %d bars", len(bars))
}

// addBars appends bars, leaves out those that are there, and returns how many were new. One that is there with other numbers is
// fault.Conflict.
func addBars(ctx context.Context, c *sql.Conn, bars []market.Bar, progress func(done int)) (added int, err error) {
	if len(bars) == 0 {
		return 0, nil
	}
	add, err := c.PrepareContext(ctx, "INSERT INTO bar ("+barColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (symbol, span, source, at, seen) DO NOTHING`)
	if err != nil {
		return 0, err
	}
	defer add.Close() // its error would be the connection's, which the commit tells
	for i, b := range bars {
		done, err := add.ExecContext(ctx, barValues(b)...)
		if err != nil {
			return 0, err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return 0, err
		}
		if added += int(n); n == 0 {
			if err := sameBar(ctx, c, b); err != nil {
				return 0, err
			}
		}
		if progress != nil && (i%500 == 499 || i == len(bars)-1) {
			progress(i + 1)
		}
	}
	_, err = c.ExecContext(ctx, `DELETE FROM heldbar WHERE EXISTS (SELECT 1 FROM bar b WHERE b.symbol = heldbar.symbol
		AND b.span = heldbar.span AND b.source = heldbar.source AND b.at = heldbar.at AND b.seen >= heldbar.seen)`)
	return added, err
}

// sameBar refuses a bar that is there with other numbers.
func sameBar(ctx context.Context, c *sql.Conn, b market.Bar) error {
	var same int
	err := c.QueryRowContext(ctx, `SELECT count(*) FROM bar WHERE symbol = $1 AND span = $2 AND source = $3 AND at = $4 AND seen = $5
		AND open = $6 AND high = $7 AND low = $8 AND close = $9 AND volume = $10`, barValues(b)[:10]...).Scan(&same)
	if err == nil && same == 0 {
		err = fault.Because(fault.Conflict, "the bar of %s of %s that %s gave is there already, with other numbers", b.Symbol, b.At.UTC().Format(time.RFC3339), b.Source)
	}
	return err
}

// bars are all that were ever believed, for an archive.
func bars(ctx context.Context, q querier) ([]market.Bar, error) {
	return collect[market.Bar](q.QueryContext(ctx, "SELECT "+barColumns+" FROM bar ORDER BY symbol, span, source, at, seen"))(
		func(rows *sql.Rows) (market.Bar, error) { return scanBar(rows) })
}

func barValues(b market.Bar) []any {
	volume := b.Volume.String()
	if b.NoVolume {
		volume = ""
	}
	return []any{
		string(b.Symbol), string(b.Interval), string(b.Source), micros(b.At), micros(b.Seen),
		b.Open.String(), b.High.String(), b.Low.String(), b.Close.String(), volume, b.Ref,
	}
}

// Bars implements [market.Store].
func (db *DB) Bars(ctx context.Context, symbol market.Symbol, interval market.Interval, from, to time.Time) ([]market.Bar, error) {
	all, err := collect[market.Bar](db.engine.read().QueryContext(ctx, "SELECT "+barColumns+`
		FROM bar b WHERE symbol = $1 AND span = $2 AND at BETWEEN $3 AND $4
			AND seen = (SELECT max(seen) FROM bar r WHERE r.symbol = b.symbol AND r.span = b.span AND r.source = b.source AND r.at = b.at)
		ORDER BY at, source`, string(symbol), string(interval), micros(from), micros(to)))(func(rows *sql.Rows) (market.Bar, error) { return scanBar(rows) })
	return all, db.fail(err, "read the bars of %s", symbol)
}

// HeldBars implements [market.Store].
func (db *DB) HeldBars(ctx context.Context, symbol market.Symbol, interval market.Interval, from, to time.Time) ([]market.HeldBar, error) {
	all, err := collect[market.HeldBar](db.engine.read().QueryContext(ctx, "SELECT "+barColumns+`, reason, text
		FROM heldbar WHERE symbol = $1 AND span = $2 AND at BETWEEN $3 AND $4 ORDER BY at, source, seen`,
		string(symbol), string(interval), micros(from), micros(to)))(func(rows *sql.Rows) (h market.HeldBar, err error) {
		h.Bar, err = scanBar(rows, &h.Reason, &h.Text)
		return h, err
	})
	return all, db.fail(err, "read the bars of %s that are held", symbol)
}

// scanBar reads one row of bars, and what stands behind it.
func scanBar(rows *sql.Rows, behind ...any) (b market.Bar, err error) {
	var at, seen int64
	var volume string
	into := []any{&b.Symbol, &b.Interval, &b.Source, &at, &seen, &b.Open, &b.High, &b.Low, &b.Close, &volume, &b.Ref}
	if err := rows.Scan(append(into, behind...)...); err != nil {
		return b, err
	}
	b.At, b.Seen, b.NoVolume = moment(at), moment(seen), volume == ""
	if !b.NoVolume {
		b.Volume, err = currency.ParseDecimal(volume)
	}
	return b, err
}
