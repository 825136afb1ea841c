package site

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// codesOf are the codes of a row's flags.
func codesOf(r Row) (list []string) {
	for _, f := range r.Flags {
		list = append(list, string(f.Code))
	}
	return list
}

func TestWhatIsFoundOnOurBoardBecomesFlagsOfItsRows(t *testing.T) {
	m := sorted(audit.Report{Findings: []audit.Finding{
		{Rule: "test.missed", Severity: audit.Warning, Subject: "AED", Message: "The peg is missed.", Evidence: []audit.Evidence{
			{Fact: "4.35 is not 4.41", Source: "arithmetic"}, {Fact: "3.6725 for one dollar", Source: "the central bank"},
		}},
		{Rule: "test.missed", Severity: audit.Warning, Subject: "EUR/AED", Message: "And once more."},
		{Rule: "test.known", Severity: audit.Note, Subject: "EUR/AED", Message: "Good to know."},
		{Rule: "test.mixed", Severity: audit.Error, Subject: "EUR", Rows: []string{"AED", "CZK"}, Message: "Two days."},
		{Rule: "currency.retired", Severity: audit.Error, Subject: "BGN", Message: "Gone."},
		{Rule: "currency.not-iso", Severity: audit.Note, Subject: "BGN", Message: "Not listed."},
		{Rule: "stale.frozen", Severity: audit.Warning, Subject: "NOK", Message: "Old."},
	}}, "EUR")
	own := func(code market.FlagCode) []Flag { return []Flag{{Flag: market.Flag{Code: code}}} }
	for _, c := range []struct {
		row  Row
		want []string
	}{
		{Row{Code: "AED", Flags: own(market.Pegged)}, []string{"pegged", "test.missed", "test.known", "test.mixed"}},
		{Row{Code: "CZK"}, []string{"test.mixed"}},
		{Row{Code: "USD"}, nil},
		{Row{Code: "BGN", Flags: own(market.Retired)}, []string{"retired"}},
		{Row{Code: "BGN", Flags: own(market.Stale)}, []string{"stale", "currency.retired", "currency.not-iso"}},
		{Row{Code: "NOK", Flags: own(market.Stale)}, []string{"stale"}},
		{Row{Code: "NOK", Flags: own(market.Unchanged)}, []string{"unchanged"}},
		{Row{Code: "NOK"}, []string{"stale.frozen"}},
	} {
		got := codesOf(m.on(c.row))
		if !slices.Equal(got, c.want) {
			t.Errorf("%s with %q: flags %q, want %q", c.row.Code, codesOf(c.row), got, c.want)
		}
	}
	flag := m.on(Row{Code: "AED"}).Flags[0]
	want := Flag{
		Flag: market.Flag{Code: "test.missed", Word: "test.missed", Text: "The peg is missed.", Doubt: true, Source: "the central bank"},
		Href: "/audit/rules/test.missed",
	}
	if flag != want {
		t.Errorf("the flag is %+v, want %+v", flag, want)
	}
	if m.on(Row{Code: "AED"}).Flags[1].Doubt {
		t.Error("a note casts doubt")
	}
}

func TestAFlagLeadsToItsRule(t *testing.T) {
	var b bytes.Buffer
	row := Row{Flags: []Flag{
		{Flag: market.Flag{Word: "pegged to USD", Text: "Held."}},
		{Flag: market.Flag{Word: "misses its peg", Text: "Missed.", Doubt: true}, Href: "/audit/rules/peg.missed"},
	}}
	if err := flags(row).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	for selector, want := range map[string]string{"span.flag": "pegged to USD", "a.flag.doubt[href='/audit/rules/peg.missed'][title='Missed.']": "misses its peg"} {
		if got := doc.Find(selector).Text(); got != want {
			t.Errorf("%s says %q, want %q", selector, got, want)
		}
	}
}

