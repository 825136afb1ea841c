package wire_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/store/ticks"
	"github.com/courant-news/courant/internal/web"
	"github.com/courant-news/courant/internal/wire"
	"github.com/courant-news/courant/internal/wire/provider"
)

// floor is a paper that listens to a real WebSocket server, which speaks as one of the providers does.
type floor struct {
	*wire.Runner
	ledger   *market.Ledger
	db       *store.DB
	ticks    *ticks.Ticks
	provider wire.Provider
	file     string
	address  string
	listed   []wire.Listed
	dialled  atomic.Int32

	mu    sync.Mutex
	clock time.Time
	talk  func(ctx context.Context, c *websocket.Conn) // nil: the server is busy
}

func (f *floor) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clock
}

// set sets the clock to a time of the day of the tests, a Monday on which New York trades from 14:30 to 21:00 UTC.
func (f *floor) set(clock string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = at(clock)
}

func at(clock string) time.Time {
	t, err := time.Parse(time.RFC3339, "2026-02-02T"+clock+"Z")
	if err != nil {
		panic(err)
	}
	return t
}

func newFloor(t *testing.T, id string, talk func(context.Context, *websocket.Conn)) *floor {
	t.Helper()
	f := &floor{clock: at("15:02:00"), talk: talk, file: filepath.Join(t.TempDir(), "paper.db")}
	f.listed = []wire.Listed{{Symbol: "XNYS:BP", Unit: "USD"}, {Symbol: "XNAS:VOD", Unit: "USD"}}
	ended, end := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.dialled.Add(1)
		if f.talk == nil {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.CloseNow()
		f.talk(ended, c)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(end) // first
	f.address = "ws" + strings.TrimPrefix(server.URL, "http") + "/"
	var err error
	if f.db, err = store.Open(t.Context(), f.file); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.db.Close() })
	f.ledger = market.NewLedger(f.db, bus.New(), market.LedgerOptions{Now: f.now})
	all := provider.Quotes()
	f.provider = all[slices.IndexFunc(all, func(p wire.Provider) bool { return string(p.Source.ID) == id })]
	f.provider.Source.Terms = market.ShowOnly
	f.Runner, f.ticks = f.machine(t, time.Second) // as in the program: who is asked sooner whether he is there may be too busy to say so
	return f
}

