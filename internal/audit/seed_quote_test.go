package audit_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/must"
)

// seedDocument is the seed page of 2 February 2026, as a reader of pages would hand it over.
func seedDocument(t *testing.T) audit.Document {
	t.Helper()
	f, err := os.Open(filepath.Join(must.Samples(t), "seed", "page.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := archive.ReadPage(f)
	if err != nil {
		t.Fatal(err)
	}
	d := audit.Document{Name: "page.txt", Date: currency.Date{Year: 2026, Month: 2, Day: 2}, Dated: "given"}
	for _, r := range p.Rates {
		d.Rows = append(d.Rows, audit.Row{Base: p.Base, Quote: r.Code, Value: r.Value, Line: r.Line})
	}
	for _, q := range p.Quotes {
		d.Items = append(d.Items, audit.Item{Ticker: q.Ticker, Change: &q.Change, Last: &q.Last, Percent: &q.Percent, Line: q.Line})
	}
	for _, s := range p.Sections {
		for _, text := range s.Paragraphs {
			d.Text = append(d.Text, audit.Paragraph{Text: text})
		}
	}
	return d
}

func TestTheTickerOfTheSeedPage(t *testing.T) {
	var found []string
	for _, f := range audit.Check(seedDocument(t), audit.Embedded()).Findings {
		if strings.HasPrefix(f.Rule, "quote.") {
			found = append(found, f.Severity.String()+" "+f.Key())
			t.Logf("%s\n\t%s", f.Message, f.Evidence[0].Fact)
		}
	}
	want := []string{
		"error quote.percent-base:GSK", "error quote.percent-base:RIO", "error quote.percent-base:RYCEF", "error quote.percent-base:BP",
		"error quote.delisted:SCS", "note quote.event:RBGPF", "note quote.event:AZN", "note quote.market:AZN",
	}
	if !slices.Equal(found, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
}
