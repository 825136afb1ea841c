package site

import (
	"cmp"
	"context"
	"slices"

	"github.com/a-h/templ"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// InstrumentPage is all there is to say of one listing.
type InstrumentPage struct {
	Frame
	Ticker, Market, Name, Unit string
	AsOf                       string
	Status                     *Flag // nil where it is simply listed
	State                      MarketState
	Price                      *Row   // nil where nobody has quoted it
	Below                      Row    // the price as the line below it tells of it
	Withheld                   string // why no change is given, as a sentence; empty where one is, or where the status says it
	Missing                    string // then why
	PricedOn, Worth, Met       string // what the price is of, what pence are in pounds, what stands between it and the close before
	Why                        string
	Minutes                    *Minutes // nil where no source that may be shown has any of its newest session
	Course                     *Course  // nil where there are no two sessions to draw
	Offers                     []Aside  // what each source says, the chosen one first
	Numbers                    []Entry  // last, previous close, change, percent, and what the source claims of them
	Actions                    []Action
	Lines                      []Line
	Stories                    []Item
	Facts                      []Fact
	Follows                    templ.Attributes // nil where it is a page of the past, or has no price
}

// Entry is one number of a listing with how it is known and the observations that it rests on.
type Entry struct {
	What, Value, How string
	At               Time
	Source           string
	From             []Link
}

// entryOf is a number with links to what it rests on.
func (t today) entryOf(what, value, how string, o market.Offer, from []market.Observation) Entry {
	e := Entry{What: what, Value: value, How: how, At: t.hand.time(o.At), Source: nameOf(o.Source, t.sources)}
	for _, f := range from {
		e.From = append(e.From, Link{Text: string(f.Field) + " " + t.hand.number(f.Value), Href: numberPath(f.ID)})
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
	asOf = asOf.Resolved(s.o.Now())
	q, missing, err := s.quoted(ctx, symbol, asOf)
	if err != nil {
		return nil, err
	}
	mic, ticker, _ := symbol.Listing()
	p := InstrumentPage{
		Ticker: ticker, Market: string(mic), Name: cmp.Or(q.Instrument.Name, ticker), Unit: unitOf(q.Instrument.Unit), AsOf: a.query.Get("as-of"), Missing: ended(capital(missing)),
		State: t.hand.stateOf(mic, asOf.At), Facts: factsOfListing(q, s.ledger.Listings()),
	}
	if flags := s.statusFlags(symbol, asOf.At); len(flags) > 0 {
		p.Status = &flags[0]
	}
	var symbols []market.Symbol
	p.Lines, symbols = s.linesOf(symbol)
	for _, e := range s.happened(symbols) {
		p.Actions = append(p.Actions, t.actionOf(e))
	}
	if missing == "" {
		if err := s.priced(ctx, &p, q, asOf, a, t); err != nil {
			return nil, err
		}
	}
	if p.Stories, err = s.printing(ctx, t, symbols...); err != nil {
		return nil, err
	}
	if p.AsOf == "" && p.Price != nil {
		p.Follows = followPrice(shareTopic, p.Below)
	}
	p.Frame = s.frame(t, a, p.Name+" ("+ticker+")", "The last price of "+p.Name+", who says so, and what is known of the listing.")
	return instrumentPage(p), nil
}

// priced fills what there is to say of a price.
func (s *Site) priced(ctx context.Context, p *InstrumentPage, q market.Quote, asOf market.AsOf, a ask, t today) (err error) {
	row := s.listingRow(q, t, nil)
	p.Below = s.belowRow(q, t)
	if row.Move.Withheld != "" && (p.Status == nil || row.Move.Withheld != p.Status.Text) {
		p.Withheld = ended(capital(row.Move.Withheld))
	}
	p.Price, p.Why, p.PricedOn, p.Met = &row, q.Why, s.pricedOn(q, asOf.At, t), s.metOf(q, t)
	p.Worth = t.hand.worthOf(q.Instrument.Unit, q.Value)
	p.Offers = s.offersOf(row, market.Price{Symbol: q.Symbol, Offer: q.Offer, SetAside: q.SetAside}, asOf.At, t)
	p.Numbers = append(t.numbersOf(q), t.session(q)...)
	if p.Minutes, err = s.minutes(ctx, q, asOf, t); err != nil {
		return err
	}
	p.Course, err = s.closes(ctx, q, asOf, a, t)
	return err
}

// belowRow is a quote as the line below it tells of it: why there is no change has a paragraph of its own.
func (s *Site) belowRow(q market.Quote, t today) Row {
	row := s.listingRow(q, t, nil)
	row.Move.Withheld = ""
	return row
}

// numbersOf are a quote's numbers: what was said, what follows, and what was claimed.
func (t today) numbersOf(q market.Quote) []Entry {
	list := []Entry{t.entryOf("Last price", t.hand.number(q.Value), howSaid(q.How), q.Offer, q.From)}
	if q.Previous.How != "" {
		how := howSaid(q.Previous.How)
		switch {
		case q.Previous.How != market.Computed:
		case slices.ContainsFunc(q.Previous.From, func(o market.Observation) bool { return o.Field == market.Change }):
			how = "computed: the last price less the change that the source gives"
		default:
			how = "computed: what the source gave as the close before"
		}
		if q.Previous.Basis != "" {
			how += "; " + q.Previous.Basis
		}
		list = append(list, t.entryOf("Previous close", t.hand.number(q.Previous.Value), how, q.Offer, q.Previous.From))
	}
	if q.Move.Withheld == "" {
		list = append(list,
			t.entryOf("Change", t.hand.signed(q.Move.By), "computed: the last price less the previous close", q.Offer, q.Move.Basis),
			t.entryOf("Change in per cent", t.hand.percent(q.Move.Percent), "computed on the previous close", q.Offer, q.Move.Basis))
	}
	for _, claim := range q.Claims {
		value := t.hand.signed(claim.Value)
		if claim.Field == market.Percent {
			value += "%"
		}
		list = append(list, t.entryOf("The source’s own "+string(claim.Field), value, "claimed by the source", q.Offer, []market.Observation{claim}))
	}
	return list
}

// factsOfListing is what the tables say of a listing.
func factsOfListing(q market.Quote, listings *market.Listings) (facts []Fact) {
	mic, ticker, _ := q.Symbol.Listing()
	i := q.Instrument
	facts = fact(facts, "Ticker", ticker)
	facts = fact(facts, "Market", string(mic))
	facts = fact(facts, "Kind", i.Kind)
	if i.Currency != "" {
		facts = append(facts, Fact{Term: "Currency", Text: string(i.Currency), Href: "/markets/currencies/" + string(i.Currency)})
	}
	if !i.Unit.Whole() {
		facts = fact(facts, "Quoted in", unitOf(i.Unit)+", "+i.Unit.Worth.String()+" "+string(i.Currency)+" each")
	}
	facts = fact(facts, "Trades since", dateOf(i.Since))
	facts = fact(facts, "Traded until", dateOf(i.Until))
	for _, id := range listings.Identifiers(q.Symbol) {
		words := id.Value
		if !id.Until.IsZero() {
			words += ", until " + dateOf(id.Until)
		}
		facts = fact(facts, id.Scheme, words)
	}
	facts = fact(facts, "Note", i.Note)
	facts = fact(facts, "Known from", i.Source)
	return fact(facts, "Checked", i.Verified)
}
