package audit

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// searched is how many days back figures are looked for that a row may have been copied from.
const searched = 400

// Gather asks a ledger what it knew of a document's day: it settles, at the end of that day, every pair that a row or a
// sentence gives, and finds the earlier days of which a source said what a row prints. What a page alone says is left
// out: a page cannot confirm a page. The error is fault.Invalid where the document's date is no day.
func Gather(ctx context.Context, l *market.Ledger, d Document) (*Known, error) {
	if d.Date.Day == 0 {
		return nil, fault.Because(fault.Invalid, "what a ledger knew can only be asked of a day: say which with --date")
	}
	sources, err := l.Known(ctx)
	if err != nil {
		return nil, err
	}
	k := &Known{Prices: map[market.Symbol]market.Price{}, Sources: sources, Before: map[market.Symbol][]market.Offer{}}
	asOf := market.AsOf{At: d.Date.End().Add(-time.Microsecond)}
	for base, quotes := range pairsOf(d, l.Currencies()) {
		if err := k.settle(ctx, l, base, quotes, asOf); err != nil {
			return nil, err
		}
	}
	return k, k.lookBack(ctx, l, d)
}

// pairsOf are the pairs of known currencies that a document gives, by base.
func pairsOf(d Document, table *currency.Table) map[currency.Code][]currency.Code {
	pairs := map[currency.Code][]currency.Code{}
	add := func(base, quote currency.Code) {
		_, errBase := table.Currency(base)
		_, errQuote := table.Currency(quote)
		if errBase == nil && errQuote == nil && base != quote && !slices.Contains(pairs[base], quote) {
			pairs[base] = append(pairs[base], quote)
		}
	}
	for _, r := range d.Rows {
		add(r.Base, r.Quote)
	}
	for _, f := range figuresOf(d, table) {
		add(f.base, f.quote)
	}
	return pairs
}

// settle asks for the prices of some currencies against a base: all at once where they are many.
func (k *Known) settle(ctx context.Context, l *market.Ledger, base currency.Code, quotes []currency.Code, asOf market.AsOf) error {
	const many = 8
	var board market.Board
	var err error
	if len(quotes) >= many {
		if board, err = l.Board(ctx, base, asOf); err != nil {
			return err
		}
	}
	for _, quote := range quotes {
		p, ok := board.Price(quote)
		if len(quotes) < many {
			p, err = l.Rate(ctx, market.Pair(base, quote), asOf)
			if err != nil && !errors.Is(err, fault.NotFound) {
				return err
			}
			ok = err == nil
		}
		if ok && k.Sources[p.Source].Kind != market.Page {
			k.Prices[p.Symbol] = p
		}
	}
	return nil
}

// lookBack finds what was said of earlier days that is, digit for digit, what a row prints.
func (k *Known) lookBack(ctx context.Context, l *market.Ledger, d Document) error {
	printed := map[market.Symbol][]currency.Decimal{}
	var symbols []market.Symbol
	for _, r := range d.Rows {
		pair := market.Pair(r.Base, r.Quote)
		printed[pair] = append(printed[pair], r.Value)
		symbols = append(symbols, pair)
	}
	first := d.Date.First()
	said, err := l.Said(ctx, symbols, first.AddDate(0, 0, -searched), first.Add(-time.Microsecond))
	if err != nil {
		return err
	}
	for _, o := range slices.Backward(said) {
		if k.Sources[o.Source].Kind == market.Page || !slices.ContainsFunc(printed[o.Symbol], o.Value.Equal) {
			continue
		}
		k.Before[o.Symbol] = append(k.Before[o.Symbol], market.Offer{
			Source: o.Source, Value: o.Value, At: o.At, Seen: o.Seen, How: market.Said, From: []market.Observation{o},
		})
	}
	for _, offers := range k.Before {
		slices.SortStableFunc(offers, func(a, b market.Offer) int { return b.At.Compare(a.At) })
	}
	return nil
}
