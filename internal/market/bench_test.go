package market_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// BenchmarkSettleBoard settles a board of 170 currencies from two sheets each of ten sources.
func BenchmarkSettleBoard(b *testing.B) {
	f := facts
	f.Sources = market.Sources{}
	var heard []market.Observation
	for n := range 10 {
		id := market.SourceID(fmt.Sprintf("source-%d", n))
		f.Sources[id] = market.Source{ID: id, Name: "A source", Kind: market.Dataset, Fresh: 48 * time.Hour}
		heard = append(heard, sheetOf(b, id, four)...)
		heard = append(heard, sheetOf(b, id, market.Moment{At: four.At.AddDate(0, 0, -1), Seen: four.Seen.AddDate(0, 0, -1)})...)
	}
	for _, base := range []currency.Code{"EUR", "USD"} {
		b.Run(string(base), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if board := market.SettleBoard(base, heard, f, market.AsOf{At: four.Seen, Known: four.Seen}); len(board.Prices) != 170 {
					b.Fatal(len(board.Prices))
				}
			}
		})
	}
}

// BenchmarkHistory reads and settles ten years of daily rates of one pair, of a cross, and of a cross of which a
// second source gave up one leg long ago.
func BenchmarkHistory(b *testing.B) {
	d := newDesk(b)
	var heard []market.Observation
	for n := range 3650 {
		m := market.Moment{At: four.At.AddDate(0, 0, -n), Seen: four.Seen.AddDate(0, 0, -n)}
		for _, pair := range []market.Symbol{"EUR/USD", "EUR/JPY", "EUR/GBP"} {
			heard = append(heard, said("bank", pair, market.Rate, fmt.Sprintf("1.%04d", n), m))
			if pair != "EUR/GBP" || n > 3000 {
				heard = append(heard, said("page", pair, market.Rate, fmt.Sprintf("1.%04d", n), m))
			}
		}
	}
	d.record(b, heard...)
	for _, c := range []struct {
		name string
		pair market.Symbol
	}{{"said", "EUR/USD"}, {"cross", "USD/JPY"}, {"given up", "USD/GBP"}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if h, err := d.History(b.Context(), c.pair, market.AsOf{}); err != nil || len(h) != 3650 {
					b.Fatal(len(h), err)
				}
			}
		})
	}
	b.Run("board", func(b *testing.B) {
		for b.Loop() {
			if board, err := d.Board(b.Context(), "USD", market.AsOf{}); err != nil || len(board.Prices) != 3 {
				b.Fatal(len(board.Prices), err)
			}
		}
	})
}
