package staff_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
)

func TestTheFirstOwnerComesInByTheLinkOfTheFirstStartOnce(t *testing.T) {
	w := newWorld(t)
	old, err := w.gate.Setup(t.Context())
	w.fine(err)
	l, err := w.gate.Setup(t.Context()) // the paper was started again
	w.fine(err)
	if got, want := l.At("https://paper.example/"), "https://paper.example/desk/welcome/"+l.Token; got != want {
		t.Errorf("the link is %s, want %s", got, want)
	}
	for range 2 { // asking uses nothing up
		if got, err := w.gate.Welcome(t.Context(), l.Token); err != nil || got.Purpose != staff.ForSetup {
			t.Errorf("%+v, %v", got, err)
		}
	}
	_, err = w.gate.Found(t.Context(), old.Token, "Mallory", "m@paper.example", phrase, abroad)
	w.wants(fault.NotFound, "the link before it", err)
	_, err = w.gate.Found(t.Context(), l.Token, "", "o@paper.example", phrase, home)
	w.wants(fault.Invalid, "no name", err)
	_, err = w.gate.Accept(t.Context(), l.Token, phrase, home)
	w.wants(fault.NotFound, "a setup taken for an invitation", err)
	n := w.atOnce(4, fault.NotFound, func(ctx context.Context, i int) error {
		_, err := w.gate.Found(ctx, l.Token, "Owner", string(rune('a'+i))+"@paper.example", phrase, home)
		return err
	})
	people, err := w.gate.People(t.Context(), w.gate.Operator())
	if err != nil || n != 1 || len(people) != 1 || people[0].Role != staff.Owner || people[0].State != staff.Active {
		t.Errorf("%d became the first owner: %+v, %v", n, people, err)
	}
	_, err = w.gate.Setup(t.Context())
	w.wants(fault.Conflict, "a setup where somebody works", err)
	_, err = w.gate.Welcome(t.Context(), l.Token)
	w.wants(fault.NotFound, "the used link", err)
}

func TestWhoIsAddedByCommandEndsTheLinkOfTheFirstStart(t *testing.T) {
	w := newWorld(t)
	l, err := w.gate.Setup(t.Context())
	w.fine(err)
	w.joined(w.gate.Operator(), "Ada", "ada@paper.example", staff.Owner)
	_, err = w.gate.Found(t.Context(), l.Token, "Mallory", "m@paper.example", phrase, abroad)
	w.wants(fault.NotFound, "the link of the first start", err)
}

func TestTheLinkOfTheFirstStartIsTooOldAfterADay(t *testing.T) {
	w := newWorld(t)
	l, err := w.gate.Setup(t.Context())
	w.fine(err)
	w.wait(24 * time.Hour)
	_, err = w.gate.Found(t.Context(), l.Token, "Olga", "o@paper.example", phrase, home)
	w.wants(fault.NotFound, "after a day", err)
}

func TestNobodyGivesARoleThatMayMoreThanTheirOwn(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	may := map[staff.Role]string{
		staff.Owner:  "owner editor reporter contributor auditor",
		staff.Editor: "editor reporter contributor", // an auditor reads the trail, which no editor may
	}
	for _, inviter := range staff.Roles() {
		by := w.joined(owner, "Inviter", string(inviter)+"@paper.example", inviter)
		for _, role := range staff.Roles() {
			_, _, err := w.gate.Invite(t.Context(), by, "New", string(inviter)+"."+string(role)+"@paper.example", role)
			if want := strings.Contains(may[inviter], string(role)); (err == nil) != want {
				t.Errorf("%s invites %s: %v, want %v", inviter, role, err, want)
			} else if err != nil {
				w.wants(fault.Denied, "refused", err)
			}
		}
	}
	_, _, err := w.gate.Invite(t.Context(), owner, "New", "new@paper.example", "publisher")
	w.wants(fault.Invalid, "a role that there is not", err)
	_, _, err = w.gate.Invite(t.Context(), owner, "New", "EDITOR@paper.example", staff.Reporter)
	w.wants(fault.Conflict, "an address that somebody has", err)
	w.wait(10 * time.Minute)
	_, _, err = w.gate.Invite(t.Context(), owner, "New", "new@paper.example", staff.Reporter)
	w.wants(fault.Denied, "ten minutes after the proof", err)
}

