package market_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/market"
)

// A bank speaks each weekday, a page on a few days between; the manat is held to the dollar.
func TestASeriesAnswersByTheNumbersOfWhoSaysMost(t *testing.T) {
	d := newDesk(t)
	var all []market.Observation
	var days []time.Time
	for at := dayOfJanuary(1).AddDate(-2, 0, 0); at.Before(dayOfJanuary(30)); at = at.AddDate(0, 0, 1) {
		if wd := at.Weekday(); wd == time.Saturday || wd == time.Sunday {
			continue
		}
		days = append(days, at)
		value := fmt.Sprintf("1.%04d", 1000+len(days)%7)
		if at.Equal(dayOfJanuary(13)) {
			value = "1.3000"
		}
		all = append(all, said("bank", "EUR/USD", market.Rate, value, market.Moment{At: at, Seen: at.Add(16 * time.Hour)}))
	}
	for _, n := range []int{3, 10} {
		at := dayOfJanuary(n)
		all = append(all, said("page", "EUR/USD", market.Rate, "9.0000", market.Moment{At: at, Seen: at.Add(time.Hour)}))
	}
	d.record(t, all...)
	on := func(n int) market.Days { return market.Days{First: dayOfJanuary(n), Last: dayOfJanuary(n)} }
	answers, err := d.Answers(t.Context(), "EUR/USD", []market.Days{on(13), on(14), on(5)}, 1, 5)
	if err != nil || len(answers) != 3 {
		t.Fatalf("%v, %v", answers, err)
	}
	a := answers[0]
	if a.Source != "bank" || a.Held != "" || a.Unfit != "" || a.Windows[0].Beyond < market.Unlikely || a.Windows[0].After.Value.String() != "1.3000" || len(a.Before.From) != 1 {
		t.Errorf("on the 13th it is %+v", a)
	}
	if !slices.Equal(a.Windows[1].Shared, []int{1}) || !slices.Equal(answers[1].Windows[1].Shared, nil) {
		t.Errorf("shared are %v and %v", a.Windows[1].Shared, answers[1].Windows[1].Shared)
	}
	if !slices.Equal(answers[2].Windows[1].Shared, nil) {
		t.Errorf("five sessions from the 5th end before the 13th, and share %v", answers[2].Windows[1].Shared)
	}
	for i := range answers {
		if one, err := d.Answer(t.Context(), "EUR/USD", []market.Days{on(13), on(14), on(5)}, i, 1, 5); err != nil || !reflect.DeepEqual(one, answers[i]) {
			t.Errorf("asked alone it is %+v, %v", one, err)
		}
	}
	manat, err := d.Answers(t.Context(), "USD/AZN", []market.Days{on(13)}, 1)
	if err != nil || manat[0].Held == "" || manat[0].Source != "" || manat[0].Unfit == "" {
		t.Errorf("the manat answers %+v, %v", manat, err)
	}
	if _, err := d.Answers(t.Context(), "EUR/QQQ", []market.Days{on(13)}, 1); err == nil {
		t.Error("a currency that there is not answers")
	}
}
