package gate

import (
	"container/list"
	"sync"
	"time"
)

// span is for how long requests are counted together.
const span = time.Minute

// windows count what many ask, each within a minute that begins with its first request. Only so many are remembered: beyond
// them the one whose minute began first is forgotten, and may ask anew.
type windows[K comparable] struct {
	most  int
	mu    sync.Mutex
	of    map[K]*list.Element
	began *list.List // of *window[K], the one that began first in front
}

// window is somebody's minute.
type window[K comparable] struct {
	who   K
	began time.Time
	asked int
}

// allowance is what became of a request.
type allowance struct {
	granted bool
	left    int           // requests that remain in this minute
	reset   time.Duration // until the next begins
}

func newWindows[K comparable](most int) *windows[K] {
	return &windows[K]{most: most, of: map[K]*list.Element{}, began: list.New()}
}

// take takes one of the requests that somebody may make in a minute.
func (w *windows[K]) take(who K, limit int, now time.Time) allowance {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := w.at(who, now)
	a := allowance{granted: at.asked < limit, reset: span - now.Sub(at.began)}
	if a.granted {
		at.asked++
	}
	a.left = max(0, limit-at.asked)
	return a
}

// at is somebody's minute that runs now; a new one where it is over, or the clock was put back before it.
func (w *windows[K]) at(who K, now time.Time) *window[K] {
	if e, ok := w.of[who]; ok {
		at := e.Value.(*window[K])
		if !runs(at.began, now) {
			at.began, at.asked = now, 0
			w.began.MoveToBack(e)
		}
		return at
	}
	for e := w.began.Front(); e != nil && (len(w.of) >= w.most || !runs(e.Value.(*window[K]).began, now)); e = w.began.Front() {
		delete(w.of, w.began.Remove(e).(*window[K]).who)
	}
	at := &window[K]{who: who, began: now}
	w.of[who] = w.began.PushBack(at)
	return at
}

func runs(began, now time.Time) bool { return !now.Before(began) && now.Sub(began) < span }
