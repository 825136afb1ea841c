package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// read is a page of a running paper.
func read(t *testing.T, address string) *goquery.Document {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	doc, err := goquery.NewDocumentFromReader(resp.Body)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%s: %s, %v", address, resp.Status, err)
	}
	return doc
}

// What one page printed of sixteen shares on 2 February 2026: four of its percentages are of the last price and not of the close
// before, one of its shares had been gone for two months, and two were not what they had been on the Friday before.
func TestTheSixteenSharesOfThePageAreShownRight(t *testing.T) {
	address := started(t)
	doc := read(t, address+"/markets/shares/?as-of=2026-02-02")
	want := map[string]string{
		"SCS": "–", "RBGPF": "–", "RELX": "+0.07%", "BTI": "+0.16%", "GSK": "+1.74%", "NGG": "+0.20%", "RIO": "+0.93%", "BCC": "+0.33%",
		"CMSC": "+0.13%", "AZN": "+0.04%", "JRI": "+0.33%", "RYCEF": "+4.38%", "VOD": "+0.85%", "BCE": "−0.04%", "BP": "−1.35%", "CMSD": "−0.06%",
	}
	wrong := map[string]string{"GSK": "1.71%", "RIO": "0.92%", "RYCEF": "4.19%", "BP": "−1.36%"}
	rows := doc.Find(".board tbody tr:has(th)")
	if rows.Length() != len(want) {
		t.Errorf("%d shares are listed", rows.Length())
	}
	for _, row := range rows.EachIter() {
		ticker := row.Find("b").Text()
		if got := row.Find(".move").Text(); got != want[ticker] {
			t.Errorf("%s moved by %s, want %s", ticker, got, want[ticker])
		}
		if off := strings.Contains(row.Find("th").Text(), "percent is off"); off != (wrong[ticker] != "") {
			t.Errorf("that the page's percentage of %s is off: %t", ticker, off)
		}
		if href, _ := row.Find("th a").Attr("href"); wrong[ticker] != "" {
			if page := read(t, address+href).Find("main").Text(); !strings.Contains(page, "The source prints "+wrong[ticker]) || !strings.Contains(page, "computed on the last price") {
				t.Errorf("the page of %s does not say what is wrong with %s", ticker, wrong[ticker])
			}
		}
	}
	for path, words := range map[string][]string{
		"XNYS/SCS":   {"merged", "until 10 December 2025", "became part of XNYS:HNI", "when it did not trade"},
		"OTCM/RBGPF": {"Consolidated 24 for 25", "235 pence sterling", "cannot be compared"},
		"XNYS/AZN":   {"Moved here from XNAS:AZN", "1 for 2", "190.44"},
	} {
		text := strings.Join(strings.Fields(read(t, address+"/markets/shares/"+path).Find(".head, .met").Text()), " ")
		for _, w := range words {
			if !strings.Contains(text, w) {
				t.Errorf("%s does not say %q beside its price: %s", path, w, text)
			}
		}
	}
}

