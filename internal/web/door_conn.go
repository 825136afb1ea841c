package web

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// doorConn is a connection that came through a door. Only the goroutine in which net/http serves it uses its fields; the one
// that net/http starts while a handler runs only reads, one byte at most.
type doorConn struct {
	net.Conn
	door *Door

	// What net/http was given. Only while it is sure to have answered all of it, and to hold nothing in its buffer, may the
	// door answer in its stead.
	waits  bool   // it has answered everything and waits for the next request
	served bool   // that was not the first: its deadlines are now those of an idle connection
	odd    bool   // it was given what was not one whole request: nobody here knows any more what it holds
	form   []byte // of the request that it answers

	// What it answers: noted if the page says how long it holds.
	holds func(now time.Time) bool
	see   func(took time.Duration)
	once  bool
	reply []byte

	renewed time.Time // when the deadlines were set last
	state   atomic.Int32
}

const (
	connOpen      = iota
	connAnswering // the door is writing
	connClosed
)

// Read answers what the door can answer, and returns what it cannot.
func (c *doorConn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if n == 0 || c.odd {
			return n, err
		}
		whole := false
		if c.waits {
			c.form, whole = form(c.form[:0], b[:n])
		}
		if !whole || err != nil {
			c.odd = true
			return n, err
		}
		if answered, err := c.answer(); !answered {
			c.waits = false
			return n, nil
		} else if err != nil {
			return 0, err
		}
	}
}

// answer answers the request whose form was read, if its reply is ready.
func (c *doorConn) answer() (answered bool, err error) {
	if !c.served {
		return false, nil
	}
	r := c.door.find(c.form)
	now := time.Now()
	if r == nil || !r.holds(now) {
		return false, nil
	}
	if !c.state.CompareAndSwap(connOpen, connAnswering) {
		return true, net.ErrClosed
	}
	if now.Sub(c.renewed) >= time.Second { // not each time: it costs as much as all else here
		c.renewed = now
		err = c.SetDeadline(now.Add(idleTime))
	}
	if err == nil {
		_, err = c.Conn.Write(r.at(now))
	}
	if !c.state.CompareAndSwap(connAnswering, connOpen) { // closed in the meantime
		_ = c.Conn.Close()
		c.door.late.Done()
	}
	if r.see != nil {
		r.see(time.Since(now))
	}
	return true, err
}

// Close closes the connection; where the door is writing a reply, when that is written.
func (c *doorConn) Close() error {
	c.door.late.Add(1)
	if c.state.Swap(connClosed) == connAnswering {
		return nil
	}
	c.door.late.Done()
	return c.Conn.Close()
}

// Write sends what net/http writes, and notes it where it can be repeated.
func (c *doorConn) Write(b []byte) (int, error) {
	if c.holds != nil {
		if len(c.reply)+len(b) > longest {
			c.holds, c.reply = nil, nil
		} else {
			c.reply = append(c.reply, b...)
		}
	}
	return c.Conn.Write(b)
}

// CloseWrite lets net/http say that no more will come, where the connection can.
func (c *doorConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return net.ErrClosed
}

// rest is called when net/http has answered a request to the end and waits for the next.
func rest(conn net.Conn, state http.ConnState) {
	c, ok := conn.(*doorConn)
	if !ok || state != http.StateIdle {
		return
	}
	if c.holds != nil && !c.once {
		c.door.keep(string(c.form), c.reply, &ready{holds: c.holds, see: c.see})
	}
	c.holds, c.see, c.once, c.reply = nil, nil, false, nil
	c.waits, c.served, c.renewed = true, true, time.Time{}
}

// doorKey is under which the connection stands in its requests' context.
type doorKey struct{}

// withDoor notes the connection for its requests.
func withDoor(ctx context.Context, c net.Conn) context.Context {
	if d, ok := c.(*doorConn); ok {
		return withConn(context.WithValue(ctx, doorKey{}, d), d.Conn)
	}
	return withConn(ctx, c)
}

// repeatable says that the reply to a request may be repeated to who sends the same, as long as it holds.
func repeatable(r *http.Request, holds func(now time.Time) bool) {
	c, ok := r.Context().Value(doorKey{}).(*doorConn)
	if !ok || !c.served || c.odd || c.waits || r.ContentLength != 0 || r.Header["Authorization"] != nil || r.Header["Cookie"] != nil {
		return
	}
	c.holds = holds
}

// counted gives the door what counts a reply.
func counted(r *http.Request, see func(took time.Duration)) {
	if c, ok := r.Context().Value(doorKey{}).(*doorConn); ok && c.holds != nil {
		c.see = see
	}
}

// Once says that the reply to a request depends on more than its text, such as on who asks how often, and so is not to be
// repeated. It may be said before or after the reply is written.
func Once(r *http.Request) {
	if c, ok := r.Context().Value(doorKey{}).(*doorConn); ok {
		c.once = true
	}
}
