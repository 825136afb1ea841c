package wire

import (
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Schedule says when a provider publishes, by the clock and the week of the place where it sits.
type Schedule struct {
	Zone  string         // of its clock, as in the IANA database: Europe/Berlin
	From  string         // the time of day from which something new can be expected, as 16:00
	Until string         // the time of day after which nothing more is expected that day, as 18:00
	Days  []time.Weekday // on which it publishes; empty: Monday to Friday
	Every time.Duration  // how often to ask between From and Until
}

// Check says what is wrong with a schedule.
func (s Schedule) Check() error {
	_, err := s.zone()
	if err != nil {
		return err
	}
	from, err1 := time.Parse("15:04", s.From)
	until, err2 := time.Parse("15:04", s.Until)
	if err1 != nil || err2 != nil || !until.After(from) {
		return fault.Because(fault.Invalid, "a schedule from %q until %q is none: write both as 16:00, the later last", s.From, s.Until)
	}
	if s.Every < time.Minute {
		return fault.Because(fault.Invalid, "a schedule of every %s asks too often: a minute is the least", s.Every)
	}
	return nil
}

func (s Schedule) zone() (*time.Location, error) {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil || s.Zone == "" || s.Zone == "Local" {
		return nil, fault.Because(fault.Invalid, "there is no time zone %q", s.Zone)
	}
	return zone, nil
}

// Next is when to ask after now. While a day's table is awaited that is one step on within its window; once it has come,
// or the window is over, it is the beginning of the next day's. A clock that is put forward or back moves the window
// with it, as it moves the bank's.
func (s Schedule) Next(now time.Time, come bool) time.Time {
	zone, err := s.zone()
	if err != nil {
		zone = time.UTC // of a schedule that was never checked: asked all the same, if at another hour
	}
	here := now.In(zone)
	for day := range 15 {
		date := here.AddDate(0, 0, day)
		if !s.on(date.Weekday()) {
			continue
		}
		begin, end := clock(s.From, date), clock(s.Until, date)
		switch step := now.Add(s.Every); {
		case now.Before(begin):
			return begin.UTC()
		case day == 0 && !come && !step.After(end):
			return step.UTC()
		}
	}
	return now.Add(24 * time.Hour).UTC()
}

// today is the day that the bank has at a moment, as midnight UTC of its date.
func (s Schedule) today(now time.Time) time.Time {
	if zone, err := s.zone(); err == nil {
		now = now.In(zone)
	}
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
}

// Weekdays are the days of the week on which something new can be expected.
func (s Schedule) Weekdays() []time.Weekday {
	if len(s.Days) == 0 {
		return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	}
	return s.Days
}

func (s Schedule) on(day time.Weekday) bool { return slices.Contains(s.Weekdays(), day) }

// clock is a time of day on a date, in the date's zone.
func clock(text string, date time.Time) time.Time {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return date
	}
	return time.Date(date.Year(), date.Month(), date.Day(), t.Hour(), t.Minute(), 0, 0, date.Location())
}

// The breaker: after so many failures in a row a provider is left alone but for one attempt an hour.
const (
	breaker     = 5
	firstPause  = time.Minute
	longestWait = time.Hour
)

// pause is how long to wait after so many failures in a row, at least 1: up to a minute, two, four and so on, and an
// hour at the most. How much of it is left to chance, so that papers that failed together do not come back together.
// What the server asked for is the least.
func pause(failures int, asked time.Duration, chance float64) time.Duration {
	longest := longestWait
	if failures < breaker {
		longest = firstPause << (failures - 1)
	}
	wait := time.Duration(chance * float64(longest))
	if failures >= breaker {
		wait = longest/2 + wait/2 // left alone, not merely jittered
	}
	return max(wait, asked, time.Second)
}
