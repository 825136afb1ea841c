package wire

import (
	"context"
	"time"

	"github.com/courant-news/courant/internal/market"
)

// Store is what the wire asks of whoever keeps what it fetched. Every method is one transaction and safe for concurrent
// use.
type Store interface {
	// Lease takes or prolongs the right to speak for a name. Held is false while another holder's is running. The epoch
	// changes with every change of hands.
	Lease(ctx context.Context, name, holder string, term time.Duration) (l market.Lease, held bool, err error)
	// DropLease gives a lease back before its term; one that another holds now is left alone.
	DropLease(ctx context.Context, l market.Lease) error

	// AddReply keeps a reply; one that is there already gets the problem that was found with it.
	AddReply(ctx context.Context, r Reply) error
	// Reply returns what was fetched of a source at a moment, with its body as long as it is kept; else fault.NotFound.
	Reply(ctx context.Context, source market.SourceID, fetched time.Time) (Reply, error)
	// DropReplies drops the bodies of replies that were fetched before a moment; what else is known of them stays.
	DropReplies(ctx context.Context, before time.Time) error

	// Statuses returns how each provider fares that was ever asked.
	Statuses(ctx context.Context) (map[market.SourceID]Status, error)
	// PutStatus keeps how a provider fares. The error is fault.Conflict where the lease under which it was found out is
	// no longer held.
	PutStatus(ctx context.Context, s Status, l market.Lease) error
}

// Reply is what a provider's server sent, as it was sent.
type Reply struct {
	Source  market.SourceID
	Fetched time.Time // also the Seen of every observation that was read of it
	Path    string    // below the provider's base, without a key
	Status  int       // of HTTP; 0 for one that was read from a file
	Hash    string    // SHA-256 of the body, in hexadecimal
	Size    int       // bytes of the body
	Problem string    // why it was refused; empty: it was read
	Body    []byte    // nil once it was dropped
}

// Status is how a provider fares.
type Status struct {
	Source   market.SourceID `json:"-"`
	Tried    time.Time       // last
	Got      time.Time       // last, with success
	Next     time.Time       // when it is asked again
	Failures int             // in a row
	Problem  string          // what the last failure was; empty after a success
	Newest   time.Time       // the newest moment of which it ever spoke
	Figures  int             // how many its last reading held
	New      int             // how many of these were news
	Held     int             // how many of these are held
	Left     []string        // what was left out of it, at most a few
	Tags     map[string]Tag  // by path: what its server says the last reply was
}

// Tag is what a server calls the version of a reply; it is sent back to ask whether there is another.
type Tag struct {
	ETag, Modified string
	Full           time.Time // when the reply was last fetched whole
}

// Open says whether the breaker is open: the provider failed so often that it is only tried now and then.
func (s Status) Open() bool { return s.Failures >= breaker }
