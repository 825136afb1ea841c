package archive

import (
	"fmt"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// gridReader reads a table whose columns are known.
type gridReader struct {
	*documentReader
	*grid
	columns
	name  string        // the heading of the column of days
	said  currency.Code // the currency that the table itself names
	where string        // where it does
	turns bool          // its rates are units of that currency for others, not the other way

	entries []entry
	undated bool // a day that cannot be read was left out
}

// entry is a row or an item, until it is clear of which day is read.
type entry struct {
	row  audit.Row
	item *audit.Item // nil: it is a row
	day  currency.Date
}

// key is what an entry says something of.
func (e entry) key() string {
	if e.item != nil {
		return string(e.item.Market) + ":" + e.item.Ticker
	}
	return string(e.row.Base) + "/" + string(e.row.Quote)
}

// readGrid takes what a table says.
func (d *documentReader) readGrid(g *grid, c columns) error {
	r := &gridReader{documentReader: d, grid: g, columns: c, turns: c.has(unitsRole, powerRole) && !c.has(quoteRole, baseRole)}
	number := g.numberReader(c)
	body := g.rows
	if c.head >= 0 {
		r.name = g.rows[c.head].cell(c.column(dateRole))
		r.headed()
		for _, row := range g.rows[:c.head] {
			r.caption(row, "it stands above the table")
		}
		body = g.rows[c.head+1:]
	}
	if c.wide {
		return r.readWide(body, number)
	}
	read := r.rateOf
	if r.quotes(body) {
		read = r.itemOf
	}
	for _, row := range body {
		if _, filled := row.numbers(); filled < 2 {
			r.caption(row, "it is no row of the table")
			continue
		}
		if c.head >= 0 && strings.Join(row.cells[min(len(row.cells), len(g.rows[c.head].cells)):], "") != "" {
			d.leave(row.line, row.text(), "it has more cells than the table has headings")
			continue
		}
		if err := read(row, number); err != nil {
			return err
		}
	}
	return r.settle()
}

// headed takes the currency that the heading of the rates names: "EUR" and "per EUR" are the base, "CZK per unit" is not.
func (r *gridReader) headed() {
	if name, ok := r.named[r.column(rateRole)]; ok && !r.wide {
		r.said, r.turns = name.code+name.base+name.quote, r.turns || name.quote != ""
		r.where = "the heading of the column of rates"
	}
}

// caption takes a line above or below a table, which may name its day or its base.
func (r *gridReader) caption(row gridRow, why string) {
	cells := slices.DeleteFunc(slices.Clone(row.cells), func(cell string) bool { return cell == "" })
	if len(cells) == 0 {
		return
	}
	text, where := strings.Join(cells, " "), fmt.Sprintf("line %d", row.line)
	name, last := roleOf(heading(strings.TrimSuffix(cells[0], ":"))), cells[len(cells)-1]
	day, isDay := momentDay(last)
	if m := dateLine.FindStringSubmatch(text); m != nil {
		day, isDay = parseDay(m[1])
		name = dateRole
	}
	code, isCode := codeOf(last)
	if m := baseLine.FindStringSubmatch(text); m != nil {
		code, isCode = currency.Code(m[1]), known(currency.Code(m[1]))
		name = baseRole
	}
	switch {
	case name == dateRole && isDay:
		r.found(day, "found at "+where)
	case name == baseRole && isCode && r.said == "":
		r.said, r.where = code, where
	default:
		r.leave(row.line, text, why)
	}
}

// home is the currency that the rates of the table are against.
func (r *gridReader) home() (currency.Code, error) { return r.base(r.said, r.where) }

// readWide takes the rates of one day of a table that has a day in each row and a currency in each column.
func (r *gridReader) readWide(body []gridRow, number numberReader) error {
	column := r.column(dateRole)
	var days []currency.Date
	for _, row := range body {
		if day, ok := momentDay(row.cell(column)); ok {
			days = append(days, day)
		} else {
			r.caption(row, "it has no day")
		}
	}
	if len(days) == 0 {
		return fault.Because(fault.Invalid, "the table has no row with a day below its headings (line %d)", r.rows[r.head].line)
	}
	day, err := r.picked(days)
	if err != nil {
		return err
	}
	r.found(day, r.how(days))
	names := r.rows[r.head].cells
	if r.said == "" && r.ofTheECB() {
		r.said, r.where = "EUR", "the order of the columns, which is that of the ECB's table,"
	}
	for _, row := range body {
		if at, ok := momentDay(row.cell(column)); !ok || at != day {
			continue
		}
		for n := range names {
			name, ok := r.named[n]
			cell := row.cell(n)
			if !ok || absent(cell) {
				continue
			}
			rate := audit.Row{Base: name.base, Quote: name.quote + name.code, Line: row.line}
			if name.base == "" {
				if rate.Base, err = r.home(); err != nil {
					return err
				}
			}
			if rate.Value, err = number(cell); err != nil {
				r.leave(row.line, names[n]+" "+cell, fault.Sentence(err))
				continue
			}
			if rate.Quote == "" {
				r.leave(row.line, names[n]+" "+cell, "its heading does not say of which currency the rate is")
				continue
			}
			r.rate(rate)
		}
	}
	return nil
}

// ofTheECB knows the table of reference rates that the European Central Bank publishes: it names its base nowhere, and
// begins with the dollar and the yen.
func (r *gridReader) ofTheECB() bool {
	column := r.column(dateRole)
	for _, name := range r.named {
		if name.code == "EUR" {
			return false
		}
	}
	return r.named[column+1].code == "USD" && r.named[column+2].code == "JPY"
}

// how says where the day of many was found.
func (r *gridReader) how(days []currency.Date) string {
	distinct := map[currency.Date]bool{}
	for _, day := range days {
		distinct[day] = true
	}
	where := "the column of days"
	if r.name != "" {
		where = fmt.Sprintf("%q", r.name)
	}
	if len(distinct) == 1 {
		return "found in " + where
	}
	return fmt.Sprintf("the newest of %d days in %s", len(distinct), where)
}

// quotes says whether this is a list of shares: a column says so, or what stands in it are mostly no currencies.
func (r *gridReader) quotes(body []gridRow) bool {
	switch {
	case r.has(tickerRole, micRole, marketRole):
		return !r.has(pairRole, baseRole)
	case r.has(pairRole, baseRole, quoteRole, rateRole):
		return false
	}
	money, all := 0, 0
	for _, row := range body {
		cell := row.cell(r.column(symbolRole, codeRole))
		if cell == "" {
			continue
		}
		all++
		if _, _, isPair := pairOf(cell); isPair || known(currency.Code(cell)) {
			money++
		}
	}
	return all > 0 && 2*money < all
}

// rateOf takes a row of a table of rates.
func (r *gridReader) rateOf(row gridRow, number numberReader) error {
	cell := row.cell(r.column(rateRole, priceRole))
	value, err := number(cell)
	switch {
	case absent(cell):
		r.leave(row.line, row.text(), "it has no rate")
		return nil
	case err != nil:
		r.leave(row.line, row.text(), fault.Sentence(err))
		return nil
	}
	base, quote, why, err := r.pair(row)
	if err != nil {
		return err
	}
	if why == "" {
		value, why = r.perUnit(row, value)
	}
	if why != "" {
		r.leave(row.line, row.text(), why)
		return nil
	}
	r.add(entry{row: audit.Row{Base: base, Quote: quote, Value: value, Line: row.line}}, row)
	return nil
}

// pair is the base and the quote of a row, or why they are not told.
func (r *gridReader) pair(row gridRow) (base, quote currency.Code, why string, err error) {
	cell := row.cell(r.column(pairRole, symbolRole, codeRole))
	if base, quote, ok := pairOf(strings.ToUpper(cell)); ok {
		return base, quote, "", nil
	}
	if r.has(pairRole) {
		return "", "", fmt.Sprintf("%.40q is no pair of currencies such as EUR/USD", cell), nil
	}
	if n := r.column(baseRole); n >= 0 {
		if base, err = currency.ParseCode(row.cell(n)); err != nil {
			return "", "", fault.Sentence(err), nil
		}
	}
	if n := r.column(quoteRole, codeRole, symbolRole); n >= 0 {
		if quote, err = currency.ParseCode(row.cell(n)); err != nil {
			return "", "", fault.Sentence(err), nil
		}
	}
	if base != "" && quote != "" {
		return base, quote, "", nil
	}
	home, err := r.home()
	switch {
	case err != nil:
		return "", "", "", err
	case quote == "":
		return base, home, "", nil
	case r.turns:
		return quote, home, "", nil
	}
	return home, quote, "", nil
}

// perUnit makes the value of so many units that of one, or says why it does not.
func (r *gridReader) perUnit(row gridRow, value currency.Decimal) (currency.Decimal, string) {
	units := row.cell(r.column(unitsRole))
	if power := row.cell(r.column(powerRole)); len(power) == 1 && power[0] >= '0' && power[0] <= '9' {
		units = "1" + strings.Repeat("0", int(power[0]-'0'))
	}
	if units == "" {
		return value, ""
	}
	one, err := wire.PerUnit(value, units)
	if err != nil {
		return value, fault.Sentence(err)
	}
	return one, ""
}

// itemOf takes a row of a list of quotes.
func (r *gridReader) itemOf(row gridRow, number numberReader) error {
	it := audit.Item{Ticker: row.cell(r.column(tickerRole, symbolRole, codeRole)), Line: row.line}
	if base, quote, ok := pairOf(it.Ticker); ok && strings.Contains(it.Ticker, "/") {
		if value, err := number(row.cell(r.column(priceRole, rateRole))); err == nil {
			r.add(entry{row: audit.Row{Base: base, Quote: quote, Value: value, Line: row.line}}, row)
			return nil
		}
	}
	if s, err := market.ParseSymbol(it.Ticker); err == nil {
		it.Market, it.Ticker, _ = s.Listing()
	}
	if !tickerName.MatchString(it.Ticker) {
		r.leave(row.line, row.text(), fmt.Sprintf("%.40q is no ticker", it.Ticker))
		return nil
	}
	for _, n := range []struct {
		column int
		into   **currency.Decimal
	}{
		{r.column(priceRole, rateRole), &it.Last},
		{r.column(previousRole), &it.Previous},
		{r.column(changeRole), &it.Change},
		{r.column(percentRole), &it.Percent},
	} {
		cell := strings.TrimSuffix(row.cell(n.column), "%")
		if absent(cell) {
			continue
		}
		value, err := number(cell)
		switch {
		case err != nil:
			r.leave(row.line, row.text(), fault.Sentence(err))
			return nil
		case n.into == &it.Previous && value.Sign() <= 0:
			r.leave(row.line, row.text(), "a previous close must be above zero")
			return nil
		}
		*n.into = &value
	}
	if it.Last == nil && it.Previous == nil && it.Change == nil && it.Percent == nil {
		r.leave(row.line, row.text(), "it has no numbers")
		return nil
	}
	if it.Market == "" {
		it.Market = r.marketOf(row, it.Ticker)
	}
	r.add(entry{item: &it}, row)
	return nil
}

// marketOf is the market of a row, where its code is named: NYSE is a name and no code, though it has four letters.
func (r *gridReader) marketOf(row gridRow, ticker string) market.MIC {
	mic := market.MIC(row.cell(r.column(micRole)))
	sure := mic != ""
	if !sure {
		mic = market.MIC(row.cell(r.column(marketRole)))
	}
	s, err := market.ParseSymbol(string(market.Listing(mic, ticker)))
	if err != nil || s != market.Listing(mic, ticker) {
		return ""
	}
	if _, err := market.KnownListings().Instrument(s); sure || err == nil || strings.HasPrefix(string(mic), "X") {
		return mic
	}
	return ""
}

// add takes an entry, with its day where it has one.
func (r *gridReader) add(e entry, row gridRow) {
	cell, ok := row.cell(r.column(dateRole)), false
	if e.day, ok = momentDay(cell); !ok && !absent(cell) && !r.undated {
		r.undated = true
		r.leave(row.line, cell, "it is no day that can be read in one way only, such as 2026-01-31; nor may be those below")
	}
	r.entries = append(r.entries, e)
}

// settle takes the entries of one day where the table tells of one thing on several, else all of them.
func (r *gridReader) settle() error {
	if len(r.entries) == 0 {
		return nil
	}
	var days []currency.Date
	first, history := map[string]currency.Date{}, false
	for _, e := range r.entries {
		if e.day.IsZero() {
			continue
		}
		days = append(days, e.day)
		if before, ok := first[e.key()]; ok && before != e.day {
			history = true
		}
		first[e.key()] = e.day
	}
	var day currency.Date
	if len(days) > 0 {
		day = slices.MaxFunc(days, func(a, b currency.Date) int { return a.First().Compare(b.First()) })
		r.found(day, r.how(days))
	}
	if history {
		var err error
		if day, err = r.picked(days); err != nil {
			return err
		}
	}
	for _, e := range r.entries {
		switch {
		case history && e.day != day:
		case e.item != nil:
			e.item.At = e.day.First()
			r.Items = append(r.Items, *e.item)
		default:
			e.row.At = e.day.First()
			r.rate(e.row)
		}
	}
	return nil
}

// numberReader reads a number as the table writes it.
type numberReader func(string) (currency.Decimal, error)

// numberReader tells from the columns of numbers whether the table writes them with a decimal comma. What is then
// written otherwise could be read in two ways, and is not read.
func (g *grid) numberReader(c columns) numberReader {
	commas, points := 0, 0
	for _, r := range g.rows[c.head+1:] {
		for n, cell := range r.cells {
			if _, isRate := c.named[n]; numeric(cell) && (isRate || n == c.column(rateRole) || n == c.column(priceRole)) {
				commas += strings.Count(cell, ",")
				points += strings.Count(cell, ".")
			}
		}
	}
	read := wire.Number
	if g.commas && commas > points {
		read = wire.CommaNumber
	}
	return func(cell string) (currency.Decimal, error) { return read(strings.ReplaceAll(cell, "\u2212", "-")) }
}

// absent says whether a cell says that there is no number.
func absent(cell string) bool {
	return slices.Contains([]string{"", ".", "-", "–", "—", "N/A", "n/a", "NA", "N/D", "ND", "null"}, cell)
}
