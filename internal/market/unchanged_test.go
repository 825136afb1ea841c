package market

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/currency"
)

// The ECB's feed was never frozen: what is called unchanged in its history must have been held by somebody.
func TestOnRealSeriesOnlyWhatWasHeldIsCalledUnchanged(t *testing.T) {
	facts := Facts{Sources: Sources{"ecb": {ID: "ecb", Name: "ECB", Kind: Official, Fresh: 120 * time.Hour}}, Currencies: currency.All()}
	flagged, total := map[currency.Code]int{}, 0
	for code, series := range ecbSeries(t) {
		for i := range series {
			series[i].Source = "ecb"
		}
		last := series[len(series)-1].At
		s := newSheaf(series, facts, AsOf{At: last, Known: last.AddDate(1, 0, 0)})
		for _, p := range s.history("EUR", code) {
			total++
			if slices.ContainsFunc(p.Flags, func(f Flag) bool { return f.Code == Unchanged }) {
				flagged[code]++
			}
		}
	}
	// Pegs before the euro, currency boards and floors: the kroon, the litas, the pound of Cyprus, the lira of Malta, the
	// tolar and the lats; the franc and the koruna while their banks held them; the króna while it was not traded.
	want := map[currency.Code]int{"EEK": 3069, "LTL": 2680, "MTL": 672, "CYP": 352, "CZK": 45, "LVL": 14, "ISK": 13, "SIT": 3, "CHF": 1}
	if diff := cmp.Diff(want, flagged); diff != "" || total != 217555 {
		t.Errorf("of %d values are called unchanged:\n%s", total, diff)
	}
}
