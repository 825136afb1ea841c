package market

import (
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// annals are what is to be known of each currency over all time. A board has hundreds of such sentences, and they follow from the
// table alone, so that a ledger writes them once.
type annals map[currency.Code][]span

// annalsOf writes those of a table.
func annalsOf(table *currency.Table) annals {
	all := annals{}
	for _, c := range table.Currencies() {
		all[c.Code] = spansOf(table, c.Code)
	}
	return all
}

// known is what is to be known of a currency at a moment. It may not be changed.
func (f Facts) known(code currency.Code, at time.Time) []Flag {
	if f.annals == nil {
		return currencyFlags(f.Currencies, code, at)
	}
	if spans := f.annals()[code]; spans != nil {
		return slices.Clip(spanOf(spans, at.UnixMicro()).flags)
	}
	return nil
}

// span is a time, until the next, over which the same is to be known of some currencies.
type span struct {
	from  int64
	flags []Flag
	codes []FlagCode // of the flags
}

// spanOf is the one in which a moment lies; the first is without beginning.
func spanOf(spans []span, at int64) span {
	n, _ := slices.BinarySearchFunc(spans, at, func(s span, at int64) int {
		if s.from <= at {
			return -1
		}
		return 1
	})
	return spans[n-1]
}

// spansOf parts all time at the days on which one of some currencies retires, is tied, comes free, or gets another scale.
func spansOf(table *currency.Table, codes ...currency.Code) []span {
	begins := []time.Time{{}}
	for _, code := range codes {
		c, err := table.Currency(code)
		if err != nil {
			continue
		}
		begins = append(begins, c.Retired.First())
		for _, p := range table.Pegs(code) {
			begins = append(begins, p.Since.First(), p.Until.End())
		}
		for r := range table.Redenominations(code) {
			begins = append(begins, r.Effective.First())
		}
	}
	slices.SortFunc(begins, time.Time.Compare)
	var spans []span
	for _, at := range slices.CompactFunc(begins, time.Time.Equal) {
		s := span{from: at.UnixMicro()}
		for _, code := range codes {
			for _, f := range currencyFlags(table, code, at) {
				s.flags, s.codes = append(s.flags, f), append(s.codes, f.Code)
			}
		}
		spans = append(spans, s)
	}
	spans[0].from = -1 << 63
	return spans
}
