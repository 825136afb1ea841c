package market

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Tape returns all that sources said of a listing within an AsOf, of each source, field and moment the last revision, by
// moment. What a source does not allow to be shown is left out. The error is fault.Invalid for a symbol that is no listing.
func (l *Ledger) Tape(ctx context.Context, listing Symbol, asOf AsOf) ([]Observation, error) {
	if _, _, ok := listing.Listing(); !ok {
		return nil, fault.Because(fault.Invalid, "%s is no listing", listing)
	}
	facts, err := l.facts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	said, err := l.store.Series(ctx, []Symbol{listing}, asOf.Resolved(l.now()))
	if err != nil {
		return nil, fmt.Errorf("read the series of %s: %w", listing, err)
	}
	said = slices.DeleteFunc(slices.Clone(said), func(o Observation) bool { return !facts.may(o.Source) })
	slices.SortStableFunc(said, func(a, b Observation) int { return a.At.Compare(b.At) })
	return said, nil
}

// Session is the day of the session that a price of a listing is of, where it speaks of a moment, and that of the session
// before it. A moment at midnight UTC stands for its day. Of a market whose calendar is not known every weekday is one; of a
// pair, both are zero.
func (s Symbol) Session(at time.Time) (session, before time.Time) {
	mic, _, ok := s.Listing()
	if !ok {
		return time.Time{}, time.Time{}
	}
	return sessionOf(mic, at)
}
