package audit_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

func TestABoardIsProofReadAsItIsShown(t *testing.T) {
	at := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	before := at.AddDate(0, 0, -3)
	said := func(value string) market.Observation { return market.Observation{Value: currency.MustDecimal(value)} }
	d := audit.OfBoard(market.Board{
		Base: "EUR", AsOf: market.AsOf{At: at.Add(20 * time.Hour)},
		Prices: []market.Price{
			{Symbol: "EUR/GBP", Offer: market.Offer{Value: currency.MustDecimal("0.86570"), How: market.Said, At: at}},
			{Symbol: "EUR/JPY", Offer: market.Offer{
				Value: currency.MustDecimal("183.613612345"), How: market.Crossed, At: before, From: []market.Observation{said("155.08"), said("1.18400")},
			}},
		},
		Tied: []market.Price{{Symbol: "EUR/DKK", Offer: market.Offer{Value: currency.MustDecimal("7.46038"), How: market.Fixed, At: at}}},
	})
	want := audit.Document{
		Name: "the board of EUR", Date: currency.Date{Year: 2026, Month: 2, Day: 2}, Dated: "the day that was asked for",
		Rows: []audit.Row{
			{Base: "EUR", Quote: "GBP", Value: currency.MustDecimal("0.86570"), At: at},
			{Base: "EUR", Quote: "JPY", Value: currency.MustDecimal("183.61"), At: before},
			{Base: "EUR", Quote: "DKK", Value: currency.MustDecimal("7.46038"), At: at},
		},
	}
	if diff := cmp.Diff(want, d, cmp.Comparer(func(a, b currency.Decimal) bool { return a.String() == b.String() })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
