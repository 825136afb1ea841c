package market

import (
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// spread is what was heard, as tracks. It makes in full only what is chosen.
type spread struct {
	facts   Facts
	depth   depth
	tracks  *Tracks
	within  bounds
	voices  []speaker // those that may speak
	made    []settledOnce
	index   map[Symbol]int // of those
	weighed map[Symbol]weighed
	roads   []road  // of the pair that is being settled
	picks   []pick  // what they offer
	all     contest // the same, to be compared
}

// speaker is a voice with whose it is, and what was the newest of it at the moment of the board.
type speaker struct {
	*voice
	Source
	newest []reading // of each of its tracks
	latest int64     // the moment of the newest of them
	base   int
	direct []*Track // see said, of that base
	last   entrant  // what it offered last
}

// reading is a row of a track; below zero where there is none.
type reading struct {
	row      int
	at, seen int64
	value    currency.Decimal
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

// listen fills a spread with what was heard until a moment. It may have been filled before.
func (s *spread) listen(tracks *Tracks, facts Facts, asOf AsOf, d depth) {
	s.facts, s.depth, s.tracks, s.within = facts, d, tracks, boundsOf(asOf)
	if s.index == nil {
		s.index, s.weighed = make(map[Symbol]int, len(tracks.codes)), make(map[Symbol]weighed, len(tracks.codes))
	}
	clear(s.index)
	clear(s.weighed)
	clear(s.made) // which holds on to nothing
	s.made = slices.Grow(s.made[:0], len(tracks.codes))
	voices := s.voices[:0]
	for _, v := range tracks.voices {
		if !facts.may(v.source) {
			continue
		}
		n := len(voices)
		voices = slices.Grow(voices, 1)[:n+1]
		voices[n].listen(v, facts.Sources[v.source], len(tracks.codes), s.within)
	}
	s.voices = voices
}

// listen reads the newest rows of each track, before anything is asked of them: the memory hands over many numbers at a time where
// nothing stands between the questions.
func (s *speaker) listen(v *voice, source Source, codes int, b bounds) {
	*s = speaker{voice: v, Source: source, newest: s.newest[:0], latest: b.from, base: -1, direct: slices.Grow(s.direct[:0], codes)[:codes]}
	r, of := reading{}, any(nil)
	for _, t := range v.tracks {
		if moments := t.Moments(); moments == nil || moments != of {
			of = moments
			if r.row = t.before(b.to+1, b.known, r.row+1); r.row >= 0 {
				r.at, r.seen = t.At(r.row), t.Seen(r.row)
				s.latest = max(s.latest, r.at)
			}
		}
		if r.row >= 0 {
			r.value = t.Value(r.row)
		}
		s.newest = append(s.newest, r)
	}
}

// heard says whether the source had given a rate of a currency.
func (s *speaker) heard(code int) bool {
	is := func(t *Track) bool { return t != nil && s.newest[t.number].row >= 0 }
	return slices.ContainsFunc(s.beside[code], func(n neighbour) bool { return is(n.said) || is(n.turned) })
}

func (s *spread) codes() []currency.Code {
	all := make([]currency.Code, 0, len(s.tracks.codes))
	for code, name := range s.tracks.codes {
		for i := range s.voices {
			if s.voices[i].heard(code) {
				all = append(all, name)
				break
			}
		}
	}
	return all
}

func (s *spread) spoke(kind SourceKind, code currency.Code, at time.Time) bool {
	number := s.tracks.number(code)
	return number >= 0 && slices.ContainsFunc(s.voices, func(v speaker) bool {
		since := bounds{from: at.Add(-v.Fresh).UnixMicro(), to: at.UnixMicro(), known: s.within.known}
		return v.Kind == kind && v.spoke(number, since)
	})
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
	known := s.within.known
	s.roads, s.picks, s.all = s.roads[:0], s.picks[:0], s.all[:0]
	w := weighed{speakers: make([]bool, len(s.voices))}
	for i := range s.voices {
		v := &s.voices[i]
		p, n, ok := s.offer(v, b, q)
		s.picks = append(s.picks, p)
		if !ok {
			continue
		}
		w.speakers[i], w.seen = true, max(w.seen, n.seen)
		if n.at != v.last.at || v.last.source == "" {
			v.last = entrant{source: v.source, at: n.at}.enter(pair, &v.Source, at)
		}
		e := v.last
		e.index, e.value, e.step, e.issues = i, n.value, p.how.steps(), issues(&v.Source, pair)
		s.all = append(s.all, e)
	}
	if len(s.all) == 0 {
		return Price{}, false
	}
	best := s.all.best()
	chosen := s.picks[best.index]
	if s.depth == valued {
		return s.facts.bare(pair, chosen.offer(), at), true
	}
	s.weighed[pair] = w
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

// offer is the newest price of a pair that a source offers, by the first road that has it: mostly its own number, of the moment of
// the newest that it said of anything.
func (s *spread) offer(v *speaker, base, quote int) (p pick, n reading, ok bool) {
	if t := v.said(base)[quote]; t != nil {
		if n = v.newest[t.number]; n.row >= 0 && n.at == v.latest {
			return pick{&t.own, n.at, int32(n.row), 0}, n, true
		}
	}
	first := len(s.roads)
	s.roads = v.roads(s.roads, base, quote)
	for i := range s.roads[first:] {
		r := &s.roads[first+i]
		of := &v.newest[r.first.number]
		other, found := pick{r, of.at, int32(of.row), 0}, of.row >= 0
		if r.second != nil && found {
			beside := &v.newest[r.second.number]
			other.j, found = int32(beside.row), beside.row >= 0
			if found && beside.at != of.at {
				other, found = r.last(s.within.to+1, s.within.known, of.row+1)
			}
		}
		if found && (!ok || other.at > p.at) {
			p, ok = other, true
		}
	}
	if ok {
		n = reading{at: p.at, seen: p.seen(), value: p.value()}
	}
	return p, n, ok
}

// said are the tracks of pairs that begin with a currency, by the other one.
func (v *speaker) said(base int) []*Track {
	if v.base != base {
		clear(v.direct)
		for _, n := range v.beside[base] {
			v.direct[n.code] = n.said
		}
		v.base = base
	}
	return v.direct
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
