package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/search"
)

// codes are the currencies that a side may mean; of many only how many there are.
func codes(s search.Side) string {
	if len(s.Means) > 2 {
		return "many"
	}
	var all []string
	for _, c := range s.Means {
		all = append(all, string(c.Code))
	}
	return strings.Join(all, "|")
}

func TestAQuestionIsReadAsItWasMeant(t *testing.T) {
	for text, want := range map[string]string{
		"100 usd in yen":                     "100 USD JPY",
		"100usd in jpy":                      "100 USD JPY",
		"usd 100 in yen":                     "100 USD JPY",
		"How much is 100 USD in yen?":        "100 USD JPY",
		"what is 1.250,50 eur to sek":        "1250.50 EUR SEK",
		"1,250.50 EUR → SEK":                 "1250.50 EUR SEK",
		"1 250,50 eur sek":                   "1250.50 EUR SEK",
		"1’250.50 chf in eur":                "1250.50 CHF EUR",
		"1250,5 eur in sek":                  "1250.5 EUR SEK",
		"12,34,567.50 inr in usd":            "1234567.50 INR USD",
		"1.250 eur in sek":                   "1.250 or 1250 EUR SEK",
		"1,250 eur in sek":                   "1250 or 1.250 EUR SEK",
		"0.125 eur in sek":                   "0.125 EUR SEK",
		"1.250.000 eur in sek":               "1250000 EUR SEK",
		"5 million usd to euros":             "5000000 USD EUR",
		"usd jpy":                            "1 USD JPY",
		"USD/JPY":                            "1 USD JPY",
		"usdjpy":                             "1 USD JPY",
		"usd-jpy":                            "1 USD JPY",
		"dollar in euro":                     "1 many EUR",
		"kron in euro":                       "1 many EUR",
		"100 kron":                           "100 many ",
		"100 usd":                            "100 USD ",
		"$100 in €":                          "100 many EUR",
		"100 złoty na euro":                  "100 PLN EUR",
		"50 norwegain krone in polish zloty": "50 NOK PLN",
		"10 norwegische krone nach euro":     "10 NOK EUR",
		"100 円 in euro":                      "100 JPY EUR",
		"1000 рублей в usd":                  "",
		"usd":                                "",
		"100":                                "",
		"":                                   "",
		"100 200 usd in yen":                 "100200 USD JPY",
		"1 2 usd in yen":                     "",
		"1..5 usd in yen":                    "",
		"1.2.3 usd in yen":                   "",
		"1,25,00 usd in yen":                 "",
		"0 usd in yen":                       "",
		"2000 trillion usd in yen":           "",
		"news in brief":                      "",
		"russian rouble falls to a low":      "",
		"Baku and Moscow drift apart":        "",
		"bank of england":                    "",
		strings.Repeat("9", 31) + " usd":     "",
		strings.Repeat("usd ", 60):           "",
	} {
		q, ok := search.Read(text, currency.All())
		got := ""
		if ok {
			got = q.Amount.String()
			if q.Otherwise != nil {
				got += " or " + q.Otherwise.String()
			}
			got += " " + codes(q.From) + " " + codes(q.To)
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{"100 usd in yen", "1.250,50 eur to sek", "1 250,50 €", "usdjpy", "norwegain krone euro", "1'2", "\xff 1", "¥1 in $", "in in in", "5 million"} {
		f.Add(text)
	}
	table := currency.All()
	f.Fuzz(func(t *testing.T, text string) {
		q, ok := search.Read(text, table)
		if !ok {
			return
		}
		if len(text) > 200 || len(q.From.Means) == 0 || (len(q.To.Means) == 0) != (q.To.Words == "") || q.Amount.Sign() < 0 {
			t.Fatalf("%q is %+v", text, q)
		}
		if again, ok := search.Read(text, table); !ok || fmt.Sprint(again.Amount) != fmt.Sprint(q.Amount) || !slices.Equal(again.From.Means, q.From.Means) {
			t.Fatalf("%q is read as %v and as %v", text, q, again)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for _, text := range []string{"100 usd in yen", "norwegain krone in euro", "the bank of england keeps its rate"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				search.Read(text, currency.All())
			}
		})
	}
}
