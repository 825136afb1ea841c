package resident

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
)

// Newest implements [market.Store].
func (s *Store) Newest(ctx context.Context, asOf market.AsOf, moments int, symbols ...market.Symbol) ([]market.Observation, error) {
	c := s.held.Load()
	wanted := symbols
	if len(symbols) == 0 {
		wanted = c.symbols
	}
	var spilled []market.Symbol
	found := make([]market.Observation, 0, moments*len(wanted))
	for _, symbol := range sorted(wanted) {
		if c.spilled[symbol] {
			spilled = append(spilled, symbol)
			continue
		}
		for _, column := range c.bySymbol[symbol] {
			column.newest(asOf.At.UnixMicro(), asOf.Known.UnixMicro(), moments, func(i int) {
				found = append(found, column.Observation(i))
			})
		}
	}
	if len(spilled) == 0 {
		return found, nil
	}
	more, err := s.DB.Newest(ctx, asOf, moments, spilled...)
	found = append(found, more...)
	slices.SortStableFunc(found, func(x, y market.Observation) int {
		return cmp.Or(cmp.Compare(x.Symbol, y.Symbol), cmp.Compare(x.Field, y.Field), cmp.Compare(x.Source, y.Source), y.At.Compare(x.At))
	})
	return found, err
}

// sorted are symbols in order, each once.
func sorted(symbols []market.Symbol) []market.Symbol {
	if slices.IsSorted(symbols) {
		return symbols
	}
	symbols = slices.Sorted(slices.Values(symbols))
	return slices.Compact(symbols)
}

// Series implements [market.Store].
func (s *Store) Series(ctx context.Context, symbols []market.Symbol, asOf market.AsOf) ([]market.Observation, error) {
	c := s.held.Load()
	var spilled []market.Symbol
	var all []market.Observation
	for _, symbol := range sorted(symbols) {
		if c.spilled[symbol] {
			spilled = append(spilled, symbol)
			continue
		}
		for _, column := range c.bySymbol[symbol] {
			all = slices.Grow(all, column.Len())
			column.between(math.MinInt64, asOf.At.UnixMicro(), asOf.Known.UnixMicro(), func(i int) {
				all = append(all, column.Observation(i))
			})
		}
	}
	if len(spilled) > 0 {
		more, err := s.DB.Series(ctx, spilled, asOf)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	byAt := func(x, y market.Observation) int { return x.At.Compare(y.At) }
	if !slices.IsSortedFunc(all, byAt) {
		slices.SortStableFunc(all, byAt)
	}
	return all, nil
}

// Revisions implements [market.Store].
func (s *Store) Revisions(ctx context.Context, symbol market.Symbol, field market.Field, source market.SourceID, at time.Time) ([]market.Observation, error) {
	c := s.held.Load()
	if c.spilled[symbol] {
		return s.DB.Revisions(ctx, symbol, field, source, at)
	}
	column := c.columns[store.Track{Symbol: symbol, Field: field, Source: source}]
	if column == nil {
		return nil, nil
	}
	var all []market.Observation
	for i := column.at.above(at.UnixMicro() - 1); i < column.Len() && column.at.at(i) == at.UnixMicro(); i++ {
		all = append(all, column.Observation(i))
	}
	return all, nil
}

// Sheets implements [market.Store].
func (s *Store) Sheets(ctx context.Context, source market.SourceID, from, to time.Time) ([]market.Observation, error) {
	c := s.held.Load()
	if c.within[source] {
		return s.DB.Sheets(ctx, source, from, to)
	}
	var all []market.Observation
	for _, column := range c.bySource[source] {
		column.between(from.UnixMicro(), to.UnixMicro(), math.MaxInt64, func(i int) { all = append(all, column.Observation(i)) })
	}
	return all, nil
}

// Before implements [market.Store].
func (s *Store) Before(ctx context.Context, source market.SourceID, at time.Time, moments int) ([]market.Observation, error) {
	c := s.held.Load()
	if c.within[source] {
		return s.DB.Before(ctx, source, at, moments)
	}
	var all []market.Observation
	for _, column := range c.bySource[source] {
		first := len(all)
		column.newest(at.UnixMicro()-1, math.MaxInt64, moments, func(i int) { all = append(all, column.Observation(i)) })
		slices.Reverse(all[first:])
	}
	return all, nil
}

// Symbols implements [market.Store].
func (s *Store) Symbols(context.Context) ([]market.Symbol, error) {
	return slices.Clone(s.held.Load().symbols), nil
}

// Sources implements [market.Store].
func (s *Store) Sources(context.Context) ([]market.Source, error) {
	return slices.Clone(s.held.Load().sources), nil
}

// Tracks implements [market.Store].
func (s *Store) Tracks() (*market.Tracks, bool) {
	c := s.held.Load()
	if len(c.spilled) > 0 {
		return nil, false
	}
	return c.tracks(), true
}
