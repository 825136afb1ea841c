package search

import (
	"cmp"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/spelling"
)

// listings are the quotes whose ticker or name is looked for, the nearest first: the ticker, whole words of the name,
// the beginning of a ticker, beginnings of words, and words with a slip of the hand.
func listings(quotes []market.Quote, query string) []market.Quote {
	words := foldedWords(query)
	if len(words) == 0 {
		return nil
	}
	type near struct {
		rank int
		market.Quote
	}
	var found []near
	for _, q := range quotes {
		if rank, ok := nearness(q, words); ok {
			found = append(found, near{rank, q})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return cmp.Compare(a.rank, b.rank) })
	var list []market.Quote
	for _, n := range found[:min(len(found), maxListings)] {
		list = append(list, n.Quote)
	}
	return list
}

func nearness(q market.Quote, words []string) (rank int, ok bool) {
	const least = 2 // letters of the beginning of a ticker or a word
	_, ticker, _ := q.Symbol.Listing()
	ticker = spelling.Fold(ticker)
	name := foldedWords(q.Instrument.Name)
	if whole := strings.Join(words, "."); whole == ticker || whole == strings.Join(foldedWords(ticker), ".") {
		return 0, true
	}
	begins := func(w, n string) bool { return len(w) > least && strings.HasPrefix(n, w) }
	for i, fits := range []func(w, n string) bool{
		func(w, n string) bool { return w == n },
		begins,
		func(w, n string) bool { _, near := spelling.Near(w, n); return near || begins(w, n) },
	} {
		if !slices.ContainsFunc(words, func(w string) bool { return !slices.ContainsFunc(name, func(n string) bool { return fits(w, n) }) }) {
			return 1 + 2*i, true
		}
		if i == 0 && len(words) == 1 && len(words[0]) >= least && strings.HasPrefix(ticker, words[0]) {
			return 2, true
		}
	}
	return 0, false
}

func foldedWords(text string) (words []string) {
	for w := range spelling.Words(text) {
		words = append(words, w.Folded)
	}
	return words
}
