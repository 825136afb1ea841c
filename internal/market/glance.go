package market

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Glance is a board without its reasons, as programs want it: of its prices Why and SetAside are empty.
type Glance struct {
	Board
	Weighed []SourceID // all sources that had something to say of these prices, those set aside too, by ID
	Seen    time.Time  // when the youngest number was learnt that was weighed
}

// Glance settles as [Ledger.Board] does, the quotes named, or all where none is named, and gives no reasons: where the store
// has its numbers in memory, that costs a small part of what they do.
func (l *Ledger) Glance(ctx context.Context, base currency.Code, quotes []currency.Code, asOf AsOf) (Glance, error) {
	tracks, ok := l.store.Tracks()
	if !ok {
		b, err := l.Board(ctx, base, asOf)
		return b.glance(quotes), err
	}
	if _, err := l.currencies.Currency(base); err != nil {
		return Glance{}, fault.Because(fault.Invalid, "the base of a board: %w", err)
	}
	asOf = asOf.Resolved(l.now())
	facts, err := l.facts(ctx)
	if err != nil {
		return Glance{}, fmt.Errorf("read the sources: %w", err)
	}
	heard := newSpread(tracks, facts, asOf)
	s := &settler{facts, heard, true}
	b := s.board(base, asOf)
	return heard.glance(b, quotes), nil
}

// glance leaves out the reasons of a board, and what nobody asked for.
func (b Board) glance(quotes []currency.Code) Glance {
	g := Glance{Board: b.of(quotes)}
	for _, list := range [][]Price{g.Prices, g.Tied} {
		for i := range list {
			p := &list[i]
			g.weigh(*p)
			for _, o := range p.SetAside {
				g.Weighed = append(g.Weighed, o.Source)
				g.saw(o.Seen)
			}
			p.Why, p.SetAside = "", nil
		}
	}
	return g.sorted()
}

// of is the board with some prices only, or with all.
func (b Board) of(quotes []currency.Code) Board {
	others := func(p Price) bool {
		_, quote, _ := p.Symbol.Pair()
		return !slices.Contains(quotes, quote)
	}
	if quotes != nil {
		b.Prices, b.Tied = slices.DeleteFunc(b.Prices, others), slices.DeleteFunc(b.Tied, others)
	}
	return b
}

// weigh counts what a price itself rests on.
func (g *Glance) weigh(p Price) {
	g.Weighed = append(g.Weighed, p.Source)
	g.saw(p.Seen)
	for _, o := range p.Move.Basis {
		g.saw(o.Seen)
	}
}

func (g *Glance) saw(seen time.Time) {
	if seen.After(g.Seen) {
		g.Seen = seen
	}
}

func (g Glance) sorted() Glance {
	slices.Sort(g.Weighed)
	g.Weighed = slices.Compact(g.Weighed)
	return g
}

// spread is what was heard, as tracks. It makes in full only what is chosen.
type spread struct {
	facts   Facts
	tracks  *Tracks
	within  bounds
	voices  []*speaker // those that may speak
	made    map[Symbol]settledOnce
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

func newSpread(tracks *Tracks, facts Facts, asOf AsOf) *spread {
	s := &spread{
		facts: facts, tracks: tracks, within: boundsOf(asOf),
		weighed: make(map[Symbol]weighed, len(tracks.codes)), made: make(map[Symbol]settledOnce, len(tracks.codes)),
	}
	for _, v := range tracks.voices {
		if facts.may(v.source) {
			newest, latest := v.readings(s.within)
			s.voices = append(s.voices, &speaker{
				voice: v, Source: facts.Sources[v.source], newest: newest, latest: latest, base: -1, direct: make([]*Track, len(tracks.codes)),
			})
		}
	}
	return s
}

// readings are the newest rows of each track. They are read before anything is asked of them: the memory hands over many numbers at a
// time where nothing stands between the questions.
func (v *voice) readings(b bounds) (all []reading, latest int64) {
	all, latest = make([]reading, len(v.tracks)), b.from
	r, of := reading{}, any(nil)
	for i, t := range v.tracks {
		if moments := t.Moments(); moments == nil || moments != of {
			of = moments
			if r.row = t.before(b.to+1, b.known, r.row+1); r.row >= 0 {
				r.at, r.seen = t.At(r.row), t.Seen(r.row)
				latest = max(latest, r.at)
			}
		}
		if all[i] = r; r.row >= 0 {
			all[i].value = t.Value(r.row)
		}
	}
	return all, latest
}

func (s *spread) codes() []currency.Code {
	var all []currency.Code
	for code, name := range s.tracks.codes {
		if slices.ContainsFunc(s.voices, func(v *speaker) bool { return v.spoke(code, s.within) }) {
			all = append(all, name)
		}
	}
	return all
}

func (s *spread) spoke(kind SourceKind, code currency.Code, at time.Time) bool {
	number := s.tracks.number(code)
	return number >= 0 && slices.ContainsFunc(s.voices, func(v *speaker) bool {
		since := bounds{from: at.Add(-v.Fresh).UnixMicro(), to: at.UnixMicro(), known: s.within.known}
		return v.Kind == kind && v.spoke(number, since)
	})
}

// price is asked of the one moment of the board only.
func (s *spread) price(pair Symbol, at time.Time) (Price, bool) {
	made, known := s.made[pair]
	if !known {
		made.Price, made.ok = s.settle(pair, at)
		s.made[pair] = made
	}
	made.Flags = slices.Clone(made.Flags) // the caller may change them
	return made.Price, made.ok
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
	for i, v := range s.voices {
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
	for _, list := range [][]Price{g.Prices, g.Tied} {
		for i := range list {
			p := &list[i]
			p.Why, p.SetAside = "", nil
			g.weigh(*p)
			if w, ok := s.weighed[p.Symbol]; ok {
				for n, spoke := range w.speakers {
					heard[n] = heard[n] || spoke
				}
				g.saw(time.UnixMicro(w.seen).UTC())
			}
		}
	}
	for n, spoke := range heard {
		if spoke {
			g.Weighed = append(g.Weighed, s.voices[n].source)
		}
	}
	return g.sorted()
}
