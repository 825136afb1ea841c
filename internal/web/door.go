package web

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Door is a listener before net/http that repeats what net/http has just said. A request whose text it has passed on before,
// and whose reply was a page that its [Cache] still serves, is answered with the same bytes, a new Date in them, in one write.
// Reading, routing and writing a reply of 2 KB costs some 17 µs in net/http and some 5 µs here, as in nginx.
//
// The door does not read HTTP; it compares. It needs no rule about hosts, encodings, conditions or methods: whatever matters
// to a reply stands in the request's text, and a text that differs in anything but the headers listed at [unread] is another
// request. It repeats nothing of a connection's first request, of one that comes in pieces or together with others, that
// has a body, a cookie or an Authorization, or of which a handler said that its reply is meant [Once].
//
// It looks only at what comes to a connection that net/http has left idle, so deadlines, limits, the number of connections
// and draining stay net/http's, whose own reading is never interrupted. Without a Door before the listener all is answered
// as before.
type Door struct {
	net.Listener
	late  sync.WaitGroup // replies that are being written though their connection was closed
	mu    sync.RWMutex
	ready map[string]*ready // by the form of the request
	size  int               // of their texts, in bytes
}

const (
	doorMemory = 8 << 20  // bytes of replies, with their requests, that a door remembers
	longest    = 64 << 10 // bytes of a reply that it does: as much as a connection takes at once
)

// NewDoor returns a door before l, for a server made by [Server].
func NewDoor(l net.Listener) *Door { return &Door{Listener: l, ready: map[string]*ready{}} }

// Accept implements net.Listener.
func (d *Door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &doorConn{Conn: c, door: d, waits: true}, nil
}

// Wait returns when the replies are written that were being written when the server was shut down, or ctx is done.
func (d *Door) Wait(ctx context.Context) error {
	written := make(chan struct{})
	go func() { d.late.Wait(); close(written) }()
	select {
	case <-written:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ready is a reply that can be repeated.
type ready struct {
	holds func(now time.Time) bool // whether its page would still be served
	see   func(took time.Duration) // counts one more such reply; nil where nobody counts
	date  int                      // where in the reply the value of Date stands
	dated atomic.Pointer[dated]
}

// dated is a reply with the Date of a second. It does not change.
type dated struct {
	second int64
	reply  []byte
}

// at is the reply as it is sent now.
func (r *ready) at(now time.Time) []byte {
	d := r.dated.Load()
	if second := now.Unix(); d.second != second {
		d = &dated{second, bytes.Clone(d.reply)}
		now.UTC().AppendFormat(d.reply[:r.date], http.TimeFormat) // in place: every Date has the same length
		r.dated.Store(d)
	}
	return d.reply
}

func (d *Door) find(form []byte) *ready {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.ready[string(form)]
}

// keep remembers a reply. Where there is no room all are forgotten: they would not have held for long.
func (d *Door) keep(form string, reply []byte, r *ready) {
	const name = "\r\nDate: "
	head, _, _ := bytes.Cut(reply, []byte("\r\n\r\n"))
	at := bytes.Index(head, []byte(name))
	if at < 0 || len(head) < at+len(name)+len(http.TimeFormat) {
		return
	}
	r.date = at + len(name)
	r.dated.Store(&dated{reply: reply})
	size := len(form) + len(reply) + overhead
	d.mu.Lock()
	defer d.mu.Unlock()
	if old := d.ready[form]; old != nil {
		d.size -= len(form) + len(old.dated.Load().reply) + overhead
	}
	if d.size+size > doorMemory {
		clear(d.ready)
		d.size = 0
	}
	d.ready[form] = r
	d.size += size
}

// form is a request's text without the headers that nobody reads, appended to space, if the text is one whole request: GET or
// HEAD, lines that end as they should, none that continues another, and nothing behind the empty one. Where net/http reads a body
// behind it, the request is whole all the same: see [repeatable].
func form(space, text []byte) (form []byte, whole bool) {
	if !bytes.HasPrefix(text, []byte("GET ")) && !bytes.HasPrefix(text, []byte("HEAD ")) {
		return space, false
	}
	for form = space; ; {
		end := bytes.IndexByte(text, '\n')
		if end < 1 || text[end-1] != '\r' || text[0] == ' ' || text[0] == '\t' {
			return form, false
		}
		line := text[:end+1]
		text = text[end+1:]
		if len(line) == 2 {
			return append(form, line...), len(text) == 0
		}
		if !unread(line) {
			form = append(form, line...)
		}
	}
}

// unread says whether a line is a header that no handler of the house reads, though clients and proxies send many kinds of
// it. Its value must be one that net/http takes. How else the name may be written need not be known: such a line counts.
func unread(line []byte) bool {
	name, value, _ := bytes.Cut(line[:len(line)-2], []byte(":"))
	switch string(name) {
	case "User-Agent", "Accept-Language", "Referer", "Via", "X-Forwarded-For", "X-Real-IP", "X-Request-ID":
		return !bytes.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c > '~' })
	}
	return false
}
