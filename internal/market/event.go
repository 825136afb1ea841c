package market

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// EventKind says what happened to a listing.
type EventKind string

// The kinds of event. After each of them a price cannot be compared with one of the day before.
const (
	Consolidation EventKind = "consolidation" // fewer shares, each worth more
	Split         EventKind = "split"         // more shares, each worth less
	Rename        EventKind = "rename"        // it began to bear this ticker
	Transfer      EventKind = "transfer"      // it came to this market from another
)

// Event is something that happened to a listing, since when its prices are of another thing than before.
type Event struct {
	Symbol   Symbol        // as it is called from that day on
	Date     currency.Date // the first day on which it traded so
	Kind     EventKind
	New, Old int64 // so many new shares for so many old ones; both 0 where shares were not exchanged
	Note     string
	Source   string
}

//go:embed data/events.csv
var eventsCSV string

// Events returns what happened to the listings under a ticker, at any market, in the order of the table.
func (l *Listings) Events(ticker string) []Event {
	var found []Event
	for _, e := range l.events {
		if _, t, _ := e.Symbol.Listing(); t == ticker {
			found = append(found, e)
		}
	}
	return found
}

func parseEvents(text string) ([]Event, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	var events []Event
	for n, row := range rows[1:] {
		e, err := parseEvent(row)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", n+2, err)
		}
		events = append(events, e)
	}
	return events, nil
}

func parseEvent(row []string) (e Event, err error) {
	e = Event{Kind: EventKind(row[2]), Note: row[5], Source: row[6]}
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
	return e, nil
}
