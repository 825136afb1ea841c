// Package frankfurter answers as the Frankfurter API does, version 1 and 2, so that its clients need only another host.
//
// Shapes, statuses and words are the original's. Its numbers are not: it rounds by the size of the number, so that a rupiah
// is 0.00005 euro; here a source's own digits stand as it wrote them, what is computed has twelve, and an amount is exact to
// the smallest unit of its currency. Who needs the original's rounding adds legacy=1. Where the original answers another
// question than was asked, this refuses and says what to ask.
//
// Start at [Mount]. Everything here is safe for concurrent use.
package frankfurter

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// carry is for how long a rate is carried over days without a newer one.
const carry = 14 * 24 * time.Hour

// face is what both versions share.
type face struct {
	*api.Face
	ecb   *market.Ledger // all that there is to version 1
	about *about
}

// Descriptions of both versions for programs, in OpenAPI.
var (
	//go:embed openapi-v1.json
	openapiV1 []byte
	//go:embed openapi-v2.json
	openapiV2 []byte
)

// Mount sets the routes below /v1 and /v2. Around the mux belongs [Old], for the paths without a version.
func Mount(mux *http.ServeMux, f *api.Face) {
	a := &face{Face: f, ecb: f.Ledger().Only(func(s market.Source) bool { return s.ID == "ecb" })}
	a.about = &about{face: a}
	route := func(fail web.Fail, build func(api.Question) (api.Reply, error), patterns ...string) {
		for _, pattern := range patterns {
			mux.Handle(pattern, f.Answer(fail, nil, build))
		}
	}
	route(failV1, root("v1", "frozen"), "/v1", "/v1/{$}")
	route(failV1, a.v1Latest, "/v1/latest", "/v1/current")
	route(failV1, a.v1Days, "/v1/{days}")
	route(failV1, a.v1Currencies, "/v1/currencies")
	route(failV1, fixed(openapiV1), "/v1/openapi.json")
	route(failV1, nothing, "/v1/")

	route(failV2, root("v2", "current"), "/v2", "/v2/{$}")
	route(failV2, a.v2Rates, "/v2/rates", "/v2/rates/{$}", "/v2/rates.json", "/v2/rates.csv", "/v2/rates.ndjson", "/v2/rates.xml",
		"/v2/providers/{key}/rates")
	route(failV2, a.v2Rate, "/v2/rate/{base}/{quote}", "/v2/rate/{base}/{quote}/{date}")
	route(failV2, a.v2Currencies, "/v2/currencies", "/v2/currencies.csv")
	route(failV2, a.v2Currency, "/v2/currency/{code}")
	route(failV2, a.v2Providers, "/v2/providers")
	route(failV2, fixed(openapiV2), "/v2/openapi.json")
	route(failV2, nothing, "/v2/")
}

// unversioned are the paths of the service's first host, which knew no versions.
var unversioned = regexp.MustCompile(`^/(latest|currencies|[0-9]{4}-[0-9]{2}-[0-9]{2}(\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})?)?)$`)

// Old answers the paths of the service's first host (/latest, /currencies, /2026-04-13, /2026-04-01..2026-04-13) as those
// below /v1, and leaves all others alone. It stands before the mux on which [Mount] set its routes, since a pattern for any
// first segment of a path would there contend with those of the site. Who brings an access key means another service.
func Old(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !unversioned.MatchString(r.URL.Path) || r.URL.Query().Has("access_key") {
			next.ServeHTTP(w, r)
			return
		}
		api.Moved(next, w, r, "/v1"+r.URL.Path)
	})
}

// root describes a version.
func root(version, status string) func(api.Question) (api.Reply, error) {
	return func(api.Question) (api.Reply, error) {
		return encoded(struct {
			Version string `json:"version"`
			Status  string `json:"status"`
			OpenAPI string `json:"openapi"`
			Docs    string `json:"docs"`
		}{version, status, "/" + version + "/openapi.json", "/api/"})
	}
}

// fixed answers with a document.
func fixed(document []byte) func(api.Question) (api.Reply, error) {
	return func(api.Question) (api.Reply, error) { return api.Reply{Body: document, Lasting: true}, nil }
}

// nothing is at a path that neither version has.
func nothing(api.Question) (api.Reply, error) { return api.Reply{}, errNoPath }

// What is said, in the original's words, where there is no answer, and where there is not even a question.
var (
	errNothing = fault.Because(fault.NotFound, "not found")
	errNoPath  = fault.Because(fault.NotFound, "not found")
)

// encoded is a reply of JSON.
func encoded(v any) (api.Reply, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false) // addresses in it are to be read
	err := e.Encode(v)
	return api.Reply{Body: bytes.TrimSpace(text.Bytes())}, err
}

// status is the original's status of an error: it calls what cannot be right unprocessable.
func status(err error) int {
	if s := api.Status(err); s != http.StatusBadRequest {
		return s
	}
	return http.StatusUnprocessableEntity
}

// failV1 answers with an error as version 1 does, which says more of a path that it does not have.
func failV1(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errNoPath) {
		failV2(w, r, err)
		return
	}
	refuse(w, err, struct {
		Message string `json:"message"`
	}{sentence(err)})
}

// failV2 answers with an error as version 2 does.
func failV2(w http.ResponseWriter, _ *http.Request, err error) {
	refuse(w, err, struct {
		Status  int    `json:"status"`
		Message string `json:"message"`
	}{status(err), sentence(err)})
}

// sentence is what people are told of an error; that of a method is not one of the house's kinds.
func sentence(err error) string {
	if api.Status(err) == http.StatusMethodNotAllowed {
		return err.Error()
	}
	return fault.Sentence(err)
}

func refuse(w http.ResponseWriter, err error, body any) {
	reply, _ := encoded(body) // a number and a string cannot fail
	w.Header().Set("Content-Type", api.JSON)
	w.WriteHeader(status(err))
	w.Write(reply.Body)
}

// today is the midnight at which the present day began.
func (f *face) today() time.Time { return currency.DateOf(f.Now()).First() }
