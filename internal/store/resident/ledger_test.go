package resident_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/store/resident"
	"github.com/courant-news/courant/internal/wire/provider"
)

// both are a ledger over a database, and one over the same with its numbers in memory.
type both struct{ read, remembered *market.Ledger }

func over(t *testing.T, now time.Time, sources []market.Source, said []market.Observation) both {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "paper.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Append(t.Context(), sources, said, nil); err != nil {
		t.Fatal(err)
	}
	memory, err := resident.Open(t.Context(), db, bus.New(), resident.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := market.LedgerOptions{Now: func() time.Time { return now }}
	return both{market.NewLedger(db, bus.New(), o), market.NewLedger(memory, bus.New(), o)}
}

// alike compares but for the place where a source says a number, which is not kept in memory.
func alike(t *testing.T, what string, read, remembered any, err, err2 error) {
	t.Helper()
	options := cmp.Options{
		cmp.Comparer(func(a, b currency.Decimal) bool { return a.String() == b.String() }),
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Ref" }, cmp.Ignore()),
	}
	if diff := cmp.Diff(read, remembered, options); diff != "" || err != nil || err2 != nil {
		t.Fatalf("%s, read and remembered: %v, %v\n%s", what, err, err2, diff)
	}
}

func (l both) glance(t *testing.T, base currency.Code, asOf market.AsOf) {
	t.Helper()
	read, err := l.read.Glance(t.Context(), base, nil, asOf)
	remembered, err2 := l.remembered.Glance(t.Context(), base, nil, asOf)
	alike(t, fmt.Sprintf("the board of %s on %s", base, asOf.At), read, remembered, err, err2)
	values, err := l.read.Values(t.Context(), base, asOf)
	remembers, err2 := l.remembered.Values(t.Context(), base, asOf)
	alike(t, fmt.Sprintf("the values of %s on %s", base, asOf.At), values, remembers, err, err2)
}

func (l both) line(t *testing.T, pair market.Symbol, from time.Time, asOf market.AsOf) {
	t.Helper()
	read, err := l.read.Line(t.Context(), pair, from, asOf.At, asOf)
	remembered, err2 := l.remembered.Line(t.Context(), pair, from, asOf.At, asOf)
	alike(t, "the line of "+string(pair), read.Offers(), remembered.Offers(), err, err2)
	for i := range read.Points {
		alike(t, "the flags of "+string(pair), read.Flags(i), remembered.Flags(i), nil, nil)
	}
}

func (l both) courses(t *testing.T, base currency.Code, quotes []currency.Code, span market.Span) {
	t.Helper()
	read, err := l.read.Courses(t.Context(), base, quotes, span)
	remembered, err2 := l.remembered.Courses(t.Context(), base, quotes, span)
	plain := func(courses []market.Course) map[currency.Code][][]market.Offer {
		all := map[currency.Code][][]market.Offer{}
		for _, c := range courses {
			for _, s := range c.Days {
				if text := string(s.AppendValue(nil)); text != s.Value().String() {
					t.Fatalf("%s of %s on %s is written as %s", s.Value(), c.Quote, s.At(), text)
				}
				all[c.Quote] = append(all[c.Quote], append([]market.Offer{s.Offer()}, s.Beside()...))
			}
		}
		return all
	}
	alike(t, fmt.Sprintf("the courses of %s in %v, %+v", base, quotes, span), plain(read), plain(remembered), err, err2)
}

func TestALedgerSaysTheSameFromMemory(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 2026))
	sources := []market.Source{
		{ID: "a", Name: "A Bank", Kind: market.Official, Fresh: 96 * time.Hour, Issuer: "EUR"},
		{ID: "b", Name: "B Bank", Kind: market.Official, Fresh: 24 * time.Hour},
		{ID: "c", Name: "C Table", Kind: market.Dataset, Fresh: 48 * time.Hour},
		{ID: "d", Name: "D Page", Kind: market.Page, Fresh: 24 * time.Hour},
		{ID: "e", Name: "E Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Private},
	}
	pairs := []market.Symbol{"EUR/USD", "EUR/JPY", "EUR/BGN", "EUR/SYP", "EUR/GBP", "USD/AED", "GBP/CHF"}
	for range 3 {
		var said []market.Observation
		for _, s := range sources {
			for d := range 60 {
				at := day0.AddDate(0, 0, d-30)
				if random.IntN(4) == 0 {
					continue
				}
				for i, pair := range pairs {
					if s.ID == "b" && i > 2 || s.ID == "c" && i < 4 || random.IntN(20) == 0 && s.ID == "d" {
						continue
					}
					for revision := range 1 + random.IntN(10)/9 {
						value := currency.DecimalOf(int64(10_000+random.IntN(3)*100+i*4_000), 4)
						said = append(said, market.NewObservation(pair, market.Rate, value,
							market.Moment{At: at, Seen: at.Add(time.Duration(16+revision) * time.Hour)}, s.ID, "a place"))
					}
				}
			}
		}
		l := over(t, day0.AddDate(0, 0, 40), sources, said)
		for range 25 {
			asOf := market.AsOf{At: day0.AddDate(0, 0, random.IntN(70)-32), Known: day0.AddDate(0, 0, 20+random.IntN(15))}
			base := []currency.Code{"EUR", "USD", "JPY", "AED", "CHF"}[random.IntN(5)]
			l.glance(t, base, asOf)
			l.line(t, market.Pair(base, "GBP"), asOf.At.AddDate(0, 0, -random.IntN(40)), asOf)
			span := market.Span{From: day0.AddDate(0, 0, -random.IntN(20)), To: day0.AddDate(0, 0, random.IntN(30)), Carry: 14 * 24 * time.Hour, Said: random.IntN(2) == 0}
			l.courses(t, base, [][]currency.Code{nil, {"GBP"}, {"AED", "BGN", "JPY"}}[random.IntN(3)], span)
		}
	}
}

