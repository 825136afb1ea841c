package market

import (
	"context"
	"fmt"
	"maps"
	"slices"
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

// Held is a value, or a bar of a share, that a source said and that is not believed: kept, with the reason, where no reader's
// face can reach it. It is never believed unless it is released, by another source that says the same or by a person.
type Held struct {
	Observation      // of a bar its close, under a field of its own
	Bar         *Bar // nil for a value
	Doubt
	State   HeldState
	Decided time.Time // zero while it waits
	By      string    // who decided: a person, or the source that confirmed it
	Note    string    // what they said of it
	Became  ID        // the observation that was made of it on release; empty for a bar, which has no name
}

// What says of what it is a value: of a pair its symbol, of a share's numbers and bars also which.
func (h Held) What() string {
	if h.Field == Rate || h.Field == Last {
		return string(h.Symbol)
	}
	return string(h.Symbol) + ", " + string(h.Field)
}

// Said is what the source says, written as it wrote it: the value, or the prices of the bar.
func (h Held) Said() string {
	if h.Bar != nil {
		return h.Bar.prices()
	}
	return h.Value.String()
}

// Decision ends the waiting of a held value.
type Decision struct {
	Held        ID
	State       HeldState // Released or Rejected
	At          time.Time
	By, Note    string
	Observation Observation // what is added on release
	Bar         *Bar        // of a bar; then there is no observation
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
	Bars         []Bar
	Held         []Held
	Released     []Decision // by what was heard now; of bars also rejected, where the source took them back
	Lease        Lease
	Progress     func(done int) // may be nil
}

// Quarantine returns the held values and bars in a state, or all for an empty one, the last learnt first.
func (l *Ledger) Quarantine(ctx context.Context, state HeldState) ([]Held, error) {
	held, err := l.store.Held(ctx, state)
	if err != nil {
		return nil, fmt.Errorf("read the quarantine: %w", err)
	}
	return held, nil
}

// Release makes an observation of a held value, or a bar of a held one, and of those that the same source said of it later on and that were
// held only because they were measured by what stood before it: one decision ends a shock. They count as learnt now: the
// boards of the time in which they waited stay as they were. It returns them as they are on record then, the one that was
// asked for first. The error is fault.NotFound, fault.Conflict where it waits no more, or fault.Invalid without a name.
func (l *Ledger) Release(ctx context.Context, id ID, by, note string) ([]Held, error) {
	return l.decide(ctx, id, Released, by, note)
}

// Reject puts a held value away for good: it stays on record and is never shown. For the errors see [Ledger.Release].
func (l *Ledger) Reject(ctx context.Context, id ID, by, note string) (Held, error) {
	put, err := l.decide(ctx, id, Rejected, by, note)
	if err != nil {
		return Held{}, err
	}
	return put[0], nil
}

func (l *Ledger) decide(ctx context.Context, id ID, state HeldState, by, note string) ([]Held, error) {
	if strings.TrimSpace(by) == "" {
		return nil, fault.Because(fault.Invalid, "say who decides: a number is never released by nobody")
	}
	held, err := l.store.Held(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read the quarantine: %w", err)
	}
	i := slices.IndexFunc(held, func(h Held) bool { return h.ID == id })
	if i < 0 {
		return nil, fault.Because(fault.NotFound, "no held value bears the name %.40q", id)
	}
	var decisions []Decision
	var put []Held
	for _, h := range held[i].quoted(held) {
		d := h.decided(state, l.now(), by, note)
		decisions, put = append(decisions, d), append(put, h.after(d))
	}
	if state == Released {
		follow, err := l.followers(ctx, held[i], held)
		if err != nil {
			return nil, fmt.Errorf("judge what follows the held value %s: %w", id, err)
		}
		because := fmt.Sprintf("follows %s of %s, released: %s", held[i].Value, day(held[i].At), note)
		for _, first := range follow {
			for _, h := range first.quoted(held) {
				d := h.decided(Released, l.now(), by, strings.TrimSuffix(because, ": "))
				decisions, put = append(decisions, d), append(put, h.after(d))
			}
		}
	}
	if err := l.store.Decide(ctx, decisions); err != nil {
		return nil, fmt.Errorf("decide on the held value %s: %w", id, err)
	}
	l.bus.Publish(bus.Event{Topic: HeldTopic})
	if state == Released {
		l.bus.Publish(bus.Event{Topic: PriceTopic, Key: string(put[0].Symbol)})
	}
	return put, nil
}

// followers returns the values of the same source and pair that were held after a given one, and are ordinary once they
// are measured by it. What was held for another reason than its distance from the value before is left alone.
func (l *Ledger) followers(ctx context.Context, first Held, held []Held) ([]Held, error) {
	if first.Bar != nil {
		return l.barFollowers(ctx, first, held)
	}
	byDistance := []Reason{Jump, Slip, Inverted, Apart}
	waiting := map[int64]Held{} // by moment; of two that wait at one moment the last learnt
	for _, h := range held {
		if h.State != Waiting || h.Source != first.Source || h.Symbol != first.Symbol || h.Field != first.Field || !h.At.After(first.At) ||
			!slices.Contains(byDistance, h.Reason) {
			continue
		}
		if other, twice := waiting[h.At.UnixMicro()]; !twice || h.Seen.After(other.Seen) {
			waiting[h.At.UnixMicro()] = h
		}
	}
	if len(waiting) == 0 {
		return nil, nil
	}
	series, err := l.store.Series(ctx, []Symbol{first.Symbol}, AsOf{At: l.now().AddDate(100, 0, 0), Known: l.now()})
	if err != nil {
		return nil, err
	}
	said := map[int64]Observation{first.At.UnixMicro(): first.Observation} // the newest of each moment
	for _, o := range series {
		if before, twice := said[o.At.UnixMicro()]; o.Source == first.Source && o.Field == first.Field && !o.At.Equal(first.At) && (!twice || o.Seen.After(before.Seen)) {
			said[o.At.UnixMicro()] = o
		}
	}
	for at, h := range waiting {
		if _, known := said[at]; known {
			delete(waiting, at) // something else of that moment was believed
			continue
		}
		said[at] = h.Observation
	}
	var t trail
	var follow []Held
	for _, at := range slices.Sorted(maps.Keys(said)) {
		o := said[at]
		base, quote, _ := o.Symbol.Pair()
		s := suspect{Observation: o, base: base, quote: quote, ln: logOf(o.Value), peers: func() []peer { return nil }}
		h, waits := waiting[at]
		if !waits {
			t.believe(o.At, s.ln)
		} else if _, bad := l.judge(&t, s); !bad {
			follow = append(follow, h)
		}
	}
	return follow, nil
}

// judge judges a value by the rules of what it is a value of.
func (l *Ledger) judge(t *trail, s suspect) (Doubt, bool) {
	if s.Field == Last {
		return t.judgeShare(s, l.listings)
	}
	return t.judge(s, l.currencies)
}

// quoted are the held value and, of a quote, what waits with it: of a share's last price, previous close, volume and so on
// either all are believed or none. The first is the one itself.
func (h Held) quoted(held []Held) []Held {
	all := []Held{h}
	if h.Field == Rate || h.Bar != nil {
		return all
	}
	for _, o := range held {
		if o.ID != h.ID && o.Bar == nil && o.State == Waiting && o.Source == h.Source && o.Symbol == h.Symbol && o.At.Equal(h.At) && o.Seen.Equal(h.Seen) {
			all = append(all, o)
		}
	}
	return all
}

// after is a held value once it was decided on.
func (h Held) after(d Decision) Held {
	h.State, h.Decided, h.By, h.Note, h.Became = d.State, d.At, d.By, d.Note, d.Observation.ID
	return h
}

// decided is the decision on a held value.
func (h Held) decided(state HeldState, at time.Time, by, note string) Decision {
	d := Decision{Held: h.ID, State: state, At: at.UTC().Truncate(time.Microsecond), By: by, Note: note}
	switch {
	case state == Released && h.Bar != nil:
		b := *h.Bar
		b.Seen, d.Bar = d.At, &b
	case state == Released:
		d.Observation = NewObservation(h.Symbol, h.Field, h.Value, Moment{At: h.At, Seen: d.At}, h.Source, h.Ref)
	}
	return d
}
