package wire

import (
	"context"
	"errors"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/courant-news/courant/internal/calendar"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// How a stream is listened to. What is done by the pulse is told in pulses, a second each unless [Options] says otherwise.
const (
	streamTerm = time.Minute      // for how long a machine that was lost goes on holding the lease
	away       = 20 * time.Second // until another look at a stream that another machine listens to
	early      = 2 * time.Minute  // before a market opens
	late       = 16 * time.Minute // after which nothing more is told of a moment, even by plans whose trades are told a quarter of an hour late
	beat       = 20               // pulses between two questions whether the other side is there, and two renewals of the lease
	patient    = 30               // pulses until it must tell what it was asked for
	review     = 60               // pulses between two looks at which listings are wanted
	keepTrades = 3 * 24 * time.Hour
	mostTrades = 20_000 // that are held in memory; more are written at once, and meanwhile nothing is read
)

// StreamID is the name under which it is kept how a provider's stream fares.
func StreamID(source market.SourceID) market.SourceID { return source + "/stream" }

// follow listens to a provider's stream for ever.
func (r *Runner) follow(ctx context.Context, p Provider) {
	for {
		wait, err := r.Listen(ctx, p)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			r.o.Log.Warn("wire", "stream", p.Source.ID, "again in", wait.Round(time.Second), "problem", err)
		}
		if !sleep(ctx, wait) {
			return
		}
	}
}

// Listen holds one conversation with a provider's stream, if anything trades and no other machine listens: until it is cut,
// other listings are wanted, or nothing trades any more. It says how long to wait until the next. Meanwhile, and where there
// is no stream to be had, the provider is asked as ever.
func (r *Runner) Listen(ctx context.Context, p Provider) (wait time.Duration, err error) {
	lease, held, err := r.store.Lease(ctx, "wire/"+string(StreamID(p.Source.ID)), r.holder, streamTerm)
	if err != nil || !held {
		return away, err
	}
	defer func() {
		err = errors.Join(err, r.store.DropLease(context.WithoutCancel(ctx), lease))
	}()
	statuses, err := r.store.Statuses(ctx)
	if err != nil {
		return away, err
	}
	l := listener{Runner: r, p: p, lease: lease, s: statuses[StreamID(p.Source.ID)], newest: map[market.Symbol]Trade{}, heard: map[market.Symbol]time.Time{}}
	l.s.Source = StreamID(p.Source.ID)
	if now := r.o.Now(); now.Before(l.s.Next) && l.s.Next.Sub(now) < 8*24*time.Hour { // a clock that was wrong must not silence it
		return min(l.s.Next.Sub(now), time.Minute), nil
	}
	if err := l.list(ctx); err != nil {
		return away, err
	}
	if wait := l.idle(); wait > 0 {
		return wait, nil
	}
	l.s.Tried = r.o.Now()
	err = l.converse(ctx)
	if ctx.Err() != nil {
		return away, nil // stopping
	}
	l.s.Next = time.Time{}
	if err != nil {
		l.s.Failures++
		l.s.Problem = fault.Sentence(err)
		wait = pause(l.s.Failures, l.patience, mathrand.Float64())
		l.s.Next = r.o.Now().Add(wait)
	}
	return max(wait, time.Second), errors.Join(err, r.store.PutStatus(ctx, l.s, lease))
}

// listener holds one conversation.
type listener struct {
	*Runner
	p        Provider
	lease    market.Lease
	s        Status
	asked    []Listed
	patience time.Duration // for which the service wants to be left alone

	told   bool                        // trades are told
	span   Span                        // of which they are told
	batch  []market.Tick               // those not yet written
	newest map[market.Symbol]Trade     // of each listing the last that makes a price, within a session
	heard  map[market.Symbol]time.Time // and of which moment the ledger has heard
	last   time.Time                   // when the ledger was told, by our clock
}

// list finds which listings are to be asked for.
func (l *listener) list(ctx context.Context) error {
	named, left, err := l.listed(ctx, l.p)
	if err != nil {
		return err
	}
	if most := l.p.Quotes.Stream.Most; most > 0 && len(named) > most {
		left = append(left, fmt.Sprintf("%d listings are not listened to: one connection may ask for %d", len(named)-most, most))
		named = named[:most]
	}
	l.asked, l.s.Left = named, left[:min(len(left), 10)]
	return nil
}

// idle is how long to wait until the first of the markets is about to open; 0 while any trades, or has closed just now.
func (l *listener) idle() time.Duration {
	wait := time.Hour // of markets whose sessions are not known nothing can be told, and there may be others soon
	now := l.o.Now()
	for _, mic := range marketsOf(l.asked) {
		m, err := calendar.Of(mic)
		if err != nil {
			continue
		}
		opened, err := m.LastOpened(now.Add(early))
		if err == nil && now.Before(opened.Close.Add(late)) {
			return 0
		}
		if next, err := m.Next(opened.Date); err == nil {
			wait = min(wait, max(next.Open.Add(-early).Sub(now), time.Second))
		}
	}
	return wait
}

