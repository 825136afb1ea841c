package mcp

import (
	"context"
	"fmt"
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

type convertQuestion struct {
	Amount *currency.Decimal `json:"amount" jsonschema:"the amount as decimal text, such as 1250.00"`
	From   string            `json:"from" jsonschema:"the code of its currency, such as EUR"`
	To     string            `json:"to" jsonschema:"the code of the currency that is wanted"`
	when
}

type convertAnswer struct {
	moments
	Amount     currency.Decimal `json:"amount"`
	From       currency.Code    `json:"from"`
	To         currency.Code    `json:"to"`
	Result     currency.Decimal `json:"result" jsonschema:"rounded once, half to even, to the minor unit; to 12 significant digits or more where there is none"`
	MinorUnits int              `json:"minor_units" jsonschema:"decimal places of an amount of that currency; -1: it has no minor unit"`
	Minor      string           `json:"in_minor_units,omitempty" jsonschema:"the result as a whole number of minor units, such as cents"`
	Rate       rate             `json:"rate" jsonschema:"the rate by which it was converted"`
	Sources    sources          `json:"sources"`
}

func (c *clerk) convert(ctx context.Context, q convertQuestion) (*convertAnswer, error) {
	if q.Amount == nil {
		return nil, fault.Because(fault.Invalid, "say which amount is to be converted, as decimal text such as 1250.00")
	}
	asOf, err := c.asOf(q.when)
	if err != nil {
		return nil, err
	}
	pair, err := pairOf(q.From + "/" + q.To)
	if err != nil {
		return nil, err
	}
	from, to, _ := pair.Pair()
	done, err := c.face.Ledger().Convert(ctx, *q.Amount, from, to, asOf)
	if err != nil {
		return nil, err
	}
	a := &convertAnswer{moments: moments{asOf.At, asOf.Known}, Amount: *q.Amount, From: from, To: to, Rate: asRate(done.Price)}
	if a.Result, a.MinorUnits = done.Unrounded, -1; done.Coin {
		a.Result, a.MinorUnits, a.Minor = done.Result, done.Places, minor(done.Result)
	}
	a.Sources, err = c.sources(ctx, []market.SourceID{done.Price.Source})
	return a, err
}

// minor writes an amount without its point: 1180.05 is 118005.
func minor(d currency.Decimal) string {
	digits := strings.Replace(d.String(), ".", "", 1)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	if digits = strings.TrimLeft(digits, "0"); digits == "" {
		return "0"
	}
	return sign + digits
}

func (a *convertAnswer) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s is %s %s, by %s %s, as of %s.", a.Amount, a.From, a.Result, a.To, a.Rate.Pair, a.Sources.said(a.Rate.number), asked(a.AsOf))
	for _, f := range a.Rate.Flags {
		b.WriteString(" " + f.Text)
	}
	b.WriteString(a.Sources.credits())
	return b.String()
}
