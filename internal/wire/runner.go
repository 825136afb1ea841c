package wire

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// Runner fetches what is due, reads it and hands it to the ledger. Of several runners over one store one at a time
// fetches a provider: it holds the provider's lease, and what it heard under a lease that was lost meanwhile is dropped.
// It is safe for concurrent use.
type Runner struct {
	providers []Provider
	ledger    *market.Ledger
	store     Store
	fetch     *web.Fetcher
	o         Options
	holder    string

	mu     sync.Mutex
	counts map[market.SourceID]Counts
}

// Options are how a runner works; the zero value works.
type Options struct {
	Keys map[market.SourceID]string // what the paper's keys with the providers are
	Keep time.Duration              // how long the bodies of replies are kept; 0: 30 days
	Now  func() time.Time           // nil: time.Now

	Listings func(context.Context) ([]Listed, error) // the listings of which providers of share prices are asked; nil: none
	Folder   string                                  // the directory into which files with share prices are dropped; empty: none

	// Streams are the providers whose trades are heard as they are made, each with the address of its stream; empty: its own.
	Streams map[market.SourceID]string
	Ticks   Ticks         // where their trades are kept; must be set where there are any
	Pulse   time.Duration // how often what they tell is written down; 0: a second

	Log *slog.Logger // nil: none
}

// Counts are what happened since the start, by provider.
type Counts struct {
	Asked, Unchanged, Read, Refused, Failed int
	Figures, New, Held                      int

	Streams, Cuts, Trades, Bars int // conversations with its stream, those that failed, what was told in them, and what was made of it
}

// leaseTerm is longer than a provider can take to answer one request with all that follows from it. A round of many requests
// renews its lease on the way.
const leaseTerm = 10 * time.Minute

// NewRunner returns a runner for the providers that are to be fetched.
func NewRunner(providers []Provider, ledger *market.Ledger, store Store, fetch *web.Fetcher, o Options) (*Runner, error) {
	if o.Keep == 0 {
		o.Keep = 30 * 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Pulse == 0 {
		o.Pulse = time.Second
	}
	for _, p := range providers {
		if p.Quotes != nil {
			continue // its schedule is the markets'
		}
		if err := p.Schedule.Check(); err != nil {
			return nil, fmt.Errorf("set up the provider %s: %w", p.Source.ID, err)
		}
	}
	return &Runner{
		providers: providers, ledger: ledger, store: store, fetch: fetch, o: o, holder: rand.Text(),
		counts: map[market.SourceID]Counts{},
	}, nil
}

// Providers returns the providers that the runner fetches.
func (r *Runner) Providers() []Provider { return slices.Clone(r.providers) }

// Counts returns what happened since the start.
func (r *Runner) Counts() map[market.SourceID]Counts {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make(map[market.SourceID]Counts, len(r.counts))
	for id, c := range r.counts {
		all[id] = c
	}
	return all
}

func (r *Runner) count(id market.SourceID, add func(*Counts)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.counts[id]
	add(&c)
	r.counts[id] = c
}

// Run fetches each provider when it is due, until the context ends.
func (r *Runner) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, p := range r.providers {
		all.Go(func() { r.attend(ctx, p) })
		if r.streams(p) {
			all.Go(func() { r.follow(ctx, p) })
		}
	}
	all.Go(func() { r.sweep(ctx) })
	all.Wait()
}

// streams says whether a provider's trades are heard as they are made.
func (r *Runner) streams(p Provider) bool {
	_, wanted := r.o.Streams[p.Source.ID]
	return wanted && p.Quotes != nil && p.Quotes.Stream != nil
}

