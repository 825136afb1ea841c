package archive

import (
	"regexp"
	"strings"

	"github.com/courant-news/courant/internal/currency"
)

// role is what a column tells.
type role int

// The roles of columns. Beside them there are columns whose headings name a currency: see [naming].
const (
	noRole     role = iota
	codeRole        // a currency; the other is the table's
	symbolRole      // a currency, a pair or a share: its cells say which
	tickerRole
	pairRole
	baseRole
	quoteRole
	rateRole
	priceRole // a rate too, where there are currencies
	previousRole
	changeRole
	percentRole
	unitsRole
	powerRole // of ten, by which units are counted
	dateRole
	micRole
	marketRole // as people name it
)

// roleOf knows the usual headings, as heading writes them.
func roleOf(heading string) role {
	switch heading {
	case "code", "currency", "currencies", "currency code", "iso", "iso code", "iso 4217", "ccy", "cur", "alpha code":
		return codeRole
	case "symbol":
		return symbolRole
	case "ticker", "ticker symbol", "stock", "share", "instrument":
		return tickerRole
	case "pair", "currency pair", "cross":
		return pairRole
	case "base", "base currency", "base cur", "base code", "from", "from currency":
		return baseRole
	case "quote", "quote currency", "quote cur", "quote code", "counter", "counter currency", "to", "to currency", "target", "target currency":
		return quoteRole
	case "rate", "rates", "exchange rate", "fx rate", "reference rate", "mid", "mid rate", "middle rate", "obs value":
		return rateRole
	case "value", "price", "last", "last price", "close", "closing price", "latest", "last trade", "last sale price":
		return priceRole
	case "previous", "previous close", "prev", "prev close", "previous price":
		return previousRole
	case "change", "chg", "net change":
		return changeRole
	case "percent", "change percent", "percent change", "percentage change", "changes percentage", "change in percent", "pct", "pct change", "change pct", "change p",
		"%", "% change", "change %", "chg %", "% chg":
		return percentRole
	case "units", "unit", "nominal", "amount", "quantity", "multiplier":
		return unitsRole
	case "unit mult":
		return powerRole
	case "date", "day", "at", "as of", "time period", "timestamp", "datetime", "reference date", "effective date", "last updated",
		"latest trading day", "publishing date":
		return dateRole
	case "mic", "mic code":
		return micRole
	case "market", "exchange", "venue":
		return marketRole
	}
	return noRole
}

var (
	hump      = regexp.MustCompile(`([a-z0-9])([A-Z])`)                // where a name in camel case begins a new word
	bracketed = regexp.MustCompile(`\s*[(\[][^()\[\]%]*[)\]]$`)        // what is said behind a name: "Reference date (CET)"
	perCode   = regexp.MustCompile(`^(?:[Rr]ate )?[Pp]er ([A-Z]{3})$`) // the base, in the heading of a column of rates
	codePer   = regexp.MustCompile(`^([A-Z]{3}) [Pp]er [Uu]nit$|^(?:[Rr]ate|[Vv]alue|[Pp]rice) [Ii]n ([A-Z]{3})$`)
)

// heading writes a heading in small letters with single spaces, in whatever style of names it is.
func heading(text string) string {
	if name := bracketed.ReplaceAllString(text, ""); name != "" {
		text = name
	}
	text = strings.ToLower(hump.ReplaceAllString(text, "$1 $2"))
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" _-.()", r) }), " ")
}

// naming is the currencies that a heading names; what is empty it leaves to the table.
type naming struct {
	code        currency.Code // alone: of a wide table the quote, of another the base
	base, quote currency.Code
}

// namingOf reads a heading that names currencies: "USD", "EUR/USD", "1 EUR =", "rate per EUR", "CZK per unit".
func namingOf(text string) (naming, bool) {
	if base, quote, ok := pairOf(text); ok {
		return naming{base: base, quote: quote}, true
	}
	if m := perCode.FindStringSubmatch(text); m != nil {
		return naming{base: currency.Code(m[1])}, true
	}
	if m := codePer.FindStringSubmatch(text); m != nil {
		return naming{quote: currency.Code(m[1] + m[2])}, true
	}
	if m := baseLine.FindStringSubmatch(text); m != nil {
		return naming{code: currency.Code(m[1])}, true
	}
	return naming{}, false
}

// columns says which column tells what.
type columns struct {
	of    map[role]int
	named map[int]naming
	head  int  // the row of the headings; -1: there is none
	wide  bool // a day in each row, a currency in each column
}

// mostColumns is more than there are currencies.
const mostColumns = 500

// column is the column of the first of the roles that there is, or -1.
func (c columns) column(roles ...role) int {
	for _, r := range roles {
		if i, ok := c.of[r]; ok {
			return i
		}
	}
	return -1
}

