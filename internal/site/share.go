package site

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/render"
	"github.com/courant-news/courant/internal/web"
)

// sparkOf draws the newest values of a history, which is the newest first.
func sparkOf(history []market.Price) string {
	series := make([]currency.Decimal, 0, sparkDays)
	for _, p := range history[:min(sparkDays, len(history))] {
		series = append(series, p.Value)
	}
	slices.Reverse(series)
	return render.Sparkline(series)
}

// SharesPage is every listing of which a price was heard.
type SharesPage struct {
	Frame
	AsOf string
	Rows []Row
}

func (s *Site) shares(ctx context.Context, a ask) (web.Component, error) {
	asOf, err := market.ParseAsOf(a.query.Get("as-of"), "")
	if err != nil {
		return nil, err
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	quotes, err := s.ledger.Quotes(ctx, asOf.Resolved(s.o.Now()))
	if err != nil {
		return nil, err
	}
	p := SharesPage{AsOf: a.query.Get("as-of")}
	for _, q := range quotes {
		p.Rows = append(p.Rows, s.listingRow(q, t.sources, a.query))
	}
	p.Frame = s.frame(t, a, "Shares", "The last price of every listing that the paper knows, with its source and its day.")
	return sharesPage(p), nil
}

// InstrumentPage is all there is to say of one listing.
type InstrumentPage struct {
	Frame
	Ticker, Market, Name, Currency string
	AsOf                           string
	Price                          Row
	Why                            string
	Aside                          []Aside
	Numbers                        []Entry // last, previous close, change, percent, and what the source claims of them
	Facts                          []Fact
}

// Entry is one number of a listing with how it is known and the observations that it rests on.
type Entry struct {
	What, Value, How string
	At               Time
	Source           string
	From             []Link
}

// entryOf is a number with links to what it rests on.
func entryOf(what, value, how string, o market.Offer, from []market.Observation, sources market.Sources) Entry {
	e := Entry{What: what, Value: value, How: how, At: timeOf(o.At), Source: nameOf(o.Source, sources)}
	for _, f := range from {
		e.From = append(e.From, Link{Text: string(f.Field) + " " + render.Number(f.Value), Href: numberPath(f.ID)})
	}
	return e
}

// howSaid says how a number of a listing is known.
func howSaid(h market.How) string {
	if h == market.Said {
		return "said by the source"
	}
	return howOf(h)
}

func (s *Site) instrument(ctx context.Context, a ask) (web.Component, error) {
	symbol, err := market.ParseSymbol(a.value("mic") + ":" + a.value("ticker"))
	if err == nil {
		if _, _, ok := symbol.Listing(); !ok {
			err = fault.Because(fault.NotFound, "%s is no listing", symbol)
		}
	}
	if err != nil {
		return nil, fault.Because(fault.NotFound, "%w", err)
	}
	asOf, err := market.ParseAsOf(a.query.Get("as-of"), "")
	if err != nil {
		return nil, err
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	q, err := s.ledger.Quote(ctx, symbol, asOf.Resolved(s.o.Now()))
	if err != nil {
		return nil, err
	}
	mic, ticker, _ := symbol.Listing()
	p := InstrumentPage{
		Ticker: ticker, Market: string(mic), Name: q.Instrument.Name, Currency: string(q.Instrument.Currency),
		AsOf: a.query.Get("as-of"), Price: s.listingRow(q, t.sources, nil), Why: q.Why, Aside: s.asidesOf(q.SetAside, t.sources),
		Numbers: numbersOf(q, t.sources), Facts: instrumentFacts(q),
	}
	if p.Name == "" {
		p.Name = ticker
	}
	p.Frame = s.frame(t, a, p.Name+" ("+ticker+")", "The last price of "+p.Name+", who says so, and what is known of the listing.")
	return instrumentPage(p), nil
}

// numbersOf are a quote's numbers: what was said, what follows, and what was claimed.
func numbersOf(q market.Quote, sources market.Sources) []Entry {
	list := []Entry{entryOf("Last price", render.Number(q.Value), howSaid(q.How), q.Offer, q.From, sources)}
	if q.Previous.How != "" {
		how := howSaid(q.Previous.How)
		if q.Previous.How == market.Computed {
			how = "computed: the last price less the change that the source gives"
		}
		list = append(list, entryOf("Previous close", render.Number(q.Previous.Value), how, q.Offer, q.Previous.From, sources))
	}
	if q.Move.Withheld == "" {
		list = append(list,
			entryOf("Change", render.Signed(q.Move.By), "computed: the last price less the previous close", q.Offer, q.Move.Basis, sources),
			entryOf("Change in per cent", render.Percent(q.Move.Percent), "computed on the previous close", q.Offer, q.Move.Basis, sources))
	}
	for _, claim := range q.Claims {
		value := render.Signed(claim.Value)
		if claim.Field == market.Percent {
			value += "%"
		}
		list = append(list, entryOf("The source’s own "+string(claim.Field), value, "claimed by the source", q.Offer, []market.Observation{claim}, sources))
	}
	return list
}

func instrumentFacts(q market.Quote) (facts []Fact) {
	mic, ticker, _ := q.Symbol.Listing()
	i := q.Instrument
	facts = fact(facts, "Ticker", ticker)
	facts = fact(facts, "Market", string(mic))
	facts = fact(facts, "Kind", i.Kind)
	if i.Currency != "" {
		facts = append(facts, Fact{Term: "Currency", Text: string(i.Currency), Href: "/markets/currencies/" + string(i.Currency)})
	}
	facts = fact(facts, "Trades since", dateOf(i.Since))
	facts = fact(facts, "Traded until", dateOf(i.Until))
	facts = fact(facts, "ISIN", i.ISIN)
	facts = fact(facts, "Note", i.Note)
	return fact(facts, "Known from", i.Source)
}

// NumberPage is the permanent page of one observation.
type NumberPage struct {
	Frame
	Value, Exact, Symbol, Subject, Field string
	At, Seen                             Time
	Ref                                  string
	Said                                 []Fact
	Reply                                []Fact // what was fetched; none for a number that was brought in by hand
	Revisions                            []Revision
	Stories                              []Item
}

// Revision is one of the values that a source gave for the same moment.
type Revision struct {
	Value, Href string
	Seen        Time
	Current     bool
}

func (s *Site) number(ctx context.Context, a ask) (web.Component, error) {
	id, err := market.ParseID(a.value("id"))
	if err != nil {
		return nil, err
	}
	n, err := s.ledger.Number(ctx, id)
	if err != nil {
		return nil, err
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	var printing []news.Article
	if printing, err = s.paper.Printing(ctx, id); err != nil {
		return nil, err
	}
	p := NumberPage{
		Value: render.Number(n.Value), Exact: n.Value.String(), Symbol: string(n.Symbol), Subject: symbolPath(n.Symbol),
		Field: string(n.Field), At: timeOf(n.At), Seen: timeOf(n.Seen), Ref: n.Ref, Stories: t.itemsOf(printing),
	}
	p.Said = sourceFacts(n.Said, n.Source)
	if p.Reply, err = s.replyFacts(ctx, n.Observation); err != nil {
		return nil, err
	}
	for _, r := range n.Revisions {
		p.Revisions = append(p.Revisions, Revision{
			Value: render.Number(r.Value), Href: numberPath(r.ID), Seen: timeOf(r.Seen), Current: r.ID == id,
		})
	}
	title := p.Symbol + " " + p.Field + ", " + p.Value
	p.Frame = s.frame(t, a, title, "Who said that the "+p.Field+" of "+p.Symbol+" was "+p.Value+", about when, and when the paper learnt it.")
	return numberPage(p), nil
}

// replyFacts says of which reply a number was read.
func (s *Site) replyFacts(ctx context.Context, o market.Observation) (facts []Fact, err error) {
	if s.o.Origin == nil {
		return nil, nil
	}
	r, err := s.o.Origin(ctx, o)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return nil, nil
		}
		return nil, err
	}
	facts = fact(facts, "Fetched", timeOf(r.Fetched).Text)
	facts = fact(facts, "Asked for", r.Path)
	facts = fact(facts, "Bytes", strconv.Itoa(r.Size))
	return fact(facts, "SHA-256", r.Hash), nil
}

func sourceFacts(s market.Source, id market.SourceID) (facts []Fact) {
	name := s.Name
	if name == "" {
		name = string(id)
	}
	facts = fact(facts, "Source", name)
	facts = fact(facts, "Kind", string(s.Kind))
	// A home that is no web address is shown as words: a link could do anything.
	if strings.HasPrefix(s.Home, "https://") || strings.HasPrefix(s.Home, "http://") {
		facts = append(facts, Fact{Term: "Home", Text: s.Home, Href: s.Home})
	} else {
		facts = fact(facts, "Home", s.Home)
	}
	facts = fact(facts, "Licence", s.Licence)
	facts = fact(facts, "Attribution", s.Attribution)
	return fact(facts, "Note", s.Note)
}
