package frankfurter

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Limits of one answer day by day: so many currencies over any number of days, or any number over so many days.
const (
	manyQuotes = 5
	manyDays   = 5 * 366
)

// v2Rates answers /v2/rates and what is the same under other names.
func (f *face) v2Rates(q api.Question) (api.Reply, error) {
	a, err := f.rates(q)
	if err != nil {
		return api.Reply{}, err
	}
	if only := q.PathValue("key"); only != "" {
		if a.providers != nil {
			return api.Reply{}, fault.Because(fault.Invalid, "unknown parameter: providers")
		}
		a.providers = sources(only)
	}
	rows, err := f.rows(q.Context(), a)
	if err != nil {
		return api.Reply{}, err
	}
	return f.v2Reply(rows, a, encode(rows, a)), nil
}

// v2Rate answers /v2/rate/EUR/USD, also of a day named behind it.
func (f *face) v2Rate(q api.Question) (api.Reply, error) {
	a, err := f.rates(q)
	if err != nil {
		return api.Reply{}, err
	}
	quote, last := q.PathValue("quote"), q.PathValue("date")
	for _, end := range []string{".csv", ".json", ".ndjson"} {
		quote, last = strings.TrimSuffix(quote, end), strings.TrimSuffix(last, end)
	}
	if q.Query.Has("base") || q.Query.Has("quotes") {
		return api.Reply{}, fault.Because(fault.Invalid, "conflicting params: the path names base and quote")
	}
	var quotes []currency.Code
	if a.base, quotes, err = f.codes(q.PathValue("base"), quote, true); err != nil {
		return api.Reply{}, err
	}
	if len(quotes) != 1 {
		return api.Reply{}, fault.Because(fault.Invalid, "one rate is of one currency: ask /v2/rates?base=%s&quotes=%.40s", a.base, quote)
	}
	if a.quotes = quotes; !a.from.IsZero() {
		return api.Reply{}, fault.Because(fault.Invalid, "one rate is of one day: ask /v2/rates?base=%s&quotes=%s&from=%s for many",
			a.base, quotes[0], a.from.Format(time.DateOnly))
	}
	if last != "" {
		if !a.date.IsZero() {
			return api.Reply{}, fault.Because(fault.Invalid, "conflicting params")
		}
		if a.date, err = day(last); err != nil {
			return api.Reply{}, err
		}
	}
	rows, err := f.rows(q.Context(), a)
	if err != nil {
		return api.Reply{}, err
	}
	if len(rows) == 0 {
		return api.Reply{}, errNothing
	}
	if a.format == inCSV {
		return f.v2Reply(rows, a, encode(rows, a)), nil
	}
	return f.v2Reply(rows, a, rows[0].json(nil, a.expand)), nil
}

// row is one rate of an answer.
type row struct {
	date      time.Time // the day that the rate is of
	base      currency.Code
	quote     currency.Code
	rate      currency.Decimal
	providers []entry // what the sources said, the chosen one first; none where the rate is fixed or is of a currency to itself
	source    market.SourceID
	seen      time.Time
}

// entry is what one source said.
type entry struct {
	key      market.SourceID
	date     time.Time
	rate     currency.Decimal
	excluded bool // the rate does not rest on it
}

// rows answers a question to version 2.
func (f *face) rows(ctx context.Context, a rates) ([]row, error) {
	ledger := f.Ledger()
	if a.providers != nil {
		ledger = ledger.Only(func(s market.Source) bool { return slices.Contains(a.providers, s.ID) })
	}
	if a.from.IsZero() {
		return f.snapshot(ctx, ledger, a)
	}
	if a.to.IsZero() {
		a.to = f.today()
	}
	if a.to.Before(a.from) {
		return nil, nil
	}
	if a.group == "" && (a.quotes == nil || len(a.quotes) > manyQuotes) && a.to.Sub(a.from) > manyDays*24*time.Hour {
		return nil, fault.Because(fault.Invalid, "date range exceeds 5 years at daily granularity; filter with quotes= (5 currencies or fewer), "+
			"aggregate with group=week or group=month, or split the range into shorter requests")
	}
	asked := market.Span{From: a.from, To: a.to, Carry: carry, Said: a.providers != nil} // no provider says what a law does
	if a.group != "" {                                                                   // whole weeks and months
		asked.From, asked.To = begin(a.from, a.group), after(begin(a.to, a.group), a.group).AddDate(0, 0, -1)
	}
	quotes := a.quotes
	if len(quotes) == 1 && quotes[0] == a.base {
		quotes = nil // on whichever days there was anything of it
	}
	courses, err := ledger.Courses(ctx, a.base, quotes, asked)
	if err != nil {
		return nil, err
	}
	total := 0
	for _, c := range courses {
		total += len(c.Days)
	}
	rows := make([]row, 0, total)
	for _, c := range courses {
		first := len(rows)
		for i := range c.Days {
			rows = append(rows, a.settled(c.Quote, &c.Days[i]))
		}
		if a.group != "" {
			rows = append(rows[:first], grouped(rows[first:], a)...)
		}
	}
	return finish(rows, a), nil
}

