package api

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// Reply is an answer to a program.
type Reply struct {
	Body        []byte
	ContentType string            // empty: JSON
	Status      int               // 0: 200
	Sources     []market.SourceID // whose numbers stand in it: it holds until one of them publishes again
	Lasting     bool              // it is about days gone by, and changes only when a source revises one
	Modified    time.Time         // when the youngest of its numbers was learnt; zero: not said
	Header      http.Header       // more headers
	// Stream writes what is too long to be kept, instead of a body: such a reply has no entity tag. Several may ask for it at
	// once. Nil: there is a body.
	Stream func(io.Writer) error
}

// JSON is the content type of a reply that names none.
const JSON = "application/json; charset=utf-8"

// Query is what a program asks, checked: each parameter stands at most once.
type Query struct{ url.Values }

// Question is a request as an answer needs it.
type Question struct {
	*http.Request
	Query Query
}

// Answer answers GET and HEAD with what build returns, made once for all who ask the same (see [Addressed]), compressed, with an entity tag
// of its content, and readable for any page of the web. OPTIONS says so. A parameter that is not among the known is
// fault.Invalid, since an answer that does not heed it would answer another question; known is nil where a dialect ignores
// what it does not know. Errors go to fail, are never kept, and say so.
func (f *Face) Answer(fail web.Fail, known []string, build func(Question) (Reply, error)) http.Handler {
	methods := []string{http.MethodGet, http.MethodHead, http.MethodOptions}
	return f.serve(methods, fail, known, func(w http.ResponseWriter, q Question) error {
		key := q.URL.Scheme + q.URL.Host + q.URL.Path + "?" + q.Query.Encode() + "\n" + strings.Join(q.Header["Accept"], ",")
		err := f.cache.Serve(w, q.Request, key, func() (*web.Page, error) {
			reply, err := build(q)
			if err != nil {
				return nil, err
			}
			if reply.Stream != nil {
				return nil, streamed{reply}
			}
			return f.page(q.Request, reply), nil
		})
		if s, long := errors.AsType[streamed](err); long {
			return f.stream(w, q.Request, s.reply)
		}
		return err
	})
}

// Take answers POST with what build makes of the request, and keeps nothing of it. All else is as with [Face.Answer].
func (f *Face) Take(fail web.Fail, known []string, build func(Question) (Reply, error)) http.Handler {
	methods := []string{http.MethodPost, http.MethodOptions}
	return f.serve(methods, fail, known, func(w http.ResponseWriter, q Question) error {
		reply, err := build(q)
		if err != nil {
			return err
		}
		header := http.Header{"Cache-Control": {"no-store"}}
		maps.Copy(header, reply.Header)
		reply.Header = header
		f.page(q.Request, reply).ServeHTTP(w, q.Request)
		return nil
	})
}

// Open answers GET with what open sends itself, such as a stream. All else is as with [Face.Answer].
func (f *Face) Open(fail web.Fail, known []string, open func(http.ResponseWriter, Question) error) http.Handler {
	methods := []string{http.MethodGet, http.MethodHead, http.MethodOptions}
	return f.serve(methods, fail, known, func(w http.ResponseWriter, q Question) error {
		maps.Copy(w.Header(), cors)
		return open(w, q)
	})
}

// serve answers the methods, the last of which is OPTIONS, and reads the query of the others for an answer.
func (f *Face) serve(methods []string, fail web.Fail, known []string, answer func(http.ResponseWriter, Question) error) http.Handler {
	allowed := strings.Join(methods, ", ")
	return Endpoint{Fail: fail, Handler: web.Handle(f.o.Log, Refusal(fail), func(w http.ResponseWriter, r *http.Request) error {
		switch {
		case !slices.Contains(methods, r.Method):
			w.Header().Set("Allow", allowed)
			return Refuse(http.StatusMethodNotAllowed, "%.20s is not answered here: ask with %s", r.Method, methods[0])
		case r.Method == http.MethodOptions:
			maps.Copy(w.Header(), cors)
			h := w.Header()
			h.Set("Access-Control-Allow-Methods", allowed)
			h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
			h.Set("Access-Control-Max-Age", "7200")
			h.Set("Allow", allowed)
			w.WriteHeader(http.StatusNoContent)
			return nil
		}
		q, err := read(r, known)
		if err != nil {
			return err
		}
		return answer(w, q)
	})}
}

