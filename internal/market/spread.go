package market

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// spread is what was heard until the moment of a board, as tracks. It makes in full only what is chosen.
type spread struct {
	facts   Facts
	tracks  *Tracks
	within  bounds
	at      time.Time // of the board
	voices  []speaker // those that may speak
	made    []settledOnce
	index   map[Symbol]int // of those
	weighed map[Symbol]weighed
	roads   []road  // of the pair that is being settled
	picks   []pick  // what they offer
	all     contest // the same, to be compared
	valued  []Value // room for what is made of them
}

// speaker is a voice with whose it is, and what was the newest of it at the moment of the board.
type speaker struct {
	*voice
	Source
	newest []reading          // of each of its runs
	values []currency.Decimal // of each of its tracks, there, if they were read
	latest int64              // the moment of the newest of them
	best   entrant            // what it can offer at best
	last   entrant            // what it offered last
}

// reading is a row of a run of tracks; below zero where there is none.
type reading struct {
	row      int
	at, seen int64
}

// settledOnce is the price of a pair, if there is any: that between two anchors is asked for once for each currency that is
// tied to one of them.
type settledOnce struct {
	Price
	ok bool
}

// weighed says who had something to say of a pair, and when the youngest of it was learnt.
type weighed struct {
	speakers []bool
	seen     int64
}

// spread is what was heard until a moment, in memory, and that moment, resolved; nil where the store has nothing there. The caller gives
// it back.
func (l *Ledger) spread(ctx context.Context, base currency.Code, asOf AsOf) (*spread, AsOf, error) {
	asOf = asOf.Resolved(l.now())
	tracks, ok := l.store.Tracks()
	if !ok {
		return nil, asOf, nil
	}
	if _, err := l.currencies.Currency(base); err != nil {
		return nil, asOf, fault.Because(fault.Invalid, "the base of a board: %w", err)
	}
	facts, err := l.facts(ctx)
	if err != nil {
		return nil, asOf, fmt.Errorf("read the sources: %w", err)
	}
	heard := l.spreads.Get().(*spread)
	heard.listen(tracks, facts, asOf)
	return heard, asOf, nil
}

// listen fills a spread with what was heard until a moment. It may have been filled before.
func (s *spread) listen(tracks *Tracks, facts Facts, asOf AsOf) {
	s.facts, s.tracks, s.within, s.at = facts, tracks, boundsOf(asOf), asOf.At
	if s.index == nil {
		s.index, s.weighed = make(map[Symbol]int, len(tracks.codes)), make(map[Symbol]weighed, len(tracks.codes))
	}
	clear(s.index)
	clear(s.weighed)
	clear(s.made) // which holds on to nothing
	s.made = s.made[:0]
	voices := s.voices[:0]
	for _, v := range tracks.voices {
		if !facts.may(v.source) {
			continue
		}
		n := len(voices)
		voices = slices.Grow(voices, 1)[:n+1]
		voices[n].listen(v, facts.Sources[v.source], asOf.At, s.within)
	}
	s.voices = voices
}

func (s *speaker) listen(v *voice, source Source, at time.Time, b bounds) {
	*s = speaker{voice: v, Source: source, newest: s.newest[:0], values: s.values[:0], latest: b.from}
	r := reading{}
	for _, t := range v.runs {
		if r.row = t.before(b.to+1, b.known, r.row+1); r.row >= 0 {
			r.at, r.seen = t.At(r.row), t.Seen(r.row)
			s.latest = max(s.latest, r.at)
		}
		s.newest = append(s.newest, r)
	}
	s.best = entrant{source: v.source, at: s.latest}.of(&s.Source, at.Sub(time.UnixMicro(s.latest)) <= source.Fresh)
	s.last = s.best
}