// snapshot answers with what stood at the end of a day, or at present. What is older than a fortnight is not carried on.
func (f *face) snapshot(ctx context.Context, ledger *market.Ledger, a rates) ([]row, error) {
	now, on := f.Now(), a.date
	if on.IsZero() {
		on = f.today()
	}
	at := endOf(on)
	if at.After(now) {
		at = now
	}
	since := on.Add(-carry)
	if at.Before(since) {
		return nil, nil
	}
	if len(a.quotes) == 1 && a.quotes[0] != a.base {
		return f.single(ctx, ledger, a, on, at)
	}
	values, err := ledger.Values(ctx, a.base, market.AsOf{At: at})
	if err != nil {
		return nil, err
	}
	if a.quotes == nil {
		values.All = slices.DeleteFunc(values.All, func(v market.Value) bool { return f.bygone(v, at) })
	}
	newest := newestOf(values, on)
	for i := range values.All {
		if v := &values.All[i]; v.Source == market.TableID {
			v.At = newest // see standing
		}
	}
	old := func(v market.Value) bool { return v.At.Before(since) && (v.How == market.Fixed || !v.Stale) }
	if a.expand || slices.ContainsFunc(values.All, old) {
		return f.beside(ctx, ledger, a, values, since, newest)
	}
	rows := make([]row, 0, len(values.All)+1) // and the base's own
	for _, v := range values.All {
		if !v.At.Before(since) && (a.providers == nil || v.How != market.Fixed) {
			rows = append(rows, row{date: dateOf(v.At), base: a.base, quote: v.Quote, rate: a.rounded(v.Value, v.How), source: v.Source, seen: v.Seen})
		}
	}
	return finish(rows, a), nil
}

// beside answers with the same prices as some values, each with what others said beside it, which stands in for a price that is too old to
// be carried on and was chosen all the same. Where that is no longer current, it was chosen because all others are older.
func (f *face) beside(ctx context.Context, ledger *market.Ledger, a rates, values market.Values, since, newest time.Time) ([]row, error) {
	board, err := ledger.Board(ctx, a.base, values.AsOf)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, v := range values.All {
		if p, ok := board.Price(v.Quote); ok {
			rows = a.standing(rows, p, since, newest)
		}
	}
	return finish(rows, a), nil
}

// single answers with one rate.
func (f *face) single(ctx context.Context, ledger *market.Ledger, a rates, on, at time.Time) ([]row, error) {
	price, err := ledger.Rate(ctx, market.Pair(a.base, a.quotes[0]), market.AsOf{At: at})
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	newest := on
	if price.Source == market.TableID {
		values, err := ledger.Values(ctx, a.base, market.AsOf{At: at})
		if err != nil {
			return nil, err
		}
		newest = newestOf(values, on)
	}
	return finish(a.standing(nil, price, on.Add(-carry), newest), a), nil
}

// standing appends the row of a price that may still be carried on. What a law or a promise alone fixes holds on every day: it is of the
// day on which the others are.
func (a rates) standing(rows []row, p market.Price, since, newest time.Time) []row {
	if p.Source == market.TableID {
		p.At = newest
	}
	chosen, beside := p.Offer, make([]market.Offer, len(p.SetAside))
	for i, other := range p.SetAside {
		beside[i] = other.Offer
	}
	for len(beside) > 0 && chosen.At.Before(since) {
		chosen, beside = beside[0], beside[1:]
	}
	if chosen.At.Before(since) || a.providers != nil && chosen.How == market.Fixed {
		return rows
	}
	_, quote, _ := p.Symbol.Pair()
	return append(rows, a.row(quote, chosen, slices.DeleteFunc(beside, func(o market.Offer) bool { return o.At.Before(since) })))
}

