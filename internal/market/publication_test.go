package market_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

func TestAPublicationIsAWholeDayOfOneSource(t *testing.T) {
	now := time.Date(2026, 2, 5, 12, 0, 0, 0, time.UTC)
	d := newDesk(t)
	l := market.NewLedger(d.store, bus.New(), market.LedgerOptions{Now: func() time.Time { return now }})
	hour := func(day, hour int) time.Time { return time.Date(2026, 2, day, hour, 0, 0, 0, time.UTC) }
	bank := market.Source{ID: "bank", Name: "Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free, Ahead: 48 * time.Hour}
	shy := market.Source{ID: "shy", Name: "Shy", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.ShowOnly}
	closed := market.Source{ID: "closed", Name: "Closed", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Private}
	mute := market.Source{ID: "mute", Name: "Mute", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free}
	say := func(source market.Source, pair market.Symbol, value string, at, seen time.Time) market.Observation {
		return market.NewObservation(pair, market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: seen}, source.ID, "")
	}
	for _, said := range [][]market.Observation{{
		say(bank, "EUR/USD", "1.17", hour(1, 0), hour(1, 16)),
		say(bank, "EUR/USD", "1.18", hour(2, 0), hour(2, 16)), say(bank, "EUR/JPY", "184", hour(2, 0), hour(2, 16)),
		say(bank, "EUR/USD", "1.19", hour(3, 0), hour(3, 16)), say(bank, "EUR/GBP", "0.86", hour(3, 9), hour(3, 17)), say(bank, "EUR/GBP", "0.87", hour(3, 18), hour(3, 19)),
		say(bank, "EUR/USD", "1.20", hour(6, 0), hour(5, 11)), // fixed ahead: not yet
		say(shy, "EUR/USD", "1.16", hour(2, 0), hour(2, 16)), say(closed, "EUR/USD", "1.16", hour(2, 0), hour(2, 16)),
	}, {say(bank, "EUR/JPY", "184.5", hour(2, 0), hour(4, 8))}} { // revised
		if _, err := l.Record(t.Context(), []market.Source{bank, shy, closed, mute}, said, nil); err != nil {
			t.Fatal(err)
		}
	}
	third := market.Publication{Source: "bank", Day: hour(3, 0), Numbers: 3, First: hour(3, 16), Seen: hour(3, 19)}
	second := market.Publication{Source: "bank", Day: hour(2, 0), Numbers: 2, First: hour(2, 16), Seen: hour(4, 8)}
	first := market.Publication{Source: "bank", Day: hour(1, 0), Numbers: 1, First: hour(1, 16), Seen: hour(1, 16)}
	for days, want := range map[int][]market.Publication{5: {third, second, first}, 2: {third, second}} {
		got, err := l.Published(t.Context(), "bank", days)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("of %d days: %v %v, want %v", days, got, err, want)
		}
	}
	// Of one day two moments are read of each track, and the evening's and the morning's pound are two: what was said of the
	// third day may have begun earlier, so that nothing is said of it rather than half.
	if got, err := l.Published(t.Context(), "bank", 1); err != nil || len(got) != 0 {
		t.Errorf("of a day that may not be whole is said %v %v", got, err)
	}
	if got, err := l.Published(t.Context(), "mute", 5); err != nil || len(got) != 0 {
		t.Errorf("who said nothing published %v %v", got, err)
	}
	free := l.Only(func(s market.Source) bool { return s.Terms == market.Free })
	if _, err := l.Published(t.Context(), "shy", 5); err != nil {
		t.Error(err)
	}
	for _, err := range []error{
		failure(free.Published(t.Context(), "shy", 5)), failure(l.Published(t.Context(), "closed", 5)), failure(l.Published(t.Context(), "nobody", 5)),
	} {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("the error is %v", err)
		}
	}
}

func failure[T any](_ T, err error) error { return err }