func TestAReaderKeepsAListInTheBrowserAlone(t *testing.T) {
	address, ctx := started(t), browser(t)
	screen(t, ctx, 390, "light")
	do(t, ctx, chromedp.Navigate(address+"/markets/shares/XNYS/RIO"), chromedp.WaitVisible(".value .star"))
	const pressed = `document.querySelector(".value .star").getAttribute("aria-pressed")`
	if got := ask[string](t, ctx, pressed); got != "false" {
		t.Errorf("at first it is %s", got)
	}
	do(t, ctx, chromedp.Focus(".value .star"), chromedp.SendKeys(".value .star", kb.Enter))
	if got := ask[string](t, ctx, pressed); got != "true" {
		t.Errorf("pressed by a key it is %s", got)
	}
	do(t, ctx, chromedp.Navigate(address+"/rates/USD-SEK"), chromedp.Click(".value .star"))
	screen(t, ctx, 1280, "dark")
	do(t, ctx, chromedp.Navigate(address+"/markets/"), chromedp.Click(`.board .star[value="/markets/currencies/NOK"]`), chromedp.WaitVisible(".yours tr:nth-child(3) td:nth-child(3)"))
	const shown = `[...document.querySelectorAll(".yours tr")].map(r => r.querySelector("b").textContent + " " + r.querySelector("data")?.textContent.trim()).join("; ")`
	until(t, ctx, `document.querySelectorAll(".yours data").length == 3`)
	nok := ask[string](t, ctx, `document.querySelector(".board tr:has([value='/markets/currencies/NOK']) data").textContent.trim()`)
	if got := ask[string](t, ctx, shown); !strings.HasPrefix(got, "RIO 91.93; USD/SEK ") || !strings.HasSuffix(got, "; NOK "+nok) {
		t.Errorf("the list shows %s", got)
	}
	sent := ask[string](t, ctx, `performance.getEntriesByType("resource").map(e => decodeURIComponent(e.name)).join(" ") + document.cookie`)
	for _, secret := range []string{"RIO", "NOK", "SEK"} {
		if strings.Contains(sent, secret) {
			t.Errorf("%s is sent: %s", secret, sent)
		}
	}
	// Who takes one off with the keys stays where the list is.
	do(t, ctx, chromedp.Focus(".yours .star"), chromedp.SendKeys(".yours .star", kb.Enter))
	if got := ask[string](t, ctx, `document.activeElement.id + document.querySelectorAll(".yours tr").length`); got != "yours2" {
		t.Errorf("then %s is focused", got)
	}
	ask[bool](t, ctx, `localStorage["courant-list"] = JSON.stringify(Array.from({length: 50}, (_, n) => "/markets/currencies/X" + n)), true`)
	do(t, ctx, chromedp.Navigate(address+"/markets/shares/XNYS/RIO"), chromedp.Click(".value .star"), chromedp.WaitVisible(".value [role=alert]"))
	if got := ask[string](t, ctx, pressed+` + JSON.parse(localStorage["courant-list"]).length`); got != "false50" {
		t.Errorf("a full list: %s", got)
	}
	for _, broken := range []string{"{", "7", `[7, null, "javascript:alert(1)", "/markets/shares/XNYS/\"]x"]`} {
		ask[bool](t, ctx, `localStorage["courant-list"] = `+"`"+broken+"`"+`, true`)
		do(t, ctx, chromedp.Navigate(address+"/markets/"), chromedp.WaitVisible(".board .star"))
		if n := ask[int](t, ctx, `document.querySelectorAll(".yours a[href^='javascript']").length`); n != 0 {
			t.Error("what somebody wrote there is a link")
		}
	}
}

func TestTheStripIsSteppedThroughWhereItDoesNotFit(t *testing.T) {
	address, ctx := started(t), browser(t)
	screen(t, ctx, 800, "light")
	do(t, ctx, chromedp.Navigate(address+"/markets/shares/"), chromedp.WaitVisible(".ticker .step"))
	const at = `Math.round(document.querySelector(".ticker ul").scrollLeft)`
	if got := ask[string](t, ctx, `document.querySelector(".ticker .prior").getAttribute("aria-disabled")`); got != "true" {
		t.Errorf("at its beginning the way back is %q", got)
	}
	do(t, ctx, chromedp.Focus(".ticker .step:not(.prior)"), chromedp.SendKeys(".ticker .step:not(.prior)", kb.Enter))
	if n := ask[int](t, ctx, at); n < 100 { // at once, for who wants no motion
		t.Errorf("a step is %d px wide", n)
	}
	if moving := ask[int](t, ctx, "document.getAnimations().length"); moving != 0 {
		t.Errorf("%d things move", moving)
	}
	ask[int](t, ctx, `[...document.querySelectorAll(".ticker li")].slice(2).map(li => li.remove()).length`)
	screen(t, ctx, 900, "light")
	until(t, ctx, `[...document.querySelectorAll(".ticker .step")].every(b => !b.offsetParent)`) // where the strip fits
}

func TestSharesAreSearchedAsTheyAreTypedAndWithoutScripts(t *testing.T) {
	address, ctx := started(t), browser(t)
	screen(t, ctx, 1280, "light")
	do(t, ctx, chromedp.Navigate(address+"/markets/shares/"), chromedp.WaitVisible(".board .star"))
	do(t, ctx, chromedp.SendKeys(emptied(t, ctx), "rolls"))
	if got := ask[string](t, ctx, shownRows); got != "RYCEF" {
		t.Errorf("while it is typed the list shows %s", got)
	}
	do(t, ctx, chromedp.Navigate("about:blank"))
	withoutScripts(t, ctx)
	do(t, ctx, chromedp.Navigate(address+"/markets/shares/"), chromedp.SendKeys("main [name=q]", "vod"))
	pressPlain(t, ctx, "main form[role=search] button", "main [name=q][value=vod]")
	if got := ask[string](t, ctx, shownRows); got != "VOD" {
		t.Errorf("without scripts the list shows %s", got)
	}
	if n := ask[int](t, ctx, `document.querySelectorAll(".star, .step").length`); n != 0 {
		t.Errorf("without scripts there are %d buttons of theirs", n)
	}
	do(t, ctx, chromedp.Navigate(address+"/markets/"))
	if shown := ask[bool](t, ctx, `!!document.querySelector(".yours").offsetParent`); shown {
		t.Error("without scripts there is a list")
	}
}
