package calendar_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/calendar"
	"github.com/courant-news/courant/internal/must"
)

// table reads a recorded table without its heading.
func table(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(must.Samples(t), "calendar", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// Every weekday of 1998 to 2028 is held against a list of closed days and early closes.
func TestNewYorkIsShutOnTheDaysOfTheList(t *testing.T) {
	type said struct{ status, closes string }
	listed := map[string]said{}
	for _, row := range table(t, "xnys_holidays_1998-2028.csv") {
		listed[row[0]] = said{row[1], row[2]}
	}
	m := of(t, "XNYS")
	days, sessions, wrong := 0, 0, 0
	for d := date(t, "1998-01-01"); d.Year() <= 2028; d = d.AddDate(0, 0, 1) {
		day, err := m.Day(d)
		if err != nil {
			t.Fatal(err)
		}
		if day.Kind == calendar.Weekend {
			continue
		}
		days++
		var got said
		switch day.Kind {
		case calendar.Holiday:
			got.status = "closed"
		case calendar.EarlyClose:
			got = said{"early_close", day.Close.In(m.Zone).Format("15:04")}
		}
		if day.Session() {
			sessions++
		}
		if want := listed[d.Format(time.DateOnly)]; got != want {
			wrong++
			t.Errorf("%s: %v, in the list %v", d.Format(time.DateOnly), got, want)
		}
	}
	t.Logf("%d weekdays of 1998 to 2028, %d sessions, %d days in the list: %d differences", days, sessions, len(listed), wrong)
}

// Opening and close of every session from 1990 to January 2023, to the minute.
func TestNewYorkTradesInTheSessionsOfTheList(t *testing.T) {
	rows := table(t, "xnys_sessions_1990-01-02_2023-01-13.csv")
	sessions, err := of(t, "XNYS").Sessions(date(t, "1990-01-01"), date(t, "2023-01-13"))
	if err != nil {
		t.Fatal(err)
	}
	if len(sessions) != len(rows) {
		t.Errorf("%d sessions, %d in the list", len(sessions), len(rows))
	}
	wrong := 0
	for i := range min(len(rows), len(sessions)) {
		row, s := rows[i], sessions[i]
		if row[0] != s.Date.Format(time.RFC3339) || row[1] != s.Open.Format(time.RFC3339) || row[2] != s.Close.Format(time.RFC3339) {
			if wrong++; wrong < 10 {
				t.Errorf("%s %s %s, in the list %v", s.Date, s.Open, s.Close, row)
			}
		}
	}
	t.Logf("%d sessions compared: %d differences", len(sessions), wrong)
}

func TestNewYorkKeepsTheRecordedHours(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(must.Samples(t), "calendar", "xnys_hours.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Name, Timezone string
		Core           struct{ Open, Close string } `json:"core_session"`
		Early          struct{ Close string }       `json:"early_close"`
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	m := of(t, "XNYS")
	full, err1 := m.Day(date(t, "2026-11-25"))
	half, err2 := m.Day(date(t, "2026-11-27"))
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	clock := func(at time.Time) string { return at.In(m.Zone).Format("15:04") }
	if m.Name != want.Name || m.Zone.String() != want.Timezone || clock(full.Open) != want.Core.Open || clock(full.Close) != want.Core.Close || clock(half.Close) != want.Early.Close {
		t.Errorf("%s, %s, %s to %s, early %s; recorded: %+v", m.Name, m.Zone, clock(full.Open), clock(full.Close), clock(half.Close), want)
	}
}
