package wire_test

import (
	"database/sql"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx, for a hand in the store

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
)

// Two machines over one PostgreSQL, each with a connection pool and a runner of its own.

// turned is how a turn ended.
type turned struct {
	wait time.Duration
	err  error
}

// start begins a turn of a world and says later how it ended.
func (w *world) start(t *testing.T) <-chan turned {
	t.Helper()
	done := make(chan turned, 1)
	go func() {
		wait, err := w.Turn(t.Context(), w.provider)
		done <- turned{wait, err}
	}()
	return done
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

// pausing makes the server answer only when the test lets it, and tells when it is asked.
func (w *world) pausing(text string, asked chan<- struct{}, goOn <-chan struct{}) {
	w.answer = func(rw http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-goOn
		_, _ = io.WriteString(rw, text)
	}
}

func TestOfTwoMachinesOneAsks(t *testing.T) {
	url := must.Postgres(t)
	one, two := worldOver(t, url), worldOver(t, url)
	asked, goOn := make(chan struct{}, 2), make(chan struct{})
	one.pausing("2026-02-02 USD 1.1840\n", asked, goOn)
	two.pausing("2026-02-02 USD 1.1840\n", asked, goOn)
	first, second := one.start(t), two.start(t)

	soon(t, asked) // one of them is at it, and goes on when the other has been turned away
	var away turned
	select {
	case away = <-first:
		first = nil
	case away = <-second:
		second = nil
	case <-asked:
		close(goOn)
		t.Fatal("both machines asked at the same time")
	case <-time.After(time.Minute):
		close(goOn)
		t.Fatal("neither is turned away")
	}
	if away.err != nil || away.wait != time.Minute {
		t.Errorf("the one that was turned away: %+v", away)
	}
	close(goOn)
	if first == nil {
		first = second
	}
	if end := soon(t, first); end.err != nil {
		t.Errorf("the one that asked: %v", end.err)
	}
	for _, w := range []*world{one, two} { // what was learnt is known to both, and neither asks again
		if _, err := w.turn(t); err != nil || w.rate(t, "EUR/USD") != "1.1840" {
			t.Errorf("%v, EUR/USD is %s", err, w.rate(t, "EUR/USD"))
		}
	}
	if n := one.asked.Load() + two.asked.Load(); n != 1 {
		t.Errorf("they asked %d times, want once", n)
	}
}

func TestAMachineThatHungIsNotHeardAfterItsLeaseWasTaken(t *testing.T) {
	url := must.Postgres(t)
	hung, awake := worldOver(t, url), worldOver(t, url)
	asked, goOn := make(chan struct{}, 1), make(chan struct{})
	hung.pausing("2026-02-02 USD 1.1111\n2026-02-02 JPY 1\n", asked, goOn)
	awake.says("2026-02-02 USD 1.1840\n")
	awake.clock = monday.Add(time.Second)
	late := hung.start(t)
	soon(t, asked)

	// The term of its lease ends while it hangs.
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "UPDATE lease SET expires = 0"); err != nil {
		t.Fatal(err)
	}
	if _, err := awake.turn(t); err != nil || awake.asked.Load() != 1 {
		t.Errorf("the other did not take over: %v, asked %d times", err, awake.asked.Load())
	}
	close(goOn)
	if end := soon(t, late); !errors.Is(end.err, fault.Conflict) {
		t.Errorf("the one that hung: %v, want fault.Conflict", end.err)
	}

	said, err := awake.db.Revisions(t.Context(), "EUR/USD", market.Rate, "bank", monday.Truncate(24*time.Hour))
	if err != nil || len(said) != 1 || said[0].Value.String() != "1.1840" {
		t.Errorf("of EUR/USD the ledger holds %v, %v", said, err)
	}
	if s, err := awake.db.Stats(t.Context()); err != nil || s.Observations != 1 {
		t.Errorf("the store holds %+v, %v; want one observation", s, err)
	}
	if s := awake.status(t); s.Failures != 0 || !s.Got.Equal(awake.clock) {
		t.Errorf("how the provider fares was overwritten: %+v", s)
	}
}
