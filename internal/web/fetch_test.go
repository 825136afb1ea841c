package web_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/web"
)

// served starts a server that a fetcher trusts, and returns both.
func served(t *testing.T, o web.FetcherOptions, h http.HandlerFunc) (*web.Fetcher, string) {
	t.Helper()
	s := httptest.NewServer(h)
	o.Trusted = append(o.Trusted, strings.TrimPrefix(s.URL, "http://"))
	f := web.NewFetcher(o)
	t.Cleanup(func() { f.Close(); s.Close() })
	return f, s.URL
}

func packed(text []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(text)
	_ = z.Close()
	return b.Bytes()
}

func TestAReplyIsReadWholeAndUnpacked(t *testing.T) {
	f, url := served(t, web.FetcherOptions{}, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Key") != "k" || r.Method != http.MethodPost || r.UserAgent() == "" || r.Header.Get("Cookie") != "" {
			t.Errorf("asked by %s with %v", r.Method, r.Header)
		}
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Encoding", "gzip")
		http.SetCookie(w, &http.Cookie{Name: "track", Value: "you"})
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write(packed(append(body, " heard"...)))
	})
	for range 2 { // the second time without the cookie of the first
		a, err := f.Fetch(t.Context(), web.Query{Method: http.MethodPost, URL: url, Body: "hello", Header: http.Header{"X-Key": {"k"}}})
		if err != nil || a.Status != http.StatusAccepted || string(a.Body) != "hello heard" {
			t.Fatalf("%d %q %v", a.Status, a.Body, err)
		}
	}
}

func TestABodyIsTakenToALimitOfItsOwnAndOnlyOfASuccess(t *testing.T) {
	f, url := served(t, web.FetcherOptions{Most: 100}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/moved":
			http.Redirect(w, r, "/", http.StatusFound)
			return
		}
		_, _ = w.Write(bytes.Repeat([]byte("x"), 60))
	})
	for path, want := range map[string]int{"/": 60, "/moved": 60, "/gone": 0} {
		body, err := f.Get(t.Context(), url+path, 1000)
		if len(body) != want || (err != nil) != (want == 0) || err != nil && !errors.Is(err, fault.Upstream) {
			t.Errorf("%s: %d bytes, %v", path, len(body), err)
		}
	}
	if _, err := f.Get(t.Context(), url+"/gone", 1000); err == nil || !strings.Contains(err.Error(), "410 Gone") {
		t.Errorf("what is gone: %v", err)
	}
	if _, err := f.Get(t.Context(), url, 59); !errors.Is(err, fault.Upstream) {
		t.Errorf("a byte too many: %v", err)
	}
	if a, err := f.Fetch(t.Context(), web.Query{URL: url}); err != nil || len(a.Body) != 60 { // the limit was that request's
		t.Errorf("%d bytes, %v", len(a.Body), err)
	}
	if _, err := web.NewFetcher(web.FetcherOptions{}).Get(t.Context(), url, 1000); !errors.Is(err, fault.Invalid) {
		t.Errorf("an address that is not public: %v", err)
	}
}

func TestABusyServerSaysWhenToComeBack(t *testing.T) {
	var say string
	f, url := served(t, web.FetcherOptions{}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", say)
		w.WriteHeader(http.StatusTooManyRequests)
	})
	for text, want := range map[string]time.Duration{
		"120": 2 * time.Minute, "": 0, "soon": 0, "-5": 0, "99999999": 24 * time.Hour, "Mon, 02 Feb 2026 10:00:00 GMT": 0,
	} {
		say = text
		if a, err := f.Fetch(t.Context(), web.Query{URL: url}); err != nil || a.RetryAfter != want {
			t.Errorf("%q: come back after %s, %v; want %s", text, a.RetryAfter, err, want)
		}
	}
}

func TestWhatMayNotBeFetchedIsRefused(t *testing.T) {
	f := web.NewFetcher(web.FetcherOptions{})
	for _, url := range []string{"", "file:///etc/passwd", "ftp://example.org/", "gopher://x/", "http://", "//example.org/", "http://user:word@example.org/", "http://a b/"} {
		if _, err := f.Fetch(t.Context(), web.Query{URL: url}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", url, err)
		}
	}
}

// A server on loopback stands for all that is not public: it must not receive a single byte.
func TestNoPrivateAddressIsEverConnectedTo(t *testing.T) {
	knocked := 0
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { knocked++ }))
	defer s.Close()
	port := s.URL[strings.LastIndexByte(s.URL, ':'):]
	f := web.NewFetcher(web.FetcherOptions{Timeout: 5 * time.Second})
	for _, host := range []string{
		"127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "localhost", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]",
		"[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1",
		"[fc00::1]", "[fe80::1]", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "[ff02::1]", "[2001:db8::1]",
	} {
		if a, err := f.Fetch(t.Context(), web.Query{URL: "http://" + host + port + "/"}); err == nil {
			t.Errorf("%s answered %d", host, a.Status)
		}
	}
	if knocked != 0 {
		t.Errorf("a private server was reached %d times", knocked)
	}
}

