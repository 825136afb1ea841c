package native_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/api/native"
)

// recorded answers a request without a connection.
func recorded(h *house, r *http.Request) string {
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	return w.Body.String()
}

// Whatever is asked is answered: with what is known, or with a problem that says in a sentence what is wrong.
func FuzzQuery(f *testing.F) {
	h := full(f, native.Options{})
	for _, seed := range [][2]string{
		{"board", "base=EUR&quotes=USD,JPY&as_of=2026-02-02&known_at=2026-02-03T06:00:00Z&inverse=true&precision=6"},
		{"board.csv", "as_of=0001-01-01"},
		{"rates/EUR-USD", "precision=12"},
		{"rates/USD%2FJPY.csv", ""},
		{"series/EUR-USD", "from=2026&to=2026-02&group=week&method=mean&limit=3"},
		{"series/EUR-USD.ndjson", "cursor=jJENHblpHYsABmExUn-ePAAGYTFSf548AAYU_auwQAA&limit=2"},
		{"convert", "from=EUR&to=IDR&amount=999999999999999.99"},
		{"convert", "from=XAU&to=IDR&amount=1e-40"},
		{"currencies", "kind=metal"},
		{"quotes", "symbols=XNYS:BP,XLON:RR.&mic=XNYS&as_of=2026-02-02"},
		{"quotes/XLON:RR..csv", "known_at=2026-02-03T06:00:00Z"},
		{"bars/XNYS:BP.ndjson", "interval=minute&from=2026-01-30&to=2026-02"},
		{"listings", "mic=xlon"},
		{"listings/OTCM:RBGPF", "as_of=2026"},
		{"currencies/BGN", ""},
		{"observations/aaaaaaaaaaaaaaaa", ""},
		{"dossiers.csv", ""},
		{"dossiers/the-strait", ""},
		{"dossiers/the-strait/ninjs", ""},
		{"dossiers/the-strait/events/ferry/reactions.csv", ""},
		{"dossiers/%00/events/%ff/reactions", ""},
		{"quarantine", "x=1&x=2&;=%zz"},
		{"rates/..%2f..%2f", "\x00"},
	} {
		f.Add(seed[0], seed[1], "application/json")
	}
	f.Add("sources", "", "text/csv;q=0.1, */*;q=0")
	f.Fuzz(func(t *testing.T, path, query, accept string) {
		u, err := url.Parse("/api/v1/" + path)
		if err != nil || strings.HasPrefix(path, "/") {
			return
		}
		u.RawQuery = query
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.URL = u
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		h.mux.ServeHTTP(w, r)
		if w.Code >= 300 && w.Code < 400 {
			return // an address that the mux makes clean
		}
		if !slices.Contains([]int{200, 400, 404, 406}, w.Code) {
			t.Fatalf("%q %q: %d %s", path, query, w.Code, w.Body)
		}
		kind := w.Header().Get("Content-Type")
		if !strings.Contains(kind, "json") || strings.Contains(kind, "ndjson") {
			return
		}
		var reply map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil {
			t.Fatalf("%q %q: %v in %s", path, query, err, w.Body)
		}
		if detail, _ := reply["detail"].(string); w.Code != 200 && len(detail) < 10 {
			t.Fatalf("%q %q: %d without a sentence: %s", path, query, w.Code, w.Body)
		}
	})
}

// Whatever pair an element is asked for, the page about it runs the paper's own script or none.
func FuzzEmbed(f *testing.F) {
	h := full(f, native.Options{})
	for _, seed := range [][2]string{
		{"EUR/USD", ""},
		{"eur-idr", "2026-02-02"},
		{"XAU.EUR", "2026-02-03T06:00:00+01:00"},
		{"EUR-USD", "0001-01-01"},
		{`"><script>`, `"`},
		{"EUR/\x00SD", "2026"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pair, asOf string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/embed?"+url.Values{"pair": {pair}, "as-of": {asOf}}.Encode(), nil)
		w := httptest.NewRecorder()
		h.mux.ServeHTTP(w, r)
		body, scripts := w.Body.String(), 0
		if w.Code == http.StatusOK {
			scripts = 1
		}
		if n := strings.Count(body, "<script"); n != scripts {
			t.Errorf("%q %q: %d scripts: %s", pair, asOf, n, body)
		}
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest && w.Code != http.StatusNotFound {
			t.Errorf("%q %q: %d %s", pair, asOf, w.Code, body)
		}
	})
}
