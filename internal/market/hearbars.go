package market

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// HeldBar is a bar that is not believed, and why. It stands apart from bars, where no face can reach it, until it is taken in
// again and another source then says the same, or a person vouches for it.
type HeldBar struct {
	Bar
	Doubt
}

// BarsOptions say how bars are taken in; the zero value works.
type BarsOptions struct {
	Vouched  bool           // a person stands by them: they are taken as they are
	Progress func(done int) // nil: nobody is told
}

// BarsReceipt says what became of bars.
type BarsReceipt struct {
	Receipt
	Held []HeldBar // of those that are news, the ones that are not believed
}

// series is what one source says of a listing by one interval.
type series struct {
	symbol   Symbol
	interval Interval
}

// AddBars takes in the bars of one source, all or none. What the source has said of the same bar already, unchanged, is left
// out; what cannot be right by the listing's series is held, see [Ledger.Hear] for quotes. The error is fault.Invalid for a bar
// that contradicts itself, or one that stands there twice.
func (l *Ledger) AddBars(ctx context.Context, source Source, bars []Bar, o BarsOptions) (BarsReceipt, error) {
	given, err := sorted(source, bars)
	if err != nil {
		return BarsReceipt{}, err
	}
	var news []Bar
	var held []HeldBar
	waiting := 0 // held already, and still
	for k, list := range given {
		there, err := l.store.Bars(ctx, k.symbol, k.interval, list[0].At, list[len(list)-1].At)
		if err != nil {
			return BarsReceipt{}, fmt.Errorf("add %d bars of %s: %w", len(bars), source.ID, err)
		}
		before, err := l.store.HeldBars(ctx, k.symbol, k.interval, list[0].At, list[len(list)-1].At)
		if err != nil {
			return BarsReceipt{}, fmt.Errorf("add %d bars of %s: %w", len(bars), source.ID, err)
		}
		j := barJudge{ledger: l, ctx: ctx, source: source.ID, series: k, there: there}
		if !o.Vouched {
			err = j.prepare(list[0].At)
		}
		for _, b := range list {
			if j.said(b) {
				continue
			}
			d, bad := Doubt{}, false
			if !o.Vouched && err == nil {
				d, bad = j.judge(b)
			}
			switch {
			case !bad:
				news = append(news, b)
			case slices.ContainsFunc(before, func(h HeldBar) bool { return h.Source == source.ID && h.At.Equal(b.At) && h.same(b) }):
				waiting++
			default:
				held = append(held, HeldBar{b, d})
			}
		}
		if err = cmp.Or(err, j.err); err != nil {
			return BarsReceipt{}, fmt.Errorf("judge %d bars of %s: %w", len(bars), source.ID, err)
		}
	}
	slices.SortStableFunc(news, byPlace)
	slices.SortStableFunc(held, func(a, b HeldBar) int { return byPlace(a.Bar, b.Bar) })
	if len(news)+len(held) > 0 {
		if err := l.store.AddBars(ctx, source, news, held, o.Progress); err != nil {
			return BarsReceipt{}, fmt.Errorf("add %d bars of %s: %w", len(news), source.ID, err)
		}
	}
	if len(news) > 0 {
		l.bus.Publish(bus.Event{Topic: PriceTopic})
	}
	return BarsReceipt{Receipt{New: len(news), Known: len(bars) - len(news) - len(held)}, held}, nil
}

func byPlace(a, b Bar) int { return cmp.Or(cmp.Compare(a.Symbol, b.Symbol), a.At.Compare(b.At)) }

// sorted are bars by their series, each by time, where every one can be a bar and none stands there twice.
func sorted(source Source, bars []Bar) (map[series][]Bar, error) {
	if err := source.check(); err != nil {
		return nil, err
	}
	all := map[series][]Bar{}
	for _, b := range bars {
		if err := b.Check(); err != nil {
			return nil, err
		}
		if b.Source != source.ID {
			return nil, fault.Because(fault.Invalid, "%s: the bar of %s is of %s, and not of %s", b.Symbol, b.At.UTC().Format(time.RFC3339), b.Source, source.ID)
		}
		k := series{b.Symbol, b.Interval}
		all[k] = append(all[k], b)
	}
	for _, list := range all {
		slices.SortStableFunc(list, byPlace)
		for i := 1; i < len(list); i++ {
			if list[i].At.Equal(list[i-1].At) {
				return nil, fault.Because(fault.Invalid, "%s: the bar of %s stands there twice", list[i].Symbol, list[i].At.UTC().Format(time.RFC3339))
			}
		}
	}
	return all, nil
}

