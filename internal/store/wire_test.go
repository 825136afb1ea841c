package store_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/wire"
)

// take takes a lease that is to be had.
func take(t *testing.T, db *store.DB, holder string, term time.Duration) market.Lease {
	t.Helper()
	l, held, err := db.Lease(t.Context(), "wire/bank", holder, term)
	if err != nil || !held {
		t.Fatalf("%s did not get the lease: %t, %v", holder, held, err)
	}
	return l
}

func leasesToOne(t *testing.T, url string) {
	db := open(t, url)
	first := take(t, db, "one", time.Hour)
	if _, held, err := db.Lease(t.Context(), "wire/bank", "two", time.Hour); err != nil || held {
		t.Errorf("a second holder got it while the first had it: %t, %v", held, err)
	}
	if other, held, err := db.Lease(t.Context(), "wire/other", "two", time.Hour); err != nil || !held || other.Name != "wire/other" {
		t.Errorf("the lease of another name was not to be had: %+v, %t, %v", other, held, err)
	}
	if again := take(t, db, "one", time.Hour); again != first {
		t.Errorf("prolonged it is %+v, and was %+v", again, first)
	}
	if err := db.DropLease(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	second := take(t, db, "two", time.Hour)
	if second.Epoch <= first.Epoch {
		t.Errorf("it changed hands, and its epoch went from %d to %d", first.Epoch, second.Epoch)
	}
	if err := db.DropLease(t.Context(), first); err != nil { // a straggler gives back what is no longer its own
		t.Fatal(err)
	}
	if _, held, err := db.Lease(t.Context(), "wire/bank", "three", time.Hour); err != nil || held {
		t.Errorf("the first holder gave away what the second has: %t, %v", held, err)
	}
}

func leasesEnd(t *testing.T, url string) {
	db := open(t, url)
	first := take(t, db, "one", 50*time.Millisecond)
	for { // the store's own clock says when its term has ended
		second, held, err := db.Lease(t.Context(), "wire/bank", "two", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if held {
			if second.Epoch <= first.Epoch {
				t.Errorf("its term ended, another took it, and its epoch went from %d to %d", first.Epoch, second.Epoch)
			}
			return
		}
	}
}

func leasesToOneOfMany(t *testing.T, url string) {
	db := open(t, url)
	taken := errors.New("taken")
	if n := atOnce(t, 16, taken, func(i int) error {
		_, held, err := db.Lease(t.Context(), "wire/bank", string(rune('a'+i)), time.Hour)
		if err == nil && !held {
			return taken
		}
		return err
	}); n != 1 {
		t.Errorf("%d of 16 got the lease, want 1", n)
	}
}

// doubted is an observation that is held.
func doubted(o market.Observation) market.Held {
	return market.Held{Observation: o, Doubt: market.Doubt{Reason: market.Slip, Text: "ten times the value before"}, State: market.Waiting}
}

func fencesOff(t *testing.T, url string) {
	db := open(t, url)
	old := take(t, db, "one", time.Hour)
	if err := db.DropLease(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	current := take(t, db, "two", time.Hour)
	heard := market.Heard{
		Source: bank, Lease: old,
		Observations: []market.Observation{said("EUR/USD", "1.1", day1, seen)},
		Held:         []market.Held{doubted(said("EUR/GBP", "8.6", day1, seen))},
	}
	if _, err := db.Hear(t.Context(), heard); !errors.Is(err, fault.Conflict) {
		t.Errorf("what was heard under a lost lease: err = %v, want fault.Conflict", err)
	}
	if err := db.PutStatus(t.Context(), wire.Status{Source: "bank", Figures: 1}, old); !errors.Is(err, fault.Conflict) {
		t.Errorf("the status under a lost lease: err = %v, want fault.Conflict", err)
	}
	held, err := db.Held(t.Context(), "")
	statuses, statusErr := db.Statuses(t.Context())
	if s, statsErr := db.Stats(t.Context()); err != nil || statusErr != nil || statsErr != nil || s.Observations != 0 || s.Sources != 0 || len(held) != 0 || len(statuses) != 0 {
		t.Errorf("after refused writes the store holds %+v, %v, %v; %v, %v, %v", s, held, statuses, err, statusErr, statsErr)
	}
	heard.Lease = current
	if n, err := db.Hear(t.Context(), heard); err != nil || n != 1 {
		t.Errorf("heard under the lease: %d new, %v", n, err)
	}
	if n, err := db.Hear(t.Context(), heard); err != nil || n != 0 {
		t.Errorf("heard once more: %d new, %v", n, err)
	}
}

func hearsAllOrNothing(t *testing.T, url string) {
	db := open(t, url)
	gone := market.Decision{Held: "nothing", State: market.Rejected, At: seen, By: "Ada"}
	_, err := db.Hear(t.Context(), market.Heard{
		Source:       bank,
		Observations: []market.Observation{said("EUR/USD", "1.1", day1, seen)},
		Held:         []market.Held{doubted(said("EUR/GBP", "8.6", day1, seen))},
		Released:     []market.Decision{gone},
	})
	if !errors.Is(err, fault.NotFound) {
		t.Errorf("err = %v, want fault.NotFound", err)
	}
	held, err := db.Held(t.Context(), "")
	if s, statsErr := db.Stats(t.Context()); err != nil || statsErr != nil || s.Observations != 0 || s.Sources != 0 || len(held) != 0 {
		t.Errorf("after a refused hearing the store holds %+v and %v; %v, %v", s, held, err, statsErr)
	}
}

func decidesOnce(t *testing.T, url string) {
	db := open(t, url)
	right, wrong := doubted(said("EUR/GBP", "0.97", day1, seen)), doubted(said("EUR/USD", "11.0", day1, seen.Add(time.Second)))
	if _, err := db.Hear(t.Context(), market.Heard{Source: bank, Held: []market.Held{right, wrong}}); err != nil {
		t.Fatal(err)
	}
	later := seen.Add(time.Hour)
	release := market.Decision{
		Held: right.ID, State: market.Released, At: later, By: "Ada", Note: "it really fell",
		Observation: said("EUR/GBP", "0.97", day1, later),
	}
	reject := market.Decision{Held: wrong.ID, State: market.Rejected, At: later, By: "Ada", Note: "a slip"}
	for _, d := range []market.Decision{release, reject} {
		if err := db.Decide(t.Context(), []market.Decision{d}); err != nil {
			t.Fatal(err)
		}
		for _, again := range []market.HeldState{market.Released, market.Rejected} {
			second := d
			second.State, second.Observation = again, said("EUR/JPY", "183", day1, later)
			if err := db.Decide(t.Context(), []market.Decision{second}); !errors.Is(err, fault.Conflict) {
				t.Errorf("%s after %s: err = %v, want fault.Conflict", again, d.State, err)
			}
		}
	}
	if err := db.Decide(t.Context(), []market.Decision{{Held: "nothing", State: market.Rejected, At: later, By: "Ada"}}); !errors.Is(err, fault.NotFound) {
		t.Errorf("a value that is not held: err = %v, want fault.NotFound", err)
	}
	right.State, right.Decided, right.By, right.Note, right.Became = market.Released, later, "Ada", "it really fell", release.Observation.ID
	wrong.State, wrong.Decided, wrong.By, wrong.Note = market.Rejected, later, "Ada", "a slip"
	for state, want := range map[market.HeldState][]market.Held{
		"": {wrong, right}, market.Released: {right}, market.Rejected: {wrong}, market.Waiting: nil,
	} {
		got, err := db.Held(t.Context(), state)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("held in the state %q: %v, %s", state, err, diff)
		}
	}
	all, err := db.Newest(t.Context(), asOf(later, later), 1)
	if err != nil || values(all) != "EUR/GBP=0.97" || all[0].ID != release.Observation.ID {
		t.Errorf("published are %v, %v; want the released value only", all, err)
	}
}

func looksBack(t *testing.T, url string) {
	db := open(t, url)
	day := func(n int) time.Time { return day1.AddDate(0, 0, n) }
	other := market.NewObservation("EUR/USD", market.Rate, said("EUR/USD", "9", day1, seen).Value, market.Moment{At: day(1), Seen: seen}, "other", "a test")
	if _, err := db.Append(t.Context(), []market.Source{bank, {ID: "other", Name: "Other", Kind: market.Official, Fresh: time.Hour}}, []market.Observation{
		said("EUR/USD", "1.1", day(0), seen), said("EUR/USD", "1.2", day(1), seen), said("EUR/USD", "1.25", day(1), seen.Add(time.Hour)),
		said("EUR/USD", "1.3", day(2), seen), said("EUR/USD", "1.4", day(3), seen), said("EUR/GBP", "0.8", day(2), seen), other,
	}, nil); err != nil {
		t.Fatal(err)
	}
	got, err := db.Before(t.Context(), "bank", day(3), 2)
	if want := "EUR/GBP=0.8 EUR/USD=1.25 EUR/USD=1.3"; err != nil || values(got) != want {
		t.Errorf("before the fourth day: %q, %v; want %q", values(got), err, want)
	}
}

func keepsReplies(t *testing.T, url string) {
	db := open(t, url)
	reply := func(at time.Time, body string) wire.Reply {
		return wire.Reply{Source: "bank", Fetched: at, Path: "daily", Status: 200, Hash: "ab", Size: len(body), Body: []byte(body)}
	}
	old, young := reply(seen, "<old/>\x00\xff"), reply(seen.Add(time.Hour), "<young/>")
	for _, r := range []wire.Reply{old, young} {
		if err := db.AddReply(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	old.Problem = "it is no table"
	if err := db.AddReply(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	same := func(want wire.Reply) {
		t.Helper()
		got, err := db.Reply(t.Context(), "bank", want.Fetched)
		if !bytes.Equal(got.Body, want.Body) {
			t.Errorf("the body is %q, want %q", got.Body, want.Body)
		}
		got.Body, want.Body = nil, nil
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("reply of %s: %v, %s", want.Fetched, err, diff)
		}
	}
	same(old)
	if err := db.DropReplies(t.Context(), young.Fetched); err != nil {
		t.Fatal(err)
	}
	old.Body = nil
	same(old)
	same(young)
	if _, err := db.Reply(t.Context(), "bank", day1); !errors.Is(err, fault.NotFound) {
		t.Errorf("a reply that was never fetched: err = %v, want fault.NotFound", err)
	}
}

func keepsStatuses(t *testing.T, url string) {
	db := open(t, url)
	want := wire.Status{
		Source: "bank", Tried: seen, Got: seen, Next: seen.Add(time.Hour), Failures: 2, Problem: "it did not answer", Newest: day1,
		Figures: 3, New: 2, Held: 1, Left: []string{"a line"}, Tags: map[string]wire.Tag{"daily": {ETag: `"1"`, Full: seen}},
	}
	for _, s := range []wire.Status{{Source: "bank", Failures: 1}, want, {Source: "other"}} {
		if err := db.PutStatus(t.Context(), s, market.Lease{}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := db.Statuses(t.Context())
	if diff := cmp.Diff(map[market.SourceID]wire.Status{"bank": want, "other": {Source: "other"}}, got); err != nil || diff != "" {
		t.Errorf("statuses: %v, %s", err, diff)
	}
}
