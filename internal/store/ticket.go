package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
)

const ticketColumns = "hash, purpose, person, expires, data"

func scanTicket(rows *sql.Rows) (staff.Ticket, error) { return ticketOf(rows.Scan) }

// ticketOf reads a row of ticketColumns.
func ticketOf(scan func(...any) error) (t staff.Ticket, err error) {
	var person sql.NullString
	var expires int64
	err = scan(&t.Hash, &t.Purpose, &person, &expires, &t.Data)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Because(fault.NotFound, "there is no such ticket")
	}
	t.Person, t.Expires = staff.ID(person.String), moment(expires)
	return t, err
}

func addTicket(ctx context.Context, c *sql.Conn, t staff.Ticket) error {
	_, err := c.ExecContext(ctx, "INSERT INTO staff_ticket ("+ticketColumns+") VALUES ($1, $2, $3, $4, $5)",
		t.Hash, t.Purpose, sql.NullString{String: string(t.Person), Valid: t.Person != ""}, micros(t.Expires), t.Data)
	return err
}

// putTickets makes of the tickets that an account had those that it has.
func putTickets(ctx context.Context, c *sql.Conn, person staff.ID, had, has []staff.Ticket) error {
	return put(had, has, func(t staff.Ticket) string { return t.Hash }, func(t staff.Ticket) error {
		_, err := c.ExecContext(ctx, "DELETE FROM staff_ticket WHERE hash = $1", t.Hash)
		return err
	}, func(t staff.Ticket) error {
		t.Person = person
		return addTicket(ctx, c, t)
	})
}

// AddTicket implements [staff.Store].
func (db *DB) AddTicket(ctx context.Context, t staff.Ticket, now time.Time) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		if t.Purpose == staff.ForSetup {
			var anybody bool
			if err := c.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM staff)").Scan(&anybody); err != nil {
				return err
			}
			if anybody {
				return fault.Because(fault.Conflict, "this paper is set up already: its owner invites others")
			}
			if _, err := c.ExecContext(ctx, "DELETE FROM staff_ticket WHERE purpose = $1", staff.ForSetup); err != nil {
				return err
			}
		}
		if _, err := c.ExecContext(ctx, `DELETE FROM staff_ticket WHERE person IS NULL AND (expires <= $1 OR hash IN
			(SELECT hash FROM staff_ticket WHERE person IS NULL AND purpose <> $2 ORDER BY expires DESC, hash LIMIT 1000 OFFSET $3))`,
			micros(now), staff.ForSetup, staff.MostOpen-1); err != nil {
			return err
		}
		return addTicket(ctx, c, t)
	})
	return db.fail(err, "add a ticket")
}

// Ticket implements [staff.Store].
func (db *DB) Ticket(ctx context.Context, hash string) (staff.Ticket, error) {
	t, err := ticketOf(db.engine.read().QueryRowContext(ctx, "SELECT "+ticketColumns+" FROM staff_ticket WHERE hash = $1", hash).Scan)
	return t, db.fail(err, "read a ticket")
}

// TakeTicket implements [staff.Store].
func (db *DB) TakeTicket(ctx context.Context, hash string) (t staff.Ticket, err error) {
	err = db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		t, err = ticketOf(c.QueryRowContext(ctx, "DELETE FROM staff_ticket WHERE hash = $1 AND person IS NULL RETURNING "+ticketColumns, hash).Scan)
		return err
	})
	return t, db.fail(err, "take a ticket")
}

// TakeGuess implements [staff.Store].
func (db *DB) TakeGuess(ctx context.Context, at, since time.Time, limits []staff.Limit) (free time.Time, err error) {
	err = db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		free = time.Time{}
		if _, err := c.ExecContext(ctx, "DELETE FROM staff_guess WHERE last < $1", micros(since)); err != nil {
			return err
		}
		kept := make([][]int64, len(limits))
		for i, l := range limits {
			times, err := guesses(ctx, c, l.Key, at)
			if err != nil {
				return err
			}
			kept[i] = slices.DeleteFunc(times, func(t int64) bool { return t <= micros(since) })
			if n := len(kept[i]) - l.Most; n >= 0 {
				if again := moment(kept[i][n]).Add(at.Sub(since)); again.After(free) {
					free = again
				}
			}
		}
		for i, l := range limits {
			if free.IsZero() {
				kept[i] = append(kept[i], micros(at))
			}
			if err := putGuesses(ctx, c, l.Key, kept[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return free, db.fail(err, "count a guess")
}

// guesses reads when there were guesses under a key, the oldest first, and locks the key until the transaction ends.
func guesses(ctx context.Context, c *sql.Conn, key string, at time.Time) ([]int64, error) {
	var text string
	if err := c.QueryRowContext(ctx, `INSERT INTO staff_guess (key, times, last) VALUES ($1, '', $2)
		ON CONFLICT (key) DO UPDATE SET times = staff_guess.times RETURNING times`, key, micros(at)).Scan(&text); err != nil {
		return nil, err
	}
	var times []int64
	for word := range strings.FieldsSeq(text) {
		t, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return nil, err
		}
		times = append(times, t)
	}
	slices.Sort(times)
	return times, nil
}

func putGuesses(ctx context.Context, c *sql.Conn, key string, times []int64) error {
	if len(times) == 0 {
		_, err := c.ExecContext(ctx, "DELETE FROM staff_guess WHERE key = $1", key)
		return err
	}
	words := make([]string, len(times))
	for i, t := range times {
		words[i] = strconv.FormatInt(t, 10)
	}
	_, err := c.ExecContext(ctx, "UPDATE staff_guess SET times = $2, last = $3 WHERE key = $1", key, strings.Join(words, " "), slices.Max(times))
	return err
}

// DropGuess implements [staff.Store].
func (db *DB) DropGuess(ctx context.Context, at time.Time, limits []staff.Limit) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		for _, l := range limits {
			times, err := guesses(ctx, c, l.Key, at)
			if err != nil {
				return err
			}
			if i := slices.Index(times, micros(at)); i >= 0 {
				times = slices.Delete(times, i, i+1)
			}
			if err := putGuesses(ctx, c, l.Key, times); err != nil {
				return err
			}
		}
		return nil
	})
	return db.fail(err, "forget a guess that was right")
}

// AddEntry implements [staff.Store].
func (db *DB) AddEntry(ctx context.Context, e staff.Entry) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error { return addEntry(ctx, c, e) })
	return db.fail(err, "add to the audit trail")
}

func addEntry(ctx context.Context, c *sql.Conn, e staff.Entry) error {
	_, err := c.ExecContext(ctx, "INSERT INTO staff_trail (at, person, action, object, outcome, network) VALUES ($1, $2, $3, $4, $5, $6)",
		micros(e.At), e.Person, e.Action, e.Object, e.Outcome, e.From)
	return err
}

// Entries implements [staff.Store].
func (db *DB) Entries(ctx context.Context, before int64, most int) ([]staff.Entry, error) {
	all, err := collect[staff.Entry](db.engine.read().QueryContext(ctx, `SELECT n, at, person, action, object, outcome, network FROM staff_trail
		WHERE n < $1 OR $1 = 0 ORDER BY n DESC LIMIT $2`, before, most))(
		func(rows *sql.Rows) (e staff.Entry, err error) {
			var at int64
			err = rows.Scan(&e.N, &at, &e.Person, &e.Action, &e.Object, &e.Outcome, &e.From)
			e.At = moment(at)
			return e, err
		})
	return all, db.fail(err, "read the audit trail")
}
