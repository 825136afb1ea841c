package staff_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/store"
)

// What must happen once does so on either engine, also where two machines, each with a store of its own, try at once.
func TestWhatMayHappenOnceDoesSoOnEveryEngineAndOnTwoMachines(t *testing.T) {
	for engine, url := range map[string]func() string{
		"sqlite":   func() string { return filepath.Join(t.TempDir(), "paper.db") },
		"postgres": func() string { return must.Postgres(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			at := url()
			var gates [2]*staff.Gate
			w := &world{T: t, clock: noon}
			for i := range gates {
				db, err := store.Open(t.Context(), at)
				w.fine(err)
				t.Cleanup(func() { w.fine(db.Close()) })
				gates[i], err = staff.New(db, staff.Options{Now: w.now, Origin: "https://paper.example"})
				w.fine(err)
			}
			w.gate = gates[0]
			once := func(what string, kind fault.Kind, want int, do func(ctx context.Context, g *staff.Gate, i int) error) {
				t.Helper()
				if n := w.atOnce(12, kind, func(ctx context.Context, i int) error { return do(ctx, gates[i%2], i) }); n != want {
					t.Errorf("%s: %d of twelve, want %d", what, n, want)
				}
			}

			l, err := w.gate.Setup(t.Context())
			w.fine(err)
			var owner staff.Session
			once("set the paper up", fault.NotFound, 1, func(ctx context.Context, g *staff.Gate, i int) error {
				s, err := g.Found(ctx, l.Token, "Olga", fmt.Sprintf("olga%d@paper.example", i), phrase, home)
				if err == nil {
					owner = s
				}
				return err
			})
			_, l, err = w.gate.Invite(t.Context(), owner, "Rita", "rita@paper.example", staff.Owner)
			w.fine(err)
			var rita staff.Session
			once("accept an invitation", fault.NotFound, 1, func(ctx context.Context, g *staff.Gate, _ int) error {
				s, err := g.Accept(ctx, l.Token, phrase, home)
				if err == nil {
					rita = s
				}
				return err
			})
			once("guess", fault.Busy, 10, func(ctx context.Context, g *staff.Gate, _ int) error {
				_, err := g.SignIn(ctx, "somebody@paper.example", another, abroad)
				if errors.Is(err, fault.Denied) {
					return nil
				}
				return err
			})
			rita, secret, codes := w.withApp(rita)
			pending := w.pending("rita@paper.example", phrase)
			once("use a pending sign-in and a code", fault.Denied, 1, func(ctx context.Context, g *staff.Gate, i int) error {
				_, err := g.SignInCode(ctx, pending.Token, []string{w.code(secret), codes[i%10]}[i%2], home)
				if errors.Is(err, fault.Busy) { // more than ten guesses
					err = fault.Denied
				}
				return err
			})
			d := newDevice(t)
			w.withPasskey(rita, d)
			c, err := w.gate.BeginPasskey(t.Context())
			w.fine(err)
			reply := d.sign(c)
			once("answer a challenge", fault.Denied, 1, func(ctx context.Context, g *staff.Gate, _ int) error {
				_, err := g.SignInPasskey(ctx, c.Token, reply, home)
				return err
			})
			once("disable owners", fault.Conflict, 1, func(ctx context.Context, g *staff.Gate, i int) error {
				return g.Disable(ctx, g.Operator(), []staff.ID{owner.Person.ID, rita.Person.ID}[i/2%2])
			})
			alive := 0
			for _, g := range gates {
				for _, s := range []staff.Session{owner, rita} {
					if _, err := g.Session(t.Context(), s.Token, home); err == nil {
						alive++
					}
				}
			}
			if alive != 2 {
				t.Errorf("of one owner who stays and one who was disabled %d sessions are seen by two machines, want 2", alive)
			}
		})
	}
}
