package market

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// field is what a bar that is held is a value of: the bar is held under its close.
func (i Interval) field() Field { return Field("bar of a " + string(i)) }

// heldBar is a bar that is not believed.
func heldBar(b Bar, d Doubt) Held {
	o := NewObservation(b.Symbol, b.Interval.field(), b.Close, Moment{b.At, b.Seen}, b.Source, b.Ref)
	return Held{Observation: o, Bar: &b, Doubt: d, State: Waiting}
}

// barJudge judges the bars of one series of a source, the oldest first.
type barJudge struct {
	ledger *Ledger
	source Source
	series
	there []Bar  // what sources have said of the time of which it judges
	held  []Held // what was held of the series, whatever became of it
	next  int    // the first of those that are there that was not passed
	trail trail
	freed map[ID]bool // held bars that were decided on here
	err   error       // the first of those that came up while judging
}

// newBarJudge is a judge who has read nothing yet of what was before; of all that is held he minds what is of the series.
func newBarJudge(l *Ledger, source Source, k series, there []Bar, held []Held) *barJudge {
	j := &barJudge{ledger: l, source: source, series: k, there: there, freed: map[ID]bool{}}
	for _, h := range held {
		if h.Symbol == k.symbol && h.Field == k.interval.field() {
			j.held = append(j.held, h)
		}
	}
	return j
}

// prepare reads what the source said before: the closes of its bars, and its quotes.
func (j *barJudge) prepare(ctx context.Context, first time.Time) error {
	far := 200 * 24 * time.Hour
	if j.interval == Minutely {
		far = 4 * 24 * time.Hour // from a Tuesday after Easter to the Thursday before, so that there is a session in it
	}
	before, err := j.ledger.store.Bars(ctx, Stretch{Symbol: j.symbol, Interval: j.interval, From: first.Add(-far), To: first.Add(-time.Microsecond)})
	if err != nil {
		return err
	}
	for _, b := range before {
		if b.Source == j.source.ID {
			j.trail.believe(b.At, logOf(b.Close))
		}
	}
	if n := len(j.trail.at); n > 0 {
		return nil
	}
	quotes, err := j.ledger.store.Before(ctx, j.source.ID, first, window+1)
	for _, o := range quotes {
		if o.Symbol == j.symbol && o.Field == Last {
			j.trail.believe(o.At, logOf(o.Value))
		}
	}
	return err
}

// heldAs says as what the same bar of the source is held already; empty where it is not.
func (j *barJudge) heldAs(b Bar) HeldState {
	for _, h := range j.held { // the last learnt first
		if h.Source == b.Source && h.At.Equal(b.At) && h.Bar.same(b) {
			return h.State
		}
	}
	return ""
}

// decide ends the waiting of the bars of the same time that a believed one confirms, or takes back. Why the source's own is
// believed now, again says.
func (j *barJudge) decide(b Bar, again string) (decisions []Decision) {
	by, said := string(j.source.ID), fmt.Sprintf("%s says %s of %s", j.source.name(j.source.ID), b.prices(), j.when(b.At))
	for _, h := range j.held {
		switch {
		case h.State != Waiting || !h.At.Equal(b.At) || j.freed[h.ID]:
			continue
		case h.Source == b.Source && h.Bar.same(b):
			decisions = append(decisions, h.decided(Released, b.Seen, by, again))
		case h.Source == b.Source:
			decisions = append(decisions, h.decided(Rejected, b.Seen, by, said))
		case h.Bar.near(b) && h.Reason != OldScale:
			decisions = append(decisions, h.decided(Released, j.ledger.now(), by, said))
		default:
			continue
		}
		j.freed[h.ID] = true
	}
	return decisions
}

// near says whether each price of two bars is about the same.
func (b Bar) near(o Bar) bool {
	for _, p := range [...][2]currency.Decimal{{b.Open, o.Open}, {b.High, o.High}, {b.Low, o.Low}, {b.Close, o.Close}} {
		if math.Abs(logOf(p[0])-logOf(p[1])) > shareAgree {
			return false
		}
	}
	return true
}

// prices writes the prices of a bar.
func (b Bar) prices() string {
	return fmt.Sprintf("open %s, high %s, low %s, close %s", b.Open, b.High, b.Low, b.Close)
}

