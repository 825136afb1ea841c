package news

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// The grammar of a figure; docs/figures.md explains it.
//
//	figure = [ "table" symbol ] symbol { word }      one symbol and more only in a table
//	       | amount code "in" code { word }
//	       | "chart" pair { word | mark }
//	word   = "last" | "previous" | "change" | "percent" | "%"
//	       | "@" day | "since" day | "from" source | "to" places
//	mark   = "mark" day quoted

// The most that a table has rows and a chart has marks: what is more cannot be read at a glance.
const (
	maxRows  = 40
	maxMarks = 9
)

// quoteFields are the words by which a figure names what of a listing, or of a change, it prints.
var quoteFields = map[string]market.Field{
	"last": market.Last, "previous": market.PreviousClose, "change": market.Change, "percent": market.Percent, "%": market.Percent,
}

// wordPattern finds the words of a figure; what stands in quotation marks of any language is one.
var wordPattern = regexp.MustCompile(`"([^"]*)"|[“„]([^“”]*)[“”]|«([^«»]*)»|\S+`)

// word is a word of a figure.
type word struct {
	text   string
	quoted bool
}

func wordsOf(text string) (words []word) {
	for _, m := range wordPattern.FindAllStringSubmatch(text, -1) {
		if first, _ := utf8.DecodeRuneInString(m[0]); strings.ContainsRune("\"“„«", first) && len(m[1]+m[2]+m[3]) > 0 {
			words = append(words, word{strings.Join(strings.Fields(m[1]+m[2]+m[3]), " "), true})
		} else {
			words = append(words, word{text: m[0]})
		}
	}
	return words
}

// parser reads the words of a figure, one after the other.
type parser struct {
	f     Figure
	words []word
	said  map[string]bool // what was said already
}

// ParseFigure reads a figure as it is written between the braces. The error is fault.Invalid.
func ParseFigure(text string) (Figure, error) {
	if utf8.RuneCountInString(text) > maxFigure {
		return Figure{}, fault.Because(fault.Invalid, "a figure of %d characters: it has at most %d", utf8.RuneCountInString(text), maxFigure)
	}
	p := &parser{f: Figure{Expression: strings.TrimSpace(text), Places: -1}, words: wordsOf(text), said: map[string]bool{}}
	if len(p.words) == 0 {
		return Figure{}, fault.Because(fault.Invalid, "an empty figure {{}}: write a pair or a listing, as {{EUR/USD}}")
	}
	if err := p.subject(); err != nil {
		return Figure{}, err
	}
	for len(p.words) > 0 {
		if err := p.word(); err != nil {
			return Figure{}, err
		}
	}
	if err := p.whole(); err != nil {
		return Figure{}, err
	}
	return p.f, nil
}

// fail is an error about the figure.
func (p *parser) fail(format string, args ...any) error {
	return fault.Because(fault.Invalid, "the figure {{%s}} "+format, append([]any{p.f.Expression}, args...)...)
}

// next takes a word off.
func (p *parser) next() (w word, ok bool) {
	if len(p.words) == 0 {
		return word{}, false
	}
	w, p.words = p.words[0], p.words[1:]
	return w, true
}

// peek is the text of the n-th word that is left, unless it is quoted.
func (p *parser) peek(n int) string {
	if n >= len(p.words) || p.words[n].quoted {
		return ""
	}
	return p.words[n].text
}

// subject reads what the figure is about: a symbol, symbols, or an amount.
func (p *parser) subject() error {
	switch first := p.peek(0); {
	case first == string(Table) || first == string(Chart):
		p.f.Form = Form(first)
		p.next()
	case p.peek(2) == "in":
		return p.amount()
	}
	symbol, err := p.symbol()
	if err != nil {
		return err
	}
	p.f.Symbol, p.f.Field = symbol, fieldOf(symbol)
	if p.f.Form != Table {
		return nil
	}
	p.f.Rows = []market.Symbol{symbol}
	for strings.ContainsAny(p.peek(0), "/:") && !strings.HasPrefix(p.peek(0), "@") {
		if symbol, err = p.symbol(); err != nil {
			return err
		}
		if slices.Contains(p.f.Rows, symbol) {
			return p.fail("has %s twice", symbol)
		}
		p.f.Rows = append(p.f.Rows, symbol)
	}
	if len(p.f.Rows) > maxRows {
		return p.fail("has %d rows; %d is the most", len(p.f.Rows), maxRows)
	}
	return nil
}

// fieldOf is what of a symbol is printed where nothing is said.
func fieldOf(s market.Symbol) market.Field {
	if _, _, isPair := s.Pair(); isPair {
		return market.Rate
	}
	return market.Last
}

func (p *parser) symbol() (market.Symbol, error) {
	w, ok := p.next()
	if !ok {
		return "", p.fail("names nothing: write a pair as EUR/USD, a share with its market as XNYS:AZN")
	}
	symbol, err := market.ParseSymbol(w.text)
	if err != nil {
		return "", fault.Because(fault.Invalid, "the figure {{%s}}: %w", p.f.Expression, err)
	}
	return symbol, nil
}

