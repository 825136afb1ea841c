package calendar

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

func TestADayOfTheYearIsRead(t *testing.T) {
	for text, want := range map[string]string{
		"25 December":                 "2026-12-25",
		"29 June":                     "2026-06-29",
		"3rd Monday in January":       "2026-01-19",
		"last Monday in May":          "2026-05-25",
		"4th Thursday in November +1": "2026-11-27",
		"Easter":                      "2026-04-05",
		"Easter -2":                   "2026-04-03",
		"Easter +50":                  "2026-05-25",
	} {
		y, err := parseYearly(text)
		if got := y.in(2026).Format(time.DateOnly); err != nil || got != want {
			t.Errorf("%q is %s, not %s (%v)", text, got, want, err)
		}
	}
	for _, text := range []string{
		"", "December", "31 June", "0 May", "29 February", "5th Monday in May", "3rd Funday in May", "3rd Monday of May", "3rd Monday in Mai",
		"Easter 2", "Easter +400", "Easter +1 +1", "25 December " + strings.Repeat(" ", 40), "1st Monday Tuesday in May",
	} {
		if _, err := parseYearly(text); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q is read: %v", text, err)
		}
	}
}

// The earliest and the latest Easter, and some between, of the tables of the Church.
func TestEasterIsWhereTheTablesHaveIt(t *testing.T) {
	for _, want := range []string{
		"1818-03-22", "1943-04-25", "1961-04-02", "1990-04-15", "2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2027-03-28", "2038-04-25", "2285-03-22",
	} {
		day, err := time.Parse(time.DateOnly, want)
		if err != nil {
			t.Fatal(err)
		}
		if got := easter(day.Year()); !got.Equal(day) {
			t.Errorf("Easter of %d is %s, not %s", day.Year(), got.Format(time.DateOnly), want)
		}
	}
}

func TestADayThatFallsOnAWeekendIsMoved(t *testing.T) {
	const saturday, sun = "2027-12-25", "2027-12-26"
	for _, c := range []struct {
		by       move
		day      string
		want     string // "" where it lapses
		occupied string
	}{
		{lapses, saturday, "", ""},
		{nearest, saturday, "2027-12-24", "2027-12-24"},
		{nearest, sun, "2027-12-27", ""},
		{sunday, saturday, "", ""},
		{sunday, sun, "2027-12-28", "2027-12-27"},
		{either, saturday, "2027-12-27", ""},
		{either, sun, "2027-12-29", "2027-12-27 2027-12-28"},
		{earlier, sun, "2027-12-24", ""},
		{either, "2027-12-22", "2027-12-22", ""},
	} {
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		to, ok := c.by.from(day, func(d time.Time) bool { return strings.Contains(c.occupied, d.Format(time.DateOnly)) })
		if got := to.Format(time.DateOnly); ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s by %q is %s (%v), not %q", c.day, c.by, got, ok, c.want)
		}
	}
}

// No rule may move a day out of its year: it would be looked for in the wrong one.
func TestARuleStaysInItsYear(t *testing.T) {
	for _, m := range known() {
		for y := m.First; y <= 2060 && m.knows(y) == nil; y++ {
			for d := range m.year(y) {
				if d.Year() != y || weekend(d) {
					t.Errorf("%s: %s is special in %d", m.MIC, d, y)
				}
			}
		}
	}
}

func TestATableThatCannotBeRightIsRefused(t *testing.T) {
	whole := func() fstest.MapFS {
		files := fstest.MapFS{}
		for _, name := range []string{"markets", "hours", "rules", "exceptions"} {
			text, err := os.ReadFile("data/" + name + ".csv")
			if err != nil {
				t.Fatal(err)
			}
			files["data/"+name+".csv"] = &fstest.MapFile{Data: text}
		}
		return files
	}
	if _, err := load(whole()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, row, says string }{
		{"markets", "XXXX,Nowhere,Mars/Olympus,2000,2001,,s,v", "Mars/Olympus"},
		{"markets", "XXXX,Nowhere,UTC,2000,,,s,v", "last listed"},
		{"markets", "XXXX,Nowhere,UTC,2000,2001,,s,v", "no hours in 2000"},
		{"markets", "XXXX,Nowhere,UTC,20,2001,,s,v", "no year"},
		{"hours", "XXXX,2000-01-01,,09:30,,,16:00,,,s,v", "not in markets.csv"},
		{"hours", "XNYS,2000-01-01,,09:30,,,09:00,,,s,v", "follow each other"},
		{"hours", "XNYS,2000-01-01,,9:30,,,16:00,,,s,v", "no time of day"},
		{"hours", "XNYS,2000-13-01,,09:30,,,16:00,,,s,v", "since"},
		{"rules", "XNYS,A day,32 May,,,,,,s,v", "no day of a year"},
		{"rules", "XNYS,A day,1 May,sideways,,,,,s,v", "no way to move"},
		{"rules", "XNYS,A day,1 May,,Funday,,,,s,v", "no days of the week"},
		{"rules", "XNYS,A day,1 May,,,2010,2009,,s,v", "ends before it begins"},
		{"rules", "XNYS,A day,1 May,,,,,,,v", "no source"},
		{"rules", "XNYS,A day,1 May,,,,,,s,", "no verified"},
		{"exceptions", "XNYS,2026-02-02,shut,A day,,,s,v", "no status"},
		{"exceptions", "XNYS,2026-02-02,early,A day,,,s,v", "lacks the hour"},
		{"exceptions", "XNYS,2026-02-01,closed,A day,,,s,v", "is a weekend"},
		{"exceptions", "XNYS,2025-01-09,closed,A day,,,s,v", "stands twice"},
	} {
		files := whole()
		f := files["data/"+c.file+".csv"]
		f.Data = append(f.Data, c.row+"\n"...)
		if _, err := load(files); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), ".csv") {
			t.Errorf("%s with %s: %v", c.file, c.row, err)
		}
	}
}

func FuzzDayOfTheYear(f *testing.F) {
	for _, m := range []string{"25 December", "3rd Monday in January", "last Monday in May", "Easter -2", "4th Thursday in November +1", "31 June"} {
		f.Add(m, 2026)
	}
	f.Fuzz(func(t *testing.T, text string, in int) {
		y, err := parseYearly(text)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		in = 1900 + (in%300+300)%300
		d := y.in(in).AddDate(0, 0, -y.offset)
		if d.Year() != in || y.nth != 0 && (d.Weekday() != y.weekday || d.Month() != y.month) || y.month == 0 && (d.Weekday() != time.Sunday || d.Month() != time.March && d.Month() != time.April) {
			t.Errorf("%q in %d is %s", text, in, d)
		}
	})
}

func FuzzClock(f *testing.F) {
	for _, m := range []string{"", "09:30", "24:00", "9:30", "23:59"} {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseClock(text)
		switch {
		case err != nil && !errors.Is(err, fault.Invalid):
			t.Fatal(err)
		case err == nil && c.given && c.on(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC).Format("15:04") != text:
			t.Errorf("%q is read as %d minutes", text, c.minutes)
		}
	})
}
