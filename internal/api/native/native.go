// Package native is Courant's own interface for programs, at /api/v1/: the board, rates, series, conversions, shares with their
// bars and what is known of them, currencies, sources, the record of each number, the quarantine, dossiers and the proof-reader,
// as JSON, CSV and NDJSON.
//
// Every address is declared once, as an [endpoint] in a list: its route, the reading of its parameters, its place in the
// OpenAPI document at /api/openapi.json and its section of the page at /api/ come from there, so that none of them can
// say what another does not. The shape of a reply is a Go type, from which its schema and its columns are derived.
//
// Start at [Mount]. Everything here is safe for concurrent use. Numbers are exact: those of sources digit for digit,
// computed ones to twelve significant digits, each with its source and its times.
package native

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/search"
	"github.com/courant-news/courant/internal/web"
	"github.com/courant-news/courant/internal/wire"
)

// Options are what the interface may be told; the zero value works.
type Options struct {
	Long int // rows from which a reply in lines is streamed and not kept; 0: 10,000
	// Masthead tells what the paper is set to: its base is the board's where none is asked for. Nil, or without one: EUR.
	Masthead func(context.Context) (news.Masthead, error)
	// Paper is where stories and dossiers are looked for. Nil: none are found.
	Paper Paper
	// Preferred are the currencies of the paper's settings, of which the first is meant where a word may mean several. Nil: none.
	Preferred func(context.Context) ([]currency.Code, error)
	// Page sets the body of a page, HTML, into the paper's frame. Nil: a page of its own, without dress.
	Page func(r *http.Request, title, description, body string) ([]byte, error)
	// Wire tells how the sources fare that the paper fetches; nil where it fetches none.
	Wire func(context.Context) ([]wire.Report, error)
	// Stream says how many programs are kept current, and how.
	Stream web.StreamOptions
}

// Paper is what is published, as a [news.Paper] tells it.
type Paper interface {
	search.Paper
	Dossier(ctx context.Context, slug news.Slug) (news.Dossier, error)
	Dossiers(ctx context.Context) ([]news.Dossier, error)
	Articles(ctx context.Context, which news.Selection) ([]news.Article, error)
}

// Addresses.
const (
	root     = "/api/"
	version  = root + "v1/"
	openAPI  = root + "openapi.json"
	formPath = root + "forms/"
)

// Page is the pattern of the page that describes the interface, which is for readers, and explains each problem.
const Page = "GET " + root + "{$}"

// native is the interface at work.
type native struct {
	*api.Face
	o         Options
	endpoints []endpoint
	proofs    chan struct{} // as many places as may proof-read at once
	pages     *web.Cache    // the page that describes it, by host
	stream    *web.Stream
}

// Mount sets the routes of the interface: those under /api/v1/, its document and its page, and /embed, where other sites get
// an element that asks it. It returns the stream of the interface, which tells what changes while its Run runs.
func Mount(mux *http.ServeMux, f *api.Face, o Options) *web.Stream {
	if o.Long == 0 {
		o.Long = 10_000
	}
	if o.Paper == nil {
		o.Paper = nowhere{}
	}
	if o.Page == nil {
		o.Page = plain
	}
	n := &native{Face: f, o: o, proofs: make(chan struct{}, proofReaders), pages: f.NewCache(pageMemory, pageAge)}
	n.stream = f.NewStream(n.followed, o.Stream)
	n.endpoints = n.declared()
	handle := func(pattern string, h http.Handler) { mux.Handle(pattern, web.Recover(f.Log(), fail, h)) }
	for _, e := range n.endpoints {
		h := n.handler(e)
		if e.Whole {
			h = api.Addressed(h)
		}
		handle(version+e.Path, h)
		if !e.inPath() && e.Row != nil { // else the form is a part of the last parameter
			for _, f := range forms() {
				handle(version+e.Path+"."+f.extension, h)
			}
		}
	}
	for _, pattern := range []string{version, strings.TrimSuffix(version, "/")} {
		handle(pattern, f.Answer(fail, nil, n.nothing))
	}
	handle(openAPI, f.Answer(fail, []string{}, n.document))
	handle("GET "+formPath+"{name}", web.Handle(f.Log(), fail, n.fill))
	handle(Page, web.Secure(web.Handle(f.Log(), fail, n.page)))
	n.mountEmbed(mux)
	mux.Handle("GET "+strings.TrimSuffix(root, "/"), http.RedirectHandler(root, http.StatusMovedPermanently))
	return n.stream
}

// base is the one that is asked for, or the paper's.
func (n *native) base(q query) (currency.Code, error) {
	if base, asked := given[currency.Code](q, "base"); asked {
		return base, nil
	}
	return n.ownBase(q.Context())
}

