package archive

import (
	"regexp"
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// bullets are the signs before an item of a list.
const bullets = "•·‣▪◦●■*"

// tickerName finds what may be a ticker; see market.ParseSymbol for the characters.
var tickerName = regexp.MustCompile(`^[A-Z0-9][A-Z0-9.-]{0,11}$`)

// numeric says whether a word means to be a number, understood or not.
func numeric(word string) bool {
	word = strings.TrimPrefix(strings.TrimLeft(word, "+-\u2212"), ".")
	return word != "" && word[0] >= '0' && word[0] <= '9'
}

// item is an item of the ticker as it stands on the page: change, last price, change in per cent.
type item struct {
	ticker string
	words  []string
	from   int // lines of the document
	to     int
}

func (it item) text() string { return strings.TrimSpace(it.ticker + " " + strings.Join(it.words, " ")) }

// readTicker takes the ticker's items. In a text they stand behind the board, from a line on; in HTML anywhere. It
// returns the end of the last.
func (d *document) readTicker(p *Page, from int) (end int, err error) {
	end = from
	if d.isHTML {
		from = 0
	}
	said := map[string]PageQuote{}
	for i := from; i < len(d.lines); {
		items := d.itemsAt(i)
		if len(items) == 0 {
			i++
			continue
		}
		for _, it := range items {
			q, why := it.quote()
			q.Line = d.lines[it.from].number
			last := it.to == len(d.lines) && !d.complete
			switch {
			case why != "" && last:
				return 0, cutOff("inside the ticker, at line %d: %s", d.lines[it.to-1].number, why)
			case why != "":
				p.notUnderstood(q.Line, it.text(), why)
			default:
				if err := p.addQuote(q, said); err != nil {
					return 0, err
				}
			}
			i = it.to
			for n := it.from; n < it.to; n++ {
				d.lines[n].used = true
			}
		}
		end = max(end, i)
	}
	if end == len(d.lines) && !d.complete && len(said) > 0 {
		return 0, cutOff("with its ticker, at line %d, before any story", d.lines[end-1].number)
	}
	return end, nil
}

// itemsAt returns the items that begin on a line: mostly one, whose numbers may stand on the lines below; all of them
// where a ticker is one line. A line of a list in a story is none.
func (d *document) itemsAt(i int) []item {
	l := d.lines[i]
	if l.used {
		return nil
	}
	words := strings.Fields(strings.ReplaceAll(l.text, " %", "%"))
	if strings.ContainsAny(words[0][:1], "0123456789+-") {
		return nil
	}
	var items []item
	for len(words) > 0 {
		name := strings.TrimLeft(words[0], bullets)
		bulleted := name != words[0]
		if words = words[1:]; name == "" && len(words) > 0 {
			name, words = words[0], words[1:]
		}
		if name != "" && !tickerName.MatchString(name) {
			return nil
		}
		it := item{ticker: name, from: i, to: i + 1}
		for len(words) > 0 && numeric(words[0]) && len(it.words) < 3 {
			it.words, words = append(it.words, words[0]), words[1:]
		}
		if !bulleted && !(len(it.words) == 3 && strings.HasSuffix(it.words[2], "%")) {
			return nil // without a bullet only an item that is whole on its line is one
		}
		items = append(items, it)
	}
	last := &items[len(items)-1]
	for last.to < len(d.lines) && len(last.words) < 3 && d.allNumeric(last.to) {
		last.words = append(last.words, strings.Fields(strings.ReplaceAll(d.lines[last.to].text, " %", "%"))...)
		last.to++
	}
	if len(last.words) == 0 && (last.to < len(d.lines) || d.complete) {
		return nil // a bullet and a word: a list of something else
	}
	return items
}

func (d *document) allNumeric(i int) bool {
	if d.lines[i].used {
		return false
	}
	for _, w := range strings.Fields(d.lines[i].text) {
		if !numeric(w) && w != "%" {
			return false
		}
	}
	return true
}

// quote reads the item's numbers, or says why it does not: they are not there, or say what cannot be.
func (it item) quote() (q PageQuote, why string) {
	switch q, why = it.numbers(); {
	case why != "":
		return q, why
	case q.Last.Sign() <= 0:
		return q, "a price must be above zero"
	case q.Last.Sub(q.Change).Sign() <= 0: // columns in another order would be read as a move by more than the whole price
		return q, "a price of " + q.Last.String() + " cannot have risen by " + q.Change.String() +
			": the page may print its columns in another order"
	}
	return q, ""
}

// numbers reads what the item says, or says why it cannot be read.
func (it item) numbers() (q PageQuote, why string) {
	q.Ticker = it.ticker
	missing := [...]string{"change, no last price and no percentage", "last price and no percentage", "percentage"}
	switch n := len(it.words); {
	case it.ticker == "":
		return q, "an item of the ticker has no symbol"
	case n < 3:
		return q, it.ticker + " has no " + missing[n]
	case n > 3:
		return q, it.ticker + " has more than a change, a last price and a percentage"
	case !strings.HasSuffix(it.words[2], "%"):
		return q, it.ticker + " has no sign of per cent behind its third number"
	}
	for i, into := range []*currency.Decimal{&q.Change, &q.Last, &q.Percent} {
		word := strings.Replace(it.words[i], "\u2212", "-", 1)
		if i == 2 {
			word = strings.TrimSuffix(word, "%")
		}
		v, err := currency.ParseDecimal(word)
		if err != nil {
			return q, fault.Sentence(err)
		}
		*into = v
	}
	return q, ""
}

// addQuote takes a quote, unless it says another thing of a ticker than an item before.
func (p *Page) addQuote(q PageQuote, said map[string]PageQuote) error {
	before, twice := said[q.Ticker]
	same := before.Last.String() == q.Last.String() && before.Change.String() == q.Change.String() &&
		before.Percent.String() == q.Percent.String()
	switch {
	case twice && same:
		p.note("%s stands twice in the ticker with the same numbers, at lines %d and %d.", q.Ticker, before.Line, q.Line)
		return nil
	case twice:
		return fault.Because(fault.Invalid, "%s stands twice in the ticker: %s at line %d and %s at line %d, or with another change",
			q.Ticker, before.Last, before.Line, q.Last, q.Line)
	}
	said[q.Ticker] = q
	p.Quotes = append(p.Quotes, q)
	return nil
}
