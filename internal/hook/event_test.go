package hook_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden holds a body against a file, with the hook's ID, which is drawn, taken out.
func golden(t *testing.T, m message, id, name string) {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.ReplaceAll(m.body, []byte(id), []byte("hk_…")), "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || !bytes.Equal(want, b.Bytes()) {
		t.Errorf("what is sent is not %s (%v): run go test ./internal/hook -update, and read what changed\n%s", path, err, b.Bytes())
	}
}

func TestAMoveIsToldWithAllThatItRestsOn(t *testing.T) {
	w := newWorld(t)
	w.say(t, bank, "EUR/USD", "1.1000", 5)
	w.say(t, bank, "EUR/USD", "1.1800", 6)
	w.say(t, bank, "EUR/JPY", "184.20", 6)
	pair, cross := w.add(t, "EUR/USD", "1"), w.add(t, "USD/JPY", "1")
	w.after(t, time.Hour)
	if got := told(t, w.receiver.taken()); got != "" {
		t.Errorf("what was known before is told: %s", got)
	}
	w.clock = w.clock.Add(time.Hour)
	w.say(t, bank, "EUR/USD", "1.2040", 7)
	w.say(t, bank, "EUR/JPY", "184.20", 7)
	w.after(t, time.Minute)
	got := w.receiver.taken()
	if len(got) != 2 {
		t.Fatalf("%d messages: %s", len(got), told(t, got))
	}
	for _, m := range got {
		h, file := pair, "moved.json"
		if strings.Contains(string(m.body), "USD/JPY\",\"above") {
			h, file = cross, "moved-cross.json"
		}
		verify(t, m, h.Secret.Reveal(), w.clock)
		golden(t, m, h.ID, file)
	}
	w.after(t, time.Hour)
	w.restart(t, w.receiver.host())
	w.after(t, time.Hour)
	if again := w.receiver.taken(); len(again) != 0 {
		t.Errorf("what was told is told again: %s", told(t, again))
	}
}

func TestAPublicationIsToldOnceItIsWhole(t *testing.T) {
	w := newWorld(t)
	h := w.add(t, "bank", "")
	w.after(t, time.Hour) // nobody has said anything yet
	w.clock = w.clock.Add(time.Hour)
	w.say(t, bank, "EUR/USD", "1.1800", 7)
	if wait := w.after(t, 10*time.Second); wait != 50*time.Second || len(w.receiver.taken()) != 0 {
		t.Errorf("half a day is told, or it is looked for again in %s", wait)
	}
	w.say(t, bank, "EUR/JPY", "184.20", 7)
	if w.after(t, 55*time.Second); len(w.receiver.taken()) != 0 {
		t.Error("a day is told of which something came less than a minute ago")
	}
	w.after(t, 5*time.Second)
	got := w.receiver.taken()
	if len(got) != 1 {
		t.Fatalf("%d messages", len(got))
	}
	verify(t, got[0], h.Secret.Reveal(), w.clock)
	golden(t, got[0], h.ID, "published.json")
	w.clock = w.clock.Add(time.Hour)
	w.say(t, bank, "EUR/JPY", "184.30", 7)
	w.after(t, time.Hour)
	if again := w.receiver.taken(); len(again) != 0 {
		t.Errorf("a day that was revised is told again: %s", told(t, again))
	}
}

func TestADayThatNeverRestsIsToldAllTheSame(t *testing.T) {
	w := newWorld(t)
	w.add(t, "bank", "")
	w.clock = w.clock.Add(time.Hour)
	for i := range 25 {
		w.say(t, bank, market.Symbol("EUR/"+currency.All().Currencies()[i].Code), "2", 7)
		w.after(t, 25*time.Second)
	}
	if got := told(t, w.receiver.taken()); got != "source.published of 2026-01-07, 24" { // ten minutes after the first
		t.Errorf("told is %s", got)
	}
}

func TestALargeDayIsCountedWhereItIsNotSent(t *testing.T) {
	w := newWorld(t)
	w.add(t, "bank", "")
	w.clock = w.clock.Add(time.Hour)
	n := 0
	for _, c := range currency.All().Currencies() {
		if n == 150 || c.Code == "EUR" {
			continue
		}
		n++
		w.say(t, bank, market.Pair("EUR", c.Code), "2.5", 7)
	}
	w.after(t, time.Hour)
	got := w.receiver.taken()
	if len(got) != 1 {
		t.Fatalf("%d messages", len(got))
	}
	if p := read(t, got[0]); p.Data.Count != 150 || len(p.Data.Numbers) != 100 {
		t.Errorf("%d numbers of %d are sent", len(p.Data.Numbers), p.Data.Count)
	}
}

