package provider

// What the replies of several sources have in common.

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/wire"
)

// unitsRow is a row of the kind that banks between Warsaw and Dushanbe publish: so many units of a foreign currency
// are worth so much of the home currency.
type unitsRow struct {
	Base, Units, Rate string
	Quote             string
	Number            func(string) (currency.Decimal, error) // how the bank writes its numbers
}

// value is the rate for one unit.
func (r unitsRow) value() (currency.Decimal, error) {
	rate, err := r.Number(r.Rate)
	if err != nil {
		return currency.Decimal{}, err
	}
	return wire.PerUnit(rate, r.Units)
}

// add puts the row into the table, with the bank's own figure as the reference.
func (r unitsRow) add(t *wire.Table, at time.Time) error {
	if r.Base == "" {
		return wire.Refuse("a row of %s bears no code of a currency", at.Format(time.DateOnly))
	}
	value, err := r.value()
	if err != nil {
		return err
	}
	return t.Add(r.Base, r.Quote, value, at, r.Units+" "+r.Base+" = "+r.Rate+" "+r.Quote)
}

// sorted yields a map in the order of its keys, so that a reply is always read in the same order.
func sorted[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
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

// ratesTable puts a table into t that is an object of code and rate, as many services give it.
func ratesTable(t *wire.Table, base string, rates map[string]wire.Text, at time.Time) error {
	if base == "" {
		return wire.Refuse("the reply does not say what its rates are against")
	}
	for code, rate := range sorted(rates) {
		value, err := wire.Number(string(rate))
		if err != nil {
			return err
		}
		if err := t.Add(base, code, value, at, "1 "+base+" = "+string(rate)+" "+code); err != nil {
			return err
		}
	}
	return nil
}

// unixMoment reads a moment that is given in seconds since 1970.
func unixMoment(text wire.Text) (time.Time, error) {
	seconds, err := strconv.ParseInt(string(text), 10, 64)
	at := time.Unix(seconds, 0).UTC()
	if err != nil || at.Year() < 1999 || at.Year() > 2200 {
		return time.Time{}, wire.Refuse("%.40q is no moment in seconds since 1970", string(text))
	}
	return at, nil
}
