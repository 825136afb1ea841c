package web

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"sync/atomic"
	"time"
)

// reader is one open stream. It is a goroutine of its own with a small stack, so that who is slow delays nobody.
type reader struct {
	line line
	set  *set
	at   uint64 // the last change that it was sent
	from netip.Prefix
}

// line is the way to a reader.
type line interface {
	wait(until time.Time) error // until it is woken or the moment has come; an error says that the reader has left
	wake()                      // may be called by anybody, at any time
	send(text []byte, within time.Duration) error
	close()
}

// How long a browser waits before it comes back, at random, so that not all come at once: after it was cut, and when the
// paper stops, since then all come back.
const (
	comeBack      = 4 * time.Second
	comeBackLater = 15 * time.Second
)

// retry tells a browser when to come back: in a second at least.
func retry(within time.Duration) string {
	return "retry: " + strconv.FormatInt((time.Second+rand.N(within-time.Second)).Milliseconds(), 10) + "\n\n"
}

// talk sends a reader what it lacks at first, and then what changes, until it leaves, does not take what is sent, or the paper stops.
func (s *Stream) talk(r *reader, head, hello []byte) {
	defer s.leave(r)
	err := r.line.send(append(head, retry(comeBack)...), s.o.Write)
	if err == nil {
		err = r.line.send(hello, s.o.Write)
	}
	for err == nil {
		heartbeat := time.Now().Add(s.o.Heartbeat - rand.N(s.o.Heartbeat/4))
		for text := []byte(nil); text == nil && err == nil; {
			if err = r.line.wait(heartbeat); err != nil {
				return
			}
			var closing bool
			if text, closing = s.next(r); closing {
				_ = r.line.send([]byte(retry(comeBackLater)), time.Second) // it comes back in any case
				return
			}
			if text == nil && !time.Now().Before(heartbeat) {
				text = []byte(":\n\n")
			}
			if text != nil {
				err = r.line.send(text, s.o.Write)
			}
		}
	}
}

// next is what a reader was not sent yet, as one frame, however many changes came; nil where it has all.
func (s *Stream) next(r *reader) (text []byte, closing bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, true
	}
	if r.at >= r.set.at {
		return nil, false
	}
	text = s.frame(r.set, r.at)
	r.at = r.set.at
	return text, false
}

// leave forgets a reader, and what only it wanted.
func (s *Stream) leave(r *reader) {
	defer s.gone.Done()
	defer r.line.close() // when it is counted no more: who sees it end may come again at once
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(r.set.readers, r)
	if len(r.set.readers) == 0 {
		delete(s.sets, r.set.key)
		for _, t := range r.set.topics {
			delete(t.sets, r.set)
			t.used = time.Now()
		}
	}
	s.o.Seats.leave(r.from)
}

// connLine is a connection taken from net/http, with its buffers left behind: what is read of it is only that it ends. It may be
// woken before it is taken, since a reader is one of those of its topics by then.
type connLine struct {
	net.Conn
	taken atomic.Bool // and Conn is there
	woken atomic.Bool
	space [1]byte
}

// errSpoke is why a reader is cut that sends something on a stream.
var errSpoke = errors.New("a reader of a stream sent something")

func (l *connLine) take(conn net.Conn) {
	l.Conn = conn
	l.taken.Store(true)
}

func (l *connLine) wait(until time.Time) error {
	if err := l.SetReadDeadline(until); err != nil {
		return err
	}
	if l.woken.Swap(false) { // it was woken before the deadline was set, which would undo that
		return nil
	}
	switch _, err := l.Read(l.space[:]); {
	case err == nil:
		return errSpoke
	case !errors.Is(err, os.ErrDeadlineExceeded):
		return err
	}
	l.woken.Store(false)
	return nil
}

func (l *connLine) wake() {
	l.woken.Store(true)
	if l.taken.Load() { // else it looks before it waits
		_ = l.SetReadDeadline(time.Unix(1, 0)) // one that is closed needs no waking
	}
}

func (l *connLine) send(text []byte, within time.Duration) error {
	if err := l.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	_, err := l.Write(text)
	return err
}

func (l *connLine) close() {
	if l.taken.Load() {
		_ = l.Close()
	}
}

// replyLine is a reply that net/http keeps open: of HTTP/2, where many share a connection, and where there is no taking it.
type replyLine struct {
	w     http.ResponseWriter
	left  context.Context // of the request: done when the reader has left
	woken chan struct{}   // holds one
}

func (l *replyLine) wait(until time.Time) error {
	t := time.NewTimer(time.Until(until))
	defer t.Stop()
	select {
	case <-l.left.Done():
		return l.left.Err()
	case <-l.woken:
	case <-t.C:
	}
	return nil
}

func (l *replyLine) wake() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

func (l *replyLine) send(text []byte, within time.Duration) error {
	control := http.NewResponseController(l.w)
	if err := control.SetWriteDeadline(time.Now().Add(within)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := l.w.Write(text); err != nil {
		return err
	}
	return control.Flush()
}

func (l *replyLine) close() {}