func TestWhatIsNewsAndWhatIsNot(t *testing.T) {
	const told1 = "EUR/USD 10.1694915254 from 1.1800 to 1.3000"
	for name, c := range map[string]struct {
		about, above string
		happen       func(w *world)
		want         string
	}{
		"a move beyond":                 {"EUR/USD", "10", func(w *world) { w.say(t, bank, "EUR/USD", "1.3000", 7) }, told1},
		"a move of so much and no more": {"EUR/USD", "10", func(w *world) { w.say(t, bank, "EUR/USD", "1.2980", 7) }, ""},
		"a move down":                   {"EUR/USD", "10", func(w *world) { w.say(t, bank, "EUR/USD", "1.0000", 7) }, "EUR/USD -15.2542372881 from 1.1800 to 1.0000"},
		"a revision is another move": {"EUR/USD", "10", func(w *world) {
			w.say(t, bank, "EUR/USD", "1.3000", 7)
			w.after(t, 0)
			w.clock = w.clock.Add(time.Hour)
			w.say(t, bank, "EUR/USD", "1.4000", 7)
		}, told1 + "; EUR/USD 18.6440677966 from 1.1800 to 1.4000"},
		"who may not be passed on":              {"EUR/USD", "0.1", func(w *world) { w.say(t, shy, "EUR/USD", "1.5000", 7) }, ""},
		"a source that may not be passed on":    {"shy", "", func(w *world) { w.say(t, shy, "EUR/USD", "1.5000", 7) }, ""},
		"a source that nobody knows":            {"nobody", "", func(w *world) { w.say(t, bank, "EUR/USD", "1.1801", 7) }, ""},
		"a day that comes late":                 {"bank", "", func(w *world) { w.say(t, bank, "EUR/USD", "1.1801", 3) }, "source.published of 2026-01-03, 1"},
		"a backfill's days":                     {"bank", "", func(w *world) { w.say(t, bank, "EUR/USD", "1.1801", 1) }, ""},
		"a backfill's moves":                    {"EUR/USD", "50", func(w *world) { w.say(t, bank, "EUR/USD", "1.0", 1); w.say(t, bank, "EUR/USD", "1.9", 2) }, ""},
		"what a backfill changes of today's":    {"EUR/USD", "1", func(w *world) { w.say(t, bank, "EUR/USD", "1.5", 5) }, "EUR/USD -21.3333333333 from 1.5 to 1.1800"},
		"a rate that is fixed ahead":            {"EUR/USD", "10", func(w *world) { w.say(t, bank, "EUR/USD", "1.3000", 8) }, ""},
		"a rate that was fixed ahead, that day": {"EUR/USD", "10", func(w *world) { w.say(t, bank, "EUR/USD", "1.3000", 8); w.after(t, 12*time.Hour) }, told1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.say(t, bank, "EUR/USD", "1.1800", 6)
			w.clock = w.clock.Add(time.Hour)
			w.add(t, c.about, c.above)
			w.clock = w.clock.Add(time.Second)
			c.happen(w)
			w.after(t, 2*time.Minute)
			if got := told(t, w.receiver.taken()); got != c.want {
				t.Errorf("told is %q, want %q", got, c.want)
			}
		})
	}
}

func TestACodeThatIsOnAnotherScaleDidNotMove(t *testing.T) {
	w := newWorld(t)
	w.clock = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	say := func(value string, at time.Time) {
		o := market.NewObservation("EUR/SYP", market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: w.clock}, "bank", "")
		if _, err := w.ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{o}, nil); err != nil {
			t.Fatal(err)
		}
	}
	say("15280", time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC))
	w.add(t, "EUR/SYP", "1")
	w.clock = w.clock.Add(time.Hour)
	say("153.1", time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))
	if w.after(t, time.Minute); len(w.receiver.taken()) != 0 {
		t.Error("two zeros cut off are told as a move")
	}
}

func TestManyHooksOfOnePairEachHaveTheirOwnMeasure(t *testing.T) {
	w := newWorld(t)
	w.say(t, bank, "EUR/USD", "1.00", 6)
	want := map[string]bool{}
	for i := 1; i <= 20; i++ {
		if h := w.add(t, "EUR/USD", fmt.Sprint(i)); i < 10 {
			want[h.ID] = true
		}
	}
	w.clock = w.clock.Add(time.Hour)
	w.say(t, bank, "EUR/USD", "1.10", 7)
	for range 20 {
		w.after(t, time.Second)
	}
	all := w.deliveries(t)
	for _, d := range all {
		if !want[d.Hook] || d.State != "taken" {
			t.Errorf("%+v", d)
		}
	}
	if got := w.receiver.taken(); len(all) != 9 || len(got) != 9 {
		t.Errorf("%d were told, %d times; want 9", len(all), len(got))
	}
}
