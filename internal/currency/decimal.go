package currency

import (
	"math"
	"math/big"
	"strconv"

	"github.com/cockroachdb/apd/v3"

	"github.com/courant-news/courant/internal/fault"
)

// Limits of a decimal's text. A provider's figure has at most some thirty characters; what is longer is an attack or
// a mistake, and a large exponent would make a few bytes of text into megabytes of zeros.
const (
	maxText     = 64 // characters, both as given and in plain notation, so that what is read can be written and read again
	maxExponent = 40 // absolute value of the number after "e"
)

// Decimal is an exact decimal number that remembers how it was written: 0.0200 equals 0.02 and still prints 0.0200,
// because the digits a source published say how exact it meant to be. Only an exponent is written out, as it must be
// to be printed: 1.5e3 is 1500, of four digits, both before and after it was kept as text.
//
// The zero value is 0. A Decimal is immutable; copy it freely. Compare with [Decimal.Equal] or [Decimal.Cmp], never
// with ==, which also sees trailing zeros.
type Decimal struct {
	small small
	large *apd.Decimal // the number, where it is not small; else nil. Never mutated, since copies share it
}

// ParseDecimal reads an optional sign, digits with at most one point, and an optional exponent ("1.0835", ".5",
// "7.0e-5"). It refuses everything else with [fault.Invalid]: NaN and infinities, spaces, underscores, grouped
// thousands, decimal commas, more than 64 characters and exponents beyond ±40. Leading zeros are dropped.
func ParseDecimal(s string) (Decimal, error) {
	t, ok := scan(s)
	if !ok {
		return Decimal{}, refuse(s)
	}
	if t.digits <= 19 { // 19 nines fit in a uint64: nearly every figure there is
		return small{t.small, int32(t.exponent), t.negative}.plain(), nil
	}
	var r apd.Decimal
	if _, ok := r.Coeff.SetString(t.long, 10); !ok {
		return Decimal{}, refuse(s)
	}
	r.Exponent, r.Negative = int32(t.exponent), t.negative
	return plain(&r), nil
}

// DecimalOf returns coefficient × 10^-places, printed with so many places: 195583 and 5 are 1.95583. Places below zero are
// written out as zeros.
func DecimalOf(coefficient int64, places int) Decimal {
	if coefficient < 0 {
		return small{-uint64(coefficient), -int32(places), true}.plain()
	}
	return small{uint64(coefficient), -int32(places), false}.plain()
}

// Parts returns what [DecimalOf] makes the number of; ok is false where it has more digits than fit.
func (d Decimal) Parts() (coefficient int64, places int, ok bool) {
	if d.large != nil || d.small.coefficient > math.MaxInt64 {
		return 0, 0, false
	}
	coefficient = int64(d.small.coefficient)
	if d.small.negative {
		coefficient = -coefficient
	}
	return coefficient, d.Places(), true
}

// AppendParts appends the text of what [DecimalOf] makes of the same parts.
func AppendParts(b []byte, coefficient int64, places int) []byte {
	if coefficient < 0 || places < 0 {
		return DecimalOf(coefficient, places).Append(b)
	}
	return small{coefficient: uint64(coefficient), exponent: -int32(places)}.append(b)
}

// MustDecimal is [ParseDecimal] for literals in tests and tables. It panics on what ParseDecimal refuses.
func MustDecimal(s string) Decimal {
	d, err := ParseDecimal(s)
	if err != nil {
		panic(err)
	}
	return d
}

// DecimalFromInt returns n.
func DecimalFromInt(n int64) Decimal {
	return DecimalOf(n, 0)
}

// String returns plain notation with the digits as they were written: never an exponent.
func (d Decimal) String() string {
	var b [maxText]byte
	return string(d.Append(b[:0]))
}

// Append appends what [Decimal.String] returns.
func (d Decimal) Append(b []byte) []byte {
	if d.large != nil {
		return d.large.Append(b, 'f')
	}
	return d.small.append(b)
}

