package app_test

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/demo"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
)

// started runs the real App with the demonstration edition and returns its address.
func started(t *testing.T) string {
	t.Helper()
	address, _ := house(t)
	return address
}

// house is the App that started runs, with its address.
func house(t *testing.T) (string, *app.App) {
	t.Helper()
	config := app.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Name: "Courant", Base: "EUR"}
	a, err := app.New(t.Context(), config, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Fill(t.Context(), a.Ledger, a.Newsroom); err != nil {
		t.Fatal(err)
	}
	serve(t, a)
	return "http://" + a.Addr(), a
}

// serve runs an App until the test ends.
func serve(t *testing.T, a *app.App) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("stop: %v", err)
		}
	})
}

// browser starts a Chromium for a test.
func browser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(must.Chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, // in a directory of its own, which goes once its last process has
		chromedp.Flag("headless", "new"), chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"), // a page may name others; nobody is asked
		chromedp.Flag("no-proxy-server", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 15*time.Minute) // the attacks take two, on a quiet machine
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil { // it lives as long as the context of the first that it is asked
		t.Fatal(err)
	}
	return ctx
}

// patience is how long a browser or a paper may take for one thing. It bounds what hangs: a busy machine takes many seconds for
// what a quiet one does at once.
const patience = 2 * time.Minute

// do runs steps in a browser.
func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	for i, step := range steps {
		bounded, stop := context.WithTimeout(ctx, patience)
		err := chromedp.Do(bounded, step)
		stop()
		if err != nil {
			t.Fatalf("step %d of %d: %v; %s", i+1, len(steps), err, standing(ctx))
		}
	}
}

// ask returns what a script says.
func ask[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	bounded, stop := context.WithTimeout(ctx, patience)
	defer stop()
	v, err := chromedp.Run(bounded, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v
}

// standing is what stands in a browser, for who waits there in vain.
func standing(ctx context.Context) string {
	bounded, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	text, err := chromedp.Run(bounded, chromedp.Evaluate[string](
		`location.href + " (" + document.readyState + ") says: " + (document.querySelector(".fresh")?.textContent || document.querySelector("main")?.textContent || document.body?.textContent || "")
			.replace(/\s+/g, " ").slice(0, 500)`))
	if err != nil {
		return "the page says nothing: " + err.Error()
	}
	return text
}

// until waits until a condition of a page is true; one that throws is not yet.
func until(t *testing.T, ctx context.Context, condition string) {
	t.Helper()
	bounded, stop := context.WithTimeout(ctx, patience)
	defer stop()
	wait := "new Promise(done => { const look = () => { try { if (" + condition + ") return done(true) } catch {} setTimeout(look, 50) }; look() })"
	for {
		_, err := chromedp.Run(bounded, chromedp.Evaluate[bool](wait, chromedp.EvalAwaitPromise))
		if err == nil {
			return
		}
		gone := slices.ContainsFunc([]string{"navigated", "context", "collected"}, func(word string) bool { return strings.Contains(err.Error(), word) }) // another page comes
		if bounded.Err() != nil || !gone {
			t.Fatalf("it never becomes true: %s: %v; %s", condition, err, standing(ctx))
		}
	}
}

// arrived waits, without a script in the page, until a page stands there whole that has what a selector names.
func arrived(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	bounded, stop := context.WithTimeout(ctx, patience)
	defer stop()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for ; ; <-look.C {
		there, err := chromedp.Run(bounded, chromedp.Evaluate[bool]("document.readyState === 'complete' && !!document.querySelector(\""+selector+"\")"))
		if err == nil && there {
			return
		}
		if bounded.Err() != nil {
			t.Fatalf("there is no %s: %v; %s", selector, err, standing(ctx))
		}
	}
}

// waited waits until something is so.
func waited(t *testing.T, so func() bool) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond) // it may be so for other processes to do, which need the processor
	defer look.Stop()
	for end := time.Now().Add(patience); !so(); <-look.C {
		if time.Now().After(end) {
			t.Fatal("it never becomes so")
		}
	}
}

// screen gives a browser a width and a colour scheme.
func screen(t *testing.T, ctx context.Context, width int64, scheme string) {
	t.Helper()
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 600,
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestATableIsProofReadWithoutScriptsAndItsProofFitsTheScreen(t *testing.T) {
	address, ctx := started(t), browser(t)
	do(t, ctx, chromedp.Navigate("about:blank"))
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{1280, 390} {
		screen(t, ctx, width, "light")
		do(t, ctx, chromedp.Navigate(address+"/audit"))
		pressPlain(t, ctx, ".sample button", "table.proofs")
		if read := ask[string](t, ctx, "document.querySelector('.head .standfirst').textContent"); !contains(read, "6 rows of 10 February 2026") {
			t.Errorf("the example is read as %q", read)
		}
		ask[int](t, ctx, "[...document.querySelectorAll('details')].map(d => d.open = true).length")
		if wide := ask[int64](t, ctx, "document.documentElement.scrollWidth"); wide > width {
			t.Errorf("at %d px the proof is %d px wide", width, wide)
		}
	}
}

func contains(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if s[i:i+len(part)] == part {
			return true
		}
	}
	return false
}

