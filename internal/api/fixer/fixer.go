// Package fixer answers in the dialect of fixer.io, which many services speak: one table of rates, an error in the body of a
// reply with status 200. What the original answers is kept in shape, down to its numbers of errors; the figures are the
// ledger's, with every digit, and legacy=1 rounds them as the original does.
//
// No key is needed; one of the other service is not looked at. Start at [Mount].
package fixer

import (
	"net/http"
	"regexp"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
)

// Mount sets the routes: /api/latest, /api/2026-01-31, /api/symbols, /api/convert, /api/timeseries and /api/fluctuation.
// Any other single word under /api/ that has no route of its own is answered as an address that does not exist.
func Mount(mux *http.ServeMux, f *api.Face) {
	d := dialect{api.Family{Face: f, Base: "base", Symbols: "symbols", Default: "EUR", BadBase: "invalid_base_currency"}}
	mux.Handle("/api/latest", d.Handle(d.latest))
	mux.Handle("/api/symbols", d.Handle(d.symbols))
	mux.Handle("/api/convert", d.Handle(d.convert))
	mux.Handle("/api/timeseries", d.Handle(d.timeseries))
	mux.Handle("/api/fluctuation", d.Handle(d.fluctuation))
	mux.Handle("/api/{date}", d.Handle(d.historical))
}

// bare are the paths of exchangeratesapi.io, which speaks this dialect without /api: /latest, /v1/latest, /2026-01-31.
var bare = regexp.MustCompile(`^(?:/v1)?/(latest|symbols|timeseries|fluctuation|[0-9]{4}-[0-9]{2}-[0-9]{2})$`)

// Bare answers those paths for who brings an access key, as that service wants it, and leaves all other requests alone: without
// a key, the same paths are Frankfurter's. It stands before the mux on which [Mount] set its routes.
func Bare(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := bare.FindStringSubmatch(r.URL.Path)
		if path == nil || !r.URL.Query().Has("access_key") {
			next.ServeHTTP(w, r)
			return
		}
		api.Moved(next, w, r, "/api/"+path[1])
	})
}

type dialect struct{ api.Family }

// rates is a table in this dialect.
type rates struct {
	Success    bool                         `json:"success"`
	Timestamp  int64                        `json:"timestamp"`
	Historical bool                         `json:"historical,omitempty"`
	Base       currency.Code                `json:"base"`
	Date       currency.Date                `json:"date"`
	Rates      map[currency.Code]api.Number `json:"rates"`
}

func (d dialect) latest(q api.Question) (api.Reply, error) { return d.table(q, currency.Date{}) }

// historical answers for a day; what is no day is an address that does not exist.
func (d dialect) historical(q api.Question) (api.Reply, error) {
	text := q.PathValue("date")
	if text < "0" || text > "9999-99-99" {
		return api.Reply{}, d.Unknown(q.URL.Path)
	}
	day, err := d.Face.Day(text)
	if err != nil {
		return api.Reply{}, api.Numbered{Code: api.BadDate, Type: "invalid_date", Err: err}
	}
	return d.table(q, day)
}

func (d dialect) table(q api.Question, day currency.Date) (api.Reply, error) {
	t, err := d.Table(q.Context(), q.Query, day)
	if err != nil {
		return api.Reply{}, err
	}
	return api.Rendered(rates{true, t.At.Unix(), !day.IsZero(), t.Base, t.Date, t.Rates}, t)
}

// symbols lists what the latest table has.
func (d dialect) symbols(q api.Question) (api.Reply, error) {
	t, err := d.Table(q.Context(), api.Query{}, currency.Date{})
	if err != nil {
		return api.Reply{}, err
	}
	return api.Rendered(struct {
		Success bool                     `json:"success"`
		Symbols map[currency.Code]string `json:"symbols"`
	}{true, d.Face.Names(t)}, t)
}

func (d dialect) convert(q api.Question) (api.Reply, error) {
	c, err := d.Convert(q.Context(), q.Query)
	if err != nil {
		return api.Reply{}, err
	}
	type query struct {
		From   currency.Code `json:"from"`
		To     currency.Code `json:"to"`
		Amount api.Number    `json:"amount"`
	}
	type info struct {
		Timestamp int64      `json:"timestamp"`
		Rate      api.Number `json:"rate"`
	}
	return api.Rendered(struct {
		Success    bool          `json:"success"`
		Query      query         `json:"query"`
		Info       info          `json:"info"`
		Historical bool          `json:"historical"`
		Date       currency.Date `json:"date"`
		Result     api.Number    `json:"result"`
	}{
		true, query{c.From, c.To, api.Number(c.Amount)}, info{c.Table.At.Unix(), c.Rate}, c.Dated, c.Table.Date, c.Result,
	}, c.Table)
}

// ranged is a reply about a range of days; one of its two marks is set.
type ranged[R any] struct {
	Success     bool          `json:"success"`
	Timeseries  bool          `json:"timeseries,omitempty"`
	Fluctuation bool          `json:"fluctuation,omitempty"`
	Start       currency.Date `json:"start_date"`
	End         currency.Date `json:"end_date"`
	Base        currency.Code `json:"base"`
	Rates       R             `json:"rates"`
}

func (d dialect) timeseries(q api.Question) (api.Reply, error) {
	r, err := d.Range(q.Context(), q.Query)
	if err != nil {
		return api.Reply{}, err
	}
	return api.Rendered(ranged[map[string]map[currency.Code]api.Number]{
		Success: true, Timeseries: true, Start: r.From, End: r.To, Base: r.Base, Rates: api.ByDay(r.Tables),
	}, r.Tables...)
}

func (d dialect) fluctuation(q api.Question) (api.Reply, error) {
	r, changes, err := d.Changes(q.Context(), q.Query)
	if err != nil {
		return api.Reply{}, err
	}
	return api.Rendered(ranged[map[currency.Code]api.Change]{
		Success: true, Fluctuation: true, Start: r.From, End: r.To, Base: r.Base, Rates: changes,
	}, r.Tables...)
}