// amount reads 100 USD in EUR.
func (p *parser) amount() (err error) {
	amount, from, to := p.peek(0), p.peek(1), p.peek(3)
	if p.f.Amount, err = currency.ParseDecimal(amount); err != nil || p.f.Amount.Sign() < 0 {
		return p.fail("has no amount in %q: write it with digits and a point, as {{1250.50 USD in EUR}}", amount)
	}
	if to == "" {
		return p.fail("says in, but not in which currency: write {{%s %s in EUR}}", amount, from)
	}
	p.f.Field = Amount
	if p.f.Symbol, err = market.ParseSymbol(from + "/" + to); err != nil {
		return fault.Because(fault.Invalid, "the figure {{%s}}: %w", p.f.Expression, err)
	}
	p.words = p.words[4:]
	return nil
}

// word reads what is said of the subject.
func (p *parser) word() error {
	w, _ := p.next()
	field, isField := quoteFields[w.text]
	what, isDay := w.text, strings.HasPrefix(w.text, "@")
	switch {
	case isDay:
		what = "the day"
	case isField:
		what = "the field"
	}
	if p.said[what] && what != "mark" {
		return p.fail("says %s twice", what)
	}
	p.said[what] = true
	switch {
	case w.quoted:
	case isField && p.f.Form == Number && p.f.Field != Amount:
		p.f.Field, p.f.Sign = field, w.text == "%"
		return nil
	case isDay:
		return p.day(&p.f.On, w.text[1:], "its @")
	case p.peek(0) == "":
	case w.text == "since" && p.f.Form != Table && p.f.Field != Amount:
		day, _ := p.next()
		return p.day(&p.f.Since, day.text, "since")
	case w.text == "from":
		source, _ := p.next()
		p.f.From = market.SourceID(source.text)
		return nil
	case w.text == "to":
		return p.places()
	case w.text == "mark" && p.f.Form == Chart:
		return p.mark()
	}
	return fault.Because(fault.Invalid, "the figure {{%s}}: %q is not understood; it may say @DAY, from SOURCE, to PLACES, %s",
		p.f.Expression, w.text, p.may())
}

// may says what a figure of this form may say beside a day, a source and places.
func (p *parser) may() string {
	switch {
	case p.f.Form == Table:
		return "and before them more symbols"
	case p.f.Form == Chart:
		return `since DAY, and mark DAY "WORDS"`
	case p.f.Field == Amount:
		return "and nothing else"
	}
	if _, _, isPair := p.f.Symbol.Pair(); isPair {
		return "and of a change: change, percent or %, with since DAY"
	}
	return "and last, previous, change, percent or %, of a change also since DAY"
}

// day keeps a day as it was written.
func (p *parser) day(to *string, text, where string) error {
	if text == "" {
		return p.fail("has no day behind %s", where)
	}
	if _, err := market.ParseAsOf(text, ""); err != nil {
		return fault.Because(fault.Invalid, "the figure {{%s}}: %w", p.f.Expression, err)
	}
	*to = text
	return nil
}

func (p *parser) places() error {
	const most = 12
	w, _ := p.next()
	var err error
	if p.f.Places, err = strconv.Atoi(w.text); err != nil || p.f.Places < 0 || p.f.Places > most {
		return fault.Because(fault.Invalid, "the figure {{%s}}: print it to 0 … %d places, not %q", p.f.Expression, most, w.text)
	}
	return nil
}

// mark reads a day with what happened on it.
func (p *parser) mark() error {
	day, _ := p.next()
	var m Mark
	if err := p.day(&m.On, day.text, "mark"); err != nil {
		return err
	}
	words, ok := p.next()
	if !ok || !words.quoted {
		return p.fail(`does not say what happened on %s: write mark %s "words"`, m.On, m.On)
	}
	if m.Words = words.text; m.Words == "" {
		return p.fail("has a mark without words")
	}
	if p.f.Marks = append(p.f.Marks, m); len(p.f.Marks) > maxMarks {
		return p.fail("has more than %d marks", maxMarks)
	}
	return nil
}

// whole says what is missing, or does not go together.
func (p *parser) whole() error {
	_, _, isPair := p.f.Symbol.Pair()
	moves := p.f.Field == market.Change || p.f.Field == market.Percent
	switch {
	case p.f.Form == Chart && !isPair:
		return p.fail("is a chart of a share: only pairs have one, as {{chart EUR/USD since 2026-01-02}}")
	case p.f.Form == Chart && p.f.Since == "":
		return p.fail("does not say since when: write {{chart %s since 2026-01-02}}", p.f.Symbol)
	case p.f.Form == Chart:
		return p.ordered()
	case isPair && (p.f.Field == market.Last || p.f.Field == market.PreviousClose):
		return p.fail("is a rate, which has no last price and no previous close")
	case isPair && moves && p.f.Since == "":
		return p.fail("does not say since when: write since 2026-01-02")
	case p.f.Since != "" && !moves:
		return p.fail("says since, but not change, percent or %%")
	}
	return p.ordered()
}

// ordered says what is wrong with the order of the days.
func (p *parser) ordered() error {
	if p.f.Since == "" || p.f.On == "" {
		return nil
	}
	since, err := market.ParseAsOf(p.f.Since, "")
	if err != nil {
		return err
	}
	on, err := market.ParseAsOf(p.f.On, "")
	if err != nil {
		return err
	}
	if !since.At.Before(on.At) {
		return p.fail("ends on %s, which is not after %s", p.f.On, p.f.Since)
	}
	return nil
}
