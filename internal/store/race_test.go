package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/store"
)

// More cases of the conformance suite: what several do at once, and what goes wrong halfway.

// atOnce calls do n times at the same time and counts those that succeeded; the others must fail as said.
func atOnce(t *testing.T, n int, failure error, do func(i int) error) (succeeded int) {
	t.Helper()
	outcome := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { outcome[i] = do(i) })
	}
	all.Wait()
	for i, err := range outcome {
		if err == nil {
			succeeded++
		} else if failure == nil || !errors.Is(err, failure) {
			t.Errorf("number %d: %v, want success or %v", i, err, failure)
		}
	}
	return succeeded
}

func publishesForOne(t *testing.T, url string) {
	db := open(t, url)
	if err := db.AddRevision(t.Context(), revision("s", 1, "no figure whose row would tell them apart"), "s"); err != nil {
		t.Fatal(err)
	}
	n := atOnce(t, 8, fault.Conflict, func(i int) error {
		return publish(context.Background(), db, "s", 1, seen.Add(time.Duration(i)*time.Minute), nil)
	})
	if a, err := db.Article(t.Context(), day1, "s"); err != nil || n != 1 || !a.Updated.Equal(a.Published) {
		t.Errorf("%d published it, at %v and %v, %v; want one, once", n, a.Published, a.Updated, err)
	}
}

func contradictsForOne(t *testing.T, url string) {
	db := open(t, url)
	add(t, db, saidAt(-1)) // its source and series are there: no lock on either keeps the eight apart
	const rounds = 10      // the first only opens the connections
	for round := range rounds {
		n := atOnce(t, 8, fault.Invalid, func(i int) error {
			o := said("EUR/USD", fmt.Sprint("1.", i+1), day1.AddDate(0, 0, round), seen)
			_, err := db.Append(context.Background(), nil, []market.Observation{o}, nil)
			return err
		})
		if n != 1 {
			t.Errorf("%d of eight contradictions were taken, want one", n)
		}
	}
	if s, err := db.Stats(t.Context()); err != nil || s.Observations != 1+rounds {
		t.Errorf("the store holds %+v, %v; want %d observations", s, err, 1+rounds)
	}
}

func addsOneEditionForAll(t *testing.T, url string) {
	db := open(t, url)
	e := edition()
	add(t, db, e.Observations...) // no lock on sources or series keeps the eight apart
	e.Sources, e.Observations = nil, nil
	var count sync.Mutex
	stories := 0
	n := atOnce(t, 8, nil, func(int) error {
		r, err := db.AddEdition(context.Background(), e, nil)
		count.Lock()
		defer count.Unlock()
		stories += r.Stories
		return err
	})
	if n != 8 || stories != 2 {
		t.Errorf("%d of eight succeeded, who say to have added %d stories; want 8 and 2", n, stories)
	}
}

// knowsTheSame: an edition says the same in another zone, with finer times than are kept, or with an empty list where
// there was none.
func knowsTheSame(t *testing.T, url string) {
	db := open(t, url)
	if _, err := db.AddEdition(t.Context(), edition(), nil); err != nil {
		t.Fatal(err)
	}
	same := edition()
	zone := time.FixedZone("elsewhere", 9*60*60)
	for i := range same.Stories {
		m := &same.Stories[i]
		if m.Live > 0 {
			m.Published, m.Updated = m.Published.In(zone), m.Updated.In(zone)
		}
		for n := range m.Revisions {
			m.Revisions[n].At = m.Revisions[n].At.In(zone).Add(time.Nanosecond)
			m.Revisions[n].Content.Topics = []news.Slug{}
		}
	}
	if r, err := db.AddEdition(t.Context(), same, nil); err != nil || r != (news.Receipt{}) {
		t.Errorf("added %d observations and %d stories, %v; want to know them", r.Observations, r.Stories, err)
	}
	other := edition()
	other.Stories[1].Updated = other.Stories[1].Updated.Add(time.Microsecond)
	if _, err := db.AddEdition(t.Context(), other, nil); !errors.Is(err, fault.Conflict) {
		t.Errorf("updated at another moment: %v, want fault.Conflict", err)
	}
}

