package web

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Cache keeps finished pages by key, up to a number of bytes, and builds each at most once at a time however many ask
// for it. The page used longest ago goes first. [Cache.Drop] forgets all: a page seen after it was built after it.
type Cache struct {
	limit  int
	maxAge time.Duration

	mu         sync.Mutex
	generation uint64
	size       int
	recent     *list.List // of *kept, the latest used in front
	pages      map[string]*list.Element
	builds     map[build]*building
}

// kept is a page in the cache.
type kept struct {
	key  string
	page *Page
	size int
	*life
}

// life is how long a page is kept. It outlives the page in the hands of who asks whether it is still kept.
type life struct {
	made time.Time
	gone atomic.Bool // dropped, pushed out, or never kept
}

// build names a build under way. The generation is part of it, so that nobody who asks after a Drop is given what was
// read before it.
type build struct {
	key        string
	generation uint64
}

// building is a build under way; kept and err may be read once done is closed.
type building struct {
	name build
	done chan struct{}
	kept *kept
	err  error
}

// overhead is about what a page costs in memory besides its bodies and key: headers, list element, map entry.
const overhead = 1024

// NewCache returns an empty cache for up to limit bytes of pages, each served for at most maxAge; a maxAge of 0 means
// until it is dropped or pushed out.
func NewCache(limit int, maxAge time.Duration) *Cache {
	c := &Cache{limit: limit, maxAge: maxAge, builds: map[build]*building{}}
	c.empty()
	return c
}

// Page returns the page for key, built by create if there is none young enough. While one caller builds, the others wait
// for its page. An error goes to all who waited and is not kept; but a builder whose own reader left
// ([context.Canceled]) does not fail the others: one of them builds again.
func (c *Cache) Page(key string, create func() (*Page, error)) (*Page, error) {
	k, err := c.find(key, create)
	if err != nil {
		return nil, err
	}
	return k.page, nil
}

// Serve answers with [Cache.Page], or returns its error before it has written anything. A reply that depends on more than
// the request's text and the page says [Once]: to who sends the same text again the [Door] repeats it while the page is kept.
func (c *Cache) Serve(w http.ResponseWriter, r *http.Request, key string, create func() (*Page, error)) error {
	k, err := c.find(key, create)
	if err != nil {
		return err
	}
	life := k.life
	repeatable(r, func(now time.Time) bool { return !life.gone.Load() && c.young(life, now) })
	k.page.ServeHTTP(w, r)
	return nil
}

func (c *Cache) find(key string, create func() (*Page, error)) (*kept, error) {
	for {
		k, b, mine := c.look(key)
		switch {
		case k != nil:
			return k, nil
		case mine:
			return c.build(b, create)
		}
		<-b.done
		if !errors.Is(b.err, context.Canceled) {
			return b.kept, b.err
		}
	}
}

func (c *Cache) young(l *life, now time.Time) bool {
	return c.maxAge == 0 || now.Sub(l.made) < c.maxAge
}

// Drop forgets every page, and the result of every build that has begun: what they show may have changed.
func (c *Cache) Drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	c.empty()
}

// look returns what is kept for key, or else the build to wait for, or else a new build that is the caller's to do.
func (c *Cache) look(key string) (k *kept, b *building, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.pages[key]; ok {
		k := e.Value.(*kept)
		if c.young(k.life, time.Now()) {
			c.recent.MoveToFront(e)
			return k, nil, false
		}
		c.remove(e)
	}
	name := build{key, c.generation}
	if b, ok := c.builds[name]; ok {
		return nil, b, false
	}
	b = &building{name: name, done: make(chan struct{})}
	c.builds[name] = b
	return nil, b, true
}

// build makes the page, keeps it if no Drop came between, and lets the waiting go on, even if create panics.
func (c *Cache) build(b *building, create func() (*Page, error)) (*kept, error) {
	b.err = fmt.Errorf("build %q: %w: panic", b.name.key, fault.Internal) // for the waiting, should create not return
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.builds, b.name)
		if b.err == nil && b.name.generation == c.generation {
			c.keep(b.kept)
		}
		close(b.done)
	}()
	page, err := create()
	if b.err = err; err == nil {
		b.kept = &kept{key: b.name.key, page: page, life: &life{}}
		b.kept.gone.Store(true) // until it is kept
	}
	return b.kept, err
}

func (c *Cache) keep(k *kept) {
	k.size = k.page.Size() + len(k.key) + overhead
	if k.size > c.limit {
		return
	}
	for c.size+k.size > c.limit {
		c.remove(c.recent.Back())
	}
	k.made = time.Now()
	k.gone.Store(false)
	c.pages[k.key] = c.recent.PushFront(k)
	c.size += k.size
}

func (c *Cache) remove(e *list.Element) {
	k := c.recent.Remove(e).(*kept)
	k.gone.Store(true)
	delete(c.pages, k.key)
	c.size -= k.size
}

func (c *Cache) empty() {
	for _, e := range c.pages {
		e.Value.(*kept).gone.Store(true)
	}
	c.size, c.recent, c.pages = 0, list.New(), map[string]*list.Element{}
}
