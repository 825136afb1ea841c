package market

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Publication is what a source said of one day.
type Publication struct {
	Day     time.Time // its midnight UTC
	Numbers int       // that speak of the day; what was revised counts once
	Seen    time.Time // when the last of them was learnt
}

// Published returns what a source said of its last days, the newest first and at most so many. A source that is not known,
// or whose numbers may not be shown, is fault.NotFound; one that has said nothing yet has published nothing.
func (l *Ledger) Published(ctx context.Context, id SourceID, days int) ([]Publication, error) {
	sources, err := l.Sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	if !slices.ContainsFunc(sources, func(s Source) bool { return s.ID == id && s.Terms != Private }) {
		return nil, fault.Because(fault.NotFound, "no source %.64q is known whose numbers may be shown: all are listed at /sources", id)
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
		p.Day, p.Numbers = day, p.Numbers+1
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
