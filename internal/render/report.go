package render

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
)

// ReportOptions say how a report is set.
type ReportOptions struct {
	Width    int      // columns of the terminal; 0: 100
	Colour   bool     // with the colours of a terminal
	Evidence bool     // with what each finding rests on
	Unused   []string // entries of a baseline that answer for nothing
}

const (
	defaultWidth = 100
	leastWidth   = 40
	manyFindings = 12 // of one rule, beyond which each is set on one line
)

// Report writes what the proof-reader found as text for people: what was read, the findings by severity and rule, the worst
// first, what was not understood, what a baseline answers for, and last the counts. Of more than twelve findings of one
// rule each has one line, on which its sentence may be cut; with the evidence nothing is. What was read never reaches the
// terminal as a command to it.
func Report(w io.Writer, r audit.Report, o ReportOptions) error {
	return report(w, r, o, audit.Rules())
}

func report(w io.Writer, r audit.Report, o ReportOptions, rules []audit.Rule) error {
	if o.Width == 0 {
		o.Width = defaultWidth
	}
	s := &sheet{ReportOptions: o, titles: map[string]string{}}
	s.Width = max(s.Width, leastWidth)
	for _, rule := range rules {
		s.titles[rule.Code] = rule.Title
	}
	s.head(r)
	for rest := r.Findings; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Rule == rest[0].Rule && rest[n].Severity == rest[0].Severity {
			n++
		}
		s.group(rest[:n])
		rest = rest[n:]
	}
	s.left(r.Left)
	s.ignored(r.Ignored)
	s.put("", "")
	s.put("", s.counts(r))
	_, err := io.WriteString(w, s.b.String())
	return err
}

// sheet is a report being set.
type sheet struct {
	ReportOptions
	titles map[string]string
	b      strings.Builder
}

// Styles of a terminal, as SGR parameters.
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	yellow = "1;33"
	cyan   = "1;36"
)

var colours = map[audit.Severity]string{audit.Error: red, audit.Warning: yellow, audit.Note: cyan}

