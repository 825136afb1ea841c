package market

import (
	"context"
	"fmt"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Exchange is what one unit of a currency was worth in another, for an amount that was paid out in another currency than that of
// the share.
type Exchange struct {
	Price
	Said        string           // by whom, as readers know it
	Over, Under currency.Decimal // the price as a fraction of exact numbers; see [Price.Fraction]
}

// Exchanges says what a pair was worth at a moment. The error is fault.NotFound where no rate is known that can be relied on:
// none is current then, or it is in doubt, or only claimed by a page.
type Exchanges func(pair Symbol, at time.Time) (Exchange, error)

// exchange is a price by which an amount may be converted, settled at a moment.
func (f Facts) exchange(p Price, at time.Time) (Exchange, error) {
	x := Exchange{Price: p, Said: f.Sources[p.Source].name(p.Source)}
	for _, flag := range p.Flags {
		if flag.Doubt || flag.Code == Claimed {
			return x, fault.Because(fault.NotFound, "no rate of %s can be relied on: %s", p.Symbol, flag.Text)
		}
	}
	var err error
	x.Over, x.Under, err = p.Fraction(f.Currencies, at)
	return x, err
}

// exchange implements [Exchanges] of what was heard.
func (s *sheaf) exchange(pair Symbol, at time.Time) (Exchange, error) {
	p, err := s.settler().price(pair, at)
	if err != nil {
		return Exchange{}, err
	}
	return s.facts.exchange(p, at)
}

// exchanges are those of the ledger as it was known at a moment, each read once. A failure of the store is kept, for it is no reason
// to say that there is no rate.
func (l *Ledger) exchanges(ctx context.Context, facts Facts, known time.Time) (of Exchanges, failed *error) {
	failed = new(error)
	read := func(pair Symbol, at time.Time) (Exchange, error) {
		p, err := l.Rate(ctx, pair, AsOf{At: at, Known: known})
		if err != nil {
			if kind := fault.KindOf(err); kind != fault.NotFound && kind != fault.Invalid { // of what is no currency there is no rate
				*failed = fmt.Errorf("read the rate of %s: %w", pair, err)
			}
			return Exchange{}, err
		}
		return facts.exchange(p, at)
	}
	type question struct {
		pair Symbol
		at   int64
	}
	type answer struct {
		Exchange
		error
	}
	asked := map[question]answer{}
	return func(pair Symbol, at time.Time) (Exchange, error) {
		q := question{pair, at.UnixMicro()}
		a, ok := asked[q]
		if !ok {
			a.Exchange, a.error = read(pair, at)
			asked[q] = a
		}
		return a.Exchange, a.error
	}, failed
}

// Adjust is [Listings.Adjust] of the listings that the ledger knows, by the rates that it knew at a moment; zero: now.
func (l *Ledger) Adjust(ctx context.Context, s Symbol, previous currency.Decimal, on, later, known time.Time) (AdjustedClose, error) {
	facts, err := l.facts(ctx)
	if err != nil {
		return AdjustedClose{}, fmt.Errorf("read the sources: %w", err)
	}
	exchanges, failed := l.exchanges(ctx, facts, AsOf{Known: known}.Resolved(l.now()).Known)
	a, err := l.listings.Adjust(s, previous, on, later, exchanges)
	if *failed != nil {
		return AdjustedClose{}, *failed
	}
	return a, err
}

// payment is what an event paid for an old share in the unit of its price, as a fraction of exact numbers.
type payment struct {
	over, under currency.Decimal
	by          Exchange // the rate, where it was paid in another currency
}

// paid is what an event paid for a share whose price is in a unit, or why that is not known. The rate is that of the end of the day
// before, to which the price belongs that it is taken off.
func (e Event) paid(unit Unit, exchanges Exchanges) (p payment, why string) {
	if in, ok := e.Unit.In(unit, e.Amount); ok || e.Amount.IsZero() {
		return payment{over: in, under: one}, ""
	}
	if exchanges != nil {
		x, err := exchanges(Pair(e.Unit.Currency, unit.Currency), e.Date.First().Add(-time.Microsecond))
		if err == nil {
			return payment{x.Over.Mul(e.Unit.Money(e.Amount)), x.Under.Mul(unit.Worth), x}, ""
		}
	}
	return p, fmt.Sprintf("%s paid %s %s a share, at no known rate in %s", e.named(), e.Amount, e.Unit.Code, unit.Code)
}
