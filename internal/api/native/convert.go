package native

import (
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// conversion is an amount in another currency.
type conversion struct {
	From      currency.Code `json:"from" doc:"the currency of the amount"`
	To        currency.Code `json:"to" doc:"the currency of the result"`
	Amount    api.Number    `json:"amount" doc:"as asked"`
	Result    api.Number    `json:"result" doc:"rounded once, half to even, to so many places"`
	Places    int           `json:"places" doc:"those of the target's smallest coin in ISO 4217; 4 where it has none"`
	Unrounded api.Number    `json:"unrounded" doc:"to twelve significant digits, and to four more than the result has where that has more"`
	Rate      rate          `json:"rate" doc:"what it was converted by; the result is computed from what the rate rests on"`
}

// converted is a conversion with its sources.
type converted struct {
	conversion
	AsOf    *time.Time `json:"as_of,omitempty" doc:"as asked; left out: now"`
	KnownAt *time.Time `json:"known_at,omitempty" doc:"as asked; left out: now"`
	Sources []voice    `json:"sources" doc:"whose numbers stand here"`
}

// coinless is the number of places of an amount in what has no smallest coin: ounces, units of account.
const coinless = 4

// finer is how many digits more than a result what is called unrounded has at the least.
const finer = 4

func (n *native) convert(q query) (found, error) {
	from, _ := given[currency.Code](q, "from")
	to, _ := given[currency.Code](q, "to")
	sum, _ := given[currency.Decimal](q, "amount")
	table := n.Ledger().Currencies()
	for _, code := range []currency.Code{from, to} {
		if _, err := table.Currency(code); err != nil {
			return found{}, fault.Because(fault.Invalid, "%w", err)
		}
	}
	if from == to {
		return found{}, fault.Because(fault.Invalid, "from and to are both %s, which is always worth itself: name two currencies", from)
	}
	asked := q.asOf(n.Now())
	p, err := n.Ledger().Rate(q.Context(), market.Pair(from, to), asked.AsOf)
	if err != nil {
		return found{}, err
	}
	over, under, err := p.Fraction(table, asked.AsOf.At)
	if err != nil {
		return found{}, err
	}
	out := converted{conversion: conversion{From: from, To: to, Amount: api.Number(sum)}, AsOf: asked.At, KnownAt: asked.Known}
	target, _ := table.Currency(to) // known, see above
	if out.Places = target.MinorUnits; out.Places < 0 {
		out.Places = coinless
	}
	over = over.Mul(sum)
	result, err := over.QuoPlaces(under, out.Places)
	if err != nil {
		return found{}, err
	}
	unrounded, err := over.Quo(under, max(market.CrossDigits, result.Digits()+finer))
	if err != nil {
		return found{}, err
	}
	out.Result, out.Unrounded = api.Number(result), api.Number(unrounded)
	if out.Rate, err = (writer{table: table, at: asked.AsOf.At}).rate(p); err != nil {
		return found{}, err
	}
	t := newTally()
	t.price(p)
	if out.Sources, err = n.voices(q.Context(), t.sources()); err != nil {
		return found{}, err
	}
	return t.close(found{whole: out, rows: []any{out.conversion}}, asked.past(n.Now())), nil
}
