package staff

import (
	"cmp"
	"context"
	"slices"

	"github.com/courant-news/courant/internal/fault"
)

// manage changes somebody else's account, or one's own as anybody's.
func (g *Gate) manage(ctx context.Context, by Session, who ID, change func(a *Account, owners int) (Entry, error)) error {
	if err := g.MayNow(by, ManageStaff, who); err != nil {
		return err
	}
	return g.store.ChangeAccount(ctx, who, func(a *Account, owners int) (Entry, error) {
		if err := below(by, a.Role); err != nil {
			return Entry{}, err
		}
		return change(a, owners)
	})
}

// lastOwner says why an owner cannot go: they are the only one.
func lastOwner(a *Account, owners int) error {
	if a.Role == Owner && a.State == Active && owners <= 1 {
		return fault.Because(fault.Conflict, "%s is the only owner: make somebody else an owner first", a.Name)
	}
	return nil
}

// ChangeRole gives somebody another role. Their sessions end: they sign in again as what they are now. The error is
// fault.Denied where by may not, fault.Conflict where they are the only owner.
func (g *Gate) ChangeRole(ctx context.Context, by Session, who ID, r Role) error {
	if _, err := ParseRole(string(r)); err != nil {
		return err
	}
	if err := below(by, r); err != nil {
		return err
	}
	return g.manage(ctx, by, who, func(a *Account, owners int) (Entry, error) {
		if a.Role == r {
			return Entry{}, nil
		}
		if err := lastOwner(a, owners); err != nil {
			return Entry{}, err
		}
		a.Role = r
		a.Sessions = nil
		return g.entry(by, "make "+one(r), a.ID), nil
	})
}

// Disable keeps somebody out, at once and everywhere: every session ends, and every link. Their account, and what they
// wrote, stays theirs. The error is fault.Conflict where they are the only owner, or disabled already.
func (g *Gate) Disable(ctx context.Context, by Session, who ID) error {
	return g.manage(ctx, by, who, func(a *Account, owners int) (Entry, error) {
		if a.State == Disabled {
			return Entry{}, fault.Because(fault.Conflict, "the account of %s is disabled already", a.Name)
		}
		if err := lastOwner(a, owners); err != nil {
			return Entry{}, err
		}
		a.State = Disabled
		a.shut()
		return g.entry(by, "disable", a.ID), nil
	})
}

// Enable lets somebody sign in again who was disabled, by what they signed in with before. Who never accepted the
// invitation is invited again, and needs a new link: see [Gate.Reset]. The error is fault.Conflict where they are not disabled.
func (g *Gate) Enable(ctx context.Context, by Session, who ID) error {
	return g.manage(ctx, by, who, func(a *Account, _ int) (Entry, error) {
		if a.State != Disabled {
			return Entry{}, fault.Because(fault.Conflict, "the account of %s is not disabled: it is %s", a.Name, a.State)
		}
		a.State = Active
		if a.Password == "" && len(a.Passkeys) == 0 {
			a.State = Invited
		}
		return g.entry(by, "enable", a.ID), nil
	})
}

// Sessions returns somebody's sessions, the last used first, as they are kept: without their tokens. Everybody may see
// their own; others' may be seen by who may manage people.
func (g *Gate) Sessions(ctx context.Context, by Session, who ID) ([]Session, error) {
	if err := g.self(by, who); err != nil {
		return nil, err
	}
	a, err := g.store.Account(ctx, who)
	a.clear(g.now())
	for i := range a.Sessions {
		a.Sessions[i].Person, a.Sessions[i].Expires = a.Person, a.Sessions[i].expires()
	}
	slices.SortFunc(a.Sessions, func(x, y Session) int { return cmp.Or(y.Seen.Compare(x.Seen), cmp.Compare(x.ID, y.ID)) })
	return a.Sessions, err
}

// self says whether a session may see and end somebody's sessions. For one's own no fresh proof is wanted: who finds a
// stranger in the list shall not be kept from ending that.
func (g *Gate) self(by Session, who ID) error {
	if who == by.Person.ID && who != "" && !by.Pending && by.Person.State == Active {
		return nil
	}
	return g.MayNow(by, ManageStaff, who)
}

// EndSession ends one session of somebody. The error is fault.NotFound where it has ended already.
func (g *Gate) EndSession(ctx context.Context, by Session, who ID, id string) error {
	return g.endSessions(ctx, by, who, "end a session", func(a *Account) error {
		_, err := a.end(id)
		return err
	})
}

// EndSessions ends all sessions of somebody, the one that asks for it among them where it is theirs.
func (g *Gate) EndSessions(ctx context.Context, by Session, who ID) error {
	return g.endSessions(ctx, by, who, "end all sessions", func(a *Account) error {
		a.Sessions = nil
		a.revoke(ForCode)
		return nil
	})
}

// SignOut ends a session from within. One that has ended already is no error.
func (g *Gate) SignOut(ctx context.Context, s Session) error {
	return g.endSessions(ctx, s, s.Person.ID, "sign out", func(a *Account) error {
		_, _ = a.end(s.ID)
		return nil
	})
}

func (g *Gate) endSessions(ctx context.Context, by Session, who ID, action string, end func(a *Account) error) error {
	if err := g.self(by, who); err != nil {
		return err
	}
	return g.store.ChangeAccount(ctx, who, func(a *Account, _ int) (Entry, error) {
		if by.Person.ID != who {
			if err := below(by, a.Role); err != nil {
				return Entry{}, err
			}
		}
		return g.entry(by, action, a.ID), end(a)
	})
}
