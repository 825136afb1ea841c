package calendar

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// rule is a day of each year on which markets are closed, or close early.
type rule struct {
	name         string
	day          yearly
	moves        move
	on           []time.Weekday // on which of them it counts; nil: on any
	since, until int            // years; 0: from the beginning, without end
	closes       clock          // not given: closed all day
	source       string
	verified     string
}

// yearly is a day of each year, as it is written in the table:
//
//	25 December                   a date
//	3rd Monday in January         1st to 4th, or last
//	Easter                        Easter Sunday of the Gregorian calendar
//	4th Thursday in November +1   any of them, and so many days after or before it
type yearly struct {
	month   time.Month // 0: Easter
	day     int        // of the month; 0: a weekday
	weekday time.Weekday
	nth     int // 1 to 4; -1: the last
	offset  int // days
}

// longestDay is how many characters the description of a day may have.
const longestDay = 40

func parseYearly(text string) (y yearly, err error) {
	wrong := fault.Because(fault.Invalid, "%.40q is no day of a year: write it as 25 December, 3rd Monday in January or Easter -2", text)
	if len(text) > longestDay {
		return y, wrong
	}
	words := strings.Fields(text)
	if n := len(words); n > 1 && strings.ContainsAny(words[n-1][:1], "+-") {
		if y.offset, err = strconv.Atoi(words[n-1]); err != nil || y.offset < -366 || y.offset > 366 {
			return y, wrong
		}
		words = words[:n-1]
	}
	var found bool
	switch {
	case len(words) == 1 && words[0] == "Easter":
		return y, nil
	case len(words) == 2:
		y.day, err = strconv.Atoi(words[0])
		y.month, found = monthOf(words[1])
		// 2024 was a leap year: a 29 February that other years lack is none of them either.
		if err != nil || !found || y.day < 1 || y.month == time.February && y.day > 28 || time.Date(2024, y.month, y.day, 0, 0, 0, 0, time.UTC).Day() != y.day {
			return y, wrong
		}
		return y, nil
	case len(words) == 4 && words[2] == "in":
		y.nth = map[string]int{"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "last": -1}[words[0]]
		weekdays, ok := parseWeekdays(words[1])
		y.month, found = monthOf(words[3])
		if y.nth == 0 || !ok || len(weekdays) != 1 || !found {
			return y, wrong
		}
		y.weekday = weekdays[0]
		return y, nil
	}
	return y, wrong
}

func monthOf(name string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		if m.String() == name {
			return m, true
		}
	}
	return 0, false
}

// parseWeekdays reads days of the week, in full or by three letters, with spaces between.
func parseWeekdays(text string) (list []time.Weekday, ok bool) {
	for _, word := range strings.Fields(text) {
		i := slices.IndexFunc([]time.Weekday{0, 1, 2, 3, 4, 5, 6}, func(d time.Weekday) bool { return word == d.String() || word == d.String()[:3] })
		if i < 0 {
			return nil, false
		}
		list = append(list, time.Weekday(i))
	}
	return list, true
}

// in is the day in a year.
func (y yearly) in(year int) time.Time {
	var d time.Time
	switch {
	case y.month == 0:
		d = easter(year)
	case y.day > 0:
		d = time.Date(year, y.month, y.day, 0, 0, 0, 0, time.UTC)
	case y.nth > 0:
		first := time.Date(year, y.month, 1, 0, 0, 0, 0, time.UTC)
		d = first.AddDate(0, 0, (int(y.weekday-first.Weekday())+7)%7+7*(y.nth-1))
	default:
		last := time.Date(year, y.month+1, 0, 0, 0, 0, 0, time.UTC)
		d = last.AddDate(0, 0, -(int(last.Weekday()-y.weekday)+7)%7)
	}
	return d.AddDate(0, 0, y.offset)
}

// easter is Easter Sunday of a year, by the algorithm that appeared anonymously in Nature of 20 April 1876 (Meeus,
// Astronomical Algorithms, chapter 8).
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}

