package wire

import (
	"context"

	"github.com/courant-news/courant/internal/market"
)

// Report is how a provider that the runner fetches fares.
type Report struct {
	Provider Provider
	Status   Status
	Stream   Status // of its stream, where it is listened to
	Counts   Counts // since the start of the program
}

// Reports tells how every provider of the runner fares, in the order of the list.
func (r *Runner) Reports(ctx context.Context) ([]Report, error) {
	statuses, err := r.store.Statuses(ctx)
	if err != nil {
		return nil, err
	}
	counts := r.Counts()
	all := make([]Report, len(r.providers))
	for i, p := range r.providers {
		all[i] = Report{Provider: p, Status: statuses[p.Source.ID], Stream: statuses[StreamID(p.Source.ID)], Counts: counts[p.Source.ID]}
		all[i].Status.Source = p.Source.ID
	}
	return all, nil
}

// Origin returns the reply that an observation was read of; the error is fault.NotFound for one that was brought in by
// hand.
func (r *Runner) Origin(ctx context.Context, o market.Observation) (Reply, error) {
	return r.store.Reply(ctx, o.Source, o.Seen)
}
