package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/web"
)

// streamed serves a stream of one number behind a door, as the paper does, and returns its address and what sets the number.
func streamed(t *testing.T, o web.StreamOptions, tls bool) (server *httptest.Server, stream *web.Stream, set func(int64)) {
	t.Helper()
	var number atomic.Int64
	stream = web.NewStream(func(_ context.Context, topic string) (web.State, error) {
		if topic != "number" {
			return nil, fault.Because(fault.Invalid, "there is no topic %q", topic)
		}
		text, _ := json.Marshal(number.Load())
		return web.State{"n": string(text)}, nil
	}, o)
	mux := http.NewServeMux()
	log := slog.New(slog.DiscardHandler)
	mux.Handle("GET /stream", web.Handle(log, stream.Fail, func(w http.ResponseWriter, r *http.Request) error {
		followed, err := web.ParseFollowed(r.URL.Query().Get("topics"))
		if err != nil {
			return err
		}
		return stream.Open(w, r, followed)
	}))
	mux.Handle("GET /stream/{topic}", web.Handle(log, stream.Fail, func(w http.ResponseWriter, r *http.Request) error {
		return stream.Present(w, r, r.PathValue("topic"))
	}))
	mux.Handle("GET /stream/{topic}/{id}", web.Handle(log, stream.Fail, func(w http.ResponseWriter, r *http.Request) error {
		return stream.After(w, r, r.PathValue("topic"), r.PathValue("id"))
	}))
	server = httptest.NewUnstartedServer(nil)
	server.Config = web.Server(web.Secure(web.Observe(func(string, int, time.Duration) {}, mux)), log)
	if tls {
		server.EnableHTTP2 = true
		server.StartTLS()
	} else {
		server.Listener = web.NewDoor(web.Join(server.Listener))
		server.Start()
	}
	t.Cleanup(server.Close)
	server.Client().Timeout = time.Minute // for a reply with its body: who waits for an event in vain is told so
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { stream.Run(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	return server, stream, func(n int64) {
		number.Store(n)
		stream.Hint(func(string) bool { return true })
	}
}

// event is the next event that has data.
func event(t *testing.T, lines *bufio.Scanner) (id, data string) {
	t.Helper()
	for lines.Scan() {
		switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
		case "id":
			id = value
		case "data":
			data = value
		case "":
			if data != "" {
				return id, data
			}
		}
	}
	t.Fatalf("the stream ends: %v", lines.Err())
	return "", ""
}

func TestAStreamIsKeptOverEachProtocol(t *testing.T) {
	for name, tls := range map[string]bool{"HTTP/1.1": false, "HTTP/2.0": true} {
		t.Run(name, func(t *testing.T) {
			seats := web.NewSeats(web.SeatsOptions{})
			server, _, set := streamed(t, web.StreamOptions{Seats: seats}, tls)
			for range 3 { // so that the door knows the request
				resp, err := server.Client().Get(server.URL + "/stream?topics=number")
				if err != nil {
					t.Fatal(err)
				}
				if resp.Proto != name {
					t.Fatalf("it speaks %s", resp.Proto)
				}
				for header, want := range map[string]string{
					"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no",
					"X-Content-Type-Options": "nosniff", "Content-Encoding": "", "Access-Control-Allow-Origin": "",
				} {
					if got := resp.Header.Get(header); got != want {
						t.Errorf("%s is %q", header, got)
					}
				}
				lines := bufio.NewScanner(resp.Body)
				if _, data := event(t, lines); !strings.Contains(data, `"whole":true`) {
					t.Errorf("first comes %s", data)
				}
				set(time.Now().UnixNano())
				id, data := event(t, lines)
				if strings.Contains(data, `"whole"`) || !strings.Contains(data, `"id":"`+id+`"`) {
					t.Errorf("then comes %s under %s", data, id)
				}
				_ = resp.Body.Close()
				for end := time.Now().Add(time.Minute); seats.Open() > 0; runtime.Gosched() {
					if time.Now().After(end) {
						t.Fatalf("%d streams are open, though their reader has left", seats.Open())
					}
				}
			}
		})
	}
}

func TestAStreamIsAskedForWithGET(t *testing.T) {
	seats := web.NewSeats(web.SeatsOptions{})
	server, _, _ := streamed(t, web.StreamOptions{Seats: seats}, false)
	resp, err := server.Client().Post(server.URL+"/stream?topics=number", "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST is answered with %s", resp.Status)
	}
	if resp, err = server.Client().Head(server.URL + "/stream?topics=number"); err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" || seats.Open() != 0 {
		t.Errorf("HEAD is answered with %s, %v", resp.Status, resp.Header)
	}
}

