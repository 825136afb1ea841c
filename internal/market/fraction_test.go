package market_test

import (
	"errors"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

func TestAFractionIsThePriceBeforeItWasRounded(t *testing.T) {
	at := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	bank := market.Source{ID: "bank", Name: "Bank", Kind: market.Official, Fresh: 96 * time.Hour}
	facts := market.Facts{Sources: market.Sources{"bank": bank}, Currencies: currency.All(), Listings: market.KnownListings()}
	said := func(symbol market.Symbol, value string) market.Observation {
		return market.NewObservation(symbol, market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: at}, "bank", "")
	}
	heard := []market.Observation{said("EUR/USD", "1.1859"), said("EUR/IDR", "19873.13"), said("JPY/EUR", "0.00543")}
	for _, c := range []struct {
		pair        market.Symbol
		how         market.How
		over, under string
	}{
		{"EUR/USD", market.Said, "1.1859", "1"},
		{"USD/EUR", market.Inverse, "1", "1.1859"},
		{"IDR/USD", market.Crossed, "1.1859", "19873.13"},
		{"JPY/IDR", market.Crossed, "107.9110959", "1"}, // 0.00543 × 19873.13
		{"IDR/JPY", market.Crossed, "1", "107.9110959"},
		{"EUR/BGN", market.Fixed, "1.95583", "1"},
		{"BGN/USD", market.Fixed, "1.1859", "1.95583"},
		{"BGN/JPY", market.Fixed, "1", "0.0106201569"}, // not 1 ÷ 0.00543, rounded, ÷ 1.95583
		{"USD/AED", market.Fixed, "3.6725", "1"},
		{"BGN/AED", market.Fixed, "4.35521775", "1.95583"}, // 3.6725 × 1.1859
	} {
		p, err := market.Settle(c.pair, heard, facts, market.AsOf{At: at, Known: at})
		if err != nil || p.How != c.how {
			t.Errorf("%s: %s %v, want %s", c.pair, p.How, err, c.how)
			continue
		}
		over, under, err := p.Fraction(currency.All(), at)
		if err != nil {
			t.Errorf("%s: %v", c.pair, err)
			continue
		}
		if !over.Mul(currency.MustDecimal(c.under)).Equal(under.Mul(currency.MustDecimal(c.over))) {
			t.Errorf("%s is %s ÷ %s, want %s ÷ %s", c.pair, over, under, c.over, c.under)
		}
		if value, err := over.Quo(under, market.CrossDigits); err != nil || !value.Equal(p.Value.RoundDigits(market.CrossDigits)) {
			t.Errorf("%s: the fraction is %s, the price %s", c.pair, value, p.Value)
		}
	}
}

func TestAPriceThatDoesNotFollowFromWhatItRestsOnHasNoFraction(t *testing.T) {
	at := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	o := market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("1.1859"), market.Moment{At: at, Seen: at}, "bank", "")
	for name, p := range map[string]market.Price{
		"another pair": {Symbol: "EUR/JPY", Offer: market.Offer{How: market.Said, From: []market.Observation{o}}},
		"another base": {Symbol: "GBP/USD", Offer: market.Offer{How: market.Said, From: []market.Observation{o}}},
		"nothing":      {Symbol: "EUR/USD", Offer: market.Offer{How: market.Said}},
		"a share":      {Symbol: "XNYS:RIO", Offer: market.Offer{How: market.Said, From: []market.Observation{o}}},
	} {
		if _, _, err := p.Fraction(currency.All(), at); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
