package site

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/render"
	"github.com/courant-news/courant/internal/web"
)

// How much of a document is shown: all of it is proof-read, but a page of a hundred thousand rows helps nobody.
const (
	mostProofs  = 1000 // rows with findings, and as many without
	mostNames   = 40   // subjects of one finding
	mostLetters = 600  // of a paragraph
)

// Proof is a document with what proof-reading found in it, ready to print.
type Proof struct {
	Headline  string  // "2 errors and 1 note"
	Read      string  // what was read, and of which day
	Dated     string  // how the day is known
	Held      string  // what it was held against
	Whole     []Found // about several rows, or about none that stands here
	WholeMore string
	Value     string // what the rows' values are: "What one EUR buys, as printed"
	Rows      Proofs
	Items     Proofs
	Text      Proofs
	Left      []audit.Left
	LeftMore  string
	Accepted  []Accepted
}

// Proofs are the rows of a table, the items of a ticker or the paragraphs of a story. Those with findings come first.
type Proofs struct {
	Marked, Clean []*Proved // each in the order of the document
	Headings      [2]string // over the two: "2 rows with findings", "4 rows without"
	More          string    // what is not shown; empty: all is
}

// Proved is one of them with its findings.
type Proved struct {
	Code, Name      string
	Printed         string
	Change, Percent string // of an item
	Expected, Off   string
	Day             Time // where it has one of its own
	Line            string
	Found           []Found
}

// Found is a finding.
type Found struct {
	Severity, Word string
	Doubt          bool
	Rule, Href     string // its code, and its address where there is one
	Subject        string // empty where it stands with what it is about
	Message        string
	Numbers        string // "Printed 1.9650, expected 1.9558, off by +0.47% where 0.05% may be, line 3."
	Evidence       []audit.Evidence
}

// Accepted is a finding that a baseline answers for.
type Accepted struct {
	Found
	Reason string
}

// proofOf puts the findings of a report into the document that it is of. Rules are linked below an address, or nowhere.
func proofOf(r audit.Report, d audit.Document, rules string) Proof {
	facts := audit.Embedded()
	p := Proof{Headline: countsOf(r), Read: readOf(r, d), Dated: r.Dated, Held: "Held against the facts that come with the program, and against nobody’s rates of the day."}
	if r.Ledger {
		p.Held = "Held against the facts that come with the program, and what the ledger knew of the day."
	}
	places, word := placesOf(d), words()
	rows, items, text := make([]Proved, len(d.Rows)), make([]Proved, len(d.Items)), make([]Proved, len(d.Text))
	for _, f := range r.Findings {
		found := foundOf(f, word(f.Rule), rules)
		var at *Proved
		switch kind, n := places.find(f); kind {
		case ofRow:
			at = &rows[n]
		case ofItem:
			at = &items[n]
		case ofText:
			at = &text[n]
		default:
			if found.Subject = f.Subject; len(f.Rows) > 0 {
				found.Subject = "" // the sentence names them
			}
			p.Whole = append(p.Whole, found)
			continue
		}
		at.Found = append(at.Found, found)
		if at.Expected == "" {
			at.Expected, at.Off = minus(f.Expected), offOf(f.Deviation)
		}
	}
	var name func(audit.Row) (string, string)
	p.Value, name = columnOf(d.Rows, facts.Currencies)
	for n, row := range d.Rows {
		rows[n].Code, rows[n].Name = name(row)
		rows[n].Printed, rows[n].Day, rows[n].Line = render.Number(row.Value), timeOf(row.At), lineOf(row.Line)
	}
	for n, item := range d.Items {
		items[n].fill(item, d, facts.Listings)
	}
	for n, paragraph := range d.Text {
		text[n].Printed, text[n].Line = shortened(paragraph.Text, mostLetters), lineOf(paragraph.Line)
	}
	p.Rows, p.Items, p.Text = proofsOf(rows, "row", "rows"), proofsOf(items, "item of the ticker", "items of the ticker"), proofsOf(text, "paragraph", "paragraphs")
	if len(p.Whole) > mostProofs {
		p.WholeMore = numbered(len(p.Whole)-mostProofs, "more finding", "more findings") + " of this kind."
		p.Whole = p.Whole[:mostProofs]
	}
	p.Left = d.Left
	if len(p.Left) > mostProofs {
		p.LeftMore = numbered(len(p.Left)-mostProofs, "more line", "more lines") + " of this kind."
		p.Left = p.Left[:mostProofs]
	}
	for _, i := range r.Ignored[:min(mostProofs, len(r.Ignored))] {
		found := foundOf(i.Finding, word(i.Rule), rules)
		found.Subject = i.Subject
		p.Accepted = append(p.Accepted, Accepted{Found: found, Reason: i.Reason})
	}
	return p
}

