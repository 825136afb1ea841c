package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/web"
)

func TestASocketTakesTextsWholeAndToALimit(t *testing.T) {
	f, url := served(t, web.FetcherOptions{}, func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.CloseNow()
		for {
			_, text, err := c.Read(context.Background())
			if err != nil {
				return
			}
			_ = c.Write(context.Background(), websocket.MessageText, append(text, " heard"...))
		}
	})
	s, a, err := f.Dial(t.Context(), "ws"+strings.TrimPrefix(url, "http"), 20)
	if err != nil || a.Status != http.StatusSwitchingProtocols {
		t.Fatal(a.Status, err)
	}
	if err := s.Write(t.Context(), "hello"); err != nil {
		t.Fatal(err)
	}
	if text, err := s.Read(t.Context()); err != nil || string(text) != "hello heard" {
		t.Errorf("%q %v", text, err)
	}
	if err := s.Write(t.Context(), strings.Repeat("x", 30)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(t.Context()); fault.KindOf(err) != fault.Upstream || !strings.Contains(err.Error(), "longer than any") {
		t.Error(err)
	}
	s.Close()
	s.Close() // a second time does no harm
}

func TestASocketIsOpenedToWhatMayBeReachedAndSaysNothingOfItsKey(t *testing.T) {
	knocked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		knocked++
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusForbidden)
	}))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	open := web.NewFetcher(web.FetcherOptions{Timeout: 5 * time.Second})
	trusting := web.NewFetcher(web.FetcherOptions{Timeout: 5 * time.Second, Trusted: []string{host, "127.0.0.1:1"}})
	for _, c := range []struct {
		fetcher *web.Fetcher
		address string
		kind    error
		want    string
	}{
		{open, "ws://" + host + "/?token=secret", fault.Invalid, "in the clear"},
		{open, "wss://" + host + "/?token=secret", fault.Invalid, "not a public address"},
		{open, "wss://localhost:" + host[strings.LastIndexByte(host, ':')+1:] + "/?token=secret", fault.Invalid, "not a public address"},
		{open, "https://example.org/?token=secret", fault.Invalid, "wss://"},
		{open, "wss://me:secret@example.org/", fault.Invalid, "wss://"},
		{open, "", fault.Invalid, "wss://"},
		{trusting, "ws://127.0.0.1:1/?token=secret", fault.Upstream, "cannot be reached"},
		{trusting, "ws://" + host + "/?token=secret", fault.Upstream, "403 Forbidden"},
	} {
		before := knocked
		_, a, err := c.fetcher.Dial(t.Context(), c.address, 100)
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %s", c.address, err, c.want)
		}
		if c.fetcher == open && knocked != before {
			t.Errorf("%s: somebody was asked", c.address)
		}
		if c.want == "403 Forbidden" && a.RetryAfter != time.Minute {
			t.Errorf("come back after %s", a.RetryAfter)
		}
	}
}
