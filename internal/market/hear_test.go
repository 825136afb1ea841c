package market_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store/storetest"
)

// hall is a ledger over a real store, with a clock that the test sets.
type hall struct {
	*market.Ledger
	clock  time.Time
	events []bus.Event
}

func newHall(t *testing.T) *hall {
	t.Helper()
	db := storetest.Open(t)
	h := &hall{clock: time.Date(2026, 2, 2, 16, 0, 0, 0, time.UTC)}
	b := bus.New()
	b.Listen(func(e bus.Event) { h.events = append(h.events, e) })
	h.Ledger = market.NewLedger(db, b, market.LedgerOptions{Now: func() time.Time { return h.clock }})
	return h
}

var (
	frankfurt = market.Source{ID: "frankfurt", Name: "Frankfurt", Kind: market.Official, Issuer: "EUR", Fresh: 96 * time.Hour}
	moscow    = market.Source{ID: "moscow", Name: "Moscow", Kind: market.Official, Fresh: 96 * time.Hour}
)

// says lets a source say a value of a day, learnt now.
func (h *hall) says(t *testing.T, s market.Source, symbol market.Symbol, value, on string) market.Judged {
	t.Helper()
	at, err := time.Parse(time.DateOnly, on)
	if err != nil {
		t.Fatal(err)
	}
	h.clock = h.clock.Add(time.Second)
	o := market.NewObservation(symbol, market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: h.clock}, s.ID, "a test")
	j, err := h.Hear(t.Context(), market.Hearing{Source: s, Observations: []market.Observation{o}})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// calmly lets a source say nearly the same for thirty days until 1 February 2026.
func (h *hall) calmly(t *testing.T, s market.Source, symbol market.Symbol, values ...string) {
	t.Helper()
	var all []market.Observation
	for i := range 30 {
		at := time.Date(2026, 1, 3+i, 0, 0, 0, 0, time.UTC)
		all = append(all, market.NewObservation(symbol, market.Rate, currency.MustDecimal(values[i%len(values)]), market.Moment{At: at, Seen: h.clock}, s.ID, "a test"))
	}
	j, err := h.Hear(t.Context(), market.Hearing{Source: s, Observations: all})
	if err != nil || j.New != 30 || len(j.Held) > 0 {
		t.Fatal(j, err)
	}
}

func (h *hall) rate(t *testing.T, symbol market.Symbol) string {
	t.Helper()
	p, err := h.Rate(t.Context(), symbol, market.AsOf{})
	if err != nil {
		return fault.Sentence(err)
	}
	return p.Value.String()
}

func TestWhatIsHeldReachesNoReaderUntilSomebodyReleasesIt(t *testing.T) {
	h := newHall(t)
	h.calmly(t, frankfurt, "EUR/USD", "1.1840", "1.1852")
	j := h.says(t, frankfurt, "EUR/USD", "11.846", "2026-02-02")
	if j.New != 0 || len(j.Held) != 1 || j.Held[0].Reason != market.Slip {
		t.Fatalf("%+v", j)
	}
	id := j.Held[0].ID
	if got := h.rate(t, "EUR/USD"); got != "1.1852" {
		t.Errorf("readers are shown %s", got)
	}
	if _, err := h.Number(t.Context(), id); !errors.Is(err, fault.NotFound) {
		t.Errorf("its page: %v", err)
	}
	history, err := h.History(t.Context(), "EUR/USD", market.AsOf{})
	if err != nil || len(history) != 30 {
		t.Errorf("%d in the history, %v", len(history), err)
	}
	// Said again and again it is held once.
	if j := h.says(t, frankfurt, "EUR/USD", "11.846", "2026-02-02"); len(j.Held) != 0 || j.New != 0 {
		t.Errorf("said again: %+v", j)
	}
	held, err := h.Quarantine(t.Context(), market.Waiting)
	if err != nil || len(held) != 1 || held[0].ID != id || !strings.Contains(held[0].Text, "11.846") {
		t.Fatalf("%+v, %v", held, err)
	}

	for who, err := range map[string]error{
		"nobody": func() error { _, err := h.Release(t.Context(), id, " ", ""); return err }(),
	} {
		if !errors.Is(err, fault.Invalid) {
			t.Errorf("released by %s: %v", who, err)
		}
	}
	if _, err := h.Release(t.Context(), "aaaaaaaaaaaaaaaa", "Ada", ""); !errors.Is(err, fault.NotFound) {
		t.Errorf("an unknown one: %v", err)
	}
	h.clock = h.clock.Add(time.Hour)
	o, err := h.Release(t.Context(), id, "Ada", "I asked the bank")
	if err != nil || h.rate(t, "EUR/USD") != "11.846" {
		t.Fatalf("%+v, %v: %s", o, err, h.rate(t, "EUR/USD"))
	}
	// The board of the hour in which it waited stays as it was.
	before, err := h.Rate(t.Context(), "EUR/USD", market.AsOf{At: h.clock, Known: h.clock.Add(-time.Minute)})
	if err != nil || before.Value.String() != "1.1852" {
		t.Errorf("as it was known then: %s, %v", before.Value, err)
	}
	if _, err := h.Reject(t.Context(), id, "Bob", ""); !errors.Is(err, fault.Conflict) {
		t.Errorf("decided twice: %v", err)
	}
	if j := h.says(t, frankfurt, "EUR/USD", "11.846", "2026-02-02"); j.New != 0 || len(j.Held) != 0 {
		t.Errorf("said again after its release: %+v", j)
	}
}

