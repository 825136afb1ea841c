package archive

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/wire"
)

// node is a value of JSON with the line on which it begins.
type node struct {
	name  string // within an object
	value jsontext.Value
	line  int
}

func (n node) isObject() bool { return n.value.Kind() == '{' }
func (n node) isList() bool   { return n.value.Kind() == '[' }

// text is a number or a text as it is written; empty for all else.
func (n node) text() string {
	var t wire.Text
	if n.isObject() || n.isList() || len(n.value) == 0 || wire.JSON(n.value, &t) != nil {
		return ""
	}
	return string(t)
}

// inner returns what an object or a list holds, in order.
func (n node) inner() []node {
	if !n.isObject() && !n.isList() {
		return nil
	}
	var all []node
	d := jsontext.NewDecoder(bytes.NewReader(n.value))
	if _, err := d.ReadToken(); err != nil {
		return nil
	}
	line, counted := n.line, int64(0)
	for d.PeekKind() != '}' && d.PeekKind() != ']' {
		var in node
		if n.isObject() {
			name, err := d.ReadToken()
			if err != nil {
				return all
			}
			in.name = name.String()
		}
		value, err := d.ReadValue()
		if err != nil {
			return all
		}
		in.value = value.Clone()
		begins := d.InputOffset() - int64(len(value))
		line, counted = line+bytes.Count(n.value[counted:begins], []byte("\n")), begins
		in.line = line
		all = append(all, in)
	}
	return all
}

// object is the members of an object, by name.
type object map[string]node

func (n node) object() object {
	o := object{}
	for _, in := range n.inner() {
		o[in.name] = in
	}
	return o
}

// first is the first of the members that there is and that is as wanted.
func (o object) first(wanted func(node) bool, names ...string) (node, bool) {
	for _, name := range names {
		if in, ok := o[name]; ok && wanted(in) {
			return in, true
		}
	}
	return node{}, false
}

func isText(n node) bool  { return n.text() != "" }
func isTable(n node) bool { return n.isObject() || n.isList() }

// readJSON takes a reply of JSON, in the shapes in which services publish rates.
func (d *documentReader) readJSON(text string) error {
	const most = 400_000 // values; before each but the first in a list stands a comma
	if strings.Count(text, ",") > most {
		return fault.Because(fault.Invalid, "the reply has more than %d values: give a part of it", most)
	}
	whole := node{line: 1}
	if err := wire.JSON([]byte(text), &whole.value); err != nil {
		return fault.Because(fault.Invalid, "the document begins as JSON, but %w", err)
	}
	whole.line += strings.Count(text[:len(text)-len(strings.TrimLeft(text, " \t\r\n\ufeff"))], "\n")
	if whole.isList() {
		return d.readRecords(whole.inner(), "")
	}
	o := whole.object()
	if err := o.failed(); err != nil {
		return err
	}
	d.dayOf(o)
	base, _ := o.first(isText, "base", "base_code", "source", "base_currency")
	if rates, ok := o.first(isTable, "rates", "conversion_rates", "quotes", "exchange_rates", "result"); ok {
		return d.readRates(o, rates, base)
	}
	members := whole.inner()
	if tables := slices.DeleteFunc(slices.Clone(members), func(in node) bool { return !in.isObject() }); len(tables) > 0 {
		_, err := currency.ParseCode(tables[0].name)
		switch deep := tables[0].inner(); {
		case len(tables) == 1 && err == nil && len(deep) > 0 && deep[0].value.Kind() == '0':
			return d.readTokens(tables[0])
		case len(tables) == len(members):
			return d.readRecords(tables, base.text())
		}
	}
	return d.readRecords([]node{whole}, "")
}

// failed is the reply's own account of what went wrong, if it is one: with status 200 as likely as not.
func (o object) failed() error {
	says := ""
	inError := o["error"].object()
	for _, in := range []node{inError["info"], inError["message"], o["description"], o["message"], o["info"], o["error-type"], inError["type"], inError["code"], o["error"]} {
		if says = in.text(); says != "" && says != "true" {
			break
		}
	}
	_, rates := o.first(isTable, "rates", "conversion_rates", "quotes", "exchange_rates")
	failed := string(o["success"].value) == "false" || o["result"].text() == "error"
	if e, ok := o["error"]; ok {
		failed = failed || !slices.Contains([]string{"false", "null", `""`}, string(e.value))
	}
	switch {
	case failed && says == "":
		return fault.Because(fault.Invalid, "this is no table but the reply that something failed; it does not say what")
	case failed || says != "" && !rates && len(o) < 4:
		return fault.Because(fault.Invalid, "this is no table but the reply that something failed: %.300q", says)
	}
	return nil
}

// dayOf takes the day that a reply names: a date before a moment, since a reply of the past may bear that of the asking.
func (d *documentReader) dayOf(o object) {
	for _, name := range []string{"date", "updated", "last_updated", "time_last_update_utc", "time_last_update_unix", "timestamp", "as_of"} {
		text := o[name].text()
		day, ok := momentDay(text)
		switch {
		case !ok:
		case stamp.MatchString(text):
			d.found(day, "from its timestamp")
		default:
			d.found(day, fmt.Sprintf("found in the reply's %s", name))
		}
	}
}

