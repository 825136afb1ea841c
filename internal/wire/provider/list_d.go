package provider

import (
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/wire"
)

func listD() []wire.Provider {
	return []wire.Provider{floatrates(), hkma(), imf()}
}

// groupedNumber reads a number whose thousands are set off with commas: 1,435.400000. A comma anywhere
// else, and one without a point behind it, is refused: it could be a decimal comma.
func groupedNumber(text string) (currency.Decimal, error) {
	whole, _, pointed := strings.Cut(text, ".")
	groups := strings.Split(whole, ",")
	for i, group := range groups {
		if len(groups) > 1 && (!pointed || group == "" || len(group) > 3 || i > 0 && len(group) != 3) {
			return currency.Decimal{}, wire.Refuse("%.40q is no number with commas between its thousands", text)
		}
	}
	return wire.Number(strings.Join(groups, "") + text[len(whole):])
}
