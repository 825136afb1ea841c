package site

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/calendar"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// MarketState is what a market does at a moment, by its calendar.
type MarketState struct {
	Name, Place string // New York Stock Exchange, New York
	Word        string // open, closed, holiday...; empty where the calendar is not known
	Words       string // a whole sentence
	Basis       string // what that rests on
}

// stateOf asks a market's calendar.
func (h hand) stateOf(mic market.MIC, at time.Time) MarketState {
	m, err := calendar.Of(mic)
	if err != nil {
		return MarketState{Name: string(mic), Place: string(mic), Words: "When it trades is not known."}
	}
	state := MarketState{Name: m.Name, Place: strings.ReplaceAll(path.Base(m.Zone.String()), "_", " ")}
	now, err := m.At(at)
	if err != nil {
		state.Words = fault.Sentence(err)
		return state
	}
	state.Word, state.Basis = string(now.Phase), now.Day.Basis
	clock := func(t time.Time) string { return h.near(t, at) }
	switch now.Phase {
	case calendar.Open:
		state.Words = "Open until " + clock(now.Day.Close) + "."
		if now.Day.Kind == calendar.EarlyClose {
			state.Words = "Open until " + clock(now.Day.Close) + ", an early close: " + now.Day.Why + "."
		}
	case calendar.LunchBreak:
		state.Words = "Lunch break until " + clock(now.Day.Resume) + "."
	case calendar.PreMarket:
		state.Words = "Not yet open: it opens at " + clock(now.Day.Open) + "."
	default:
		state.Words = h.closed(m, now, at)
	}
	return state
}

// closed says since when a market is closed, for what, and when it opens.
func (h hand) closed(m *calendar.Market, now calendar.State, at time.Time) string {
	words := "Closed"
	if now.Phase == calendar.OnHoliday {
		words += " for " + now.Day.Why
	}
	if last, err := m.LastClosed(at); err == nil {
		words += " since " + h.near(last.Close, at)
	}
	next := now.Day
	if !next.Session() || !next.Open.After(at) {
		var err error
		if next, err = m.Next(now.Day.Date); err != nil {
			return words + "."
		}
	}
	return words + "; it opens " + h.due(next.Open, at) + "."
}

// near is a moment as one of the day of another names it: of the same day by its clock alone.
func (h hand) near(t, at time.Time) string {
	if daysSince(t) == daysSince(at) {
		return t.UTC().Format("15:04 UTC")
	}
	return h.time(t).Text
}

// due is a moment to come: at an hour of the day, or on another day.
func (h hand) due(t, at time.Time) string {
	if daysSince(t) == daysSince(at) {
		return "at " + h.near(t, at)
	}
	return "on " + h.near(t, at)
}

// pricedOn says what session a price is of, and how much has passed since.
func (s *Site) pricedOn(q market.Quote, at time.Time, t today) string {
	mic, _, _ := q.Symbol.Listing()
	session, _ := q.Symbol.Session(q.At)
	day := t.hand.day(session).Text
	words := "The price of the session of " + day
	if now, err := s.ledger.Listings().StatusOn(q.Symbol, session); err == nil && now.Status != market.StatusListed {
		return "Given for " + day + ", when it did not trade: it is nobody’s price, and has no change."
	}
	m, err := calendar.Of(mic)
	if err != nil {
		return "The price of " + day + "; when " + string(mic) + " trades is not known."
	}
	if opened, err := m.Day(session); err == nil {
		switch {
		case q.At.Equal(q.At.Truncate(24 * time.Hour)):
			words += ", of which the source names the day and no hour"
		case !q.At.Before(opened.Close):
			words += ", after its close"
		default:
			words += ", at " + t.hand.near(q.At, session)
		}
	}
	if s.claimed(q.Offer, t) {
		words += "; a claim of the source’s, and not a price from the market"
	}
	if delay := q.Session.Delay; delay.ID != "" && delay.Value.IsZero() {
		words += "; the source gives its prices in real time"
	} else if delay.ID != "" {
		words += "; the source gives its prices " + t.hand.number(delay.Value) + " minutes late"
	}
	last, err := m.LastClosed(at)
	if err != nil {
		return words + "."
	}
	since, err := m.Sessions(session.AddDate(0, 0, 1), last.Date)
	switch {
	case err != nil || last.Date.Before(session):
		return words + ", which is not over."
	case len(since) == 0:
		return words + ", the newest that has closed."
	case len(since) == 1:
		return words + ". One session has closed since."
	}
	return words + ". " + strconv.Itoa(len(since)) + " sessions have closed since."
}

// claimed says whether a price is a page's claim.
func (s *Site) claimed(o market.Offer, t today) bool { return t.sources[o.Source].Kind == market.Page }

// hoursOf says whether the markets of some listings trade, in one or two words each; empty where there are no listings.
func (h hand) hoursOf(symbols []market.Symbol, at time.Time) string {
	var words []string
	for _, symbol := range symbols {
		mic, _, ok := symbol.Listing()
		if !ok {
			continue
		}
		state := h.stateOf(mic, at)
		if one := state.Place + " " + state.Word; state.Word != "" && !slices.Contains(words, one) {
			words = append(words, one)
		}
	}
	return strings.Join(words, ", ")
}
