// Package audit is the proof-reader of numbers: it reads a table of rates, a list of quotes or a story and says which
// numbers cannot be right, with the evidence for it.
//
// It works from facts (which codes are money, which rates a law fixes, on which scale a code stands, what trades where)
// that come with the program, each with its source, and from nothing else unless it is given what a ledger knew of the
// day. It reads no files and fetches nothing: who has a page, a file or a board makes a [Document] of it.
//
// Start at [Check]. Every rule is a [Rule] in the list [Rules], one file per family. Tolerances come from the digits
// that were printed (a printed number stands for all that round to it) and from the exactness of the fact that it is
// held against; both stand in the evidence. All functions are pure and safe for concurrent use.
package audit

import (
	"cmp"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// Document is what is proof-read: a board, a ticker, a text, or all three of one page.
type Document struct {
	Name  string        // a file, an address, a headline; for reports
	Date  currency.Date // the day of which it speaks; zero: not known, see [Infer]
	Dated string        // how the day is known: "given", "found at line 3", or a sentence that says how sure it is
	Rows  []Row         // one of zero or less too: the rule about it, scale.sign, alone looks at it
	Items []Item
	Text  []Paragraph
	Left  []Left // what was not understood
}

// Subjects counts what is proof-read: rows, items of the ticker and paragraphs.
func (d Document) Subjects() int { return len(d.Rows) + len(d.Items) + len(d.Text) }

// Row is a rate as it was printed: units of Quote for one Base.
type Row struct {
	Base, Quote currency.Code
	Value       currency.Decimal
	At          time.Time // the moment of the row, where it has one of its own; zero: the document's day
	Source      string    // who says it, where a table gathers from several
	Line        int       // where it stands; 0: not known
}

// Item is an item of a ticker as it was printed. What is not printed is nil.
type Item struct {
	Market                          market.MIC // empty: not named
	Ticker                          string
	Last, Previous, Change, Percent *currency.Decimal
	At                              time.Time // the day of the item, where it has one of its own; zero: the document's
	Line                            int
}

// Paragraph is a piece of a story.
type Paragraph struct {
	Text string
	Line int
}

// Left is something that was not understood, and why.
type Left struct {
	Line int    `json:"line"`
	Text string `json:"text"`
	Why  string `json:"why"`
}

// Facts are what every document is held against.
type Facts struct {
	Currencies *currency.Table
	Listings   *market.Listings
	Known      *Known // what a ledger knew of the document's day; nil: facts alone
}

// Embedded are the facts that come with the program.
func Embedded() Facts {
	return Facts{Currencies: currency.All(), Listings: market.KnownListings()}
}

// Check proof-reads a document. Findings come the worst first, then by rule, in the order of the document.
// The document must have a date: see [Infer] for one that has none.
func Check(d Document, facts Facts) Report {
	c := &check{facts: facts, document: d, at: d.Date.First()}
	c.document.Rows, c.never = rates(d.Rows)
	c.table = newTable(c.document.Rows, facts.Currencies, c.at)
	for _, r := range Rules() {
		c.rule = r
		r.check(c)
	}
	order := map[string]int{}
	for i, r := range Rules() {
		order[r.Code] = i
	}
	slices.SortStableFunc(c.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(order[a.Rule], order[b.Rule]))
	})
	return Report{Name: d.Name, Date: d.Date, Dated: d.Dated, Subjects: d.Subjects(), Findings: c.findings, Left: d.Left, Ledger: facts.Known != nil}
}

// rates parts rows that can be rates from those that cannot, which are zero or less.
func rates(rows []Row) (can, never []Row) {
	for _, r := range rows {
		if r.Value.Sign() > 0 {
			can = append(can, r)
		} else {
			never = append(never, r)
		}
	}
	return can, never
}

// check is one proof-reading under way.
type check struct {
	facts    Facts
	document Document
	never    []Row     // rows of the document that are no rates
	at       time.Time // the first instant of the document's day
	table    *table
	leveled  []leveled // by row; see levels
	rule     Rule      // whose turn it is
	findings []Finding
}

// add records a finding of the rule whose turn it is.
func (c *check) add(f Finding) {
	f.Rule = c.rule.Code
	if f.Severity == 0 {
		f.Severity = c.rule.Severity
	}
	if f.Evidence == nil {
		f.Evidence = []Evidence{} // a list for programs too
	}
	c.findings = append(c.findings, f)
}

// Report is what proof-reading found.
type Report struct {
	Name     string
	Date     currency.Date
	Dated    string
	Subjects int
	Findings []Finding
	Ignored  []Ignored // findings that a baseline answers for
	Left     []Left
	Ledger   bool // whether it was held against a ledger too
}

// Count is how many findings are at least so severe.
func (r Report) Count(least Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity >= least {
			n++
		}
	}
	return n
}
