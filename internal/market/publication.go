package market

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Publication is what a source said of one day.
type Publication struct {
	Source  SourceID
	Day     time.Time // its midnight UTC
	Numbers int       // that speak of the day; what was revised counts once
	First   time.Time // when the first of them was learnt,
	Seen    time.Time // and when the last
}

// Name is a name of the publication that lasts: of its source and its day.
func (p Publication) Name() string {
	return NameOf("published", string(p.Source), p.Day.Format(time.DateOnly))
}

// Published returns what a source said of its last days, the newest first and at most so many. A source that is not known,
// or whose numbers may not be shown, is fault.NotFound; one that has said nothing yet has published nothing.
func (l *Ledger) Published(ctx context.Context, id SourceID, days int) ([]Publication, error) {
	if err := l.shown(ctx, id); err != nil {
		return nil, err
	}
	// One moment more than are wanted of each track: the day on which a track begins that has them all may not be whole.
	most := days + 1
	said, err := l.store.Before(ctx, id, l.now().Add(time.Microsecond), most)
	if err != nil {
		return nil, fmt.Errorf("read what %s published: %w", id, err)
	}
	type track struct {
		symbol Symbol
		field  Field
	}
	moments, first := map[track]int{}, map[track]time.Time{}
	byDay := map[time.Time]Publication{}
	for _, o := range said {
		t := track{o.Symbol, o.Field}
		if moments[t]++; first[t].IsZero() || o.At.Before(first[t]) {
			first[t] = o.At
		}
		day := dayOf(o.At)
		p := byDay[day]
		p.Source, p.Day, p.Numbers = id, day, p.Numbers+1
		if p.First.IsZero() || o.Seen.Before(p.First) {
			p.First = o.Seen
		}
		if o.Seen.After(p.Seen) {
			p.Seen = o.Seen
		}
		byDay[day] = p
	}
	var torn time.Time // days up to this one may not be whole
	for t, n := range moments {
		if day := dayOf(first[t]); n >= most && day.After(torn) {
			torn = day
		}
	}
	var all []Publication
	for day, p := range byDay {
		if day.After(torn) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Publication) int { return b.Day.Compare(a.Day) })
	return all[:min(days, len(all))], nil
}

// shown refuses a source that is not known, or whose numbers may not be shown.
func (l *Ledger) shown(ctx context.Context, id SourceID) error {
	sources, err := l.Sources(ctx)
	if err != nil {
		return fmt.Errorf("read the sources: %w", err)
	}
	if !slices.ContainsFunc(sources, func(s Source) bool { return s.ID == id && s.Terms != Private }) {
		return fault.Because(fault.NotFound, "no source %.64q is known whose numbers may be shown: all are listed at /sources", id)
	}
	return nil
}

// OfDay returns what a source said of a day, given as its midnight UTC, as far as it is known now: of each symbol, field and
// moment what it said last, by symbol. For the errors see [Ledger.Published].
func (l *Ledger) OfDay(ctx context.Context, id SourceID, day time.Time) ([]Observation, error) {
	if err := l.shown(ctx, id); err != nil {
		return nil, err
	}
	now := l.now()
	sheets, err := l.store.Sheets(ctx, id, day, endOf(day, now))
	if err != nil {
		return nil, fmt.Errorf("read what %s said: %w", id, err)
	}
	slices.SortStableFunc(sheets, func(a, b Observation) int {
		return cmp.Or(cmp.Compare(a.Symbol, b.Symbol), cmp.Compare(a.Field, b.Field), a.At.Compare(b.At))
	})
	return sheets, nil
}
