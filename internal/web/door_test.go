package web_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/web"
)

// house is a server with pages of every kind, behind a door or not.
type house struct {
	address string
	cache   *web.Cache
	version atomic.Int64 // stands on every page
	handled atomic.Int64 // requests that came through net/http
	mu      sync.Mutex
	seen    map[string]int // by route and status
}

func newHouse(t testing.TB, behindADoor bool) *house {
	t.Helper()
	h := &house{cache: web.NewCache(1<<20, 0), seen: map[string]int{}}
	mux := http.NewServeMux()
	page := func(pattern string, size int, o web.PageOptions, matters func(r *http.Request) string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Path", r.URL.Path)
			what := matters(r)
			err := h.cache.Serve(w, r, pattern+what, func() (*web.Page, error) {
				line := fmt.Sprintf("version %d of %s for %q\n", h.version.Load(), pattern, what)
				return web.NewPage(bytes.Repeat([]byte(line), size/len(line)+1), o), nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	same := func(*http.Request) string { return "" }
	page("GET /page", 20_000, web.PageOptions{}, same)
	page("GET /small", 100, web.PageOptions{ContentType: "application/json", CacheControl: "public, max-age=5"}, same)
	page("GET /dated", 3_000, web.PageOptions{Modified: time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)}, same)
	page("GET /lost", 500, web.PageOptions{Status: http.StatusNotFound}, same)
	page("GET /long", 100_000, web.PageOptions{ContentType: "image/png"}, same)
	page("GET /host", 500, web.PageOptions{}, func(r *http.Request) string { return r.Host })
	page("GET /query", 500, web.PageOptions{}, func(r *http.Request) string { return r.FormValue("a") + r.Header.Get("X-Answer") })
	page("GET /{year}/{slug}", 500, web.PageOptions{}, func(r *http.Request) string { return r.PathValue("slug") + r.Header.Get("Accept") })
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %q %v %v\n", r.Method, body, err != nil, r.Header)
	})
	mux.HandleFunc("GET /once", func(w http.ResponseWriter, r *http.Request) {
		web.Once(r)
		w.Header().Set("X-Count", strconv.Itoa(int(h.handled.Load()))) // which no two replies share
		web.NewPage([]byte("once"), web.PageOptions{}).ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /limited", func(w http.ResponseWriter, r *http.Request) {
		err := h.cache.Serve(w, r, "limited", func() (*web.Page, error) { return web.NewPage([]byte("limited"), web.PageOptions{}), nil })
		if err != nil {
			t.Error(err)
		}
		web.Once(r)
	})
	counting := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.handled.Add(1); mux.ServeHTTP(w, r) })
	s := web.Server(web.Observe(h.see, web.Secure(counting)), slog.New(slog.DiscardHandler))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.address, l = l.Addr().String(), web.Join(l)
	if behindADoor {
		l = web.NewDoor(l)
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return h
}

func (h *house) see(route string, status int, _ time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen[fmt.Sprint(route, " ", status)]++
}

// counts are the requests that were counted, by route and status, and how many of them the door answered.
func (h *house) counts() (seen map[string]int, byTheDoor int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := 0
	seen = map[string]int{}
	for what, n := range h.seen {
		seen[what] = n
		all += n
	}
	return seen, all - int(h.handled.Load())
}

// change is what happens when something on the pages has changed.
func (h *house) change() {
	h.version.Add(1)
	h.cache.Drop()
}

// line is a connection to a house.
type line struct {
	net.Conn
	in   *bufio.Reader
	came bytes.Buffer // what was read
	over bool         // the house said that it hangs up
}