// converse opens a connection and listens until it ends. What was told is written whatever it ends for.
func (l *listener) converse(ctx context.Context) error {
	if err := l.inherit(ctx); err != nil {
		return err
	}
	stream, key := l.p.Quotes.Stream, l.o.Keys[l.p.Source.ID]
	address := stream.Address
	if other := l.o.Streams[l.p.Source.ID]; other != "" {
		address = other
	}
	socket, answer, err := l.fetch.Dial(ctx, stream.Open(address, key), MaxMessage)
	if err != nil {
		l.patience = patience(answer)
		return fmt.Errorf("listen to %s: %w", l.p.Source.ID, err)
	}
	l.count(l.p.Source.ID, func(c *Counts) { c.Streams++ })
	talk, end := context.WithCancelCause(ctx)
	messages := make(chan []byte)
	var both sync.WaitGroup
	both.Go(func() { end(listens(talk, socket, messages)) })
	both.Go(func() { end(beats(talk, socket, beat*l.o.Pulse)) })
	err = l.attendTo(talk, socket, messages)
	if err == nil {
		socket.Close()
	}
	end(nil)
	both.Wait()
	socket.Close()
	ctx = context.WithoutCancel(ctx) // what was told is kept whatever it ended for
	err = errors.Join(err, l.write(ctx), l.tell(ctx))
	if err != nil {
		l.count(l.p.Source.ID, func(c *Counts) { c.Cuts++ })
		return fmt.Errorf("listen to %s: %w", l.p.Source.ID, err)
	}
	return nil
}

// listens reads what is sent, one message at a time: who is slow to take it holds up the sender, and no memory grows.
func listens(ctx context.Context, socket *web.Socket, messages chan<- []byte) error {
	for {
		message, err := socket.Read(ctx)
		if err != nil {
			return err
		}
		select {
		case messages <- message:
		case <-ctx.Done():
			return nil
		}
	}
}

