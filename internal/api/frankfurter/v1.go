package frankfurter

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

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
	days, err := f.days(q, m, date, date)
	if err != nil {
		return api.Reply{}, err
	}
	day, _ := days.next()
	b := append(m.head(), `"date":"`...)
	b = append(appendDay(b, time.UnixMicro(day)), `","rates":`...)
	b, err = days.append(b, m, day)
	return f.v1Reply(append(b, '}'), date, days.seen), err
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
	days, err := f.days(q, m, from, to)
	if err != nil {
		return api.Reply{}, err
	}
	const length = 36 // about, of a day with one rate
	room := 100
	for _, c := range days.courses {
		room += length * len(c.Days)
	}
	b := append(append(make([]byte, 0, room), m.head()...), `"start_date":"`...)
	day, more := days.next()
	b = append(appendDay(b, time.UnixMicro(day)), `","end_date":"`...)
	b = append(appendDay(b, days.last()), `","rates":{`...)
	for ; more; day, more = days.next() {
		b = append(appendDay(append(b, '"'), time.UnixMicro(day)), `":`...)
		if b, err = days.append(b, m, day); err != nil {
			return api.Reply{}, err
		}
		b = append(b, ',')
	}
	b = b[:len(b)-1] // the last comma; there is at least one day
	return f.v1Reply(append(b, "}}"...), to, days.seen), nil
}

// calendar goes through courses day by day. Days are the moments of their rates, in microseconds since 1970: ranges have
// thousands.
type calendar struct {
	courses []dated
	seen    int64 // when the youngest number of the days that were gone through was learnt
}

// dated is a course from the day on that was not yet gone through.
type dated struct {
	market.Course
	minor int // see face.minor
}

// at is the next day of the course; not ok where all were gone through.
func (d *dated) at() (day int64, ok bool) {
	if len(d.Days) == 0 {
		return 0, false
	}
	return d.Days[0].AtMicro(), true
}

// days are the days of the European Central Bank from one to another, at least one. What still stood on the first day is of
// one day only, since it is given under one date.
func (f *face) days(q api.Question, m money, from, to time.Time) (*calendar, error) {
	courses, err := f.ecb.Courses(q.Context(), m.base, m.symbols, market.Span{From: from, To: to, Carry: carry, Said: true})
	if err != nil {
		return nil, err
	}
	var first time.Time // the last day up to the beginning on which anything was said
	for _, c := range courses {
		if at := c.Days[0].At(); !at.After(endOf(from)) && at.After(first) {
			first = at
		}
	}
	days := &calendar{}
	for _, c := range courses {
		if c.Days[0].At().Before(first) {
			c.Days = c.Days[1:] // only the first can be of before
		}
		days.courses = append(days.courses, dated{c, f.minor(c.Quote)})
	}
	if _, ok := days.next(); !ok {
		return nil, errNothing
	}
	return days, nil
}

// next is the day that is to be written; not ok where all were.
func (c *calendar) next() (day int64, ok bool) {
	for i := range c.courses {
		if at, more := c.courses[i].at(); more && (!ok || at < day) {
			day, ok = at, true
		}
	}
	return day, ok
}

// last is the last of the days.
func (c *calendar) last() (day time.Time) {
	for _, d := range c.courses {
		if n := len(d.Days); n > 0 && d.Days[n-1].At().After(day) {
			day = d.Days[n-1].At()
		}
	}
	return day
}

// append writes the rates of the next day, by quote.
func (c *calendar) append(b []byte, m money, day int64) ([]byte, error) {
	b = append(b, '{')
	for i := range c.courses {
		d := &c.courses[i]
		if at, ok := d.at(); !ok || at != day {
			continue
		}
		s := &d.Days[0]
		d.Days = d.Days[1:]
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), d.Quote...), `":`...)
		if m.unit && !m.legacy {
			b = s.AppendValue(b)
		} else {
			value, err := m.value(d.Quote, s, d.minor)
			if err != nil {
				return nil, err
			}
			b = value.Append(b)
		}
		c.seen = max(c.seen, s.SeenMicro())
	}
	return append(b, '}'), nil
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

// value is an amount of the base in a quote, rounded once to the quote's smallest unit and computed from what the bank wrote.
func (m money) value(quote currency.Code, s *market.Settled, minor int) (currency.Decimal, error) {
	if m.legacy {
		return legacyV1(m, quote, s.Offer()), nil
	}
	over, under, err := s.Offer().Chain(m.base, quote)
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

func (f *face) v1Reply(body []byte, until time.Time, seen int64) api.Reply {
	r := api.Reply{Body: body, Sources: []market.SourceID{"ecb"}, Lasting: until.Before(f.today())}
	if r.Lasting { // of today a rate may grow too old without anybody having said anything new
		r.Modified = time.UnixMicro(seen).UTC()
	}
	return r
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
