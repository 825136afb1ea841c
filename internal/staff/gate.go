package staff

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/courant-news/courant/internal/fault"
)

// Options are what a gate may be told; the zero value works.
type Options struct {
	Paper  string       // the paper's name, which apps show beside their codes; empty: Courant
	Origin string       // scheme, host and port under which browsers reach the desk; without one with a name there are no passkeys
	Strong []Role       // roles that may tend to their own account only, until they come with a passkey or a code
	Log    *slog.Logger // nil: nothing is logged
	Now    func() time.Time
}

// Gate lets in whoever works here, and knows what each may do.
type Gate struct {
	store    Store
	o        Options
	hasher   *hasher
	passkeys *webauthn.WebAuthn // nil where there can be none
}

// New returns a gate before what a store keeps. The error is fault.Invalid where the origin is none.
func New(s Store, o Options) (*Gate, error) {
	if o.Paper == "" {
		o.Paper = "Courant"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	g := &Gate{store: s, o: o, hasher: newHasher()}
	var err error
	g.passkeys, err = relyingParty(o)
	return g, err
}

func (g *Gate) now() time.Time { return g.o.Now().UTC().Truncate(time.Microsecond) }

// Visit is a browser that asks: where from, and what it calls itself.
type Visit struct {
	From  netip.Addr
	Agent string
}

// network is what an address counts as: one of IPv4 itself, one of IPv6 its /64, of which one subscriber has all.
func (v Visit) network() string {
	a := v.From.Unmap().WithZone("")
	switch {
	case !a.IsValid():
		return "unknown"
	case a.Is4():
		return a.String()
	}
	return netip.PrefixFrom(a, 64).Masked().String()
}

// agent is what is kept of what a browser calls itself.
func (v Visit) agent() string {
	text := v.Agent
	if len(text) > mostAgent {
		text = text[:mostAgent]
	}
	return strings.Map(func(r rune) rune {
		if unseen(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, text)
}

// Operator is whoever runs the program on the paper's own data: they may do what an owner may. They have no account, and so
// nothing of their own.
func (g *Gate) Operator() Session {
	now := g.now()
	return Session{
		Person: Person{Name: "the operator", Role: Owner, State: Active},
		Made:   now, Seen: now, Proved: now, Strong: true, Network: CommandLine, Expires: now.Add(FreshFor),
	}
}

// ErrStale is in the error of [Gate.MayNow] where only a fresh proof is missing: ask for it, and then again. See
// [Gate.Reauthenticate].
var ErrStale = errors.New("the last proof is too old")

// MayNow says whether who has a session may do something now, with what is owner's, or, where owner is empty, nobody's. The
// error is fault.Denied; it is [ErrStale] too where they may, once they have proved again to be who they are.
func (g *Gate) MayNow(s Session, a Action, owner ID) error {
	if s.Pending {
		return fault.Because(fault.Denied, "a code is wanted before anything else: give the one that your app shows")
	}
	if err := g.May(s.Person, a, owner); err != nil {
		return err
	}
	if !s.Strong && a != OwnAccount && slices.Contains(g.o.Strong, s.Person.Role) {
		return fault.Because(fault.Denied, "%s signs in with a passkey, or with a password and a code: set up either, then sign in with it", one(s.Person.Role))
	}
	if rule(a).Fresh && !s.Fresh(g.now()) {
		return fault.Because(fault.Denied, "this matters: prove again that it is you, since %w", ErrStale)
	}
	return nil
}

// Session returns the session of a token, with its person as they are now, and notes that it was used. It asks the store
// each time, so that a session that was ended anywhere is ended here too. The error is fault.Denied where there is none, or
// it has ended. Page by page that is one query; what stays open longer, such as a stream, asks again each second.
func (g *Gate) Session(ctx context.Context, token string, v Visit) (Session, error) {
	id, ok := parseToken(token)
	if !ok {
		return Session{}, errNoSession
	}
	s, err := g.store.Session(ctx, id)
	now := g.now()
	switch {
	case errors.Is(err, fault.NotFound), err == nil && (s.Person.State != Active || !now.Before(s.expires())):
		return Session{}, errNoSession
	case err != nil:
		return Session{}, err
	}
	s.Network = v.network()
	if now.Sub(s.Seen) >= time.Minute {
		s.Seen = now
		if err := g.store.Touch(ctx, id, now, s.Network); err != nil {
			return Session{}, err
		}
	}
	s.Expires = s.expires()
	return s, nil
}

var errNoSession = fault.Because(fault.Denied, "you are not signed in, or no longer: sign in")

// People returns who works here, and did, by name.
func (g *Gate) People(ctx context.Context, by Session) ([]Person, error) {
	if err := g.MayNow(by, SeeStaff, ""); err != nil {
		return nil, err
	}
	return g.store.People(ctx)
}

// Person returns somebody who works here by their e-mail address. The error is fault.NotFound where it is nobody's.
func (g *Gate) Person(ctx context.Context, by Session, email string) (Person, error) {
	if err := g.MayNow(by, SeeStaff, ""); err != nil {
		return Person{}, err
	}
	email, err := ParseEmail(email)
	if err != nil {
		return Person{}, err
	}
	p, _, err := g.store.Credentials(ctx, email)
	if errors.Is(err, fault.NotFound) {
		err = fault.Because(fault.NotFound, "nobody here has the e-mail address %s: courant staff list shows who there is", email)
	}
	return p, err
}
