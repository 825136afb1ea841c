package staff

import (
	"context"
	"errors"
	"strings"

	"github.com/courant-news/courant/internal/fault"
)

// Welcome is what a link is for, as its page shows it. Asking does not use the link up.
type Welcome struct {
	Purpose Purpose // [ForSetup]: the page asks for a name, an address and a password, and [Gate.Found] takes them; else for a password
	Person  Person  // whom it is for; nobody where it is for the setup
	Forgets bool    // whether it ends that person's passkeys and codes too: [ForReset]
}

// forgets is what a reset's ticket holds where passkeys and codes are forgotten too.
const forgets = "forgets"

// Setup makes the link by which the first owner of a paper comes in, for a day; one that was made before ends. The error is
// fault.Conflict where anybody works here: then an owner invites others.
func (g *Gate) Setup(ctx context.Context) (Link, error) {
	now := g.now()
	t, token := newTicket(ForSetup, "", "", now)
	if err := g.store.AddTicket(ctx, t, now); err != nil {
		return Link{}, err
	}
	return Link{token, t.Expires}, nil
}

// Welcome says what a link is for. The error is fault.NotFound where it is none, was used, or is too old.
func (g *Gate) Welcome(ctx context.Context, token string) (Welcome, error) {
	t, err := g.ticket(ctx, token, ForSetup, ForInvitation, ForReset)
	if err != nil || t.Person == "" {
		return Welcome{Purpose: t.Purpose}, err
	}
	a, err := g.store.Account(ctx, t.Person)
	return Welcome{t.Purpose, a.Person, t.Data == forgets}, err
}

// ticket returns the ticket of a link, if it is for one of some purposes and may still be used.
func (g *Gate) ticket(ctx context.Context, token string, purposes ...Purpose) (Ticket, error) {
	id, ok := parseToken(token)
	if !ok {
		return Ticket{}, errLink
	}
	t, err := g.store.Ticket(ctx, id)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return Ticket{}, err
	}
	for _, p := range purposes {
		if err == nil && t.Purpose == p && g.now().Before(t.Expires) {
			return t, nil
		}
	}
	return Ticket{}, errLink
}

// Found makes whoever has the link of the first start the paper's first owner, and lets them in. Of two at once one is. The
// error is fault.NotFound where the link is of no use, fault.Invalid where name, address or password cannot be.
func (g *Gate) Found(ctx context.Context, token, name, email, password string, v Visit) (Session, error) {
	t, err := g.ticket(ctx, token, ForSetup)
	if err != nil {
		return Session{}, err
	}
	p, err := g.person(name, email, Owner)
	if err != nil {
		return Session{}, err
	}
	p.State = Active
	a := Account{Person: p}
	if a.Password, err = g.newPassword(ctx, p, password); err != nil {
		return Session{}, err
	}
	s := a.begin(g.session(v, p.Since, false))
	e := Entry{At: p.Since, Person: p.ID, Action: "set up the paper", Object: string(p.ID), Outcome: Done, From: v.network()}
	return begun(s, g.store.AddAccount(ctx, a, t.Hash, e))
}

// person makes a person who is invited.
func (g *Gate) person(name, email string, r Role) (p Person, err error) {
	p = Person{ID: NewID(), Role: r, State: Invited, Since: g.now()}
	if p.Name, err = ParseName(name); err != nil {
		return p, err
	}
	p.Email, err = ParseEmail(email)
	return p, err
}

// newPassword returns what is kept of a password that a person chose, if it can be one.
func (g *Gate) newPassword(ctx context.Context, p Person, password string) (string, error) {
	local, _, _ := strings.Cut(p.Email, "@")
	if err := checkPassword(password, p.Name, p.Email, local, g.o.Paper); err != nil {
		return "", err
	}
	return g.hasher.hash(ctx, password)
}

// Invite adds a person and returns the link by which they come in, for three days. The error is fault.Denied where by may
// not invite, or not to that role, and fault.Conflict where somebody has the address.
func (g *Gate) Invite(ctx context.Context, by Session, name, email string, r Role) (Person, Link, error) {
	if err := g.MayNow(by, Invite, ""); err != nil {
		return Person{}, Link{}, err
	}
	if _, err := ParseRole(string(r)); err != nil {
		return Person{}, Link{}, err
	}
	if err := below(by, r); err != nil {
		return Person{}, Link{}, err
	}
	p, err := g.person(name, email, r)
	if err != nil {
		return Person{}, Link{}, err
	}
	t, token := newTicket(ForInvitation, p.ID, "", p.Since)
	err = g.store.AddAccount(ctx, Account{Person: p, Tickets: []Ticket{t}}, "", g.entry(by, "invite as "+string(r), p.ID))
	if err != nil {
		return Person{}, Link{}, err
	}
	return p, Link{token, t.Expires}, nil
}

