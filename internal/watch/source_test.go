package watch_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/api/native"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store/storetest"
	"github.com/courant-news/courant/internal/watch"
	"github.com/courant-news/courant/internal/web"
)

// paper is a ledger, and the same one served.
type paper struct {
	ledger *market.Ledger
	server *httptest.Server

	mu    sync.Mutex
	asked []string // what was asked of the server, with the status of the reply
}

// since returns what was asked since it was last called.
func (p *paper) since() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked := p.asked
	p.asked = nil
	return asked
}

var bank = market.Source{ID: "bank", Name: "The Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free, Issuer: "EUR"}

func open(t *testing.T) *paper {
	t.Helper()
	b := bus.New()
	p := &paper{ledger: market.NewLedger(storetest.Open(t), b, market.LedgerOptions{Now: noon})}
	for n, day := range []string{"2026-01-29", "2026-01-30", "2026-02-02"} {
		for pair, value := range map[market.Symbol]string{"EUR/USD": "1.18", "EUR/JPY": "184.2", "EUR/RUB": "91.0"} {
			p.say(t, pair, market.Rate, value+string(rune('1'+n)), day)
		}
	}
	p.say(t, "XNYS:BP", market.Last, "37.37", "2026-02-02")
	p.say(t, "XNYS:BP", market.PreviousClose, "37.88", "2026-02-02")
	p.say(t, "OTCM:RBGPF", market.Last, "82.50", "2026-02-02")
	p.say(t, "OTCM:RBGPF", market.PreviousClose, "82.40", "2026-02-02")
	mux := http.NewServeMux()
	stream := native.Mount(mux, api.New(p.ledger, b, api.Options{Now: noon}), native.Options{Stream: web.StreamOptions{Every: time.Nanosecond}})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { stream.Run(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(&status{w, func(code int) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.asked = append(p.asked, r.URL.Path+" "+http.StatusText(code))
		}}, r)
	}))
	t.Cleanup(p.server.Close)
	return p
}

// status tells the status of a reply before it is sent; a handler that names none has written nothing else than success.
type status struct {
	http.ResponseWriter
	told func(code int)
}

func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (s *status) WriteHeader(code int) {
	s.told(code)
	s.ResponseWriter.WriteHeader(code)
}

func (p *paper) say(t *testing.T, symbol market.Symbol, field market.Field, value, day string) {
	t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	o := market.NewObservation(symbol, field, currency.MustDecimal(value), market.Moment{At: at, Seen: at.Add(10 * time.Hour)}, bank.ID, "")
	if _, err := p.ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{o}, nil); err != nil {
		t.Fatal(err)
	}
}

// revise has the bank say something else of the last day.
func (p *paper) revise(t *testing.T, pair market.Symbol, value string) {
	t.Helper()
	when := market.Moment{At: time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC), Seen: noon().Add(-time.Hour)}
	o := market.NewObservation(pair, market.Rate, currency.MustDecimal(value), when, bank.ID, "")
	if _, err := p.ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{o}, nil); err != nil {
		t.Fatal(err)
	}
}

