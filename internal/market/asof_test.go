package market_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

func TestADayIsReadThroughItsEndAndAnInstantAsItIs(t *testing.T) {
	for text, want := range map[string]time.Time{
		"":                          {},
		"2026-02-02":                time.Date(2026, 2, 2, 23, 59, 59, 999_999_000, time.UTC),
		"2024-02-29":                time.Date(2024, 2, 29, 23, 59, 59, 999_999_000, time.UTC),
		"2026-02-02T16:00:00Z":      time.Date(2026, 2, 2, 16, 0, 0, 0, time.UTC),
		"2026-02-02T16:00:00+04:00": time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC),
		"2026-02-02T16:00:00.5Z":    time.Date(2026, 2, 2, 16, 0, 0, 500_000_000, time.UTC),
	} {
		at, err := market.ParseAsOf(text, "")
		if err != nil || !at.At.Equal(want) || !at.Known.IsZero() {
			t.Errorf("%q is read as %v, %v", text, at, err)
		}
		known, err := market.ParseAsOf("", text)
		if err != nil || !known.Known.Equal(want) || !known.At.IsZero() {
			t.Errorf("known %q is read as %v, %v", text, known, err)
		}
	}
}

func TestWhatIsNoDayIsRefusedWithTheWayToWriteIt(t *testing.T) {
	for _, text := range []string{
		"2026", "2026-02", "2026-02-30", "02.02.2026", "2026-2-2", "2026-02-02T16:00Z", "2026-02-02 16:00:00Z", "yesterday",
		" 2026-02-02", "2026-02-02T16:00:00", "0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59",
		strings.Repeat("2026-02-02", 10_000), "20260202", "1770000000",
	} {
		for _, pair := range [][2]string{{text, ""}, {"", text}} {
			_, err := market.ParseAsOf(pair[0], pair[1])
			if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), "write it as 2026-02-02") || len(err.Error()) > 200 {
				t.Errorf("%.40q: %v", text, err)
			}
		}
	}
}

func TestTimesThatAreNotGivenMeanNow(t *testing.T) {
	now, then := time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct{ given, want market.AsOf }{
		{market.AsOf{}, market.AsOf{At: now, Known: now}},
		{market.AsOf{At: then}, market.AsOf{At: then, Known: now}},
		{market.AsOf{Known: then}, market.AsOf{At: now, Known: then}},
	} {
		if got := c.given.Resolved(now); got != c.want {
			t.Errorf("%v is resolved as %v", c.given, got)
		}
	}
}

func FuzzParseAsOf(f *testing.F) {
	for _, seed := range []string{"", "2026-02-02", "2026-02-02T16:00:00Z", "2026-02-02T16:00:00.123456789+14:00", "0001-01-01T00:00:00Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := market.ParseAsOf(text, "")
		switch {
		case err != nil && !errors.Is(err, fault.Invalid):
			t.Errorf("%q: %v", text, err)
		case err == nil && a.At.IsZero() != (text == ""):
			t.Errorf("%q is read as %v, which means now", text, a.At)
		case err == nil && text != "":
			again, err := market.ParseAsOf(a.At.Format(time.RFC3339Nano), "")
			if err != nil || !again.At.Equal(a.At) {
				t.Errorf("%q is read as %v, and that as %v, %v", text, a.At, again.At, err)
			}
		}
	})
}
