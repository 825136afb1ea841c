package watch_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/watch"
)

// road is a listener whose connections can be cut, and kept from coming back.
type road struct {
	net.Listener
	mu     sync.Mutex
	closed bool
	open   []net.Conn
}

func (r *road) Accept() (net.Conn, error) {
	c, err := r.Listener.Accept()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		_ = c.Close()
	}
	r.open = append(r.open, c)
	return c, nil
}

// cut cuts what is open, and closes the road or opens it.
func (r *road) cut(closed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = closed
	for _, c := range r.open {
		_ = c.Close()
	}
	r.open = nil
}

// follow follows a paper, after its first reading.
func follow(t *testing.T, far *watch.Remote) (news chan struct{}) {
	t.Helper()
	read(t, far)
	news = make(chan struct{}, 1)
	ctx, leave := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() {
		far.Follow(ctx, func() {
			select {
			case news <- struct{}{}:
			default:
			}
		})
	})
	t.Cleanup(func() { leave(); following.Wait() })
	return news
}

// until waits for news until a reading is as it should be.
func until(t *testing.T, far *watch.Remote, news <-chan struct{}, so func([]watch.Row, error) bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		soon(t, news)
		rows, err := far.Read(t.Context())
		if so(rows, err) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it never becomes so: %+v, %v", rows, err)
		}
	}
}

// soon is what comes on a channel. That nothing comes fails the test.
func soon[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(time.Minute):
		t.Fatal("nothing comes in a minute")
		panic("unreachable")
	}
}

func (p *paper) sayNow(t *testing.T, symbol market.Symbol, field market.Field, value string, hour int) {
	t.Helper()
	when := market.Moment{At: noon().Add(time.Duration(hour-12) * time.Hour), Seen: noon().Add(-time.Minute)}
	o := market.NewObservation(symbol, field, currency.MustDecimal(value), when, bank.ID, "")
	if _, err := p.ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{o}, nil); err != nil {
		t.Fatal(err)
	}
}

func TestWhatAStreamTellsIsNotAskedFor(t *testing.T) {
	p := open(t)
	far := p.remote(t, "EUR/USD", "XNYS:BP")
	news := follow(t, far)
	is := func(value string) func([]watch.Row, error) bool {
		return func(rows []watch.Row, err error) bool { return err == nil && rows[1].Value.String() == value }
	}
	until(t, far, news, is("37.37"))
	p.since()
	p.sayNow(t, "XNYS:BP", market.Last, "37.51", 9)
	until(t, far, news, is("37.51"))
	near, told := read(t, p.local("EUR/USD", "XNYS:BP")), read(t, far)
	if told[1].Move != nil || told[1].Withheld != near[1].Withheld || told[0].Value.String() != near[0].Value.String() || len(told[0].Course) != 3 || told[0].Until.IsZero() {
		t.Errorf("from afar\n%+v\nnear\n%+v", told, near)
	}
	if asked := p.since(); len(asked) > 0 {
		t.Errorf("beside the stream it asked %v", asked)
	}
	p.revise(t, "EUR/USD", "1.1999")
	until(t, far, news, func(rows []watch.Row, err error) bool { return err == nil && rows[0].Value.String() == "1.1999" })
}

