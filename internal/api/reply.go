package api

import (
	"fmt"
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

// Answer answers GET and HEAD with what build returns, made once for all who ask the same, compressed, with an entity tag
// of its content, and readable for any page of the web. OPTIONS says so. A parameter that is not among the known is
// fault.Invalid, since an answer that does not heed it would answer another question; known is nil where a dialect ignores
// what it does not know. Errors go to fail, are never kept, and say so.
func (f *Face) Answer(fail web.Fail, known []string, build func(Question) (Reply, error)) http.Handler {
	refuse := func(w http.ResponseWriter, r *http.Request, err error) {
		maps.Copy(w.Header(), cors)
		w.Header().Set("Cache-Control", "no-store")
		fail(w, r, err)
	}
	answer := web.Handle(f.o.Log, refuse, func(w http.ResponseWriter, r *http.Request) error {
		q, err := read(r, known)
		if err != nil {
			return err
		}
		key := r.URL.Path + "?" + q.Query.Encode() + "\n" + strings.Join(r.Header["Accept"], ",")
		page, err := f.cache.Page(key, func() (*web.Page, error) {
			reply, err := build(q)
			if err != nil {
				return nil, err
			}
			return f.page(r, reply), nil
		})
		if err != nil {
			return err
		}
		page.ServeHTTP(w, r)
		return nil
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			answer.ServeHTTP(w, r)
		case http.MethodOptions:
			maps.Copy(w.Header(), cors)
			h := w.Header()
			h.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
			h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
			h.Set("Access-Control-Max-Age", "7200")
			h.Set("Allow", "GET, HEAD, OPTIONS")
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Allow", "GET, HEAD, OPTIONS")
			refuse(w, r, notAllowed{r.Method})
		}
	})
}

// notAllowed is a request by a method that changes something, of an interface that changes nothing.
type notAllowed struct{ method string }

func (n notAllowed) Error() string {
	return fmt.Sprintf("%s is not answered here: ask with GET", n.method)
}
func (n notAllowed) Unwrap() error { return fault.Invalid }

// Status is the HTTP status of an error: that of the house, and 405 for a method that is not answered.
func Status(err error) int {
	if _, ok := err.(notAllowed); ok {
		return http.StatusMethodNotAllowed
	}
	return web.Status(err)
}

// read checks a request's query.
func read(r *http.Request, known []string) (Question, error) {
	if len(r.URL.RawQuery) > maxQuery {
		return Question{}, fault.Because(fault.Invalid, "the query has more than %d characters", maxQuery)
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return Question{}, fault.Because(fault.Invalid, "the query cannot be read: %w", err)
	}
	for name, all := range values {
		if known != nil && !slices.Contains(known, name) {
			return Question{}, fault.Because(fault.Invalid, "unknown parameter: %.40s; known are %s", name, strings.Join(known, ", "))
		}
		if known != nil && len(all) > 1 {
			return Question{}, fault.Because(fault.Invalid, "the parameter %.40s stands %d times", name, len(all))
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
