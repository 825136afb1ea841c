package watch

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
)

// Whatever a server sends, it is a row of what was asked for, that can be printed and steers no terminal, or an error.
func FuzzReplies(f *testing.F) {
	for _, reply := range []string{
		`{"pair":"EUR/USD","code":"USD","name":"US Dollar","value":1.183,"shown":"1.183","at":"2026-02-02T00:00:00Z","seen":"2026-02-02T15:00:00Z","source":"ecb","how":"said","why":"It issues the euro.","from":[{"id":"2zpzeq5nyg35iq4w"}],"flags":[{"code":"stale","text":"old","doubt":true}],"move":{"since":"2026-01-30T00:00:00Z","from":1.18,"by":0.003,"percent":0.25},"sources":[{"id":"ecb","name":"European Central Bank"}]}`,
		`{"symbol":"XNYS:BP","name":"BP","last":37.37,"at":"2026-02-02T00:00:00Z","seen":"2026-02-02T15:00:00Z","source":"a","from":[{"id":"2zpzeq5nyg35iq4w"}],"change":{"by":-0.51,"percent":-1.3463},"withheld":"","flags":[]}`,
		`{"topic":"XNYS:BP","id":"QX7PLA2M-41","cells":{"quote":{"symbol":"XNYS:BP","last":37.37,"at":"2026-02-02T00:00:00Z","seen":"2026-02-02T15:00:00Z","source":"a","withheld":"halted"}}}`,
		`{"rates":[{"value":1.1,"at":"2026-02-01T00:00:00Z"},{"value":null,"at":"2026-02-02T00:00:00Z"}]}`,
		`{"base":"EUR","rates":[{"code":"USD"}]}`,
		`{"sources":[{"id":"ecb","fresh_hours":96}]}`,
		`{"detail":"no such thing"}`,
		`{"pair":"EUR/USD","value":1e999999999,"shown":"-1"}`, `{"pair":"EUR/USD","name":"\u001b[2J\u202e"}`, `[]`, ``, `nul`,
	} {
		f.Add([]byte(reply))
	}
	now := time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte) {
		var rows []Row
		if r, err := parseRate(body, "EUR/USD"); err == nil {
			rows = append(rows, r)
		}
		if r, err := parseQuote(body, "XNYS:BP"); err == nil {
			rows = append(rows, r)
		}
		if r, err := parseEvent(body); err == nil {
			rows = append(rows, r)
		}
		course, err := parseCourse(body)
		if err == nil && len(course) > sessions {
			t.Fatalf("a course of %d", len(course))
		}
		for i, r := range rows {
			r.Course = course
			if r.Value.Sign() <= 0 || r.At.IsZero() || r.Source == "" && r.Said != "" {
				t.Fatalf("read as %+v", r)
			}
			if _, err := json.Marshal(r); err != nil {
				t.Fatalf("%+v cannot be printed: %v", r, err)
			}
			rows[i] = r.aged(now)
			check(t, line(rows[i]))
		}
		if _, err := parseMajors(body); err != nil {
			check(t, printable(err.Error()))
		}
		if fresh, err := parseFresh(body); err == nil {
			for id, d := range fresh {
				if d < 0 {
					t.Fatalf("%s is current for %s", id, d)
				}
			}
		}
		check(t, parseProblem(body))
		m := Model{state: state{rows: rows}, o: Options{Plain: true}, now: now, width: 80, height: 24}
		for _, m.page = range []page{board, detail} {
			for l := range strings.SplitSeq(m.screen(), "\n") {
				check(t, l)
			}
		}
	})
}

func check(t *testing.T, text string) {
	t.Helper()
	if i := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
		t.Fatalf("%q steers the terminal", text)
	}
}
