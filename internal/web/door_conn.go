package web

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// doorConn is a connection that came through a door. Only the goroutine in which net/http serves it uses its fields, except
// that another, which net/http lets wait for a byte while a handler runs, adds that to text; net/http ends it before [rest].
type doorConn struct {
	net.Conn
	door *Door

	text   []byte // what net/http was given and has not answered; where it is empty, so is net/http's buffer, and it waits
	odd    bool   // text is not known any more: the door stays out of it for good
	served bool   // net/http has answered with a page, so it is known who is there, and deadlines are those of an idle connection
	peer   string // who is there, where that matters to replies; see [believed]

	// Of the reply that net/http is making.
	page  bool
	holds func(now time.Time) bool // while it may be repeated; nil: not at all
	see   func(took time.Duration)
	once  bool
	reply []byte

	form    []byte    // space for one
	renewed time.Time // when the door set the deadlines last

	mu        sync.Mutex
	answering bool // the door is writing
	closed    bool
}

// Read answers what the door can answer, and returns what it cannot.
func (c *doorConn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if n == 0 || c.odd {
			return n, err
		}
		if len(c.text) == 0 && c.served && err == nil {
			if answered, err := c.answer(b[:n]); err != nil {
				return 0, err
			} else if answered {
				continue
			}
		}
		if c.odd = len(c.text)+n > asked; !c.odd {
			c.text = append(c.text, b[:n]...)
		}
		return n, err
	}
}

// read is the form of the first request of a text, from who is there, and what comes after it.
func (c *doorConn) read(text []byte) (key, rest []byte, ok bool) {
	key, rest, ok = form(append(c.form[:0], c.peer...), text)
	c.form = key
	return key, rest, ok
}

// answer answers a request whose reply is ready.
func (c *doorConn) answer(text []byte) (answered bool, err error) {
	form, rest, ok := c.read(text)
	if !ok || len(rest) > 0 {
		return false, nil
	}
	r := c.door.find(form)
	now := time.Now()
	if r == nil || !r.holds(now) {
		return false, nil
	}
	if !c.begin() {
		return true, net.ErrClosed
	}
	if now.Sub(c.renewed) >= time.Second { // not each time: that would cost as much as finding the reply
		c.renewed = now
		err = c.SetDeadline(now.Add(idleTime))
	}
	if err == nil {
		_, err = c.Conn.Write(r.at(now))
	}
	c.end()
	if r.see != nil {
		r.see(time.Since(now))
	}
	return true, err
}

// begin begins to write, unless the connection is closed.
func (c *doorConn) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answering = !c.closed
	return c.answering
}

// end closes the connection where that was asked for while the door was writing.
func (c *doorConn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answering = false
	if c.closed {
		_ = c.Conn.Close() // there is nobody to tell
		c.door.late.Done()
	}
}

// Close closes the connection; where the door is writing a reply to it, after that, unless it is closed a second time.
func (c *doorConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	later := c.answering && !c.closed
	c.closed = true
	if later {
		c.door.late.Add(1)
		return nil
	}
	return c.Conn.Close()
}

// Write sends what net/http writes, and notes it where it may be repeated.
func (c *doorConn) Write(b []byte) (int, error) {
	if c.holds != nil {
		if c.reply = append(c.reply, b...); len(c.reply) > longest {
			c.holds, c.reply = nil, nil
		}
	}
	return c.Conn.Write(b)
}

// CloseWrite lets net/http say that no more will come, where the connection can.
func (c *doorConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// rest is told by net/http when it has written the whole reply to a request and goes on to the next.
func rest(conn net.Conn, state http.ConnState) {
	c, ok := conn.(*doorConn)
	if !ok || state != http.StateIdle {
		return
	}
	form, rest, ok := c.read(c.text)
	switch {
	case c.odd || !ok:
		c.odd, c.text, rest = true, nil, nil
	case c.holds != nil && !c.once:
		c.door.keep(string(form), c.reply, &ready{holds: c.holds, see: c.see})
	}
	c.text = append(c.text[:0], rest...)
	c.served, c.renewed = c.served || c.page, time.Time{}
	c.page, c.holds, c.see, c.once, c.reply = false, nil, nil, false, nil
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

// believed notes that a request came from one of the operator's proxies, whose word is taken for what is thrown away of others:
// what it is told is not repeated to them, though they send the same text.
func believed(r *http.Request) {
	if c, ok := r.Context().Value(doorKey{}).(*doorConn); ok {
		c.peer = "proxy "
	}
}

// repeatable says that the page with which a request is now answered may be repeated to who sends the same, while it holds.
func repeatable(r *http.Request, holds func(now time.Time) bool) {
	c, ok := r.Context().Value(doorKey{}).(*doorConn)
	if !ok {
		return
	}
	c.page = true
	if c.served && r.ContentLength == 0 && r.Header["Authorization"] == nil && r.Header["Cookie"] == nil {
		c.holds = holds
	}
}

// counted tells the door how a reply is counted.
func counted(r *http.Request, see func(took time.Duration)) {
	if c, ok := r.Context().Value(doorKey{}).(*doorConn); ok {
		c.see = see
	}
}

// Once says that the reply to a request depends on more than its text and the pages that are kept, such as on how often
// somebody asked: the [Door] does not repeat it. It may be said before the reply is written or after.
func Once(r *http.Request) {
	if c, ok := r.Context().Value(doorKey{}).(*doorConn); ok {
		c.once = true
	}
}

// bare is the connection itself, without what the door and [Join] keep with it: for one that was taken from net/http.
func bare(c net.Conn) net.Conn {
	if d, ok := c.(*doorConn); ok {
		c = d.Conn
	}
	if j, ok := c.(*joinConn); ok {
		c = j.TCPConn
	}
	return c
}
