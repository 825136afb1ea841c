package news

import (
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// When says when something happened, to the precision to which that is known. It is written as the Extended Date/Time Format
// has it (EDTF, level 0, the Library of Congress; ISO 8601-2): 2025-06-27, 2025-06, 2025, or 2025-06-27/2025-07-02 for what
// lies between two days. The zero value is not known.
type When struct{ text string }

// Precision is how exactly it is known when something happened.
type Precision int

// The precisions.
const (
	Unknown Precision = iota
	OnDay
	InMonth
	InYear
	Between
)

// earliest and latest year of an event; one beyond them is a slip of the hand.
const earliestYear, latestYear = 1000, 2999

// ParseWhen reads when something happened. An empty text is not known. The error is fault.Invalid for what is no day, month or
// year of a calendar, and for an end before its beginning.
func ParseWhen(text string) (When, error) {
	if text == "" {
		return When{}, nil
	}
	from, to, between := strings.Cut(text, "/")
	first, _, err := daysIn(from)
	if err != nil {
		return When{}, err
	}
	if between {
		end, _, err := daysIn(to)
		if err != nil {
			return When{}, err
		}
		if !end.Last.After(first.First) {
			return When{}, fault.Because(fault.Invalid, "%.40q ends before it begins, or where it begins: write the earlier day first", text)
		}
	}
	return When{text}, nil
}

// daysIn are the days of a day, a month or a year.
func daysIn(text string) (market.Days, Precision, error) {
	for _, form := range []struct {
		layout    string
		precision Precision
		y, m, d   int
	}{{"2006-01-02", OnDay, 0, 0, 1}, {"2006-01", InMonth, 0, 1, 0}, {"2006", InYear, 1, 0, 0}} {
		at, err := time.Parse(form.layout, text)
		if err != nil {
			continue
		}
		if y := at.Year(); y < earliestYear || y > latestYear {
			return market.Days{}, 0, fault.Because(fault.Invalid, "the year of %.40q lies outside of %d to %d, and so it is a slip", text, earliestYear, latestYear)
		}
		return market.Days{First: at, Last: at.AddDate(form.y, form.m, form.d).AddDate(0, 0, -1)}, form.precision, nil
	}
	return market.Days{}, 0, fault.Because(fault.Invalid, "%.40q is no time: write 2025-06-27, or 2025-06 or 2025 where only that is known, or 2025-06-27/2025-07-02 for some day between the two", text)
}

// Days are the days within which it lies, both included; ok is false where it is not known.
func (w When) Days() (days market.Days, ok bool) {
	from, to, between := strings.Cut(w.text, "/")
	days, _, err := daysIn(from)
	if between && err == nil {
		var end market.Days
		end, _, err = daysIn(to)
		days.Last = end.Last
	}
	return days, err == nil && w.text != ""
}

// Precision is how exactly it is known.
func (w When) Precision() Precision {
	if strings.Contains(w.text, "/") {
		return Between
	}
	_, precision, _ := daysIn(w.text)
	return precision
}

// IsZero says whether it is not known.
func (w When) IsZero() bool { return w.text == "" }

// String is how it is written, in EDTF; empty where it is not known.
func (w When) String() string { return w.text }

// Compare orders by the first day, then by the last; what is not known comes first.
func (w When) Compare(other When) int {
	a, _ := w.Days()
	b, _ := other.Days()
	if c := a.First.Compare(b.First); c != 0 {
		return c
	}
	return a.Last.Compare(b.Last)
}

// Words say it in English: on 27 June 2025, in June 2025, in 2025, between 27 June and 2 July 2025.
func (w When) Words() string {
	days, ok := w.Days()
	if !ok {
		return "at a time that is not known"
	}
	switch w.Precision() {
	case OnDay:
		return "on " + days.First.Format("2 January 2006")
	case InMonth:
		return "in " + days.First.Format("January 2006")
	case InYear:
		return "in " + days.First.Format("2006")
	}
	from := days.First.Format("2 January 2006")
	if days.First.Year() == days.Last.Year() {
		from = days.First.Format("2 January")
	}
	return "between " + from + " and " + days.Last.Format("2 January 2006")
}

// MarshalText writes it as String does.
func (w When) MarshalText() ([]byte, error) { return []byte(w.text), nil }

// UnmarshalText reads it as ParseWhen does.
func (w *When) UnmarshalText(text []byte) (err error) {
	*w, err = ParseWhen(string(text))
	return err
}
