package native

import (
	"slices"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// board is every currency against one. Its rates are written as lists.
type board struct {
	Base    currency.Code   `json:"base" doc:"the currency of which one unit is priced"`
	AsOf    *time.Time      `json:"as_of,omitempty" doc:"as asked; left out: now"`
	KnownAt *time.Time      `json:"known_at,omitempty" doc:"as asked; left out: now"`
	Count   int             `json:"count" doc:"rates that are quoted"`
	Rates   []rate          `json:"rates" doc:"by code"`
	Tied    []rate          `json:"tied" doc:"of currencies that nobody quotes, but that are fixed to one that an official source does"`
	Missing []currency.Code `json:"missing,omitempty" doc:"of those asked for, which nobody has quoted"`
	Sources []voice         `json:"sources" doc:"whose numbers stand here"`
}

func (n *native) board(q query) (found, error) {
	base, err := n.base(q)
	if err != nil {
		return found{}, err
	}
	quotes, _ := given[[]currency.Code](q, "quotes")
	for _, code := range quotes {
		if _, err := n.Ledger().Currencies().Currency(code); err != nil {
			return found{}, fault.Because(fault.Invalid, "quotes: %w", err)
		}
	}
	asked := q.asOf(n.Now())
	b, err := n.Ledger().Glance(q.Context(), base, quotes, asked.AsOf)
	if err != nil {
		return found{}, err
	}
	inverse, _ := given[string](q, "inverse")
	w := writer{n.Ledger().Currencies(), b.AsOf.At, q.digits(), inverse == "true"}
	out := board{Base: base, AsOf: asked.At, KnownAt: asked.Known, Rates: []rate{}, Tied: []rate{}, Missing: slices.Clone(quotes)}
	t, f := newTally(), found{}
	for _, part := range []struct {
		name   string
		prices []market.Price
	}{{"rates", b.Prices}, {"tied", b.Tied}} {
		rates := make([]rate, len(part.prices))
		for i, p := range part.prices {
			if rates[i], err = w.rate(p); err != nil {
				return found{}, err
			}
			t.add(p.Offer)
			out.Missing = slices.DeleteFunc(out.Missing, func(c currency.Code) bool { return c == rates[i].Code })
		}
		f.lists = append(f.lists, listed(part.name, rates))
	}
	out.Count = len(b.Prices)
	if out.Sources, err = n.voices(q.Context(), t.sources()); err != nil {
		return found{}, err
	}
	f.whole = out
	t.weighed(b)
	return t.close(f, asked.past(n.Now())), nil
}

// explained is a rate with why it was chosen, and what was not.
type explained struct {
	rate
	Why      string     `json:"why" doc:"why this one was chosen"`
	SetAside []setAside `json:"set_aside" csv:"-" doc:"what the other sources say"`
}

// setAside is what another source says, and why it was not chosen.
type setAside struct {
	Source     market.SourceID `json:"source" doc:"who says it"`
	Value      api.Number      `json:"value" doc:"units of the quote currency for one of the base"`
	At         time.Time       `json:"at" doc:"about when it speaks"`
	Seen       time.Time       `json:"seen" doc:"when it was learnt"`
	How        market.How      `json:"how" enum:"said inverse cross fixed" doc:"as of a rate"`
	PercentOff api.Number      `json:"percent_off" doc:"how far it is from the chosen value, in per cent of that"`
	From       []observation   `json:"from" doc:"the observations that it rests on"`
	Why        string          `json:"why" doc:"why it was not chosen"`
}

// rateReply is one pair.
type rateReply struct {
	explained
	Shown   string     `json:"shown" doc:"the value in the digits that the paper prints: a source's own, a computed one rounded to as many as what it rests on"`
	AsOf    *time.Time `json:"as_of,omitempty" doc:"as asked; left out: now"`
	KnownAt *time.Time `json:"known_at,omitempty" doc:"as asked; left out: now"`
	Sources []voice    `json:"sources" doc:"whose numbers stand here"`
}

func (n *native) rate(q query) (found, error) {
	pair, _ := given[market.Symbol](q, "pair")
	asked := q.asOf(n.Now())
	p, err := n.price(q, pair, asked)
	if err != nil {
		return found{}, err
	}
	w := writer{table: n.Ledger().Currencies(), at: asked.AsOf.At, digits: q.digits()}
	out := rateReply{Shown: p.Shown().String(), AsOf: asked.At, KnownAt: asked.Known}
	if out.rate, err = w.rate(p); err != nil {
		return found{}, err
	}
	out.Why, out.SetAside = p.Why, []setAside{}
	t := newTally()
	t.price(p)
	for _, o := range p.SetAside {
		t.add(o.Offer)
		out.SetAside = append(out.SetAside, setAside{
			Source: o.Source, Value: w.round(o.Value), At: o.At.UTC(), Seen: o.Seen.UTC(), How: o.How, PercentOff: w.round(o.Off),
			From: observations(o.From), Why: o.Why,
		})
	}
	if out.Sources, err = n.voices(q.Context(), t.sources()); err != nil {
		return found{}, err
	}
	return t.close(found{whole: out, rows: []any{out.explained}}, asked.past(n.Now())), nil
}

// price settles a pair that stands in an address: one with a code that no table knows is fault.NotFound.
func (n *native) price(q query, pair market.Symbol, asked asked) (market.Price, error) {
	p, err := n.Ledger().Rate(q.Context(), pair, asked.AsOf)
	switch {
	case err == nil:
		return p, nil
	case fault.KindOf(err) == fault.Invalid:
		return p, fault.Because(fault.NotFound, "%w", err)
	}
	return p, asked.unsaid(err)
}
