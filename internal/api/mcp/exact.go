package mcp

import (
	"fmt"
	"math/big"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// fraction is a rate before it was rounded to so many digits.
type fraction struct{ over, under currency.Decimal }

// whole is the fraction of a currency in itself.
func whole() fraction { return fraction{currency.DecimalFromInt(1), currency.DecimalFromInt(1)} }

func (f fraction) times(x fraction) fraction {
	return fraction{f.over.Mul(x.over), f.under.Mul(x.under)}
}

func (f fraction) turned() fraction { return fraction{f.under, f.over} }

// exactly is a price as the fraction that it was rounded from, so that a large amount is right to its last digit too. The
// error is fault.Internal: the two must be the same.
func exactly(p market.Price, table *currency.Table, at time.Time) (fraction, error) {
	base, quote, _ := p.Symbol.Pair()
	var f fraction
	var ok bool
	if p.How != market.Fixed {
		f, ok = across(base, quote, p.From)
	} else {
		fromBase, baseAnchor := tied(base, table, at)
		fromQuote, quoteAnchor := tied(quote, table, at)
		between := whole()
		ok = baseAnchor == quoteAnchor
		if !ok {
			between, ok = across(baseAnchor, quoteAnchor, p.From)
			between = rounded(between) // as it was when it was multiplied
		}
		f = fromBase.times(between).times(fromQuote.turned())
	}
	if ok {
		value, err := f.over.Quo(f.under, market.CrossDigits)
		ok = err == nil && value.Equal(p.Value.RoundDigits(market.CrossDigits))
	}
	if !ok {
		return f, fmt.Errorf("%w: %s at %s of %s does not follow from what it rests on", fault.Internal, p.Value, p.Symbol, p.Source)
	}
	return f, nil
}

// across is the rate of a pair by one observation, or by two that have a third currency in common.
func across(base, quote currency.Code, from []market.Observation) (fraction, bool) {
	f := whole()
	for _, o := range from {
		a, b, _ := o.Symbol.Pair()
		step := fraction{o.Value, currency.DecimalFromInt(1)}
		switch base {
		case a:
			f, base = f.times(step), b
		case b:
			f, base = f.times(step.turned()), a
		default:
			return f, false
		}
	}
	return f, base == quote
}

// rounded is a fraction as a price has it.
func rounded(f fraction) fraction {
	if f.under.Equal(currency.DecimalFromInt(1)) {
		return f
	}
	if value, err := f.over.Quo(f.under, market.CrossDigits); err == nil {
		return fraction{value, currency.DecimalFromInt(1)}
	}
	return f
}

// tied is what a currency is in its anchor, by a law or a promise, and which that is; the currency itself where there is
// none.
func tied(code currency.Code, table *currency.Table, at time.Time) (fraction, currency.Code) {
	peg, ok := table.PegOn(code, at)
	switch {
	case !ok || !peg.Hard():
		return whole(), code
	case !peg.Inverse.IsZero(): // the official figure is the other way round
		return fraction{peg.Inverse, currency.DecimalFromInt(1)}, peg.Anchor
	}
	return fraction{currency.DecimalFromInt(1), peg.Rate}, peg.Anchor
}

// of is an amount at the rate, rounded once, half to even, to so many places; to twelve significant digits where these are
// below zero. The error is fault.Invalid for an amount that is too long to be written.
func (f fraction) of(amount currency.Decimal, places int) (currency.Decimal, error) {
	if places < 0 {
		return amount.Mul(f.over).Quo(f.under, market.CrossDigits)
	}
	exact := new(big.Rat).Mul(amount.Rat(), new(big.Rat).Quo(f.over.Rat(), f.under.Rat()))
	unit := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	units := halfEven(exact.Mul(exact, unit))
	text := new(big.Rat).Quo(new(big.Rat).SetInt(units), unit).FloatString(places)
	result, err := currency.ParseDecimal(text)
	if err != nil {
		return result, fault.Because(fault.Invalid, "the result has %d characters, more than an amount may have", len(text))
	}
	return result, nil
}

// halfEven is the nearest whole number, of two the even one.
func halfEven(r *big.Rat) *big.Int {
	n, rest := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int)) // towards below: the rest is never negative
	switch twice := rest.Lsh(rest, 1).Cmp(r.Denom()); {
	case twice > 0, twice == 0 && n.Bit(0) == 1:
		n.Add(n, big.NewInt(1))
	}
	return n
}
