package news

import (
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/numeral"
)

// percentPlaces are the decimal places of a percentage for which none were asked. A percentage on the previous close that
// is printed without its sign has five digits instead, as it always had.
const percentPlaces = 2

var hundred = currency.DecimalFromInt(100)

// Value is the number that a figure prints, of its pins, as exact as they are: of a change what the pins' values
// differ by; of a table the first row's; of a chart the last point's. There must be pins.
func (f Figure) Value(pins []Pin) currency.Decimal {
	last := pins[len(pins)-1]
	switch {
	case f.Form == Table:
		return pins[0].Value
	case f.Form == Chart || f.Since == "":
		return last.Value
	}
	by := last.Value.Sub(pins[0].Value)
	if f.Field == market.Change {
		return by
	}
	percent, err := by.Mul(hundred).Quo(pins[0].Value, market.CrossDigits)
	if err != nil {
		return currency.Decimal{} // no pin of a price is zero
	}
	return percent
}

// Printed is [Figure.Value] as it stands in the story: rounded as the figure asks, or to what its pins have said.
func (f Figure) Printed(pins []Pin) currency.Decimal {
	value := f.Value(pins)
	switch {
	case f.Form == Table:
		return f.shown(pins[0])
	case f.Form == Chart || f.Since == "":
		return f.shown(pins[len(pins)-1])
	case f.Places >= 0:
		return value.RoundPlaces(f.Places)
	case f.Field == market.Percent:
		return value.RoundPlaces(percentPlaces)
	}
	// Exact where both ends were said, else to as many places as the coarser of them is shown with.
	for _, p := range pins {
		if p.How != market.Said {
			return value.RoundPlaces(min(f.shown(pins[0]).Places(), f.shown(pins[1]).Places()))
		}
	}
	return value
}

// Text is a figure in plain text, as its story's language writes numbers. A table is a list, and a chart its two ends,
// with days as 2026-02-02, which every language reads. Without pins it is empty.
func (f Figure) Text(pins []Pin, style numeral.Style) string {
	switch {
	case len(pins) == 0:
		return ""
	case f.Form == Table:
		var rows []string
		for _, p := range pins {
			rows = append(rows, string(p.Symbol)+" "+style.Isolated(style.Number(f.shown(p))))
		}
		return strings.Join(rows, "; ")
	case f.Form == Chart:
		end := func(p Pin) string {
			return p.At.UTC().Format(time.DateOnly) + " " + style.Isolated(style.Number(f.shown(p)))
		}
		return string(f.Symbol) + ": " + end(pins[0]) + " … " + end(pins[len(pins)-1])
	}
	return style.Isolated(f.Write(f.Printed(pins), style))
}

// Write writes a number as the figure prints it: with a sign of per cent where it asks for one.
func (f Figure) Write(d currency.Decimal, style numeral.Style) string {
	if f.Sign {
		return style.Percent(d)
	}
	return style.Number(d)
}

// Shown is the value of one of a figure's pins as it is printed beside the others: a row of a table, a point of a chart, an
// end of a change.
func (f Figure) Shown(p Pin) currency.Decimal { return f.shown(p) }

// Formula is the arithmetic by which a figure follows from the observations that its pins rest on, with their own digits:
// 1 ÷ 1.1840, or (1.1840 − 1.1919) ÷ 1.1919 × 100. It is empty where nothing was computed, where a law fixes the value, and
// where one of the observations is not there.
func (f Figure) Formula(pins []Pin, said func(market.ID) (market.Observation, bool), style numeral.Style) string {
	if len(pins) == 0 || f.Block() {
		return ""
	}
	p := pins[0]
	if f.Since != "" {
		from, to := style.Number(p.Value), style.Number(pins[1].Value) // in full, so that whoever computes it gets what is printed
		if f.Field == market.Change {
			return to + " − " + from
		}
		return "(" + to + " − " + from + ") ÷ " + from + times100(style)
	}
	from := make([]market.Observation, len(p.From))
	for i, id := range p.From {
		o, ok := said(id)
		if !ok {
			return ""
		}
		from[i] = o
	}
	switch {
	case p.How == market.Fixed || len(from) == 0:
		return ""
	case p.Field == Amount:
		return chain(style.Number(f.Amount), p.Symbol, from, style)
	case p.Field == market.Rate && p.How != market.Said:
		return chain("", p.Symbol, from, style)
	case p.How == market.Computed:
		return onClose(p.Field, from, style)
	}
	return ""
}

// chain writes the arithmetic that leads from one currency to another: 100 × 183.59 ÷ 1.1919.
func chain(text string, pair market.Symbol, from []market.Observation, style numeral.Style) string {
	at, _, _ := pair.Pair()
	for _, o := range from {
		base, quote, _ := o.Symbol.Pair()
		sign, next := " × ", quote
		if base != at {
			sign, next = " ÷ ", base
		}
		switch {
		case text != "":
			text += sign + style.Number(o.Value)
		case sign == " ÷ ":
			text = "1 ÷ " + style.Number(o.Value)
		default:
			text = style.Number(o.Value)
		}
		at = next
	}
	return text
}

// onClose writes the arithmetic of a share's change from its last price and its previous close, or where the source did not
// give that, its change.
func onClose(field market.Field, from []market.Observation, style numeral.Style) string {
	by := map[market.Field]string{}
	for _, o := range from {
		by[o.Field] = style.Number(o.Value)
	}
	last, previous, change := by[market.Last], by[market.PreviousClose], by[market.Change]
	if last == "" || previous == "" && change == "" {
		return ""
	}
	if strings.HasPrefix(change, numeral.Minus) {
		change = "(" + change + ")"
	}
	close := previous
	if close == "" {
		close = last + " − " + change
	}
	switch {
	case field == market.PreviousClose:
		return close
	case field == market.Change && previous == "":
		return "" // the source's own
	case field == market.Change:
		return last + " − " + previous
	case previous == "":
		return change + " ÷ (" + close + ")" + times100(style)
	}
	return "(" + last + " − " + previous + ") ÷ " + previous + times100(style)
}

func times100(style numeral.Style) string { return " × " + style.Number(hundred) }