func TestALedgerSaysTheSameOfTheCentralBanksHistoryFromMemory(t *testing.T) {
	body, err := os.ReadFile(filepath.Join(must.Samples(t), "fx", "ecb", "eurofxref-hist_to-2026-04-13.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range provider.All() {
		if p.Source.ID != "ecb" {
			continue
		}
		now := time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC)
		reading, err := p.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		l := over(t, now, []market.Source{p.Source}, reading.Observations("ecb", now.Add(-20*time.Hour)))
		for _, pair := range []market.Symbol{"EUR/USD", "USD/JPY", "BGN/EUR", "EEK/USD"} {
			l.line(t, pair, time.Time{}, market.AsOf{At: now, Known: now})
		}
		for year := 1999; year < 2027; year++ {
			asOf := market.AsOf{At: time.Date(year, time.Month(1+year%12), 1+year%28, 18, 0, 0, 0, time.UTC)}
			l.glance(t, []currency.Code{"EUR", "USD", "CYP"}[year%3], asOf)
		}
		for base, quote := range map[currency.Code]currency.Code{"EUR": "USD", "USD": "JPY", "JPY": "EUR"} {
			l.courses(t, base, []currency.Code{quote}, market.Span{From: time.Date(1999, 1, 4, 0, 0, 0, 0, time.UTC), To: now.Truncate(24 * time.Hour), Said: true})
		}
		l.courses(t, "EUR", nil, market.Span{From: now.Truncate(24*time.Hour).AddDate(0, -1, 0), To: now.Truncate(24 * time.Hour), Carry: 14 * 24 * time.Hour})
	}
}

// Readers at once, while numbers come in: each answer is of one moment, and stays as it was given, though the room in which it was made
// serves the next.
func TestManyReadWhileNumbersComeIn(t *testing.T) {
	sources := []market.Source{
		{ID: "a", Name: "A Bank", Kind: market.Official, Fresh: 48 * time.Hour, Terms: market.Free},
		{ID: "b", Name: "B Table", Kind: market.Dataset, Fresh: 48 * time.Hour},
		{ID: "c", Name: "C Table", Kind: market.Dataset, Fresh: 24 * time.Hour, Terms: market.Free},
	}
	const days, quotes = 8, 20
	batch := func(day int) (said []market.Observation) { // in which all say the same of everything
		at := day0.AddDate(0, 0, day)
		for _, s := range sources {
			for i := range quotes {
				quote := market.Pair("EUR", currency.All().Currencies()[i].Code)
				said = append(said, market.NewObservation(quote, market.Rate, currency.DecimalOf(int64(1000+day), 2), market.Moment{At: at, Seen: at}, s.ID, ""))
			}
		}
		return said
	}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "paper.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	memory, err := resident.Open(t.Context(), db, bus.New(), resident.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := memory.Append(t.Context(), sources, batch(0), nil); err != nil {
		t.Fatal(err)
	}
	now := day0.AddDate(0, 0, days)
	ledger := market.NewLedger(memory, bus.New(), market.LedgerOptions{Now: func() time.Time { return now }})
	var readers sync.WaitGroup
	written := make(chan struct{})
	for n := range 4 {
		readers.Go(func() {
			l := ledger
			if n%2 == 1 {
				l = l.Only(market.Source.Passes)
			}
			var given []any
			var texts []string
			for i, done := 0, false; !done || i < 3; i++ {
				select {
				case <-written:
					done = true
				default:
				}
				asOf := market.AsOf{At: day0.AddDate(0, 0, i%3*days/2)}
				values, err := l.Values(t.Context(), "EUR", asOf)
				glance, err2 := l.Glance(t.Context(), "EUR", nil, asOf)
				if err != nil || err2 != nil {
					t.Error(err, err2)
					return
				}
				said := slices.DeleteFunc(slices.Clone(values.All), func(v market.Value) bool { return v.How != market.Said })
				for _, v := range said {
					if !v.Value.Equal(said[0].Value) {
						t.Errorf("on one board stand %v and %v", said[0], v)
					}
				}
				if i < 50 {
					given, texts = append(given, values, glance), append(texts, fmt.Sprint(values), fmt.Sprint(glance))
				}
			}
			for i, answer := range given {
				if fmt.Sprint(answer) != texts[i] {
					t.Error("an answer became another one")
				}
			}
		})
	}
	for day := 1; day < days; day++ {
		if _, err := memory.Append(t.Context(), sources, batch(day), nil); err != nil {
			t.Error(err)
		}
	}
	close(written)
	readers.Wait()
}
