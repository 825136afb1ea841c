package market

import (
	"context"
	"errors"
	"fmt"

	"github.com/courant-news/courant/internal/fault"
)

// Evidence returns observations by their names. One that is not there, or whose source does not allow it to be shown, is
// left out.
func (l *Ledger) Evidence(ctx context.Context, ids []ID) (map[ID]Observation, error) {
	facts, err := l.facts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	found := make(map[ID]Observation, len(ids))
	for _, id := range ids {
		if _, known := found[id]; known {
			continue
		}
		o, err := l.store.Observation(ctx, id)
		switch {
		case errors.Is(err, fault.NotFound):
		case err != nil:
			return nil, fmt.Errorf("read the observation %s: %w", id, err)
		case facts.may(o.Source):
			found[id] = o
		}
	}
	return found, nil
}

// Moved is the change of a pair from an earlier offer to a later one, of which the caller vouches that they are of one
// source. It is withheld where the two are not in the same money: the code was redenominated between them, or the source
// followed that late.
func (l *Ledger) Moved(pair Symbol, earlier, later Offer) Move {
	return moved(pair, earlier, later, Facts{Currencies: l.currencies})
}
