package market

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
)

// HeldTopic is the bus topic under which it is announced that values were held or decided on.
const HeldTopic = "market.held"

// HeldState says what became of a held value.
type HeldState string

// The states of a held value.
const (
	Waiting  HeldState = "waiting"
	Released HeldState = "released"
	Rejected HeldState = "rejected"
)

// Held is a value that a source said and that is not believed: kept, with the reason, where no reader's face can reach
// it. It never becomes an observation unless it is released, by another source that says the same or by a person.
type Held struct {
	Observation
	Doubt
	State   HeldState
	Decided time.Time // zero while it waits
	By      string    // who decided: a person, or the source that confirmed it
	Note    string    // what they said of it
	Became  ID        // the observation that was made of it on release
}

// Decision ends the waiting of a held value.
type Decision struct {
	Held        ID
	State       HeldState // Released or Rejected
	At          time.Time
	By, Note    string
	Observation Observation // what is added on release
}

// Lease is the right to speak for a name until another takes it: of two runners that both believe to hold it the one
// with the older epoch is refused. The zero value asks for no lease.
type Lease struct {
	Name  string
	Epoch int64
}

// Heard is what was heard of one source, sorted into what is believed and what is held.
type Heard struct {
	Source       Source
	Observations []Observation
	Held         []Held
	Released     []Decision
	Lease        Lease
	Progress     func(done int) // may be nil
}

// Quarantine returns the held values in a state, or all for an empty one, the last learnt first.
func (l *Ledger) Quarantine(ctx context.Context, state HeldState) ([]Held, error) {
	held, err := l.store.Held(ctx, state)
	if err != nil {
		return nil, fmt.Errorf("read the quarantine: %w", err)
	}
	return held, nil
}

// Release makes an observation of a held value. It counts as learnt now: the boards of the time in which it waited stay
// as they were. The error is fault.NotFound, fault.Conflict where it waits no more, or fault.Invalid without a name.
func (l *Ledger) Release(ctx context.Context, id ID, by, note string) (Observation, error) {
	return l.decide(ctx, id, Released, by, note)
}

// Reject puts a held value away for good: it stays on record and is never shown. For the errors see [Ledger.Release].
func (l *Ledger) Reject(ctx context.Context, id ID, by, note string) error {
	_, err := l.decide(ctx, id, Rejected, by, note)
	return err
}

func (l *Ledger) decide(ctx context.Context, id ID, state HeldState, by, note string) (Observation, error) {
	if strings.TrimSpace(by) == "" {
		return Observation{}, fault.Because(fault.Invalid, "say who decides: a number is never released by nobody")
	}
	held, err := l.store.Held(ctx, "")
	if err != nil {
		return Observation{}, fmt.Errorf("read the quarantine: %w", err)
	}
	for _, h := range held {
		if h.ID != id {
			continue
		}
		d := h.decided(state, l.now(), by, note)
		if err := l.store.Decide(ctx, d); err != nil {
			return Observation{}, fmt.Errorf("decide on the held value %s: %w", id, err)
		}
		l.bus.Publish(bus.Event{Topic: HeldTopic})
		if state == Released {
			l.bus.Publish(bus.Event{Topic: PriceTopic, Key: string(h.Symbol)})
		}
		return d.Observation, nil
	}
	return Observation{}, fault.Because(fault.NotFound, "no held value bears the name %.40q", id)
}

// decided is the decision on a held value.
func (h Held) decided(state HeldState, at time.Time, by, note string) Decision {
	d := Decision{Held: h.ID, State: state, At: at.UTC().Truncate(time.Microsecond), By: by, Note: note}
	if state == Released {
		d.Observation = NewObservation(h.Symbol, h.Field, h.Value, Moment{At: h.At, Seen: d.At}, h.Source, h.Ref)
	}
	return d
}
