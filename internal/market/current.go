package market

import (
	"fmt"
	"time"

	"github.com/courant-news/courant/internal/calendar"
)

// Until is the last moment at which an offer counts as current: by what its source says of itself, or, of a listing's price, by
// the sessions of its market, see [Symbol.Until].
func (s Sources) Until(o Offer) time.Time {
	if len(o.From) > 0 {
		if until, known := o.From[0].Symbol.Until(o.At); known {
			return until
		}
	}
	return o.At.Add(s[o.Source].Fresh)
}

// fresh says whether an offer counts as current at a moment.
func (s Sources) fresh(o Offer, at time.Time) bool { return !at.After(s.Until(o)) }

// Until is the last moment at which a last price of a listing counts as current: a price of within a session until the next one
// closes, which gives a newer; a close, which many sources tell in the night after, until the second one after it opens. It is
// not known of a market whose sessions are not, nor of a pair.
func (s Symbol) Until(of time.Time) (until time.Time, known bool) {
	mic, _, ok := s.Listing()
	if !ok {
		return time.Time{}, false
	}
	m, err := calendar.Of(mic)
	if err != nil {
		return time.Time{}, false
	}
	session, _ := sessionOf(mic, of)
	next, err := m.Next(session)
	if err != nil {
		return time.Time{}, false
	}
	until = next.Close
	if closing(mic, session, of) {
		second, err := m.Next(next.Date)
		if err != nil {
			return time.Time{}, false
		}
		until = second.Open
	}
	return until.Add(-time.Microsecond), true
}

// stale says that an offer is no longer current, in the days that count for it.
func stale(o Offer, at time.Time) Flag {
	f := Flag{
		Code: Stale, Word: "last " + o.At.UTC().Format("2 Jan 2006"), Doubt: true,
		Text: fmt.Sprintf("The newest value is of %s, %d days before.", day(o.At), int(at.Sub(o.At)/(24*time.Hour))),
	}
	if len(o.From) == 0 {
		return f
	}
	mic, _, listed := o.From[0].Symbol.Listing()
	if !listed {
		return f
	}
	f.Text = fmt.Sprintf("The newest value is of %s, %d days before; what counts is days, since the sessions of %s are not known then.",
		day(o.At), int(at.Sub(o.At)/(24*time.Hour)), mic)
	if m, err := calendar.Of(mic); err == nil {
		session, _ := sessionOf(mic, o.At)
		last, err := m.LastClosed(at)
		if err != nil {
			return f
		}
		since, err := m.Sessions(session.AddDate(0, 0, 1), last.Date)
		switch {
		case err != nil:
		case len(since) == 1:
			f.Text = fmt.Sprintf("The newest value is of the session of %s; one has closed since.", day(session))
		default:
			f.Text = fmt.Sprintf("The newest value is of the session of %s; %d have closed since.", day(session), len(since))
		}
	}
	return f
}
