package app_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// gatekeeper stands before the paper, sees what it is asked, and can cut the line to a part of it.
type gatekeeper struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string // of the interface for programs
	cookie string   // that came along with one of them, or with the script
	cut    string   // addresses that begin so are not answered; empty: all are
}

func keptGate(t *testing.T, paper string) *gatekeeper {
	t.Helper()
	behind, err := url.Parse(paper)
	if err != nil {
		t.Fatal(err)
	}
	g := &gatekeeper{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(behind)
		r.Out.Host = r.In.Host
	}}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		cut := g.cut != "" && strings.HasPrefix(r.URL.Path, g.cut)
		if strings.HasPrefix(r.URL.Path, "/api/v1/") {
			g.asked = append(g.asked, r.URL.RequestURI())
		}
		if strings.HasPrefix(r.URL.Path, "/api/v1/") || strings.HasPrefix(r.URL.Path, "/embed/") {
			g.cookie += r.Header.Get("Cookie")
		}
		g.mu.Unlock()
		if cut {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(g.Close)
	return g
}

// lines cuts the line to the addresses that begin so, and returns what was asked since it was last called.
func (g *gatekeeper) lines(cut string) (asked []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	asked, g.asked, g.cut = g.asked, nil, cut
	slices.Sort(asked)
	return asked
}

// copied is what the paper's page has to copy: the element, the script, and the script held to its bytes.
func copied(t *testing.T, address string) (element, script, pinned string) {
	t.Helper()
	_, page := fetched(t, address)
	blocks := regexp.MustCompile(`(?s)<pre><code>(.*?)</code></pre>`).FindAllStringSubmatch(page, -1)
	if len(blocks) != 3 {
		t.Fatalf("%s has %d things to copy: %s", address, len(blocks), page)
	}
	return html.UnescapeString(blocks[0][1]), html.UnescapeString(blocks[1][1]), html.UnescapeString(blocks[2][1])
}

