package site

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/spelling"
	"github.com/courant-news/courant/internal/web"
)

// SharesPage is every listing of which a price was heard. What a search does not find stays in the page, hidden.
type SharesPage struct {
	Frame
	AsOf, Query, Sort string // as asked
	Newest            Time   // of all prices
	Stale             bool   // nothing newer is known where there should be
	Count, Found      int
	Groups            []Group // by market, or one where the list is sorted by something else
	Columns           map[column]Head
	Markets           string           // address of the list by market, where it is sorted otherwise
	Follows           templ.Attributes // nil where it is a page of the past
	All, Line         string           // how many there are, and what the search found, in words
}

func (s *Site) shares(ctx context.Context, a ask) (web.Component, error) {
	asOf, err := market.ParseAsOf(a.query.Get("as-of"), "")
	if err != nil {
		return nil, err
	}
	o, err := parseOrder(a.query.Get("sort"))
	if err != nil {
		return nil, err
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	asOf = asOf.Resolved(s.o.Now())
	quotes, err := s.ledger.Quotes(ctx, asOf)
	if err != nil {
		return nil, err
	}
	p := SharesPage{AsOf: a.query.Get("as-of"), Query: a.query.Get("q"), Sort: a.query.Get("sort"), Count: len(quotes), Columns: headsOf(o, a)}
	rows, newest, stale := s.shareRows(quotes, asOf.At, t, a)
	for _, r := range rows {
		if !r.Hidden {
			p.Found++
		}
	}
	p.Newest, p.Stale = t.hand.day(newest), stale
	if p.AsOf == "" {
		p.Follows = follow{topic: sharesTopic, state: sharesState(rows, stale)}.attributes()
	}
	if o == (order{}) {
		p.Groups = t.byMarket(rows, asOf.At)
	} else {
		p.Markets = address(a.r.URL.Path, without(a.query, "sort"))
		p.Groups = o.sorted(rows)
	}
	p.All, p.Line = sharesOf(p.Count), sharesOf(p.Count)
	if strings.TrimSpace(p.Query) != "" {
		p.Line = strconv.Itoa(p.Found) + " of " + p.All
	}
	p.Frame = s.frame(t, a, "Shares", "The last price of every listing that the paper knows, with its source and its session.")
	return sharesPage(p), nil
}

func sharesOf(n int) string {
	if n == 1 {
		return "1 listing"
	}
	return strconv.Itoa(n) + " listings"
}

// shareRows are the rows of the list at a moment. Where even the newest price is old the list says it once.
func (s *Site) shareRows(quotes []market.Quote, at time.Time, t today, a ask) (rows []placed, newest time.Time, stale bool) {
	for _, q := range quotes {
		rows = append(rows, s.sharePlaced(q, at, t, a))
		if q.At.After(newest) {
			newest = q.At
		}
	}
	for i := range rows {
		old := rows[i].once(rows[i].Price.At, newest)
		stale = stale || old
	}
	return rows, newest, stale
}

// sharePlaced is a row of the list, with what it is sorted by.
func (s *Site) sharePlaced(q market.Quote, at time.Time, t today, a ask) placed {
	query := without(without(a.query, "q"), "sort")
	mic, ticker, _ := q.Symbol.Listing()
	row := s.listingRow(q, t, query)
	row.Name = q.Instrument.Name
	row.Flags = append(s.statusFlags(q.Symbol, at), row.Flags...)
	wanted := spelling.Fold(strings.TrimSpace(a.query.Get("q")))
	row.Hidden = !strings.HasPrefix(spelling.Fold(ticker), wanted) && !strings.Contains(spelling.Fold(row.Name), wanted)
	return placed{Row: row, group: string(mic), Price: market.Price{Symbol: q.Symbol, Offer: q.Offer, Move: q.Move}}
}

// statusFlags is what a listing is at a moment, where it is not simply listed.
func (s *Site) statusFlags(symbol market.Symbol, at time.Time) []Flag {
	now, err := s.ledger.Listings().StatusOn(symbol, at)
	if err != nil || now.Status == market.StatusListed {
		return nil
	}
	return []Flag{{Flag: market.Flag{Code: market.Delisted, Word: string(now.Status), Text: now.Text, Source: now.Source, Doubt: true}}}
}

// byMarket puts rows under their markets, each with what it does at a moment.
func (t today) byMarket(rows []placed, at time.Time) (groups []Group) {
	slices.SortStableFunc(rows, func(a, b placed) int { return strings.Compare(a.group, b.group) })
	for i, r := range rows {
		if i == 0 || r.group != rows[i-1].group {
			state := t.hand.stateOf(market.MIC(r.group), at)
			groups = append(groups, Group{Name: state.Name, State: state.Words, Basis: state.Basis, Hidden: true})
		}
		g := &groups[len(groups)-1]
		g.Rows, g.Hidden = append(g.Rows, r.Row), g.Hidden && r.Hidden
	}
	return groups
}
