package currency_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

func day(s string) time.Time {
	d, err := currency.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d.First().Add(12 * time.Hour)
}

func get(t *testing.T, c currency.Code) currency.Currency {
	t.Helper()
	cur, err := currency.All().Currency(c)
	if err != nil {
		t.Fatal(err)
	}
	return cur
}

func TestEveryRowHoldsTogether(t *testing.T) {
	table := currency.All()
	all := table.Currencies()
	if !slices.IsSortedFunc(all, func(a, b currency.Currency) int { return strings.Compare(string(a.Code), string(b.Code)) }) {
		t.Error("Currencies are not sorted")
	}
	kinds := []currency.Kind{
		currency.KindCurrency, currency.KindFund, currency.KindMetal, currency.KindUnit, currency.KindOffshore,
		currency.KindIsland, currency.KindTest, currency.KindNone,
	}
	for _, c := range all {
		if c.Source == "" || c.Name == "" || !utf8.ValidString(c.Name) {
			t.Errorf("%s: name %q, source %q", c.Code, c.Name, c.Source)
		}
		if !slices.Contains(kinds, c.Kind) {
			t.Errorf("%s: no kind %q", c.Code, c.Kind)
		}
		if c.Retired.IsZero() == (c.Group == "Retired") {
			t.Errorf("%s: retired %q, but in the group %s", c.Code, c.Retired, c.Group)
		}
		if !c.Retired.IsZero() && !c.Introduced.IsZero() && c.Retired.Before(c.Introduced) {
			t.Errorf("%s: retired %s before its introduction %s", c.Code, c.Retired, c.Introduced)
		}
		if (c.Successor == "") != c.OldPerNew.IsZero() || c.Successor != "" && c.Retired.IsZero() {
			t.Errorf("%s: successor %q, factor %s, retired %q", c.Code, c.Successor, c.OldPerNew, c.Retired)
		}
		if c.Kind == currency.KindCurrency && c.Regions == "" {
			t.Errorf("%s: no region uses it", c.Code)
		}
		if c.ISO == "list three" && len(table.Withdrawals(c.Code)) == 0 {
			t.Errorf("%s: on list three without a row of it", c.Code)
		}
		for _, p := range table.Pegs(c.Code) {
			if p.Source == "" || p.Verified == "" || p.Authority == "" || p.Rate.Sign() <= 0 || p.Anchor == c.Code {
				t.Errorf("peg %+v", p)
			}
			if !p.Low.IsZero() && (p.Low.Cmp(p.Rate) > 0 || p.High.Cmp(p.Rate) < 0 || p.Low.Equal(p.High)) {
				t.Errorf("%s: the rate %s is outside its band %s to %s", c.Code, p.Rate, p.Low, p.High)
			}
			if !p.Until.IsZero() && p.Until.Before(p.Since) {
				t.Errorf("%s: a peg from %s until %s", c.Code, p.Since, p.Until)
			}
			if _, err := table.Currency(p.Anchor); err != nil {
				t.Errorf("%s: anchor: %v", c.Code, err)
			}
		}
		for r := range table.Redenominations(c.Code) {
			if r.Source == "" || r.Verified == "" || r.OldPerNew.Sign() <= 0 {
				t.Errorf("redenomination %+v", r)
			}
		}
	}
}

// A currency with no Introduced date has no use before the earliest that some document gives.
func TestASuccessorBeginsNoLaterThanItsPredecessorEnds(t *testing.T) {
	for _, c := range currency.All().Currencies() {
		if c.Successor == "" {
			continue
		}
		if next := get(t, c.Successor); c.Retired.Before(next.Introduced) {
			t.Errorf("%s ends on %s, %s begins on %s", c.Code, c.Retired, next.Code, next.Introduced)
		}
	}
}

