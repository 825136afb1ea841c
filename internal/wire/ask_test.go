package wire_test

import (
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/wire"
)

func TestAServiceThatAnswersForOneDayIsAskedForTodayOrForEachDayOfTheSpan(t *testing.T) {
	friday := time.Date(2026, 2, 6, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		ask  wire.Ask
		idle []time.Weekday
		want string
	}{
		{"the newest", wire.Ask{Today: friday}, []time.Weekday{time.Friday}, "06"},
		{"one day", wire.Ask{From: friday, To: friday}, nil, "06"},
		{"a span", wire.Ask{From: friday, To: friday.AddDate(0, 0, 4)}, nil, "06 07 08 09 10"},
		{"without weekends", wire.Ask{From: friday, To: friday.AddDate(0, 0, 4)}, []time.Weekday{time.Saturday, time.Sunday}, "06 09 10"},
		{"a weekend, when nothing is published", wire.Ask{From: friday.AddDate(0, 0, 2), To: friday.AddDate(0, 0, 2)}, []time.Weekday{time.Sunday}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var days []string
			for _, day := range c.ask.Days(c.idle...) {
				days = append(days, day.Format("02"))
			}
			if got := strings.Join(days, " "); got != c.want {
				t.Errorf("the days are %q, want %q", got, c.want)
			}
		})
	}
}
