package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// shownRows are the codes of the board's rows that are seen.
const shownRows = `[...document.querySelectorAll(".board tbody tr")].filter(r => r.offsetParent && r.querySelector("b")).map(r => r.querySelector("b").textContent).join(" ")`

// emptied empties the board's field for searches, and returns where it is.
func emptied(t *testing.T, ctx context.Context) string {
	t.Helper()
	ask[bool](t, ctx, `document.querySelector("main [name=q]").value = "", true`)
	return "main [name=q]"
}

// withoutScripts switches scripts off in a browser. What it is asked for then is answered all the same.
func withoutScripts(t *testing.T, ctx context.Context) {
	t.Helper()
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
}

func TestTheBoardIsSearchedWhileItIsTyped(t *testing.T) {
	address, ctx := started(t), browser(t)
	do(t, ctx, chromedp.Navigate(address+"/markets/"))
	screen(t, ctx, 1280, "light")
	all := len(strings.Fields(ask[string](t, ctx, shownRows)))
	for _, c := range []struct{ typed, want string }{{"kron", "NOK SEK DKK ISK"}, {"KRÓN", "NOK SEK DKK ISK"}, {"jp", "JPY"}, {"zloty", "PLN"}, {"no such money", ""}} {
		do(t, ctx, chromedp.SendKeys(emptied(t, ctx), c.typed))
		if got := ask[string](t, ctx, shownRows); got != c.want && !strings.HasPrefix(got, c.want+" ") {
			t.Errorf("%q shows %s, want %s", c.typed, got, c.want)
		}
		n := len(strings.Fields(ask[string](t, ctx, shownRows)))
		if groups, bodies := ask[int](t, ctx, `[...document.querySelectorAll(".board tbody")].filter(b => !b.hidden).length`), ask[int](t, ctx, `[...document.querySelectorAll(".board tbody")].filter(b => b.querySelector("th:not(tr[hidden] th)")).length`); groups != bodies {
			t.Errorf("%q shows %d groups, of which %d have a row", c.typed, groups, bodies)
		}
		want := fmt.Sprintf("%d of %d currencies", n, all)
		until(t, ctx, fmt.Sprintf(`document.querySelector("[role=status]#found").textContent == %q`, want))
	}
	do(t, ctx, chromedp.SendKeys(emptied(t, ctx), "dollar"))
	sorted := strings.Fields(ask[string](t, ctx, shownRows))
	press(t, ctx, ".board th:nth-child(3) a")
	do(t, ctx, chromedp.WaitVisible("th[aria-sort=descending]"))
	if again := strings.Fields(ask[string](t, ctx, shownRows)); len(again) != len(sorted) || ask[string](t, ctx, `document.querySelector("main [name=q]").value`) != "dollar" {
		t.Errorf("sorted, the search shows %d of %d currencies", len(again), len(sorted))
	}
	do(t, ctx, chromedp.SendKeys(emptied(t, ctx), "yen"))
	if got := ask[string](t, ctx, shownRows); got != "JPY" {
		t.Errorf("another search on a found board shows %s", got)
	}
}

func TestTheBoardIsSearchedAndSortedWithoutScripts(t *testing.T) {
	address, ctx := started(t), browser(t)
	do(t, ctx, chromedp.Navigate("about:blank"))
	withoutScripts(t, ctx)
	screen(t, ctx, 390, "dark")
	do(t, ctx, chromedp.Navigate(address+"/markets/"), chromedp.SendKeys("main [name=q]", "kron"))
	pressPlain(t, ctx, "main form[role=search] button", "main [name=q][value=kron]")
	if got := ask[string](t, ctx, shownRows); !strings.HasPrefix(got, "NOK SEK") {
		t.Errorf("the search shows %s", got)
	}
	pressPlain(t, ctx, ".board th:nth-child(2) a", "th[aria-sort=ascending]")
	if got := ask[string](t, ctx, shownRows); !strings.HasPrefix(got, "DKK NOK SEK") {
		t.Errorf("by their rates there are %s", got)
	}
}

