package site

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/render"
)

// Course is what a pair was worth over a range: a chart with the table that says the same, and what can be asked of it.
type Course struct {
	Plot
	Pair, Base, Code string
	Subject, What    string // what it is the course of, in a title and in a table
	Path             string // address that the forms ask
	Range            string // as asked; empty: the usual one
	Ranges           []Link
	AsOf, KnownAt    string
	With             string // the code of what it is compared with; empty: nothing
	WithMove         Move
	Note             string // what must be known of it, as a whole sentence; may be empty
	Others           []Link // what it can be compared with; Href is the code
	Alone            string // address without the comparison
	Every            string // what the table holds
	Days             []Day  // the newest first
	Said             string // who said it, and for how many days
	Base100          string // the day on which both are 100
	MarkedFrom       int    // the number of the first mark; 0: 1
}

// Day is a row of a course's table.
type Day struct {
	At            Time
	Value, Exact  string
	Index         string // where it is compared, as the other's
	Other, Others string // the other's value and its index
	Source        string
}

// spot is the last value of a day.
type spot struct {
	at    time.Time
	value currency.Decimal
	said  voice
}

// voice is who said a value.
type voice interface {
	Source() market.SourceID
	Seen() time.Time
	Offer() market.Offer
	AppendIDs(ids []market.ID) []market.ID
}

// hundred is what both lines of a comparison begin with.
const hundred = 100

// course draws a pair over the range that is asked for. It is nil where there are no two values.
func (s *Site) course(ctx context.Context, pair market.Symbol, asOf market.AsOf, a ask, t today) (*Course, error) {
	base, code, _ := pair.Pair()
	r, err := parseReach(a.query.Get("range"))
	if err != nil {
		return nil, err
	}
	with, err := s.withOf(a, base, code)
	if err != nil {
		return nil, err
	}
	days, err := s.spots(ctx, pair, r, time.Time{}, asOf)
	if err != nil || len(days) < 2 {
		return nil, err
	}
	c := &Course{
		Pair: string(pair), Base: string(base), Code: string(code), Path: a.r.URL.EscapedPath(), AsOf: a.query.Get("as-of"), KnownAt: a.query.Get("known-at"),
		Range: a.query.Get("range"), With: string(with),
	}
	c.ranged(r, a)
	for _, l := range s.bases(t.board, with) {
		if l.Href != string(base) && l.Href != string(code) {
			c.Others = append(c.Others, l)
		}
	}
	var beside []spot
	if with != "" {
		c.Alone = address(c.Path, without(a.query, "with"))
		if beside, err = s.spots(ctx, market.Pair(base, with), r, days[0].at, asOf); err != nil {
			return nil, err
		}
		if days, beside = common(days, beside); len(days) < 2 {
			return nil, fault.Because(fault.NotFound, "%s and %s were not quoted against %s on two days of this range: compare it with another", code, with, base)
		}
	}
	names := s.ledger.Currencies()
	c.Subject, c.What = names.Name(base, "en")+" in "+names.Name(code, "en"), c.Code+" for one "+c.Base
	var events []Event
	for _, one := range []currency.Code{code, base, with} {
		for _, e := range lifeOf(names, one) {
			if e.Exact && e.Own && !slices.ContainsFunc(events, func(o Event) bool { return o == e }) {
				events = append(events, e)
			}
		}
	}
	s.plotted(c, days, beside, append(events, s.onSeries(t, pair)...), t)
	return c, nil
}

// ranged fills the ranges that can be asked for.
func (c *Course) ranged(r reach, a ask) {
	for _, one := range reaches {
		q := without(a.query, "range")
		if one.name != usualReach {
			q.Set("range", one.name)
		}
		c.Ranges = append(c.Ranges, Link{Text: one.short, Title: one.long, Href: address(c.Path, q), Current: one.name == r.name})
	}
}

// withOf is what a course is to be compared with; empty: nothing.
func (s *Site) withOf(a ask, base, code currency.Code) (currency.Code, error) {
	text := a.query.Get("with")
	if text == "" {
		return "", nil
	}
	with, err := currency.ParseCode(text)
	if err == nil {
		_, err = s.ledger.Currencies().Currency(with)
	}
	if err != nil {
		return "", fault.Because(fault.Invalid, "what a chart is compared with: %w", err)
	}
	if with == base || with == code {
		return "", nil // which is what it shows already
	}
	return with, nil
}

