package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// AddBars implements [market.Store].
func (db *DB) AddBars(ctx context.Context, source market.Source, bars []market.Bar, progress func(done int)) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		if err := putSources(ctx, c, []market.Source{source}); err != nil {
			return err
		}
		add, err := c.PrepareContext(ctx, `INSERT INTO bar (symbol, span, source, at, seen, open, high, low, close, volume, ref)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
		if err != nil {
			return err
		}
		defer add.Close() // its error would be the connection's, which the commit tells
		for i, b := range bars {
			volume := b.Volume.String()
			if b.NoVolume {
				volume = ""
			}
			if _, err := add.ExecContext(ctx, string(b.Symbol), string(b.Interval), string(b.Source), micros(b.At), micros(b.Seen),
				b.Open.String(), b.High.String(), b.Low.String(), b.Close.String(), volume, b.Ref); err != nil {
				return err
			}
			if progress != nil && (i%500 == 499 || i == len(bars)-1) {
				progress(i + 1)
			}
		}
		return nil
	})
	return db.fail(err, "add %d bars", len(bars))
}

// Bars implements [market.Store].
func (db *DB) Bars(ctx context.Context, symbol market.Symbol, interval market.Interval, from, to time.Time) ([]market.Bar, error) {
	all, err := collect[market.Bar](db.engine.read().QueryContext(ctx, `SELECT symbol, span, source, at, seen, open, high, low, close, volume, ref
		FROM bar b WHERE symbol = $1 AND span = $2 AND at BETWEEN $3 AND $4
			AND seen = (SELECT max(seen) FROM bar r WHERE r.symbol = b.symbol AND r.span = b.span AND r.source = b.source AND r.at = b.at)
		ORDER BY at, source`, string(symbol), string(interval), micros(from), micros(to)))(func(rows *sql.Rows) (b market.Bar, err error) {
		var at, seen int64
		var volume string
		if err := rows.Scan(&b.Symbol, &b.Interval, &b.Source, &at, &seen, &b.Open, &b.High, &b.Low, &b.Close, &volume, &b.Ref); err != nil {
			return b, err
		}
		b.At, b.Seen, b.NoVolume = moment(at), moment(seen), volume == ""
		if !b.NoVolume {
			b.Volume, err = currency.ParseDecimal(volume)
		}
		return b, err
	})
	return all, db.fail(err, "read the bars of %s", symbol)
}
