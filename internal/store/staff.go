package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
)

var _ staff.Store = (*DB)(nil)

const personColumns = "staff.id, staff.name, staff.email, staff.role, staff.state, staff.since"

// personFields are where a row of personColumns is scanned to; since is to be turned into a time.
func personFields(p *staff.Person, since *int64) []any {
	return []any{&p.ID, &p.Name, &p.Email, &p.Role, &p.State, since}
}

// AddAccount implements [staff.Store].
func (db *DB) AddAccount(ctx context.Context, a staff.Account, setup string, e staff.Entry) error {
	credentials, err := json.Marshal(a.Credentials)
	if err != nil {
		return db.fail(err, "add %s", a.Email)
	}
	err = db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		if setup != "" {
			if err := beFirst(ctx, c, setup); err != nil {
				return err
			}
		}
		// Whoever uses one of these at the same time waits for this row, and then finds it gone.
		if _, err := c.ExecContext(ctx, "DELETE FROM staff_ticket WHERE purpose = $1", staff.ForSetup); err != nil {
			return err
		}
		done, err := c.ExecContext(ctx, `INSERT INTO staff (id, name, email, role, state, since, credentials)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO NOTHING`,
			a.ID, a.Name, a.Email, a.Role, a.State, micros(a.Since), string(credentials))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return fault.Because(fault.Conflict, "somebody here has the e-mail address %s already", a.Email)
		}
		return putAround(ctx, c, staff.Account{}, a, e)
	})
	return db.fail(err, "add %s", a.Email)
}

// beFirst uses up the ticket of the first start.
func beFirst(ctx context.Context, c *sql.Conn, hash string) error {
	done, err := c.ExecContext(ctx, "DELETE FROM staff_ticket WHERE hash = $1 AND purpose = $2 AND NOT EXISTS (SELECT 1 FROM staff)", hash, staff.ForSetup)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.Because(fault.NotFound, "this paper is set up already: ask its owner for an invitation")
}

// ChangeAccount implements [staff.Store].
func (db *DB) ChangeAccount(ctx context.Context, id staff.ID, change func(*staff.Account, int) (staff.Entry, error)) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		// Locks the account, and every active owner so that none of them ceases to be one meanwhile.
		if _, err := c.ExecContext(ctx, "UPDATE staff SET state = state WHERE id = $1 OR role = $2 AND state = $3", id, staff.Owner, staff.Active); err != nil {
			return err
		}
		a, err := account(ctx, c, id)
		if err != nil {
			return err
		}
		var owners int
		if err := c.QueryRowContext(ctx, "SELECT count(*) FROM staff WHERE role = $1 AND state = $2", staff.Owner, staff.Active).Scan(&owners); err != nil {
			return err
		}
		before := staff.Account{Sessions: slices.Clone(a.Sessions), Tickets: slices.Clone(a.Tickets)}
		e, err := change(&a, owners)
		if err != nil {
			return err
		}
		credentials, err := json.Marshal(a.Credentials)
		if err != nil {
			return err
		}
		if _, err := c.ExecContext(ctx, "UPDATE staff SET name = $2, email = $3, role = $4, state = $5, credentials = $6 WHERE id = $1",
			id, a.Name, a.Email, a.Role, a.State, string(credentials)); err != nil {
			return err
		}
		return putAround(ctx, c, before, a, e)
	})
	return db.fail(err, "change an account")
}

// putAround keeps what lies around an account's own row: its sessions and tickets, of which before were there, and the
// entry that tells of the change.
func putAround(ctx context.Context, c *sql.Conn, before, a staff.Account, e staff.Entry) error {
	if err := putSessions(ctx, c, a.ID, before.Sessions, a.Sessions); err != nil {
		return err
	}
	if err := putTickets(ctx, c, a.ID, before.Tickets, a.Tickets); err != nil || e.Action == "" {
		return err
	}
	return addEntry(ctx, c, e)
}

// Account implements [staff.Store].
func (db *DB) Account(ctx context.Context, id staff.ID) (a staff.Account, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		a, err = account(ctx, q, id)
		return err
	})
	return a, db.fail(err, "read an account")
}

// account reads all that is kept of a person.
func account(ctx context.Context, q querier, id staff.ID) (a staff.Account, err error) {
	a.Person, a.Credentials, err = credentials(ctx, q, "id", string(id))
	if err != nil {
		return staff.Account{}, err
	}
	a.Sessions, err = collect[staff.Session](q.QueryContext(ctx, "SELECT "+sessionColumns+" FROM staff_session WHERE person = $1 ORDER BY made, hash", id))(
		func(rows *sql.Rows) (s staff.Session, err error) {
			var times sessionTimes
			err = rows.Scan(sessionFields(&s, &times)...)
			times.set(&s)
			return s, err
		})
	if err != nil {
		return staff.Account{}, err
	}
	a.Tickets, err = collect[staff.Ticket](q.QueryContext(ctx, "SELECT "+ticketColumns+" FROM staff_ticket WHERE person = $1 ORDER BY expires, hash", id))(scanTicket)
	return a, err
}

