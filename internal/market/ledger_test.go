package market_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/store/storetest"
)

// desk is a ledger over a fresh SQLite file, with what was announced on its bus.
type desk struct {
	*market.Ledger
	store  *store.DB
	events []bus.Event
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	db := storetest.Open(t)
	d := &desk{store: db}
	b := bus.New()
	b.Listen(func(e bus.Event) { d.events = append(d.events, e) })
	d.Ledger = market.NewLedger(db, b, market.LedgerOptions{Now: func() time.Time { return day30.AddDate(0, 0, 7) }})
	return d
}

var (
	bank = market.Source{ID: "bank", Name: "A Bank", Kind: market.Official, Fresh: 4 * 24 * time.Hour}
	page = market.Source{ID: "page", Name: "A Page", Kind: market.Page, Fresh: 24 * time.Hour}
)

func (d *desk) record(t testing.TB, observations ...market.Observation) market.Receipt {
	t.Helper()
	r, err := d.Record(t.Context(), []market.Source{bank, page}, observations, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sheetOf is a table of 170 rates, as a board prints them.
func sheetOf(t testing.TB, source market.SourceID, m market.Moment) []market.Observation {
	t.Helper()
	var sheet []market.Observation
	for _, c := range currency.All().Currencies() {
		if c.Code != "EUR" && c.Retired.IsZero() && len(sheet) < 170 {
			sheet = append(sheet, said(source, market.Pair("EUR", c.Code), market.Rate, fmt.Sprintf("%d.25", len(sheet)+1), m))
		}
	}
	if len(sheet) != 170 {
		t.Fatalf("there are only %d currencies", len(sheet))
	}
	return sheet
}

func TestAPageReadTwiceIsNewsOnce(t *testing.T) {
	d := newDesk(t)
	first := sheetOf(t, "page", four)
	if r := d.record(t, first...); r != (market.Receipt{New: 170}) {
		t.Errorf("the first reading: %+v", r)
	}
	again := sheetOf(t, "page", market.Moment{At: four.At, Seen: four.Seen.Add(time.Hour)})
	if r := d.record(t, again...); r != (market.Receipt{Known: 170}) {
		t.Errorf("the second reading: %+v", r)
	}
	again[7] = said("page", again[7].Symbol, market.Rate, "99.99", market.Moment{At: four.At, Seen: four.Seen.Add(2 * time.Hour)})
	if r := d.record(t, again...); r != (market.Receipt{New: 1, Known: 169}) {
		t.Errorf("the third reading, with one number changed: %+v", r)
	}
	if len(d.events) != 2 || d.events[0].Topic != market.PriceTopic {
		t.Errorf("the bus announced %v: only what is new is news", d.events)
	}
}

func TestARevisionTakenBackIsKeptAsAThirdValue(t *testing.T) {
	d := newDesk(t)
	at := func(hours int) market.Moment {
		return market.Moment{At: four.At, Seen: four.Seen.Add(time.Duration(hours) * time.Hour)}
	}
	a, b, back := said("bank", "EUR/USD", market.Rate, "1.1", at(0)), said("bank", "EUR/USD", market.Rate, "1.2", at(1)), said("bank", "EUR/USD", market.Rate, "1.1", at(2))
	// In one batch and out of order, as a catalogue may give them: what takes a revision back is no repetition.
	if r := d.record(t, a, back, b); r.New != 3 {
		t.Errorf("the batch: %+v", r)
	}
	number, err := d.Number(t.Context(), b.ID)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, r := range number.Revisions {
		values = append(values, r.Value.String())
	}
	if !slices.Equal(values, []string{"1.1", "1.2", "1.1"}) || number.Said.Name != "A Bank" || number.ID != b.ID {
		t.Errorf("the number is %+v", number)
	}
	if p, err := d.Rate(t.Context(), "EUR/USD", market.AsOf{}); err != nil || p.From[0].ID != back.ID {
		t.Errorf("the rate is %v, %v", p, err)
	}
	if _, err := d.Number(t.Context(), "aaaaaaaaaaaaaaaa"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a number that is not there: %v", err)
	}
}

func TestABatchWithOneWrongNumberLeavesNothingBehind(t *testing.T) {
	d := newDesk(t)
	_, err := d.Record(t.Context(), []market.Source{bank}, []market.Observation{
		said("bank", "EUR/USD", market.Rate, "1.1", four), said("bank", "EUR/JPY", market.Rate, "0", four),
	}, nil)
	if !errors.Is(err, fault.Invalid) || !strings.HasPrefix(fault.Sentence(err), "EUR/JPY") {
		t.Error(err)
	}
	if symbols, err := d.store.Symbols(t.Context()); err != nil || len(symbols) != 0 {
		t.Errorf("there are %v, %v", symbols, err)
	}
	if sources, err := d.Sources(t.Context()); err != nil || len(sources) != 0 {
		t.Errorf("there are %v, %v", sources, err)
	}
	if len(d.events) != 0 {
		t.Errorf("the bus announced %v", d.events)
	}
}

func TestThePriceIsOnDiskWhenTheBusTellsOfIt(t *testing.T) {
	db := storetest.Open(t)
	b := bus.New()
	ledger := market.NewLedger(db, b, market.LedgerOptions{Now: func() time.Time { return four.Seen }})
	heard := 0
	b.Listen(func(bus.Event) {
		heard++
		if p, err := ledger.Rate(context.Background(), "EUR/USD", market.AsOf{}); err != nil || p.Value.String() != "1.25" {
			t.Errorf("at the announcement the rate is %v, %v", p.Value, err)
		}
	})
	if _, err := ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{said("bank", "EUR/USD", market.Rate, "1.25", four)}, nil); err != nil {
		t.Fatal(err)
	}
	if heard != 1 {
		t.Errorf("it was announced %d times", heard)
	}
}

func TestTheNewestIsReadWhenNoDayIsGiven(t *testing.T) {
	d := newDesk(t)
	d.record(t, said("bank", "EUR/USD", market.Rate, "1.1", four),
		said("bank", "EUR/USD", market.Rate, "1.2", market.Moment{At: four.At.AddDate(0, 0, 1), Seen: four.Seen.AddDate(0, 0, 1)}),
		said("bank", "EUR/USD", market.Rate, "1.3", market.Moment{At: four.At.AddDate(0, 0, 8), Seen: four.Seen.AddDate(0, 0, 8)})) // after now
	if p, err := d.Rate(t.Context(), "EUR/USD", market.AsOf{}); err != nil || p.Value.String() != "1.2" {
		t.Errorf("the rate is %v, %v", p.Value, err)
	}
	b, err := d.Board(t.Context(), "USD", market.AsOf{})
	if err != nil || len(b.Prices) != 1 || !b.AsOf.At.Equal(day30.AddDate(0, 0, 7)) || !b.Newest.Equal(four.At.AddDate(0, 0, 1)) {
		t.Errorf("the board is %+v, %v", b, err)
	}
}

func TestWhatNobodyCanAskIsInvalidAndWhatNobodySaidIsNotFound(t *testing.T) {
	d := newDesk(t)
	d.record(t, said("bank", "EUR/USD", market.Rate, "1.1", four))
	ctx := t.Context()
	for what, ask := range map[string]struct {
		kind fault.Kind
		do   func() error
	}{
		"a rate of a listing":           {fault.Invalid, func() error { _, err := d.Rate(ctx, "XNYS:RIO", market.AsOf{}); return err }},
		"a rate of an unknown currency": {fault.Invalid, func() error { _, err := d.Rate(ctx, "EUR/ZZZ", market.AsOf{}); return err }},
		"a rate that nobody said":       {fault.NotFound, func() error { _, err := d.Rate(ctx, "EUR/JPY", market.AsOf{}); return err }},
		"a rate before the first": {fault.NotFound, func() error {
			_, err := d.Rate(ctx, "EUR/USD", market.AsOf{At: day30.Add(-1)})
			return err
		}},
		"a history of a listing":       {fault.Invalid, func() error { _, err := d.History(ctx, "XNYS:RIO", market.AsOf{}); return err }},
		"a board of no currency":       {fault.Invalid, func() error { _, err := d.Board(ctx, "ZZZ", market.AsOf{}); return err }},
		"a quote of a pair":            {fault.Invalid, func() error { _, err := d.Quote(ctx, "EUR/USD", market.AsOf{}); return err }},
		"a quote that nobody gave":     {fault.NotFound, func() error { _, err := d.Quote(ctx, "XNYS:RIO", market.AsOf{}); return err }},
		"a number that does not exist": {fault.NotFound, func() error { _, err := d.Number(ctx, "aaaaaaaaaaaaaaaa"); return err }},
	} {
		if err := ask.do(); err == nil || fault.KindOf(err) != ask.kind {
			t.Errorf("%s: %v", what, err)
		}
	}
	if h, err := d.History(ctx, "EUR/JPY", market.AsOf{}); err != nil || len(h) != 0 {
		t.Errorf("a history of nothing is %v, %v", h, err)
	}
	if b, err := d.Board(ctx, "JPY", market.AsOf{}); err != nil || len(b.Prices) != 0 {
		t.Errorf("a board of nothing is %v, %v", b, err)
	}
}

func TestWhatWasSaidIsReadWordForWordAndNothingPrivate(t *testing.T) {
	d := newDesk(t)
	secret := market.Source{ID: "secret", Name: "A Secret", Kind: market.Dataset, Fresh: time.Hour, Terms: market.Private}
	early := market.Moment{At: four.At.AddDate(0, 0, -9), Seen: four.Seen}
	revised := market.Moment{At: four.At, Seen: four.Seen.Add(time.Hour)}
	_, err := d.Record(t.Context(), []market.Source{bank, secret}, []market.Observation{
		said("bank", "EUR/USD", market.Rate, "1.0", early), said("bank", "EUR/USD", market.Rate, "1.1", four),
		said("bank", "EUR/USD", market.Rate, "1.20", revised), said("bank", "EUR/JPY", market.Rate, "160", four),
		said("secret", "EUR/USD", market.Rate, "1.3", four),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Said(t.Context(), []market.Symbol{"EUR/USD"}, four.At.AddDate(0, 0, -5), four.At)
	if err != nil || len(got) != 1 || got[0].Value.String() != "1.20" || got[0].Source != "bank" {
		t.Errorf("said %+v, %v", got, err)
	}
	got, err = d.Said(t.Context(), []market.Symbol{"EUR/USD"}, early.At, four.At)
	if err != nil || len(got) != 2 || got[0].Value.String() != "1.0" {
		t.Errorf("said %+v, %v", got, err)
	}
}
