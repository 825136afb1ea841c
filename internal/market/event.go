package market

import (
	_ "embed"
	"slices"
	"strconv"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// EventKind says what happened to a listing.
type EventKind string

// The kinds of event. After the first six a price cannot be compared with one of the day before; the others end or
// interrupt the trading.
const (
	Consolidation   EventKind = "consolidation"    // fewer shares, each worth more
	Split           EventKind = "split"            // more shares, each worth less
	RatioChange     EventKind = "ratio change"     // a depositary receipt stands for another number of shares
	Rename          EventKind = "rename"           // it began to bear this ticker
	Transfer        EventKind = "transfer"         // it came to this market from another
	SpecialDividend EventKind = "special dividend" // it trades without a dividend that is no ordinary one

	Halt       EventKind = "halt"       // trading was interrupted for a reason of the day
	Suspension EventKind = "suspension" // trading was forbidden until further notice
	Resumption EventKind = "resumption" // trading went on
	Merger     EventKind = "merger"     // its last day: what it was became part of another; the note says for what
)

// Changes says whether prices before and after an event of the kind are of different things.
func (k EventKind) Changes() bool {
	return slices.Contains([]EventKind{Consolidation, Split, RatioChange, Rename, Transfer, SpecialDividend}, k)
}

// Event is something that happened to a listing; of most kinds its prices are since then of another thing than before.
type Event struct {
	Symbol   Symbol        // as it is called from that day on
	Date     currency.Date // the first day on which it traded so
	Kind     EventKind
	New, Old int64            // so many new shares for so many old ones; both 0 where shares were not exchanged, or it is not known
	Amount   currency.Decimal // what was paid out for each old share, beside or instead of an exchange; zero: nothing, or not known
	Unit     Unit             // of the amount
	Other    Symbol           // of a rename or transfer what it was called before, of a merger what it became; or ""
	Note     string
	Source   string
	Verified string // how far the row was checked against documents, in words
}

//go:embed data/events.csv
var eventsCSV string

// Events returns what happened to the listings under a ticker, at any market, by date.
func (l *Listings) Events(ticker string) []Event {
	var found []Event
	for _, e := range l.events {
		if _, t, _ := e.Symbol.Listing(); t == ticker {
			found = append(found, e)
		}
	}
	return found
}

// Between returns what happened to a listing after one day and until another, and to what it was called before, by
// date: prices of the two days are of different things unless that is empty. Halts and the like are none of it.
func (l *Listings) Between(s Symbol, after, until time.Time) []Event {
	var found []Event
	for _, e := range slices.Backward(l.events) {
		day := e.Date.First()
		if e.Symbol != s || !e.Kind.Changes() || !day.After(after) || day.After(until) {
			continue
		}
		found = append(found, e)
		if e.Other != "" {
			s, until = e.Other, day
		}
	}
	slices.Reverse(found)
	return found
}

func parseEvent(row []string) (e Event, err error) {
	e = Event{Kind: EventKind(row[2]), Note: row[8], Source: row[9], Verified: row[10]}
	if e.Symbol, err = ParseSymbol(row[0]); err != nil {
		return e, err
	}
	if e.Date, err = currency.ParseDate(row[1]); err != nil {
		return e, err
	}
	if row[3] != "" || row[4] != "" {
		if e.New, err = strconv.ParseInt(row[3], 10, 64); err == nil {
			e.Old, err = strconv.ParseInt(row[4], 10, 64)
		}
		if err != nil || e.New <= 0 || e.Old <= 0 {
			return e, fault.Because(fault.Invalid, "%s: %q new for %q old is no ratio", e.Symbol, row[3], row[4])
		}
	}
	if row[5] != "" || row[6] != "" {
		if e.Amount, err = currency.ParseDecimal(row[5]); err != nil || e.Amount.Sign() <= 0 {
			return e, fault.Because(fault.Invalid, "%s: %q is no amount that was paid out", e.Symbol, row[5])
		}
		if e.Unit, err = ParseUnit(row[6]); err != nil {
			return e, err
		}
	}
	if row[7] != "" {
		e.Other, err = ParseSymbol(row[7])
	}
	return e, err
}
