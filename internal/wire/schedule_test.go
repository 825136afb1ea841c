package wire

import (
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse("2006-01-02 15:04 -0700", text)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

var frankfurt = Schedule{Zone: "Europe/Berlin", From: "15:55", Until: "18:00", Every: 10 * time.Minute}

func TestTheNextMomentLiesInTheBanksOwnHoursAndWeek(t *testing.T) {
	for _, c := range []struct {
		name, now string
		come      bool
		want      string
	}{
		{"in the morning the window is awaited", "2026-02-02 08:00 +0100", false, "2026-02-02 15:55 +0100"},
		{"in the morning, though yesterday's came", "2026-02-03 08:00 +0100", true, "2026-02-03 15:55 +0100"},
		{"within the window every ten minutes", "2026-02-02 16:00 +0100", false, "2026-02-02 16:10 +0100"},
		{"once the table came, tomorrow", "2026-02-02 16:00 +0100", true, "2026-02-03 15:55 +0100"},
		{"at the window's end, tomorrow", "2026-02-02 17:55 +0100", false, "2026-02-03 15:55 +0100"},
		{"on Friday evening, Monday", "2026-02-06 19:00 +0100", false, "2026-02-09 15:55 +0100"},
		{"on Saturday in the hours, Monday", "2026-02-07 16:00 +0100", false, "2026-02-09 15:55 +0100"},
		{"from another zone, by the bank's clock", "2026-02-02 20:00 +0900", false, "2026-02-02 15:55 +0100"},
		{"when the clock is put forward, by the new time", "2026-03-27 19:00 +0100", false, "2026-03-30 15:55 +0200"},
		{"when the clock is put back, by the old", "2026-10-23 19:00 +0200", false, "2026-10-26 15:55 +0100"},
	} {
		if got := frankfurt.Next(at(t, c.now), c.come); !got.Equal(at(t, c.want)) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	cairo := Schedule{Zone: "Africa/Cairo", From: "10:00", Until: "12:00", Every: time.Hour, Days: []time.Weekday{time.Sunday}}
	if got := cairo.Next(at(t, "2026-02-02 10:00 +0200"), true); !got.Equal(at(t, "2026-02-08 10:00 +0200")) {
		t.Errorf("a bank that publishes on Sundays is next asked %s", got)
	}
}

func TestAScheduleThatCannotBeKeptIsRefused(t *testing.T) {
	if err := frankfurt.Check(); err != nil {
		t.Error(err)
	}
	for name, s := range map[string]Schedule{
		"no zone": {From: "15:00", Until: "16:00", Every: time.Hour}, "unknown zone": {Zone: "Mars/Utopia", From: "15:00", Until: "16:00", Every: time.Hour},
		"the machine's zone": {Zone: "Local", From: "15:00", Until: "16:00", Every: time.Hour}, "no hours": {Zone: "UTC", Every: time.Hour},
		"hours the wrong way": {Zone: "UTC", From: "16:00", Until: "15:00", Every: time.Hour}, "all the time": {Zone: "UTC", From: "15:00", Until: "16:00"},
	} {
		if err := s.Check(); err == nil || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPausesGrowAreLeftToChanceAndObeyTheServer(t *testing.T) {
	for failures, longest := range map[int]time.Duration{1: time.Minute, 2: 2 * time.Minute, 4: 8 * time.Minute, 5: time.Hour, 99: time.Hour} {
		if got := pause(failures, 0, 1); got != longest {
			t.Errorf("after %d failures at most %s, want %s", failures, got, longest)
		}
	}
	if got := pause(3, 0, 0); got != time.Second {
		t.Errorf("the least pause is %s", got)
	}
	if got := pause(breaker, 0, 0); got != 30*time.Minute {
		t.Errorf("an open breaker waits %s at the least", got)
	}
	if got := pause(1, 3*time.Hour, 1); got != 3*time.Hour {
		t.Errorf("a server that asks for three hours gets %s", got)
	}
}
