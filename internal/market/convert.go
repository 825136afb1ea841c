package market

import (
	"context"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Conversion is an amount in another currency.
type Conversion struct {
	From, To  currency.Code
	Amount    currency.Decimal // of From, as asked
	Result    currency.Decimal // of To, rounded once, half to even, to Places
	Places    int              // of To's smallest coin in ISO 4217; 4 where it has none
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
	c.Price = p
	over, under, err := p.Fraction(l.currencies, asOf.At)
	if err != nil {
		return c, err
	}
	target, _ := l.currencies.Currency(to) // known, see above
	if c.Places = target.MinorUnits; c.Places < 0 {
		c.Places = coinless
	}
	c.Over, c.Under = over, under
	over = over.Mul(amount)
	if c.Result, err = over.QuoPlaces(under, c.Places); err != nil {
		return c, err
	}
	c.Unrounded, err = over.Quo(under, max(CrossDigits, c.Result.Digits()+finer))
	return c, err
}
