package audit_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/must"
)

// printedBoard is the board of the seed page.
func printedBoard(t *testing.T) audit.Document {
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
	d := audit.Document{Date: currency.Date{Year: 2026, Month: 2, Day: 2}, Dated: "given"}
	for _, r := range p.Rates {
		d.Rows = append(d.Rows, audit.Row{Base: p.Base, Quote: r.Code, Value: r.Value, Line: r.Line})
	}
	return d
}
