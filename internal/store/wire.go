package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

var _ wire.Store = (*DB)(nil)

// Lease implements [wire.Store]. The clock is the store's own, so that machines whose clocks differ agree on who holds it.
func (db *DB) Lease(ctx context.Context, name, holder string, term time.Duration) (l market.Lease, held bool, err error) {
	err = db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		now := db.engine.clock()
		err := c.QueryRowContext(ctx, `INSERT INTO lease (name, holder, epoch, expires) VALUES ($1, $2, 1, `+now+` + $3)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires = excluded.expires,
				epoch = lease.epoch + CASE WHEN lease.holder = excluded.holder AND lease.expires > `+now+` THEN 0 ELSE 1 END
			WHERE lease.holder = excluded.holder OR lease.expires <= `+now+` RETURNING epoch`,
			name, holder, term.Microseconds()).Scan(&l.Epoch)
		l.Name, held = name, err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil // somebody else holds it
		}
		return err
	})
	if err != nil || !held {
		return market.Lease{}, false, db.fail(err, "take the lease %s", name)
	}
	return l, true, nil
}

// DropLease implements [wire.Store].
func (db *DB) DropLease(ctx context.Context, l market.Lease) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, "UPDATE lease SET expires = 0 WHERE name = $1 AND epoch = $2", l.Name, l.Epoch)
		return err
	})
	return db.fail(err, "give back the lease %s", l.Name)
}

// keep refuses a write under a lease that somebody else has taken since. It locks the lease's row, so that nobody takes
// it between this and the commit.
func keep(ctx context.Context, c *sql.Conn, l market.Lease) error {
	if l == (market.Lease{}) {
		return nil
	}
	done, err := c.ExecContext(ctx, "UPDATE lease SET epoch = epoch WHERE name = $1 AND epoch = $2", l.Name, l.Epoch)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.Because(fault.Conflict, "another machine does this for the paper now: what was done here under the lease %s, epoch %d, is dropped", l.Name, l.Epoch)
}

// AddReply implements [wire.Store].
func (db *DB) AddReply(ctx context.Context, r wire.Reply) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, `INSERT INTO reply (source, fetched, path, status, hash, size, problem, body)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (source, fetched, path) DO UPDATE SET problem = excluded.problem`,
			string(r.Source), micros(r.Fetched), r.Path, r.Status, r.Hash, r.Size, r.Problem, r.Body)
		return err
	})
	return db.fail(err, "keep a reply of %s", r.Source)
}

// Reply implements [wire.Store].
func (db *DB) Reply(ctx context.Context, source market.SourceID, fetched time.Time) (r wire.Reply, err error) {
	var at int64
	err = db.engine.read().QueryRowContext(ctx, `SELECT source, fetched, path, status, hash, size, problem, body FROM reply
		WHERE source = $1 AND fetched = $2 ORDER BY path LIMIT 1`, string(source), micros(fetched)).
		Scan(&r.Source, &at, &r.Path, &r.Status, &r.Hash, &r.Size, &r.Problem, &r.Body)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Because(fault.NotFound, "no reply of %s was fetched at %s", source, fetched.Format(time.RFC3339Nano))
	}
	r.Fetched = moment(at)
	return r, db.fail(err, "read a reply of %s", source)
}

// DropReplies implements [wire.Store].
func (db *DB) DropReplies(ctx context.Context, before time.Time) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, "UPDATE reply SET body = NULL WHERE fetched < $1 AND body IS NOT NULL", micros(before))
		return err
	})
	return db.fail(err, "drop old replies")
}

// Statuses implements [wire.Store].
func (db *DB) Statuses(ctx context.Context) (map[market.SourceID]wire.Status, error) {
	list, err := collect[wire.Status](db.engine.read().QueryContext(ctx, "SELECT source, status FROM fetching"))(
		func(rows *sql.Rows) (s wire.Status, err error) {
			var source, text string
			if err := rows.Scan(&source, &text); err != nil {
				return s, err
			}
			err = json.Unmarshal([]byte(text), &s)
			s.Source = market.SourceID(source)
			return s, err
		})
	all := make(map[market.SourceID]wire.Status, len(list))
	for _, s := range list {
		all[s.Source] = s
	}
	return all, db.fail(err, "read how the providers fare")
}

// PutStatus implements [wire.Store].
func (db *DB) PutStatus(ctx context.Context, s wire.Status, l market.Lease) error {
	text, err := json.Marshal(s)
	if err != nil {
		return db.fail(err, "keep how %s fares", s.Source)
	}
	err = db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		if err := keep(ctx, c, l); err != nil {
			return err
		}
		_, err := c.ExecContext(ctx, `INSERT INTO fetching (source, status) VALUES ($1, $2)
			ON CONFLICT (source) DO UPDATE SET status = excluded.status`, string(s.Source), string(text))
		return err
	})
	return db.fail(err, "keep how %s fares", s.Source)
}
