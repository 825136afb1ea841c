package native

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// point is a rate of a series, or what stands for a period.
type point struct {
	Pair         market.Symbol     `json:"pair" doc:"base and quote, as EUR/USD"`
	Period       string            `json:"period,omitempty" doc:"of a group: 2026-W06, 2026-02, 2026-Q1, 2026"`
	First        *currency.Date    `json:"first,omitempty" doc:"of a group: the first day of the period"`
	Last         *currency.Date    `json:"last,omitempty" doc:"of a group: its last day"`
	Method       string            `json:"method,omitempty" enum:"last mean min max" doc:"of a group: which value stands for it"`
	Count        int               `json:"count,omitempty" doc:"of a group: how many values it has"`
	Value        *api.Number       `json:"value" doc:"units of the quote currency for one of the base; null where it was withheld"`
	Computed     bool              `json:"computed,omitempty" doc:"a statistic that nobody published: the mean"`
	Withheld     string            `json:"withheld,omitempty" doc:"why there is no value"`
	At           time.Time         `json:"at" doc:"about when the value speaks; of a mean, the newest of its values"`
	Seen         time.Time         `json:"seen" doc:"when it was learnt; of a mean, the youngest of its values"`
	Source       market.SourceID   `json:"source,omitempty" doc:"who said it; of a mean see from_sources"`
	FromSources  []market.SourceID `json:"from_sources,omitempty" doc:"of a mean: who said its values"`
	How          market.How        `json:"how,omitempty" enum:"said inverse cross fixed" doc:"as of a rate; left out of a mean"`
	Observations []market.ID       `json:"observations" doc:"what the value rests on; of a mean nothing is listed, see values"`
	Flags        []market.FlagCode `json:"flags" doc:"what to know before believing it; /api/v1/rates says it in sentences"`
	Values       string            `json:"values,omitempty" doc:"of a group: the address of the values of the period"`
}

// series is a page of a history.
type series struct {
	Pair    market.Symbol  `json:"pair" doc:"base and quote, as EUR/USD"`
	From    *currency.Date `json:"from,omitempty" doc:"as asked"`
	To      *currency.Date `json:"to,omitempty" doc:"as asked"`
	Group   string         `json:"group,omitempty" enum:"week month quarter year" doc:"as asked; weeks are those of ISO 8601, from Monday, all periods in UTC"`
	Method  string         `json:"method,omitempty" enum:"last mean min max" doc:"of a group: which value stands for a period"`
	AsOf    *time.Time     `json:"as_of,omitempty" doc:"as asked; left out: now"`
	KnownAt *time.Time     `json:"known_at,omitempty" doc:"as asked; left out: now"`
	Count   int            `json:"count" doc:"rows of this page"`
	Rates   []point        `json:"rates" doc:"the oldest first"`
	Next    string         `json:"next,omitempty" doc:"the address of the next page; left out of the last"`
	Sources []voice        `json:"sources" doc:"whose numbers stand here"`
}

// jsonLimit is the number of rows of a page of JSON where none is asked for: some four years of days.
const jsonLimit = 1_000

