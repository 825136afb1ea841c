package market

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Unit is what a price is written in: a currency, or a part of one. London quotes shares in pence, and a price of 305.3
// pence that is taken for pounds is a hundred times too high, so a listing bears its unit and not only its currency.
type Unit struct {
	Code     string           // GBX; of a currency its own code
	Written  string           // as some sources write it: GBp
	Currency currency.Code    // GBP
	Worth    currency.Decimal // of the currency: 0.01
	Name     string           // pence sterling; empty for a currency
	Source   string
	Verified string // how far the row was checked, in words
}

//go:embed data/units.csv
var unitsCSV string

var parts = sync.OnceValue(func() []Unit {
	units, err := parseTable(unitsCSV, parsePart)
	if err != nil {
		panic(fmt.Sprintf("market: the embedded units.csv: %v", err))
	}
	return units
})

func parsePart(row []string) (u Unit, err error) {
	u = Unit{Code: row[0], Written: row[1], Name: row[4], Source: row[5], Verified: row[6]}
	if u.Currency, err = currency.ParseCode(row[2]); err != nil {
		return u, err
	}
	u.Worth, err = currency.ParseDecimal(row[3])
	return u, err
}

// ParseUnit reads what prices are written in: USD, GBX, GBp. The letters may not be of the other case, since GBP are
// pounds and GBp pence. The error is fault.Invalid.
func ParseUnit(text string) (Unit, error) {
	all := parts()
	if i := slices.IndexFunc(all, func(u Unit) bool { return text == u.Code || text == u.Written }); i >= 0 {
		return all[i], nil
	}
	code, err := currency.ParseCode(text)
	if err != nil || text != string(code) {
		return Unit{}, fault.Because(fault.Invalid, "%.16q is no unit of prices: write a currency as USD, or a part of one as GBX or GBp", text)
	}
	return Unit{Code: text, Currency: code, Worth: currency.DecimalFromInt(1)}, nil
}

// Whole says whether the unit is a currency, and not a part of one.
func (u Unit) Whole() bool { return u.Code == string(u.Currency) }

// Money is a price in the unit as an amount of its currency, exactly: 305.3 GBX are 3.053 GBP.
func (u Unit) Money(price currency.Decimal) currency.Decimal {
	if u.Whole() {
		return price
	}
	return price.Mul(u.Worth)
}

// In is an amount in the unit as one in another unit of the same currency, exactly; not ok where that is of another.
func (u Unit) In(other Unit, amount currency.Decimal) (currency.Decimal, bool) {
	if u.Code == other.Code {
		return amount, true
	}
	if u.Currency != other.Currency {
		return currency.Decimal{}, false
	}
	money := u.Money(amount)
	// Worths are powers of ten, so that the quotient ends.
	in, err := money.Quo(other.Worth, money.Digits()+other.Worth.Places()+1)
	return in, err == nil
}

// String says what the unit is within a sentence: USD; pence sterling (GBX).
func (u Unit) String() string {
	if u.Name == "" {
		return u.Code
	}
	return strings.TrimSpace(u.Name + " (" + u.Code + ")")
}
