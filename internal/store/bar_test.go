package store_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
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
	got, by, err := l.Bars(t.Context(), market.Stretch{Symbol: "XNYS:BP", Interval: market.Daily, From: from, To: to})
	if diff := cmp.Diff([]market.Bar{given[0], revised, silent}, got); err != nil || diff != "" || by.ID != "vendor" {
		t.Errorf("%v %s: %s", err, by.ID, diff)
	}
	then := market.Stretch{Symbol: "XNYS:BP", Interval: market.Daily, From: from, To: to, Known: now.Add(-time.Minute)}
	if got, _, err := l.Bars(t.Context(), then); err != nil || cmp.Diff(given, got) != "" {
		t.Errorf("before it was revised: %v %s", err, cmp.Diff(given, got))
	}
	then.Known = given[0].Seen.Add(-time.Minute)
	if _, _, err := l.Bars(t.Context(), then); !errors.Is(err, fault.NotFound) {
		t.Errorf("before anything was learnt: %v", err)
	}
	if got, _, err := l.Bars(t.Context(), market.Stretch{Symbol: "XNYS:BP", Interval: market.Daily, From: given[1].At, To: given[1].At}); err != nil || len(got) != 1 {
		t.Error(got, err)
	}
	for _, interval := range []market.Interval{market.Minutely} {
		if _, _, err := l.Bars(t.Context(), market.Stretch{Symbol: "XNYS:BP", Interval: interval, From: from, To: to}); !errors.Is(err, fault.NotFound) {
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
	if all, err := db.Bars(t.Context(), market.Stretch{Symbol: "XNYS:BP", Interval: market.Daily, From: from, To: to.AddDate(0, 0, 9)}); err != nil || len(all) != 4 {
		t.Error(all, err)
	}
}

func holdsBars(t *testing.T, url string) {
	db := open(t, url)
	now := time.Date(2026, 2, 9, 0, 0, 0, 0, time.UTC)
	l := market.NewLedger(db, bus.New(), market.LedgerOptions{Now: func() time.Time { return now }})
	vendor := market.Source{ID: "vendor", Name: "Vendor", Kind: market.Dataset, Fresh: time.Hour, Terms: market.ShowOnly}
	other := market.Source{ID: "other", Name: "Other", Kind: market.Dataset, Fresh: time.Hour, Terms: market.Private}
	day := func(source market.SourceID, n int, ohlc ...string) market.Bar {
		b := bar(source, n, ohlc[3], now)
		b.Open, b.High, b.Low = currency.MustDecimal(ohlc[0]), currency.MustDecimal(ohlc[1]), currency.MustDecimal(ohlc[2])
		return b
	}
	add := func(source market.Source, o market.BarsOptions, bars ...market.Bar) market.BarsReceipt {
		t.Helper()
		now = now.Add(time.Minute)
		for i := range bars {
			bars[i].Seen = now
		}
		r, err := l.AddBars(t.Context(), source, bars, o)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	closes := func() (all []string) {
		bars, err := db.Bars(t.Context(), market.Stretch{Symbol: "XNYS:BP", Interval: market.Daily, From: bar("", 0, "1", now).At, To: bar("", 30, "1", now).At})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range bars {
			if b.Source == "vendor" {
				all = append(all, b.Close.String())
			}
		}
		return all
	}
	held := func() (all []string) {
		waiting, err := l.Quarantine(t.Context(), market.Waiting)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range slices.Backward(waiting) { // the last learnt come first
			if h.Text == "" || !h.At.Before(now) || h.What() != string(h.Symbol)+", bar of a day" {
				t.Errorf("%+v", h)
			}
			all = append(all, h.Bar.Close.String()+" "+string(h.Reason))
		}
		return all
	}
	// A close in another unit, and a high that nobody can have paid, in one file with bars that are right.
	given := []market.Bar{
		day("vendor", 0, "35.1", "35.9", "35.0", "35.4"), day("vendor", 1, "3510", "3590", "3500", "3540"), day("vendor", 2, "35.1", "359.0", "35.0", "35.2"),
		day("vendor", 3, "35.1", "35.9", "35.0", "35.5"),
	}
	r := add(vendor, market.BarsOptions{}, given...)
	if r.New != 2 || r.Known != 0 || len(r.Held) != 2 || r.Held[0].Reason != market.Slip || r.Held[1].Reason != market.Jump {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]string{"35.4", "35.5"}, closes()); diff != "" {
		t.Error(diff)
	}
	// What is said again is held as before, and not twice.
	if r := add(vendor, market.BarsOptions{}, given...); r.New != 0 || r.Known != 4 || len(r.Held) != 0 {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]string{"3540 power of ten", "35.2 jump"}, held()); diff != "" {
		t.Error(diff)
	}
	// A person stands by what is held.
	if r := add(vendor, market.BarsOptions{Vouched: true}, given[2]); r.New != 1 || len(r.Held) != 0 {
		t.Errorf("%+v", r)
	}
	// Another source that says otherwise is believed, and releases nothing.
	if r := add(other, market.BarsOptions{}, day("other", 1, "35.1", "35.9", "35.0", "35.45")); r.New != 1 || len(r.Held) != 0 {
		t.Errorf("%+v", r)
	}
	// A fall is held, and held no more once another source says about the same.
	fall := day("vendor", 4, "22.0", "22.5", "21.0", "22.0")
	if r := add(vendor, market.BarsOptions{}, fall); len(r.Held) != 1 {
		t.Errorf("%+v", r)
	}
	if r := add(other, market.BarsOptions{}, day("other", 4, "22.0", "22.5", "21.0", "22.1")); r.New != 1 || len(r.Held) != 0 {
		t.Errorf("%+v", r)
	}
	if r := add(vendor, market.BarsOptions{}, fall, day("vendor", 7, "22.0", "22.5", "21.0", "22.3")); r.New != 1 || r.Known != 1 || len(r.Held) != 0 {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]string{"35.4", "35.2", "35.5", "22.0", "22.3"}, closes()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"3540 power of ten"}, held()); diff != "" {
		t.Error(diff)
	}
	// Of a share that trades no more there is nothing to be told.
	gone := day("vendor", 0, "16", "16", "16", "16")
	gone.Symbol = "XNYS:SCS"
	if r := add(vendor, market.BarsOptions{}, gone); len(r.Held) != 1 || r.Held[0].Reason != market.NotTraded {
		t.Errorf("%+v", r)
	}
	// A quote of another source confirms a bar as well as a bar does, and the source's own quotes are its past.
	said := func(source market.Source, n int, value string) {
		o := market.NewObservation("XNYS:BP", market.Last, currency.MustDecimal(value), market.Moment{At: bar("", n, "1", now).At, Seen: now}, source.ID, "")
		if _, err := l.Record(t.Context(), []market.Source{source}, []market.Observation{o}, nil); err != nil {
			t.Fatal(err)
		}
	}
	feed := market.Source{ID: "feed", Name: "Feed", Kind: market.Dataset, Fresh: time.Hour, Terms: market.ShowOnly}
	said(feed, 7, "22.3")
	jump := day("feed", 8, "44", "44.5", "43", "44.4")
	if r := add(feed, market.BarsOptions{}, jump); len(r.Held) != 1 {
		t.Errorf("%+v", r)
	}
	said(other, 8, "44.2")
	if r := add(feed, market.BarsOptions{}, jump); r.New != 1 || len(r.Held) != 0 {
		t.Errorf("%+v", r)
	}
}

