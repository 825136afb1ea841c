package hook_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx, for a hand in the store

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/hook"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
)

// moved is a world in which EUR/USD has just moved, with a hook that is to be told so.
func moved(t *testing.T) (*world, hook.Hook) {
	t.Helper()
	w := newWorld(t)
	w.say(t, bank, "EUR/USD", "1.1800", 6)
	h := w.add(t, "EUR/USD", "1")
	w.clock = w.clock.Add(time.Second)
	w.say(t, bank, "EUR/USD", "1.3000", 7)
	return w, h
}

func TestWhatBecomesOfADelivery(t *testing.T) {
	elsewhere := newReceiver(t)
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		state   hook.State
		next    time.Duration // after the attempt
		problem string
	}{
		"taken":                  {status(200), hook.Taken, 0, ""},
		"taken with other words": {status(299), hook.Taken, 0, ""},
		"taken at great length": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(make([]byte, 4<<20)) // it hangs up on us, or we on it
		}, hook.Taken, 0, ""},
		"taken, though what follows breaks off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "900")
			_, _ = w.Write(make([]byte, 100))
		}, hook.Taken, 0, ""},
		"a failure":                  {status(500), hook.Waiting, 5 * time.Second, " answered 500 Internal Server Error"},
		"not found":                  {status(404), hook.Waiting, 5 * time.Second, " answered 404 Not Found"},
		"gone":                       {status(410), hook.GivenUp, 0, " answered 410 Gone"},
		"sent elsewhere":             {status(307, "Location", elsewhere.URL), hook.Waiting, 5 * time.Second, "a redirection is not followed"},
		"sent to itself":             {status(302, "Location", "/"), hook.Waiting, 5 * time.Second, "answered 302 Found, and a redirection is not followed"},
		"busy":                       {status(503, "Retry-After", "600"), hook.Waiting, 10 * time.Minute, " answered 503"},
		"busy for a moment":          {status(429, "Retry-After", "1"), hook.Waiting, 5 * time.Second, " answered 429"},
		"busy for ever":              {status(429, "Retry-After", "999999999"), hook.Waiting, 24 * time.Hour, " answered 429"},
		"hung up":                    {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, hook.Waiting, 5 * time.Second, " cannot be reached: "},
		"slow":                       {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, hook.Waiting, 5 * time.Second, " does not answer in time"},
		"a head that never ends":     {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) }, hook.Waiting, 5 * time.Second, " cannot be reached: "},
		"not HTTP at all":            {babble, hook.Waiting, 5 * time.Second, " cannot be reached: "},
		"a success that is not one":  {status(204, "Retry-After", "600"), hook.Taken, 0, ""},
		"what there is no status of": {status(999), hook.Waiting, 5 * time.Second, " answered 999"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, h := moved(t)
			if name == "slow" {
				w.patience = time.Second
				w.restart(t, w.receiver.host())
			}
			w.receiver.says(c.answer)
			w.after(t, 0)
			at := w.clock
			all := w.deliveries(t)
			if len(all) != 1 {
				t.Fatalf("%d deliveries", len(all))
			}
			d := all[0]
			if d.State != c.state || d.Attempts != 1 || !d.Tried.Equal(at) || !strings.Contains(d.Problem, c.problem) || (d.Problem == "") != (c.problem == "") {
				t.Errorf("%+v", d)
			}
			if c.next > 0 != !d.Next.IsZero() || c.next > 0 && d.Next.Sub(at) != c.next {
				t.Errorf("it is next tried at %s, want after %s", d.Next, c.next)
			}
			if strings.Contains(d.Problem, "key=7") {
				t.Errorf("the problem holds the address: %s", d.Problem)
			}
			if now := w.hook(t, h.ID); now.On() != (name != "gone") || now.Taken.IsZero() != (c.state != hook.Taken) {
				t.Errorf("the hook is %+v", now)
			}
			if name == "busy" { // and is left alone so long
				w.clock = w.clock.Add(time.Minute)
				w.say(t, bank, "EUR/USD", "1.5000", 7)
				if w.after(t, 8*time.Minute); len(w.receiver.taken()) != 1 {
					t.Error("who wants to be left alone is not")
				}
				w.receiver.says(nil)
				w.after(t, time.Minute)
				if got := w.receiver.taken(); len(got) != 2 {
					t.Errorf("then it was told %d times, want 2: what waited, and what came meanwhile", len(got))
				}
			}
		})
	}
	t.Cleanup(func() {
		if got := elsewhere.taken(); len(got) != 0 {
			t.Errorf("the other place was told %d times", len(got))
		}
	})
}

// babble answers with what is no HTTP.
func babble(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = conn.Write([]byte("220 smtp.example ESMTP\r\n"))
	_ = conn.Close()
}

