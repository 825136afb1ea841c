package news

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
)

// Clockwork is who takes the steps that nobody takes.
const Clockwork = "Courant"

// Due publishes what is scheduled or under embargo until now, each in a transaction of its own, and returns when the next
// story goes out, zero if none does. What was due while nothing ran goes out at once. Of several machines that do it at the
// same time one publishes a story and the others find it published.
//
// A story that cannot be published, for a figure that has no value, is ready again, with why on record. Any other error
// leaves it as it was, to be tried again; those are returned together.
func (n *Newsroom) Due(ctx context.Context) (next time.Time, err error) {
	waiting, err := n.store.DueStories(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("read what goes out by itself: %w", err)
	}
	var failed []error
	for _, d := range waiting {
		if d.At.After(n.now()) {
			return d.At, errors.Join(failed...)
		}
		if err := n.goOut(ctx, d); err != nil {
			failed = append(failed, err)
		}
	}
	return time.Time{}, errors.Join(failed...)
}

// goOut publishes a story that was due.
func (n *Newsroom) goOut(ctx context.Context, d Due) error {
	m, err := n.store.Manuscript(ctx, d.Story)
	if err != nil {
		return err
	}
	if due := m.Due(); due.IsZero() || due.After(n.now()) {
		return nil // somebody was faster, or changed the time
	}
	move := Move{To: Published, Revision: len(m.Revisions), By: Clockwork, Reason: "It was due at " + d.At.Format(time.RFC3339) + "."}
	_, err = n.move(ctx, m, move)
	switch {
	case errors.Is(err, fault.Conflict):
		return nil
	case errors.Is(err, fault.Invalid):
		why := fault.Sentence(err)
		move.To, move.Reason = Ready, "It was due at "+d.At.Format(time.RFC3339)+" and was not published: "+
			strings.ToValidUTF8(why[:min(len(why), maxLine-100)], "")
		if _, err = n.move(ctx, m, move); errors.Is(err, fault.Conflict) {
			return nil
		}
	}
	return err
}

// glance is how long the newsroom sleeps at most: another machine may have scheduled a story, of which this one hears
// nothing.
const glance = time.Minute

// Run publishes what is due, as [Newsroom.Due] does, until the context is done. It sleeps until the next story goes out, and
// wakes when one is moved. Log may be nil.
func (n *Newsroom) Run(ctx context.Context, log *slog.Logger) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	moved := make(chan struct{}, 1)
	stop := n.bus.Listen(func(e bus.Event) {
		if e.Topic == StoryTopic {
			select {
			case moved <- struct{}{}:
			default: // it will wake already
			}
		}
	})
	defer stop()
	for {
		next, err := n.Due(ctx)
		if err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "a story that was due is not out", "error", err)
		}
		sleep := glance
		if !next.IsZero() {
			sleep = min(sleep, max(0, next.Sub(n.now())))
		}
		timer := time.NewTimer(sleep)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-moved:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// Missed says why a story that was due did not go out, until somebody moves it again.
func (m Manuscript) Missed() (why string, missed bool) {
	step, ok := m.lastMove()
	return step.Reason, ok && step.By == Clockwork && step.To == Ready
}
