package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/hook"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
)

// sameSecret compares secrets, which print as nothing.
var sameSecret = cmp.Comparer(func(a, b hook.Secret) bool { return a.Reveal() == b.Reveal() })

// hooked adds a hook about a pair, or about a source where above is empty, and returns it.
func hooked(t *testing.T, db *store.DB, about, above string) hook.Hook {
	t.Helper()
	pair, source := about, ""
	if above == "" {
		pair, source = "", about
	}
	subject, err := hook.ParseSubject(pair, above, source)
	if err != nil {
		t.Fatal(err)
	}
	h, err := hook.New("https://receiver.example/in?key=7", subject, nil, seen.Add(1234*time.Nanosecond))
	if err == nil {
		err = db.AddHook(t.Context(), h)
	}
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// event is a delivery to a hook that is due so long after the tests begin.
func event(h hook.Hook, name string, after time.Duration) hook.Delivery {
	return hook.Delivery{
		ID: "msg_" + h.ID + "_" + name, Hook: h.ID, Kind: h.Kind(), Body: []byte(`{"type":"` + name + `"}`), Added: seen, State: hook.Waiting, Next: seen.Add(after),
	}
}

func tell(t *testing.T, db *store.DB, l market.Lease, all ...hook.Delivery) int {
	t.Helper()
	n, err := db.Tell(t.Context(), l, all)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func deliveries(t *testing.T, db *store.DB, id string) []hook.Delivery {
	t.Helper()
	all, err := db.Deliveries(t.Context(), id, 100)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func keepsHooks(t *testing.T, url string) {
	db := open(t, url)
	a, b := hooked(t, db, "EUR/USD", "0.25"), hooked(t, db, "ecb", "")
	if err := db.AddHook(t.Context(), a); !errors.Is(err, fault.Conflict) {
		t.Errorf("added twice: %v", err)
	}
	want := []hook.Hook{a, b}
	if a.ID > b.ID {
		want = []hook.Hook{b, a}
	}
	all, err := db.Hooks(t.Context())
	if diff := cmp.Diff(want, all, sameSecret); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	lease := take(t, db, "one", time.Hour)
	tell(t, db, lease, event(a, "first", 0))
	if err := db.ResumeHook(t.Context(), a.ID, seen); !errors.Is(err, fault.Conflict) {
		t.Errorf("resumed while it is on: %v", err)
	}
	if err := db.Note(t.Context(), lease, hook.Attempt{Delivery: ended(event(a, "first", 0), hook.GivenUp, 410), Off: "410"}); err != nil {
		t.Fatal(err)
	}
	if err := db.ResumeHook(t.Context(), a.ID, seen.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if h, err := hook.Find(t.Context(), db, a.ID); err != nil || !h.On() || h.Why != "" || !h.Since.Equal(seen.Add(time.Hour)) || !h.Added.Equal(a.Added) {
		t.Errorf("resumed it is %+v, %v", h, err)
	}
	if err := db.DropHook(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"dropped": db.DropHook(t.Context(), a.ID), "resumed": db.ResumeHook(t.Context(), a.ID, seen)} {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("%s after it was dropped: %v", what, err)
		}
	}
	if left := deliveries(t, db, ""); len(left) != 0 {
		t.Errorf("of a dropped hook is left %v", left)
	}
}

// ended is a delivery after its only attempt.
func ended(d hook.Delivery, state hook.State, status int) hook.Delivery {
	d.State, d.Attempts, d.Next, d.Tried, d.Status = state, 1, time.Time{}, seen.Add(time.Second), status
	if state == hook.GivenUp {
		d.Problem = fmt.Sprint("it answered ", status)
	}
	return d
}

func tellsOnce(t *testing.T, url string) {
	db := open(t, url)
	a, off, gone := hooked(t, db, "EUR/USD", "1"), hooked(t, db, "EUR/JPY", "1"), hook.Hook{ID: "hk_gone"}
	lease := take(t, db, "one", time.Hour)
	tell(t, db, lease, event(off, "first", 0))
	if err := db.Note(t.Context(), lease, hook.Attempt{Delivery: ended(event(off, "first", 0), hook.GivenUp, 410), Off: "410"}); err != nil {
		t.Fatal(err)
	}
	first := event(a, "first", 0)
	if n := tell(t, db, lease, first, event(off, "second", 0), event(gone, "first", 0), event(a, "second", 0)); n != 2 {
		t.Errorf("%d were told, want 2", n)
	}
	if err := db.Note(t.Context(), lease, hook.Attempt{Delivery: ended(first, hook.Taken, 204)}); err != nil {
		t.Fatal(err)
	}
	first.Body = []byte("otherwise")
	if n := tell(t, db, lease, first, event(a, "third", 0)); n != 1 {
		t.Errorf("%d were told anew, want 1", n)
	}
	want := []hook.Delivery{ended(event(a, "first", 0), hook.Taken, 204), event(a, "second", 0), event(a, "third", 0)}
	if diff := cmp.Diff(want, deliveries(t, db, a.ID)); diff != "" {
		t.Error(diff)
	}
	tallies, err := db.HookTallies(t.Context())
	if diff := cmp.Diff(map[string]hook.Tally{a.ID: {Waiting: 2, Taken: 1}, off.ID: {GivenUp: 1}}, tallies); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func tellsOnceOfMany(t *testing.T, url string) {
	db := open(t, url)
	a := hooked(t, db, "EUR/USD", "1")
	known := errors.New("known")
	n := atOnce(t, 8, known, func(int) error {
		added, err := db.Tell(context.Background(), market.Lease{}, []hook.Delivery{event(a, "first", 0), event(a, "second", 0)})
		if err == nil && added == 0 {
			return known
		}
		return err
	})
	if all := deliveries(t, db, ""); n != 1 || len(all) != 2 {
		t.Errorf("%d told it, and there are %d deliveries; want 1 and 2", n, len(all))
	}
}

func findsDue(t *testing.T, url string) {
	db := open(t, url)
	lease := take(t, db, "one", time.Hour)
	due := func(after time.Duration, most, ofOne int) (names string, next time.Duration) {
		t.Helper()
		all, at, err := db.Due(t.Context(), seen.Add(after), most, ofOne)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			names += " " + d.ID[len(d.ID)-2:]
		}
		if at.IsZero() {
			return names, -1
		}
		return names, at.Sub(seen)
	}
	if names, next := due(0, 9, 9); names != "" || next != -1 {
		t.Errorf("of nothing is due%s, next %s", names, next)
	}
	a, b := hooked(t, db, "EUR/USD", "1"), hooked(t, db, "EUR/JPY", "1")
	tell(t, db, lease, event(a, "a3", 3*time.Second), event(a, "a1", time.Second), event(a, "a2", 2*time.Second), event(b, "b2", 2500*time.Millisecond))
	for _, c := range []struct {
		after       time.Duration
		most, ofOne int
		want        string
	}{
		{0, 9, 9, ""}, {time.Second, 9, 9, " a1"}, {time.Hour, 9, 9, " a1 a2 b2 a3"}, {time.Hour, 9, 2, " a1 a2 b2"}, {time.Hour, 2, 9, " a1 a2"}, {time.Hour, 9, 1, " a1 b2"},
	} {
		if names, next := due(c.after, c.most, c.ofOne); names != c.want || next != time.Second {
			t.Errorf("after %s of %d and %d%s is due, next %s; want%s", c.after, c.most, c.ofOne, names, next, c.want)
		}
	}
	late := event(a, "a1", 0)
	late.State, late.Attempts, late.Next, late.Tried, late.Problem = hook.Waiting, 1, seen.Add(10*time.Second), seen, "no answer"
	if err := db.Note(t.Context(), lease, hook.Attempt{Delivery: late, Wait: seen.Add(5 * time.Second)}); err != nil {
		t.Fatal(err)
	}
	if names, next := due(4*time.Second, 9, 9); names != " b2" || next != 2500*time.Millisecond {
		t.Errorf("while one is left alone%s is due, next %s", names, next)
	}
	if names, _ := due(5*time.Second, 9, 9); names != " a2 b2 a3" {
		t.Errorf("then%s is due", names)
	}
	if err := db.DropHook(t.Context(), b.ID); err != nil {
		t.Fatal(err)
	}
	if names, next := due(time.Second, 9, 9); names != "" || next != 5*time.Second {
		t.Errorf("of who is left alone%s is due, next %s", names, next)
	}
}

func notesAttempts(t *testing.T, url string) {
	db := open(t, url)
	lease := take(t, db, "one", time.Hour)
	a, b := hooked(t, db, "EUR/USD", "1"), hooked(t, db, "EUR/JPY", "1")
	tell(t, db, lease, event(a, "first", 0), event(a, "second", 0), event(a, "third", 0), event(b, "first", 0))
	note := func(at hook.Attempt) {
		t.Helper()
		if err := db.Note(t.Context(), lease, at); err != nil {
			t.Fatal(err)
		}
	}
	note(hook.Attempt{Delivery: ended(event(a, "first", 0), hook.Taken, 200)})
	if h, err := hook.Find(t.Context(), db, a.ID); err != nil || !h.Taken.Equal(seen.Add(time.Second)) {
		t.Errorf("%+v, %v", h, err)
	}
	note(hook.Attempt{Delivery: ended(event(a, "second", 0), hook.GivenUp, 410), Wait: seen.Add(time.Minute), Off: "its receiver is gone"})
	h, err := hook.Find(t.Context(), db, a.ID)
	if err != nil || h.On() || h.Why != "its receiver is gone" || !h.Wait.Equal(seen.Add(time.Minute)) {
		t.Errorf("%+v, %v", h, err)
	}
	for _, d := range deliveries(t, db, a.ID) {
		if !d.Next.IsZero() || d.State == hook.Waiting || strings.HasSuffix(d.ID, "third") != strings.HasPrefix(d.Problem, "the hook was turned off: its receiver") {
			t.Errorf("of a hook that is off: %+v", d)
		}
	}
	if d := deliveries(t, db, b.ID); len(d) != 1 || d[0].State != hook.Waiting {
		t.Errorf("of another: %+v", d)
	}
	if err := db.DropDeliveries(t.Context(), seen.Add(time.Second)); err != nil || len(deliveries(t, db, "")) != 4 {
		t.Errorf("%v, and %d are left of 4", err, len(deliveries(t, db, "")))
	}
	if err := db.DropDeliveries(t.Context(), seen.Add(2*time.Second)); err != nil || len(deliveries(t, db, "")) != 1 {
		t.Errorf("%v, and %d are left, want 1: what waits", err, len(deliveries(t, db, "")))
	}
}

func fencesOffTellers(t *testing.T, url string) {
	db := open(t, url)
	a := hooked(t, db, "EUR/USD", "1")
	old := take(t, db, "one", time.Hour)
	tell(t, db, old, event(a, "first", 0))
	if err := db.DropLease(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	take(t, db, "two", time.Hour)
	if n, err := db.Tell(t.Context(), old, []hook.Delivery{event(a, "second", 0)}); !errors.Is(err, fault.Conflict) {
		t.Errorf("told %d, %v", n, err)
	}
	if err := db.Note(t.Context(), old, hook.Attempt{Delivery: ended(event(a, "first", 0), hook.GivenUp, 410), Off: "410"}); !errors.Is(err, fault.Conflict) {
		t.Errorf("noted: %v", err)
	}
	if h, err := hook.Find(t.Context(), db, a.ID); err != nil || !h.On() {
		t.Errorf("%+v, %v", h, err)
	}
	if diff := cmp.Diff([]hook.Delivery{event(a, "first", 0)}, deliveries(t, db, "")); diff != "" {
		t.Error(diff)
	}
}
