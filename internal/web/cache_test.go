package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/web"
)

// counted builds pages and counts them.
type counted struct{ n atomic.Int32 }

func (c *counted) page() (*web.Page, error) {
	return web.NewPage([]byte(fmt.Sprint(c.n.Add(1))), web.PageOptions{}), nil
}

func mustPage(t *testing.T, c *web.Cache, key string, create func() (*web.Page, error)) *web.Page {
	t.Helper()
	p, err := c.Page(key, create)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPageIsBuiltOnceUntilItIsDropped(t *testing.T) {
	c, built := web.NewCache(1<<20, 0), counted{}
	first := mustPage(t, c, "/", built.page)
	if mustPage(t, c, "/", built.page) != first {
		t.Error("the second reader got another page")
	}
	if mustPage(t, c, "/board", built.page) == first {
		t.Error("two keys share a page")
	}
	c.Drop()
	if mustPage(t, c, "/", built.page) == first {
		t.Error("a dropped page was served")
	}
	if n := built.n.Load(); n != 3 {
		t.Errorf("built %d times, want 3", n)
	}
}

func TestAPageAgesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, built := web.NewCache(1<<20, time.Minute), counted{}
		first := mustPage(t, c, "/", built.page)
		<-time.After(time.Minute - 1)
		if mustPage(t, c, "/", built.page) != first {
			t.Error("gone before its age")
		}
		<-time.After(1)
		if mustPage(t, c, "/", built.page) == first {
			t.Error("served beyond its age")
		}
	})
}

func TestManyReadersCauseOneBuild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, built, gate := web.NewCache(1<<20, 0), counted{}, make(chan struct{})
		var readers sync.WaitGroup
		for range 50 {
			readers.Go(func() {
				if _, err := c.Page("/", func() (*web.Page, error) { <-gate; return built.page() }); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		close(gate)
		readers.Wait()
		if n := built.n.Load(); n != 1 {
			t.Errorf("built %d times", n)
		}
	})
}

func TestWhoAsksAfterADropIsNotGivenWhatWasReadBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, gate := web.NewCache(1<<20, 0), make(chan struct{})
		old, young := web.NewPage([]byte("old"), web.PageOptions{}), web.NewPage([]byte("new"), web.PageOptions{})
		var early sync.WaitGroup
		early.Go(func() { c.Page("/", func() (*web.Page, error) { <-gate; return old, nil }) })
		synctest.Wait()
		c.Drop()
		fresh := func() (*web.Page, error) { return young, nil }
		if mustPage(t, c, "/", fresh) != young {
			t.Error("joined the build that began before the drop")
		}
		close(gate)
		early.Wait()
		if mustPage(t, c, "/", fresh) != young {
			t.Error("the old build overwrote the new page")
		}
	})
}

func TestAnErrorIsSharedButNotKept(t *testing.T) {
	c, built := web.NewCache(1<<20, 0), counted{}
	if _, err := c.Page("/", func() (*web.Page, error) { return nil, fault.Busy }); !errors.Is(err, fault.Busy) {
		t.Errorf("got %v", err)
	}
	mustPage(t, c, "/", built.page)
}

func TestABuilderWhoLeavesDoesNotFailTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, built, gate := web.NewCache(1<<20, 0), counted{}, make(chan struct{})
		var readers sync.WaitGroup
		readers.Go(func() { c.Page("/", func() (*web.Page, error) { <-gate; return nil, context.Canceled }) })
		synctest.Wait()
		readers.Go(func() { mustPage(t, c, "/", built.page) })
		synctest.Wait()
		close(gate)
		readers.Wait()
	})
}

func TestABuilderThatPanicsFreesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, gate := web.NewCache(1<<20, 0), make(chan struct{})
		var readers sync.WaitGroup
		readers.Go(func() {
			defer func() { recover() }()
			c.Page("/", func() (*web.Page, error) { <-gate; panic("torn") })
		})
		synctest.Wait()
		readers.Go(func() {
			if _, err := c.Page("/", func() (*web.Page, error) { return nil, nil }); !errors.Is(err, fault.Internal) {
				t.Errorf("got %v", err)
			}
		})
		synctest.Wait()
		close(gate)
		readers.Wait()
	})
}

func TestThePageUsedLongestAgoMakesRoom(t *testing.T) {
	c, built := web.NewCache(10<<10, 0), map[string]int{}
	page := func(key string, size int) {
		mustPage(t, c, key, func() (*web.Page, error) {
			built[key]++
			return web.NewPage(bytes.Repeat([]byte{1}, size), web.PageOptions{ContentType: "font/woff2"}), nil
		})
	}
	page("a", 3<<10)
	page("b", 3<<10)
	page("a", 3<<10) // b is now the oldest
	page("c", 3<<10)
	page("a", 3<<10)
	page("huge", 20<<10) // never kept, and pushes nobody out
	page("huge", 20<<10)
	page("c", 3<<10)
	page("b", 3<<10)
	if got, want := fmt.Sprint(built), "map[a:1 b:2 c:1 huge:2]"; got != want {
		t.Errorf("built %s, want %s", got, want)
	}
}

func BenchmarkCacheHit(b *testing.B) {
	c, built := web.NewCache(1<<20, time.Hour), counted{}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c.Page("/", built.page)
		}
	})
}
