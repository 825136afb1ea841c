package app_test

import (
	"net/url"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// offered is what a page has for its reader: its heading, what can be pressed, and its numbers.
const offered = `document.querySelectorAll("h1").length + " headings, " + document.querySelectorAll("main a[href]").length + " links, " +
  document.querySelectorAll("main data").length + " numbers"`

// One page of each type, for readers at a desk and with a telephone, by day and by night, without scripts, who want nothing to
// move, and who have no mouse. It asks nobody but the paper.
func TestEveryPageOfThePaperServesEveryReader(t *testing.T) {
	t.Parallel() // it is long, and waits for the browser
	ctx, _, readers := peopled(t)
	for _, at := range readers {
		where, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(where.Path, func(t *testing.T) {
			offers := map[bool]string{}
			for _, scripts := range []bool{true, false} {
				if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts}); err != nil {
					t.Fatal(err)
				}
				for _, width := range []int64{1280, 390} {
					screen(t, ctx, width, "light") // and nothing is to move
					do(t, ctx, chromedp.Navigate(at))
					if wide := ask[int64](t, ctx, "document.documentElement.scrollWidth"); wide > width {
						t.Errorf("at %d px the page is %d px wide", width, wide)
					}
					if n := ask[int](t, ctx, "document.getAnimations().length"); n != 0 {
						t.Errorf("%d things move for who wants none to", n)
					}
					offers[scripts] = ask[string](t, ctx, offered)
				}
			}
			if offers[true] != offers[false] {
				t.Errorf("with scripts the page has %s, without %s", offers[true], offers[false])
			}
			if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: false}); err != nil {
				t.Fatal(err)
			}
			for scheme, ground := range map[string]string{"light": "rgb(251, 251, 248)", "dark": "rgb(20, 23, 27)"} {
				screen(t, ctx, 1280, scheme)
				do(t, ctx, chromedp.Navigate(at))
				if got := ask[string](t, ctx, "getComputedStyle(document.documentElement).backgroundColor"); got != ground {
					t.Errorf("in the %s scheme the ground is %s", scheme, got)
				}
			}
			if n := ask[int](t, ctx, "document.querySelectorAll('h1').length"); n != 1 {
				t.Errorf("the page has %d h1", n)
			}
			if n := ask[int](t, ctx, "[...document.scripts].filter(s => s.type != 'application/ld+json' && (!s.src.startsWith(location.origin) || s.textContent)).length"); n != 0 {
				t.Errorf("the page has %d scripts that are not the paper's own", n)
			}
			if others := ask[string](t, ctx, "performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(location.origin)).join(' ')"); others != "" {
				t.Errorf("the page asks others: %s", others)
			}
			tabThrough(t, ctx)
		})
	}
}
