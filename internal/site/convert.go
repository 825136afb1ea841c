package site

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/numeral"
	"github.com/courant-news/courant/internal/web"
)

// Field is what a form asks for, as it was typed, with what is wrong with it.
type Field struct {
	Typed, Problem string
}

// ConvertPage is an amount in another currency, with the arithmetic.
type ConvertPage struct {
	Frame
	Amount, From, To, AsOf Field
	Codes                  []Link // of currencies; Href is the code
	Swapped                string // address of the same the other way round
	Share                  string // address of this conversion
	Problem                string // why there is no result though all fields can be read
	There, Back            *Conversion
	Price                  Row
	Compare                string // address at which the sources of the rate are compared
	Legs                   []Step
}

// Conversion is an amount in another currency as it is shown.
type Conversion struct {
	Amount, Result, Exact string
	From, To              string
	Rate                  string // the arithmetic of one unit
	Sum                   string // that of the amount
	Rounded               string // what was done to the digits, in a sentence
}

// usualAmount is what is converted where nobody names an amount.
const usualAmount = "100"

// mostAmount is above what is converted: enough for the debt of any state in any currency.
const mostAmount = "1000000000000000"

// convertPath is the address of the converter for two currencies, on the day of a query.
func convertPath(from, to currency.Code, query url.Values) string {
	q := url.Values{"from": {string(from)}, "to": {string(to)}}
	if day := query.Get("as-of"); day != "" {
		q.Set("as-of", day)
	}
	return address("/convert", q)
}

// opposite is what a currency is compared with first: the paper's base, the dollar or the euro.
func (t today) opposite(code currency.Code) currency.Code {
	for _, other := range []currency.Code{"USD", "EUR"} {
		if other != code {
			return other
		}
	}
	return t.masthead.Base
}

func (s *Site) convert(ctx context.Context, a ask) (web.Component, error) {
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	p := &ConvertPage{
		Amount: Field{Typed: a.query.Get("amount")}, From: Field{Typed: a.query.Get("from")}, To: Field{Typed: a.query.Get("to")},
		AsOf: Field{Typed: a.query.Get("as-of")}, Codes: s.bases(t.board, ""),
	}
	if p.Amount.Typed == "" {
		p.Amount.Typed = usualAmount
	}
	if p.From.Typed == "" {
		p.From.Typed = string(t.masthead.Base)
	}
	if p.To.Typed == "" {
		p.To.Typed = string(t.opposite(currency.Code(strings.ToUpper(p.From.Typed))))
	}
	title, description := "Convert an amount", "Any amount of any currency in another, on any day, with the rate, its source and the arithmetic."
	if heading, err := s.converted(ctx, p, a, t); err != nil {
		return nil, err
	} else if heading != "" {
		title = heading
	}
	p.Frame = s.frame(t, a, title, description)
	return convertPage(*p), nil
}

// converted fills a page with what its fields ask for, or with what is wrong with them, and returns its title.
func (s *Site) converted(ctx context.Context, p *ConvertPage, a ask, t today) (title string, err error) {
	table := s.ledger.Currencies()
	amount, err := readAmount(p.Amount.Typed, t.hand.style)
	p.Amount.Problem = problemOf(err)
	from, err := readCurrency(table, p.From.Typed)
	p.From.Problem = problemOf(err)
	to, err := readCurrency(table, p.To.Typed)
	p.To.Problem = problemOf(err)
	asOf, err := market.ParseAsOf(p.AsOf.Typed, "")
	p.AsOf.Problem = problemOf(err)
	if p.To.Problem == "" && from == to && from != "" {
		p.To.Problem = string(from) + " is always worth itself: name another currency."
	}
	if p.Amount.Problem+p.From.Problem+p.To.Problem+p.AsOf.Problem != "" {
		return "", nil
	}
	p.From.Typed, p.To.Typed = string(from), string(to)
	asOf = asOf.Resolved(s.o.Now())
	there, err := s.ledger.Convert(ctx, amount, from, to, asOf)
	if errors.Is(err, fault.NotFound) {
		p.Problem = fault.Sentence(err)
		return "", nil
	}
	if err != nil {
		return "", err
	}
	price := there.Price
	q := url.Values{"amount": {amount.String()}, "from": {string(from)}, "to": {string(to)}}
	if p.AsOf.Typed != "" {
		q.Set("as-of", p.AsOf.Typed)
	}
	p.Share = address("/convert", q)
	q.Set("from", string(to))
	q.Set("to", string(from))
	p.Swapped = address("/convert", q)
	p.Price, p.Compare = s.pairRow(price, t, a.query), ratePath(price.Symbol, a.query)
	for _, o := range price.From {
		p.Legs = append(p.Legs, Step{
			Text: string(o.Symbol) + " " + t.hand.number(o.Value) + ", " + nameOf(o.Source, t.sources) + ", " + t.hand.time(o.At).Text, Href: numberPath(o.ID),
		})
	}
	back, err := there.Back(table)
	if err != nil {
		return "", err
	}
	way := conversionOf(there)
	p.There, p.Back = way.shown(t.hand), conversion{back, way.unders, way.overs}.shown(t.hand)
	return p.There.Amount + " " + string(from) + " in " + string(to) + ": " + p.There.Result, nil
}

// problemOf is what is wrong, as it stands beside a field.
func problemOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.Sentence(err)
}