func TestAChartIsReadWithTheArrowKeysAndThePointer(t *testing.T) {
	address, ctx := started(t), browser(t)
	do(t, ctx, chromedp.Navigate(address+"/markets/currencies/NOK?with=SEK"))
	screen(t, ctx, 390, "light")
	const said = `document.querySelector(".probe output").textContent`
	do(t, ctx, chromedp.WaitVisible(".probe"), chromedp.Focus(".probe input"), chromedp.SendKeys(".probe input", kb.ArrowLeft))
	before := ask[string](t, ctx, `[...document.querySelectorAll(".days tbody tr")[1].cells].map(c => c.textContent).join("|")`)
	first := ask[string](t, ctx, said)
	for _, part := range strings.Split(before, "|") {
		if !strings.Contains(first, part) {
			t.Errorf("one step back the chart says %q, and the table %q", first, before)
		}
	}
	if spoken := ask[string](t, ctx, `document.querySelector(".probe input").ariaValueText`); spoken != first {
		t.Errorf("a voice says %q", spoken)
	}
	do(t, ctx, chromedp.SendKeys(".probe input", kb.Home))
	if got, want := ask[string](t, ctx, said), ask[string](t, ctx, `[...document.querySelectorAll(".days tbody tr")].at(-1).cells[0].textContent`); !strings.HasPrefix(got, want) {
		t.Errorf("the first day is %q, want %q", got, want)
	}
	ask[bool](t, ctx, `(svg => svg.dispatchEvent(new PointerEvent("pointermove", {clientX: svg.getBoundingClientRect().right, bubbles: true})))(document.querySelector(".course svg"))`)
	if got, want := ask[string](t, ctx, said), ask[string](t, ctx, `document.querySelector(".days tbody tr").cells[0].textContent`); !strings.HasPrefix(got, want) {
		t.Errorf("at its end the chart says %q, want %q", got, want)
	}
	if size := ask[float64](t, ctx, `parseFloat(getComputedStyle(document.querySelector(".course svg text")).fontSize)`); size < 12 {
		t.Errorf("on a phone its letters have %v px", size)
	}
	if moving := ask[int](t, ctx, "document.getAnimations().length"); moving != 0 {
		t.Errorf("%d things move for who wants none to", moving)
	}
}

func TestAnAmountIsConvertedWithoutScripts(t *testing.T) {
	address, ctx := started(t), browser(t)
	do(t, ctx, chromedp.Navigate("about:blank"))
	withoutScripts(t, ctx)
	do(t, ctx, chromedp.Navigate(address+"/markets/"))
	pressPlain(t, ctx, ".tally a[href^='/convert']", ".outcome")
	fill(t, ctx, "amount", "1.250,5x", "to", "yen")
	pressPlain(t, ctx, ".convert button", "#amount-problem")
	if typed := ask[string](t, ctx, "document.querySelector('[name=amount]').value"); typed != "1.250,5x" {
		t.Errorf("what was typed is now %q", typed)
	}
	fill(t, ctx, "amount", "1.250,50")
	pressPlain(t, ctx, ".convert button", ".outcome")
	if got := ask[string](t, ctx, "document.querySelector('.outcome').textContent"); !strings.Contains(got, "1250.50 EUR") || !strings.Contains(got, "JPY") {
		t.Errorf("the converter says %q", got)
	}
}

// One address has a page for who reads it and a reply for a program of another service.
func TestABrowserAndAProgramConvertAtOneAddress(t *testing.T) {
	address := started(t)
	for accept, want := range map[string]string{
		"text/html,application/xhtml+xml,*/*;q=0.8": "text/html; charset=utf-8", "*/*": "application/json", "": "application/json", "application/json": "application/json",
	} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/convert?from=EUR&to=JPY&amount=25", nil)
		if accept != "" {
			r.Header.Set("Accept", accept)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || !strings.HasPrefix(got, want) {
			t.Errorf("who accepts %q gets %d, %s", accept, resp.StatusCode, got)
		}
		if vary := strings.Join(resp.Header.Values("Vary"), ", "); !strings.Contains(strings.ReplaceAll(vary, "Accept-Encoding", ""), "Accept") {
			t.Errorf("who accepts %q is told that the reply varies by %q", accept, vary)
		}
	}
}

func TestTheWholeBoardIsLight(t *testing.T) {
	const most = 30 << 10 // bytes, of two hundred currencies with their lines
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, started(t)+"/markets/", nil)
	r.Header.Set("Accept-Encoding", "br")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.Header.Get("Content-Encoding") != "br" || len(body) > most {
		t.Errorf("the board has %d bytes in %q: %v", len(body), resp.Header.Get("Content-Encoding"), err)
	}
}
