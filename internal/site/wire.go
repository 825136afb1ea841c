package site

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
	"github.com/courant-news/courant/internal/wire"
)

// SourcesPage lists who the paper's numbers come from and how they fare.
type SourcesPage struct {
	Frame
	Fetched []SourceRow // by the wire
	Others  []SourceRow // brought in by hand
}

// SourceRow is a source as the list of sources shows it.
type SourceRow struct {
	ID, Name, Home, Kind, Terms, Attribution, Note string
	Newest, Got, Next                              Time // zero: never
	Age                                            string
	Figures, Held, Failures                        int
	Problem                                        string
	Open                                           bool   // failed so often that it is only tried now and then
	Feed                                           string // address of the feed of what it publishes; empty: none
}

// about is what a reader should know of a source, in sentences.
func (r SourceRow) about() string {
	text := strings.ToUpper(r.Kind[:min(1, len(r.Kind))]) + r.Kind[min(1, len(r.Kind)):]
	for _, sentence := range []string{r.Attribution, r.Note} {
		if sentence != "" {
			text += ". " + strings.TrimSuffix(sentence, ".")
		}
	}
	return text + "."
}

func (s *Site) sources(ctx context.Context, a ask) (web.Component, error) {
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	var reports []wire.Report
	if s.o.Wire != nil {
		if reports, err = s.o.Wire(ctx); err != nil {
			return nil, err
		}
	}
	p := SourcesPage{}
	fetched := map[market.SourceID]bool{}
	for _, r := range reports {
		fetched[r.Provider.Source.ID] = true
		row := sourceRow(r.Provider.Source, r.Provider.Kind)
		st := r.Status
		row.Newest, row.Got, row.Next = timeOf(st.Newest), timeOf(st.Got), timeOf(st.Next)
		row.Age = ageOf(st.Newest, s.o.Now())
		row.Figures, row.Held, row.Failures, row.Problem, row.Open = st.Figures, st.Held, st.Failures, st.Problem, st.Open()
		p.Fetched = append(p.Fetched, row)
	}
	list, err := s.ledger.Sources(ctx)
	if err != nil {
		return nil, err
	}
	for _, source := range list {
		if !fetched[source.ID] {
			p.Others = append(p.Others, sourceRow(source, string(source.Kind)))
		}
	}
	p.Frame = s.frame(t, a, "Sources", "Who the paper's numbers come from, under which terms, and how each source fares.")
	for _, rows := range [][]SourceRow{p.Fetched, p.Others} {
		for i, r := range rows {
			// A feed tells what may be passed on, once there is something.
			if s.o.Programs != "" && t.sources[market.SourceID(r.ID)].Passes() {
				rows[i].Feed = sourceFeeds + r.ID + feedFormat
				p.Feeds = append(p.Feeds, Link{Text: r.Name + ": what it published", Href: rows[i].Feed})
			}
		}
	}
	return sourcesPage(p), nil
}

func sourceRow(s market.Source, kind string) SourceRow {
	r := SourceRow{
		ID: string(s.ID), Name: nameOf(s.ID, market.Sources{s.ID: s}), Kind: kind, Terms: s.Licence,
		Attribution: s.Attribution, Note: s.Note,
	}
	if strings.HasPrefix(s.Home, "https://") || strings.HasPrefix(s.Home, "http://") { // else no link: it could do anything
		r.Home = s.Home
	}
	return r
}

// RatePage is one pair, settled, with what every source says of it.
type RatePage struct {
	Frame
	Moves                            string // address of the feed of its moves; empty where there is none
	Base, Quote, BaseName, QuoteName string
	AsOf, KnownAt                    string
	Price                            Row
	Why, Agreement                   string
	Offers                           []Aside // the chosen one first
	From                             []Step
	Reverse, Currency                string           // addresses
	Course                           *Course          // nil where there are no two values to draw
	Stories                          []Item           // which print the pair
	Convert                          string           // address
	Follows                          templ.Attributes // nil where it is a page of the past
}

// Step is an observation that a price rests on.
type Step struct {
	Text, Href string
}

