package app_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/demo"
)

// line is a connection on which one reply after the other is read to the byte.
type line struct {
	net.Conn
	in   *bufio.Reader
	came strings.Builder
}

func dialled(t *testing.T, a *app.App) *line { return dialledFrom(t, a, "127.0.0.1") }

// dialledFrom is one from another address of this machine.
func dialledFrom(t *testing.T, a *app.App, address string) *line {
	t.Helper()
	c, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}).Dial("tcp", a.Addr())
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

// Of a paper nothing differs from one second to the next but the date of a reply, and for how long it may be kept.
var passing = regexp.MustCompile(`Date: [^\r]+|max-age=\d+`)

// ask returns the reply to a request and its status.
func (l *line) ask(t *testing.T, request string) (reply string, status int) {
	t.Helper()
	l.came.Reset()
	_, err := io.WriteString(l, request)
	if err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	resp, err := http.ReadResponse(l.in, &http.Request{Method: method})
	if err == nil {
		_, err = io.Copy(io.Discard, resp.Body)
	}
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	return passing.ReplaceAllString(l.came.String(), "-"), resp.StatusCode
}

// The first request of a connection never meets the door; later ones do.
func TestALaterReplyOfAConnectionIsThatOfAFirstToTheByte(t *testing.T) {
	_, a := house(t)
	paths := []string{
		"/", "/2026/02/02/baku-and-moscow-drift-apart", "/markets/", "/markets/?base=USD", "/rates/EUR-USD", "/sources", "/audit", "/audit/rules", "/nothing",
		"/api/", "/embed", "/embed/rate.js", "/api/latest", "/latest", "/latest?access_key=another", "/v1/latest?base=USD", "/v6/latest/EUR", "/api/v1/board", "/api/v1/board.csv",
		"/api/v1/rates/EUR-USD", "/api/v1/nothing", "/api/openapi.json", "/feeds/rates/EUR-USD.atom?move=1", "/healthz", "/readyz", "/markets", "/favicon.ico",
	}
	headers := []string{
		"", "Accept-Encoding: gzip\r\n", "Accept-Encoding: br\r\nUser-Agent: x\r\n", "Accept: text/csv\r\n", "Accept: application/x-ndjson\r\nAccept-Encoding: gzip\r\n",
		"X-Forwarded-Proto: https\r\n", "If-None-Match: *\r\n", "Origin: https://b.example\r\n", "Sec-Fetch-Site: cross-site\r\n", "Range: bytes=0-9\r\n",
	}
	kept := dialled(t, a)
	for _, path := range paths {
		for i, header := range headers {
			method, host := []string{"GET", "GET", "HEAD"}[i%3], []string{"a.example", "b.example"}[i%2]
			request := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", method, path, host, header)
			want, _ := dialled(t, a).ask(t, request)
			for range 3 {
				if got, _ := kept.ask(t, request); got != want {
					t.Fatalf("%q is answered\n%.2000s\nand on a connection of its own\n%.2000s", request, got, want)
				}
			}
		}
	}
}

func TestWhatTheDoorAnswersIsCountedAndLimitedLikeAllElse(t *testing.T) {
	for _, c := range []struct{ limit, accepted int }{{0, 20}, {3, 3}} {
		a, err := app.New(t.Context(), app.Config{
			Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Metrics: "127.0.0.1:0", Name: "Courant", Base: "EUR", PerAddress: fmt.Sprint(c.limit),
		}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := demo.Fill(context.Background(), a.Ledger, a.Newsroom); err != nil {
			t.Fatal(err)
		}
		serve(t, a)
		kept, statuses := dialled(t, a), map[int]int{}
		for range 20 {
			_, status := kept.ask(t, "GET /api/latest HTTP/1.1\r\nHost: a.example\r\n\r\n")
			statuses[status]++
			if _, status := kept.ask(t, "GET /sources HTTP/1.1\r\nHost: a.example\r\n\r\n"); status != http.StatusOK {
				t.Errorf("a reader is answered %d", status)
			}
		}
		kept.ask(t, "GET /healthz HTTP/1.1\r\nHost: a.example\r\n\r\n") // so that all before it is counted
		if statuses[http.StatusOK] != c.accepted || statuses[http.StatusTooManyRequests] != 20-c.accepted {
			t.Errorf("with a limit of %d the answers were %v", c.limit, statuses)
		}
		_, counted := fetched(t, "http://"+a.MetricsAddr()+"/metrics")
		for _, want := range []string{
			fmt.Sprintf(`courant_http_requests_total{route="/api/latest",status="200"} %d`, c.accepted),
			`courant_http_requests_total{route="GET /sources",status="200"} 20`,
			`courant_http_request_seconds_count{route="GET /sources"} 20`,
		} {
			if !strings.Contains(counted, want+"\n") {
				t.Errorf("the metrics lack %s", want)
			}
		}
	}
}

// The same text means another thing from the operator's proxy, whose word is taken, than from others.
func TestWhatAProxyIsToldTheDoorTellsNobodyElse(t *testing.T) {
	const proxy = "127.0.0.2"
	a, err := app.New(t.Context(), app.Config{
		Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Name: "Courant", Base: "EUR", Proxies: proxy,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Fill(t.Context(), a.Ledger, a.Newsroom); err != nil {
		t.Fatal(err)
	}
	serve(t, a)
	const request = "GET /feeds/rates/EUR-USD.atom?move=1 HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-Proto: https\r\n\r\n"
	lines := map[string]*line{"https": dialledFrom(t, a, proxy), "http": dialled(t, a)}
	for range 3 {
		lines["http"].ask(t, "OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n") // which net/http answers without us
		lines["https"].ask(t, "OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n")
		for scheme, l := range lines {
			for range 3 {
				if reply, _ := l.ask(t, request); !strings.Contains(reply, scheme+"://a.example/") {
					t.Errorf("who asks by %s is told another address: %.1500s", scheme, reply)
				}
			}
		}
		lines = map[string]*line{"https": dialledFrom(t, a, proxy), "http": dialled(t, a)}
	}
}
