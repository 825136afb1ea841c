package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/courant-news/courant/internal/web"
)

// long is worth compressing.
var long = strings.Repeat("Rates rose in Oslo. ", 100)

// unpack undoes the reply's content coding.
func unpack(t *testing.T, resp *http.Response, body string) string {
	t.Helper()
	var r io.Reader = strings.NewReader(body)
	switch resp.Header.Get("Content-Encoding") {
	case "br":
		r = brotli.NewReader(r)
	case "zstd":
		z, err := zstd.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		r = z
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestAPageIsSentInTheCodingThatTheReaderLikes(t *testing.T) {
	s := serve(t, web.NewPage([]byte(long), web.PageOptions{}))
	etags := map[string]string{}
	for _, c := range []struct{ accept, want string }{
		{"gzip, deflate, br, zstd", "br"},
		{"gzip, deflate", "gzip"},
		{"x-gzip", "gzip"},
		{"GZIP;Q=1", "gzip"},
		{"br;q=0.5, gzip;q=0.9", "gzip"},
		{"br;q=0, gzip;q=0", ""},
		{"*", "br"},
		{"*;q=0.1, br;q=0", "zstd"},
		{"gzip, deflate, zstd", "zstd"},
		{"zstd;q=0.9, gzip", "gzip"},
		{"identity, br;q=0.9", ""},
		{"identity;q=0, gzip;q=0.001", "gzip"},
		{"identity;q=0, *;q=0", ""}, // nothing pleases: readable is best
		{"br;q=1.001", ""},
		{"br;q=x", ""},
		{"br ; q=1.000", "br"},
		{"zstd", "zstd"},
		{"", ""},
	} {
		resp, body := get(t, s.URL, "Accept-Encoding: "+c.accept)
		if got := resp.Header.Get("Content-Encoding"); got != c.want {
			t.Errorf("%q: got coding %q, want %q", c.accept, got, c.want)
		}
		if got := unpack(t, resp, body); got != long {
			t.Errorf("%q: the page came as %q", c.accept, got)
		}
		if int(resp.ContentLength) != len(body) {
			t.Errorf("%q: Content-Length %d of %d", c.accept, resp.ContentLength, len(body))
		}
		if got := resp.Header.Get("Vary"); got != "Accept-Encoding" {
			t.Errorf("%q: Vary %q", c.accept, got)
		}
		etags[c.want] = resp.Header.Get("Etag")
	}
	if tags := slices.Sorted(maps.Values(etags)); len(slices.Compact(tags)) != 4 {
		t.Errorf("two codings share an entity tag: %v", etags)
	}
}

func TestTwoHeadersOfOneNameAreOneList(t *testing.T) {
	s := serve(t, web.NewPage([]byte(long), web.PageOptions{}))
	resp, _ := get(t, s.URL, "Accept-Encoding: br;q=0.1", "Accept-Encoding: gzip")
	if got := resp.Header.Get("Content-Encoding"); got != "gzip" {
		t.Errorf("got %q", got)
	}
}

func TestAReaderWhoHasThePageIsToldSo(t *testing.T) {
	modified := time.Date(2026, 8, 20, 12, 0, 0, 5e8, time.UTC)
	s := serve(t, web.NewPage([]byte(long), web.PageOptions{Modified: modified, CacheControl: "max-age=5"}))
	first, _ := get(t, s.URL)
	etag := first.Header.Get("Etag")
	if first.Header.Get("Last-Modified") != "Thu, 20 Aug 2026 12:00:00 GMT" {
		t.Errorf("Last-Modified %q", first.Header.Get("Last-Modified"))
	}
	for _, c := range []struct {
		name    string
		headers []string
		status  int
	}{
		{"its tag", []string{"If-None-Match: " + etag}, 304},
		{"its tag, weakened by a proxy", []string{"If-None-Match: W/" + etag}, 304},
		{"its tag in a list", []string{`If-None-Match: "a,b", W/"c" ,` + etag}, 304},
		{"its tag in a second header", []string{`If-None-Match: "a"`, "If-None-Match: " + etag}, 304},
		{"any", []string{"If-None-Match: *"}, 304},
		{"another tag", []string{`If-None-Match: "a"`}, 200},
		{"no tag", []string{"If-None-Match: "}, 200},
		{"its tag without quotes", []string{"If-None-Match: " + strings.Trim(etag, `"`)}, 200},
		{"its tag in another coding", []string{"Accept-Encoding: br", "If-None-Match: " + etag}, 200},
		{"its date", []string{"If-Modified-Since: Thu, 20 Aug 2026 12:00:00 GMT"}, 304},
		{"an earlier date", []string{"If-Modified-Since: Thu, 20 Aug 2026 11:59:59 GMT"}, 200},
		{"no date", []string{"If-Modified-Since: yesterday"}, 200},
		{"its date but another tag", []string{`If-None-Match: "a"`, "If-Modified-Since: Thu, 20 Aug 2026 12:00:00 GMT"}, 200},
	} {
		resp, body := get(t, s.URL, c.headers...)
		if resp.StatusCode != c.status {
			t.Errorf("%s: %d, want %d", c.name, resp.StatusCode, c.status)
		}
		if c.status == 304 && (body != "" || resp.Header.Get("Etag") != etag || resp.Header.Get("Cache-Control") != "max-age=5") {
			t.Errorf("%s: 304 with body %q and headers %v", c.name, body, resp.Header)
		}
	}
	if resp, _ := do(t, http.MethodPost, s.URL, "", "If-None-Match: *"); resp.StatusCode != 200 {
		t.Errorf("a POST was answered with %d", resp.StatusCode)
	}
}

func TestHEADIsGETWithoutTheBody(t *testing.T) {
	s := serve(t, web.NewPage([]byte(long), web.PageOptions{}))
	whole, _ := get(t, s.URL)
	resp, body := do(t, http.MethodHead, s.URL, "")
	if body != "" || resp.Header.Get("Content-Length") != whole.Header.Get("Content-Length") || resp.Header.Get("Etag") != whole.Header.Get("Etag") {
		t.Errorf("body %q, headers %v", body, resp.Header)
	}
}

func TestWhatCannotShrinkIsSentAsItIs(t *testing.T) {
	png := web.NewPage([]byte(long), web.PageOptions{ContentType: "image/png"})
	resp, body := get(t, serve(t, png).URL, "Accept-Encoding: br")
	if body != long || resp.Header.Get("Vary") != "" {
		t.Errorf("a picture was negotiated: %v", resp.Header)
	}
	if png.Size() != len(long) {
		t.Errorf("a picture keeps %d bytes for %d", png.Size(), len(long))
	}
	resp, body = get(t, serve(t, web.NewPage([]byte("short"), web.PageOptions{})).URL, "Accept-Encoding: br")
	if body != "short" || resp.Header.Get("Content-Encoding") != "" {
		t.Errorf("a short page came as %q %v", body, resp.Header)
	}
	if resp, _ := get(t, serve(t, web.NewPage(nil, web.PageOptions{})).URL); resp.ContentLength != 0 {
		t.Errorf("an empty page is %d long", resp.ContentLength)
	}
}

func TestAPageBringsItsOwnStatusAndHeaders(t *testing.T) {
	page := web.NewPage([]byte(long), web.PageOptions{
		Status: 404, CacheControl: "no-store", ContentType: "application/problem+json",
		Header: http.Header{"link": {"</feed>; rel=alternate"}},
	})
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Cookie")
		page.ServeHTTP(w, r)
	}))
	for range 2 { // the second shows what the first may have spoilt
		resp, _ := get(t, s.URL, "If-None-Match: *")
		if resp.StatusCode != 404 || resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("Link") == "" {
			t.Errorf("%d %v", resp.StatusCode, resp.Header)
		}
		if got := strings.Join(resp.Header.Values("Vary"), ", "); got != "Cookie, Accept-Encoding" {
			t.Errorf("Vary: %s", got)
		}
	}
}

// discard is the cheapest ResponseWriter that behaves: what is left is what a page itself costs.
type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

func TestServingAPageAllocatesNothing(t *testing.T) {
	page := web.NewPage([]byte(long), web.PageOptions{})
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	w := discard{http.Header{}}
	if n := testing.AllocsPerRun(100, func() { clear(w.h); page.ServeHTTP(w, r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkPage(b *testing.B) {
	page := web.NewPage(bytes.Repeat([]byte(long), 20), web.PageOptions{})
	whole := httptest.NewRequest(http.MethodGet, "/", nil)
	whole.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	first := httptest.NewRecorder()
	page.ServeHTTP(first, whole)
	held := whole.Clone(b.Context())
	held.Header.Set("If-None-Match", first.Header().Get("Etag"))
	for name, r := range map[string]*http.Request{"200": whole, "304": held} {
		h := web.Secure(page)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(discard{http.Header{}}, r)
			}
		})
	}
}

func BenchmarkNewPage(b *testing.B) {
	body := bytes.Repeat([]byte(long), 20) // 40 KB, as a board
	for _, coding := range []string{"identity", "gzip", "zstd", "br"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", coding)
		b.Run(coding, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				web.NewPage(body, web.PageOptions{}).ServeHTTP(discard{http.Header{}}, r)
			}
		})
	}
}
