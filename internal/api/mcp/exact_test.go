package mcp

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/courant-news/courant/internal/currency"
)

func TestAnAmountIsRoundedOnceAndHalvesToEven(t *testing.T) {
	for _, example := range []struct{ amount, over, under, want string }{
		{"1", "0.125", "1", "0.12"},
		{"1", "0.135", "1", "0.14"},
		{"-1", "0.125", "1", "-0.12"},
		{"-1", "0.135", "1", "-0.14"},
		{"1", "1", "3", "0.33"},
		{"2", "1", "3", "0.67"},
		{"-2", "1", "3", "-0.67"},
		{"0", "1", "3", "0.00"},
		{"1", "0.12500000000000000001", "1", "0.13"},
	} {
		f := fraction{currency.MustDecimal(example.over), currency.MustDecimal(example.under)}
		if got, err := f.of(currency.MustDecimal(example.amount), 2); err != nil || got.String() != example.want {
			t.Errorf("%s × %s ÷ %s is %s, %v, want %s", example.amount, example.over, example.under, got, err, example.want)
		}
	}
}

func TestAnAmountIsWithinHalfAUnitOfTheTruth(t *testing.T) {
	decimal := func(t *rapid.T, name string) currency.Decimal {
		return currency.MustDecimal(rapid.StringMatching(`[1-9][0-9]{0,9}\.[0-9]{1,8}`).Draw(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		f := fraction{decimal(t, "over"), decimal(t, "under")}
		amount, places := decimal(t, "amount"), rapid.IntRange(0, 4).Draw(t, "places")
		got, err := f.of(amount, places)
		if err != nil {
			t.Fatal(err)
		}
		truth := new(big.Rat).Quo(new(big.Rat).Mul(amount.Rat(), f.over.Rat()), f.under.Rat())
		off := new(big.Rat).Sub(got.Rat(), truth)
		unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
		if off.Abs(off).Cmp(unit.Mul(unit, big.NewRat(1, 2))) > 0 || got.Places() != places {
			t.Errorf("%s × %s ÷ %s is %s to %d places", amount, f.over, f.under, got, places)
		}
	})
}
