package native_test

import (
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api/native"
	"github.com/courant-news/courant/internal/market"
)

func TestThePageOfTheElementHasATrueSentenceToCopy(t *testing.T) {
	h := full(t, native.Options{})
	h.record(t, []market.Source{bank}, said(bank, "EUR/HRK", "7.5345", time.Date(2022, 12, 30, 0, 0, 0, 0, time.UTC)))
	for path, want := range map[string]string{
		"/embed":                                 `<courant-rate pair="EUR/USD"><a href="` + h.URL + `/rates/EUR-USD">1.1859 USD for one EUR (Central Bank, 2 Feb 2026)</a></courant-rate>`,
		"/embed?pair=usd.jpy&as-of=":             `<courant-rate pair="USD/JPY"><a href="` + h.URL + `/rates/USD-JPY">155.33 JPY for one USD (Central Bank, 2 Feb 2026)</a></courant-rate>`,
		"/embed?pair=EUR-USD&as-of=2026-01-31":   `<courant-rate pair="EUR/USD" as-of="2026-01-31"><a href="` + h.URL + `/rates/EUR-USD?as-of=2026-01-31">1.1800 USD for one EUR (Central Bank, 30 Jan 2026)</a></courant-rate>`,
		"/embed?pair=EUR/HRK&as-of=2023-01-20":   `7.53450 HRK for one EUR (Table of pegs and conversion rates`,
		"/embed?pair=EUR%2FNOK&as-of=2026-03-01": `11.43 NOK for one EUR (A collection, 2 Feb 2026; stale)`,
	} {
		status, header, body := h.ask(t, path)
		if !strings.Contains(html.UnescapeString(body), want) || status != http.StatusOK || header.Get("Etag") == "" {
			t.Errorf("%s: %d lacks %s:\n%s", path, status, want, html.UnescapeString(body))
		}
		if !strings.Contains(html.UnescapeString(body), `<script type="module" src="`+h.URL+`/embed/rate.js"></script>`) {
			t.Errorf("%s does not say which script to copy", path)
		}
	}
}

func TestThePageOfTheElementSaysWhyItHasNothingToCopy(t *testing.T) {
	h := full(t, native.Options{})
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/embed?pair=EUR-RUB":              {http.StatusNotFound, "RUB"}, // of which only a closed house speaks
		"/embed?pair=EURUSD":               {http.StatusBadRequest, "write it as EUR-USD"},
		"/embed?pair=%22%3E%3Cscript%3E":   {http.StatusBadRequest, "&#34;&gt;&lt;script&gt;"},
		"/embed?pair=EUR-XQZ":              {http.StatusBadRequest, "XQZ"},
		"/embed?pair=EUR-USD&as-of=soon":   {http.StatusBadRequest, "is no day"},
		"/embed/rate.000000000000.js":      {http.StatusNotFound, "/embed/rate.js"},
		"/embed/embed.go":                  {http.StatusNotFound, "/embed/rate.js"},
		"/embed?pair=EUR-USD&pair=EUR-RUB": {http.StatusOK, "1.1859 USD"},
	} {
		status, _, body := h.ask(t, path)
		if status != want.status || !strings.Contains(body, want.text) || strings.Contains(body, `"><script>`) {
			t.Errorf("%s: %d, lacks %q: %s", path, status, want.text, body)
		}
		if status != http.StatusOK && strings.Contains(body, "&lt;courant-rate") {
			t.Errorf("%s has something to copy", path)
		}
	}
}

func TestTheScriptOfTheElementMayBeLoadedByAnyPage(t *testing.T) {
	h := full(t, native.Options{})
	_, _, page := h.ask(t, "/embed")
	_, rest, found := strings.Cut(page, `<script type="module" src="/embed/rate.`)
	hash, _, _ := strings.Cut(rest, `.js"`)
	if !found || len(hash) != 12 {
		t.Fatalf("the page runs no pinned script: %.40s", rest)
	}
	for path, control := range map[string]string{
		"/embed/rate.js":              "no-cache",
		"/embed/rate." + hash + ".js": "public, max-age=31536000, immutable",
	} {
		status, header, body := h.ask(t, path)
		if status != http.StatusOK || len(body) == 0 || len(body) > 2<<10 {
			t.Errorf("%s: %d with %d bytes: 2 kB are the most", path, status, len(body))
		}
		for name, want := range map[string]string{
			"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": control, "Access-Control-Allow-Origin": "*",
			"Cross-Origin-Resource-Policy": "cross-origin", "X-Content-Type-Options": "nosniff", "Set-Cookie": "",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		tag := header.Get("Etag")
		if strings.HasPrefix(tag, "W/") || tag == "" {
			t.Errorf("%s has the tag %s", path, tag)
		}
		if status, _, _ := h.ask(t, path, "If-None-Match", tag); status != http.StatusNotModified {
			t.Errorf("%s is sent again: %d", path, status)
		}
		for _, foreign := range []string{"innerHTML", "outerHTML", "insertAdjacent", "eval(", "document.write", "cookie", "style"} {
			if strings.Contains(body, foreign) {
				t.Errorf("the script uses %s", foreign)
			}
		}
	}
}
