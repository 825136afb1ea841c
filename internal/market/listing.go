package market

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Instrument is what is known of a listing: what trades under the ticker at the market, in which currency, since and
// until when, and from where that is known.
type Instrument struct {
	Symbol   Symbol
	Name     string
	Kind     string // share, depositary receipt, note, fund
	Currency currency.Code
	Since    currency.Date // zero: before our records
	Until    currency.Date // the last day on which it traded; zero: it trades
	ISIN     string        // empty where not known
	Note     string
	Source   string
}

// TradedOn says whether the instrument traded on the day of t, as far as is known.
func (i Instrument) TradedOn(t time.Time) bool {
	return !t.Before(i.Since.First()) && (i.Until.IsZero() || t.Before(i.Until.End()))
}

// Listings is a table of instruments, in the order of its rows, and of what happened to them. It is immutable.
type Listings struct {
	rows     []Instrument
	bySymbol map[Symbol]int
	events   []Event
}

//go:embed data/listings.csv
var listingsCSV string

// KnownListings returns the tables that come with the program: each row bears its source.
func KnownListings() *Listings { return knownListings() }

var knownListings = sync.OnceValue(func() *Listings {
	l, err := parseListings(listingsCSV)
	if err != nil {
		panic(fmt.Sprintf("market: the embedded listings.csv: %v", err))
	}
	if l.events, err = parseEvents(eventsCSV); err != nil {
		panic(fmt.Sprintf("market: the embedded events.csv: %v", err))
	}
	return l
})

func parseListings(text string) (*Listings, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	l := &Listings{bySymbol: map[Symbol]int{}}
	for n, row := range rows[1:] {
		i, err := parseInstrument(row)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", n+2, err)
		}
		l.bySymbol[i.Symbol] = len(l.rows)
		l.rows = append(l.rows, i)
	}
	return l, nil
}

func parseInstrument(row []string) (i Instrument, err error) {
	i = Instrument{Name: row[1], Kind: row[2], ISIN: row[6], Note: row[7], Source: row[8]}
	if i.Symbol, err = ParseSymbol(row[0]); err != nil {
		return i, err
	}
	if i.Currency, err = currency.ParseCode(row[3]); err != nil {
		return i, err
	}
	for _, date := range []struct {
		text string
		into *currency.Date
	}{{row[4], &i.Since}, {row[5], &i.Until}} {
		if date.text == "" {
			continue
		}
		if *date.into, err = currency.ParseDate(date.text); err != nil {
			return i, err
		}
	}
	return i, nil
}

// Instrument returns what is known of a listing; the error is fault.NotFound.
func (l *Listings) Instrument(s Symbol) (Instrument, error) {
	n, ok := l.bySymbol[s]
	if !ok {
		return Instrument{}, fault.Because(fault.NotFound, "nothing is known of the listing %s", s)
	}
	return l.rows[n], nil
}

// Under returns the listings that bear a ticker, at any market and any time, in the order of the table.
func (l *Listings) Under(ticker string) []Instrument {
	var found []Instrument
	for _, i := range l.rows {
		if _, t, _ := i.Symbol.Listing(); t == ticker {
			found = append(found, i)
		}
	}
	return found
}

// Bearing returns the listing that a bare ticker most likely meant on a day: the one that traded then, else the one
// that traded last before it. Where there is neither it is [NoMarket]'s: the market was not named and is not guessed.
func (l *Listings) Bearing(ticker string, on time.Time) Symbol {
	best, ended := Listing(NoMarket, ticker), time.Time{}
	for _, i := range l.Under(ticker) {
		if i.TradedOn(on) {
			return i.Symbol
		}
		if end := i.Until.End(); !on.Before(end) && end.After(ended) {
			best, ended = i.Symbol, end
		}
	}
	return best
}
