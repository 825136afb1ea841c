package staff_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
)

// expectation is a row of testdata/policy.txt.
type expectation struct {
	action  staff.Action
	fresh   bool
	answers []string // of each role: own, another's, nobody's
}

func expectations(t *testing.T) []expectation {
	t.Helper()
	text, err := os.ReadFile("testdata/policy.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []expectation
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		i := slices.IndexFunc(words, func(w string) bool { return w == "yes" || w == "no" || w == "fresh" })
		if i < 1 || strings.HasPrefix(line, "#") {
			continue
		}
		e := expectation{action: staff.Action(strings.Join(words[:i], " ")), fresh: words[i] == "fresh"}
		e.answers = slices.DeleteFunc(words[i:], func(w string) bool { return w == "fresh" })
		if len(e.answers) != 3*len(staff.Roles()) {
			t.Fatalf("%s: %d answers", e.action, len(e.answers))
		}
		all = append(all, e)
	}
	return all
}

func TestEveryRoleMayDoWithEverybodysWorkWhatIsExpectedAndNothingElse(t *testing.T) {
	w := newWorld(t)
	var listed []staff.Action
	for _, r := range staff.Policy() {
		listed = append(listed, r.Action)
	}
	var expected []staff.Action
	for _, e := range expectations(t) {
		expected = append(expected, e.action)
		for i, role := range staff.Roles() {
			me := staff.Person{ID: "me", Name: "Me", Role: role, State: staff.Active}
			for j, owner := range []staff.ID{"me", "you", ""} {
				name := fmt.Sprintf("may %s %s what is %q's", role, e.action, owner)
				want := e.answers[3*i+j] == "yes"
				err := w.gate.May(me, e.action, owner)
				if (err == nil) != want || err != nil && !errors.Is(err, fault.Denied) {
					t.Errorf("%s: %v, want %v", name, err, want)
				}
				for _, state := range []staff.State{staff.Invited, staff.Disabled, ""} {
					gone := me
					gone.State = state
					if err := w.gate.May(gone, e.action, owner); !errors.Is(err, fault.Denied) {
						t.Errorf("%s, being %q: %v", name, state, err)
					}
				}
				s := staff.Session{Person: me, Proved: noon}
				if err := w.gate.MayNow(s, e.action, owner); (err == nil) != want {
					t.Errorf("%s at once after a proof: %v, want %v", name, err, want)
				}
				s.Proved = noon.Add(-10 * time.Minute)
				if err := w.gate.MayNow(s, e.action, owner); (err == nil) != (want && !e.fresh) || errors.Is(err, staff.ErrStale) != (want && e.fresh) {
					t.Errorf("%s ten minutes after a proof: %v; fresh is %v", name, err, e.fresh)
				}
				s.Proved, s.Pending = noon, true
				if err := w.gate.MayNow(s, e.action, owner); !errors.Is(err, fault.Denied) {
					t.Errorf("%s before the code: %v", name, err)
				}
			}
		}
		if e.action != "fly to the moon" && !slices.Contains(listed, e.action) {
			t.Errorf("the policy has no row for %q", e.action)
		}
	}
	for _, a := range listed {
		if !slices.Contains(expected, a) {
			t.Errorf("nobody has written down what is expected of %q", a)
		}
	}
	for _, role := range []staff.Role{"", "Owner", "root"} {
		if err := w.gate.May(staff.Person{ID: "me", Role: role, State: staff.Active}, staff.ReadDrafts, "me"); !errors.Is(err, fault.Denied) {
			t.Errorf("the role %q: %v", role, err)
		}
	}
}

func TestWhoMayNotIsToldWhoMay(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		role   staff.Role
		action staff.Action
		says   string
	}{
		{staff.Reporter, staff.Publish, "a reporter may not publish stories: ask an owner or an editor"},
		{staff.Contributor, staff.Write, "a contributor may write stories of their own only: ask an owner or an editor"},
		{staff.Editor, staff.ReadTrail, "an editor may not read the audit trail: ask an owner or an auditor"},
		{staff.Owner, staff.OwnAccount, "an owner may change passwords, passkeys and codes of their own only"},
	} {
		err := w.gate.May(staff.Person{ID: "me", Role: c.role, State: staff.Active}, c.action, "you")
		if err == nil || fault.Sentence(err) != c.says {
			t.Errorf("%v, want %q", err, c.says)
		}
	}
}

func TestARoleThatMustSignInStronglyTendsToItsAccountOnlyUntilItDoes(t *testing.T) {
	w := worldOf(t, staff.Options{Strong: []staff.Role{staff.Owner}})
	s := staff.Session{Person: staff.Person{ID: "me", Role: staff.Owner, State: staff.Active}, Proved: noon}
	w.wants(fault.Denied, "read drafts with a password alone", w.gate.MayNow(s, staff.ReadDrafts, ""))
	w.fine(w.gate.MayNow(s, staff.OwnAccount, "me"))
	s.Strong = true
	w.fine(w.gate.MayNow(s, staff.ReadDrafts, ""))
	s.Strong, s.Person.Role = false, staff.Editor
	w.fine(w.gate.MayNow(s, staff.ReadDrafts, ""))
}

// The document shows the table to people: it must be the one that is in force.
func TestTheDocumentShowsThePolicy(t *testing.T) {
	text, err := os.ReadFile("../../docs/staff.md")
	if err != nil {
		t.Fatal(err)
	}
	table := "| | owner | editor | reporter | contributor | auditor |\n|---|---|---|---|---|---|\n"
	for _, r := range staff.Policy() {
		fresh := ""
		if r.Fresh {
			fresh = " ★"
		}
		table += fmt.Sprintf("| %s%s |", r.Action, fresh)
		for _, role := range staff.Roles() {
			table += " " + map[staff.Reach]string{staff.No: "–", staff.Own: "own", staff.All: "yes"}[r.For(role)] + " |"
		}
		table += "\n"
	}
	if !strings.Contains(string(text), table) {
		t.Errorf("docs/staff.md does not hold the table of the policy:\n%s", table)
	}
}
