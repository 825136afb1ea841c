package currency_test

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/currency"
)

// levelRates returns the rows of the embedded file: day, source, rates.
func levelRates(t *testing.T) [][]string {
	t.Helper()
	f, err := os.Open("data/levels.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 300 {
		t.Fatalf("only %d rows", len(rows))
	}
	return rows[1:]
}

func TestEveryRateOfALevelIsOfMoneyOfItsDay(t *testing.T) {
	for _, row := range levelRates(t) {
		day := day(row[0])
		for pair := range strings.FieldsSeq(row[2]) {
			code, text, _ := strings.Cut(pair, "=")
			c := get(t, currency.Code(code))
			if c.RetiredOn(day) || day.Before(c.Introduced.First()) {
				t.Errorf("%s: %s was no money then", row[0], code)
			}
			if rate := currency.MustDecimal(text); rate.Sign() <= 0 || len(strings.Trim(strings.Replace(text, ".", "", 1), "0")) > 4 {
				t.Errorf("%s: %s of %s", row[0], text, code)
			}
		}
	}
}

// On the day of a row its own rate comes out: nothing is lost on the way through logarithms.
func TestALevelIsThatOfTheRowOnItsDay(t *testing.T) {
	seen := map[string]bool{} // of two rows of one day the first counts
	for _, row := range levelRates(t) {
		for pair := range strings.FieldsSeq(row[2]) {
			code, text, _ := strings.Cut(pair, "=")
			if seen[row[0]+code] {
				continue
			}
			seen[row[0]+code] = true
			l, ok := currency.All().Level(currency.Code(code), day(row[0]))
			if want := currency.MustDecimal(text); !ok || !l.Rate.Equal(want) || l.On.String() != row[0] || l.Source != row[1] {
				t.Errorf("%s on %s: %+v, want %s", code, row[0], l, want)
			}
		}
	}
}

func TestALevelLiesBetweenItsRowsOrNearThem(t *testing.T) {
	for _, c := range []struct {
		code      currency.Code
		at        string
		low, high string // "" for none
		on        string
	}{
		{"USD", "1950-01-01", "1", "1", "1950-01-01"},
		{"EUR", "2026-02-02", "0.83", "0.86", "2026-01-30"},
		{"EUR", "1998-12-31", "", "", ""}, // before it was money
		{"EUR", "1999-01-01", "0.8784", "0.8784", "1999-01-29"},
		{"GBP", "1997-02-01", "0.6070", "0.6070", "1999-01-29"},
		{"GBP", "1997-01-01", "", "", ""},                         // more than two years before the first row
		{"XAU", "2026-02-02", "0.00019", "0.00022", "2026-01-30"}, // of an ounce: of a gram it would be 0.006
		{"XAG", "2026-02-02", "0.009", "0.014", "2026-01-30"},
		{"VES", "2026-02-02", "360", "380", "2026-01-30"},
		{"VES", "2026-05-31", "400", "700", "2026-02-05"}, // between two rows far apart
		{"VES", "2021-10-01", "", "", ""},
		{"SYP", "2025-12-01", "11000", "12000", "2025-12-31"},
		{"SYP", "2026-01-01", "110", "131", "2025-12-31"}, // the row is on the old scale
		{"SYP", "2026-02-02", "110", "131", "2026-01-30"},
		{"SYP", "2026-09-29", "110", "131", "2026-02-05"}, // that day's snapshot went back to the old scale
		{"BGN", "2025-12-31", "1.6", "1.7", "2025-12-31"},
		{"BGN", "2026-01-01", "", "", ""},
		{"ZWL", "2024-04-05", "", "", ""},
		{"ISK", "2013-07-01", "", "", ""}, // between rows of 2008 and 2018
		{"IRR", "2026-02-02", "", "", ""}, // which of two rates, nobody can say
		{"AED", "2028-09-29", "3.672", "3.673", "2026-09-29"},
		{"AED", "2028-10-31", "", "", ""},
		{"ZZZ", "2026-02-02", "", "", ""},
	} {
		l, ok := currency.All().Level(c.code, day(c.at))
		if ok != (c.low != "") {
			t.Errorf("%s on %s: %+v", c.code, c.at, l)
			continue
		}
		if ok && (l.Rate.Cmp(currency.MustDecimal(c.low)) < 0 || l.Rate.Cmp(currency.MustDecimal(c.high)) > 0 || l.On.String() != c.on || l.Source == "") {
			t.Errorf("%s on %s: %+v, want %s to %s by %s", c.code, c.at, l, c.low, c.high, c.on)
		}
	}
}

func TestNothingIsNewerThanTheNewestLevel(t *testing.T) {
	newest := currency.All().NewestLevel()
	if newest.Day == 0 {
		t.Fatalf("the newest level is of %s", newest)
	}
	met := false
	for _, c := range currency.All().Currencies() {
		l, ok := currency.All().Level(c.Code, newest.First().AddDate(1, 0, 0))
		if ok && c.Code != "USD" && newest.Before(l.On) {
			t.Errorf("%s has a level of %s", c.Code, l.On)
		}
		met = met || l.On == newest
	}
	if !met {
		t.Errorf("no currency has a level of %s", newest)
	}
}

func TestALevelOfSyriaChangesAHundredfoldWithTheScale(t *testing.T) {
	before, _ := currency.All().Level("SYP", day("2025-12-31"))
	after, _ := currency.All().Level("SYP", day("2026-01-01"))
	if ratio, err := before.Rate.Quo(after.Rate, 3); err != nil || ratio.String() != "100" {
		t.Errorf("%s to %s: %s, %v", before.Rate, after.Rate, ratio, err)
	}
}

func TestUsualMovesAreThoseOfTheCurrencyOrSayOtherwise(t *testing.T) {
	for code, want := range map[currency.Code]struct {
		low, high string
		own       bool
		source    string
	}{
		"USD": {"0.002", "0.004", true, "European Central Bank"},
		"DKK": {"0.00001", "0.0002", true, "European Central Bank"},
		"TRY": {"0.003", "0.006", true, "2026-04-13"},
		"XAU": {"0.004", "0.012", true, "National Bank of Romania"},
		"XAG": {"0.004", "0.012", false, "gold"},
		"AED": {"0.002", "0.004", false, "currencies that float"},
		"ZZZ": {"0.002", "0.004", false, "currencies that float"},
	} {
		m := currency.All().UsualMove(code)
		if m.Own != want.own || !strings.Contains(m.Source, want.source) ||
			m.Share.Cmp(currency.MustDecimal(want.low)) < 0 || m.Share.Cmp(currency.MustDecimal(want.high)) > 0 {
			t.Errorf("%s: %+v, want %+v", code, m, want)
		}
	}
}
