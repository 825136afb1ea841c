package audit

import (
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// OfBoard makes a document of a board, so that a paper proof-reads itself: each price as it is shown, those that are tied
// included, with the day that it is of. The document's day is the one as of which the board was asked for.
func OfBoard(b market.Board) Document {
	d := Document{Name: "the board of " + string(b.Base), Date: currency.DateOf(b.AsOf.At), Dated: "the day that was asked for"}
	for _, p := range slices.Concat(b.Prices, b.Tied) {
		base, quote, _ := p.Symbol.Pair()
		r := Row{Base: base, Quote: quote, Value: p.Shown(), At: p.At, Source: string(p.Source)}
		if p.Source == market.TableID {
			r.At = time.Time{} // what a law fixes does not age
		}
		d.Rows = append(d.Rows, r)
	}
	return d
}
