package archive

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// pairLine finds a rate that names its base itself: "EUR/USD 1.0835", "EUR/USD: 1.0835", "1 EUR = 1.0835 USD"; and where a word
// stands in the rate's place, as in "EUR/USD NaN", that.
var pairLine = regexp.MustCompile(`^(?:([A-Z]{3})/([A-Z]{3}) ?[:=]?\s(\S+)|1 ([A-Z]{3}) = ([0-9.]\S*) ([A-Z]{3}))$`)

// readPage takes a page apart as [ReadPage] does, but for its judgement: what is wrong on it is to be found by others.
func (d *documentReader) readPage(text string, isHTML bool) error {
	parse := parseText
	if isHTML {
		parse = parseHTML
	}
	p, err := parse(text)
	if err != nil {
		return err
	}
	if len(p.lines) == 0 {
		return nil
	}
	end, err := d.boards(p)
	if err != nil {
		return err
	}
	end = max(end, d.ticker(p))
	d.pageDay(p, end)
	if isHTML {
		d.article(p)
	} else {
		if publisher, _ := splitTitle(p.lines[0].plain()); end > 0 && publisher != "" {
			p.lines[0].used = true // whose page it is
		}
		d.paragraphs(joined(p.units(0)))
	}
	for _, l := range p.lines {
		if !l.used && !l.aside {
			d.leave(l.number, l.plain(), "it is neither a rate, a quote nor a part of a story")
		}
	}
	if p.cut != "" {
		d.leave(p.lines[len(p.lines)-1].number, "", "the page ends "+p.cut+": it was cut off")
	}
	return nil
}

// boards takes all rates of a page, and returns the end of the last board.
func (d *documentReader) boards(p *document) (end int, err error) {
	for i := 0; i < len(p.lines); {
		named, ok := p.boardAt(i)
		if !ok {
			i++
			continue
		}
		base, err := d.base(named, fmt.Sprintf("line %d", p.lines[i].number))
		if err != nil {
			return 0, err
		}
		p.take(i)
		last, second := p.boardEnd(i + 1)
		if second > 0 {
			last = second
		}
		d.board(p, base, i+1, last)
		i, end = last, last
	}
	tables, err := d.tables(p)
	if err != nil {
		return 0, err
	}
	end = max(end, tables)
	var strays []int // rows under no base
	for i := range p.lines {
		switch r, looks := asRow(p.lines[i].text); {
		case p.lines[i].used:
		case looks && r.why == "":
			strays = append(strays, i)
		default:
			if d.pair(p.lines[i]) {
				p.take(i)
				end = max(end, i+1)
			}
		}
	}
	if d.given.Base == "" && len(d.Rows) == 0 && len(strays) >= leastRates {
		return 0, fault.Because(fault.Invalid, "the rates at lines %d to %d do not say against which currency they are: "+
			"give the base, or write a line such as %q above them", p.lines[strays[0]].number, p.lines[strays[len(strays)-1]].number, "EUR -")
	}
	for _, i := range strays {
		switch l := p.lines[i]; {
		case l.used: // by the board of one before
		case d.given.Base == "":
			d.leave(l.number, l.plain(), "it is not said against which currency the rate is")
			p.take(i)
		default:
			last, _ := p.boardEnd(i)
			d.board(p, d.given.Base, i, last)
			end = max(end, last)
		}
	}
	return end, nil
}

// tables takes the tables of an HTML page whose headings say what their columns are, and returns the end of the last.
// A row of another table with numbers in it is no part of the story, and is left out.
func (d *documentReader) tables(p *document) (end int, err error) {
	for i := 0; i < len(p.lines); i++ {
		g, from := &grid{commas: true}, i
		for ; i < len(p.lines) && !p.lines[i].used && !p.lines[i].aside && strings.Contains(p.lines[i].text, "\t"); i++ {
			g.rows = append(g.rows, gridRow{cells: strings.Split(p.lines[i].text, "\t"), line: p.lines[i].number})
		}
		c, ok := g.columns()
		switch ok = ok && c.head >= 0; {
		case ok:
			if err := d.readGrid(g, c); err != nil {
				return 0, err
			}
			end = i
		case !g.tabular():
			continue
		}
		for n := from; n < i; n++ {
			l := p.lines[n]
			if _, looks := asRow(l.text); !ok && looks {
				continue // a stray
			}
			if !ok && !l.header {
				d.leave(l.number, l.plain(), "it is a row of a table, and it is not clear which of its columns are the currency and the rate")
			}
			p.take(n)
		}
	}
	return end, nil
}

