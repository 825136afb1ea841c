package market

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// Settled is what a pair was worth at a moment, as [Settle] chooses it, without the reasons. It is a view of the rows that
// it follows from, and makes in full only what is asked for.
type Settled struct {
	pick
	beside *[]pick // nil where there are none, or nobody asked: so a point of thousands takes half the room
}

// At is about when the value speaks.
func (s *Settled) At() time.Time { return time.UnixMicro(s.at).UTC() }

// AtMicro is At in microseconds since 1970, for those who go through thousands of days.
func (s *Settled) AtMicro() int64 { return s.at }

// SeenMicro is Seen in the same.
func (s *Settled) SeenMicro() int64 { return s.seen() }

// Seen is when the younger of the numbers that it rests on was learnt.
func (s *Settled) Seen() time.Time { return time.UnixMicro(s.seen()).UTC() }

// Value is the price, to CrossDigits digits where it was computed.
func (s *Settled) Value() currency.Decimal { return s.value() }

// AppendValue appends the text of Value: a source's own number without making more of it.
func (s *Settled) AppendValue(b []byte) []byte {
	if s.how == Said {
		return s.first.AppendValue(b, int(s.i))
	}
	return s.value().Append(b)
}

// Source is who said it.
func (s *Settled) Source() SourceID { return s.source }

// How says how the value follows from what the source said.
func (s *Settled) How() How { return s.how }

// Offer is all that there is to say of it.
func (s *Settled) Offer() Offer { return s.offer() }

// Beside are what the other sources had to say at that moment, the best first, where that was asked for.
func (s *Settled) Beside() []Offer {
	if s.beside == nil {
		return nil
	}
	all := make([]Offer, len(*s.beside))
	for i, p := range *s.beside {
		all[i] = p.offer()
	}
	return all
}

// AppendIDs appends the names of the observations that it rests on.
func (s *Settled) AppendIDs(ids []ID) []ID {
	if s.fixed != nil {
		for _, o := range s.fixed.From {
			ids = append(ids, o.ID)
		}
		return ids
	}
	if ids = append(ids, s.first.ID(int(s.i))); s.second != nil {
		ids = append(ids, s.second.ID(int(s.j)))
	}
	return ids
}

// Line is what a pair was worth at many moments, the oldest first.
type Line struct {
	Pair   Symbol
	Points []Settled

	facts    Facts
	known    int64
	learnt   int64
	spans    []span
	disputed map[int64]bool // moments at which other current sources were far away
}

// Line settles a pair at every moment from one to another at which a source offered it, by the rule of [Settle], and
// without its reasons: it is for charts and series, which ask for thousands of values at once. Where an older value of a
// better source still stood, that is in the line at its own moment. For the errors see [Ledger.Rate]; a line of nothing is
// empty.
func (l *Ledger) Line(ctx context.Context, pair Symbol, from, to time.Time, asOf AsOf) (Line, error) {
	asOf = asOf.Resolved(l.now())
	if to.Before(asOf.At) {
		asOf.At = to
	}
	if err := l.checkPair(pair); err != nil {
		return Line{}, err
	}
	facts, err := l.facts(ctx)
	if err != nil {
		return Line{}, fmt.Errorf("read the sources: %w", err)
	}
	tracks, err := l.tracks(ctx, pair, asOf)
	if err != nil {
		return Line{}, fmt.Errorf("read the series of %s: %w", pair, err)
	}
	line := newLine(pair, tracks, facts, asOf)
	first, _ := slices.BinarySearchFunc(line.Points, from.UnixMicro(), func(s Settled, at int64) int { return cmp.Compare(s.at, at) })
	line.Points = line.Points[first:]
	return line, nil
}

// Learnt is when the youngest number was learnt that the sources gave for the pair, or for what it is computed from: as it was known
// then, the line is the same, whatever is learnt later.
func (l Line) Learnt() time.Time { return time.UnixMicro(l.learnt).UTC() }

// Offers are all points in full.
func (l Line) Offers() []Offer {
	all := make([]Offer, len(l.Points))
	for i, p := range l.Points {
		all[i] = p.Offer()
	}
	return all
}

// Price is a point as a price: without its reasons, and without what only these are for.
func (l Line) Price(i int) Price { return Price{Symbol: l.Pair, Offer: l.Points[i].Offer()} }

// tracks are those that bear on a pair: all that the store has in memory, or what must be read.
func (l *Ledger) tracks(ctx context.Context, pair Symbol, asOf AsOf) (*Tracks, error) {
	if tracks, ok := l.store.Tracks(); ok {
		return tracks, nil
	}
	needed, _, err := l.needed(ctx, pair, asOf)
	if err != nil {
		return nil, err
	}
	heard, err := l.store.Series(ctx, needed, asOf)
	return tracksOf(heard), err
}

