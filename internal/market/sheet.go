package market

import (
	"cmp"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// sheet is what one source said about one moment: of each symbol and field the newest revision. A price is computed
// within one sheet only, so that two snapshots are never mixed in one number.
type sheet struct {
	source SourceID
	at     time.Time
	said   map[heading]Observation
	beside map[currency.Code][]currency.Code // currencies that stand in a pair with this one, either way round
}

type heading struct {
	symbol Symbol
	field  Field
}

// sheets are a source's sheets, the newest first.
type sheets struct {
	all  []*sheet
	with map[currency.Code][]*sheet // those on which a currency stands, as far as was asked for; see on
}

// on returns the sheets on which both of two currencies may stand, the newest first: those of the one that stands on fewer.
func (l *sheets) on(a, b currency.Code) []*sheet {
	if l.with == nil {
		l.with = map[currency.Code][]*sheet{}
		for _, s := range l.all {
			for code := range s.beside {
				l.with[code] = append(l.with[code], s)
			}
		}
	}
	if x, y := l.with[a], l.with[b]; len(x) < len(y) {
		return x
	} else {
		return y
	}
}

// until are the sheets of a list that are not of later than a moment.
func until(list []*sheet, at time.Time) []*sheet {
	from, _ := slices.BinarySearchFunc(list, at, func(s *sheet, at time.Time) int { return at.Compare(s.at) })
	return list[from:]
}

// gather sorts what was heard into sheets by source, leaving out what lies beyond the AsOf, which is resolved.
func gather(heard []Observation, asOf AsOf) map[SourceID]*sheets {
	type key struct {
		source SourceID
		at     int64
	}
	byKey := map[key]*sheet{}
	all := map[SourceID]*sheets{}
	for _, o := range heard {
		if o.At.After(asOf.At) || o.Seen.After(asOf.Known) {
			continue
		}
		k := key{o.Source, o.At.UnixMicro()}
		s := byKey[k]
		if s == nil {
			s = &sheet{source: o.Source, at: o.At, said: map[heading]Observation{}, beside: map[currency.Code][]currency.Code{}}
			byKey[k] = s
			if all[o.Source] == nil {
				all[o.Source] = &sheets{}
			}
			all[o.Source].all = append(all[o.Source].all, s)
		}
		s.put(o)
	}
	for _, list := range all {
		slices.SortFunc(list.all, func(a, b *sheet) int { return b.at.Compare(a.at) })
		for _, s := range list.all {
			for _, codes := range s.beside {
				slices.Sort(codes) // so that the same observations give the same derivation in any order
			}
		}
	}
	return all
}

func (s *sheet) put(o Observation) {
	h := heading{o.Symbol, o.Field}
	old, twice := s.said[h]
	if twice {
		// Of two revisions the later learnt counts; of two learnt at once, the one with the later name, so that the
		// order of reading does not matter.
		if c := o.Seen.Compare(old.Seen); c < 0 || c == 0 && cmp.Compare(o.ID, old.ID) < 0 {
			return
		}
	}
	s.said[h] = o
	if base, quote, isPair := o.Symbol.Pair(); isPair && !twice {
		s.beside[base] = append(s.beside[base], quote)
		s.beside[quote] = append(s.beside[quote], base)
	}
}

// leg is a rate read from a sheet as a fraction, so that a chain of legs is rounded once.
type leg struct {
	over, under currency.Decimal
	from        Observation
	turned      bool // the sheet has the pair the other way round
}

var one = currency.DecimalFromInt(1)

func (s *sheet) leg(base, quote currency.Code) (leg, bool) {
	if o, ok := s.said[heading{Pair(base, quote), Rate}]; ok {
		return leg{over: o.Value, under: one, from: o}, true
	}
	if o, ok := s.said[heading{Pair(quote, base), Rate}]; ok {
		return leg{over: one, under: o.Value, from: o, turned: true}, true
	}
	return leg{}, false
}

// offer computes the pair's rate from this sheet: said, else turned round, else across one other currency.
func (s *sheet) offer(base, quote currency.Code) (Offer, bool) {
	if l, ok := s.leg(base, quote); ok {
		o := Offer{Source: s.source, Value: l.from.Value, At: s.at, Seen: l.from.Seen, How: Said, From: []Observation{l.from}}
		if l.turned {
			value, err := one.Quo(l.under, CrossDigits)
			if err != nil {
				return Offer{}, false
			}
			o.Value, o.How = value, Inverse
		}
		return o, true
	}
	for _, middle := range s.beside[base] {
		second, ok := s.leg(middle, quote)
		if !ok {
			continue
		}
		first, _ := s.leg(base, middle)
		value, err := first.over.Mul(second.over).Quo(first.under.Mul(second.under), CrossDigits)
		if err != nil {
			continue
		}
		seen := first.from.Seen
		if second.from.Seen.After(seen) {
			seen = second.from.Seen
		}
		return Offer{
			Source: s.source, Value: value, At: s.at, Seen: seen, How: Crossed,
			From: []Observation{first.from, second.from},
		}, true
	}
	return Offer{}, false
}

// quoted returns the observation of a listing's field.
func (s *sheet) quoted(symbol Symbol, field Field) (Observation, bool) {
	o, ok := s.said[heading{symbol, field}]
	return o, ok
}
