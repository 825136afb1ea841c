package currency_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

func TestADateIsADayAMonthOrAYear(t *testing.T) {
	for in, span := range map[string][2]string{
		"2026":       {"2026-01-01", "2027-01-01"},
		"2025-12":    {"2025-12-01", "2026-01-01"},
		"2024-02-29": {"2024-02-29", "2024-03-01"},
		"0999-12-31": {"0999-12-31", "1000-01-01"},
	} {
		d, err := currency.ParseDate(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		first, end := d.First().Format(time.RFC3339), d.End().Format(time.RFC3339)
		if d.String() != in || first != span[0]+"T00:00:00Z" || end != span[1]+"T00:00:00Z" {
			t.Errorf("%s is %s, from %s to %s", in, d, first, end)
		}
	}
}

func TestWhatIsNoDateIsRefused(t *testing.T) {
	for _, in := range []string{
		"", "26", "2026-1", "2026-13", "2026-00", "2026-02-29", "2026-01-32", "2026/01/01", "20260101", "2026-01-01T00",
		"0000", "-026", "+2026", " 2026", "2026-", strings.Repeat("9", 100),
	} {
		if d, err := currency.ParseDate(in); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q is read as %v, %v", in, d, err)
		}
	}
}

func TestTheDayOfAnInstantIsReadInUTC(t *testing.T) {
	at := time.Date(2026, 1, 1, 1, 0, 0, 0, time.FixedZone("", 2*3600))
	if got := currency.DateOf(at).String(); got != "2025-12-31" {
		t.Errorf("DateOf = %s", got)
	}
	if !currency.DateOf(at).Before(currency.Date{Year: 2026}) {
		t.Error("2025-12-31 is not before 2026")
	}
	var none currency.Date
	if none.String() != "" || !none.IsZero() || !none.First().IsZero() || !none.End().IsZero() {
		t.Error("no date is some date")
	}
}

func TestACodeIsThreeLettersInEitherCase(t *testing.T) {
	for in, want := range map[string]currency.Code{"EUR": "EUR", "eur": "EUR", "zZz": "ZZZ"} {
		if got, err := currency.ParseCode(in); err != nil || got != want {
			t.Errorf("%q is %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "EU", "EURO", "E R", " EUR", "EU1", "ÉU", "\xff\xff\xff", strings.Repeat("A", 99)} {
		if got, err := currency.ParseCode(in); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q is read as %q, %v", in, got, err)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026", "2026-01", "2026-01-31", "2026-02-30", "0000-00-00", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := currency.ParseDate(s)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v is not Invalid", s, err)
			}
			return
		}
		if d.String() != s || !d.First().Before(d.End()) {
			t.Fatalf("%q is read as %s", s, d)
		}
	})
}

func FuzzParseCode(f *testing.F) {
	f.Add("EUR")
	f.Add("usd ")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := currency.ParseCode(s); err == nil && (len(s) != 3 || string(c) != strings.ToUpper(s)) {
			t.Fatalf("%q is read as %q", s, c)
		}
	})
}
