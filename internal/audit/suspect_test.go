package audit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store/storetest"
)

var second = currency.Date{Year: 2026, Month: 2, Day: 2}

func TestNumbersWithoutASourceAreFoundInProse(t *testing.T) {
	for _, c := range []struct {
		language, text string
		want           []string
	}{
		{"en", "One euro was worth 1.1861 dollars.", []string{"1.1861 rate EUR/USD"}},
		{"en", "EUR/USD stood at 1.186, the pound at 0.8601.", []string{"1.186 rate EUR/USD", "0.8601 rate "}},
		{"en", "It bought 1,722.5512 won.", []string{"1,722.5512 rate "}},
		{"en", "Shares rose 3.4% or 12 per cent, not 5%.", []string{"3.4 percentage ", "12 percentage "}},
		{"en", "RIO closed at $91.93, or 1,234.50 USD.", []string{"91.93 price ", "1,234.50 price "}},
		{"de", "Ein Euro kostete 1,1861 Dollar, 0,5 % mehr; die Aktie 91,93 €.", []string{"1,1861 rate ", "0,5 percentage ", "91,93 price "}},
		{"de", "Ein Euro kostete 1.1861 Dollar.", []string{"1.1861 rate "}},
		{"fr", "L’euro vaut 1,1861 dollar, en hausse de 0,5\u00a0%, soit 12\u202f345,67 USD.", []string{"1,1861 rate ", "0,5 percentage ", "12\u202f345,67 price "}},
		{"tr", "Kur %1,5 arttı.", []string{"1,5 percentage "}},
		{"ar", "ارتفع ١٫٥٪ إلى ١٫١٨٦١.", []string{"١٫٥ percentage ", "١٫١٨٦١ rate "}},
		// What is bound, no prose, or no such number.
		{"en", "One euro was worth {{EUR/USD to 4}} dollars, {{EUR/USD % since 2026-01-02}} more.", nil},
		{"en", "`1.1861` [x](https://a.example/1.1861) https://a.example/?r=1.1861 <b title=1.1861>\n\n```\n1.1861\n```\n", nil},
		{"en", "On 2026-02-02 at 16:05, version 1.2.3, in 2025, chapter 3.1, 38 dead, 532 pages, 1,234 people, COVID-19.", nil},
		{"en", "He paid 5 dollars, or $250, in the 1990s; a third, 0.5 litres, 2.25 million.", nil},
	} {
		var got []string
		for _, s := range audit.Suspects(c.text, c.language, second, currency.All()) {
			if c.text[s.Start:s.End] != s.Text {
				t.Errorf("%q stands at %d, where %q is", s.Text, s.Start, c.text[s.Start:s.End])
			}
			got = append(got, fmt.Sprintf("%s %s %s", s.Text, s.Kind, s.Symbol))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q has %q, want %q", c.text, got, c.want)
		}
	}
}

func TestASuspectStandsOnItsLine(t *testing.T) {
	s := audit.Suspects("A {{EUR/USD}}\n\nB 1.1861\nC `x` 0.8601", "", second, currency.All())
	if len(s) != 2 || s[0].Line != 3 || s[1].Line != 4 || s[0].Says == "" {
		t.Errorf("%+v", s)
	}
}

// The stories of the demonstration paper bind their figures, but for those that come from the table of pegs.
func TestTheDemonstrationHasFewSuspects(t *testing.T) {
	files, err := filepath.Glob("../demo/stories/*.md")
	if err != nil || len(files) < 8 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(text), "\n---\n")
		for _, s := range audit.Suspects(body, "en", second, currency.All()) {
			t.Errorf("%s, line %d: %s %s", filepath.Base(file), s.Line, s.Kind, s.Text)
		}
	}
}

func TestASuspectIsOfferedTheFigureThatItMayBe(t *testing.T) {
	db := storetest.Open(t)
	now := second.First().Add(18 * time.Hour)
	ledger := market.NewLedger(db, bus.New(), market.LedgerOptions{Now: func() time.Time { return now }})
	bank := market.Source{ID: "bank", Name: "A Bank", Kind: market.Official, Fresh: 96 * time.Hour}
	say := func(symbol market.Symbol, field market.Field, value string, days int) market.Observation {
		at := second.First().AddDate(0, 0, -days)
		return market.NewObservation(symbol, field, currency.MustDecimal(value), market.Moment{At: at, Seen: at.Add(time.Hour)}, bank.ID, "")
	}
	if _, err := ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{
		say("EUR/USD", market.Rate, "1.1859", 0), say("EUR/JPY", market.Rate, "184.20", 0), say("EUR/SEK", market.Rate, "10.7777", 90),
		say("XNYS:RIO", market.Last, "91.12", 0), say("XNYS:RIO", market.Change, "-1.36", 0),
	}, nil); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"One euro was worth 1.1859 dollars.":    "EUR/USD @2026-02-02",
		"One euro was worth 1.19 dollars.":      "EUR/USD @2026-02-02 to 2",
		"One euro was worth 1.1861 dollars.":    "EUR/USD @2026-02-02; EUR/USD is 1.1859, of 2 February 2026, which is not quite what stands here",
		"One euro was worth 1.2859 dollars.":    "; This looks like EUR/USD, but EUR/USD is 1.1859, of 2 February 2026.",
		"One euro was worth 9.4545 kroner.":     "",
		"The rate was 1.1859 then.":             "EUR/USD @2026-02-02",
		"The rate was 155.325 then.":            "USD/JPY @2026-02-02 to 3",
		"The rate was 10.7777 then.":            "", // which is three months old
		"It closed at $91.12.":                  "XNYS:RIO @2026-02-02",
		"It lost 1.47 per cent.":                "XNYS:RIO percent @2026-02-02 to 2",
		"It lost 1.5 per cent.":                 "",
		"One euro was worth 1.1859 in the end.": "EUR/USD @2026-02-02",
	} {
		s := audit.Suspects(text, "en", second, ledger.Currencies())
		if err := audit.Offer(t.Context(), ledger, s, second); err != nil || len(s) != 1 {
			t.Errorf("%s: %d suspects, %v", text, len(s), err)
			continue
		}
		figure, says, _ := strings.Cut(want, "; ")
		if s[0].Figure != figure || !strings.Contains(s[0].Says, says) {
			t.Errorf("%s: {{%s}}, %s; want %s", text, s[0].Figure, s[0].Says, want)
		}
	}
}

func FuzzSuspects(f *testing.F) {
	for _, text := range []string{"One euro was worth 1.1861 dollars.", "3.4 % and {{EUR/USD}} 0,5", "١٫٥٪", "U.S. 1.186\u00a0dollars to the euro", "`1.23", "<1.2345>", "1.23\xff4"} {
		f.Add(text, "de")
	}
	f.Fuzz(func(t *testing.T, text, language string) {
		if len(text) > 1<<12 {
			return
		}
		end := 0
		for _, s := range audit.Suspects(text, language, second, currency.All()) {
			if s.Start < end || s.End <= s.Start || s.End > len(text) || text[s.Start:s.End] != s.Text || s.Line < 1 || s.Kind == "" {
				t.Errorf("%q in %q: %+v", text, language, s)
			}
			end = s.End
		}
	})
}
