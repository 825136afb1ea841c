package news

import (
	"strings"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Figure is a number in a story that is bound to the ledger, or a table or a chart of such. It is written in double braces
// and reads as prose does:
//
//	{{EUR/BGN @2026-01-20}}                          what one euro was worth in leva
//	{{EUR/BGN @2026-01-20 to 4}}                     the same, to four decimal places
//	{{EUR/BGN @2026-02-02 from page-2026-02-02}}     what one source said
//	{{EUR/USD change since 2026-01-02 @2026-02-02}}  what it moved by between two days
//	{{EUR/USD % since 2026-01-02}}                   the same in per cent, with its sign
//	{{100 USD in EUR @2026-02-02}}                   an amount, to the smallest coin
//	{{XNYS:RIO @2026-02-02}}                         a share's last price
//	{{XNYS:RIO percent @2026-02-02 to 2}}            its change in per cent, on the previous close
//	{{table EUR/USD EUR/GBP @2026-02-02}}            a table, in a paragraph of its own
//	{{chart EUR/USD since 2025-02-02 mark 2025-06-13 "words"}}
//
// The symbol tells a rate from a quote. Without a day the figure is the newest at publication. docs/figures.md describes
// all of it, and is to be kept true.
type Figure struct {
	Expression string // as written, without the braces
	Form       Form
	Symbol     market.Symbol
	Rows       []market.Symbol // of a table, of which Symbol is the first
	Field      market.Field    // Rate or Amount for a pair; Last or PreviousClose for a listing; Change or Percent for either
	Sign       bool            // a percentage is printed with its sign
	Amount     currency.Decimal
	Since      string // the first day of a change or a chart, as written; empty: a change is on the previous close
	On         string // the day, as written; empty: the newest
	From       market.SourceID
	Places     int // decimal places to print; -1: as the source wrote it
	Marks      []Mark
}

// Form says what a figure is printed as.
type Form string

// The forms.
const (
	Number Form = ""      // a number in a sentence
	Table  Form = "table" // of symbols, each with its value
	Chart  Form = "chart" // of a pair, from one day to another
)

// Amount is the field of the pin of an amount that was converted: units of the quote currency for Figure.Amount of the base.
const Amount market.Field = "amount"

// Mark is a day of a chart with what happened on it.
type Mark struct{ On, Words string }

// Block reports whether the figure stands in a paragraph of its own.
func (f Figure) Block() bool { return f.Form != Number }

// maxFigure is the most characters between the braces of a figure. A chart has its marks' words there.
const maxFigure = 600

// next finds the first figure of a text from a byte on: where it begins and where it ends, the braces included. Braces within a
// figure are not allowed, nor are line breaks.
func next(text string, from int) (start, end int, ok bool) {
	for {
		open := strings.Index(text[from:], "{{")
		if open < 0 {
			return 0, 0, false
		}
		start = from + open
		inner := text[start+len("{{"):]
		if n := strings.IndexAny(inner, "{}\n"); n >= 0 && strings.HasPrefix(inner[n:], "}}") && utf8.RuneCountInString(inner[:n]) <= maxFigure {
			return start, start + n + len("{{}}"), true
		}
		from = start + 1
	}
}

// addressed finds what stands as a figure does within the address of a link, where none could be printed.
func addressed(text string) (all []int) {
	within := false
	for i := range len(text) {
		switch rest := text[i:]; text[i] {
		case '\n', ')', '>':
			within = false
		case ']':
			within = within || strings.HasPrefix(rest, "](") || strings.HasPrefix(rest, "]:")
		case '<':
			within = within || strings.HasPrefix(rest, "<http:") || strings.HasPrefix(rest, "<https:")
		case '{':
			if within && strings.HasPrefix(rest, "{{") {
				all = append(all, i)
			}
		}
	}
	return all
}

// found is a figure where it stands in a text, or why none can be read there.
type found struct {
	Figure
	start, end int // bytes, the braces included
	err        error
}

// find finds the figures of a text, in order, and whatever was meant to be one.
func find(body string) []found {
	var all []found
	for from := 0; ; {
		start, end, ok := next(body, from)
		if !ok {
			return all
		}
		f := found{start: start, end: end}
		if f.Figure, f.err = ParseFigure(body[start+len("{{") : end-len("}}")]); f.err == nil && f.Block() && !alone(body, start, end) {
			f.err = fault.Because(fault.Invalid, "line %d: a %s stands in a paragraph of its own: leave a blank line before it and behind it",
				lineOf(body, start), f.Form)
		}
		all, from = append(all, f), end
	}
}

// alone says whether nothing else stands in the paragraph of a part of a text.
func alone(body string, start, end int) bool {
	before, after := body[:start], body[end:]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	rest, below, _ := strings.Cut(after, "\n")
	next, _, _ := strings.Cut(below, "\n")
	above := before[:max(0, strings.LastIndexByte(before, '\n'))]
	above = above[strings.LastIndexByte(above, '\n')+1:]
	return line == "" && strings.TrimSpace(rest+next+above) == ""
}

// Figures finds the figures of a text, in order. The error is fault.Invalid and quotes the first that is not
// well formed, is not closed, or stands where no figure can be printed.
func Figures(body string) ([]Figure, error) {
	if !strings.Contains(body, "{{") {
		return nil, nil
	}
	if at := addressed(body); len(at) > 0 {
		return nil, fault.Because(fault.Invalid, "line %d: a figure cannot stand in the address of a link", lineOf(body, at[0]))
	}
	if at, err := unclosed(body); err != nil {
		return nil, fault.Because(fault.Invalid, "line %d: %w", lineOf(body, at), err)
	}
	var figures []Figure
	for _, f := range find(body) {
		if f.err != nil {
			return nil, f.err
		}
		figures = append(figures, f.Figure)
	}
	return figures, nil
}

// unclosed finds the first figure that is not closed, and where it begins.
func unclosed(body string) (at int, err error) {
	for from, ok := 0, true; ok; {
		var start, end int
		if start, end, ok = next(body, from); !ok {
			start = len(body)
		}
		if n := strings.Index(body[from:start], "{{"); n >= 0 {
			at = from + n
			text, _, _ := strings.Cut(body[at:], "\n")
			return at, fault.Because(fault.Invalid, "the figure %.40q is not closed: it ends in }} on its line, after at most %d characters", text, maxFigure)
		}
		from = end
	}
	return 0, nil
}

// lineOf is the number of the line on which a byte of a text stands.
func lineOf(text string, at int) int { return 1 + strings.Count(text[:at], "\n") }

// ReplaceFigures returns the text with its n-th figure (from 0) replaced by what put returns for n.
func ReplaceFigures(body string, put func(n int) string) string {
	if !strings.Contains(body, "{{") {
		return body
	}
	var b strings.Builder
	for n, from := 0, 0; ; n++ {
		start, end, ok := next(body, from)
		if !ok {
			b.WriteString(body[from:])
			return b.String()
		}
		b.WriteString(body[from:start])
		b.WriteString(put(n))
		from = end
	}
}
