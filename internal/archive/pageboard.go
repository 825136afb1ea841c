package archive

import (
	"regexp"
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// leastRates is how many rates make a board: fewer code-and-number lines also stand in a story.
const leastRates = 5

// baseLine finds the line that names the base: "EUR -", "EUR", "1 EUR =", "Base: EUR".
var baseLine = regexp.MustCompile(`^(?:(?i:base):? )?(?:1 )?([A-Z]{3})( ?[-–—=:])?$`)

// namesBase returns what baseLine finds in a line: in all of it or, in the head of a table, in one cell alone.
func namesBase(l line) []string {
	if m := baseLine.FindStringSubmatch(l.text); m != nil || !l.header {
		return m
	}
	var found []string
	for cell := range strings.SplitSeq(l.text, "\t") {
		m := baseLine.FindStringSubmatch(cell)
		if m == nil {
			continue
		}
		if _, err := currency.All().Currency(currency.Code(m[1])); err != nil {
			continue // BID, ASK
		}
		if found != nil {
			return nil
		}
		found = m
	}
	return found
}

// row is a line that looks like one of the board, understood or not.
type row struct {
	code    string
	value   currency.Decimal // 0: it has none that is understood
	why     string           // why it is not understood; empty: it is
	short   bool             // it may have been cut short: the value is missing or ends in its point
	strange bool             // its code is none that is known
	never   bool             // its rate is zero or less, which is no rate, but may be a finding
}

// asRow says whether a line looks like a row: a code and something with digits, or a code alone.
func asRow(text string) (row, bool) {
	code, value, ok := cutRow(text)
	if !ok {
		return row{}, false
	}
	r := row{code: code}
	switch v, err := currency.ParseDecimal(strings.ReplaceAll(value, "\u2212", "-")); {
	case value == "":
		r.why, r.short = code+" has no rate", true
	case err != nil:
		r.why = fault.Sentence(err)
	case strings.HasSuffix(value, "."):
		r.why, r.short = "the rate of "+code+" ends in its point", true
	case v.Sign() <= 0:
		r.value, r.why, r.never = v, "a rate must be above zero", true
	default:
		r.value = v
	}
	if _, err := currency.All().Currency(currency.Code(code)); err != nil {
		r.why, r.short, r.strange = fault.Sentence(err), false, true
	}
	return r, true
}

// cutRow parts a row into its code and its number, as text.
func cutRow(text string) (code, value string, ok bool) {
	isCode := func(s string) bool { c, err := currency.ParseCode(s); return err == nil && string(c) == s }
	words := strings.Fields(text)
	switch cells := strings.Split(text, "\t"); {
	case len(words) == 1 && isCode(words[0]):
		return words[0], "", true
	case len(words) == 2 && isCode(words[0]) && strings.ContainsAny(words[1], "0123456789"):
		return words[0], words[1], true
	case len(cells) > 2: // a table with the currency's name beside: one cell must be the code and one the number
		for _, cell := range cells {
			switch {
			case isCode(cell) && code != "", numeric(cell) && value != "":
				return "", "", false
			case isCode(cell):
				code = cell
			case numeric(cell):
				value = cell
			}
		}
		return code, value, code != "" && value != ""
	}
	return "", "", false
}

// readBoard finds the board and takes its rates. It returns the number of lines up to its end.
func (d *document) readBoard(p *Page) (end int, err error) {
	start, base, err := d.findBoard()
	if err != nil {
		return 0, err
	}
	if _, err := currency.All().Currency(base); err != nil {
		return 0, fault.Because(fault.Invalid, "the board at line %d: its base: %w", d.lines[start].number, err)
	}
	p.Base, d.lines[start].used = base, true
	end, second := d.boardEnd(start + 1)
	if second > 0 {
		return 0, fault.Because(fault.Invalid, "a second board begins at line %d (%s): only pages of one board can be read",
			d.lines[second].number, d.lines[second].plain())
	}
	said := map[currency.Code]PageRate{}
	for i := start + 1; i < end; i++ {
		l := &d.lines[i]
		l.used = true
		switch r, looks := asRow(l.text); {
		case !looks && l.header: // the headings of columns
		case !looks:
			p.notUnderstood(l.number, l.plain(), "it stands in the board and is no row of it")
		case r.why != "":
			if r.short && end == len(d.lines) && i == end-1 && !d.complete {
				return 0, cutOff("inside the board, at line %d: %s", l.number, r.why)
			}
			p.notUnderstood(l.number, l.plain(), r.why)
		default:
			if err := p.addRate(PageRate{Code: currency.Code(r.code), Value: r.value, Line: l.number}, said); err != nil {
				return 0, err
			}
		}
	}
	if last := d.lines[end-1]; end == len(d.lines) && !d.complete {
		return 0, cutOff("with its board, at line %d (%s), before any ticker or story", last.number, last.plain())
	}
	return end, nil
}

// addRate takes a rate, or says why it cannot be.
func (p *Page) addRate(r PageRate, said map[currency.Code]PageRate) error {
	if r.Code == p.Base {
		if r.Value.Equal(currency.DecimalFromInt(1)) {
			p.note("Line %d says that one %s is one %s.", r.Line, r.Code, r.Code)
		} else {
			p.notUnderstood(r.Line, string(r.Code)+" "+r.Value.String(), "the base against itself is always 1")
		}
		return nil
	}
	before, twice := said[r.Code]
	switch {
	case twice && before.Value.String() == r.Value.String():
		p.note("%s stands twice with the same value, at lines %d and %d.", r.Code, before.Line, r.Line)
		return nil
	case twice:
		return fault.Because(fault.Invalid, "%s stands twice: %s at line %d and %s at line %d; a board says one thing of a currency",
			r.Code, before.Value, before.Line, r.Value, r.Line)
	}
	said[r.Code] = r
	p.Rates = append(p.Rates, r)
	return nil
}

// findBoard returns the line that names the base. The error says what is missing.
func (d *document) findBoard() (start int, base currency.Code, err error) {
	const within = 20 // lines, so that looking is quick however long the page
	rates, first, at, afterRow := 0, 0, 0, false
	for i, l := range d.lines {
		// Behind a row, a code alone or with a dash is a row without its value, whatever follows.
		if m := namesBase(l); m != nil && !afterRow && i+1 < len(d.lines) {
			next := d.lines[i+1]
			r, isRow := asRow(next.text)
			follows := isRow && r.why == "" || m[2] != "" && !baseLine.MatchString(next.text) || next.header
			if follows && d.rates(i+1, i+1+within) >= leastRates {
				return i, currency.Code(m[1]), nil
			}
		}
		r, isRow := asRow(l.text)
		if afterRow = isRow && r.why == ""; afterRow {
			if rates++; rates == 1 {
				first = l.number
			}
			at = l.number
		}
	}
	switch {
	case rates >= leastRates:
		return 0, "", fault.Because(fault.Invalid, "the board at lines %d to %d does not say what its base is: "+
			"a line such as %q must stand above the rates", first, at, "EUR -")
	case rates > 0:
		return 0, "", fault.Because(fault.Invalid, "the page has no board: there are only %d lines of a code and a rate "+
			"(from line %d on), and a board has at least %d, under a line such as %q", rates, first, leastRates, "EUR -")
	case d.isHTML && d.headline() != "":
		return 0, "", fault.Because(fault.Invalid, "the HTML page has a headline (%q) but no board: "+
			"nowhere do rates such as %q stand under a base such as %q", cut(d.headline()), "USD 1.1861", "EUR -")
	}
	return 0, "", fault.Because(fault.Invalid, "the page has no board: nowhere do rates such as %q stand under a base such as %q",
		"USD 1.1861", "EUR -")
}

// rates counts the understood rows among the lines from and before to.
func (d *document) rates(from, to int) int {
	n := 0
	for _, l := range d.lines[min(from, len(d.lines)):min(to, len(d.lines))] {
		if r, isRow := asRow(l.text); isRow && r.why == "" {
			n++
		}
	}
	return n
}

// boardEnd returns the end of the board that starts at a line: behind the last row, where up to three lines in a row
// may be something else. Where another board begins within, it returns the line that names its base as second.
func (d *document) boardEnd(start int) (end, second int) {
	const gap = 3
	end = start
	seen := map[string]bool{}
	if start > 0 {
		if m := namesBase(d.lines[start-1]); m != nil {
			seen[m[1]] = true // the base itself is priced in the next board only
		}
	}
	other := 0 // a line that may name another base: it does if codes begin anew below it
	for i := start; i < len(d.lines) && i < end+gap+1; i++ {
		l := d.lines[i]
		r, isRow := asRow(l.text)
		switch {
		case isRow && r.why == "":
			if other > 0 && seen[r.code] {
				return end, other
			}
			seen[r.code], other, end = true, 0, i+1
		case baseLine.MatchString(l.text):
			other = i
		}
		// A row that is not understood belongs to the board if it holds a known code, or stands close by; a headline
		// of two words may look like one.
		if isRow && (!r.strange || !l.spaced || d.isHTML) {
			end = i + 1
		}
	}
	return end, 0
}

// cut shortens a text that is quoted in a sentence.
func cut(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