// attend fetches one provider for ever.
func (r *Runner) attend(ctx context.Context, p Provider) {
	for {
		wait, err := r.Turn(ctx, p)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			r.o.Log.Warn("wire", "provider", p.Source.ID, "again in", wait.Round(time.Second), "problem", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// sweep drops old replies once a day.
func (r *Runner) sweep(ctx context.Context) {
	for {
		if err := r.store.DropReplies(ctx, r.o.Now().Add(-r.o.Keep)); err != nil && ctx.Err() == nil {
			r.o.Log.Warn("wire", "problem", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(24 * time.Hour):
		}
	}
}

// Turn fetches a provider if it is due and nobody else does, and says how long to wait until the next turn.
func (r *Runner) Turn(ctx context.Context, p Provider) (wait time.Duration, err error) {
	const soon = time.Minute // until another look at a provider that somebody else fetches, or at a store that is busy
	lease, held, err := r.store.Lease(ctx, "wire/"+string(p.Source.ID), r.holder, leaseTerm)
	if err != nil || !held {
		return soon, err
	}
	defer func() {
		err = cmp.Or(err, r.store.DropLease(context.WithoutCancel(ctx), lease))
	}()
	statuses, err := r.store.Statuses(ctx)
	if err != nil {
		return soon, err
	}
	s := statuses[p.Source.ID]
	s.Source = p.Source.ID
	if now := r.o.Now(); now.Before(s.Next) && s.Next.Sub(now) < 8*24*time.Hour { // a clock that was wrong must not silence it
		return min(s.Next.Sub(now), time.Hour), nil
	}
	err = r.round(ctx, p, lease, &s)
	if ctx.Err() != nil {
		return soon, err // stopping: it is due again when the paper runs again
	}
	if putErr := r.store.PutStatus(ctx, s, lease); putErr != nil {
		return soon, putErr
	}
	return min(max(s.Next.Sub(r.o.Now()), time.Second), time.Hour), err
}

// failuresInARow is how many requests of a round may fail one after the other before the rest are left for the next.
const failuresInARow = 3

// round asks a provider for the newest, and brings its status up to date.
func (r *Runner) round(ctx context.Context, p Provider, lease market.Lease, s *Status) error {
	s.Tried = r.o.Now()
	if p.Quotes != nil && p.Quotes.Folder {
		return r.collect(ctx, p, lease, s)
	}
	before := s.Newest
	figures, news, held := 0, 0, 0
	var asked time.Duration
	var failed error
	inARow := 0
	unchanged := true
	listed, left, err := r.listed(ctx, p)
	if err != nil {
		return err
	}
	due := listed
	if p.Quotes != nil {
		if due = p.Quotes.due(listed, s.Tried); len(due) == 0 {
			s.Next = p.Quotes.next(marketsOf(listed), r.o.Now())
			return nil
		}
	}
	renewed := time.Now()
	for i, q := range p.Requests(Ask{Key: r.o.Keys[p.Source.ID], Today: p.Schedule.today(s.Tried), Listed: due}) {
		if i > 0 && p.Quotes != nil && !sleep(ctx, p.Quotes.Pause) {
			return ctx.Err()
		}
		if time.Since(renewed) >= leaseTerm/4 {
			if err := r.prolong(ctx, lease, leaseTerm); err != nil {
				return err
			}
			renewed = time.Now()
		}
		o, err := r.ask(ctx, p, q, lease, s)
		asked = max(asked, o.wait)
		if err != nil {
			failed = cmp.Or(failed, err)
			inARow++
			if asked > 0 || inARow == failuresInARow || fault.KindOf(err) == fault.Busy {
				break // it wants to be left alone, or is not well: that goes for what it would be asked next, too
			}
			continue
		}
		inARow = 0
		if !o.unchanged {
			unchanged = false
			figures, news, held = figures+o.Figures, news+o.New, held+len(o.Held)
			left = append(left, o.Left...)
			if o.Newest.After(s.Newest) {
				s.Newest = o.Newest
			}
		}
	}
	if failed != nil {
		s.Failures++
		s.Problem = fault.Sentence(failed)
		s.Next = r.o.Now().Add(pause(s.Failures, asked, mathrand.Float64()))
		return failed
	}
	if !unchanged {
		s.Figures, s.New, s.Held, s.Left = figures, news, held, left[:min(len(left), 10)]
	}
	s.Got, s.Failures, s.Problem = r.o.Now(), 0, ""
	if p.Quotes != nil {
		s.Next = p.Quotes.next(marketsOf(listed), r.o.Now())
		return nil
	}
	// Of a provider that is asked for the first time the newest may be yesterday's, and today's still to come.
	come := s.Newest.After(before) && (!before.IsZero() || !s.Newest.Before(p.Schedule.today(r.o.Now())))
	s.Next = p.Schedule.Next(r.o.Now(), come)
	return nil
}

// listed are the listings of which a provider of share prices is asked, and why it is not asked of others.
func (r *Runner) listed(ctx context.Context, p Provider) (named []Listed, left []string, err error) {
	if p.Quotes == nil || r.o.Listings == nil {
		return nil, nil, nil
	}
	all, err := r.o.Listings(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("see which shares to ask %s for: %w", p.Source.ID, err)
	}
	named, left = p.List(all)
	return named, left, nil
}

// prolong keeps a lease for another term. The error is fault.Conflict where another machine has it by now: what would be heard
// under it would be dropped.
func (r *Runner) prolong(ctx context.Context, lease market.Lease, term time.Duration) error {
	now, held, err := r.store.Lease(ctx, lease.Name, r.holder, term)
	switch {
	case err != nil:
		return err
	case !held:
		return fault.Because(fault.Conflict, "another machine does this for the paper now: %s is left to it", lease.Name)
	case now != lease: // it had run out, and nobody took it; a machine that comes to it now must not be hindered
		return errors.Join(fault.Because(fault.Conflict, "the lease %s had run out: what was begun under it is left", lease.Name), r.store.DropLease(ctx, now))
	}
	return nil
}

// sleep waits, and says whether the context still runs.
func sleep(ctx context.Context, wait time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(wait):
		return true
	}
}

// Outcome is what came of one reply.
type Outcome struct {
	market.Judged
	Figures int       // how many the reply held
	Left    []string  // what was left out of it
	Newest  time.Time // the newest moment of which it speaks

	unchanged bool
	wait      time.Duration
	follow    []Request
}

// ask makes one request of a provider, with the tags of its last reply, and takes what comes.
func (r *Runner) ask(ctx context.Context, p Provider, q Request, lease market.Lease, s *Status) (Outcome, error) {
	r.count(p.Source.ID, func(c *Counts) { c.Asked++ })
	path := without(q.Path, r.o.Keys[p.Source.ID])
	tag := s.Tags[path]
	header := http.Header{}
	if r.o.Now().Sub(tag.Full) < 24*time.Hour { // once a day in full, in case a server's tags never change
		set(header, "If-None-Match", tag.ETag)
		set(header, "If-Modified-Since", tag.Modified)
	}
	reply, answer, err := r.get(ctx, p, q, header)
	if err != nil {
		r.count(p.Source.ID, func(c *Counts) { c.Failed++ })
		return Outcome{wait: patience(answer)}, err
	}
	if answer.Status == http.StatusNotModified {
		r.count(p.Source.ID, func(c *Counts) { c.Unchanged++ })
		return Outcome{unchanged: true}, nil
	}
	o, err := r.take(ctx, p.reader(q), reply, lease, nil)
	if err != nil {
		return o, err
	}
	if s.Tags == nil {
		s.Tags = map[string]Tag{}
	}
	// A path may bear the day, and is then not asked again.
	maps.DeleteFunc(s.Tags, func(_ string, t Tag) bool { return r.o.Now().Sub(t.Full) >= 24*time.Hour })
	s.Tags[path] = Tag{ETag: answer.Header.Get("ETag"), Modified: answer.Header.Get("Last-Modified"), Full: r.o.Now()}
	for _, next := range o.follow {
		reply, answer, err := r.get(ctx, p, next, http.Header{})
		if err != nil {
			return Outcome{wait: patience(answer)}, err
		}
		further, err := r.take(ctx, p, reply, lease, nil)
		if err != nil {
			return Outcome{}, err
		}
		o.add(further)
	}
	return o, nil
}

// patience is how long a server that is asked too often wants to be left alone, where it says that it is.
func patience(a web.Answer) time.Duration {
	if a.Status == http.StatusTooManyRequests || a.Status == http.StatusServiceUnavailable {
		return max(a.RetryAfter, time.Second)
	}
	return a.RetryAfter
}

func set(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}

// get makes a request. An answer that is neither a success nor "not modified" is an error.
func (r *Runner) get(ctx context.Context, p Provider, q Request, header http.Header) (Reply, web.Answer, error) {
	key := r.o.Keys[p.Source.ID]
	if p.Key != "" && key == "" {
		return Reply{}, web.Answer{}, fault.Because(fault.Invalid, "%s wants a key (%s), and none is configured", p.Source.Name, p.Key)
	}
	set(header, "Accept", q.Accept)
	set(header, "Content-Type", q.ContentType)
	if q.SOAPAction != "" {
		header["SOAPAction"] = []string{q.SOAPAction} // some services want it in this case
	}
	if q.Header != "" {
		header.Set(q.Header, key)
	}
	query := web.Query{URL: p.Base + q.Path, Header: header, Body: q.Body}
	if q.Body != "" {
		query.Method = http.MethodPost
	}
	fetched := r.o.Now().UTC().Truncate(time.Microsecond)
	answer, err := r.fetch.Fetch(ctx, query)
	if err != nil {
		return Reply{}, answer, fmt.Errorf("fetch %s: %w", p.Source.ID, err)
	}
	reply := replyOf(p.Source.ID, fetched, answer.Body)
	reply.Path, reply.Status = without(q.Path, key), answer.Status
	if answer.Status == http.StatusNotModified && header.Get("If-None-Match")+header.Get("If-Modified-Since") != "" {
		return reply, answer, nil
	}
	if answer.Status != http.StatusOK {
		err := fault.Because(fault.Upstream, "%s answered %d %s", p.Source.Name, answer.Status, http.StatusText(answer.Status))
		reply.Problem = fault.Sentence(err)
		reply.Body = reply.Body[:min(len(reply.Body), 64<<10)] // enough to see what went wrong
		return reply, answer, errors.Join(err, r.store.AddReply(ctx, reply))
	}
	return reply, answer, nil
}

// without takes a key out of a path, so that it is not kept.
func without(path, key string) string {
	if key == "" {
		return path
	}
	return strings.NewReplacer(key, "…", url.QueryEscape(key), "…").Replace(path)
}

func replyOf(source market.SourceID, fetched time.Time, body []byte) Reply {
	sum := sha256.Sum256(body)
	return Reply{Source: source, Fetched: fetched, Hash: hex.EncodeToString(sum[:]), Size: len(body), Body: body}
}

// take keeps a reply, reads it and hands it to the ledger.
func (r *Runner) take(ctx context.Context, p Provider, reply Reply, lease market.Lease, progress func(kept, figures int)) (Outcome, error) {
	var reading Reading
	err := whole(reply.Body)
	if err == nil {
		reading, err = p.Parse(reply.Body)
	}
	if err != nil {
		reply.Problem = fault.Sentence(err)
	}
	if keepErr := r.store.AddReply(ctx, reply); keepErr != nil {
		return Outcome{}, keepErr
	}
	if err != nil {
		r.count(p.Source.ID, func(c *Counts) { c.Refused++ })
		return Outcome{}, fmt.Errorf("read the reply of %s: %w", p.Source.ID, err)
	}
	o := Outcome{Figures: len(reading.Quotations), Left: reading.Left, follow: reading.Follow}
	if len(reading.Quotations) == 0 {
		return o, nil // it only said where the figures are
	}
	for _, q := range reading.Quotations {
		if q.At.After(o.Newest) {
			o.Newest = q.At
		}
	}
	hearing := market.Hearing{Source: p.Source, Observations: reading.Observations(p.Source.ID, reply.Fetched), Lease: lease}
	// A turn asks for the newest; a backfill and a saved reply take no lease, and where there is a stream, that tells the newest.
	hearing.Live = lease != (market.Lease{}) && !r.streams(p)
	if progress != nil {
		hearing.Progress = func(kept int) { progress(kept, o.Figures) }
	}
	o.Judged, err = r.ledger.Hear(ctx, hearing)
	if err != nil {
		return o, err
	}
	o.Left = append(o.Left, o.Unknown...)
	r.count(p.Source.ID, func(c *Counts) {
		c.Read++
		c.Figures, c.New, c.Held = c.Figures+o.Figures, c.New+o.New, c.Held+len(o.Held)
	})
	return o, nil
}

// Read takes a reply that was saved, as if it were fetched now. Of a provider of share prices it is read as one about the
// listings given. Progress may be nil.
func (r *Runner) Read(ctx context.Context, p Provider, body []byte, listed []Listed, progress func(kept, figures int)) (Outcome, error) {
	p = p.reader(Request{Listed: listed})
	reply := replyOf(p.Source.ID, r.o.Now().UTC().Truncate(time.Microsecond), body)
	reply.Path = "a saved reply"
	return r.take(ctx, p, reply, market.Lease{}, progress)
}

// Progress is how far a backfill is.
type Progress struct {
	Done, Of int // requests
	Kept     int // figures of the reply at hand that were kept so far,
	Figures  int // and how many it holds; 0 while none is at hand

	Problem error         // why the request at hand was not answered; nil: nothing is wrong
	Again   time.Duration // after which it is made once more, where there is a problem
}

// Backfill asks a provider for the days from one to another, request by request, and leaves out what a reply tells of
// other days. Progress, which may be nil, is told how far it is. A day of which the provider has nothing is passed over;
// any other error, after some attempts, ends it. What was read until then is kept, and is not news the next time.
func (r *Runner) Backfill(ctx context.Context, p Provider, from, to time.Time, progress func(Progress)) (Outcome, error) {
	if p.Since == "" {
		return Outcome{}, fault.Because(fault.Invalid, "%s tells only its newest: there is nothing to backfill", p.Source.Name)
	}
	if since, err := time.Parse(time.DateOnly, p.Since); err == nil && from.Before(since) {
		from = since
	}
	if to.Before(from) {
		return Outcome{}, fault.Because(fault.Invalid, "there are no days from %s to %s", from.Format(time.DateOnly), to.Format(time.DateOnly))
	}
	listed, _, err := r.listed(ctx, p)
	if err != nil {
		return Outcome{}, err
	}
	within := p
	only := func(reading Reading, err error) (Reading, error) {
		reading.Quotations = slices.DeleteFunc(reading.Quotations, func(q Quotation) bool {
			return q.At.Before(from) || !q.At.Before(to.AddDate(0, 0, 1))
		})
		return reading, err
	}
	if p.Quotes == nil {
		within.Parse = func(body []byte) (Reading, error) { return only(p.Parse(body)) }
	} else {
		quotes := *p.Quotes
		quotes.Parse = func(body []byte, asked []Listed) (Reading, error) { return only(p.Quotes.Parse(body, asked)) }
		within.Quotes = &quotes
	}
	var all Outcome
	requests := p.Requests(Ask{From: from, To: to, Key: r.o.Keys[p.Source.ID], Listed: listed})
	if progress == nil {
		progress = func(Progress) {}
	}
	for i, q := range requests {
		o, err := r.insist(ctx, within, q, func(at Progress) {
			at.Done, at.Of = i, len(requests)
			progress(at)
		})
		if err != nil {
			return all, err
		}
		all.add(o)
		progress(Progress{Done: i + 1, Of: len(requests)})
	}
	return all, nil
}

// insist makes a request until it is answered, up to the breaker.
func (r *Runner) insist(ctx context.Context, p Provider, q Request, progress func(Progress)) (Outcome, error) {
	for failures := 1; ; failures++ {
		reply, answer, err := r.get(ctx, p, q, http.Header{})
		if err == nil {
			return r.take(ctx, p.reader(q), reply, market.Lease{}, func(kept, figures int) {
				progress(Progress{Kept: kept, Figures: figures})
			})
		}
		if answer.Status == http.StatusNotFound {
			return Outcome{}, nil
		}
		hopeless := answer.Status >= 400 && answer.Status < 500 && answer.Status != http.StatusTooManyRequests
		if hopeless || failures == breaker || ctx.Err() != nil {
			return Outcome{}, err
		}
		again := pause(failures, answer.RetryAfter, mathrand.Float64())
		progress(Progress{Problem: err, Again: again})
		select {
		case <-ctx.Done():
			return Outcome{}, ctx.Err()
		case <-time.After(again):
		}
	}
}

func (o *Outcome) add(other Outcome) {
	o.Figures += other.Figures
	o.New, o.Known = o.New+other.New, o.Known+other.Known
	o.Held = append(o.Held, other.Held...)
	o.Unknown = append(o.Unknown, other.Unknown...)
	o.Left = append(o.Left, other.Left...)
	if other.Newest.After(o.Newest) {
		o.Newest = other.Newest
	}
}
