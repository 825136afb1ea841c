package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

func TestWhatCannotBeProofReadHasItsExitCode(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	t.Setenv("COURANT_DATA", data)
	file := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	good := file("good.txt", "EUR/USD 1.1840\nEUR/JPY 183.61\nEUR/GBP 0.8657\nEUR/CHF 0.9199\nEUR/CAD 1.6160\n")
	huge := file("huge.txt", "")
	if err := os.Truncate(huge, 1<<30); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		want int
		says string
	}{
		{"FILE --date 2026-02-02", 0, ""},
		{filepath.Join(dir, "none.txt"), 3, "there is no file"},
		{dir, 2, "is a directory"},
		{file("empty.txt", ""), 2, "empty.txt"},
		{file("blank.txt", " \n\n"), 2, "blank.txt"},
		{huge + " --date 2026-02-02", 2, "huge.txt"},
		{"FILE --date yesterday", 2, "is no day"},
		{"FILE --date 2026-02", 2, "is no day"},
		{"FILE --base EURO", 2, "--base"},
		{"FILE --fail-on never", 2, "--fail-on"},
		{"FILE --ignore no.rule:BGN", 2, "--ignore"},
		{"FILE --ignore BGN", 2, "write RULE:SUBJECT"},
		{"FILE --baseline " + filepath.Join(dir, "none.txt"), 3, "there is no file"},
		{"FILE --baseline " + dir, 2, "is a directory"},
		{"FILE --baseline " + file("unknown.txt", "# mine\n\nno.rule:BGN for a reason\n"), 2, "line 3 of the baseline"},
		{"FILE --baseline " + file("long.txt", strings.Repeat("#", audit.MaxBaseline+1)), 2, "more than 1 MiB"},
		{"FILE --format xml", 2, "text or json or sarif or html"},
		{"rules --format sarif", 2, "text or json"},
		{"rules no.rule", 3, "there is no rule"},
		{"http://127.0.0.1:1/", 2, "not a public address"},
		{"https://[::1]/", 2, "not a public address"},
		{"http://169.254.169.254/latest", 2, "not a public address"},
		{"HTTP://user:secret@example.org/", 2, "no web address"},
		{"file:///etc/hostname", 3, "there is no file"},
		{"board --as-of tomorrow", 2, "is no day"},
		{"board --fail-on never", 2, "--fail-on"},
		{"story Not/A/Slug", 2, "no name for an address"},
		{"story none --ignore x:y", 2, "--ignore"},
	} {
		args := []string{"audit"}
		for word := range strings.FieldsSeq(c.args) {
			args = append(args, strings.Replace(word, "FILE", good, 1))
		}
		var out, errs bytes.Buffer
		if got := run(args, &out, &errs); got != c.want || !strings.Contains(errs.String(), c.says) || (c.says == "") != (errs.Len() == 0) {
			t.Errorf("courant %v exits with %d and says %q, want %d and %q", args, got, errs.String(), c.want, c.says)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("a store was made, though nobody asked for the ledger")
	}
}

func TestWhatWasFoundDecidesTheExitCode(t *testing.T) {
	report := audit.Report{Findings: []audit.Finding{{Severity: audit.Warning}, {Severity: audit.Note}}}
	for failOn, want := range map[string]int{"error": 0, "warning": 1, "note": 1} {
		p := proof{failOn: failOn}
		if err := p.prepare(); err != nil {
			t.Fatal(err)
		}
		if got := exitCode(p.verdict(report)); got != want {
			t.Errorf("with --fail-on %s a warning exits with %d, want %d", failOn, got, want)
		}
	}
}