func TestADeliveryIsTriedForThreeDaysAndThenItsHookIsOff(t *testing.T) {
	w, h := moved(t)
	w.receiver.says(status(500))
	var tried []time.Duration
	ids := map[string]bool{}
	start := w.clock
	for {
		w.after(t, 0)
		for _, m := range w.receiver.taken() {
			tried = append(tried, w.clock.Sub(start))
			ids[m.id] = true
			verify(t, m, h.Secret.Reveal(), w.clock)
		}
		next := w.deliveries(t)[0].Next
		if next.IsZero() {
			break
		}
		if w.after(t, next.Sub(w.clock)-time.Microsecond); len(w.receiver.taken()) != 0 {
			t.Errorf("it is tried before its time, at %s", w.clock)
		}
		w.clock = next
	}
	w.clock = start.Add(100 * time.Hour)
	s, m, hour := time.Second, time.Minute, time.Hour
	want := []time.Duration{0, 5 * s, 5*m + 5*s, 35*m + 5*s, 2*hour + 35*m + 5*s, 7*hour + 35*m + 5*s, 17*hour + 35*m + 5*s, 31*hour + 35*m + 5*s, 51*hour + 35*m + 5*s, 75*hour + 35*m + 5*s}
	if !slices.Equal(tried, want) || len(ids) != 1 {
		t.Errorf("tried after %v, want %v; under %d names", tried, want, len(ids))
	}
	if d := w.deliveries(t)[0]; d.State != hook.GivenUp || d.Attempts != hook.Attempts || d.Status != 500 {
		t.Errorf("%+v", d)
	}
	if off := w.hook(t, h.ID); off.On() || !strings.HasPrefix(off.Why, "it took nothing in 10 attempts since 7 January 2026, 12:00 UTC") {
		t.Errorf("%+v", off)
	}
	if c := w.Counts(); c != (hook.Counts{Told: 1, Failed: 10, GivenUp: 1}) {
		t.Errorf("counted is %+v", c)
	}
	// What happens meanwhile is not told, and what happens once it is on again is.
	w.receiver.says(nil)
	w.say(t, bank, "EUR/USD", "1.5000", 9)
	w.after(t, hour)
	if err := w.db.ResumeHook(t.Context(), h.ID, w.clock); err != nil {
		t.Fatal(err)
	}
	w.clock = w.clock.Add(hour)
	w.say(t, bank, "EUR/USD", "1.7000", 11)
	w.after(t, hour)
	if got := told(t, w.receiver.taken()); got != "EUR/USD 13.3333333333 from 1.5000 to 1.7000" {
		t.Errorf("told is %s", got)
	}
}

// What one message of many does to its receiver is no reason to turn the hook off, nor to keep the others back.
func TestOneMessageThatIsNeverTakenHoldsNoOtherBack(t *testing.T) {
	w, h := moved(t)
	w.after(t, 0)
	bad := w.receiver.taken()[0].id // which it takes this once
	w.receiver.says(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("webhook-id") == bad {
			rw.WriteHeader(http.StatusInternalServerError)
		}
	})
	if err := w.db.DropHook(t.Context(), h.ID); err != nil { // then all begins anew
		t.Fatal(err)
	}
	if err := w.db.AddHook(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	w.restart(t, w.receiver.host())
	w.after(t, 0)
	for i := range 3 {
		w.clock = w.clock.Add(time.Hour)
		w.say(t, bank, "EUR/USD", fmt.Sprint("1.", 5+i), 7)
		w.after(t, time.Minute)
		w.after(t, time.Minute)
	}
	for w.clock.Before(wednesday.Add(100 * time.Hour)) {
		w.after(t, 30*time.Minute)
	}
	states := map[hook.State]int{}
	for _, d := range w.deliveries(t) {
		states[d.State]++
		if (d.ID == bad) != (d.State == hook.GivenUp) {
			t.Errorf("%s is %s after %d attempts: %s", d.ID, d.State, d.Attempts, d.Problem)
		}
	}
	if states[hook.GivenUp] != 1 || states[hook.Taken] != 3 || !w.hook(t, h.ID).On() {
		t.Errorf("%v, and the hook is %+v", states, w.hook(t, h.ID))
	}
}

func TestAPrivateAddressIsNeverTold(t *testing.T) {
	w, h := moved(t)
	w.restart(t) // nothing is trusted any more
	w.after(t, 0)
	if d := w.deliveries(t)[0]; d.State != hook.Waiting || !strings.Contains(d.Problem, "would be told in the open") {
		t.Errorf("%+v", d)
	}
	if _, err := w.Ping(t.Context(), h); !errors.Is(err, fault.Invalid) {
		t.Errorf("a ping: %v", err)
	}
	h, err := hook.New(strings.Replace(w.receiver.URL, "http:", "https:", 1), h.Subject, nil, w.clock)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ping(t.Context(), h); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "127.0.0.1") || !strings.Contains(err.Error(), "is not a public address") {
		t.Errorf("a ping with TLS: %v", err)
	}
	if got := w.receiver.taken(); len(got) != 0 {
		t.Errorf("it was told %d times", len(got))
	}
}

