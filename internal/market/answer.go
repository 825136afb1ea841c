package market

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Answer is what a series did when something happened, and by whose numbers.
type Answer struct {
	Series Symbol
	Source SourceID // whose closes they are: of several the one who said most; empty where nobody said anything
	Held   string   // why the series could not answer, as a sentence; empty where it could
	Reaction
}

// lookBack and lookAhead are how much of a series is read around an event: what the longest window is compared with, and the
// longest window, with holidays.
const (
	lookBack  = 3*366 + 60 // days
	lookAhead = 60
)

// Answers measures what a series did when each of some things happened, by [React], each set apart from the others. A
// session is a day of which the source has a value; its close is the last of that day. Closes of a share are comparable with each
// other by [Listings.Adjust], at the rates that are known now. The answers are in the order of what happened; the numbers in
// Window.Shared are places in it. The error is fault.Invalid for what is no series of a known thing.
func (l *Ledger) Answers(ctx context.Context, series Symbol, happened []Days, sessions ...int) ([]Answer, error) {
	if len(happened) == 0 {
		return nil, nil
	}
	from, to := happened[0].First, happened[0].Last
	for _, d := range happened {
		from, to = earlier(from, d.First), later(to, d.Last)
	}
	voices, err := l.closes(ctx, series, from.AddDate(0, 0, -lookBack), to.AddDate(0, 0, lookAhead))
	if err != nil {
		return nil, err
	}
	answers := make([]Answer, len(happened))
	for i := range happened {
		answers[i] = l.answer(series, voices, happened, i, sessions)
	}
	return answers, nil
}

// Answer measures what a series did when one of some things happened, as [Ledger.Answers] does for each of them.
func (l *Ledger) Answer(ctx context.Context, series Symbol, happened []Days, which int, sessions ...int) (Answer, error) {
	d := happened[which]
	voices, err := l.closes(ctx, series, d.First.AddDate(0, 0, -lookBack), d.Last.AddDate(0, 0, lookAhead))
	if err != nil {
		return Answer{}, err
	}
	return l.answer(series, voices, happened, which, sessions), nil
}

// answer measures what a series did when the i-th of some things happened.
func (l *Ledger) answer(series Symbol, voices map[SourceID][]Close, happened []Days, i int, sessions []int) Answer {
	d := happened[i]
	a := Answer{Series: series, Held: l.Held(series, d.First), Source: loudest(voices, d)}
	others, places := make([]Days, 0, len(happened)-1), make([]int, 0, len(happened)-1)
	for j, other := range happened {
		if j != i {
			others, places = append(others, other), append(places, j)
		}
	}
	a.Reaction = React(voices[a.Source], d, others, sessions...)
	for _, w := range a.Windows {
		for n, other := range w.Shared {
			w.Shared[n] = places[other]
		}
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// loudest is the source that has most closes around an event; of several the first by name.
func loudest(voices map[SourceID][]Close, d Days) (best SourceID) {
	most := 0
	from, to := d.First.AddDate(0, 0, -lookBack), d.Last.AddDate(0, 0, lookAhead)
	for _, id := range slices.Sorted(maps.Keys(voices)) {
		n := 0
		for _, c := range voices[id] {
			if !c.At.Before(from) && !c.At.After(to) {
				n++
			}
		}
		if n > most {
			best, most = id, n
		}
	}
	return best
}

// closes are those of a series by who said them, one for each day.
func (l *Ledger) closes(ctx context.Context, series Symbol, from, to time.Time) (map[SourceID][]Close, error) {
	voices := map[SourceID][]Close{}
	add := func(id SourceID, c Close) {
		list := voices[id]
		if n := len(list); n > 0 && dayOf(list[n-1].At).Equal(dayOf(c.At)) {
			list[n-1] = c
			return
		}
		voices[id] = append(list, c)
	}
	if _, _, isListing := series.Listing(); isListing {
		bars, source, err := l.Bars(ctx, Stretch{Symbol: series, Interval: Daily, From: from, To: to})
		if errors.Is(err, fault.NotFound) {
			return voices, nil
		} else if err != nil {
			return nil, err
		}
		facts, err := l.facts(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the sources: %w", err)
		}
		exchanges, failed := l.exchanges(ctx, facts, l.now())
		for _, b := range l.comparable(series, bars, exchanges) {
			add(source.ID, b)
		}
		return voices, *failed
	}
	line, err := l.Line(ctx, series, from, to, AsOf{})
	if err != nil {
		return nil, fmt.Errorf("read the closes of %s: %w", series, err)
	}
	for i := range line.Points {
		p := &line.Points[i]
		if p.How() == Fixed {
			continue // what a law or a promise fixes answers to nothing
		}
		add(p.Source(), Close{At: p.At(), Value: p.Value(), From: p.AppendIDs(nil)})
	}
	return voices, nil
}

// comparable are the closes of bars as they compare with the last of them. Where that cannot be known they begin after it.
func (l *Ledger) comparable(series Symbol, bars []Bar, exchanges Exchanges) (closes []Close) {
	_, err := l.listings.Instrument(series)
	known := !errors.Is(err, fault.NotFound)
	slices.SortFunc(bars, func(a, b Bar) int { return cmp.Or(a.At.Compare(b.At), a.Seen.Compare(b.Seen)) })
	for _, b := range bars {
		adjusted, err := l.listings.Adjust(series, b.Close, dayOf(b.At), dayOf(bars[len(bars)-1].At), exchanges)
		switch {
		case err == nil:
			closes = append(closes, Close{At: b.At, Value: adjusted.Value})
		case !known:
			closes = append(closes, Close{At: b.At, Value: b.Close}) // nor is anything that happened to it
		default:
			closes = nil
		}
	}
	return closes
}