func (h *house) dial(t testing.TB) *line {
	t.Helper()
	c, err := net.Dial("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	l := &line{Conn: c}
	l.in = bufio.NewReader(io.TeeReader(c, &l.came))
	return l
}

// send sends a text whole, or in pieces.
func (l *line) send(text string, pieces int) {
	for ; pieces > 1 && len(text) > 1; pieces-- {
		n := max(1, len(text)/pieces)
		_, _ = io.WriteString(l, text[:n])
		text = text[n:]
	}
	_, _ = io.WriteString(l, text) // an error here shows in the reply
}

var aDate = regexp.MustCompile(`Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT`)

// reply is the next reply as it came, but for its Date, and its ETag.
func (l *line) reply(t testing.TB, method string) (text, etag string) {
	t.Helper()
	l.came.Reset()
	resp, err := http.ReadResponse(l.in, &http.Request{Method: method})
	if err == nil && resp.StatusCode == http.StatusContinue {
		resp, err = http.ReadResponse(l.in, &http.Request{Method: method})
	}
	if err != nil {
		t.Fatalf("%v after %q", err, l.came.String())
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	l.over = resp.Close
	if at, err := http.ParseTime(resp.Header.Get("Date")); err != nil || time.Since(at) > 3*time.Second || time.Until(at) > time.Second {
		t.Errorf("the reply is of %q, %v", resp.Header.Get("Date"), err)
	}
	return aDate.ReplaceAllString(l.came.String(), "Date: x"), resp.Header.Get("Etag")
}

// rest is all that comes until the house hangs up, when no more is sent.
func (l *line) rest() string {
	l.came.Reset()
	_ = l.Conn.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, l.in) // that it is reset is a way to hang up
	return aDate.ReplaceAllString(l.came.String(), "Date: x")
}

// question is a request made by chance, for a connection that goes on.
func question(rng *rand.Rand, etags []string) string {
	pick := func(from ...string) string { return from[rng.IntN(len(from))] }
	method := pick("GET", "GET", "GET", "GET", "HEAD", "OPTIONS")
	path := pick("/page", "/page", "/page", "/small", "/dated", "/lost", "/long", "/host", "/query?a=1", "/query?a=2", "/2026/x", "/2026/y", "/echo", "/nothing", "//page", "/%70age")
	lines := []string{"Host: " + pick("a.example", "a.example", "a.example", "b.example")}
	add := func(chance int, some ...string) {
		if rng.IntN(chance) == 0 {
			lines = append(lines, pick(some...))
		}
	}
	add(2, "User-Agent: one/1", "User-Agent: two/2", "User-Agent:", "user-agent: three")
	add(2, "Accept-Encoding: gzip", "Accept-Encoding: gzip, br, zstd", "Accept-Encoding: identity", "Accept-Encoding: gzip;q=0")
	add(4, "Accept: text/html", "Accept: application/json", "accept: text/html")
	add(4, "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.2, 192.0.2.3", "Via: 1.1 proxy", "Referer: http://a.example/page")
	add(4, "If-Modified-Since: Mon, 02 Feb 2026 12:00:00 GMT", "If-Modified-Since: Sun, 01 Feb 2026 12:00:00 GMT", "If-Modified-Since: never")
	add(8, "X-Answer: 1", "X-Answer: 2", "Range: bytes=0-9", "Cookie: a=b", "Authorization: Token 42", "Connection: keep-alive", "Upgrade: h2c", "Expect: 100-continue")
	if len(etags) > 0 {
		add(3, "If-None-Match: "+pick(etags...), "If-None-Match: *", "If-None-Match: W/"+pick(etags...), "If-None-Match: \"x\", "+pick(etags...))
	}
	rng.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	body := ""
	if rng.IntN(20) == 0 { // after which the door no longer looks at the connection
		method, body = pick(method, "POST"), pick("", "GET /page HTTP/1.1\r\n", "x")
		lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)))
	}
	return method + " " + path + " HTTP/1.1\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}

// pair is a connection to a house behind a door, and one to a house without.
type pair struct{ with, without *line }

// end hangs up on both: what was read may not be counted before. Nothing may be left.
func (p pair) end(t *testing.T) {
	t.Helper()
	if got, want := p.with.rest(), p.without.rest(); got != "" || want != "" {
		t.Errorf("%q was left, and without a door %q", got, want)
	}
}

