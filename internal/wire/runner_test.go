package wire_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/web"
	"github.com/courant-news/courant/internal/wire"
)

// world is a paper with one provider, whose server says what the test wants, and a clock that the test sets.
type world struct {
	*wire.Runner
	db       *store.DB
	ledger   *market.Ledger
	provider wire.Provider
	answer   http.HandlerFunc
	asked    atomic.Int64
	clock    time.Time
}

// monday is when the tests begin: in the hours in which the tests' bank publishes.
var monday = time.Date(2026, 2, 2, 16, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *world {
	t.Helper()
	return worldOver(t, filepath.Join(t.TempDir(), "paper.db"))
}

// worldOver is a machine of its own over the store at a URL.
func worldOver(t *testing.T, url string) *world {
	t.Helper()
	w := &world{clock: monday}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.asked.Add(1)
		w.answer(rw, r)
	}))
	t.Cleanup(server.Close)
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := func() time.Time { return w.clock }
	w.db, w.ledger = db, market.NewLedger(db, bus.New(), market.LedgerOptions{Now: now})
	w.provider = wire.Provider{
		Source: market.Source{ID: "bank", Name: "The Bank", Kind: market.Official, Issuer: "EUR", Fresh: 96 * time.Hour, Terms: market.Free},
		Kind:   "reference rate", Base: server.URL + "/", Since: "2026-01-01",
		Schedule: wire.Schedule{Zone: "UTC", From: "15:00", Until: "18:00", Every: 10 * time.Minute},
		Requests: func(a wire.Ask) []wire.Request {
			if a.Newest() {
				return []wire.Request{{Path: "daily"}}
			}
			var all []wire.Request
			for d := a.From; !d.After(a.To); d = d.AddDate(0, 0, 1) {
				all = append(all, wire.Request{Path: "on/" + d.Format(time.DateOnly)})
			}
			return all
		},
		Parse: parse,
	}
	fetch := web.NewFetcher(web.FetcherOptions{Trusted: []string{strings.TrimPrefix(server.URL, "http://")}})
	t.Cleanup(fetch.Close)
	w.Runner, err = wire.NewRunner([]wire.Provider{w.provider}, w.ledger, db, fetch, wire.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// parse reads lines of DAY CODE RATE.
func parse(body []byte) (wire.Reading, error) {
	var t wire.Table
	for line := range strings.Lines(string(body)) {
		f := strings.Fields(line)
		if len(f) != 3 {
			return wire.Reading{}, wire.Refuse("%.40q is no line", line)
		}
		at, err := wire.Day(time.DateOnly, f[0])
		if err != nil {
			return wire.Reading{}, err
		}
		value, err := wire.Number(f[2])
		if err != nil {
			return wire.Reading{}, err
		}
		if err := t.Add("EUR", f[1], value, at, line); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Reading()
}

// says makes the server answer with a text.
func (w *world) says(text string) {
	w.answer = func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, text) }
}

func (w *world) turn(t *testing.T) (time.Duration, error) {
	t.Helper()
	return w.Turn(t.Context(), w.provider)
}

func (w *world) status(t *testing.T) wire.Status {
	t.Helper()
	all, err := w.db.Statuses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all["bank"]
}

func (w *world) rate(t *testing.T, pair market.Symbol) string {
	t.Helper()
	p, err := w.ledger.Rate(t.Context(), pair, market.AsOf{})
	if err != nil {
		return fault.Sentence(err)
	}
	return p.Value.String()
}

