package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/hook"
	"github.com/courant-news/courant/internal/market"
)

var _ hook.Store = (*DB)(nil)

// AddHook implements [hook.Store].
func (db *DB) AddHook(ctx context.Context, h hook.Hook) error {
	above := ""
	if h.Kind() == hook.Moved {
		above = h.Above.String()
	}
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		done, err := c.ExecContext(ctx, `INSERT INTO hook (id, url, pair, above, source, secret, added, since, why, wait)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0) ON CONFLICT (id) DO NOTHING`,
			h.ID, h.URL, string(h.Pair), above, string(h.Source), h.Secret.Reveal(), micros(h.Added), micros(h.Since))
		if err != nil {
			return err
		}
		return one(done, fault.Because(fault.Conflict, "there is a hook %s already: add this one again", h.ID))
	})
	return db.fail(err, "add the hook %s", h.ID)
}

// one is an error unless a statement changed one row.
func one(done sql.Result, otherwise error) error {
	n, err := done.RowsAffected()
	if err == nil && n != 1 {
		err = otherwise
	}
	return err
}

// Hooks implements [hook.Store].
func (db *DB) Hooks(ctx context.Context) ([]hook.Hook, error) {
	all, err := collect[hook.Hook](db.engine.read().QueryContext(ctx, `SELECT id, url, pair, above, source, secret, added, since, off, why, taken, wait
		FROM hook ORDER BY added, id`))(scanHook)
	return all, db.fail(err, "read the hooks")
}

func scanHook(rows *sql.Rows) (h hook.Hook, err error) {
	var pair, above, source, secret string
	var added, since, wait int64
	var off, taken sql.NullInt64
	if err := rows.Scan(&h.ID, &h.URL, &pair, &above, &source, &secret, &added, &since, &off, &h.Why, &taken, &wait); err != nil {
		return h, err
	}
	h.Pair, h.Source = market.Symbol(pair), market.SourceID(source)
	if above != "" {
		if h.Above, err = currency.ParseDecimal(above); err != nil {
			return h, err
		}
	}
	h.Added, h.Since, h.Off, h.Taken = moment(added), moment(since), perhaps(off), perhaps(taken)
	if wait != 0 {
		h.Wait = moment(wait)
	}
	h.Secret, err = hook.ParseSecret(secret)
	return h, err
}

// perhaps and orNull carry times that may be zero out of the store and into it.
func perhaps(us sql.NullInt64) time.Time {
	if !us.Valid {
		return time.Time{}
	}
	return moment(us.Int64)
}

func orNull(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: micros(t), Valid: true}
}

func noHook(id string) error {
	return fault.Because(fault.NotFound, "there is no hook %.40q; courant hooks list shows those there are", id)
}

// DropHook implements [hook.Store].
func (db *DB) DropHook(ctx context.Context, id string) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		// Its row first: whoever tells it something waits for that, and then finds it gone.
		if _, err := c.ExecContext(ctx, "UPDATE hook SET why = why WHERE id = $1", id); err != nil {
			return err
		}
		if _, err := c.ExecContext(ctx, "DELETE FROM delivery WHERE hook = $1", id); err != nil {
			return err
		}
		done, err := c.ExecContext(ctx, "DELETE FROM hook WHERE id = $1", id)
		if err != nil {
			return err
		}
		return one(done, noHook(id))
	})
	return db.fail(err, "drop the hook %.40s", id)
}

// ResumeHook implements [hook.Store].
func (db *DB) ResumeHook(ctx context.Context, id string, at time.Time) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		var off sql.NullInt64
		err := c.QueryRowContext(ctx, "UPDATE hook SET why = why WHERE id = $1 RETURNING off", id).Scan(&off)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return noHook(id)
		case err != nil:
			return err
		case !off.Valid:
			return fault.Because(fault.Conflict, "the hook %s is on already", id)
		}
		_, err = c.ExecContext(ctx, "UPDATE hook SET off = NULL, why = '', since = $2, wait = 0 WHERE id = $1", id, micros(at))
		return err
	})
	return db.fail(err, "resume the hook %.40s", id)
}

// Tell implements [hook.Store].
func (db *DB) Tell(ctx context.Context, l market.Lease, deliveries []hook.Delivery) (added int, err error) {
	err = db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		added = 0
		if err := keep(ctx, c, l); err != nil {
			return err
		}
		for _, d := range deliveries {
			// The hook's row is locked, so that it is neither dropped nor turned off before the commit.
			done, err := c.ExecContext(ctx, "UPDATE hook SET why = why WHERE id = $1 AND off IS NULL", d.Hook)
			if err != nil {
				return err
			}
			if n, err := done.RowsAffected(); err != nil {
				return err
			} else if n == 0 {
				continue
			}
			done, err = c.ExecContext(ctx, `INSERT INTO delivery (id, hook, kind, body, added, state, attempts, next, status, problem)
				VALUES ($1, $2, $3, $4, $5, $6, 0, $7, 0, '') ON CONFLICT (id) DO NOTHING`,
				d.ID, d.Hook, string(d.Kind), string(d.Body), micros(d.Added), string(d.State), orNull(d.Next))
			if err != nil {
				return err
			}
			n, err := done.RowsAffected()
			if err != nil {
				return err
			}
			added += int(n)
		}
		return nil
	})
	return added, db.fail(err, "tell %d events", len(deliveries))
}