func TestFactsAReaderWouldNotice(t *testing.T) {
	for code, want := range map[currency.Code]struct {
		minor   int
		numeric string
		group   string
		name    string
	}{
		"EUR": {2, "978", "Majors", "Euro"},
		"GBP": {2, "826", "Majors", "British Pound"},
		"KRW": {0, "410", "Asia and Pacific", "South Korean Won"},
		"BHD": {3, "048", "Middle East", "Bahraini Dinar"},
		"CNH": {2, "", "Asia and Pacific", "Chinese Yuan (offshore)"},
		"JEP": {2, "", "Europe", "Jersey Pound"},
		"XAU": {-1, "959", "Metals and units", "Gold"},
		"XAF": {0, "950", "Africa", "Central African CFA Franc"},
		"CLF": {4, "990", "Metals and units", "Chilean Unit of Account (UF)"},
		"ANG": {2, "532", "Retired", "Netherlands Antillean Guilder"},
		"XCG": {2, "532", "Americas", "Caribbean guilder"},
		"GGP": {2, "", "Europe", "Guernsey Pound"},
		"IMP": {2, "", "Europe", "Manx Pound"},
		"XDR": {-1, "960", "Metals and units", "Special Drawing Rights"},
		"XTS": {-1, "963", "Metals and units", "Testing Currency Code"},
		"XXX": {-1, "999", "Metals and units", "Unknown Currency"},
	} {
		c := get(t, code)
		if c.MinorUnits != want.minor || c.Numeric != want.numeric || c.Group != want.group || c.Name != want.name {
			t.Errorf("%s: %d %q %q %q, want %+v", code, c.MinorUnits, c.Numeric, c.Group, c.Name, want)
		}
	}
	for code, want := range map[currency.Code]string{
		"BGN": "2026-01-01", "HRK": "2023-01-01", "ANG": "2025-03-31", "DEM": "2002-01-01", "VEF": "2018-08-20",
		"ZWL": "2024-04-05", "EUR": "", "AYM": "2005-10",
	} {
		if got := get(t, code).Retired.String(); got != want {
			t.Errorf("%s retired %q, want %q", code, got, want)
		}
	}
	bgn := get(t, "BGN")
	if bgn.RetiredOn(day("2025-12-31")) || !bgn.RetiredOn(day("2026-01-01")) || bgn.Successor != "EUR" {
		t.Errorf("BGN: %+v", bgn)
	}
}

func TestAnUnknownCodeIsNotFound(t *testing.T) {
	if _, err := currency.All().Currency("ZZZ"); !errors.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "ZZZ") {
		t.Errorf("ZZZ: %v", err)
	}
}

func TestAPegHoldsFromItsFirstDayToItsLast(t *testing.T) {
	for _, c := range []struct {
		code        currency.Code
		at          string
		rate        string // "" for none
		low, high   string
		irrevocable bool
	}{
		{"HKD", "1983-10-16", "", "", "", false},
		{"HKD", "1990-01-01", "7.8", "0", "0", false},
		{"HKD", "2026-11-24", "7.8", "7.75", "7.85", false},
		{"DKK", "2026-11-24", "7.46038", "7.29252145", "7.62823855", false},
		{"BGN", "1999-07-04", "", "", "", false},
		{"BGN", "2025-12-31", "1.95583", "1.94605085", "1.96560915", false},
		{"BGN", "2026-01-01", "1.95583", "0", "0", true},
		{"ANG", "2025-06-30", "1.79", "0", "0", false},
		{"ANG", "2025-07-01", "", "", "", false},
		{"BOB", "2026-06-26", "6.96", "6.86", "6.96", false},
		{"BOB", "2026-06-27", "", "", "", false},
		{"XPF", "2026-11-24", "119.331742243", "0", "0", false},
		{"GIP", "1950-01-01", "1", "0", "0", false},
		{"DEM", "1999-01-01", "1.95583", "0", "0", true},
		{"CUC", "2021-06-30", "1", "0", "0", false}, // "until 2021-06" is the whole month
		{"CUC", "2021-07-01", "", "", "", false},
		{"USD", "2026-11-24", "", "", "", false},
	} {
		p, ok := currency.All().PegOn(c.code, day(c.at))
		if ok != (c.rate != "") {
			t.Errorf("%s on %s: %+v", c.code, c.at, p)
			continue
		}
		if ok && (p.Rate.String() != c.rate || p.Low.String() != c.low || p.High.String() != c.high || p.Irrevocable != c.irrevocable) {
			t.Errorf("%s on %s: %s from %s to %s, irrevocable %v; want %+v", c.code, c.at, p.Rate, p.Low, p.High, p.Irrevocable, c)
		}
	}
}

func TestAPegIsHardWhoeverDealsAtWhatWidth(t *testing.T) {
	for code, want := range map[currency.Code]bool{
		"AED": true, "JOD": true, "XCD": true, "NAD": true, "GIP": true, "PAB": true, "XPF": true, "BGN": true,
		"HKD": false, "DKK": false, "LBP": false, "MVR": false, "CUP": false,
	} {
		p, ok := currency.All().PegOn(code, day("2026-11-24"))
		if !ok || p.Hard() != want {
			t.Errorf("%s: hard %v, want %v: %+v", code, p.Hard(), want, p)
		}
	}
}

func TestACodeChangesScaleWhenARedenominationKeepsIt(t *testing.T) {
	for _, c := range []struct {
		code currency.Code
		at   string
		want int
	}{
		{"SYP", "2025-12-31", 1},
		{"SYP", "2026-01-01", 2},
		{"VES", "2021-09-30", 1},
		{"VES", "2021-10-01", 2},
		{"IRR", "2026-11-24", 1}, // a law that has not begun
		{"BGN", "2026-11-24", 1}, // another code, not another scale
	} {
		if got := currency.All().ScaleOn(c.code, day(c.at)); got != c.want {
			t.Errorf("%s on %s is on scale %d, want %d", c.code, c.at, got, c.want)
		}
	}
	before := day("2026-01-01").Add(-12*time.Hour - time.Nanosecond)
	if got := currency.All().ScaleOn("SYP", before); got != 1 {
		t.Errorf("the last instant of 2025 is on scale %d", got)
	}
}

