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

// series is a page of a history. Its rates are written as a list.
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

// jsonLimit is the number of rows of a page of JSON where none is asked for: some four years of days, or two sessions of minutes.
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
	group, grouped := given[string](q, "group")
	method, _ := given[string](q, "method")
	if !grouped && method != "last" { // of each moment there is one value, which is the last
		return found{}, fault.Because(fault.Invalid, "method=%s is of a group of values: add the group, such as group=month", method)
	}
	question := questionName(q, pair, "from", "to", "group", "method", "as_of", "known_at")
	c, paged := given[cursor](q, "cursor")
	if paged {
		if c.question != question {
			return found{}, errOtherQuestion()
		}
		asked.AsOf = market.AsOf{At: c.at, Known: c.known}
	}
	line, err := n.history(q, pair, asked)
	if err != nil {
		return found{}, err
	}
	all := asked.AsOf // from which every page is read; of the first page, what its address does not name follows from what there is
	if !paged {
		all = market.AsOf{At: line.Points[len(line.Points)-1].At(), Known: line.Learnt()}
	}
	line.Points = slices.Clip(line.Points[after(line, from):])
	if !before.IsZero() {
		line.Points = line.Points[:after(line, before)]
	}
	w := writer{table: n.Ledger().Currencies(), digits: q.digits(), at: asked.AsOf.At}
	var rows rows
	if grouped {
		out.Group, out.Method = group, method
		rows, err = w.periods(line, group, method)
	} else {
		rows, err = w.values(line)
	}
	if err != nil {
		return found{}, err
	}
	begin := 0
	if paged {
		begin, _ = slices.BinarySearchFunc(rows.keys, c.after.Add(1), time.Time.Compare)
	}
	limit, limited := q.limit()
	var f found
	end := len(rows.keys)
	if limited && end-begin > limit {
		end = begin + limit
		f.next = nextPage(q, cursor{question, all.At, all.Known, rows.keys[end-1]})
		out.Next = f.next
	}
	t := newTally()
	for i := begin; i < end; i++ {
		rows.count(t, i)
	}
	out.Count = end - begin
	f.lists = []list{{"rates", out.Count, pointLength, func(yield func(row) bool) {
		var p point
		for i := begin; i < end; i++ {
			if rows.write(&p, i); !yield(&p) {
				return
			}
		}
	}}}
	if out.Sources, err = n.voices(q.Context(), t.sources()); err != nil {
		return found{}, err
	}
	f.whole = out
	past := asked.past(n.Now()) || !before.IsZero() && before.Before(n.Now())
	return t.close(f, past), nil
}

// limit is how many rows a page has, and whether there are pages at all.
func (q query) limit() (rows int, limited bool) {
	rows, limited = given[int](q, "limit")
	if !limited && q.form.extension == "json" {
		return jsonLimit, true
	}
	return rows, limited
}

// history is the settled history of a pair, the oldest first.
func (n *native) history(q query, pair market.Symbol, asked asked) (market.Line, error) {
	line, err := n.Ledger().Line(q.Context(), pair, time.Time{}, asked.AsOf.At, asked.AsOf)
	if err != nil && fault.KindOf(err) == fault.Invalid {
		err = fault.Because(fault.NotFound, "%w", err)
	}
	if err == nil && len(line.Points) == 0 {
		err = asked.unsaid(fault.Because(fault.NotFound, "no source has said what %s was; where a law fixes it, %srates/%s says so", pair, version, dashed(pair)))
	}
	return line, err
}

// after is how many points of a line are of before a moment.
func after(line market.Line, moment time.Time) int {
	i, _ := slices.BinarySearchFunc(line.Points, moment, func(s market.Settled, at time.Time) int { return s.At().Compare(at) })
	return i
}

// dashed writes a pair as it stands in addresses.
func dashed(pair market.Symbol) string {
	base, quote, _ := pair.Pair()
	return string(base) + "-" + string(quote)
}

// rows are those of a series.
type rows struct {
	keys  []time.Time           // what tells the place of each in the series
	count func(t *tally, i int) // counts what a row rests on
	write func(p *point, i int) // makes the row
}

// values are the rows of a line as it is.
func (w writer) values(line market.Line) (rows, error) {
	r := rows{keys: make([]time.Time, len(line.Points))}
	for i, s := range line.Points {
		r.keys[i] = s.At()
	}
	r.count = func(t *tally, i int) { t.settled(line.Points[i]) }
	rounded, err := w.rounded(line)
	r.write = func(p *point, i int) {
		w.point(p, line, i)
		if rounded != nil {
			p.Value = &rounded[i]
		}
	}
	return r, err
}