// Fits reports whether the number in plain notation is short enough for [ParseDecimal] to read it again. What was parsed
// does; a product of such numbers may not.
func (d Decimal) Fits() bool { return len(d.Append(make([]byte, 0, maxText))) <= maxText }

// Sign returns -1, 0 or 1.
func (d Decimal) Sign() int {
	if d.large != nil {
		return d.large.Sign()
	}
	return d.small.sign()
}

// IsZero reports whether the number is 0, however many zeros it is written with.
func (d Decimal) IsZero() bool { return d.Sign() == 0 }

// Cmp returns -1, 0 or 1 as d is less than, equal to or greater than x. Trailing zeros do not count.
func (d Decimal) Cmp(x Decimal) int {
	if d.large == nil && x.large == nil {
		if order, ok := d.small.cmp(x.small); ok {
			return order
		}
	}
	return d.full().Cmp(x.full())
}

// Near reports whether d is no further from x, which is above zero, than one of so many parts of x: of 100, within one per cent.
func (d Decimal) Near(x Decimal, parts int64) bool {
	if d.large == nil && x.large == nil && !d.small.negative && !x.small.negative {
		if is, ok := d.small.near(x.small, uint64(parts)); ok {
			return is
		}
	}
	return d.Sub(x).Abs().Mul(DecimalFromInt(parts)).Cmp(x) <= 0
}

// Equal reports whether both are the same number. Trailing zeros do not count.
func (d Decimal) Equal(x Decimal) bool { return d.Cmp(x) == 0 }

// Places returns how many digits stand after the point, as written: 4 for 0.0200.
func (d Decimal) Places() int {
	if d.large != nil {
		return -int(d.large.Exponent)
	}
	return -int(d.small.exponent)
}

// Digits returns how many significant digits there are, as written: 3 for 0.0200, 1 for any zero. Zeros before the
// point count, since plain notation cannot say that they do not: 4 for 1500, even if it was 1.5e3.
func (d Decimal) Digits() int {
	if d.large != nil {
		return int(d.large.NumDigits())
	}
	return length(max(d.small.coefficient, 1))
}

// Float returns the nearest float64. It is for statistics and pixels only: no price goes through it.
func (d Decimal) Float() float64 {
	const exact = 1 << 53 // up to which a float64 holds every whole number, and up to 10^22 every power of ten
	if c, places, ok := d.Parts(); ok && c > -exact && c < exact && places >= 0 && places <= 22 {
		return float64(c) / math.Pow10(places) // one rounding, as reading the text makes
	}
	f, _ := strconv.ParseFloat(d.String(), 64) // beyond the range it is ±Inf, which a chart clips
	return f
}

// Rat returns the number as a fraction, for arithmetic that must not round in between.
func (d Decimal) Rat() *big.Rat {
	r, _ := new(big.Rat).SetString(d.String())
	return r
}

// full is the number as apd has it. It may not be changed.
func (d Decimal) full() *apd.Decimal {
	if d.large != nil {
		return d.large
	}
	return d.small.full()
}

// plain makes a number of what apd has. A positive exponent is written out as zeros, so that what is printed is all there is: 0e5
// is 0, not 000000.
func plain(r *apd.Decimal) Decimal {
	if r.Exponent > 0 {
		var zeros apd.BigInt
		zeros.Exp(apd.NewBigInt(10), apd.NewBigInt(int64(r.Exponent)), nil)
		r.Coeff.Mul(&r.Coeff, &zeros)
		r.Exponent = 0
	}
	if r.Coeff.IsUint64() && r.Exponent >= -deepest {
		return Decimal{small: small{r.Coeff.Uint64(), r.Exponent, r.Negative}}
	}
	return Decimal{large: r}
}

func refuse(s string) error {
	if len(s) > maxText {
		s = s[:maxText] + "…"
	}
	return fault.Because(fault.Invalid, "%q is not a decimal number: write digits with at most one point, such as 1.0835", s)
}
