package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/web"
)

func eventsIn(r io.Reader) (events []string, err error) {
	err = web.ReadEvents(r, 100, func(s web.Sent) error {
		events = append(events, fmt.Sprintf("%s|%s|%s", s.ID, s.Data, s.Retry))
		return nil
	})
	return events, err
}

func TestEventsAreReadAsTheStandardHasThem(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "",
		"data: a\n\n":                          "|a|0s",
		"data:a\ndata: b\n\ndata\n\n":          "|a\nb|0s ||0s",
		"\xEF\xBB\xBFid: 7\r\ndata: a\r\n\r\n": "7|a|0s",
		"id: 7\rdata: a\r\rdata: b\r\r":        "7|a|0s |b|0s",
		": a comment\n\n:\n\ndata: a\n\n":      "|a|0s",
		"retry: 2718\n\nevent: x\n\n":          "||2.718s",
		"retry: 1e9\nid: a\x00b\n\n":           "",
		"retry: 999999999\n\n":                 "||5m0s",
		"data: it did not end\n":               "",
		"data: a\n\ndata: nor did this":        "|a|0s",
		"data:  two\nnothing: x\n\n":           "| two|0s",
	} {
		for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			if got, err := eventsIn(r); err != nil || strings.Join(got, " ") != want {
				t.Errorf("%q: %q (%v), want %q", text, got, err, want)
			}
		}
	}
	for _, text := range []string{"data: " + strings.Repeat("a", 200) + "\n\n", strings.Repeat("data: "+strings.Repeat("a", 40)+"\n", 3) + "\n"} {
		if _, err := eventsIn(strings.NewReader(text)); !errors.Is(err, fault.Upstream) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzReadEvents(f *testing.F) {
	f.Add("retry: 2718\n\nid: QX7PLA2M-41\ndata: {\"topic\":\"EUR/USD\"}\n\n:\n\n")
	f.Add("\xEF\xBB\xBFdata\r\rid\r\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		whole, err := eventsIn(strings.NewReader(text))
		if err != nil && !errors.Is(err, fault.Upstream) {
			t.Fatal(err)
		}
		if bits, again := eventsIn(iotest.OneByteReader(strings.NewReader(text))); (again == nil) != (err == nil) || err == nil && strings.Join(bits, "\n") != strings.Join(whole, "\n") {
			t.Errorf("at once %q (%v), byte by byte %q (%v)", whole, err, bits, again)
		}
	})
}

func TestAStreamIsListenedToUntilItEnds(t *testing.T) {
	f, url := served(t, web.FetcherOptions{Timeout: time.Nanosecond, Most: 1000}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/busy":
			w.Header().Set("Retry-After", "7")
			http.Error(w, "too many", http.StatusServiceUnavailable)
			return
		case "/silent":
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return
		}
		_, _ = io.WriteString(w, "retry: 10\n\nid: "+r.Header.Get("Last-Event-ID")+"1\ndata: a\n\n")
	})
	var told []web.Sent
	silence := time.Minute
	listen := func(path string, stop error) (web.Answer, error) {
		return f.Listen(t.Context(), web.Query{URL: url + path, Header: http.Header{"Last-Event-Id": {"4"}}}, silence, func(s web.Sent) error {
			told = append(told, s)
			return stop
		})
	}
	if a, err := listen("/", nil); a.Status != http.StatusOK || !errors.Is(err, fault.Upstream) || len(told) != 2 || told[1].ID != "41" || told[1].Data != "a" {
		t.Errorf("%d %v: %+v", a.Status, err, told)
	}
	if _, err := listen("/", io.ErrNoProgress); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("who has enough is told %v", err)
	}
	if a, err := listen("/busy", nil); err != nil || a.Status != http.StatusServiceUnavailable || a.RetryAfter != 7*time.Second {
		t.Errorf("a server that is busy: %+v (%v)", a, err)
	}
	silence = 50 * time.Millisecond
	if _, err := listen("/silent", nil); !errors.Is(err, fault.Upstream) || !strings.Contains(err.Error(), "silent for 50ms") {
		t.Errorf("a stream without a word: %v", err)
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := f.Listen(ctx, web.Query{URL: url + "/silent"}, time.Hour, func(web.Sent) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("who leaves is told %v", err)
	}
}
