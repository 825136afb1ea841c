package market

import (
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/calendar"
	"github.com/courant-news/courant/internal/currency"
)

// Tick is one trade of a share, as a source told it when it was made. It is kept for some days only: what lasts of it are
// the bars of its minute, and those of its prices that the ledger was given.
type Tick struct {
	Symbol   Symbol
	Source   SourceID
	At, Seen time.Time
	Price    currency.Decimal
	Size     currency.Decimal // in shares
	NoSize   bool             // the source does not say it, or not so that it could be added up; Size is zero then
	Aside    bool             // its price makes no last, high or low, as that of an odd lot; its size counts
}

// MinuteBars makes bars of the trades that one source told of a listing from one moment to another, the latter not included,
// both at the beginning of a minute. The trades must be all that it told of that time. What lies outside of the sessions of
// the listing's market makes no bar, and nor does a minute in which nothing made a price; a market whose sessions are not
// known has no bars, and the error is fault.NotFound. A minute of which the size of any trade is not known has no volume.
func MinuteBars(symbol Symbol, ticks []Tick, from, to, seen time.Time) ([]Bar, error) {
	mic, _, _ := symbol.Listing()
	m, err := calendar.Of(mic)
	if err != nil {
		return nil, err
	}
	ticks = slices.Clone(ticks)
	slices.SortStableFunc(ticks, func(a, b Tick) int { return a.At.Compare(b.At) })
	var bars []Bar
	for begin := 0; begin < len(ticks); {
		minute := ticks[begin].At.UTC().Truncate(time.Minute)
		end := begin
		for end < len(ticks) && ticks[end].At.Before(minute.Add(time.Minute)) {
			end++
		}
		if !minute.Before(from) && minute.Before(to) {
			trades, err := m.At(minute)
			if err != nil {
				return nil, err
			}
			if b, ok := barOf(ticks[begin:end]); ok && trades.Phase == calendar.Open {
				b.Symbol, b.Interval, b.At, b.Seen = symbol, Minutely, minute, seen.UTC().Truncate(time.Microsecond)
				bars = append(bars, b)
			}
		}
		begin = end
	}
	return bars, nil
}

// barOf is the bar of the trades of one minute; not ok where none of them makes a price.
func barOf(ticks []Tick) (b Bar, ok bool) {
	trades := 0
	for _, t := range ticks {
		trades++
		b.Source, b.NoVolume = t.Source, b.NoVolume || t.NoSize
		b.Volume = b.Volume.Add(t.Size)
		if t.Aside {
			continue
		}
		if !ok {
			b.Open, b.High, b.Low, ok = t.Price, t.Price, t.Price, true
		}
		if t.Price.Cmp(b.High) > 0 {
			b.High = t.Price
		}
		if t.Price.Cmp(b.Low) < 0 {
			b.Low = t.Price
		}
		b.Close = t.Price
	}
	if b.NoVolume {
		b.Volume = currency.Decimal{}
	}
	b.Ref = fmt.Sprintf("made here of %d trades", trades)
	if trades == 1 {
		b.Ref = "made here of one trade"
	}
	return b, ok
}

// Trades says whether the market of a listing trades at a moment, by its calendar; not known where that is not.
func (s Symbol) Trades(at time.Time) (trades, known bool) {
	mic, _, _ := s.Listing()
	m, err := calendar.Of(mic)
	if err != nil {
		return false, false
	}
	state, err := m.At(at)
	return err == nil && state.Phase == calendar.Open, err == nil
}
