package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/api/erapi"
	"github.com/courant-news/courant/internal/api/feed"
	"github.com/courant-news/courant/internal/api/fixer"
	"github.com/courant-news/courant/internal/api/frankfurter"
	"github.com/courant-news/courant/internal/api/gate"
	"github.com/courant-news/courant/internal/api/layer"
	"github.com/courant-news/courant/internal/api/mcp"
	"github.com/courant-news/courant/internal/api/native"
	"github.com/courant-news/courant/internal/api/oxr"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/site"
	"github.com/courant-news/courant/internal/web"
)

// servePrograms sets the routes of all interfaces for programs: Courant's own, the feeds, the dialects of other
// services, and the tools for language models. The streams of programs are counted with those of pages.
func (a *App) servePrograms(mux *http.ServeMux, paper *site.Site, streams web.StreamOptions) {
	own := native.Options{Masthead: paper.Masthead, Paper: a.Paper, Preferred: paper.Preferred, Page: paper.Page, Stream: streams}
	options := api.Options{Log: a.log, Now: a.Config.Now}
	if a.wire != nil {
		own.Wire, options.Next = a.wire.Reports, a.next
	}
	face := api.New(a.Ledger, a.Bus, options)
	a.told = native.Mount(mux, face, own)
	feed.Mount(mux, face, paper.Masthead)
	mcp.Mount(mux, face, a.Paper)
	for _, mount := range []func(*http.ServeMux, *api.Face){
		erapi.Mount, fixer.Mount, frankfurter.Mount, layer.Mount, oxr.Mount,
	} {
		mount(mux, face)
	}
}

// apart sends to the programs' routes what is theirs, through the gate, and all else to the readers'. The pages about them
// are for readers: who is refused finds there why. So is the script of an element that stands on other sites' pages.
func apart(programs *http.ServeMux, g *gate.Gate, readers http.Handler) http.Handler {
	const others = "/"
	programs.Handle(others, readers) // so that what is no program's is found at once, and for every method
	gated := g.Before(programs)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch _, pattern := programs.Handler(r); pattern {
		case others:
			readers.ServeHTTP(w, r)
		case native.Page, native.EmbedPage, native.EmbedScript:
			programs.ServeHTTP(w, r)
		case layer.Convert: // one address for both: a browser asks for a page
			w.Header().Add("Vary", "Accept")
			if strings.Contains(r.Header.Get("Accept"), "text/html") {
				readers.ServeHTTP(w, r)
				return
			}
			r.Pattern = pattern
			gated.ServeHTTP(w, r)
		default:
			r.Pattern = pattern // of who is refused, too
			gated.ServeHTTP(w, r)
		}
	})
}

// inTheirWords answers who is refused at the gate as the interface that was asked puts its errors.
func inTheirWords(programs *http.ServeMux) web.Fail {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		fail := native.Fail
		if h, _ := programs.Handler(r); h != nil {
			if e, ok := h.(api.Endpoint); ok {
				fail = e.Fail
			}
		}
		fail(w, r, err)
	}
}

// next is when the first of some sources is asked again, and can have something new; zero where none of them is fetched.
func (a *App) next(ctx context.Context, sources []market.SourceID) time.Time {
	reports, err := a.wire.Reports(ctx)
	if err != nil {
		a.log.DebugContext(ctx, "a reply does not say how long it holds", "error", err)
		return time.Time{}
	}
	involved := map[market.SourceID]bool{}
	for _, id := range sources {
		involved[id] = true
	}
	var first time.Time
	for _, r := range reports {
		if next := r.Status.Next; involved[r.Status.Source] && !next.IsZero() && (first.IsZero() || next.Before(first)) {
			first = next
		}
	}
	return first
}
