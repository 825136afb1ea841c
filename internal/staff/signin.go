package staff

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// How many wrong guesses there may be within [guessing]. What is right is not counted. They are kept in the store, so that
// neither a restart nor another machine gives more, and sliding, so that no border of two quarters of an hour does. A limit
// holds for passwords only: who has a passkey, or has signed in already, is not kept out by what others guess.
const (
	mostPerAccount = 10
	mostPerNetwork = 50
	guessing       = 15 * time.Minute
)

// errSignIn is all that anybody learns of a password that was not taken: not whether there is such an account, not whether
// it is disabled or has only passkeys.
var errSignIn = fault.Because(fault.Denied, "the e-mail address or the password is not right, or this account cannot sign in: "+
	"try again, or ask an owner of the paper for a link to choose another password")

var errCode = fault.Because(fault.Denied, "this code is not right, or was used before: take the next one that your app shows, or a recovery code")

// SignIn lets in by e-mail address and password. Where the account has an app for codes, the session that is returned is
// pending: its token is for [Gate.SignInCode] within five minutes. The error is fault.Denied, the same whatever was wrong
// and after the same work, or fault.Busy after too many wrong guesses, likewise.
func (g *Gate) SignIn(ctx context.Context, email, password string, v Visit) (Session, error) {
	address, err := ParseEmail(email)
	if err != nil {
		address = "" // nobody's; it is counted as what was typed
		email = "no address: " + email
	} else {
		email = address
	}
	guess, err := g.guess(ctx, Limit{"account " + hash(email), mostPerAccount}, Limit{"network " + v.network(), mostPerNetwork})
	if err != nil {
		return Session{}, err
	}
	p, known, err := g.store.Credentials(ctx, address)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return Session{}, err
	}
	right, err := g.hasher.verify(ctx, known.Password, password)
	if err != nil {
		return Session{}, err
	}
	now := g.now()
	if !right || p.State != Active {
		return Session{}, g.refused(ctx, Entry{At: now, Person: p.ID, Action: "sign in", From: v.network()}, errSignIn)
	}
	var s Session
	err = g.store.ChangeAccount(ctx, p.ID, func(a *Account, _ int) (Entry, error) {
		if a.State != Active || a.Password != known.Password {
			return Entry{}, errSignIn // somebody changed that since
		}
		if a.TOTP.Confirmed {
			t, token := newTicket(ForCode, a.ID, "", now)
			a.clear(now)
			a.give(t)
			s = Session{Token: token, Person: a.Person, Pending: true, Expires: t.Expires}
			return Entry{}, nil
		}
		s = a.begin(g.session(v, now, false))
		return Entry{At: now, Person: a.ID, Action: "sign in", Object: "by password", Outcome: Done, From: v.network()}, nil
	})
	if err != nil {
		return Session{}, err
	}
	return begun(s, g.right(ctx, guess))
}

// session begins a session of somebody who has just proved to be who they are.
func (g *Gate) session(v Visit, now time.Time, strong bool) Session {
	return Session{Made: now, Seen: now, Proved: now, Strong: strong, Network: v.network(), Agent: v.agent()}
}

// SignInCode ends a pending session and begins one, with the code of an app or a recovery code. A wrong code may be
// followed by another. The error is fault.Denied, or fault.Busy after too many wrong ones.
func (g *Gate) SignInCode(ctx context.Context, token, code string, v Visit) (Session, error) {
	id, ok := parseToken(token)
	if !ok {
		return Session{}, errPending
	}
	t, err := g.store.Ticket(ctx, id)
	if errors.Is(err, fault.NotFound) || err == nil && (t.Purpose != ForCode || !g.now().Before(t.Expires)) {
		return Session{}, errPending
	}
	if err != nil {
		return Session{}, err
	}
	guess, err := g.guess(ctx, Limit{"code " + string(t.Person), mostPerAccount})
	if err != nil {
		return Session{}, err
	}
	now := g.now()
	var s Session
	err = g.store.ChangeAccount(ctx, t.Person, func(a *Account, _ int) (Entry, error) {
		if _, err := a.take(id, ForCode, now); err != nil || a.State != Active {
			return Entry{}, errPending
		}
		how, err := a.prove(code, now)
		if err != nil {
			return Entry{}, err
		}
		s = a.begin(g.session(v, now, true))
		return Entry{At: now, Person: a.ID, Action: "sign in", Object: "by password and " + how, Outcome: Done, From: v.network()}, nil
	})
	if errors.Is(err, errCode) {
		return Session{}, g.refused(ctx, Entry{At: now, Person: t.Person, Action: "sign in by code", From: v.network()}, err)
	}
	if err != nil {
		return Session{}, err
	}
	return begun(s, g.right(ctx, guess))
}

