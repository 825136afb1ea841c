package news

import (
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Pin is a value as it was when a figure was printed, with what it rests on. A rate, a quote and an amount have one: the
// number that is printed. A change has two, the values at both its ends; a table has one for each row, and a chart one for
// each of its points, the oldest first.
//
// So what was published can be drawn again from its pins alone, whatever the ledger has learnt since; and since an
// observation's name is made of what it says, no pin can rest on another value than it did.
type Pin struct {
	Expression string
	Symbol     market.Symbol
	Field      market.Field
	Value      currency.Decimal // in full, rounded where the figure says so and it is itself what is printed
	At, Seen   time.Time
	Source     market.SourceID
	How        market.How
	From       []market.ID // the observations, in the order of the arithmetic
}

// Printed is the value as it stands in the story: rounded as the figure asks. One that was divided out and for which no
// places were asked has twelve digits, most of which nobody has said, and is printed with as many as a board shows.
func (p Pin) Printed() currency.Decimal {
	f, err := ParseFigure(p.Expression)
	if err != nil {
		f.Places = 0 // as it is
	}
	return f.shown(p)
}

// shown is a pin's value as the figure prints it.
func (f Figure) shown(p Pin) currency.Decimal {
	divided := p.How == market.Inverse || p.How == market.Crossed || p.Field == market.Percent
	switch {
	case p.Field == Amount:
	case f.Places >= 0 && f.Since == "" && f.Form == Number:
		return p.Value // which was rounded when it was pinned
	case f.Places >= 0 && f.Form != Number:
		return p.Value.RoundPlaces(f.Places)
	case f.Sign && f.Since == "":
		return p.Value.RoundPlaces(percentPlaces)
	case divided:
		return p.Value.RoundDigits(market.ComputedDigits)
	}
	return p.Value
}

// pins says how many pins a figure has, and of a chart the least.
func (f Figure) pins() int {
	switch {
	case f.Form == Chart:
		return minPoints
	case f.Form == Table:
		return len(f.Rows)
	case f.Since != "":
		return 2
	}
	return 1
}

// has says whether a pin can be the n-th of a figure.
func (f Figure) has(n int, p Pin) bool {
	symbol, field := f.Symbol, f.Field
	if f.Form == Table {
		symbol = f.Rows[n]
	}
	if f.Form != Number || f.Since != "" {
		field = fieldOf(symbol)
	}
	return p.Expression == f.Expression && p.Symbol == symbol && p.Field == field
}

// PinsOf parts the pins of a text by its figures, which are in the same order. The error is fault.Invalid where one does
// not fit its figure, or there are too few or too many; what fits up to there is returned.
func PinsOf(figures []Figure, pins []Pin) ([][]Pin, error) {
	var parted [][]Pin
	rest := pins
	for _, f := range figures {
		n := f.pins()
		if n > len(rest) {
			return parted, fault.Because(fault.Invalid, "it has %d figures and %d pins", len(figures), len(pins))
		}
		if f.Form == Chart { // of which each point is later than the one before it: where it is not, another begins
			for n < len(rest) && f.has(n, rest[n]) && rest[n].At.After(rest[n-1].At) {
				n++
			}
		}
		for i, p := range rest[:n] {
			if !f.has(i, p) {
				return parted, fault.Because(fault.Invalid, "the figure {{%s}} has the pin of {{%s}}", f.Expression, p.Expression)
			}
		}
		parted, rest = append(parted, rest[:n:n]), rest[n:]
	}
	if len(rest) > 0 {
		return parted, fault.Because(fault.Invalid, "it has %d figures and %d pins", len(figures), len(pins))
	}
	return parted, nil
}

// Figures returns the figures of the article's text, each with its pins. Where pins were lost, as by an archive of
// another version, the last figures have none.
func (a Article) Figures() ([]Figure, [][]Pin) {
	figures, err := Figures(a.Content.Body)
	if err != nil {
		return nil, nil
	}
	pins, _ := PinsOf(figures, a.Pins) // what does not fit is said where it stands
	return figures, append(pins, make([][]Pin, len(figures)-len(pins))...)
}