func (n *native) series(q query) (found, error) {
	pair, _ := given[market.Symbol](q, "pair")
	asked := q.asOf(n.Now())
	out := series{Pair: pair, AsOf: asked.At, KnownAt: asked.Known, Rates: []point{}}
	var from, before time.Time // the first moment, and the first after the last
	if day, ok := given[currency.Date](q, "from"); ok {
		out.From, from = &day, day.First()
	}
	if day, ok := given[currency.Date](q, "to"); ok {
		out.To, before = &day, day.End()
	}
	if !before.IsZero() && !from.Before(before) {
		return found{}, fault.Because(fault.Invalid, "there are no days from %s to %s: give the earlier first", out.From, out.To)
	}
	question := seriesQuestion(q)
	c, paged := given[cursor](q, "cursor")
	if paged {
		if c.question != question {
			return found{}, fault.Because(fault.Invalid, "cursor: it belongs to another question: take the address of the next page as it is")
		}
		asked.AsOf = market.AsOf{At: c.at, Known: c.known}
	}
	history, err := n.history(q, pair, asked, from, before)
	if err != nil {
		return found{}, err
	}
	rows, err := n.points(q, pair, history, &out)
	if err != nil {
		return found{}, err
	}
	if paged {
		rows = slices.DeleteFunc(rows, func(r keyed) bool { return !r.key.After(c.after) })
	}
	limit, limited := given[int](q, "limit")
	if !limited && q.form.extension == "json" {
		limit, limited = jsonLimit, true
	}
	var f found
	if limited && len(rows) > limit {
		rows = rows[:limit]
		f.next = nextPage(q, cursor{question, asked.AsOf.At, asked.AsOf.Known, rows[limit-1].key})
		out.Next = f.next
	}
	t := newTally()
	for _, r := range rows {
		for _, o := range r.offers {
			t.add(o)
		}
		out.Rates = append(out.Rates, r.point)
		f.rows = append(f.rows, r.point)
	}
	out.Count = len(rows)
	if out.Sources, err = n.voices(q.Context(), t.sources()); err != nil {
		return found{}, err
	}
	f.whole = out
	past := asked.past(n.Now()) || !before.IsZero() && before.Before(n.Now())
	return t.close(f, past), nil
}

// history is the settled history of a pair within bounds, either of which may be zero, the oldest first.
func (n *native) history(q query, pair market.Symbol, asked asked, from, before time.Time) ([]market.Price, error) {
	all, err := n.Ledger().History(q.Context(), pair, asked.AsOf)
	if err != nil && fault.KindOf(err) == fault.Invalid {
		err = fault.Because(fault.NotFound, "%w", err)
	}
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fault.Because(fault.NotFound, "no source has said what %s was; where a law fixes it, %srates/%s says so", pair, version, dashed(pair))
	}
	slices.Reverse(all)
	return slices.DeleteFunc(all, func(p market.Price) bool {
		return p.At.Before(from) || !before.IsZero() && !p.At.Before(before)
	}), nil
}

// dashed writes a pair as it stands in addresses.
func dashed(pair market.Symbol) string {
	base, quote, _ := pair.Pair()
	return string(base) + "-" + string(quote)
}

// keyed is a row with what tells its place in the series, and what it rests on.
type keyed struct {
	point
	key    time.Time
	offers []market.Offer
}

// points writes a history, in groups where they are asked for.
func (n *native) points(q query, pair market.Symbol, history []market.Price, out *series) ([]keyed, error) {
	w := writer{table: n.Ledger().Currencies(), digits: q.digits()}
	group, grouped := given[string](q, "group")
	if !grouped {
		rows := make([]keyed, len(history))
		for i, p := range history {
			row, err := w.point(p)
			if err != nil {
				return nil, err
			}
			rows[i] = keyed{row, p.At, []market.Offer{p.Offer}}
		}
		return rows, nil
	}
	out.Group = group
	out.Method, _ = given[string](q, "method")
	var rows []keyed
	for len(history) > 0 {
		first, end := period(group, history[0].At)
		i := slices.IndexFunc(history, func(p market.Price) bool { return !p.At.Before(end) })
		if i < 0 {
			i = len(history)
		}
		row, err := w.stand(pair, out.Method, history[:i])
		if err != nil {
			return nil, err
		}
		row.key = first
		days := [2]currency.Date{currency.DateOf(first), currency.DateOf(end.AddDate(0, 0, -1))}
		row.Period, row.First, row.Last = label(group, first), &days[0], &days[1]
		row.Values = version + "series/" + dashed(pair) + "?from=" + days[0].String() + "&to=" + days[1].String()
		rows, history = append(rows, row), history[i:]
	}
	return rows, nil
}

// point writes a rate of a series.
func (w writer) point(p market.Price) (point, error) {
	value, err := w.value(p)
	if err != nil {
		return point{}, err
	}
	row := point{
		Pair: p.Symbol, Value: &value, At: p.At.UTC(), Seen: p.Seen.UTC(), Source: p.Source, How: p.How, Observations: []market.ID{}, Flags: []market.FlagCode{},
	}
	for _, o := range p.From {
		row.Observations = append(row.Observations, o.ID)
	}
	for _, f := range p.Flags {
		row.Flags = append(row.Flags, f.Code)
	}
	return row, nil
}