// barFollowers are the bars of the same source and series that were held after a given one, and are ordinary once they are
// measured by it: what [Ledger.followers] is for values.
func (l *Ledger) barFollowers(ctx context.Context, first Held, held []Held) (follow []Held, err error) {
	facts, err := l.facts(ctx)
	if err != nil {
		return nil, err
	}
	var waiting []Held
	for _, h := range held {
		if h.State == Waiting && h.Source == first.Source && h.Symbol == first.Symbol && h.Field == first.Field && h.At.After(first.At) &&
			(h.Reason == Jump || h.Reason == Slip || h.Reason == Apart) {
			waiting = append(waiting, h)
		}
	}
	if len(waiting) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(waiting, func(a, b Held) int { return cmp.Or(a.At.Compare(b.At), b.Seen.Compare(a.Seen)) })
	waiting = slices.CompactFunc(waiting, func(a, b Held) bool { return a.At.Equal(b.At) }) // the last learnt of each moment
	there, err := l.store.Bars(ctx, Stretch{Symbol: first.Symbol, Interval: first.Bar.Interval, From: first.At, To: waiting[len(waiting)-1].At})
	if err != nil {
		return nil, err
	}
	there = slices.DeleteFunc(there, func(b Bar) bool { return b.Source == first.Source && b.At.Equal(first.At) })
	j := newBarJudge(l, facts.Sources[first.Source], series{first.Symbol, first.Bar.Interval}, there, held)
	if err := j.prepare(ctx, first.At); err != nil {
		return nil, err
	}
	j.trail.believe(first.At, logOf(first.Bar.Close))
	for _, h := range waiting {
		if j.said(*h.Bar) || slices.ContainsFunc(there, func(b Bar) bool { return b.Source == h.Source && b.At.Equal(h.At) }) {
			continue // something else of that moment was believed
		}
		if _, bad := j.judge(ctx, *h.Bar); !bad {
			follow = append(follow, h)
		}
	}
	return follow, j.err
}

// said says whether the source has said a bar already, unchanged. What it has said until then is believed.
func (j *barJudge) said(b Bar) bool {
	for ; j.next < len(j.there) && !j.there[j.next].At.After(b.At); j.next++ {
		before := j.there[j.next]
		if before.Source != j.source.ID {
			continue
		}
		if before.At.Equal(b.At) {
			if before.same(b) {
				j.trail.believe(b.At, logOf(b.Close))
				j.next++
				return true
			}
			continue
		}
		j.trail.believe(before.At, logOf(before.Close))
	}
	return false
}

// judge says whether a bar can be right: its close as any last price, and its other prices by that and the one before.
func (j *barJudge) judge(ctx context.Context, b Bar) (Doubt, bool) {
	s := suspect{Observation: Observation{Symbol: b.Symbol, Field: Last, Value: b.Close, At: b.At, Seen: b.Seen, Source: b.Source}, ln: logOf(b.Close)}
	s.peers = func() []peer { return j.peers(ctx, b) }
	if d, bad := j.trail.judgeShare(s, j.ledger.listings); bad {
		return d, true
	}
	low, high := s.ln, s.ln
	if n := len(j.trail.ln); n > 1 { // the close before, as one of the shares that trade now
		low, high = min(low, j.trail.ln[n-2]), max(high, j.trail.ln[n-2])
	}
	for _, p := range [...]struct {
		name  string
		price currency.Decimal
	}{{"open", b.Open}, {"low", b.Low}, {"high", b.High}} {
		off := max(low-logOf(p.price), logOf(p.price)-high)
		if off > shareFloor && off > j.trail.shareBound(1) {
			return Doubt{Jump, fmt.Sprintf("%s: its %s price of %s, %s, is far from its close of %s and from the close before.",
				b.Symbol, p.name, j.when(b.At), p.price, b.Close)}, true
		}
	}
	return Doubt{}, false
}

// when writes the moment of a bar.
func (j *barJudge) when(at time.Time) string {
	if j.interval == Minutely {
		return at.UTC().Format("2006-01-02 15:04")
	}
	return day(at)
}

// peers is what other sources say of the share at about the same time, in bars, the held among them, and in quotes. Pages
// confirm nothing.
func (j *barJudge) peers(ctx context.Context, b Bar) []peer {
	var all []peer
	for _, o := range j.there {
		if o.Source != j.source.ID && o.At.Equal(b.At) {
			all = append(all, peer{o.Source, logOf(o.Close)})
		}
	}
	for _, h := range j.held { // which bear out what is far from the source's past, and gainsay nothing where it has none
		if len(j.trail.ln) > 0 && h.Source != j.source.ID && h.State == Waiting && h.At.Equal(b.At) {
			all = append(all, peer{h.Source, logOf(h.Value)})
		}
	}
	end := b.At.Add(24*time.Hour - time.Microsecond)
	if b.Interval == Minutely {
		end = b.At.Add(time.Minute)
	}
	asOf := AsOf{At: end}.Resolved(j.ledger.now())
	asOf.At = end
	said, err := j.ledger.store.Newest(ctx, asOf, 1, b.Symbol)
	facts, err2 := j.ledger.facts(ctx)
	j.err = cmp.Or(j.err, err, err2)
	for _, o := range said {
		if o.Field == Last && o.Source != j.source.ID && facts.Sources[o.Source].Kind != Page && b.At.Sub(o.At).Abs() <= shareNear {
			all = append(all, peer{o.Source, logOf(o.Value)})
		}
	}
	return all
}