// ownBase is the base that the paper is set to.
func (n *native) ownBase(ctx context.Context) (currency.Code, error) {
	if n.o.Masthead == nil {
		return "EUR", nil
	}
	m, err := n.o.Masthead(ctx)
	return cmp.Or(m.Base, "EUR"), err
}

// nothing answers an address at which nothing stands.
func (n *native) nothing(q api.Question) (api.Reply, error) {
	return api.Reply{}, fault.Because(fault.NotFound, "there is nothing at %.80s: all addresses are listed at %s", q.URL.Path, root)
}

// handler answers an endpoint.
func (n *native) handler(e endpoint) http.Handler {
	if e.open != nil {
		return n.Open(fail, e.known(), func(w http.ResponseWriter, q api.Question) error {
			args, err := e.read(q, form{})
			if err != nil {
				return err
			}
			return e.open(w, query{Question: q, arguments: args})
		})
	}
	if e.Method == http.MethodPost {
		return n.Take(fail, e.known(), func(q api.Question) (api.Reply, error) { return n.reply(e, q) })
	}
	return n.Answer(fail, e.known(), func(q api.Question) (api.Reply, error) { return n.reply(e, q) })
}

// reply reads what is asked, answers it, and gives the answer the form that is wanted.
func (n *native) reply(e endpoint, q api.Question) (api.Reply, error) {
	in, err := wanted(e, q)
	if err != nil {
		return api.Reply{}, err
	}
	args, err := e.read(q, in)
	if err != nil {
		return api.Reply{}, err
	}
	found, err := e.answer(query{Question: q, arguments: args, form: in})
	if err != nil {
		return api.Reply{}, err
	}
	return n.set(e, found, in)
}

// problem is an error of RFC 9457.
type problem struct {
	Type     string `json:"type" doc:"address of a paragraph about this kind of problem"`
	Title    string `json:"title" doc:"the kind, in words"`
	Status   int    `json:"status" doc:"the status of HTTP"`
	Detail   string `json:"detail" doc:"a sentence that says what is wrong and what to do"`
	Instance string `json:"instance" doc:"what was asked"`
}

// problemType is the content type of a problem.
const problemType = "application/problem+json; charset=utf-8"

// trouble is a kind of problem as the page explains it.
type trouble struct {
	status      int
	name, title string
	text        string
}

// troubles are the kinds of problems that a program may meet.
func troubles() []trouble {
	return []trouble{
		{http.StatusBadRequest, "invalid", "The question cannot be understood", "A parameter is unknown, or cannot be read. The detail says how to write it; asking the same again will not help."},
		{http.StatusUnauthorized, "key", "The key is not known", "No key is needed here; one that begins with ck_ must be one that the paper gave away and has not revoked."},
		{http.StatusNotFound, "not-found", "There is no such thing", "Nobody has said what the pair was, no observation bears the name, or nothing stands at the address."},
		{http.StatusGone, "gone", "It was withdrawn", "What stood there was published and taken back; the detail says when, and what readers were told."},
		{http.StatusMethodNotAllowed, "method", "Asked by the wrong method", "The header Allow lists the methods that are answered."},
		{http.StatusNotAcceptable, "form", "There is no such form", "Replies are JSON, CSV or NDJSON; see Accept."},
		{http.StatusRequestEntityTooLarge, "too-large", "Too much at once", "The body is larger than what is read at once."},
		{http.StatusUnsupportedMediaType, "body", "Sent in a form that is not read", "A table to be proof-read is the body itself, not a form."},
		{http.StatusTooManyRequests, "limit", "Asked too often", "Ask again after the seconds in Retry-After. RateLimit-Limit says how often you may ask in a minute."},
		{http.StatusServiceUnavailable, "busy", "Too much work at the moment", "Ask again after the seconds in Retry-After."},
		{http.StatusInternalServerError, "internal", "Something failed on our side", "It is logged; asking later may help."},
	}
}

// Fail answers with a problem; it is for whoever stands before the interface, too.
func Fail(w http.ResponseWriter, r *http.Request, err error) { fail(w, r, err) }

// fail answers with a problem. It is not compressed: to refuse must cost less than to answer.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	status := api.Status(err)
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: fault.Sentence(err), Instance: cut(r.URL.RequestURI(), 500)}
	for _, t := range troubles() {
		if t.status == status {
			p.Type, p.Title = root+"#"+t.name, t.title
		}
	}
	body, err := encoded(p)
	if err != nil {
		http.Error(w, p.Detail, status)
		return
	}
	w.Header().Set("Content-Type", problemType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // an error here is a client who left
}

// cut shortens what somebody sent, which may be anything.
func cut(text string, most int) string {
	if text = strings.ToValidUTF8(text, "\uFFFD"); len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
