package resident

import (
	"context"
	"maps"
	"slices"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/store"
)

// Append implements [market.Store]: what it returned without an error is on disk, and in memory.
func (s *Store) Append(ctx context.Context, sources []market.Source, observations []market.Observation, progress func(done int)) (added int, err error) {
	err = s.write(ctx, observations, once(observations), func() error {
		added, err = s.DB.Append(ctx, sources, observations, progress)
		return err
	})
	return added, err
}

// Hear implements [market.Store].
func (s *Store) Hear(ctx context.Context, h market.Heard) (added int, err error) {
	freed := released(h.Released)
	all := slices.Concat(h.Observations, freed)
	err = s.write(ctx, all, once(h.Observations)+len(freed), func() error {
		added, err = s.DB.Hear(ctx, h)
		return err
	})
	return added, err
}

// Decide implements [market.Store].
func (s *Store) Decide(ctx context.Context, decisions []market.Decision) error {
	freed := released(decisions)
	return s.write(ctx, freed, len(freed), func() error { return s.DB.Decide(ctx, decisions) })
}

// AddEdition implements news.Store, which brings observations too.
func (s *Store) AddEdition(ctx context.Context, e news.Edition, progress func(done, of int)) (r news.Receipt, err error) {
	err = s.write(ctx, e.Observations, once(e.Observations), func() error {
		r, err = s.DB.AddEdition(ctx, e, progress)
		return err
	})
	return r, err
}

// once is how many changes the store counts for a batch: none for an empty one.
func once(batch []market.Observation) int { return min(1, len(batch)) }

// released are the observations that decisions make.
func released(decisions []market.Decision) (all []market.Observation) {
	for _, d := range decisions {
		if d.State == market.Released && d.Bar == nil { // bars are not kept here
			all = append(all, d.Observation)
		}
	}
	return all
}

// write lets the database write, and keeps what was written. The store counts so many changes for it.
func (s *Store) write(ctx context.Context, observations []market.Observation, changes int, do func() error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := do(); err != nil {
		return err
	}
	// It is written, whatever happens now; what is not kept here the next look finds.
	if err := s.keep(context.WithoutCancel(ctx), observations, changes); err != nil {
		s.o.Log.Error("keep in memory what was written", "err", err)
	}
	return nil
}

// keep adds observations of our own to the columns where nobody else wrote meanwhile; else all that changed is read.
func (s *Store) keep(ctx context.Context, observations []market.Observation, counted int) error {
	const few = 20_000 // more are read faster than they are sorted in
	now := s.held.Load()
	changes, _, err := s.DB.Changes(ctx, now.changes)
	if err != nil {
		return err
	}
	if len(observations) > few || changes != now.changes+int64(counted) {
		_, err := s.refresh(ctx)
		return err
	}
	sources, err := s.DB.Sources(ctx)
	if err != nil {
		return err
	}
	columns := maps.Clone(now.columns)
	if columns == nil {
		columns = map[store.Track]*column{}
	}
	byTrack := map[store.Track][]market.Observation{}
	for _, o := range observations {
		t := store.Track{Symbol: o.Symbol, Field: o.Field, Source: o.Source}
		byTrack[t] = append(byTrack[t], o)
	}
	for t, more := range byTrack {
		before, known := columns[t]
		switch {
		case now.spilled[t.Symbol]:
			columns[t] = nil
			continue
		case !known:
			before = newColumn(t)
		}
		columns[t] = before.with(more)
	}
	s.held.Store(made(changes, columns, sources, s.o.Limit))
	return nil
}
