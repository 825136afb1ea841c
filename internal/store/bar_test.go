package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

func bar(source market.SourceID, n int, last string, learnt time.Time) market.Bar {
	return market.Bar{
		Symbol: "XNYS:BP", Interval: market.Daily, Source: source, At: time.Date(2026, 1, 26+n, 0, 0, 0, 0, time.UTC), Seen: learnt,
		Open: currency.MustDecimal("35.10"), High: currency.MustDecimal("35.90"), Low: currency.MustDecimal("35.00"), Close: currency.MustDecimal(last),
		Volume: currency.MustDecimal("100"), Ref: "BP.csv line 2",
	}
}

func keepsBars(t *testing.T, url string) {
	db := open(t, url)
	now := time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC)
	l := market.NewLedger(db, bus.New(), market.LedgerOptions{Now: func() time.Time { return now }})
	vendor := market.Source{ID: "vendor", Name: "Vendor", Kind: market.Dataset, Fresh: time.Hour, Terms: market.ShowOnly}
	secret := market.Source{ID: "secret", Name: "Secret", Kind: market.Official, Fresh: time.Hour, Terms: market.Private}
	silent := bar("vendor", 2, "35.60", now)
	silent.Volume, silent.NoVolume = currency.Decimal{}, true
	given := []market.Bar{bar("vendor", 0, "35.40", now), bar("vendor", 1, "35.50", now), silent}
	done := 0
	if r, err := l.AddBars(t.Context(), vendor, given, market.BarsOptions{Progress: func(n int) { done = n }}); err != nil || r.New != 3 || done != 3 {
		t.Fatal(r, err, done)
	}
	if _, err := l.AddBars(t.Context(), secret, []market.Bar{bar("secret", 1, "35.55", now)}, market.BarsOptions{}); err != nil {
		t.Fatal(err)
	}
	// What was said already is not news; what is said otherwise later counts from then on, and what was said stays.
	now = now.Add(time.Hour)
	revised := bar("vendor", 1, "35.45", now)
	if r, err := l.AddBars(t.Context(), vendor, []market.Bar{bar("vendor", 0, "35.40", now), revised}, market.BarsOptions{}); err != nil || r.Receipt != (market.Receipt{New: 1, Known: 1}) {
		t.Fatal(r, err)
	}
	from, to := given[0].At, given[2].At
	got, by, err := l.Bars(t.Context(), "XNYS:BP", market.Daily, from, to)
	if diff := cmp.Diff([]market.Bar{given[0], revised, silent}, got); err != nil || diff != "" || by.ID != "vendor" {
		t.Errorf("%v %s: %s", err, by.ID, diff)
	}
	if got, _, err := l.Bars(t.Context(), "XNYS:BP", market.Daily, given[1].At, given[1].At); err != nil || len(got) != 1 {
		t.Error(got, err)
	}
	for _, interval := range []market.Interval{market.Minutely} {
		if _, _, err := l.Bars(t.Context(), "XNYS:BP", interval, from, to); !errors.Is(err, fault.NotFound) {
			t.Error(err)
		}
	}
	// All or none: one that cannot be right, or stands there twice, keeps the others out.
	wrong := bar("vendor", 4, "36.50", now)
	for _, batch := range [][]market.Bar{{bar("vendor", 3, "35.40", now), wrong}, {bar("vendor", 3, "35.40", now), bar("vendor", 3, "35.41", now)}} {
		if _, err := l.AddBars(t.Context(), vendor, batch, market.BarsOptions{}); !errors.Is(err, fault.Invalid) {
			t.Error(err)
		}
	}
	if all, err := db.Bars(t.Context(), "XNYS:BP", market.Daily, from, to.AddDate(0, 0, 9)); err != nil || len(all) != 4 {
		t.Error(all, err)
	}
}
