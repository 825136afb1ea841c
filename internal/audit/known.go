package audit

import (
	"github.com/courant-news/courant/internal/market"
)

// Known is what a ledger knew about a document's day, gathered by [Gather].
type Known struct {
	Prices  map[market.Symbol]market.Price // settled at the end of the day, of the pairs and listings that the document speaks of
	Sources market.Sources
}

var knownRules = []Rule{}