// chartedStory is the address of a story with a table and a chart.
const chartedStory = "/2026/09/29/the-euro-against-the-dollar-in-2026"

func TestATablesFigureOpensItsCardAndAChartFillsItsPlaceWithoutScripts(t *testing.T) {
	address, ctx := started(t), browser(t)
	do(t, ctx, chromedp.Navigate("about:blank"))
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{1280, 390} {
		screen(t, ctx, width, "light")
		do(t, ctx, chromedp.Navigate(address+chartedStory))
		do(t, ctx, chromedp.Click("figure.values button.figure"))
		card := ask[string](t, ctx, "document.querySelector(':popover-open').textContent")
		for _, want := range []string{"table EUR/USD", "currency-api", "29 September 2026", "Today"} {
			if !contains(card, want) {
				t.Errorf("the card does not say %q: %s", want, card)
			}
		}
		// The line is as wide as its place; its letters are as large as everywhere.
		if lost := ask[int](t, ctx, "Math.round(Math.abs(document.querySelector('.chart').clientWidth - document.querySelector('.chart .line').getBoundingClientRect().width))"); lost > 4 {
			t.Errorf("at %d px the line is %d px shorter than its place", width, lost)
		}
		if size := ask[string](t, ctx, "getComputedStyle(document.querySelector('.chart text')).fontSize"); size != "12px" {
			t.Errorf("at %d px the letters of the chart are %s high", width, size)
		}
		if high := ask[int](t, ctx, "Math.round(document.querySelector('.chart .plot').getBoundingClientRect().height)"); high != 272 {
			t.Errorf("at %d px the chart is %d px high", width, high)
		}
	}
}

func TestAFigureOpensItsCardWithoutScriptsAndLeadsToItsNumber(t *testing.T) {
	address, ctx := started(t), browser(t)
	do(t, ctx, chromedp.Navigate("about:blank"))
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(address+"/2026/02/02/baku-and-moscow-drift-apart"))
	if n := ask[int](t, ctx, "document.querySelectorAll('article h2').length"); n < 6 {
		t.Errorf("the story has %d sections, want six", n)
	}
	if open := ask[int](t, ctx, "document.querySelectorAll(':popover-open').length"); open != 0 {
		t.Fatalf("%d cards are open before anything was pressed", open)
	}
	do(t, ctx, chromedp.Click("button.figure"))
	if open := ask[int](t, ctx, "document.querySelectorAll(':popover-open').length"); open != 1 {
		t.Fatalf("%d cards are open after a figure was pressed", open)
	}
	card := ask[string](t, ctx, "document.querySelector(':popover-open').textContent")
	for _, want := range []string{"currency-api", "30 January 2026"} {
		if !contains(card, want) {
			t.Errorf("the card does not say %q: %s", want, card)
		}
	}
	number := ask[string](t, ctx, "document.querySelector(':popover-open a[href^=\"/numbers/\"]').href")
	do(t, ctx, chromedp.Navigate(number))
	if story := ask[int](t, ctx, "document.querySelectorAll('main a[href$=\"/baku-and-moscow-drift-apart\"]').length"); story == 0 {
		t.Error("the number's page does not name the story that prints it")
	}
}

func TestAPageLeftOpenTurnsStaleByItself(t *testing.T) {
	address, a := house(t)
	day := time.Now().UTC().Truncate(24 * time.Hour)
	value, err := currency.ParseDecimal("1.2345")
	if err != nil {
		t.Fatal(err)
	}
	source := market.Source{ID: "mint", Name: "The Mint", Kind: market.Official, Licence: "Free.", Terms: market.Free, Fresh: 36 * time.Hour, Issuer: "EUR"}
	observation := market.NewObservation("EUR/USD", market.Rate, value, market.Moment{At: day, Seen: time.Now().UTC()}, source.ID, "1 EUR = 1.2345 USD")
	if _, err := a.Ledger.Record(t.Context(), []market.Source{source}, []market.Observation{observation}, nil); err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(address+"/rates/EUR-USD"))
	const current, stale = `document.querySelectorAll("data[data-until]").length`, `document.querySelectorAll("data.stale").length`
	fresh, before := ask[int](t, ctx, current), ask[int](t, ctx, stale)
	if named := ask[int](t, ctx, `document.querySelectorAll("main data[data-until][value='1.2345']").length`); named == 0 {
		t.Fatal("the page's own number does not say until when it is current")
	}
	// Two days pass on the reader's clock, and he comes back to the page. Nothing is fetched.
	ask[bool](t, ctx, `Date.now = (now => () => now() + 48 * 3600e3)(Date.now), document.dispatchEvent(new Event("visibilitychange"))`)
	if left, now := ask[int](t, ctx, current), ask[int](t, ctx, stale); left != 0 || now != before+fresh {
		t.Errorf("of %d current numbers %d still are after two days, and %d of %d are marked", fresh, left, now-before, fresh)
	}
}
