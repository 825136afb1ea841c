package site

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/render"
	"github.com/courant-news/courant/internal/web"
)

// Group is a part of the board under its heading; without one where the board is sorted by something else.
type Group struct {
	Name   string
	State  string // of a market, in words; what that rests on
	Basis  string
	Rows   []Row
	Hidden bool // the search finds none of them
}

// BoardPage is every currency against one base. What a search does not find stays in the page, hidden, so that another
// search needs no other page.
type BoardPage struct {
	Frame
	Heading       string
	Base          string // code
	AsOf          string // as asked; empty: now
	KnownAt       string
	Known         Time   // the same as a moment
	Now           string // address of the same board as it is known now
	Query, Sort   string
	Newest        Time
	Age           string
	Stale         bool // nothing newer than Newest is known where there should be
	Count, Found  int
	Groups        []Group
	Columns       map[column]Head
	Regions       string           // address of the board in its groups, where it is sorted otherwise
	Bases         []Link           // every currency that can be the base; Href is the code
	Convert, Line string           // address of the converter; what the search found, in words
	Follows       templ.Attributes // nil where it is a board of the past
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
	o, err := parseOrder(a.query.Get("sort"))
	if err != nil {
		return nil, err
	}
	b, err := s.marked(ctx, base, a, asOf.Resolved(s.o.Now()), t)
	if err != nil {
		return nil, err
	}
	name := s.ledger.Currencies().Name(base, "en")
	p := BoardPage{
		Base: string(base), AsOf: a.query.Get("as-of"), KnownAt: a.query.Get("known-at"), Query: a.query.Get("q"), Sort: a.query.Get("sort"),
		Newest: t.hand.time(b.Newest), Age: ageOf(b.Newest, b.AsOf.At), Count: len(b.Prices) + len(b.Tied),
		Columns: headsOf(o, a), Convert: convertPath(base, t.opposite(base), a.query), Bases: s.bases(t.board, base),
	}
	if p.KnownAt != "" {
		p.Known = t.hand.time(asOf.Known)
	}
	p.Now = address(a.r.URL.Path, without(a.query, "known-at"))
	var rows []placed
	rows, p.Stale, p.Found = s.rows(a, b, t)
	if o == (order{}) {
		p.Groups = s.grouped(rows)
	} else {
		p.Regions = address(a.r.URL.Path, without(a.query, "sort"))
		p.Groups = o.sorted(rows)
	}
	p.Heading = name + " against " + currenciesOf(p.Count)
	p.Line = tallyOf(p.Found, p.Count, p.Query)
	p.Frame = s.frame(t, a, p.Heading, "What one "+name+" buys, each rate with its source and its day.")
	if p.AsOf == "" && p.KnownAt == "" {
		p.Follows = follow{topic: boardTopic + string(base), state: s.boardState(b, t)}.attributes()
	}
	return boardPage(p), nil
}

func currenciesOf(n int) string {
	if n == 1 {
		return "1 currency"
	}
	return strconv.Itoa(n) + " currencies"
}

// tallyOf says how many of a board's currencies a search finds.
func tallyOf(found, all int, query string) string {
	if strings.TrimSpace(query) == "" {
		return currenciesOf(all)
	}
	return strconv.Itoa(found) + " of " + currenciesOf(all)
}

