package market_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/demo"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
)

var (
	bureau = market.Source{ID: "desk", Name: "The Desk", Kind: market.Dataset, Fresh: 96 * time.Hour, Terms: market.ShowOnly}
	floor  = market.Source{ID: "floor", Name: "The Floor", Kind: market.Dataset, Fresh: 96 * time.Hour, Terms: market.ShowOnly}
)

// quote lets a source say a quote: LAST and pairs of a field and its value.
func (h *hall) quote(t *testing.T, s market.Source, symbol market.Symbol, at time.Time, fields ...string) market.Judged {
	t.Helper()
	h.clock = h.clock.Add(time.Second)
	if h.clock.Before(at) {
		h.clock = at.Add(time.Hour)
	}
	all := []market.Observation{}
	for i := 0; i < len(fields); i += 2 {
		all = append(all, market.NewObservation(symbol, market.Field(fields[i]), currency.MustDecimal(fields[i+1]),
			market.Moment{At: at, Seen: h.clock}, s.ID, "a test"))
	}
	j, err := h.Hear(t.Context(), market.Hearing{Source: s, Observations: all})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// quotesCalmly lets a source give closes near a price on weekdays of six weeks until 30 January 2026.
func (h *hall) quotesCalmly(t *testing.T, s market.Source, symbol market.Symbol, price string) {
	t.Helper()
	h.clock = time.Date(2026, 1, 30, 23, 0, 0, 0, time.UTC)
	var all []market.Observation
	for d := time.Date(2025, 12, 15, 0, 0, 0, 0, time.UTC); !d.After(h.clock); d = d.AddDate(0, 0, 1) {
		if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
			continue
		}
		value := currency.MustDecimal(price).Mul(currency.MustDecimal([]string{"1", "1.012", "0.99"}[d.Day()%3]))
		all = append(all, market.NewObservation(symbol, market.Last, value, market.Moment{At: d, Seen: h.clock}, s.ID, "a test"))
	}
	j, err := h.Hear(t.Context(), market.Hearing{Source: s, Observations: all})
	if err != nil || len(j.Held)+len(j.Unknown) > 0 {
		t.Fatal(j, err)
	}
}

var monday2 = time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)

func TestAQuoteThatCannotBeRightIsHeldAsAWhole(t *testing.T) {
	for _, c := range []struct {
		name   string
		symbol market.Symbol
		price  string
		fields []string
		reason market.Reason
	}{
		{"an ordinary day", "XNYS:BP", "35.64", []string{"last", "35.91", "previous close", "35.64", "volume", "7269386"}, ""},
		{"a bad day", "XNYS:BP", "35.64", []string{"last", "31.40"}, ""},
		{"pence for pounds", "XNYS:BP", "35.64", []string{"last", "3591", "previous close", "3564", "low", "3550"}, market.Slip},
		{"a slip", "XNYS:BP", "35.64", []string{"last", "53.91", "volume", "7269386"}, market.Jump},
		{"a low above the high", "XNYS:BP", "35.64", []string{"last", "35.91", "high", "35.40", "low", "36.05"}, market.Confused},
		{"a close beyond its day", "XNYS:BP", "35.64", []string{"last", "36.91", "high", "36.05", "low", "35.40"}, market.Confused},
		{"an opening beyond its day", "XNYS:BP", "35.64", []string{"last", "35.91", "open", "35.10", "low", "35.40"}, market.Confused},
		{"a share that was delisted", "XNYS:SCS", "16.14", []string{"last", "16.14", "previous close", "16.20"}, market.NotTraded},
		{"an exchange of shares, adjusted", "OTCM:RBGPF", "80", []string{"last", "83.10"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHall(t)
			if c.symbol != "XNYS:SCS" {
				h.quotesCalmly(t, bureau, c.symbol, c.price)
			}
			j := h.quote(t, bureau, c.symbol, monday2, c.fields...)
			if c.reason == "" {
				if len(j.Held) > 0 || j.New != len(c.fields)/2 {
					t.Fatalf("held: %v", j.Held)
				}
				return
			}
			if len(j.Held) != len(c.fields)/2 || j.New != 0 {
				t.Fatalf("%d of %d are held", len(j.Held), len(c.fields)/2)
			}
			for _, held := range j.Held {
				if held.Reason != c.reason {
					t.Errorf("held for %q: %s", held.Reason, held.Text)
				}
			}
			// One decision is on the whole quote.
			h.clock = h.clock.Add(time.Minute)
			put, err := h.Release(t.Context(), j.Held[0].ID, "the desk", "seen on the tape")
			if err != nil || len(put) != len(c.fields)/2 {
				t.Errorf("%d were released: %v", len(put), err)
			}
		})
	}
}

