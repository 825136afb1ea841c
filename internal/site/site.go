package site

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/media"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
	"github.com/courant-news/courant/internal/wire"
)

//go:embed assets
var assetFiles embed.FS

// Options are what a site may be told; the zero value works.
type Options struct {
	Name       string        // of the paper, where the newsroom set none; empty: Courant
	Base       currency.Code // of the strip and the board, likewise; empty: EUR
	Dev        bool          // read assets from the working tree, where there is one, at each request
	Log        *slog.Logger  // nil: nothing is logged
	PageMemory int           // bytes of finished pages that are kept; 0: 8 MB
	// Wire tells how the providers fare that the paper fetches; nil where it fetches none.
	Wire func(context.Context) ([]wire.Report, error)
	// Origin finds the reply that a number was read of; nil where the paper fetches none.
	Origin func(context.Context, market.Observation) (wire.Reply, error)
	// Programs is the address of the page about the interfaces for programs; empty where there are none.
	Programs string
	// URL is the scheme and host under which people reach the paper, https://paper.example; empty: as each asked for it.
	URL string
	// Hub is the address of the WebSub hub that is told when a feed changes; empty: none is.
	Hub string
	// Pictures keeps the pictures of stories, of which only those are shown that a published story names; nil: none are.
	Pictures media.Store
	// Stream says how many open pages are kept current, and how.
	Stream web.StreamOptions
	Now    func() time.Time
}

// Limits of the cache and of what is asked.
const (
	pageAge    = 5 * time.Second
	pageMemory = 8 << 20
	maxQuery   = 80 // characters of one query parameter: the longest instant has 35
)

// Site is the reader's paper as an [http.Handler].
type Site struct {
	paper   *news.Paper
	ledger  *market.Ledger
	o       Options
	assets  *web.Assets
	cache   *web.Cache
	edition edition
	boards  shelf[askedBoard, marked]
	drawers shelf[askedBoard, string]
	answers shelf[measured, []market.Answer]
	proofs  chan struct{} // as many places as may proof-read at once
	cards   *drawingRoom
	stream  *web.Stream // by which open pages stay current while Run runs
	handler http.Handler
}