func TestAPingTellsNothingAndIsNotKept(t *testing.T) {
	w, h := moved(t)
	w.receiver.says(status(202))
	a, err := w.Ping(t.Context(), h)
	if err != nil || a.Status != 202 {
		t.Fatalf("%d, %v", a.Status, err)
	}
	got := w.receiver.taken()
	if len(got) != 1 || read(t, got[0]).Type != "hook.ping" || len(w.deliveries(t)) != 0 {
		t.Fatalf("%d messages, %d deliveries", len(got), len(w.deliveries(t)))
	}
	verify(t, got[0], h.Secret.Reveal(), w.clock)
}

func TestOfTwoMachinesOneTells(t *testing.T) {
	for engine, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "paper.db") },
		"postgres": func(t *testing.T) string { return must.Postgres(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			at, r := url(t), newReceiver(t)
			one, two := worldOver(t, at, r), worldOver(t, at, r)
			one.say(t, bank, "EUR/USD", "1.00", 6)
			for range 8 {
				one.add(t, "EUR/USD", "1")
			}
			one.clock = one.clock.Add(time.Second)
			one.say(t, bank, "EUR/USD", "2.00", 7)
			var turns sync.WaitGroup
			for _, w := range []*world{one, two} {
				w.clock = one.clock
				turns.Go(func() {
					for range 10 {
						if _, err := w.Turn(t.Context()); err != nil {
							t.Error(err)
						}
					}
				})
			}
			turns.Wait()
			one.after(t, time.Minute)
			times := map[string]int{}
			for _, m := range r.taken() {
				times[m.id]++
			}
			for id, n := range times {
				if n != 1 {
					t.Errorf("%s was told %d times", id, n)
				}
			}
			if len(times) != 8 {
				t.Errorf("%d were told, want 8", len(times))
			}
		})
	}
}

func TestAMachineThatHungNotesNothingAfterItsLeaseWasTaken(t *testing.T) {
	url, r := must.Postgres(t), newReceiver(t)
	hung, awake := worldOver(t, url, r), worldOver(t, url, r)
	hung.say(t, bank, "EUR/USD", "1.00", 6)
	h := hung.add(t, "EUR/USD", "1")
	hung.clock = hung.clock.Add(time.Second)
	awake.clock = hung.clock
	hung.say(t, bank, "EUR/USD", "2.00", 7)
	asked, goOn := make(chan struct{}), make(chan struct{})
	r.says(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-goOn
		w.WriteHeader(http.StatusGone)
	})
	late := make(chan error, 1)
	go func() {
		_, err := hung.Turn(t.Context())
		late <- err
	}()
	soon(t, asked)
	endLeases(t, url)
	r.says(nil)
	awake.after(t, 0)
	close(goOn)
	if err := soon(t, late); !errors.Is(err, fault.Conflict) {
		t.Errorf("the one that hung: %v, want fault.Conflict", err)
	}
	got := r.taken()
	if len(got) != 2 || got[0].id != got[1].id {
		t.Errorf("%d messages", len(got))
	}
	if d := awake.deliveries(t); len(d) != 1 || d[0].State != hook.Taken || d[0].Attempts != 1 || !awake.hook(t, h.ID).On() {
		t.Errorf("%+v, and the hook is %+v", d, awake.hook(t, h.ID))
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

// endLeases lets the terms of all leases of a store end.
func endLeases(t *testing.T, url string) {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(url, "postgres") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, url)
	if err == nil {
		_, err = db.ExecContext(t.Context(), "UPDATE lease SET expires = 0")
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasKeptAndNotSentIsSentByTheNext(t *testing.T) {
	w, h := moved(t)
	ctx, stop := context.WithCancel(t.Context())
	w.receiver.says(func(_ http.ResponseWriter, r *http.Request) {
		stop() // it got it, and the paper ends before the answer
		<-r.Context().Done()
	})
	if _, err := w.Turn(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if d := w.deliveries(t); len(d) != 1 || d[0].State != hook.Waiting || d[0].Attempts != 0 {
		t.Fatalf("%+v", d)
	}
	w.receiver.says(nil)
	w.restart(t, w.receiver.host())
	w.after(t, time.Second)
	got := w.receiver.taken()
	if len(got) != 2 || got[0].id != got[1].id || string(got[0].body) != string(got[1].body) {
		t.Fatalf("%d messages", len(got))
	}
	verify(t, got[1], h.Secret.Reveal(), w.clock)
}

const killed = "COURANT_HOOK_TEST_STORE" // tells a child that it is one: the store's file, and behind a space the receiver's host

// A program is killed between the commit and the answer, again and again; what was to be told is told under the one name.
func TestKillNineLosesNothingAndTellsUnderTheSameName(t *testing.T) {
	if at := os.Getenv(killed); at != "" {
		file, host, _ := strings.Cut(at, " ")
		w := worldOver(t, file, newReceiver(t))
		w.restart(t, host)
		w.clock = wednesday.Add(time.Minute)
		_, err := w.Turn(t.Context())
		t.Fatal("nobody killed it", err)
	}
	if runtime.GOOS == "windows" {
		t.Skip("there is no kill -9 on Windows")
	}
	file := filepath.Join(t.TempDir(), "paper.db")
	w := worldOver(t, file, newReceiver(t))
	w.say(t, bank, "EUR/USD", "1.00", 6)
	h := w.add(t, "EUR/USD", "1")
	w.clock = w.clock.Add(time.Second)
	w.say(t, bank, "EUR/USD", "2.00", 7)
	asked := make(chan struct{})
	w.receiver.says(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	})
	const lives = 3
	for range lives {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), killed+"="+file+" "+w.receiver.host())
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- child.Wait() }() // "signal: killed" is what we want
		select {
		case <-asked:
		case err := <-ended:
			t.Fatalf("it ended before it told anything: %v", err)
		case <-time.After(time.Minute):
			t.Error("it tells nothing")
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		soon(t, ended)
		endLeases(t, file)
	}
	w.receiver.says(nil)
	w.after(t, time.Minute)
	got := w.receiver.taken()
	ids := map[string]bool{}
	for _, m := range got {
		ids[m.id] = true
	}
	if len(got) != lives+1 || len(ids) != 1 {
		t.Fatalf("%d messages under %d names", len(got), len(ids))
	}
	verify(t, got[lives], h.Secret.Reveal(), w.clock)
	if d := w.deliveries(t); len(d) != 1 || d[0].State != hook.Taken {
		t.Errorf("%+v", d)
	}
}