func TestAReplyIsKeptReadAndHeard(t *testing.T) {
	w := newWorld(t)
	w.says("2026-02-02 USD 1.1840\n2026-02-02 JPY 183.10\n")
	wait, err := w.turn(t)
	if err != nil || wait != time.Hour { // the next is tomorrow at 15:00; a look an hour hence costs nothing
		t.Errorf("wait %s, %v", wait, err)
	}
	s := w.status(t)
	if s.Figures != 2 || s.New != 2 || s.Failures != 0 || !s.Got.Equal(monday) || !s.Next.Equal(monday.Add(23*time.Hour)) || s.Newest.Format(time.DateOnly) != "2026-02-02" {
		t.Errorf("%+v", s)
	}
	if got := w.rate(t, "EUR/USD"); got != "1.1840" {
		t.Errorf("EUR/USD is %s", got)
	}
	r, err := w.db.Reply(t.Context(), "bank", monday)
	if err != nil || !strings.HasPrefix(string(r.Body), "2026-02-02 USD") || len(r.Hash) != 64 || r.Path != "daily" {
		t.Errorf("kept %+v, %v", r, err)
	}
	// It is not due before tomorrow.
	w.clock = monday.Add(time.Hour)
	if _, err := w.turn(t); err != nil || w.asked.Load() != 1 {
		t.Errorf("asked %d times, %v", w.asked.Load(), err)
	}
	if err := w.db.DropReplies(t.Context(), monday.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if r, err = w.db.Reply(t.Context(), "bank", monday); err != nil || r.Body != nil || len(r.Hash) != 64 {
		t.Errorf("after the sweep %+v, %v", r, err)
	}
}

func TestTheNewestIsAskedForOnTheServersOwnTerms(t *testing.T) {
	w := newWorld(t)
	var conditional []string
	w.answer = func(rw http.ResponseWriter, r *http.Request) {
		conditional = append(conditional, r.Header.Get("If-None-Match")+r.Header.Get("If-Modified-Since"))
		if r.Header.Get("If-None-Match") == `"v1"` {
			rw.WriteHeader(http.StatusNotModified)
			return
		}
		rw.Header().Set("ETag", `"v1"`)
		_, _ = io.WriteString(rw, "2026-01-30 USD 1.1919\n")
	}
	// Friday's table came first, and is no reason to stop asking on Monday; a day later it is asked for in full.
	for _, after := range []time.Duration{0, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 24 * time.Hour} {
		w.clock = monday.Add(after)
		if _, err := w.turn(t); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"", `"v1"`, `"v1"`, ""}; !slices.Equal(conditional, want) {
		t.Errorf("asked with %q, want %q", conditional, want)
	}
}

func TestAProviderThatFailsIsAskedLessAndItsLastNumbersStand(t *testing.T) {
	w := newWorld(t)
	w.says("2026-02-02 USD 1.1840\n")
	if _, err := w.turn(t); err != nil {
		t.Fatal(err)
	}
	w.answer = func(rw http.ResponseWriter, _ *http.Request) { http.Error(rw, "<h1>down</h1>", http.StatusBadGateway) }
	w.clock = monday.AddDate(0, 0, 1)
	for n := 1; n <= 6; n++ {
		_, err := w.turn(t)
		s := w.status(t)
		if err == nil || fault.KindOf(err) != fault.Upstream || s.Failures != n || s.Problem == "" || s.Open() != (n >= 5) {
			t.Fatalf("turn %d: %v, %+v", n, err, s)
		}
		if n >= 5 && s.Next.Sub(w.clock) < 30*time.Minute {
			t.Errorf("with the breaker open it is asked again after %s", s.Next.Sub(w.clock))
		}
		w.clock = s.Next
	}
	if got := w.rate(t, "EUR/USD"); got != "1.1840" {
		t.Errorf("EUR/USD is %s", got)
	}
	w.says("2026-02-03 USD 1.1855\n")
	if _, err := w.turn(t); err != nil || w.status(t).Failures != 0 || w.rate(t, "EUR/USD") != "1.1855" {
		t.Errorf("%v, %+v", err, w.status(t))
	}
}

func TestAServerThatAsksForPatienceGetsIt(t *testing.T) {
	w := newWorld(t)
	w.answer = func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Retry-After", "7200")
		rw.WriteHeader(http.StatusTooManyRequests)
	}
	if _, err := w.turn(t); err == nil {
		t.Fatal("too many requests are no failure")
	}
	if s := w.status(t); s.Next.Sub(monday) < 2*time.Hour {
		t.Errorf("asked again after %s", s.Next.Sub(monday))
	}
}

func TestOfTwoRunnersOneFetchesAndTheLosersWordIsDropped(t *testing.T) {
	w := newWorld(t)
	w.says("2026-02-02 USD 1.1840\n")
	l, held, err := w.db.Lease(t.Context(), "wire/bank", "another machine", time.Hour)
	if err != nil || !held || l.Epoch != 1 {
		t.Fatal(l, held, err)
	}
	if wait, err := w.turn(t); err != nil || wait != time.Minute || w.asked.Load() != 0 {
		t.Errorf("beside another: wait %s, %v, asked %d times", wait, err, w.asked.Load())
	}
	// The other hangs; its lease runs out, we take over; then it wakes and speaks.
	if err := w.db.DropLease(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	if _, err := w.turn(t); err != nil || w.asked.Load() != 1 {
		t.Fatalf("%v, asked %d times", err, w.asked.Load())
	}
	late := market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("9.9"), market.Moment{At: monday.Truncate(24 * time.Hour), Seen: monday}, "bank", "late")
	_, err = w.ledger.Hear(t.Context(), market.Hearing{Source: w.provider.Source, Observations: []market.Observation{late}, Lease: l})
	if err == nil || fault.KindOf(err) != fault.Conflict {
		t.Errorf("the loser was heard: %v", err)
	}
	if got := w.rate(t, "EUR/USD"); got != "1.1840" {
		t.Errorf("EUR/USD is %s", got)
	}
}

