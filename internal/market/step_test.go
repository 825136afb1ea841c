package market_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// Of sources that pause, speak of some pairs only or several times a day, the end of the history is the end of the whole history.
func TestTheLastStepsAreThoseOfTheWholeHistory(t *testing.T) {
	now := time.Date(2026, 2, 5, 12, 0, 0, 0, time.UTC)
	begin := now.Truncate(24*time.Hour).AddDate(0, 0, -300)
	compared := 0
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 7))
		d := newDesk(t)
		l := market.NewLedger(d.store, bus.New(), market.LedgerOptions{Now: func() time.Time { return now }})
		var sources []market.Source
		var said []market.Observation
		for i, kind := range []market.SourceKind{market.Official, market.Official, market.Dataset, market.Page} {
			s := market.Source{
				ID: market.SourceID(fmt.Sprint("source-", i)), Name: "A source", Kind: kind, Fresh: time.Duration(24+r.IntN(240)*(1+40*r.IntN(2))) * time.Hour, Terms: market.Free,
			}
			sources = append(sources, s)
			pairs := [][]market.Symbol{{"EUR/USD", "EUR/JPY"}, {"USD/JPY"}, {"EUR/USD"}, {"EUR/JPY", "EUR/USD", "USD/JPY"}}[r.IntN(4)]
			step, skip, apart := []time.Duration{24, 24, 6, 24 * 7}[r.IntN(4)]*time.Hour, r.IntN(4), r.IntN(3) == 0
			ends := map[market.Symbol]time.Time{}
			for _, pair := range pairs {
				ends[pair] = now.AddDate(0, 0, -r.IntN(2)*r.IntN(250))
			}
			for at := begin.AddDate(0, 0, r.IntN(50)); at.Before(now.AddDate(0, 0, -r.IntN(2)*r.IntN(60))); at = at.Add(step) {
				if r.IntN(10) < skip {
					continue
				}
				for _, pair := range pairs {
					if apart && r.IntN(3) == 0 || at.After(ends[pair]) {
						continue
					}
					value := currency.MustDecimal(fmt.Sprintf("%d.%03d", 1+r.IntN(2), 1+r.IntN(999)))
					said = append(said, market.NewObservation(pair, market.Rate, value, market.Moment{At: at, Seen: at.Add(time.Hour)}, s.ID, ""))
				}
			}
		}
		if _, err := l.Record(t.Context(), sources, said, nil); err != nil {
			t.Fatal(err)
		}
		for _, pair := range []market.Symbol{"EUR/USD", "USD/EUR", "JPY/USD", "EUR/JPY"} {
			all, err := l.Steps(t.Context(), pair, currency.MustDecimal("1"), time.Time{}, 1<<20)
			if err != nil {
				continue // none of the sources speaks of it
			}
			for _, days := range []int{0, 1, 20, 120, 400} {
				since := now.AddDate(0, 0, -days)
				var want []string
				for _, s := range all.All {
					if !s.To.At.Before(since) {
						want = append(want, s.Name())
					}
				}
				end, err := l.Steps(t.Context(), pair, currency.MustDecimal("1"), since, 1<<20)
				var got []string
				for _, s := range end.All {
					got = append(got, s.Name())
				}
				if err != nil || !slices.Equal(got, want) || end.Last.At != all.Last.At {
					t.Errorf("seed %d, %s of %d days: %d steps, want %d (%v)", seed, pair, days, len(got), len(want), err)
				}
				compared += len(want)
			}
		}
	}
	if compared < 500 {
		t.Errorf("only %d steps were compared", compared)
	}
}

// A bank's cross that stands for years, of which one leg goes on and the other ended, still bears on the line.
func TestWhatStandsFartherBackThanTheEndsIsHeeded(t *testing.T) {
	now := time.Date(2026, 2, 5, 12, 0, 0, 0, time.UTC)
	d := newDesk(t)
	l := market.NewLedger(d.store, bus.New(), market.LedgerOptions{Now: func() time.Time { return now }})
	sources := []market.Source{
		{ID: "bank", Name: "A Bank", Kind: market.Official, Fresh: 1000 * 24 * time.Hour, Terms: market.Free},
		{ID: "club", Name: "A Club", Kind: market.Dataset, Fresh: 96 * time.Hour, Terms: market.Free},
	}
	var said []market.Observation
	say := func(source int, pair market.Symbol, value string, at time.Time) {
		said = append(said, market.NewObservation(pair, market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: at.Add(time.Hour)}, sources[source].ID, ""))
	}
	for day := range 300 {
		at := now.Truncate(24*time.Hour).AddDate(0, 0, day-300)
		say(0, "EUR/USD", "1.1", at)
		if day < 150 {
			say(0, "EUR/JPY", "184", at)
		}
		say(1, "USD/JPY", fmt.Sprint(160+20*(day%2)), at)
	}
	if _, err := l.Record(t.Context(), sources, said, nil); err != nil {
		t.Fatal(err)
	}
	if end, err := l.Steps(t.Context(), "USD/JPY", currency.MustDecimal("1"), now.AddDate(0, 0, -20), 100); err != nil || len(end.All) != 0 {
		t.Errorf("%d steps of the club are told beside what the bank said, which holds; %v", len(end.All), err)
	}
}
