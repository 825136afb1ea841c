package staff

import (
	"context"
	"slices"

	"github.com/courant-news/courant/internal/fault"
)

// own changes the account of whoever has a session, which must be there still.
func (g *Gate) own(ctx context.Context, s Session, change func(a *Account) (Entry, error)) error {
	if err := g.MayNow(s, OwnAccount, s.Person.ID); err != nil {
		return err
	}
	return g.store.ChangeAccount(ctx, s.Person.ID, func(a *Account, _ int) (Entry, error) {
		if a.State != Active || !slices.ContainsFunc(a.Sessions, func(kept Session) bool { return kept.ID == s.ID }) {
			return Entry{}, errNoSession
		}
		return change(a)
	})
}

// Ways are the ways in which a person can sign in, to be shown to them.
type Ways struct {
	Password bool
	Codes    bool // an app for codes, which is asked for beside the password
	Recovery int  // recovery codes that are left
	Passkeys []Passkey
}

// Ways returns how whoever has a session can sign in.
func (g *Gate) Ways(ctx context.Context, s Session) (Ways, error) {
	if err := g.self(s, s.Person.ID); err != nil {
		return Ways{}, err
	}
	a, err := g.store.Account(ctx, s.Person.ID)
	return Ways{a.Password != "", a.TOTP.Confirmed, len(a.Recovery), a.Passkeys}, err
}

// ChangePassword gives whoever has a session another password. All their sessions end and every link; the one that asked
// goes on under another token, which is returned.
func (g *Gate) ChangePassword(ctx context.Context, s Session, password string, v Visit) (Session, error) {
	if err := g.MayNow(s, OwnAccount, s.Person.ID); err != nil {
		return Session{}, err
	}
	kept, err := g.newPassword(ctx, s.Person, password)
	if err != nil {
		return Session{}, err
	}
	return g.anew(ctx, s, v, "change the password", func(a *Account) (bool, error) {
		a.Password = kept
		return s.Strong, nil
	})
}

// DropPassword makes passkeys the only way in. The error is fault.Conflict where there is none.
func (g *Gate) DropPassword(ctx context.Context, s Session, v Visit) (Session, error) {
	return g.anew(ctx, s, v, "give up the password", func(a *Account) (bool, error) {
		if len(a.Passkeys) == 0 {
			return false, fault.Because(fault.Conflict, "without a passkey the password is the only way in: add a passkey first")
		}
		a.Password, a.TOTP, a.Recovery = "", TOTP{}, nil
		return s.Strong, nil
	})
}

// anew changes how somebody signs in, ends all their sessions, and begins another for the one that asked.
func (g *Gate) anew(ctx context.Context, s Session, v Visit, action string, change func(a *Account) (strong bool, err error)) (Session, error) {
	var next Session
	err := g.own(ctx, s, func(a *Account) (Entry, error) {
		strong, err := change(a)
		if err != nil {
			return Entry{}, err
		}
		a.shut()
		renewed := g.session(v, g.now(), strong)
		renewed.Made, renewed.Proved = s.Made, s.Proved
		next = a.begin(renewed)
		return g.entry(s, action, a.ID), nil
	})
	return begun(next, err)
}

// App is the secret that an app for codes is given: as a URI for a picture, and in letters to be typed.
type App struct {
	URI, Secret string
}

// BeginTOTP makes a secret for an app. Nothing is asked of the person until [Gate.ConfirmTOTP] has seen a code of it. The
// error is fault.Conflict where they have an app already.
func (g *Gate) BeginTOTP(ctx context.Context, s Session) (App, error) {
	var app App
	err := g.own(ctx, s, func(a *Account) (Entry, error) {
		if a.TOTP.Confirmed {
			return Entry{}, fault.Because(fault.Conflict, "an app for codes is set up already: remove it before you set up another")
		}
		if a.Password == "" {
			return Entry{}, fault.Because(fault.Conflict, "codes are asked for beside a password, and there is none: passkeys need no code")
		}
		a.TOTP = newTOTP()
		app = App{a.TOTP.address(g.o.Paper, a.Email), a.TOTP.written()}
		return Entry{}, nil
	})
	return app, err
}

// ConfirmTOTP begins to ask for codes, once it has seen one, and returns ten recovery codes, which are shown this once. All
// other sessions end, since they were begun without a code; the one that asked goes on under another token. The error is
// fault.Denied where the code is not right.
func (g *Gate) ConfirmTOTP(ctx context.Context, s Session, code string, v Visit) (Session, []string, error) {
	guess, err := g.guess(ctx, Limit{"session " + s.ID, mostPerAccount})
	if err != nil {
		return Session{}, nil, err
	}
	var codes []string
	next, err := g.anew(ctx, s, v, "set up codes", func(a *Account) (bool, error) {
		p, ok := parseProof(code)
		step, matches := a.TOTP.match(p.digits, g.now())
		if !ok || !matches || a.TOTP.Confirmed {
			return false, errCode
		}
		a.TOTP.Confirmed, a.TOTP.Used = true, step
		codes, a.Recovery = newRecovery()
		return true, nil
	})
	if err != nil {
		return Session{}, nil, err
	}
	return next, codes, g.right(ctx, guess)
}

// DropTOTP asks for no codes any more; the recovery codes end too.
func (g *Gate) DropTOTP(ctx context.Context, s Session, v Visit) (Session, error) {
	return g.anew(ctx, s, v, "give up codes", func(a *Account) (bool, error) {
		a.TOTP, a.Recovery = TOTP{}, nil
		return false, nil
	})
}

// NewRecovery returns ten recovery codes, which are shown this once, instead of those there were. The error is
// fault.Conflict where no codes are asked for.
func (g *Gate) NewRecovery(ctx context.Context, s Session) ([]string, error) {
	var codes []string
	err := g.own(ctx, s, func(a *Account) (Entry, error) {
		if !a.TOTP.Confirmed {
			return Entry{}, fault.Because(fault.Conflict, "recovery codes stand in for an app for codes: set one up first")
		}
		codes, a.Recovery = newRecovery()
		return g.entry(s, "make recovery codes", a.ID), nil
	})
	return codes, err
}