func TestARedirectionIsFollowedWithinItsHostOnly(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other place was reached") }))
	defer elsewhere.Close()
	o := web.FetcherOptions{Trusted: []string{strings.TrimPrefix(elsewhere.URL, "http://")}}
	f, url := served(t, o, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/here", http.StatusMovedPermanently)
		case "/away":
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		case "/secure":
			http.Redirect(w, r, "https://"+r.Host+"/", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		default:
			_, _ = io.WriteString(w, "here")
		}
	})
	if a, err := f.Fetch(t.Context(), web.Query{URL: url + "/moved"}); err != nil || string(a.Body) != "here" {
		t.Errorf("moved within the host: %q %v", a.Body, err)
	}
	for _, path := range []string{"/away", "/secure", "/round"} {
		if _, err := f.Fetch(t.Context(), web.Query{URL: url + path}); fault.KindOf(err) != fault.Upstream {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestNoReplyIsLongerOrLaterThanAllowed(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	answer := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/fits":
			_, _ = w.Write(make([]byte, 1000))
		case "/long":
			_, _ = w.Write(make([]byte, 1001))
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed(make([]byte, 1<<20)))
		case "/strange":
			w.Header().Set("Content-Encoding", "br")
		case "/cut":
			w.Header().Set("Content-Length", "900")
			_, _ = w.Write(make([]byte, 800))
		case "/cutpack":
			w.Header().Set("Content-Encoding", "gzip")
			whole := packed([]byte(strings.Repeat("rates ", 100)))
			_, _ = w.Write(whole[:len(whole)-5])
		case "/drip":
			for {
				if _, err := w.Write([]byte{'.'}); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				select {
				case <-stop:
					return
				case <-r.Context().Done():
					return
				case <-time.After(50 * time.Millisecond):
				}
			}
		}
	}
	f, url := served(t, web.FetcherOptions{Most: 1000}, answer)
	if a, err := f.Fetch(t.Context(), web.Query{URL: url + "/fits"}); err != nil || len(a.Body) != 1000 {
		t.Errorf("%d bytes, %v", len(a.Body), err)
	}
	for _, path := range []string{"/long", "/bomb", "/strange", "/cut", "/cutpack"} {
		if _, err := f.Fetch(t.Context(), web.Query{URL: url + path}); err == nil || fault.KindOf(err) != fault.Upstream {
			t.Errorf("%s: %v", path, err)
		}
	}
	hasty, url := served(t, web.FetcherOptions{Most: 1000, Timeout: time.Second}, answer)
	if _, err := hasty.Fetch(t.Context(), web.Query{URL: url + "/drip"}); err == nil || fault.KindOf(err) != fault.Upstream {
		t.Errorf("drop by drop: %v", err)
	}
}

func TestWhoIsOnlyToldAnswersWithAStatus(t *testing.T) {
	f, url := served(t, web.FetcherOptions{Told: true, Most: 100}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/here", http.StatusTemporaryRedirect)
		case "/long":
			w.WriteHeader(http.StatusAccepted)
			_, _ = w.Write(make([]byte, 1<<20))
		case "/cut":
			w.Header().Set("Content-Length", "90")
			_, _ = w.Write(make([]byte, 80))
		case "/gone":
			panic(http.ErrAbortHandler)
		default:
			t.Errorf("%s was asked for", r.URL.Path)
		}
	})
	for path, want := range map[string]struct{ status, bytes int }{"/moved": {307, 0}, "/long": {202, 100}, "/cut": {200, 80}} {
		a, err := f.Fetch(t.Context(), web.Query{Method: http.MethodPost, URL: url + path, Body: "news"})
		if err != nil || a.Status != want.status || len(a.Body) != want.bytes {
			t.Errorf("%s: %d, %d bytes, %v; want %d and %d", path, a.Status, len(a.Body), err, want.status, want.bytes)
		}
	}
	if a, err := f.Fetch(t.Context(), web.Query{Method: http.MethodPost, URL: url + "/gone", Body: "news"}); fault.KindOf(err) != fault.Upstream {
		t.Errorf("who hung up answered %d, %v", a.Status, err)
	}
}

// What is sent may be a thousand times longer when it is unpacked: it must not be unpacked first and measured then.
func TestABombIsNotUnpacked(t *testing.T) {
	bomb := packed(make([]byte, 64<<20))
	f, url := served(t, web.FetcherOptions{Most: 128 << 10}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb)
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := f.Fetch(t.Context(), web.Query{URL: url}); fault.KindOf(err) != fault.Upstream {
		t.Errorf("%v", err)
	}
	runtime.ReadMemStats(&after)
	if taken := (after.TotalAlloc - before.TotalAlloc) >> 20; taken > 16 {
		t.Errorf("it took %d MB", taken)
	}
}

func TestAServerThatIsNotThereIsNamedWithoutTheKey(t *testing.T) {
	s := httptest.NewServer(nil)
	host := strings.TrimPrefix(s.URL, "http://")
	s.Close()
	f := web.NewFetcher(web.FetcherOptions{Trusted: []string{host}})
	_, err := f.Fetch(t.Context(), web.Query{URL: "http://" + host + "/?key=secret"})
	if fault.KindOf(err) != fault.Upstream || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), netip.MustParseAddrPort(host).String()) {
		t.Errorf("%v", err)
	}
}

func TestWhyAServerIsNotReachedTellsNothingOfThePapersNetwork(t *testing.T) {
	f := web.NewFetcher(web.FetcherOptions{})
	_, err := f.Fetch(t.Context(), web.Query{URL: "https://nowhere.invalid/"})
	if want := "nowhere.invalid cannot be reached: its name could not be resolved"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer slow.Close()
	host := strings.TrimPrefix(slow.URL, "http://")
	f = web.NewFetcher(web.FetcherOptions{Trusted: []string{host}, Timeout: 50 * time.Millisecond})
	_, err = f.Fetch(t.Context(), web.Query{URL: slow.URL})
	if want := host + " does not answer in time"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}
