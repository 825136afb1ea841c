package market_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

var facts = market.Facts{
	Sources: market.Sources{
		"bank":  {ID: "bank", Name: "A Bank", Kind: market.Official, Fresh: 4 * 24 * time.Hour},
		"other": {ID: "other", Name: "Another Bank", Kind: market.Official, Fresh: 24 * time.Hour},
		"table": {ID: "table", Name: "A Table", Kind: market.Dataset, Fresh: 2 * 24 * time.Hour},
		"page":  {ID: "page", Name: "A Page", Kind: market.Page, Fresh: 24 * time.Hour},
	},
	Currencies: currency.All(), Listings: market.KnownListings(),
}

// world draws what a few sources said in a few days about a few currencies and shares, with revisions and repetitions.
func world(t *rapid.T) []market.Observation {
	source := rapid.SampledFrom([]market.SourceID{"bank", "other", "table", "page", "unheard"})
	pair := rapid.SampledFrom([]market.Symbol{"EUR/USD", "USD/EUR", "EUR/JPY", "USD/JPY", "EUR/SYP", "GBP/USD", "EUR/BGN"})
	day := rapid.IntRange(0, 6)
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) market.Observation {
		at := time.Date(2025, 12, 29, 0, 0, 0, 0, time.UTC).AddDate(0, 0, day.Draw(t, "day"))
		m := market.Moment{At: at, Seen: at.Add(time.Duration(rapid.IntRange(1, 4).Draw(t, "revision")) * 12 * time.Hour)}
		symbol, field := pair.Draw(t, "pair"), market.Rate
		if rapid.IntRange(0, 3).Draw(t, "share") == 0 {
			symbol = "XNYS:RIO"
			field = rapid.SampledFrom([]market.Field{market.Last, market.Last, market.Change, market.PreviousClose, market.Percent}).Draw(t, "field")
		}
		value := fmt.Sprintf("%d.%0*d", rapid.IntRange(0, 200).Draw(t, "whole"), rapid.IntRange(1, 6).Draw(t, "places"), rapid.IntRange(1, 9).Draw(t, "rest"))
		return said(source.Draw(t, "source"), symbol, field, value, m)
	}), 0, 40).Draw(t, "world")
}

func drawAsOf(t *rapid.T) market.AsOf {
	hours := rapid.IntRange(-24, 10*24)
	start := time.Date(2025, 12, 29, 0, 0, 0, 0, time.UTC)
	return market.AsOf{
		At:    start.Add(time.Duration(hours.Draw(t, "at")) * time.Hour),
		Known: start.Add(time.Duration(hours.Draw(t, "known")) * time.Hour),
	}
}

// everything is all that settling has to say, in full.
func everything(heard []market.Observation, asOf market.AsOf) string {
	all := []any{
		market.SettleBoard("EUR", heard, facts, asOf), market.SettleBoard("USD", heard, facts, asOf),
		market.SettleBoard("SYP", heard, facts, asOf), market.SettleQuotes(heard, facts, asOf),
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestTheOrderInWhichNumbersWereHeardChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		heard, asOf := world(t), drawAsOf(t)
		before := slices.Clone(heard)
		want := everything(heard, asOf)
		if !slices.Equal(before, heard) {
			t.Fatal("settling changed what was heard")
		}
		shuffled := rapid.Permutation(slices.Concat(heard, heard[:len(heard)/2])).Draw(t, "shuffled")
		if got := everything(shuffled, asOf); got != want {
			t.Fatalf("in another order\n%s\nis\n%s", want, got)
		}
	})
}

func TestWhatLiesBeyondTheAsOfChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		heard, asOf := world(t), drawAsOf(t)
		within := slices.DeleteFunc(slices.Clone(heard), func(o market.Observation) bool {
			return o.At.After(asOf.At) || o.Seen.After(asOf.Known)
		})
		if all, some := everything(heard, asOf), everything(within, asOf); all != some {
			t.Fatalf("with what was learnt later\n%s\nwithout\n%s", all, some)
		}
	})
}

func TestAPriceIsWhatItRestsOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		heard, asOf := world(t), drawAsOf(t)
		for _, base := range []currency.Code{"EUR", "USD"} {
			for _, p := range market.SettleBoard(base, heard, facts, asOf).Prices {
				alone, err := market.Settle(p.Symbol, heard, facts, asOf)
				if err != nil || alone.Source != p.Source || !alone.Value.Equal(p.Value) {
					t.Fatalf("the board has %v, alone it is %v, %v", p, alone, err)
				}
				for _, o := range p.From {
					if o.Source != p.Source || !o.At.Equal(p.At) || o.Seen.After(p.Seen) || !slices.Contains(heard, o) {
						t.Fatalf("%s rests on %v", p.Symbol, o)
					}
				}
				if p.How == market.Fixed {
					continue // its arithmetic has scripts of its own
				}
				if steps := map[market.How]int{market.Said: 1, market.Inverse: 1, market.Crossed: 2}[p.How]; len(p.From) != steps {
					t.Fatalf("%s is %s and rests on %d numbers", p.Symbol, p.How, len(p.From))
				}
				if p.How == market.Said && p.Value.String() != p.From[0].Value.String() {
					t.Fatalf("%s is said to be %s, but was said to be %s", p.Symbol, p.Value, p.From[0].Value)
				}
				for _, s := range p.SetAside {
					if s.Source == p.Source || s.Why == "" {
						t.Fatalf("%s was set aside beside %s because %q", s.Source, p.Source, s.Why)
					}
				}
			}
		}
	})
}

// Twelve digits are kept, so a rate and the rate turned round give 1 to within one unit of the last digit of each.
func TestARateTimesItsReverseIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Custom(func(t *rapid.T) string {
			return fmt.Sprintf("%d.%06d", rapid.IntRange(0, 99999).Draw(t, "whole"), rapid.IntRange(1, 999999).Draw(t, "rest"))
		})
		orientation := rapid.SampledFrom([][2]market.Symbol{
			{"EUR/USD", "EUR/JPY"}, {"USD/EUR", "EUR/JPY"}, {"EUR/USD", "JPY/EUR"}, {"USD/EUR", "JPY/EUR"},
		}).Draw(t, "orientation")
		heard := []market.Observation{
			said("bank", orientation[0], market.Rate, value.Draw(t, "first"), four),
			said("bank", orientation[1], market.Rate, value.Draw(t, "second"), four),
		}
		asOf := market.AsOf{At: four.Seen, Known: four.Seen}
		for _, pair := range [][2]market.Symbol{{"USD/JPY", "JPY/USD"}, {"EUR/USD", "USD/EUR"}} {
			there, err := market.Settle(pair[0], heard, facts, asOf)
			if err != nil {
				t.Fatal(err)
			}
			back, err := market.Settle(pair[1], heard, facts, asOf)
			if err != nil {
				t.Fatal(err)
			}
			off := there.Value.Mul(back.Value).Sub(currency.DecimalFromInt(1)).Abs()
			// Half a unit in the twelfth digit of each is at most 5e-12 of its value.
			if off.Cmp(currency.MustDecimal("1.0001e-11")) > 0 {
				t.Fatalf("%s × %s is off by %s", there.Value, back.Value, off)
			}
		}
	})
}

func TestSettlingSaysWhatItWasAskedWrongly(t *testing.T) {
	asOf := market.AsOf{At: four.Seen, Known: four.Seen}
	if _, err := market.Settle("XNYS:RIO", nil, facts, asOf); !errors.Is(err, fault.Invalid) {
		t.Errorf("a listing has a rate: %v", err)
	}
	if _, err := market.SettleQuote("EUR/USD", nil, facts, asOf); !errors.Is(err, fault.Invalid) {
		t.Errorf("a pair has a quote: %v", err)
	}
	if _, err := market.Settle("EUR/USD", nil, facts, asOf); !errors.Is(err, fault.NotFound) {
		t.Errorf("a price of nothing: %v", err)
	}
	if _, ok := market.SettleBoard("EUR", nil, facts, asOf).Price("USD"); ok {
		t.Error("an empty board has a price")
	}
}

func TestQuotesComeByTicker(t *testing.T) {
	asOf := market.AsOf{At: four.Seen, Known: four.Seen}
	heard := []market.Observation{
		said("page", "XNYS:RIO", market.Last, "91.93", four), said("page", "XNYS:AZN", market.Last, "190.51", four),
		said("page", "XNAS:AZN", market.Last, "95.25", four), said("page", "XNYS:BP", market.Change, "1", four),
		said("page", "EUR/USD", market.Rate, "1.25", four),
	}
	var got []market.Symbol
	for _, q := range market.SettleQuotes(heard, facts, asOf) {
		got = append(got, q.Symbol)
	}
	if want := []market.Symbol{"XNAS:AZN", "XNYS:AZN", "XNYS:RIO"}; !slices.Equal(got, want) {
		t.Errorf("they are %v, not %v", got, want)
	}
}