// rounded are the values of a line to the digits that are asked for; none where these are all that there are.
func (w writer) rounded(line market.Line) ([]api.Number, error) {
	if w.digits == 0 {
		return nil, nil
	}
	all := make([]api.Number, len(line.Points))
	for i := range all {
		var err error
		if all[i], err = w.value(line.Price(i)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// periods are the rows of a line in groups. Values on two scales of one code are not compared, and no mean is made of them.
func (w writer) periods(line market.Line, group, method string) (rows, error) {
	var all []point
	var bounds []int // of each group, and the end
	r := rows{}
	for begin := 0; begin < len(line.Points); {
		first, end := period(group, line.Points[begin].At())
		part := line
		part.Points = line.Points[begin:after(line, end)]
		row, err := w.stand(part, method)
		if err != nil {
			return r, err
		}
		days := [2]currency.Date{currency.DateOf(first), currency.DateOf(end.AddDate(0, 0, -1))}
		row.Period, row.First, row.Last = label(group, first), &days[0], &days[1]
		row.Values = version + "series/" + dashed(row.Pair) + "?from=" + days[0].String() + "&to=" + days[1].String()
		all, bounds, r.keys = append(all, row), append(bounds, begin), append(r.keys, first)
		begin += len(part.Points)
	}
	bounds = append(bounds, len(line.Points))
	r.write = func(p *point, i int) { *p = all[i] }
	r.count = func(t *tally, i int) {
		part := line.Points[bounds[i]:bounds[i+1]]
		if method != "mean" {
			n := chosen(method, part)
			part = part[n : n+1]
		}
		for _, s := range part {
			t.settled(s)
		}
	}
	return r, nil
}

// point writes a rate of a line, over what was there.
func (w writer) point(p *point, line market.Line, i int) {
	s := line.Points[i]
	value := api.Number(s.Value())
	*p = point{
		Pair: line.Pair, Value: &value, At: s.At(), Seen: s.Seen(), Source: s.Source(), How: s.How(),
		Observations: s.AppendIDs(p.Observations[:0]), Flags: line.Flags(i),
	}
}

// stand finds what stands for a period, of which there is at least one price, by a method.
func (w writer) stand(part market.Line, method string) (row point, err error) {
	if method == "mean" {
		row, err = w.mean(part)
	} else {
		n := chosen(method, part.Points)
		w.point(&row, part, n)
		if w.digits > 0 {
			var value api.Number
			value, err = w.value(part.Price(n))
			row.Value = &value
		}
	}
	if err != nil {
		return row, err
	}
	row.Method, row.Count = method, len(part.Points)
	if method == "last" {
		return row, nil
	}
	base, quote, _ := part.Pair.Pair()
	for _, code := range []currency.Code{base, quote} {
		if w.table.ScaleOn(code, part.Points[0].At()) != w.table.ScaleOn(code, part.Points[len(part.Points)-1].At()) {
			row.Value, row.Withheld = nil, fmt.Sprintf("%s was redenominated within the period", code)
		}
	}
	return row, nil
}

// chosen is the last of some prices, or the first of the lowest or highest.
func chosen(method string, part []market.Settled) int {
	if method == "last" {
		return len(part) - 1
	}
	best, value := 0, part[0].Value()
	for i := range part[1:] {
		other := part[i+1].Value()
		if order := other.Cmp(value); order < 0 && method == "min" || order > 0 && method == "max" {
			best, value = i+1, other
		}
	}
	return best
}

// mean is the mean of a period: exact, and labelled as what nobody published.
func (w writer) mean(part market.Line) (point, error) {
	row := point{
		Pair: part.Pair, Computed: true, At: part.Points[len(part.Points)-1].At(), Observations: []market.ID{}, Flags: []market.FlagCode{},
	}
	var sum currency.Decimal
	for i, s := range part.Points {
		sum = sum.Add(s.Value())
		row.FromSources = append(row.FromSources, s.Source())
		if seen := s.Seen(); seen.After(row.Seen) {
			row.Seen = seen
		}
		row.Flags = append(row.Flags, part.Flags(i)...)
	}
	slices.Sort(row.FromSources)
	row.FromSources = slices.Compact(row.FromSources)
	slices.Sort(row.Flags)
	row.Flags = slices.Compact(row.Flags)
	mean, err := sum.Quo(currency.DecimalFromInt(int64(len(part.Points))), cmp.Or(w.digits, market.CrossDigits))
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
