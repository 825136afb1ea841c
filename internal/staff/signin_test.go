package staff_test

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/store"
)

func TestWhoCannotSignInLearnsNothingOfTheAccountAndCostsTheSame(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	w.joined(owner, "Rita", "rita@paper.example", staff.Reporter)
	gone := w.joined(owner, "Gone", "gone@paper.example", staff.Reporter)
	w.fine(w.gate.Disable(t.Context(), owner, gone.Person.ID))
	_, _, err := w.gate.Invite(t.Context(), owner, "Late", "late@paper.example", staff.Reporter)
	w.fine(err)
	hashes := w.gate.CountHashes()
	sentence := ""
	for _, c := range []struct{ who, email, password string }{
		{"known, wrong password", "rita@paper.example", another},
		{"unknown", "nobody@paper.example", another},
		{"no address at all", "' OR 1=1 --", another},
		{"disabled, right password", "gone@paper.example", phrase},
		{"invited, no password yet", "late@paper.example", ""},
		{"known, empty password", "rita@paper.example", ""},
		{"known, endless password", "rita@paper.example", strings.Repeat("a", 100_000)},
	} {
		before := hashes.Load()
		trail, err := w.gate.Trail(t.Context(), owner, 0, 500)
		w.fine(err)
		_, err = w.signIn(c.email, c.password)
		w.wants(fault.Denied, c.who, err)
		if sentence == "" {
			sentence = err.Error()
		}
		if err.Error() != sentence {
			t.Errorf("%s: %q, elsewhere %q", c.who, err, sentence)
		}
		if n := hashes.Load() - before; n != 1 {
			t.Errorf("%s: %d hashes were computed, want one", c.who, n)
		}
		after, err := w.gate.Trail(t.Context(), owner, 0, 500)
		if err != nil || len(after) != len(trail)+1 || after[0].Outcome != staff.Refused || strings.Contains(after[0].Object, c.email) {
			t.Errorf("%s: the trail grew by %d, %v, %+v", c.who, len(after)-len(trail), err, after[0])
		}
	}
	if _, err := w.signIn("  RITA@Paper.Example", phrase); err != nil {
		t.Errorf("the right password: %v", err)
	}
}

// However a guesser turns, no account is guessed at more than ten times in any quarter of an hour.
func TestNobodyGuessesMoreThanTenTimesInAQuarterOfAnHour(t *testing.T) {
	from := func(a string) staff.Visit { return staff.Visit{From: netip.MustParseAddr(a)} }
	for _, c := range []struct {
		name  string
		email func(i int) string
		visit func(i int) staff.Visit
	}{
		{"as he is", func(int) string { return "rita@paper.example" }, func(int) staff.Visit { return abroad }},
		{"from ever other addresses", func(int) string { return "rita@paper.example" }, func(i int) staff.Visit { return from(fmt.Sprintf("198.51.100.%d", i)) }},
		{"from ever other networks", func(int) string { return "rita@paper.example" }, func(i int) staff.Visit { return from(fmt.Sprintf("2001:db8:%x::1", i)) }},
		{"in ever other letters", func(i int) string {
			return strings.ToUpper("rita@paper.example"[:i%18]) + "rita@paper.example"[i%18:]
		}, func(i int) staff.Visit { return from(fmt.Sprintf("198.51.100.%d", i)) }},
		{"with spaces around", func(i int) string { return strings.Repeat(" ", i) + "rita@paper.example\t" }, func(int) staff.Visit { return abroad }},
		{"with other browsers and none", func(int) string { return "rita@paper.example" }, func(i int) staff.Visit { return staff.Visit{Agent: fmt.Sprint(i)} }},
		{"at an account that there is not", func(int) string { return "nobody@paper.example" }, func(int) staff.Visit { return abroad }},
		{"at what is no address", func(int) string { return "rita" }, func(int) staff.Visit { return abroad }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.joined(w.founded(), "Rita", "rita@paper.example", staff.Reporter)
			hashes := w.gate.CountHashes()
			for i := range 25 {
				_, err := w.gate.SignIn(t.Context(), c.email(i), another, c.visit(i))
				if i < 10 {
					w.wants(fault.Denied, fmt.Sprint("guess ", i), err)
				} else {
					w.wants(fault.Busy, fmt.Sprint("guess ", i), err)
				}
				if i == 4 {
					w.wait(5 * time.Minute)
				}
			}
			if n := hashes.Load(); n != 10 {
				t.Errorf("%d guesses were looked at, want 10", n)
			}
			// A restart, or another machine, gives no more.
			again, err := staff.New(w.db, staff.Options{Now: w.now})
			w.fine(err)
			_, err = again.SignIn(t.Context(), c.email(0), phrase, abroad)
			w.wants(fault.Busy, "after a restart, with the right password", err)
			w.wait(10 * time.Minute) // the first five are a quarter of an hour old
			for i := range 6 {
				_, err := again.SignIn(t.Context(), c.email(i), another, c.visit(i))
				if i < 5 {
					w.wants(fault.Denied, "a guess that is free again", err)
				} else {
					w.wants(fault.Busy, "one more", err)
				}
			}
		})
	}
}

