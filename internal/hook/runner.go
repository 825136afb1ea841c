package hook

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// Options are how a runner works; the zero value works.
type Options struct {
	Address string           // of the paper, under which records of numbers stand: https://paper.example; empty: http://localhost:8080
	Trusted []string         // hosts with their ports that may be told without TLS: those of the fetcher
	Feeds   Feeds            // of which the hub is told; nil: of none
	Now     func() time.Time // nil: time.Now
	Log     *slog.Logger     // nil: none
	// Jitter is by how much a pause is longer; nil: up to a tenth, by chance, so that who failed together does not come back
	// together.
	Jitter func(pause time.Duration) time.Duration
}

// Limits of a turn. Its lease is longer than a turn can last: so many of one hook, one after the other, for [Timeout] each.
const (
	Timeout  = 20 * time.Second // for an answer: a fetcher that is given to a runner should have it
	MostBody = 64 << 10         // bytes of an answer that are read, likewise

	leaseName = "hooks"
	leaseTerm = 3 * time.Minute
	atOnce    = 8 // hooks that are told at a time
	ofOne     = 4 // deliveries of one hook in a turn
	tick      = time.Minute
	hurry     = 2 * time.Second // after a hint, so that what comes together is looked at together
	kept      = 60 * 24 * time.Hour
)

// Counts are what happened since the start.
type Counts struct {
	Told, Taken, Failed, GivenUp int // deliveries that were made, attempts that succeeded and failed, deliveries given up
}

// Runner looks for what is to be told and tells it. Of several over one store one works at a time: it holds a lease, and what
// it did under one that was lost meanwhile is not noted, so that the next does it again, under the same names.
type Runner struct {
	ledger *market.Ledger
	bus    bus.Bus
	store  Store
	fetch  *web.Fetcher
	o      Options
	holder string

	turning sync.Mutex // one turn at a time, which guards the next two
	told    map[string]bool
	look    time.Time // when to look for news again; zero: at once

	mu     sync.Mutex
	hinted bool
	counts Counts
}

// NewRunner returns a runner over the sources of a ledger that may be passed on. The fetcher should be made with
// [web.FetcherOptions].Told.
func NewRunner(ledger *market.Ledger, b bus.Bus, store Store, fetch *web.Fetcher, o Options) *Runner {
	o.Address = cmp.Or(o.Address, "http://localhost:8080")
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Jitter == nil {
		o.Jitter = func(pause time.Duration) time.Duration { return mathrand.N(pause/10 + 1) }
	}
	return &Runner{ledger: ledger.Only(market.Source.Passes), bus: b, store: store, fetch: fetch, o: o, holder: rand.Text(), told: map[string]bool{}}
}

// Counts returns what happened since the start.
func (r *Runner) Counts() Counts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts
}

func (r *Runner) count(add func(*Counts)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	add(&r.counts)
}

