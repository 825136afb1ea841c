package market

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Span is a run of days, each given as its midnight UTC, both ends included.
type Span struct {
	From, To time.Time
	Carry    time.Duration // for how long a value stands where its source says nothing newer
	Said     bool          // only what sources say, and nothing that a law or a promise fixes
}

// Course is what one currency cost in the units of another over a span, day by day, the oldest first.
type Course struct {
	Quote currency.Code
	Days  []Settled
}

// Settled is what a pair was worth at the end of a day, as [Settle] chooses it, without the reasons.
type Settled struct {
	Offer
	Beside []Offer // what the other sources had to say at that moment, the best first
}

// Courses settles pairs of one base on every day of a span, all from one reading: of the quotes named, or of every
// currency there is where none is named. A day stands in a course if the value chosen at its end is of that day; the
// first day always does, with what still stood then, so that a span that begins on a holiday begins with a value. A rate
// that a law or a promise fixes is of the days on which its anchor was quoted. The courses are sorted by quote; a quote
// of which nobody spoke has none. A currency that no table knows is fault.Invalid.
func (l *Ledger) Courses(ctx context.Context, base currency.Code, quotes []currency.Code, span Span) ([]Course, error) {
	for _, code := range append([]currency.Code{base}, quotes...) {
		if _, err := l.currencies.Currency(code); err != nil {
			return nil, fault.Because(fault.Invalid, "the course of %s: %w", code, err)
		}
	}
	facts, err := l.facts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	now := l.now()
	heard, whole, err := l.bearingOn(ctx, base, quotes, span, facts)
	if err != nil {
		return nil, fmt.Errorf("read the courses of %s: %w", base, err)
	}
	asOf := AsOf{At: endOf(span.To, now), Known: now}
	r := runner{
		settler: &settler{facts: facts}, asOf: asOf, span: span, now: now, named: quotes != nil,
		tracks: map[Symbol][][]Offer{}, anchors: map[currency.Code][]time.Time{},
	}
	if whole {
		r.settler = newSettler(heard, facts, asOf)
	} else {
		r.series = slices.DeleteFunc(heard, func(o Observation) bool { return !facts.may(o.Source) })
	}
	if quotes = slices.Clone(quotes); !r.named {
		quotes = r.codes()
		for _, c := range l.currencies.Currencies() {
			if !span.Said && r.everTied(c.Code) {
				quotes = append(quotes, c.Code)
			}
		}
	}
	slices.Sort(quotes)
	var courses []Course
	for _, quote := range slices.Compact(quotes) {
		if quote == base {
			continue
		}
		if days := r.course(base, quote); len(days) > 0 {
			courses = append(courses, Course{Quote: quote, Days: days})
		}
	}
	return courses, nil
}

// endOf is the last moment of a day, or the present one where that day is not over.
func endOf(day, now time.Time) time.Time {
	if end := day.AddDate(0, 0, 1).Add(-time.Microsecond); end.Before(now) {
		return end
	}
	return now
}

// Few currencies over a long span are read as series, all else by the sheets of each source.
const (
	fewQuotes = 5
	shortSpan = 92 * 24 * time.Hour
)

// bearingOn reads what can bear on the courses of some currencies. Where one of them is tied to another at times, the
// days on which that was quoted count too, and these only the sheets tell: it is whole where it is by sheets.
func (l *Ledger) bearingOn(ctx context.Context, base currency.Code, quotes []currency.Code, span Span, facts Facts) (heard []Observation, whole bool, err error) {
	from, to := span.From.Add(-span.Carry), span.To.AddDate(0, 0, 1).Add(-time.Microsecond)
	s := &settler{facts: facts}
	tied := !span.Said && (s.everTied(base) || slices.ContainsFunc(quotes, s.everTied))
	if quotes == nil || len(quotes) > fewQuotes || to.Sub(from) < shortSpan || tied {
		for id := range facts.Sources {
			if id == TableID || !facts.may(id) {
				continue
			}
			sheets, err := l.store.Sheets(ctx, id, from, to)
			if err != nil {
				return nil, true, err
			}
			heard = append(heard, sheets...)
		}
		return heard, true, nil
	}
	symbols, err := l.store.Symbols(ctx)
	if err != nil {
		return nil, false, err
	}
	var needed []Symbol
	for _, quote := range quotes {
		needed = append(needed, bearing(base, quote, symbols)...)
	}
	slices.Sort(needed)
	heard, err = l.store.Series(ctx, slices.Compact(needed), AsOf{At: to, Known: l.now()})
	first, _ := slices.BinarySearchFunc(heard, from, func(o Observation, at time.Time) int { return o.At.Compare(at) })
	return heard[first:], false, err
}

// everTied says whether a law or a promise fixed a currency to another at any time.
func (s *settler) everTied(code currency.Code) bool {
	return slices.ContainsFunc(s.facts.Currencies.Pegs(code), currency.Peg.Hard)
}

// runner settles many courses from one reading, and keeps what several of them need.
type runner struct {
	*settler
	series  []Observation // instead of sheets: few symbols, by At
	asOf    AsOf
	span    Span
	now     time.Time
	named   bool                          // the quotes were asked for by name
	tracks  map[Symbol][][]Offer          // of each source its offers for a pair, the oldest first
	anchors map[currency.Code][]time.Time // the days on which something was quoted to which others are tied
}

