package keys

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Options are what a ring may be told; the zero value works.
type Options struct {
	Log *slog.Logger // nil: nothing is logged
	Now func() time.Time
}

const (
	age      = 5 * time.Second // after which a key that was revoked elsewhere is refused here
	hurry    = time.Second     // an unknown key may have been made just now: the store is asked so often for one
	between  = time.Minute     // two batches of usage
	mostTime = 5 * time.Second // that the store may take
	longest  = 100             // characters of what can be a secret
	most     = 10_000          // days of keys that may wait to be written
)

// Ring knows the keys there are and counts what is asked with them, in memory. It asks the store for the keys once
// somebody brings one, and again when what it knows is some seconds old: a paper without keys asks nothing.
//
// Usage is written in batches, once a minute and at the end. Nothing rests on it but what an operator is shown: after a
// crash the last minute is not counted.
type Ring struct {
	store Store
	o     Options

	reading sync.Mutex // one reads the keys at a time
	mu      sync.Mutex
	byHash  map[string]Key
	read    time.Time // when the keys were last asked for
	used    map[use]*Usage
}

// use names a key's day.
type use struct {
	key string
	day int64
}

// NewRing returns the keys that a store keeps.
func NewRing(s Store, o Options) *Ring {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Ring{store: s, o: o, used: map[use]*Usage{}}
}

// Find returns the key of a secret. The error is fault.Denied where there is none, or it was revoked, and fault.Busy while
// the keys cannot be read. While they cannot be read again, those that were known stay so.
func (r *Ring) Find(ctx context.Context, secret string) (Key, error) {
	if len(secret) > longest {
		return Key{}, errUnknown
	}
	hash := Hash(secret) // the map's comparing takes different times, which tells of a hash, and not of what it is the hash of
	k, known, young := r.look(hash)
	if !young {
		r.refresh(ctx, hash)
		k, known, _ = r.look(hash)
	}
	switch {
	case known && k.Revoked.IsZero():
		return k, nil
	case r.blind():
		return Key{}, errBusy
	}
	return Key{}, errUnknown
}

var (
	errUnknown = fault.Because(fault.Denied,
		"this key is not known here, or was revoked: ask without one, or get another from whoever runs this paper")
	errBusy = fault.Because(fault.Busy, "the keys cannot be read at the moment: ask again shortly, or without one")
)

// look returns the key of a hash, and whether what is known is young enough to go by.
func (r *Ring) look(hash string) (k Key, known, young bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, known = r.byHash[hash]
	old := r.o.Now().Sub(r.read)
	return k, known, old < hurry || known && old < age
}

// blind says whether the keys could never be read.
func (r *Ring) blind() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.byHash == nil
}

// refresh reads the keys again, unless somebody did meanwhile.
func (r *Ring) refresh(ctx context.Context, hash string) {
	r.reading.Lock()
	defer r.reading.Unlock()
	if _, _, young := r.look(hash); young {
		return
	}
	// Others wait for it too: an asker who leaves does not take it from them.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), mostTime)
	defer cancel()
	all, err := r.store.Keys(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read = r.o.Now()
	if err != nil {
		r.o.Log.ErrorContext(ctx, "read the keys of programs", "err", err)
		return
	}
	r.byHash = make(map[string]Key, len(all))
	for _, k := range all {
		r.byHash[k.Hash] = k
	}
}

// Count counts a request, or one that was refused since it was over the key's limit.
func (r *Ring) Count(k Key, refused bool) {
	day := Day(r.o.Now())
	r.mu.Lock()
	defer r.mu.Unlock()
	u := r.of(Usage{Key: k.Name, Day: day})
	if u == nil {
		return
	}
	if refused {
		u.Refused++
	} else {
		u.Requests++
	}
}

// of is where a key's day is counted; nil where too many wait already, since the store fails. The lock is held.
func (r *Ring) of(u Usage) *Usage {
	name := use{u.Key, u.Day.Unix()}
	if at, ok := r.used[name]; ok {
		return at
	}
	if len(r.used) >= most {
		return nil
	}
	r.used[name] = &Usage{Key: u.Key, Day: u.Day}
	return r.used[name]
}

// Run writes the usage once a minute, until the context is done. What is counted after that [Ring.Flush] writes.
func (r *Ring) Run(ctx context.Context) {
	t := time.NewTicker(between)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			r.Flush(ctx)
		}
	}
}

// Flush writes what was counted since the last time. Where the store refuses it, it is logged, and kept for the next.
func (r *Ring) Flush(ctx context.Context) {
	r.mu.Lock()
	batch := make([]Usage, 0, len(r.used))
	for _, u := range r.used {
		batch = append(batch, *u)
	}
	clear(r.used)
	r.mu.Unlock()
	if len(batch) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, mostTime)
	defer cancel()
	err := r.store.AddUsage(ctx, batch)
	if err == nil {
		return
	}
	r.o.Log.ErrorContext(ctx, "write how often keys were used", "err", err)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, u := range batch {
		if at := r.of(u); at != nil {
			at.Requests += u.Requests
			at.Refused += u.Refused
		}
	}
}
