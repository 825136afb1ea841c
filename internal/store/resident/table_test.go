package resident

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
)

// Columns say the same in a table as by themselves, whatever becomes of them there: rows added to all or to some, a number too large
// for half a word, a column more.
func TestColumnsInATableSayWhatTheySaidByThemselves(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 16))
	for range 200 {
		alone, woven := map[store.Track]*column{}, map[store.Track]*column{}
		add := func(symbol int, source market.SourceID, moments ...int) {
			track := store.Track{Symbol: market.Pair("EUR", currency.Code(fmt.Sprintf("X%02d", symbol))), Field: market.Rate, Source: source}
			var said []market.Observation
			for _, day := range moments {
				coefficient := int64(1 + random.IntN(1_000_000))
				if random.IntN(400) == 0 {
					coefficient <<= 30
				}
				at := time.Unix(0, 0).UTC().AddDate(0, 0, day)
				m := market.Moment{At: at, Seen: at.Add(time.Duration(day/7%2) * time.Hour)}
				said = append(said, market.NewObservation(track.Symbol, track.Field, currency.DecimalOf(coefficient, random.IntN(7)), m, source, ""))
			}
			for _, columns := range []map[store.Track]*column{alone, woven} {
				if columns[track] == nil {
					columns[track] = newColumn(track)
				}
				columns[track] = columns[track].with(said)
			}
		}
		days := 1 + random.IntN(60)
		for step := range 6 {
			for symbol := range 1 + random.IntN(20) {
				for _, source := range []market.SourceID{"bank", "press"} {
					var moments []int
					for day := step * days; day < (step+1)*days; day++ {
						moments = append(moments, day)
					}
					if random.IntN(8) == 0 { // one that was left out now and then
						moments = moments[random.IntN(len(moments)):]
					}
					add(symbol, source, moments...)
				}
			}
			before := map[store.Track]*column{}
			for track, c := range woven {
				before[track] = c
			}
			tabulate(woven)
			for track, want := range alone {
				same(t, want, woven[track])
				same(t, want, before[track]) // somebody may still be reading it
			}
		}
	}
}

func same(t *testing.T, want, got *column) {
	t.Helper()
	if want.Len() != got.Len() || want.Latest() != got.Latest() || want.Revised() != got.Revised() {
		t.Fatalf("%v: %d rows to %d, and not %d to %d", want.track, got.Len(), got.Latest(), want.Len(), want.Latest())
	}
	for i := range want.Len() {
		if want.At(i) != got.At(i) || want.Seen(i) != got.Seen(i) || want.ID(i) != got.ID(i) || want.Value(i).String() != got.Value(i).String() ||
			string(want.AppendValue(nil, i)) != string(got.AppendValue(nil, i)) {
			t.Fatalf("%v: row %d is %v and not %v", want.track, i, got.Observation(i), want.Observation(i))
		}
	}
}

func TestWhatASourceSaysTogetherLiesTogether(t *testing.T) {
	columns := map[store.Track]*column{}
	at := time.Unix(0, 0).UTC()
	for i := range 40 {
		track := store.Track{Symbol: market.Pair("EUR", currency.Code(fmt.Sprintf("X%02d", i))), Field: market.Rate, Source: "bank"}
		o := market.NewObservation(track.Symbol, track.Field, currency.DecimalOf(int64(i+1), 0), market.Moment{At: at, Seen: at}, track.Source, "")
		columns[track] = newColumn(track).with([]market.Observation{o})
	}
	tabulate(columns)
	for _, c := range columns {
		if c.in == nil || c.in.columns != len(columns) || c.Moments() != columns[store.Track{Symbol: "EUR/X00", Field: market.Rate, Source: "bank"}].Moments() {
			t.Fatalf("%v is not in the table of all: %v", c.track, c.in)
		}
	}
	before := columns[store.Track{Symbol: "EUR/X00", Field: market.Rate, Source: "bank"}].in
	tabulate(columns)
	if columns[store.Track{Symbol: "EUR/X00", Field: market.Rate, Source: "bank"}].in != before {
		t.Error("what is a table already is put into another")
	}
}