// newLine settles a pair at every moment within an AsOf, which is resolved.
func newLine(pair Symbol, tracks *Tracks, facts Facts, asOf AsOf) Line {
	code, other, _ := pair.Pair()
	base, quote := tracks.number(code), tracks.number(other)
	line := Line{Pair: pair, facts: facts, known: asOf.Known.UnixMicro(), disputed: map[int64]bool{}}
	line.spans = spansOf(facts.Currencies, other, code)
	var lanes []*lane
	moments := 0
	for _, v := range tracks.voices {
		if !facts.may(v.source) {
			continue
		}
		for _, r := range v.roads(nil, base, quote) {
			line.learnt = max(line.learnt, min(r.latest(), line.known))
		}
		if picks := v.offered(base, quote, boundsOf(asOf)); len(picks) > 0 {
			lanes, moments = append(lanes, &lane{picks: picks}), moments+len(picks)
		}
	}
	if len(lanes) == 1 { // there is nothing to choose
		line.Points = lanes[0].picks
		return line
	}
	line.Points = make([]Settled, 0, moments)
	s, all := settler{facts: facts}, make(contest, 0, len(lanes))
	for at, ok := next(lanes); ok; at, ok = next(lanes) {
		all = s.stood(pair, lanes, at, all[:0])
		best := all.best()
		if best.at != at {
			continue
		}
		line.Points = append(line.Points, *lanes[best.index].newest())
		for i := range all {
			if o := &all[i]; o != best && o.counts && off(o.value, best.value).Abs().Cmp(disputed) > 0 {
				line.disputed[at] = true
			}
		}
	}
	return line
}

// lane is what one source offered for a pair, the oldest first, as it is gone through.
type lane struct {
	picks  []Settled
	passed int // how many are not later than the moment that was reached
	value  currency.Decimal
	valued bool // whether that is the value of the newest of these
}

// newest is the last pick that was passed; there must be one.
func (t *lane) newest() *Settled { return &t.picks[t.passed-1] }

// next is the next moment at which a source offered something.
func next(lanes []*lane) (at int64, ok bool) {
	for _, t := range lanes {
		if t.passed < len(t.picks) && (!ok || t.picks[t.passed].at < at) {
			at, ok = t.picks[t.passed].at, true
		}
	}
	return at, ok
}

// reach brings the lane to a moment.
func (t *lane) reach(at int64) {
	before := t.passed
	if t.passed > 0 && t.newest().at > at { // it had gone further
		t.passed, _ = slices.BinarySearchFunc(t.picks, at+1, func(p Settled, at int64) int { return cmp.Compare(p.at, at) })
	}
	for t.passed < len(t.picks) && t.picks[t.passed].at <= at {
		t.passed++
	}
	if t.passed != before {
		t.valued = false
	}
}

// worth is the value of the newest pick.
func (t *lane) worth() currency.Decimal {
	if !t.valued {
		t.value, t.valued = t.newest().value(), true
	}
	return t.value
}

// stood are the newest offers of all sources at a moment, to which the lanes are brought.
func (s *settler) stood(pair Symbol, lanes []*lane, at int64, all contest) contest {
	for i, t := range lanes {
		if t.reach(at); t.passed > 0 {
			all = append(all, s.enter(pair, i, t, at))
		}
	}
	return all
}

// enter makes an entrant of the newest pick of a lane.
func (s *settler) enter(pair Symbol, index int, t *lane, at int64) entrant {
	p := t.newest()
	source := s.facts.Sources[p.source]
	e := entrant{index: index, source: p.source, value: t.worth(), at: p.at, step: p.how.steps()}
	return e.enter(pair, &source, time.UnixMicro(at))
}

// Flags are what a reader must know about a point of the line, as [Price.Flags] says it in sentences. They may not be
// changed.
func (l Line) Flags(i int) []FlagCode {
	p := l.Points[i]
	flags := slices.Clip(spanOf(l.spans, p.at).codes)
	if l.disputed[p.at] {
		flags = append(flags, Disputed)
	}
	if l.facts.Sources[p.source].Kind == Page {
		flags = append(flags, Claimed)
	}
	if l.unchanged(p.first, p.i, p.at) || l.unchanged(p.second, p.j, p.at) {
		flags = append(flags, Unchanged)
	}
	return flags
}

// unchanged says whether a source keeps saying the same of what a price rests on; see [settler.unchanged].
func (l Line) unchanged(t *Track, row int32, at int64) bool {
	if t == nil {
		return false
	}
	value, before := t.Value(int(row)), t.before(at, l.known, int(row))
	if before < 0 || !t.Value(before).Equal(value) || value.Digits() < unchangedDigits {
		return false
	}
	if _, alike := t.alike(int(row), l.known); alike <= unchangedAfter {
		return false
	}
	base, quote, _ := t.Symbol.Pair()
	return !heldTo(l.facts.Currencies, base, quote, time.UnixMicro(at))
}

// alike counts how often in a row the source said the value of a row until then, up to what is too often, and since when.
func (t *Track) alike(row int, known int64) (since int64, n int) {
	value := t.Value(row)
	for i := row; i >= 0 && n <= unchangedAfter && t.Value(i).Equal(value); i = t.before(t.At(i), known, i) {
		since, n = t.At(i), n+1
	}
	return since, n
}
