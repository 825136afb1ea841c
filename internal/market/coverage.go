package market

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// Coverage says from when to when a source has spoken of a currency.
type Coverage struct {
	Source      SourceID
	Code        currency.Code
	First, Last time.Time
}

// Coverage returns which currencies each source has, by source and code. It reads all there is, so keep what it returns.
func (l *Ledger) Coverage(ctx context.Context) ([]Coverage, error) {
	sources, err := l.Sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	var all []Coverage
	for _, s := range sources {
		if s.Terms == Private {
			continue
		}
		said, err := l.store.Sheets(ctx, s.ID, time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), l.now())
		if err != nil {
			return nil, fmt.Errorf("read the sheets of %s: %w", s.ID, err)
		}
		spans := map[currency.Code]Coverage{}
		for _, o := range said {
			base, quote, ok := o.Symbol.Pair()
			if !ok {
				continue
			}
			for _, code := range []currency.Code{base, quote} {
				c, known := spans[code]
				if !known {
					c = Coverage{Source: s.ID, Code: code, First: o.At, Last: o.At}
				}
				if o.At.Before(c.First) {
					c.First = o.At
				}
				if o.At.After(c.Last) {
					c.Last = o.At
				}
				spans[code] = c
			}
		}
		for _, c := range spans {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b Coverage) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Code, b.Code))
	})
	return all, nil
}