func TestAFindingIsAcceptedOnceBothForGoodAndInThisRun(t *testing.T) {
	for _, r := range audit.Rules() {
		file := filepath.Join(t.TempDir(), "accepted.txt")
		key := r.Code + ":BGN"
		if err := os.WriteFile(file, []byte(key+" we know\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		p := proof{failOn: "error", baseline: file, ignore: []string{key, key, r.Code + ":HRK"}}
		if err := p.prepare(); err != nil {
			t.Fatal(err)
		}
		if p.accepted[key] != "we know" || len(p.accepted) != 2 {
			t.Errorf("accepted is %v", p.accepted)
		}
	}
}

// paper opens a paper of its own with a few rates of 2 February 2026.
func paper(t *testing.T) *app.House {
	t.Helper()
	t.Setenv("COURANT_DATA", filepath.Join(t.TempDir(), "data"))
	t.Setenv("COURANT_WIRE", "off")
	s := &settings{}
	s.declare(&cobra.Command{})
	h, err := app.Open(t.Context(), s.config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	at := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	var rates []market.Observation
	for pair, value := range map[market.Symbol]string{
		"EUR/USD": "1.1840", "EUR/KRW": "1722.55", "EUR/JPY": "183.61", "EUR/GBP": "0.8657", "EUR/CHF": "0.9199", "EUR/CAD": "1.6160",
	} {
		when := market.Moment{At: at, Seen: at.Add(15 * time.Hour)}
		rates = append(rates, market.NewObservation(pair, market.Rate, currency.MustDecimal(value), when, "bank", ""))
	}
	bank := market.Source{ID: "bank", Name: "The Bank", Kind: market.Official, Fresh: 72 * time.Hour}
	if _, err := h.Ledger.Record(t.Context(), []market.Source{bank}, rates, nil); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestADayThatIsNotNamedIsThatOfWhichTheLedgerKnewTheFigures(t *testing.T) {
	paper(t)
	for text, want := range map[string]struct {
		code int
		says string
	}{
		"EUR -\nUSD 1.1840\nKRW 1722.55\nJPY 183.61\nGBP 0.8657\nCHF 0.9199\nCAD 1.6199\n": {0, "2 February 2026 (inferred: 5 of 6 figures are those of The Bank of 2 February 2026)"},
		"EUR -\nUSD 1.1841\nKRW 1722.56\nJPY 183.62\nGBP 0.8657\nCHF 0.9199\nCAD 1.6199\n": {2, "say which day it is with --date"},
		"One euro was worth 1.1840 dollars.\n":                                             {2, "say which day it is with --date"},
	} {
		file := filepath.Join(t.TempDir(), "page.txt")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		code := run([]string{"audit", file, "--ledger"}, &out, &errs)
		if says := strings.Join(strings.Fields(out.String()+errs.String()), " "); code != want.code || !strings.Contains(says, want.says) {
			t.Errorf("%q exits with %d and says %q, want %d and %q", text, code, says, want.code, want.says)
		}
	}
}

func TestAStoryIsProofReadWithItsFiguresAsTheyArePrinted(t *testing.T) {
	h := paper(t)
	saved, err := h.Newsroom.Save(t.Context(), news.Submission{
		Author: "A. Writer", Slug: "won-falls",
		Content: news.Content{
			Headline: "Won falls", Section: "markets",
			Body: "One euro bought {{EUR/KRW @2026-02-02}} won\n\nand {{USD/KRW @2026-02-02}} of them a dollar.\n",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	text := []audit.Paragraph{
		{Text: "Won falls"},
		{Text: "One euro bought 1722.55 won", Line: 1},
		{Text: "and 1454.9 of them a dollar.", Line: 3},
	}
	m, err := h.Newsroom.Manuscript(t.Context(), "won-falls")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := publishedOf(m); err == nil || exitCode(err) != 3 || !strings.Contains(err.Error(), "--draft") {
		t.Errorf("a draft is read as published: %v", err)
	}
	now := time.Date(2026, 2, 4, 12, 0, 0, 0, time.UTC)
	if d := draftOf(t.Context(), m, h.Newsroom, now); cmp.Diff(text, d.Text) != "" || d.Date != currency.DateOf(now) || len(d.Left) != 0 {
		t.Errorf("the draft is read as %+v", d)
	}
	at := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	if _, err := h.Newsroom.Move(t.Context(), saved.Story, news.Move{To: news.Published, Revision: saved.N, By: "editor", At: at}); err != nil {
		t.Fatal(err)
	}
	content := saved.Content
	content.Body = "Nobody knows {{EUR/BRL @2026-02-02}}.\n"
	if _, err := h.Newsroom.Save(t.Context(), news.Submission{ID: saved.Story, BasedOn: 1, Author: "A. Writer", Content: content}); err != nil {
		t.Fatal(err)
	}
	if m, err = h.Newsroom.Manuscript(t.Context(), "won-falls"); err != nil {
		t.Fatal(err)
	}
	d, err := publishedOf(m)
	if err != nil || cmp.Diff(text, d.Text) != "" || d.Date != currency.DateOf(at) || d.Name != "won-falls, revision 1" {
		t.Errorf("the published story is read as %+v, %v", d, err)
	}
	d = draftOf(t.Context(), m, h.Newsroom, now)
	if d.Name != "won-falls, revision 2" || d.Date != currency.DateOf(at) || d.Text[1].Text != "Nobody knows ." {
		t.Errorf("the next draft is read as %+v", d)
	}
	if !slices.ContainsFunc(d.Left, func(l audit.Left) bool { return l.Text == "{{EUR/BRL @2026-02-02}}" && l.Why != "" }) {
		t.Errorf("the figure without a value is not named: %v", d.Left)
	}
}