func TestWhoWasCutOffComesBackWithoutAGap(t *testing.T) {
	p := open(t)
	way := &road{Listener: p.server.Listener}
	var mu sync.Mutex
	var last []string // of each stream, what it goes on from
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/stream") {
			mu.Lock()
			last = append(last, r.Header.Get("Last-Event-ID"))
			mu.Unlock()
		}
		p.server.Config.Handler.ServeHTTP(w, r)
	}))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	way.Listener = l
	server.Listener = way
	server.Start()
	t.Cleanup(server.Close)
	far, err := watch.NewRemote(server.URL, watch.RemoteOptions{Symbols: []market.Symbol{"EUR/USD", "XNYS:BP"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(far.Close)
	news := follow(t, far)
	soon(t, news) // the stream is held
	way.cut(true)
	until(t, far, news, func(_ []watch.Row, err error) bool { return errors.Is(err, fault.Upstream) }) // that it is gone is known at once
	p.sayNow(t, "XNYS:BP", market.Last, "37.51", 9)
	p.sayNow(t, "XNYS:BP", market.Last, "37.52", 10)
	way.cut(false)
	until(t, far, news, func(rows []watch.Row, err error) bool { return err == nil && rows[1].Value.String() == "37.52" })
	mu.Lock()
	defer mu.Unlock()
	if len(last) < 2 || last[0] != "" || last[len(last)-1] == "" {
		t.Errorf("the streams went on from %q", last)
	}
}

// A server that is ending ends its streams first, and for a moment still answers.
func TestAServerThatEndsIsKnownToBeGone(t *testing.T) {
	p := open(t)
	type conn struct{}
	var held atomic.Value // the stream's connection
	var ending, gone atomic.Bool
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/stream") {
			held.Store(r.Context().Value(conn{}))
			gone.Store(ending.Load())
		}
		if gone.Load() {
			panic(http.ErrAbortHandler)
		}
		p.server.Config.Handler.ServeHTTP(w, r)
	}))
	server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, conn{}, c) }
	server.Start()
	t.Cleanup(server.Close)
	far, err := watch.NewRemote(server.URL, watch.RemoteOptions{Symbols: []market.Symbol{"EUR/USD"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(far.Close)
	news := follow(t, far)
	until(t, far, news, func(_ []watch.Row, err error) bool { return err == nil })
	ending.Store(true)
	if err := held.Load().(net.Conn).Close(); err != nil {
		t.Fatal(err)
	}
	until(t, far, news, func(_ []watch.Row, err error) bool { return err != nil })
}

// A server that has no streams, or no place for another, is asked as ever.
func TestWithoutAStreamAPaperIsAsked(t *testing.T) {
	for _, refusal := range []int{http.StatusNotFound, http.StatusServiceUnavailable} {
		p := open(t)
		refused := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/stream") {
				w.WriteHeader(refusal)
				close(refused) // a second time would fail
				return
			}
			p.server.Config.Handler.ServeHTTP(w, r)
		}))
		defer server.Close()
		far, err := watch.NewRemote(server.URL, watch.RemoteOptions{Symbols: []market.Symbol{"EUR/USD"}})
		if err != nil {
			t.Fatal(err)
		}
		defer far.Close()
		follow(t, far)
		soon(t, refused)
		p.revise(t, "EUR/USD", "1.1999")
		if rows := read(t, far); rows[0].Value.String() != "1.1999" {
			t.Errorf("with %d it is %s", refusal, rows[0].Value)
		}
	}
}

func TestAKeyIsSentAndNeverSaid(t *testing.T) {
	const key = "ck_abcdefghijklmnopqrstuvwxyz234567"
	var mu sync.Mutex
	var sent []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		sent = append(sent, r.Header.Get("Authorization"))
		mu.Unlock()
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"detail":"The key `+key+` is not known."}`)
	}))
	defer server.Close()
	far, err := watch.NewRemote(server.URL, watch.RemoteOptions{Symbols: []market.Symbol{"EUR/USD"}, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	first := watch.First(t.Context(), far)
	if !errors.Is(first.Err, fault.Denied) || !first.Hopeless() || strings.Contains(first.Err.Error(), key) || !strings.Contains(first.Err.Error(), "is not known") {
		t.Errorf("%v", first.Err)
	}
	if !slices.Equal(sent, []string{"Bearer " + key}) {
		t.Errorf("sent %q", sent)
	}
	if _, err := watch.NewRemote("http://paper.example", watch.RemoteOptions{Key: key}); !errors.Is(err, fault.Invalid) || strings.Contains(err.Error(), key) {
		t.Errorf("in the clear: %v", err)
	}
	if _, err := watch.NewRemote("https://paper.example", watch.RemoteOptions{Key: key}); err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{"abc", "ck_a b", "ck_a\r\nX: y", "ck_" + strings.Repeat("a", 300)} {
		if _, err := watch.NewRemote(server.URL, watch.RemoteOptions{Key: wrong}); !errors.Is(err, fault.Invalid) || strings.Contains(err.Error(), wrong) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestEachChangeFromAfarIsALineAtOnce(t *testing.T) {
	p := open(t)
	out, in := io.Pipe()
	ctx, leave := context.WithCancel(t.Context())
	done := make(chan error, 1)
	far := p.remote(t, "EUR/USD", "XNYS:BP")
	go func() { done <- watch.Follow(ctx, far, in, watch.FollowOptions{Every: time.Hour, Now: noon}) }()
	defer time.AfterFunc(time.Minute, func() { _ = in.CloseWithError(errors.New("no line comes")) }).Stop()
	lines := bufio.NewScanner(out)
	for i, want := range []string{"EUR/USD 1.183,", "XNYS:BP 37.37, down −0.51", "XNYS:BP 37.51, ", "EUR/USD 1.1999,"} {
		if !lines.Scan() || !strings.Contains(lines.Text(), want) {
			t.Errorf("line %d is %q, not %q: %v", i+1, lines.Text(), want, lines.Err())
		}
		switch i {
		case 1:
			p.sayNow(t, "XNYS:BP", market.Last, "37.51", 9)
		case 2:
			p.revise(t, "EUR/USD", "1.1999")
		}
	}
	leave()
	if err := soon(t, done); err != nil {
		t.Error(err)
	}
}
