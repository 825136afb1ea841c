package app_test

import (
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// quoted records a rate of now and returns how the paper prints it.
func quoted(t *testing.T, a *app.App, symbol market.Symbol, value string, at time.Time) {
	t.Helper()
	bank := market.Source{ID: "ticking", Name: "A Ticking Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free}
	said := market.NewObservation(symbol, market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: time.Now()}, bank.ID, "")
	if _, err := a.Ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{said}, nil); err != nil {
		t.Fatal(err)
	}
}

const dollar = `document.querySelector('table.board [data-row="EUR/USD"]')`

func TestAnOpenBoardStaysCurrentAndKeepsStill(t *testing.T) {
	address, a := house(t)
	ctx := browser(t)
	now := time.Now().UTC().Truncate(time.Minute)
	quoted(t, a, "EUR/USD", "1.1701", now.Add(-2*time.Minute))
	do(t, ctx, chromedp.Navigate(address+"/markets/"))
	until(t, ctx, "document.querySelector('.pulse span').textContent === 'Live'")
	ask[bool](t, ctx, `(() => {
		window.shift = 0;
		new PerformanceObserver(list => { for (const e of list.getEntries()) shift += e.value; }).observe({ type: "layout-shift" });
		window.kept = `+dollar+`.querySelector("a");
		kept.focus();
		const value = `+dollar+`.querySelector("data");
		new MutationObserver(() => window.marked ||= value.className).observe(value, { attributes: true, attributeFilter: ["class"] });
		return true;
	})()`)
	quoted(t, a, "EUR/USD", "1.1702", now.Add(-time.Minute))
	until(t, ctx, dollar+`.querySelector("data").textContent === "1.1702" && document.querySelector('.ticker [data-row="EUR/USD"] data').textContent === "1.1702"`)
	for script, want := range map[string]string{
		dollar + `.querySelector("data").value`:                                        "1.1702",
		dollar + `.querySelector("time").dateTime`:                                     now.Add(-time.Minute).Format(time.RFC3339),
		dollar + `.querySelector(".move").className`:                                   "move up",
		`String(window.marked)`:                                                        "changed", // for a moment
		`document.querySelector('.ticker [data-row="EUR/USD"] data').textContent`:      "1.1702",
		`document.querySelector('.ticker [data-row="EUR/USD"] a').title.split(",")[0]`: "A Ticking Bank",
		`String(document.activeElement === kept)`:                                      "true",
		`String(window.shift)`:                                                         "0",
		`String([...document.querySelectorAll("[aria-live],[role=status],[role=alert],[role=log]")].filter(e => e.textContent && !e.matches("#found")).length)`: "0",
		`[...document.querySelectorAll('[data-row="EUR/USD"] .bound')].map(a => a.getAttribute("href")).join() `:                                                ask[string](t, ctx, dollar+`.querySelector(".bound").getAttribute("href")`),
	} {
		if got := ask[string](t, ctx, script); got != want {
			t.Errorf("%s is %q, want %q", script, got, want)
		}
	}
	before := ask[string](t, ctx, `document.querySelector("main").textContent.replace(/\s+/g, " ") + document.querySelector(".ticker ul").textContent.replace(/\s+/g, " ")`)
	do(t, ctx, chromedp.Navigate(address+"/markets/"))
	after := ask[string](t, ctx, `document.querySelector("main").textContent.replace(/\s+/g, " ") + document.querySelector(".ticker ul").textContent.replace(/\s+/g, " ")`)
	if before != after {
		t.Errorf("the page that was told says\n%s\nand loaded anew\n%s", before, after)
	}
}

func TestAReaderPausesAPageByTheKeyboardForGood(t *testing.T) {
	address, a := house(t)
	ctx := browser(t)
	now := time.Now().UTC().Truncate(time.Minute)
	quoted(t, a, "EUR/USD", "1.1701", now.Add(-9*time.Minute))
	do(t, ctx, chromedp.Navigate(address+"/markets/"))
	until(t, ctx, "document.querySelector('.pulse span').textContent === 'Live'")
	ask[bool](t, ctx, "document.querySelector('.pulse button').focus() === undefined")
	do(t, ctx, chromedp.SendKeys(".pulse button", " "))
	until(t, ctx, "document.querySelector('.pulse').textContent.trim() === 'Paused Resume'")
	if ask[string](t, ctx, "document.querySelector('.pulse span').getAttribute('role')") != "status" {
		t.Error("that it is paused is not told")
	}
	waited(t, func() bool { return a.Streams() == 0 })
	do(t, ctx, chromedp.Navigate(address+"/markets/"))
	until(t, ctx, "document.querySelector('.pulse').textContent.trim() === 'Paused Resume'")
	quoted(t, a, "EUR/USD", "1.1702", now)
	if a.Streams() != 0 {
		t.Error("a paused page has a stream")
	}
	if got := ask[string](t, ctx, dollar+`.querySelector("data").textContent`); got != "1.1701" {
		t.Errorf("a paused page shows %s", got)
	}
	do(t, ctx, chromedp.SendKeys(".pulse button", "\r"))
	until(t, ctx, dollar+`.querySelector("data").textContent === "1.1702"`)
}

// path is a way to a paper that can be cut.
type path struct {
	address string
	mu      sync.Mutex
	to      string // empty: it leads nowhere
	open    []net.Conn
}

func led(t *testing.T, to string) *path {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &path{address: "http://" + l.Addr().String(), to: to}
	t.Cleanup(func() { _ = l.Close(); p.lead("") })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.carry(c)
		}
	}()
	return p
}

