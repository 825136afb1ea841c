package market_test

import (
	"encoding/csv"
	"os"
	"testing"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

func TestEveryEventIsOfAKnownListingAndHasASource(t *testing.T) {
	f, err := os.Open("data/events.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, row := range rows[1:] {
		symbol := market.Symbol(row[0])
		i, err := market.KnownListings().Instrument(symbol)
		if err != nil {
			t.Error(err)
		}
		_, ticker, _ := symbol.Listing()
		for _, e := range market.KnownListings().Events(ticker) {
			if e.Symbol != symbol || e.Date.String() != row[1] {
				continue
			}
			known++
			if e.Source == "" || e.Verified == "" || e.Date.Day == 0 || !i.TradedOn(e.Date.First()) {
				t.Errorf("%s needs a source, and a day on which it traded: %+v", symbol, e)
			}
			switch e.Kind {
			case market.Consolidation:
				if e.New >= e.Old {
					t.Errorf("%s: a consolidation leaves fewer shares than there were", symbol)
				}
			case market.Split:
				if e.New <= e.Old {
					t.Errorf("%s: a split leaves more shares than there were", symbol)
				}
			case market.SpecialDividend, market.Rename, market.Transfer, market.RatioChange:
			case market.Merger:
				if i.Until != e.Date || e.Other == "" || e.Note == "" {
					t.Errorf("%s: a merger is on the last day, names what it became, and for what", symbol)
				}
			default:
				t.Errorf("%s: %q is no kind of event", symbol, e.Kind)
			}
		}
	}
	if known != len(rows)-1 {
		t.Errorf("%d events are known of %d in the table", known, len(rows)-1)
	}
}

func TestEventsAreFoundByTicker(t *testing.T) {
	l := market.KnownListings()
	azn := l.Events("AZN")
	want := currency.Date{Year: 2026, Month: 2, Day: 2}
	if len(azn) != 1 || azn[0].Symbol != "XNYS:AZN" || azn[0].Date != want || azn[0].New != 1 || azn[0].Old != 2 {
		t.Errorf("AZN: %+v", azn)
	}
	if none := l.Events("BCE"); len(none) != 0 {
		t.Errorf("BCE: %+v", none)
	}
}

func TestTheListingsUnderATicker(t *testing.T) {
	for ticker, want := range map[string]int{"AZN": 2, "RIO": 1, "ACME": 0} {
		if got := market.KnownListings().Under(ticker); len(got) != want {
			t.Errorf("%s is borne by %d listings, not %d", ticker, len(got), want)
		}
	}
}
