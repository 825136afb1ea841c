package staff

import (
	"cmp"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Account is all that is kept of one person. It is read and written as a whole, under one lock, so that of two changes at
// once the second sees what the first left.
type Account struct {
	Person
	Credentials
	Sessions []Session
	Tickets  []Ticket // that are bound to this person
}

// Credentials are what a person proves with to be who they are.
type Credentials struct {
	Password string    `json:"password,omitempty"` // as [hasher] writes it; empty: there is none
	TOTP     TOTP      `json:"totp,omitzero"`
	Recovery []string  `json:"recovery,omitempty"` // hashes of the recovery codes that were not used yet
	Passkeys []Passkey `json:"passkeys,omitempty"`
}

// Session is a browser in which somebody has signed in.
type Session struct {
	ID      string    // the hash of its token: it names a session in lists, and opens nothing
	Token   string    // only where the session has just begun: it is kept nowhere
	Person  Person    // as they are now
	Made    time.Time // when they signed in
	Seen    time.Time // when it was last used, to the minute
	Proved  time.Time // when they last proved to be who they are
	Strong  bool      // by a passkey, or by a password and a code
	Network string    // where it was last used from
	Agent   string    // what the browser calls itself
	Pending bool      // the password was right and a code is wanted: Token is for [Gate.SignInCode] and nothing else
	Expires time.Time // when it ends if it is used no more
}

// Limits of a session's life, and how many a person may have: the oldest ends for the newest.
const (
	Idle         = 12 * time.Hour      // after which an unused session ends
	Longest      = 30 * 24 * time.Hour // after which every session ends
	FreshFor     = 10 * time.Minute    // after a proof, what matters may be done
	mostSessions = 50
	mostAgent    = 200 // bytes that are kept of what a browser calls itself
)

// expires is when a session ends that is used no more.
func (s Session) expires() time.Time {
	idle, last := s.Seen.Add(Idle), s.Made.Add(Longest)
	if last.Before(idle) {
		return last
	}
	return idle
}

// Fresh says whether whoever has the session has proved within the last minutes to be who they are.
func (s Session) Fresh(now time.Time) bool { return now.Before(s.Proved.Add(FreshFor)) }

// Purpose is what a ticket is for. A ticket of one purpose is of no use for another.
type Purpose string

// The purposes of tickets, each with how long it may be used.
const (
	ForSetup      Purpose = "setup"      // of a paper where nobody works yet: to become its first owner
	ForInvitation Purpose = "invitation" // to accept an invitation
	ForReset      Purpose = "reset"      // to choose another password
	ForCode       Purpose = "code"       // to give the code after a right password
	ForPasskey    Purpose = "passkey"    // to sign in by passkey: the challenge of one attempt
	ForNewPasskey Purpose = "new passkey"
)

// lasts is how long a ticket may be used.
func (p Purpose) lasts() time.Duration {
	switch p {
	case ForSetup:
		return 24 * time.Hour
	case ForInvitation:
		return 3 * 24 * time.Hour
	case ForReset:
		return 30 * time.Minute
	}
	return 5 * time.Minute
}

// Ticket lets whoever has its token do one thing, once.
type Ticket struct {
	Hash    string // of its token
	Purpose Purpose
	Person  ID // whose it is; empty: nobody's
	Expires time.Time
	Data    string // what the purpose needs
}

// Most that is bound to one person.
const (
	mostTickets  = 20
	mostPasskeys = 20
)

// newTicket makes a ticket, and the token that opens it.
func newTicket(p Purpose, person ID, data string, now time.Time) (t Ticket, token string) {
	token = newToken()
	return Ticket{Hash: hash(token), Purpose: p, Person: person, Expires: now.Add(p.lasts()), Data: data}, token
}

// give adds a ticket to an account; an older one of the same purpose ends, except where a person may well be at two
// browsers at once.
func (a *Account) give(t Ticket) {
	if t.Purpose == ForInvitation || t.Purpose == ForReset {
		a.revoke(t.Purpose)
	}
	a.Tickets = append(a.Tickets, t)
	if n := len(a.Tickets) - mostTickets; n > 0 {
		slices.SortStableFunc(a.Tickets, func(x, y Ticket) int { return x.Expires.Compare(y.Expires) })
		a.Tickets = a.Tickets[n:]
	}
}

// take ends a ticket and returns it. The error is fault.NotFound where it is not there, no more, or for something else.
func (a *Account) take(hash string, p Purpose, now time.Time) (Ticket, error) {
	i := slices.IndexFunc(a.Tickets, func(t Ticket) bool { return t.Hash == hash && t.Purpose == p })
	if i < 0 || !now.Before(a.Tickets[i].Expires) {
		return Ticket{}, errLink
	}
	t := a.Tickets[i]
	a.Tickets = slices.Delete(a.Tickets, i, i+1)
	return t, nil
}

var errLink = fault.Because(fault.NotFound, "this link is not known here, was used already, or is too old: ask for another")

// revoke ends the tickets of a purpose.
func (a *Account) revoke(p Purpose) {
	a.Tickets = slices.DeleteFunc(a.Tickets, func(t Ticket) bool { return t.Purpose == p })
}

// begin adds a session and returns it with its token. What has ended is cleared away on the way.
func (a *Account) begin(s Session) Session {
	s.Token = newToken()
	s.ID, s.Person, s.Expires = hash(s.Token), a.Person, s.expires()
	kept := s
	kept.Token = ""
	a.Sessions = append(a.Sessions, kept)
	a.clear(s.Seen)
	if n := len(a.Sessions) - mostSessions; n > 0 {
		slices.SortStableFunc(a.Sessions, func(x, y Session) int { return cmp.Or(x.Seen.Compare(y.Seen), x.Made.Compare(y.Made)) })
		a.Sessions = a.Sessions[n:]
	}
	return s
}

// begun returns a session if it was kept, and else none: nobody is handed a token that opens nothing.
func begun(s Session, err error) (Session, error) {
	if err != nil {
		return Session{}, err
	}
	return s, nil
}

// clear removes what has ended by itself.
func (a *Account) clear(now time.Time) {
	a.Sessions = slices.DeleteFunc(a.Sessions, func(s Session) bool { return !now.Before(s.expires()) })
	a.Tickets = slices.DeleteFunc(a.Tickets, func(t Ticket) bool { return !now.Before(t.Expires) })
}

// end ends one session. The error is fault.NotFound where there is none.
func (a *Account) end(id string) (Session, error) {
	i := slices.IndexFunc(a.Sessions, func(s Session) bool { return s.ID == id })
	if i < 0 {
		return Session{}, fault.Because(fault.NotFound, "this session has ended already")
	}
	s := a.Sessions[i]
	a.Sessions = slices.Delete(a.Sessions, i, i+1)
	return s, nil
}

// shut ends every session, and every way to one that does not ask for a proof anew.
func (a *Account) shut() { a.Sessions, a.Tickets = nil, nil }
