package market_test

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
)

// oneDay is an event of a day that is known.
func oneDay(t *testing.T, text string) market.Days {
	t.Helper()
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return market.Days{First: at, Last: at}
}

// swinging is a series of all days of a year up to the end of 2025, which goes up by one in a hundred and back in turn.
func swinging() (closes []market.Close) {
	for n := range 365 {
		value := "100"
		if n%2 == 1 {
			value = "101"
		}
		closes = append(closes, market.Close{At: time.Date(2025, 1, 1+n, 0, 0, 0, 0, time.UTC), Value: currency.MustDecimal(value)})
	}
	return closes
}

func then(closes []market.Close, values ...string) []market.Close {
	for _, v := range values {
		closes = append(closes, market.Close{At: closes[len(closes)-1].At.AddDate(0, 0, 1), Value: currency.MustDecimal(v)})
	}
	return closes
}

func TestAMoveIsSetAgainstOrdinaryOnes(t *testing.T) {
	// The last ordinary close is 100, of 31 December; all 364 moves of one session before it have a size of 1 or of 0.990099 %.
	event := oneDay(t, "2026-01-01")
	for _, c := range []struct {
		after, percent, words string
	}{
		{"105", "5", "Larger than 99 of 100 ordinary moves over one session."}, // 364 of 365
		{"95", "-5", "Larger than 99 of 100 ordinary moves over one session."},
		{"100.995", "0.995", "It cannot be told from noise: larger than 49 of 100 ordinary moves over one session."}, // the 182 down moves
		{"100", "0", "It cannot be told from noise: larger than 0 of 100 ordinary moves over one session."},
	} {
		r := market.React(then(swinging(), c.after), event, nil, 1)
		if r.Unfit != "" || len(r.Windows) != 1 {
			t.Fatalf("%+v", r)
		}
		w := r.Windows[0]
		if w.Percent.String() != c.percent || w.Words() != c.words || w.Ordinary != 364 || r.Before.Value.String() != "100" {
			t.Errorf("to %s: %s, %q, of %d; want %s, %q", c.after, w.Percent, w.Words(), w.Ordinary, c.percent, c.words)
		}
	}
}

func TestWhatCannotBeSaidIsNotSaid(t *testing.T) {
	after := then(swinging(), "105", "105", "105")
	month := market.Days{First: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Last: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)}
	gap := swinging()
	gap = append(gap, market.Close{At: gap[len(gap)-1].At.AddDate(0, 0, 9), Value: currency.MustDecimal("105")})
	for _, c := range []struct {
		closes   []market.Close
		happened market.Days
		sessions int
		want     string
	}{
		{after, month, 1, "It is known only that it happened between 1 January 2026 and 31 January 2026"},
		{after, oneDay(t, "2025-01-01"), 1, "no value from before it"},
		{after, oneDay(t, "2026-01-04"), 1, "no value from after it"},
		{after, oneDay(t, "2026-02-01"), 1, "no value between 3 January 2026 and the event"},
		{gap, oneDay(t, "2026-01-01"), 1, "no value between the event and 9 January 2026"},
		{gap, oneDay(t, "2026-01-07"), 1, "The series has a gap in it."},
		{after, oneDay(t, "2026-01-01"), 5, "it ends 3 sessions after it"},
		{after, oneDay(t, "2025-03-01"), 1, "only 58 are known, and 100 are the least"},
	} {
		r := market.React(c.closes, c.happened, nil, c.sessions)
		said := r.Unfit
		for _, w := range r.Windows {
			said += w.Words()
		}
		if !strings.Contains(said, c.want) {
			t.Errorf("%s over %d: %q, want %q", c.happened.First.Format(time.DateOnly), c.sessions, said, c.want)
		}
	}
}

