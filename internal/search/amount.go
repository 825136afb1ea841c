package search

import (
	"strings"

	"github.com/courant-news/courant/internal/currency"
)

// maxAmount is the most characters of an amount.
const maxAmount = 30

// readAmount reads an amount as people of many languages write it: 1250.50, 1.250,50, 1'250.50, 1 250,50. A point or a comma
// that stands alone before three digits can be either sign: then the point parts the fraction and the comma the groups, as
// in English, and the other reading is returned too. Without ok the text is no amount.
func readAmount(text string) (amount currency.Decimal, other *currency.Decimal, ok bool) {
	if len(text) > maxAmount {
		return amount, nil, false
	}
	text = strings.NewReplacer("’", "'", "\u00a0", " ", "\u202f", " ").Replace(text)
	point := ""
	points, commas := strings.Count(text, "."), strings.Count(text, ",")
	switch {
	case points > 0 && commas > 0:
		if point = "."; strings.LastIndexByte(text, ',') > strings.LastIndexByte(text, '.') {
			point = ","
		}
	case points == 1:
		point = "."
	case commas == 1:
		point = ","
	}
	as := func(point string) (currency.Decimal, bool) {
		whole, fraction, hasPoint := text, "", false
		if point != "" {
			whole, fraction, hasPoint = strings.Cut(text, point)
		}
		if whole, ok = ungrouped(whole); !ok || hasPoint && (fraction == "" || strings.Trim(fraction, "0123456789") != "") {
			return currency.Decimal{}, false
		}
		if hasPoint {
			whole += "." + fraction
		}
		d, err := currency.ParseDecimal(whole)
		return d, err == nil
	}
	fractional, ok := as(point)
	if points+commas != 1 {
		return fractional, nil, ok
	}
	if whole, either := as(""); either && ok { // it parts groups of three, and so could be either
		if point == "." {
			return fractional, &whole, true
		}
		return whole, &fractional, true
	}
	_, ok = as(point)
	return fractional, nil, ok
}

// ungrouped is a whole number without the signs that part its groups: of three digits, or, before the last, of two, as in
// India. All must be the same.
func ungrouped(whole string) (string, bool) {
	sign := strings.IndexAny(whole, "., '")
	if sign < 0 {
		return whole, whole != "" && strings.Trim(whole, "0123456789") == ""
	}
	parts := strings.Split(whole, whole[sign:sign+1])
	for i, part := range parts {
		n := len(part)
		if strings.Trim(part, "0123456789") != "" || n == 0 || n > 3 || i > 0 && n < 2 || i == len(parts)-1 && n != 3 {
			return "", false
		}
	}
	if parts[0][0] == '0' {
		return "", false
	}
	return strings.Join(parts, ""), true
}