// readsOneMoment reads a story again and again while it is published anew: text and figures must be of one revision.
func readsOneMoment(t *testing.T, url string) {
	db := open(t, url)
	const last = 20
	var said []market.Observation
	for n := range last + 1 {
		said = append(said, saidAt(n))
	}
	add(t, db, said...)
	publish := func(n int) error {
		text := strings.Repeat("{{EUR/USD}}", n)
		pins := make([]news.Pin, n)
		for i := range pins {
			pins[i] = pinOf(said[n])
		}
		if err := db.AddRevision(context.Background(), revision("s", n, text), "s"); err != nil {
			return err
		}
		return publish(context.Background(), db, "s", n, seen, pins)
	}
	if err := publish(1); err != nil {
		t.Fatal(err)
	}
	var writing sync.WaitGroup
	ended := make(chan struct{})
	writing.Go(func() {
		defer close(ended)
		for n := 2; n <= last; n++ {
			if err := publish(n); err != nil {
				t.Errorf("publish revision %d: %v", n, err)
				return
			}
		}
	})
	defer writing.Wait()
	for going := true; going; {
		select {
		case <-ended:
			going = false // and once more: the last must be there
		default:
		}
		a, err := db.Article(t.Context(), day1, "s")
		if err != nil {
			t.Fatal(err)
		}
		figures := strings.Count(a.Content.Body, "{{")
		if figures != a.Revision || len(a.Pins) != a.Revision || !a.Pins[0].At.Equal(said[a.Revision].At) {
			t.Fatalf("revision %d is read with %d figures and %d pins, of %v", a.Revision, figures, len(a.Pins), a.Pins[0].At)
		}
		if !going && a.Revision != last {
			t.Errorf("after all were published readers see revision %d", a.Revision)
		}
		m, err := db.Manuscript(t.Context(), "s")
		if err != nil || m.Live > len(m.Revisions) || len(m.Pins[m.Live]) != m.Live {
			t.Fatalf("the manuscript has %d revisions, %d live, %d pins, %v", len(m.Revisions), m.Live, len(m.Pins[m.Live]), err)
		}
	}
}

// saidAt is what was said on the n-th day.
func saidAt(n int) market.Observation { return said("EUR/USD", "1.1", day1.AddDate(0, 0, n), seen) }

func takesBackPanics(t *testing.T, url string) {
	db := open(t, url)
	_, err := db.Append(t.Context(), []market.Source{bank}, []market.Observation{saidAt(1)}, func(int) { panic("a bug in somebody's closure") })
	if !errors.Is(err, fault.Internal) {
		t.Errorf("err = %v, want fault.Internal", err)
	}
	if s, err := db.Stats(t.Context()); err != nil || s != (store.Stats{}) {
		t.Errorf("after the panic the store holds %+v, %v", s, err)
	}
	if n := add(t, db, saidAt(1)); n != 1 {
		t.Errorf("the next write added %d, want 1", n)
	}
}

func takesBackWhatIsGivenUp(t *testing.T, url string) {
	db := open(t, url)
	const many = 25_000 // more than either engine adds at once
	all := make([]market.Observation, many)
	for i := range all {
		all[i] = said("EUR/USD", "1.1", day1.Add(time.Duration(i)*time.Second), seen.AddDate(1, 0, 0))
	}
	ctx, giveUp := context.WithCancel(t.Context())
	_, err := db.Append(ctx, []market.Source{bank}, all, func(done int) {
		if done >= many {
			t.Error("the batch was added to its end")
		}
		giveUp()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want that it was cancelled", err)
	}
	if s, err := db.Stats(t.Context()); err != nil || s != (store.Stats{}) {
		t.Errorf("the store holds %+v, %v", s, err)
	}
	if n := add(t, db, all[:100]...); n != 100 {
		t.Errorf("the next write added %d, want 100", n)
	}
}

func leavesNothingRunning(t *testing.T, url string) {
	before := goleak.IgnoreCurrent()
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	add(t, db, saidAt(1))
	atOnce(t, 8, nil, func(int) error {
		_, err := db.Articles(context.Background(), news.Selection{Pins: true})
		return err
	})
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	goleak.VerifyNone(t, before)
}

func TestAFileOfAnotherProgramIsRefusedAndAHalfMadeOneIsFinished(t *testing.T) {
	for _, c := range []struct {
		name, sql string
		want      error
	}{
		{"tables but no name", "CREATE TABLE contact (name TEXT)", fault.Invalid},
		{"another name", "PRAGMA application_id = 77", fault.Invalid},
		{"only the table of migrations, as when the first start was cut off", `CREATE TABLE goose_db_version
			(id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
			INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1)`, nil},
		{"empty", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "paper.db")
			raw, err := sql.Open("sqlite", file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := raw.Exec(c.sql); err != nil {
				t.Fatal(err)
			}
			if err := raw.Close(); err != nil {
				t.Fatal(err)
			}
			db, err := store.Open(t.Context(), file)
			if !errors.Is(err, c.want) {
				t.Errorf("err = %v, want %v", err, c.want)
			}
			if err == nil {
				add(t, db, saidAt(1))
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