var errPending = fault.Because(fault.Denied, "this took too long, or was done already: sign in again with your password")

// prove uses up a code of the app or a recovery code, and says which it was.
func (a *Account) prove(text string, now time.Time) (how string, err error) {
	p, ok := parseProof(text)
	if !ok || !a.TOTP.Confirmed {
		return "", errCode
	}
	if p.digits != "" {
		step, ok := a.TOTP.match(p.digits, now)
		if !ok {
			return "", errCode
		}
		a.TOTP.Used = step
		return "code", nil
	}
	i := slices.Index(a.Recovery, p.recovery)
	if i < 0 {
		return "", errCode
	}
	a.Recovery = slices.Delete(a.Recovery, i, i+1)
	return "recovery code", nil
}

// Reauthenticate proves again that a session is in the hands of its person, by password and, where they have an app for
// codes, by code. It returns the session with another token; the old one is of no use any more. What others guess from
// outside does not stand in its way: it has ten guesses of its own. The error is as of [Gate.SignIn].
func (g *Gate) Reauthenticate(ctx context.Context, s Session, password, code string, v Visit) (Session, error) {
	guess, err := g.guess(ctx, Limit{"session " + s.ID, mostPerAccount})
	if err != nil {
		return Session{}, err
	}
	_, known, err := g.store.Credentials(ctx, s.Person.Email)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return Session{}, err
	}
	right, err := g.hasher.verify(ctx, known.Password, password)
	if err != nil {
		return Session{}, err
	}
	if !right {
		err = errProof
	} else {
		s, err = g.renew(ctx, s, v, func(a *Account, now time.Time) (bool, error) {
			if a.Password != known.Password {
				return false, errProof
			}
			if !a.TOTP.Confirmed {
				return s.Strong, nil
			}
			_, err := a.prove(code, now)
			return true, err
		})
	}
	if errors.Is(err, fault.Denied) && !errors.Is(err, errNoSession) {
		return Session{}, g.refused(ctx, Entry{At: g.now(), Person: s.Person.ID, Action: "prove again", From: v.network()}, err)
	}
	if err != nil {
		return Session{}, err
	}
	return begun(s, g.right(ctx, guess))
}

var errProof = fault.Because(fault.Denied, "this password is not right: try again")

// renew gives a session another token, after prove has said that it is its person's, and whether strongly so. How long a
// session may last goes on counting.
func (g *Gate) renew(ctx context.Context, s Session, v Visit, prove func(a *Account, now time.Time) (strong bool, err error)) (Session, error) {
	now := g.now()
	var renewed Session
	err := g.store.ChangeAccount(ctx, s.Person.ID, func(a *Account, _ int) (Entry, error) {
		old, err := a.end(s.ID)
		if err != nil || a.State != Active {
			return Entry{}, errNoSession
		}
		strong, err := prove(a, now)
		if err != nil {
			return Entry{}, err
		}
		next := g.session(v, now, strong)
		next.Made = old.Made
		renewed = a.begin(next)
		return Entry{At: now, Person: a.ID, Action: "prove again", Outcome: Done, From: v.network()}, nil
	})
	if errors.Is(err, fault.NotFound) {
		err = errNoSession
	}
	return begun(renewed, err)
}

// guess notes a guess before it is looked at, so that of many at once no more are looked at than may be. It returns what
// [Gate.right] takes back.
func (g *Gate) guess(ctx context.Context, limits ...Limit) (guess, error) {
	at := g.now()
	free, err := g.store.TakeGuess(ctx, at, at.Add(-guessing), limits)
	if err == nil && !free.IsZero() {
		minutes := int(free.Sub(at)/time.Minute) + 1
		err = fault.Because(fault.Busy, "too many wrong passwords or codes: wait %d minutes, or sign in with a passkey", minutes)
	}
	return guess{at, limits}, err
}

// guess is one that was noted.
type guess struct {
	at     time.Time
	limits []Limit
}

// right forgets a guess, since it was right. The wrong ones before it stay: else whoever guesses would gain ten more each
// time the person signs in.
func (g *Gate) right(ctx context.Context, was guess) error {
	return g.store.DropGuess(ctx, was.at, was.limits)
}

// refused writes down that something was refused and returns why. It does so too where the account is not known, which
// costs the same.
func (g *Gate) refused(ctx context.Context, e Entry, why error) error {
	e.Outcome = Refused
	if err := g.store.AddEntry(ctx, e); err != nil {
		return err
	}
	return why
}
