package currency

import "github.com/courant-news/courant/internal/fault"

// Code is a currency's code: three upper-case ASCII letters, such as "EUR".
type Code string

// ParseCode reads a code in either case. It refuses, with [fault.Invalid], what is not three ASCII letters; it trims
// nothing, and does not ask whether the currency exists: see [Table.Currency].
func ParseCode(s string) (Code, error) {
	if len(s) != 3 {
		return "", notACode(s)
	}
	var b [3]byte
	for i := range b {
		c := s[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c < 'A' || c > 'Z' {
			return "", notACode(s)
		}
		b[i] = c
	}
	return Code(b[:]), nil
}

func notACode(s string) error {
	if len(s) > 16 {
		s = s[:16] + "…"
	}
	return fault.Because(fault.Invalid, "%q is not a currency code: write three letters, such as EUR", s)
}
