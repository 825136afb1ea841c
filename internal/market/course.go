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
	tracks, ok := l.store.Tracks()
	if !ok {
		heard, err := l.bearingOn(ctx, base, quotes, span, facts)
		if err != nil {
			return nil, fmt.Errorf("read the courses of %s: %w", base, err)
		}
		tracks = tracksOf(heard)
	}
	r := runner{
		settler: &settler{facts: facts}, tracks: tracks, span: span, now: now.UnixMicro(), named: quotes != nil,
		within: bounds{span.From.Add(-span.Carry).UnixMicro(), lastOf(span.To.UnixMicro(), now.UnixMicro()), now.UnixMicro()},
		lanes:  map[Symbol][]*lane{}, anchors: map[currency.Code][]int64{},
	}
	for _, v := range tracks.voices {
		if facts.may(v.source) {
			r.voices = append(r.voices, v)
		}
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

// dayLength is a day in microseconds. Days are those of UTC, which has no others.
const dayLength = int64(24 * time.Hour / time.Microsecond)

// lastOf is the last moment of a day, or the present one where that day is not over.
func lastOf(day, now int64) int64 { return min(day+dayLength-1, now) }

// midnight is that at which the day of a moment begins.
func midnight(at int64) int64 {
	past := at % dayLength
	if past < 0 {
		past += dayLength
	}
	return at - past
}

// endOf is lastOf of times.
func endOf(day, now time.Time) time.Time {
	return time.UnixMicro(lastOf(day.UnixMicro(), now.UnixMicro())).UTC()
}

// dayOf is the midnight UTC at which the day of a moment begins.
func dayOf(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

// Few currencies over a long span are read as series, all else by the sheets of each source.
const (
	fewQuotes = 5
	shortSpan = 92 * 24 * time.Hour
)

// bearingOn reads what can bear on the courses of some currencies. Where one of them is tied to another at times, the
// days on which that was quoted count too, and these only the sheets tell.
func (l *Ledger) bearingOn(ctx context.Context, base currency.Code, quotes []currency.Code, span Span, facts Facts) (heard []Observation, err error) {
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
				return nil, err
			}
			heard = append(heard, sheets...)
		}
		return heard, nil
	}
	symbols, err := l.store.Symbols(ctx)
	if err != nil {
		return nil, err
	}
	var needed []Symbol
	for _, quote := range quotes {
		needed = append(needed, bearing(base, quote, symbols)...)
	}
	slices.Sort(needed)
	return l.store.Series(ctx, slices.Compact(needed), AsOf{At: to, Known: l.now()})
}

// everTied says whether a law or a promise fixed a currency to another at any time.
func (s *settler) everTied(code currency.Code) bool {
	return slices.ContainsFunc(s.facts.Currencies.Pegs(code), currency.Peg.Hard)
}

// runner settles many courses from one reading, and keeps what several of them need. Moments are in microseconds.
type runner struct {
	*settler
	tracks  *Tracks
	voices  []*voice // those that may speak
	within  bounds
	span    Span
	now     int64
	named   bool                      // the quotes were asked for by name
	lanes   map[Symbol][]*lane        // what each source offered for a pair
	anchors map[currency.Code][]int64 // the days on which something was quoted to which others are tied
}

// codes are the currencies of which somebody spoke.
func (r *runner) codes() []currency.Code {
	all := make([]currency.Code, 0, len(r.tracks.codes))
	for code, name := range r.tracks.codes {
		if slices.ContainsFunc(r.voices, func(v *voice) bool { return v.spoke(code, r.within) }) {
			all = append(all, name)
		}
	}
	return all
}

// course settles a pair on the days of the span. Unless it was asked for by name, a currency that nobody quotes needs an
// official source that has its anchor, as on a board.
func (r *runner) course(base, quote currency.Code) []Settled {
	pair := Pair(base, quote)
	lanes := r.of(pair)
	from, to := r.span.From.UnixMicro(), r.span.To.UnixMicro()
	days, tied := []int64{from}, false
	if !r.span.Said {
		for _, peg := range append(r.facts.Currencies.Pegs(base), r.facts.Currencies.Pegs(quote)...) {
			if peg.Hard() {
				days, tied = append(days, r.anchored(peg.Anchor)...), true
			}
		}
	}
	if len(lanes) == 1 && !tied {
		return r.alone(lanes[0].picks)
	}
	for _, t := range lanes {
		days = slices.Grow(days, len(t.picks))
		for _, p := range t.picks {
			if day := midnight(p.at); day > from && day <= to {
				days = append(days, day)
			}
		}
	}
	days = slices.DeleteFunc(days, func(day int64) bool { return day < from })
	slices.Sort(days)
	days = slices.Compact(days)
	carry := r.span.Carry.Microseconds()
	course := make([]Settled, 0, len(days))
	for _, day := range days {
		end := lastOf(day, r.now)
		settled, ok := r.heard(pair, lanes, day, end)
		if tied {
			settled, ok = r.stood(pair, day, end, settled, ok)
		}
		switch {
		case !ok, settled.at < day-carry:
		case day != from && midnight(settled.at) != day:
		case settled.fixed != nil && !r.named && !r.onBoard(quote, *settled.fixed, time.UnixMicro(end)):
		default:
			course = append(course, settled)
		}
	}
	return course
}

