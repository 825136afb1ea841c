package provider

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"

	"github.com/courant-news/courant/internal/market"
)

// How each provider calls the listings of a market, and which market a segment belongs to: rows with their sources.
var (
	//go:embed data/names.csv
	namesCSV string
	//go:embed data/segments.csv
	segmentsCSV string
)

// pattern is how a provider calls the listings of one market.
type pattern struct {
	name string // with {ticker} in it
	dot  string // what stands in a name where the ticker has a dot
}

type naming struct {
	provider market.SourceID
	mic      market.MIC
}

var patterns = sync.OnceValue(func() map[naming]pattern {
	all := map[naming]pattern{}
	for _, row := range embedded("names.csv", namesCSV) {
		all[naming{market.SourceID(row[0]), market.MIC(row[1])}] = pattern{name: row[2], dot: row[3]}
	}
	return all
})

var segments = sync.OnceValue(func() map[market.MIC]market.MIC {
	all := map[market.MIC]market.MIC{}
	for _, row := range embedded("segments.csv", segmentsCSV) {
		all[market.MIC(row[0])] = market.MIC(row[1])
	}
	return all
})

// embedded are the rows below the heading of a table that comes with the program.
func embedded(name, text string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("provider: the embedded %s: %v", name, err))
	}
	return rows[1:]
}

// nameOf returns how a provider names listings. A dot at a ticker's end, as in London's RR., stands in nobody's names.
func nameOf(id market.SourceID) func(market.Symbol) (string, bool) {
	return func(s market.Symbol) (string, bool) {
		mic, ticker, ok := s.Listing()
		p, known := patterns()[naming{id, mic}]
		if !ok || !known {
			return "", false
		}
		ticker = strings.ReplaceAll(strings.TrimSuffix(ticker, "."), ".", p.dot)
		return strings.ReplaceAll(p.name, "{ticker}", ticker), true
	}
}

// operating is the market that a segment belongs to, or the code itself.
func operating(mic string) market.MIC {
	if of, ok := segments()[market.MIC(mic)]; ok {
		return of
	}
	return market.MIC(mic)
}
