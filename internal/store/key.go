package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/keys"
)

var _ keys.Store = (*DB)(nil)

// AddKey implements [keys.Store].
func (db *DB) AddKey(ctx context.Context, k keys.Key) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		done, err := c.ExecContext(ctx, `INSERT INTO api_key (name, hash, per_minute, made) VALUES ($1, $2, $3, $4)
			ON CONFLICT (name) DO NOTHING`, k.Name, k.Hash, k.PerMinute, micros(k.Made))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return fault.Because(fault.Conflict, "the name %s was given to a key already: choose another, such as %s-2", k.Name, k.Name)
	})
	return db.fail(err, "add the key %s", k.Name)
}

// Keys implements [keys.Store].
func (db *DB) Keys(ctx context.Context) ([]keys.Key, error) {
	all, err := collect[keys.Key](db.engine.read().QueryContext(ctx, "SELECT name, hash, per_minute, made, revoked FROM api_key ORDER BY name"))(
		func(rows *sql.Rows) (k keys.Key, err error) {
			var made int64
			var revoked sql.NullInt64
			err = rows.Scan(&k.Name, &k.Hash, &k.PerMinute, &made, &revoked)
			k.Made = moment(made)
			if revoked.Valid {
				k.Revoked = moment(revoked.Int64)
			}
			return k, err
		})
	return all, db.fail(err, "read the keys")
}

// RevokeKey implements [keys.Store].
func (db *DB) RevokeKey(ctx context.Context, name string, at time.Time) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		done, err := c.ExecContext(ctx, "UPDATE api_key SET revoked = $2 WHERE name = $1 AND revoked IS NULL", name, micros(at))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
		var before int64
		err = c.QueryRowContext(ctx, "SELECT revoked FROM api_key WHERE name = $1", name).Scan(&before)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.Because(fault.NotFound, "there is no key of the name %.80q; courant keys list shows those there are", name)
		}
		if err != nil {
			return err
		}
		return fault.Because(fault.Conflict, "the key %s was revoked already, on %s", name, moment(before).Format(time.DateOnly))
	})
	return db.fail(err, "revoke the key %.80s", name)
}

// AddUsage implements [keys.Store].
func (db *DB) AddUsage(ctx context.Context, used []keys.Usage) error {
	// In one order, so that two machines that write at once do not wait for each other for ever.
	used = slices.SortedFunc(slices.Values(used), func(a, b keys.Usage) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), a.Day.Compare(b.Day))
	})
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		for _, u := range used {
			if _, err := c.ExecContext(ctx, `INSERT INTO api_usage (name, day, requests, refused) VALUES ($1, $2, $3, $4)
				ON CONFLICT (name, day) DO UPDATE SET requests = api_usage.requests + excluded.requests, refused = api_usage.refused + excluded.refused`,
				u.Key, micros(u.Day), u.Requests, u.Refused); err != nil {
				return err
			}
		}
		return nil
	})
	return db.fail(err, "add how often %d keys were used", len(used))
}

// Tallies implements [keys.Store].
func (db *DB) Tallies(ctx context.Context, today time.Time) (map[string]keys.Tally, error) {
	type named struct {
		name string
		keys.Tally
	}
	list, err := collect[named](db.engine.read().QueryContext(ctx, `SELECT name, CAST(sum(CASE WHEN day = $1 THEN requests ELSE 0 END) AS BIGINT),
		CAST(sum(requests) AS BIGINT), CAST(sum(refused) AS BIGINT) FROM api_usage GROUP BY name`, micros(keys.Day(today))))(
		func(rows *sql.Rows) (t named, err error) {
			err = rows.Scan(&t.name, &t.Today, &t.Total, &t.Refused)
			return t, err
		})
	all := make(map[string]keys.Tally, len(list))
	for _, t := range list {
		all[t.name] = t.Tally
	}
	return all, db.fail(err, "read how often keys were used")
}