// Run tells hooks what happens until the context ends. What is on its way then is told again when the paper runs again.
func (r *Runner) Run(ctx context.Context) {
	hints := make(chan struct{}, 1)
	stop := r.bus.Listen(func(e bus.Event) {
		if e.Topic != market.PriceTopic && r.o.Feeds == nil { // stories and settings change feeds
			return
		}
		r.mu.Lock()
		r.hinted = true
		r.mu.Unlock()
		select {
		case hints <- struct{}{}:
		default:
		}
	})
	defer stop()
	var swept time.Time
	for {
		wait, err := r.Turn(ctx)
		if now := r.o.Now(); err == nil && now.Sub(swept) > 24*time.Hour {
			swept, err = now, r.store.DropDeliveries(ctx, now.Add(-kept))
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			r.o.Log.Warn("hooks", "again in", wait.Round(time.Second), "problem", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		case <-hints:
			pause(ctx, hurry)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// Turn looks for news where there may be any, tells what is due, unless another runner does, and says how long to wait until
// the next turn. A paper without hooks writes nothing.
func (r *Runner) Turn(ctx context.Context) (wait time.Duration, err error) {
	r.turning.Lock()
	defer r.turning.Unlock()
	hooks, err := r.store.Hooks(ctx)
	if err != nil || len(hooks) == 0 {
		return tick, err
	}
	fresh, failed := r.search(ctx, hooks)
	due, next, err := r.store.Due(ctx, r.o.Now(), 1, 1)
	if err == nil && len(fresh)+len(due) > 0 {
		next, err = r.work(ctx, hooks, fresh)
	}
	if err != nil {
		return breath, errors.Join(failed, err)
	}
	next = earlier(next, r.look)
	return min(max(next.Sub(r.o.Now()), time.Second), tick), failed
}

// search looks for news after a hint and once in a while, since days that were fixed ahead begin without a hint.
func (r *Runner) search(ctx context.Context, hooks []Hook) ([]Delivery, error) {
	r.mu.Lock()
	hinted := r.hinted
	r.hinted = false
	r.mu.Unlock()
	now := r.o.Now()
	if wait := r.look.Sub(now); !hinted && wait > 0 && wait <= tick { // a clock that was wrong must not silence it
		return nil, nil
	}
	fresh, again, err := r.news(ctx, hooks)
	r.look = earlier(now.Add(tick), again)
	return fresh, err
}

// work puts what is new into the outbox and sends what is due, under the lease. It says when there is something to do next.
func (r *Runner) work(ctx context.Context, hooks []Hook, fresh []Delivery) (next time.Time, err error) {
	later := r.o.Now().Add(breath)
	lease, held, err := r.store.Lease(ctx, leaseName, r.holder, leaseTerm)
	if err != nil || !held {
		r.look = later // what is new was not kept
		return later, err
	}
	defer func() { err = cmp.Or(err, r.store.DropLease(context.WithoutCancel(ctx), lease)) }()
	if len(fresh) > 0 {
		added, err := r.store.Tell(ctx, lease, fresh)
		if err != nil {
			r.look = later
			return later, err
		}
		r.remember(fresh)
		r.count(func(c *Counts) { c.Told += added })
	}
	due, _, err := r.store.Due(ctx, r.o.Now(), atOnce*ofOne, ofOne)
	if err == nil {
		err = r.deliver(ctx, lease, hooks, due)
	}
	if err != nil {
		return later, err
	}
	_, next, err = r.store.Due(ctx, r.o.Now(), 1, 1)
	return next, err
}

// remember keeps in mind what is in the outbox, so that it is not made again at each look. It forgets all when that is much:
// the outbox knows it better.
func (r *Runner) remember(fresh []Delivery) {
	const most = 100_000
	if len(r.told) > most {
		clear(r.told)
	}
	for _, d := range fresh {
		r.told[d.ID] = true
	}
}

// deliver sends deliveries, several hooks at a time, those of one hook in turn.
func (r *Runner) deliver(ctx context.Context, lease market.Lease, hooks []Hook, due []Delivery) error {
	waiting := map[string][]Delivery{}
	for _, d := range due {
		waiting[d.Hook] = append(waiting[d.Hook], d)
	}
	places := make(chan struct{}, atOnce)
	failed := make(chan error, len(hooks))
	var all sync.WaitGroup
	for _, h := range hooks {
		if len(waiting[h.ID]) == 0 {
			continue
		}
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			failed <- r.attend(ctx, lease, h, waiting[h.ID])
		})
	}
	all.Wait()
	close(failed)
	var err error
	for e := range failed {
		err = errors.Join(err, e)
	}
	return err
}

// attend sends one hook what waits for it, up to the first that it does not take.
func (r *Runner) attend(ctx context.Context, lease market.Lease, h Hook, waiting []Delivery) error {
	for _, d := range waiting {
		if ctx.Err() != nil {
			return nil
		}
		at := r.o.Now()
		answer, err := r.send(ctx, h, d.ID, d.Body, at)
		if err != nil && ctx.Err() != nil {
			return nil // stopping: it is due again when the paper runs again
		}
		a := r.judge(h, d, answer, err, at)
		if err := r.store.Note(context.WithoutCancel(ctx), lease, a); err != nil {
			return err
		}
		r.count(func(c *Counts) {
			switch a.State {
			case Taken:
				c.Taken++
			case GivenUp:
				c.Failed, c.GivenUp = c.Failed+1, c.GivenUp+1
			default:
				c.Failed++
			}
		})
		if a.State != Taken {
			r.o.Log.Info("hook", "id", h.ID, "to", h.Host(), "event", d.ID, "attempt", a.Attempts, "problem", a.Problem, "off", a.Off)
			return nil
		}
		h.Taken = a.Tried
	}
	return nil
}

// Ping sends a hook an event that tells nothing, at once and once, on or off, and returns the answer. The error is fault.Upstream
// where there is none, and fault.Invalid where the address may not be told anything.
func (r *Runner) Ping(ctx context.Context, h Hook) (web.Answer, error) {
	at := r.o.Now()
	if h.Kind() == Changed { // a hub knows no test: it is sent to read the feed of all stories, which it may do at any time
		return r.send(ctx, h, messageID(h.ID, "ping "+rand.Text()), notice(r.o.Address+"/feed.atom"), at)
	}
	type data struct {
		Hook string `json:"hook"`
		Text string `json:"text"`
	}
	body, err := payload{Ping, at.UTC().Truncate(time.Millisecond), data{h.ID, "Nothing happened: this is a test."}}.encode()
	if err != nil {
		return web.Answer{}, err
	}
	return r.send(ctx, h, messageID(h.ID, "ping "+rand.Text()), body, at)
}

// Find returns a hook by its ID; the error is fault.NotFound.
func Find(ctx context.Context, s Store, id string) (Hook, error) {
	all, err := s.Hooks(ctx)
	if err != nil {
		return Hook{}, err
	}
	for _, h := range all {
		if h.ID == id {
			return h, nil
		}
	}
	return Hook{}, fault.Because(fault.NotFound, "there is no hook %.40q; courant hooks list shows those there are", id)
}
