package market

import (
	"fmt"
	"strings"
	"time"
)

// Status says whether a listing trades.
type Status string

// The statuses of a listing on a day.
const (
	StatusListed    Status = "listed"
	StatusNotYet    Status = "not yet listed"
	StatusHalted    Status = "halted"
	StatusSuspended Status = "suspended"
	StatusMerged    Status = "merged"
	StatusDelisted  Status = "delisted"
)

// Trading is whether a listing trades on a day, and how that is known.
type Trading struct {
	Status Status
	Since  time.Time // the first day of the status; zero where not known
	Into   Symbol    // of a merger what it became, where that is known
	Text   string    // a whole sentence
	Source string
}

// StatusOn says whether a listing trades on the day of t, as far as is known. The error is fault.NotFound where nothing
// is known of it.
func (l *Listings) StatusOn(s Symbol, t time.Time) (Trading, error) {
	i, err := l.Instrument(s)
	if err != nil {
		return Trading{}, err
	}
	now := Trading{Status: StatusListed, Since: i.Since.First(), Source: i.Source}
	switch {
	case t.Before(i.Since.First()):
		now = Trading{Status: StatusNotYet, Source: i.Source}
		now.Text = fmt.Sprintf("%s trades as %s since %s.", i.Name, s, day(i.Since.First()))
		return now, nil
	case !i.TradedOn(t):
		now.Status, now.Since = StatusDelisted, i.Until.End()
		now.Text = fmt.Sprintf("%s traded as %s until %s.", i.Name, s, day(i.Until.First()))
	}
	for _, e := range l.events {
		if e.Symbol != s || t.Before(e.Date.First()) {
			continue
		}
		switch {
		case e.Kind == Merger && now.Status == StatusDelisted:
			now.Status, now.Into, now.Source = StatusMerged, e.Other, e.Source
			now.Text = fmt.Sprintf("%s traded as %s until %s, and became part of %s. %s", i.Name, s, day(i.Until.First()), e.Other, e.Note)
		case now.Status == StatusDelisted || now.Status == StatusMerged:
		case e.Kind == Halt, e.Kind == Suspension:
			now = Trading{Status: StatusHalted, Since: e.Date.First(), Source: e.Source}
			if e.Kind == Suspension {
				now.Status = StatusSuspended
			}
			now.Text = fmt.Sprintf("The trading of %s as %s is %s since %s. %s", i.Name, s, now.Status, day(now.Since), e.Note)
		case e.Kind == Resumption:
			now = Trading{Status: StatusListed, Since: e.Date.First(), Source: e.Source}
		}
	}
	now.Text = strings.TrimSpace(now.Text)
	return now, nil
}