// CheckBars says what in bars cannot be right that come with their sources, as an archive brings them: they were judged when they
// were heard. The error is fault.Invalid.
func CheckBars(sources []Source, bars []Bar) error {
	for _, b := range bars {
		if err := b.Check(); err != nil {
			return fault.Because(fault.Invalid, "the bar of %s of %s: %w", b.Symbol, b.At.UTC().Format(time.RFC3339), err)
		}
		if !slices.ContainsFunc(sources, func(s Source) bool { return s.ID == b.Source }) {
			return fault.Because(fault.Invalid, "the bar of %s of %s: its source %q is not among those given", b.Symbol, b.At.UTC().Format(time.RFC3339), b.Source)
		}
	}
	return nil
}

// barJudge judges the bars of one series, the oldest first.
type barJudge struct {
	ledger *Ledger
	ctx    context.Context
	source SourceID
	series
	there []Bar // what sources have said of the time of which it judges
	next  int   // the first of these that was not passed
	trail trail
	err   error // the first of those that came up while judging
}

// prepare reads what the source said before: the closes of its bars, and its quotes.
func (j *barJudge) prepare(first time.Time) error {
	far := 200 * 24 * time.Hour
	if j.interval == Minutely {
		far = 4 * 24 * time.Hour // from a Tuesday after Easter to the Thursday before, so that there is a session in it
	}
	before, err := j.ledger.store.Bars(j.ctx, j.symbol, j.interval, first.Add(-far), first.Add(-time.Microsecond))
	if err != nil {
		return err
	}
	for _, b := range before {
		if b.Source == j.source {
			j.trail.believe(b.At, logOf(b.Close))
		}
	}
	if n := len(j.trail.at); n > 0 {
		return nil
	}
	quotes, err := j.ledger.store.Before(j.ctx, j.source, first, window+1)
	for _, o := range quotes {
		if o.Symbol == j.symbol && o.Field == Last {
			j.trail.believe(o.At, logOf(o.Value))
		}
	}
	return err
}

// said says whether the source has said a bar already, unchanged. What it has said until then is believed.
func (j *barJudge) said(b Bar) bool {
	for ; j.next < len(j.there) && !j.there[j.next].At.After(b.At); j.next++ {
		before := j.there[j.next]
		if before.Source != j.source {
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
func (j *barJudge) judge(b Bar) (Doubt, bool) {
	s := suspect{Observation: Observation{Symbol: b.Symbol, Field: Last, Value: b.Close, At: b.At, Seen: b.Seen, Source: b.Source}, ln: logOf(b.Close)}
	s.peers = func() []peer { return j.peers(b) }
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

// peers is what other sources say of the share at about the same time, in bars and in quotes. Pages confirm nothing.
func (j *barJudge) peers(b Bar) []peer {
	var all []peer
	for _, o := range j.there {
		if o.Source != j.source && o.At.Equal(b.At) {
			all = append(all, peer{o.Source, logOf(o.Close)})
		}
	}
	end := b.At.Add(24*time.Hour - time.Microsecond)
	if b.Interval == Minutely {
		end = b.At.Add(time.Minute)
	}
	asOf := AsOf{At: end}.Resolved(j.ledger.now())
	asOf.At = end
	said, err := j.ledger.store.Newest(j.ctx, asOf, 1, b.Symbol)
	facts, err2 := j.ledger.facts(j.ctx)
	j.err = cmp.Or(j.err, err, err2)
	for _, o := range said {
		if o.Field == Last && o.Source != j.source && facts.Sources[o.Source].Kind != Page && b.At.Sub(o.At).Abs() <= shareNear {
			all = append(all, peer{o.Source, logOf(o.Value)})
		}
	}
	return all
}
