package market

import (
	"context"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// Glance is a board without its reasons, as programs want it: of its prices Why and SetAside are empty.
type Glance struct {
	Board
	Weighed []SourceID // all sources that had something to say of these prices, those set aside too, by ID
	Seen    time.Time  // when the youngest number was learnt that was weighed
}

// Glance settles as [Ledger.Board] does, the quotes named, or all where none is named, and gives no reasons: where the store
// has its numbers in memory, that costs a small part of what they do.
func (l *Ledger) Glance(ctx context.Context, base currency.Code, quotes []currency.Code, asOf AsOf) (Glance, error) {
	heard, asOf, err := l.spread(ctx, base, asOf)
	if err != nil {
		return Glance{}, err
	}
	if heard == nil {
		b, err := l.Board(ctx, base, asOf)
		return b.glance(quotes), err
	}
	defer l.spreads.Put(heard)
	heard.read()
	s := settler{heard.facts, heard, true}
	return heard.glance(s.board(base, asOf), quotes), nil
}

// glance leaves out the reasons of a board, and what nobody asked for.
func (b Board) glance(quotes []currency.Code) Glance {
	g := Glance{Board: b.of(quotes)}
	for p := range g.All() {
		g.weigh(p)
		for _, o := range p.SetAside {
			g.Weighed = append(g.Weighed, o.Source)
			g.saw(o.Seen)
		}
		p.Why, p.SetAside = "", nil
	}
	return g.sorted()
}

// of is the board with some prices only, or with all.
func (b Board) of(quotes []currency.Code) Board {
	others := func(p Price) bool {
		_, quote, _ := p.Symbol.Pair()
		return !slices.Contains(quotes, quote)
	}
	if quotes != nil {
		b.Prices, b.Tied = slices.DeleteFunc(b.Prices, others), slices.DeleteFunc(b.Tied, others)
	}
	return b
}

// weigh counts what a price itself rests on.
func (g *Glance) weigh(p *Price) {
	g.Weighed = append(g.Weighed, p.Source)
	g.saw(p.Seen)
	for _, o := range p.Move.Basis {
		g.saw(o.Seen)
	}
}

func (g *Glance) saw(seen time.Time) {
	if seen.After(g.Seen) {
		g.Seen = seen
	}
}

func (g Glance) sorted() Glance {
	slices.Sort(g.Weighed)
	g.Weighed = slices.Compact(g.Weighed)
	return g
}
