package audit

import (
	"slices"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// OfBoard makes a document of a settled board: each value as the board shows it, of the day that it has itself.
func OfBoard(b market.Board) Document {
	d := Document{Name: "the board of " + string(b.Base), Date: currency.DateOf(b.AsOf.At), Dated: "given"}
	for _, p := range slices.Concat(b.Prices, b.Tied) {
		base, quote, _ := p.Symbol.Pair()
		d.Rows = append(d.Rows, Row{Base: base, Quote: quote, Value: p.Shown(), At: p.At})
	}
	return d
}
