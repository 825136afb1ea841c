package market_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

func TestASymbolIsAPairOrAListing(t *testing.T) {
	for text, want := range map[string]market.Symbol{
		"EUR/USD": "EUR/USD", "eur/usd": "EUR/USD", "Eur/uSd": "EUR/USD",
		"XNYS:AZN": "XNYS:AZN", "xnys:brk.b": "XNYS:BRK.B", "XXXX:ACME": "XXXX:ACME",
		"360T:A": "360T:A", "XNYS:RDS-A": "XNYS:RDS-A", "XTKS:7203": "XTKS:7203",
	} {
		got, err := market.ParseSymbol(text)
		if err != nil || got != want {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	}
	if base, quote, ok := market.Symbol("EUR/AZN").Pair(); !ok || base != "EUR" || quote != "AZN" {
		t.Error("EUR/AZN is no pair")
	}
	if _, _, ok := market.Symbol("EUR/AZN").Listing(); ok {
		t.Error("EUR/AZN is a listing")
	}
	if mic, ticker, ok := market.Symbol("XNYS:AZN").Listing(); !ok || mic != "XNYS" || ticker != "AZN" {
		t.Error("XNYS:AZN is no listing")
	}
	if _, _, ok := market.Symbol("XNYS:AZN").Pair(); ok {
		t.Error("XNYS:AZN is a pair")
	}
}

func TestWhatIsNoSymbolIsRefusedWithTheWayToWriteIt(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "may be a currency or a share",
		"AZN":                     "write a pair as EUR/USD, a share with its market as XNYS:AZN",
		"EURUSD":                  "may be a currency or a share",
		"EUR/":                    "the quote is no currency code",
		"/USD":                    "the base is no currency code",
		"EUR/USD/GBP":             "the quote is no currency code",
		"EUR / USD":               "the base is no currency code",
		"EUR/EUR":                 "always 1",
		"eur/EUR":                 "always 1",
		"EUR/uſd":                 "the quote is no currency code", // the long s is an S only in Unicode's eyes
		"NYSE1:AZN":               `"NYSE1" is no market code`,
		":AZN":                    "is no market code",
		"XNYS:":                   "is no ticker",
		"XNYS:A N":                "is no ticker",
		"XNYS:A:B":                "is no ticker",
		"XNYſ:AZN":                "is no market code",
		strings.Repeat("A", 33):   "a symbol of 33 characters",
		"XNYS:\x1f":               "is no ticker",
		"XNYS:" + "\u0391" + "ZN": "is no ticker",
	} {
		got, err := market.ParseSymbol(text)
		if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	}
}

func FuzzParseSymbol(f *testing.F) {
	for _, seed := range []string{"EUR/USD", "eur/usd", "XNYS:AZN", "AZN", "EUR/EUR", "XNYS:BRK.B", "a:b/c", "EUR/uſd", "/", ":"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := market.ParseSymbol(text)
		if err != nil {
			if !errors.Is(err, fault.Invalid) || len(fault.Sentence(err)) > 400 {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if again, err := market.ParseSymbol(string(s)); err != nil || again != s {
			t.Errorf("%q is read as %s, and that as %s, %v", text, s, again, err)
		}
		_, _, isPair := s.Pair()
		_, _, isListing := s.Listing()
		if isPair == isListing {
			t.Errorf("%q is a pair: %v, a listing: %v", text, isPair, isListing)
		}
		if len(s) != len(text) || !strings.EqualFold(string(s), text) {
			t.Errorf("%q is read as %s, which is another text", text, s)
		}
	})
}
