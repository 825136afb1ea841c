package resident_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/store/resident"
)

var day0 = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// chance makes observations: revisions, values said twice, moments that are no days, numbers of many digits.
type chance struct{ *rand.Rand }

func (c chance) source() market.Source {
	return market.Source{ID: market.SourceID(fmt.Sprint("bank-", c.IntN(3))), Name: "A bank", Kind: market.Official, Fresh: 96 * time.Hour}
}

func (c chance) symbol() market.Symbol {
	return []market.Symbol{"EUR/USD", "EUR/GBP", "USD/JPY", "EUR/XAU", "XNYS:BP"}[c.IntN(5)]
}

func (c chance) at() time.Time {
	at := day0.AddDate(0, 0, c.IntN(40))
	if c.IntN(4) == 0 {
		at = at.Add(time.Duration(c.IntN(86_400_000_000)) * time.Microsecond)
	}
	return at
}

func (c chance) batch(seen time.Time) (sources []market.Source, batch []market.Observation) {
	taken := map[string]bool{}
	for range 1 + c.IntN(30) {
		s, symbol, at := c.source(), c.symbol(), c.at()
		field := market.Rate
		if symbol == "XNYS:BP" {
			field = []market.Field{market.Last, market.Change}[c.IntN(2)]
		}
		at = at.Truncate(time.Microsecond)
		if key := fmt.Sprint(s.ID, symbol, field, at); !taken[key] {
			taken[key] = true
			value := []string{"1.1840", "0.00", "-0.51", "123456789012345678901234567890.5", "0.000000000000000000000000001", "1500"}[c.IntN(6)]
			batch = append(batch, market.NewObservation(symbol, field, currency.MustDecimal(value), market.Moment{At: at, Seen: seen}, s.ID, "a place"))
			sources = append(sources, s)
		}
	}
	return sources, batch
}

// without takes away what is not kept in memory.
func without(all []market.Observation, err error) ([]market.Observation, error) {
	for i := range all {
		all[i].Ref = ""
	}
	if len(all) == 0 {
		return nil, err
	}
	return all, err
}

func TestWhatIsInMemoryIsWhatTheDatabaseSays(t *testing.T) {
	for name, url := range map[string]string{"SQLite": filepath.Join(t.TempDir(), "paper.db"), "PostgreSQL": "postgres"} {
		for limit, what := range map[int]string{0: "all of it", 6_000: "a part of it", 1: "nothing"} {
			t.Run(name+", "+what, func(t *testing.T) {
				url := url
				if url == "postgres" {
					url = must.Postgres(t)
				} else {
					url = filepath.Join(t.TempDir(), "paper.db")
				}
				db, err := store.Open(t.Context(), url)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = db.Close() })
				c := chance{rand.New(rand.NewPCG(2026, uint64(limit)))}
				sources, first := c.batch(day0.AddDate(0, 1, 0))
				if _, err := db.Append(t.Context(), sources, first, nil); err != nil {
					t.Fatal(err)
				}
				memory, err := resident.Open(t.Context(), db, bus.New(), resident.Options{Limit: limit})
				if err != nil {
					t.Fatal(err)
				}
				for n := range 25 {
					seen := day0.AddDate(0, 1, 0).Add(time.Duration(n+1) * time.Hour)
					sources, batch := c.batch(seen)
					if _, err := memory.Append(t.Context(), sources, batch, nil); err != nil {
						t.Fatal(err)
					}
					if n%3 == 0 { // and the same once more, as after an interrupted import
						if _, err := memory.Append(t.Context(), sources, batch, nil); err != nil {
							t.Fatal(err)
						}
					}
					compare(t, c, db, memory, seen)
				}
			})
		}
	}
}

