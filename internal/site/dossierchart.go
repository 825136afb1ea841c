package site

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// How far a dossier's charts reach beyond its events.
const (
	beside  = 45 * 24 * time.Hour      // of an event's own: as long as its longest window takes
	margin  = 30 * 24 * time.Hour      // of those of all
	longest = 5 * 365 * 24 * time.Hour // back, where no event is known to the day
)

// course is a series over all events of which the day is known, with these marked; nil where there are no two values, or no series.
func (d *dossier) course(ctx context.Context) (*Course, error) {
	if len(d.Subject.Series) == 0 {
		return nil, nil
	}
	events := d.marked()
	if len(events) > 0 {
		first, last := events[0].On, events[len(events)-1].On
		room := max(margin, last.Sub(first)/10)
		return d.plot(ctx, d.Subject.Series[0], first.Add(-room), last.Add(room))
	}
	from := d.now.Add(-margin)
	for _, e := range d.happened() {
		if days, _ := e.When.Days(); days.First.Before(from) {
			from = days.First
		}
	}
	if back := d.now.Add(-longest); from.Before(back) {
		from = back
	}
	return d.plot(ctx, d.Subject.Series[0], from, d.now)
}

// around is a series around an event, with what else happened then.
func (d *dossier) around(ctx context.Context, series market.Symbol, e news.Event) (*Course, error) {
	days, _ := e.When.Days()
	return d.plot(ctx, series, days.First.Add(-beside), days.Last.Add(beside))
}

// plot draws a series from one moment to another, as far as it has come, with the events between them.
func (d *dossier) plot(ctx context.Context, series market.Symbol, from, to time.Time) (*Course, error) {
	if to.After(d.now) {
		to = d.now
	}
	from = from.UTC().Truncate(24 * time.Hour)
	days, subject, err := d.site.within(ctx, series, from, market.AsOf{At: to, Known: d.now})
	if err != nil || len(days) < 2 {
		return nil, err
	}
	c := &Course{Pair: string(series), Subject: subject, What: string(series), Code: string(series)}
	d.site.plotted(c, days, nil, d.marked(), d.today)
	c.Note = d.unmarked()
	if slices.ContainsFunc(d.site.happened([]market.Symbol{series}), func(e market.Event) bool {
		return e.Date.First().After(days[0].at) && !e.Date.First().After(days[len(days)-1].at)
	}) {
		c.Note += " Prices are drawn as they were said, also across a split or a dividend; moves are measured on comparable ones."
	}
	return c, nil
}

// within are the days of a pair or a listing from one moment to another, and what they are of.
func (s *Site) within(ctx context.Context, series market.Symbol, from time.Time, asOf market.AsOf) (days []spot, subject string, err error) {
	if base, quote, ok := series.Pair(); ok {
		names := s.ledger.Currencies()
		days, err = s.spots(ctx, series, reach{}, from, asOf)
		return days, names.Name(base, english) + " in " + names.Name(quote, english), err
	}
	q, _, err := s.quoted(ctx, series, market.AsOf{At: asOf.Known, Known: asOf.Known})
	if errors.Is(err, fault.NotFound) { // it may have bars that nobody quoted
		q, err = market.Quote{Symbol: series}, nil
	}
	if err != nil {
		return nil, "", err
	}
	days, what, err := s.sessions(ctx, q, asOf)
	subject = what + string(series)
	if u := q.Instrument.Unit; u.Code != "" {
		subject += " in " + unitOf(u)
	}
	return slices.DeleteFunc(days, func(d spot) bool { return d.at.Before(from) || d.at.After(asOf.At) }), subject, err
}

// unmarked says which events no chart marks.
func (d *dossier) unmarked() string {
	switch n := len(d.happened()) - len(d.numbers); {
	case n == 0:
		return ""
	case len(d.numbers) == 0:
		return "No event is known to its day, so none is marked."
	}
	return "Events that are not known to their day are not marked."
}
