package native

import (
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// listing is what is known of a ticker at a market: facts of the tables that come with the program, which may be passed on.
type listing struct {
	Symbol      market.Symbol `json:"symbol" doc:"market and ticker: XNYS:RIO"`
	MIC         market.MIC    `json:"mic" doc:"the market: ISO 10383"`
	Ticker      string        `json:"ticker" doc:"as it is called there"`
	Instrument  string        `json:"instrument" doc:"the same for every listing of one instrument, at any market, under any ticker and of any time"`
	Name        string        `json:"name" doc:"what trades there"`
	Kind        string        `json:"kind" doc:"share, depositary receipt, note, fund, index, rate"`
	Unit        string        `json:"unit" doc:"what its prices are written in: USD, or GBX for pence sterling"`
	Currency    currency.Code `json:"currency" doc:"of the unit"`
	Worth       api.Number    `json:"unit_worth" doc:"of the currency: 1, of pence 0.01"`
	Since       string        `json:"since,omitempty" doc:"the first day, where it is known"`
	Until       string        `json:"until,omitempty" doc:"the last day on which it traded; left out: it is not over"`
	Status      market.Status `json:"status" doc:"whether it trades on the day that is asked for: listed, not yet listed, halted, suspended, merged, delisted"`
	StatusText  string        `json:"status_text,omitempty" doc:"a sentence about that; left out where it simply trades"`
	Into        market.Symbol `json:"into,omitempty" doc:"of what merged: what it became part of"`
	ISIN        string        `json:"isin,omitempty" doc:"the one in force, or the last, where it is known"`
	FIGI        string        `json:"figi,omitempty" doc:"of the share class, where it is known"`
	Identifiers []identifier  `json:"identifiers" doc:"the numbers that it bears and bore"`
	Actions     []action      `json:"actions" doc:"what happened to it, by date"`
	Note        string        `json:"note,omitempty" doc:"what to know of it"`
	Source      string        `json:"source" doc:"from where that is known"`
	Verified    string        `json:"verified" doc:"how far that was checked against documents"`
}

// identifier is a number by which others name what is listed.
type identifier struct {
	Scheme   string `json:"scheme" doc:"ISIN, FIGI"`
	Value    string `json:"value" doc:"the number"`
	Since    string `json:"since,omitempty" doc:"the first day, where it is known"`
	Until    string `json:"until,omitempty" doc:"the last day; left out: it is in force, or that is not known"`
	Source   string `json:"source" doc:"from where that is known"`
	Verified string `json:"verified" doc:"how far that was checked against documents"`
}

func (i identifier) cell() string { return i.Scheme + ":" + i.Value }

// action is something that happened to a listing.
type action struct {
	Date     string           `json:"date" doc:"the first day on which it traded so"`
	Kind     market.EventKind `json:"kind" doc:"consolidation, split, ratio change, rename, transfer, special dividend, halt, suspension, resumption, merger"`
	New      int              `json:"new,omitempty" doc:"so many new shares for so many old ones, where shares were exchanged and it is known"`
	Old      int              `json:"old,omitempty" doc:"see new"`
	Amount   *api.Number      `json:"amount,omitempty" doc:"what was paid out for each old share, beside or instead of an exchange"`
	Unit     string           `json:"unit,omitempty" doc:"of the amount"`
	Other    market.Symbol    `json:"other,omitempty" doc:"of a rename or transfer what it was called before, of a merger what it became"`
	Note     string           `json:"note,omitempty" doc:"what to know of it"`
	Source   string           `json:"source" doc:"from where that is known"`
	Verified string           `json:"verified" doc:"how far that was checked against documents"`
}

func (a action) cell() string {
	text := a.Date + ":" + strings.ReplaceAll(string(a.Kind), " ", "-")
	if a.New > 0 {
		text += ":" + strconv.Itoa(a.New) + "/" + strconv.Itoa(a.Old)
	}
	return text
}

// listings are many.
type listings struct {
	AsOf     *time.Time `json:"as_of,omitempty" doc:"as asked; left out: now"`
	Count    int        `json:"count" doc:"how many there are"`
	Listings []listing  `json:"listings" doc:"by market and ticker"`
}

func (n *native) listings(q query) (found, error) {
	asked := q.asOf(n.Now())
	mic, one := given[market.MIC](q, "mic")
	out, f := listings{AsOf: asked.At, Listings: []listing{}}, found{lasting: asked.past(n.Now())}
	for _, i := range n.Ledger().Listings().All() {
		if at, _, _ := i.Symbol.Listing(); one && at != mic {
			continue
		}
		row, err := n.listing(i, asked.AsOf.At)
		if err != nil {
			return found{}, err
		}
		out.Listings, f.rows = append(out.Listings, row), append(f.rows, row)
	}
	out.Count = len(out.Listings)
	f.whole = out
	return f, nil
}

// listingReply is all that is known of one.
type listingReply struct {
	listing
	Lines []market.Symbol `json:"lines" csv:"-" doc:"every listing of the instrument, this one among them: at other markets, under other tickers, of other times"`
	AsOf  *time.Time      `json:"as_of,omitempty" doc:"as asked; left out: now"`
}

func (n *native) oneListing(q query) (found, error) {
	symbol, _ := given[market.Symbol](q, "listing")
	asked, tables := q.asOf(n.Now()), n.Ledger().Listings()
	i, err := tables.Instrument(symbol)
	if err != nil {
		return found{}, err
	}
	out := listingReply{AsOf: asked.At, Lines: []market.Symbol{}}
	if out.listing, err = n.listing(i, asked.AsOf.At); err != nil {
		return found{}, err
	}
	lines, err := tables.Lines(symbol)
	for _, l := range lines {
		out.Lines = append(out.Lines, l.Symbol)
	}
	return found{whole: out, rows: []any{out.listing}, lasting: asked.past(n.Now())}, err
}

// listing writes what is known of a listing, with its status on a day.
func (n *native) listing(i market.Instrument, on time.Time) (listing, error) {
	tables := n.Ledger().Listings()
	now, err := tables.StatusOn(i.Symbol, on)
	mic, ticker, _ := i.Symbol.Listing()
	row := listing{
		Symbol: i.Symbol, MIC: mic, Ticker: ticker, Instrument: i.Key, Name: i.Name, Kind: i.Kind, Unit: i.Unit.Code, Currency: i.Currency,
		Worth: api.Number(i.Unit.Worth), Since: i.Since.String(), Until: i.Until.String(), Status: now.Status, StatusText: now.Text, Into: now.Into,
		ISIN: i.ISIN, FIGI: i.FIGI, Identifiers: []identifier{}, Actions: []action{}, Note: i.Note, Source: i.Source, Verified: i.Verified,
	}
	for _, id := range tables.Identifiers(i.Symbol) {
		row.Identifiers = append(row.Identifiers, identifier{id.Scheme, id.Value, id.Since.String(), id.Until.String(), id.Source, id.Verified})
	}
	for _, e := range tables.Events(ticker) {
		if e.Symbol == i.Symbol {
			row.Actions = append(row.Actions, actionOf(e))
		}
	}
	return row, err
}

func actionOf(e market.Event) action {
	return action{e.Date.String(), e.Kind, int(e.New), int(e.Old), known(e.Amount), e.Unit.Code, e.Other, e.Note, e.Source, e.Verified}
}
