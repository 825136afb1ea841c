package site

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/render"
	"github.com/courant-news/courant/internal/web"
)

// Group is a part of the board under its heading.
type Group struct {
	Name string
	Rows []Row
}

// BoardPage is every currency against one base.
type BoardPage struct {
	Frame
	Heading  string
	Base     string // code
	BaseName string
	AsOf     string // as asked; empty: now
	KnownAt  string
	Query    string
	Newest   Time
	Age      string
	Stale    bool // nothing newer than Newest is known where there should be
	Count    int
	Groups   []Group
	Bases    []Link // every currency that can be the base; Href is the code
}

func (s *Site) board(ctx context.Context, a ask) (web.Component, error) {
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	base, err := s.baseOf(a, t)
	if err != nil {
		return nil, err
	}
	asOf, err := market.ParseAsOf(a.query.Get("as-of"), a.query.Get("known-at"))
	if err != nil {
		return nil, err
	}
	b, err := s.marked(ctx, base, a, asOf.Resolved(s.o.Now()))
	if err != nil {
		return nil, err
	}
	table := s.ledger.Currencies()
	p := BoardPage{
		Base: string(base), BaseName: table.Name(base, "en"), AsOf: a.query.Get("as-of"), KnownAt: a.query.Get("known-at"),
		Query: a.query.Get("q"), Newest: timeOf(b.Newest), Age: ageOf(b.Newest, b.AsOf.At), Count: len(b.Prices) + len(b.Tied),
	}
	p.Groups, p.Stale = s.groups(a, b, t)
	p.Heading = p.BaseName + " against " + strconv.Itoa(p.Count) + " currencies"
	if p.Count == 1 {
		p.Heading = p.BaseName + " against 1 currency"
	}
	p.Frame = s.frame(t, a, p.Heading, "What one "+p.BaseName+" buys, each rate with its source and its day.")
	p.Bases = s.bases(t.board, base)
	return boardPage(p), nil
}

// baseOf is the base that is asked for, or the paper's.
func (s *Site) baseOf(a ask, t today) (currency.Code, error) {
	text := a.query.Get("base")
	if text == "" {
		return t.masthead.Base, nil
	}
	base, err := currency.ParseCode(text)
	if err != nil {
		return "", err
	}
	if _, err := s.ledger.Currencies().Currency(base); err != nil {
		return "", fault.Because(fault.Invalid, "the base of the board: %w", err)
	}
	return base, nil
}

// groups are the rows of a board under their headings, those that the search finds. Where even the newest rate is old
// the board says it once, at its head, and not in each row again.
func (s *Site) groups(a ask, b marked, t today) (groups []Group, stale bool) {
	table := s.ledger.Currencies()
	found := map[currency.Code]bool{}
	for _, c := range table.Search(a.query.Get("q")) {
		found[c.Code] = true
	}
	rows := map[string][]Row{}
	for _, price := range slices.Concat(b.Prices, b.Tied) {
		_, quote, _ := price.Symbol.Pair()
		if c, err := table.Currency(quote); err == nil && found[quote] {
			row := b.on(s.pairRow(price, t, a.query))
			if price.At.Equal(b.Newest) {
				own := slices.DeleteFunc(slices.Clone(row.Flags), func(f Flag) bool { return f.Code == market.Stale })
				stale = stale || len(own) < len(row.Flags)
				row.Flags = own
			}
			rows[c.Group] = append(rows[c.Group], row)
		}
	}
	for i, name := range table.Groups() {
		slices.SortStableFunc(rows[name], func(a, b Row) int { return strings.Compare(a.Code, b.Code) })
		if i == 0 {
			sortMajors(rows[name])
		}
		if len(rows[name]) > 0 {
			groups = append(groups, Group{Name: name, Rows: rows[name]})
		}
	}
	return groups, stale
}