func TestWhatWasRejectedIsNotHeldAgain(t *testing.T) {
	h := newHall(t)
	h.calmly(t, frankfurt, "EUR/USD", "1.1840", "1.1852")
	j := h.says(t, frankfurt, "EUR/USD", "0.8446", "2026-02-02")
	if len(j.Held) != 1 || j.Held[0].Reason != market.Inverted {
		t.Fatalf("%+v", j)
	}
	if _, err := h.Reject(t.Context(), j.Held[0].ID, "Ada", "turned round"); err != nil {
		t.Fatal(err)
	}
	if j := h.says(t, frankfurt, "EUR/USD", "0.8446", "2026-02-02"); len(j.Held) != 0 || j.New != 0 {
		t.Errorf("said again: %+v", j)
	}
	if j := h.says(t, frankfurt, "EUR/USD", "1.1850", "2026-02-02"); j.New != 1 || h.rate(t, "EUR/USD") != "1.1850" {
		t.Errorf("the right value: %+v", j)
	}
}

func TestAShockPassesWhenASecondSourceSawItAndFreesTheFirst(t *testing.T) {
	h := newHall(t)
	h.calmly(t, frankfurt, "EUR/CHF", "1.2010", "1.2011")
	h.calmly(t, moscow, "EUR/CHF", "1.2012", "1.2009")
	if j := h.says(t, frankfurt, "EUR/CHF", "1.0280", "2026-02-02"); len(j.Held) != 1 || j.Held[0].Reason != market.Jump {
		t.Fatalf("%+v", j)
	}
	if got := h.rate(t, "EUR/CHF"); got != "1.2011" {
		t.Errorf("before it is confirmed readers are shown %s", got)
	}
	if j := h.says(t, moscow, "EUR/CHF", "1.0310", "2026-02-02"); j.New != 1 || len(j.Held) != 0 {
		t.Fatalf("%+v", j)
	}
	if got := h.rate(t, "EUR/CHF"); got != "1.0280" {
		t.Errorf("once it is confirmed readers are shown %s", got)
	}
	held, err := h.Quarantine(t.Context(), market.Released)
	if err != nil || len(held) != 1 || held[0].By != "moscow" || held[0].Became == "" {
		t.Errorf("%+v, %v", held, err)
	}
	if j := h.says(t, frankfurt, "EUR/CHF", "1.0150", "2026-02-03"); j.New != 1 {
		t.Errorf("the day after: %+v", j)
	}
}