// New returns the site. The error is fault.Invalid for a base that is no currency.
func New(paper *news.Paper, ledger *market.Ledger, b bus.Bus, o Options) (*Site, error) {
	s := &Site{paper: paper, ledger: ledger, o: o.filled(), proofs: make(chan struct{}, proofReaders)}
	s.boards.most, s.boards.age = 16, pageAge
	s.drawers.most, s.drawers.age = 64, time.Minute // what turns stale meanwhile says so itself, to who has scripts
	s.answers.most, s.answers.age = 64, time.Minute // past moves change when a source revises, of which the bus tells
	if _, err := ledger.Currencies().Currency(s.o.Base); err != nil {
		return nil, fault.Because(fault.Invalid, "the base of the paper's board: %w", err)
	}
	files, err := s.assetTree()
	if err != nil {
		return nil, err
	}
	if s.assets, err = web.NewAssets(files, s.o.Dev); err != nil {
		return nil, err
	}
	s.cache = web.NewCache(s.o.PageMemory, pageAge)
	if s.cards, err = newDrawingRoom(); err != nil {
		return nil, err
	}
	o.Stream.Log = s.o.Log
	s.stream = web.NewStream(s.followed, o.Stream)
	// The site lives as long as the bus, so it never stops listening. The cache last but for open pages: a page that is built
	// after the drop must not be built from what was read before it.
	b.Listen(func(e bus.Event) {
		s.edition.changes.Add(1)
		s.cache.Drop()
		s.hint(e)
	})

	mux := http.NewServeMux()
	page := func(pattern string, build builder, known ...string) { mux.Handle(pattern, s.page(build, known...)) }
	page("GET /{$}", s.front)
	page("GET /sections/{section}", s.section)
	page("GET /topics/{topic}", s.topic)
	page("GET /corrections", s.corrections, "before")
	page("GET /authors/{author}", s.author)
	page("GET "+archivePath, s.archive)
	for _, cut := range []string{"/{year}", "/{year}/{month}", "/{year}/{month}/{day}"} {
		mux.Handle("GET "+cut, s.handle(nothing)) // else the mux put a slash behind whatever does not exist
	}
	page("GET /{year}/{$}", s.year)
	page("GET /{year}/{month}/{$}", s.month)
	page("GET /{year}/{month}/{day}/{$}", s.day)
	page("GET /{year}/{month}/{day}/{slug}", s.story)
	page("GET "+dossiersPath+"{$}", s.dossiers)
	page("GET /dossiers/{slug}", s.dossier, "actor", "place", "kind")
	page("GET /dossiers/{slug}/events/{event}", s.happening)
	page("GET /dossiers/{slug}/actors/{actor}", s.actor)
	page("GET /dossiers/{slug}/scenarios/{scenario}", s.scenario)
	page("GET /markets/{$}", s.board, "base", "as-of", "known-at", "q", "sort")
	page("GET /markets/currencies/{code}", s.currency, "base", "as-of", "range", "with")
	page("GET /markets/shares/{$}", s.shares, "as-of", "q", "sort")
	page("GET /markets/shares/{mic}/{ticker}", s.instrument, "as-of", "range")
	page("GET /rates/{pair}", s.rate, "as-of", "known-at", "range", "with")
	page("GET /convert", s.convert, "amount", "from", "to", "as-of")
	page("GET /sources", s.sources)
	mux.Handle("GET "+searchPath, s.handle(s.find))
	page("GET /numbers/{id}", s.number)
	shared := func(pattern string, h web.Handler) { mux.Handle(pattern, web.Shared(s.handle(h))) }
	for file := range feedFormats {
		shared("GET /"+file, s.feed(s.all))
		shared("GET /sections/{section}/"+file, s.feed(s.ofSection))
		shared("GET /topics/{topic}/"+file, s.feed(s.ofTopic))
		shared("GET /authors/{author}/"+file, s.feed(s.ofAuthor))
		shared("GET /corrections/"+file, s.feed(s.ofCorrections))
	}
	s.followDossiers(shared)
	shared("GET "+paperCard, s.cardOfPaper)
	shared("GET /cards/{year}/{month}/{day}/{file}", s.card)
	shared("GET "+oembedPath, s.oembed)
	mux.Handle("GET /sitemap.xml", s.handle(s.machine("application/xml; charset=utf-8", s.sitemap)))
	mux.Handle("GET /news-sitemap.xml", s.handle(s.machine("application/xml; charset=utf-8", s.newsSitemap)))
	mux.Handle("GET /robots.txt", s.handle(s.machine("text/plain; charset=utf-8", s.robots)))
	mux.Handle("GET /llms.txt", s.handle(s.machine("text/plain; charset=utf-8", s.forModels)))
	mux.Handle("GET /opensearch.xml", s.handle(s.machine("application/opensearchdescription+xml; charset=utf-8", s.openSearch)))
	mux.Handle("GET /manifest.webmanifest", s.handle(s.machine("application/manifest+json; charset=utf-8", s.manifest)))
	page("GET /audit", s.auditForm)
	mux.Handle("POST /audit", s.handle(s.proofread))
	page("GET /audit/rules", s.rules)
	page("GET /audit/rules/{code}", s.rule)
	if s.o.Pictures != nil {
		mux.Handle("GET "+media.Prefix+"{file}", s.handle(media.Serve(s.o.Pictures, paper.Shows, media.Published)))
	}
	mux.Handle("GET /dossiers", http.RedirectHandler(dossiersPath, http.StatusMovedPermanently))
	mux.Handle("GET /markets", http.RedirectHandler("/markets/", http.StatusMovedPermanently))
	mux.Handle("GET /markets/shares", http.RedirectHandler("/markets/shares/", http.StatusMovedPermanently))
	// Two patterns and not /assets/, which would overlap with the address of a story.
	mux.Handle("GET /assets/{file}", s.handle(s.asset))
	mux.Handle("GET /assets/fonts/{file}", s.handle(s.assets.Serve))
	mux.Handle("GET /favicon.ico", s.handle(s.icon))
	mux.Handle("GET /", s.handle(nothing))
	// A mux of their own: what polls has as many slashes as a story's address.
	streams := http.NewServeMux()
	streams.Handle("/", mux)
	streams.Handle("GET /stream", web.Handle(s.o.Log, s.stream.Fail, s.serveStream))
	streams.Handle("GET /stream/{rest...}", web.Handle(s.o.Log, s.stream.Fail, s.servePoll))
	s.handler = web.Secure(web.Recover(s.o.Log, s.fail, streams))
	return s, nil
}

