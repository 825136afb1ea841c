package app_test

import (
	"strings"
	"testing"

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
