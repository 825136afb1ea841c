package frankfurter

import (
	"math"
	"strconv"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// band rounds a number by its size as the original does. It calculates in binary, as the original does, since that is
// what is asked for here: the very same digits. Nothing else in this package does.
func band(x float64) currency.Decimal {
	places := 6
	switch {
	case x > 5000:
		x, places = math.Round(x), 0 // half away from zero
	case x > 80:
		places = 2
	case x > 20:
		places = 3
	case x > 1:
		places = 4
	case x > 0.0001:
		places = 5
	}
	d, err := currency.ParseDecimal(strconv.FormatFloat(x, 'f', places, 64))
	if err != nil {
		return currency.DecimalFromInt(0) // of more digits than an amount may bring about
	}
	return d.Trim()
}

// legacyV1 is an amount in another currency as version 1 has it: each rate of the euro times the amount is rounded first,
// and then the quotient of two of them is. A plain rate of the euro is left alone.
func legacyV1(m money, quote currency.Code, o market.Offer) currency.Decimal {
	amount, isOne := m.amount.Float(), m.amount.Equal(currency.DecimalFromInt(1))
	euro := func(code currency.Code) float64 {
		for _, from := range o.From {
			if from.Symbol == market.Pair("EUR", code) {
				return from.Value.Float()
			}
		}
		return 1 // the euro itself
	}
	switch {
	case m.base == "EUR" && isOne:
		return o.Value
	case m.base == "EUR":
		return band(amount * euro(quote))
	}
	of := amount
	if quote != "EUR" {
		of = band(amount * euro(quote)).Float()
	}
	return band(amount * of / band(amount*euro(m.base)).Float())
}
