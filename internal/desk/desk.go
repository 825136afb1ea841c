package desk

import (
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/media"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

//go:embed assets
var assetFiles embed.FS

// Options are what a desk may be told; the zero value works.
type Options struct {
	Name  string        // of the paper; empty: Courant
	Base  currency.Code // of its board, where the newsroom set none; empty: EUR
	Sheet string        // the address of the paper's own style sheet
	Icon  string        // the address of the paper's icon
	// Preview draws a story as a reader would see it, with its pictures from a place; nil: there are no previews.
	Preview func(r *http.Request, a news.Article, pictures string) ([]byte, error)
	// PreviewDossier does the same with a dossier.
	PreviewDossier func(r *http.Request, d news.Dossier, pictures string) ([]byte, error)
	// Origin is the scheme, host and port under which people reach the paper, for links that are handed on.
	Origin   string
	Pictures media.Store     // what Darkroom keeps its pictures in; nil as it is
	Darkroom *media.Darkroom // nil: no pictures are kept
	Log      *slog.Logger    // nil: nothing is logged
	Now      func() time.Time
}

// Desk is the newsroom's side of the paper as an [http.Handler] for everything below /desk/.
type Desk struct {
	newsroom *news.Newsroom
	ledger   *market.Ledger
	gate     *staff.Gate
	assets   *web.Assets
	o        Options
	handler  http.Handler
}

// Limits of what is sent to the desk.
const (
	maxForm   = 4 << 20  // bytes of a form: a story of the longest kind, escaped
	maxUpload = 24 << 20 // bytes of a form with a picture
)

// route is one address of the desk.
type route struct {
	pattern string
	may     staff.Action // what its visitor must be allowed to do at least
	serve   func(http.ResponseWriter, visit) error
}

// routes are all addresses for who is signed in. What a visitor may do with one story in particular is asked again where
// it is read, since only then its author is known.
func (d *Desk) routes() []route {
	all := []route{
		{"GET /desk/{$}", staff.ReadDrafts, d.today},

		{"GET /desk/stories", staff.ReadDrafts, d.stories},
		{"GET /desk/stories/new", staff.Write, d.newStory},
		{"GET /desk/stories/{id}", staff.ReadDrafts, d.story},
		{"POST /desk/stories/{id}", staff.Write, d.save},
		{"POST /desk/stories/{id}/copy", staff.Write, d.keep},
		{"GET /desk/stories/{id}/preview", staff.ReadDrafts, d.preview},
		{"GET /desk/stories/{id}/marks.json", staff.ReadDrafts, d.marks},
		{"GET /desk/stories/{id}/changes", staff.ReadDrafts, d.changes},
		{"POST /desk/stories/{id}/move", staff.Write, d.move},
		{"POST /desk/stories/{id}/entries", staff.Publish, d.entry},
		{"POST /desk/stories/{id}/name", staff.Write, d.rename},
		{"POST /desk/stories/{id}/notes", staff.ReadDrafts, d.note},
		{"POST /desk/stories/{id}/notes/{n}", staff.ReadDrafts, d.settle},
		{"GET /desk/stories/{id}/dossier", staff.Compile, d.beside},
		{"GET /desk/figures", staff.ReadDrafts, d.figures},
		{"GET /desk/figures.json", staff.ReadDrafts, d.figureList},

		{"GET /desk/dossiers", staff.ReadDrafts, d.dossiers},
		{"GET /desk/new-dossier", staff.Compile, d.newDossier},
		{"POST /desk/dossiers", staff.Compile, d.beginDossier},
		{"GET /desk/dossiers/{slug}", staff.ReadDrafts, d.openDossier},
		{"GET /desk/dossiers/{slug}/preview", staff.ReadDrafts, d.previewDossier},
		{"GET /desk/dossiers/{slug}/parts/{kind}", staff.ReadDrafts, d.part},
		{"POST /desk/dossiers/{slug}/parts/{kind}", staff.Compile, d.savePart},
		{"GET /desk/dossiers/{slug}/stories", staff.Compile, d.findStories},
		{"POST /desk/dossiers/{slug}/stories", staff.Compile, d.attachStory},
		{"POST /desk/dossiers/{slug}/actors", staff.Compile, d.mergeActors},
		{"GET /desk/dossiers/{slug}/changes", staff.ReadDrafts, d.dossierChanges},
		{"POST /desk/dossiers/{slug}/back", staff.Compile, d.takeBack},
		{"POST /desk/dossiers/{slug}/publish", staff.Release, d.publishDossier},
		{"POST /desk/dossiers/{slug}/withdraw", staff.Release, d.withdrawDossier},

		{"GET /desk/affected", staff.ReadDrafts, d.affected},
		{"POST /desk/affected", staff.Correct, d.settleAffected},
		{"GET /desk/held", staff.ReadDrafts, d.held},
		{"POST /desk/held", staff.DecideHeld, d.decide},

		{"GET /desk/settings", staff.Settings, d.settings},
		{"POST /desk/settings", staff.Settings, d.set},

		{"GET /desk/staff", staff.SeeStaff, d.people},
		{"POST /desk/staff", staff.Invite, d.invite},
		{"POST /desk/staff/{id}", staff.ManageStaff, d.managePerson},
		{"GET /desk/trail", staff.ReadTrail, d.trail},

		{"GET /desk/account", staff.ReadDrafts, d.account},
		{"POST /desk/account/{what}", staff.ReadDrafts, d.changeAccount},
	}
	if d.o.Darkroom != nil {
		all = append(all,
			route{"GET /desk/pictures", staff.Media, d.pictures},
			route{"POST /desk/pictures", staff.Media, d.addPicture},
			route{"GET /desk/pictures/{file}", staff.ReadDrafts, d.rendition},
			route{"POST /desk/pictures/{name}/drop", staff.Media, d.dropPicture})
	}
	return all
}

// New returns the desk.
func New(newsroom *news.Newsroom, ledger *market.Ledger, gate *staff.Gate, o Options) (*Desk, error) {
	if o.Name == "" {
		o.Name = "Courant"
	}
	if o.Base == "" {
		o.Base = "EUR"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Desk{newsroom: newsroom, ledger: ledger, gate: gate, o: o}
	files, err := fs.Sub(assetFiles, "assets")
	if err != nil {
		return nil, err
	}
	if d.assets, err = web.NewAssets(files, false); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, r := range d.routes() {
		mux.Handle(r.pattern, d.signedIn(r))
	}
	for pattern, serve := range map[string]web.Handler{
		"GET /desk/sign-in":          d.signIn,
		"POST /desk/sign-in":         d.signInBy,
		"POST /desk/sign-out":        d.signOut,
		"GET /desk/prove":            d.prove,
		"POST /desk/prove":           d.proveBy,
		"GET /desk/welcome/{token}":  d.welcome,
		"POST /desk/welcome/{token}": d.arrive,
		"GET /desk/assets/{file}":    d.asset,
		"GET /desk/":                 func(http.ResponseWriter, *http.Request) error { return fault.NotFound },
	} {
		mux.Handle(pattern, web.Handle(o.Log, d.fail, serve))
	}
	mux.Handle("POST /desk/passkeys/{what}", web.Handle(o.Log, d.inWords, d.passkey))
	mux.Handle("GET /desk", http.RedirectHandler("/desk/", http.StatusMovedPermanently))
	d.handler = web.Secure(web.Recover(o.Log, d.fail, private(mux)))
	return d, nil
}

// ServeHTTP answers somebody of the newsroom.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.handler.ServeHTTP(w, r) }

// private keeps replies out of every cache, and what is too large out of memory.
func private(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "same-origin") // an address may hold the token of a link
		limit := int64(maxForm)
		if strings.HasPrefix(r.URL.Path, "/desk/pictures") {
			limit = maxUpload
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		h.ServeHTTP(w, r)
	})
}