const deliveryColumns = "d.id, d.hook, d.kind, d.body, d.added, d.state, d.attempts, d.next, d.tried, d.status, d.problem"

func scanDelivery(rows *sql.Rows) (d hook.Delivery, err error) {
	var kind, body, state string
	var added int64
	var next, tried sql.NullInt64
	err = rows.Scan(&d.ID, &d.Hook, &kind, &body, &added, &state, &d.Attempts, &next, &tried, &d.Status, &d.Problem)
	d.Kind, d.Body, d.State = hook.Kind(kind), []byte(body), hook.State(state)
	d.Added, d.Next, d.Tried = moment(added), perhaps(next), perhaps(tried)
	return d, err
}

// Due implements [hook.Store].
func (db *DB) Due(ctx context.Context, now time.Time, most, ofOne int) (due []hook.Delivery, next time.Time, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		var first sql.NullInt64
		if err := q.QueryRowContext(ctx, `SELECT min(CASE WHEN d.next > h.wait THEN d.next ELSE h.wait END)
			FROM delivery d JOIN hook h ON h.id = d.hook WHERE d.next IS NOT NULL AND h.off IS NULL`).Scan(&first); err != nil {
			return err
		}
		next = perhaps(first)
		if next.IsZero() || next.After(now) {
			return nil
		}
		due, err = collect[hook.Delivery](q.QueryContext(ctx, `SELECT `+deliveryColumns+` FROM (
				SELECT delivery.*, row_number() OVER (PARTITION BY hook ORDER BY next, added, id) AS place FROM delivery WHERE next <= $1
			) d JOIN hook h ON h.id = d.hook
			WHERE h.off IS NULL AND h.wait <= $1 AND d.place <= $2 ORDER BY d.next, d.added, d.id LIMIT $3`, micros(now), ofOne, most))(scanDelivery)
		return err
	})
	return due, next, db.fail(err, "read what is to be told")
}

// Note implements [hook.Store].
func (db *DB) Note(ctx context.Context, l market.Lease, a hook.Attempt) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		if err := keep(ctx, c, l); err != nil {
			return err
		}
		if _, err := c.ExecContext(ctx, "UPDATE hook SET wait = $2 WHERE id = $1", a.Hook, orNull(a.Wait).Int64); err != nil {
			return err
		}
		if _, err := c.ExecContext(ctx, "UPDATE delivery SET state = $2, attempts = $3, next = $4, tried = $5, status = $6, problem = $7 WHERE id = $1",
			a.ID, string(a.State), a.Attempts, orNull(a.Next), orNull(a.Tried), a.Status, a.Problem); err != nil {
			return err
		}
		if a.State == hook.Taken {
			_, err := c.ExecContext(ctx, "UPDATE hook SET taken = $2 WHERE id = $1", a.Hook, orNull(a.Tried))
			return err
		}
		if a.Off == "" {
			return nil
		}
		if _, err := c.ExecContext(ctx, "UPDATE hook SET off = $2, why = $3 WHERE id = $1", a.Hook, orNull(a.Tried), a.Off); err != nil {
			return err
		}
		_, err := c.ExecContext(ctx, "UPDATE delivery SET state = $2, next = NULL, tried = $3, problem = $4 WHERE hook = $1 AND next IS NOT NULL",
			a.Hook, string(hook.GivenUp), orNull(a.Tried), "the hook was turned off: "+a.Off)
		return err
	})
	return db.fail(err, "note what came of %s", a.ID)
}

// Deliveries implements [hook.Store].
func (db *DB) Deliveries(ctx context.Context, id string, most int) ([]hook.Delivery, error) {
	all, err := collect[hook.Delivery](db.engine.read().QueryContext(ctx, "SELECT "+deliveryColumns+` FROM delivery d
		WHERE d.hook = $1 OR $1 = '' ORDER BY d.added DESC, d.id LIMIT $2`, id, most))(scanDelivery)
	return all, db.fail(err, "read the deliveries")
}

// DropDeliveries implements [hook.Store].
func (db *DB) DropDeliveries(ctx context.Context, before time.Time) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, "DELETE FROM delivery WHERE next IS NULL AND tried < $1", micros(before))
		return err
	})
	return db.fail(err, "drop old deliveries")
}

// HookTallies implements [hook.Store].
func (db *DB) HookTallies(ctx context.Context) (map[string]hook.Tally, error) {
	type row struct {
		hook  string
		state hook.State
		n     int
	}
	rows, err := collect[row](db.engine.read().QueryContext(ctx, "SELECT hook, state, count(*) FROM delivery GROUP BY hook, state"))(
		func(rows *sql.Rows) (r row, err error) { return r, rows.Scan(&r.hook, &r.state, &r.n) })
	all := map[string]hook.Tally{}
	for _, r := range rows {
		t := all[r.hook]
		switch r.state {
		case hook.Waiting:
			t.Waiting = r.n
		case hook.Taken:
			t.Taken = r.n
		case hook.GivenUp:
			t.GivenUp = r.n
		}
		all[r.hook] = t
	}
	return all, db.fail(err, "count the deliveries")
}
