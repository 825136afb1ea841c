// Package resident keeps the observations of a store in memory, in columns of exact decimals, so that the newest values, a
// board of any day and a series are answered without asking the database.
//
// The database stays the truth. What is written goes there first; what others wrote is found by the store's count of
// changes, which [Store.Run] looks at once a second, and read again track by track. What does not fit within the limit is
// left out: a question about it goes to the database, which is slower and never wrong.
//
// An observation that comes from here has no Ref, the place where its source says it: ask for it by its ID. Start at
// [Open]. A Store is safe for concurrent use; a reader sees one moment of it.
package resident

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
)

// Options are what a resident store may be told; the zero value works.
type Options struct {
	Limit int          // bytes that the columns may take; 0: 256 MB
	Log   *slog.Logger // nil: nothing is logged
}

const (
	limit    = 256 << 20
	interval = time.Second // after which a change that another program made is seen
)

// Store is a store whose observations lie in memory. What it does not answer itself the database does.
type Store struct {
	*store.DB
	bus bus.Bus
	o   Options

	held    atomic.Pointer[content]
	writing sync.Mutex // one writes or refreshes at a time, so that the count of changes can be accounted for
}

// content is what is in memory at one moment. It is never changed, but replaced.
type content struct {
	changes  int64 // of the store, up to which it is complete
	columns  map[store.Track]*column
	bySymbol map[market.Symbol][]*column // sorted by field and source
	bySource map[market.SourceID][]*column
	symbols  []market.Symbol          // every one there is, sorted; those that are left out too
	spilled  map[market.Symbol]bool   // those that are left out
	within   map[market.SourceID]bool // sources of which something is left out
	sources  []market.Source
	size     int
	tracks   func() *market.Tracks // of all columns, sorted when they are first asked for
}

var _ market.Store = (*Store)(nil)

// Open reads the observations of a store into memory.
func Open(ctx context.Context, db *store.DB, b bus.Bus, o Options) (*Store, error) {
	if o.Limit == 0 {
		o.Limit = limit
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{DB: db, bus: b, o: o}
	s.held.Store(made(0, nil, nil, o.Limit))
	if _, err := s.refresh(ctx); err != nil {
		return nil, err
	}
	debug.FreeOSMemory() // reading made much more than is kept
	return s, nil
}

// Run looks for changes that others made, until the context is done, and tells the bus of them.
func (s *Store) Run(ctx context.Context) {
	t := time.NewTicker(interval)
	defer t.Stop()
	hinted := make(chan struct{}, 1)
	stop := s.bus.Listen(func(e bus.Event) { // it may be another machine's
		if e.Topic == market.PriceTopic {
			select {
			case hinted <- struct{}{}:
			default:
			}
		}
	})
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		case <-hinted:
		}
		s.writing.Lock()
		changed, err := s.refresh(ctx)
		s.writing.Unlock()
		if err != nil && ctx.Err() == nil {
			s.o.Log.Error("read what changed in the store", "err", err)
		} else if changed {
			s.bus.Publish(bus.Event{Topic: market.PriceTopic})
		}
	}
}

// refresh reads again what changed, and says whether anything did.
func (s *Store) refresh(ctx context.Context) (bool, error) {
	now := s.held.Load()
	changes, touched, err := s.DB.Changes(ctx, now.changes)
	if err != nil {
		return false, err
	}
	sources, err := s.DB.Sources(ctx)
	if err != nil {
		return false, err
	}
	if changes == now.changes && slices.Equal(sources, now.sources) {
		return false, nil
	}
	columns, err := s.load(ctx, touched, now)
	if err != nil {
		return false, err
	}
	next := maps.Clone(now.columns)
	if next == nil {
		next = map[store.Track]*column{}
	}
	maps.Copy(next, columns)
	s.held.Store(made(changes, next, sources, s.o.Limit))
	return true, nil
}

// load reads tracks, several at a time. One that would not fit any more has no column: nil.
func (s *Store) load(ctx context.Context, tracks []store.Track, now *content) (map[store.Track]*column, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	columns := make([]*column, len(tracks))
	failed := make([]error, len(tracks))
	var next, size atomic.Int64
	var readers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		readers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(tracks); i = int(next.Add(1)) - 1 {
				if now.spilled[tracks[i].Symbol] || int(size.Load()) > s.o.Limit {
					continue
				}
				if columns[i], failed[i] = s.column(ctx, tracks[i]); failed[i] != nil {
					cancel()
					return
				}
				size.Add(int64(columns[i].size()))
			}
		})
	}
	readers.Wait()
	for _, err := range failed {
		if err != nil && !errors.Is(err, context.Canceled) {
			return nil, err // the one for which the others were cancelled
		}
	}
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	loaded := make(map[store.Track]*column, len(tracks))
	for i, t := range tracks {
		loaded[t] = columns[i]
	}
	return loaded, nil
}

func (s *Store) column(ctx context.Context, t store.Track) (*column, error) {
	c := newColumn(t)
	if err := s.DB.Rows(ctx, t, c.add); err != nil {
		return nil, fmt.Errorf("keep %s of %s in memory: %w", t.Symbol, t.Source, err)
	}
	return c.clone(), nil
}

// made is the content of some columns, as many as fit; of a symbol all or none, so that nothing is ever settled of a part.
func made(changes int64, columns map[store.Track]*column, sources []market.Source, limit int) *content {
	tabulate(columns)
	c := &content{
		changes: changes, columns: columns, sources: sources,
		bySymbol: map[market.Symbol][]*column{}, bySource: map[market.SourceID][]*column{},
		spilled: map[market.Symbol]bool{}, within: map[market.SourceID]bool{},
	}
	size := map[market.Symbol]int{}
	for t, column := range columns {
		if column == nil {
			c.spilled[t.Symbol] = true
		} else {
			size[t.Symbol] += column.size()
		}
	}
	tracks := slices.SortedFunc(maps.Keys(columns), func(a, b store.Track) int {
		return cmp.Or(cmp.Compare(a.Symbol, b.Symbol), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Source, b.Source))
	})
	for _, t := range tracks {
		if n := len(c.symbols); n == 0 || c.symbols[n-1] != t.Symbol {
			c.symbols = append(c.symbols, t.Symbol)
			if !c.spilled[t.Symbol] && c.size+size[t.Symbol] > limit {
				c.spilled[t.Symbol] = true
			} else if !c.spilled[t.Symbol] {
				c.size += size[t.Symbol]
			}
		}
		if c.spilled[t.Symbol] {
			c.within[t.Source] = true
			c.columns[t] = nil
			continue
		}
		c.bySymbol[t.Symbol] = append(c.bySymbol[t.Symbol], columns[t])
		c.bySource[t.Source] = append(c.bySource[t.Source], columns[t])
	}
	c.tracks = sync.OnceValue(func() *market.Tracks {
		all := make([]market.Track, 0, len(columns))
		for source, list := range c.bySource { // so that those of one lie together
			for _, column := range list {
				if column.track.Field == market.Rate {
					all = append(all, market.Track{Symbol: column.track.Symbol, Source: source, Column: column})
				}
			}
		}
		return market.NewTracks(all)
	})
	return c
}