func TestABackfillAsksForEachDayAndAddsNothingTwice(t *testing.T) {
	w := newWorld(t)
	w.answer = func(rw http.ResponseWriter, r *http.Request) {
		day := strings.TrimPrefix(r.URL.Path, "/on/")
		if day == "2026-01-06" {
			http.NotFound(rw, r) // a holiday
			return
		}
		fmt.Fprintf(rw, "%s USD 1.18%s\n2025-12-31 USD 1.17\n", day, day[8:])
	}
	from, to := monday.AddDate(0, 0, -30).Truncate(24*time.Hour), monday.AddDate(0, 0, -20).Truncate(24*time.Hour)
	for turn, want := range []int{10, 0} {
		calls := 0
		o, err := w.Backfill(t.Context(), w.provider, from, to, func(p wire.Progress) {
			if p.Figures > 0 {
				return // within a reply
			}
			if calls++; p.Done != calls || p.Of != 11 {
				t.Errorf("%d of %d at call %d", p.Done, p.Of, calls)
			}
		})
		if err != nil || o.New != want || calls != 11 {
			t.Errorf("turn %d: %d new, %d calls, %v", turn, o.New, calls, err)
		}
		w.clock = w.clock.Add(time.Hour)
	}
	if _, err := w.Backfill(t.Context(), w.provider, to, from, nil); fault.KindOf(err) != fault.Invalid {
		t.Errorf("days the wrong way round: %v", err)
	}
}

func TestABackfillSaysWhyItWaits(t *testing.T) {
	w := newWorld(t)
	w.answer = func(rw http.ResponseWriter, _ *http.Request) { http.Error(rw, "closed", http.StatusServiceUnavailable) }
	ctx, leave := context.WithCancel(t.Context())
	var waits []wire.Progress
	_, err := w.Backfill(ctx, w.provider, monday.AddDate(0, 0, -3), monday.AddDate(0, 0, -1), func(p wire.Progress) {
		waits = append(waits, p)
		leave()
	})
	if !errors.Is(err, context.Canceled) || len(waits) != 1 || waits[0].Problem == nil || waits[0].Again <= 0 || waits[0].Of != 3 {
		t.Errorf("%+v, %v", waits, err)
	}
}

func TestASavedReplyTakesTheSameRoad(t *testing.T) {
	w := newWorld(t)
	o, err := w.Read(t.Context(), w.provider, []byte("2026-02-02 USD 1.1840\n2026-02-02 QQQ 7\n"), nil, nil)
	if err != nil || o.New != 1 || o.Figures != 2 || len(o.Left) != 1 || !strings.Contains(o.Left[0], "QQQ") {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := w.Read(t.Context(), w.provider, []byte("<html>"), nil, nil); fault.KindOf(err) != fault.Upstream {
		t.Errorf("%v", err)
	}
}

func TestARoundEndsWithAServerThatKeepsFailing(t *testing.T) {
	w := newWorld(t)
	w.provider.Requests = func(wire.Ask) (all []wire.Request) {
		for n := range 20 {
			all = append(all, wire.Request{Path: fmt.Sprint(n)})
		}
		return all
	}
	// It answers now and then: only the sixth, seventh and eighth fail in a row.
	w.answer = func(rw http.ResponseWriter, r *http.Request) {
		if strings.Contains("/1 /3 /5 /6 /7 /8", r.URL.Path) {
			http.Error(rw, "down", http.StatusBadGateway)
			return
		}
		_, _ = io.WriteString(rw, "2026-02-02 USD 1.1840\n")
	}
	if _, err := w.turn(t); err == nil || w.asked.Load() != 8 {
		t.Errorf("%v, asked %d times, want 8", err, w.asked.Load())
	}
}