// readRates takes a reply that gives rates by code or pair, or by day and then by code; or a list of records.
func (d *documentReader) readRates(o object, rates, base node) error {
	list := rates.inner()
	switch {
	case rates.isList():
		if tied := o["tied"]; tied.isList() { // of our own board
			list = append(list, tied.inner()...)
		}
		// A board is as of an instant; where its rates say of which day they are, that counts.
		day, how := d.Date, d.Dated
		d.Date, d.Dated = currency.Date{}, ""
		err := d.readRecords(list, base.text())
		d.found(day, how)
		return err
	case len(list) > 0 && list[0].isObject():
		var err error
		if list, err = d.ofOneDay(list); err != nil {
			return err
		}
	}
	named := currency.Code("")
	if text := base.text(); text != "" {
		code, err := currency.ParseCode(text)
		if err != nil {
			return fault.Because(fault.Invalid, "line %d: the base: %w", base.line, err)
		}
		named = code
	}
	amount := currency.DecimalFromInt(1)
	if text := o["amount"].text(); text != "" {
		var err error
		if amount, err = wire.Number(text); err != nil || amount.Sign() <= 0 {
			return fault.Because(fault.Invalid, "the reply is for an amount of %.40q, which is none", text)
		}
	}
	for _, in := range list {
		from, to, isPair := pairOf(in.name)
		if code, ok := strings.CutPrefix(in.name, string(named)); named != "" && ok && len(code) == 3 {
			from, to, isPair = named, currency.Code(code), true
		}
		if !isPair {
			code, ok := codeOf(in.name)
			if !ok {
				d.leave(in.line, in.name, "it is no code of three capital letters")
				continue
			}
			base, err := d.base(named, "the reply")
			if err != nil {
				return err
			}
			from, to = base, code
		}
		if _, ok := codeOf(string(to)); !ok {
			d.leave(in.line, in.name, "it is no code of three capital letters")
			continue
		}
		value, err := wire.Number(in.text())
		if err != nil {
			d.leave(in.line, in.name+" "+in.text(), "it has no rate that is a number")
			continue
		}
		if value, err = perOne(value, amount); err != nil {
			return err
		}
		d.rate(audit.Row{Base: from, Quote: to, Value: value, Line: in.line})
	}
	return nil
}

// perOne divides what was given for an amount, if no digit is lost.
func perOne(value, amount currency.Decimal) (currency.Decimal, error) {
	if amount.Equal(currency.DecimalFromInt(1)) {
		return value, nil
	}
	const digits = 34
	one, err := value.Quo(amount, digits)
	if err != nil || !one.Mul(amount).Equal(value) {
		return value, fault.Because(fault.Invalid, "the reply is for an amount of %s, by which %s cannot be divided exactly: ask for the amount 1", amount, value)
	}
	return one, nil
}

// ofOneDay takes one day of rates that are given by days.
func (d *documentReader) ofOneDay(list []node) ([]node, error) {
	var days []currency.Date
	for _, in := range list {
		day, err := currency.ParseDate(in.name)
		if err != nil || !in.isObject() {
			return nil, fault.Because(fault.Invalid, "line %d: %.40q stands where a day or a rate is expected", in.line, in.name)
		}
		days = append(days, day)
	}
	day, err := d.picked(days)
	if err != nil {
		return nil, err
	}
	d.Date, d.Dated = day, "found in the reply's rates"
	if len(days) > 1 {
		d.Dated = fmt.Sprintf("the newest of %d days in the reply", len(days))
	}
	return list[slices.Index(days, day)].inner(), nil
}

// readTokens takes rates by codes in small letters, as a service gives them that knows hundreds of tokens too. What
// is no currency among them is named in one sentence.
func (d *documentReader) readTokens(table node) error {
	named, err := currency.ParseCode(table.name)
	if err != nil {
		return err
	}
	base, err := d.base(named, "the reply")
	if err != nil {
		return err
	}
	var others []string
	for _, in := range table.inner() {
		code, err := currency.ParseCode(in.name)
		if err != nil || !known(code) {
			others = append(others, in.name)
			continue
		}
		value, err := wire.Number(in.text())
		if err != nil {
			d.leave(in.line, in.name+" "+in.text(), "it has no rate that is a number")
			continue
		}
		d.rate(audit.Row{Base: base, Quote: code, Value: value, Line: in.line})
	}
	if n := len(others); n > 0 {
		d.leave(table.line, strings.Join(others[:min(n, 10)], ", "), fmt.Sprintf("%d of the codes, these among them, are no currencies", n))
	}
	return nil
}

// readRecords takes a list of objects, each of which is a rate or a quote, as rows of a table whose headings are names.
func (d *documentReader) readRecords(list []node, base string) error {
	g, column := &grid{rows: []gridRow{{line: 1}}}, map[string]int{}
	if base != "" {
		g.rows = []gridRow{{cells: []string{"base", base}, line: 1}, {line: 1}}
	}
	head := len(g.rows) - 1
	const most = 200 // names
	for _, in := range list {
		row := gridRow{line: in.line}
		for _, cell := range in.inner() {
			text := cell.text()
			if text == "" {
				continue // what is deeper is no rate
			}
			n, ok := column[cell.name]
			if !ok {
				if n = len(column); n == most {
					return nil // these are no columns
				}
				column[cell.name] = n
				g.rows[head].cells = append(g.rows[head].cells, cell.name)
			}
			for len(row.cells) <= n {
				row.cells = append(row.cells, "")
			}
			row.cells[n] = clean(text, false)
		}
		g.rows = append(g.rows, row)
	}
	c, ok := g.columns()
	if !ok || c.head < 0 {
		return nil // and finish says that there is nothing
	}
	return d.readGrid(g, c)
}