// machine is a further machine of the paper.
func (f *floor) machine(t *testing.T, pulse time.Duration) (*wire.Runner, *ticks.Ticks) {
	t.Helper()
	kept, err := ticks.Open(t.Context(), filepath.Join(t.TempDir(), "ticks.db"), ticks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	host, _, _ := strings.Cut(strings.TrimPrefix(f.address, "ws://"), "/")
	fetch := web.NewFetcher(web.FetcherOptions{Trusted: []string{host}})
	t.Cleanup(fetch.Close)
	r, err := wire.NewRunner([]wire.Provider{f.provider}, f.ledger, f.db, fetch, wire.Options{
		Now: f.now, Keys: map[market.SourceID]string{f.provider.Source.ID: "the key"}, Ticks: kept, Pulse: pulse,
		Streams:  map[market.SourceID]string{f.provider.Source.ID: f.address},
		Listings: func(context.Context) ([]wire.Listed, error) { return f.listed, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, kept
}

func (f *floor) status(t *testing.T) wire.Status {
	t.Helper()
	all, err := f.db.Statuses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all[wire.StreamID(f.provider.Source.ID)]
}

// bars are the minutes of BP as "15:00 open high low close volume".
func (f *floor) bars(t *testing.T) []string {
	t.Helper()
	bars, _, err := f.ledger.Bars(t.Context(), market.Stretch{Symbol: "XNYS:BP", Interval: market.Minutely, From: at("00:00:00"), To: at("23:59:00")})
	if err != nil && !errors.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
	var all []string
	for _, b := range bars {
		volume := b.Volume.String()
		if b.NoVolume {
			volume = "-"
		}
		all = append(all, fmt.Sprintf("%s %s %s %s %s %s", b.At.Format("15:04"), b.Open, b.High, b.Low, b.Close, volume))
	}
	return all
}

func send(ctx context.Context, c *websocket.Conn, messages ...string) {
	for _, m := range messages {
		_ = c.Write(ctx, websocket.MessageText, []byte(m)) // who is gone has been tested
	}
}

// expect reads messages, and notes those that are not as they should be.
func expect(ctx context.Context, t *testing.T, c *websocket.Conn, wants ...string) {
	for _, want := range wants {
		_, got, err := c.Read(ctx)
		if err != nil || string(got) != want {
			t.Errorf("the paper says %s, %v; want %s", got, err, want)
		}
	}
}

// sold is a message of Finnhub: SYMBOL TIME PRICE, and further ones.
func sold(trades ...string) string {
	all := make([]string, len(trades))
	for i, text := range trades {
		f := strings.Fields(text)
		all[i] = fmt.Sprintf(`{"p":%s,"s":%q,"t":%d,"v":100,"c":["1"]}`, f[2], f[0], at(f[1]).UnixMilli())
	}
	return `{"data":[` + strings.Join(all, ",") + `],"type":"trade"}`
}

func subscribed(ctx context.Context, t *testing.T, c *websocket.Conn) {
	expect(ctx, t, c, `{"type":"subscribe","symbol":"BP"}`, `{"type":"subscribe","symbol":"VOD"}`)
}

func TestTradesBecomeAPriceAndBarsOfWholeMinutes(t *testing.T) {
	f := newFloor(t, "finnhub", func(ctx context.Context, c *websocket.Conn) {
		subscribed(ctx, t, c)
		send(ctx, c, sold("BP 14:59:30 35.90"), `{"type":"ping"}`,
			sold("BP 15:00:10 35.91", "VOD 15:00:11 9.50", "BP 15:00:20 35.99"), sold("BP 15:00:50 35.80"),
			sold("BP 15:01:06 35.85", "VOD 15:01:07 9.51"))
		_ = c.Close(websocket.StatusGoingAway, "maintenance")
	})
	wait, err := f.Listen(t.Context(), f.provider)
	if fault.KindOf(err) != fault.Upstream || !strings.Contains(err.Error(), "maintenance") || wait < time.Second {
		t.Errorf("again in %s: %v", wait, err)
	}
	// The minute in which it began, and the one that is not over, have no bar. Finnhub's sizes cannot be added up.
	if got := f.bars(t); !slices.Equal(got, []string{"15:00 35.91 35.99 35.80 35.80 -"}) {
		t.Errorf("bars %q", got)
	}
	q, err := f.ledger.Quote(t.Context(), "XNYS:BP", market.AsOf{})
	if err != nil || q.Value.String() != "35.85" || !q.At.Equal(at("15:01:06")) || q.Source != "finnhub" || q.From[0].Ref != "BP p = 35.85" {
		t.Errorf("%+v, %v", q.Offer, err)
	}
	reply, err := f.Origin(t.Context(), q.From[0])
	if err != nil || !strings.Contains(string(reply.Body), `"p":35.85`) || strings.Contains(reply.Path, "key") {
		t.Errorf("it was read of %+v, %v", reply, err)
	}
	if s := f.status(t); s.Failures != 1 || !strings.Contains(s.Problem, "maintenance") || !s.Newest.Equal(at("15:01:07")) {
		t.Errorf("%+v", s)
	}
	if c := f.Counts()["finnhub"]; c.Trades != 7 || c.Bars != 2 || c.Streams != 1 || c.Cuts != 1 {
		t.Errorf("%+v", c)
	}
	// It is left alone until it is time.
	if wait, err := f.Listen(t.Context(), f.provider); err != nil || wait <= 0 || f.dialled.Load() != 1 {
		t.Errorf("dialled %d times, again in %s, %v", f.dialled.Load(), wait, err)
	}
}

func TestAServiceIsAskedInTheOrderInWhichItAdmits(t *testing.T) {
	trade := func(clock, price, size, conditions string) string {
		return fmt.Sprintf(`{"ev":"T","sym":"BP","p":%s,"s":%s,"c":[%s],"t":%d}`, price, size, conditions, at(clock).UnixMilli())
	}
	f := newFloor(t, "polygon", func(ctx context.Context, c *websocket.Conn) {
		send(ctx, c, `[{"ev":"status","status":"connected","message":"Connected Successfully"}]`)
		expect(ctx, t, c, `{"action":"auth","params":"the key"}`)
		send(ctx, c, `[{"ev":"status","status":"auth_success","message":"authenticated"}]`)
		expect(ctx, t, c, `{"action":"subscribe","params":"T.BP,T.VOD"}`)
		send(ctx, c, `[{"ev":"status","status":"success","message":"subscribed to: T.BP"},{"ev":"status","status":"success","message":"subscribed to: T.VOD"}]`,
			`[`+trade("14:59:59", "35.90", "100", "")+`]`,
			`[`+trade("15:00:01", "35.91", "300", "14,41")+`,`+trade("15:00:02", "99.00", "7", "37")+`]`, // an odd lot makes no high
			`[`+trade("15:00:03", "35.92", "100", "")+`,`+trade("15:01:30", "35.93", "100", "")+`]`)
		_ = c.Close(websocket.StatusNormalClosure, "")
	})
	if _, err := f.Listen(t.Context(), f.provider); err == nil {
		t.Error("the end of the connection goes unnoticed")
	}
	if got := f.bars(t); !slices.Equal(got, []string{"15:00 35.91 35.92 35.91 35.92 407"}) {
		t.Errorf("bars %q", got)
	}
}

func TestWhateverGoesWrongWithAStreamIsSaidAndWhatWasToldIsKept(t *testing.T) {
	begin := func(ctx context.Context, c *websocket.Conn) {
		subscribed(ctx, t, c)
		send(ctx, c, sold("BP 14:59:30 35.90"), sold("BP 15:00:10 35.91"), sold("BP 15:01:06 35.85"))
	}
	for name, c := range map[string]struct {
		talk func(ctx context.Context, c *websocket.Conn)
		want string
		kind error
	}{
		"cut":     {func(_ context.Context, c *websocket.Conn) { _ = c.CloseNow() }, "was cut", fault.Upstream},
		"garbage": {func(ctx context.Context, c *websocket.Conn) { send(ctx, c, `{"type":"tra`) }, "not the JSON", fault.Upstream},
		"a page":  {func(ctx context.Context, c *websocket.Conn) { send(ctx, c, `<html>`) }, "a page for people", fault.Upstream},
		"throttled": {func(ctx context.Context, c *websocket.Conn) {
			send(ctx, c, `{"type":"error","msg":"API limit reached"}`)
		}, "too often", fault.Busy},
		"refused": {func(ctx context.Context, c *websocket.Conn) {
			send(ctx, c, `{"type":"error","msg":"Subscribing to too many symbols"}`)
		}, "too many symbols", fault.Busy},
		"another":     {func(ctx context.Context, c *websocket.Conn) { send(ctx, c, sold("IBM 15:01:10 250")) }, "was not asked for", fault.Upstream},
		"to come":     {func(ctx context.Context, c *websocket.Conn) { send(ctx, c, sold("BP 15:09:00 35.90")) }, "still to come", fault.Upstream},
		"of zero":     {func(ctx context.Context, c *websocket.Conn) { send(ctx, c, sold("BP 15:01:10 0")) }, "above zero", fault.Upstream},
		"bytes":       {func(ctx context.Context, c *websocket.Conn) { _ = c.Write(ctx, websocket.MessageBinary, []byte{1}) }, "where a text is expected", fault.Upstream},
		"without end": {func(ctx context.Context, c *websocket.Conn) { send(ctx, c, strings.Repeat(" ", wire.MaxMessage+1)) }, "longer than any", fault.Upstream},
		"dead":        {func(ctx context.Context, _ *websocket.Conn) { <-ctx.Done() }, "does not answer in time", fault.Upstream}, // nobody reads, so nobody answers
	} {
		t.Run(name, func(t *testing.T) {
			f := newFloor(t, "finnhub", func(ctx context.Context, conn *websocket.Conn) {
				begin(ctx, conn)
				c.talk(ctx, conn)
				_, _, _ = conn.Read(ctx) // until the paper goes
			})
			if name == "dead" {
				f.Runner, f.ticks = f.machine(t, 50*time.Millisecond)
			}
			wait, err := f.Listen(t.Context(), f.provider)
			if fault.KindOf(err) != c.kind || !strings.Contains(fault.Sentence(err), c.want) || wait < time.Second {
				t.Errorf("again in %s: %v, want %q", wait, err, c.want)
			}
			if s := f.status(t); s.Failures != 1 || !strings.Contains(s.Problem, c.want) || !s.Next.After(f.clock) {
				t.Errorf("%+v", s)
			}
			if got := f.bars(t); !slices.Equal(got, []string{"15:00 35.91 35.91 35.91 35.91 -"}) {
				t.Errorf("bars %q", got)
			}
			if q, err := f.ledger.Quote(t.Context(), "XNYS:BP", market.AsOf{}); err != nil || q.Value.String() != "35.85" {
				t.Error(q.Value, err)
			}
		})
	}
}

func TestAServiceThatDoesNotBeginIsLeft(t *testing.T) {
	silent := newFloor(t, "polygon", func(ctx context.Context, c *websocket.Conn) { _, _, _ = c.Read(ctx) })
	silent.Runner, silent.ticks = silent.machine(t, 50*time.Millisecond)
	if _, err := silent.Listen(t.Context(), silent.provider); !strings.Contains(fault.Sentence(err), "does not begin to tell") {
		t.Error(err)
	}
	denied := newFloor(t, "polygon", func(ctx context.Context, c *websocket.Conn) {
		send(ctx, c, `[{"ev":"status","status":"connected"}]`)
		expect(ctx, t, c, `{"action":"auth","params":"the key"}`)
		send(ctx, c, `[{"ev":"status","status":"auth_failed","message":"authentication failed"}]`)
		_, _, _ = c.Read(ctx)
	})
	if _, err := denied.Listen(t.Context(), denied.provider); !strings.Contains(fault.Sentence(err), "authentication failed") {
		t.Error(err)
	}
	busy := newFloor(t, "finnhub", nil)
	wait, err := busy.Listen(t.Context(), busy.provider)
	if wait < 2*time.Hour || !strings.Contains(fault.Sentence(err), "429 Too Many Requests") {
		t.Errorf("again in %s: %v", wait, err)
	}
	for _, f := range []*floor{silent, denied, busy} {
		if s := f.status(t); s.Failures != 1 || strings.Contains(s.Problem, "the key") || strings.Contains(s.Problem, "token") {
			t.Errorf("%+v", s)
		}
	}
}

func TestOfTwoMachinesOneListens(t *testing.T) {
	told, goOn := make(chan struct{}), make(chan struct{})
	f := newFloor(t, "finnhub", func(ctx context.Context, c *websocket.Conn) {
		subscribed(ctx, t, c)
		close(told)
		<-goOn
		_ = c.Close(websocket.StatusGoingAway, "")
	})
	first := make(chan error)
	go func() {
		_, err := f.Listen(t.Context(), f.provider)
		first <- err
	}()
	soon(t, told)
	other, _ := f.machine(t, time.Second)
	if wait, err := other.Listen(t.Context(), f.provider); err != nil || wait <= 0 || f.dialled.Load() != 1 {
		t.Errorf("the other: again in %s, %v; dialled %d times", wait, err, f.dialled.Load())
	}
	close(goOn)
	if err := soon(t, first); err == nil {
		t.Error("the end of the connection goes unnoticed")
	}
}

func TestAMachineWhoseLeaseWasTakenListensNoMore(t *testing.T) {
	told := make(chan struct{})
	f := newFloor(t, "finnhub", func(ctx context.Context, c *websocket.Conn) {
		subscribed(ctx, t, c)
		close(told)
		for ctx.Err() == nil {
			if _, _, err := c.Read(ctx); err != nil {
				return
			}
		}
	})
	f.Runner, f.ticks = f.machine(t, 50*time.Millisecond)
	first := make(chan error)
	go func() {
		_, err := f.Listen(t.Context(), f.provider)
		first <- err
	}()
	soon(t, told)
	db, err := sql.Open("sqlite", f.file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "UPDATE lease SET expires = 0"); err != nil {
		t.Fatal(err)
	}
	if _, held, err := f.db.Lease(t.Context(), "wire/finnhub/stream", "another", time.Hour); err != nil || !held {
		t.Fatal(held, err)
	}
	if err := soon(t, first); !errors.Is(err, fault.Conflict) {
		t.Errorf("it ended with %v, want fault.Conflict", err)
	}
}

func TestNobodyListensWhileNothingTrades(t *testing.T) {
	f := newFloor(t, "finnhub", nil)
	for clock, want := range map[string]string{
		"13:40:00": "48m0s", // two minutes before it opens
		"14:27:59": "1s",
		"21:16:00": "1h0m0s", // other shares may be wanted then
	} {
		f.set(clock)
		if wait, err := f.Listen(t.Context(), f.provider); err != nil || wait.String() != want || f.dialled.Load() != 0 {
			t.Errorf("at %s: again in %s, want %s; %v", clock, wait, want, err)
		}
	}
	f.listed = []wire.Listed{{Symbol: "XXXX:ANY"}}
	f.set("15:00:00")
	if wait, err := f.Listen(t.Context(), f.provider); err != nil || wait != time.Hour || f.dialled.Load() != 0 {
		t.Errorf("of no market: again in %s, %v", wait, err)
	}
}

// A program that ends at once leaves trades behind. The next makes bars of them, of the minutes that were whole.
func TestWhatWasLeftIsMadeUpFor(t *testing.T) {
	f := newFloor(t, "finnhub", nil)
	tick := func(clock, price string) market.Tick {
		return market.Tick{Symbol: "XNYS:BP", Source: "finnhub", At: at(clock), Seen: at(clock), Price: currency.MustDecimal(price), NoSize: true}
	}
	span := wire.Span{Source: "finnhub", From: at("14:58:10"), To: at("15:00:40")}
	err := f.ticks.Add(t.Context(), span, []market.Tick{tick("14:58:10", "35.70"), tick("14:59:01", "35.80"), tick("14:59:30", "35.85"), tick("15:00:40", "35.90")})
	if err != nil {
		t.Fatal(err)
	}
	for _, clock := range []string{"15:02:00", "20:02:00"} { // the second time nothing is left
		f.set(clock)
		_, _ = f.Listen(t.Context(), f.provider) // the server is busy, which is tested above
		if got := f.bars(t); !slices.Equal(got, []string{"14:59 35.80 35.85 35.80 35.85 -"}) {
			t.Errorf("bars %q", got)
		}
	}
	if spans, err := f.ticks.Spans(t.Context(), "finnhub"); err != nil || len(spans) != 1 || !spans[0].Done.Equal(at("15:00:00")) {
		t.Error(spans, err)
	}
}

// Of a minute in which the connection was cut, something may be missing: it has no bar.
func TestAMinuteThatWasCutHasNoBar(t *testing.T) {
	f := newFloor(t, "finnhub", func(ctx context.Context, c *websocket.Conn) {
		subscribed(ctx, t, c)
		send(ctx, c, sold("BP 14:58:30 35.90"), sold("BP 14:59:10 35.91"), sold("BP 15:00:10 35.92"))
		_ = c.CloseNow()
	})
	_, _ = f.Listen(t.Context(), f.provider) // how it ends is tested above
	f.talk = func(ctx context.Context, c *websocket.Conn) {
		subscribed(ctx, t, c)
		send(ctx, c, sold("BP 15:00:30 35.93"), sold("BP 15:01:00 35.94"), sold("BP 15:02:05 35.95"))
		_ = c.CloseNow()
	}
	f.set("15:59:00") // it is left alone for some time
	_, _ = f.Listen(t.Context(), f.provider)
	if got := f.bars(t); !slices.Equal(got, []string{"14:59 35.91 35.91 35.91 35.91 -", "15:01 35.94 35.94 35.94 35.94 -"}) {
		t.Errorf("bars %q", got)
	}
}

func TestNoTradeIsLostInAFlood(t *testing.T) {
	const messages, each = 60, 500
	f := newFloor(t, "finnhub", func(ctx context.Context, c *websocket.Conn) {
		subscribed(ctx, t, c)
		for n := range messages {
			trades := make([]string, each)
			for i := range trades {
				trades[i] = fmt.Sprintf("BP 15:00:%02d 35.90", n)
			}
			send(ctx, c, sold(trades...))
		}
		_ = c.Close(websocket.StatusGoingAway, "")
	})
	_, _ = f.Listen(t.Context(), f.provider)
	kept, err := f.ticks.Between(t.Context(), "finnhub", at("15:00:00"), at("15:01:00"))
	if err != nil || len(kept) != messages*each {
		t.Errorf("%d of %d trades are kept, %v", len(kept), messages*each, err)
	}
}

func TestAPriceThatCannotBeRightIsHeldFromAStreamToo(t *testing.T) {
	f := newFloor(t, "finnhub", func(ctx context.Context, c *websocket.Conn) {
		subscribed(ctx, t, c)
		send(ctx, c, sold("BP 14:58:30 35.90"), sold("BP 14:59:10 35.91"), sold("BP 15:00:30 359.10"), sold("BP 15:01:10 359.20"))
		_ = c.Close(websocket.StatusGoingAway, "")
	})
	before := market.NewObservation("XNYS:BP", market.Last, currency.MustDecimal("35.80"), market.Moment{At: at("14:45:00"), Seen: at("14:45:00")}, "finnhub", "")
	if _, err := f.ledger.Record(t.Context(), []market.Source{f.provider.Source}, []market.Observation{before}, nil); err != nil {
		t.Fatal(err)
	}
	_, _ = f.Listen(t.Context(), f.provider)
	if q, err := f.ledger.Quote(t.Context(), "XNYS:BP", market.AsOf{}); err != nil || q.Value.String() == "359.20" {
		t.Error(q.Value, err)
	}
	held, err := f.db.Held(t.Context(), market.Waiting)
	if err != nil || len(held) == 0 || held[0].Reason != market.Slip {
		t.Error(held, err)
	}
	if got := f.bars(t); !slices.Equal(got, []string{"14:59 35.91 35.91 35.91 35.91 -"}) {
		t.Errorf("bars %q", got)
	}
	waits := func(h market.Held) bool {
		return h.What() == "XNYS:BP, bar of a minute" && h.At.Equal(at("15:00:00")) && h.Reason == market.Slip
	}
	if !slices.ContainsFunc(held, waits) {
		t.Error(held)
	}
}