func (s *Site) rate(ctx context.Context, a ask) (web.Component, error) {
	base, quote, ok := strings.Cut(strings.ToUpper(a.value("pair")), "-")
	pair, err := market.ParseSymbol(base + "/" + quote)
	if !ok {
		return nil, fault.Because(fault.NotFound, "%.20q is no pair of currencies: write it as EUR-USD", a.value("pair"))
	}
	if err != nil {
		return nil, fault.Because(fault.NotFound, "%w", err)
	}
	asOf, err := market.ParseAsOf(a.query.Get("as-of"), a.query.Get("known-at"))
	if err != nil {
		return nil, err
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	asOf = asOf.Resolved(s.o.Now())
	price, err := s.ledger.Rate(ctx, pair, asOf)
	if err != nil && fault.KindOf(err) == fault.Invalid { // a code that no table knows is an address at which nothing stands
		err = fault.Because(fault.NotFound, "%w", err)
	}
	if err != nil {
		return nil, err
	}
	board, err := s.marked(ctx, currency.Code(base), a, asOf, t)
	if err != nil {
		return nil, err
	}
	table := s.ledger.Currencies()
	p := RatePage{
		Base: base, Quote: quote, BaseName: table.Name(currency.Code(base), "en"), QuoteName: table.Name(currency.Code(quote), "en"),
		AsOf: a.query.Get("as-of"), KnownAt: a.query.Get("known-at"), Price: board.on(s.pairRow(price, t, a.query)), Why: price.Why,
		Agreement: agreementOf(price.Agreement), Reverse: address("/rates/"+quote+"-"+base, a.query),
		Currency: t.currencyPath(currency.Code(base), currency.Code(quote), a.query),
	}
	p.Offers, p.Convert = s.offersOf(p.Price, price, asOf.At, t), convertPath(currency.Code(base), currency.Code(quote), a.query)
	for _, o := range price.From {
		p.From = append(p.From, Step{
			Text: string(o.Symbol) + " " + t.hand.number(o.Value) + ", " + nameOf(o.Source, t.sources) + ", " + t.hand.time(o.At).Text,
			Href: numberPath(o.ID),
		})
	}
	if p.Course, err = s.course(ctx, pair, asOf, a, t); err != nil {
		return nil, err
	}
	if p.Stories, err = s.printing(ctx, t, pair); err != nil {
		return nil, err
	}
	if p.AsOf == "" && p.KnownAt == "" {
		p.Follows = followPrice(pairTopic, p.Price)
	}
	p.Frame = s.frame(t, a, base+"/"+quote, "What one "+p.BaseName+" is worth in "+p.QuoteName+", who says so, and what the others say.")
	if len(a.query) == 0 { // of the past it would be read as of now
		if p.Data, err = rateData(p.Canonical, base, quote, p.Price); err != nil {
			return nil, err
		}
	}
	free := func(o market.Offer) bool { return t.sources[o.Source].Passes() && len(o.From) > 0 }
	if s.o.Programs != "" && (free(price.Offer) || slices.ContainsFunc(price.SetAside, func(o market.SetAside) bool { return free(o.Offer) })) {
		p.Moves = rateFeeds + base + "-" + quote + feedFormat + "?move=1"
		p.Feeds = append(p.Feeds, Link{Text: base + "/" + quote + " moved by more than 1%", Href: p.Moves})
	}
	return ratePage(p), nil
}

// agreementOf says how the other sources stand to the chosen one.
func agreementOf(a market.Agreement) string {
	switch a.Of {
	case 0:
		return "No other source has a current value to compare it with."
	case 1:
		if a.Within == 1 {
			return "The one other current source agrees within one per cent."
		}
		return "The one other current source differs by more than one per cent."
	}
	return strconv.Itoa(a.Within) + " of " + strconv.Itoa(a.Of) + " other current sources agree within one per cent."
}

// ratePath is the address at which a pair's sources are compared.
func ratePath(s market.Symbol, query url.Values) string {
	base, quote, ok := s.Pair()
	if !ok {
		return ""
	}
	q := url.Values{}
	if day := query.Get("as-of"); day != "" {
		q.Set("as-of", day)
	}
	return address("/rates/"+string(base)+"-"+string(quote), q)
}

// failed says how often a source failed in a row.
func failed(r SourceRow) string {
	if r.Open {
		return "failed " + strconv.Itoa(r.Failures) + " times, tried once an hour"
	}
	if r.Failures == 1 {
		return "failed once"
	}
	return "failed " + strconv.Itoa(r.Failures) + " times"
}