func (p *paper) remote(t *testing.T, symbols ...market.Symbol) *watch.Remote {
	t.Helper()
	r, err := watch.NewRemote(p.server.URL, watch.RemoteOptions{Symbols: symbols})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func (p *paper) local(symbols ...market.Symbol) *watch.Local {
	return watch.NewLocal(p.ledger, watch.LocalOptions{Symbols: symbols, Now: noon})
}

func read(t *testing.T, s watch.Source) []watch.Row {
	t.Helper()
	rows, err := s.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAPaperSaysTheSameFromNearAndFar(t *testing.T) {
	p := open(t)
	for _, symbols := range [][]market.Symbol{nil, {"USD/JPY", "EUR/RUB", "EUR/BGN", "EUR/USD", "XNYS:BP", "OTCM:RBGPF"}} {
		near, far := read(t, p.local(symbols...)), read(t, p.remote(t, symbols...))
		for i := range far {
			for n := range far[i].Numbers {
				far[i].Numbers[n] = strings.TrimPrefix(far[i].Numbers[n], p.server.URL)
			}
			for _, rows := range [][]watch.Row{near, far} { // said in other words, or not at all
				if _, _, isPair := rows[i].Symbol.Pair(); isPair {
					rows[i].Withheld = ""
				}
				for n := range rows[i].Flags {
					rows[i].Flags[n].Word = ""
				}
			}
		}
		if diff := gocmp.Diff(near, far); diff != "" || len(near) < 2 {
			t.Errorf("%v near and far:\n%s", symbols, diff)
		}
	}
	row := read(t, p.local("EUR/USD"))[0]
	if row.Value.String() != "1.183" || row.Move == nil || row.Move.By.String() != "0.001" || len(row.Course) != 3 || row.Said != "The Bank" {
		t.Errorf("EUR/USD is %+v", row)
	}
}

func TestAShareHasItsChangeNearAndFar(t *testing.T) {
	p := open(t)
	for _, source := range []watch.Source{p.local("XNYS:BP", "OTCM:RBGPF"), p.remote(t, "XNYS:BP", "OTCM:RBGPF")} {
		rows := read(t, source)
		if m := rows[0].Move; m == nil || m.By.String() != "-0.51" || !m.Since.IsZero() || rows[0].Value.String() != "37.37" || rows[0].Name == "" || len(rows[0].Numbers) != 1 {
			t.Errorf("%s: %+v", source.Name(), rows[0])
		}
		if !strings.Contains(rows[1].Withheld, "at no known rate in USD") {
			t.Errorf("%s: %+v", source.Name(), rows[1])
		}
	}
}

func TestWhatHasNotChangedIsNotSentAgain(t *testing.T) {
	p := open(t)
	far := p.remote(t, "EUR/USD", "XNYS:BP")
	first := read(t, far)
	p.since()
	second := read(t, far)
	asked := p.since()
	for _, asked := range asked {
		if !strings.HasSuffix(asked, " Not Modified") {
			t.Errorf("sent again: %s", asked)
		}
	}
	if diff := gocmp.Diff(first, second); diff != "" || len(asked) != 3 {
		t.Errorf("asked again %v, it says\n%s", asked, diff)
	}
	p.revise(t, "EUR/USD", "1.1999")
	if rows := read(t, p.remote(t, "EUR/USD")); rows[0].Value.String() != "1.1999" {
		t.Errorf("after a revision it is %s", rows[0].Value)
	}
}

func TestWhatIsNotThereIsSaidBeforeAnythingIsDrawn(t *testing.T) {
	p := open(t)
	for name, c := range map[string]struct {
		source watch.Source
		want   fault.Kind
	}{
		"an unknown currency, far": {p.remote(t, "EUR/QQQ"), fault.NotFound},
		"nobody quoted it, near":   {p.local("EUR/ISK"), fault.NotFound},
		"nobody quoted it, far":    {p.remote(t, "EUR/ISK"), fault.NotFound},
		"no such share, near":      {p.local("XNYS:NOBODY"), fault.NotFound},
		"no such share, far":       {p.remote(t, "XNYS:NOBODY"), fault.NotFound},
	} {
		if first := watch.First(t.Context(), c.source); !errors.Is(first.Err, c.want) || !first.Hopeless() {
			t.Errorf("%s: %v", name, first.Err)
		}
		if err := watch.Follow(t.Context(), c.source, io.Discard, watch.FollowOptions{}); !errors.Is(err, c.want) {
			t.Errorf("%s: followed, it ends with %v", name, err)
		}
	}
	p.server.Close()
	gone := p.remote(t, "EUR/USD")
	if first := watch.First(t.Context(), gone); !errors.Is(first.Err, fault.Upstream) || first.Hopeless() {
		t.Errorf("a server that is gone: %v", first.Err)
	}
	if err := watch.Follow(t.Context(), gone, io.Discard, watch.FollowOptions{Once: true}); !errors.Is(err, fault.Upstream) {
		t.Errorf("asked once, a server that is gone: %v", err)
	}
}

func TestAnAddressThatIsNoPaperIsRefused(t *testing.T) {
	for _, address := range []string{"", "paper.example", "ftp://paper.example", "https://", "https://me:secret@paper.example", "https://paper.example/markets", "https://paper.example/?a=b", "http://[::1"} {
		if _, err := watch.NewRemote(address, watch.RemoteOptions{}); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", address, err)
		}
	}
	for _, address := range []string{"http://127.0.0.1:8080", "https://paper.example/"} {
		if _, err := watch.NewRemote(address, watch.RemoteOptions{}); err != nil {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestAServerThatAsksForPatienceIsGivenIt(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "70")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"detail":"Too often.\u001b[2J"}`)
	}))
	defer server.Close()
	far, err := watch.NewRemote(server.URL, watch.RemoteOptions{Symbols: []market.Symbol{"EUR/USD"}})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	_, err = far.Read(t.Context())
	later, ok := errors.AsType[watch.Later](err)
	if !ok || later.After != 70*time.Second || !errors.Is(err, fault.Busy) || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%q, to be asked again in %s", err, later.After)
	}
}

func TestEachChangeIsALine(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		p := open(t)
		out, in := io.Pipe()
		done := make(chan error, 1)
		ctx := t.Context()
		go func() {
			done <- watch.Follow(ctx, p.local("EUR/USD", "EUR/JPY"), in, watch.FollowOptions{Every: time.Millisecond, JSON: asJSON, Now: noon})
		}()
		defer time.AfterFunc(time.Minute, func() { _ = in.CloseWithError(errors.New("no line comes")) }).Stop()
		lines := bufio.NewScanner(out)
		next := func() string {
			t.Helper()
			if !lines.Scan() {
				t.Fatal(lines.Err())
			}
			if !asJSON {
				return lines.Text()
			}
			var row watch.Row
			if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
				t.Fatalf("%s: %v", lines.Text(), err)
			}
			return string(row.Symbol) + " " + row.Value.String()
		}
		want := []string{
			"12:00:00 EUR/USD 1.183, up +0.001 (+0.08%) since 30 January 2026; The Bank, of 2 February 2026",
			"12:00:00 EUR/JPY 184.23, up +0.01 (+0.01%) since 30 January 2026; The Bank, of 2 February 2026",
			"12:00:00 EUR/JPY 184.31, up +0.09 (+0.05%) since 30 January 2026; The Bank, of 2 February 2026",
		}
		if asJSON {
			want = []string{"EUR/USD 1.183", "EUR/JPY 184.23", "EUR/JPY 184.31"}
		}
		for i, w := range want {
			if i == 2 {
				p.revise(t, "EUR/JPY", "184.31")
			}
			if got := next(); got != w {
				t.Errorf("line %d is\n%s\nand should be\n%s", i+1, got, w)
			}
		}
		if err := out.Close(); err != nil { // whoever reads has gone: the next change cannot be printed
			t.Fatal(err)
		}
		p.revise(t, "EUR/USD", "1.19")
		if err := soon(t, done); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("where nobody reads it ends with %v", err)
		}
	}
}
