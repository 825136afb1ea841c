package archive_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
)

func barsOf(interval market.Interval) archive.BarsOptions {
	return archive.BarsOptions{Symbol: "XNYS:BP", Interval: interval, Source: "vendor", Seen: time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC), Ref: "BP.csv"}
}

func TestBarsAreReadWhole(t *testing.T) {
	for _, c := range []struct {
		name, text string
		interval   market.Interval
		first      string // when, open, close and volume of the oldest
		bars       int
		note       string
	}{
		{
			"the oldest first", "Date,Open,High,Low,Close,Volume\n2026-01-29,35.10,35.90,35.00,35.50,100\n2026-01-30,35.40,35.80,35.20,35.64,200\n",
			market.Daily, "2026-01-29T00:00:00Z 35.10 35.50 100", 2, "",
		},
		{
			"the newest first, with ornaments", "Date,Close/Last,Volume,Open,High,Low\n01/30/2026,$35.64,\"7,269,386\",$35.40,$35.80,$35.20\n01/29/2026,$35.50,N/A,$35.10,$35.90,$35.00\n",
			market.Daily, "2026-01-29T00:00:00Z 35.10 35.50 0", 2, "1 of the bars have no volume",
		},
		{
			"with a column that is not read", "\ufeffdate,open,high,low,close,adj close,volume\n2026-01-30,35.40,35.80,35.20,35.64,35.1,200\n",
			market.Daily, "2026-01-30T00:00:00Z 35.40 35.64 200", 1, `the column "adj close" was not read`,
		},
		{
			"minutes", "time,open,high,low,close,volume\n2026-01-30T09:30:00-05:00,35.40,35.80,35.20,35.64,200\n",
			market.Minutely, "2026-01-30T14:30:00Z 35.40 35.64 200", 1, "",
		},
		{
			"a Sunday", "Date,Open,High,Low,Close,Volume\n2026-02-01,35.10,35.90,35.00,35.50,100\n",
			market.Daily, "2026-02-01T00:00:00Z 35.10 35.50 100", 1, "are no sessions of New York Stock Exchange",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, err := archive.ReadBars(strings.NewReader(c.text), barsOf(c.interval), nil)
			if err != nil || len(all.Bars) != c.bars {
				t.Fatal(all, err)
			}
			b := all.Bars[0]
			if got := strings.Join([]string{b.At.Format(time.RFC3339), b.Open.String(), b.Close.String(), b.Volume.String()}, " "); got != c.first {
				t.Errorf("the first is %s, want %s", got, c.first)
			}
			if notes := strings.Join(all.Notes, "; "); !strings.Contains(notes, c.note) || c.note == "" && notes != "" {
				t.Errorf("the notes are %q", notes)
			}
		})
	}
}

func TestBarsThatCannotBeRightAreRefusedByLine(t *testing.T) {
	const head = "Date,Open,High,Low,Close,Volume\n2026-01-29,35.10,35.90,35.00,35.50,100\n"
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "the file is empty"},
		{"a heading alone", "Date,Open,High,Low,Close,Volume\n", "no bar"},
		{"no close", "Date,Open,High,Low,Volume\n", `no column "close"`},
		{"two closes", "Date,Open,High,Low,Close,Last,Volume\n", "two columns are called close"},
		{"a day twice", head + "2026-01-29,35.10,35.90,35.00,35.50,100\n", "line 3: 2026-01-29 stands there twice"},
		{"out of order", head + "2026-01-30,35.10,35.90,35.00,35.50,100\n2026-01-28,35.10,35.90,35.00,35.50,100\n", "line 4: 2026-01-28 is out of order"},
		{"a high below the low", head + "2026-01-30,35.10,34.90,35.00,35.50,100\n", "line 3: its high of 34.90 is below its low of 35.00"},
		{"a close beyond the day", head + "2026-01-30,35.10,35.90,35.00,36.50,100\n", "line 3: its close of 36.50 is not between"},
		{"a negative volume", head + "2026-01-30,35.10,35.90,35.00,35.50,-1\n", "line 3: its volume of -1"},
		{"a price of zero", head + "2026-01-30,0,35.90,0,35.50,1\n", "line 3: its open of 0"},
		{"a word", head + "2026-01-30,35.10,35.90,n.a.,35.50,1\n", `line 3: its low is "n.a."`},
		{"a decimal comma", head + "2026-01-30,\"35,10\",35.90,35.00,35.50,1\n", `line 3: its open is "35,10"`},
		{"a quotation mark within a field", head + "2026\"01-30,35.10,35.90,35.00,35.50,1\n", "no table with commas throughout"},
		{"a field too many", head + "2026-01-30,35.10,35.90,35.00,35.50,1,2\n", "line 3 has 7 fields, and the heading 6"},
		{"no day", head + "30.1.2026,35.10,35.90,35.00,35.50,1\n", `line 3: "30.1.2026" is no day`},
		{"a day that has not come", head + "2026-02-20,35.10,35.90,35.00,35.50,1\n", "line 3: XNYS:BP: 2026-02-20T00:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, err := archive.ReadBars(strings.NewReader(c.text), barsOf(market.Daily), nil)
			if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.want) || len(all.Bars) > 0 {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestRecordedHistoriesOfSharesAreReadToTheLastLine(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(must.Samples(t), "quotes", "history", "*", "*.csv"))
	if err != nil || len(files) < 28 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all, err := archive.ReadBars(strings.NewReader(string(text)), barsOf(market.Daily), nil)
		if err != nil || len(all.Bars) != strings.Count(strings.TrimSpace(string(text)), "\n") {
			t.Errorf("%s: %d bars of %d lines, %v", file, len(all.Bars), strings.Count(string(text), "\n"), err)
		}
	}
}

func FuzzReadBars(f *testing.F) {
	f.Add("Date,Open,High,Low,Close,Volume\n2026-01-29,35.10,35.90,35.00,35.50,100\n", true)
	f.Add("Date,Close/Last,Volume,Open,High,Low\n01/30/2026,$35.64,\"7,269,386\",$35.40,$35.80,$35.20\n", true)
	f.Add("time,open,high,low,close,volume\n2026-01-30T09:30:00-05:00,35.40,35.80,35.20,35.64,200\n", false)
	f.Fuzz(func(t *testing.T, text string, daily bool) {
		o := barsOf(market.Minutely)
		if daily {
			o = barsOf(market.Daily)
		}
		all, err := archive.ReadBars(strings.NewReader(text), o, nil)
		if err != nil {
			if !errors.Is(err, fault.Invalid) || len(all.Bars) > 0 {
				t.Errorf("%v is not fault.Invalid, or %d bars came with it", err, len(all.Bars))
			}
			return
		}
		for i, b := range all.Bars {
			if err := b.Check(); err != nil || i > 0 && !b.At.After(all.Bars[i-1].At) {
				t.Errorf("%+v: %v", b, err)
			}
		}
	})
}
