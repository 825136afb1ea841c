package provider

import (
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/wire"
)

func listA() []wire.Provider {
	return []wire.Provider{
		cbar(), cbr(), cbu(), nbg(), nbk(), nbkr(), nbkrWeekly(), nbm(), nbp(), nbpB(), nbrb(), nbt(), nbu(),
	}
}

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