func TestOfManyGuessesAtOnceTenAreLookedAt(t *testing.T) {
	w := newWorld(t)
	w.joined(w.founded(), "Rita", "rita@paper.example", staff.Reporter)
	hashes := w.gate.CountHashes()
	w.atOnce(30, fault.Busy, func(ctx context.Context, _ int) error {
		_, err := w.gate.SignIn(ctx, "rita@paper.example", another, abroad)
		if fault.KindOf(err) == fault.Denied {
			return nil
		}
		return err
	})
	if n := hashes.Load(); n != 10 {
		t.Errorf("%d guesses were looked at, want 10", n)
	}
}

func TestANetworkGuessesFiftyTimesAndItsNeighboursAreNotHeldForIt(t *testing.T) {
	w := newWorld(t)
	w.joined(w.founded(), "Rita", "rita@paper.example", staff.Reporter)
	for i := range 55 {
		v := staff.Visit{From: netip.MustParseAddr(fmt.Sprintf("2001:db8:1:2:%x::%x", i+1, i))} // one /64
		_, err := w.gate.SignIn(t.Context(), fmt.Sprintf("nobody%d@paper.example", i), another, v)
		if i < 50 {
			w.wants(fault.Denied, fmt.Sprint("guess ", i), err)
		} else {
			w.wants(fault.Busy, fmt.Sprint("guess ", i), err)
		}
	}
	_, err := w.gate.SignIn(t.Context(), "rita@paper.example", phrase, staff.Visit{From: netip.MustParseAddr("2001:db8:1:3::1")})
	w.fine(err)
}

// What others guess keeps nobody out who has signed in, and what is right gives nobody more guesses.
func TestGuessesKeepOutPasswordsOnly(t *testing.T) {
	w := newWorld(t)
	s := w.joined(w.founded(), "Rita", "rita@paper.example", staff.Reporter)
	for i := range 12 {
		if i == 6 {
			_, err := w.signIn("rita@paper.example", phrase) // she herself; it frees none of the guesses before
			w.fine(err)
		}
		_, err := w.gate.SignIn(t.Context(), "rita@paper.example", another, abroad)
		if i < 10 {
			w.wants(fault.Denied, fmt.Sprint("guess ", i), err)
		} else {
			w.wants(fault.Busy, fmt.Sprint("guess ", i), err)
		}
	}
	if !w.alive(s) {
		t.Error("her session has ended")
	}
	again, err := w.gate.Reauthenticate(t.Context(), s, phrase, "", home)
	w.fine(err)
	for i := range 12 {
		_, err := w.gate.Reauthenticate(t.Context(), again, another, "", home)
		if i < 10 {
			w.wants(fault.Denied, fmt.Sprint("proof ", i), err)
		} else {
			w.wants(fault.Busy, fmt.Sprint("proof ", i), err)
		}
	}
}