// bases are the currencies that today's board has, the paper's own among them.
func (s *Site) bases(b market.Board, current currency.Code) []Link {
	table := s.ledger.Currencies()
	own := Link{Text: string(b.Base) + " " + table.Name(b.Base, "en"), Href: string(b.Base), Current: b.Base == current}
	list, known := []Link{own}, own.Current
	for _, price := range b.Prices {
		_, code, _ := price.Symbol.Pair()
		known = known || code == current
		list = append(list, Link{Text: string(code) + " " + table.Name(code, "en"), Href: string(code), Current: code == current})
	}
	if !known {
		list = append(list, Link{Text: string(current) + " " + table.Name(current, "en"), Href: string(current), Current: true})
	}
	return list
}

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
	Why                        string
	Aside                      []Aside
	Facts                      []Fact
	Pegs                       []Fact
	Scales                     []Fact
	Spark                      string // SVG
	History                    []Row
}

// Aside is what another source said, and why it was not chosen.
type Aside struct {
	Row
	Why string
	Off string // how far it is from the chosen value, in per cent; empty for that itself
}

func (s *Site) asidesOf(list []market.SetAside, sources market.Sources) []Aside {
	asides := make([]Aside, len(list))
	for i, o := range list {
		asides[i] = Aside{Row: s.rowOf(o.Offer, market.Move{}, sources), Why: o.Why, Off: render.Percent(o.Off)}
	}
	return asides
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

// pegFacts are a currency's pegs, the first first.
func pegFacts(pegs []currency.Peg) (facts []Fact) {
	for _, p := range pegs {
		until := "in force"
		if !p.Until.IsZero() {
			until = "until " + dateOf(p.Until)
		}
		since := "beginning not known, "
		if !p.Since.IsZero() {
			since = "since " + dateOf(p.Since) + ", "
		}
		facts = append(facts, Fact{
			Term: p.Rate.String() + " for one " + string(p.Anchor),
			Text: p.Regime + ", " + since + until + ". " + p.Authority + ". Known from: " + p.Source,
		})
	}
	return facts
}

// scaleFacts are a currency's redenominations, the first first.
func scaleFacts(all iter.Seq[currency.Redenomination]) (facts []Fact) {
	for r := range all {
		when := "announced"
		if !r.Effective.IsZero() {
			when = dateOf(r.Effective)
		}
		facts = append(facts, Fact{
			Term: when,
			Text: r.OldPerNew.String() + " old " + string(r.From) + " became one new " + string(r.To) + ". Known from: " + r.Source,
		})
	}
	return facts
}

const sparkDays = 30 // values of the small line

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
		Facts: factsOf(c), Pegs: pegFacts(table.Pegs(code)), Scales: scaleFacts(table.Redenominations(code)),
	}
	asOf = asOf.Resolved(s.o.Now())
	if err := s.worth(ctx, &p, market.Pair(base, code), asOf, t); err != nil {
		return nil, err
	}
	if p.Price != nil {
		b, err := s.marked(ctx, base, a, asOf)
		if err != nil {
			return nil, err
		}
		*p.Price = b.on(*p.Price)
	}
	p.Frame = s.frame(t, a, c.Name+" ("+p.Code+")", "What the "+c.Name+" is worth, who says so, and what is known of it.")
	return currencyPage(p), nil
}

// worth fills the price and its history; a currency that nobody has quoted has neither, and says so.
func (s *Site) worth(ctx context.Context, p *CurrencyPage, pair market.Symbol, asOf market.AsOf, t today) error {
	price, err := s.ledger.Rate(ctx, pair, asOf)
	if err != nil {
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
		p.Missing = fault.Sentence(err)
		return nil
	}
	row := s.pairRow(price, t, nil)
	p.Price, p.Why, p.Aside = &row, price.Why, s.asidesOf(price.SetAside, t.sources)
	history, err := s.ledger.History(ctx, pair, asOf)
	if err != nil {
		return err
	}
	p.Spark = sparkOf(history)
	for _, h := range history {
		p.History = append(p.History, s.rowOf(h.Offer, h.Move, t.sources))
	}
	return nil
}

// formDay is what the field of a day can hold of what was asked: of an instant nothing.
func formDay(text string) string {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return ""
	}
	return text
}