func (p *path) carry(c net.Conn) {
	defer c.Close()
	p.mu.Lock()
	to := p.to
	p.mu.Unlock()
	if to == "" {
		return
	}
	d, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer d.Close()
	p.mu.Lock()
	if p.to == to {
		p.open = append(p.open, c, d)
	} else {
		_ = d.Close()
	}
	p.mu.Unlock()
	go func() { _, _ = io.Copy(d, c); _ = d.Close() }()
	_, _ = io.Copy(c, d)
}

// lead cuts what is open and leads elsewhere.
func (p *path) lead(to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to = to
	for _, c := range p.open {
		_ = c.Close()
	}
	p.open = nil
}

func TestAPageThatWasCutOffComesBackWithoutAGap(t *testing.T) {
	_, a := house(t)
	way, ctx := led(t, a.Addr()), browser(t)
	now := time.Now().UTC().Truncate(time.Minute)
	quoted(t, a, "EUR/USD", "1.1701", now.Add(-9*time.Minute))
	do(t, ctx, chromedp.Navigate(way.address+"/markets/"))
	until(t, ctx, "document.querySelector('.pulse span').textContent === 'Live'")
	ask[bool](t, ctx, `(() => {
		window.seen = [];
		new MutationObserver(() => seen.push(`+dollar+`.querySelector("data").textContent)).observe(`+dollar+`.querySelector("data"), { childList: true });
		return true;
	})()`)
	quoted(t, a, "EUR/USD", "1.1702", now.Add(-8*time.Minute))
	until(t, ctx, `seen.length === 1`)
	way.lead("")
	waited(t, func() bool { return a.Streams() == 0 })
	quoted(t, a, "EUR/USD", "1.1703", now.Add(-7*time.Minute))
	quoted(t, a, "EUR/USD", "1.1704", now.Add(-6*time.Minute))
	way.lead(a.Addr())
	until(t, ctx, dollar+`.querySelector("data").textContent === "1.1704"`)
	if got := ask[string](t, ctx, "seen.join()"); got != "1.1702,1.1704" {
		t.Errorf("it showed %s", got)
	}
	until(t, ctx, "document.querySelector('.pulse span').textContent === 'Live'")
}

func TestAHiddenPageClosesItsStreamAndAPageOfThePastHasNone(t *testing.T) {
	address, a := house(t)
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(address+"/markets/?as-of=2026-02-02"))
	until(t, ctx, "document.querySelector('.pulse span').textContent === 'Live'") // its strip is of now
	if got := ask[string](t, ctx, "[...document.querySelectorAll('[data-live]')].map(e => e.className).join()"); got != "ticker" {
		t.Errorf("of a board of the past these follow: %s", got)
	}
	hide := func(hidden string) {
		ask[bool](t, ctx, `(() => { Object.defineProperty(document, "hidden", { value: `+hidden+`, configurable: true }); document.dispatchEvent(new Event("visibilitychange")); return true; })()`)
	}
	hide("true")
	waited(t, func() bool { return a.Streams() == 0 })
	hide("false")
	waited(t, func() bool { return a.Streams() == 1 })
}

func TestAStoryThatIsRevisedSaysSoAndNothingMoves(t *testing.T) {
	address, a := house(t)
	ctx := browser(t)
	content := news.Content{Headline: "A bridge is opened", Section: "economy", Standfirst: "It is long.", Body: "It has six lanes."}
	r, err := a.Newsroom.Save(t.Context(), news.Submission{Content: content, Author: "tests", Reason: "first"})
	if err == nil {
		_, err = a.Newsroom.Move(t.Context(), r.Story, news.Move{To: news.Published, Revision: 1, By: "editor"})
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.Newsroom.Story(t.Context(), r.Story)
	if err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(address+news.Article{Slug: m.Slug, Published: m.Published}.Path()))
	until(t, ctx, "document.querySelector('.pulse span').textContent === 'Live'")
	before := ask[string](t, ctx, "document.querySelector('article').innerText")
	content.Body = "It has eight lanes."
	if _, err = a.Newsroom.Save(t.Context(), news.Submission{ID: r.Story, BasedOn: 1, Content: content, Author: "tests", Reason: "lanes"}); err == nil {
		notice := news.Notice{Kind: news.FactCorrection, Text: "An earlier version said that it had six lanes."}
		_, err = a.Newsroom.Move(t.Context(), r.Story, news.Move{To: news.Published, Revision: 2, By: "editor", Notice: notice})
	}
	if err != nil {
		t.Fatal(err)
	}
	until(t, ctx, "document.querySelector('.fresh').textContent === 'This story was corrected. Load it again Later'")
	if ask[string](t, ctx, "document.querySelector('article').innerText") != before {
		t.Error("the story itself changed")
	}
	press(t, ctx, ".fresh a")
	until(t, ctx, "document.querySelector('article').innerText.includes('eight lanes') && !document.querySelector('.fresh').textContent")
}

func TestWithoutAStreamAPageAsksNowAndThen(t *testing.T) {
	a, err := app.New(t.Context(), app.Config{Data: t.TempDir(), Listen: "127.0.0.1:0", Base: "EUR", Streams: "0"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	serve(t, a)
	ctx := browser(t)
	now := time.Now().UTC().Truncate(time.Minute)
	quoted(t, a, "EUR/USD", "1.1701", now.Add(-9*time.Minute))
	do(t, ctx, chromedp.Navigate("http://"+a.Addr()+"/markets/"))
	until(t, ctx, "document.querySelector('.pulse span').textContent === 'Delayed'")
	quoted(t, a, "EUR/USD", "1.1702", now)
	until(t, ctx, dollar+`.querySelector("data").textContent === "1.1702"`)
	if asked := ask[string](t, ctx, "performance.getEntriesByType('resource').map(e => e.name).filter(n => n.includes('/stream/')).join()"); !strings.Contains(asked, "/stream/board:EUR.json") {
		t.Errorf("it asked %s", asked)
	}
}
