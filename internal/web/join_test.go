package web_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/web"
)

// joined serves h on a joining listener and returns the address.
func joined(t *testing.T, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := web.Server(h, slog.New(slog.DiscardHandler))
	go func() { _ = s.Serve(web.Join(l)) }()
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().String()
}

// connect opens a connection to it that fails rather than hangs.
func connect(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPagesOfEverySizeArriveWhole(t *testing.T) {
	pages := map[int]*web.Page{}
	for _, size := range []int{0, 1, 2000, 3900, 4095, 4096, 4097, 8191, 8192, 8193, 12000, 300_000} {
		pages[size] = web.NewPage(bytes.Repeat([]byte("x"), size), web.PageOptions{ContentType: "image/png"})
	}
	address := joined(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		pages[size].ServeHTTP(w, r)
	}))
	for _, version := range []string{"1.1", "1.0"} {
		for _, method := range []string{"GET", "HEAD"} {
			c := connect(t, address)
			in := bufio.NewReader(c)
			for size := range pages {
				if version == "1.0" { // closes after each
					c = connect(t, address)
					in = bufio.NewReader(c)
				}
				fmt.Fprintf(c, "%s /%d HTTP/%s\r\nHost: x\r\n\r\n", method, size, version)
				resp, err := http.ReadResponse(in, &http.Request{Method: method})
				if err != nil {
					t.Fatalf("%s of %d: %v", method, size, err)
				}
				body, err := io.ReadAll(resp.Body)
				if want := map[string]int{"GET": size, "HEAD": 0}[method]; err != nil || len(body) != want || resp.ContentLength != int64(size) {
					t.Errorf("HTTP/%s %s of %d: %d bytes, length %d, %v", version, method, size, len(body), resp.ContentLength, err)
				}
			}
		}
	}
}

func TestRequestsThatComeAtOnceAreAnsweredInOrder(t *testing.T) {
	long := web.NewPage(bytes.Repeat([]byte("l"), 20_000), web.PageOptions{ContentType: "image/png"})
	short := web.NewPage([]byte("short"), web.PageOptions{ContentType: "image/png"})
	address := joined(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			long.ServeHTTP(w, r)
		} else {
			short.ServeHTTP(w, r)
		}
	}))
	c := connect(t, address)
	for range 20 {
		fmt.Fprint(c, "GET /long HTTP/1.1\r\nHost: x\r\n\r\nGET /short HTTP/1.1\r\nHost: x\r\n\r\n")
	}
	in := bufio.NewReader(c)
	for i := range 40 {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if want := []int{20_000, 5}[i%2]; err != nil || len(body) != want {
			t.Fatalf("reply %d: %d bytes, %v", i, len(body), err)
		}
	}
}

// A stream whose first piece fills net/http's buffer to the byte must still leave at once.
func TestAStreamIsNeverHeldBack(t *testing.T) {
	more := make(chan struct{})
	page := web.NewPage(bytes.Repeat([]byte("p"), 20_000), web.PageOptions{ContentType: "image/png"})
	address := joined(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/page" {
			page.ServeHTTP(w, r)
			return
		}
		size, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		_, _ = w.Write(bytes.Repeat([]byte("s"), size))
		_ = http.NewResponseController(w).Flush()
		<-more
	}))
	c := connect(t, address)
	in := bufio.NewReader(c)
	for size := 3500; size < 4200; size += 7 { // with its head and its chunk's length, some of these fill it exactly
		fmt.Fprintf(c, "GET /page HTTP/1.1\r\nHost: x\r\n\r\n")
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		fmt.Fprintf(c, "GET /%d HTTP/1.1\r\nHost: x\r\n\r\n", size)
		resp, err = http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(resp.Body, make([]byte, size)); err != nil {
			t.Fatalf("a piece of %d bytes: %v", size, err)
		}
		more <- struct{}{}
		_, _ = io.Copy(io.Discard, resp.Body)
	}
}
