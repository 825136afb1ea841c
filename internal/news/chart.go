package news

import (
	"context"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// The least and the most points of a chart. A line of more is no finer to the eye, and each of them is pinned: of a longer
// time only the last of each week is taken, or of each month.
const (
	minPoints = 2
	maxPoints = 400
)

// chart finds the points of a chart: of one source, that of the last of them, what it said last on each day.
func (r *Resolver) chart(ctx context.Context, f Figure, asOf market.AsOf) ([]Pin, error) {
	since, err := r.asOf(f, f.Since)
	if err != nil {
		return nil, err
	}
	from := since.At
	if len(f.Since) == len(time.DateOnly) {
		from = from.Truncate(24 * time.Hour) // from the day's beginning
	}
	if err := f.marked(from, asOf.At); err != nil {
		return nil, err
	}
	last, err := r.offer(ctx, f, asOf)
	if err != nil {
		return nil, err
	}
	if last.How == market.Fixed {
		return nil, none(f, "a law or a promise fixes it, and a chart of it would be a straight line")
	}
	line, err := r.ledger.Only(func(s market.Source) bool { return s.ID == last.Source }).Line(ctx, f.Symbol, from, asOf.At, asOf)
	if err != nil {
		return nil, unread(f, err)
	}
	points := thinned(line.Offers())
	if len(points) < minPoints {
		return nil, none(f, "%q has %d values of %s in that time; a chart needs %d", last.Source, len(points), f.Symbol, minPoints)
	}
	pins := make([]Pin, len(points))
	for i, o := range points {
		if i > 0 {
			if err := r.sameMoney(f, points[i-1], o); err != nil {
				return nil, err
			}
		}
		pins[i] = pinned(f, o)
	}
	return pins, nil
}

// marked says which of a chart's marks does not lie in its time.
func (f Figure) marked(from, to time.Time) error {
	for _, m := range f.Marks {
		on, err := market.ParseAsOf(m.On, "")
		if err != nil {
			return err
		}
		if on.At.Before(from) || on.At.Truncate(24*time.Hour).After(to) {
			return fault.Because(fault.Invalid, "the figure {{%s}}: the marked day %s lies outside of the chart", f.Expression, m.On)
		}
	}
	return nil
}

// thinned takes the last offer of each day or, where these are too many, of each week or month.
func thinned(line []market.Offer) (points []market.Offer) {
	for _, period := range []func(time.Time) int{
		func(t time.Time) int { return int(t.Unix() / (24 * 60 * 60)) },
		func(t time.Time) int { y, w := t.ISOWeek(); return y*100 + w },
		func(t time.Time) int { return t.Year()*100 + int(t.Month()) },
		time.Time.Year,
	} {
		points = nil
		for i, o := range line {
			if i+1 == len(line) || period(o.At.UTC()) != period(line[i+1].At.UTC()) {
				points = append(points, o)
			}
		}
		if len(points) <= maxPoints {
			return points
		}
	}
	return points
}