func TestWhoCannotHaveAStreamIsToldWhatToAsk(t *testing.T) {
	server, _, _ := streamed(t, web.StreamOptions{Seats: web.NewSeats(web.SeatsOptions{Most: -1}), Poll: 7 * time.Second}, false)
	resp, err := server.Client().Get(server.URL + "/stream?topics=number")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") != "7" || !strings.Contains(string(body), `"poll":"/stream/{topic}.json","every":7`) {
		t.Errorf("it is answered with %s: %s", resp.Status, body)
	}
	for query, want := range map[string]string{
		"": "no topic is named", "?topics=": "no topic is named", "?topics=nothing": `there is no topic "nothing"`, "?topics=number,number": "is named twice",
		"?topics=a,b,c,d,e,f,g,h,i": "9 topics are named", "?topics=" + strings.Repeat("x", 300): "is no topic",
	} {
		status, body := got(t, server, "/stream"+query)
		if status != http.StatusBadRequest || !strings.Contains(body, want) && !strings.Contains(body, strings.ReplaceAll(want, `"`, `\"`)) {
			t.Errorf("%q is answered with %d: %s", query, status, body)
		}
	}
}

func got(t *testing.T, server *httptest.Server, path string) (status int, body string) {
	t.Helper()
	resp, err := server.Client().Get(server.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestWhoPollsWalksFromChangeToChange(t *testing.T) {
	server, _, set := streamed(t, web.StreamOptions{Every: time.Millisecond}, false)
	type said struct {
		ID    string           `json:"id"`
		Whole bool             `json:"whole"`
		Cells map[string]int64 `json:"cells"`
	}
	read := func(path string) (s said, status int) {
		status, body := got(t, server, path)
		_ = json.Unmarshal([]byte(body), &s)
		return s, status
	}
	first, status := read("/stream/number")
	if status != http.StatusOK || !first.Whole {
		t.Fatalf("the present is %d, %+v", status, first)
	}
	if _, status := read("/stream/number/" + first.ID); status != http.StatusNotFound {
		t.Errorf("before anything changed it is %d", status)
	}
	for n := int64(1); n < 4; n++ {
		set(n)
		for end := time.Now().Add(time.Minute); ; { // until it has been read
			s, _ := read("/stream/number")
			if s.Cells["n"] == n {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%d is never read: %+v", n, s)
			}
		}
	}
	at := first.ID
	for n := int64(1); n < 4; n++ {
		resp, err := server.Client().Get(server.URL + "/stream/number/" + at)
		if err != nil {
			t.Fatal(err)
		}
		var s said
		err = json.NewDecoder(resp.Body).Decode(&s)
		_ = resp.Body.Close()
		if err != nil || s.Whole || s.Cells["n"] != n || resp.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Fatalf("after %s comes %+v, to be kept %q, %v", at, s, resp.Header.Get("Cache-Control"), err)
		}
		at = s.ID
	}
	for _, id := range []string{"ABCDEFGH-1", first.ID + "9", "nonsense"} {
		if _, status := read("/stream/number/" + id); status != http.StatusGone {
			t.Errorf("after %s comes %d", id, status)
		}
	}
}

func TestWhoSpeaksOnAStreamIsCut(t *testing.T) {
	seats := web.NewSeats(web.SeatsOptions{})
	server, _, _ := streamed(t, web.StreamOptions{Seats: seats}, false)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /stream?topics=number HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(conn)
	event(t, lines)
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "HTTP/") {
			t.Error("a second request is answered on a stream")
		}
	}
	if n := seats.Open(); n != 0 {
		t.Errorf("%d streams are open", n)
	}
}
