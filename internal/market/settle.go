package market

import (
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Facts are what settling knows beside the observations: who the sources are, and the table of currencies.
type Facts struct {
	Sources    Sources
	Currencies *currency.Table
	Listings   *Listings
	May        func(Source) bool // whether a source's numbers may be used; nil: those of all but private ones
	annals     func() annals     // of Currencies; nil: written where they are needed
	exchanges  Exchanges         // at which amounts are converted that shares paid; nil: by what was heard
}

// may says whether the numbers of a source may be used.
func (f Facts) may(id SourceID) bool {
	s := f.Sources[id]
	return s.Terms != Private && (f.May == nil || f.May(s))
}

// Settle chooses a pair's price among all that was heard. It is pure: the same observations in any order, the same
// facts and the same AsOf (resolved) give the same price.
//
// Each source offers its newest value within the AsOf. Offers still fresh (no older than their source allows) come
// before those that are not. Among the fresh the more trusted kind of source comes first, then the bank that issues one
// of the two currencies, then what is not contradicted by others that agree, then a source's own number
// before a computed one, then the newer; among those that are not fresh the newer comes first. The source's name decides
// last, so that no two offers ever tie. Nothing is averaged. Where nobody has a current value and a law or a promise
// fixes the rate, that is the price, as what it is. The error is fault.NotFound when nobody said anything.
func Settle(pair Symbol, heard []Observation, facts Facts, asOf AsOf) (Price, error) {
	return newSheaf(heard, facts, asOf).settler().price(pair, asOf.At)
}

// settler settles prices from what was heard.
type settler struct {
	facts Facts
	heard heard
	brief bool // nobody reads why a price was chosen
}

// heard is what the sources said, in the one order or the other: as sheets, or as tracks.
type heard interface {
	// price settles a pair by what sources say of it at a moment; not ok where none has said anything until then.
	price(pair Symbol, at time.Time) (Price, bool)
	// codes are the currencies of which anybody spoke, sorted.
	codes() []currency.Code
	// spoke says whether a source of a kind gave a rate of a currency that is current at a moment.
	spoke(kind SourceKind, code currency.Code, at time.Time) bool
}

// sheaf is what was heard, sorted into sheets, so that many prices can be settled from it.
type sheaf struct {
	facts  Facts
	sheets map[SourceID]*sheets
}

// newSheaf leaves out what sources do not allow to be shown, here where every price is made, so that no page and no
// reply can show it.
func newSheaf(heard []Observation, facts Facts, asOf AsOf) *sheaf {
	asked := map[SourceID]bool{}
	silent := func(o Observation) bool {
		may, known := asked[o.Source]
		if !known {
			may = facts.may(o.Source)
			asked[o.Source] = may
		}
		return !may
	}
	if slices.ContainsFunc(heard, silent) {
		heard = slices.DeleteFunc(slices.Clone(heard), silent)
	}
	return &sheaf{facts, gather(heard, asOf)}
}

// settler settles from what is in the sheaf.
func (s *sheaf) settler() *settler { return &settler{facts: s.facts, heard: s} }

// price settles a pair as it stood at a moment not after the settler's own. Where no source has a current value, but the
// two currencies are tied to each other, or to others, by a law or a promise, the tie is the price.
func (s *settler) price(pair Symbol, at time.Time) (Price, error) {
	base, quote, ok := pair.Pair()
	if !ok {
		return Price{}, fault.Because(fault.Invalid, "%s is no pair of currencies", pair)
	}
	heard, ok := s.heard.price(pair, at)
	if ok && s.facts.Sources.fresh(heard.Offer, at) {
		return heard, nil
	}
	if o, why, same, tied := s.tied(base, quote, at); tied {
		p := s.fixed(pair, o, why, at)
		p.Flags = append(p.Flags, same...)
		return p, nil
	}
	if !ok {
		return Price{}, fault.Because(fault.NotFound, "no source has said what %s was on %s or before", pair, day(at))
	}
	return heard, nil
}

// fixed is the price of a pair that is tied, with what the sources say beside it.
func (s *settler) fixed(pair Symbol, o Offer, why string, at time.Time) Price {
	p := Price{Symbol: pair, Offer: o, Why: why}
	p.Move.Withheld = "a fixed rate does not move"
	if o.From != nil {
		p.Move.Withheld = "it moves as what it is fixed to does"
	}
	if heard, ok := s.heard.price(pair, at); ok {
		for _, other := range append([]SetAside{{Offer: heard.Offer}}, heard.SetAside...) {
			other.Why, other.Off = "It is no longer current; what is fixed still holds.", off(other.Value, o.Value)
			p.SetAside = append(p.SetAside, other)
		}
	}
	p.Agreement = agreementOf(p.SetAside, s.facts.Sources, at)
	p.Flags = pairFlags(p, s.facts, at)
	return p
}

func (s *sheaf) price(pair Symbol, at time.Time) (Price, bool) {
	base, quote, _ := pair.Pair()
	var heard []standing
	for _, list := range s.sheets {
		if newest, previous := list.offers(base, quote, at); newest.From != nil {
			heard = append(heard, standing{newest, previous})
		}
	}
	if len(heard) == 0 {
		return Price{}, false
	}
	return s.settle(pair, heard, at), true
}

func (s *sheaf) settle(pair Symbol, heard []standing, at time.Time) Price {
	p := settle(pair, heard, s.facts, at)
	p.Flags = append(p.Flags, unchanged(p, s.facts, at, func(i int) (time.Time, int) { return s.sheets[p.Source].alike(p.From[i]) })...)
	return p
}

// standing is a source's newest offer at a moment, and the one before it, whose From is nil where there is none.
type standing struct{ newest, previous Offer }

// settle chooses among what the sources, at least one, had to say at a moment.
func settle(pair Symbol, heard []standing, facts Facts, at time.Time) Price {
	p := Price{Symbol: pair}
	offers := make([]Offer, len(heard))
	for i, h := range heard {
		offers[i] = h.newest
	}
	p.Offer, p.Why, p.SetAside = choose(pair, offers, facts.Sources, at)
	p.Agreement = agreementOf(p.SetAside, facts.Sources, at)
	i := slices.IndexFunc(heard, func(h standing) bool { return h.newest.Source == p.Source })
	p.Move = movedSince(pair, heard[i].previous, p.Offer, facts)
	p.Flags = pairFlags(p, facts, at)
	return p
}

// agreementOf counts the current sources among those that were set aside, and those near the chosen value.
func agreementOf(aside []SetAside, sources Sources, at time.Time) (a Agreement) {
	for _, o := range aside {
		if counts(o.Offer, sources, at) {
			a.Of++
			if o.Off.Abs().Cmp(agreed) <= 0 {
				a.Within++
			}
		}
	}
	return a
}

// history settles a pair at every moment at which a source offered it, the newest first. Each sheet is read once: a
// source that gave the pair up long ago would else be searched through again for every moment since.
func (s *sheaf) history(base, quote currency.Code) []Price {
	var tracks [][]Offer // by source, the newest first
	var moments []time.Time
	for _, list := range s.sheets {
		var track []Offer
		for _, sh := range list.on(base, quote) {
			if o, ok := sh.offer(base, quote); ok {
				track = append(track, o)
				moments = append(moments, o.At)
			}
		}
		tracks = append(tracks, track)
	}
	slices.SortFunc(moments, func(a, b time.Time) int { return b.Compare(a) })
	var history []Price
	for _, at := range slices.CompactFunc(moments, time.Time.Equal) {
		var heard []standing
		for i, track := range tracks {
			for len(track) > 0 && track[0].At.After(at) {
				track = track[1:]
			}
			if tracks[i] = track; len(track) == 1 {
				heard = append(heard, standing{newest: track[0]})
			} else if len(track) > 1 {
				heard = append(heard, standing{track[0], track[1]})
			}
		}
		// Where a better source's older value still stood, that is in the history at its own moment.
		if p := s.settle(Pair(base, quote), heard, at); p.At.Equal(at) {
			history = append(history, p)
		}
	}
	return history
}

// offers returns a source's newest offer for a pair at a moment, and the one before it.
func (l *sheets) offers(base, quote currency.Code, at time.Time) (newest, previous Offer) {
	for _, s := range until(l.on(base, quote), at) {
		o, ok := s.offer(base, quote)
		if !ok {
			continue
		}
		if newest.From != nil {
			return newest, o
		}
		newest = o
	}
	return newest, Offer{}
}

// movedSince is the change since the source's earlier value; From of that is nil where there is none.
func movedSince(pair Symbol, earlier, now Offer, facts Facts) Move {
	if earlier.From == nil {
		return Move{Withheld: "there is no earlier value of this source"}
	}
	return moved(pair, earlier, now, facts)
}

// moved computes the change from an earlier value to a later one, unless the two are not in the same money.
func moved(pair Symbol, earlier, now Offer, facts Facts) Move {
	base, quote, _ := pair.Pair()
	for _, code := range []currency.Code{base, quote} {
		scale := facts.Currencies.ScaleOn(code, now.At)
		if facts.Currencies.ScaleOn(code, earlier.At) != scale {
			return Move{Withheld: fmt.Sprintf("%s was redenominated between %s and %s", code, day(earlier.At), day(now.At))}
		}
		if scale > 1 && changedScale(facts.Currencies, code, earlier, now) {
			return Move{Withheld: fmt.Sprintf("the source moved %s to another scale between %s and %s", code, day(earlier.At), day(now.At))}
		}
	}
	return move(earlier.Value, now.Value, earlier.At, earlier.From)
}

// changedScale says whether a source followed (or took back) a redenomination under the same code late: its value
// jumped by more than half the factor's zeros. No market moves a currency by a factor of ten between two sheets, and
// no such redenomination has dropped fewer than two zeros.
func changedScale(table *currency.Table, code currency.Code, earlier, now Offer) bool {
	for r := range table.Redenominations(code) {
		if r.From != r.To || r.Effective.IsZero() || now.At.Before(r.Effective.First()) {
			continue
		}
		old, new := earlier.Value.Mul(earlier.Value), now.Value.Mul(now.Value)
		if old.Cmp(new.Mul(r.OldPerNew)) > 0 || new.Cmp(old.Mul(r.OldPerNew)) > 0 {
			return true
		}
	}
	return false
}
