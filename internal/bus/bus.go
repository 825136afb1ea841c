// Package bus says "this changed" to whoever listens.
//
// An event is a hint, the store is the truth: events are published after the commit, carry no value, and may be lost
// or doubled by an implementation that crosses machines. Whoever hears one reads the store again.
//
// [New] gives the bus of a single process; it loses nothing and calls its listeners one after the other in the
// publisher's goroutine, so a listener must be quick and must not publish. All methods are safe for concurrent use.
package bus

import "sync"

// Event names what changed: a topic such as "market.price" and a key such as "EUR/USD". An empty key means that
// anything under the topic may have changed.
type Event struct {
	Topic string
	Key   string
}

// Bus carries events from those who write to those who keep something in memory.
type Bus interface {
	// Publish tells every listener of the event. It is called after the commit, never before.
	Publish(Event)
	// Listen calls hear for each event until stop is called.
	Listen(hear func(Event)) (stop func())
}

// New returns the bus of a single process.
func New() Bus { return &local{listeners: map[int]func(Event){}} }

type local struct {
	mu        sync.RWMutex
	next      int
	listeners map[int]func(Event)
}

func (b *local) Publish(e Event) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, hear := range b.listeners {
		hear(e)
	}
}

func (b *local) Listen(hear func(Event)) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.next
	b.next++
	b.listeners[n] = hear
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.listeners, n)
	}
}
