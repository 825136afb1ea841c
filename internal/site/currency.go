package site

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// Fact is a term with what there is to say of it. Text may be followed by a link.
type Fact struct {
	Term, Text, Href string
}

// CurrencyPage is all there is to say of one currency.
type CurrencyPage struct {
	Frame
	Code, Name, Base, BaseName string
	AsOf                       string
	Price                      *Row // nil where nobody has quoted it
	Missing                    string
	Why, Agreement             string
	Offers                     []Aside // the chosen one first
	Facts                      []Fact
	Life                       []Event          // the oldest first
	Course                     *Course          // nil where there are no two values to draw
	Stories                    []Item           // which print the pair
	Convert                    string           // address
	Follows                    templ.Attributes // nil where it is a page of the past
}

// Aside is what a source said, and why it was or was not chosen.
type Aside struct {
	Row
	Why string
	Off string // how far it is from the chosen value, in per cent; empty for that itself
}

func (s *Site) asidesOf(list []market.SetAside, t today) []Aside {
	asides := make([]Aside, len(list))
	for i, o := range list {
		asides[i] = Aside{Row: s.rowOf(o.Offer, market.Move{}, t), Why: o.Why, Off: t.hand.percent(o.Off)}
	}
	return asides
}

// offersOf is what each source said of a price at a moment, the chosen one first, each with its age.
func (s *Site) offersOf(chosen Row, p market.Price, at time.Time, t today) []Aside {
	offers := append([]Aside{{Row: chosen, Why: "chosen"}}, s.asidesOf(p.SetAside, t)...)
	if len(p.From) > 0 { // what a law alone fixes grows no older
		offers[0].Days = daysOf(p.At, at)
	}
	for i, o := range p.SetAside {
		offers[i+1].Days = daysOf(o.At, at)
	}
	return offers
}

// fact leaves out what is not known.
func fact(facts []Fact, term, text string) []Fact {
	if text == "" {
		return facts
	}
	return append(facts, Fact{Term: term, Text: text})
}

// factsOf is what the table says of a currency.
func factsOf(c currency.Currency) (facts []Fact) {
	facts = fact(facts, "Code", string(c.Code))
	facts = fact(facts, "Numeric code", c.Numeric)
	if c.MinorUnits >= 0 {
		facts = fact(facts, "Decimal places", strconv.Itoa(c.MinorUnits))
	}
	facts = fact(facts, "Kind", string(c.Kind))
	facts = fact(facts, "Territories", strings.ReplaceAll(c.Regions, " ", ", "))
	facts = fact(facts, "Introduced", dateOf(c.Introduced))
	facts = fact(facts, "Retired", dateOf(c.Retired))
	if c.Successor != "" {
		facts = append(facts, Fact{Term: "Successor", Text: string(c.Successor), Href: "/markets/currencies/" + string(c.Successor)})
	}
	facts = fact(facts, "ISO 4217", c.ISO)
	facts = fact(facts, "Note", c.Note)
	return fact(facts, "Known from", c.Source)
}

// dateOf writes a date to the precision that is known.
func dateOf(d currency.Date) string {
	switch {
	case d.IsZero():
		return ""
	case d.Month == 0:
		return strconv.Itoa(d.Year)
	case d.Day == 0:
		return d.First().Format("January 2006")
	}
	return d.First().Format("2 January 2006")
}

func (s *Site) currency(ctx context.Context, a ask) (web.Component, error) {
	table := s.ledger.Currencies()
	code, err := currency.ParseCode(a.value("code"))
	if err != nil {
		return nil, fault.Because(fault.NotFound, "%w", err)
	}
	c, err := table.Currency(code)
	if err != nil {
		return nil, err
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	base, err := s.baseOf(a, t)
	if err != nil {
		return nil, err
	}
	if base == code { // a currency against itself is always 1: of that page the dollar or the euro is the measure
		if base = "USD"; code == "USD" {
			base = "EUR"
		}
	}
	asOf, err := market.ParseAsOf(a.query.Get("as-of"), "")
	if err != nil {
		return nil, err
	}
	p := CurrencyPage{
		Code: string(code), Name: c.Name, Base: string(base), BaseName: table.Name(base, "en"), AsOf: a.query.Get("as-of"),
		Facts: factsOf(c), Life: lifeOf(table, code), Convert: convertPath(base, code, a.query),
	}
	asOf = asOf.Resolved(s.o.Now())
	pair := market.Pair(base, code)
	if err := s.worth(ctx, &p, pair, asOf, a, t); err != nil {
		return nil, err
	}
	if p.Stories, err = s.printing(ctx, t, pair); err != nil {
		return nil, err
	}
	p.Frame = s.frame(t, a, c.Name+" ("+p.Code+")", "What the "+c.Name+" is worth, who says so, and what is known of it.")
	return currencyPage(p), nil
}

// worth fills the price and its course; a currency that nobody has quoted has neither, and says so.
func (s *Site) worth(ctx context.Context, p *CurrencyPage, pair market.Symbol, asOf market.AsOf, a ask, t today) error {
	price, err := s.ledger.Rate(ctx, pair, asOf)
	if err != nil {
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
		p.Missing = fault.Sentence(err)
		return nil
	}
	b, err := s.marked(ctx, currency.Code(p.Base), a, asOf, t)
	if err != nil {
		return err
	}
	row := b.on(s.pairRow(price, t, nil))
	if p.AsOf == "" {
		p.Follows = followPrice(pairTopic, row)
	}
	p.Price, p.Why, p.Agreement, p.Offers = &row, price.Why, agreementOf(price.Agreement), s.offersOf(row, price, asOf.At, t)
	p.Course, err = s.course(ctx, pair, asOf, a, t)
	return err
}

// printing are the newest stories that print one of some symbols, a pair either way round.
func (s *Site) printing(ctx context.Context, t today, symbols ...market.Symbol) ([]Item, error) {
	const most = 12
	for _, symbol := range symbols {
		if base, quote, ok := symbol.Pair(); ok {
			symbols = append(symbols, market.Pair(quote, base))
		}
	}
	var all []news.Article
	for _, symbol := range symbols {
		found, err := s.paper.Articles(ctx, news.Selection{Symbol: symbol, Limit: most})
		if err != nil {
			return nil, err
		}
		for _, article := range found {
			if !slices.ContainsFunc(all, func(b news.Article) bool { return b.ID == article.ID }) {
				all = append(all, article)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b news.Article) int { return b.Published.Compare(a.Published) })
	return t.itemsOf(all[:min(most, len(all))]), nil
}

// formDay is what the field of a day can hold of what was asked: of an instant nothing.
func formDay(text string) string {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return ""
	}
	return text
}
