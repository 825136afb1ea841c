package hook

import (
	"context"
	"time"

	"github.com/courant-news/courant/internal/market"
)

// Store is what is asked of whoever keeps hooks and their outbox. Every method is one transaction and safe for concurrent use.
type Store interface {
	// Lease takes or prolongs the right to deliver. Held is false while another holder's is running.
	Lease(ctx context.Context, name, holder string, term time.Duration) (l market.Lease, held bool, err error)
	// DropLease gives a lease back before its term; one that another holds now is left alone.
	DropLease(ctx context.Context, l market.Lease) error

	// AddHook adds a hook. One whose ID is there is fault.Conflict.
	AddHook(ctx context.Context, h Hook) error
	// Hooks returns all hooks, the first added first.
	Hooks(ctx context.Context) ([]Hook, error)
	// DropHook takes a hook away with all its deliveries; the error is fault.NotFound.
	DropHook(ctx context.Context, id string) error
	// ResumeHook lets a hook be told again what is learnt from a moment on. The error is fault.NotFound, or fault.Conflict
	// for one that is on.
	ResumeHook(ctx context.Context, id string, at time.Time) error

	// Tell puts deliveries into the outbox, all or none, and returns how many were new: one whose ID is there is left as it
	// is, and to a hook that is off or gone nothing is told. The error is fault.Conflict where the lease is no longer held.
	Tell(ctx context.Context, l market.Lease, deliveries []Delivery) (added int, err error)
	// Due returns what is to be sent at a moment, the first due first: at most so many, and at most so many of one hook. Next
	// is when something waits for, due or not; zero where nothing does.
	Due(ctx context.Context, now time.Time, most, ofOne int) (due []Delivery, next time.Time, err error)
	// Note keeps what came of an attempt. Where it turns the hook off, whatever waits for it is given up. The error is
	// fault.Conflict where the lease is no longer held.
	Note(ctx context.Context, l market.Lease, a Attempt) error
	// Deliveries returns the last deliveries of a hook, or of all for an empty ID, the newest first and at most so many.
	Deliveries(ctx context.Context, hook string, most int) ([]Delivery, error)
	// DropDeliveries drops those that ended before a moment.
	DropDeliveries(ctx context.Context, before time.Time) error
	// HookTallies counts the deliveries of each hook that has any.
	HookTallies(ctx context.Context) (map[string]Tally, error)
}

// State is how far a delivery is.
type State string

// The states.
const (
	Waiting State = "waiting"
	Taken   State = "taken"    // its receiver answered with a success
	GivenUp State = "given up" // after the last attempt, or since its hook was turned off
)

// Delivery is one event on its way to one hook.
type Delivery struct {
	ID       string // the header webhook-id, the same at each attempt
	Hook     string
	Kind     Kind
	Body     []byte // as it is sent
	Added    time.Time
	State    State
	Attempts int
	Next     time.Time // when it is sent, or sent again; zero once it has ended
	Tried    time.Time // last; zero: never
	Status   int       // that the last attempt was answered with; 0: it was not answered
	Problem  string    // why it is not taken; empty: it is, or was never tried
}

// Attempt is what came of sending a delivery.
type Attempt struct {
	Delivery           // as it stands now
	Wait     time.Time // until when the hook is left alone
	Off      string    // why the hook is turned off; empty: it is not
}

// Tally counts deliveries by their states.
type Tally struct{ Waiting, Taken, GivenUp int }
