package web

import (
	"bufio"
	"bytes"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Whatever the door takes for a whole request without a body, net/http takes for the same, or refuses; and what the door leaves
// out of its form is nothing but the headers that it says nobody reads.
func FuzzForm(f *testing.F) {
	const get = "GET /page?a=1 HTTP/1.1\r\nHost: a.example\r\n"
	for _, text := range []string{
		get + "\r\n", get + "User-Agent: x\r\nAccept: */*\r\n\r\n", get + "User-Agent\r\n\r\n", get + "User-Agent : x\r\n\r\n", get + "User-Agent: \x00\r\n\r\n",
		get + "Content-Length: 3\r\n\r\nabc", get + "transfer-encoding: chunked\r\n\r\n0\r\n\r\n", get + "Content-Length : 3\r\n\r\nabc",
		get + " folded: x\r\n\r\n", get + "User-Agent: x\r\n folded\r\n\r\n", get + "\n", get + "X: \n\r\n", get + "X: \r\r\n\r\n", get + "\r\n" + get + "\r\n",
		"HEAD / HTTP/1.0\r\nVia: x\r\nVia: y\r\n\r\n", "OPTIONS * HTTP/1.1\r\n\r\n", "GET \r\n\r\n", "GET / HTTP/1.1\r\n:\r\n\r\n", "GET http://u:p@h/ HTTP/1.1\r\nReferer: x\r\n\r\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		kept, after, ok := form(nil, text)
		if !ok {
			return
		}
		in := bufio.NewReader(bytes.NewReader(text))
		r, err := http.ReadRequest(in)
		short, shortErr := http.ReadRequest(bufio.NewReader(bytes.NewReader(kept)))
		if (err == nil) != (shortErr == nil) {
			t.Fatalf("%q: %v, and its form %q: %v", text, err, kept, shortErr)
		}
		if err != nil {
			return
		}
		if left, _ := io.ReadAll(in); !bytes.Equal(left, after) || r.ContentLength != 0 || r.Body != http.NoBody || r.TransferEncoding != nil {
			t.Fatalf("%q leaves %q and a body of %d, and the door thinks %q", text, left, r.ContentLength, after)
		}
		for name := range r.Header {
			if unread([]byte(name), nil) {
				delete(r.Header, name)
				delete(short.Header, name)
			}
		}
		same := maps.EqualFunc(r.Header, short.Header, func(a, b []string) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") })
		if !same || r.Method != short.Method || r.RequestURI != short.RequestURI || r.Host != short.Host || r.Proto != short.Proto || r.Close != short.Close {
			t.Fatalf("%q is read as %v, and its form %q as %v", text, r, kept, short)
		}
	})
}

func TestADoorRemembersNoMoreThanItMay(t *testing.T) {
	d := NewDoor(nil)
	reply := append([]byte("HTTP/1.1 200 OK\r\nDate: "+http.TimeFormat+"\r\n\r\n"), make([]byte, 50_000)...)
	form := bytes.Repeat([]byte("x"), 1000)
	for i := range 2_000 {
		form[i%len(form)]++
		d.keep(string(form), bytes.Clone(reply), &ready{})
		d.keep(string(form), bytes.Clone(reply), &ready{}) // in the place of the other
		size := 0
		for f, r := range d.ready {
			size += len(f) + len(r.dated.Load().reply) + overhead
		}
		if size != d.size || size > doorMemory {
			t.Fatalf("%d replies have %d bytes, and it counted %d", len(d.ready), size, d.size)
		}
	}
	d.keep("undated", []byte("HTTP/1.1 200 OK\r\n\r\nDate: "+http.TimeFormat), &ready{})
	if d.find([]byte("undated")) != nil {
		t.Error("a reply without a Date is remembered")
	}
}

func TestADateIsOfTheSecondInWhichItIsSent(t *testing.T) {
	d := NewDoor(nil)
	d.keep("x", []byte("HTTP/1.1 200 OK\r\nA: b\r\nDate: "+http.TimeFormat+"\r\nC: d\r\n\r\nbody"), &ready{})
	r := d.find([]byte("x"))
	first := r.at(time.Date(2026, 2, 2, 12, 0, 0, 0, time.FixedZone("", 3600)))
	second := r.at(time.Date(2026, 2, 2, 11, 0, 1, 999, time.UTC))
	for text, reply := range map[string][]byte{"Mon, 02 Feb 2026 11:00:00 GMT": first, "Mon, 02 Feb 2026 11:00:01 GMT": second} {
		if want := "HTTP/1.1 200 OK\r\nA: b\r\nDate: " + text + "\r\nC: d\r\n\r\nbody"; string(reply) != want {
			t.Errorf("%q, want %q", reply, want)
		}
	}
}

// quiet is a connection on which nothing happens.
type quiet struct {
	net.Conn
	text []byte
}

func (q *quiet) Read(b []byte) (int, error) { return copy(b, q.text), nil }
func (*quiet) Write(b []byte) (int, error)  { return len(b), nil }
func (*quiet) SetDeadline(time.Time) error  { return nil }
func BenchmarkDoor(b *testing.B) {
	d := NewDoor(nil)
	text := []byte("GET /page HTTP/1.1\r\nHost: a.example\r\nUser-Agent: x/1\r\nAccept-Encoding: gzip\r\nAccept: */*\r\n\r\n")
	key, _, _ := form(nil, text)
	d.keep(string(key), append([]byte("HTTP/1.1 200 OK\r\nDate: "+http.TimeFormat+"\r\n\r\n"), make([]byte, 2_000)...),
		&ready{holds: func(time.Time) bool { return true }})
	c := &doorConn{Conn: &quiet{text: text}, door: d, served: true}
	b.ReportAllocs()
	for b.Loop() {
		if answered, err := c.answer(text); !answered || err != nil {
			b.Fatal(answered, err)
		}
	}
}
