package audit

import (
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

func TestAPrintedNumberStandsForAllThatRoundToIt(t *testing.T) {
	for _, c := range []struct{ text, low, high string }{
		{"1.95583", "1.955825", "1.955835"},
		{"2", "1.5", "2.5"},
		{"0.00025", "0.000245", "0.000255"},
		{"1.50", "1.495", "1.505"},
		{"0.0", "0.00", "0.05"},
	} {
		s := printed(currency.MustDecimal(c.text))
		if !s.low.Equal(currency.MustDecimal(c.low)) || !s.high.Equal(currency.MustDecimal(c.high)) {
			t.Errorf("%s stands for %s to %s, want %s to %s", c.text, s.low, s.high, c.low, c.high)
		}
	}
}

func TestAFixedRateIsMetAtItsSixthDigit(t *testing.T) {
	for _, c := range []struct {
		rate, printed string
		meets         bool
	}{
		{"15.6466", "15.64664", true},
		{"15.6466", "15.6468", false},
		{"166.386", "166.38600001", true},
		{"2", "2.00002", false},
		{"2", "2.000001", true},
		{"1.95583", "1.9558", true},
		{"1.95583", "1.956", true},
		{"1.95583", "1.955", false},
		{"491.96775", "491.96775", true},
		{"491.96775", "491.9678", true},
		{"491.96775", "491.967", false},
	} {
		if got := fixedAt(currency.MustDecimal(c.rate)).meets(printed(currency.MustDecimal(c.printed))); got != c.meets {
			t.Errorf("%s for %s: %t", c.printed, c.rate, got)
		}
	}
}

func TestATableLooksUpAnyPairThatItsRowsLeadTo(t *testing.T) {
	row := func(base, quote currency.Code, value string) Row {
		return Row{Base: base, Quote: quote, Value: currency.MustDecimal(value)}
	}
	for _, c := range []struct {
		name        string
		rows        []Row
		base, quote currency.Code
		low, high   string
	}{
		{"said", []Row{row("EUR", "USD", "1.2"), row("EUR", "JPY", "180")}, "EUR", "USD", "1.15", "1.25"},
		{"crossed", []Row{row("EUR", "USD", "1.25"), row("EUR", "AED", "4.5"), row("EUR", "CHF", "1")}, "USD", "AED", "3.53", "3.66"},
		{"of prices in home money", []Row{row("USD", "RUB", "80.0"), row("EUR", "RUB", "96.0"), row("CNY", "RUB", "11.0")}, "EUR", "USD", "1.198", "1.202"},
		{"the pivot in a foreign one", []Row{row("USD", "RUB", "80.0"), row("EUR", "RUB", "96.0")}, "RUB", "USD", "0.01249", "0.01251"},
	} {
		table := newTable(c.rows, currency.All(), time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC))
		got, ok := table.rate(c.base, c.quote)
		want := span{currency.MustDecimal(c.low), currency.MustDecimal(c.high)}
		if !ok || !got.meets(want) || got.low.Cmp(want.low.Mul(currency.MustDecimal("0.99"))) < 0 || got.high.Cmp(want.high.Mul(currency.MustDecimal("1.01"))) > 0 {
			t.Errorf("%s: %s to %s, %t; want about %s to %s", c.name, got.low, got.high, ok, c.low, c.high)
		}
	}
	apart := []Row{row("EUR", "USD", "1.25"), row("EUR", "AED", "4.5"), row("EUR", "CHF", "1")}
	apart[0].Source, apart[1].Source = "one bank", "another"
	if _, ok := newTable(apart, currency.All(), time.Time{}).rate("USD", "AED"); ok {
		t.Error("rows of two sources are held against each other")
	}
	if _, ok := newTable(nil, currency.All(), time.Time{}).rate("EUR", "USD"); ok {
		t.Error("an empty table knows a rate")
	}
}

// What a page of 170 rows costs to proof-read, once the facts are loaded: rates about as they were, a few retired codes.
func BenchmarkCheck(b *testing.B) {
	d := Document{Date: currency.Date{Year: 2026, Month: 2, Day: 2}}
	facts := Embedded()
	euro, _ := facts.Currencies.Level("EUR", d.Date.First())
	for _, alive := range []bool{true, false} {
		for i, c := range facts.Currencies.Currencies() {
			if c.Code == "EUR" || c.RetiredOn(d.Date.First()) == alive || len(d.Rows) == 170 {
				continue
			}
			value := currency.MustDecimal("1.23456")
			if l, ok := facts.Currencies.Level(c.Code, d.Date.First()); ok {
				value = quo(l.Rate, euro.Rate).RoundDigits(7)
			}
			d.Rows = append(d.Rows, Row{Base: "EUR", Quote: c.Code, Value: value, Line: i})
		}
	}
	if len(d.Rows) != 170 {
		b.Fatalf("the page has %d rows", len(d.Rows))
	}
	findings := len(Check(d, facts).Findings)
	b.ReportAllocs()
	for b.Loop() {
		Check(d, facts)
	}
	b.ReportMetric(float64(findings), "findings")
}
