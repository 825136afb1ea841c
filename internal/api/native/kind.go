package native

import (
	"slices"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// object is an object of JSON.
type object = map[string]any

// kind is what a parameter may be: how it is read, and how JSON Schema says so. Read returns a fault.Invalid with a
// sentence that says how to write it.
type kind struct {
	schema object
	read   func(text string) (any, error)
}

// Limits of what is asked.
const (
	maxCodes  = 200
	maxLimit  = 10_000
	maxAmount = 30 // characters
	maxCursor = 80 // characters; see cursor
)

// moment is a day, through its end, or an instant: a time.Time.
func moment() kind {
	return kind{object{"type": "string", "anyOf": []object{{"format": "date"}, {"format": "date-time"}}}, func(text string) (any, error) {
		asOf, err := market.ParseAsOf(text, "")
		return asOf.At, err
	}}
}

// date is a day, a month or a year: a currency.Date.
func date() kind {
	schema := object{"type": "string", "pattern": `^\d{4}(-\d{2}(-\d{2})?)?$`}
	return kind{schema, func(text string) (any, error) { return currency.ParseDate(text) }}
}

// code is a currency's code, whether or not there is such a currency: a currency.Code.
func code() kind {
	return kind{codeSchema(), func(text string) (any, error) { return currency.ParseCode(text) }}
}

func codeSchema() object { return object{"type": "string", "pattern": "^[A-Za-z]{3}$"} }

// codes are several codes, with commas between, each once: a []currency.Code.
func codes() kind {
	schema := object{"type": "string", "pattern": "^[A-Za-z]{3}(,[A-Za-z]{3})*$"}
	return kind{schema, func(text string) (any, error) {
		var all []currency.Code
		for part := range strings.SplitSeq(text, ",") {
			c, err := currency.ParseCode(part)
			if err != nil {
				return nil, err
			}
			if all = append(all, c); len(all) > maxCodes {
				return nil, fault.Because(fault.Invalid, "more than %d codes: leave it out to be told all", maxCodes)
			}
		}
		slices.Sort(all)
		return slices.Compact(all), nil
	}}
}

// pairOf is a pair of currencies, written in any of three ways: a market.Symbol.
func pairOf() kind {
	schema := object{"type": "string", "pattern": "^[A-Za-z]{3}[-./][A-Za-z]{3}$"}
	return kind{schema, func(text string) (any, error) {
		if len(text) != 7 || !strings.Contains("-./", text[3:4]) {
			return nil, fault.Because(fault.Invalid, "%.40q is no pair of currencies: write it as EUR-USD", text)
		}
		return market.ParseSymbol(text[:3] + "/" + text[4:])
	}}
}

// listingPattern is a market and a ticker.
const listingPattern = "[A-Za-z0-9]{4}:[A-Za-z0-9.-]{1,27}"

// listingOf is a ticker at a market, whether or not there is such a listing: a market.Symbol.
func listingOf() kind {
	return kind{object{"type": "string", "pattern": "^" + listingPattern + "$"}, func(text string) (any, error) { return parseListing(text) }}
}

func parseListing(text string) (market.Symbol, error) {
	s, err := market.ParseSymbol(text)
	if _, _, ok := s.Listing(); err == nil && !ok {
		err = fault.Because(fault.Invalid, "%q is a pair of currencies: write a share with its market as XNYS:RIO", text)
	}
	return s, err
}

// listingsOf are several, with commas between, each once: a []market.Symbol.
func listingsOf() kind {
	schema := object{"type": "string", "pattern": "^" + listingPattern + "(," + listingPattern + ")*$"}
	return kind{schema, func(text string) (any, error) {
		var all []market.Symbol
		for part := range strings.SplitSeq(text, ",") {
			s, err := parseListing(part)
			if err != nil {
				return nil, err
			}
			if all = append(all, s); len(all) > maxCodes {
				return nil, fault.Because(fault.Invalid, "more than %d listings: leave it out to be told all", maxCodes)
			}
		}
		slices.Sort(all)
		return slices.Compact(all), nil
	}}
}

// marketOf is the code of a market, whether or not there is such a one: a market.MIC.
func marketOf() kind {
	return kind{object{"type": "string", "pattern": "^[A-Za-z0-9]{4}$"}, func(text string) (any, error) {
		s, err := market.ParseSymbol(text + ":A")
		mic, _, ok := s.Listing()
		if err != nil || !ok {
			return nil, fault.Because(fault.Invalid, "%.40q is no code of a market: write it as XNYS", text)
		}
		return mic, nil
	}}
}

// choice is one of some words: a string.
func choice(words ...string) kind {
	return kind{object{"type": "string", "enum": words}, func(text string) (any, error) {
		if !slices.Contains(words, text) {
			return nil, fault.Because(fault.Invalid, "%.40q is none of %s", text, strings.Join(words, ", "))
		}
		return text, nil
	}}
}

// number is a whole number within bounds: an int.
func number(least, most int) kind {
	schema := object{"type": "integer", "minimum": least, "maximum": most}
	return kind{schema, func(text string) (any, error) {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			return nil, fault.Because(fault.Invalid, "%.40q is no number from %d to %d", text, least, most)
		}
		return n, nil
	}}
}

// amount is a sum of money: a currency.Decimal.
func amount() kind {
	schema := object{"type": "string", "pattern": `^\d+(\.\d+)?$`, "maxLength": maxAmount}
	most := currency.DecimalFromInt(1_000_000_000_000_000)
	return kind{schema, func(text string) (any, error) {
		if len(text) > maxAmount {
			return nil, fault.Because(fault.Invalid, "the amount has %d characters; %d are the most", len(text), maxAmount)
		}
		d, err := currency.ParseDecimal(text)
		if err != nil {
			return nil, err
		}
		if d.Sign() <= 0 || d.Cmp(most) > 0 {
			return nil, fault.Because(fault.Invalid, "%s is no amount that is converted: it must be above zero and at most 10^15", text)
		}
		return d, nil
	}}
}

// name is the name of an observation: a market.ID. One that cannot be is not found, like one that is not.
func name() kind {
	schema := object{"type": "string", "pattern": "^[a-z2-7]{16}$"}
	return kind{schema, func(text string) (any, error) { return market.ID(text), nil }}
}

// opaque is what a page says of the next: a cursor.
func opaque() kind {
	schema := object{"type": "string", "maxLength": maxCursor}
	return kind{schema, func(text string) (any, error) { return parseCursor(text) }}
}
