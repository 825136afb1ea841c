package gate

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// request is one as the server makes it of what a client sends; nil where there can be none.
func request(target, authorization, apikey string) *http.Request {
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return nil
	}
	r := &http.Request{Method: http.MethodGet, URL: u, RequestURI: target, Header: http.Header{}}
	r.Header.Set("Authorization", authorization)
	r.Header.Set("Apikey", apikey)
	return r
}

func FuzzGiven(f *testing.F) {
	f.Add("/a?access_key=ck_abc&b=c", "Bearer ck_x", "ck_y")
	f.Add("/v6/ck_abc/latest/USD?apikey=abc", "Token x", "")
	f.Add("/v6/ck_abc", "", "another's")
	f.Add("/a?app%5Fid=ck%5Fabc&&=&%zz&app_id=ck_;b", "bearer", "ck")
	f.Fuzz(func(t *testing.T, target, authorization, apikey string) {
		r := request(target, authorization, apikey)
		if r == nil {
			return
		}
		before, headers := *r.URL, r.Header.Clone()
		secret, asked := given(r)
		if *r.URL != before || len(r.Header) != len(headers) {
			t.Fatalf("the request itself was changed: %v, was %v", r.URL, &before)
		}
		if secret == "" {
			if asked != r {
				t.Fatal("without a key the request is another")
			}
			return
		}
		if !strings.HasPrefix(secret, "ck_") {
			t.Fatalf("%q is no key of ours", secret)
		}
		if again, _ := given(asked); again != "" {
			t.Fatalf("%s still holds the key %q", asked.URL, again)
		}
		kept := strings.Split(asked.URL.RawQuery, "&")
		for _, pair := range strings.Split(before.RawQuery, "&") { // what is no key stays, in its order
			if strings.HasPrefix(valueOf(pair), "ck_") {
				continue
			}
			if len(kept) == 0 || kept[0] != pair {
				t.Fatalf("of %q is left %q", before.RawQuery, asked.URL.RawQuery)
			}
			kept = kept[1:]
		}
		if len(kept) > 1 || len(kept) == 1 && kept[0] != "" {
			t.Fatalf("of %q came %q", before.RawQuery, asked.URL.RawQuery)
		}
	})
}

func TestOnlySoManyAreRememberedAndTheOldestIsForgotten(t *testing.T) {
	w := newWindows[int](100)
	now := time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)
	for who := range 1000 {
		if a := w.take(who, 1, now); !a.granted || a.left != 0 {
			t.Fatalf("%d: %+v", who, a)
		}
		if len(w.of) > 100 || len(w.of) != w.began.Len() {
			t.Fatalf("%d are remembered, and %d", len(w.of), w.began.Len())
		}
	}
	if a := w.take(950, 1, now); a.granted {
		t.Error("one of the last hundred was forgotten")
	}
	if a := w.take(0, 1, now); !a.granted {
		t.Error("the first is remembered still")
	}
	w.take(5000, 1, now.Add(time.Minute))
	if len(w.of) != 1 {
		t.Errorf("%d are remembered after their minute", len(w.of))
	}
}

func TestAMinuteEndsThoughTheClockIsPutBack(t *testing.T) {
	w := newWindows[string](10)
	now := time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)
	var granted []bool
	for _, at := range []time.Time{now, now.Add(59 * time.Second), now.Add(-time.Hour), now.Add(-time.Hour), now.Add(time.Second - time.Hour)} {
		a := w.take("a", 1, at)
		if a.reset <= 0 || a.reset > time.Minute {
			t.Errorf("the next minute begins in %v", a.reset)
		}
		granted = append(granted, a.granted)
	}
	if want := []bool{true, false, true, false, false}; !slices.Equal(granted, want) {
		t.Errorf("%v, want %v", granted, want)
	}
}