// beats asks now and then whether the other side is there, so that a connection that is dead without a word is noticed.
func beats(ctx context.Context, socket *web.Socket, every time.Duration) error {
	for sleep(ctx, every) {
		asking, cancel := context.WithTimeout(ctx, every)
		err := socket.Ping(asking)
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

// attendTo takes what comes until the conversation ends. It returns nil where it ends as it should.
func (l *listener) attendTo(ctx context.Context, socket *web.Socket, messages <-chan []byte) error {
	if err := l.say(ctx, socket, Opened); err != nil {
		return err
	}
	pulse := time.NewTicker(l.o.Pulse)
	defer pulse.Stop()
	for n := 1; ; {
		var over bool
		var err error
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case message := <-messages:
			err = l.hear(ctx, socket, message)
		case <-pulse.C:
			over, err = l.pulse(ctx, n)
			n++
		}
		if err != nil && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if over || err != nil {
			return err
		}
	}
}

// pulse does what is to be done now and then. Over says that there is nothing more to listen to.
func (l *listener) pulse(ctx context.Context, n int) (over bool, err error) {
	if err := l.write(context.WithoutCancel(ctx)); err != nil {
		return false, err
	}
	if !l.told && n >= patient {
		return false, refuse("it does not begin to tell what it was asked for")
	}
	if n%beat == 0 {
		if err := l.prolong(ctx, l.lease, streamTerm); err != nil {
			return false, err
		}
	}
	if n%review == 0 {
		before := l.asked
		if err := l.list(ctx); err != nil {
			return false, err
		}
		return !slices.Equal(before, l.asked) || l.idle() > 0, nil
	}
	return false, nil
}

// say sends what is to be sent at a stage.
func (l *listener) say(ctx context.Context, socket *web.Socket, stage Stage) error {
	messages, told := l.p.Quotes.Stream.Say(stage, l.o.Keys[l.p.Source.ID], l.asked)
	for _, m := range messages {
		if err := socket.Write(ctx, m); err != nil {
			return err
		}
	}
	l.told = l.told || told
	return nil
}

// hear takes one message.
func (l *listener) hear(ctx context.Context, socket *web.Socket, text []byte) error {
	m, err := l.p.Quotes.Stream.Hear(text, l.asked)
	if err != nil {
		l.count(l.p.Source.ID, func(c *Counts) { c.Refused++ })
		return err
	}
	if m.Stage != "" {
		if err := l.say(ctx, socket, m.Stage); err != nil {
			return err
		}
	}
	if len(m.Trades) == 0 {
		return nil
	}
	now := l.o.Now().UTC()
	began := l.span.From.IsZero()
	for _, t := range m.Trades {
		if t.At.After(now.Add(time.Minute)) {
			return refuse("%s: a trade of %s is still to come", t.Symbol, t.At.Format(time.RFC3339))
		}
		t.Source, t.Seen = l.p.Source.ID, now.Truncate(time.Microsecond)
		l.batch = append(l.batch, t.Tick)
		if began && t.At.After(l.span.From) { // before it others may have been made that were not told
			l.span.From = t.At
		}
		if t.At.After(l.span.To) {
			l.span.To = t.At
		}
		if trades, known := t.Symbol.Trades(t.At); known && trades && !t.Aside && !t.At.Before(l.newest[t.Symbol].At) {
			l.newest[t.Symbol] = t
		}
	}
	l.span.Source, l.told = l.p.Source.ID, true
	l.count(l.p.Source.ID, func(c *Counts) { c.Trades += len(m.Trades) })
	if len(l.batch) >= mostTrades {
		return l.write(context.WithoutCancel(ctx))
	}
	return nil
}

// write puts down what was told, and gives the ledger its minute when there is one. It is not to be interrupted: that the
// connection was cut meanwhile undoes nothing.
func (l *listener) write(ctx context.Context) error {
	if l.span.From.IsZero() {
		return nil
	}
	now := l.o.Now().UTC()
	if old := now.Add(-late); old.After(l.span.To) && len(l.batch) == 0 {
		l.span.To = old // a connection that stands and is silent says that nothing was traded
	}
	if err := l.o.Ticks.Add(ctx, l.span, l.batch); err != nil {
		return err
	}
	l.batch = l.batch[:0]
	from, to := l.span.Minutes()
	if !to.After(from) && now.Sub(l.last) < time.Minute {
		return nil
	}
	if err := l.tell(ctx); err != nil {
		return err
	}
	err := l.sum(ctx, from, to)
	if err == nil {
		l.span.Done = to
	}
	return err
}

// tell gives the ledger the last price of each listing, by the road of every quote: once a minute, since it keeps it for ever.
func (l *listener) tell(ctx context.Context) error {
	seen := l.o.Now().UTC().Truncate(time.Microsecond)
	var heard []market.Observation
	var texts []string
	for _, symbol := range slices.Sorted(maps.Keys(l.newest)) {
		t := l.newest[symbol]
		if !t.At.After(l.heard[symbol]) {
			continue
		}
		heard = append(heard, market.NewObservation(symbol, market.Last, t.Price, market.Moment{At: t.At, Seen: seen}, l.p.Source.ID, t.Ref))
		texts = append(texts, t.Text)
	}
	l.last = seen
	if len(heard) == 0 {
		return nil
	}
	reply := replyOf(l.p.Source.ID, seen, []byte(strings.Join(texts, "\n")))
	reply.Path = "trades of its stream"
	if err := l.store.AddReply(ctx, reply); err != nil {
		return err
	}
	judged, err := l.ledger.Hear(ctx, market.Hearing{Source: l.p.Source, Observations: heard, Lease: l.lease})
	if err != nil {
		return err
	}
	for _, o := range heard {
		l.heard[o.Symbol] = o.At
	}
	l.count(l.p.Source.ID, func(c *Counts) {
		c.Figures, c.New, c.Held = c.Figures+len(heard), c.New+judged.New, c.Held+len(judged.Held)
	})
	l.s.Got, l.s.Failures, l.s.Problem = seen, 0, ""
	l.s.Newest, l.s.Figures, l.s.New, l.s.Held = l.span.To, len(heard), judged.New, len(judged.Held)
	return l.store.PutStatus(ctx, l.s, l.lease)
}

// inherit makes the bars that earlier conversations had no time for, and drops what is old.
func (l *listener) inherit(ctx context.Context) error {
	if err := l.o.Ticks.Drop(ctx, l.o.Now().Add(-keepTrades)); err != nil {
		return err
	}
	spans, err := l.o.Ticks.Spans(ctx, l.p.Source.ID)
	if err != nil {
		return err
	}
	for _, s := range spans {
		from, to := s.Minutes()
		err := l.sum(ctx, from, to)
		if s.Done = to; err == nil {
			err = l.o.Ticks.Add(ctx, s, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sum makes bars of minutes of which everything was told.
func (l *listener) sum(ctx context.Context, from, to time.Time) error {
	ticks, err := l.o.Ticks.Between(ctx, l.p.Source.ID, from, to)
	if err != nil {
		return err
	}
	by := map[market.Symbol][]market.Tick{}
	for _, t := range ticks {
		by[t.Symbol] = append(by[t.Symbol], t)
	}
	var bars []market.Bar
	for _, symbol := range slices.Sorted(maps.Keys(by)) {
		made, err := market.MinuteBars(symbol, by[symbol], from, to, l.o.Now())
		if err != nil && !errors.Is(err, fault.NotFound) { // of a market whose sessions are not known there are none
			return err
		}
		bars = append(bars, made...)
	}
	if len(bars) == 0 {
		return nil
	}
	r, err := l.ledger.AddBars(ctx, l.p.Source, bars, market.BarsOptions{})
	l.count(l.p.Source.ID, func(c *Counts) { c.Bars += r.New })
	return err
}
