package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Family reads what fixer, currencylayer and their kin are asked. They have one owner, and so one set of numbered errors and
// the same questions; only some names differ.
type Family struct {
	Face    *Face
	Base    string        // the parameter of the base
	Symbols string        // the parameter of the other currencies
	Default currency.Code // the base where none is asked for
	BadBase string        // the type of error 201
}

// Numbered is an error as the family numbers and names it.
type Numbered struct {
	Code int
	Type string
	Err  error // says what is wrong in a sentence
}

// BadDate is the number of the error of a day that cannot be read.
const BadDate = 302

func (n Numbered) Error() string { return n.Err.Error() }
func (n Numbered) Unwrap() error { return n.Err }

// numbered numbers an error of the asker's; others, and none, stay as they are.
func numbered(code int, kind string, err error) error {
	if err == nil || fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.NotFound {
		return err
	}
	return Numbered{code, kind, err}
}

// Handle answers with what build returns. Errors are answered in the family's manner: with 200, and what is wrong in the
// body; but what is our fault, or our limit, has a status that says so.
func (k Family) Handle(build func(Question) (Reply, error)) http.Handler {
	answer := k.Face.Answer(fail, nil, func(q Question) (Reply, error) {
		if q.Query.Has("callback") {
			return Reply{}, Numbered{105, "function_access_restricted", fault.Because(fault.Invalid,
				"there is no JSONP here: any page may fetch this as JSON, so leave the parameter callback out")}
		}
		return build(q)
	})
	return Without(answer, "access_key", "apikey")
}

func fail(w http.ResponseWriter, _ *http.Request, err error) {
	type problem struct {
		Code int    `json:"code"`
		Type string `json:"type"`
		Info string `json:"info"`
	}
	status, p := Status(err), problem{Info: fault.Sentence(err)}
	if n, ok := errors.AsType[Numbered](err); ok {
		status, p.Code, p.Type = http.StatusOK, n.Code, n.Type
	} else {
		switch status {
		case http.StatusUnauthorized:
			p.Code, p.Type = 101, "invalid_access_key"
		case http.StatusTooManyRequests:
			p.Code, p.Type = 104, "usage_limit_reached"
		default:
			p.Code, p.Type = status, string(fault.KindOf(err))
		}
	}
	WriteJSON(w, status, struct {
		Success bool    `json:"success"`
		Error   problem `json:"error"`
	}{Error: p})
}

// Table is the table of a day, or the latest for the zero Date, that base and symbols ask for.
func (k Family) Table(ctx context.Context, q Query, day currency.Date) (Table, error) {
	base, symbols, err := k.who(q, day)
	if err != nil {
		return Table{}, err
	}
	t, err := k.Face.Table(ctx, base, day, symbols)
	return k.rounded(q, t), noRates(err)
}

func noRates(err error) error { return numbered(106, "no_rates_available", err) }

// rounded is the table as the original rounds it, to six places, where that is asked for.
func (k Family) rounded(q Query, t Table) Table {
	if q.Legacy() {
		return t.Legacy(places)
	}
	return t
}

const places = 6 // to which the family rounds

// who reads the base and the other currencies.
func (k Family) who(q Query, day currency.Date) (base currency.Code, symbols []currency.Code, err error) {
	text, err := q.One(k.Base)
	if base = k.Default; err == nil && text != "" {
		base, err = k.Face.Code(text, day)
	}
	if err != nil {
		return "", nil, numbered(201, k.BadBase, err)
	}
	list, err := q.One(k.Symbols)
	symbols, unknown := k.Face.Codes(list)
	if err == nil && len(unknown) > 0 {
		err = fault.Because(fault.Invalid, "%.20q is no currency of ISO 4217: write %s=USD,GBP", unknown[0], k.Symbols)
	}
	return base, symbols, numbered(202, "invalid_currency_codes", err)
}

// Day reads a day that must be given.
func (k Family) Day(q Query, name string) (currency.Date, error) {
	text, err := q.One(name)
	if err == nil && text == "" {
		return currency.Date{}, Numbered{301, "invalid_date", fault.Because(fault.Invalid, "no day is given: write %s=2026-01-31", name)}
	}
	if err == nil {
		var day currency.Date
		if day, err = k.Face.Day(text); err == nil {
			return day, nil
		}
	}
	return currency.Date{}, numbered(BadDate, "invalid_date", err)
}

// Range is the days between which something is asked for, with a table of each day that is known.
type Range struct {
	From, To currency.Date
	Base     currency.Code
	Tables   []Table
}

// Range reads start_date and end_date, and settles every day between them.
func (k Family) Range(ctx context.Context, q Query) (Range, error) {
	r, symbols, err := k.frame(q)
	if err != nil {
		return Range{}, err
	}
	r.Tables, err = k.Face.Tables(ctx, r.Base, r.From, r.To, symbols)
	for i, t := range r.Tables {
		r.Tables[i] = k.rounded(q, t)
	}
	return r, noRates(err)
}