// below says why somebody may not have to do with a role: it may do what they may not.
func below(by Session, r Role) error {
	if above(r, by.Person.Role) {
		return fault.Because(fault.Denied, "%s may not give or change a role that may do more than their own, as %s may: ask an owner", one(by.Person.Role), one(r))
	}
	return nil
}

// Accept lets in whoever has the link of an invitation, with the password that they choose. Of two at once one comes in. The
// error is fault.NotFound where the link is of no use, fault.Invalid where the password cannot be.
func (g *Gate) Accept(ctx context.Context, token, password string, v Visit) (Session, error) {
	var s Session
	err := g.choose(ctx, token, ForInvitation, password, func(a *Account, _ Ticket, kept string) (Entry, error) {
		if a.State != Invited {
			return Entry{}, errLink
		}
		now := g.now()
		a.State, a.Password = Active, kept
		s = a.begin(g.session(v, now, false))
		return Entry{At: now, Person: a.ID, Action: "accept an invitation", Object: string(a.ID), Outcome: Done, From: v.network()}, nil
	})
	return begun(s, err)
}

// choose uses a link up with a password.
func (g *Gate) choose(ctx context.Context, token string, p Purpose, password string, use func(a *Account, t Ticket, kept string) (Entry, error)) error {
	t, err := g.ticket(ctx, token, p)
	if err != nil {
		return err
	}
	before, err := g.store.Account(ctx, t.Person)
	if err != nil {
		return err
	}
	kept, err := g.newPassword(ctx, before.Person, password)
	if err != nil {
		return err
	}
	return g.store.ChangeAccount(ctx, t.Person, func(a *Account, _ int) (Entry, error) {
		taken, err := a.take(t.Hash, p, g.now())
		if err != nil {
			return Entry{}, err
		}
		return use(a, taken, kept)
	})
}

// Reset makes a link by which somebody chooses another password, for half an hour; whoever was invited and has not come
// gets a new invitation instead. Password, sessions, passkeys and codes stay as they are until the link is used. Passkeys
// and codes stay after that too, unless it is to forget them: for who has lost them, or when they are in wrong hands. The
// error is fault.Denied where by may not, fault.Conflict where the person is disabled.
func (g *Gate) Reset(ctx context.Context, by Session, who ID, forget bool) (Link, error) {
	var l Link
	err := g.manage(ctx, by, who, func(a *Account, _ int) (Entry, error) {
		now, purpose, action, data := g.now(), ForReset, "make a link for another password", ""
		if a.State == Invited {
			purpose, action = ForInvitation, "invite again"
		} else if forget {
			action, data = "make a link to begin anew", forgets
		}
		if a.State == Disabled {
			return Entry{}, fault.Because(fault.Conflict, "the account of %s is disabled: enable it first", a.Name)
		}
		t, token := newTicket(purpose, a.ID, data, now)
		a.clear(now)
		a.give(t)
		l = Link{token, t.Expires}
		return g.entry(by, action, a.ID), nil
	})
	return l, err
}

// Renew uses the link of a reset up: the person has another password, and no session any more. It lets nobody in: they sign
// in with the new password, and with a code where they have an app. The error is as of [Gate.Accept].
func (g *Gate) Renew(ctx context.Context, token, password string, v Visit) error {
	return g.choose(ctx, token, ForReset, password, func(a *Account, t Ticket, kept string) (Entry, error) {
		if a.State != Active {
			return Entry{}, errLink
		}
		a.Password = kept
		a.shut()
		action := "choose another password by link"
		if t.Data == forgets {
			a.TOTP, a.Recovery, a.Passkeys = TOTP{}, nil, nil
			action = "begin anew by link"
		}
		return Entry{At: g.now(), Person: a.ID, Action: action, Object: string(a.ID), Outcome: Done, From: v.network()}, nil
	})
}
