package staff_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
)

func TestAPaperNeverLosesItsLastOwner(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	w.wants(fault.Conflict, "disable the only owner", w.gate.Disable(t.Context(), w.gate.Operator(), owner.Person.ID))
	w.wants(fault.Conflict, "make the only owner an editor", w.gate.ChangeRole(t.Context(), owner, owner.Person.ID, staff.Editor))
	_, _, err := w.gate.Invite(t.Context(), owner, "Late", "late@paper.example", staff.Owner) // who has not come yet is none
	w.fine(err)
	w.wants(fault.Conflict, "disable the only owner who has come", w.gate.Disable(t.Context(), owner, owner.Person.ID))
	second := w.joined(owner, "Otto", "otto@paper.example", staff.Owner)
	n := w.atOnce(2, fault.Conflict, func(ctx context.Context, i int) error { // each the other
		return w.gate.Disable(ctx, w.gate.Operator(), []staff.ID{owner.Person.ID, second.Person.ID}[i])
	})
	if n != 1 {
		t.Errorf("%d of two owners were disabled, want one", n)
	}
}

func TestPeopleAreManagedByOwnersWithAFreshProofOnly(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	rita := w.joined(owner, "Rita", "rita@paper.example", staff.Reporter)
	for _, r := range []staff.Role{staff.Editor, staff.Reporter, staff.Contributor, staff.Auditor} {
		by := w.joined(owner, "By", string(r)+"@paper.example", r)
		w.wants(fault.Denied, "disable", w.gate.Disable(t.Context(), by, rita.Person.ID))
		w.wants(fault.Denied, "enable", w.gate.Enable(t.Context(), by, rita.Person.ID))
		w.wants(fault.Denied, "change a role", w.gate.ChangeRole(t.Context(), by, by.Person.ID, staff.Owner))
		_, err := w.gate.Reset(t.Context(), by, rita.Person.ID, true)
		w.wants(fault.Denied, "reset", err)
	}
	w.wait(10 * time.Minute)
	w.wants(fault.Denied, "without a fresh proof", w.gate.Disable(t.Context(), owner, rita.Person.ID))
	if !w.alive(rita) {
		t.Error("she was disabled all the same")
	}
}

func TestWhoIsEnabledAgainIsWhoTheyWere(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	rita := w.joined(owner, "Rita", "rita@paper.example", staff.Reporter)
	late, l, err := w.gate.Invite(t.Context(), owner, "Late", "late@paper.example", staff.Reporter)
	w.fine(err)
	for _, id := range []staff.ID{rita.Person.ID, late.ID} {
		w.wants(fault.Conflict, "enable who is not disabled", w.gate.Enable(t.Context(), owner, id))
		w.fine(w.gate.Disable(t.Context(), owner, id))
		w.wants(fault.Conflict, "disable again", w.gate.Disable(t.Context(), owner, id))
		w.fine(w.gate.Enable(t.Context(), owner, id))
	}
	if w.alive(rita) {
		t.Error("a session has come back to life")
	}
	_, err = w.signIn("rita@paper.example", phrase)
	w.fine(err)
	_, err = w.gate.Accept(t.Context(), l.Token, phrase, home)
	w.wants(fault.NotFound, "the invitation of before", err)
	people, err := w.gate.People(t.Context(), owner)
	if err != nil || len(people) != 3 || people[0].Name != "Late" || people[0].State != staff.Invited {
		t.Errorf("%+v, %v", people, err)
	}
}

func TestTheTrailTellsWhoDidWhatAndIsReadInPages(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	rita := w.joined(owner, "Rita", "rita@paper.example", staff.Reporter)
	w.fine(w.gate.ChangeRole(t.Context(), owner, rita.Person.ID, staff.Editor))
	_, err := w.gate.SignIn(t.Context(), "rita@paper.example", another, abroad)
	w.wants(fault.Denied, "wrong", err)
	w.fine(w.gate.Note(t.Context(), staff.Entry{Person: rita.Person.ID, Action: "publish", Object: "a-story", Outcome: staff.Done, From: "192.0.2.7"}))
	w.wants(fault.Conflict, "what is refused leaves no line of what was done", w.gate.Disable(t.Context(), owner, owner.Person.ID))
	w.fine(w.gate.Disable(t.Context(), w.gate.Operator(), rita.Person.ID))

	name := map[staff.ID]string{owner.Person.ID: "Olga", rita.Person.ID: "Rita"}
	var told []string
	for before, pages := int64(0), 0; ; pages++ {
		page, err := w.gate.Trail(t.Context(), owner, before, 2)
		w.fine(err)
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			object := e.Object
			if n := name[staff.ID(object)]; n != "" {
				object = n
			}
			told = append(told, strings.Join([]string{name[e.Person], e.Action, object, string(e.Outcome), e.From}, "|"))
		}
		before = page[len(page)-1].N
	}
	want := []string{
		"|disable|Rita|done|command line",
		"Rita|publish|a-story|done|192.0.2.7",
		"Rita|sign in||refused|2001:db8:1:2::/64",
		"Olga|make an editor|Rita|done|192.0.2.7",
		"Rita|accept an invitation|Rita|done|192.0.2.7",
		"Olga|invite as reporter|Rita|done|192.0.2.7",
		"Olga|set up the paper|Olga|done|192.0.2.7",
	}
	if got := strings.Join(told, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the trail tells\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	_, err = w.gate.Trail(t.Context(), rita, 0, 10)
	w.wants(fault.Denied, "an editor reads it", err)
	for _, most := range []int{0, -1, 501} {
		_, err = w.gate.Trail(t.Context(), owner, 0, most)
		w.wants(fault.Invalid, "a page of an impossible length", err)
	}
	for _, e := range []staff.Entry{
		{Outcome: staff.Done},
		{Action: "publish"},
		{Action: "publish", Outcome: "perhaps"},
		{Action: "publish", Outcome: staff.Done, Object: strings.Repeat("o", 301)},
		{Action: "publish\xff", Outcome: staff.Done},
	} {
		w.wants(fault.Invalid, "an entry that says too little or too much", w.gate.Note(t.Context(), e))
	}
}