func TestATableIsJudgedValueByValueAndPegsWithinIt(t *testing.T) {
	h := newHall(t)
	at := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	var all []market.Observation
	for symbol, value := range map[market.Symbol]string{
		"EUR/USD": "1.2", "EUR/AED": "4.407", "EUR/SAR": "5.5", "EUR/BGN": "1.991946", "EUR/HRK": "7.5345", "EUR/ZWL": "400", "EUR/CHF": "0.92", "EUR/QQQ": "1",
	} {
		all = append(all, market.NewObservation(symbol, market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: h.clock}, frankfurt.ID, "a test"))
	}
	j, err := h.Hear(t.Context(), market.Hearing{Source: frankfurt, Observations: all})
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[market.Symbol]market.Reason{}
	for _, held := range j.Held {
		reasons[held.Symbol] = held.Reason
	}
	want := map[market.Symbol]market.Reason{"EUR/SAR": market.PegMissed, "EUR/BGN": market.PegMissed, "EUR/ZWL": market.NotMoney}
	if j.New != 4 || len(j.Unknown) != 1 || len(reasons) != len(want) {
		t.Errorf("%d new, unknown %q, held %v", j.New, j.Unknown, reasons)
	}
	for symbol, reason := range want {
		if reasons[symbol] != reason {
			t.Errorf("%s is held for %q, want %q", symbol, reasons[symbol], reason)
		}
	}
}

func TestAValueFromTheFutureOrTakenBackIsHeld(t *testing.T) {
	h := newHall(t)
	h.calmly(t, frankfurt, "EUR/USD", "1.1840", "1.1852")
	if j := h.says(t, frankfurt, "EUR/USD", "1.1850", "2026-03-02"); len(j.Held) != 1 || j.Held[0].Reason != market.NoDate {
		t.Errorf("of March: %+v", j)
	}
	ahead := frankfurt
	ahead.Ahead = 4 * 24 * time.Hour
	if j := h.says(t, ahead, "EUR/USD", "1.1850", "2026-02-05"); j.New != 1 {
		t.Errorf("of Thursday, from a bank that fixes ahead: %+v", j)
	}
	h.says(t, frankfurt, "EUR/USD", "1.1849", "2026-02-02")
	if j := h.says(t, frankfurt, "EUR/USD", "1.1847", "2026-02-02"); j.New != 1 {
		t.Errorf("a revision: %+v", j)
	}
	if j := h.says(t, frankfurt, "EUR/USD", "1.1849", "2026-02-02"); len(j.Held) != 1 || j.Held[0].Reason != market.Replay {
		t.Errorf("the revised value again: %+v", j)
	}
}

func TestWhatMayNotBeShownIsNotButBearsWitness(t *testing.T) {
	h := newHall(t)
	secret := moscow
	secret.Terms = market.Private
	h.calmly(t, secret, "EUR/CHF", "1.2012", "1.2009")
	if got := h.rate(t, "EUR/CHF"); !strings.Contains(got, "no source has said") {
		t.Errorf("readers are shown %s", got)
	}
	h.calmly(t, frankfurt, "EUR/CHF", "1.2010", "1.2011")
	if j := h.says(t, secret, "EUR/CHF", "1.0310", "2026-02-02"); len(j.Held) != 1 {
		t.Fatalf("%+v", j)
	}
	if j := h.says(t, frankfurt, "EUR/CHF", "1.0280", "2026-02-02"); j.New != 1 || h.rate(t, "EUR/CHF") != "1.0280" {
		t.Errorf("confirmed by what may not be shown: %+v", j)
	}
	p, err := h.Rate(t.Context(), "EUR/CHF", market.AsOf{})
	if err != nil || len(p.SetAside) != 0 || p.Of != 0 {
		t.Errorf("beside it is shown %+v, %v", p.SetAside, err)
	}
}

