package market_test

import (
	"errors"
	"testing"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

func unit(t *testing.T, text string) market.Unit {
	t.Helper()
	u, err := market.ParseUnit(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestPenceAreNotPounds(t *testing.T) {
	for _, c := range []struct{ unit, price, money, code string }{
		{"GBX", "305.3", "3.053", "GBP"},
		{"GBp", "1279", "12.79", "GBP"},
		{"GBP", "12.79", "12.79", "GBP"},
		{"USD", "190.51", "190.51", "USD"},
		{"ZAc", "45000", "450.00", "ZAR"},
		{"ILA", "0.1", "0.001", "ILS"},
	} {
		u := unit(t, c.unit)
		if got := u.Money(currency.MustDecimal(c.price)); got.String() != c.money || string(u.Currency) != c.code || u.Whole() != (c.unit == c.code) {
			t.Errorf("%s %s are %s %s, not %s %s", c.price, c.unit, got, u.Currency, c.money, c.code)
		}
	}
	for _, text := range []string{"", "gbp", "GbP", "gbx", "Gbx", "GB", "POUNDS", "GBp ", "G\u00dfP"} {
		if u, err := market.ParseUnit(text); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q is read as %+v (%v)", text, u, err)
		}
	}
	if got := unit(t, "GBX").String(); got != "pence sterling (GBX)" {
		t.Error(got)
	}
}

func TestAnAmountGoesFromUnitToUnitAndBack(t *testing.T) {
	for _, c := range []struct{ from, amount, to, want string }{
		{"GBX", "235", "GBP", "2.35"},
		{"GBP", "2.35", "GBX", "235"},
		{"GBX", "235", "GBX", "235"},
		{"GBX", "0.005", "GBP", "0.00005"},
		{"GBP", "1234567890.123456789", "GBX", "123456789012.3456789"},
	} {
		got, ok := unit(t, c.from).In(unit(t, c.to), currency.MustDecimal(c.amount))
		if want := currency.MustDecimal(c.want); !ok || !got.Equal(want) {
			t.Errorf("%s %s are %s %s, not %s", c.amount, c.from, got, c.to, c.want)
		}
		if back, ok := unit(t, c.to).In(unit(t, c.from), got); !ok || !back.Equal(currency.MustDecimal(c.amount)) {
			t.Errorf("%s %s are not %s %s again but %s", got, c.to, c.amount, c.from, back)
		}
	}
	if got, ok := unit(t, "GBX").In(unit(t, "USD"), currency.MustDecimal("1")); ok {
		t.Errorf("a penny is %s dollars", got)
	}
}

func FuzzUnit(f *testing.F) {
	for _, m := range []string{"USD", "GBX", "GBp", "gbp", "", "ZAc"} {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := market.ParseUnit(text)
		switch {
		case err != nil && !errors.Is(err, fault.Invalid):
			t.Fatal(err)
		case err == nil && (len(text) != 3 || u.Currency == "" || u.Worth.Sign() <= 0 || text != u.Code && text != u.Written):
			t.Errorf("%q is read as %+v", text, u)
		}
	})
}
