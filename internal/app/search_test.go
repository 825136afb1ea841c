package app_test

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// A reader looks for something from any page, with the keyboard alone and without scripts, at a desk and on a phone.
func TestAReaderSearchesWithTheKeyboardAndWithoutScripts(t *testing.T) {
	address, ctx := started(t), browser(t)
	do(t, ctx, chromedp.Navigate("about:blank"))
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	// tab goes on until the element that a selector finds has the focus.
	tab := func(selector string) {
		t.Helper()
		for range 40 {
			do(t, ctx, chromedp.KeyEvent("\t"))
			if ask[bool](t, ctx, "document.activeElement.matches('"+selector+"')") {
				return
			}
		}
		t.Fatalf("%s is never reached by the keyboard", selector)
	}
	for _, width := range []int64{1280, 390} {
		screen(t, ctx, width, "light")
		do(t, ctx, chromedp.Navigate(address+"/markets/shares/"))
		if width < 600 { // there the head has a link, and the page of the search a field
			tab("a.seek")
			do(t, ctx, chromedp.KeyEvent("\r"))
			arrived(t, ctx, ".seeking")
			tab(".seeking input")
		} else {
			tab(".find input")
		}
		do(t, ctx, chromedp.KeyEvent("100 usd in yen\r"))
		arrived(t, ctx, ".answer .value")
		if said := ask[string](t, ctx, "document.querySelector('.answer').textContent"); !contains(said, "100 USD =") || !contains(said, "JPY") || !contains(said, "currency-api") {
			t.Errorf("at %d px the answer is %s", width, said)
		}
		if at := ask[string](t, ctx, "location.pathname + location.search"); at != "/search?q=100+usd+in+yen" {
			t.Errorf("the address to be shared is %s", at)
		}
		if typed := ask[string](t, ctx, "document.querySelector('.seeking input').value"); typed != "100 usd in yen" {
			t.Errorf("the field holds %q", typed)
		}
		do(t, ctx, chromedp.SetValue(".seeking input", "azerbajan"))
		pressPlain(t, ctx, ".seeking button", ".stories mark")
		if marked := ask[string](t, ctx, "document.querySelector('.stories mark').textContent"); !strings.EqualFold(marked, "azerbaijan") {
			t.Errorf("marked is %q", marked)
		}
		pressPlain(t, ctx, ".stories h3 a", "article.story")
	}
}
