package site

import (
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/numeral"
)

func TestAnAmountIsReadAsItsReaderWritesIt(t *testing.T) {
	for _, c := range []struct{ language, text, want string }{
		{"en", "100", "100"},
		{"en", " 1250.50 ", "1250.50"},
		{"en", "1,250.50", "1250.50"},
		{"en", "1250,50", "1250.50"},
		{"en", "1,250", "1250"},
		{"de", "1.250", "1250"},
		{"en", "1.250", "1.250"},
		{"de", "1,250", "1.250"},
		{"de", "1250.5", "1250.5"},
		{"en", "1.250.000,75", "1250000.75"},
		{"en", "1’250.50", "1250.50"},
		{"en", "1 250,50", "1250.50"},
		{"ar", "١٢٥٠", "1250"},
		{"en", "0.00000001", "0.00000001"},
		{"en", "1000000000000000", "1000000000000000"},
	} {
		d, err := readAmount(c.text, numeral.Of(c.language))
		if err != nil || d.String() != c.want {
			t.Errorf("%s: %q is %s, want %s: %v", c.language, c.text, d, c.want, err)
		}
	}
	for text, want := range map[string]string{
		"": "no amount", "12x": "no amount", "1e5": "no amount", "1,2,3": "no amount", "0": "above zero", "-5": "above zero", "0.00": "above zero",
		"1000000000000000.01": "at most", strings.Repeat("9", 60): "at most", "100 usd": "no amount", "½": "no amount",
	} {
		if _, err := readAmount(text, numeral.Of("en")); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestACurrencyIsReadByItsCodeOrByANameThatOnlyOneHas(t *testing.T) {
	table := currency.All()
	for text, want := range map[string]currency.Code{"JPY": "JPY", " jpy ": "JPY", "yen": "JPY", "Japanese Yen": "JPY", "US Dollar": "USD", "euro": "EUR", "BGN": "BGN"} {
		if got, err := readCurrency(table, text); err != nil || got != want {
			t.Errorf("%q is %s, want %s: %v", text, got, want, err)
		}
	}
	for text, want := range map[string]string{"": "no currency", "dollar": "could be one of", "florins of yore": "no currency", "\x00": "no currency"} {
		if _, err := readCurrency(table, text); err == nil || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// rateOf is a price that rests on some numbers, each a symbol and a value.
func rateOf(t *testing.T, symbol market.Symbol, how market.How, from ...string) market.Price {
	t.Helper()
	p := market.Price{Symbol: symbol, Offer: market.Offer{How: how}}
	for i := 0; i < len(from); i += 2 {
		p.From = append(p.From, market.Observation{Symbol: market.Symbol(from[i]), Field: market.Rate, Value: currency.MustDecimal(from[i+1])})
	}
	return p
}

func TestAnAmountIsConvertedByExactArithmeticAndRoundedOnce(t *testing.T) {
	at := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		price                                 market.Price
		amount                                string
		result, rate, sum, rounded, otherwise string
	}{
		{
			rateOf(t, "EUR/USD", market.Said, "EUR/USD", "1.1859"), "100",
			"118.59", "", "100 × 1.1859 = 118.59", "to 2 decimal places, the smallest coin that ISO 4217 gives USD: nothing was left off.", "84.32",
		},
		{
			rateOf(t, "USD/EUR", market.Inverse, "EUR/USD", "1.1859"), "100",
			"84.32", "1 ÷ 1.1859 ≈ 0.843241420019", "100 ÷ 1.1859 ≈ 84.3241420019", "about 0.0041 was left off.", "118.59",
		},
		{
			rateOf(t, "USD/JPY", market.Crossed, "EUR/USD", "1.1859", "EUR/JPY", "184.20"), "12345.67",
			"1917592", "184.20 ÷ 1.1859 ≈ 155.325069567", "12,345.67 × 184.20 ÷ 1.1859 ≈ 1,917,592.05161", "JPY: about 0.052 was left off.", "79.48",
		},
		{
			rateOf(t, "EUR/BGN", market.Said, "EUR/BGN", "1.95583"), "999999999999999.99",
			"1955829999999999.98", "", "× 1.95583 ≈ 1,955,829,999,999,999.980442", "about 0.00044 was left off.", "511291881196218.48",
		},
		{
			rateOf(t, "EUR/XAU", market.Said, "EUR/XAU", "0.000242518"), "1000000",
			"242.5180", "", "= 242.518", "to 4 decimal places, since XAU has no coin: nothing was left off.", "4123405273.01",
		},
	} {
		amount := currency.MustDecimal(c.amount)
		got, err := c.price.Convert(currency.All(), at, amount)
		if err != nil {
			t.Fatal(err)
		}
		v := conversionOf(got).shown(handOf("en"))
		if v.Exact != c.result || v.Rate != c.rate || !strings.Contains(v.Sum, c.sum) || !strings.Contains(v.Rounded, c.rounded) {
			t.Errorf("%s %s: %+v, want %s, %s, %s, %s", c.amount, c.price.Symbol, *v, c.result, c.rate, c.sum, c.rounded)
		}
		back, err := got.Back(currency.All())
		if err != nil {
			t.Fatal(err)
		}
		if back.Result.String() != c.otherwise {
			t.Errorf("%s turned round is %s, want %s", c.price.Symbol, back.Result, c.otherwise)
		}
	}
}

func FuzzAnAmountOfACurrencyIsRead(f *testing.F) {
	for _, text := range []string{"100", "1,5", "1.250,50", "yen", "usd", "٣", "-", "9e9", "1'000"} {
		f.Add(text)
	}
	table := currency.All()
	f.Fuzz(func(t *testing.T, text string) {
		for _, language := range []string{"en", "de", "ar"} {
			if d, err := readAmount(text, numeral.Of(language)); err == nil && d.Sign() <= 0 {
				t.Errorf("%q is %s", text, d)
			}
		}
		if code, err := readCurrency(table, text); err == nil {
			if _, err := table.Currency(code); err != nil {
				t.Errorf("%q is %s: %v", text, code, err)
			}
		}
	})
}