func TestEventsInOneWindowCannotBeToldApart(t *testing.T) {
	closes := then(swinging(), "105", "105", "105", "105", "105", "105")
	others := []market.Days{oneDay(t, "2025-12-31"), oneDay(t, "2026-01-01"), oneDay(t, "2026-01-03"), oneDay(t, "2026-01-06"), oneDay(t, "2026-01-20")}
	r := market.React(closes, oneDay(t, "2026-01-01"), others, 1, 5)
	if len(r.Windows) != 2 || !slices.Equal(r.Windows[0].Shared, []int{1}) || !slices.Equal(r.Windows[1].Shared, []int{1, 2}) {
		t.Errorf("%+v", r.Windows)
	}
}

// history is the ECB's, as closes by currency.
func history(t *testing.T) map[string][]market.Close {
	t.Helper()
	f, err := os.Open(filepath.Join(must.Samples(t), "fx", "ecb", "eurofxref-hist_to-2026-04-13.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]market.Close{}
	for _, row := range slices.Backward(rows[1:]) {
		at, err := time.Parse(time.DateOnly, row[0])
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range row[1:] {
			if value, err := currency.ParseDecimal(text); err == nil {
				code := rows[0][1+i]
				all[code] = append(all[code], market.Close{At: at, Value: value})
			}
		}
	}
	return all
}

// The figures are those of another program in another language, testdata/reaction.py.
func TestReactionsAreThoseOfAnIndependentComputation(t *testing.T) {
	closes := history(t)
	golden, err := os.ReadFile("testdata/reaction.golden")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(golden)) {
		n++
		var event, pair string
		var sessions int
		if _, err := fmt.Sscanf(line, "%s %s %d", &event, &pair, &sessions); err != nil {
			t.Fatal(err)
		}
		w := market.React(closes[strings.TrimPrefix(pair, "EUR/")], oneDay(t, event), nil, sessions).Windows[0]
		got := fmt.Sprintf("%s %s %d %s usual %s beyond %d of %d\n", event, pair, sessions, w.Percent.RoundPlaces(6), w.Usual.RoundPlaces(6), w.Beyond, w.Ordinary)
		if got != line {
			t.Errorf("got  %swant %s", got, line)
		}
	}
	if n != 120 {
		t.Errorf("%d reactions, want ten events, four series and three windows", n)
	}
}

func TestOfDaysOnWhichNothingHappenedNoMoreThanFiveInAHundredLieBeyond(t *testing.T) {
	closes := history(t)
	random := rand.New(rand.NewPCG(1, 2026))
	codes := []string{"USD", "JPY", "GBP", "CHF", "SEK", "NOK", "TRY", "ZAR", "PLN", "AUD"}
	beyond, all := map[int]int{}, map[int]int{}
	for range 1000 {
		series := closes[codes[random.IntN(len(codes))]]
		at := series[800+random.IntN(len(series)-830)].At
		for _, w := range market.React(series, market.Days{First: at, Last: at}, nil, 1, 5, 20).Windows {
			if w.Unfit == "" {
				all[w.Sessions]++
				if w.Beyond >= market.Unlikely {
					beyond[w.Sessions]++
				}
			}
		}
	}
	for _, n := range []int{1, 5, 20} {
		t.Logf("%d sessions: %d of %d", n, beyond[n], all[n])
		// Of a thousand that each lie there by a chance of 5 in 100, more than 64 do once in fifty times.
		if all[n] < 900 || beyond[n] > 64 || beyond[n] < 15 {
			t.Errorf("over %d sessions %d of %d lie beyond 95 of 100", n, beyond[n], all[n])
		}
	}
}

func TestAPairThatIsHeldCouldNotAnswer(t *testing.T) {
	l := market.NewLedger(nil, nil, market.LedgerOptions{Now: time.Now})
	at := time.Date(2025, 6, 27, 0, 0, 0, 0, time.UTC)
	for pair, want := range map[market.Symbol]string{
		"USD/AED":  "USD and AED were held to each other: the pair could not move.",
		"EUR/SAR":  "SAR was held to USD",
		"EUR/USD":  "",
		"XNYS:RIO": "",
	} {
		if got := l.Held(pair, at); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: %q, want %q", pair, got, want)
		}
	}
}
