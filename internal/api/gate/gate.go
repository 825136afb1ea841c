// Package gate stands before the interfaces for programs. It lets through who may ask: anybody, as often as an address may;
// or who brings a key, as often as that may. Readers' pages are not behind it.
//
// What is answered does not depend on a key: limits are told in headers only, so replies stay the same for all and may be
// kept by anybody. Each machine counts for itself: two that serve one paper let through twice as much. Start at [New]. Everything here is safe for concurrent use.
package gate

import (
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/keys"
	"github.com/courant-news/courant/internal/web"
)

// Options are what a gate may be told; the zero value works.
type Options struct {
	PerAddress int          // requests a minute from one address without a key; 0: as many as it likes
	Addresses  int          // that are remembered at most; 0: 100,000, which take some 24 MB
	Fail       web.Fail     // answers who is refused; nil: in a line of text
	Log        *slog.Logger // nil: nothing is logged
	Now        func() time.Time
}

const remembered = 100_000

// Gate is the gate at work.
type Gate struct {
	ring      *keys.Ring
	o         Options
	addresses *windows[netip.Prefix]
	keys      *windows[string]
}

// New returns a gate that knows the keys of a ring.
func New(ring *keys.Ring, o Options) *Gate {
	if o.Addresses == 0 {
		o.Addresses = remembered
	}
	if o.Fail == nil {
		o.Fail = func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, fault.Sentence(err), api.Status(err))
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Gate{ring: ring, o: o, addresses: newWindows[netip.Prefix](o.Addresses), keys: newWindows[string](remembered)}
}

// Before puts the gate before a handler, which never sees a key. A key that is not known, or no more, is answered with 401,
// a request above the limit with 429, with what is to be waited for in Retry-After. OPTIONS, by which a browser asks whether
// it may ask, passes uncounted: it cannot bring a key.
func (g *Gate) Before(next http.Handler) http.Handler {
	refuse := api.Refusal(g.o.Fail)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secret, asked := given(r)
		if r.Method == http.MethodOptions || secret == "" && g.o.PerAddress == 0 {
			next.ServeHTTP(w, asked)
		} else {
			web.Once(r) // the next is counted, too
			web.Handle(g.o.Log, refuse, func(w http.ResponseWriter, r *http.Request) error {
				if err := g.admit(w, r, secret); err != nil {
					return err
				}
				next.ServeHTTP(w, r)
				return nil
			}).ServeHTTP(w, asked)
		}
		r.Pattern = asked.Pattern // for whoever counts what was asked
	})
}

// admit says why a request may not pass, or nil.
func (g *Gate) admit(w http.ResponseWriter, r *http.Request, secret string) error {
	if secret == "" {
		return g.within(w, r, "this address", g.o.PerAddress, func() allowance {
			return g.addresses.take(address(r.RemoteAddr), g.o.PerAddress, g.o.Now())
		})
	}
	k, err := g.ring.Find(r.Context(), secret)
	if errors.Is(err, fault.Denied) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="courant"`)
		return api.Refuse(http.StatusUnauthorized, "%s", fault.Sentence(err))
	}
	if err != nil {
		return err
	}
	err = g.within(w, r, "this key", k.PerMinute, func() allowance { return g.keys.take(k.Name, k.PerMinute, g.o.Now()) })
	g.ring.Count(k, err != nil)
	return err
}

// within takes one request of who may make so many a minute, and tells in the headers how many are left. It tells that
// only on replies that nobody may keep, which are refusals and answers to POST: another who is given a kept reply would
// read of what is left to somebody else, a while ago.
//
// The headers are three, with a plain number in each, as in the drafts of the IETF up to the sixth of
// draft-ietf-httpapi-ratelimit-headers; later drafts changed their form twice, and clients read these.
func (g *Gate) within(w http.ResponseWriter, r *http.Request, who string, limit int, take func() allowance) error {
	if limit == 0 {
		return nil
	}
	a := take()
	seconds := strconv.Itoa(int((a.reset + time.Second - 1) / time.Second))
	if h := w.Header(); !a.granted || r.Method == http.MethodPost {
		h.Set("RateLimit-Limit", strconv.Itoa(limit))
		h.Set("RateLimit-Remaining", strconv.Itoa(a.left))
		h.Set("RateLimit-Reset", seconds)
	}
	if a.granted {
		return nil
	}
	w.Header().Set("Retry-After", seconds)
	return api.Refuse(http.StatusTooManyRequests, "%s may ask %d times a minute and has done so: ask again in %s seconds", who, limit, seconds)
}