// readAmount reads an amount as readers write it: in the paper's notation, else with a point or with a comma before its
// decimals. The error is fault.Invalid.
func readAmount(text string, style numeral.Style) (d currency.Decimal, err error) {
	text = strings.TrimSpace(text)
	ok := false
	for _, notation := range []numeral.Style{style, numeral.Of("en"), numeral.Of("de"), numeral.Of("de-CH"), numeral.Of("fr")} {
		if d, ok = notation.Read(text); ok {
			break
		}
	}
	switch {
	case !ok:
		return d, fault.Because(fault.Invalid, "%.40q is no amount: write it as 1250.50 or 1250,50", text)
	case d.Sign() <= 0:
		return d, fault.Because(fault.Invalid, "an amount must be above zero, and %s is not", d)
	case d.Cmp(currency.MustDecimal(mostAmount)) > 0:
		return d, fault.Because(fault.Invalid, "an amount may be at most %s", mostAmount)
	}
	return d, nil
}

// readCurrency reads a currency by its code, or by a name that only one has. The error is fault.Invalid.
func readCurrency(table *currency.Table, text string) (currency.Code, error) {
	text = strings.TrimSpace(text)
	if code, err := currency.ParseCode(text); err == nil {
		if _, err := table.Currency(code); err == nil {
			return code, nil
		}
	}
	var found []string
	for _, c := range table.Search(text) {
		if strings.EqualFold(c.Name, text) {
			return c.Code, nil
		}
		if c.Retired.IsZero() {
			found = append(found, string(c.Code))
		}
	}
	const some = 5
	switch n := len(found); {
	case text == "" || n == 0:
		return "", fault.Because(fault.Invalid, "no currency is called %.40q: write its code, such as JPY", text)
	case n == 1:
		return currency.Code(found[0]), nil
	case n > some:
		return "", fault.Because(fault.Invalid, "%.40q could be one of %d currencies: write a code, such as %s", text, n, found[0])
	}
	return "", fault.Because(fault.Invalid, "%.40q could be %s: write the code", text, strings.Join(found, ", "))
}

// conversion is an amount in another currency with the factors of the arithmetic: amount × overs ÷ unders.
type conversion struct {
	market.Conversion
	overs, unders []currency.Decimal
}

// conversionOf tells the factors apart, of which a cross has several.
func conversionOf(c market.Conversion) conversion {
	if c.Price.How == market.Fixed {
		return conversion{c, []currency.Decimal{c.Over}, []currency.Decimal{c.Under}}
	}
	overs, unders := factorsOf(c.Price.Offer, c.From)
	return conversion{c, overs, unders}
}

// factorsOf are the observations that an offer multiplies with and divides by, on the way from a currency.
func factorsOf(o market.Offer, from currency.Code) (overs, unders []currency.Decimal) {
	for _, said := range o.From {
		if base, quote, _ := said.Symbol.Pair(); base == from {
			overs, from = append(overs, said.Value), quote
		} else {
			unders, from = append(unders, said.Value), base
		}
	}
	return overs, unders
}

// shown is the conversion as the paper writes it.
func (c conversion) shown(h hand) *Conversion {
	one := currency.DecimalFromInt(1)
	v := &Conversion{
		Amount: h.number(c.Amount), Result: h.number(c.Result), Exact: c.Result.String(), From: string(c.From), To: string(c.To),
		Sum: h.arithmetic(append([]currency.Decimal{c.Amount}, without1(c.overs)...), c.unders, c.Unrounded, c.Over.Mul(c.Amount), c.Under),
	}
	if len(c.overs)+len(c.unders) > 1 || len(c.unders) > 0 {
		overs := without1(c.overs)
		if len(overs) == 0 {
			overs = []currency.Decimal{one}
		}
		v.Rate = h.arithmetic(overs, c.unders, c.Unit, c.Over, c.Under)
	}
	v.Rounded = "Rounded once, half to even, to " + decimalsOf(c.Places)
	if c.Coin {
		v.Rounded += ", the smallest coin that ISO 4217 gives " + v.To
	} else {
		v.Rounded += ", since " + v.To + " has no coin"
	}
	by, about := c.Result.Sub(c.Unrounded), ""
	if !c.Unrounded.Mul(c.Under).Equal(c.Over.Mul(c.Amount)) {
		by, about = by.RoundDigits(2), "about "
	}
	switch by.Sign() {
	case 1:
		v.Rounded += ": " + about + h.number(by) + " was added."
	case -1:
		v.Rounded += ": " + about + h.number(by.Abs()) + " was left off."
	default:
		v.Rounded += ": nothing was left off."
	}
	return v
}

// without1 are factors less those that change nothing.
func without1(factors []currency.Decimal) (rest []currency.Decimal) {
	one := currency.DecimalFromInt(1)
	for _, f := range factors {
		if !f.Equal(one) {
			rest = append(rest, f)
		}
	}
	return rest
}

// arithmetic writes a × b ÷ c = d, or ≈ d where d was cut.
func (h hand) arithmetic(overs, unders []currency.Decimal, equals, over, under currency.Decimal) string {
	var b strings.Builder
	for i, f := range overs {
		if i > 0 {
			b.WriteString(" × ")
		}
		b.WriteString(h.number(f))
	}
	for _, f := range without1(unders) {
		b.WriteString(" ÷ " + h.number(f))
	}
	if equals.Mul(under).Equal(over) {
		return b.String() + " = " + h.number(equals)
	}
	return b.String() + " ≈ " + h.number(equals)
}

func decimalsOf(n int) string {
	if n == 1 {
		return "1 decimal place"
	}
	return strconv.Itoa(n) + " decimal places"
}

// wrong ties a field to the sentence about what is wrong with it.
func wrong(name string, f Field) templ.Attributes {
	if f.Problem == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": name + "-problem"}
}
