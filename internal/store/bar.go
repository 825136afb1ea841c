package store

import (
	"context"
	"database/sql"
	"math"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

const barColumns = "symbol, span, source, at, seen, open, high, low, close, volume, ref"

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
	return added, nil
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
	return collect[market.Bar](q.QueryContext(ctx, "SELECT "+barColumns+" FROM bar ORDER BY symbol, span, source, at, seen"))(scanBar)
}

func barValues(b market.Bar) []any {
	return []any{
		string(b.Symbol), string(b.Interval), string(b.Source), micros(b.At), micros(b.Seen),
		b.Open.String(), b.High.String(), b.Low.String(), b.Close.String(), writeVolume(b), b.Ref,
	}
}

// Bars implements [market.Store].
func (db *DB) Bars(ctx context.Context, s market.Stretch) ([]market.Bar, error) {
	known := int64(math.MaxInt64)
	if !s.Known.IsZero() {
		known = micros(s.Known)
	}
	all, err := collect[market.Bar](db.engine.read().QueryContext(ctx, "SELECT "+barColumns+`
		FROM bar b WHERE symbol = $1 AND span = $2 AND at BETWEEN $3 AND $4
			AND seen = (SELECT max(seen) FROM bar r WHERE r.symbol = b.symbol AND r.span = b.span AND r.source = b.source AND r.at = b.at AND r.seen <= $5)
		ORDER BY at, source`, string(s.Symbol), string(s.Interval), micros(s.From), micros(s.To), known))(scanBar)
	return all, db.fail(err, "read the bars of %s", s.Symbol)
}

// scanBar reads one row of bars.
func scanBar(rows *sql.Rows) (b market.Bar, err error) {
	var at, seen int64
	var volume string
	if err := rows.Scan(&b.Symbol, &b.Interval, &b.Source, &at, &seen, &b.Open, &b.High, &b.Low, &b.Close, &volume, &b.Ref); err != nil {
		return b, err
	}
	b.At, b.Seen = moment(at), moment(seen)
	b.Volume, b.NoVolume, err = readVolume(volume)
	return b, err
}

// writeVolume and readVolume keep a volume as text; one that the source does not say is empty.
func writeVolume(b market.Bar) string {
	if b.NoVolume {
		return ""
	}
	return b.Volume.String()
}

func readVolume(text string) (volume currency.Decimal, silent bool, err error) {
	if text == "" {
		return currency.Decimal{}, true, nil
	}
	volume, err = currency.ParseDecimal(text)
	return volume, false, err
}
