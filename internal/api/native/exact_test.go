package native_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api/native"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// crowded is a house with three sources of different bases and directions over forty days.
func crowded(t *testing.T) *house {
	t.Helper()
	h := empty(t, native.Options{})
	r := rand.New(rand.NewPCG(7, 8))
	ruble := market.Source{ID: "ruble", Name: "Another bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free, Issuer: "RUB"}
	var all []market.Observation
	for n := range 40 {
		day := monday.AddDate(0, 0, -n)
		for code, about := range map[currency.Code]string{"USD": "1.1", "JPY": "18%d.4", "IDR": "19%d73.13", "LBP": "106%d40", "KWD": "0.36%d2", "IRR": "154%d123.2", "CHF": "0.9"} {
			value := strings.ReplaceAll(about, "%d", fmt.Sprint(r.IntN(10))) + fmt.Sprint(r.IntN(100))
			all = append(all, said(bank, market.Pair("EUR", code), value, day))
		}
		for code, about := range map[currency.Code]string{"USD": "77.%d", "CNY": "11.0%d", "XAU": "31%d234.5", "VND": "0.0029%d"} {
			value := strings.ReplaceAll(about, "%d", fmt.Sprint(r.IntN(10))) + fmt.Sprint(r.IntN(10_000))
			all = append(all, said(ruble, market.Pair(code, "RUB"), value, day))
		}
		all = append(all, said(club, "EUR/NOK", "11.4"+fmt.Sprint(r.IntN(10_000)), day))
	}
	h.record(t, []market.Source{bank, ruble, club}, all...)
	return h
}

// For a thousand random pairs and days the served rate is what exact arithmetic makes of the observations that it cites, to
// the digits that are stated; and an amount is right to the smallest coin.
func TestEveryServedRateFollowsExactlyFromWhatItCites(t *testing.T) {
	h := crowded(t)
	groups := [][]string{{"EUR", "USD", "JPY", "IDR", "LBP", "KWD", "IRR", "CHF", "AED"}, {"USD", "RUB", "CNY", "XAU", "VND"}}
	r := rand.New(rand.NewPCG(9, 10))
	found, ties := 0, 0
	for found < 1000 {
		codes := groups[r.IntN(2)]
		from, to := codes[r.IntN(len(codes))], codes[r.IntN(len(codes))]
		day := monday.AddDate(0, 0, -r.IntN(40)).Format(time.DateOnly)
		amount := fmt.Sprintf("%d.%02d", r.Int64N(1_000_000_000_000), r.IntN(100))
		if from == to {
			continue
		}
		status, _, body := h.ask(t, "/api/v1/convert?from="+from+"&to="+to+"&amount="+amount+"&as_of="+day)
		if status != 200 {
			t.Fatalf("%s/%s: %d %s", from, to, status, body)
		}
		reply := parsed(t, body)
		exact, ok := cited(reply["rate"].(map[string]any), from, to)
		if !ok {
			ties++
			continue
		}
		found++
		if got, want := at(reply, "rate.value"), exact; !rounds(got, want, market.CrossDigits) {
			t.Errorf("%s/%s on %s: %s, want %s", from, to, day, got, want.FloatString(30))
		}
		sum, _ := new(big.Rat).SetString(amount)
		sum.Mul(sum, exact)
		var places int
		fmt.Sscan(at(reply, "places"), &places)
		if got, want := at(reply, "result"), sum.FloatString(places); got != want && !tie(sum, places) {
			t.Errorf("%s %s on %s in %s: %s, want %s", amount, from, day, to, got, want)
		}
		if digits := currency.MustDecimal(at(reply, "result")).Digits() + 4; !rounds(at(reply, "unrounded"), sum, max(market.CrossDigits, digits)) {
			t.Errorf("%s %s on %s in %s: %s, want %s", amount, from, day, to, at(reply, "unrounded"), sum.FloatString(20))
		}
	}
	if ties == 0 {
		t.Error("none rests on a law")
	}
}

// cited reckons a rate from the observations that a reply cites; ok is false where a law has a part in it.
func cited(rate map[string]any, from, to string) (value *big.Rat, ok bool) {
	value = big.NewRat(1, 1)
	for _, o := range rate["from"].([]any) {
		base, quote, _ := strings.Cut(at(o, "pair"), "/")
		said, _ := new(big.Rat).SetString(at(o, "value"))
		if from == base {
			value.Mul(value, said)
			from = quote
		} else if from == quote {
			value.Quo(value, said)
			from = base
		}
	}
	return value, rate["how"] != "fixed" && from == to
}

// rounds says whether a text is a number rounded to so many digits, or that number itself where it has no more.
func rounds(text string, exact *big.Rat, digits int) bool {
	got, ok := new(big.Rat).SetString(text)
	if !ok {
		return false
	}
	d := currency.MustDecimal(text)
	if got.Cmp(exact) == 0 {
		return true
	}
	half := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.Places())), nil))
	half.Quo(half, big.NewRat(2, 1))
	off := new(big.Rat).Sub(got, exact)
	return off.Abs(off).Cmp(half) <= 0 && d.Digits() == digits
}

// tie says whether a number lies in the middle between two of so many places: to even rounds otherwise than away from zero.
func tie(r *big.Rat, places int) bool {
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	scaled := scale.Mul(scale, r)
	return scaled.Mul(scaled, big.NewRat(2, 1)).IsInt()
}

// The same question has one answer, whoever is asked: the board, the rate, the conversion, the series.
func TestBoardRateConversionAndSeriesAgree(t *testing.T) {
	h := crowded(t)
	for _, day := range []string{"2026-01-15", "2026-02-02"} {
		for _, base := range []string{"EUR", "JPY", "RUB", "XAU"} {
			b := h.get(t, "/api/v1/board?base="+base+"&as_of="+day)
			rates := b["rates"].([]any)
			if len(rates) < 4 {
				t.Errorf("a board of %d", len(rates))
			}
			for _, row := range rates {
				quote, value := at(row, "code"), at(row, "value")
				one := h.get(t, "/api/v1/rates/"+base+"-"+quote+"?as_of="+day)
				converted := h.get(t, "/api/v1/convert?from="+base+"&to="+quote+"&amount=1&as_of="+day)
				for name, got := range map[string]string{"rate": at(one, "value"), "conversion": at(converted, "rate.value")} {
					if got != value {
						t.Errorf("%s/%s on %s: the board says %s, the %s %s", base, quote, day, value, name, got)
					}
				}
				if at(row, "how") == "fixed" {
					continue // which stands at no moment of its own
				}
				series := h.get(t, "/api/v1/series/"+base+"-"+quote+"?as_of="+day+"&from="+day)
				if got := at(series, "rates.0.value"); got != value {
					t.Errorf("%s/%s on %s: the board says %s, the series %s", base, quote, day, value, got)
				}
			}
		}
	}
}
