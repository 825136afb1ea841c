package staff_test

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
)

// withApp sets up codes for whoever has a session, and returns the session that goes on, the secret and the recovery codes.
func (w *world) withApp(s staff.Session) (staff.Session, string, []string) {
	w.Helper()
	app, err := w.gate.BeginTOTP(w.Context(), s)
	w.fine(err)
	next, codes, err := w.gate.ConfirmTOTP(w.Context(), s, w.code(app.Secret), home)
	w.fine(err)
	w.wait(30 * time.Second) // for the next code
	return next, app.Secret, codes
}

// code is what an app shows now.
func (w *world) code(secret string) string { return staff.CodeOf(secret, w.now().Unix()) }

// pending signs in by password where a code is wanted.
func (w *world) pending(email, password string) staff.Session {
	w.Helper()
	s, err := w.signIn(email, password)
	w.fine(err)
	if !s.Pending || s.Strong || w.alive(s) {
		w.Fatalf("a password alone opens: %+v", s)
	}
	return s
}

func TestAnAppIsAskedForOnceItHasShownACode(t *testing.T) {
	w := newWorld(t)
	s := w.founded()
	older, err := w.signIn("olga@paper.example", phrase)
	w.fine(err)
	_, _, err = w.gate.ConfirmTOTP(t.Context(), s, "123456", home)
	w.wants(fault.Denied, "a code before there is a secret", err)
	app, err := w.gate.BeginTOTP(t.Context(), s)
	w.fine(err)
	u, err := url.Parse(app.URI)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/The Courant:olga@paper.example" ||
		u.Query().Get("secret") != app.Secret || u.Query().Get("issuer") != "The Courant" {
		t.Errorf("the address is %s, %v", app.URI, err)
	}
	again, err := w.signIn("olga@paper.example", phrase)
	if err != nil || again.Pending {
		t.Errorf("a code is asked for before the app has shown one: %+v, %v", again, err)
	}
	_, _, err = w.gate.ConfirmTOTP(t.Context(), s, staff.CodeOf(app.Secret, w.now().Unix()+90), home)
	w.wants(fault.Denied, "a code of another time", err)
	next, codes, err := w.gate.ConfirmTOTP(t.Context(), s, w.code(app.Secret), home)
	if err != nil || len(codes) != 10 || !next.Strong || !w.alive(next) {
		t.Fatalf("%d recovery codes, %+v, %v", len(codes), next, err)
	}
	if w.alive(s) || w.alive(older) || w.alive(again) {
		t.Error("sessions that were begun without a code go on")
	}
	_, err = w.gate.BeginTOTP(t.Context(), next)
	w.wants(fault.Conflict, "another app beside it", err)

	first := w.pending("olga@paper.example", phrase)
	_, err = w.gate.SignInCode(t.Context(), first.Token, w.code(app.Secret), home)
	w.wants(fault.Denied, "the code that has confirmed the app", err)
	w.wait(30 * time.Second)
	n := w.atOnce(4, fault.Denied, func(ctx context.Context, _ int) error { // the same code from four browsers
		p, err := w.gate.SignIn(ctx, "olga@paper.example", phrase, home)
		if err == nil {
			_, err = w.gate.SignInCode(ctx, p.Token, w.code(app.Secret), home)
		}
		return err
	})
	if n != 1 {
		t.Errorf("%d came in by one code, want one", n)
	}
	w.wait(30 * time.Second)
	in, err := w.gate.SignInCode(t.Context(), first.Token, " "+w.code(app.Secret)[:3]+" "+w.code(app.Secret)[3:], home)
	if err != nil || !in.Strong || in.Pending || !w.alive(in) {
		t.Errorf("after wrong codes the right one: %+v, %v", in, err)
	}
	w.wait(30 * time.Second)
	_, err = w.gate.SignInCode(t.Context(), first.Token, w.code(app.Secret), home)
	w.wants(fault.Denied, "a pending session that was ended, with another code", err)
	late := w.pending("olga@paper.example", phrase)
	w.wait(5 * time.Minute)
	_, err = w.gate.SignInCode(t.Context(), late.Token, w.code(app.Secret), home)
	w.wants(fault.Denied, "after five minutes", err)
	_, err = w.gate.SignInCode(t.Context(), in.Token, w.code(app.Secret), home)
	w.wants(fault.Denied, "with the token of a session", err)

	dropped, err := w.gate.DropTOTP(t.Context(), in, home)
	w.wants(fault.Denied, "give up codes without a fresh proof", w.gate.MayNow(staff.Session{Person: in.Person, Proved: noon.Add(-time.Hour)}, staff.OwnAccount, in.Person.ID))
	if err != nil || !w.alive(dropped) || w.alive(in) {
		t.Errorf("give up codes: %v", err)
	}
	if s, err := w.signIn("olga@paper.example", phrase); err != nil || s.Pending {
		t.Errorf("codes are still asked for: %+v, %v", s, err)
	}
}

