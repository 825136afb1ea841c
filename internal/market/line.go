package market

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Line settles a pair at every moment from one to another at which a source offered it, the oldest first, by the rule of
// [Settle], and without its reasons: it is for charts and series, which ask for thousands of values at once. Where an older
// value of a better source still stood, that is in the line at its own moment. For the errors see [Ledger.Rate]; a line of
// nothing is empty.
func (l *Ledger) Line(ctx context.Context, pair Symbol, from, to time.Time, asOf AsOf) ([]Offer, error) {
	asOf = asOf.Resolved(l.now())
	if to.Before(asOf.At) {
		asOf.At = to
	}
	needed, _, err := l.needed(ctx, pair, asOf)
	if err != nil {
		return nil, err
	}
	facts, err := l.facts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	heard, err := l.store.Series(ctx, needed, asOf)
	if err != nil {
		return nil, fmt.Errorf("read the series of %s: %w", pair, err)
	}
	heard = slices.DeleteFunc(heard, func(o Observation) bool { return !facts.may(o.Source) })
	line := newLine(pair, heard, facts, asOf)
	first, _ := slices.BinarySearchFunc(line, from, func(o Offer, at time.Time) int { return o.At.Compare(at) })
	return line[first:], nil
}

// newLine settles what was heard, by At, at every moment.
func newLine(pair Symbol, heard []Observation, facts Facts, asOf AsOf) []Offer {
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
		if o := best(pair, offers, facts.Sources, at); o.At.Equal(at) {
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

// best is the offer that [choose] puts first.
func best(pair Symbol, offers []Offer, sources Sources, at time.Time) Offer {
	if len(offers) == 1 {
		return offers[0]
	}
	deciding := decider(pair, offers, sources, at)
	first := offers[0]
	for _, o := range offers[1:] {
		if _, order := deciding(o, first); order < 0 {
			first = o
		}
	}
	return first
}
