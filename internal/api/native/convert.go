package native

import (
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// conversion is an amount in another currency.
type conversion struct {
	From      currency.Code `json:"from" doc:"the currency of the amount"`
	To        currency.Code `json:"to" doc:"the currency of the result"`
	Amount    api.Number    `json:"amount" doc:"as asked"`
	Result    api.Number    `json:"result" doc:"rounded once, half to even, to so many places"`
	Places    int           `json:"places" doc:"those of the target's smallest coin in ISO 4217; 4 where it has none"`
	Unrounded api.Number    `json:"unrounded" doc:"to twelve significant digits, and to four more than the result has where that has more"`
	Rate      rate          `json:"rate" doc:"what it was converted by; the result is computed from what the rate rests on"`
}

// converted is a conversion with its sources.
type converted struct {
	conversion
	AsOf    *time.Time `json:"as_of,omitempty" doc:"as asked; left out: now"`
	KnownAt *time.Time `json:"known_at,omitempty" doc:"as asked; left out: now"`
	Sources []voice    `json:"sources" doc:"whose numbers stand here"`
}

func (n *native) convert(q query) (found, error) {
	from, _ := given[currency.Code](q, "from")
	to, _ := given[currency.Code](q, "to")
	sum, _ := given[currency.Decimal](q, "amount")
	asked := q.asOf(n.Now())
	c, err := n.Ledger().Convert(q.Context(), sum, from, to, asked.AsOf)
	if err != nil {
		return found{}, asked.unsaid(err)
	}
	out := converted{AsOf: asked.At, KnownAt: asked.Known}
	if out.conversion, err = n.conversion(c, asked.AsOf.At); err != nil {
		return found{}, err
	}
	t := newTally()
	t.price(c.Price)
	if out.Sources, err = n.voices(q.Context(), t.sources()); err != nil {
		return found{}, err
	}
	return t.close(found{whole: out, rows: []any{out.conversion}}, asked.past(n.Now())), nil
}

// conversion is a conversion as it is written.
func (n *native) conversion(c market.Conversion, at time.Time) (conversion, error) {
	out := conversion{From: c.From, To: c.To, Amount: api.Number(c.Amount), Result: api.Number(c.Result), Places: c.Places, Unrounded: api.Number(c.Unrounded)}
	var err error
	out.Rate, err = (writer{table: n.Ledger().Currencies(), at: at}).rate(c.Price)
	return out, err
}