// fill takes what is printed of an item, and the name of what trades under its ticker.
func (p *Proved) fill(item audit.Item, d audit.Document, listings *market.Listings) {
	at := item.At
	if at.IsZero() {
		at = d.Date.First()
	}
	symbol := listings.Bearing(item.Ticker, at)
	if item.Market != "" {
		symbol = market.Listing(item.Market, item.Ticker)
	}
	if known, err := listings.Instrument(symbol); err == nil {
		p.Name = known.Name
	}
	p.Code, p.Day, p.Line = item.Ticker, timeOf(item.At), lineOf(item.Line)
	if item.Last != nil {
		p.Printed = render.Number(*item.Last)
	}
	if item.Change != nil {
		p.Change = render.Signed(*item.Change)
	}
	if item.Percent != nil {
		p.Percent = render.Signed(*item.Percent) + "%"
	}
}

// proofsOf parts what has findings from what has none.
func proofsOf(list []Proved, one, many string) (p Proofs) {
	for i := range list {
		if len(list[i].Found) > 0 {
			p.Marked = append(p.Marked, &list[i])
		} else {
			p.Clean = append(p.Clean, &list[i])
		}
	}
	p.Headings = [2]string{
		numbered(len(p.Marked), one, many) + " with findings", numbered(len(p.Clean), one, many) + " without findings",
	}
	if len(p.Marked) > mostProofs || len(p.Clean) > mostProofs {
		p.More = fmt.Sprintf("Only the first %d of each are shown; all of them were proof-read.", mostProofs)
		p.Marked, p.Clean = p.Marked[:min(mostProofs, len(p.Marked))], p.Clean[:min(mostProofs, len(p.Clean))]
	}
	return p
}

func foundOf(f audit.Finding, word, rules string) Found {
	found := Found{
		Severity: f.Severity.String(), Word: word, Doubt: f.Severity > audit.Note, Rule: f.Rule,
		Message: f.Message, Evidence: f.Evidence,
	}
	if rules != "" {
		found.Href = rules + "/" + f.Rule
	}
	found.Numbers = numbersIn(f)
	return found
}

// numbersIn are a finding's numbers in one sentence.
func numbersIn(f audit.Finding) string {
	var parts []string
	if f.Printed != "" {
		parts = append(parts, "printed "+minus(f.Printed))
	}
	if f.Expected != "" {
		parts = append(parts, "expected "+minus(f.Expected))
		if off := offOf(f.Deviation); off != "" {
			text := "off by " + off
			if may := offOf(f.Tolerance); may != "" {
				text += " where " + strings.TrimPrefix(may, "+") + " may be"
			}
			parts = append(parts, text)
		}
	}
	if f.Line != 0 {
		parts = append(parts, "line "+lineOf(f.Line))
	}
	if len(parts) == 0 {
		return ""
	}
	return capitalised(joined(parts) + ".")
}

// capitalised begins a sentence with a capital letter.
func capitalised(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return strings.ToUpper(text[:size]) + text[size:]
}

// minus puts the minus of typography before a printed number.
func minus(number string) string { return strings.Replace(number, "-", render.Minus, 1) }

// sourced says from where a fact is known, and since or of when.
func sourced(e audit.Evidence) string {
	if e.At == "" {
		return e.Source
	}
	return e.Source + ", " + e.At
}

// offOf writes a share in per cent, to three digits; nothing for none.
func offOf(share json.Number) string {
	d, err := currency.ParseDecimal(share.String())
	if err != nil || d.IsZero() {
		return ""
	}
	return render.Signed(d.Mul(currency.DecimalFromInt(100)).RoundDigits(3).Trim()) + "%"
}

// countsOf is a report's findings by severity: "2 errors and 1 note".
func countsOf(r audit.Report) string {
	warnings, errors := r.Count(audit.Warning), r.Count(audit.Error)
	var parts []string
	for _, part := range []struct {
		n         int
		one, many string
	}{{errors, "error", "errors"}, {warnings - errors, "warning", "warnings"}, {len(r.Findings) - warnings, "note", "notes"}} {
		if part.n > 0 {
			parts = append(parts, numbered(part.n, part.one, part.many))
		}
	}
	if len(parts) == 0 {
		return "No findings"
	}
	return listed(parts)
}

// readOf says what was read: "The pasted text: 6 rows and 1 paragraph of 10 February 2026."
func readOf(r audit.Report, d audit.Document) string {
	var parts []string
	for _, part := range []struct {
		n         int
		one, many string
	}{{len(d.Rows), "row", "rows"}, {len(d.Items), "item of a ticker", "items of a ticker"}, {len(d.Text), "paragraph", "paragraphs"}} {
		if part.n > 0 {
			parts = append(parts, numbered(part.n, part.one, part.many))
		}
	}
	text := listed(parts)
	if r.Name != "" {
		text = shortened(r.Name, 100) + ": " + text
	}
	if !r.Date.IsZero() {
		text += " of " + dateOf(r.Date)
	}
	return text + "."
}

