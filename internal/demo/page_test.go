package demo

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/must"
)

func TestPageRatesAreAllThere(t *testing.T) {
	rates, err := PageRates()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[currency.Code]string{}
	for _, r := range rates {
		seen[r.Code] = r.Value.String()
	}
	if len(rates) != 170 || len(seen) != 170 {
		t.Errorf("%d rates of %d currencies, want 170", len(rates), len(seen))
	}
	if seen["AZN"] != "1.999161" || seen["XAU"] != "0.00025" || seen["ZWL"] != "381.932273" {
		t.Errorf("AZN %s, XAU %s, ZWL %s", seen["AZN"], seen["XAU"], seen["ZWL"])
	}
}

func TestPageRatesAreThePagesDigitForDigit(t *testing.T) {
	f, err := os.Open(filepath.Join(must.Samples(t), "seed", "page.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rates, err := PageRates()
	if err != nil {
		t.Fatal(err)
	}
	line, i := regexp.MustCompile(`^([A-Z]{3}) ([0-9.]+)$`), 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		claim := line.FindStringSubmatch(lines.Text())
		if claim == nil {
			continue
		}
		if i >= len(rates) || string(rates[i].Code) != claim[1] || rates[i].Value.String() != claim[2] {
			t.Fatalf("claim %d is %v there", i+1, claim)
		}
		i++
	}
	if i != len(rates) {
		t.Errorf("%d claims there, %d here", i, len(rates))
	}
}

func TestPageQuotesKeepSignsAndZeros(t *testing.T) {
	quotes, err := PageQuotes()
	if err != nil {
		t.Fatal(err)
	}
	if len(quotes) != 16 {
		t.Fatalf("%d quotes, want 16", len(quotes))
	}
	for _, q := range quotes {
		if q.Last.Sign() <= 0 || q.Change.Sign() != q.Percent.Sign() {
			t.Errorf("%+v", q)
		}
		if q.Symbol == "BP" && (q.Change.String() != "-0.5100" || q.Last.String() != "37.37" || q.Percent.String() != "-1.36") {
			t.Errorf("BP: %s %s %s", q.Change, q.Last, q.Percent)
		}
	}
}
