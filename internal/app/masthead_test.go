package app_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

func TestWhatTheNewsroomSetsIsInForceOnEveryFace(t *testing.T) {
	address, a := house(t)
	faces := map[string][2]string{ // what stands there before and after
		"/":                         {"<title>Courant</title>", "<title>The Harbour</title>"},
		"/markets/":                 {"Euro against", "Pound against"},
		"/sources":                  {"– Courant</title>", "– The Harbour</title>"},
		"/api/v1/board":             {`"base":"EUR"`, `"base":"GBP"`},
		"/api/v1/board?base=USD":    {`"base":"USD"`, `"base":"USD"`},
		"/embed":                    {`value="EUR/USD"`, `value="GBP/USD"`},
		"/feeds/rates/EUR-USD.atom": {"<name>Courant</name>", "<name>The Harbour</name>"},
		"/api/latest.json?app_id=x": {`"base":"USD"`, `"base":"USD"`}, // a dialect of another service, which says so
	}
	want := func(which int) {
		t.Helper()
		for path, wants := range faces {
			if resp, body := fetched(t, address+path); !strings.Contains(body, wants[which]) {
				t.Errorf("%s: %d lacks %q: %.300s", path, resp.StatusCode, wants[which], body)
			}
		}
	}
	want(0)
	if _, err := a.Newsroom.PutMasthead(t.Context(), news.MastheadRevision{N: 1, By: "mo", Masthead: news.Masthead{Name: "The Harbour", Base: "GBP"}}); err != nil {
		t.Fatal(err)
	}
	want(1)
}

func TestTheNewsroomsColoursAndItsLongestNameAreSeenOnEveryScreen(t *testing.T) {
	address, a := house(t)
	m := news.Masthead{
		Name: strings.Repeat("Harbour", 8), Motto: strings.Repeat("Ships and prices. ", 8) + "Prices.",
		Strip: []market.Symbol{"EUR/USD", "XNYS:RIO"},
		Colours: news.Colours{
			Link: news.Tone{Light: "#7a1f1f", Dark: "#ffb3a7"}, Accent: news.Tone{Light: "#003300"}, // on dark paper the name stays as it is
		},
	}
	if _, err := a.Newsroom.PutMasthead(t.Context(), news.MastheadRevision{N: 1, By: "mo", Masthead: m}); err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate("about:blank"))
	for scheme, want := range map[string][2]string{
		"light": {"rgb(122, 31, 31)", "rgb(0, 51, 0)"},
		"dark":  {"rgb(255, 179, 167)", "rgb(231, 230, 225)"},
	} {
		for _, width := range []int64{1280, 320} {
			screen(t, ctx, width, scheme)
			do(t, ctx, chromedp.Navigate(address+"/"))
			colour := func(selector string) string {
				return ask[string](t, ctx, "getComputedStyle(document.querySelector('"+selector+"')).color")
			}
			if link, name := colour(".kicker"), colour(".title a"); link != want[0] || name != want[1] {
				t.Errorf("on %s paper links are %s and the name %s, want %v", scheme, link, name, want)
			}
			if wide := ask[int64](t, ctx, "document.documentElement.scrollWidth"); wide > width {
				t.Errorf("at %d px the front is %d px wide", width, wide)
			}
		}
	}
}