// asset serves the desk's own style and script, which are no secret and may be kept.
func (d *Desk) asset(w http.ResponseWriter, r *http.Request) error {
	page, err := d.assets.Page(r.PathValue("file"))
	if err != nil {
		return err
	}
	page.ServeHTTP(w, r)
	return nil
}

// assetURL is where the desk serves one of its files.
func (d *Desk) assetURL(name string) string {
	return "/desk" + d.assets.URL(name)
}

// answer draws a page and sends it.
func (d *Desk) answer(w http.ResponseWriter, r *http.Request, status int, page web.Component) error {
	body, err := web.Render(r.Context(), page)
	if err != nil {
		return err
	}
	web.NewPage(body, web.PageOptions{Status: status, CacheControl: "no-store"}).ServeHTTP(w, r)
	return nil
}

// fail answers with what went wrong, in the desk's dress.
func (d *Desk) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := web.Status(err)
	if stale(err) {
		http.Redirect(w, r, "/desk/prove?"+url.Values{"next": {cameFrom(r)}}.Encode(), http.StatusSeeOther)
		return
	}
	f := d.frame("That did not work")
	f.Problem = fault.Sentence(err)
	body, renderErr := web.Render(r.Context(), errorPage(f))
	if renderErr != nil {
		http.Error(w, f.Problem, status)
		return
	}
	web.NewPage(body, web.PageOptions{Status: status, CacheControl: "no-store"}).ServeHTTP(w, r)
}
