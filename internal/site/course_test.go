package site

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

func TestARangeBeginsSoLongBeforeTheNewestValue(t *testing.T) {
	newest := time.Date(2026, 3, 31, 14, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"1m": "2026-03-03", // there is no 31 February
		"6M": "2025-10-01", "": "2025-03-31", "1y": "2025-03-31", "5Y": "2021-03-31", "all": "0001-01-01",
	} {
		r, err := parseReach(text)
		if got := r.from(newest).Format(time.DateOnly); err != nil || got != want {
			t.Errorf("range %q begins on %s, want %s: %v", text, got, want, err)
		}
	}
	for _, text := range []string{"2y", "1 m", "all ", "-"} {
		if _, err := parseReach(text); err == nil || !strings.Contains(err.Error(), "1m, 6m, 1y, 5y or all") {
			t.Errorf("range %q: %v", text, err)
		}
	}
}

func TestAChartTakesTheLastValueOfTheFinestPaceThatItHasRoomFor(t *testing.T) {
	begin := time.Date(2000, 1, 3, 0, 0, 0, 0, time.UTC) // a Monday
	for _, c := range []struct {
		days  int
		every string
		first []int // the first that are shown
	}{
		{2, "day", []int{0, 1}},
		{370, "day", []int{0, 1, 2}},
		{371, "week", []int{6, 13, 20}},
		{370 * 7, "week", []int{6, 13, 20}},
		{370*7 + 1, "month", []int{28, 57}},
		{366 * 40, "quarter", []int{88, 179}},
		{366 * 120, "year", []int{363, 728}},
	} {
		moments := make([]time.Time, c.days)
		for i := range moments {
			moments[i] = begin.AddDate(0, 0, i)
		}
		shown, every := sampled(moments)
		if every != c.every || len(shown) > most || !slices.Equal(shown[:len(c.first)], c.first) || shown[len(shown)-1] != c.days-1 {
			t.Errorf("of %d days %d are shown, the last of each %s, %v…; want %s, %v…", c.days, len(shown), every, shown[:len(c.first)], c.every, c.first)
		}
		kept, _ := sampled(moments, 0, c.days/2)
		if !slices.Contains(kept, 0) || !slices.Contains(kept, c.days/2) || !slices.IsSorted(kept) {
			t.Errorf("of %d days the lowest and the highest are not all shown: %v", c.days, kept)
		}
	}
}

func TestAComparisonBeginsWithAHundredOnTheFirstDayThatBothHave(t *testing.T) {
	on := func(day int, value string) spot {
		return spot{at: time.Date(2026, 2, day, 9*(day%2), 0, 0, 0, time.UTC), value: currency.MustDecimal(value)}
	}
	a, b := common([]spot{on(1, "9"), on(2, "10"), on(3, "11"), on(5, "8")}, []spot{on(2, "200"), on(3, "190"), on(4, "1"), on(5, "201.111")})
	var got []string
	for _, list := range [][]currency.Decimal{indexed(a), indexed(b)} {
		for _, d := range list {
			got = append(got, d.String())
		}
	}
	if want := []string{"100.00", "110.00", "80.00", "100.00", "95.00", "100.56"}; !slices.Equal(got, want) {
		t.Errorf("the lines are %v, want %v", got, want)
	}
	if a, b := common([]spot{on(1, "1")}, []spot{on(2, "1")}); a != nil || b != nil {
		t.Error("what has no day in common is compared")
	}
}

func TestTheBoardIsSortedByWhatAColumnShows(t *testing.T) {
	for text, want := range map[string]order{"": {}, "change": {byChange, false}, "-change": {byChange, true}, "age": {byAge, false}, "-name": {byName, true}, "rate": {byRate, false}} {
		if got, err := parseOrder(text); err != nil || got != want || got.String() != text {
			t.Errorf("%q is %+v, want %+v: %v", text, got, want, err)
		}
	}
	for _, text := range []string{"-", "--rate", "Change", "change,rate", "source"} {
		if _, err := parseOrder(text); err == nil {
			t.Errorf("a board is sorted by %q", text)
		}
	}
	rows := []placed{{Row: Row{Code: "C", Name: "a"}}, {Row: Row{Code: "B", Name: "c"}}, {Row: Row{Code: "A", Name: "b", Move: Move{Withheld: "why"}}}, {Row: Row{Code: "D", Name: "d"}}}
	for i, percent := range []string{"-1", "2.5", "9", "-1"} {
		rows[i].Price.Move.Percent = currency.MustDecimal(percent)
		rows[i].Price.Value = currency.MustDecimal(percent)
		rows[i].Price.At = time.Date(2026, 1, i+1, 0, 0, 0, 0, time.UTC)
	}
	for text, want := range map[string]string{"name": "CABD", "-name": "DBAC", "rate": "CDBA", "change": "CDBA", "-change": "BCDA", "age": "DABC", "-age": "CBAD"} {
		o, _ := parseOrder(text)
		got := ""
		for _, r := range o.sorted(slices.Clone(rows))[0].Rows {
			got += r.Code
		}
		if got != want {
			t.Errorf("by %s the rows are %s, want %s", text, got, want)
		}
	}
}

func TestTheLifeOfACurrencyIsToldInItsOrder(t *testing.T) {
	table := currency.All()
	for code, want := range map[currency.Code][]string{
		"BGN": {"introduced", "1.95583 for one EUR", "become one EUR", "EUR takes its place"},
		"SYP": {"100 old SYP become one new SYP"},
	} {
		all := ""
		for _, e := range lifeOf(table, code) {
			if e.Known == "" || e.Day == "" {
				t.Errorf("%s: %q has no day or no source", code, e.Words)
			}
			all += e.Words + "\n"
		}
		for _, words := range want {
			_, rest, ok := strings.Cut(all, words)
			if !ok {
				t.Errorf("the life of %s lacks %q, or has it at another place: %s", code, words, all)
			}
			all = rest
		}
	}
	if lifeOf(table, "ZZZ") != nil {
		t.Error("what is no currency has a life")
	}
	for _, e := range lifeOf(table, "EUR") {
		if e.Own && strings.Contains(e.Words, "become") {
			t.Errorf("%q changed the euro", e.Words)
		}
	}
}

func FuzzAChartAndABoardAreAskedForInWords(f *testing.F) {
	for _, text := range []string{"", "1m", "ALL", "-change", "--", "rate", "\x00", "１ｍ"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := parseReach(text); err == nil && r.name == "" {
			t.Errorf("%q is a range without a name", text)
		}
		if o, err := parseOrder(text); err == nil && o.String() != text {
			t.Errorf("%q is read as %q", text, o)
		}
	})
}