// elsewhere is a page of another site, whose policy lets nothing in but the paper's script and its answers.
func elsewhere(t *testing.T, paper, body string) (address string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src "+paper+"; connect-src "+paper+"; require-trusted-types-for 'script'")
		w.Header().Set("Cross-Origin-Embedder-Policy", "require-corp")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!DOCTYPE html><html lang="en"><title>Elsewhere</title><body>`+body+`</body></html>`)
	}))
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "127.0.0.1", "localhost", 1) // another site, and not only another port
}

// saying is what the elements of a page say.
func saying(t *testing.T, ctx context.Context) []string {
	t.Helper()
	return ask[[]string](t, ctx, `[...document.querySelectorAll("courant-rate")].map(e => e.textContent)`)
}

// settled waits until so many elements say what the paper told them.
func settled(t *testing.T, ctx context.Context, n int) {
	t.Helper()
	until(t, ctx, fmt.Sprintf(`document.querySelectorAll("courant-rate a[title]").length === %d`, n))
}

func TestAnElementOfAnotherSiteSaysThePresentRate(t *testing.T) {
	address, a := house(t)
	mint := market.Source{
		ID: "mint", Name: "The <Mint>", Kind: market.Official, Terms: market.Free, Fresh: 96 * time.Hour, Issuer: "EUR", Attribution: "Source: the Mint.",
	}
	today := time.Now().UTC().Truncate(24 * time.Hour)
	record := func(value string, at time.Time) {
		t.Helper()
		o := market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: time.Now().UTC()}, mint.ID, "")
		if _, err := a.Ledger.Record(t.Context(), []market.Source{mint}, []market.Observation{o}, nil); err != nil {
			t.Fatal(err)
		}
	}
	yesterday := today.AddDate(0, 0, -1)
	record("1.2300", yesterday)
	paper := keptGate(t, address)
	element, script, pinned := copied(t, paper.URL+"/embed?pair=EUR-USD")
	old := fmt.Sprintf("1.2300 USD for one EUR (The <Mint>, %s)", yesterday.Format("2 Jan 2006"))
	if !strings.Contains(html.UnescapeString(element), ">"+old+"<") {
		t.Fatalf("to be copied is %s", element)
	}
	record("1.2340", today) // after the page of the other site was written
	slip := market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("123.40"), market.Moment{At: time.Now().UTC(), Seen: time.Now().UTC()}, mint.ID, "")
	judged, err := a.Ledger.Hear(t.Context(), market.Hearing{Source: mint, Observations: []market.Observation{slip}, Live: true})
	if err != nil || len(judged.Held) != 1 {
		t.Fatalf("the slip is not held back: %+v %v", judged, err)
	}
	body := element + `
		<p><courant-rate pair="eur/usd">as <em>said</em> elsewhere, <a class="mine" href="/">1.20</a></courant-rate>
		<p><courant-rate pair="EUR/GBP">words</courant-rate>
		<p><courant-rate pair="EUR/USD" as-of="2026-02-02">words</courant-rate>
		<p><courant-rate pair="EUR/XQZ">no such <a href="/">money</a></courant-rate>
		<p><courant-rate pair="../../audit">no pair</courant-rate>
		<p><courant-rate>none</courant-rate>`
	now := fmt.Sprintf("1.2340 USD for one EUR (The <Mint>, %s)", today.Format("2 Jan 2006"))
	want := []string{now, now, " GBP for one EUR (currency-api", "USD for one EUR (", "no such money", "no pair", "none"}

	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(paper.URL+"/embed?pair=EUR-USD"))
	settled(t, ctx, 1) // on the paper's own page, under its own policy
	ask[string](t, ctx, `document.cookie = "reader=1; path=/"`)
	for name, script := range map[string]string{"plain": script, "pinned": pinned, "twice, before the elements": script + pinned} {
		t.Run(name, func(t *testing.T) {
			paper.lines("")
			all := body + script
			if strings.HasPrefix(name, "twice") {
				all = script + body
			}
			do(t, ctx, chromedp.Navigate(elsewhere(t, paper.URL, all)))
			settled(t, ctx, 4)
			said := saying(t, ctx)
			for i, text := range said {
				if !strings.Contains(text, want[i]) || i < 2 && text != now {
					t.Errorf("the element %d says %q, want %q", i, text, want[i])
				}
			}
			if len(said) != len(want) {
				t.Errorf("there are %d elements, want %d", len(said), len(want))
			}
			for i, title := range ask[[]string](t, ctx, `[...document.querySelectorAll("courant-rate a[title]")].map(a => a.title)`) {
				if !strings.HasPrefix(title, "About ") || !strings.Contains(title, "learnt ") || i < 2 && !strings.Contains(title, "Source: the Mint.") {
					t.Errorf("the link %d says of its number: %s", i, title)
				}
			}
			if !strings.Contains(said[2], "; stale") {
				t.Errorf("a number in doubt does not say so: %s", said[2])
			}
			links := ask[[]string](t, ctx, `[...document.querySelectorAll("courant-rate a[title]")].map(a => a.className + " " + a.href)`)
			for i, want := range []string{" " + paper.URL + "/rates/EUR-USD", "mine " + paper.URL + "/rates/EUR-USD", " " + paper.URL + "/rates/EUR-GBP", " " + paper.URL + "/rates/EUR-USD?as-of=2026-02-02"} {
				if links[i] != want {
					t.Errorf("the link %d is %q, want %q", i, links[i], want)
				}
			}
			if n := ask[int](t, ctx, `document.querySelectorAll("courant-rate :not(a, em), style, link, mint").length`); n != 0 {
				t.Errorf("%d things stand on the page that are not the site's own", n)
			}
			// Asked once each, or not at all where the browser has kept the answer.
			asked := paper.lines("")
			if len(asked) > 4 || len(slices.Compact(slices.Clone(asked))) != len(asked) {
				t.Errorf("the paper was asked %q", asked)
			}
		})
	}
	if paper.cookie != "" {
		t.Errorf("cookies came along: %s", paper.cookie)
	}
}

func TestAnElementKeepsItsWordsWhereThereIsNoRateOrNoScript(t *testing.T) {
	address, _ := house(t)
	paper := keptGate(t, address)
	element, script, _ := copied(t, paper.URL+"/embed?pair=EUR-GBP")
	words := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(element, "")
	if !strings.Contains(words, "GBP for one EUR (") || !strings.Contains(words, "; stale)") {
		t.Fatalf("to be copied is %q", words)
	}
	for _, c := range []struct {
		name, cut string
		scripts   bool
		defined   bool // the script came
	}{
		{"the paper is dead", "/", true, false},
		{"its interface is dead", "/api/", true, true},
		{"scripts are off", "", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := browser(t)
			do(t, ctx, chromedp.Navigate("about:blank"))
			if !c.scripts {
				if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
					t.Fatal(err)
				}
			}
			paper.lines(c.cut)
			do(t, ctx, chromedp.Navigate(elsewhere(t, paper.URL, element+script)))
			if c.scripts { // the same question, asked after the element's: once it has failed, so has that
				_, err := chromedp.Run(ctx, chromedp.Evaluate[string](
					`fetch("`+paper.URL+`/api/v1/rates/EUR-GBP").then(() => "answered", () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done("failed")))))`,
					chromedp.EvalAwaitPromise))
				if err != nil {
					t.Fatal(err)
				}
				if defined := ask[bool](t, ctx, `customElements.get("courant-rate") !== undefined`); defined != c.defined {
					t.Errorf("that the script came is %v", defined)
				}
			}
			if said := saying(t, ctx); len(said) != 1 || said[0] != words {
				t.Errorf("the element says %q, want %q", said, words)
			}
			if asked := paper.lines(""); c.defined != (len(asked) > 1) && c.scripts {
				t.Errorf("the paper was asked %q", asked)
			}
		})
	}
}