// stand finds what stands for a period, of which there is at least one price, by a method. Values on two scales of one
// code are not compared, and no mean is made of them.
func (w writer) stand(pair market.Symbol, method string, prices []market.Price) (row keyed, err error) {
	if method == "mean" {
		row, err = w.mean(pair, prices)
	} else {
		chosen := chosen(method, prices)
		row.offers = []market.Offer{chosen.Offer}
		row.point, err = w.point(chosen)
	}
	if err != nil {
		return row, err
	}
	row.Method, row.Count = method, len(prices)
	if method == "last" {
		return row, nil
	}
	base, quote, _ := pair.Pair()
	for _, code := range []currency.Code{base, quote} {
		if w.table.ScaleOn(code, prices[0].At) != w.table.ScaleOn(code, prices[len(prices)-1].At) {
			row.Value, row.Withheld = nil, fmt.Sprintf("%s was redenominated within the period", code)
		}
	}
	return row, nil
}

// chosen is the last of some prices, or the first of the lowest or highest.
func chosen(method string, prices []market.Price) market.Price {
	byValue := func(a, b market.Price) int { return a.Value.Cmp(b.Value) }
	switch method {
	case "min":
		return slices.MinFunc(prices, byValue)
	case "max":
		return slices.MaxFunc(prices, byValue)
	}
	return prices[len(prices)-1]
}

// mean is the mean of a period: exact, and labelled as what nobody published.
func (w writer) mean(pair market.Symbol, prices []market.Price) (keyed, error) {
	row := keyed{point: point{
		Pair: pair, Computed: true, At: prices[len(prices)-1].At.UTC(), Observations: []market.ID{}, Flags: []market.FlagCode{},
	}}
	var sum currency.Decimal
	for _, p := range prices {
		sum = sum.Add(p.Value)
		row.offers = append(row.offers, p.Offer)
		row.FromSources = append(row.FromSources, p.Source)
		if p.Seen.After(row.Seen) {
			row.Seen = p.Seen.UTC()
		}
		for _, f := range p.Flags {
			row.Flags = append(row.Flags, f.Code)
		}
	}
	slices.Sort(row.FromSources)
	row.FromSources = slices.Compact(row.FromSources)
	slices.Sort(row.Flags)
	row.Flags = slices.Compact(row.Flags)
	mean, err := sum.Quo(currency.DecimalFromInt(int64(len(prices))), cmp.Or(w.digits, market.CrossDigits))
	row.Value = (*api.Number)(&mean)
	return row, err
}

// period is the first moment of the period that a moment is in, and the first after it.
func period(group string, at time.Time) (first, end time.Time) {
	y, m, d := at.UTC().Date()
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	switch group {
	case "week":
		first = day(y, m, d-(int(at.UTC().Weekday())+6)%7) // back to Monday
		return first, first.AddDate(0, 0, 7)
	case "month":
		return day(y, m, 1), day(y, m+1, 1)
	case "quarter":
		m -= (m - 1) % 3
		return day(y, m, 1), day(y, m+3, 1)
	}
	return day(y, 1, 1), day(y+1, 1, 1)
}

// label names a period by its first day.
func label(group string, first time.Time) string {
	switch group {
	case "week":
		y, w := first.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", y, w)
	case "month":
		return first.Format("2006-01")
	case "quarter":
		return fmt.Sprintf("%04d-Q%d", first.Year(), (first.Month()+2)/3)
	}
	return first.Format("2006")
}

// nextPage is the address of the page that follows, with all else as it was asked.
func nextPage(q query, c cursor) string {
	values := url.Values{}
	for name := range q.Query.Values {
		if text := q.Query.Get(name); text != "" {
			values.Set(name, text)
		}
	}
	values.Set("cursor", c.String())
	return q.URL.EscapedPath() + "?" + values.Encode()
}