func TestOneDecisionEndsAShock(t *testing.T) {
	h := newHall(t)
	h.calmly(t, frankfurt, "EUR/CHF", "1.2010", "1.2011")
	var first market.ID
	for i, value := range []string{"1.0280", "1.0150", "10.150", "0.9943", "1.0032"} { // the third is a slip of its own
		h.clock = time.Date(2026, 2, 2+i, 16, 0, 0, 0, time.UTC)
		j := h.says(t, frankfurt, "EUR/CHF", value, h.clock.Format(time.DateOnly))
		if len(j.Held) != 1 {
			t.Fatalf("%s: %+v", value, j)
		}
		if i == 0 {
			first = j.Held[0].ID
		}
	}
	h.clock = h.clock.Add(time.Hour)
	put, err := h.Release(t.Context(), first, "Ada", "the floor was given up")
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, p := range put {
		values = append(values, p.Value.String())
		if p.State != market.Released || p.By != "Ada" || p.Became == "" || !strings.Contains(p.Note, "the floor was given up") {
			t.Errorf("%+v", p)
		}
	}
	if got := strings.Join(values, " "); got != "1.0280 1.0150 0.9943 1.0032" {
		t.Errorf("released: %s", got)
	}
	held, err := h.Quarantine(t.Context(), market.Waiting)
	if err != nil || len(held) != 1 || held[0].Value.String() != "10.150" {
		t.Errorf("still held: %+v, %v", held, err)
	}
	if got := h.rate(t, "EUR/CHF"); got != "1.0032" {
		t.Errorf("readers are shown %s", got)
	}
	if released, err := h.Quarantine(t.Context(), market.Released); err != nil || len(released) != len(put) {
		t.Errorf("on record as released: %d, %v", len(released), err)
	}
}

func TestAReleaseDecidesNothingOfWhatTheSourceLeftAgain(t *testing.T) {
	h := newHall(t)
	h.calmly(t, frankfurt, "EUR/CHF", "1.2010", "1.2011")
	h.clock = h.clock.AddDate(0, 0, 2)
	j := h.says(t, frankfurt, "EUR/CHF", "1.0280", "2026-02-02")
	h.says(t, frankfurt, "EUR/CHF", "1.2008", "2026-02-03") // back where it was
	h.says(t, frankfurt, "EUR/CHF", "1.0290", "2026-02-04")
	if len(j.Held) != 1 {
		t.Fatalf("%+v", j)
	}
	put, err := h.Release(t.Context(), j.Held[0].ID, "Ada", "")
	if err != nil || len(put) != 1 {
		t.Errorf("%+v, %v", put, err)
	}
}

func TestALedgerOfSomeSourcesKnowsNothingOfTheOthers(t *testing.T) {
	h := newHall(t)
	h.calmly(t, frankfurt, "EUR/CHF", "0.9210", "0.9211")
	h.calmly(t, moscow, "EUR/RUB", "96.01", "96.02")
	h.calmly(t, moscow, "EUR/CHF", "0.9222", "0.9223")
	only := h.Only(func(s market.Source) bool { return s.ID == "moscow" })
	p, err := only.Rate(t.Context(), "EUR/CHF", market.AsOf{})
	if err != nil || p.Source != "moscow" || len(p.SetAside) != 0 || p.Of != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	none := only.Only(func(s market.Source) bool { return s.ID == "frankfurt" })
	if _, err := none.Rate(t.Context(), "EUR/CHF", market.AsOf{}); !errors.Is(err, fault.NotFound) {
		t.Errorf("of nobody: %v", err)
	}
	b, err := only.Board(t.Context(), "EUR", market.AsOf{})
	if err != nil || len(b.Prices) != 2 {
		t.Errorf("the board: %+v, %v", b.Prices, err)
	}
	known, err := only.Sources(t.Context())
	if err != nil || len(known) != 1 {
		t.Errorf("sources: %+v, %v", known, err)
	}
	all, err := h.Rate(t.Context(), "EUR/CHF", market.AsOf{})
	if err != nil || all.Source != "frankfurt" {
		t.Errorf("all: %+v, %v", all, err)
	}
	if _, err := only.Number(t.Context(), all.From[0].ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("the other's number: %v", err)
	}
	said, err := only.Said(t.Context(), []market.Symbol{"EUR/CHF"}, p.At, p.At)
	if err != nil || len(said) != 1 || said[0].Source != "moscow" {
		t.Errorf("what was said: %+v, %v", said, err)
	}
}

