package provider

import (
	"iter"
	"maps"
	"slices"

	"github.com/courant-news/courant/internal/wire"
)

func listB() []wire.Provider {
	return []wire.Provider{bdi(), bnr(), boc(), boe(), cnb(), hnb(), mnb(), norges(), rba(), riksbank()}
}

// sorted yields a map in the order of its keys, so that a reply is always read in the same order.
func sorted[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
