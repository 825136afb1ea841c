package market_test

import (
	"errors"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

func TestATapeHoldsWhatMayBeShownOfAListingByMoment(t *testing.T) {
	d := newDesk(t)
	closed := market.Source{ID: "closed", Name: "Closed", Kind: market.Dataset, Terms: market.Private, Fresh: time.Hour}
	print := func(source market.Source, field market.Field, value string, day, seen int) market.Observation {
		at := day30.AddDate(0, 0, day)
		return market.NewObservation("XNYS:RIO", field, currency.MustDecimal(value), market.Moment{At: at, Seen: at.AddDate(0, 0, seen)}, source.ID, "1")
	}
	if _, err := d.Record(t.Context(), []market.Source{page, closed}, []market.Observation{
		print(page, market.Last, "91.93", 3, 0), print(page, market.Last, "91.08", 0, 0), print(page, market.Change, "0.85", 3, 0),
		print(page, market.Last, "91.09", 0, 2), print(closed, market.Last, "91.50", 3, 0),
	}, nil); err != nil {
		t.Fatal(err)
	}
	tape, err := d.Tape(t.Context(), "XNYS:RIO", market.AsOf{})
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for i, o := range tape {
		got += o.Value.String() + " "
		if o.Source == closed.ID || i > 0 && o.At.Before(tape[i-1].At) {
			t.Errorf("on the tape stands %v", o)
		}
	}
	if got != "91.09 91.93 0.85 " && got != "91.09 0.85 91.93 " { // the revised one once
		t.Errorf("the tape is %s", got)
	}
	if _, err := d.Tape(t.Context(), "EUR/USD", market.AsOf{}); !errors.Is(err, fault.Invalid) {
		t.Errorf("the tape of a pair: %v", err)
	}
}

func TestAPriceIsOfTheSessionThatHadOpened(t *testing.T) {
	for _, c := range []struct{ symbol, at, session, before string }{
		{"XNYS:RIO", "2026-02-02T00:00:00Z", "2026-02-02", "2026-01-30"},
		{"XNYS:RIO", "2026-02-02T14:00:00Z", "2026-01-30", "2026-01-29"}, // before it opens
		{"XNYS:RIO", "2026-02-01T12:00:00Z", "2026-01-30", "2026-01-29"}, // a Sunday
		{"XNYS:RIO", "2026-11-26T20:00:00Z", "2026-11-25", "2026-11-24"}, // Thanksgiving
		{"XXXX:RIO", "2026-02-01T12:00:00Z", "2026-01-30", "2026-01-29"},
		{"EUR/USD", "2026-02-02T00:00:00Z", "0001-01-01", "0001-01-01"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		session, before := market.Symbol(c.symbol).Session(at)
		if session.Format(time.DateOnly) != c.session || before.Format(time.DateOnly) != c.before {
			t.Errorf("%s at %s is of %s after %s, want %s after %s", c.symbol, c.at, session.Format(time.DateOnly), before.Format(time.DateOnly), c.session, c.before)
		}
	}
}
