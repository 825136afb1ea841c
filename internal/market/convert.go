package market

import (
	"context"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Conversion is an amount in another currency.
type Conversion struct {
	From, To  currency.Code
	Amount    currency.Decimal // of From, as asked
	Result    currency.Decimal // of To, rounded once, half to even, to Places
	Places    int              // of To's smallest coin in ISO 4217; 4 where it has none
	Coin      bool             // it has one
	Unit      currency.Decimal // what one of From is worth, to [CrossDigits]
	Unrounded currency.Decimal // to twelve significant digits, and to four more than Result has where that has more
	Price     Price            // of one From in To; the result is computed from what it rests on
	// Over and Under are the price as a fraction of exact numbers; see [Price.Fraction].
	Over, Under currency.Decimal
}

const (
	coinless = 4 // places of an amount in what has no smallest coin: ounces, units of account
	finer    = 4 // how many digits more than a result what is called unrounded has at the least
)

// Convert converts an amount at the settled rate of a moment. The error is fault.Invalid for one that is no currency or for
// two that are the same, and fault.NotFound where nobody has said what the one is worth in the other.
func (l *Ledger) Convert(ctx context.Context, amount currency.Decimal, from, to currency.Code, asOf AsOf) (Conversion, error) {
	c := Conversion{From: from, To: to, Amount: amount}
	for _, code := range []currency.Code{from, to} {
		if _, err := l.currencies.Currency(code); err != nil {
			return c, fault.Because(fault.Invalid, "%w", err)
		}
	}
	if from == to {
		return c, fault.Because(fault.Invalid, "from and to are both %s, which is always worth itself: name two currencies", from)
	}
	p, err := l.Rate(ctx, Pair(from, to), asOf)
	if err != nil {
		return c, err
	}
	return p.Convert(l.currencies, asOf.At, amount)
}

// Convert converts an amount at a price, of which at is the moment of the AsOf at which it was settled; see [Price.Fraction].
func (p Price) Convert(known *currency.Table, at time.Time, amount currency.Decimal) (c Conversion, err error) {
	c.From, c.To, _ = p.Symbol.Pair()
	c.Amount, c.Price = amount, p
	if c.Over, c.Under, err = p.Fraction(known, at); err != nil {
		return c, err
	}
	return c.done(known)
}

// Back is the same amount the other way round, by the same rate.
func (c Conversion) Back(known *currency.Table) (Conversion, error) {
	c.From, c.To, c.Over, c.Under = c.To, c.From, c.Under, c.Over
	return c.done(known)
}

// done does the arithmetic.
func (c Conversion) done(known *currency.Table) (Conversion, error) {
	target, err := known.Currency(c.To)
	if err != nil {
		return c, fault.Because(fault.Invalid, "%w", err)
	}
	if c.Places, c.Coin = target.MinorUnits, true; c.Places < 0 {
		c.Places, c.Coin = coinless, false
	}
	over := c.Over.Mul(c.Amount)
	if c.Result, err = over.QuoPlaces(c.Under, c.Places); err != nil {
		return c, err
	}
	if c.Unrounded, err = over.Quo(c.Under, max(CrossDigits, c.Result.Digits()+finer)); err != nil {
		return c, err
	}
	c.Unit, err = c.Over.Quo(c.Under, CrossDigits)
	return c, err
}