func TestARecoveryCodeStandsInForTheAppOnce(t *testing.T) {
	w := newWorld(t)
	s, secret, codes := w.withApp(w.founded())
	n := w.atOnce(4, fault.Denied, func(ctx context.Context, _ int) error {
		p, err := w.gate.SignIn(ctx, "olga@paper.example", phrase, home)
		if err == nil {
			_, err = w.gate.SignInCode(ctx, p.Token, codes[3], home)
		}
		return err
	})
	ways, err := w.gate.Ways(t.Context(), s)
	if err != nil || n != 1 || ways.Recovery != 9 || !ways.Codes || !ways.Password {
		t.Errorf("%d came in by one recovery code, %+v, %v", n, ways, err)
	}
	fresh, err := w.gate.NewRecovery(t.Context(), s)
	w.fine(err)
	p := w.pending("olga@paper.example", phrase)
	_, err = w.gate.SignInCode(t.Context(), p.Token, codes[4], home)
	w.wants(fault.Denied, "a code of the set before", err)
	_, err = w.gate.SignInCode(t.Context(), p.Token, fresh[4], home)
	w.fine(err)

	w.wait(20 * time.Minute) // a proof anew wants the code too
	_, err = w.gate.Reauthenticate(t.Context(), s, phrase, "", home)
	w.wants(fault.Denied, "a proof without a code", err)
	_, err = w.gate.Reauthenticate(t.Context(), s, another, w.code(secret), home)
	w.wants(fault.Denied, "a proof without the password", err)
	_, err = w.gate.Reauthenticate(t.Context(), s, phrase, w.code(secret), home)
	w.fine(err)
}

func TestCodesAreGuessedAtTenTimesByWhoHasThePassword(t *testing.T) {
	w := newWorld(t)
	s, secret, _ := w.withApp(w.founded())
	for i := range 12 {
		p := w.pending("olga@paper.example", phrase) // which does not count
		wrong := w.code(secret)
		wrong = fmt.Sprintf("%c%s", '0'+(wrong[0]-'0'+1)%10, wrong[1:])
		_, err := w.gate.SignInCode(t.Context(), p.Token, wrong, abroad)
		if i < 10 {
			w.wants(fault.Denied, fmt.Sprint("code ", i), err)
		} else {
			w.wants(fault.Busy, fmt.Sprint("code ", i), err)
		}
	}
	if !w.alive(s) {
		t.Error("the session has ended")
	}
	_, err := w.gate.Reauthenticate(t.Context(), s, phrase, w.code(secret), home)
	w.fine(err)
}

// A link to choose another password lets nobody past the codes, unless an owner says that they are to be forgotten too.
func TestAResetLeavesTheCodes(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	rita, secret, codes := w.withApp(w.joined(owner, "Rita", "rita@paper.example", staff.Reporter))
	l, err := w.gate.Reset(t.Context(), owner, rita.Person.ID, false)
	w.fine(err)
	w.fine(w.gate.Renew(t.Context(), l.Token, another, abroad))
	p := w.pending("rita@paper.example", another)
	in, err := w.gate.SignInCode(t.Context(), p.Token, w.code(secret), home)
	w.fine(err)
	_, err = w.gate.SignInCode(t.Context(), w.pending("rita@paper.example", another).Token, codes[0], home)
	w.fine(err)

	d := newDevice(t)
	w.withPasskey(in, d)
	l, err = w.gate.Reset(t.Context(), owner, rita.Person.ID, true)
	w.fine(err)
	if got, err := w.gate.Welcome(t.Context(), l.Token); err != nil || !got.Forgets || got.Purpose != staff.ForReset {
		t.Errorf("%+v, %v", got, err)
	}
	w.pending("rita@paper.example", another) // until it is used
	w.fine(w.gate.Renew(t.Context(), l.Token, phrase, home))
	if s, err := w.signIn("rita@paper.example", phrase); err != nil || s.Pending {
		t.Errorf("%+v, %v", s, err)
	}
	_, err = w.byPasskey(d)
	w.wants(fault.Denied, "a passkey of before", err)
}

func TestAnotherPasswordEndsWhatWasPending(t *testing.T) {
	w := newWorld(t)
	s, secret, _ := w.withApp(w.founded())
	p := w.pending("olga@paper.example", phrase)
	_, err := w.gate.ChangePassword(t.Context(), s, another, home)
	w.fine(err)
	_, err = w.gate.SignInCode(t.Context(), p.Token, w.code(secret), abroad)
	w.wants(fault.Denied, "the code to the password of before", err)
}
