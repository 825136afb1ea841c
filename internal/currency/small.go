package currency

import (
	"cmp"
	"math/bits"
	"strconv"

	"github.com/cockroachdb/apd/v3"
)

// small is a number whose digits fit into a machine word, as those of nearly every figure do: it takes no memory beside itself,
// and a sum, a product or a quotient of such numbers is computed in a few nanoseconds where apd, which takes any number, needs
// a tenth of a microsecond. Where something does not fit, apd computes it; a test holds both to the same digits.
type small struct {
	coefficient uint64
	exponent    int32 // of ten; never above zero
	negative    bool
}

// deepest is how many places a small number may have, so that exponents can be added without care.
const deepest = 1000

// full is the number as apd has it.
func (s small) full() *apd.Decimal {
	var r apd.Decimal
	r.Coeff.SetUint64(s.coefficient)
	r.Exponent, r.Negative = s.exponent, s.negative
	return &r
}

// decimal is a computed number: in plain notation, and not negative where it is zero.
func (s small) decimal() Decimal {
	s.negative = s.negative && s.coefficient != 0
	return s.plain()
}

// plain is the number with a positive exponent written out as zeros.
func (s small) plain() Decimal {
	if s.exponent > 0 || s.exponent < -deepest {
		return plain(s.full())
	}
	return Decimal{small: s}
}

// powers are those of ten that fit into a word.
var powers = [...]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// sign is -1, 0 or 1.
func (s small) sign() int {
	switch {
	case s.coefficient == 0:
		return 0
	case s.negative:
		return -1
	}
	return 1
}

// turned is the number with the other sign.
func (s small) turned() small {
	s.negative = !s.negative
	return s
}

// trimmed is the number without trailing zeros after the point.
func (s small) trimmed() small {
	if s.coefficient == 0 {
		s.exponent = 0
	}
	for s.exponent < 0 && s.coefficient%10 == 0 {
		s.coefficient, s.exponent = s.coefficient/10, s.exponent+1
	}
	return s
}

// scaled is the coefficient of a number with more places, which are written as zeros.
func (s small) scaled(exponent int32) (coefficient uint64, ok bool) {
	by := s.exponent - exponent
	if by >= int32(len(powers)) {
		return 0, false
	}
	hi, lo := bits.Mul64(s.coefficient, powers[by])
	return lo, hi == 0
}

// plus is the sum of two numbers.
func (s small) plus(x small) (sum small, ok bool) {
	exponent := min(s.exponent, x.exponent)
	a, ok := s.scaled(exponent)
	b, ok2 := x.scaled(exponent)
	if !ok || !ok2 {
		return sum, false
	}
	switch {
	case s.negative == x.negative:
		sum, carry := bits.Add64(a, b, 0)
		return small{sum, exponent, s.negative}, carry == 0
	case a >= b:
		return small{a - b, exponent, s.negative}, true
	}
	return small{b - a, exponent, x.negative}, true
}

// times is the product of two numbers.
func (s small) times(x small) (product small, ok bool) {
	hi, lo := bits.Mul64(s.coefficient, x.coefficient)
	return small{lo, s.exponent + x.exponent, s.negative != x.negative}, hi == 0
}

// cmp compares two numbers.
func (s small) cmp(x small) (order int, ok bool) {
	sign, other := s.sign(), x.sign()
	if sign != other || sign == 0 {
		return cmp.Compare(sign, other), true
	}
	exponent := min(s.exponent, x.exponent)
	a, ok := s.scaled(exponent)
	b, ok2 := x.scaled(exponent)
	return sign * cmp.Compare(a, b), ok && ok2
}

// near is [Decimal.Near] of two numbers, neither below zero; not ok where they do not fit into a word with as many places.
func (s small) near(x small, parts uint64) (is, ok bool) {
	exponent := min(s.exponent, x.exponent)
	a, ok := s.scaled(exponent)
	b, ok2 := x.scaled(exponent)
	hi, lo := bits.Mul64(max(a, b)-min(a, b), parts)
	return hi == 0 && lo <= b, ok && ok2
}

// over is the quotient of two numbers, the second not zero, by the rule of [Decimal.Quo].
func (s small) over(x small, digits int) (quotient small, ok bool) {
	if s.coefficient == 0 || digits < 1 || digits >= len(powers)-1 {
		return quotient, false
	}
	// So many zeros behind the dividend (below none: behind the divisor) that the quotient has the digits that are wanted,
	// or one more.
	zeros := digits - length(s.coefficient) + length(x.coefficient)
	whole, rest, divisor, ok := divided(s.coefficient, x.coefficient, zeros)
	if ok && whole >= powers[digits] { // one more
		zeros--
		whole, rest, divisor, ok = divided(s.coefficient, x.coefficient, zeros)
	}
	if !ok {
		return quotient, false
	}
	exponent := s.exponent - x.exponent - int32(zeros)
	if rest == 0 {
		return small{whole, exponent, s.negative != x.negative}.trimmed(), true
	}
	if half := divisor - rest; rest > half || rest == half && whole%2 == 1 {
		if whole++; whole == powers[digits] { // rounded up to a power of ten
			whole, exponent = whole/10, exponent+1
		}
	}
	return small{whole, exponent, s.negative != x.negative}, true
}

// divided divides a number with so many zeros behind it by another; below none, they stand behind that.
func divided(a, b uint64, zeros int) (whole, rest, divisor uint64, ok bool) {
	if zeros >= len(powers) || -zeros >= len(powers) {
		return 0, 0, 0, false
	}
	hi, lo := uint64(0), a
	if zeros >= 0 {
		hi, lo = bits.Mul64(a, powers[zeros])
	} else {
		over, product := bits.Mul64(b, powers[-zeros])
		if b = product; over != 0 {
			return 0, 0, 0, false
		}
	}
	if hi >= b {
		return 0, 0, 0, false // the quotient does not fit
	}
	whole, rest = bits.Div64(hi, lo, b)
	return whole, rest, b, true
}

// length counts the digits of a number above zero.
func length(n uint64) int {
	digits := bits.Len64(n) * 1233 >> 12 // about its logarithm
	if n >= powers[digits] {
		digits++
	}
	return digits
}

// append writes the number in plain notation.
func (s small) append(b []byte) []byte {
	if s.negative {
		b = append(b, '-')
	}
	places := int(-s.exponent)
	if zeros := places - length(max(s.coefficient, 1)); zeros >= 0 {
		b = append(b, '0', '.')
		for range zeros {
			b = append(b, '0')
		}
		return strconv.AppendUint(b, s.coefficient, 10)
	}
	if b = strconv.AppendUint(b, s.coefficient, 10); places > 0 {
		point := len(b) - places
		b = append(b, 0)
		copy(b[point+1:], b[point:])
		b[point] = '.'
	}
	return b
}
