package market_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

var (
	day30 = time.Date(2026, 1, 30, 0, 0, 0, 0, time.UTC)
	four  = market.Moment{At: day30, Seen: day30.Add(16 * time.Hour)}
)

func said(source market.SourceID, symbol market.Symbol, field market.Field, value string, m market.Moment) market.Observation {
	return market.NewObservation(symbol, field, currency.MustDecimal(value), m, source, "a test")
}

// These names stand in archives and links. A test that fails here means that every one of them would be lost.
func TestANumberKeepsItsNameForEver(t *testing.T) {
	rate := said("ecb", "EUR/USD", market.Rate, "1.0850", four)
	if rate.ID != "gr6wci72yw3c4ofb" {
		t.Errorf("the rate is named %s", rate.ID)
	}
	quote := said("page-2026-02-02", "XNYS:BP", market.Change, "-0.5100", market.Moment{
		At: time.Date(2026, 2, 2, 14, 30, 0, 1000, time.UTC), Seen: time.Date(2026, 2, 2, 16, 0, 0, 123_456_000, time.UTC),
	})
	if quote.ID != "jd7wgtor4ee6tefw" {
		t.Errorf("the change is named %s", quote.ID)
	}
	for _, o := range []market.Observation{rate, quote} {
		if id, err := market.ParseID(string(o.ID)); err != nil || id != o.ID {
			t.Errorf("the name %s is read as %s, %v", o.ID, id, err)
		}
	}
}

func TestEverythingButTheReferenceIsInTheName(t *testing.T) {
	first := said("ecb", "EUR/USD", market.Rate, "1.0850", four)
	elsewhere := market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("1.0850"), four, "ecb", "another place")
	if elsewhere.ID != first.ID {
		t.Error("a better description of the place made another number of it")
	}
	names := map[market.ID]string{first.ID: "the first"}
	for what, o := range map[string]market.Observation{
		"source":          said("ecb2", "EUR/USD", market.Rate, "1.0850", four),
		"symbol":          said("ecb", "EUR/USN", market.Rate, "1.0850", four),
		"field":           said("ecb", "EUR/USD", market.Last, "1.0850", four),
		"value":           said("ecb", "EUR/USD", market.Rate, "1.0851", four),
		"digits":          said("ecb", "EUR/USD", market.Rate, "1.085", four),
		"sign":            said("ecb", "EUR/USD", market.Rate, "-1.0850", four),
		"at":              said("ecb", "EUR/USD", market.Rate, "1.0850", market.Moment{At: four.At.Add(time.Microsecond), Seen: four.Seen}),
		"seen":            said("ecb", "EUR/USD", market.Rate, "1.0850", market.Moment{At: four.At, Seen: four.Seen.Add(time.Microsecond)}),
		"the times' turn": said("ecb", "EUR/USD", market.Rate, "1.0850", market.Moment{At: four.Seen, Seen: four.At}),
	} {
		if other, there := names[o.ID]; there {
			t.Errorf("another %s has the same name as %s", what, other)
		}
		names[o.ID] = "another " + what
	}
}

func TestTimesAreOfOneZoneAndCutToMicroseconds(t *testing.T) {
	baku := time.FixedZone("Baku", 4*60*60)
	m := market.Moment{At: four.At.Add(999).In(baku), Seen: four.Seen.Add(999).In(baku)}
	o := said("ecb", "EUR/USD", market.Rate, "1.0850", m)
	if want := said("ecb", "EUR/USD", market.Rate, "1.0850", four); o != want {
		t.Errorf("%+v is not %+v", o, want)
	}
}

func TestAChangedObservationIsNotRecorded(t *testing.T) {
	ledger := market.NewLedger(nil, nil, market.LedgerOptions{})
	sources := []market.Source{{ID: "ecb", Name: "ECB", Kind: market.Official, Fresh: time.Hour}}
	o := said("ecb", "EUR/USD", market.Rate, "1.0850", four)
	if err := ledger.Check(sources, []market.Observation{o}); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*market.Observation){
		"a value":      func(o *market.Observation) { o.Value = currency.MustDecimal("1.0851") },
		"a time":       func(o *market.Observation) { o.At = o.At.Add(-time.Hour) },
		"nanoseconds":  func(o *market.Observation) { o.At = o.At.Add(1) },
		"another zone": func(o *market.Observation) { o.Seen = o.Seen.In(time.FixedZone("Baku", 4*60*60)) },
		"no name":      func(o *market.Observation) { o.ID = "" },
	} {
		changed := o
		change(&changed)
		err := ledger.Check(sources, []market.Observation{changed})
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "it was changed") {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, m := range map[string]market.Moment{"at": {Seen: four.Seen}, "seen": {At: four.At}} {
		err := ledger.Check(sources, []market.Observation{said("ecb", "EUR/USD", market.Rate, "1.0850", m)})
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "both its times") {
			t.Errorf("without %s: %v", what, err)
		}
	}
}

func TestASourceMustSayWhoItIsAndForHowLongItCounts(t *testing.T) {
	ledger := market.NewLedger(nil, nil, market.LedgerOptions{})
	good := market.Source{ID: "ecb", Name: "European Central Bank", Kind: market.Official, Fresh: time.Hour}
	for want, change := range map[string]func(*market.Source){
		"is no source name":          func(s *market.Source) { s.ID = "ECB" },
		`"" is no source name`:       func(s *market.Source) { s.ID = "" },
		"use lower-case letters":     func(s *market.Source) { s.ID = market.SourceID(strings.Repeat("a", 65)) },
		"has no name":                func(s *market.Source) { s.Name = "" },
		"of no known kind":           func(s *market.Source) { s.Kind = "rumour" },
		"how long a value stays":     func(s *market.Source) { s.Fresh = 0 },
		"is no source name: use low": func(s *market.Source) { s.ID = "a/b" },
	} {
		s := good
		change(&s)
		if err := ledger.Check([]market.Source{s}, nil); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", s, err, want)
		}
	}
}

func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"abcdefghij234567", "", "ABCDEFGHIJ234567", "abcdefghij23456", "abcdefghij01189x", "abcdefghij2345ü"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := market.ParseID(text)
		fits := len(text) == 16 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == ""
		if fits != (err == nil) || err == nil && string(id) != text {
			t.Errorf("%q is read as %q, %v", text, id, err)
		}
		if err != nil && (!errors.Is(err, fault.NotFound) || len(err.Error()) > 300) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
