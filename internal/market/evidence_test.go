package market_test

import (
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store/storetest"
)

func TestEvidenceIsWhatMayBeShown(t *testing.T) {
	at := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	l := market.NewLedger(storetest.Open(t), bus.New(), market.LedgerOptions{Now: func() time.Time { return at.Add(24 * time.Hour) }})
	open := market.Source{ID: "open", Name: "Open", Kind: market.Official, Fresh: 96 * time.Hour}
	closed := market.Source{ID: "closed", Name: "Closed", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Private}
	say := func(s market.Source) market.Observation {
		return market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("1.1840"), market.Moment{At: at, Seen: at.Add(time.Hour)}, s.ID, "")
	}
	if _, err := l.Record(t.Context(), []market.Source{open, closed}, []market.Observation{say(open), say(closed)}, nil); err != nil {
		t.Fatal(err)
	}
	found, err := l.Evidence(t.Context(), []market.ID{say(open).ID, say(closed).ID, say(open).ID, "aaaaaaaaaaaaaaaa"})
	if err != nil || len(found) != 1 || found[say(open).ID].Value.String() != "1.1840" {
		t.Errorf("%v, %v", found, err)
	}
}

func TestAMoveIsCountedInOneMoney(t *testing.T) {
	l := market.NewLedger(storetest.Open(t), bus.New(), market.LedgerOptions{})
	offer := func(day, value string) market.Offer {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return market.Offer{Value: currency.MustDecimal(value), At: at}
	}
	if m := l.Moved("EUR/USD", offer("2026-01-30", "1.1919"), offer("2026-02-02", "1.1840")); m.Withheld != "" || m.By.String() != "-0.0079" || m.Percent.RoundPlaces(2).String() != "-0.66" {
		t.Errorf("%+v", m)
	}
	for _, later := range []market.Offer{offer("2026-01-05", "130"), offer("2026-01-05", "13000")} {
		if m := l.Moved("EUR/SYP", offer("2025-12-30", "13000"), later); m.Withheld == "" {
			t.Errorf("%+v", m)
		}
	}
	if m := l.Moved("EUR/SYP", offer("2026-01-05", "13000"), offer("2026-01-20", "130")); m.Withheld == "" {
		t.Errorf("a source that followed late: %+v", m)
	}
}
