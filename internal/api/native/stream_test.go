package native_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api/native"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// listener reads a stream.
type listener struct {
	t     *testing.T
	lines *bufio.Scanner
	leave context.CancelFunc
}

// listen opens a stream.
func (h *house) listen(t *testing.T, query, last string) *listener {
	t.Helper()
	ctx, leave := context.WithTimeout(t.Context(), time.Minute) // who waits for an event in vain is told so
	t.Cleanup(leave)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL+"/api/v1/stream?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	resp, err := h.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" || resp.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	return &listener{t, bufio.NewScanner(resp.Body), leave}
}

// next is the data of the next event.
func (l *listener) next() map[string]any {
	l.t.Helper()
	for l.lines.Scan() {
		if data, ok := strings.CutPrefix(l.lines.Text(), "data: "); ok {
			return parsed(l.t, data)
		}
	}
	l.t.Fatalf("the stream ended: %v", l.lines.Err())
	return nil
}

// streaming is a full house whose stream runs.
func streaming(t *testing.T) *house {
	t.Helper()
	h := full(t, native.Options{Stream: web.StreamOptions{Every: 1}})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { h.stream.Run(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	return h
}

func TestAStreamTellsWhatItsAddressWouldAnswer(t *testing.T) {
	h := streaming(t)
	document := h.get(t, "/api/openapi.json")
	c := checker{schemas: document["components"].(map[string]any)["schemas"].(map[string]any)}
	l := h.listen(t, "symbols=xnys:bp,EUR/USD", "")
	same := func(event map[string]any, topic, cell, path string) {
		t.Helper()
		c.check("", c.schemas["Told"].(map[string]any), event)
		if got, want := compact(t, event["cells"].(map[string]any)[cell]), compact(t, h.get(t, path)); at(event, "topic") != topic || got != want {
			t.Errorf("of %s is told\n%s\nand %s answers\n%s", at(event, "topic"), got, path, want)
		}
	}
	first, second := l.next(), l.next()
	same(first, "EUR/USD", "rate", "/api/v1/rates/EUR-USD")
	same(second, "XNYS:BP", "quote", "/api/v1/quotes/XNYS:BP")
	h.record(t, []market.Source{bank}, price(bank, "XNYS:BP", market.Last, "37.50", monday.AddDate(0, 0, 1)))
	same(l.next(), "XNYS:BP", "quote", "/api/v1/quotes/XNYS:BP")
	h.record(t, []market.Source{bank}, said(bank, "EUR/USD", "1.1901", monday.AddDate(0, 0, 1)))
	event := l.next()
	same(event, "EUR/USD", "rate", "/api/v1/rates/EUR-USD")
	if c.wrong != nil {
		t.Error(c.wrong)
	}

	// Who was away is sent what came since, and nothing else.
	l.leave()
	h.record(t, []market.Source{bank}, said(bank, "EUR/USD", "1.1902", monday.AddDate(0, 0, 2)))
	h.record(t, []market.Source{bank}, said(bank, "EUR/USD", "1.1903", monday.AddDate(0, 0, 2).Add(time.Hour)))
	l = h.listen(t, "symbols=EUR/USD,XNYS:BP", at(event, "id"))
	for event = l.next(); at(event, "cells.rate.value") != "1.1903"; event = l.next() { // the stream may not have read the last yet
		if at(event, "topic") != "EUR/USD" {
			t.Errorf("after a pause it tells %v", event)
		}
	}
	// One that brings back what another process told is sent all.
	l = h.listen(t, "symbols=EUR/USD,XNYS:BP&after=ABCDEFGH-7", "")
	if first, second := l.next(), l.next(); at(first, "whole") != "true" || at(second, "topic") != "XNYS:BP" {
		t.Errorf("%v %v", first, second)
	}
}

// What may only be shown changes without a word.
func TestAStreamTellsNothingThatMayNotBePassedOn(t *testing.T) {
	h := streaming(t)
	l := h.listen(t, "symbols=XNYS:BP", "")
	if text := compact(t, l.next()); strings.Contains(text, `"closed"`) || strings.Contains(text, "37.41") {
		t.Error(text)
	}
	h.record(t, []market.Source{closed}, price(closed, "XNYS:BP", market.Last, "39.99", monday.AddDate(0, 0, 1)))
	h.record(t, []market.Source{bank}, price(bank, "XNYS:BP", market.Last, "37.50", monday.AddDate(0, 0, 1)))
	if text := compact(t, l.next()); !strings.Contains(text, "37.50") || strings.Contains(text, "39.99") {
		t.Error(text)
	}
}

func TestAStreamThatCannotBeIsRefusedWithAProblem(t *testing.T) {
	h := full(t, native.Options{Stream: web.StreamOptions{Seats: web.NewSeats(web.SeatsOptions{Most: 1})}})
	many := strings.Repeat("XNYS:BP,", 100) + "XNYS:RIO"
	for query, want := range map[string]struct {
		status int
		detail string
	}{
		"":                         {400, "symbols is missing: give it, such as symbols=EUR/USD,USD/JPY"},
		"symbols=EUR":              {400, `symbols: "EUR" may be a currency or a share`},
		"symbols=" + many:          {400, "symbols: more than 100 symbols: follow the others by another stream"},
		"symbols=EUR/USD&of=1":     {400, "unknown parameter: of; known are symbols, after"},
		"symbols=XLON:RKT":         {404, "no source whose prices may be passed on has quoted XLON:RKT"},
		"symbols=EUR/RUB,EUR/USD":  {404, "no source has said what EUR/RUB was"},
		"symbols=EUR/ZZZ":          {404, `there is no currency "ZZZ"`},
		"symbols=XNYS:BP,XXXX:N-A": {404, "XXXX:N-A"},
	} {
		status, header, body := h.ask(t, "/api/v1/stream?"+query)
		if p := parsed(t, body); status != want.status || !strings.Contains(at(p, "detail"), want.detail) || header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
			t.Errorf("%s: %d %s, want %d %s", query, status, at(p, "detail"), want.status, want.detail)
		}
	}
	h.listen(t, "symbols=EUR/USD", "").next()
	if status, header, _ := h.ask(t, "/api/v1/stream?symbols=EUR/USD"); status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
		t.Errorf("one stream too many: %d %v", status, header)
	}
}
