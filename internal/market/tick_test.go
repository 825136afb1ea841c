package market_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// traded reads trades as TIME PRICE SIZE, with - for a size that is not known and ! for a price that counts for nothing.
func traded(t *testing.T, list string) (ticks []market.Tick) {
	t.Helper()
	for text := range strings.SplitSeq(list, ",") {
		f := strings.Fields(text)
		at, err := time.Parse(time.RFC3339, "2026-"+f[0]+"Z")
		if err != nil {
			t.Fatal(err)
		}
		price, aside := strings.CutSuffix(f[1], "!")
		tick := market.Tick{Symbol: "XNYS:BP", Source: "wire", At: at, Seen: at, Price: currency.MustDecimal(price), Aside: aside, NoSize: f[2] == "-"}
		if !tick.NoSize {
			tick.Size = currency.MustDecimal(f[2])
		}
		ticks = append(ticks, tick)
	}
	return ticks
}

func TestBarsOfMinutesAreMadeOfTheTradesOfASession(t *testing.T) {
	for _, c := range []struct{ symbol, trades, want string }{
		{
			"XNYS:BP", "02-02T15:00:01 35.90 100,02-02T15:00:02 35.95 50,02-02T15:00:03 35.85 1,02-02T15:00:59.999 35.910 9,02-02T15:01:00 36 1",
			"15:00 35.90 35.95 35.85 35.910 160; 15:01 36 36 36 36 1",
		},
		{"XNYS:BP", "02-02T15:00:09 35.92 1,02-02T15:00:01 35.90 1", "15:00 35.90 35.92 35.90 35.92 2"},                                            // told in another order
		{"XNYS:BP", "02-02T15:00:01 35.90 100,02-02T15:00:02 99! 7", "15:00 35.90 35.90 35.90 35.90 107"},                                          // an odd lot
		{"XNYS:BP", "02-02T15:00:01 99! 7", ""},                                                                                                    // and nothing else
		{"XNYS:BP", "02-02T15:00:01 35.90 100,02-02T15:00:02 35.91 -", "15:00 35.90 35.91 35.90 35.91 -"},                                          // a size that is not known
		{"XNYS:BP", "02-02T14:29:59 35 1,02-02T14:30:00 36 1,02-02T20:59:59 37 1,02-02T21:00:00 38 1", "14:30 36 36 36 36 1; 20:59 37 37 37 37 1"}, // the session
		{"XNYS:BP", "07-02T14:29:59 35 1,07-02T20:00:00 37 1", "14:29 35 35 35 35 1"},                                                              // in summer it opens an hour earlier
		{"XNYS:BP", "11-27T17:59:59 35 1,11-27T18:00:00 37 1", "17:59 35 35 35 35 1"},                                                              // the day after Thanksgiving closes early
		{"XNYS:BP", "01-31T15:00:00 35 1,01-19T15:00:00 35 1", ""},                                                                                 // a Saturday, a holiday
		{"XTKS:7203", "02-02T02:29:00 35 1,02-02T02:30:00 35 1,02-02T03:30:00 36 1", "02:29 35 35 35 35 1; 03:30 36 36 36 36 1"},                   // a rest at noon
	} {
		ticks := traded(t, c.trades)
		from, to := ticks[0].At.AddDate(-1, 0, 0), ticks[0].At.AddDate(1, 0, 0)
		bars, err := market.MinuteBars(market.Symbol(c.symbol), ticks, from, to, to)
		if err != nil {
			t.Error(err)
		}
		var got []string
		for _, b := range bars {
			if err := b.Check(); err != nil || b.Source != "wire" || b.Ref == "" {
				t.Errorf("%+v: %v", b, err)
			}
			volume := b.Volume.String()
			if b.NoVolume {
				volume = "-"
			}
			got = append(got, fmt.Sprintf("%s %s %s %s %s %s", b.At.Format("15:04"), b.Open, b.High, b.Low, b.Close, volume))
		}
		if text := strings.Join(got, "; "); text != c.want {
			t.Errorf("%s\nmake %s\nwant %s", c.trades, text, c.want)
		}
	}
	// Only whole minutes that are asked for.
	ticks := traded(t, "02-02T15:00:01 35.90 1,02-02T15:01:01 35.91 1,02-02T15:02:01 35.92 1")
	minute := func(n int) time.Time { return time.Date(2026, 2, 2, 15, n, 0, 0, time.UTC) }
	bars, err := market.MinuteBars("XNYS:BP", ticks, minute(1), minute(2), minute(3))
	if err != nil || len(bars) != 1 || !bars[0].At.Equal(minute(1)) || !bars[0].Seen.Equal(minute(3)) {
		t.Error(bars, err)
	}
	if _, err := market.MinuteBars("XXXX:ANY", ticks, minute(1), minute(2), minute(3)); !errors.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if !slices.IsSortedFunc(ticks, func(a, b market.Tick) int { return a.At.Compare(b.At) }) {
		t.Error("what was given was changed")
	}
}