// read reads the newest value of each track, source by source, before anything is asked of them: the memory hands over many numbers at
// a time where nothing stands between the questions.
func (s *spread) read() {
	for i := range s.voices {
		v := &s.voices[i]
		v.values = slices.Grow(v.values, len(v.tracks))[:len(v.tracks)]
		for n, t := range v.tracks {
			if r := &v.newest[t.run]; r.row >= 0 {
				v.values[n] = t.Value(r.row)
			}
		}
	}
}

// heard says whether the source had given a rate of a currency that is of a moment or later.
func (s *speaker) heard(code int, since int64) bool {
	is := func(t *Track) bool { return t != nil && s.newest[t.run].row >= 0 && s.newest[t.run].at >= since }
	return slices.ContainsFunc(s.beside[code], func(n neighbour) bool { return is(n.said) || is(n.turned) })
}

// heard says whether anybody had given a rate of a currency.
func (s *spread) heard(code int) bool {
	for i := range s.voices {
		if s.voices[i].heard(code, s.within.from) {
			return true
		}
	}
	return false
}

func (s *spread) codes() []currency.Code {
	all := make([]currency.Code, 0, len(s.tracks.codes))
	for code, name := range s.tracks.codes {
		if s.heard(code) {
			all = append(all, name)
		}
	}
	return all
}

// spoke is asked of the one moment of the board only.
func (s *spread) spoke(kind SourceKind, code currency.Code, at time.Time) bool {
	number := s.tracks.number(code)
	for i := range s.voices {
		v := &s.voices[i]
		oldest := at.Add(time.Microsecond - 1 - v.Fresh).UnixMicro() // that is current still
		if number >= 0 && v.Kind == kind && v.heard(number, oldest) {
			return true
		}
	}
	return false
}

// price is asked of the one moment of the board only.
func (s *spread) price(pair Symbol, at time.Time) (Price, bool) {
	i, known := s.index[pair]
	if !known {
		i = len(s.made)
		p, ok := s.settle(pair, at)
		s.index[pair], s.made = i, append(s.made, settledOnce{p, ok})
	}
	p := s.made[i].Price
	p.Flags = slices.Clone(p.Flags) // the caller may change them
	return p, s.made[i].ok
}

func (s *spread) settle(pair Symbol, at time.Time) (Price, bool) {
	base, quote, _ := pair.Pair()
	b, q := s.tracks.number(base), s.tracks.number(quote)
	if b < 0 || q < 0 {
		return Price{}, false
	}
	s.gather(b, q)
	if len(s.all) == 0 {
		return Price{}, false
	}
	known := s.within.known
	w := weighed{speakers: make([]bool, len(s.voices))}
	for i := range s.all {
		n := s.all[i].index
		w.speakers[n], w.seen = true, max(w.seen, s.voices[n].seen(&s.picks[n]))
	}
	s.weighed[pair] = w
	best := s.all.best()
	chosen := s.picks[best.index]
	before := Offer{}
	if p, ok := newest(s.voices[best.index].roads(s.roads, b, q)[len(s.roads):], chosen.at, known, int(chosen.i)); ok {
		before = p.offer()
	}
	rows := [2]int32{chosen.i, chosen.j}
	alike := func(i int) (time.Time, int) {
		since, n := [2]*Track{chosen.first, chosen.second}[i].alike(int(rows[i]), known)
		return time.UnixMicro(since).UTC(), n
	}
	p := Price{Symbol: pair, Offer: chosen.offer()}
	if a, ok := s.all.agreement(best); ok {
		p.Agreement = a
		p.Move = movedSince(pair, before, p.Offer, s.facts)
		p.Flags = slices.Concat(s.facts.known(quote, at), s.facts.known(base, at), offerFlags(p.Offer, s.facts.Sources, at))
	} else { // somebody disputes it, which is said in words
		heard := make([]standing, len(s.all))
		for i, e := range s.all {
			heard[i].newest = s.picks[e.index].offer()
			if e.index == best.index {
				heard[i].previous = before
			}
		}
		p = settle(pair, heard, s.facts, at)
		p.Why, p.SetAside = "", nil
	}
	p.Flags = append(p.Flags, unchanged(p, s.facts, at, alike)...)
	return p, true
}

