package web

import (
	"context"
	"net"
	"net/http"
)

// Join wraps a listener so that a reply's head and its body leave in one system call. net/http writes through a buffer
// of 4 KB: of a page that is longer it first sends 4 KB and then the rest, and the second call, with the second wake-up
// that it causes at the reader's end, costs as much as all else that answering a finished page takes.
//
// Only [Page] asks for it, and only where it is about to write a body so long that the rest must follow the full buffer
// at once; every other write goes out as it comes, so that streams are never held back.
func Join(l net.Listener) net.Listener { return joinListener{l} }

type joinListener struct{ net.Listener }

// Accept implements net.Listener.
func (l joinListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok && err == nil {
		return &joinConn{TCPConn: tcp}, nil
	}
	return c, err
}

// buffered is the size of net/http's buffer in front of a connection. Were it another, nothing would be held back.
const buffered = 4 << 10

// joinConn is a connection that can hold one full buffer back until what belongs to it comes. Like any connection's its
// writes are serialised by net/http; only the goroutine that serves it calls the methods below.
type joinConn struct {
	*net.TCPConn
	asked bool
	held  []byte // nil, or one full buffer
	space []byte // what held is made of, kept for the next time
}

// joinKey is under which the connection stands in its requests' context.
type joinKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	if j, ok := c.(*joinConn); ok {
		return context.WithValue(ctx, joinKey{}, j)
	}
	return ctx
}

// expectRest tells the connection that a body of so many bytes is written at once, next.
func expectRest(r *http.Request, size int) {
	if size < 2*buffered { // the rest might fit into the buffer, and wait there
		return
	}
	if j, ok := r.Context().Value(joinKey{}).(*joinConn); ok && r.ProtoMajor == 1 {
		j.asked = true
	}
}

// Write holds a full buffer back where the rest of it was announced, and else sends.
func (j *joinConn) Write(b []byte) (int, error) {
	if j.held != nil {
		both := net.Buffers{j.held, b}
		before := len(j.held)
		j.held = nil
		n, err := both.WriteTo(j.TCPConn)
		return max(0, int(n)-before), err
	}
	if j.asked {
		j.asked = false
		if len(b) == buffered {
			j.space = append(j.space[:0], b...)
			j.held = j.space
			return len(b), nil
		}
	}
	return j.TCPConn.Write(b)
}
