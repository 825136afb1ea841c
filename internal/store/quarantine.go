package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// beforeSQL walks each track of a source backwards from a moment, one descent of the index for each step. $1 is the
// source, $2 the moment, $3 how many.
const beforeSQL = `
WITH RECURSIVE step (symbol, field, source, k, at) AS (
	SELECT t.symbol, t.field, t.source, 1, (
		SELECT o.at FROM observation o WHERE o.symbol = t.symbol AND o.field = t.field AND o.source = t.source AND o.at < $2
		ORDER BY o.at DESC LIMIT 1)
	FROM track t WHERE t.source = $1
	UNION ALL
	SELECT s.symbol, s.field, s.source, s.k + 1, (
		SELECT o.at FROM observation o WHERE o.symbol = s.symbol AND o.field = s.field AND o.source = s.source AND o.at < s.at
		ORDER BY o.at DESC LIMIT 1)
	FROM step s WHERE s.k < $3 AND s.at IS NOT NULL
)
SELECT o.symbol, o.field, o.source, o.at, o.seen, o.value, o.ref, o.id
FROM step s JOIN observation o ON o.symbol = s.symbol AND o.field = s.field AND o.source = s.source AND o.at = s.at
ORDER BY o.symbol, o.field, o.source, o.at, o.seen`

// Before implements [market.Store].
func (db *DB) Before(ctx context.Context, source market.SourceID, at time.Time, moments int) ([]market.Observation, error) {
	found, err := observations(ctx, db.engine.read(), beforeSQL, string(source), micros(at), moments)
	return newestRevisions(found), db.fail(err, "read what %s said before", source)
}

// Hear implements [market.Store].
func (db *DB) Hear(ctx context.Context, h market.Heard) (added int, err error) {
	b, err := newBatch(h.Observations, h.Progress)
	if err == nil {
		err = db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) (err error) {
			if err := keep(ctx, c, h.Lease); err != nil {
				return err
			}
			if err := putSources(ctx, c, []market.Source{h.Source}); err != nil {
				return err
			}
			if added, err = db.engine.insert(ctx, c, b); err != nil {
				return err
			}
			bars, err := addBars(ctx, c, h.Bars, h.Progress)
			if err != nil {
				return err
			}
			added += bars
			for _, held := range h.Held {
				if err := addHeld(ctx, c, held); err != nil {
					return err
				}
			}
			return db.decide(ctx, c, h.Released)
		})
	}
	if err != nil {
		return 0, db.fail(err, "add what was heard of %s", h.Source.ID)
	}
	return added, nil
}

func addHeld(ctx context.Context, c *sql.Conn, h market.Held) error {
	var span, first, high, low, volume string // of a bar; its close is the value
	if b := h.Bar; b != nil {
		span, first, high, low, volume = string(b.Interval), b.Open.String(), b.High.String(), b.Low.String(), writeVolume(*b)
	}
	_, err := c.ExecContext(ctx, `INSERT INTO held (id, symbol, field, source, at, seen, value, ref, reason, text, state, by, note, span, open, high, low, volume)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '', $12, $13, $14, $15, $16) ON CONFLICT (id) DO NOTHING`,
		string(h.ID), string(h.Symbol), string(h.Field), string(h.Source), micros(h.At), micros(h.Seen), h.Value.String(), h.Ref,
		string(h.Reason), h.Text, string(h.State), span, first, high, low, volume)
	return err
}

// Held implements [market.Store].
func (db *DB) Held(ctx context.Context, state market.HeldState) ([]market.Held, error) {
	all, err := collect[market.Held](db.engine.read().QueryContext(ctx, `SELECT symbol, field, source, at, seen, value, ref, id,
		reason, text, state, decided, by, note, became, span, open, high, low, volume
		FROM held WHERE $1 = '' OR state = $1 ORDER BY seen DESC, symbol, source, at DESC`, string(state)))(scanHeld)
	return all, db.fail(err, "read what is held")
}

func scanHeld(rows *sql.Rows) (h market.Held, err error) {
	var at, seen int64
	var decided sql.NullInt64
	var became sql.NullString
	var span, first, high, low, volume string
	err = rows.Scan(&h.Symbol, &h.Field, &h.Source, &at, &seen, &h.Value, &h.Ref, &h.ID, &h.Reason, &h.Text, &h.State,
		&decided, &h.By, &h.Note, &became, &span, &first, &high, &low, &volume)
	h.At, h.Seen, h.Became = moment(at), moment(seen), market.ID(became.String)
	if decided.Valid {
		h.Decided = moment(decided.Int64)
	}
	if err != nil || span == "" {
		return h, err
	}
	b := market.Bar{Symbol: h.Symbol, Interval: market.Interval(span), Source: h.Source, At: h.At, Seen: h.Seen, Close: h.Value, Ref: h.Ref}
	for _, p := range []struct {
		into *currency.Decimal
		text string
	}{{&b.Open, first}, {&b.High, high}, {&b.Low, low}} {
		if *p.into, err = currency.ParseDecimal(p.text); err != nil {
			return h, err
		}
	}
	b.Volume, b.NoVolume, err = readVolume(volume)
	h.Bar = &b
	return h, err
}

// Decide implements [market.Store].
func (db *DB) Decide(ctx context.Context, decisions []market.Decision) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error { return db.decide(ctx, c, decisions) })
	return db.fail(err, "decide on %d held values", len(decisions))
}

func (db *DB) decide(ctx context.Context, c *sql.Conn, decisions []market.Decision) error {
	for _, d := range decisions {
		if err := db.decideOne(ctx, c, d); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) decideOne(ctx context.Context, c *sql.Conn, d market.Decision) error {
	var became any
	switch {
	case d.State == market.Released && d.Bar != nil:
		if _, err := addBars(ctx, c, []market.Bar{*d.Bar}, nil); err != nil {
			return err
		}
	case d.State == market.Released:
		b, err := newBatch([]market.Observation{d.Observation}, nil)
		if err != nil {
			return err
		}
		if _, err := db.engine.insert(ctx, c, b); err != nil {
			return err
		}
		became = string(d.Observation.ID)
	}
	done, err := c.ExecContext(ctx, "UPDATE held SET state = $2, decided = $3, by = $4, note = $5, became = $6 WHERE id = $1 AND state = 'waiting'",
		string(d.Held), string(d.State), micros(d.At), d.By, d.Note, became)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	var state string
	err = c.QueryRowContext(ctx, "SELECT state FROM held WHERE id = $1", string(d.Held)).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Because(fault.NotFound, "no held value bears the name %.40q", d.Held)
	}
	if err != nil {
		return err
	}
	return fault.Because(fault.Conflict, "the held value %s was %s already", d.Held, state)
}
