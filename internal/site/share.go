package site

import (
	"context"

	"github.com/a-h/templ"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/render"
	"github.com/courant-news/courant/internal/web"
)

// SharesPage is every listing of which a price was heard.
type SharesPage struct {
	Frame
	AsOf    string
	Rows    []Row
	Follows templ.Attributes // nil where it is a page of the past
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
		p.Rows = append(p.Rows, s.listingRow(q, t, a.query))
	}
	if p.AsOf == "" {
		p.Follows = follow{topic: sharesTopic, state: sharesState(p.Rows)}.attributes()
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
	Follows                        templ.Attributes // nil where it is a page of the past
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
		Ticker: ticker, Market: string(mic), Name: q.Instrument.Name, Currency: q.Instrument.Unit.Code,
		AsOf: a.query.Get("as-of"), Price: s.listingRow(q, t, nil), Why: q.Why, Aside: s.asidesOf(q.SetAside, t),
		Numbers: numbersOf(q, t.sources), Facts: instrumentFacts(q),
	}
	if p.Name == "" {
		p.Name = ticker
	}
	if p.AsOf == "" {
		p.Follows = followPrice(shareTopic, p.Price)
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
		if q.Previous.Basis != "" {
			how += "; " + q.Previous.Basis
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
	if !i.Unit.Whole() {
		facts = fact(facts, "Quoted in", i.Unit.String())
	}
	facts = fact(facts, "Trades since", dateOf(i.Since))
	facts = fact(facts, "Traded until", dateOf(i.Until))
	facts = fact(facts, "ISIN", i.ISIN)
	facts = fact(facts, "Note", i.Note)
	return fact(facts, "Known from", i.Source)
}
