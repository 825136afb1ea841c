package market

import (
	"context"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// Values are the prices of a board for programs that want a number beside each code and nothing else.
type Values struct {
	Base   currency.Code
	AsOf   AsOf      // resolved
	Newest time.Time // as of a [Board]
	All    []Value   // by code, and then those of [Board.Tied], by code
}

// Value is what one unit of the base was worth in another currency.
type Value struct {
	Quote    currency.Code
	Value    currency.Decimal
	Source   SourceID // whose number it is, or what it is computed from; [TableID] where a law or a promise is all that there is
	How      How
	At, Seen time.Time // as of an [Offer]
	Stale    bool      // its source no longer calls it current
}

// Values settles as [Ledger.Board] does, by the same rule and with the same errors. Where the store has its numbers in memory, no source
// is asked for more than can bear on who is chosen: of twenty that agree mostly two.
func (l *Ledger) Values(ctx context.Context, base currency.Code, asOf AsOf) (Values, error) {
	heard, asOf, err := l.spread(ctx, base, asOf)
	if err != nil {
		return Values{}, err
	}
	if heard != nil {
		defer l.spreads.Put(heard)
		return heard.values(base, asOf), nil
	}
	b, err := l.Board(ctx, base, asOf)
	return b.values(), err
}

// values leaves out all else of a board.
func (b Board) values() Values {
	values := Values{Base: b.Base, AsOf: b.AsOf, Newest: b.Newest, All: make([]Value, 0, len(b.Prices)+len(b.Tied))}
	for p := range b.All() {
		_, quote, _ := p.Symbol.Pair()
		stale := slices.ContainsFunc(p.Flags, func(f Flag) bool { return f.Code == Stale })
		values.All = append(values.All, Value{quote, p.Value, p.Source, p.How, p.At, p.Seen, stale})
	}
	return values
}

// values settles every currency against the base.
func (s *spread) values(base currency.Code, asOf AsOf) Values {
	b := s.tracks.number(base)
	values := Values{Base: base, AsOf: asOf, All: s.valued[:0]}
	known, met := make([]bool, len(s.tracks.codes)), s.met(b)
	for q, quote := range s.tracks.codes {
		if q == b {
			continue
		}
		v, ok := s.value(b, q, met[q])
		if !ok || v.Stale {
			if fixed, tied := s.fixed(base, quote); tied && (ok || s.heard(q)) {
				v, ok = fixed, true
			}
		}
		if !ok {
			continue
		}
		if v.How != Fixed && v.At.After(values.Newest) {
			values.Newest = v.At
		}
		known[q], values.All = true, append(values.All, v)
	}
	s.valued = s.ties(values.All, base, func(code currency.Code) bool {
		n := s.tracks.number(code)
		return n >= 0 && known[n]
	})
	values.All = append(make([]Value, 0, len(s.valued)), s.valued...)
	return values
}

// ties appends the values of currencies that nobody quotes; see [settler.ties].
func (s *spread) ties(all []Value, base currency.Code, known func(currency.Code) bool) []Value {
	for code := range s.facts.Currencies.Pegged() {
		if code == base || known(code) || !s.facts.used(code, s.at) {
			continue
		}
		anchor := tieOn(s.facts.Currencies, code, s.at).anchor
		if anchor != base && !known(anchor) {
			continue
		}
		if v, ok := s.fixed(base, code); ok && s.stands(v, anchor) {
			all = append(all, v)
		}
	}
	return all
}

// stands says whether an official source has a current rate of what the currency of a value is fixed to.
func (s *spread) stands(v Value, anchor currency.Code) bool {
	if v.Source == TableID {
		return s.spoke(Official, anchor, s.at)
	}
	return !v.Stale && s.facts.Sources[v.Source].Kind == Official
}

// fixed is what a law or a promise makes of a pair; see [settler.tied].
func (s *spread) fixed(base, quote currency.Code) (Value, bool) {
	b, q := tieOn(s.facts.Currencies, base, s.at), tieOn(s.facts.Currencies, quote, s.at)
	if !b.tied && !q.tied {
		return Value{}, false
	}
	o, ok := fix(b, q, func() (Offer, bool) {
		p, _, ok := s.choose(s.tracks.number(b.anchor), s.tracks.number(q.anchor), true)
		if !ok {
			return Offer{}, false
		}
		return p.offer(), true
	})
	return Value{quote, o.Value, o.Source, o.How, o.At, o.Seen, o.Source != TableID && !s.facts.Sources.fresh(o, s.at)}, ok
}

// met says of each currency whether it ever stood in a pair with a base.
func (s *spread) met(base int) []bool {
	all := make([]bool, len(s.tracks.codes))
	if base < 0 {
		return all
	}
	for i := range s.voices {
		for _, n := range s.voices[i].beside[base] {
			all[n.code] = true
		}
	}
	return all
}

// value is what was heard of a pair.
func (s *spread) value(base, quote int, met bool) (Value, bool) {
	p, e, ok := s.choose(base, quote, met)
	if !ok {
		return Value{}, false
	}
	at, seen := time.UnixMicro(p.at).UTC(), time.UnixMicro(s.voices[e.index].seen(&p)).UTC()
	return Value{s.tracks.codes[quote], e.value, p.source, p.how, at, seen, !e.fresh}, true
}

// choose chooses among what was heard of a pair, of which anybody may have given a rate only where the two met. Where
// the offer that leads is near to another it does not stand alone, and is the best; else all must be heard.
func (s *spread) choose(base, quote int, met bool) (p pick, best entrant, ok bool) {
	if base < 0 || quote < 0 {
		return p, best, false
	}
	s.roads = s.roads[:0]
	p, best, ok = s.lead(base, quote, met)
	if !ok || !best.fresh || s.seconded(&best, base, quote) {
		return p, best, ok
	}
	s.gather(base, quote)
	best = *s.all.best()
	return s.picks[best.index], best, true
}

// lead is the offer that comes first where nobody asks who stands alone. A source is asked only while the best that it can offer would
// come before; they are by name already.
func (s *spread) lead(base, quote int, met bool) (p pick, lead entrant, ok bool) {
	nearest := Crossed
	if met {
		nearest = Said
	}
	for i := range s.voices {
		v := &s.voices[i]
		if ok {
			hope := &v.best
			hope.issues, hope.step = s.issues(v, base, quote), nearest.steps()
			if hope.unnamed(&lead) >= 0 {
				continue
			}
			if hope.step = v.nearest(base, quote).steps(); hope.unnamed(&lead) >= 0 {
				continue
			}
		}
		if len(v.beside[base]) == 0 || len(v.beside[quote]) == 0 {
			continue
		}
		other, heard := s.offer(i, base, quote)
		if !heard {
			continue
		}
		if e := s.enter(i, &other, base, quote); !ok || e.unnamed(&lead) < 0 {
			p, lead, ok = other, e, true
		}
	}
	if ok {
		lead.value = s.voices[lead.index].value(&p)
	}
	return p, lead, ok
}

// seconded says whether another source has a say on an offer, and is near to it.
func (s *spread) seconded(e *entrant, base, quote int) bool {
	for i := range s.voices {
		v := &s.voices[i]
		if i == e.index || !v.best.counts {
			continue
		}
		p, ok := s.offer(i, base, quote)
		if ok && s.at.Sub(time.UnixMicro(p.at)) <= v.Fresh && near(v.value(&p), e.value) {
			return true
		}
	}
	return false
}

// nearest is the shortest way from what a source says to a pair.
func (v *voice) nearest(base, quote int) How {
	switch said, turned := v.between(base, quote); {
	case said != nil:
		return Said
	case turned != nil:
		return Inverse
	}
	return Crossed
}
