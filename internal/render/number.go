package render

import (
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/numeral"
)

// Minus is the minus sign of typography, U+2212: as wide as a plus and never broken from its number.
const Minus = numeral.Minus

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

// Percent writes a change in per cent with its sign, to two places.
func Percent(d currency.Decimal) string { return Signed(d.RoundPlaces(2)) + "%" }
