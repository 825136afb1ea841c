package api

import (
	"context"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// Reactions are what the series of a dossier did when one of its events happened, by the numbers that may be passed on.
type Reactions struct {
	Event   news.Event
	Answers []market.Answer // one for each series; where no source may speak, its Unfit says so
	Others  []news.Event    // the events that have come, to whose places Window.Shared points
	Said    map[market.ID]market.Observation
}

// HowMeasured says how reactions are measured, to stand beside them.
const HowMeasured = "A session is a day of which the source has a value. A move is set against the moves over as many sessions that ended before " +
	"the event: those of a year, and of three years where it is of more than five sessions. Beyond says than how many of 100 of them it is larger; " +
	"below 95 it cannot be told from noise, and of twenty results where nothing happened at all one is beyond 95 by chance. " +
	"It is measured what moved beside an event: of causes nothing is known."

// Reactions measures them over 1, 5 and 20 sessions, with every other event that has come as one that may share them. The
// error is fault.NotFound where the dossier has no such event.
func (f *Face) Reactions(ctx context.Context, d news.Dossier, event news.Slug) (Reactions, error) {
	e, ok := d.Subject.Event(event)
	if !ok {
		return Reactions{}, fault.Because(fault.NotFound, "the dossier %q has no event %.120q: its events are listed at /api/v1/dossiers/%s", d.Slug, event, d.Slug)
	}
	r := Reactions{Event: e, Said: map[market.ID]market.Observation{}}
	var days []market.Days
	for _, other := range d.Subject.Timeline() {
		if on, ok := other.When.Days(); ok && !on.First.After(f.Now()) {
			r.Others, days = append(r.Others, other), append(days, on)
		}
	}
	at := slices.IndexFunc(r.Others, func(other news.Event) bool { return other.ID == event })
	var evidence []market.ID
	for _, series := range d.Subject.Series {
		a := market.Answer{Series: series, Reaction: market.Reaction{Unfit: "It has not happened yet."}}
		if at >= 0 {
			var err error
			if a, err = f.ledger.Answer(ctx, series, days, at, 1, 5, 20); err != nil {
				return Reactions{}, err
			}
		}
		if at >= 0 && a.Source == "" {
			a.Unfit = "No source whose numbers may be passed on has said enough of it."
		}
		r.Answers = append(r.Answers, a)
		evidence = append(evidence, a.Before.From...)
		for _, w := range a.Windows {
			evidence = append(evidence, w.After.From...)
		}
	}
	var err error
	r.Said, err = f.ledger.Evidence(ctx, evidence)
	return r, err
}

// Seen is when the last was learnt of what a close follows from; zero where that is not on record.
func (r Reactions) Seen(c market.Close) (last time.Time) {
	for _, id := range c.From {
		if seen := r.Said[id].Seen; seen.After(last) {
			last = seen
		}
	}
	return last
}

// Shared are the names of the other events that fall into a window.
func (r Reactions) Shared(w market.Window) []news.Slug {
	names := []news.Slug{}
	for _, n := range w.Shared {
		names = append(names, r.Others[n].ID)
	}
	return names
}

// Timeline is an event of a dossier by its time, for who reads no EDTF.
type Timeline struct {
	Event  news.Event
	Days   market.Days
	Coming bool // no day of it has come
}

// TimelineOf are the events of a dossier, the earliest first.
func (f *Face) TimelineOf(d news.Dossier) (all []Timeline) {
	for _, e := range d.Subject.Timeline() {
		days, _ := e.When.Days()
		all = append(all, Timeline{e, days, days.First.After(f.Now())})
	}
	return all
}