func TestASessionEndsWhenItIsIdleOrOld(t *testing.T) {
	w := newWorld(t)
	s := w.founded()
	if s.Expires != noon.Add(12*time.Hour) {
		t.Errorf("it expires at %v", s.Expires)
	}
	w.wait(12*time.Hour - time.Microsecond)
	if !w.alive(s) {
		t.Fatal("it has ended before it was idle for twelve hours")
	}
	for used := 0; used < 30*24-12-12; used += 11 {
		w.wait(11 * time.Hour)
		if !w.alive(s) {
			t.Fatalf("it has ended after %v, though it was used", w.now().Sub(noon))
		}
	}
	w.wait(noon.Add(30*24*time.Hour).Sub(w.now()) - time.Second)
	got, err := w.gate.Session(t.Context(), s.Token, home)
	if err != nil || got.Expires != noon.Add(30*24*time.Hour) {
		t.Errorf("a second before thirty days: %v, %v", got.Expires, err)
	}
	w.wait(time.Second)
	if w.alive(s) {
		t.Error("it has outlived thirty days")
	}
	idle, err := w.signIn("olga@paper.example", phrase)
	w.fine(err)
	w.wait(12 * time.Hour)
	if w.alive(idle) {
		t.Error("it has outlived twelve idle hours")
	}
}

// Whatever ends sessions ends them at once, on every machine: another gate before the same store knows nothing of them.
func TestSessionsEndEverywhereAtOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(w *world, owner, s staff.Session) error
	}{
		{"disabled", func(w *world, owner, s staff.Session) error { return w.gate.Disable(t.Context(), owner, s.Person.ID) }},
		{"another role", func(w *world, owner, s staff.Session) error {
			return w.gate.ChangeRole(t.Context(), owner, s.Person.ID, staff.Editor)
		}},
		{"another password", func(w *world, _, s staff.Session) error {
			next, err := w.gate.ChangePassword(t.Context(), s, another, home)
			if err == nil && (!w.alive(next) || next.Token == s.Token) {
				t.Error("who changes the password does not go on")
			}
			return err
		}},
		{"all ended by an owner", func(w *world, owner, s staff.Session) error {
			return w.gate.EndSessions(t.Context(), owner, s.Person.ID)
		}},
		{"all ended by themselves", func(w *world, _, s staff.Session) error {
			return w.gate.EndSessions(t.Context(), s, s.Person.ID)
		}},
		{"ended one by one from a list", func(w *world, owner, s staff.Session) error {
			all, err := w.gate.Sessions(t.Context(), s, s.Person.ID)
			if err != nil || len(all) != 2 || all[0].Token+all[1].Token != "" || all[0].Agent != "Browser/1" || all[0].Network != "192.0.2.7" {
				t.Errorf("%+v, %v", all, err)
			}
			for _, one := range all {
				w.fine(w.gate.EndSession(t.Context(), owner, s.Person.ID, one.ID))
			}
			w.wants(fault.NotFound, "ended again", w.gate.EndSession(t.Context(), owner, s.Person.ID, all[0].ID))
			return nil
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			owner := w.founded()
			first := w.joined(owner, "Rita", "rita@paper.example", staff.Reporter)
			second, err := w.signIn("rita@paper.example", phrase)
			w.fine(err)
			elsewhere, err := staff.New(w.db, staff.Options{Now: w.now})
			w.fine(err)
			for _, s := range []staff.Session{first, second} {
				_, err := elsewhere.Session(t.Context(), s.Token, home)
				w.fine(err)
			}
			w.fine(c.do(w, owner, second))
			for _, s := range []staff.Session{first, second} {
				_, err := elsewhere.Session(t.Context(), s.Token, home)
				w.wants(fault.Denied, "elsewhere", err)
				if w.alive(s) {
					t.Error("a session is still there")
				}
				_, err = w.gate.Reauthenticate(t.Context(), s, phrase, "", home)
				w.wants(fault.Denied, "a proof in a session that has ended", err)
				_, err = w.gate.ChangePassword(t.Context(), s, another+another, home)
				w.wants(fault.Denied, "a change in a session that has ended", err)
			}
			if !w.alive(owner) {
				t.Error("somebody else's session has ended too")
			}
		})
	}
}