func TestABoardIsProofReadOnceUntilSomethingChanges(t *testing.T) {
	k := shelf[askedBoard, marked]{most: 16, age: time.Hour}
	reads := 0
	read := func() (marked, error) { reads++; return marked{Board: market.Board{Base: "EUR"}}, nil }
	asked := askedBoard{base: "EUR", asOf: "2026-02-02"}
	for _, c := range []struct {
		asked askedBoard
		reads int
	}{{asked, 1}, {asked, 1}, {askedBoard{base: "EUR"}, 2}, {askedBoard{base: "EUR", asOf: "2026-02-02"}, 2}, {askedBoard{base: "EUR", known: "2026-02-02"}, 3}} {
		if _, err := k.get(1, c.asked, read); err != nil || reads != c.reads {
			t.Fatalf("%+v: %d boards were read, want %d: %v", c.asked, reads, c.reads, err)
		}
	}
	if _, err := k.get(2, asked, read); err != nil || reads != 4 {
		t.Errorf("after a change %d boards were read, want 4: %v", reads, err)
	}
	if _, err := k.get(2, askedBoard{base: "USD"}, func() (marked, error) { return marked{}, fault.Busy }); err == nil {
		t.Error("a board that cannot be read is proof-read")
	}
}

func TestABoardIsProofReadAsItIsShown(t *testing.T) {
	at := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	price := func(s market.Symbol, value string, how market.How) market.Price {
		from := []market.Observation{{Value: currency.MustDecimal("1.1830")}}
		return market.Price{Symbol: s, Offer: market.Offer{Value: currency.MustDecimal(value), At: at, How: how, From: from}}
	}
	d := audit.OfBoard(market.Board{
		Base: "EUR", AsOf: market.AsOf{At: at.Add(30 * time.Hour)},
		Prices: []market.Price{price("EUR/USD", "1.1830", market.Said)}, Tied: []market.Price{price("EUR/AED", "4.34456750", market.Crossed)},
	})
	want := []audit.Row{
		{Base: "EUR", Quote: "USD", Value: currency.MustDecimal("1.1830"), At: at}, {Base: "EUR", Quote: "AED", Value: currency.MustDecimal("4.3446"), At: at},
	}
	if d.Date != (currency.Date{Year: 2026, Month: 2, Day: 3}) || !slices.EqualFunc(d.Rows, want, func(a, b audit.Row) bool {
		return a.Base == b.Base && a.Quote == b.Quote && a.Value.String() == b.Value.String() && a.At.Equal(b.At)
	}) {
		t.Errorf("the board of %s has the rows %+v, want %+v", d.Date, d.Rows, want)
	}
}