// spots are the last values of each day of a range, which ends with the newest value or begins with a moment.
func (s *Site) spots(ctx context.Context, pair market.Symbol, r reach, from time.Time, asOf market.AsOf) ([]spot, error) {
	line, err := s.ledger.Line(ctx, pair, from, asOf.At, asOf)
	points := line.Points
	if err == nil && len(points) == 0 {
		points, err = s.tied(ctx, pair, asOf)
	}
	if err != nil || len(points) == 0 {
		return nil, err
	}
	if from.IsZero() {
		from = r.from(points[len(points)-1].At())
	}
	var days []spot
	for i := range points {
		p := &points[i]
		at := p.At()
		if at.Before(from) || i+1 < len(points) && daysSince(points[i+1].At()) == daysSince(at) {
			continue
		}
		days = append(days, spot{at, p.Value(), p})
	}
	return days, nil
}

// tied is the course of a pair that nobody quotes, but that is fixed to one that somebody does.
func (s *Site) tied(ctx context.Context, pair market.Symbol, asOf market.AsOf) ([]market.Settled, error) {
	base, quote, _ := pair.Pair()
	begin := time.Date(1999, 1, 4, 0, 0, 0, 0, time.UTC) // of the euro's rates; what is fixed is fixed to few others
	courses, err := s.ledger.Courses(ctx, base, []currency.Code{quote}, market.Span{From: begin, To: asOf.At.UTC().Truncate(24 * time.Hour)})
	if err != nil || len(courses) == 0 {
		return nil, err
	}
	return slices.DeleteFunc(courses[0].Days, func(d market.Settled) bool {
		return d.At().After(asOf.At) || d.Seen().After(asOf.Known)
	}), nil
}

// common are those days of two courses that stand in both.
func common(a, b []spot) (first, second []spot) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch m, n := daysSince(a[i].at), daysSince(b[j].at); {
		case m < n:
			i++
		case m > n:
			j++
		default:
			first, second = append(first, a[i]), append(second, b[j])
			i, j = i+1, j+1
		}
	}
	return first, second
}

// indexed are values in per cent of the first of them.
func indexed(days []spot) []currency.Decimal {
	all := make([]currency.Decimal, len(days))
	for i, d := range days {
		all[i], _ = d.value.Mul(currency.DecimalFromInt(hundred)).Quo(days[0].value, market.CrossDigits) // no rate is zero
		all[i] = all[i].RoundPlaces(2)
	}
	return all
}

// plotted draws the days of a course, and those that stand beside them, and marks on it what happened within them.
func (s *Site) plotted(c *Course, days, beside []spot, events []Event, t today) {
	h, moments := t.hand, make([]time.Time, len(days))
	low, high := 0, 0
	for i, d := range days {
		moments[i] = d.at
		if d.value.Cmp(days[low].value) < 0 {
			low = i
		}
		if d.value.Cmp(days[high].value) > 0 {
			high = i
		}
	}
	shown, every := sampled(moments, low, high, 0)
	last := len(days) - 1
	c.First, c.Last, c.Low, c.High = s.spotPoint(days[0], t), s.spotPoint(days[last], t), s.spotPoint(days[low], t), s.spotPoint(days[high], t)
	c.Move, c.Seen = h.since(days[0], days[last]), h.time(seenOf(days))
	c.Every = everyOf(every, len(shown))
	c.Plot.Source, c.Said = "", saidBy(days, t.sources)

	chart := render.Chart{
		Number: h.number, Day: func(t time.Time) string { return h.words.format(t, h.words.DayAndMonth) },
		Month: func(t time.Time) string { return h.words.format(t, h.words.MonthAndYear) },
	}
	values, others := []currency.Decimal(nil), []currency.Decimal(nil)
	if beside != nil {
		values, others = indexed(days), indexed(beside)
		c.WithMove, c.Base100 = h.since(beside[0], beside[last]), c.First.At.Text
		chart.Names = [2]string{c.Code, c.With}
	}
	for _, i := range shown {
		d := Day{At: h.time(days[i].at), Value: h.number(shownOf(days[i])), Exact: days[i].value.String(), Source: nameOf(days[i].said.Source(), t.sources)}
		value := days[i].value
		if beside != nil {
			value = values[i]
			d.Index, d.Other, d.Others = h.number(values[i]), h.number(shownOf(beside[i])), h.number(others[i])
			chart.Beside = append(chart.Beside, render.Point{At: days[i].at, Value: others[i]})
		}
		chart.Points = append(chart.Points, render.Point{At: days[i].at, Value: value})
		c.Days = append(c.Days, d)
	}
	slices.Reverse(c.Days)
	s.mark(c, &chart, days, events, t)

	c.Title = fmt.Sprintf("%s, %s to %s", c.Subject, c.First.At.Text, c.Last.At.Text)
	chart.Description = fmt.Sprintf("From %s to %s, %s. Lowest %s on %s, highest %s on %s.",
		c.First.Value, c.Last.Value, c.Move.Percent, c.Low.Value, c.Low.At.Text, c.High.Value, c.High.At.Text)
	if beside != nil {
		c.Title = fmt.Sprintf("One %s in %s and in %s, both 100 on %s", s.ledger.Currencies().Name(currency.Code(c.Base), "en"), c.Code, c.With, c.Base100)
		chart.Description = fmt.Sprintf("%s ends at %s, %s, dashed, at %s.", c.Code, h.number(values[last]), c.With, h.number(others[last]))
	}
	if n := len(c.Marks); n > 0 {
		chart.Description += " Marked days, listed below: " + strconv.Itoa(n) + "."
	}
	chart.Title = c.Title
	c.Picture, c.FromZero, c.Broken = chart.SVG(), chart.FromZero(), chart.Broken()
}