// A line is the history without its reasons.
func TestALineHasTheValuesOfTheHistory(t *testing.T) {
	h := newHall(t)
	muddle(t, h)
	for _, pair := range []market.Symbol{"EUR/USD", "USD/EUR", "EUR/JPY", "JPY/CHF", "CHF/AED", "EUR/AED"} {
		history, err := h.History(t.Context(), pair, market.AsOf{At: time.Date(2026, 1, 20, 0, 0, 0, 0, time.UTC)})
		if err != nil || len(history) < 30 {
			t.Fatalf("%s: %d in the history, %v", pair, len(history), err)
		}
		from := history[len(history)-3].At
		line, err := h.Line(t.Context(), pair, from, time.Date(2026, 1, 20, 0, 0, 0, 0, time.UTC), market.AsOf{})
		if err != nil || len(line.Points) != len(history)-2 {
			t.Fatalf("%s: %d in the line, %d in the history, %v", pair, len(line.Points), len(history), err)
		}
		for i, o := range line.Offers() {
			if diff := cmp.Diff(history[len(history)-3-i].Offer, o); diff != "" {
				t.Fatalf("%s of %s: %s", pair, o.At, diff)
			}
		}
	}
	if line, err := h.Line(t.Context(), "EUR/RUB", time.Time{}, h.clock, market.AsOf{}); err != nil || len(line.Points) != 0 {
		t.Errorf("of what nobody said: %v, %v", line.Offers(), err)
	}
}

// A rate is settled by the ends of the series; it must be what all of them together say.
func TestTheEndOfASeriesSaysWhatAllOfItDoes(t *testing.T) {
	h := newHall(t)
	muddle(t, h)
	random := rand.New(rand.NewPCG(2026, 3))
	for range 300 {
		codes := []string{"EUR", "USD", "JPY", "CHF", "AED", "BMD"}
		i := random.IntN(len(codes))
		pair := market.Symbol(codes[i] + "/" + codes[(i+1+random.IntN(len(codes)-1))%len(codes)])
		asOf := market.AsOf{At: time.Date(2025, 12, 1+random.IntN(70), 5, 0, 0, 0, time.UTC), Known: h.clock}
		want, err := h.RateOfAll(t.Context(), pair, asOf)
		got, err2 := h.Rate(t.Context(), pair, asOf)
		if diff := cmp.Diff(want, got); diff != "" || fmt.Sprint(err) != fmt.Sprint(err2) {
			t.Fatalf("%s of %s: %v, %v, %s", pair, asOf.At, err, err2, diff)
		}
	}
}

// muddle fills a hall with four sources that leave out this and that, give a pair up, or repeat themselves.
func muddle(t *testing.T, h *hall) {
	t.Helper()
	random := rand.New(rand.NewPCG(2026, 2))
	symbols := []market.Symbol{"EUR/USD", "EUR/JPY", "USD/JPY", "USD/CHF", "EUR/CHF", "EUR/AED", "USD/AED"}
	for n := range 4 {
		source := market.Source{ID: market.SourceID(fmt.Sprint("bank-", n)), Name: "A bank", Kind: market.Official, Fresh: 96 * time.Hour}
		var said []market.Observation
		for d := range 60 {
			at := time.Date(2025, 12, 1+d, 0, 0, 0, 0, time.UTC)
			for i, symbol := range symbols {
				if (i+n)%3 == 0 || random.IntN(12) == 0 || n == 3 && i == 1 && d > 20 { // what it never says, leaves out, gave up
					continue
				}
				value := fmt.Sprintf("%.4f", float64(i+1)*(1+0.001*float64(d))+0.02*random.Float64())
				if n == 2 {
					value = fmt.Sprint(i+1, ".2345") // a feed that is frozen
				}
				said = append(said, market.NewObservation(symbol, market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: at.Add(time.Hour)}, source.ID, ""))
			}
		}
		if _, err := h.Record(t.Context(), []market.Source{source}, said, nil); err != nil {
			t.Fatal(err)
		}
	}
}
