package market

import (
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// Which source a table asks depends on what the one that leads says; that it is the same as a board's, by chance, see
// TestABoardFromColumnsIsTheOneFromSheets.
func TestATableTakesWhatComesFirst(t *testing.T) {
	day := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	kinds := map[SourceID]Source{"dataset": {Kind: Dataset}, "federal": {Kind: Official, Issuer: "USD"}}
	for name, c := range map[string]struct {
		said  map[SourceID]string
		hours int // that have gone by
		want  string
	}{
		"the first by name":               {map[SourceID]string{"a": "1.1840", "b": "1.1841"}, 0, "a 1.1840"},
		"none that stands alone":          {map[SourceID]string{"a": "1.30", "b": "1.1841", "c": "1.1840"}, 0, "b 1.1841"},
		"one of two that contradict":      {map[SourceID]string{"a": "1.30", "b": "1.1841"}, 0, "a 1.30"},
		"the bank that issues one":        {map[SourceID]string{"a": "1.1840", "b": "1.1841", "federal": "1.1842"}, 0, "federal 1.1842"},
		"an official source":              {map[SourceID]string{"dataset": "1.1840", "z": "1.1841"}, 0, "z 1.1841"},
		"what is old, where nothing else": {map[SourceID]string{"a": "1.1840"}, 49, "a 1.1840 stale"},
	} {
		facts := Facts{Currencies: currency.All(), Sources: Sources{}}
		var heard []Observation
		for id, value := range c.said {
			s := kinds[id]
			if s.ID, s.Fresh = id, 48*time.Hour; s.Kind == "" {
				s.Kind = Official
			}
			facts.Sources[id] = s
			heard = append(heard, NewObservation("EUR/USD", Rate, currency.MustDecimal(value), Moment{At: day, Seen: day}, id, "a place"))
		}
		now := day.Add(time.Duration(c.hours) * time.Hour)
		var spread spread
		spread.listen(columnsOf(heard), facts, AsOf{At: now, Known: now})
		got := ""
		for _, v := range spread.values("EUR", AsOf{At: now, Known: now}).All {
			if v.Quote == "USD" {
				got = string(v.Source) + " " + v.Value.String()
				if v.Stale {
					got += " stale"
				}
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
