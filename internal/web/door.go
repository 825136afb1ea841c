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
// Reading, routing and writing a reply of 2 KB costs some 20 µs in net/http; here it costs 4.5 … 6.5, as in nginx.
//
// The door does not understand HTTP, it compares. It has no rules for hosts, encodings, conditions or methods: whatever
// matters to a reply stands in the request's text, and a text that differs in more than the headers listed at [unread] is
// another request; so is the same from one of the operator's [Proxies]. It repeats nothing to a connection that net/http has
// answered no page yet, nor to a request that comes in pieces, together with others, or after one that has a body; and no reply
// to a cookie or an Authorization, that is longer than 64 KB, or of which a handler said [Once].
//
// It looks only at what comes to a connection that net/http has left idle, so deadlines, limits, the number of connections
// and draining stay net/http's own. Where no Door stands before the listener, all is answered as ever.
type Door struct {
	net.Listener
	late  sync.WaitGroup // replies that are being written though their connection was closed
	mu    sync.RWMutex
	ready map[string]*ready // by the form of the request
	size  int               // of their texts, in bytes
}

const (
	doorMemory = 8 << 20  // bytes of replies, with their requests, that a door remembers
	longest    = 64 << 10 // bytes of a reply that it does
	asked      = 4 << 10  // bytes of requests that net/http may hold unanswered, for the door to know what they are
)

// NewDoor returns a door before l, for a server made by [Server].
func NewDoor(l net.Listener) *Door { return &Door{Listener: l, ready: map[string]*ready{}} }

// Accept implements net.Listener.
func (d *Door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &doorConn{Conn: c, door: d}, nil
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

// form is the text of the first request without the headers that nobody reads, appended to space, and what comes after it.
// It is ok if the text begins with a whole request that has no body: GET, HEAD or OPTIONS, lines that end as they should,
// and none that continues another or speaks of a body.
func form(space, text []byte) (form, rest []byte, ok bool) {
	method, _, _ := bytes.Cut(text, []byte(" "))
	if m := string(method); m != http.MethodGet && m != http.MethodHead && m != http.MethodOptions {
		return space, nil, false
	}
	for form = space; ; {
		end := bytes.IndexByte(text, '\n')
		if end < 1 || text[end-1] != '\r' || text[0] == ' ' || text[0] == '\t' {
			return form, nil, false
		}
		line := text[:end+1]
		text = text[end+1:]
		if len(line) == 2 {
			return append(form, line...), text, true
		}
		name, value, isHeader := bytes.Cut(line[:end-1], []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) || bytes.EqualFold(name, []byte("Transfer-Encoding")) {
			return form, nil, false
		}
		if !isHeader || !unread(name, value) {
			form = append(form, line...)
		}
	}
}

// unread says whether a header is one that no handler of the house reads, though clients and proxies send many kinds of it,
// with a value that net/http takes. Other ways to write the name need not be known: then the header counts.
func unread(name, value []byte) bool {
	switch string(name) {
	case "User-Agent", "Accept-Language", "Referer", "Via", "X-Forwarded-For", "X-Real-IP", "X-Request-ID":
		for _, c := range value {
			if c < ' ' && c != '\t' || c > '~' {
				return false
			}
		}
		return true
	}
	return false
}