// Two servers, one behind a door, are asked the same: thousands of requests made by chance, on connections that go on, whole and
// in pieces, while pages change. Every byte must be the same, and every count.
func TestBehindADoorEveryByteIsAsWithoutIt(t *testing.T) {
	rng := rand.New(rand.NewPCG(2026, 2))
	with, without := newHouse(t, true), newHouse(t, false)
	lines := make([]pair, 6)
	var etags, asked []string
	for i := range 4_000 {
		p := &lines[rng.IntN(len(lines))]
		if p.with != nil && (p.with.over || rng.IntN(50) == 0) {
			p.end(t)
			p.with = nil
		}
		if p.with == nil {
			*p = pair{with.dial(t), without.dial(t)}
		}
		if rng.IntN(60) == 0 {
			with.change()
			without.change()
		}
		if i%16 == 0 {
			asked = append(asked, question(rng, etags))
		}
		text := asked[len(asked)-1-rng.IntN(min(20, len(asked)))]
		method, _, _ := strings.Cut(text, " ")
		pieces := 1
		if rng.IntN(10) == 0 {
			pieces = 1 + rng.IntN(len(text))
		}
		p.with.send(text, pieces)
		p.without.send(text, pieces)
		got, etag := p.with.reply(t, method)
		want, _ := p.without.reply(t, method)
		if got != want {
			t.Fatalf("request %d, %q, is answered\n%.1500q\nand without a door\n%.1500q", i, text, got, want)
		}
		if etag != "" {
			etags = append(etags, etag)
			etags = etags[max(0, len(etags)-10):]
		}
	}
	for _, p := range lines {
		p.end(t)
	}
	seen, byTheDoor := with.counts()
	expected, none := without.counts()
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		t.Errorf("counted %v, and without a door %v", seen, expected)
	}
	if byTheDoor < 400 || none != 0 {
		t.Errorf("the door answered %d and no door %d of %d", byTheDoor, none, 4_000)
	}
}

const plainly = "GET /page HTTP/1.1\r\nHost: a.example\r\n\r\n"

// warmed is a connection on which the door answers, and has just done so.
func warmed(t *testing.T, h *house) *line {
	t.Helper()
	l := h.dial(t)
	for range 3 {
		l.send(plainly, 1)
		l.reply(t, "GET")
	}
	return l
}

// Texts on whose end or meaning two readers of HTTP might disagree, each sent to where the door answers, with a plain
// request before and behind it: at once, in one piece and byte by byte.
func TestNobodySmugglesARequestPastTheDoor(t *testing.T) {
	with, without := newHouse(t, true), newHouse(t, false)
	const inner = "GET /page HTTP/1.1\r\nHost: a.example\r\nX: "
	for _, text := range []string{
		"GET /echo HTTP/1.1\r\nHost: a.example\r\nContent-Length: 41\r\n\r\n" + plainly,
		"GET /page HTTP/1.1\r\nHost: a.example\r\nContent-Length: 41\r\n\r\n" + plainly,
		"GET /page HTTP/1.1\r\nHost: a.example\r\nContent-Length: 46\r\n\r\n" + inner,
		"GET /page HTTP/1.1\r\nHost: a.example\r\ncONTENT-lENGTH: 46\r\n\r\n" + inner,
		"GET /page HTTP/1.1\r\nHost: a.example\r\nContent-Length : 46\r\n\r\n" + inner,
		"GET /page HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1, 1\r\n\r\nx",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nContent-Length: +1\r\n\r\nx",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\"\r\n\"\r\nx\r\n0\r\nT: 1\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
		"GET /page HTTP/1.0\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n",
		"POST /echo HTTP/1.1\r\nHost: a.example\r\nContent-Length: 46\r\n\r\n" + inner,
		"GET /page HTTP/1.1\nHost: a.example\n\n",
		"GET /page HTTP/1.1\r\nHost: a.example\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\n\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\n\r",
		"GET /page HTTP/1.1\r\nHost: a.example\r\n folded: 1\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nUser-Agent: x\r\n Content-Length: 41\r\n\r\n",
		"GET /page HTTP/1.1\r\nUser-Agent: x\r\n\tHost: b.example\r\nHost: a.example\r\n\r\n",
		"GET /page HTTP/1.1\r\n Host: a.example\r\nHost: a.example\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\n \r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nUser-Agent: \x00\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nUser-Agent: \r\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nUser-Agent: é\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nUser-Agent : x\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nUser-Agent\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\n: x\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nX\x00Y: 1\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n",
		"GET /page HTTP/1.1\r\n\r\n", "GET /page HTTP/1.1\r\nUser-Agent: x\r\n\r\n", "GET /page HTTP/1.1\r\nHost:\r\n\r\n", "GET /page HTTP/1.1\r\nHost: a b\r\n\r\n",
		"GET /page HTTP/1.0\r\n\r\n", "GET /page HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /page HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n",
		"GET /page HTTP/2.0\r\nHost: a.example\r\n\r\n", "GET /page HTTP/1.2\r\nHost: a.example\r\n\r\n", "GET /page\r\nHost: a.example\r\n\r\n",
		"GET  /page HTTP/1.1\r\nHost: a.example\r\n\r\n", "GET /page HTTP/1.1 \r\nHost: a.example\r\n\r\n", "GET\t/page HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"GET http://b.example/host HTTP/1.1\r\nHost: a.example\r\n\r\n", "GET /pa\x00ge HTTP/1.1\r\nHost: a.example\r\n\r\n", "GET /pa\rge HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"get /page HTTP/1.1\r\nHost: a.example\r\n\r\n", "\r\n" + plainly, "X" + plainly, " " + plainly, plainly + "\r\n", plainly + plainly + "X",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nExpect: 200-nothing\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nUser-Agent: " + strings.Repeat("x", 5_000) + "\r\n\r\n",
		"GET /page HTTP/1.1\r\nHost: a.example\r\nUser-Agent: " + strings.Repeat("x", 50_000) + "\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET * HTTP/1.1\r\nHost: a.example\r\n\r\n", "GET ", "GET /page HTTP/1.1\r\nHost: a.exa", "",
		"HEAD /page HTTP/1.1\r\nHost: a.example\r\n\r\n", "HEAD /page HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc",
	} {
		for pieces, whole := range map[int]string{1: text + plainly + plainly, 2: text, 3: text + plainly, 40: text + plainly} {
			var said [2]string
			var talks sync.WaitGroup
			for i, h := range []*house{with, without} {
				l := warmed(t, h)
				talks.Go(func() {
					l.send(whole, pieces)
					said[i] = l.rest()
				})
			}
			talks.Wait()
			if said[0] != said[1] {
				t.Errorf("%.300q in %d pieces is answered\n%.600q\nand without a door\n%.600q", whole, pieces, said[0], said[1])
			}
		}
		for _, path := range []string{"/page", "/host", "/small"} { // and nobody else is told anything else from then on
			var said [2]string
			for i, h := range []*house{with, without} {
				l := warmed(t, h)
				l.send("GET "+path+" HTTP/1.1\r\nHost: a.example\r\n\r\n", 1)
				said[i], _ = l.reply(t, "GET")
			}
			if said[0] != said[1] {
				t.Fatalf("after %q %s is\n%.600q\nand without a door\n%.600q", text, path, said[0], said[1])
			}
		}
	}
	if _, n := with.counts(); n < 100 {
		t.Errorf("the door answered only %d", n)
	}
}

