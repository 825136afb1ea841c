package web_test

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/courant-news/courant/internal/web"
)

// pipes is a network without a network, so that a server's deadlines pass on synctest's clock.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// dial starts the house's server for h and returns a connection to it. Both end with the test.
func dial(t *testing.T, h http.HandlerFunc) net.Conn {
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	s := web.Server(web.Observe(func(string, int, time.Duration) {}, h), slog.New(slog.DiscardHandler))
	go s.Serve(p)
	here, there := net.Pipe()
	p.conns <- there
	t.Cleanup(func() { here.Close(); s.Close() })
	return here
}

// linger answers after two minutes unless the request is cancelled before.
func linger(w http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(2 * time.Minute):
		io.WriteString(w, "the whole story")
	}
}

// ask sends a request and returns what comes back: the body, or the error of a connection that was cut.
func ask(conn net.Conn) (string, error) {
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return "", err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func TestAReplyHasADeadlineUnlessItLiftsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if body, err := ask(dial(t, linger)); err == nil && body != "" {
			t.Errorf("a reply of two minutes came whole: %q", body)
		}
		body, err := ask(dial(t, func(w http.ResponseWriter, r *http.Request) {
			if err := web.KeepOpen(w); err != nil {
				t.Error(err)
			}
			linger(w, r)
		}))
		if err != nil || body != "the whole story" {
			t.Errorf("a stream got %q, %v", body, err)
		}
	})
}

func TestAClientThatDripsItsHeaderIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := dial(t, linger)
		start := time.Now()
		var drip sync.WaitGroup
		drip.Go(func() {
			for _, b := range []byte("GET / HTTP/1.1\r\nHost: " + strings.Repeat("x", 60)) {
				if _, err := conn.Write([]byte{b}); err != nil {
					return
				}
				<-time.After(time.Second)
			}
		})
		io.Copy(io.Discard, conn) // until the server hangs up
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("held for %v", took)
		}
		drip.Wait()
	})
}

func TestAHeaderThatIsTooLargeIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := dial(t, linger)
		go io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nX-Much: "+strings.Repeat("x", 32<<10)+"\r\n\r\n")
		said, err := io.ReadAll(conn) // until the server hangs up
		if err != nil || !strings.HasPrefix(string(said), "HTTP/1.1 431 ") {
			t.Errorf("answered %q, %v; want 431", said, err)
		}
	})
}
