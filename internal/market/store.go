package market

import (
	"context"
	"time"
)

// Store is what the ledger asks of whoever keeps observations. Every method is one fact and one transaction, and is
// safe for concurrent use. A returned write is on disk.
type Store interface {
	// Append adds observations and puts their sources (added or replaced by ID), all or nothing. An observation whose
	// ID is there already is left as it is. It returns how many were new. Progress, which may be nil, is called now
	// and then with how many have been handled; nothing is acknowledged before Append returns.
	Append(ctx context.Context, sources []Source, observations []Observation, progress func(done int)) (added int, err error)

	// Observation returns one by its ID; the error is fault.NotFound.
	Observation(ctx context.Context, id ID) (Observation, error)

	// Newest returns, for each symbol, field and source, the observations of its `moments` newest distinct Ats within
	// the AsOf (resolved), and of each At the newest revision known then; of the symbols named, or of all.
	Newest(ctx context.Context, asOf AsOf, moments int, symbols ...Symbol) ([]Observation, error)

	// Series returns every source's observations of the symbols within the AsOf (resolved), of each source and At the
	// newest revision known then, by At.
	Series(ctx context.Context, symbols []Symbol, asOf AsOf) ([]Observation, error)

	// Revisions returns all that a source ever said of a symbol's field at a moment, by Seen.
	Revisions(ctx context.Context, symbol Symbol, field Field, source SourceID, at time.Time) ([]Observation, error)

	// Sheets returns the newest revision of each symbol, field and At that a source gave from one moment to another, both
	// included.
	Sheets(ctx context.Context, source SourceID, from, to time.Time) ([]Observation, error)

	// Tracks returns all that is there of pairs where the store has it in memory; not ok where it has not, or not all of it:
	// then what is needed must be read by the other methods.
	Tracks() (tracks *Tracks, ok bool)

	// Symbols returns every symbol that was ever observed, sorted.
	Symbols(ctx context.Context) ([]Symbol, error)

	// Before returns, of each symbol that the source quotes, the newest revisions of its last `moments` Ats before a
	// moment, the oldest first.
	Before(ctx context.Context, source SourceID, at time.Time, moments int) ([]Observation, error)

	// Hear adds what was heard of one source, what is believed and what is held, all or nothing, and returns how many
	// observations and bars were new. The error is fault.Conflict where the lease that it was heard under is no longer held.
	Hear(ctx context.Context, h Heard) (added int, err error)

	// Held returns the held values and bars in the given state, or all for an empty one, the last learnt first.
	Held(ctx context.Context, state HeldState) ([]Held, error)

	// Decide ends the waiting of held values, all or none; where they are released, the observations and bars are added. The error
	// is fault.NotFound, or fault.Conflict where one waits no more.
	Decide(ctx context.Context, decisions []Decision) error

	// Bars returns the bars of a stretch by their beginning and their source: of each source's the last learnt by then.
	Bars(ctx context.Context, s Stretch) ([]Bar, error)

	// Sources returns every source, by ID.
	Sources(ctx context.Context) ([]Source, error)
}
