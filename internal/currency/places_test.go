package currency_test

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

func TestAQuotientIsRoundedOnceToItsPlacesHalfToEven(t *testing.T) {
	for _, c := range []struct {
		over, under string
		places      int
		want        string
	}{
		{"1", "3", 2, "0.33"},
		{"2", "3", 2, "0.67"},
		{"1", "4", 2, "0.25"},
		{"1", "8", 2, "0.12"},
		{"3", "8", 2, "0.38"},
		{"-1", "8", 2, "-0.12"},
		{"-3", "8", 2, "-0.38"},
		{"1", "-3", 0, "0"},
		{"-2", "3", 0, "-1"},
		{"5", "2", 0, "2"},
		{"7", "2", 0, "4"},
		{"0.004", "1", 2, "0.00"},
		{"0.005", "1", 2, "0.00"},
		{"0.0051", "1", 2, "0.01"},
		{"9.995", "1", 2, "10.00"},
		{"100", "1", 2, "100.00"},
		{"0", "7", 3, "0.000"},
		{"10", "4", -3, "2"},
		{"999999999999999.995", "1", 2, "1000000000000000.00"},
	} {
		got, err := currency.MustDecimal(c.over).QuoPlaces(currency.MustDecimal(c.under), c.places)
		if err != nil || got.String() != c.want {
			t.Errorf("%s ÷ %s to %d places is %s, %v, want %s", c.over, c.under, c.places, got, err, c.want)
		}
	}
	if _, err := currency.MustDecimal("1").QuoPlaces(currency.Decimal{}, 2); !errors.Is(err, fault.Invalid) {
		t.Errorf("a division by zero: %v", err)
	}
}

// What is exact to thirty digits and more is rounded as RoundPlaces rounds it.
func TestAQuotientByOneIsTheRoundedNumber(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		text := strconv.FormatUint(r.Uint64(), 10) + "." + strconv.FormatUint(r.Uint64(), 10)
		d, places := currency.MustDecimal(text), r.IntN(12)
		got, err := d.QuoPlaces(currency.MustDecimal("1.00"), places)
		if err != nil || got.String() != d.RoundPlaces(places).String() {
			t.Errorf("%s to %d places is %s, %v", text, places, got, err)
		}
	}
}
