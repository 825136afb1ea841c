package calendar_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/calendar"
	"github.com/courant-news/courant/internal/fault"
)

func of(t *testing.T, mic calendar.MIC) *calendar.Market {
	t.Helper()
	m, err := calendar.Of(mic)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func date(t *testing.T, text string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestEachMarketKeepsItsHolidays(t *testing.T) {
	for _, c := range []struct {
		mic   calendar.MIC
		year  string
		shut  string // days from Monday to Friday without a session, as month and day
		early string
		late  string
	}{
		{"XNYS", "2026", "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25", "11-27 12-24", ""},
		{"XNAS", "2027", "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24", "11-26", ""},
		{"OTCM", "2028", "01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25", "07-03 11-24", ""},
		{"XLON", "2012", "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26", "12-24 12-31", ""},
		{"XLON", "2020", "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28", "12-24 12-31", ""},
		{"XLON", "2021", "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28", "12-24 12-31", ""},
		{"XLON", "2022", "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27", "12-23 12-30", ""},
		{"XLON", "2023", "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26", "12-22 12-29", ""},
		{"XLON", "2026", "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28", "12-24 12-31", ""},
		{"XETR", "2017", "04-14 04-17 05-01 06-05 10-03 10-31 12-25 12-26", "12-29", ""},
		{"XETR", "2024", "01-01 03-29 04-01 05-01 12-24 12-25 12-26 12-31", "12-30", ""},
		{"XETR", "2028", "04-14 04-17 05-01 12-25 12-26", "12-29", ""},
		{"XPAR", "2019", "01-01 04-19 04-22 05-01 12-25 12-26", "12-24 12-31", ""},
		{"XAMS", "2026", "01-01 04-03 04-06 05-01 12-25", "12-24 12-31", ""},
		{"XTKS", "2020", "01-01 01-02 01-03 01-13 02-11 02-24 03-20 04-29 05-04 05-05 05-06 07-23 07-24 08-10 09-21 09-22 10-01 11-03 11-23 12-31", "", ""},
		{"XTKS", "2024", "01-01 01-02 01-03 01-08 02-12 02-23 03-20 04-29 05-03 05-06 07-15 08-12 09-16 09-23 10-14 11-04 12-31", "", ""},
		{"XTKS", "2026", "01-01 01-02 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23 12-31", "", ""},
		{"XTKS", "2027", "01-01 01-11 02-11 02-23 03-22 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-23 10-11 11-03 11-23 12-31", "", ""},
		{"XHKG", "2023", "01-02 01-23 01-24 01-25 04-05 04-07 04-10 05-01 05-26 06-22 07-17 09-01 09-08 10-02 10-23 12-25 12-26", "", "10-09"},
		{"XHKG", "2026", "01-01 02-17 02-18 02-19 04-03 04-06 04-07 05-01 05-25 06-19 07-01 10-01 10-19 12-25", "02-16 12-24 12-31", ""},
		{"XHKG", "2027", "01-01 02-08 02-09 03-26 03-29 04-05 05-13 06-09 07-01 09-16 10-01 10-08 12-27", "02-05 12-24 12-31", ""},
	} {
		m := of(t, c.mic)
		var shut, early, late []string
		for d := date(t, c.year+"-01-01"); d.Format("2006") == c.year; d = d.AddDate(0, 0, 1) {
			day, err := m.Day(d)
			if err != nil {
				t.Fatal(err)
			}
			if day.Source == "" || day.Verified == "" || (day.Kind == calendar.Holiday) == day.Session() && day.Kind != calendar.Weekend {
				t.Errorf("%s %s: %+v", c.mic, d, day)
			}
			switch day.Kind {
			case calendar.Holiday:
				shut = append(shut, d.Format("01-02"))
			case calendar.EarlyClose:
				early = append(early, d.Format("01-02"))
			case calendar.LateOpen:
				late = append(late, d.Format("01-02"))
			}
		}
		for _, x := range []struct {
			what string
			got  []string
			want string
		}{{"is shut", shut, c.shut}, {"closes early", early, c.early}, {"opens late", late, c.late}} {
			if got := strings.Join(x.got, " "); got != x.want {
				t.Errorf("%s %s %s on\n%s, not\n%s", c.mic, c.year, x.what, got, x.want)
			}
		}
	}
}

// Every market, over all years of which it may be asked: sessions in order, none overlapping, next and previous undo each other.
func TestSessionsFollowEachOther(t *testing.T) {
	count := 0
	for _, m := range calendar.Known() {
		last := m.Last
		if last == 0 {
			last = 2040
		}
		sessions, err := m.Sessions(time.Date(m.First, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(last, 12, 31, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		count += len(sessions)
		for i, s := range sessions {
			if !s.Open.Before(s.Close) || s.Rest.IsZero() != s.Resume.IsZero() || !s.Rest.IsZero() && !(s.Open.Before(s.Rest) && s.Rest.Before(s.Resume) && s.Resume.Before(s.Close)) {
				t.Fatalf("%s: %+v", m.MIC, s)
			}
			if s.Listed != (s.Date.Year() <= m.Listed) || s.Listed == strings.Contains(s.Basis, "not confirmed") {
				t.Errorf("%s %s: listed %v, %q", m.MIC, s.Date, s.Listed, s.Basis)
			}
			if here := s.Open.In(m.Zone).Format(time.DateOnly); here != s.Date.Format(time.DateOnly) {
				t.Errorf("%s: the session of %s opens on %s", m.MIC, s.Date, here)
			}
			if closed, err := m.LastClosed(s.Close); err != nil || !closed.Date.Equal(s.Date) {
				t.Errorf("%s: at the close of %s the last that closed is %s (%v)", m.MIC, s.Date, closed.Date, err)
			}
			if i == 0 {
				continue
			}
			before := sessions[i-1]
			if !before.Close.Before(s.Open) || !before.After.IsZero() && before.After.After(s.Open) {
				t.Errorf("%s: %s and %s overlap", m.MIC, before.Date, s.Date)
			}
			next, err1 := m.Next(before.Date)
			previous, err2 := m.Previous(s.Date)
			if err1 != nil || err2 != nil || !next.Date.Equal(s.Date) || !previous.Date.Equal(before.Date) {
				t.Errorf("%s: between %s and %s stand %s and %s (%v, %v)", m.MIC, before.Date, s.Date, previous.Date, next.Date, err1, err2)
			}
			if closed, err := m.LastClosed(s.Close.Add(-time.Nanosecond)); err != nil || !closed.Date.Equal(before.Date) {
				t.Errorf("%s: before the close of %s the last that closed is %s (%v)", m.MIC, s.Date, closed.Date, err)
			}
			if opened, err := m.LastOpened(s.Open.Add(-time.Nanosecond)); err != nil || !opened.Date.Equal(before.Date) {
				t.Errorf("%s: before the opening of %s the last that opened is %s (%v)", m.MIC, s.Date, opened.Date, err)
			}
		}
	}
	t.Logf("%d sessions of %d markets", count, len(calendar.Known()))
}

// New York and London put their clocks forward and back in different weeks: between them London opens four hours before
// New York, and not five.
func TestSessionsFollowTheClocks(t *testing.T) {
	for _, c := range []struct {
		mic         calendar.MIC
		day         string
		open, close string
	}{
		{"XNYS", "2026-03-06", "14:30", "21:00"},
		{"XNYS", "2026-03-09", "13:30", "20:00"}, // New York's clocks went forward on 8 March
		{"XLON", "2026-03-09", "08:00", "16:30"},
		{"XLON", "2026-03-27", "08:00", "16:30"},
		{"XLON", "2026-03-30", "07:00", "15:30"}, // London's on 29 March
		{"XETR", "2026-03-27", "08:00", "16:30"},
		{"XETR", "2026-03-30", "07:00", "15:30"},
		{"XLON", "2026-10-23", "07:00", "15:30"},
		{"XLON", "2026-10-26", "08:00", "16:30"}, // back on 25 October
		{"XNYS", "2026-10-30", "13:30", "20:00"},
		{"XNYS", "2026-11-02", "14:30", "21:00"}, // back on 1 November
		{"XLIS", "2026-07-01", "07:00", "15:30"}, // at the same moments as Paris
		{"XPAR", "2026-07-01", "07:00", "15:30"},
		{"XTKS", "2024-11-01", "00:00", "06:00"},
		{"XTKS", "2024-11-05", "00:00", "06:30"},
		{"XHKG", "2026-07-02", "01:30", "08:00"},
		{"XHKG", "2026-02-16", "01:30", "04:00"},
		{"XHKG", "2023-10-09", "06:00", "08:00"},
		{"XNYS", "2026-11-27", "14:30", "18:00"},
		{"XLON", "2026-12-24", "08:00", "12:30"},
		{"XPAR", "2026-12-24", "08:00", "13:05"},
		{"XLIS", "2026-12-24", "08:00", "13:05"},
	} {
		d, err := of(t, c.mic).Day(date(t, c.day))
		if open, close := d.Open.Format("15:04"), d.Close.Format("15:04"); err != nil || open != c.open || close != c.close {
			t.Errorf("%s on %s trades from %s until %s, not from %s until %s (%v)", c.mic, c.day, open, close, c.open, c.close, err)
		}
		if !slices.ContainsFunc([]time.Time{d.Open, d.Close}, func(m time.Time) bool { return m.Location() == time.UTC }) {
			t.Errorf("%s on %s is not told in UTC", c.mic, c.day)
		}
	}
}

func TestAMomentLiesInAPhase(t *testing.T) {
	for _, c := range []struct {
		mic  calendar.MIC
		at   string
		want calendar.Phase
	}{
		{"XNAS", "2026-11-25T08:59:59Z", calendar.Closed},
		{"XNAS", "2026-11-25T09:00:00Z", calendar.PreMarket},
		{"XNAS", "2026-11-25T14:30:00Z", calendar.Open},
		{"XNAS", "2026-11-25T20:59:59Z", calendar.Open},
		{"XNAS", "2026-11-25T21:00:00Z", calendar.AfterHours},
		{"XNAS", "2026-11-26T01:00:00Z", calendar.Closed},    // still the 25th in New York
		{"XNAS", "2026-11-26T15:00:00Z", calendar.OnHoliday}, // Thanksgiving
		{"XNAS", "2026-11-27T18:00:00Z", calendar.AfterHours},
		{"XNAS", "2026-11-27T22:00:00Z", calendar.Closed},
		{"XNYS", "2026-11-27T17:59:59Z", calendar.Open},
		{"XNYS", "2026-11-27T18:00:00Z", calendar.ClosedEarly},
		{"XNYS", "2026-11-27T21:00:00Z", calendar.Closed},
		{"XNYS", "2026-11-28T15:00:00Z", calendar.Closed}, // Saturday
		{"XNYS", "2026-11-25T12:00:00Z", calendar.Closed}, // trades no pre-market of its own
		{"XTKS", "2026-11-26T02:29:59Z", calendar.Open},
		{"XTKS", "2026-11-26T02:30:00Z", calendar.LunchBreak},
		{"XTKS", "2026-11-26T03:30:00Z", calendar.Open},
		{"XTKS", "2026-11-25T23:30:00Z", calendar.PreMarket}, // the 26th in Tokyo
		{"XHKG", "2026-11-26T04:30:00Z", calendar.LunchBreak},
		{"XHKG", "2026-12-24T04:05:00Z", calendar.AfterHours}, // the auction of a half day
		{"XHKG", "2026-12-24T05:00:00Z", calendar.ClosedEarly},
		{"XHKG", "2023-10-09T05:00:00Z", calendar.Closed}, // no morning session, and so no break
	} {
		s, err := of(t, c.mic).At(moment(t, c.at))
		if err != nil || s.Phase != c.want {
			t.Errorf("%s at %s is %q, not %q (%v)", c.mic, c.at, s.Phase, c.want, err)
		}
	}
}

func TestTheNewestSessionThatHasClosed(t *testing.T) {
	for _, c := range []struct {
		mic      calendar.MIC
		at, want string
	}{
		{"XNYS", "2026-02-02T14:30:00Z", "2026-01-30"},
		{"XNYS", "2026-02-02T21:00:00Z", "2026-02-02"},
		{"XNYS", "2026-02-01T12:00:00Z", "2026-01-30"},
		{"XNYS", "2026-11-27T02:00:00Z", "2026-11-25"},
		{"XTKS", "2026-05-07T06:29:59Z", "2026-05-01"}, // after the golden week
		{"XTKS", "2026-05-07T06:30:00Z", "2026-05-07"},
	} {
		d, err := of(t, c.mic).LastClosed(moment(t, c.at))
		if got := d.Date.Format(time.DateOnly); err != nil || got != c.want {
			t.Errorf("%s at %s closed last on %s, not %s (%v)", c.mic, c.at, got, c.want, err)
		}
	}
}

func TestACalendarSaysHowFarItIsKnown(t *testing.T) {
	if _, err := calendar.Of("XXXX"); !errors.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "XNYS") {
		t.Error(err)
	}
	d, err := of(t, "XNYS").Day(date(t, "2031-11-27"))
	if err != nil || d.Listed || d.Kind != calendar.Holiday || d.Basis != "by rule, not confirmed: the market’s own list is known until 2028" {
		t.Errorf("Thanksgiving of 2031: %+v (%v)", d, err)
	}
	hk := of(t, "XHKG")
	for _, c := range []struct{ day, says string }{
		{"2028-01-03", "the calendar of XHKG is known until 2027"},
		{"2022-12-30", "the calendar of XHKG is known from 2023 on"},
	} {
		if _, err := hk.Day(date(t, c.day)); !errors.Is(err, fault.NotFound) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.day, err)
		}
	}
	for name, err := range map[string]error{
		"the next after the last":      second(hk.Next(date(t, "2027-12-31"))),
		"the one before the first":     second(hk.Previous(date(t, "2023-01-03"))),
		"sessions of too late a year":  second(hk.Sessions(date(t, "2027-12-01"), date(t, "2028-01-31"))),
		"a moment of too late a year":  second(hk.At(moment(t, "2028-01-03T02:00:00Z"))),
		"a close before the beginning": second(hk.LastClosed(moment(t, "2023-01-01T02:00:00Z"))),
		"a year beyond all":            second(of(t, "XNYS").Day(time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC))),
	} {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := of(t, "XNYS").Sessions(date(t, "1990-01-01"), date(t, "2190-01-01")); !errors.Is(err, fault.Invalid) {
		t.Errorf("two hundred years: %v", err)
	}
	if none, err := of(t, "XNYS").Sessions(date(t, "2026-02-02"), date(t, "2026-02-01")); err != nil || none != nil {
		t.Errorf("from a day to the one before: %v, %v", none, err)
	}
}

func second[A any](_ A, err error) error { return err }