func decidesOnBars(t *testing.T, url string) {
	db := open(t, url)
	now := time.Date(2026, 2, 9, 0, 0, 0, 0, time.UTC)
	l := market.NewLedger(db, bus.New(), market.LedgerOptions{Now: func() time.Time { return now }})
	vendor := market.Source{ID: "vendor", Name: "Vendor", Kind: market.Dataset, Fresh: time.Hour, Terms: market.ShowOnly}
	day := func(n int, price string) market.Bar { // a day without a move
		b := bar("vendor", n, price, now)
		b.Open, b.High, b.Low = b.Close, b.Close, b.Close
		return b
	}
	add := func(bars ...market.Bar) market.BarsReceipt {
		t.Helper()
		r, err := l.AddBars(t.Context(), vendor, bars, market.BarsOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	became := func() (all []string) {
		held, err := l.Quarantine(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range slices.Backward(held) {
			all = append(all, h.Said()+" "+string(h.State)+" "+h.By+" "+h.Note)
		}
		return all
	}
	flat := func(price string) string {
		return "open " + price + ", high " + price + ", low " + price + ", close " + price
	}
	// After a shock every day is held. Who releases the first releases those that follow, and not what is a slip of its own.
	silent := day(5, "22.2")
	silent.Volume, silent.NoVolume = currency.Decimal{}, true
	r := add(day(0, "35.4"), day(1, "22.0"), day(2, "22.1"), day(3, "0.221"), silent)
	if r.New != 1 || len(r.Held) != 4 {
		t.Fatalf("%+v", r)
	}
	now = now.Add(time.Hour)
	put, err := l.Release(t.Context(), r.Held[0].ID, "Ada", "seen on the tape")
	if err != nil || len(put) != 3 {
		t.Fatal(put, err)
	}
	follows := "follows 22.0 of 27 January 2026, released: seen on the tape"
	if diff := cmp.Diff([]string{
		flat("22.0") + " released Ada seen on the tape", flat("22.1") + " released Ada " + follows,
		flat("0.221") + " waiting  ", flat("22.2") + " released Ada " + follows,
	}, became()); diff != "" {
		t.Error(diff)
	}
	silent.Seen = now
	all, err := db.Bars(t.Context(), market.Stretch{Symbol: "XNYS:BP", Interval: market.Daily, From: day(0, "1").At, To: day(9, "1").At})
	if err != nil || len(all) != 4 {
		t.Fatal(all, err)
	}
	if diff := cmp.Diff(silent, all[3]); diff != "" { // all of the bar, learnt when it was released
		t.Error(diff)
	}
	// A bar is decided on once, and by somebody.
	if _, err := l.Reject(t.Context(), r.Held[0].ID, "Ada", ""); !errors.Is(err, fault.Conflict) {
		t.Error(err)
	}
	if _, err := l.Release(t.Context(), r.Held[2].ID, " ", ""); !errors.Is(err, fault.Invalid) {
		t.Error(err)
	}
	// What was put away is not believed when it is said again, nor held once more.
	if _, err := l.Reject(t.Context(), r.Held[2].ID, "Ada", "pounds for pence"); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	if r := add(day(3, "0.221"), day(5, "22.2")); r.New != 1 || r.Known != 1 || len(r.Held) != 0 { // but that a volume is said is news
		t.Errorf("%+v", r)
	}
	// What the source takes back waits no more.
	if r := add(day(8, "2230")); len(r.Held) != 1 {
		t.Errorf("%+v", r)
	}
	if r := add(day(8, "22.3")); r.New != 1 || len(r.Held) != 0 {
		t.Errorf("%+v", r)
	}
	if got := became(); !slices.Contains(got, flat("0.221")+" rejected Ada pounds for pence") ||
		got[len(got)-1] != flat("2230")+" rejected vendor Vendor says "+flat("22.3")+" of 3 February 2026" {
		t.Errorf("%q", got)
	}
}

// What was held before bars stood in the quarantine is decided on there.
func TestBarsThatWereHeldBeforeStandInTheQuarantine(t *testing.T) {
	for engine, c := range map[string]struct {
		url     func(t *testing.T) string
		driver  string
		dialect goose.Dialect
	}{
		"sqlite":   {func(t *testing.T) string { return filepath.Join(t.TempDir(), "paper.db") }, "sqlite", goose.DialectSQLite3},
		"postgres": {func(t *testing.T) string { return must.Postgres(t) }, "pgx", goose.DialectPostgres},
	} {
		t.Run(engine, func(t *testing.T) {
			url := c.url(t)
			before, err := sql.Open(c.driver, url)
			if err != nil {
				t.Fatal(err)
			}
			p, err := goose.NewProvider(c.dialect, before, os.DirFS("migrations/"+engine), goose.WithDisableGlobalRegistry(true),
				goose.WithGoMigrations(goose.NewGoMigration(13, nil, nil))) // which indexes stories: there are none
			if err == nil {
				_, err = p.UpTo(t.Context(), 16)
			}
			for _, row := range []string{
				`INSERT INTO source (id, name, kind, home, fresh, note, licence) VALUES ('vendor', 'Vendor', 'dataset', '', 0, '', '')`,
				`INSERT INTO heldbar (symbol, span, source, at, seen, open, high, low, close, volume, ref, reason, text) VALUES
					('XNYS:BP', 'day', 'vendor', 1769472000000000, 1769558400000000, '3510', '3590', '3500', '3540', '', 'line 2', 'power of ten', 'It cannot be.')`,
			} {
				if err == nil {
					_, err = before.ExecContext(t.Context(), row)
				}
			}
			if err := errors.Join(err, before.Close()); err != nil {
				t.Fatal(err)
			}
			db := open(t, url)
			l := market.NewLedger(db, bus.New(), market.LedgerOptions{})
			held, err := l.Quarantine(t.Context(), market.Waiting)
			if err != nil || len(held) != 1 || held[0].Said() != "open 3510, high 3590, low 3500, close 3540" || held[0].What() != "XNYS:BP, bar of a day" || !held[0].Bar.NoVolume {
				t.Fatalf("%+v %v", held, err)
			}
			if _, err := market.ParseID(string(held[0].ID)); err != nil {
				t.Error(err)
			}
			if _, err := l.Release(t.Context(), held[0].ID, "Ada", ""); err != nil {
				t.Error(err)
			}
			if bars, err := db.Bars(t.Context(), market.Stretch{Symbol: "XNYS:BP", Interval: market.Daily, From: held[0].At, To: held[0].At}); err != nil || len(bars) != 1 {
				t.Error(bars, err)
			}
		})
	}
}
