package render

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
)

var update = flag.Bool("update", false, "write the golden files and docs/rules")

// golden holds a text to a file, or writes it with -update.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got); after a look at it: go test ./internal/render -update\n%s", file, diff)
	}
}

// invented are rules of no house but this test's.
var invented = []audit.Rule{
	{
		Code: "money.gone", Title: "A coin that is no more", Severity: audit.Error, Source: "The mint's annals, 1903",
		Explains: "A coin was struck for the last time before the day of which\nthe table speaks.\n\nIts last day counts as a day of the coin.",
		Fails:    audit.Example{Date: "2026-02-02", Lines: []string{"EUR/XTS 12.5"}, Known: []string{"EUR/USD 1.1840 The Mint"}},
		Passes:   audit.Example{Date: "1902-12-31", Lines: []string{"EUR/XTS 12.5"}},
	},
	{Code: "sum.off", Title: "A change that its prices do not give | or nearly", Severity: audit.Warning, Explains: "The change is last less previous."},
	{Code: "board.thin", Title: "Few rows", Severity: audit.Note, Explains: "A board has more."},
}

// madeUp is a report that has something of everything; its second rule found so many things.
func madeUp(many int) audit.Report {
	mint := []audit.Evidence{
		{Fact: "the last coin was struck on 31 December 1902, and the mint has been an orangery ever since", Source: "The mint's annals", At: "1903-01-01"},
		{Fact: "12.5 stands for 12.45 to 12.55", Source: "arithmetic"},
	}
	r := audit.Report{
		Name: "board.txt", Date: currency.Date{Year: 2026, Month: 2, Day: 2}, Dated: "found at line 3", Subjects: 172,
		Findings: []audit.Finding{
			{
				Rule: "money.gone", Severity: audit.Error, Subject: "XTS", Printed: "12.5", Line: 4, Evidence: mint,
				Message: "The coin was struck for the last time on 31 December 1902: on 2 February 2026 nobody can have paid with it, whatever it was worth.",
			},
			{
				Rule: "money.gone", Severity: audit.Error, Subject: "XXX/XTS", Printed: "0.0800", Expected: "0.0100", Deviation: "7", Line: 5,
				Evidence: mint[:1], Rows: []string{"XTS", "XXX"}, Message: "Nor with the other one.",
			},
		},
		Ignored: []audit.Ignored{{
			Finding: audit.Finding{Rule: "sum.off", Severity: audit.Warning, Subject: "RIO", Message: "It does not add up."},
			Reason:  "the exchange rounds so",
		}},
		Left: []audit.Left{{Line: 9, Text: "more at eleven", Why: "it is no row"}, {Text: "a picture", Why: "it is no text"}},
	}
	for i := range many {
		r.Findings = append(r.Findings, audit.Finding{
			Rule: "sum.off", Severity: audit.Warning, Subject: fmt.Sprintf("AB%d", i), Printed: "1.25", Expected: fmt.Sprint(10+i) + ".5",
			Deviation: "-0.881", Message: "The change is 1.25, but the last price less the previous close is another number, which is bad.",
		})
	}
	r.Findings = append(r.Findings, audit.Finding{
		Rule: "board.thin", Severity: audit.Note, Subject: "line 12", Line: 12, Deviation: "999", Message: "There are few rows.",
	})
	return r
}

func reported(t *testing.T, r audit.Report, o ReportOptions) string {
	t.Helper()
	var b strings.Builder
	if err := report(&b, r, o, invented); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAReportReadsAsItsGoldenFileSays(t *testing.T) {
	golden(t, filepath.Join("testdata", "report.golden"), reported(t, madeUp(2), ReportOptions{Unused: []string{"sum.off:BCE"}}))
	golden(t, filepath.Join("testdata", "report-many.golden"), reported(t, madeUp(13), ReportOptions{}))
	golden(t, filepath.Join("testdata", "report-evidence.golden"), reported(t, madeUp(13), ReportOptions{Width: 72, Evidence: true, Colour: true}))
}

func TestAReportOfNothingSaysSo(t *testing.T) {
	got := reported(t, audit.Report{Name: "board.txt", Date: currency.Date{Year: 2026, Month: 2}, Dated: "given", Subjects: 1, Ledger: true}, ReportOptions{})
	if want := "board.txt, 2026-02 (given): 1 subject, held against facts and the ledger\n\nNothing was found.\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	got = reported(t, audit.Report{Name: "board.txt", Subjects: 1, Ignored: madeUp(0).Ignored}, ReportOptions{})
	if want := "\n\nNothing else was found; 1 accepted.\n"; !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want %q at its end", got, want)
	}
}

func TestNoLineIsWiderThanTheTerminalButForAWordOrARow(t *testing.T) {
	for _, wide := range []int{1, 40, 72, 100, 200} {
		got := reported(t, madeUp(20), ReportOptions{Width: wide})
		for line := range strings.Lines(got) {
			if n := width(strings.TrimSuffix(line, "\n")); n > max(wide, 56) { // a row of numbers is never broken
				t.Errorf("at %d columns a line has %d: %q", wide, n, line)
			}
		}
		for i := range 20 {
			if !strings.Contains(got, fmt.Sprintf("AB%d ", i)) {
				t.Errorf("at %d columns AB%d is not in the report", wide, i)
			}
		}
	}
}

func TestWhatWasReadCannotSteerTheTerminal(t *testing.T) {
	const hostile = "a\x1b[2J\x1b]0;title\x07\u202eb\u2028c\x9b\nd\re"
	r := audit.Report{
		Name: hostile, Dated: hostile, Subjects: 1,
		Findings: []audit.Finding{{
			Rule: hostile, Severity: audit.Error, Subject: hostile, Printed: hostile, Expected: hostile, Message: hostile,
			Rows: []string{hostile}, Evidence: []audit.Evidence{{Fact: hostile, Source: hostile, At: hostile}},
		}},
		Ignored: []audit.Ignored{{Finding: audit.Finding{Rule: hostile, Subject: hostile}, Reason: hostile}},
		Left:    []audit.Left{{Line: 1, Text: hostile, Why: hostile}},
	}
	got := reported(t, r, ReportOptions{Evidence: true, Unused: []string{hostile}})
	if at := strings.IndexAny(got, "\x1b\x07\r\u202e\u2028\u009b"); at >= 0 {
		t.Errorf("%q is in the report: %q", got[at:at+1], got)
	}
	for i := range 13 {
		r.Findings = append(r.Findings, r.Findings[i])
	}
	if got := reported(t, r, ReportOptions{}); strings.ContainsAny(got, "\x1b\x07\r\u202e\u2028\u009b") {
		t.Errorf("the terminal is steered from a long group: %q", got)
	}
}

func TestADeviationIsAShareOrAFactor(t *testing.T) {
	for _, c := range []struct{ share, want string }{
		{"", ""},
		{"0", ""},
		{"0.0185", "+1.85%"},
		{"-0.0185432", "−1.85%"},
		{"-0.999", "−99.9%"},
		{"8.99", "+899%"},
		{"9", "×10"},
		{"98999.7", "×99000"},
		{"-0.000000012", "−0.0000012%"},
		{"many", ""},
	} {
		if got := deviation(json.Number(c.share)); got != c.want {
			t.Errorf("a share of %q is written %q, want %q", c.share, got, c.want)
		}
	}
}
