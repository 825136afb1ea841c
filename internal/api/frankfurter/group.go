package frankfurter

import (
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// begin is the first day of the week or month that a day is in. Weeks are those of ISO 8601: they begin on Monday.
func begin(day time.Time, group string) time.Time {
	if group == "month" {
		return day.AddDate(0, 0, 1-day.Day())
	}
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

// after is the first day of the next week or month, of the first day of one.
func after(begin time.Time, group string) time.Time {
	if group == "month" {
		return begin.AddDate(0, 1, 0)
	}
	return begin.AddDate(0, 0, 7)
}

// mean adds up numbers, exactly.
type mean struct {
	sum currency.Decimal
	n   int64
}

func (m *mean) add(d currency.Decimal) { m.sum, m.n = m.sum.Add(d), m.n+1 }

// value is the mean, to as many digits as a computed rate.
func (m *mean) value(legacy bool) currency.Decimal {
	value, err := m.sum.Quo(currency.DecimalFromInt(m.n), market.CrossDigits)
	if err != nil {
		return currency.Decimal{} // a mean of nothing is never made
	}
	if legacy {
		return band(value.Float())
	}
	return value
}

// grouped are the means of one quote's rows, which are in the order of their days, over whole weeks or months, each under
// its first day. What was carried into the first from before it is not of it.
func grouped(days []row, a rates) []row {
	var rows []row
	first := begin(a.from, a.group)
	for len(days) > 0 {
		start := begin(days[0].date, a.group)
		end, n := after(start, a.group), 0
		for n < len(days) && days[n].date.Before(end) {
			n++
		}
		if !start.Before(first) {
			rows = append(rows, meanOf(days[:n], start, a))
		}
		days = days[n:]
	}
	return rows
}

// meanOf is the mean of some rows, at least one, and of what each source said on their days.
func meanOf(days []row, start time.Time, a rates) row {
	r := row{date: start, base: a.base, quote: days[0].quote, source: days[0].source}
	var all mean
	by, chosen := map[market.SourceID]*mean{}, map[market.SourceID]bool{}
	for _, d := range days {
		all.add(d.rate)
		if d.seen.After(r.seen) {
			r.seen = d.seen
		}
		for _, e := range d.providers {
			if !e.date.Equal(d.date) {
				continue // carried on from a day on which it is counted
			}
			if by[e.key] == nil {
				by[e.key] = &mean{}
			}
			by[e.key].add(e.rate)
			chosen[e.key] = chosen[e.key] || !e.excluded
		}
	}
	r.rate = all.value(a.legacy)
	for id, m := range by {
		r.providers = append(r.providers, entry{id, start, m.value(a.legacy), !chosen[id]})
	}
	slices.SortFunc(r.providers, func(x, y entry) int {
		switch {
		case x.excluded != y.excluded && x.excluded, x.excluded == y.excluded && x.key > y.key:
			return 1
		}
		return -1
	})
	return r
}