func TestAFindingFindsItsPlace(t *testing.T) {
	row := func(pair market.Symbol, value string, line int) audit.Row {
		base, quote, _ := pair.Pair()
		return audit.Row{Base: base, Quote: quote, Value: currency.MustDecimal(value), Line: line}
	}
	// All on one line, as in JSON; a ticker that is a currency's code; one thing said twice; two of one line of a story.
	d := audit.Document{
		Rows:  []audit.Row{row("EUR/USD", "1.18", 1), row("EUR/AZN", "2.01", 1), row("EUR/AZN", "2.02", 1), row("EUR/AZN", "2.02", 1), row("GBP/USD", "1.36", 2)},
		Items: []audit.Item{{Ticker: "AZN", Line: 1}, {Market: "XNYS", Ticker: "RIO"}},
		Text:  []audit.Paragraph{{Line: 3}, {Line: 4}, {Line: 4}},
	}
	for _, c := range []struct {
		about string
		audit.Finding
		part
		n int
	}{
		{"a code", audit.Finding{Rule: "peg.missed", Subject: "GBP", Line: 2}, ofRow, 4},
		{"a code without a line", audit.Finding{Rule: "peg.missed", Subject: "GBP"}, ofRow, 4},
		{"a pair", audit.Finding{Rule: "peg.missed", Subject: "EUR/USD", Line: 1}, ofRow, 0},
		{"one of two values", audit.Finding{Rule: "peg.missed", Subject: "AZN", Printed: "2.01", Line: 1}, ofRow, 1},
		{"a value that stands twice", audit.Finding{Rule: "peg.missed", Subject: "AZN", Printed: "2.02", Line: 1}, ofRow, 2},
		{"a code of several rows", audit.Finding{Rule: "peg.missed", Subject: "EUR", Line: 1}, ofNone, 0},
		{"another line", audit.Finding{Rule: "peg.missed", Subject: "GBP", Line: 9}, ofNone, 0},
		{"several rows", audit.Finding{Rule: "snapshot.mixed", Subject: "GBP", Line: 2, Rows: []string{"GBP", "USD"}}, ofNone, 0},
		{"a share", audit.Finding{Rule: "quote.percent", Subject: "AZN", Printed: "1.2", Line: 1}, ofItem, 0},
		{"a share at its market", audit.Finding{Rule: "quote.delisted", Subject: "XNYS:RIO"}, ofItem, 1},
		{"a paragraph", audit.Finding{Rule: "story.rose", Subject: "line 3", Printed: "rose", Line: 3}, ofText, 0},
		{"a paragraph by its subject's line", audit.Finding{Rule: "story.rose", Subject: "USD", Line: 3}, ofText, 0},
		{"two paragraphs", audit.Finding{Rule: "story.rose", Subject: "line 4", Line: 4}, ofNone, 0},
		{"nothing", audit.Finding{Rule: "story.rose"}, ofNone, 0},
	} {
		if of, n := placesOf(d).find(c.Finding); of != c.part || n != c.n {
			t.Errorf("%s: part %d, number %d; want %d, %d", c.about, of, n, c.part, c.n)
		}
	}
}

func TestARulesPageShowsWhatItFindsAndWhatItLetsPass(t *testing.T) {
	p, err := ruleOf(audit.Rule{
		Code: "test.missed", Title: "Misses its peg", Severity: audit.Warning, Source: "the table of pegs",
		Explains: "A rate that is **held** is not met. <script>alert(1)</script>",
		Fails:    audit.Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.1830", "EUR/AED 4.41"}, Known: []string{"EUR/USD 1.1840 European Central Bank"}},
		Passes:   audit.Example{Date: "2026-02", Lines: []string{"GSK 0.9000 52.51 1.71%", "The dirham stood still."}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := ruleBody(p).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	for selector, want := range map[string]string{
		"h1": "Misses its peg", ".head .flag.doubt": "warning", ".head code": "test.missed", ".text strong": "held", ".text script": "",
		".body .source": "Known from: the table of pegs", ".fails tr:nth-child(2) th": "EUR/AED", ".fails tr:nth-child(2) td": "4.41",
		".fails li": "EUR/USD 1.1840 European Central Bank", ".fails .source:last-child": "In a document of 2 February 2026",
		".passes th": "GSK", ".passes td": "0.900052.511.71%", ".passes blockquote": "The dirham stood still.", ".passes .source": "In a document of February 2026",
	} {
		if got := doc.Find(selector).Text(); got != want {
			t.Errorf("%s says %q, want %q", selector, got, want)
		}
	}
}

func TestRulesAreListedByFamily(t *testing.T) {
	families := familiesOf([]audit.Rule{{Code: "currency.retired"}, {Code: "peg.missed"}, {Code: "currency.not-iso"}})
	if len(families) != 2 || families[0].Name != "Currency" || len(families[0].Rules) != 2 || families[1].Rules[0].Href != "/audit/rules/peg.missed" {
		t.Errorf("families %+v", families)
	}
}

func TestSharesAreWrittenInPerCent(t *testing.T) {
	for share, want := range map[string]string{"0.0185": "+1.85%", "-0.000123456": "−0.0123%", "99": "+9900%", "0": "", "": "", "x": "", "0.5": "+50%"} {
		if got := offOf(json.Number(share)); got != want {
			t.Errorf("%q is written %q, want %q", share, got, want)
		}
	}
}
