package site

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// printed is one number of a tape as a voice.
type printed struct{ o market.Observation }

func (p printed) Source() market.SourceID               { return p.o.Source }
func (p printed) Seen() time.Time                       { return p.o.Seen }
func (p printed) AppendIDs(ids []market.ID) []market.ID { return append(ids, p.o.ID) }
func (p printed) Offer() market.Offer {
	return market.Offer{Source: p.o.Source, Value: p.o.Value, At: p.o.At, Seen: p.o.Seen, How: market.Said, From: []market.Observation{p.o}}
}

// barred is the close of a bar as a voice.
type barred struct{ b market.Bar }

func (b barred) Source() market.SourceID               { return b.b.Source }
func (b barred) Seen() time.Time                       { return b.b.Seen }
func (b barred) AppendIDs(ids []market.ID) []market.ID { return ids } // a bar is one row of a file, and no observation
func (b barred) Offer() market.Offer {
	return market.Offer{Source: b.b.Source, Value: b.b.Close, At: b.b.At, Seen: b.b.Seen, How: market.Said}
}

// sessions are the closes of a listing as one source's bars tell them; where nobody's do, what the source of the price gave as
// the last price of each session. What says which.
func (s *Site) sessions(ctx context.Context, q market.Quote, asOf market.AsOf) (days []spot, what string, err error) {
	first := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC) // before anybody's bars
	bars, _, err := s.ledger.Bars(ctx, market.Stretch{Symbol: q.Symbol, Interval: market.Daily, From: first, To: asOf.At, Known: asOf.Known})
	if err != nil && !errors.Is(err, fault.NotFound) {
		return nil, "", err
	}
	for _, b := range bars {
		days = append(days, spot{b.At, b.Close, barred{b}})
	}
	if len(days) > 1 {
		return days, "The close of each session of ", nil
	}
	tape, err := s.ledger.Tape(ctx, q.Symbol, asOf)
	if err != nil {
		return nil, "", err
	}
	days = nil
	for _, o := range tape {
		if o.Source != q.Source || o.Field != market.Last {
			continue
		}
		session, _ := q.Symbol.Session(o.At)
		one := spot{session, o.Value, printed{o}}
		if n := len(days); n > 0 && days[n-1].at.Equal(session) {
			days[n-1] = one
		} else {
			days = append(days, one)
		}
	}
	return days, "The last price of each session of ", nil
}

// closes draws the sessions of a listing. It is nil where there are not two.
func (s *Site) closes(ctx context.Context, q market.Quote, asOf market.AsOf, a ask, t today) (*Course, error) {
	r, err := parseReach(a.query.Get("range"))
	if err != nil {
		return nil, err
	}
	days, what, err := s.sessions(ctx, q, asOf)
	if err != nil {
		return nil, err
	}
	if len(days) > 0 {
		from := r.from(days[len(days)-1].at)
		days = slices.DeleteFunc(days, func(d spot) bool { return d.at.Before(from) })
	}
	if len(days) < 2 {
		return nil, nil
	}
	_, ticker, _ := q.Symbol.Listing()
	c := &Course{
		Pair: string(q.Symbol), Code: ticker, Path: a.r.URL.EscapedPath(), AsOf: a.query.Get("as-of"), Range: a.query.Get("range"),
		Subject: what + string(q.Symbol), What: ticker,
	}
	if u := q.Instrument.Unit; u.Code != "" {
		c.Subject, c.What = c.Subject+" in "+unitOf(u), ticker+" in "+unitOf(u)
	}
	c.ranged(r, a)
	var events []Event
	for _, e := range s.happened([]market.Symbol{q.Symbol}) {
		events = append(events, Event{On: e.Date.First(), Words: wordsOfEvent(e)})
	}
	s.plotted(c, days, nil, append(events, s.onSeries(t, q.Symbol)...), t)
	first, last := days[0], days[len(days)-1]
	adjusted, err := s.ledger.Adjust(ctx, q.Symbol, first.value, first.at, last.at, asOf.Known)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return nil, err
	}
	switch {
	case err != nil && q.Instrument.Symbol != "":
		c.Move = Move{Withheld: fault.Sentence(err)}
	case adjusted.Basis != "":
		c.Move = t.hand.since(spot{at: first.at, value: adjusted.Value}, last)
		c.Move.Since += ", the first price " + adjusted.Basis
	}
	if slices.ContainsFunc(c.Marks, func(m Marked) bool { return m.Words != "" }) {
		c.Note = "Prices are drawn as they were said: those before a marked day are of another share than those behind it."
	}
	return c, nil
}

// session is what else the source of a price said of its session.
func (t today) session(q market.Quote) (list []Entry) {
	for _, o := range []market.Observation{q.Session.Open, q.Session.High, q.Session.Low, q.Session.Volume} {
		if o.ID != "" {
			list = append(list, t.entryOf(capital(string(o.Field)), t.hand.number(o.Value), howSaid(market.Said), q.Offer, []market.Observation{o}))
		}
	}
	return list
}

// quoted reads a listing's quote. Of a listing that is known but that nobody quoted the quote has no source, and
// why says so.
func (s *Site) quoted(ctx context.Context, symbol market.Symbol, asOf market.AsOf) (q market.Quote, why string, err error) {
	q, err = s.ledger.Quote(ctx, symbol, asOf)
	if errors.Is(err, fault.NotFound) {
		if known, unknown := s.ledger.Listings().Instrument(symbol); unknown == nil {
			return market.Quote{Symbol: symbol, Instrument: known}, fault.Sentence(err), nil
		}
	}
	return q, "", err
}

// worthOf says what a price in a part of a currency is in the currency.
func (h hand) worthOf(u market.Unit, price currency.Decimal) string {
	if u.Code == "" || u.Whole() {
		return ""
	}
	return h.number(price) + " " + u.Code + " are " + h.number(u.Money(price)) + " " + string(u.Currency) + ": the price is in " + u.Name + "."
}