func (o Options) filled() Options {
	if o.Name == "" {
		o.Name = "Courant"
	}
	if o.Base == "" {
		o.Base = "EUR"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.PageMemory == 0 {
		o.PageMemory = pageMemory
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// assetTree is the embedded assets, or in development the folder that they are edited in.
func (s *Site) assetTree() (fs.FS, error) {
	const folder = "internal/site/assets"
	if s.o.Dev {
		if _, err := os.Stat(folder); err == nil {
			return os.DirFS(folder), nil
		}
		s.o.Dev = false // started elsewhere: there is nothing to edit
	}
	return fs.Sub(assetFiles, "assets")
}

// Asset is the address of one of the paper's files, such as courant.css, for faces that dress as it does.
func (s *Site) Asset(name string) string { return s.assets.URL(name) }

// ServeHTTP answers a reader.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// address is the scheme and host under which people reach the paper: the operator's word, or what was asked for.
func (s *Site) address(r *http.Request) string { return cmp.Or(s.o.URL, web.AddressOf(r)) }

// ask is what a page is built from: the request's address, with those query parameters that the page knows.
type ask struct {
	r     *http.Request
	query url.Values
}

// value is a parameter of the path.
func (a ask) value(name string) string { return a.r.PathValue(name) }

// canonical is the address without anything that the page does not know.
func (a ask) canonical() string { return address(a.r.URL.EscapedPath(), a.query) }

// address puts a query behind a path, in the order of the names.
func address(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// builder draws a page. An error becomes an error page.
type builder func(ctx context.Context, a ask) (web.Component, error)

// page serves what a builder draws, from the cache where it can. The key holds the address under which the paper was asked,
// since pages name whole addresses, and only known parameters, so that nobody can fill the cache with one page under many names.
func (s *Site) page(build builder, known ...string) http.Handler {
	return s.handle(func(w http.ResponseWriter, r *http.Request) error {
		a := ask{r: r, query: url.Values{}}
		if r.URL.RawQuery != "" && len(known) > 0 {
			given := r.URL.Query()
			for _, name := range known {
				text := given.Get(name)
				if len(text) > maxQuery {
					return fault.Because(fault.Invalid, "%q is given %d characters; %d is the most", name, len(text), maxQuery)
				}
				if text != "" {
					a.query.Set(name, text)
				}
			}
		}
		return s.cache.Serve(w, r, s.address(r)+a.canonical(), func() (*web.Page, error) {
			c, err := build(r.Context(), a)
			if err != nil {
				return nil, err
			}
			body, err := web.Render(r.Context(), c)
			if err != nil {
				return nil, fmt.Errorf("draw the page: %w", err)
			}
			return web.NewPage(body, web.PageOptions{CacheControl: web.ForReaders, Shared: web.ForNetworks}), nil
		})
	})
}

func (s *Site) handle(h web.Handler) http.Handler { return web.Handle(s.o.Log, s.fail, h) }

func (s *Site) icon(w http.ResponseWriter, r *http.Request) error {
	page, err := s.assets.Page("icon.svg")
	if err != nil {
		return err
	}
	page.ServeHTTP(w, r)
	return nil
}

// TextPage is a page whose body another face wrote.
type TextPage struct {
	Frame
	Body string
}

// Page puts a body, HTML that is trusted to be well-formed and escaped, into the paper's frame. It is for faces that have a
// page of their own.
func (s *Site) Page(r *http.Request, title, description, body string) ([]byte, error) {
	t, err := s.today(r.Context())
	if err != nil {
		return nil, err
	}
	return web.Render(r.Context(), textPage(TextPage{Frame: s.frame(t, ask{r: r}, title, description), Body: body}))
}

// ErrorPage says what went wrong and where to go on.
type ErrorPage struct {
	Frame
	Status   int
	Headline string
	Sentence string
}

// fail answers with an error page in the paper's dress, without its strip where even that cannot be read.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	if m, ok := errors.AsType[moved](err); ok {
		http.Redirect(w, r, m.to, http.StatusMovedPermanently)
		return
	}
	status := web.Status(err)
	p := ErrorPage{Status: status, Headline: headlineOf(status), Sentence: fault.Sentence(err)}
	e, readErr := s.today(r.Context())
	if readErr != nil {
		s.o.Log.DebugContext(r.Context(), "an error page goes without its strip", "error", readErr)
		e = today{masthead: s.configured()}
	}
	p.Frame = s.frame(e, ask{r: r}, p.Headline, p.Sentence)
	p.Frame.Canonical = "" // an address at which there is nothing has no better one
	body, renderErr := web.Render(r.Context(), errorPage(p))
	if renderErr != nil {
		http.Error(w, p.Sentence, status)
		return
	}
	web.NewPage(body, web.PageOptions{Status: status, CacheControl: "no-store"}).ServeHTTP(w, r)
}

func headlineOf(status int) string {
	switch {
	case status == http.StatusNotFound:
		return "There is no page here"
	case status == http.StatusGone:
		return "This was withdrawn"
	case status == http.StatusBadRequest:
		return "That cannot be understood"
	case status == http.StatusServiceUnavailable:
		return "Too many readers at once"
	case status >= http.StatusInternalServerError:
		return "Something failed on our side"
	}
	return "That is not possible"
}