// compare asks both the same.
func compare(t *testing.T, c chance, db *store.DB, memory market.Store, seen time.Time) {
	t.Helper()
	ctx := t.Context()
	asOf := market.AsOf{At: c.at(), Known: seen.Add(-time.Duration(c.IntN(20)) * time.Hour)}
	symbol, source, at := c.symbol(), c.source().ID, c.at()
	same := func(what string, ask func(market.Store) ([]market.Observation, error)) {
		t.Helper()
		want, err := without(ask(db))
		got, err2 := without(ask(memory))
		if diff := cmp.Diff(want, got); diff != "" || err != nil || err2 != nil {
			t.Fatalf("%s: %v, %v, %s", what, err, err2, diff)
		}
	}
	for _, symbols := range [][]market.Symbol{nil, {symbol}, {symbol, c.symbol(), "EUR/CHF"}} {
		if len(symbols) == 3 && symbols[0] == symbols[1] {
			continue
		}
		moments := 1 + c.IntN(3)
		same("newest", func(s market.Store) ([]market.Observation, error) { return s.Newest(ctx, asOf, moments, symbols...) })
	}
	same("revisions", func(s market.Store) ([]market.Observation, error) {
		return s.Revisions(ctx, symbol, market.Rate, source, at.Truncate(24*time.Hour))
	})
	from := at.AddDate(0, 0, -c.IntN(5))
	same("sheets", func(s market.Store) ([]market.Observation, error) {
		return s.Sheets(ctx, source, from, at.AddDate(0, 0, 3))
	})
	same("before", func(s market.Store) ([]market.Observation, error) { return s.Before(ctx, source, at, 4) })
	// What several sources say of one moment comes in no order.
	ordered := func(all []market.Observation, err error) (map[market.ID]market.Observation, error) {
		byID := map[market.ID]market.Observation{}
		last := time.Time{}
		for _, o := range all {
			if o.At.Before(last) {
				t.Fatalf("a series goes back from %s to %s", last, o.At)
			}
			o.Ref, last = "", o.At
			byID[o.ID] = o
		}
		return byID, err
	}
	want, err := ordered(db.Series(ctx, []market.Symbol{symbol, "EUR/XAU"}, asOf))
	got, err2 := ordered(memory.Series(ctx, []market.Symbol{symbol, "EUR/XAU"}, asOf))
	if diff := cmp.Diff(want, got); diff != "" || err != nil || err2 != nil {
		t.Fatalf("series: %v, %v, %s", err, err2, diff)
	}
	symbols, err := db.Symbols(ctx)
	held, err2 := memory.Symbols(ctx)
	if diff := cmp.Diff(symbols, held); diff != "" || err != nil || err2 != nil {
		t.Fatalf("symbols: %v, %v, %s", err, err2, diff)
	}
	sources, err := db.Sources(ctx)
	told, err2 := memory.Sources(ctx)
	if diff := cmp.Diff(sources, told); diff != "" || err != nil || err2 != nil {
		t.Fatalf("sources: %v, %v, %s", err, err2, diff)
	}
}

func TestWhatAnotherProgramWritesIsSeenAndTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "paper.db")
	db, err := store.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	b, told := bus.New(), make(chan bus.Event, 10)
	b.Listen(func(e bus.Event) { told <- e })
	memory, err := resident.Open(t.Context(), db, b, resident.Options{})
	if err != nil {
		t.Fatal(err)
	}
	go memory.Run(t.Context())

	other, err := store.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	c := chance{rand.New(rand.NewPCG(1, 2))}
	sources, batch := c.batch(day0.AddDate(0, 1, 0))
	if _, err := other.Append(t.Context(), sources, batch, nil); err != nil {
		t.Fatal(err)
	}
	select {
	case e := <-told:
		if e.Topic != market.PriceTopic {
			t.Errorf("told %+v", e)
		}
	case <-time.After(time.Minute):
		t.Fatal("it is never told")
	}
	compare(t, c, db, memory, day0.AddDate(0, 1, 0))

	// Both write at once: the one in memory sees that it was not alone.
	for n := range 5 {
		seen := day0.AddDate(0, 1, 1+n)
		sources, batch = c.batch(seen)
		if _, err := other.Append(t.Context(), sources, batch, nil); err != nil {
			t.Fatal(err)
		}
		sources, batch = c.batch(seen.Add(time.Hour))
		if _, err := memory.Append(t.Context(), sources, batch, nil); err != nil {
			t.Fatal(err)
		}
		compare(t, c, db, memory, seen.Add(time.Hour))
	}
}
