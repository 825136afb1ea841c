package calendar

import (
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// longest is how many days the sessions of may be asked for at once: a hundred years.
const longest = 36525

// Next returns the first session after a day. For its error see [Market.Day].
func (m *Market) Next(day time.Time) (Day, error) { return m.seek(midnight(day), 1) }

// Previous returns the last session before a day. For its error see [Market.Day].
func (m *Market) Previous(day time.Time) (Day, error) { return m.seek(midnight(day), -1) }

// seek goes from a day, which is not asked itself, to the nearest session in one direction.
func (m *Market) seek(date time.Time, step int) (Day, error) {
	for {
		date = date.AddDate(0, 0, step)
		if d, err := m.Day(date); err != nil || d.Session() {
			return d, err
		}
	}
}

// Sessions returns the sessions from one day to another, both included, in their order. The error is fault.Invalid for
// more than a hundred years at once; for the others see [Market.Day].
func (m *Market) Sessions(from, to time.Time) ([]Day, error) {
	from, to = midnight(from), midnight(to)
	if to.Sub(from) > longest*24*time.Hour {
		return nil, fault.Because(fault.Invalid, "the sessions of more than a hundred years are asked for: ask for fewer")
	}
	var sessions []Day
	for date := from; !date.After(to); date = date.AddDate(0, 0, 1) {
		d, err := m.Day(date)
		if err != nil {
			return nil, err
		}
		if d.Session() {
			sessions = append(sessions, d)
		}
	}
	return sessions, nil
}

// LastClosed returns the newest session that had closed at a moment: the one whose closes are the newest to be had. It
// has closed at the very moment of its close. For the error see [Market.Day].
func (m *Market) LastClosed(at time.Time) (Day, error) {
	return m.newest(at, func(d Day) time.Time { return d.Close })
}

// LastOpened returns the newest session that had opened at a moment: the one that a price of that moment is of. For the
// error see [Market.Day].
func (m *Market) LastOpened(at time.Time) (Day, error) {
	return m.newest(at, func(d Day) time.Time { return d.Open })
}

func (m *Market) newest(at time.Time, begun func(Day) time.Time) (Day, error) {
	d, err := m.Day(m.here(at))
	if err != nil || d.Session() && !begun(d).After(at) {
		return d, err
	}
	return m.Previous(d.Date)
}

// here is the day of a moment by the market's own clock.
func (m *Market) here(at time.Time) time.Time {
	y, month, d := at.In(m.Zone).Date()
	return time.Date(y, month, d, 0, 0, 0, 0, time.UTC)
}

// Phase is what a moment lies in.
type Phase string

// The phases. Of a day without a session they are Closed on a weekend and OnHoliday else.
const (
	PreMarket   Phase = "pre-market"
	Open        Phase = "open"
	LunchBreak  Phase = "lunch break"
	AfterHours  Phase = "after hours"  // or the closing auction
	ClosedEarly Phase = "closed early" // on a day of an early close, until the hour at which it usually closes
	Closed      Phase = "closed"
	OnHoliday   Phase = "holiday"
)

// State is what a market does at a moment.
type State struct {
	Phase Phase
	Day   Day // the day of the moment by the market's clock; its Kind tells of an early close before it comes
}

// At returns what the market does at a moment. A phase begins at its moment and ends before the next one's: at the
// moment of the close it is closed. For the error see [Market.Day].
func (m *Market) At(at time.Time) (State, error) {
	d, err := m.Day(m.here(at))
	if err != nil {
		return State{}, err
	}
	return State{m.phase(d, at), d}, nil
}

func (m *Market) phase(d Day, at time.Time) Phase {
	within := func(from, until time.Time) bool { return !from.IsZero() && !at.Before(from) && at.Before(until) }
	switch {
	case d.Kind == Holiday:
		return OnHoliday
	case d.Kind == Weekend:
		return Closed
	case within(d.Rest, d.Resume):
		return LunchBreak
	case within(d.Open, d.Close):
		return Open
	case within(d.Pre, d.Open):
		return PreMarket
	case within(d.Close, d.After):
		return AfterHours
	case d.Kind == EarlyClose && within(d.Close, m.hoursOn(d.Date).close.on(d.Date, m.Zone)):
		return ClosedEarly
	}
	return Closed
}
