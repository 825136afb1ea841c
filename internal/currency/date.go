package currency

import (
	"fmt"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Date is a calendar day, or only the month or the year where no more is known: a Month or Day of 0 is not known.
// The zero value means no date. Dates are comparable with ==.
type Date struct{ Year, Month, Day int }

// ParseDate reads "2026", "2026-01" or "2026-01-31". Anything else, and any day that no calendar has, is
// [fault.Invalid].
func ParseDate(s string) (Date, error) {
	layout := "2006-01-02"
	switch len(s) {
	case 4, 7, 10:
		layout = layout[:len(s)]
	default:
		return Date{}, notADate(s)
	}
	t, err := time.Parse(layout, s)
	if err != nil || t.Year() == 0 {
		return Date{}, notADate(s)
	}
	d := DateOf(t)
	if len(s) < 10 {
		d.Day = 0
	}
	if len(s) < 7 {
		d.Month = 0
	}
	return d, nil
}

func notADate(s string) error {
	if len(s) > 16 {
		s = s[:16] + "…"
	}
	return fault.Because(fault.Invalid, "%q is not a date: write 2026-01-31, 2026-01 or 2026", s)
}

// DateOf returns the day of t in UTC.
func DateOf(t time.Time) Date {
	y, m, d := t.UTC().Date()
	return Date{y, int(m), d}
}

// String writes as much as is known: "2026-01-31", "2026-01", "2026", or "" for the zero Date.
func (d Date) String() string {
	switch {
	case d.IsZero():
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return string(d.Append(nil))
}

// Append appends the whole day, as [Date.String] writes it.
func (d Date) Append(b []byte) []byte {
	if d.Year < 0 || d.Year > 9999 {
		return fmt.Appendf(b, "%04d-%02d-%02d", d.Year, d.Month, d.Day)
	}
	two := func(n int) { b = append(b, byte('0'+n/10), byte('0'+n%10)) }
	two(d.Year / 100)
	two(d.Year % 100)
	b = append(b, '-')
	two(d.Month)
	b = append(b, '-')
	two(d.Day)
	return b
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// First returns the first instant of the day, month or year, in UTC. Of the zero Date it is the zero time.
func (d Date) First() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(d.Year, time.Month(max(d.Month, 1)), max(d.Day, 1), 0, 0, 0, 0, time.UTC)
}

// End returns the first instant after the day, month or year, in UTC. Of the zero Date it is the zero time.
func (d Date) End() time.Time {
	switch {
	case d.IsZero():
		return time.Time{}
	case d.Month == 0:
		return d.First().AddDate(1, 0, 0)
	case d.Day == 0:
		return d.First().AddDate(0, 1, 0)
	}
	return d.First().AddDate(0, 0, 1)
}

// Before reports whether d begins before x begins.
func (d Date) Before(x Date) bool { return d.First().Before(x.First()) }

// MarshalText writes what [Date.String] returns.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [ParseDate] reads, and "" as the zero Date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
