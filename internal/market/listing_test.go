package market_test

import (
	"bufio"
	"encoding/csv"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

func TestEveryListingHasASourceAndStandsOnce(t *testing.T) {
	f, err := os.Open("data/listings.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(bufio.NewReader(f)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{"share": true, "depositary receipt": true, "note": true, "fund": true, "index": true, "rate": true}
	seen := map[market.Symbol]bool{}
	for _, row := range rows[1:] {
		symbol, err := market.ParseSymbol(row[0])
		if err != nil {
			t.Fatal(err)
		}
		i, err := market.KnownListings().Instrument(symbol)
		if err != nil {
			t.Fatal(err)
		}
		if seen[symbol] {
			t.Errorf("%s stands twice", symbol)
		}
		seen[symbol] = true
		if i.Symbol != symbol || i.Key == "" || i.Name == "" || i.Source == "" || i.Verified == "" || !kinds[i.Kind] || i.Currency == "" {
			t.Errorf("%s lacks a name, a source, a currency or a known kind: %+v", symbol, i)
		}
		if !i.Since.IsZero() && !i.Until.IsZero() && i.Until.Before(i.Since) {
			t.Errorf("%s ended before it began", symbol)
		}
		if _, err := currency.All().Currency(i.Currency); err != nil {
			t.Error(err)
		}
		for _, id := range market.KnownListings().Identifiers(symbol) {
			switch {
			case id.Source == "" || id.Verified == "":
				t.Errorf("%s: the %s lacks its source", symbol, id.Scheme)
			case id.Scheme == "ISIN" && !validISIN(id.Value):
				t.Errorf("%s: the check digit of the ISIN %s is wrong", symbol, id.Value)
			case id.Scheme == "FIGI" && (len(id.Value) != 12 || !strings.HasPrefix(id.Value, "BBG")):
				t.Errorf("%s: %s is no FIGI", symbol, id.Value)
			case id.Scheme != "ISIN" && id.Scheme != "FIGI":
				t.Errorf("%s: there is no scheme %q", symbol, id.Scheme)
			}
		}
	}
	if len(seen) < 19 {
		t.Errorf("only %d listings are known", len(seen))
	}
}

// validISIN checks the last digit, by Luhn's rule over the digits, a letter counting as its number from 10 on.
func validISIN(isin string) bool {
	if len(isin) != 12 {
		return false
	}
	var digits []int
	for _, r := range isin {
		switch {
		case r >= '0' && r <= '9':
			digits = append(digits, int(r-'0'))
		case r >= 'A' && r <= 'Z':
			n := int(r-'A') + 10
			digits = append(digits, n/10, n%10)
		default:
			return false
		}
	}
	sum := 0
	for i := range digits {
		d := digits[len(digits)-1-i]
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}

func TestATickerBearsTheListingThatTradedThen(t *testing.T) {
	for _, c := range []struct {
		ticker, day string
		want        market.Symbol
	}{
		{"AZN", "2026-01-29T00:00:00Z", "XNAS:AZN"},
		{"AZN", "2026-01-30T23:59:59Z", "XNAS:AZN"},
		{"AZN", "2026-01-31T12:00:00Z", "XNAS:AZN"}, // the weekend between: the last price is Nasdaq's
		{"AZN", "2026-02-02T00:00:00Z", "XNYS:AZN"},
		{"AZN", "2030-01-01T00:00:00Z", "XNYS:AZN"},
		{"SCS", "2025-12-10T12:00:00Z", "XNYS:SCS"},
		{"SCS", "2026-02-02T00:00:00Z", "XNYS:SCS"}, // no longer, but last there
		{"RIO", "2026-02-02T00:00:00Z", "XNYS:RIO"},
		{"ACME", "2026-02-02T00:00:00Z", "XXXX:ACME"},
	} {
		on, err := time.Parse(time.RFC3339, c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := market.KnownListings().Bearing(c.ticker, on); got != c.want {
			t.Errorf("%s on %s is %s, not %s", c.ticker, c.day, got, c.want)
		}
	}
}

func TestNothingIsKnownOfAListingThatIsNotInTheTable(t *testing.T) {
	if _, err := market.KnownListings().Instrument("XNYS:ACME"); !errors.Is(err, fault.NotFound) {
		t.Error(err)
	}
}