func TestAPaperWithoutHooksWritesNothing(t *testing.T) {
	w := newWorld(t)
	w.say(t, bank, "EUR/USD", "1.00", 7)
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Turn(t.Context()); err == nil {
		t.Error("a store that is closed was read")
	}
	w = newWorld(t)
	if wait := w.after(t, 0); wait != time.Minute {
		t.Errorf("it looks again after %s", wait)
	}
	if l, held, err := w.db.Lease(t.Context(), "hooks", "another", time.Minute); err != nil || !held || l.Epoch != 1 {
		t.Errorf("the lease was taken before: %+v, %t, %v", l, held, err)
	}
}

func TestOldDeliveriesAreNotToldAgainOnceTheyAreDropped(t *testing.T) {
	w := newWorld(t)
	w.say(t, bank, "EUR/USD", "1.1800", 6)
	w.add(t, "EUR/USD", "1")
	w.add(t, "bank", "")
	w.clock = w.clock.Add(time.Second)
	w.say(t, bank, "EUR/USD", "1.3000", 7)
	w.after(t, time.Hour)
	if got := w.receiver.taken(); len(got) != 2 {
		t.Fatalf("%d messages", len(got))
	}
	w.clock = w.clock.Add(61 * 24 * time.Hour)
	if err := w.db.DropDeliveries(t.Context(), w.clock.Add(-60*24*time.Hour)); err != nil || len(w.deliveries(t)) != 0 {
		t.Fatalf("%v, and %d deliveries are left", err, len(w.deliveries(t)))
	}
	w.restart(t, w.receiver.host())
	if w.after(t, time.Minute); len(w.receiver.taken()) != 0 || len(w.deliveries(t)) != 0 {
		t.Error("what was told two months ago is told again")
	}
}

func TestAHookIsSetUpForWhatCanBeTold(t *testing.T) {
	for _, c := range []struct {
		subject hook.Subject
		want    fault.Kind
	}{
		{hook.Subject{Source: "bank"}, ""},
		{hook.Subject{Source: "shy"}, fault.Denied},
		{hook.Subject{Source: "nobody"}, fault.NotFound},
		{hook.Subject{Pair: "EUR/USD"}, ""},
		{hook.Subject{Pair: "EUR/XQZ"}, fault.Invalid},
	} {
		err := c.subject.Check(currency.All(), []market.Source{bank, shy})
		if err == nil && c.want != "" || err != nil && fault.KindOf(err) != c.want {
			t.Errorf("%+v: %v, want %s", c.subject, err, c.want)
		}
	}
}