// mark puts on a chart what happened within it, one mark for a day.
func (s *Site) mark(c *Course, chart *render.Chart, days []spot, events []Event, t today) {
	list := slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return !e.On.After(days[0].at) || e.On.After(days[len(days)-1].at) })
	slices.SortStableFunc(list, func(a, b Event) int { return a.On.Compare(b.On) })
	for i, e := range list {
		if i == 0 {
			chart.From, c.MarkedFrom = e.Number, e.Number
		}
		if i == 0 || !e.On.Equal(list[i-1].On) {
			m := Marked{On: t.hand.day(e.On)}
			for _, d := range days {
				if d.at.Before(e.On.Add(24 * time.Hour)) {
					m.Value = s.spotPoint(d, t)
				}
			}
			chart.Marks, c.Marks = append(chart.Marks, e.On), append(c.Marks, m)
		}
		m := &c.Marks[len(c.Marks)-1]
		if e.Href != "" {
			m.Links = append(m.Links, Link{Text: e.Words, Href: e.Href, Language: e.Language})
		} else {
			m.Words = strings.TrimSpace(m.Words + " " + e.Words)
		}
	}
}

// shownOf is a value as a board shows it.
func shownOf(d spot) currency.Decimal {
	o := d.said.Offer()
	return o.Shown()
}

func (s *Site) spotPoint(d spot, t today) Point {
	p := Point{At: t.hand.time(d.at), Value: t.hand.number(shownOf(d)), Exact: d.value.String()}
	if ids := d.said.AppendIDs(nil); len(ids) > 0 {
		p.Number = numberPath(ids[0])
	}
	return p
}

// since is the move from one value to another.
func (h hand) since(from, to spot) Move {
	percent, err := to.value.Sub(from.value).Mul(currency.DecimalFromInt(hundred)).Quo(from.value, market.CrossDigits)
	if err != nil {
		return Move{}
	}
	percent = percent.RoundPlaces(2)
	return Move{Percent: h.percent(percent), Class: classOf(percent), Since: h.time(from.at).Text}
}

// seenOf is when the youngest of some values was learnt.
func seenOf(days []spot) (seen time.Time) {
	for _, d := range days {
		if at := d.said.Seen(); at.After(seen) {
			seen = at
		}
	}
	return seen
}

// everyOf says what a table holds that has so many values.
func everyOf(every string, n int) string {
	if every == "day" {
		return strconv.Itoa(n) + " values, the last of each day"
	}
	return strconv.Itoa(n) + " values: the last of each " + every + ", with the first, the lowest and the highest day"
}

// saidBy names the sources of a course, the one with the most days first.
func saidBy(days []spot, sources market.Sources) string {
	counts := map[market.SourceID]int{}
	var ids []market.SourceID
	for _, d := range days {
		if counts[d.said.Source()]++; counts[d.said.Source()] == 1 {
			ids = append(ids, d.said.Source())
		}
	}
	if len(ids) == 1 {
		return nameOf(ids[0], sources)
	}
	slices.SortStableFunc(ids, func(a, b market.SourceID) int { return cmp.Compare(counts[b], counts[a]) })
	var names []string
	for _, id := range ids {
		names = append(names, nameOf(id, sources)+" ("+strconv.Itoa(counts[id])+" of "+strconv.Itoa(len(days))+" days)")
	}
	return strings.Join(names, ", ")
}
