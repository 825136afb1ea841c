package currency

import "strings"

// scanned is a decimal's text taken apart. The number is digits × 10^exponent.
type scanned struct {
	negative bool
	digits   int    // how many, without leading zeros
	small    uint64 // the digits when there are at most 19
	long     string // the digits when there are more
	exponent int
}

// scan takes a decimal's text apart in one pass. It stands before apd because apd also takes NaN, Infinity and
// exponents of six figures.
func scan(s string) (t scanned, ok bool) {
	if s == "" || len(s) > maxText {
		return t, false
	}
	i := 0
	if s[0] == '-' || s[0] == '+' {
		t.negative = s[0] == '-'
		i++
	}
	start, seen, point := i, 0, -1
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && point < 0 {
			point = i
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		seen++
		if t.digits > 0 || c != '0' {
			t.digits++
			t.small = t.small*10 + uint64(c-'0') // overflows beyond 19 digits, where long is used
		}
		if point >= 0 {
			t.exponent--
		}
	}
	if seen == 0 {
		return t, false
	}
	mantissa := s[start:i]
	if i < len(s) {
		e, ok := scanExponent(s[i:])
		if !ok {
			return t, false
		}
		t.exponent += e
	}
	if t.digits > 19 {
		t.long = strings.Replace(mantissa, ".", "", 1)
	}
	return t, t.plainLength() <= maxText
}

// scanExponent reads "e5", "E-05" and the like, within ±maxExponent.
func scanExponent(s string) (int, bool) {
	if s[0] != 'e' && s[0] != 'E' {
		return 0, false
	}
	s = s[1:]
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if s == "" {
		return 0, false
	}
	e := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		if e = e*10 + int(c-'0'); e > maxExponent {
			return 0, false
		}
	}
	if negative {
		e = -e
	}
	return e, true
}

// plainLength returns how many characters plain notation takes.
func (t scanned) plainLength() int {
	n := max(t.digits, 1)
	if t.exponent > 0 {
		n += t.exponent
	} else if t.exponent < 0 {
		n = max(n, 1-t.exponent) + 1
	}
	if t.negative {
		n++
	}
	return n
}