func (c columns) has(roles ...role) bool { return c.column(roles...) >= 0 }

// rated is the one column that is named as a currency, of rates against it or in it, where rates have no other.
func (c columns) rated() (int, bool) {
	found := -1
	for n, name := range c.named {
		if name.base != "" && name.quote != "" || !known(name.code+name.base+name.quote) {
			continue
		}
		if found >= 0 {
			return -1, false
		}
		found = n
	}
	return found, found >= 0
}

// columns finds the headings within the first rows, or tells the columns by what stands in them.
func (g *grid) columns() (columns, bool) {
	const preamble = 30 // lines in which the headings must stand
	for i, r := range g.rows[:min(len(g.rows), preamble)] {
		if len(r.cells) > mostColumns {
			continue
		}
		c := columns{of: map[role]int{}, named: map[int]naming{}, head: i}
		for n, cell := range r.cells {
			what := roleOf(heading(cell))
			name, isName := namingOf(cell)
			switch before, twice := c.of[what]; {
			case what == noRole && isName:
				c.named[n] = name
			case what != noRole && (!twice || g.fits(what, n, i+1) > g.fits(what, before, i+1)):
				c.of[what] = n
			}
		}
		if c.complete(i) {
			return c, true
		}
	}
	return g.guessed()
}

// complete says whether these are the headings of a table, and completes what only the whole of them tells.
func (c *columns) complete(head int) bool {
	c.head = head
	if c.has(codeRole, symbolRole, tickerRole, pairRole, quoteRole, baseRole) {
		if c.has(rateRole, priceRole) {
			return true
		}
		n, ok := c.rated()
		if ok = ok && c.has(codeRole, symbolRole); ok {
			c.of[rateRole] = n
		}
		return ok
	}
	c.wide = c.has(dateRole) && !c.has(rateRole, priceRole)
	some := false
	for _, name := range c.named {
		some = some || known(name.code) || known(name.base)
	}
	return c.wide && some
}

// fits counts the cells of a column that can have its role, in the rows from one on.
func (g *grid) fits(what role, column, from int) int {
	const enough = 50
	n := 0
	for _, r := range g.rows[from:min(len(g.rows), from+enough)] {
		cell, fit := r.cell(column), false
		switch what {
		case codeRole, symbolRole, baseRole, quoteRole:
			_, isCode := codeOf(cell)
			_, _, isPair := pairOf(cell)
			fit = isCode || isPair
		case dateRole:
			_, fit = momentDay(cell)
		case tickerRole, pairRole, micRole, marketRole:
			fit = cell != ""
		default:
			fit = numeric(cell)
		}
		if fit {
			n++
		}
	}
	return n
}

// guessed tells the columns of a table without headings: it has one of numbers, and one of pairs or one or two of codes.
func (g *grid) guessed() (columns, bool) {
	const most, enough = 50, 1000 // columns; rows that show how all are
	var rows []gridRow
	width, all := 0, g.rows[:min(len(g.rows), enough)]
	for _, r := range all {
		if _, filled := r.numbers(); filled > 1 {
			rows, width = append(rows, r), max(width, len(r.cells))
		}
	}
	nearly := func(n int) bool { return 5*n >= 4*len(rows) }
	c := columns{of: map[role]int{}, head: -1}
	if len(rows) == 0 || 5*len(rows) < 4*len(all) || width > most {
		return c, false
	}
	var codes, pairs, numbers, days []int
	for n := range width {
		code, pair, number, day := 0, 0, 0, 0
		for _, r := range rows {
			cell := r.cell(n)
			_, isCode := codeOf(cell)
			_, _, isPair := pairOf(cell)
			_, isDay := parseDay(cell)
			switch {
			case isCode:
				code++
			case isPair:
				pair++
			case isDay:
				day++
			case numeric(cell):
				number++
			}
		}
		switch {
		case nearly(code):
			codes = append(codes, n)
		case nearly(pair):
			pairs = append(pairs, n)
		case nearly(day):
			days = append(days, n)
		case number > 0:
			numbers = append(numbers, n)
		}
	}
	named := len(pairs) == 1 && len(codes) == 0 || len(pairs) == 0 && (len(codes) == 1 || len(codes) == 2)
	if !named || len(numbers) != 1 || len(days) > 1 {
		return c, false
	}
	c.of[rateRole] = numbers[0]
	for _, n := range days {
		c.of[dateRole] = n
	}
	for _, n := range pairs {
		c.of[pairRole] = n
	}
	switch len(codes) {
	case 1:
		c.of[codeRole] = codes[0]
	case 2:
		c.of[baseRole], c.of[quoteRole] = codes[0], codes[1]
	}
	return c, true
}