func TestAnotherSourceConfirmsAJumpOfAShare(t *testing.T) {
	h := newHall(t)
	h.quotesCalmly(t, bureau, "XNYS:BP", "35.64")
	if j := h.quote(t, bureau, "XNYS:BP", monday2, "last", "24.10", "volume", "99269386"); len(j.Held) != 2 {
		t.Fatal(j)
	}
	h.quotesCalmly(t, floor, "XNYS:BP", "35.70")
	h.clock = monday2.Add(22 * time.Hour)
	if j := h.quote(t, floor, "XNYS:BP", monday2, "last", "24.12"); len(j.Held) > 0 {
		t.Fatal(j)
	}
	if waiting, err := h.Quarantine(t.Context(), market.Waiting); err != nil || len(waiting) > 0 {
		t.Error(waiting, err)
	}
	q, err := h.Quote(t.Context(), "XNYS:BP", market.AsOf{})
	if err != nil || len(q.SetAside) != 1 {
		t.Fatal(q, err)
	}
}

func TestTheCloseBeforeIsRecalledWhereTheSourceDoesNotSayIt(t *testing.T) {
	h := newHall(t)
	friday := time.Date(2026, 1, 30, 0, 0, 0, 0, time.UTC)
	h.quote(t, bureau, "XNYS:BP", friday, "last", "35.64")
	h.quote(t, bureau, "XNYS:BP", monday2, "last", "35.91", "open", "35.55", "high", "36.05", "low", "35.40", "volume", "7269386", "delay", "15")
	h.quote(t, floor, "XNYS:VOD", friday.AddDate(0, 0, -1), "last", "14.00")
	h.quote(t, floor, "XNYS:VOD", monday2, "last", "14.10")
	for symbol, want := range map[market.Symbol]string{"XNYS:BP": "35.64 0.757575757576", "XNYS:VOD": "withheld"} {
		q, err := h.Quote(t.Context(), symbol, market.AsOf{})
		if err != nil {
			t.Fatal(err)
		}
		got := q.Previous.Value.String() + " " + q.Move.Percent.String()
		if q.Move.Withheld != "" {
			got = "withheld"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", symbol, got, want)
		}
		all, err := h.Quotes(t.Context(), market.AsOf{})
		if err != nil || len(all) != 2 {
			t.Fatal(all, err)
		}
		if symbol == "XNYS:BP" {
			said := fmt.Sprint(q.Session.Open.Value, q.Session.High.Value, q.Session.Low.Value, q.Session.Volume.Value, q.Session.Delay.Value)
			if said != "35.55 36.05 35.40 7269386 15" || all[0].Move.Percent.String() != "0.757575757576" {
				t.Errorf("the session is %s, the strip's percentage %s", said, all[0].Move.Percent)
			}
		}
	}
}

func TestAPercentageThatIsAFractionIsFound(t *testing.T) {
	h := newHall(t)
	h.clock = time.Date(2018, 12, 4, 20, 0, 0, 0, time.UTC)
	h.quote(t, bureau, "XNYS:APLE", time.Date(2018, 12, 4, 20, 0, 0, 0, time.UTC), "last", "15.66", "previous close", "15.95", "change", "-0.29", "percent", "-0.018")
	h.clock = h.clock.Add(time.Hour)
	q, err := h.Quote(t.Context(), "XNYS:APLE", market.AsOf{})
	if err != nil || len(q.Flags) != 1 || q.Flags[0].Code != market.PercentBase || !strings.Contains(q.Flags[0].Text, "fraction") {
		t.Errorf("%+v %v", q.Flags, err)
	}
	if got := q.Move.Percent.RoundPlaces(3).String(); got != "-1.818" {
		t.Errorf("the percentage is %s", got)
	}
}

