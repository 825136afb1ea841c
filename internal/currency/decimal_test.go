package currency_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

func TestADecimalPrintsTheDigitsItWasWrittenWith(t *testing.T) {
	for in, want := range map[string]string{
		"0":                     "0",
		"1.0835":                "1.0835",
		"0.0200":                "0.0200",
		"-0.00":                 "-0.00",
		"+7":                    "7",
		".5":                    "0.5",
		"5.":                    "5",
		"007.50":                "7.50",
		"7.0e-5":                "0.000070",
		"1.5E3":                 "1500",
		"1e+02":                 "100",
		"0e9":                   "0",
		"0.00e2":                "0",
		"9999999999999999999":   "9999999999999999999",
		"99999999999999999999":  "99999999999999999999",
		"-12345678901.23456789": "-12345678901.23456789",
	} {
		d, err := currency.ParseDecimal(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if got := d.String(); got != want {
			t.Errorf("%q prints as %q, want %q", in, got, want)
		}
	}
}

func TestWhatIsNoPlainFigureIsRefusedByName(t *testing.T) {
	for _, in := range []string{
		"", " ", "1 ", " 1", "1,000", "1,5", "1_000", "NaN", "nan", "Inf", "-Infinity", "infinity", "0x10", "--1", "+-1",
		"-", "+", ".", "-.", "1.2.3", "e5", "1e", "1e+", "1e1.5", "1e41", "1e-41", "1e100000", "1e99999999999999999999",
		"١", "1\u00a0000", "$1", "1%", "−1", strings.Repeat("9", 65), "1." + strings.Repeat("0", 63),
		strings.Repeat("9", 40) + "e40", "0." + strings.Repeat("0", 40) + "1e-40",
	} {
		d, err := currency.ParseDecimal(in)
		if !errors.Is(err, fault.Invalid) {
			t.Errorf("%q is read as %s, %v", in, d, err)
		} else if len(in) < 64 && !strings.Contains(err.Error(), strings.Trim(in, "\u00a0 ")) && !strings.Contains(in, "\u00a0") {
			t.Errorf("%q: the error does not name it: %v", in, err)
		}
	}
}

func TestDigitsAndPlacesCountWhatIsWritten(t *testing.T) {
	for _, c := range []struct {
		in             string
		digits, places int
		trimmed        string
	}{
		{"0.0200", 3, 4, "0.02"},
		{"100", 3, 0, "100"},
		{"100.00", 5, 2, "100"},
		{"-120.50", 5, 2, "-120.5"},
		{"0.00", 1, 2, "0"},
		{"1.50e3", 4, 0, "1500"},
		{"0e9", 1, 0, "0"},
		{"-0.0", 1, 1, "0"},
		{strings.Repeat("9", 40) + ".500", 43, 3, strings.Repeat("9", 40) + ".5"},
	} {
		d := currency.MustDecimal(c.in)
		if d.Digits() != c.digits || d.Places() != c.places {
			t.Errorf("%s: %d digits and %d places, want %d and %d", c.in, d.Digits(), d.Places(), c.digits, c.places)
		}
		if got := d.Trim().String(); got != c.trimmed {
			t.Errorf("%s trims to %s, want %s", c.in, got, c.trimmed)
		}
	}
}

func TestRoundingIsHalfToEven(t *testing.T) {
	for _, c := range []struct {
		in             string
		digits, places int // 0 digits: round to places
		want           string
	}{
		{"2.5", 0, 0, "2"},
		{"3.5", 0, 0, "4"},
		{"0.5", 0, 0, "0"},
		{"0.51", 0, 0, "1"},
		{"-0.5", 0, 0, "0"},
		{"0.004", 0, 2, "0.00"},
		{"0.005", 0, 2, "0.00"},
		{"0.015", 0, 2, "0.02"},
		{"99.995", 0, 2, "100.00"},
		{"1.5", 0, 4, "1.5000"},
		{"7", 0, 2, "7.00"},
		{"1.5e3", 0, 2, "1500.00"},
		{"0", 0, 6, "0.000000"},
		{"1.7", 0, -3, "2"},
		{"1.08345", 5, 0, "1.0834"},
		{"1.08355", 5, 0, "1.0836"},
		{"9.99", 2, 0, "10"},
		{"123456", 2, 0, "120000"},
		{"1.5", 6, 0, "1.5"},
		{"0.000012345", 4, 0, "0.00001234"},
	} {
		d := currency.MustDecimal(c.in)
		got := d.RoundPlaces(c.places)
		if c.digits > 0 {
			got = d.RoundDigits(c.digits)
		}
		if got.String() != c.want {
			t.Errorf("%s to %d digits or %d places is %s, want %s", c.in, c.digits, c.places, got, c.want)
		}
	}
}

func TestArithmeticIsExactAndChangesNoOperand(t *testing.T) {
	a, b := currency.MustDecimal("0.1"), currency.MustDecimal("-0.20")
	for what, got := range map[string]currency.Decimal{
		"-0.10": a.Add(b), "0.30": a.Sub(b), "-0.020": a.Mul(b), "-0.1": a.Neg(), "0.20": b.Abs(),
		"0.00": b.Add(b.Neg()), "0": currency.Decimal{}.Neg(), "0.0": a.Sub(a),
		"-9223372036854775808": currency.DecimalFromInt(math.MinInt64),
	} {
		if got.String() != what {
			t.Errorf("got %s, want %s", got, what)
		}
	}
	thousand := currency.MustDecimal("1e3")
	for _, zero := range []currency.Decimal{thousand.Sub(thousand), thousand.Mul(currency.Decimal{}), currency.MustDecimal("-0").Trim()} {
		if zero.String() != "0" || !zero.IsZero() {
			t.Errorf("zero prints as %s", zero)
		}
	}
	if a.String() != "0.1" || b.String() != "-0.20" {
		t.Errorf("the operands became %s and %s", a, b)
	}
	if !currency.MustDecimal("0.20").Equal(currency.MustDecimal("0.2")) || a.Cmp(b) != 1 || b.Sign() != -1 {
		t.Error("comparison sees more than the number")
	}
	if f := currency.MustDecimal("1.25").Float(); f != 1.25 {
		t.Errorf("Float = %v", f)
	}
}

func TestAnExactQuotientIsTrimmedAndARoundedOneBearsAllDigits(t *testing.T) {
	for _, c := range []struct {
		a, b   string
		digits int
		want   string
	}{
		{"1", "4", 12, "0.25"},
		{"1", "3", 6, "0.333333"},
		{"2", "3", 6, "0.666667"},
		{"200.00", "2.00", 6, "100"},
		{"0", "7", 6, "0"},
		{"1", "1.0000001", 7, "0.9999999"},
		{"1", "0.99999999", 6, "1.00000"},
		{"1", "1.00000001", 6, "1.00000"}, // a carry over makes no digit more
		{"99996", "1000", 4, "100.0"},
		{"152", "16", 1, "10"},
		{"-1000", "3", 1, "-300"},
		{"1e13", "3", 12, "3333333333330"},
		{"0", "0.001", 6, "0"},
		{"0.00", "1e-30", 6, "0"},
		{"0.00025", "106915.75543", 12, "0.00000000233828960937"},
		{"1000", "8.38", 12, "119.331742243"},
		{"1", "8", 2, "0.12"}, // a tie goes to the even digit
		{"3", "8", 2, "0.38"},
	} {
		got, err := currency.MustDecimal(c.a).Quo(currency.MustDecimal(c.b), c.digits)
		if err != nil || got.String() != c.want {
			t.Errorf("%s/%s to %d digits is %s, %v; want %s", c.a, c.b, c.digits, got, err, c.want)
		}
	}
	if _, err := currency.MustDecimal("1").Quo(currency.MustDecimal("0.00"), 6); !errors.Is(err, fault.Invalid) {
		t.Errorf("1/0.00: %v", err)
	}
}

// A rounded number of n digits is right if no other decimal of n digits is nearer to the fraction: the error is at most half
// a unit of the last place, and exactly half only beside an even digit. math/big judges.
func TestQuotientsAndRoundingAgreeWithFractions(t *testing.T) {
	text := rapid.StringMatching(`-?[0-9]{1,14}(\.[0-9]{1,10})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := currency.MustDecimal(text.Draw(t, "a")), currency.MustDecimal(text.Draw(t, "b"))
		digits := rapid.IntRange(1, 20).Draw(t, "digits")
		places := rapid.IntRange(0, 12).Draw(t, "places")

		if got, want := a.Mul(b).Add(a).Sub(b).Rat(), new(big.Rat).Mul(a.Rat(), b.Rat()); got.Cmp(want.Add(want, a.Rat()).Sub(want, b.Rat())) != 0 {
			t.Fatalf("a*b+a-b is %s, want %s", got, want)
		}
		if r := a.RoundPlaces(places); r.Places() != places || !nearest(a.Rat(), r, places) {
			t.Fatalf("%s to %d places is %s", a, places, r)
		}
		if r := a.RoundDigits(digits); a.Digits() > digits && (!bears(r, digits) || !nearest(a.Rat(), r, digits-1-leading(a.Rat()))) {
			t.Fatalf("%s to %d digits is %s", a, digits, r)
		}
		if b.IsZero() {
			return
		}
		q, err := a.Quo(b, digits)
		if err != nil {
			t.Fatal(err)
		}
		want := new(big.Rat).Quo(a.Rat(), b.Rat())
		if q.Rat().Cmp(want) == 0 {
			if q.String() != q.Trim().String() || q.Places() > max(0, digits-1-leading(want)) {
				t.Fatalf("%s/%s is exactly %s, which is not trimmed or has more than %d digits", a, b, q, digits)
			}
			return
		}
		if !bears(q, digits) || !nearest(want, q, digits-1-leading(want)) {
			t.Fatalf("%s/%s to %d digits is %s, want about %s", a, b, digits, q, want.FloatString(30))
		}
	})
}

// bears reports whether a rounded number bears so many significant digits, or more only as zeros up to the point, and
// says so of itself.
func bears(d currency.Decimal, digits int) bool {
	if again := currency.MustDecimal(d.String()); again.Digits() != d.Digits() || again.Places() != d.Places() {
		return false // it counts other digits than it prints
	}
	if d.Places() > 0 || d.Digits() <= digits {
		return d.Digits() == digits
	}
	return strings.Trim(d.String()[len(d.String())-d.Digits()+digits:], "0") == ""
}

// leading returns the power of ten of a fraction's first significant digit, and 0 for zero.
func leading(r *big.Rat) int {
	if r.Sign() == 0 {
		return 0
	}
	abs, ten, n := new(big.Rat).Abs(r), big.NewRat(10, 1), 0
	for one := big.NewRat(1, 1); abs.Cmp(one) < 0; n-- {
		abs.Mul(abs, ten)
	}
	for ; abs.Cmp(ten) >= 0; n++ {
		abs.Quo(abs, ten)
	}
	return n
}

// nearest reports whether d is exact rounded half to even to so many places, which may be negative.
func nearest(exact *big.Rat, d currency.Decimal, places int) bool {
	unit := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(places, -places))), nil))
	if places > 0 {
		unit.Inv(unit)
	}
	units := new(big.Rat).Quo(d.Rat(), unit)
	if !units.IsInt() {
		return false
	}
	off := new(big.Rat).Sub(exact, d.Rat())
	off.Abs(off).Mul(off, big.NewRat(2, 1))
	c := off.Cmp(unit)
	return c < 0 || c == 0 && units.Num().Bit(0) == 0
}

func TestANumberFitsAsLongAsItCanBeReadAgain(t *testing.T) {
	nines := strings.Repeat("9", 62)
	for _, c := range []struct {
		d    currency.Decimal
		fits bool
	}{
		{currency.Decimal{}, true},
		{currency.MustDecimal("-1.0835"), true},
		{currency.MustDecimal(nines), true},
		{currency.MustDecimal(nines).Mul(currency.DecimalFromInt(100)), true}, // 64 digits
		{currency.MustDecimal(nines).Mul(currency.DecimalFromInt(1000)), false},
		{currency.MustDecimal(nines).Mul(currency.DecimalFromInt(-100)), false},    // the sign counts
		{currency.MustDecimal("1e-40").Mul(currency.MustDecimal("1e-22")), true},   // 62 places, two more characters before them
		{currency.MustDecimal("1e-40").Mul(currency.MustDecimal("1e-23")), false},  // zeros count
		{currency.MustDecimal("-1e-40").Mul(currency.MustDecimal("1e-22")), false}, // so does the sign
	} {
		_, err := currency.ParseDecimal(c.d.String())
		if c.d.Fits() != c.fits || (err == nil) != c.fits {
			t.Errorf("%s: fits %v, want %v; read again: %v", c.d, c.d.Fits(), c.fits, err)
		}
	}
}

func TestJSONIsAStringAndReadsNumbersExactly(t *testing.T) {
	type quote struct {
		Last currency.Decimal `json:"last"`
	}
	var q quote
	for _, in := range []string{`{"last":1.0500}`, `{"last":"1.0500"}`} {
		if err := json.Unmarshal([]byte(in), &q); err != nil {
			t.Fatal(err)
		}
		if b, err := json.Marshal(q); err != nil || string(b) != `{"last":"1.0500"}` {
			t.Errorf("%s comes back as %s, %v", in, b, err)
		}
	}
	for _, in := range []string{`{"last":null}`, `{"last":""}`, `{"last":true}`, `{"last":"1,5"}`, `{"last":{}}`} {
		if err := json.Unmarshal([]byte(in), &q); err == nil {
			t.Errorf("%s is read as %s", in, q.Last)
		}
	}
}

func TestADatabaseKeepsTheText(t *testing.T) {
	d := currency.MustDecimal("0.000070")
	v, err := d.Value()
	if err != nil {
		t.Fatal(err)
	}
	var back currency.Decimal
	for _, kept := range []any{v, []byte("0.000070")} {
		if err := back.Scan(kept); err != nil || back.String() != "0.000070" {
			t.Errorf("%v comes back as %s, %v", kept, back, err)
		}
	}
	if err := back.Scan(int64(-5)); err != nil || back.String() != "-5" {
		t.Errorf("-5 comes back as %s, %v", back, err)
	}
	for _, bad := range []any{nil, 1.5, "abc", true} {
		if err := back.Scan(bad); !errors.Is(err, fault.Invalid) {
			t.Errorf("Scan(%v) = %v", bad, err)
		}
	}
	long := currency.MustDecimal(strings.Repeat("9", 40))
	if _, err := long.Mul(long).Value(); !errors.Is(err, fault.Invalid) {
		t.Errorf("80 digits are kept, though none can be read again: %v", err)
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"0", "-0.00", "1.0835", "7.0e-5", "1E+40", "1,000", "NaN", "+.5", "5.", "1e-40", "12345678901234567890.5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := currency.ParseDecimal(s)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v is not Invalid", s, err)
			}
			return
		}
		if len(s) > 64 {
			t.Fatalf("%d characters are read", len(s))
		}
		exact, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("%q is read as %s, though math/big refuses it", s, d)
		}
		text := d.String()
		if d.Rat().Cmp(exact) != 0 || strings.ContainsAny(text, "eE") {
			t.Fatalf("%q prints as %q", s, text)
		}
		again, err := currency.ParseDecimal(text)
		if err != nil || again.String() != text || !again.Equal(d) || again.Places() != d.Places() || again.Digits() != d.Digits() {
			t.Fatalf("%q prints as %q, which reads as %s, %v", s, text, again, err)
		}
	})
}

func BenchmarkParseDecimal(b *testing.B) {
	for b.Loop() {
		if _, err := currency.ParseDecimal("1953.812345"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQuo(b *testing.B) {
	x, y := currency.MustDecimal("1.083512"), currency.MustDecimal("106915.75543")
	for b.Loop() {
		if _, err := x.Quo(y, 12); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkString(b *testing.B) {
	x, buf := currency.MustDecimal("1953.812345"), make([]byte, 0, 64)
	for b.Loop() {
		buf = x.Append(buf[:0])
	}
}

func TestANumberIsMadeOfItsParts(t *testing.T) {
	for _, text := range []string{"1.95583", "0.0200", "0", "0.00", "-1.5", "1500", "9223372036854775807", "0.00000000000000000000000000000000000001"} {
		d := currency.MustDecimal(text)
		coefficient, places, ok := d.Parts()
		if got := currency.DecimalOf(coefficient, places).String(); !ok || got != text {
			t.Errorf("%s is made of %d and %d: %s, %t", text, coefficient, places, got, ok)
		}
	}
	if _, _, ok := currency.MustDecimal("9223372036854775808").Parts(); ok {
		t.Error("a number of 64 bits has parts")
	}
	if got := currency.DecimalOf(15, -2).String(); got != "1500" {
		t.Errorf("15 hundreds are %s", got)
	}
}

func TestANumberAsAFloatIsWhatItsTextReads(t *testing.T) {
	for _, text := range []string{"0", "1.1859", "-0.00283161", "178.90554702", "0.1", "9007199254740993", "9007199254740991", "123456789.123456789", "0.0000000000000000000000001", "-3.3"} {
		d := currency.MustDecimal(text)
		if want, _ := strconv.ParseFloat(d.String(), 64); d.Float() != want {
			t.Errorf("%s is %v, want %v", text, d.Float(), want)
		}
	}
}
