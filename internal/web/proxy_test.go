package web_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/web"
)

func TestOnlyTheOperatorsProxiesAreBelievedWhoAsks(t *testing.T) {
	proxies, err := web.ParseProxies("127.0.0.1, 10.0.0.0/8,fd00::/8")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		peer, proto, want, wantProto string
		hops                         []string
	}{
		"nobody's proxy":                    {peer: "203.0.113.5:1234", hops: []string{"198.51.100.1"}, proto: "https", want: "203.0.113.5:1234"},
		"no header":                         {peer: "127.0.0.1:1234", want: "127.0.0.1:1234"},
		"one hop":                           {peer: "127.0.0.1:1234", hops: []string{"198.51.100.1"}, proto: "https", want: "198.51.100.1:0", wantProto: "https"},
		"a list that the asker began":       {peer: "10.1.2.3:1", hops: []string{"192.0.2.9, 198.51.100.1"}, want: "198.51.100.1:0"},
		"two headers, of which he sent one": {peer: "10.1.2.3:1", hops: []string{"192.0.2.9", "198.51.100.1"}, want: "198.51.100.1:0"},
		"through two proxies of ours":       {peer: "10.1.2.3:1", hops: []string{"198.51.100.1, 10.9.9.9"}, want: "198.51.100.1:0"},
		"words that are no address":         {peer: "10.1.2.3:1", hops: []string{"198.51.100.1, unknown, 10.9.9.9"}, want: "10.9.9.9:0"},
		"of version six":                    {peer: "[fd00::1]:1", hops: []string{"2001:db8::7"}, want: "[2001:db8::7]:0"},
		"an address of four in six":         {peer: "[::ffff:127.0.0.1]:1", hops: []string{"198.51.100.1"}, want: "198.51.100.1:0"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.peer
			r.Header["X-Forwarded-For"] = c.hops
			if c.proto != "" {
				r.Header.Set("X-Forwarded-Proto", c.proto)
			}
			var from, proto string
			proxies.Proxied(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				from, proto = r.RemoteAddr, r.Header.Get("X-Forwarded-Proto")
			})).ServeHTTP(httptest.NewRecorder(), r)
			if from != c.want || proto != c.wantProto {
				t.Errorf("it came from %s by %q, want %s by %q", from, proto, c.want, c.wantProto)
			}
		})
	}
}

func FuzzParseProxies(f *testing.F) {
	for _, seed := range []string{"", "127.0.0.1", "10.0.0.0/8, ::1", "10.0.0.0/33", "fe80::1%eth0", "proxy.example"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := web.ParseProxies(text)
		if err != nil && (!errors.Is(err, fault.Invalid) || all != nil) {
			t.Errorf("%q: %v, %v", text, all, err)
		}
		for _, p := range all {
			if !p.IsValid() {
				t.Errorf("%q is read as %v", text, all)
			}
		}
	})
}