// newestOf is the day of the newest value that somebody gave, or of another moment where nobody gave any.
func newestOf(values market.Values, otherwise time.Time) time.Time {
	var newest time.Time
	for _, v := range values.All {
		if v.Source != market.TableID && v.At.After(newest) {
			newest = v.At
		}
	}
	if newest.IsZero() {
		newest = otherwise
	}
	return dateOf(newest)
}

// bygone says whether a value is of a currency that was money long ago and stands on a board only by what fixed it.
func (f *face) bygone(v market.Value, at time.Time) bool {
	if v.How != market.Fixed {
		return false
	}
	c, err := f.Ledger().Currencies().Currency(v.Quote)
	return err == nil && c.RetiredOn(at.Add(-retired))
}

// settled is what was settled of a day, as a row.
func (a *rates) settled(quote currency.Code, s *market.Settled) row {
	if a.expand || a.legacy {
		return a.row(quote, s.Offer(), s.Beside())
	}
	return row{date: dateOf(s.At()), base: a.base, quote: quote, rate: s.Value(), source: s.Source(), seen: s.Seen()}
}

// row is what was settled, as a row.
func (a rates) row(quote currency.Code, o market.Offer, beside []market.Offer) row {
	r := row{date: dateOf(o.At), base: a.base, quote: quote, rate: a.rounded(o.Value, o.How), source: o.Source, seen: o.Seen}
	if !a.expand {
		return r
	}
	if o.How != market.Fixed {
		r.providers = append(r.providers, entry{o.Source, dateOf(o.At), r.rate, false})
	}
	for _, other := range beside {
		r.providers = append(r.providers, entry{other.Source, dateOf(other.At), a.rounded(other.Value, other.How), true})
	}
	return r
}

// rounded is a rate with all its digits, or as the original rounds it, which repeats the digits of a single source, and of
// weeks and months rounds the mean alone.
func (a rates) rounded(value currency.Decimal, how market.How) currency.Decimal {
	if !a.legacy || a.group != "" || len(a.providers) == 1 && how == market.Said {
		return value
	}
	return band(value.Float())
}

// finish leaves out what was not asked for, gives the base its own row beside the others, and sorts: by date, then by
// quote; those of one moment by quote alone.
func finish(rows []row, a rates) []row {
	ranged := !a.from.IsZero()
	if a.quotes == nil || slices.Contains(a.quotes, a.base) {
		rows = append(rows, identities(rows, a.base, ranged)...)
	}
	if a.quotes != nil {
		rows = slices.DeleteFunc(rows, func(r row) bool { return !slices.Contains(a.quotes, r.quote) })
	}
	order := func(x, y row) int {
		if c := x.date.Compare(y.date); c != 0 && ranged {
			return c
		}
		return strings.Compare(string(x.quote), string(y.quote))
	}
	if !slices.IsSortedFunc(rows, order) { // those of one currency always are
		slices.SortStableFunc(rows, order)
	}
	return rows
}

// identities are the rates of a currency to itself, on each day of some rows, or on the newest.
func identities(rows []row, base currency.Code, each bool) []row {
	var dates []time.Time
	for i := range rows {
		switch date := rows[i].date; {
		case each || len(dates) == 0:
			dates = append(dates, date)
		case date.After(dates[0]):
			dates[0] = date
		}
	}
	slices.SortFunc(dates, time.Time.Compare)
	var own []row
	for _, date := range slices.CompactFunc(dates, time.Time.Equal) {
		own = append(own, row{date: date, base: base, quote: base, rate: itself})
	}
	return own
}

// itself is the rate of a currency to itself, as the original writes it.
var itself = currency.MustDecimal("1.0")

// v2Reply finishes an answer of rows.
func (f *face) v2Reply(rows []row, a rates, body []byte) api.Reply {
	until := a.date
	if !a.from.IsZero() {
		until = a.to
	}
	r := api.Reply{Body: body, Lasting: !until.IsZero() && until.Before(f.today())}
	switch a.format {
	case inCSV:
		r.ContentType = "text/csv; charset=utf-8"
	case inLines:
		r.ContentType = "application/x-ndjson"
	}
	r.Header = varies()
	for i := range rows {
		row := &rows[i]
		if row.source != "" && row.source != market.TableID && !slices.Contains(r.Sources, row.source) {
			r.Sources = append(r.Sources, row.source)
		}
		if r.Lasting && row.seen.After(r.Modified) { // as in v1Reply
			r.Modified = row.seen
		}
	}
	return r
}

// dateOf is the midnight at which the day of a moment began.
func dateOf(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }
