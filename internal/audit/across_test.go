package audit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/audit"
)

// A table of crosses prints pairs that the pivot has no part in: each is held against what it says itself.
func TestARowThatIsNotAgainstThePivotIsHeldToo(t *testing.T) {
	d := table(t, "2026-02-02",
		"EUR/USD 1.186127", "EUR/GBP 0.865748", "EUR/JPY 183.6136", "EUR/SLE 28.8526", "EUR/CHF 0.9200", "EUR/SEK 10.5832",
		"USD/AED 3.9000", "USD/SAR 3.7500", "USD/HKD 8.2000", "GBP/GIP 1.0279", "SLE/SLL 862.05",
		"USD/BGN 1.6489", "GBP/HRK 8.6000")
	var found []string
	for _, f := range audit.Check(d, audit.Embedded()).Findings {
		if f.Rule != "table.digits" && !strings.HasPrefix(f.Rule, "scale.") && f.Rule != "currency.not-iso" {
			found = append(found, strings.Join([]string{f.Severity.String(), f.Key(), f.Printed, f.Expected}, " "))
		}
	}
	slices.Sort(found)
	want := []string{
		"error currency.retired:HRK 8.6000 8.7029",
		"error currency.retired:SLL 862.05 1000.00",
		"error fixed.successor:SLL 862.05 1000.00",
		"error peg.band:HKD 8.2000 7.8500",
		"error peg.missed:AED 3.9000 3.6730",
		"error peg.par:GIP 1.0279 1.0000",
		"note currency.retired:BGN 1.6489 1.6489",
	}
	if !slices.Equal(found, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
}

// A table may say of each row of which day it is: a fact that began later does not speak of it.
func TestARowOfItsOwnDayIsHeldAgainstTheFactsOfThatDay(t *testing.T) {
	for line, want := range map[string]string{
		"EUR/HRK 7.5421 2022-12-01": "",
		"EUR/HRK 7.5421 2023-01-02": "currency.retired:HRK fixed.irrevocable:HRK",
		"EUR/HRK 7.5421":            "currency.retired:HRK fixed.irrevocable:HRK",
		"EUR/SLL 22500 2022-03-01":  "",
		"EUR/SLL 22500 2024-03-01":  "currency.retired:SLL", // no other row is of that day
		"EUR/SLL 22500":             "currency.retired:SLL fixed.successor:SLL",
	} {
		d, err := audit.Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.186127", "EUR/SLE 28.8526", line}}.Document()
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, f := range audit.Check(d, audit.Embedded()).Findings {
			if f.Rule == "currency.retired" || strings.HasPrefix(f.Rule, "fixed.") {
				found = append(found, f.Key())
			}
		}
		if got := strings.Join(found, " "); got != want {
			t.Errorf("%s: found %q, want %q", line, got, want)
		}
	}
}
