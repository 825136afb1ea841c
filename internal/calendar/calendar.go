// Package calendar knows when markets trade: which days are sessions, from when until when, and what a moment lies in.
//
// A [Market] is found by its code of ISO 10383. It answers by rules (the fourth Thursday in November), by the years in
// which they hold, and by single days that no rule has: all of them rows of data/*.csv with their sources. Of each
// market it is known from which year on it may be asked, until which year its own list of holidays is known, and
// whether it can be asked beyond: what rests on rules alone says so, see [Day.Listed]; where holidays follow the moon
// or an observatory there is no beyond, and the error says until when the calendar is known.
//
// A day is written as the midnight, UTC, at which a day of that date begins, as everywhere in the house where somebody
// speaks of days; of a time given as a day only its date in UTC counts. Opening and close are moments in UTC, right
// across the changes of clocks, by the database of IANA that is linked into the program. The close is the end of
// continuous trading, which a closing auction may follow for some minutes.
//
// It stands on the first floor, beside the currencies, since prices need it: package market asks which session a price
// is of. It uses nothing but the standard library. Everything in it is immutable and safe for concurrent use.
package calendar

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the zones must be there where the machine has none

	"github.com/courant-news/courant/internal/fault"
)

// MIC is a market identifier code of ISO 10383, four capital letters or digits.
type MIC string

// Market is the calendar of one market. It is made by [Of].
type Market struct {
	MIC      MIC
	Name     string
	Zone     *time.Location
	First    int // the first year of which it is known
	Listed   int // the last year of which the market's own list of holidays is known
	Last     int // the last year that can be told; 0: by its rules any
	Source   string
	Verified string // how far it was checked against documents, in words

	hours      []hours // by since
	rules      []rule
	exceptions []exception
	years      sync.Map // int -> map[time.Time]special: what [Market.year] found
}

// Of returns the calendar of a market. The error is fault.NotFound and names the markets that are known.
func Of(mic MIC) (*Market, error) {
	all := Known()
	if i := slices.IndexFunc(all, func(m *Market) bool { return m.MIC == mic }); i >= 0 {
		return all[i], nil
	}
	var codes []string
	for _, m := range all {
		codes = append(codes, string(m.MIC))
	}
	return nil, fault.Because(fault.NotFound, "the sessions of the market %.8q are not known; known are those of %s", string(mic), strings.Join(codes, ", "))
}

// Known returns every market whose calendar comes with the program, in the order of the table.
func Known() []*Market { return known() }

// Kind says what a market does on a day.
type Kind string

// The kinds of day. On the first three there is a session.
const (
	Regular    Kind = "session"
	EarlyClose Kind = "early close"
	LateOpen   Kind = "late opening"
	Weekend    Kind = "weekend"
	Holiday    Kind = "holiday" // or any other day of the week on which it is closed
)

// Day is what a market does on a day. The times are zero where there is no session, and where the market has no such time.
type Day struct {
	Date         time.Time // its midnight, UTC
	Kind         Kind
	Why          string    // for what it is closed, closes early or opens late; empty where it does none of these
	Pre          time.Time // from when on orders are taken, or traded before the session
	Open, Close  time.Time // of the session
	Rest, Resume time.Time // the lunch break
	After        time.Time // until when it is traded after the close
	Listed       bool      // the market's own list of holidays for the year is known; else: by rule, not confirmed
	Basis        string    // the same in words, to be shown beside the answer
	Source       string    // where what makes the day special is known from, else the calendar
	Verified     string    // how far that was checked, in words
}

// Session says whether the market trades on the day.
func (d Day) Session() bool { return !d.Open.IsZero() }

// Day returns what the market does on a day. The error is fault.NotFound where the calendar is not known for the year.
func (m *Market) Day(day time.Time) (Day, error) {
	date := midnight(day)
	if err := m.knows(date.Year()); err != nil {
		return Day{}, err
	}
	d := Day{Date: date, Kind: Regular, Listed: date.Year() <= m.Listed, Source: m.Source, Verified: m.Verified}
	d.Basis = m.basis(d.Listed)
	s, isSpecial := m.year(date.Year())[date]
	if isSpecial {
		d.Kind, d.Why, d.Source, d.Verified = s.kind, s.name, s.source, s.verified
	} else if weekend(date) {
		d.Kind = Weekend
	}
	if d.Kind == Weekend || d.Kind == Holiday {
		return d, nil
	}
	h := m.hoursOn(date)
	at := func(c clock) time.Time { return c.on(date, m.Zone) }
	d.Pre, d.Open, d.Close, d.After = at(h.pre), at(h.open), at(h.close), at(h.after)
	d.Rest, d.Resume = at(h.rest), at(h.resume)
	if s.opens.given {
		d.Pre, d.Open = time.Time{}, at(s.opens)
	}
	if s.closes.given {
		d.Close = at(s.closes)
	}
	if d.Kind == EarlyClose {
		d.After = at(h.earlyAfter)
	}
	if !d.Rest.After(d.Open) || !d.Resume.Before(d.Close) {
		d.Rest, d.Resume = time.Time{}, time.Time{}
	}
	return d, nil
}

// basis says what an answer rests on.
func (m *Market) basis(listed bool) string {
	if listed {
		return "by the market’s list of holidays"
	}
	return fmt.Sprintf("by rule, not confirmed: the market’s own list is known until %d", m.Listed)
}

// knows says why the market cannot be asked about a year.
func (m *Market) knows(y int) error {
	switch {
	case y < m.First:
		return fault.Because(fault.NotFound, "the calendar of %s is known from %d on: ask for a later day", m.MIC, m.First)
	case m.Last > 0 && y > m.Last:
		return fault.Because(fault.NotFound, "the calendar of %s is known until %d: its later holidays follow no rule and were not yet announced", m.MIC, m.Last)
	case y > lastYear:
		return fault.Because(fault.NotFound, "no calendar is told beyond %d: ask for an earlier day", lastYear)
	}
	return nil
}

// lastYear is the last one of which rules are asked: who asks for a later one has made a mistake.
const lastYear = 2199

// hoursOn are the hours in force on a day.
func (m *Market) hoursOn(date time.Time) hours {
	for _, h := range slices.Backward(m.hours) {
		if !date.Before(h.since) {
			return h
		}
	}
	return hours{} // no day of a known year: load holds that
}

func weekend(date time.Time) bool {
	return date.Weekday() == time.Saturday || date.Weekday() == time.Sunday
}

// midnight is the day of a time, by its date in UTC.
func midnight(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
