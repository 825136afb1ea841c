package site

import (
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// reach is how far back a chart goes from its newest value.
type reach struct {
	name, short, long string
	years, months     int // none: to the beginning
}

// reaches are those that a reader may ask for, the shortest first.
var reaches = [...]reach{
	{"1m", "1M", "1 month", 0, 1},
	{"6m", "6M", "6 months", 0, 6},
	{"1y", "1Y", "1 year", 1, 0},
	{"5y", "5Y", "5 years", 5, 0},
	{"all", "All", "All that is known", 0, 0},
}

// usualReach is that of a chart of which nobody asks anything else.
const usualReach = "1y"

// parseReach reads a range; the error is fault.Invalid.
func parseReach(text string) (reach, error) {
	if text == "" {
		text = usualReach
	}
	for _, r := range reaches {
		if strings.EqualFold(text, r.name) {
			return r, nil
		}
	}
	return reach{}, fault.Because(fault.Invalid, "there is no range %.20q: take 1m, 6m, 1y, 5y or all", text)
}

// from is the midnight at which a chart begins whose newest value is of a moment.
func (r reach) from(newest time.Time) time.Time {
	if r.years == 0 && r.months == 0 {
		return time.Time{}
	}
	return newest.UTC().Truncate(24*time.Hour).AddDate(-r.years, -r.months, 0)
}

// pace is how often a value is taken for a chart.
type pace struct {
	every string // day
	of    func(time.Time) int
}

// most is how many values a chart and its table have at the most.
const most = 370

// paces are the paces, the finest first. Each numbers the days, weeks or months since 1970 so that the values of one
// bear one number.
var paces = [...]pace{
	{"day", daysSince},
	{"week", func(t time.Time) int { return (daysSince(t) + 3) / 7 }}, // 1 January 1970 was a Thursday
	{"month", func(t time.Time) int { return t.Year()*12 + int(t.Month()) }},
	{"quarter", func(t time.Time) int { return t.Year()*4 + (int(t.Month())-1)/3 }},
	{"year", time.Time.Year},
}

func daysSince(t time.Time) int { return int(t.Unix() / (24 * 60 * 60)) }

// sampled are the numbers of those moments, which are in their order, that a chart shows: all where they are few, else the
// last of each week, month, quarter or year, and of these the finest that leaves no more than most. Kept are shown in any case.
func sampled(moments []time.Time, kept ...int) (shown []int, every string) {
	for _, p := range paces {
		shown = shown[:0]
		for i, t := range moments {
			last := i == len(moments)-1 || p.of(t) != p.of(moments[i+1])
			for _, k := range kept {
				last = last || i == k
			}
			if last {
				shown = append(shown, i)
			}
		}
		if every = p.every; len(shown) <= most {
			break
		}
	}
	return shown, every
}