// Credentials implements [staff.Store].
func (db *DB) Credentials(ctx context.Context, email string) (staff.Person, staff.Credentials, error) {
	p, known, err := credentials(ctx, db.engine.read(), "email", email)
	return p, known, db.fail(err, "look for an e-mail address")
}

// credentials reads a person by one of the columns that tell one from another.
func credentials(ctx context.Context, q querier, column, value string) (p staff.Person, known staff.Credentials, err error) {
	var since int64
	var text string
	err = q.QueryRowContext(ctx, "SELECT "+personColumns+", credentials FROM staff WHERE "+column+" = $1", value).
		Scan(append(personFields(&p, &since), &text)...)
	if errors.Is(err, sql.ErrNoRows) {
		return p, known, fault.Because(fault.NotFound, "there is nobody of this name or address here: courant staff list shows who there is")
	}
	if err != nil {
		return p, known, err
	}
	p.Since = moment(since)
	return p, known, json.Unmarshal([]byte(text), &known)
}

// People implements [staff.Store].
func (db *DB) People(ctx context.Context) ([]staff.Person, error) {
	all, err := collect[staff.Person](db.engine.read().QueryContext(ctx, "SELECT "+personColumns+" FROM staff ORDER BY name, id"))(
		func(rows *sql.Rows) (p staff.Person, err error) {
			var since int64
			err = rows.Scan(personFields(&p, &since)...)
			p.Since = moment(since)
			return p, err
		})
	return all, db.fail(err, "read who works here")
}

const sessionColumns = "hash, made, seen, proved, strong, network, agent"

// sessionTimes are the times of a row of sessionColumns, and its flag, as they lie in the store.
type sessionTimes struct{ made, seen, proved, strong int64 }

func (t sessionTimes) set(s *staff.Session) {
	s.Made, s.Seen, s.Proved, s.Strong = moment(t.made), moment(t.seen), moment(t.proved), t.strong != 0
}

func sessionFields(s *staff.Session, t *sessionTimes) []any {
	return []any{&s.ID, &t.made, &t.seen, &t.proved, &t.strong, &s.Network, &s.Agent}
}

// Session implements [staff.Store].
func (db *DB) Session(ctx context.Context, id string) (s staff.Session, err error) {
	var times sessionTimes
	var since int64
	err = db.engine.read().QueryRowContext(ctx, "SELECT "+sessionColumns+", "+personColumns+
		" FROM staff_session JOIN staff ON staff.id = staff_session.person WHERE hash = $1", id).
		Scan(append(sessionFields(&s, &times), personFields(&s.Person, &since)...)...)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Because(fault.NotFound, "there is no such session")
	}
	times.set(&s)
	s.Person.Since = moment(since)
	return s, db.fail(err, "read a session")
}

// Touch implements [staff.Store].
func (db *DB) Touch(ctx context.Context, id string, seen time.Time, network string) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, "UPDATE staff_session SET seen = $2, network = $3 WHERE hash = $1 AND seen <= $2", id, micros(seen), network)
		return err
	})
	return db.fail(err, "note that a session was used")
}

// putSessions makes of the sessions that an account had those that it has.
func putSessions(ctx context.Context, c *sql.Conn, person staff.ID, had, has []staff.Session) error {
	return put(had, has, func(s staff.Session) string { return s.ID }, func(s staff.Session) error {
		_, err := c.ExecContext(ctx, "DELETE FROM staff_session WHERE hash = $1", s.ID)
		return err
	}, func(s staff.Session) error {
		strong := 0
		if s.Strong {
			strong = 1
		}
		_, err := c.ExecContext(ctx, "INSERT INTO staff_session ("+sessionColumns+", person) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			s.ID, micros(s.Made), micros(s.Seen), micros(s.Proved), strong, s.Network, s.Agent, person)
		return err
	})
}

// put drops what a list had and has no more, and adds what it has and had not.
func put[T any](had, has []T, name func(T) string, drop, add func(T) error) error {
	names := func(list []T) map[string]bool {
		all := make(map[string]bool, len(list))
		for _, one := range list {
			all[name(one)] = true
		}
		return all
	}
	before, after := names(had), names(has)
	for _, one := range had {
		if !after[name(one)] {
			if err := drop(one); err != nil {
				return err
			}
		}
	}
	for _, one := range has {
		if !before[name(one)] {
			if err := add(one); err != nil {
				return err
			}
		}
	}
	return nil
}
