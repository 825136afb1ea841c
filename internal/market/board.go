package market

import (
	"iter"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// Board is the settled price of every currency against one base.
type Board struct {
	Base   currency.Code
	AsOf   AsOf // resolved
	Newest time.Time
	Prices []Price // by code of the quote currency
	Tied   []Price // of those that nobody quotes, but that are fixed to one that an official source does; by code
}

// SettleBoard settles every currency that anybody quoted against the base, each by the rule of [Settle].
func SettleBoard(base currency.Code, heard []Observation, facts Facts, asOf AsOf) Board {
	return newSheaf(heard, facts, asOf).settler().board(base, asOf)
}

// board settles every currency against the base.
func (s *settler) board(base currency.Code, asOf AsOf) Board {
	b := Board{Base: base, AsOf: asOf}
	codes := s.heard.codes()
	known := make(map[currency.Code]bool, len(codes))
	b.Prices = make([]Price, 0, len(codes))
	for _, code := range codes {
		if code == base {
			continue
		}
		p, err := s.price(Pair(base, code), asOf.At)
		if err != nil {
			continue // nobody who quoted the base quoted this one: it is not on this board
		}
		if p.How != Fixed && p.At.After(b.Newest) {
			b.Newest = p.At
		}
		b.Prices = append(b.Prices, p)
		known[code] = true
	}
	b.Tied = s.ties(base, known, asOf.At)
	return b
}

func (s *sheaf) codes() []currency.Code {
	seen := map[currency.Code]bool{}
	for _, list := range s.sheets {
		for _, sh := range list.all {
			for code := range sh.beside {
				seen[code] = true
			}
		}
	}
	codes := make([]currency.Code, 0, len(seen))
	for code := range seen {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// All yields the prices of a board, and then those that are tied, as they lie in their lists.
func (b Board) All() iter.Seq[*Price] {
	return func(yield func(*Price) bool) {
		for _, list := range [][]Price{b.Prices, b.Tied} {
			for i := range list {
				if !yield(&list[i]) {
					return
				}
			}
		}
	}
}

// Price returns the board's price of a currency; ok is false when it is not on the board.
func (b Board) Price(quote currency.Code) (Price, bool) {
	if p, ok := find(b.Prices, quote); ok {
		return p, true
	}
	return find(b.Tied, quote)
}

func find(prices []Price, quote currency.Code) (Price, bool) {
	i, ok := slices.BinarySearchFunc(prices, quote, func(p Price, want currency.Code) int {
		_, q, _ := p.Symbol.Pair()
		if q < want {
			return -1
		} else if q > want {
			return 1
		}
		return 0
	})
	if !ok {
		return Price{}, false
	}
	return prices[i], true
}