// columnOf says what the values of a table are, and how its rows are called: by one currency where the other is the same
// in all of them, else by both.
func columnOf(rows []audit.Row, table *currency.Table) (heading string, name func(audit.Row) (string, string)) {
	named := func(c currency.Code) (string, string) { return string(c), table.Name(c, "en") }
	differ := func(of func(audit.Row) currency.Code) bool {
		return slices.ContainsFunc(rows, func(r audit.Row) bool { return of(r) != of(rows[0]) })
	}
	switch {
	case !differ(func(r audit.Row) currency.Code { return r.Base }):
		if len(rows) > 0 {
			heading = "What one " + string(rows[0].Base) + " buys, as printed"
		}
		return heading, func(r audit.Row) (string, string) { return named(r.Quote) }
	case !differ(func(r audit.Row) currency.Code { return r.Quote }):
		return "What one unit costs in " + string(rows[0].Quote) + ", as printed", func(r audit.Row) (string, string) { return named(r.Base) }
	}
	return "What one of the first currency buys of the second, as printed", func(r audit.Row) (string, string) {
		return string(market.Pair(r.Base, r.Quote)), table.Name(r.Quote, "en") + " for one " + table.Name(r.Base, "en")
	}
}

// part is a part of a document.
type part int

const (
	ofNone part = iota
	ofRow
	ofItem
	ofText
)

// place is a line with what is printed there, as a finding names it. What it does not name is empty.
type place struct {
	part
	line             int
	subject, printed string
}

// places finds what a finding is about; -1 stands for a place that fits several.
type places map[place]int

func placesOf(d audit.Document) places {
	p := places{}
	for n, r := range d.Rows {
		value := r.Value.String()
		for _, subject := range []string{string(market.Pair(r.Base, r.Quote)), string(r.Quote), string(r.Base)} {
			p.add(ofRow, n, r.Line, subject, value)
		}
	}
	for n, i := range d.Items {
		p.add(ofItem, n, i.Line, i.Ticker, "")
		p.add(ofItem, n, i.Line, string(market.Listing(i.Market, i.Ticker)), "")
	}
	for n, t := range d.Text {
		p.add(ofText, n, t.Line, "line "+strconv.Itoa(t.Line), "")
	}
	return p
}

func (p places) add(of part, n, line int, subject, printed string) {
	for _, key := range []place{{of, line, subject, printed}, {of, line, subject, ""}, {of, 0, subject, printed}, {of, 0, subject, ""}} {
		if before, taken := p[key]; taken && before != n {
			n := -1
			if key.printed != "" {
				n = before // the same thing twice: it is as wrong in the first place
			}
			p[key] = n
		} else {
			p[key] = n
		}
	}
}

// find returns the part of the document, and the number in it, that a finding is about; ofNone where it is about several
// or cannot be told.
func (p places) find(f audit.Finding) (part, int) {
	if len(f.Rows) > 1 {
		return ofNone, 0
	}
	order := []part{ofRow, ofItem, ofText}
	switch {
	case strings.HasPrefix(f.Rule, "quote."): // a ticker may be a currency's code too
		order = []part{ofItem}
	case strings.HasPrefix(f.Rule, "story."):
		order = []part{ofText}
	}
	for _, printed := range []string{f.Printed, ""} {
		for _, of := range order {
			if n, ok := p[place{of, f.Line, f.Subject, printed}]; ok && n >= 0 {
				return of, n
			}
		}
	}
	if n, ok := p[place{ofText, f.Line, "line " + strconv.Itoa(f.Line), ""}]; ok && n >= 0 && slices.Contains(order, ofText) {
		return ofText, n
	}
	return ofNone, 0
}

// lineOf is a line's number; empty where it is not known.
func lineOf(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// numbered counts something: "1 row", "2 rows".
func numbered(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// listed joins parts of a sentence: "a, b and c".
func listed(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// shortened cuts a text to so many letters.
func shortened(text string, most int) string {
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return text
}

//go:embed assets/courant.css
var sheet string

// AuditHTML writes a report and the document that it is of as one HTML file that needs nothing beside it: no script, no
// font, no picture, and nobody else. The error is the writer's.
func AuditHTML(w io.Writer, r audit.Report, d audit.Document) error {
	body, err := web.Render(context.Background(), proofFile(proofOf(r, d, ""), ownSheet()))
	if err != nil {
		return fmt.Errorf("draw the report: %w", err)
	}
	_, err = w.Write(body)
	return err
}

// ownSheet is the paper's style sheet without the fonts that would have to be fetched: those of the system take their
// place, to the same measure.
func ownSheet() string {
	var b strings.Builder
	for line := range strings.Lines(sheet) {
		if !strings.Contains(line, "url(") {
			b.WriteString(line)
		}
	}
	return b.String()
}
