package market

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
)

// BarsOptions say how bars are taken in; the zero value works.
type BarsOptions struct {
	Vouched  bool           // a person stands by them: they are taken as they are
	Progress func(done int) // nil: nobody is told
}

// BarsReceipt says what became of bars.
type BarsReceipt struct {
	Receipt
	Held []Held // of those that are news, the ones that are not believed
}

// series is what one source says of a listing by one interval.
type series struct {
	symbol   Symbol
	interval Interval
}

// AddBars takes in the bars of one source, all or none. What the source has said of the same bar already, unchanged, is left
// out; what cannot be right by the listing's series is held, as [Ledger.Hear] holds quotes, and by the same road released: by
// another source that says about the same of the same time, by the source itself once others bear it out, or by a person. The
// error is fault.Invalid for a bar that contradicts itself, or one that stands there twice.
func (l *Ledger) AddBars(ctx context.Context, source Source, bars []Bar, o BarsOptions) (BarsReceipt, error) {
	given, err := sorted(source, bars)
	if err != nil {
		return BarsReceipt{}, err
	}
	held, err := l.store.Held(ctx, "")
	if err != nil {
		return BarsReceipt{}, fmt.Errorf("read the quarantine: %w", err)
	}
	heard, again := Heard{Source: source, Progress: o.Progress}, "said again, and borne out by others"
	if o.Vouched {
		again = "taken in again by somebody who stands by it"
	}
	for k, list := range given {
		there, err := l.store.Bars(ctx, Stretch{Symbol: k.symbol, Interval: k.interval, From: list[0].At, To: list[len(list)-1].At})
		if err != nil {
			return BarsReceipt{}, fmt.Errorf("add %d bars of %s: %w", len(bars), source.ID, err)
		}
		j := newBarJudge(l, source, k, there, held)
		if !o.Vouched {
			err = j.prepare(ctx, list[0].At)
		}
		for _, b := range list {
			before := j.heldAs(b)
			if j.said(b) || before == Rejected && !o.Vouched {
				continue
			}
			d, bad := Doubt{}, false
			if !o.Vouched && err == nil {
				d, bad = j.judge(ctx, b)
			}
			switch {
			case !bad:
				heard.Bars = append(heard.Bars, b)
				heard.Released = append(heard.Released, j.decide(b, again)...)
			case before != Waiting:
				heard.Held = append(heard.Held, heldBar(b, d))
			}
		}
		if err = cmp.Or(err, j.err); err != nil {
			return BarsReceipt{}, fmt.Errorf("judge %d bars of %s: %w", len(bars), source.ID, err)
		}
	}
	slices.SortStableFunc(heard.Bars, byPlace)
	slices.SortStableFunc(heard.Held, func(a, b Held) int { return byPlace(*a.Bar, *b.Bar) })
	if len(heard.Bars)+len(heard.Held) > 0 {
		if _, err := l.store.Hear(ctx, heard); err != nil {
			return BarsReceipt{}, fmt.Errorf("add %d bars of %s: %w", len(heard.Bars), source.ID, err)
		}
	}
	if len(heard.Bars) > 0 {
		l.bus.Publish(bus.Event{Topic: PriceTopic})
	}
	if len(heard.Held)+len(heard.Released) > 0 {
		l.bus.Publish(bus.Event{Topic: HeldTopic})
	}
	return BarsReceipt{Receipt{New: len(heard.Bars), Known: len(bars) - len(heard.Bars) - len(heard.Held)}, heard.Held}, nil
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
