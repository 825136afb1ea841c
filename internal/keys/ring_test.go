package keys_test

import (
	"bytes"
	"errors"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/keys"
	"github.com/courant-news/courant/internal/store"
)

var noon = time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)

// world is a ring over a store of its own, and its clock.
type world struct {
	db    *store.DB
	ring  *keys.Ring
	clock atomic.Int64 // microseconds since noon
	log   bytes.Buffer
	close func() error // the store; once
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "paper.db"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{db: db, close: sync.OnceValue(db.Close)}
	t.Cleanup(func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	})
	w.ring = keys.NewRing(db, keys.Options{Now: w.now, Log: slog.New(slog.NewTextHandler(&w.log, nil))})
	return w
}

func (w *world) now() time.Time            { return noon.Add(time.Duration(w.clock.Load()) * time.Microsecond) }
func (w *world) wait(passes time.Duration) { w.clock.Add(passes.Microseconds()) }

func (w *world) add(t *testing.T, name string) (keys.Key, string) {
	t.Helper()
	k, secret, err := keys.New(name, 60, w.now())
	if err == nil {
		err = w.db.AddKey(t.Context(), k)
	}
	if err != nil {
		t.Fatal(err)
	}
	return k, secret
}

func TestAKeyIsRandomAndOnlyItsHashIsKept(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		k, secret, err := keys.New("reader-app", 60, noon)
		if err != nil || !regexp.MustCompile(`^ck_[a-z2-7]{32}$`).MatchString(secret) || seen[secret] {
			t.Fatalf("%q, %v", secret, err)
		}
		seen[secret] = true
		if k.Hash != keys.Hash(secret) || strings.Contains(k.Hash, secret) {
			t.Errorf("kept is %q of %q", k.Hash, secret)
		}
	}
}

func TestANameOrALimitThatCannotBeIsRefusedInASentence(t *testing.T) {
	for _, name := range []string{"", "two words", "-a", "a\tb", "ключ", strings.Repeat("a", 65), "a/b"} {
		if _, _, err := keys.New(name, 0, noon); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "no name for a key") {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, n := range []int{-1, keys.MostPerMinute + 1} {
		if _, _, err := keys.New("a", n, noon); !errors.Is(err, fault.Invalid) {
			t.Errorf("%d: %v", n, err)
		}
	}
}

func TestAKeyIsKnownOnceItIsMadeAndRefusedOnceItIsRevoked(t *testing.T) {
	w := newWorld(t)
	_, first := w.add(t, "first")
	if k, err := w.ring.Find(t.Context(), first); err != nil || k.Name != "first" {
		t.Fatalf("%+v, %v", k, err)
	}
	for _, unknown := range []string{"", "ck_", first + "a", strings.ToUpper(first), strings.Repeat("c", 1000)} {
		if _, err := w.ring.Find(t.Context(), unknown); !errors.Is(err, fault.Denied) {
			t.Errorf("%.50q: %v", unknown, err)
		}
	}
	_, second := w.add(t, "second")
	w.wait(time.Second)
	if k, err := w.ring.Find(t.Context(), second); err != nil || k.Name != "second" {
		t.Errorf("made while the paper runs: %+v, %v", k, err)
	}
	if err := w.db.RevokeKey(t.Context(), "first", w.now()); err != nil {
		t.Fatal(err)
	}
	w.wait(5 * time.Second)
	if _, err := w.ring.Find(t.Context(), first); !errors.Is(err, fault.Denied) {
		t.Errorf("revoked five seconds ago: %v", err)
	}
}

func TestAStoreThatFailsTakesNoKeyAwayAndGivesNone(t *testing.T) {
	w := newWorld(t)
	_, secret := w.add(t, "app")
	if _, err := w.ring.Find(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	late := keys.NewRing(w.db, keys.Options{Now: w.now})
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	w.wait(time.Minute)
	if _, err := w.ring.Find(t.Context(), secret); err != nil {
		t.Errorf("a key that was known: %v", err)
	}
	if _, err := late.Find(t.Context(), secret); !errors.Is(err, fault.Busy) {
		t.Errorf("where no key was ever read: %v, want fault.Busy", err)
	}
	if strings.Contains(w.log.String(), secret) {
		t.Errorf("the log holds the key: %s", w.log.String())
	}
}

func TestWhatManyAskIsCountedByTheDayAndWrittenOnce(t *testing.T) {
	w := newWorld(t)
	k, _ := w.add(t, "app")
	count := func(requests, refused int) {
		var all sync.WaitGroup
		for i := range requests + refused {
			all.Go(func() { w.ring.Count(k, i < refused) })
		}
		all.Wait()
	}
	tally := func(want keys.Tally) {
		t.Helper()
		if all, err := w.db.Tallies(t.Context(), w.now()); err != nil || all["app"] != want {
			t.Errorf("%+v, %v; want %+v", all["app"], err, want)
		}
	}
	count(50, 7)
	tally(keys.Tally{}) // no request waits for the store
	w.ring.Flush(t.Context())
	w.ring.Flush(t.Context())
	tally(keys.Tally{Today: 50, Total: 50, Refused: 7})
	count(5, 0)
	w.wait(12 * time.Hour) // midnight
	count(3, 1)
	w.ring.Flush(t.Context())
	tally(keys.Tally{Today: 3, Total: 58, Refused: 8})
}

func TestUsageThatCannotBeWrittenWaitsForTheNextTime(t *testing.T) {
	w := newWorld(t)
	k, _, err := keys.New("app", 60, noon)
	if err != nil {
		t.Fatal(err)
	}
	w.ring.Count(k, false)
	w.ring.Flush(t.Context()) // the store has no such key yet
	if !strings.Contains(w.log.String(), "how often keys were used") {
		t.Errorf("the log says %q", w.log.String())
	}
	w.ring.Count(k, false)
	if err := w.db.AddKey(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	w.ring.Flush(t.Context())
	if all, err := w.db.Tallies(t.Context(), noon); err != nil || all["app"].Total != 2 {
		t.Errorf("%+v, %v", all, err)
	}
}
