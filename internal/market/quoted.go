package market

import (
	"context"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/calendar"
)

// quoted reads what bears on the quotes of some listings: of each source the newest and, for the close before, the one before
// that, and so on where these are not enough. All that was ever said of a share is not read: a stream says something each minute.
func (l *Ledger) quoted(ctx context.Context, asOf AsOf, symbols []Symbol) ([]Observation, error) {
	heard, err := l.store.Newest(ctx, asOf, 2, symbols...)
	more := func(asOf AsOf, moments int, symbols []Symbol) {
		if err != nil || len(symbols) == 0 {
			return
		}
		var found []Observation
		found, err = l.store.Newest(ctx, asOf, moments, symbols...)
		heard = append(heard, found...)
	}
	within := withinSessions(heard)
	more(asOf, sessionMoments*(unchangedAfter+1), repeated(heard))
	for opened, listings := range within {
		more(AsOf{At: opened.Add(-time.Microsecond), Known: asOf.Known}, 2, listings)
	}
	return heard, err
}

// withinSessions are the listings of which a source has spoken twice in its newest session, by when that opened: what it said
// before is needed, too, and so is what it says of the session as of a day.
func withinSessions(heard []Observation) map[time.Time][]Symbol {
	type track struct {
		symbol Symbol
		source SourceID
	}
	sessions := map[track]time.Time{}
	found := map[time.Time][]Symbol{}
	for _, o := range heard {
		mic, _, listed := o.Symbol.Listing()
		if !listed || o.Field != Last {
			continue
		}
		k := track{o.Symbol, o.Source}
		session, _ := sessionOf(mic, o.At)
		if other, twice := sessions[k]; twice && other.Equal(session) {
			opened := opening(mic, session)
			if !slices.Contains(found[opened], o.Symbol) {
				found[opened] = append(found[opened], o.Symbol)
			}
		}
		sessions[k] = session
	}
	return found
}

// opening is when the session of a day opens, or its midnight where that is not known.
func opening(mic MIC, session time.Time) time.Time {
	if m, err := calendar.Of(mic); err == nil {
		if day, err := m.Day(session); err == nil && day.Session() {
			return day.Open
		}
	}
	return session
}

// closed is the sheet by which a source gives the close of a session, as one of the day, where the newest that it has said is a
// price of within that session, and that is over: a stream ends before the close is made, and the close is told later.
func (l *sheets) closed(listing Symbol, newest *sheet, last Observation, at time.Time) (*sheet, Observation) {
	mic, _, _ := listing.Listing()
	session, _ := sessionOf(mic, last.At)
	m, err := calendar.Of(mic)
	if err != nil || closing(mic, session, last.At) {
		return newest, last
	}
	if day, err := m.Day(session); err != nil || at.Before(day.Close) {
		return newest, last
	}
	if before := until(l.all, session); len(before) > 0 && before[0].at.Equal(session) {
		if o, ok := before[0].quoted(listing, Last); ok {
			return before[0], o
		}
	}
	return newest, last
}
