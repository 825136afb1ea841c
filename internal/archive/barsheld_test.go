package archive_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/store/storetest"
)

// Of fourteen shares' real bars hardly any may be held.
func TestHardlyAnyRealBarIsHeld(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(must.Samples(t), "quotes", "history", "yahoo", "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	l := market.NewLedger(storetest.Open(t), bus.New(), market.LedgerOptions{})
	vendor := market.Source{ID: "vendor", Name: "Vendor", Kind: market.Dataset, Fresh: time.Hour}
	all, held := 0, map[market.Reason]int{}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		ticker := strings.TrimSuffix(filepath.Base(name), ".csv")
		symbol := market.Symbol("XNYS:" + ticker)
		if ticker == "AZN" || ticker == "VOD" {
			symbol = market.Symbol("XNAS:" + ticker)
		}
		bars, err := archive.ReadBars(f, archive.BarsOptions{Symbol: symbol, Interval: market.Daily, Source: "vendor", Seen: time.Date(2024, 3, 9, 0, 0, 0, 0, time.UTC)}, nil)
		_ = f.Close()
		if err != nil {
			t.Fatal(name, err)
		}
		r, err := l.AddBars(t.Context(), vendor, bars.Bars, market.BarsOptions{})
		if err != nil {
			t.Fatal(err)
		}
		all += len(bars.Bars)
		for _, h := range r.Held {
			held[h.Reason]++
		}
	}
	total := 0
	for _, n := range held {
		total += n
	}
	if all != 67_847 || total*1000 > all || total == 0 {
		t.Errorf("%d of %d bars are held: %v", total, all, held)
	}
}
