package market

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// This is how lines were settled before columns were read: from sheets, offer by offer, and how offers were compared then.
// It is the measure to which both are held.

// referenceLine settles what was heard, by At, at every moment.
func referenceLine(pair Symbol, heard []Observation, facts Facts, asOf AsOf) []Offer {
	var tracks [][]Offer // by source, the oldest first
	var moments []int64
	for _, said := range bySource(heard) {
		track := offersOf(pair, said, asOf)
		if len(track) == 0 {
			continue
		}
		tracks = append(tracks, track)
		for _, o := range track {
			moments = append(moments, o.At.UnixMicro())
		}
	}
	if len(tracks) == 1 {
		return tracks[0] // there is nothing to choose
	}
	slices.Sort(moments)
	var line []Offer
	next := make([]int, len(tracks)) // of each track the first offer that is later than the moment
	offers := make([]Offer, 0, len(tracks))
	for _, micro := range slices.Compact(moments) {
		at := time.UnixMicro(micro).UTC()
		offers = offers[:0]
		for i, track := range tracks {
			for next[i] < len(track) && !track[next[i]].At.After(at) {
				next[i]++
			}
			if next[i] > 0 {
				offers = append(offers, track[next[i]-1])
			}
		}
		if o := referenceBest(pair, offers, facts.Sources, at); o.At.Equal(at) {
			line = append(line, o)
		}
	}
	return line
}

// bySource parts what was heard, and keeps its order.
func bySource(heard []Observation) map[SourceID][]Observation {
	count := map[SourceID]int{}
	for _, o := range heard {
		count[o.Source]++
	}
	said := make(map[SourceID][]Observation, len(count))
	for source, n := range count {
		if n == len(heard) {
			return map[SourceID][]Observation{source: heard}
		}
		said[source] = make([]Observation, 0, n)
	}
	for _, o := range heard {
		said[o.Source] = append(said[o.Source], o)
	}
	return said
}

// offersOf are the offers of one source for a pair, the oldest first, from what it said, by At. One that gives the pair itself
// at every moment at which it gives anything needs no sheets.
func offersOf(pair Symbol, said []Observation, asOf AsOf) []Offer {
	if straight, ok := itself(pair, said); ok {
		return straight
	}
	base, quote, _ := pair.Pair()
	var track []Offer
	for _, list := range gather(said, asOf) { // of this one source
		for _, sh := range slices.Backward(list.on(base, quote)) {
			if o, ok := sh.offer(base, quote); ok {
				track = append(track, o)
			}
		}
	}
	return track
}

// itself are the offers for a pair that was said as it is, at every moment; not ok where at some moment only others were.
func itself(pair Symbol, said []Observation) (straight []Offer, ok bool) {
	straight = make([]Offer, 0, len(said))
	from := make([]Observation, 0, len(said)) // one room for all of them
	for i, o := range said {
		if i > 0 && !o.At.Equal(said[i-1].At) && !ok {
			return nil, false
		}
		if i == 0 || !o.At.Equal(said[i-1].At) {
			ok = false
		}
		if o.Symbol == pair && o.Field == Rate {
			from, ok = append(from, o), true
			straight = append(straight, Offer{Source: o.Source, Value: o.Value, At: o.At, Seen: o.Seen, How: Said, From: from[len(from)-1 : len(from) : len(from)]})
		}
	}
	return straight, ok
}

// referenceBest is the offer that [choose] puts first.
func referenceBest(pair Symbol, offers []Offer, sources Sources, at time.Time) Offer {
	if len(offers) == 1 {
		return offers[0]
	}
	deciding := referenceDecider(pair, offers, sources, at)
	first := offers[0]
	for _, o := range offers[1:] {
		if _, order := deciding(o, first); order < 0 {
			first = o
		}
	}
	return first
}

// respect is one respect in which the offers of two sources are compared.
type respect struct {
	compare func(a, b Offer) int       // below zero: a comes first
	behind  func(o, best Offer) string // why o was set aside
}