// Endpoint is an address of an interface, with how that interface puts an error, for who stands before it.
type Endpoint struct {
	http.Handler
	Fail web.Fail
}

// Before puts a handler before an endpoint, which makes it one too.
func Before(h http.Handler, before http.HandlerFunc) http.Handler {
	if e, ok := h.(Endpoint); ok {
		return Endpoint{before, e.Fail}
	}
	return before
}

// Refusal answers with an error as fail does, readable for any page of the web and never kept.
func Refusal(fail web.Fail) web.Fail {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		maps.Copy(w.Header(), cors)
		w.Header().Set("Cache-Control", "no-store")
		fail(w, r, err)
	}
}

// refused is an error that has a status of its own.
type refused struct {
	status int
	error
}

func (r refused) Unwrap() error { return r.error }

// Refuse returns an error of the kind fault.Invalid, with a sentence for people, whose status is not that of the kind: 405
// for a method, 406 for a form, 415 for a body.
func Refuse(status int, format string, args ...any) error {
	return refused{status, fault.Because(fault.Invalid, format, args...)}
}

// Status is the HTTP status of an error: its own where it was made by [Refuse], else that of the house.
func Status(err error) int {
	if r, ok := errors.AsType[refused](err); ok {
		return r.status
	}
	return web.Status(err)
}

// read checks a request's query.
func read(r *http.Request, known []string) (Question, error) {
	if len(r.URL.RawQuery) > maxQuery {
		return Question{}, fault.Because(fault.Invalid, "the query has more than %d characters: ask for less at once", maxQuery)
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return Question{}, fault.Because(fault.Invalid, "the query cannot be read: %w", err)
	}
	for name, all := range values {
		if known != nil && len(known) == 0 {
			return Question{}, fault.Because(fault.Invalid, "unknown parameter: %.40s; this address takes none", name)
		}
		if known != nil && !slices.Contains(known, name) {
			return Question{}, fault.Because(fault.Invalid, "unknown parameter: %.40s; known are %s", name, strings.Join(known, ", "))
		}
		if known != nil && len(all) > 1 {
			return Question{}, fault.Because(fault.Invalid, "the parameter %.40s stands %d times: give it once", name, len(all))
		}
	}
	return Question{Request: r, Query: Query{values}}, nil
}

// page finishes a reply.
func (f *Face) page(r *http.Request, reply Reply) *web.Page {
	header := maps.Clone(cors)
	maps.Copy(header, reply.Header)
	kind := reply.ContentType
	if kind == "" {
		kind = JSON
	}
	return web.NewPage(reply.Body, web.PageOptions{
		ContentType: kind, Status: reply.Status, Modified: reply.Modified, Header: header, CacheControl: f.control(r, reply),
	})
}

// control says for how long a reply may be kept by others: until one of its sources publishes again, at most a day, and a
// few seconds where nobody knows when that is.
func (f *Face) control(r *http.Request, reply Reply) string {
	const most = 24 * time.Hour
	age := replyAge
	if f.o.Next != nil && len(reply.Sources) > 0 {
		if next := f.o.Next(r.Context(), reply.Sources); !next.IsZero() {
			age = min(max(next.Sub(f.o.Now()), replyAge), most)
		}
	}
	if reply.Lasting {
		age = max(age, time.Hour)
	}
	return fmt.Sprintf("public, max-age=%d, stale-while-revalidate=60, stale-if-error=86400", int(age.Seconds()))
}

// Number is a decimal as a JSON number, with every digit that it has.
type Number currency.Decimal

// MarshalJSON writes plain notation.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(currency.Decimal(n).String()), nil }

// SourcesOf are the sources of some offers, each once, sorted.
func SourcesOf(offers ...market.Offer) []market.SourceID {
	var all []market.SourceID
	for _, o := range offers {
		all = append(all, o.Source)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
