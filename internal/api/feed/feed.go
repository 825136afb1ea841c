// Package feed lets a reader's program follow the paper's numbers, as Atom feeds of RFC 4287: what a source published, and
// when a pair of currencies moved by more than so many per cent.
//
// An entry's name never changes: it is made of what the entry tells, and what was learnt otherwise is another entry. Its
// time is when the paper learnt it. Only sources speak that may be passed on, each with the words that it wants.
//
// Start at [Mount]. Everything here is safe for concurrent use.
package feed

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// Addresses.
const (
	sourcesPath = "/feeds/sources/"
	ratesPath   = "/feeds/rates/"
	extension   = ".atom"
)

const most = 50 // entries of a feed

// feeds are the feeds of a paper.
type feeds struct {
	*api.Face
	masthead func(context.Context) (news.Masthead, error)
}

// Mount sets the routes of the feeds of a paper, which bear the name that it is set to, or Courant where it is set to none:
// /feeds/sources/ecb.atom and /feeds/rates/EUR-USD.atom?move=1.
func Mount(mux *http.ServeMux, f *api.Face, masthead func(context.Context) (news.Masthead, error)) {
	s := feeds{f, masthead}
	handle := func(path string, known []string, build func(api.Question) (api.Reply, error)) {
		mux.Handle(path+"{file}", web.Recover(f.Log(), fail, api.Addressed(f.Answer(fail, known, build))))
	}
	handle(sourcesPath, []string{}, s.source)
	handle(ratesPath, []string{"move"}, s.moves)
}

// named is what an address is about: its last part, without the extension of a feed.
func named(q api.Question) (string, error) {
	name, ok := strings.CutSuffix(q.PathValue("file"), extension)
	if !ok || name == "" {
		return "", fault.Because(fault.NotFound, "there is no feed %.40q: write it as %secb%s or %sEUR-USD%s", q.PathValue("file"), sourcesPath, extension, ratesPath, extension)
	}
	return name, nil
}

// reply finishes a feed: path is its own address, with the parameters as they are best written.
func (s feeds) reply(q api.Question, d document, path string, r api.Reply) (api.Reply, error) {
	self := q.URL.Scheme + "://" + q.URL.Host + path
	m, err := s.masthead(q.Context())
	if err != nil {
		return api.Reply{}, err
	}
	d.ID, d.Author = market.NameOf("feed", q.URL.Hostname(), path), person{cmp.Or(m.Name, "Courant")}
	d.Links = append([]link{{Rel: "self", Type: "application/atom+xml", Href: self}}, d.Links...)
	for i, e := range d.Entries {
		if e.Updated.After(d.Updated) || i == 0 {
			d.Updated = e.Updated
		}
	}
	credit, err := s.CreditOf(q.Context(), r.Sources)
	if err != nil {
		return api.Reply{}, err
	}
	d.Rights = credit
	r.ContentType, r.Header = ContentType, http.Header{"Link": {"<" + self + ">; rel=\"self\""}}
	r.Body, err = d.encode()
	return r, err
}

// fail says what is wrong in a sentence, as text.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	options := web.PageOptions{ContentType: "text/plain; charset=utf-8", Status: api.Status(err), CacheControl: "no-store"}
	web.NewPage([]byte(fault.Sentence(err)+"\n"), options).ServeHTTP(w, r)
}