// respects are the respects in which offers are compared, in their order. The sentence that a reader is given for an
// offer that was set aside belongs to the very respect that decided.
func respects(pair Symbol, offers []Offer, sources Sources, at time.Time, current bool) []respect {
	rank := func(o Offer) int { return sources[o.Source].Kind.rank() }
	freshness := respect{
		func(a, b Offer) int {
			x, y := sources.fresh(a, at), sources.fresh(b, at)
			switch {
			case x == y:
				return 0
			case x:
				return -1
			}
			return 1
		},
		func(o, _ Offer) string {
			return fmt.Sprintf("Its newest value, of %s, is no longer current.", day(o.At))
		},
	}
	trust := respect{
		func(a, b Offer) int { return cmp.Compare(rank(a), rank(b)) },
		func(o, best Offer) string {
			return fmt.Sprintf("It is %s; the one chosen is %s.", sources[o.Source].Kind.phrase(), sources[best.Source].Kind.phrase())
		},
	}
	directness := respect{
		func(a, b Offer) int { return cmp.Compare(a.How.steps(), b.How.steps()) },
		func(o, best Offer) string {
			return fmt.Sprintf("It is %s; the one chosen is %s.", o.How.phrase(), best.How.phrase())
		},
	}
	age := respect{
		func(a, b Offer) int { return b.At.Compare(a.At) },
		func(o, _ Offer) string { return fmt.Sprintf("It is older, of %s.", day(o.At)) },
	}
	authority := respect{
		func(a, b Offer) int {
			return cmp.Compare(referenceIssues(b, sources, pair), referenceIssues(a, sources, pair))
		},
		func(o, best Offer) string {
			return fmt.Sprintf("The one chosen is of the bank that issues %s.", sources[best.Source].Issuer)
		},
	}
	asked := map[SourceID]int{} // each offer is held against the others once, and only where nothing before decides
	aloneOnce := func(o Offer) int {
		answer, known := asked[o.Source]
		if !known {
			answer = referenceAlone(o, offers, sources, at)
			asked[o.Source] = answer
		}
		return answer
	}
	agreement := respect{
		func(a, b Offer) int { return cmp.Compare(aloneOnce(a), aloneOnce(b)) },
		func(Offer, Offer) string { return "It stands alone: others agree with the one chosen." },
	}
	name := respect{
		func(a, b Offer) int { return cmp.Compare(a.Source, b.Source) },
		func(Offer, Offer) string { return "It ranks equal; the first by name was chosen." },
	}
	if current {
		return []respect{freshness, trust, authority, agreement, directness, age, name}
	}
	return []respect{freshness, age, directness, trust, name}
}

// referenceDecider compares two of some offers, and says by which respect they differ.
func referenceDecider(pair Symbol, offers []Offer, sources Sources, at time.Time) func(a, b Offer) (respect, int) {
	current, outdated := respects(pair, offers, sources, at, true), respects(pair, offers, sources, at, false)
	return func(a, b Offer) (respect, int) {
		list := outdated
		if sources.fresh(a, at) { // where only one of the two is fresh, the first respect decides in either list
			list = current
		}
		for _, c := range list {
			if order := c.compare(a, b); order != 0 {
				return c, order
			}
		}
		return list[len(list)-1], 0
	}
}

// referenceAlone is 1 for an offer that no other current one is near to, while there are others that agree with each other.
func referenceAlone(o Offer, offers []Offer, sources Sources, at time.Time) int {
	var others []Offer
	for _, other := range offers {
		if other.Source == o.Source || !counts(other, sources, at) {
			continue
		}
		if near(other.Value, o.Value) {
			return 0
		}
		others = append(others, other)
	}
	for i, a := range others {
		for _, b := range others[:i] {
			if near(a.Value, b.Value) {
				return 1
			}
		}
	}
	return 0
}

// referenceIssues ranks a source by what it has to do with a pair: the bank that issues the quote currency knows best what that
// is worth, then the one that issues the base.
func referenceIssues(o Offer, sources Sources, pair Symbol) int {
	base, quote, _ := pair.Pair()
	switch sources[o.Source].Issuer {
	case "":
		return 0
	case quote:
		return 2
	case base:
		return 1
	}
	return 0
}