// frame reads a range and who is asked for.
func (k Family) frame(q Query) (r Range, symbols []currency.Code, err error) {
	if q.Get("start_date") == "" || q.Get("end_date") == "" {
		return Range{}, nil, Numbered{501, "no_timeframe_supplied", fault.Because(fault.Invalid,
			"no range of days is given: write start_date=2026-01-01&end_date=2026-01-31")}
	}
	read := func(name string, code int) (day currency.Date, err error) {
		text, err := q.One(name)
		if err == nil {
			day, err = k.Face.Day(text)
		}
		return day, numbered(code, "invalid_"+name, err)
	}
	if r.From, err = read("start_date", 502); err != nil {
		return Range{}, nil, err
	}
	if r.To, err = read("end_date", 503); err != nil {
		return Range{}, nil, err
	}
	switch days := Days(r.From, r.To); {
	case days < 1:
		return Range{}, nil, Numbered{504, "invalid_time_frame", fault.Because(fault.Invalid, "end_date=%s is before start_date=%s", r.To, r.From)}
	case days > MostDays:
		return Range{}, nil, Numbered{505, "time_frame_too_long", fault.Because(fault.Invalid,
			"from %s to %s are %d days: %d are the most; ask for one year after the other", r.From, r.To, days, MostDays)}
	}
	r.Base, symbols, err = k.who(q, r.From)
	return r, symbols, err
}

// Change is how a rate moved from one day to another.
type Change struct {
	Start   Number `json:"start_rate"`
	End     Number `json:"end_rate"`
	Change  Number `json:"change"`
	Percent Number `json:"change_pct"`
}

// Changes settles the first and the last day of a range, or yesterday and today where none is given, and says how each rate
// moved between them. A currency that is not on both, or that was redenominated between them, is left out: its two rates
// are not in the same money.
func (k Family) Changes(ctx context.Context, q Query) (Range, map[currency.Code]Change, error) {
	if !q.Has("start_date") && !q.Has("end_date") {
		now := k.Face.Now()
		q = Query{Values: withRange(q.Values, currency.DateOf(now.AddDate(0, 0, -1)), currency.DateOf(now))}
	}
	r, symbols, err := k.frame(q)
	if err != nil {
		return Range{}, nil, err
	}
	for _, day := range []currency.Date{r.From, r.To} {
		t, err := k.Face.Table(ctx, r.Base, day, symbols)
		if err != nil {
			return Range{}, nil, noRates(err)
		}
		r.Tables = append(r.Tables, k.rounded(q, t))
	}
	changes := map[currency.Code]Change{}
	for code, end := range r.Tables[1].Rates {
		start, both := r.Tables[0].Rates[code]
		if !both || !k.Face.sameMoney(code, r.From, r.To) || !k.Face.sameMoney(r.Base, r.From, r.To) {
			continue
		}
		if c, err := change(start, end, q.Legacy()); err == nil {
			changes[code] = c
		}
	}
	if len(changes) == 0 {
		return Range{}, nil, noRates(fault.Because(fault.NotFound, "no rate of %s stands in the same money on %s and on %s", r.Base, r.From, r.To))
	}
	return r, changes, nil
}

func withRange(values url.Values, from, to currency.Date) url.Values {
	ranged := url.Values{"start_date": {from.String()}, "end_date": {to.String()}}
	for name, v := range values {
		ranged[name] = v
	}
	return ranged
}

// change is exact, but for the per cent, which have as many digits as a computed rate. The original has four places.
func change(start, end Number, legacy bool) (Change, error) {
	from, to := currency.Decimal(start), currency.Decimal(end)
	by := to.Sub(from)
	percent, err := by.Mul(currency.DecimalFromInt(100)).Quo(from, market.CrossDigits)
	if err != nil {
		return Change{}, fault.Because(fault.Invalid, "a rate of zero does not move") // rounded away, in the legacy manner
	}
	c := Change{Start: start, End: end, Change: Number(by), Percent: Number(percent)}
	if legacy {
		const places = 4
		c.Change, c.Percent = c.Change.Round(places), c.Percent.Round(places)
	}
	return c, nil
}

// sameMoney says whether a currency stood on the same scale on two days.
func (f *Face) sameMoney(code currency.Code, from, to currency.Date) bool {
	last := func(day currency.Date) time.Time { return day.End().Add(-time.Microsecond) }
	return f.ledger.Currencies().ScaleOn(code, last(from)) == f.ledger.Currencies().ScaleOn(code, last(to))
}

// Conversion is an amount in another currency.
type Conversion struct {
	From, To currency.Code
	Amount   currency.Decimal
	Dated    bool // a day was asked for
	Table    Table
	Rate     Number
	Result   Number // Amount × Rate, exactly; in the legacy manner to six places
}

// Convert reads from, to, amount and date, which may be left out.
func (k Family) Convert(ctx context.Context, q Query) (c Conversion, err error) {
	var day currency.Date
	if c.Dated = q.Get("date") != ""; c.Dated {
		if day, err = k.Day(q, "date"); err != nil {
			return c, err
		}
	}
	read := func(name string, code int) (who currency.Code, err error) {
		text, err := q.One(name)
		if err == nil {
			who, err = k.Face.Code(text, day)
		}
		return who, numbered(code, "invalid_"+name+"_currency", err)
	}
	if c.From, err = read("from", 401); err != nil {
		return c, err
	}
	if c.To, err = read("to", 402); err != nil {
		return c, err
	}
	text, err := q.One("amount")
	if err == nil {
		c.Amount, err = Amount(text)
	}
	if err != nil {
		return c, numbered(403, "invalid_conversion_amount", err)
	}
	t, err := k.Face.Table(ctx, c.From, day, []currency.Code{c.To})
	if err != nil {
		return c, noRates(err)
	}
	c.Table = k.rounded(q, t)
	c.Rate, c.Result = c.Table.Rates[c.To], c.Table.Times(c.Amount, c.To)
	if q.Legacy() {
		c.Result = c.Result.Round(places)
	}
	return c, nil
}

// Unknown refuses an address under which the original has nothing.
func (k Family) Unknown(address string) error {
	return Numbered{103, "invalid_api_function", fault.Because(fault.NotFound, "there is nothing at %.60q", address)}
}