func (s *sheet) in(style, text string) string {
	if !s.Colour || style == "" || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// put writes one line.
func (s *sheet) put(indent, line string) { s.b.WriteString(indent + line + "\n") }

// wrap writes a text in as many lines as it needs.
func (s *sheet) wrap(indent, style, text string) {
	for _, line := range lines(plain(text), s.Width-width(indent)) {
		s.put(indent, s.in(style, line))
	}
}

// head says what was read.
func (s *sheet) head(r audit.Report) {
	text := "A document"
	if r.Name != "" {
		text = r.Name
	}
	if !r.Date.IsZero() {
		text += ", " + written(r.Date)
	}
	if r.Dated != "" {
		text += " (" + r.Dated + ")"
	}
	against := "held against facts alone"
	if r.Ledger {
		against = "held against facts and the ledger"
	}
	s.wrap("", bold, text+": "+count(r.Subjects, "subject")+", "+against)
}

// written is a date as readers write it, to the precision that is known.
func written(d currency.Date) string {
	if d.Day == 0 {
		return d.String()
	}
	return d.First().Format("2 January 2006")
}

// group sets the findings of one rule and severity.
func (s *sheet) group(findings []audit.Finding) {
	first := findings[0]
	heading := first.Severity.String() + " " + first.Rule
	if title := s.titles[first.Rule]; title != "" {
		heading += ": " + title
	}
	s.put("", "")
	for i, line := range lines(plain(fmt.Sprintf("%s (%d)", heading, len(findings))), s.Width) {
		if word, rest, _ := strings.Cut(line, " "); i == 0 {
			s.put("", s.in(colours[first.Severity], word)+" "+s.in(bold, rest))
		} else {
			s.put("", s.in(bold, line))
		}
	}
	rows := aligned(findings)
	short := len(findings) > manyFindings && !s.Evidence
	cut := false
	for i, f := range findings {
		if !short {
			s.put("  ", strings.TrimRight(rows[i], " "))
			s.wrap("    ", dim, f.Message)
			s.evidence(f)
			continue
		}
		message := plain(f.Message)
		if room := s.Width - width(rows[i]) - 4; width(message) > room {
			cut, message = true, cutTo(message, room)
		}
		s.put("  ", strings.TrimRight(rows[i]+"  "+s.in(dim, message), " "))
	}
	if cut {
		s.put("  ", s.in(dim, "… sentences are cut here; --evidence shows them whole"))
	}
}

// evidence sets what a finding rests on.
func (s *sheet) evidence(f audit.Finding) {
	if !s.Evidence {
		return
	}
	if len(f.Rows) > 0 {
		s.wrap("      ", dim, "about "+strings.Join(f.Rows, ", "))
	}
	for _, e := range f.Evidence {
		from := e.Source
		if e.At != "" {
			from += ", " + e.At
		}
		for i, line := range lines(plain(e.Fact+" ("+from+")"), s.Width-8) {
			bullet := map[bool]string{true: "· ", false: "  "}[i == 0]
			s.put("      "+bullet, s.in(dim, line))
		}
	}
}

// aligned sets what was printed and what should have been in columns, a line for each finding.
func aligned(findings []audit.Finding) []string {
	cells := make([][]string, len(findings))
	var widest [5]int
	for i, f := range findings {
		cells[i] = []string{plain(f.Subject), plain(f.Printed), "", deviation(f.Deviation), ""}
		if f.Expected != "" {
			cells[i][2] = "should be " + plain(f.Expected)
		}
		if at := fmt.Sprintf("line %d", f.Line); f.Line > 0 && f.Subject != at {
			cells[i][4] = at
		}
		for c, cell := range cells[i] {
			widest[c] = max(widest[c], width(cell))
		}
	}
	rows := make([]string, len(findings))
	for i := range rows {
		var row []string
		for c, cell := range cells[i] {
			if widest[c] > 0 {
				row = append(row, cell+strings.Repeat(" ", widest[c]-width(cell)))
			}
		}
		rows[i] = strings.Join(row, "  ")
	}
	return rows
}

// deviation writes a share as a percentage to three digits or, where something is ten times as large as it should be, or
// more, as that factor; 0 is not written.
func deviation(share json.Number) string {
	d, err := currency.ParseDecimal(share.String())
	if err != nil || d.IsZero() {
		return ""
	}
	if d.Cmp(currency.DecimalFromInt(9)) >= 0 {
		return "×" + Number(d.Add(currency.DecimalFromInt(1)).RoundDigits(3).Trim())
	}
	return Signed(d.Mul(currency.DecimalFromInt(100)).RoundDigits(3).Trim()) + "%"
}

// left sets what was not understood.
func (s *sheet) left(all []audit.Left) {
	if len(all) == 0 {
		return
	}
	s.put("", "")
	s.put("", s.in(bold, fmt.Sprintf("Not understood (%d)", len(all))))
	for _, l := range all {
		where := ""
		if l.Line > 0 {
			where = fmt.Sprintf("line %d: ", l.Line)
		}
		s.wrap("  ", "", where+cutTo(plain(l.Text), defaultWidth)+" ("+l.Why+")")
	}
}

// ignored sets what a baseline answers for, and what it answers for in vain.
func (s *sheet) ignored(all []audit.Ignored) {
	if len(all) > 0 {
		s.put("", "")
		s.put("", s.in(bold, fmt.Sprintf("Accepted (%d)", len(all))))
		for _, i := range all {
			s.wrap("  ", "", i.Key()+": "+i.Reason)
		}
	}
	if len(s.Unused) > 0 {
		s.put("", "")
		s.put("", s.in(bold, fmt.Sprintf("Accepted, but not found (%d): take it out", len(s.Unused))))
		for _, key := range s.Unused {
			s.wrap("  ", "", key)
		}
	}
}

// counts is the last line.
func (s *sheet) counts(r audit.Report) string {
	var parts []string
	above := 0
	for _, v := range []audit.Severity{audit.Error, audit.Warning, audit.Note} {
		n := r.Count(v)
		if n > above {
			parts = append(parts, count(n-above, v.String()))
		}
		above = n
	}
	text := strings.Join(parts, ", ")
	switch {
	case text == "" && len(r.Ignored) > 0:
		text = "Nothing else was found"
	case text == "":
		text = "Nothing was found"
	}
	if len(r.Ignored) > 0 {
		text += fmt.Sprintf("; %d accepted", len(r.Ignored))
	}
	return s.in(bold, text+".")
}

// count writes a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// plain is a text on one line that cannot steer the terminal on which it is printed.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return utf8.RuneError
		}
		return r
	}, text)
}

// width is how many columns a text takes.
func width(text string) int { return utf8.RuneCountInString(text) }

// cutTo cuts a text to so many columns.
func cutTo(text string, most int) string {
	if width(text) <= most {
		return text
	}
	if most < 2 {
		return ""
	}
	return strings.TrimRight(string([]rune(text)[:most-1]), " ") + "…"
}

// lines breaks a text between words; a word that is longer than a line has one of its own.
func lines(text string, most int) []string {
	var all []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case width(line)+1+width(word) <= most:
			line += " " + word
		default:
			all = append(all, line)
			line = word
		}
	}
	if line == "" {
		return all
	}
	return append(all, line)
}
