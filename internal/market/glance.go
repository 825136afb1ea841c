package market

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
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
	b, heard, err := l.spread(ctx, base, asOf, glanced)
	switch {
	case err != nil:
		return Glance{}, err
	case heard == nil:
		return b.glance(quotes), nil
	}
	g := heard.glance(b, quotes)
	l.spreads.Put(heard)
	return g, nil
}

// Values settles as [Ledger.Board] does, and gives of each price no more than the offer, and whether that is stale: of a board in memory
// all else costs several times as much.
func (l *Ledger) Values(ctx context.Context, base currency.Code, asOf AsOf) (Board, error) {
	b, heard, err := l.spread(ctx, base, asOf, valued)
	if heard != nil {
		l.spreads.Put(heard)
	}
	if err != nil || heard != nil {
		return b, err
	}
	facts, err := l.facts(ctx)
	for p := range b.All() {
		*p = facts.bare(p.Symbol, p.Offer, b.AsOf.At)
	}
	return b, err
}

// bare is a price as [Ledger.Values] has it.
func (f Facts) bare(pair Symbol, o Offer, at time.Time) Price {
	p := Price{Symbol: pair, Offer: o}
	if o.Source != TableID && !f.Sources.fresh(o, at) {
		p.Flags = []Flag{stale(o, at)}
	}
	return p
}

// spread settles a board from the tracks; where a store has none, as ever, and there is no spread. The caller gives it back.
func (l *Ledger) spread(ctx context.Context, base currency.Code, asOf AsOf, d depth) (Board, *spread, error) {
	tracks, ok := l.store.Tracks()
	if !ok {
		b, err := l.Board(ctx, base, asOf)
		return b, nil, err
	}
	if _, err := l.currencies.Currency(base); err != nil {
		return Board{}, nil, fault.Because(fault.Invalid, "the base of a board: %w", err)
	}
	asOf = asOf.Resolved(l.now())
	facts, err := l.facts(ctx)
	if err != nil {
		return Board{}, nil, fmt.Errorf("read the sources: %w", err)
	}
	heard := l.spreads.Get().(*spread)
	heard.listen(tracks, facts, asOf, d)
	return (&settler{facts, heard, d}).board(base, asOf), heard, nil
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
