package currency

import (
	"fmt"
	"math/big"

	"github.com/cockroachdb/apd/v3"

	"github.com/courant-news/courant/internal/fault"
)

// Add returns d + x, exactly.
func (d Decimal) Add(x Decimal) Decimal {
	if d.large == nil && x.large == nil {
		if sum, ok := d.small.plus(x.small); ok {
			return sum.decimal()
		}
	}
	var r apd.Decimal
	_, err := apd.BaseContext.Add(&r, d.full(), x.full()) // a context of precision 0 does not round
	return made("add", &r, err)
}

// Sub returns d - x, exactly.
func (d Decimal) Sub(x Decimal) Decimal {
	if d.large == nil && x.large == nil {
		if difference, ok := d.small.plus(x.small.turned()); ok {
			return difference.decimal()
		}
	}
	var r apd.Decimal
	_, err := apd.BaseContext.Sub(&r, d.full(), x.full())
	return made("subtract", &r, err)
}

// Mul returns d × x, exactly: the digits of both are kept, so a chain of products grows. Round before keeping it.
func (d Decimal) Mul(x Decimal) Decimal {
	if d.large == nil && x.large == nil {
		if product, ok := d.small.times(x.small); ok {
			return product.decimal()
		}
	}
	var r apd.Decimal
	_, err := apd.BaseContext.Mul(&r, d.full(), x.full())
	return made("multiply", &r, err)
}

// Quo returns d ÷ x rounded half to even to so many significant digits (at least 1). An exact quotient bears no
// trailing zeros (1 ÷ 4 is 0.25 to any number of digits above one); a rounded one bears all its digits, also where it
// was rounded up to a power of ten (1 ÷ 1.0000001 to six digits is 1.00000). Where the digits end before the point,
// zeros lead up to it: 19 ÷ 2 to one digit is 10, and 1000 ÷ 3 is 300.
// Division by zero is [fault.Invalid].
func (d Decimal) Quo(x Decimal, digits int) (Decimal, error) {
	if x.IsZero() {
		return Decimal{}, fault.Because(fault.Invalid, "cannot divide %s by zero", d)
	}
	if d.large == nil && x.large == nil {
		if quotient, ok := d.small.over(x.small, digits); ok {
			return quotient.decimal(), nil
		}
	}
	return d.quo(x, digits), nil
}

// quo is Quo of any numbers.
func (d Decimal) quo(x Decimal, digits int) Decimal {
	c := rounding(digits)
	var r apd.Decimal
	status, err := c.Quo(&r, d.full(), x.full())
	if err == nil && status.Inexact() {
		_, err = c.Round(&r, &r) // apd leaves a digit too many where rounding carried over: 1.000000
	}
	quotient := made("divide", &r, err)
	if !status.Inexact() {
		quotient = quotient.Trim()
	}
	return quotient
}

// QuoPlaces returns d ÷ x with exactly so many digits after the point, rounded once, half to even: an amount to the
// smallest coin. Fewer than none counts as none. Division by zero is [fault.Invalid].
func (d Decimal) QuoPlaces(x Decimal, places int) (Decimal, error) {
	if x.IsZero() {
		return Decimal{}, fault.Because(fault.Invalid, "cannot divide %s by zero", d)
	}
	places = max(places, 0)
	ratio := new(big.Rat).Quo(d.Rat(), x.Rat())
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	whole, rest := new(big.Int).QuoRem(scale.Mul(scale, ratio.Num()), ratio.Denom(), new(big.Int))
	twice := rest.Abs(rest).Lsh(rest, 1)
	if half := twice.Cmp(ratio.Denom()); half > 0 || half == 0 && whole.Bit(0) == 1 {
		whole.Add(whole, big.NewInt(int64(ratio.Sign())))
	}
	var r apd.Decimal
	r.Coeff.SetMathBigInt(whole.Abs(whole))
	r.Negative, r.Exponent = ratio.Sign() < 0, int32(-places)
	return made("divide", &r, nil), nil
}

// RoundDigits returns d rounded half to even to so many significant digits (at least 1), with zeros up to the point
// where they end before it: 123456 to two digits is 120000. A number of fewer digits keeps those it has.
func (d Decimal) RoundDigits(digits int) Decimal {
	c := rounding(digits)
	var r apd.Decimal
	_, err := c.Round(&r, d.full())
	return made("round", &r, err)
}

// RoundPlaces returns d with exactly so many digits after the point: rounded half to even, or filled with zeros.
// Fewer than none counts as none.
func (d Decimal) RoundPlaces(places int) Decimal {
	places = max(places, 0)
	// Quantize refuses results of more digits than the context's precision, so give it what the result can need.
	c := rounding(d.Digits() + places + 1)
	var r apd.Decimal
	_, err := c.Quantize(&r, d.full(), int32(-places))
	return made("round", &r, err)
}

// Trim returns d without trailing zeros after the point: 0.0200 becomes 0.02, and 100 stays.
func (d Decimal) Trim() Decimal {
	if d.large == nil {
		return d.small.trimmed().decimal()
	}
	var r apd.Decimal
	r.Reduce(d.large) // makes 1E+2 of 100.0, which made writes out
	return made("trim", &r, nil)
}

// Neg returns -d.
func (d Decimal) Neg() Decimal {
	if d.large == nil {
		return d.small.turned().decimal()
	}
	var r apd.Decimal
	r.Neg(d.large)
	return made("negate", &r, nil)
}

// Abs returns d without its sign.
func (d Decimal) Abs() Decimal {
	if d.Sign() < 0 {
		return d.Neg()
	}
	d.small.negative = false // of -0.00
	return d
}

// rounding returns a context that rounds to so many significant digits. Half to even, since rounding half up drifts
// when many figures are summed.
func rounding(digits int) apd.Context {
	return apd.Context{
		Precision:   uint32(max(digits, 1)),
		MaxExponent: apd.MaxExponent,
		MinExponent: apd.MinExponent,
		Rounding:    apd.RoundHalfEven,
	}
}

// made finishes what apd computed: in plain notation, as a parsed number is. Arithmetic makes no negative zero: only a source may write -0.00.
// The one thing that can go wrong is an exponent beyond ±100,000, which no chain of parsed figures reaches; a program
// that does is wrong, so it panics rather than print NaN.
func made(what string, r *apd.Decimal, err error) Decimal {
	if err != nil || r.Form != apd.Finite {
		panic(fmt.Sprintf("currency: %s: %v", what, err))
	}
	if r.Coeff.Sign() == 0 {
		r.Negative = false
	}
	return plain(r)
}
