package market

import (
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Fraction is a price as a fraction of exact numbers, over ÷ under: what it rests on, before anything was rounded. An
// amount is converted with it, so that the last digit of a large one is right too. At is the moment of the AsOf at which
// the price was settled: it says which ties were in force. The error is fault.Invalid for a price that does not follow
// from what it rests on.
func (p Price) Fraction(table *currency.Table, at time.Time) (over, under currency.Decimal, err error) {
	base, quote, ok := p.Symbol.Pair()
	if !ok {
		return over, under, fault.Because(fault.Invalid, "%s is no pair of currencies", p.Symbol)
	}
	if p.How != Fixed {
		return p.Chain(base, quote)
	}
	b, q := tieOn(table, base, at), tieOn(table, quote, at)
	over, under = q.over.Mul(b.under), q.under.Mul(b.over)
	if b.anchor == q.anchor {
		return over, under, nil
	}
	first, second, err := p.Chain(b.anchor, q.anchor)
	return over.Mul(first), under.Mul(second), err
}

// Chain multiplies the observations that an offer rests on from one currency to another, as a fraction over ÷ under. The
// error is fault.Invalid where they do not lead there.
func (o Offer) Chain(from, to currency.Code) (over, under currency.Decimal, err error) {
	over, under = one, one
	for _, said := range o.From {
		switch base, quote, _ := said.Symbol.Pair(); from {
		case base:
			over, from = over.Mul(said.Value), quote
		case quote:
			under, from = under.Mul(said.Value), base
		default:
			return over, under, fault.Because(fault.Invalid, "%s does not lead on from %s", said.Symbol, from)
		}
	}
	if from != to {
		return over, under, fault.Because(fault.Invalid, "what the price rests on leads to %s, not to %s", from, to)
	}
	return over, under, nil
}
