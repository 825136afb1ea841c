package web_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/courant-news/courant/internal/web"
)

// porch is a server behind a door on synctest's clock, and a connection to it on which the door answers.
type porch struct {
	net.Conn
	in      *bufio.Reader
	server  *http.Server
	door    *web.Door
	handled atomic.Int64
}

const body = "what stands on the page" // shorter than what is worth compressing

func newPorch(t *testing.T) *porch {
	t.Helper()
	cache := web.NewCache(1<<20, 0)
	p := &porch{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, r *http.Request) {
		p.handled.Add(1)
		if err := cache.Serve(w, r, "", func() (*web.Page, error) { return web.NewPage([]byte(body), web.PageOptions{}), nil }); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("POST /slow", func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		select {
		case <-r.Context().Done():
			t.Error("the request was given up: ", context.Cause(r.Context()))
		case <-time.After(20 * time.Second):
			if err == nil {
				_, _ = w.Write(text)
			}
		}
	})
	network := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	p.door, p.server = web.NewDoor(network), web.Server(mux, slog.New(slog.DiscardHandler))
	go p.server.Serve(p.door)
	here, there := net.Pipe()
	network.conns <- there
	t.Cleanup(func() { here.Close(); p.server.Close() })
	p.Conn, p.in = here, bufio.NewReader(here)
	for range 3 {
		p.ask(t, plainly, body)
	}
	if n := p.handled.Load(); n != 2 {
		t.Fatalf("the door answered %d of three", 3-n)
	}
	return p
}

// ask sends a request and requires its reply.
func (p *porch) ask(t *testing.T, request, want string) {
	t.Helper()
	if _, err := io.WriteString(p, request); err != nil {
		t.Fatal(err)
	}
	p.read(t, want)
	synctest.Wait() // until the next is waited for
}

func (p *porch) read(t *testing.T, want string) {
	t.Helper()
	resp, err := http.ReadResponse(p.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(resp.Body); err != nil || string(got) != want {
		t.Fatalf("%q, %v; want %q", got, err, want)
	}
}

// ends is how long it takes until the server hangs up.
func (p *porch) ends() time.Duration {
	start := time.Now()
	_, _ = io.Copy(io.Discard, p.in)
	return time.Since(start)
}

func TestAConnectionOnWhichTheDoorAnswersIsIdleForAMinuteAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPorch(t)
		for range 10 {
			<-time.After(50 * time.Second)
			p.ask(t, plainly, body)
		}
		<-time.After(time.Millisecond)
		p.ask(t, plainly, body)
		if took := p.ends(); took < 59*time.Second || took > time.Minute {
			t.Errorf("it was cut after %v", took)
		}
		if n := p.handled.Load(); n != 2 {
			t.Errorf("%d requests went past the door", n)
		}
	})
}

func TestAfterTheDoorARequestHasAllItsTimeAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPorch(t)
		for range 3 {
			<-time.After(50 * time.Second)
			p.ask(t, plainly, body)
		}
		p.ask(t, "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\ntext", "text")

		p = newPorch(t)
		<-time.After(50 * time.Second)
		p.ask(t, plainly, body)
		var drip sync.WaitGroup
		drip.Go(func() {
			for _, b := range []byte(plainly) {
				if _, err := p.Write([]byte{b}); err != nil {
					return
				}
				<-time.After(time.Second)
			}
		})
		if took := p.ends(); took < 5*time.Second || took > 10*time.Second {
			t.Errorf("who drips its header was held for %v", took)
		}
		drip.Wait()
	})
}

func TestWhoDoesNotReadWhatTheDoorWritesIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPorch(t)
		if _, err := io.WriteString(p, plainly); err != nil {
			t.Fatal(err)
		}
		<-time.After(61 * time.Second)
		if said, err := io.ReadAll(p.in); err != nil || len(said) > 0 {
			t.Errorf("%q, %v came after a minute", said, err)
		}
	})
}

// Of a request that comes in pieces net/http holds the first when the rest comes, which by itself may look like a whole one.
func TestARequestThatComesInPiecesIsNetHTTPsToAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, first := range []string{"X", "GET /other", "GET /other HTTP/1.1\r\nX: ", "G"} {
			p, status := newPorch(t), map[string]int{"X": 405, "G": 200}[first]
			rest := plainly
			switch {
			case first == "G":
				rest = plainly[1:]
			case strings.HasPrefix(first, "GET /other HTTP"):
				status = 404
			case status == 0:
				status = 400
			}
			for _, piece := range []string{first, rest} {
				if _, err := io.WriteString(p, piece); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
			}
			resp, err := http.ReadResponse(p.in, nil)
			if err != nil || resp.StatusCode != status {
				t.Fatalf("%q and the rest: %v, %v; want %d", first, resp, err, status)
			}
			if _, err := io.Copy(io.Discard, resp.Body); err != nil || status != http.StatusOK {
				continue
			}
			synctest.Wait()
			before := p.handled.Load()
			p.ask(t, plainly, body) // by the door again
			if n := p.handled.Load(); n != before {
				t.Errorf("after %q the door does not answer any more", first)
			}
		}
	})
}

func TestStoppingLetsTheDoorFinishAndCutsWhoIsIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPorch(t)
		if err := errors.Join(p.server.Shutdown(t.Context()), p.door.Wait(t.Context())); err != nil {
			t.Fatal(err)
		}
		if took := p.ends(); took != 0 {
			t.Errorf("an idle connection was cut after %v", took)
		}

		p = newPorch(t)
		if _, err := io.WriteString(p, plainly); err != nil { // and does not read yet
			t.Fatal(err)
		}
		synctest.Wait()
		if err := p.server.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		hurry, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if err := p.door.Wait(hurry); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v though a reply is being written", err)
		}
		waited := make(chan error)
		go func() { waited <- p.door.Wait(t.Context()) }()
		p.read(t, body)
		if err := <-waited; err != nil {
			t.Error(err)
		}
		if took := p.ends(); took != 0 {
			t.Errorf("after it the connection was cut after %v", took)
		}
	})
}

func TestARequestThatComesWhileTheLastIsBeingAnsweredSpoilsNothing(t *testing.T) {
	h := newHouse(t, true)
	l := h.dial(t)
	for range 50 {
		h.change()
		l.send(strings.Repeat(plainly, 3), 7)
		for range 3 {
			l.reply(t, "GET")
		}
	}
	_, before := h.counts()
	for range 10 {
		l.send(plainly, 1)
		l.reply(t, "GET")
	}
	if _, n := h.counts(); n < before+8 {
		t.Errorf("after requests that came at once the door answered %d of ten", n-before)
	}
}