func TestAnInvitationIsAcceptedOnceWithinThreeDays(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	p, l, err := w.gate.Invite(t.Context(), owner, "Rita", "rita@paper.example", staff.Reporter)
	w.fine(err)
	_, err = w.signIn("rita@paper.example", "")
	w.wants(fault.Denied, "before she has accepted", err)
	if got, err := w.gate.Welcome(t.Context(), l.Token); err != nil || got.Person.Name != "Rita" || got.Purpose != staff.ForInvitation {
		t.Errorf("%+v, %v", got, err)
	}
	n := w.atOnce(4, fault.NotFound, func(ctx context.Context, i int) error {
		_, err := w.gate.Accept(ctx, l.Token, strings.Repeat("phrase ", 2)+string(rune('a'+i)), home)
		return err
	})
	if sessions, err := w.gate.Sessions(t.Context(), owner, p.ID); err != nil || n != 1 || len(sessions) != 1 {
		t.Errorf("%d accepted, %d sessions, %v; want one", n, len(sessions), err)
	}

	q, old, err := w.gate.Invite(t.Context(), owner, "Late", "late@paper.example", staff.Reporter)
	w.fine(err)
	w.wait(3 * 24 * time.Hour)
	_, err = w.gate.Accept(t.Context(), old.Token, phrase, home)
	w.wants(fault.NotFound, "after three days", err)
	again, err := w.gate.Reset(t.Context(), w.gate.Operator(), q.ID, false)
	w.fine(err)
	if _, err := w.gate.Accept(t.Context(), again.Token, phrase, home); err != nil {
		t.Errorf("invited again: %v", err)
	}
}

func TestAResetIsUsedOnceWithinHalfAnHourAndEndsAllSessions(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	s := w.joined(owner, "Rita", "rita@paper.example", staff.Reporter)
	first, err := w.gate.Reset(t.Context(), owner, s.Person.ID, false)
	w.fine(err)
	l, err := w.gate.Reset(t.Context(), owner, s.Person.ID, false)
	w.fine(err)
	if !w.alive(s) {
		t.Error("a link that was not used yet has ended the session")
	}
	w.wants(fault.NotFound, "the link before it", w.gate.Renew(t.Context(), first.Token, another, home))
	w.wants(fault.Invalid, "a common password", w.gate.Renew(t.Context(), l.Token, "password1", home))
	w.wait(29 * time.Minute)
	if n := w.atOnce(4, fault.NotFound, func(ctx context.Context, _ int) error { return w.gate.Renew(ctx, l.Token, another, home) }); n != 1 {
		t.Errorf("%d used the link, want one", n)
	}
	if w.alive(s) {
		t.Error("the session has outlived the password")
	}
	_, err = w.signIn("rita@paper.example", phrase)
	w.wants(fault.Denied, "the old password", err)
	_, err = w.signIn("rita@paper.example", another)
	w.fine(err)

	operator := w.gate.Operator()
	late, err := w.gate.Reset(t.Context(), operator, s.Person.ID, false)
	w.fine(err)
	w.wait(30 * time.Minute)
	w.wants(fault.NotFound, "after half an hour", w.gate.Renew(t.Context(), late.Token, phrase, home))
	unused, err := w.gate.Reset(t.Context(), w.gate.Operator(), s.Person.ID, false)
	w.fine(err)
	w.fine(w.gate.Disable(t.Context(), w.gate.Operator(), s.Person.ID))
	w.wants(fault.NotFound, "of somebody who was disabled since", w.gate.Renew(t.Context(), unused.Token, phrase, home))
	_, err = w.gate.Reset(t.Context(), w.gate.Operator(), s.Person.ID, false)
	w.wants(fault.Conflict, "a reset of who is disabled", err)
	_, err = w.gate.Reset(t.Context(), w.gate.Operator(), "nobody", false)
	w.wants(fault.NotFound, "a reset of nobody", err)
}
