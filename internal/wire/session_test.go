package wire

import (
	"testing"
	"time"

	"github.com/courant-news/courant/internal/market"
)

func TestSharesAreAskedForWhileTheirMarketsTradeAndOnceAfterTheClose(t *testing.T) {
	closes := Quotes{EndOfDay: true, After: 90 * time.Minute}
	prompt := Quotes{Every: 15 * time.Minute, After: 5 * time.Minute}
	late := Quotes{Every: 15 * time.Minute, Delay: 20 * time.Minute, After: 5 * time.Minute}
	ny, both := []market.MIC{"XNYS"}, []market.MIC{"XNYS", "XLON"}
	for _, c := range []struct {
		name    string
		quotes  Quotes
		markets []market.MIC
		now     string
		want    string
	}{
		// New York trades from 14:30 to 21:00 in winter, London from 8:00 to 16:30.
		{"before the session", prompt, ny, "2026-02-02T10:00:00Z", "2026-02-02T14:30:00Z"},
		{"in the session", prompt, ny, "2026-02-02T15:00:00Z", "2026-02-02T15:15:00Z"},
		{"near the close the last question is left to the one after it", prompt, ny, "2026-02-02T20:50:00Z", "2026-02-02T21:05:00Z"},
		{"after the close", prompt, ny, "2026-02-02T21:05:00Z", "2026-02-03T14:30:00Z"},
		{"after the close of a Friday", prompt, ny, "2026-01-30T21:05:00Z", "2026-02-02T14:30:00Z"},
		{"on a holiday", prompt, ny, "2026-02-16T15:00:00Z", "2026-02-17T14:30:00Z"},
		{"on the day after Thanksgiving it closes early", prompt, ny, "2026-11-27T17:50:00Z", "2026-11-27T18:05:00Z"},
		{"across the change of clocks", prompt, ny, "2026-03-06T21:05:00Z", "2026-03-09T13:30:00Z"},
		{"a delay moves the session", late, ny, "2026-02-02T14:35:00Z", "2026-02-02T14:50:00Z"},
		{"and its end", late, ny, "2026-02-02T21:00:00Z", "2026-02-02T21:15:00Z"},
		{"closes alone", closes, ny, "2026-02-02T15:00:00Z", "2026-02-02T22:30:00Z"},
		{"closes alone, the next", closes, ny, "2026-02-02T22:30:00Z", "2026-02-03T22:30:00Z"},
		{"two markets, the sooner", prompt, both, "2026-02-02T21:05:00Z", "2026-02-03T08:00:00Z"},
		{"two markets, one of them open", prompt, both, "2026-02-02T17:00:00Z", "2026-02-02T17:15:00Z"},
		{"a market that is not known, on a weekday", prompt, []market.MIC{"XXXX"}, "2026-02-02T15:00:00Z", "2026-02-02T16:00:00Z"},
		{"and before a weekend", prompt, []market.MIC{"XXXX"}, "2026-02-06T23:30:00Z", "2026-02-09T00:30:00Z"},
		{"nothing is listed", prompt, nil, "2026-02-02T15:00:00Z", "2026-02-02T16:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, c.now)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.quotes.next(c.markets, now).Format(time.RFC3339); got != c.want {
				t.Errorf("after %s it is asked at %s, want %s", c.now, got, c.want)
			}
		})
	}
}

func TestOrnamentsOfNumbersAreTakenOffAndNothingElse(t *testing.T) {
	for text, want := range map[string]string{
		"$10.40": "10.40", "+10.31": "10.31", "-0.29%": "-0.29", "537,219": "537219", "-$0.03": "-0.03", "N/A": "", "NA": "", "N/D": "",
		"--": "", "null": "", " 35.40 ": "35.40", "35,40": "35,40", "1,23,4.5": "1,23,4.5", "1.2.3": "1.2.3", "12 %": "12 ", "": "",
	} {
		if got := Plain(text); got != want {
			t.Errorf("%q is taken for %q, want %q", text, got, want)
		}
	}
}
