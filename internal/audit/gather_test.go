package audit_test

import (
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/store/storetest"
)

var (
	ecb  = market.Source{ID: "ecb", Name: "European Central Bank", Kind: market.Official, Issuer: "EUR", Fresh: 5 * 24 * time.Hour, Terms: market.Free}
	page = market.Source{ID: "page", Name: "A Page", Kind: market.Page, Fresh: 36 * time.Hour}
)

// winter is a ledger of what the European Central Bank fixed from December 2025 to February 2026.
func winter(t *testing.T) *market.Ledger {
	t.Helper()
	f, err := os.Open(filepath.Join(must.Samples(t), "fx", "ecb", "eurofxref-hist_to-2026-04-13.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []market.Observation
	for _, line := range lines[1:] {
		if line[0] < "2025-12" || line[0] >= "2026-03" {
			continue
		}
		for n, text := range line[1:] {
			if text != "N/A" && text != "" {
				all = append(all, rate(t, ecb.ID, "EUR/"+lines[0][n+1], text, line[0]))
			}
		}
	}
	return ledgerOf(t, all)
}

func rate(t *testing.T, source market.SourceID, pair, value, on string) market.Observation {
	t.Helper()
	at := dayAt(t, on).First()
	return market.NewObservation(market.Symbol(pair), market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: at.Add(15 * time.Hour)}, source, "")
}

func ledgerOf(t *testing.T, all []market.Observation) *market.Ledger {
	t.Helper()
	db := storetest.Open(t)
	l := market.NewLedger(db, bus.New(), market.LedgerOptions{})
	if _, err := l.Record(t.Context(), []market.Source{ecb, page}, all, nil); err != nil {
		t.Fatal(err)
	}
	return l
}

func dayAt(t *testing.T, text string) currency.Date {
	t.Helper()
	d, err := currency.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// table is a document of rates, "EUR/USD 1.1840".
func table(t *testing.T, on string, lines ...string) audit.Document {
	t.Helper()
	d := audit.Document{Date: dayAt(t, on)}
	for n, line := range lines {
		pair, value, _ := strings.Cut(line, " ")
		base, quote, _ := market.Symbol(pair).Pair()
		d.Rows = append(d.Rows, audit.Row{Base: base, Quote: quote, Value: currency.MustDecimal(value), Line: n + 1})
	}
	return d
}

// fixedOn is the table of what was fixed on a day, as a paper would print it.
func fixedOn(t *testing.T, l *market.Ledger, on string) audit.Document {
	t.Helper()
	d := audit.Document{Date: dayAt(t, on)}
	b, err := l.Board(t.Context(), "EUR", market.AsOf{At: d.Date.End().Add(-time.Microsecond)})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range b.Prices {
		if _, quote, _ := p.Symbol.Pair(); p.How == market.Said {
			d.Rows = append(d.Rows, audit.Row{Base: "EUR", Quote: quote, Value: p.Value, Line: len(d.Rows) + 1})
		}
	}
	return d
}

// foundBy lists what some families find in a document that is held against a ledger.
func foundBy(t *testing.T, l *market.Ledger, d audit.Document, families ...string) (found []string) {
	t.Helper()
	facts := audit.Embedded()
	var err error
	if facts.Known, err = audit.Gather(t.Context(), l, d); err != nil {
		t.Fatal(err)
	}
	for _, f := range audit.Check(d, facts).Findings {
		if slices.ContainsFunc(families, func(family string) bool { return strings.HasPrefix(f.Rule, family) }) {
			found = append(found, f.Key())
		}
	}
	return found
}

func TestATableOfTheDayIsFoundRightAndOneCopiedRowIsFound(t *testing.T) {
	l := winter(t)
	d := fixedOn(t, l, "2026-02-02")
	if len(d.Rows) < 25 {
		t.Fatalf("only %d rates were fixed", len(d.Rows))
	}
	if found := foundBy(t, l, d, "known.", "stale."); len(found) > 0 {
		t.Errorf("right as it is, and yet found: %v", found)
	}
	old := fixedOn(t, l, "2026-01-22")
	i := slices.IndexFunc(d.Rows, func(r audit.Row) bool { return r.Quote == "USD" })
	d.Rows[i].Value = old.Rows[i].Value
	if found := foundBy(t, l, d, "known.", "stale."); !slices.Contains(found, "stale.copy:USD") {
		t.Errorf("the dollar of another day is not found: %v", found)
	}
	d.Rows[i].Value = currency.MustDecimal("2.3456")
	if found := foundBy(t, l, d, "known.", "stale."); !slices.Equal(found, []string{"known.apart:USD"}) {
		t.Errorf("another dollar is not found: %v", found)
	}
}

func TestOnASundayFridaysFixingsAreRight(t *testing.T) {
	l := winter(t)
	d := fixedOn(t, l, "2026-02-01")
	if found := foundBy(t, l, d, "known.", "stale."); len(d.Rows) < 25 || len(found) > 0 {
		t.Errorf("%d rows, found: %v", len(d.Rows), found)
	}
}

func TestASentenceIsHeldAgainstTheLedger(t *testing.T) {
	l := winter(t)
	d := audit.Document{Date: dayAt(t, "2026-02-02"), Text: []audit.Paragraph{
		{Text: "EUR/USD stood at 11.84 and the koruna was firm.", Line: 1},
		{Text: "One euro buys 24.31 Czech korunas.", Line: 2},
		{Text: "EUR/AED stood at 43.5.", Line: 3}, // through the dollar, to which the dirham is fixed
	}}
	found := foundBy(t, l, d, "story.")
	slices.Sort(found)
	if !slices.Equal(found, []string{"story.figure:EUR/AED", "story.figure:EUR/USD"}) {
		t.Errorf("found %v", found)
	}
}

func TestAPageConfirmsNoPage(t *testing.T) {
	l := ledgerOf(t, []market.Observation{
		rate(t, page.ID, "EUR/USD", "1.186127", "2026-02-02"), rate(t, page.ID, "EUR/USD", "1.191900", "2026-01-30"),
	})
	d := table(t, "2026-02-02", "EUR/USD 1.191900", "EUR/QQQ 3")
	k, err := audit.Gather(t.Context(), l, d)
	if err != nil || len(k.Prices) != 0 || len(k.Before) != 0 {
		t.Errorf("gathered %+v, %v", k, err)
	}
	if found := foundBy(t, l, d, "known.", "stale."); len(found) > 0 {
		t.Errorf("found %v", found)
	}
	if _, _, err := audit.InferFrom(t.Context(), l, d); !errors.Is(err, fault.Invalid) {
		t.Errorf("a day was inferred from a page: %v", err)
	}
}

func TestWhatALedgerKnewIsAskedOfADay(t *testing.T) {
	_, err := audit.Gather(t.Context(), ledgerOf(t, nil), table(t, "2026-02", "EUR/USD 1.1840"))
	if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), "--date") {
		t.Error(err)
	}
}