// course settles a pair on the days of the span. Unless it was asked for by name, a currency that nobody quotes needs an
// official source that has its anchor, as on a board.
func (r *runner) course(base, quote currency.Code) []Settled {
	pair := Pair(base, quote)
	days := []time.Time{r.span.From}
	for _, track := range r.track(pair) {
		for _, o := range track {
			if at := dayOf(o.At); at.After(r.span.From) && !at.After(r.span.To) {
				days = append(days, at)
			}
		}
	}
	if !r.span.Said {
		for _, peg := range append(r.facts.Currencies.Pegs(base), r.facts.Currencies.Pegs(quote)...) {
			if peg.Hard() {
				days = append(days, r.anchored(peg.Anchor)...)
			}
		}
	}
	days = slices.DeleteFunc(days, func(day time.Time) bool { return day.Before(r.span.From) })
	slices.SortFunc(days, time.Time.Compare)
	days = slices.CompactFunc(days, time.Time.Equal)
	course := make([]Settled, 0, len(days))
	for _, day := range days {
		end := endOf(day, r.now)
		settled, ok := r.stood(pair, day, end)
		switch {
		case !ok, settled.At.Before(day.Add(-r.span.Carry)):
		case !day.Equal(r.span.From) && !dayOf(settled.At).Equal(day):
		case settled.How == Fixed && !r.named && !r.onBoard(quote, settled.Offer, end):
		default:
			course = append(course, settled)
		}
	}
	return course
}

// stood is what a pair was worth at the end of a day by what was heard of it, or by what fixes it.
func (r *runner) stood(pair Symbol, day, end time.Time) (Settled, bool) {
	heard, ok := r.heard(pair, day, end)
	if r.span.Said || ok && r.facts.Sources.fresh(heard.Offer, end) {
		return heard, ok
	}
	base, quote, _ := pair.Pair()
	b, q := r.tieOn(base, end), r.tieOn(quote, end)
	if !b.tied && !q.tied {
		return heard, ok
	}
	o, fixed := fix(b, q, func() (Offer, bool) {
		between, ok := r.heard(Pair(b.anchor, q.anchor), day, end)
		return between.Offer, ok
	})
	if !fixed {
		return heard, ok
	}
	if o.From == nil { // it holds on every day: of the last on which there was a price of what it is fixed to
		days := r.anchored(b.anchor)
		i, found := slices.BinarySearchFunc(days, day, time.Time.Compare)
		if found {
			i++
		}
		if i == 0 {
			return heard, ok
		}
		o.At, o.Seen = days[i-1], days[i-1]
	}
	settled := Settled{Offer: o}
	if ok {
		settled.Beside = append([]Offer{heard.Offer}, heard.Beside...)
	}
	return settled, true
}

// heard chooses among what the sources had to say of a pair at the end of a day.
func (r *runner) heard(pair Symbol, day, end time.Time) (Settled, bool) {
	var offers []Offer
	var only Offer
	since, n := day.Add(-r.span.Carry), 0
	for _, track := range r.track(pair) {
		i, found := slices.BinarySearchFunc(track, end, func(o Offer, end time.Time) int { return o.At.Compare(end) })
		if found {
			i++
		}
		if i == 0 || track[i-1].At.Before(since) {
			continue
		}
		if n++; n == 1 {
			only = track[i-1]
			continue
		}
		if n == 2 {
			offers = append(offers, only)
		}
		offers = append(offers, track[i-1])
	}
	if n > 1 {
		ranked(pair, offers, r.facts.Sources, end)
		return Settled{Offer: offers[0], Beside: offers[1:]}, true
	}
	return Settled{Offer: only}, n == 1
}

// track are the offers of each source for a pair, the oldest first.
func (r *runner) track(pair Symbol) [][]Offer {
	if tracks, ok := r.tracks[pair]; ok {
		return tracks
	}
	base, quote, _ := pair.Pair()
	var tracks [][]Offer
	for _, said := range bySource(r.series) {
		if track := offersOf(pair, said, r.asOf); len(track) > 0 {
			tracks = append(tracks, track)
		}
	}
	for _, list := range r.sheets {
		var track []Offer
		for _, sh := range slices.Backward(list.on(base, quote)) {
			if o, ok := sh.offer(base, quote); ok {
				track = append(track, o)
			}
		}
		if len(track) > 0 {
			tracks = append(tracks, track)
		}
	}
	r.tracks[pair] = tracks
	return tracks
}

// anchored are the days up to the end of the span on which something was quoted to which others are tied, in their order:
// by anybody, or, where nobody asked for these by name, by official sources.
func (r *runner) anchored(anchor currency.Code) []time.Time {
	if days, ok := r.anchors[anchor]; ok {
		return days
	}
	days := []time.Time{}
	for source, list := range r.sheets {
		if !r.named && r.facts.Sources[source].Kind != Official {
			continue
		}
		for _, sh := range list.on(anchor, anchor) {
			if day := dayOf(sh.at); !day.After(r.span.To) {
				days = append(days, day)
			}
		}
	}
	slices.SortFunc(days, time.Time.Compare)
	r.anchors[anchor] = days
	return days
}

// onBoard says whether a board would show a fixed rate of a currency that it was not asked for by name.
func (r *runner) onBoard(quote currency.Code, o Offer, end time.Time) bool {
	c, err := r.facts.Currencies.Currency(quote)
	if err != nil || c.RetiredOn(end.Add(-newlyRetired)) || !c.Introduced.IsZero() && end.Before(c.Introduced.First()) {
		return false
	}
	return o.From == nil || r.current(o, end)
}

// dayOf is the midnight UTC at which the day of a moment begins.
func dayOf(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }
