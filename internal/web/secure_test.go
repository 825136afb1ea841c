package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/courant-news/courant/internal/web"
)

func ok(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }

func TestEveryReplyIsSecured(t *testing.T) {
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
			"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "strict-origin-when-cross-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cross-Origin-Embedder-Policy": "require-corp",
		"X-Frame-Options":              "DENY",
		"Permissions-Policy":           "camera=(), microphone=(), geolocation=(), browsing-topics=()",
		"Strict-Transport-Security":    "",
	}
	s := serve(t, web.Secure(http.HandlerFunc(ok)))
	replies := map[string]*http.Response{}
	replies["page"], _ = get(t, s.URL)
	replies["refusal"], _ = do(t, http.MethodPost, s.URL, "", "Sec-Fetch-Site: cross-site")
	for name, resp := range replies {
		for header, value := range want {
			if got := resp.Header.Get(header); got != value {
				t.Errorf("%s: %s is %q, want %q", name, header, got, value)
			}
		}
	}
}

func TestStrictTransportIsPromisedOnlyOverTLS(t *testing.T) {
	s := httptest.NewTLSServer(web.Secure(http.HandlerFunc(ok)))
	defer s.Close()
	resp, err := s.Client().Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("Strict-Transport-Security"); got != "max-age=63072000; includeSubDomains; preload" {
		t.Errorf("got %q", got)
	}
}

func TestAnotherSitesPageCannotActForTheReader(t *testing.T) {
	s := serve(t, web.Secure(http.HandlerFunc(ok)))
	for _, c := range []struct {
		name, method, header string
		status               int
	}{
		{"a form of another site", "POST", "Sec-Fetch-Site: cross-site", 403},
		{"a form of a sister site", "POST", "Sec-Fetch-Site: same-site", 403},
		{"an old browser with a foreign origin", "DELETE", "Origin: https://elsewhere.example", 403},
		{"a form in a sandbox", "POST", "Origin: null", 403},
		{"our own form", "POST", "Sec-Fetch-Site: same-origin", 200},
		{"our own form in an old browser", "POST", "Origin: " + s.URL, 200},
		{"a program", "POST", "User-Agent: curl", 200},
		{"a link on another site", "GET", "Sec-Fetch-Site: cross-site", 200},
	} {
		if resp, _ := do(t, c.method, s.URL, "", c.header); resp.StatusCode != c.status {
			t.Errorf("%s: %d, want %d", c.name, resp.StatusCode, c.status)
		}
	}
}

func TestARouteMayOpenItself(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/embed", web.Embeddable(http.HandlerFunc(ok)))
	mux.Handle("/api", web.Shared(http.HandlerFunc(ok)))
	mux.HandleFunc("/", ok)
	s := serve(t, web.Secure(mux))
	for _, c := range []struct{ path, header, want string }{
		{"/embed", "X-Frame-Options", ""},
		{"/embed", "Cross-Origin-Embedder-Policy", ""},
		{"/embed", "Cross-Origin-Resource-Policy", "cross-origin"},
		{"/embed", "X-Content-Type-Options", "nosniff"},
		{"/api", "Access-Control-Allow-Origin", "*"},
		{"/api", "Cross-Origin-Resource-Policy", "cross-origin"},
		{"/api", "X-Frame-Options", "DENY"},
		{"/", "Cross-Origin-Resource-Policy", "same-origin"}, // last: the others must not have changed it
		{"/", "Access-Control-Allow-Origin", ""},
	} {
		resp, _ := get(t, s.URL+c.path)
		if got := resp.Header.Get(c.header); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.path, c.header, got, c.want)
		}
	}
}
