package app_test

import (
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// fetched returns an address's reply and what it says.
func fetched(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestThePaperAnswersProgramsToo(t *testing.T) {
	address := started(t)
	for path, want := range map[string]string{
		"/api/v1/board?quotes=BGN":  `"pair":"EUR/BGN"`,
		"/api/v1/rates/EUR-USD.csv": "currency-api",
		"/api/v1/nothing":           "all addresses are listed at /api/",
		"/api/openapi.json":         `"openapi":"3.1.0"`,
		"/api":                      "For programs",
		"/api/":                     `<header class="masthead">`,
		"/":                         `<a href="/api/">For programs</a>`,
	} {
		resp, body := fetched(t, address+path)
		if !strings.Contains(body, want) {
			t.Errorf("%s: %d lacks %q: %.300s", path, resp.StatusCode, want, body)
		}
	}
}

func TestEveryFeedThatAPageNamesIsThere(t *testing.T) {
	address := started(t)
	alternate := regexp.MustCompile(`<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="([^"]+)">`)
	for page, want := range map[string]string{
		"/rates/EUR-USD": "<title>EUR/USD moved by more than 1%</title>",
		"/rates/BGN-JPY": "<title>BGN/JPY moved by more than 1%</title>",
		"/sources":       ": what it published</title>",
		"/markets/":      "",
	} {
		_, body := fetched(t, address+page)
		found := alternate.FindAllStringSubmatch(body, -1)
		if len(found) == 0 || found[0][1] != "/feed.atom" {
			t.Fatalf("%s does not name the paper's own feed", page)
		}
		found = found[1:] // which is of stories
		if (len(found) > 0) != (want != "") {
			t.Errorf("%s names %d feeds", page, len(found))
		}
		for _, f := range found {
			resp, feed := fetched(t, address+html.UnescapeString(f[1]))
			if resp.StatusCode != http.StatusOK || !strings.Contains(feed, want) || !strings.Contains(feed, "<entry>") {
				t.Errorf("%s names %s: %d %.300s", page, f[1], resp.StatusCode, feed)
			}
			if !strings.Contains(feed, "<author>\n    <name>Courant</name>") {
				t.Errorf("%s is by nobody", f[1])
			}
		}
	}
}

func TestAReplyHoldsUntilItsSourceIsAskedAgain(t *testing.T) {
	config := app.Config{
		Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Base: "EUR", Wire: "ecb", Mirror: "ecb=http://127.0.0.1:1/",
	}
	a, err := app.New(t.Context(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ecb, err := config.Provider("ecb")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	o := market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("1.1859"), market.Moment{At: now.Truncate(24 * time.Hour), Seen: now}, "ecb", "")
	if _, err := a.Ledger.Record(t.Context(), []market.Source{ecb.Source}, []market.Observation{o}, nil); err != nil {
		t.Fatal(err)
	}
	lease, held, err := a.Store.Lease(t.Context(), "wire/ecb", "the test", time.Minute)
	if err != nil || !held {
		t.Fatal(held, err)
	}
	if err := a.Store.PutStatus(t.Context(), wire.Status{Source: "ecb", Next: now.Add(time.Hour), Newest: o.At, Got: now}, lease); err != nil {
		t.Fatal(err)
	}
	if err := a.Store.DropLease(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
	serve(t, a)
	resp, body := fetched(t, "http://"+a.Addr()+"/api/v1/rates/EUR-USD")
	var age int
	if _, err := fmt.Sscanf(resp.Header.Get("Cache-Control"), "public, max-age=%d,", &age); err != nil || age < 3000 || age > 3600 {
		t.Errorf("%d %s: %s", resp.StatusCode, resp.Header.Get("Cache-Control"), body)
	}
	if _, body := fetched(t, "http://"+a.Addr()+"/api/v1/sources"); !strings.Contains(body, `"wire":{"newest":"`) {
		t.Errorf("the sources do not say how they fare: %s", body)
	}
}
