// Package api is what programs meet: the kit that the native interface and the dialects of other services share. Each
// dialect is a package below this one, with a Mount that sets its routes.
//
// Every reply begins at the same ledger that readers read, with one difference: only sources speak whose terms allow their
// numbers to be passed on. Replies are made once, compressed, and kept until something changes; see [Face.Answer].
//
// Start at [New]. Everything here is safe for concurrent use.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// Options are what a face may be told; the zero value works, beside the ledger and the bus.
type Options struct {
	Log    *slog.Logger // nil: nothing is logged
	Memory int          // bytes of finished replies that are kept; 0: 16 MB
	Now    func() time.Time
	// Next says when one of some sources can next be expected to publish; zero where that is not known. Nil: never known.
	Next func(ctx context.Context, sources []market.SourceID) time.Time
}

// Limits of what is asked and kept.
const (
	memory   = 16 << 20
	replyAge = 5 * time.Second // what depends on the present moment is made anew so often
	maxQuery = 2 << 10         // characters of a whole query: a list of all currencies has some 900
)

// Face is what the interfaces for programs share.
type Face struct {
	ledger *market.Ledger
	o      Options
	bus    bus.Bus
	cache  *web.Cache
}

// New returns a face over what a ledger may pass on.
func New(ledger *market.Ledger, b bus.Bus, o Options) *Face {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Memory == 0 {
		o.Memory = memory
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	f := &Face{ledger: ledger.Only(market.Source.Passes), o: o, bus: b}
	f.cache = f.NewCache(o.Memory, replyAge)
	return f
}

// NewCache returns a cache of what an interface shows beside its answers. Like theirs it is dropped whenever anything has
// changed, so that none shows what was.
func (f *Face) NewCache(memory int, age time.Duration) *web.Cache {
	c := web.NewCache(memory, age)
	f.bus.Listen(func(bus.Event) { c.Drop() })
	return c
}

// NewStream returns a stream of what an interface says of its topics, which are prices: it is told whenever one may have changed.
func (f *Face) NewStream(state func(ctx context.Context, topic string) (web.State, error), o web.StreamOptions) *web.Stream {
	o.Log = f.o.Log
	s := web.NewStream(state, o)
	f.bus.Listen(func(e bus.Event) { s.Hint(func(string) bool { return e.Topic == market.PriceTopic }) })
	return s
}

// Ledger is the ledger of the sources whose numbers may be passed on.
func (f *Face) Ledger() *market.Ledger { return f.ledger }

// Now is the present moment.
func (f *Face) Now() time.Time { return f.o.Now() }

// Log is where failures are written.
func (f *Face) Log() *slog.Logger { return f.o.Log }

// cors are the headers with which any page of the web may read a reply: there is nothing private in one.
var cors = http.Header{
	"Access-Control-Allow-Origin":   {"*"},
	"Access-Control-Expose-Headers": {"ETag, Link, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"},
	"Cross-Origin-Resource-Policy":  {"cross-origin"},
	"X-Content-Type-Options":        {"nosniff"},
}

// Moved lets a handler answer a request as one for another path: that under which it has what an older or another host of a
// service had elsewhere.
func Moved(h http.Handler, w http.ResponseWriter, r *http.Request, path string) {
	moved, address := *r, *r.URL
	address.Path, address.RawPath = path, ""
	moved.URL = &address
	h.ServeHTTP(w, &moved)
	r.Pattern = moved.Pattern // for whoever counts what was asked
}
