package site

import (
	"sync"
	"time"
)

// shelf keeps what several pages are drawn of, so that it is made once for all of them: up to a number and an age, and until
// something changes. The zero value is not usable: most and age must be set.
type shelf[K comparable, V any] struct {
	most int
	age  time.Duration

	mu    sync.Mutex // held while making: one makes, the others wait
	all   map[K]V
	made  time.Time // the first of them
	state uint64    // see [today]
}

// get returns what is asked for, which it makes where it is not kept. The state is that of what it is made of: of an earlier one
// than others have seen since nothing is kept, so that nobody is given after a change what was read before it.
func (k *shelf[K, V]) get(state uint64, asked K, make func() (V, error)) (V, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if state < k.state {
		return make()
	}
	// All go at once: more than most are asked for by those who walk through all there are.
	if k.all == nil || k.state != state || len(k.all) >= k.most || time.Since(k.made) >= k.age {
		k.all, k.made, k.state = map[K]V{}, time.Now(), state
	}
	if v, ok := k.all[asked]; ok {
		return v, nil
	}
	v, err := make()
	if err == nil {
		k.all[asked] = v
	}
	return v, err
}
