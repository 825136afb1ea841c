package store

import (
	"context"
	"database/sql"

	"github.com/courant-news/courant/internal/market"
)

// Track names a series: what one source says of one field of one symbol.
type Track struct {
	Symbol market.Symbol
	Field  market.Field
	Source market.SourceID
}

// putTracks adds the tracks of a batch, and notes that they change.
func putTracks(ctx context.Context, c *sql.Conn, tracks []track) error {
	if len(tracks) == 0 {
		return nil
	}
	var n int64
	if err := c.QueryRowContext(ctx, "UPDATE change SET n = n + 1 RETURNING n").Scan(&n); err != nil {
		return err
	}
	for _, t := range tracks {
		if _, err := c.ExecContext(ctx, `INSERT INTO track (symbol, field, source, changed) VALUES ($1, $2, $3, $4)
			ON CONFLICT (symbol, field, source) DO UPDATE SET changed = excluded.changed`, t.symbol, t.field, t.source, n); err != nil {
			return err
		}
	}
	return nil
}

// Changes returns how often observations were added so far, and the tracks that were touched since it was an earlier
// number; of 0, all of them.
func (db *DB) Changes(ctx context.Context, since int64) (now int64, touched []Track, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		if err := q.QueryRowContext(ctx, "SELECT n FROM change").Scan(&now); err != nil || now == since {
			return err
		}
		touched, err = collect[Track](q.QueryContext(ctx, "SELECT symbol, field, source FROM track WHERE changed > $1 OR $1 = 0 ORDER BY symbol, field, source", since))(
			func(rows *sql.Rows) (t Track, err error) { return t, rows.Scan(&t.Symbol, &t.Field, &t.Source) })
		return err
	})
	return now, touched, db.fail(err, "read what changed")
}

// Row is an observation of a track as it lies in the store: times in microseconds since 1970, the value as it was written.
// Its bytes are valid until the next.
type Row struct {
	At, Seen  int64
	Value, ID []byte
}

// Rows calls each with every observation of a track, by At and Seen.
func (db *DB) Rows(ctx context.Context, t Track, each func(Row) error) error {
	read := func() error {
		rows, err := db.engine.read().QueryContext(ctx,
			"SELECT at, seen, value, id FROM observation WHERE symbol = $1 AND field = $2 AND source = $3 ORDER BY at, seen",
			string(t.Symbol), string(t.Field), string(t.Source))
		if err != nil {
			return err
		}
		defer rows.Close()
		var value, id sql.RawBytes
		for rows.Next() {
			var r Row
			if err := rows.Scan(&r.At, &r.Seen, &value, &id); err != nil {
				return err
			}
			r.Value, r.ID = value, id
			if err := each(r); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	return db.fail(read(), "read %s of %s", t.Symbol, t.Source)
}