func TestTheDayIsInferredFromTheLedger(t *testing.T) {
	l := winter(t)
	d := fixedOn(t, l, "2026-01-22")
	d.Date = currency.Date{}
	for n := range d.Rows[:5] {
		d.Rows[n].Value = d.Rows[n].Value.Add(currency.MustDecimal("0.00001"))
	}
	day, how, err := audit.InferFrom(t.Context(), l, d)
	if err != nil || day != dayAt(t, "2026-01-22") || !strings.Contains(how, "of European Central Bank of 22 January 2026") ||
		!strings.HasPrefix(how, "inferred: ") {
		t.Errorf("%v, %q, %v", day, how, err)
	}
	t.Log(how)
	for n := range d.Rows[:len(d.Rows)/2+1] {
		d.Rows[n].Value = d.Rows[n].Value.Add(currency.MustDecimal("0.00001"))
	}
	if _, _, err := audit.InferFrom(t.Context(), l, d); !errors.Is(err, fault.Invalid) {
		t.Errorf("inferred from less than half: %v", err)
	}
	few := table(t, "2026-01-22", "EUR/BGN 1.95583", "EUR/HRK 7.53450")
	if _, _, err := audit.InferFrom(t.Context(), l, few); !errors.Is(err, fault.Invalid) {
		t.Errorf("inferred from what is fixed: %v", err)
	}
}