func TestRedenominationsAreFoundFromBothSidesInOrder(t *testing.T) {
	var effective []string
	for r := range currency.All().Redenominations("VES") {
		effective = append(effective, string(r.From)+r.Effective.String())
	}
	if want := []string{"VEF2018-08-20", "VES2021-10-01"}; !slices.Equal(effective, want) {
		t.Errorf("VES: %v, want %v", effective, want)
	}
	irr := slices.Collect(currency.All().Redenominations("IRR"))
	if len(irr) != 1 || !irr[0].Effective.IsZero() || irr[0].OldPerNew.String() != "10000" {
		t.Errorf("IRR: %+v", irr)
	}
	cuc := slices.Collect(currency.All().Redenominations("CUC"))
	if len(cuc) != 1 || cuc[0].NewPerOld.String() != "24" {
		t.Errorf("CUC: %+v", cuc)
	}
}

func TestWhatIsReturnedIsTheCallersOwn(t *testing.T) {
	table := currency.All()
	table.Currencies()[0].Code = "???"
	table.Pegs("HKD")[0].Authority = "??"
	if table.Currencies()[0].Code == "???" || table.Pegs("HKD")[0].Authority == "??" {
		t.Error("a caller changed the table")
	}
}

func TestSearchIgnoresAccentsAndPutsTheExactCodeFirst(t *testing.T) {
	for q, want := range map[string][]currency.Code{
		"usd":       {"USD"},
		"SEK":       {"SEK"},
		"  krona ":  {"ISK", "SEK"},
		"kron":      {"DKK", "ISK", "NOK", "SEK", "CSJ", "ISJ"}, // the retired last
		"kroon":     {"EEK"},
		"colon":     {"CRC", "SVC"},
		"zloty":     {"PLN"},
		"złoty":     {"PLN"},
		"cordoba":   {"NIO"},
		"leu":       {"MDL", "RON", "ROL"},
		"pa'anga":   {"TOP"},
		"pa’anga":   {"TOP"},
		"cfa franc": {"XAF", "XOF"},
		"1927-2002": {"AFA"},
	} {
		var got []currency.Code
		for _, c := range currency.All().Search(q) {
			got = append(got, c.Code)
		}
		for _, code := range want {
			if !slices.Contains(got, code) {
				t.Errorf("%q finds %v, not %s", q, got, code)
			}
		}
		if len(got) > 0 && got[0] != want[0] {
			t.Errorf("%q finds %v, first not %s", q, got, want[0])
		}
	}
	if got := currency.All().Search("no such money"); len(got) != 0 {
		t.Errorf("nonsense finds %d", len(got))
	}
	if got := currency.All().Search(" "); len(got) != len(currency.All().Currencies()) {
		t.Errorf("nothing finds %d", len(got))
	}
}

func TestNamesInOtherLanguagesFallBackToEnglish(t *testing.T) {
	table := currency.All()
	for _, c := range []struct {
		code       currency.Code
		lang, want string
	}{
		{"CHF", "de", "Schweizer Franken"},
		{"CHF", "de-AT", "Schweizer Franken"},
		{"SEK", "no", "svenske kroner"},
		{"CHF", "zh-Hant", "Swiss Franc"},
		{"CHF", "xx", "Swiss Franc"},
		{"CHF", "", "Swiss Franc"},
		{"CHF", "en-GB", "Swiss Franc"},
		{"GGP", "fr", "Guernsey Pound"}, // CLDR does not name it
		{"ZZZ", "de", "ZZZ"},
	} {
		if got := table.Name(c.code, c.lang); got != c.want {
			t.Errorf("%s in %q is %q, want %q", c.code, c.lang, got, c.want)
		}
	}
	for _, lang := range table.Languages() {
		if name := table.Name("JPY", lang); name == "JPY" || name == "" || name == "Japanese Yen" {
			t.Errorf("the yen has no name in %s: %q", lang, name)
		}
	}
	if n := len(table.Languages()); n != 33 {
		t.Errorf("%d languages", n)
	}
}

// Worth something under the race detector: a long coefficient lies on the heap, where copies of a decimal share it.
func TestDecimalsAndTheTableAreSharedFreely(t *testing.T) {
	long := currency.MustDecimal("-1234567890123456789012345678901234567890.10")
	want := long.String()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			mine := long
			if got := mine.Neg().Abs().Add(long).Mul(long); !got.IsZero() {
				t.Errorf("|x| + x is %s", got)
			}
			if _, err := mine.Quo(long, 12); err != nil {
				t.Error(err)
			}
			mine.Trim()
			mine.RoundPlaces(0)
			currency.All().Search("dollar")
			currency.All().Name("USD", "de")
		})
	}
	all.Wait()
	if long.String() != want {
		t.Errorf("%s became %s", want, long)
	}
}