// alone settles a pair of which one source spoke: there is nothing to choose, and the last price of each day is that of its end.
// Where a source speaks once a day, as most do, that is all of them.
func (r *runner) alone(picks []Settled) []Settled {
	from, carry := r.span.From.UnixMicro(), r.span.Carry.Microseconds()
	day := func(i int) int64 { return max(midnight(picks[i].at), from) }
	first, course := 0, []Settled(nil)
	for i := range picks {
		today := day(i)
		if i+1 < len(picks) && picks[i+1].at < today+dayLength || picks[i].at < today-carry {
			course, first = append(course, picks[first:i]...), i+1
		}
	}
	if course == nil {
		return picks[first:]
	}
	return append(course, picks[first:]...)
}

// stood is what a pair was worth at the end of a day by what was heard of it, or by what fixes it.
func (r *runner) stood(pair Symbol, day, end int64, heard Settled, ok bool) (Settled, bool) {
	at := time.UnixMicro(end).UTC()
	if ok && at.Sub(heard.At()) <= r.facts.Sources[heard.source].Fresh {
		return heard, ok
	}
	base, quote, _ := pair.Pair()
	b, q := r.tieOn(base, at), r.tieOn(quote, at)
	if !b.tied && !q.tied {
		return heard, ok
	}
	o, fixed := fix(b, q, func() (Offer, bool) {
		anchors := Pair(b.anchor, q.anchor)
		between, ok := r.heard(anchors, r.of(anchors), day, end)
		if !ok {
			return Offer{}, false
		}
		return between.Offer(), true
	})
	if !fixed {
		return heard, ok
	}
	if o.From == nil { // it holds on every day: of the last on which there was a price of what it is fixed to
		days := r.anchored(b.anchor)
		i, found := slices.BinarySearch(days, day)
		if found {
			i++
		}
		if i == 0 {
			return heard, ok
		}
		o.At = time.UnixMicro(days[i-1]).UTC()
		o.Seen = o.At
	}
	settled := Settled{pick: pick{road: &road{source: o.Source, how: o.How, fixed: &o}, at: o.At.UnixMicro()}}
	if ok {
		beside := []pick{heard.pick}
		if heard.beside != nil {
			beside = append(beside, *heard.beside...)
		}
		settled.beside = &beside
	}
	return settled, true
}

// heard chooses among what the sources had to say of a pair at the end of a day.
func (r *runner) heard(pair Symbol, lanes []*lane, day, end int64) (Settled, bool) {
	since := day - r.span.Carry.Microseconds()
	var only *Settled
	var all contest
	for i, t := range lanes {
		if t.reach(end); t.passed == 0 || t.newest().at < since {
			continue
		}
		only = t.newest()
		if len(lanes) > 1 {
			all = append(all, r.enter(pair, i, t, end))
		}
	}
	if only == nil {
		return Settled{}, false
	}
	if len(all) < 2 {
		return *only, true
	}
	ranked := all.ranked()
	beside := make([]pick, len(ranked)-1)
	for i, e := range ranked[1:] {
		beside[i] = lanes[e.index].newest().pick
	}
	return Settled{lanes[ranked[0].index].newest().pick, &beside}, true
}

// of are the lanes of a pair.
func (r *runner) of(pair Symbol) []*lane {
	lanes, known := r.lanes[pair]
	if known {
		return lanes
	}
	base, quote, _ := pair.Pair()
	b, q := r.tracks.number(base), r.tracks.number(quote)
	for _, v := range r.voices {
		if picks := v.offered(b, q, r.within); len(picks) > 0 {
			lanes = append(lanes, &lane{picks: picks})
		}
	}
	r.lanes[pair] = lanes
	return lanes
}

// anchored are the days up to the end of the span on which something was quoted to which others are tied, in their order:
// by anybody, or, where nobody asked for these by name, by official sources.
func (r *runner) anchored(anchor currency.Code) []int64 {
	if days, ok := r.anchors[anchor]; ok {
		return days
	}
	var days []int64
	number := r.tracks.number(anchor)
	for _, v := range r.voices {
		if number < 0 {
			break
		}
		if !r.named && r.facts.Sources[v.source].Kind != Official {
			continue
		}
		for _, n := range v.beside[number] {
			for _, t := range []*Track{n.said, n.turned} {
				if t != nil {
					days = append(days, t.days(r.within)...)
				}
			}
		}
		slices.Sort(days) // of each source, so that they do not become as many as all of its numbers
		days = slices.Compact(days)
	}
	last, _ := slices.BinarySearch(days, r.span.To.UnixMicro()+1)
	r.anchors[anchor] = days[:last]
	return days[:last]
}

// onBoard says whether a board would show a fixed rate of a currency that it was not asked for by name.
func (r *runner) onBoard(quote currency.Code, o Offer, end time.Time) bool {
	return r.facts.used(quote, end) && (o.From == nil || r.current(o, end))
}