// gather asks every source for its offer for a pair, and puts that in its place among the picks.
func (s *spread) gather(base, quote int) {
	s.roads, s.picks, s.all = s.roads[:0], s.picks[:0], s.all[:0]
	for i := range s.voices {
		p, ok := s.offer(i, base, quote)
		if s.picks = append(s.picks, p); ok {
			e := s.enter(i, &p, base, quote)
			e.value = s.voices[i].value(&p)
			s.all = append(s.all, e)
		}
	}
}

// enter makes an entrant of what a source offers, but for its value.
func (s *spread) enter(i int, p *pick, base, quote int) entrant {
	v := &s.voices[i]
	if p.at != v.last.at {
		v.last = entrant{source: v.source, at: p.at}.of(&v.Source, s.at.Sub(time.UnixMicro(p.at)) <= v.Fresh)
	}
	e := v.last
	e.index, e.step, e.issues = i, p.how.steps(), s.issues(v, base, quote)
	return e
}

func (s *spread) issues(v *speaker, base, quote int) int {
	return issues(&v.Source, s.tracks.codes[base], s.tracks.codes[quote])
}

// offer is the newest price of a pair that a source offers, by the first road that has it: mostly its own number, of the moment of
// the newest that it said of anything.
func (s *spread) offer(i, base, quote int) (p pick, ok bool) {
	v := &s.voices[i]
	if t, _ := v.between(base, quote); t != nil {
		if n := &v.newest[t.run]; n.row >= 0 && n.at == v.latest {
			return pick{&t.own, n.at, int32(n.row), 0}, true
		}
	}
	first := len(s.roads)
	s.roads = v.roads(s.roads, base, quote)
	for i := range s.roads[first:] {
		r := &s.roads[first+i]
		of := &v.newest[r.first.run]
		other, found := pick{r, of.at, int32(of.row), 0}, of.row >= 0
		if r.second != nil && found {
			beside := &v.newest[r.second.run]
			other.j, found = int32(beside.row), beside.row >= 0
			if found && beside.at != of.at {
				other, found = r.last(s.within.to+1, s.within.known, of.row+1)
			}
		}
		if found && (!ok || other.at > p.at) {
			p, ok = other, true
		}
	}
	return p, ok
}

// value is what a pick of the source is worth.
func (s *speaker) value(p *pick) currency.Decimal {
	if p.how == Said && len(s.values) > 0 {
		return s.values[p.first.number]
	}
	return p.value()
}

// seen is when a pick of the source was learnt.
func (s *speaker) seen(p *pick) int64 {
	if p.how == Said {
		return s.newest[p.first.run].seen
	}
	return p.seen()
}

// agreement is how the other current entrants stand to the best; not ok where one of them is not near.
func (all contest) agreement(best *entrant) (a Agreement, ok bool) {
	for i := range all {
		if e := &all[i]; e != best && e.counts {
			if !near(e.value, best.value) {
				return a, false
			}
			a.Of++
		}
	}
	a.Within = a.Of
	return a, true
}

// glance finishes a board that was settled from the spread.
func (s *spread) glance(b Board, quotes []currency.Code) Glance {
	g := Glance{Board: b.of(quotes)}
	heard := make([]bool, len(s.voices))
	for p := range g.All() {
		p.Why, p.SetAside = "", nil
		g.weigh(p)
		if w, ok := s.weighed[p.Symbol]; ok {
			for n, spoke := range w.speakers {
				heard[n] = heard[n] || spoke
			}
			g.saw(time.UnixMicro(w.seen).UTC())
		}
	}
	for n, spoke := range heard {
		if spoke {
			g.Weighed = append(g.Weighed, s.voices[n].source)
		}
	}
	return g.sorted()
}
