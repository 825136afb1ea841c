package provider

// What the messages of several streams have in common.

import (
	_ "embed"
	"encoding/json"
	"sync"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// Under which conditions a trade may be made, by the codes of each provider, and what it counts for: rows with their sources.
//
//go:embed data/conditions.csv
var conditionsCSV string

type condition struct {
	provider market.SourceID
	code     string
}

// counting says what a trade counts for.
type counting struct{ price, size bool }

var conditions = sync.OnceValue(func() map[condition]counting {
	all := map[condition]counting{}
	for _, row := range embedded("conditions.csv", conditionsCSV) {
		all[condition{market.SourceID(row[0]), row[1]}] = counting{price: row[3] == "yes", size: row[4] == "yes"}
	}
	return all
})

// tradeOf is a trade that a message tells, as what it counts by its conditions. It makes a price where each of them allows that.
// One that is not known makes none, and whether its size counts is not known either.
func tradeOf(id market.SourceID, l wire.Listed, millis, price, size wire.Text, codes []wire.Text) (wire.Trade, error) {
	at, err := unixFine(millis, time.Millisecond)
	if err != nil {
		return wire.Trade{}, err
	}
	t, err := wire.TradeOf(l, at, string(price), string(size), "p")
	if err != nil {
		return wire.Trade{}, err
	}
	for _, code := range codes {
		c, known := conditions()[condition{id, string(code)}]
		t.Aside = t.Aside || !c.price
		switch {
		case !known:
			t.NoSize = true
		case !c.size && !t.NoSize: // what was traded was told already
			t.Size = t.Size.Sub(t.Size)
		}
	}
	if t.NoSize {
		t.Size = t.Size.Sub(t.Size)
	}
	return t, nil
}

// quote writes a text as JSON does.
func quote(text string) string {
	b, _ := json.Marshal(text) // a text can always be written
	return string(b)
}