// The page's sixteen quotes: four percentages do not follow from their change, and one share had been delisted.
func TestThePagesQuotesAreComputedAndTheDeadShareSaysThatItIs(t *testing.T) {
	h := newHall(t)
	claims, err := demo.PageQuotes()
	if err != nil {
		t.Fatal(err)
	}
	page := market.Source{ID: "page", Name: "a page", Kind: market.Page, Fresh: 36 * time.Hour}
	when := market.Moment{At: demo.PageDate(), Seen: demo.PageDate().Add(6 * time.Hour)}
	var all []market.Observation
	for _, c := range claims {
		symbol := h.Listings().Bearing(c.Symbol, demo.PageDate())
		all = append(all, market.NewObservation(symbol, market.Last, c.Last, when, page.ID, c.Symbol),
			market.NewObservation(symbol, market.Change, c.Change, when, page.ID, c.Symbol),
			market.NewObservation(symbol, market.Percent, c.Percent, when, page.ID, c.Symbol))
	}
	if _, err := h.Record(t.Context(), []market.Source{page}, all, nil); err != nil {
		t.Fatal(err)
	}
	h.clock = when.Seen.Add(time.Hour)
	quotes, err := h.Quotes(t.Context(), market.AsOf{})
	if err != nil || len(quotes) != 16 {
		t.Fatal(len(quotes), err)
	}
	wrong, dead := 0, 0
	for _, q := range quotes {
		for _, f := range q.Flags {
			switch f.Code {
			case market.PercentBase:
				wrong++
			case market.Delisted:
				dead++
				if q.Symbol != "XNYS:SCS" {
					t.Errorf("%s is said to be dead: %s", q.Symbol, f.Text)
				}
			}
		}
		if q.Move.Withheld == "" { // computed on the close before, exactly
			back, err := q.Move.By.Mul(currency.DecimalFromInt(100)).Quo(q.Previous.Value, market.CrossDigits)
			if err != nil || !back.Equal(q.Move.Percent) || !q.Value.Sub(q.Previous.Value).Equal(q.Move.By) {
				t.Errorf("%s: %s per cent is not computed on %s", q.Symbol, q.Move.Percent, q.Previous.Value)
			}
		}
		t.Log(q.Symbol, q.Value, q.Move.Percent, q.Move.Withheld, q.Flags)
	}
	if wrong != 4 || dead != 1 {
		t.Errorf("%d wrong percentages and %d dead shares were found, want 4 and 1", wrong, dead)
	}
}

// Of closes that were all right few may be held: each takes somebody's time.
func TestHardlyAnyTrueCloseIsHeld(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(must.Samples(t), "quotes", "history", "yahoo", "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	total, held := 0, 0
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil || f.Close() != nil {
			t.Fatal(err)
		}
		h := newHall(t)
		symbol := market.Listing("XTST", strings.TrimSuffix(filepath.Base(file), ".csv"))
		var all []market.Observation
		for _, row := range rows[1:] {
			at, err := time.Parse(time.DateOnly, row[0])
			value, err2 := currency.ParseDecimal(row[4])
			if err != nil || err2 != nil {
				t.Fatal(row)
			}
			all = append(all, market.NewObservation(symbol, market.Last, value, market.Moment{At: at, Seen: h.clock}, bureau.ID, ""))
		}
		j, err := h.Hear(t.Context(), market.Hearing{Source: bureau, Observations: all})
		if err != nil {
			t.Fatal(err)
		}
		total += len(all)
		held += len(j.Held)
		for _, d := range j.Held {
			if len(j.Held) < 4 {
				t.Log(d.Text)
			}
		}
		t.Log(symbol, len(all), len(j.Held))
	}
	t.Logf("%d of %d closes were held", held, total)
	if held*1000 > total {
		t.Errorf("%d of %d true closes are held: more than one in a thousand", held, total)
	}
}
