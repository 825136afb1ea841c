package audit

import (
	"encoding/csv"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/must"
)

// fixing is a day of the European Central Bank's history.
type fixing struct {
	day  time.Time
	rows []Row
}

// fixings are all days of the history, the newest first.
func fixings(t testing.TB) []fixing {
	t.Helper()
	f, err := os.Open(filepath.Join(must.Samples(t), "fx", "ecb", "eurofxref-hist_to-2026-04-13.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []fixing
	for _, line := range lines[1:] {
		day := fixing{day: dayOf(t, line[0]).First()}
		for n, text := range line[1:] {
			if text != "N/A" && text != "" {
				day.rows = append(day.rows, Row{Base: "EUR", Quote: currency.Code(lines[0][n+1]), Value: currency.MustDecimal(text)})
			}
		}
		all = append(all, day)
	}
	return all
}

// monthly are levels by the first fixing of each month.
func monthly(t testing.TB, all []fixing) levels {
	t.Helper()
	type key struct {
		code  currency.Code
		month time.Time
	}
	known := map[key]currency.Level{}
	start := func(at time.Time) time.Time { return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC) }
	newest := all[0].day
	for _, day := range all { // the newest first, so that the first of each month stays
		dollar := one
		for _, r := range day.rows {
			if r.Quote == "USD" {
				dollar = r.Value
			}
		}
		known[key{"EUR", start(day.day)}] = currency.Level{Rate: quo(one, dollar).RoundDigits(8), On: currency.DateOf(day.day)}
		for _, r := range day.rows {
			known[key{r.Quote, start(day.day)}] = currency.Level{Rate: quo(r.Value, dollar).RoundDigits(8), On: currency.DateOf(day.day)}
		}
	}
	return func(code currency.Code, at time.Time) (currency.Level, bool) {
		if at.After(newest) {
			at = newest
		}
		l, ok := known[key{code, start(at)}]
		return l, ok
	}
}

// given reads how many months the sentence of an inference gives or takes.
func given(t testing.TB, how string) int {
	t.Helper()
	_, text, ok := strings.Cut(how, "give or take ")
	if !ok {
		t.Fatalf("%q does not say how sure it is", how)
	}
	if text == "a month" {
		return 1
	}
	n, err := strconv.Atoi(strings.TrimSuffix(text, " months"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func months(d currency.Date) int { return d.Year*12 + d.Month }

func TestATableOfRatesIsPlacedInItsMonth(t *testing.T) {
	all := fixings(t)
	level := monthly(t, all)
	random := rand.New(rand.NewPCG(1999, 1))
	placed, exact, beyond, refused := 0, 0, 0, 0
	for n := 0; n < len(all); n += 97 {
		d := Document{Rows: slices.Clone(all[n].rows)}
		for range len(d.Rows) / 5 { // spoil some
			i := random.IntN(len(d.Rows))
			d.Rows[i].Value = d.Rows[i].Value.Mul(currency.MustDecimal("1.3"))
		}
		got, how, err := infer(d, level, currency.DateOf(all[0].day))
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			refused++
			continue
		}
		placed++
		off := months(got) - months(currency.DateOf(all[n].day))
		if got.Day != 0 || !strings.Contains(how, got.First().Format("January 2006")) {
			t.Fatalf("%v: %s", got, how)
		}
		if off = max(off, -off); off <= 1 {
			exact++
		}
		if off > given(t, how) {
			beyond++
		}
	}
	t.Logf("%d placed, %d of them within a month, %d beyond what was said, %d refused", placed, exact, beyond, refused)
	if refused*8 > placed || beyond*20 > placed || exact*10 < placed*8 {
		t.Error("too many are refused, or placed wrongly")
	}
}

func TestTheSeedPageIsPlacedInItsMonth(t *testing.T) {
	all := fixings(t)
	level := monthly(t, all)
	text, err := os.ReadFile(filepath.Join(must.Samples(t), "seed", "page.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var d Document
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) != 2 || len(words[0]) != 3 {
			continue
		}
		if v, err := currency.ParseDecimal(words[1]); err == nil {
			d.Rows = append(d.Rows, Row{Base: "EUR", Quote: currency.Code(words[0]), Value: v})
		}
	}
	got, how, err := infer(d, level, currency.DateOf(all[0].day))
	if err != nil || got != (currency.Date{Year: 2026, Month: 2}) {
		t.Errorf("the page is of %s (%s), %v", got, how, err)
	}
}

// A level is good for two years after the last, and for the dollar always: neither is a month in which to look.
func TestATableOfTheNewestLevelsIsPlacedInTheirMonth(t *testing.T) {
	newest := currency.All().NewestLevel()
	var d Document
	for _, code := range []currency.Code{"USD", "JPY", "GBP", "CHF", "SEK", "NOK", "PLN", "HUF", "TRY", "AUD", "CAD", "INR"} {
		euro, _ := currency.All().Level("EUR", newest.First())
		other, ok := currency.All().Level(code, newest.First())
		if !ok {
			t.Fatalf("there is no level of %s", code)
		}
		d.Rows = append(d.Rows, Row{Base: "EUR", Quote: code, Value: quo(other.Rate, euro.Rate).RoundDigits(5)})
	}
	got, how, err := infer(d, func(code currency.Code, at time.Time) (currency.Level, bool) {
		if at.After(newest.First().AddDate(0, 1, 0)) {
			t.Fatalf("%s was asked for of %s, of which nothing is known", code, at)
		}
		return currency.All().Level(code, at)
	}, newest)
	if err != nil || got != (currency.Date{Year: newest.Year, Month: newest.Month}) {
		t.Errorf("the table is of %s (%s), %v", got, how, err)
	}
}

func TestAPairThatStandsManyTimesIsOneToInferFrom(t *testing.T) {
	var d Document
	for range 2 * fewestRows {
		d.Rows = append(d.Rows, Row{Base: "EUR", Quote: "USD", Value: currency.MustDecimal("1.1773")})
	}
	if day, how, err := Infer(d, Embedded()); !errors.Is(err, fault.Invalid) {
		t.Errorf("the table is of %s (%s), %v", day, how, err)
	}
}

func TestWhatCannotBePlacedIsRefused(t *testing.T) {
	flat := func(code currency.Code, at time.Time) (currency.Level, bool) {
		if code == "USD" {
			return currency.Level{Rate: one}, true
		}
		return currency.Level{Rate: currency.DecimalFromInt(int64(code[0]-'A') + 2), On: currency.Date{Year: 2026, Month: 2}}, code != "ZZZ"
	}
	var table Document
	for _, code := range []currency.Code{"AUD", "BRL", "CHF", "DKK", "EUR", "GBP", "HUF", "ILS", "JPY"} {
		table.Rows = append(table.Rows, Row{Base: "USD", Quote: code, Value: currency.DecimalFromInt(int64(code[0]-'A') + 2)})
	}
	unknown := Document{}
	for range 9 {
		unknown.Rows = append(unknown.Rows, Row{Base: "USD", Quote: "ZZZ", Value: one})
	}
	for name, c := range map[string]struct {
		d    Document
		says string
	}{
		"nothing":                 {Document{}, "names no day"},
		"too few":                 {Document{Rows: table.Rows[:7]}, "takes 8"},
		"unknown currencies":      {unknown, "takes 8"},
		"levels that never moved": {table, "hardly better"},
	} {
		if _, _, err := infer(c.d, flat, currency.Date{Year: 2026, Month: 2}); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	moving := func(code currency.Code, at time.Time) (currency.Level, bool) {
		month := min(int64(at.Year()*12+int(at.Month())), 2026*12+2)
		return currency.Level{Rate: currency.DecimalFromInt(month).Mul(currency.DecimalFromInt(int64(code[0]))), On: currency.Date{Year: 2026, Month: 2}}, true
	}
	if _, _, err := infer(table, moving, currency.Date{Year: 2026, Month: 2}); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), "no month well") {
		t.Errorf("rates of another sort: %v", err)
	}
}
