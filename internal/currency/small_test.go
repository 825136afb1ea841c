package currency

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cockroachdb/apd/v3"
)

// byAPD is what apd computes, as it does for numbers that are not small.
func byAPD(what string, compute func(r *apd.Decimal) (apd.Condition, error)) Decimal {
	var r apd.Decimal
	_, err := compute(&r)
	return made(what, &r, err)
}

// sameDigits holds every operation on two numbers to what apd makes of them, digit for digit, and in the same form.
func sameDigits(t *testing.T, x, y Decimal, digits int) {
	t.Helper()
	same := func(what string, got, want Decimal) {
		t.Helper()
		a, b := got.full(), want.full()
		if text := b.Text('f'); got.String() != text || a.Exponent != b.Exponent || a.Negative != b.Negative || (got.large == nil) != (want.large == nil) {
			t.Fatalf("%s of %s and %s (%d digits) is %s, by apd %s", what, x.full(), y.full(), digits, got, text)
		}
	}
	same("the text", x, x)
	same("the sum", x.Add(y), byAPD("add", func(r *apd.Decimal) (apd.Condition, error) { return apd.BaseContext.Add(r, x.full(), y.full()) }))
	same("the difference", x.Sub(y), byAPD("subtract", func(r *apd.Decimal) (apd.Condition, error) { return apd.BaseContext.Sub(r, x.full(), y.full()) }))
	same("the product", x.Mul(y), byAPD("multiply", func(r *apd.Decimal) (apd.Condition, error) { return apd.BaseContext.Mul(r, x.full(), y.full()) }))
	same("what is turned", x.Neg(), byAPD("negate", func(r *apd.Decimal) (apd.Condition, error) { r.Neg(x.full()); return 0, nil }))
	same("what is without sign", x.Abs(), byAPD("make positive", func(r *apd.Decimal) (apd.Condition, error) { r.Abs(x.full()); return 0, nil }))
	same("what is trimmed", x.Trim(), byAPD("trim", func(r *apd.Decimal) (apd.Condition, error) { r.Reduce(x.full()); return 0, nil }))
	if got, want := x.Sign(), x.full().Sign(); got != want || x.IsZero() != (want == 0) {
		t.Fatalf("%s has the sign %d, by apd %d", x, got, want)
	}
	if got, want := x.Cmp(y), x.full().Cmp(y.full()); got != want {
		t.Fatalf("%s to %s compares as %d, by apd as %d", x, y, got, want)
	}
	if got, want := x.Digits(), int(x.full().NumDigits()); got != want {
		t.Fatalf("%s has %d digits, by apd %d", x, got, want)
	}
	if y.IsZero() {
		return
	}
	quotient, err := x.Quo(y, digits)
	if err != nil {
		t.Fatal(err)
	}
	same("the quotient", quotient, x.quo(y, digits))
}

func TestSmallNumbersAreReckonedWithAsLargeOnesAre(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 2026))
	number := func() Decimal {
		coefficient := random.Uint64() >> random.IntN(64)
		switch random.IntN(6) {
		case 0:
			coefficient = powers[random.IntN(20)] // where rounding carries over
		case 1:
			coefficient = powers[random.IntN(20)] - uint64(random.IntN(3))
		}
		var d apd.Decimal
		d.Coeff.SetUint64(coefficient)
		if random.IntN(20) == 0 { // more than a word holds
			d.Coeff.SetMathBigInt(new(big.Int).Mul(new(big.Int).SetUint64(coefficient), new(big.Int).SetUint64(random.Uint64())))
		}
		d.Exponent = -int32(random.IntN(24))
		d.Negative = random.IntN(4) == 0 && d.Coeff.Sign() > 0
		return plain(&d)
	}
	for range 300_000 {
		sameDigits(t, number(), number(), 1+random.IntN(20))
	}
}

func TestNearIsWhatTheDifferenceSays(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 2027))
	near := 0
	for range 100_000 {
		x := DecimalOf(1+random.Int64()>>random.IntN(62), random.IntN(8))
		d := DecimalOf(random.Int64()>>random.IntN(62), random.IntN(8))
		if random.IntN(2) == 0 { // about there
			off, _ := x.Quo(DecimalFromInt(95+random.Int64N(10)), 18)
			d = x.Add(off)
			if random.IntN(2) == 0 {
				d = x.Sub(off)
			}
			if random.IntN(2) == 0 {
				d = d.RoundPlaces(x.Places())
			}
		}
		want := d.Sub(x).Abs().Mul(DecimalFromInt(100)).Cmp(x) <= 0
		if d.Near(x, 100) != want {
			t.Fatalf("%s is within one per cent of %s: %t", d, x, !want)
		}
		if want {
			near++
		}
	}
	if near < 10_000 {
		t.Errorf("of 100,000 only %d are near", near)
	}
}

func TestPartsAreWrittenAsTheNumberThatTheyMake(t *testing.T) {
	for _, coefficient := range []int64{0, 1, -1, 10, 195583, -20, math.MaxInt64, math.MinInt64} {
		for _, places := range []int{-2, 0, 1, 5, 19, 30} {
			if want, got := DecimalOf(coefficient, places).String(), string(AppendParts([]byte("="), coefficient, places)); got != "="+want {
				t.Errorf("%d and %d places: %s, want %s", coefficient, places, got, want)
			}
		}
	}
}

func FuzzSmall(f *testing.F) {
	f.Add("1", "1.0000001", 6)
	f.Add("19", "2", 1)
	f.Add("1000", "3", 1)
	f.Add("-0.0200", "18446744073709551615", 12)
	f.Fuzz(func(t *testing.T, x, y string, digits int) {
		a, err := ParseDecimal(x)
		b, err2 := ParseDecimal(y)
		if err != nil || err2 != nil || strings.HasPrefix(x, "-0") || strings.HasPrefix(y, "-0") || digits < 1 || digits > 40 {
			return
		}
		sameDigits(t, a, b, digits)
	})
}
