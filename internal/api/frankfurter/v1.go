package frankfurter

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// sheet is one day of version 1.
type sheet struct {
	date   time.Time
	quotes []currency.Code // sorted
	rates  []currency.Decimal
}

// v1Latest answers /v1/latest.
func (f *face) v1Latest(q api.Question) (api.Reply, error) { return f.v1Day(q, f.today()) }

// span is the path of a range: 2026-04-01..2026-04-13, or 2026-04-01.. until today.
var span = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(\.\.)?(\d{4}-\d{2}-\d{2})?$`)

// v1Days answers /v1/2026-04-13 and /v1/2026-04-01..2026-04-13.
func (f *face) v1Days(q api.Question) (api.Reply, error) {
	parts := span.FindStringSubmatch(q.PathValue("days"))
	if parts == nil || parts[2] == "" && parts[3] != "" {
		return api.Reply{}, errNoPath
	}
	from, err := day(parts[1])
	if err != nil {
		return api.Reply{}, err
	}
	if parts[2] == "" {
		return f.v1Day(q, from)
	}
	to, err := day(parts[3])
	if err != nil {
		return api.Reply{}, err
	}
	if to.IsZero() {
		to = f.today()
	}
	return f.v1Range(q, from, to)
}

// v1Day answers with the rates of a day, or of the last day before it that has some of those asked for.
func (f *face) v1Day(q api.Question, date time.Time) (api.Reply, error) {
	m, err := f.money(q.Query)
	if err != nil {
		return api.Reply{}, err
	}
	sheets, seen, err := f.sheets(q, m, date, date)
	if err != nil {
		return api.Reply{}, err
	}
	s := sheets[0]
	b := append(m.head(), `"date":"`...)
	b = append(s.date.AppendFormat(b, time.DateOnly), `","rates":`...)
	return f.v1Reply(append(s.append(b), '}'), date, seen), nil
}

// v1Range answers with the rates of every day from one to another, beginning with the day that still stood at the first.
func (f *face) v1Range(q api.Question, from, to time.Time) (api.Reply, error) {
	m, err := f.money(q.Query)
	if err != nil {
		return api.Reply{}, err
	}
	if to.Before(from) {
		return api.Reply{}, errNothing
	}
	sheets, seen, err := f.sheets(q, m, from, to)
	if err != nil {
		return api.Reply{}, err
	}
	b := append(m.head(), `"start_date":"`...)
	b = append(sheets[0].date.AppendFormat(b, time.DateOnly), `","end_date":"`...)
	b = append(sheets[len(sheets)-1].date.AppendFormat(b, time.DateOnly), `","rates":{`...)
	for i, s := range sheets {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(s.date.AppendFormat(append(b, '"'), time.DateOnly), `":`...)
		b = s.append(b)
	}
	return f.v1Reply(append(b, "}}"...), to, seen), nil
}

// sheets are the days of the European Central Bank from one day to another, at least one, and when the youngest of their
// numbers was learnt. What still stood on the first day is of one day only, since it is given under one date.
func (f *face) sheets(q api.Question, m money, from, to time.Time) (sheets []sheet, seen time.Time, err error) {
	courses, err := f.ecb.Courses(q.Context(), m.base, m.symbols, market.Span{From: from, To: to, Carry: carry, Said: true})
	if err != nil {
		return nil, time.Time{}, err
	}
	var first time.Time // the last day up to the beginning on which anything was said
	for _, c := range courses {
		if o := c.Days[0]; !o.At.After(endOf(from)) && o.At.After(first) {
			first = o.At
		}
	}
	index := map[int64]int{} // of sheets, by their dates
	for _, c := range courses {
		minor := f.minor(c.Quote)
		for _, o := range c.Days {
			if o.At.Before(first) {
				continue
			}
			i, ok := index[o.At.Unix()]
			if !ok {
				i = len(sheets)
				index[o.At.Unix()] = i
				sheets = append(sheets, sheet{date: o.At})
			}
			value, err := m.value(c.Quote, o.Offer, minor)
			if err != nil {
				return nil, time.Time{}, err
			}
			sheets[i].quotes, sheets[i].rates = append(sheets[i].quotes, c.Quote), append(sheets[i].rates, value)
			if o.Seen.After(seen) {
				seen = o.Seen
			}
		}
	}
	if len(sheets) == 0 {
		return nil, time.Time{}, errNothing
	}
	slices.SortFunc(sheets, func(a, b sheet) int { return a.date.Compare(b.date) })
	return sheets, seen, nil
}

// endOf is the last moment of a day.
func endOf(day time.Time) time.Time { return day.AddDate(0, 0, 1).Add(-time.Microsecond) }

// minor is the number of places of an amount of a currency; below zero where it has none, as gold.
func (f *face) minor(code currency.Code) int {
	c, err := f.Ledger().Currencies().Currency(code)
	if err != nil {
		return -1
	}
	return c.MinorUnits
}

// value is an amount of the base in a quote: a rate with all its digits, or an amount rounded once to the quote's smallest
// unit, computed from what the bank wrote.
func (m money) value(quote currency.Code, o market.Offer, minor int) (currency.Decimal, error) {
	if m.legacy {
		return legacyV1(m, quote, o), nil
	}
	if m.amount.Equal(currency.DecimalFromInt(1)) {
		return o.Value, nil
	}
	over, under, err := o.Chain(m.base, quote)
	if err != nil {
		return over, err
	}
	if over = over.Mul(m.amount); minor < 0 {
		return over.Quo(under, market.CrossDigits)
	}
	return over.QuoPlaces(under, minor)
}

// head writes the amount and the base. The original's amounts are binary and so have always a point.
func (m money) head() []byte {
	amount := m.amount.String()
	if !strings.Contains(amount, ".") {
		amount += ".0"
	}
	return append(append([]byte(`{"amount":`+amount+`,"base":"`), m.base...), `",`...)
}

// append writes a day's rates.
func (s sheet) append(b []byte) []byte {
	b = append(b, '{')
	for i, quote := range s.quotes {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), quote...), `":`...)
		b = s.rates[i].Append(b)
	}
	return append(b, '}')
}

func (f *face) v1Reply(body []byte, until, seen time.Time) api.Reply {
	return api.Reply{Body: body, Sources: []market.SourceID{"ecb"}, Lasting: until.Before(f.today()), Modified: seen}
}

// v1Currencies answers /v1/currencies: those that the European Central Bank quotes at present, and the euro.
func (f *face) v1Currencies(q api.Question) (api.Reply, error) {
	today := f.today()
	courses, err := f.ecb.Courses(q.Context(), "EUR", nil, market.Span{From: today, To: today, Carry: carry, Said: true})
	if err != nil {
		return api.Reply{}, err
	}
	table := f.Ledger().Currencies()
	names := map[currency.Code]string{"EUR": table.Name("EUR", "en")}
	for _, c := range courses {
		names[c.Quote] = table.Name(c.Quote, "en")
	}
	body, err := json.Marshal(names) // sorted
	return api.Reply{Body: body, Sources: []market.SourceID{"ecb"}}, err
}
