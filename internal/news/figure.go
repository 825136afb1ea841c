package news

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Figure is a number in a story that is bound to the ledger. It is written in double braces and reads as prose does:
//
//	{{EUR/BGN @2026-01-20}}                          what one euro was worth in leva
//	{{EUR/BGN @2026-01-20 to 4}}                     the same, to four decimal places
//	{{EUR/BGN @2026-02-02 from page-2026-02-02}}     what one source said
//	{{XNYS:RIO @2026-02-02}}                         a share's last price
//	{{XNYS:RIO percent @2026-02-02 to 2}}            its change in per cent, on the previous close
//
// The symbol tells a rate from a quote. Without a day the figure is the newest at publication.
type Figure struct {
	Expression string // as written, without the braces
	Symbol     market.Symbol
	Field      market.Field // Rate for a pair; Last, PreviousClose, Change or Percent for a listing
	On         string       // the day, as written; empty: the newest
	From       market.SourceID
	Places     int // decimal places to print; -1: as the source wrote it
}

// Pin is a figure as it was printed: its value, in full, with what it rests on.
type Pin struct {
	Expression string
	Symbol     market.Symbol
	Field      market.Field
	Value      currency.Decimal // as printed, rounded where the figure says so
	At, Seen   time.Time
	Source     market.SourceID
	How        market.How
	From       []market.ID // the observations, in the order of the arithmetic
}

// Printed is the value as it stands in the story: rounded as the figure asks. One that was divided out and for which no
// places were asked has twelve digits, most of which nobody has said, and is printed with as many as a board shows.
func (p Pin) Printed() currency.Decimal {
	f, err := ParseFigure(p.Expression)
	divided := p.How == market.Inverse || p.How == market.Crossed || p.Field == market.Percent
	if divided && err == nil && f.Places < 0 {
		return p.Value.RoundDigits(market.ComputedDigits)
	}
	return p.Value
}

// maxFigure is the most characters between the braces of a figure.
const maxFigure = 200

// figurePattern finds figures in Markdown. Braces within them are not allowed, nor are line breaks.
var figurePattern = regexp.MustCompile(fmt.Sprintf(`\{\{([^{}\n]{0,%d})\}\}`, maxFigure))

// inAddress finds a figure within the address of a link, where it could not be printed.
var inAddress = regexp.MustCompile(`(\]\(|\]:[ \t]*|<https?:)[^)>\n]*?\{\{`)

// Figures finds the figures of a text, in order. The error is fault.Invalid and quotes the first that is not
// well formed, is not closed, or stands where no figure can be printed.
func Figures(body string) ([]Figure, error) {
	if at := inAddress.FindStringIndex(body); at != nil {
		return nil, fault.Because(fault.Invalid, "line %d: a figure cannot stand in the address of a link", lineOf(body, at[1]))
	}
	rest := figurePattern.ReplaceAllStringFunc(body, func(f string) string { return strings.Repeat(" ", len(f)) })
	if at := strings.Index(rest, "{{"); at >= 0 {
		text, _, _ := strings.Cut(body[at:], "\n")
		return nil, fault.Because(fault.Invalid, "line %d: the figure %.40q is not closed: it ends in }} on its line, after at most %d characters",
			lineOf(body, at), text, maxFigure)
	}
	var figures []Figure
	for _, m := range figurePattern.FindAllStringSubmatch(body, -1) {
		f, err := ParseFigure(m[1])
		if err != nil {
			return nil, err
		}
		figures = append(figures, f)
	}
	return figures, nil
}

// lineOf is the number of the line on which a byte of a text stands.
func lineOf(text string, at int) int { return 1 + strings.Count(text[:at], "\n") }

// ReplaceFigures returns the text with its n-th figure (from 0) replaced by what put returns for n.
func ReplaceFigures(body string, put func(n int) string) string {
	n := -1
	return figurePattern.ReplaceAllStringFunc(body, func(string) string {
		n++
		return put(n)
	})
}

// quoteFields are the words by which a figure names a listing's field.
var quoteFields = map[string]market.Field{
	"last": market.Last, "previous": market.PreviousClose, "change": market.Change, "percent": market.Percent,
}

// ParseFigure reads a figure as it is written between the braces. The error is fault.Invalid.
func ParseFigure(text string) (Figure, error) {
	if len(text) > maxFigure*utf8.UTFMax {
		return Figure{}, fault.Because(fault.Invalid, "a figure of %d bytes: it has at most %d characters", len(text), maxFigure)
	}
	f := Figure{Expression: strings.TrimSpace(text), Places: -1}
	words := strings.Fields(text)
	if len(words) == 0 {
		return Figure{}, fault.Because(fault.Invalid, "an empty figure {{}}: write a pair or a listing, as {{EUR/USD}}")
	}
	var err error
	if f.Symbol, err = market.ParseSymbol(words[0]); err != nil {
		return Figure{}, fault.Because(fault.Invalid, "the figure {{%s}}: %w", f.Expression, err)
	}
	_, _, isPair := f.Symbol.Pair()
	f.Field = market.Last
	if isPair {
		f.Field = market.Rate
	}
	said := map[string]bool{}
	for i := 1; i < len(words); i++ {
		word, next := words[i], ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		field, isField := quoteFields[word]
		isDay := strings.HasPrefix(word, "@")
		what := word
		switch {
		case isDay:
			what = "the day"
		case isField:
			what = "the field"
		}
		if said[what] {
			return Figure{}, fault.Because(fault.Invalid, "the figure {{%s}} says %s twice", f.Expression, what)
		}
		said[what] = true
		switch {
		case isField && !isPair:
			f.Field = field
		case isDay:
			if f.On = word[1:]; f.On == "" {
				return Figure{}, fault.Because(fault.Invalid, "the figure {{%s}} has no day behind its @", f.Expression)
			}
			if _, err := market.ParseAsOf(f.On, ""); err != nil {
				return Figure{}, fault.Because(fault.Invalid, "the figure {{%s}}: %w", f.Expression, err)
			}
		case word == "from" && next != "":
			f.From = market.SourceID(next)
			i++
		case word == "to" && next != "":
			if f.Places, err = strconv.Atoi(next); err != nil || f.Places < 0 || f.Places > 12 {
				return Figure{}, fault.Because(fault.Invalid, "the figure {{%s}}: print it to 0 … 12 places, not %q", f.Expression, next)
			}
			i++
		default:
			return Figure{}, fault.Because(fault.Invalid, "the figure {{%s}}: %q is not understood; "+
				"it may say @DAY, from SOURCE, to PLACES, and for a listing last, previous, change or percent", f.Expression, word)
		}
	}
	return f, nil
}