// Who asks when a change is told may not be shown what was before it, by however many connections.
func TestNoReplyIsOlderThanTheLastChange(t *testing.T) {
	h := newHouse(t, true)
	var told atomic.Int64
	var readers sync.WaitGroup
	for range 4 {
		l := h.dial(t)
		readers.Go(func() {
			for range 800 {
				least := told.Load()
				l.send(plainly, 1)
				resp, err := http.ReadResponse(l.in, nil)
				if err != nil {
					t.Error(err)
					return
				}
				body, err := io.ReadAll(resp.Body)
				var version int64
				if _, scanned := fmt.Sscanf(string(body), "version %d of", &version); err != nil || scanned != nil || version < least {
					t.Errorf("version %d after %d was told, %v", version, least, err)
					return
				}
			}
		})
	}
	ended := make(chan struct{})
	go func() { readers.Wait(); close(ended) }()
	for {
		select {
		case <-ended:
			if _, n := h.counts(); n < 50 {
				t.Errorf("the door answered only %d", n)
			}
			return
		default:
			h.change()
			told.Store(h.version.Load())
			h.dial(t).rest() // as much time as a visit takes
		}
	}
}

func TestAReplyThatIsMeantOnceIsNotRepeated(t *testing.T) {
	h := newHouse(t, true)
	for _, path := range []string{"/once", "/limited", "/echo"} {
		l, before := h.dial(t), h.handled.Load()
		for range 10 {
			l.send("GET "+path+" HTTP/1.1\r\nHost: a.example\r\n\r\n", 1)
			l.reply(t, "GET")
		}
		if n := h.handled.Load() - before; n != 10 {
			t.Errorf("of ten requests for %s %d were handled", path, n)
		}
	}
	for _, private := range []string{"Cookie: a=b", "Authorization: Basic YTpi"} {
		l, before := h.dial(t), h.handled.Load()
		for range 10 {
			l.send("GET /page HTTP/1.1\r\nHost: a.example\r\n"+private+"\r\n\r\n", 1)
			l.reply(t, "GET")
		}
		if n := h.handled.Load() - before; n != 10 {
			t.Errorf("of ten requests with %s %d were handled", private, n)
		}
	}
}
