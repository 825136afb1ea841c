package render

import (
	"strings"

	"github.com/courant-news/courant/internal/currency"
)

// Minus is the minus sign of typography, U+2212: as wide as a plus and never broken from its number.
const Minus = "\u2212"

// Number writes a decimal as it stands in a table: every digit, a point, no grouping, a true minus.
func Number(d currency.Decimal) string {
	return strings.Replace(d.String(), "-", Minus, 1)
}

// Signed is [Number] with a plus before what is above zero: +0.12, −1.35, 0.00.
func Signed(d currency.Decimal) string {
	if d.Sign() > 0 {
		return "+" + Number(d)
	}
	return Number(d)
}

// Prose writes a decimal as it stands in a sentence: the digits before the point in groups of three from five on,
// as English papers set them (1234, 12,345).
func Prose(d currency.Decimal) string {
	text := Number(d)
	sign, digits := "", text
	if rest, ok := strings.CutPrefix(text, Minus); ok {
		sign, digits = Minus, rest
	}
	whole, fraction, hasPoint := strings.Cut(digits, ".")
	if len(whole) > 4 {
		var groups []string
		for len(whole) > 3 {
			groups = append([]string{whole[len(whole)-3:]}, groups...)
			whole = whole[:len(whole)-3]
		}
		whole = strings.Join(append([]string{whole}, groups...), ",")
	}
	if hasPoint {
		return sign + whole + "." + fraction
	}
	return sign + whole
}

// Percent writes a change in per cent with its sign, to two places.
func Percent(d currency.Decimal) string { return Signed(d.RoundPlaces(2)) + "%" }