// boardAt says whether a line names the base of a board: one of its rates stands below it, behind headings of columns.
func (d *document) boardAt(i int) (base currency.Code, ok bool) {
	m := namesBase(d.lines[i])
	if m == nil || d.lines[i].used {
		return "", false
	}
	const most = 3 // lines of headings
	for below := i + most; i+1 < len(d.lines) && i < below; {
		if i++; !d.lines[i].header {
			break
		}
	}
	base = currency.Code(m[1])
	r, looks := asRow(d.lines[i].text)
	return base, looks && r.value.Sign() > 0 && (known(base) || m[2] != "")
}

// board takes the rows from one line to another.
func (d *documentReader) board(p *document, base currency.Code, from, to int) {
	for i := from; i < to; i++ {
		l := p.lines[i]
		if l.used {
			continue
		}
		r, looks := asRow(l.text)
		switch {
		case d.pair(l):
		case looks && (r.value.Sign() > 0 || r.never && !r.strange):
			d.rate(audit.Row{Base: base, Quote: currency.Code(r.code), Value: r.value, Line: l.number})
		case looks:
			d.leave(l.number, l.plain(), r.why)
		case dateLine.MatchString(l.text): // for pageDay
			continue
		case !l.header: // the headings of columns
			d.leave(l.number, l.plain(), "it stands in the board and is no row of it")
		}
		p.take(i)
	}
}

// take accounts for a line; what stands below it belongs to no paragraph above.
func (d *document) take(i int) {
	d.lines[i].used = true
	if i+1 < len(d.lines) {
		d.lines[i+1].spaced = true
	}
}

// pair takes a line that is a rate with both of its currencies, or says why it is left; ok is false for any other line.
func (d *documentReader) pair(l line) (ok bool) {
	m := pairLine.FindStringSubmatch(l.plain())
	if m == nil {
		return false
	}
	base, value, quote := m[1]+m[4], m[3]+m[5], m[2]+m[6]
	v, err := currency.ParseDecimal(value)
	if err != nil {
		d.leave(l.number, l.plain(), fault.Sentence(err))
		return true
	}
	d.rate(audit.Row{Base: currency.Code(base), Quote: currency.Code(quote), Value: v, Line: l.number})
	return true
}

// ticker takes the items of a page's ticker, and returns the end of the last. An item that lacks numbers is one only on
// a page with whole ones: else it is of some other list.
func (d *documentReader) ticker(p *document) (end int) {
	var items []item
	whole := false
	for i := 0; i < len(p.lines); i++ {
		found := p.itemsAt(i)
		for _, it := range found {
			whole = whole || len(it.words) == 3
			i = it.to - 1
		}
		items = append(items, found...)
	}
	for _, it := range items {
		if !whole {
			break
		}
		line := p.lines[it.from].number
		if q, why := it.numbers(); why != "" {
			d.leave(line, it.text(), why)
		} else {
			d.Items = append(d.Items, audit.Item{Ticker: q.Ticker, Last: &q.Last, Change: &q.Change, Percent: &q.Percent, Line: line})
		}
		for n := it.from; n < it.to; n++ {
			p.take(n)
		}
		end = it.to
	}
	return end
}

// pageDay takes the day that the page names.
func (d *documentReader) pageDay(p *document, end int) {
	var page Page
	p.readDate(&page, end)
	how := "found in " + page.DateFrom
	if strings.HasPrefix(page.DateFrom, "line ") {
		how = "found at " + page.DateFrom
	}
	d.found(page.Date, how)
}

// article takes the story of an HTML page with its headline.
func (d *documentReader) article(p *document) {
	headline := p.headline()
	for _, l := range p.lines {
		if l.level == 1 && !l.used && l.plain() == headline {
			d.Text = append(d.Text, audit.Paragraph{Text: headline, Line: l.number})
			break
		}
	}
	d.paragraphs(p.articleUnits(headline))
}

func (d *documentReader) paragraphs(units []unit) {
	for _, u := range units {
		d.Text = append(d.Text, audit.Paragraph{Text: u.text, Line: u.first.number})
	}
}
