package market

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Instrument is what is known of a listing: what trades under the ticker at the market, in which unit, since and
// until when, and from where that is known. What an instrument was called before, and where else it is listed, are
// listings of the same Key, see [Listings.Lines].
type Instrument struct {
	Symbol   Symbol
	Key      string // the same for every listing of one instrument, whatever its ticker, its market and its form
	Name     string
	Kind     string        // share, depositary receipt, note, fund, index, rate
	Unit     Unit          // what its prices are written in
	Currency currency.Code // of the unit
	Since    currency.Date // zero: before our records
	Until    currency.Date // the last day on which it traded; zero: it trades
	ISIN     string        // the one in force, or the last; empty where not known, see [Listings.Identifiers]
	FIGI     string        // of the share class; empty where not known
	Note     string
	Source   string
	Verified string // how far the row was checked against documents, in words
}

// TradedOn says whether the instrument traded on the day of t, as far as is known.
func (i Instrument) TradedOn(t time.Time) bool {
	return !t.Before(i.Since.First()) && (i.Until.IsZero() || t.Before(i.Until.End()))
}

// Identifier is a number by which others name what is listed, for as long as they do.
type Identifier struct {
	Symbol       Symbol
	Scheme       string // ISIN, FIGI
	Value        string
	Since, Until currency.Date // zero: before our records; in force
	Source       string
	Verified     string // how far the row was checked against documents, in words
}

// Listings is a table of instruments, in the order of its rows, and of what happened to them. It is immutable.
type Listings struct {
	rows        []Instrument
	bySymbol    map[Symbol]int
	identifiers []Identifier
	events      []Event
}

//go:embed data/listings.csv
var listingsCSV string

//go:embed data/identifiers.csv
var identifiersCSV string

// KnownListings returns the tables that come with the program: each row bears its source.
func KnownListings() *Listings { return knownListings() }

var knownListings = sync.OnceValue(func() *Listings {
	l, err := parseListings(listingsCSV, identifiersCSV, eventsCSV)
	if err != nil {
		panic(fmt.Sprintf("market: the embedded tables: %v", err))
	}
	return l
})

func parseListings(listings, identifiers, events string) (l *Listings, err error) {
	l = &Listings{bySymbol: map[Symbol]int{}}
	if l.rows, err = parseTable(listings, parseInstrument); err != nil {
		return nil, fmt.Errorf("listings.csv: %w", err)
	}
	for n, i := range l.rows {
		if _, twice := l.bySymbol[i.Symbol]; twice {
			return nil, fmt.Errorf("listings.csv: row %d: %s stands twice", n+2, i.Symbol)
		}
		l.bySymbol[i.Symbol] = n
	}
	if l.identifiers, err = parseTable(identifiers, parseIdentifier); err != nil {
		return nil, fmt.Errorf("identifiers.csv: %w", err)
	}
	for _, id := range l.identifiers {
		n, ok := l.bySymbol[id.Symbol]
		switch {
		case !ok:
			return nil, fmt.Errorf("identifiers.csv: %s is not in listings.csv", id.Symbol)
		case !id.Until.IsZero():
		case id.Scheme == "ISIN":
			l.rows[n].ISIN = id.Value
		case id.Scheme == "FIGI":
			l.rows[n].FIGI = id.Value
		}
	}
	if l.events, err = parseTable(events, parseEvent); err != nil {
		return nil, fmt.Errorf("events.csv: %w", err)
	}
	slices.SortStableFunc(l.events, func(a, b Event) int { return a.Date.First().Compare(b.Date.First()) })
	return l, nil
}

// parseTable reads the rows below the heading of a table. An error names the row.
func parseTable[R any](text string, parse func(row []string) (R, error)) ([]R, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	var list []R
	for n, row := range rows[min(1, len(rows)):] {
		r, err := parse(row)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", n+2, err)
		}
		list = append(list, r)
	}
	return list, nil
}

func parseInstrument(row []string) (i Instrument, err error) {
	i = Instrument{Key: row[1], Name: row[2], Kind: row[3], Note: row[7], Source: row[8], Verified: row[9]}
	if i.Symbol, err = ParseSymbol(row[0]); err != nil {
		return i, err
	}
	if i.Unit, err = ParseUnit(row[4]); err != nil {
		return i, err
	}
	i.Currency = i.Unit.Currency
	return i, parseDates(row[5:7], &i.Since, &i.Until)
}

func parseIdentifier(row []string) (id Identifier, err error) {
	id = Identifier{Scheme: row[1], Value: row[2], Source: row[5], Verified: row[6]}
	if id.Symbol, err = ParseSymbol(row[0]); err != nil {
		return id, err
	}
	return id, parseDates(row[3:5], &id.Since, &id.Until)
}

// parseDates reads dates, of which an empty one is zero.
func parseDates(texts []string, into ...*currency.Date) error {
	for n, d := range into {
		if err := d.UnmarshalText([]byte(texts[n])); err != nil {
			return err
		}
	}
	return nil
}

// All returns every listing, in the order of the table.
func (l *Listings) All() []Instrument { return slices.Clone(l.rows) }

// Instrument returns what is known of a listing; the error is fault.NotFound.
func (l *Listings) Instrument(s Symbol) (Instrument, error) {
	n, ok := l.bySymbol[s]
	if !ok {
		return Instrument{}, fault.Because(fault.NotFound, "nothing is known of the listing %s", s)
	}
	return l.rows[n], nil
}

// Lines returns every listing of the instrument that a symbol is one of, at any market, under any ticker and of any
// time, in the order of the table; the error is fault.NotFound.
func (l *Listings) Lines(s Symbol) ([]Instrument, error) {
	one, err := l.Instrument(s)
	if err != nil {
		return nil, err
	}
	var lines []Instrument
	for _, i := range l.rows {
		if i.Key == one.Key {
			lines = append(lines, i)
		}
	}
	return lines, nil
}

// Identifiers returns the numbers that a listing bears and bore, in the order of the table.
func (l *Listings) Identifiers(s Symbol) []Identifier {
	var found []Identifier
	for _, id := range l.identifiers {
		if id.Symbol == s {
			found = append(found, id)
		}
	}
	return found
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