func TestNobodyEndsOrSeesOthersSessionsButWhoManagesPeople(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	editor := w.joined(owner, "Ed", "ed@paper.example", staff.Editor)
	_, err := w.gate.Sessions(t.Context(), editor, owner.Person.ID)
	w.wants(fault.Denied, "see", err)
	w.wants(fault.Denied, "end one", w.gate.EndSession(t.Context(), editor, owner.Person.ID, owner.ID))
	w.wants(fault.Denied, "end all", w.gate.EndSessions(t.Context(), editor, owner.Person.ID))
	w.wants(fault.NotFound, "end another's as one's own", w.gate.EndSession(t.Context(), editor, editor.Person.ID, owner.ID))
	if !w.alive(owner) {
		t.Error("the session has ended")
	}
	w.fine(w.gate.SignOut(t.Context(), editor))
	w.fine(w.gate.SignOut(t.Context(), editor)) // twice does no harm
	if w.alive(editor) {
		t.Error("who has signed out is still there")
	}
}

func TestAProofIsFreshForTenMinutesAndGivesTheSessionAnotherToken(t *testing.T) {
	w := newWorld(t)
	s := w.founded()
	w.fine(w.gate.MayNow(s, staff.ManageStaff, ""))
	w.wait(10 * time.Minute)
	w.wants(fault.Denied, "after ten minutes", w.gate.MayNow(s, staff.ManageStaff, ""))
	next, err := w.gate.Reauthenticate(t.Context(), s, phrase, "", abroad)
	w.fine(err)
	w.fine(w.gate.MayNow(next, staff.ManageStaff, ""))
	if w.alive(s) || !w.alive(next) || next.Token == s.Token || !next.Made.Equal(s.Made) {
		t.Errorf("the token is as before, or the session is younger than it was: made %v", next.Made)
	}
	read, err := w.gate.Session(t.Context(), next.Token, abroad)
	w.fine(err)
	if read.Proved != w.now() || read.Token != "" {
		t.Errorf("it was proved at %v, and its token is %q", read.Proved, read.Token)
	}
}

// What lies on the disk opens nothing: no token, password or code is there.
func TestTheStoreHoldsHashesOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "paper.db")
	db, err := store.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, db: db, clock: noon}
	w.gate, err = staff.New(db, staff.Options{Now: w.now})
	w.fine(err)
	owner := w.founded()
	rita := w.joined(owner, "Rita", "rita@paper.example", staff.Reporter)
	_, invitation, err := w.gate.Invite(t.Context(), owner, "Late", "late@paper.example", staff.Reporter)
	w.fine(err)
	reset, err := w.gate.Reset(t.Context(), owner, rita.Person.ID, false)
	w.fine(err)
	app, err := w.gate.BeginTOTP(t.Context(), owner)
	w.fine(err)
	_, codes, err := w.gate.ConfirmTOTP(t.Context(), owner, staff.CodeOf(app.Secret, w.now().Unix()), home)
	w.fine(err)
	pending, err := w.signIn("olga@paper.example", phrase)
	w.fine(err)
	_, err = w.signIn("rita@paper.example", "a wrong password that was typed")
	w.wants(fault.Denied, "wrong", err)
	_, err = w.signIn("a password typed as the address", "rita@paper.example")
	w.wants(fault.Denied, "wrong", err)
	secrets := append(codes, phrase, owner.Token, rita.Token, invitation.Token, reset.Token, pending.Token,
		"a wrong password that was typed", "a password typed as the address", strings.ReplaceAll(codes[0], "-", ""))
	w.fine(db.Close())
	names, err := filepath.Glob(file + "*")
	w.fine(err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		w.fine(err)
		if name == file && !bytes.Contains(text, []byte("rita@paper.example")) {
			t.Error("the file is not the one that was written")
		}
		for _, secret := range secrets {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s holds %q", filepath.Base(name), secret)
			}
		}
	}
}