// without is a query less one of its parameters.
func without(query url.Values, name string) url.Values {
	less := url.Values{}
	for k, v := range query {
		if k != name {
			less[k] = v
		}
	}
	return less
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

// placed is a row with what it is put in its place by.
type placed struct {
	Row
	group string
	market.Price
}

// rows are the rows of a board, each with its line. Where even the newest rate is old the board says it once, at its head,
// and not in each row again.
func (s *Site) rows(a ask, b marked, t today) (rows []placed, stale bool, found int) {
	table := s.ledger.Currencies()
	matches := map[currency.Code]bool{}
	for _, c := range table.Search(a.query.Get("q")) {
		matches[c.Code] = true
	}
	for _, price := range slices.Concat(b.Prices, b.Tied) {
		_, quote, _ := price.Symbol.Pair()
		c, err := table.Currency(quote)
		if err != nil {
			continue
		}
		row, old := s.boardRow(price, b, t, a.query)
		stale = stale || old
		row.Spark = b.sparks[quote]
		if row.Hidden = !matches[quote]; !row.Hidden {
			found++
		}
		rows = append(rows, placed{row, c.Group, price})
	}
	return rows, stale, found
}

// once takes off a row of the newest moment that it is old, and says whether it was: its table says it once.
func (r *Row) once(at, newest time.Time) (stale bool) {
	if !at.Equal(newest) {
		return false
	}
	own := slices.DeleteFunc(slices.Clone(r.Flags), func(f Flag) bool { return f.Code == market.Stale })
	stale = len(own) < len(r.Flags)
	r.Flags = own
	return stale
}

// boardRow is the row of a price on a board. That even the newest is old the board says once, not the row.
func (s *Site) boardRow(price market.Price, b marked, t today, query url.Values) (row Row, stale bool) {
	row = b.on(s.pairRow(price, t, query))
	if len(price.From) > 0 { // what a law alone fixes grows no older
		row.Days = daysOf(price.At, b.AsOf.At)
	}
	stale = row.once(price.At, b.Newest)
	return row, stale
}

// grouped puts rows under the headings of the table of currencies.
func (s *Site) grouped(all []placed) (groups []Group) {
	for i, name := range s.ledger.Currencies().Groups() {
		g := Group{Name: name, Hidden: true}
		for _, r := range all {
			if r.group == name {
				g.Rows, g.Hidden = append(g.Rows, r.Row), g.Hidden && r.Hidden
			}
		}
		slices.SortStableFunc(g.Rows, func(a, b Row) int { return strings.Compare(a.Code, b.Code) })
		if i == 0 {
			sortMajors(g.Rows)
		}
		if len(g.Rows) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// sparksOf draws the last sessions of a board's currencies, as far as they were known.
func (s *Site) sparksOf(ctx context.Context, b market.Board) (map[currency.Code]string, error) {
	const sessions, within = 30, 62 // days within which so many lie, whatever the holidays
	sparks := map[currency.Code]string{}
	if b.Newest.IsZero() {
		return sparks, nil
	}
	to := b.AsOf.At.UTC().Truncate(24 * time.Hour)
	if newest := b.Newest.UTC().Truncate(24 * time.Hour); newest.Before(to) {
		to = newest
	}
	courses, err := s.ledger.Courses(ctx, b.Base, nil, market.Span{From: to.AddDate(0, 0, -within), To: to})
	if err != nil {
		return nil, err
	}
	for _, c := range courses {
		series := make([]currency.Decimal, 0, len(c.Days))
		for i := range c.Days {
			if day := &c.Days[i]; day.AtMicro() <= b.AsOf.At.UnixMicro() && day.SeenMicro() <= b.AsOf.Known.UnixMicro() {
				series = append(series, day.Value())
			}
		}
		sparks[c.Quote] = render.Sparkline(series[max(0, len(series)-sessions):])
	}
	return sparks, nil
}

// bases are the currencies that today's board has, the paper's own among them, and the current one where there is any.
func (s *Site) bases(b market.Board, current currency.Code) []Link {
	table := s.ledger.Currencies()
	own := Link{Text: string(b.Base) + " " + table.Name(b.Base, "en"), Href: string(b.Base), Current: b.Base == current}
	list, known := []Link{own}, own.Current
	for _, price := range b.Prices {
		_, code, _ := price.Symbol.Pair()
		known = known || code == current
		list = append(list, Link{Text: string(code) + " " + table.Name(code, "en"), Href: string(code), Current: code == current})
	}
	if !known && current != "" {
		list = append(list, Link{Text: string(current) + " " + table.Name(current, "en"), Href: string(current), Current: true})
	}
	return list
}