// move says what becomes of a day that falls on a weekend.
type move string

// The moves.
const (
	lapses  move = ""        // it is not made up for
	nearest move = "nearest" // Saturday: the Friday before; Sunday: the Monday after
	sunday  move = "Sunday"  // Sunday: the next day that is no weekend and no other holiday; Saturday lapses
	either  move = "weekend" // the same of Saturday too
	earlier move = "earlier" // the last day before that is no weekend
)

// farthest is how many days one is moved at most.
const farthest = 14

func parseMove(text string) (move, error) {
	if m := move(text); slices.Contains([]move{lapses, nearest, sunday, either, earlier}, m) {
		return m, nil
	}
	return "", fault.Because(fault.Invalid, "%.20q is no way to move a day: write nearest, Sunday, weekend, earlier or nothing", text)
}

// from moves a day off a weekend; ok is false where it lapses. Taken says whether a day is another holiday.
func (m move) from(date time.Time, taken func(time.Time) bool) (to time.Time, ok bool) {
	step := 1
	switch {
	case !weekend(date):
		return date, true
	case m == lapses, m == sunday && date.Weekday() == time.Saturday:
		return date, false
	case m == earlier, m == nearest && date.Weekday() == time.Saturday:
		step = -1
	}
	for range farthest {
		if date = date.AddDate(0, 0, step); !weekend(date) && (step < 0 || m == nearest || !taken(date)) {
			return date, true
		}
	}
	return date, false
}

// clock is a time of day by a market's clock.
type clock struct {
	minutes int // since midnight
	given   bool
}

// parseClock reads 09:30, or nothing for no time.
func parseClock(text string) (clock, error) {
	if text == "" {
		return clock{}, nil
	}
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != 5 {
		return clock{}, fault.Because(fault.Invalid, "%.20q is no time of day: write it as 09:30", text)
	}
	return clock{t.Hour()*60 + t.Minute(), true}, nil
}

// on is the moment at which a clock in a zone shows the time on a day; zero where no time is given.
func (c clock) on(date time.Time, zone *time.Location) time.Time {
	if !c.given {
		return time.Time{}
	}
	y, m, d := date.Date()
	return time.Date(y, m, d, 0, c.minutes, 0, 0, zone).UTC()
}

// special is what makes a day other than its fellows.
type special struct {
	kind             Kind
	name             string
	opens, closes    clock
	source, verified string
}

// year finds the special days of a year: first those that stand alone, then the rules', of which a closed day comes
// before an early close and one that nobody moved before one that makes room for it.
func (m *Market) year(y int) map[time.Time]special {
	if days, ok := m.years.Load(y); ok {
		return days.(map[time.Time]special)
	}
	days := map[time.Time]special{}
	kept := map[time.Time]bool{} // sessions that a rule would make holidays
	for _, e := range m.exceptions {
		if e.date.Year() != y {
			continue
		}
		if e.kind == Regular {
			kept[e.date] = true
		} else {
			days[e.date] = e.special
		}
	}
	for _, closing := range []bool{true, false} {
		for _, moved := range []bool{false, true} {
			for _, r := range m.rules {
				at := r.day.in(y)
				if r.closes.given == closing || weekend(at) != moved || y < r.since || r.until > 0 && y > r.until || len(r.on) > 0 && !slices.Contains(r.on, at.Weekday()) {
					continue
				}
				at, ok := r.moves.from(at, func(d time.Time) bool { return days[d].kind == Holiday })
				if _, isTaken := days[at]; ok && !isTaken && !kept[at] {
					days[at] = r.special()
				}
			}
		}
	}
	found, _ := m.years.LoadOrStore(y, days)
	return found.(map[time.Time]special)
}

func (r rule) special() special {
	s := special{Holiday, r.name, clock{}, r.closes, r.source, r.verified}
	if r.closes.given {
		s.kind = EarlyClose
	}
	return s
}
