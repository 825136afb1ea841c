// Package wire is the paper's ears: it fetches what sources publish, when it is due, reads it strictly and hands it to
// the ledger. It decides nothing about numbers: what can be right and which source is believed is the ledger's part.
//
// A [Provider] is data and two functions: which requests to make, and how to read a reply. They stand in the package
// provider, one file each. Reading is pure: the same bytes give the same [Reading], whoever fetched them, so that a
// saved reply takes the same road as a fresh one. A reply is read whole or refused whole.
//
// Start at [Provider]. All times are UTC; where a source speaks of days, a day is midnight UTC of its date.
package wire

import (
	"cmp"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// Provider is a source that can be fetched.
type Provider struct {
	Source market.Source

	Kind     string   // what kind of rate it publishes, in words: "reference rate", "buying rate"
	Docs     string   // address of the page that describes the service
	Base     string   // address under which its requests lie, ending in a slash; a mirror may be set in its place
	Schedule Schedule // when something new can be expected
	Default  bool     // fetched unless switched off: keyless, official, and its terms allow it
	Key      string   // what the key that it wants is called on its site; empty: it wants none
	Since    string   // the first day it can be asked for, as 1999-01-04; empty: the newest only

	// Requests are what to ask. Each of them may be asked alone.
	Requests func(Ask) []Request
	// Quotes is set of a provider of share prices; nil: it publishes rates.
	Quotes *Quotes

	// Parse reads a reply to any of the requests; it tells them apart by what they hold. The error is fault.Upstream
	// with a sentence that says what is wrong with the reply; then nothing of it is used. Of a provider of share prices it
	// is nil, see Quotes.
	Parse func(body []byte) (Reading, error)
}

// Ask says what is wanted of a provider.
type Ask struct {
	From, To time.Time // the first and the last day; both zero: the newest there is
	Key      string    // the paper's key with the provider, where it wants one
	Today    time.Time // the day that it is where the provider sits, for services that tell nothing without a day
	Listed   []Listed  // of a provider of share prices: which ones
}

// Newest says whether it is the newest that is wanted.
func (a Ask) Newest() bool { return a.From.IsZero() && a.To.IsZero() }

// Days are the days to ask of a service that answers for one day at a time: those of the span but for the days of the
// week on which nothing is published, or today where it is the newest that is wanted.
func (a Ask) Days(idle ...time.Weekday) []time.Time {
	if a.Newest() {
		return []time.Time{a.Today}
	}
	var all []time.Time
	for day := a.From; !day.After(a.To); day = day.AddDate(0, 0, 1) {
		if !slices.Contains(idle, day.Weekday()) {
			all = append(all, day)
		}
	}
	return all
}

// Request is one HTTP request, to a path below the provider's base.
type Request struct {
	Path        string   // with its query
	Body        string   // where there is one, the request is a POST
	ContentType string   // of the body
	Accept      string   // empty: anything
	SOAPAction  string   // for services that want it
	Header      string   // name of the header that bears the key; empty: the path does, or there is none
	Listed      []Listed // the listings that it asks of, for many replies do not say of what they speak
}

// Reading is what a reply says.
type Reading struct {
	Quotations []Quotation
	Left       []string // what the reply holds beside and was left out, each with the reason
	// Follow is what to ask next, of a reply that only says where the figures are: a directory of versions. It is asked
	// once; what such a reply says to follow is not.
	Follow []Request
}

// Quotation is one figure of a reply.
type Quotation struct {
	Symbol market.Symbol
	Field  market.Field     // empty: a rate
	Value  currency.Decimal // for one unit of the base; exactly what the reply says, or that moved by a stated unit
	At     time.Time
	Ref    string // the figure as it stands in the reply, with what it is a figure of: "100 AMD = 20,1234"
}

// Observations are the quotations as the ledger takes them.
func (r Reading) Observations(source market.SourceID, seen time.Time) []market.Observation {
	all := make([]market.Observation, len(r.Quotations))
	for i, q := range r.Quotations {
		all[i] = market.NewObservation(q.Symbol, cmp.Or(q.Field, market.Rate), q.Value, market.Moment{At: q.At, Seen: seen}, source, q.Ref)
	}
	return all
}
