package market

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Interval is how long a bar lasts.
type Interval string

// The intervals.
const (
	Daily    Interval = "day"    // a session; its At is the midnight, UTC, of its day
	Minutely Interval = "minute" // its At is its beginning
)

// Bar is what a share did in a session, or in a minute, as one source says. It is never changed: a source that says
// otherwise later says so in another bar with a later Seen, and the last learnt counts.
type Bar struct {
	Symbol                 Symbol
	Interval               Interval
	Source                 SourceID
	At, Seen               time.Time
	Open, High, Low, Close currency.Decimal
	Volume                 currency.Decimal // in shares
	NoVolume               bool             // the source does not say it; Volume is zero then
	Ref                    string           // where the source says it: a line of a file
}

// Check says what in a bar cannot be right; the error is fault.Invalid.
func (b Bar) Check() error {
	if _, _, ok := b.Symbol.Listing(); !ok {
		return fault.Because(fault.Invalid, "%s is a pair of currencies: bars are of shares, as XNYS:BP", b.Symbol)
	}
	if b.Interval != Daily && b.Interval != Minutely {
		return fault.Because(fault.Invalid, "%s: a bar of a %q is none: it is of a day or of a minute", b.Symbol, b.Interval)
	}
	unit := time.Minute
	if b.Interval == Daily {
		unit = 24 * time.Hour
	}
	if b.At.IsZero() || b.Seen.IsZero() || !b.At.Equal(b.At.Truncate(unit)) || b.At.After(b.Seen.Add(14*time.Hour)) {
		return fault.Because(fault.Invalid, "%s: %s is no moment at which a bar of a %s can begin, or has not come yet", b.Symbol, b.At.UTC().Format(time.RFC3339), b.Interval)
	}
	for _, p := range []struct {
		name  string
		value currency.Decimal
	}{{"open", b.Open}, {"high", b.High}, {"low", b.Low}, {"close", b.Close}} {
		if p.value.Sign() <= 0 {
			return fault.Because(fault.Invalid, "its %s of %s cannot be right: it must be above zero", p.name, p.value)
		}
	}
	if b.High.Cmp(b.Low) < 0 {
		return fault.Because(fault.Invalid, "its high of %s is below its low of %s", b.High, b.Low)
	}
	for _, p := range []struct {
		name  string
		value currency.Decimal
	}{{"open", b.Open}, {"close", b.Close}} {
		if p.value.Cmp(b.Low) < 0 || p.value.Cmp(b.High) > 0 {
			return fault.Because(fault.Invalid, "its %s of %s is not between its low of %s and its high of %s", p.name, p.value, b.Low, b.High)
		}
	}
	if b.Volume.Sign() < 0 || b.NoVolume && !b.Volume.IsZero() {
		return fault.Because(fault.Invalid, "its volume of %s cannot be right: it cannot be below zero", b.Volume)
	}
	return nil
}

// same says whether two bars say the same.
func (b Bar) same(o Bar) bool {
	return b.Open.Equal(o.Open) && b.High.Equal(o.High) && b.Low.Equal(o.Low) && b.Close.Equal(o.Close) && b.Volume.Equal(o.Volume) && b.NoVolume == o.NoVolume
}

// Stretch is which bars are asked for: those of a symbol that begin from one moment to another, both included.
type Stretch struct {
	Symbol   Symbol
	Interval Interval
	From, To time.Time
	Known    time.Time // as they were known then; zero: now
}

// Bars returns what a share did in a stretch, by its beginning. All are of one source, the most
// trusted, then the one with the newest, among those that may be shown: bars of two are never mixed in one series. The
// error is fault.NotFound where no source has any.
func (l *Ledger) Bars(ctx context.Context, s Stretch) ([]Bar, Source, error) {
	all, err := l.store.Bars(ctx, s)
	if err != nil {
		return nil, Source{}, fmt.Errorf("read the bars of %s: %w", s.Symbol, err)
	}
	facts, err := l.facts(ctx)
	if err != nil {
		return nil, Source{}, fmt.Errorf("read the sources: %w", err)
	}
	newest := map[SourceID]time.Time{}
	for _, b := range all {
		if facts.may(b.Source) && b.At.After(newest[b.Source]) {
			newest[b.Source] = b.At
		}
	}
	var best SourceID
	for id, at := range newest {
		order := cmp.Or(cmp.Compare(facts.Sources[id].Kind.rank(), facts.Sources[best].Kind.rank()), newest[best].Compare(at), cmp.Compare(id, best))
		if best == "" || order < 0 {
			best = id
		}
	}
	if best == "" {
		return nil, Source{}, fault.Because(fault.NotFound, "no source whose prices may be shown has said what %s did from %s to %s", s.Symbol, day(s.From), day(s.To))
	}
	return slices.DeleteFunc(all, func(b Bar) bool { return b.Source != best }), facts.Sources[best], nil
}
