// Package layer answers in the dialect of currencylayer, which exchangerate.host speaks since 2023: rates under the names of
// pairs, an error in the body of a reply with status 200. What the original answers is kept in shape, down to its numbers of
// errors; the figures are the ledger's, with every digit, and legacy=1 rounds them as the original does.
//
// No key is needed; one of the other service is not looked at. Start at [Mount].
package layer

import (
	"context"
	"net/http"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
)

// Convert is the address at which the original converts, which the paper's own converter has too.
const Convert = "/convert"

// Mount sets the routes: /live, /historical, /convert, /timeframe, /change and /list. The first two are also found under
// /api/, where older clients look for them.
func Mount(mux *http.ServeMux, f *api.Face) {
	d := dialect{api.Family{Face: f, Base: "source", Symbols: "currencies", Default: "USD", BadBase: "invalid_source_currency"}}
	mux.Handle("/live", d.Handle(d.live))
	mux.Handle("/historical", d.Handle(d.historical))
	mux.Handle(Convert, d.Handle(d.convert))
	mux.Handle("/timeframe", d.Handle(d.timeframe))
	mux.Handle("/change", d.Handle(d.change))
	mux.Handle("/list", d.Handle(d.list))
	mux.Handle("/api/live", d.Handle(d.live))
	mux.Handle("/api/historical", d.Handle(d.historical))
}

type dialect struct{ api.Family }

// head is what every reply begins with.
type head struct {
	Success bool   `json:"success"`
	Terms   string `json:"terms"`
	Privacy string `json:"privacy"`
}

// head names the sources of some tables, and says what becomes of what was asked.
func (d dialect) head(ctx context.Context, tables ...api.Table) (head, error) {
	credit, err := d.Face.Credit(ctx, tables...)
	return head{true, credit, "No key is needed; one of another service is not looked at."}, err
}

// quotes is a table in this dialect.
type quotes struct {
	head
	Historical bool                  `json:"historical,omitempty"`
	Date       string                `json:"date,omitempty"`
	Timestamp  int64                 `json:"timestamp"`
	Source     currency.Code         `json:"source"`
	Quotes     map[string]api.Number `json:"quotes"`
}

// paired puts rates, or whatever is said of each, under the names of pairs.
func paired[V any](base currency.Code, rates map[currency.Code]V) map[string]V {
	pairs := make(map[string]V, len(rates))
	for code, v := range rates {
		pairs[string(base+code)] = v
	}
	return pairs
}

func (d dialect) live(q api.Question) (api.Reply, error) {
	t, err := d.Table(q.Context(), q.Query, currency.Date{})
	if err != nil {
		return api.Reply{}, err
	}
	h, err := d.head(q.Context(), t)
	if err != nil {
		return api.Reply{}, err
	}
	return api.Rendered(quotes{head: h, Timestamp: t.At.Unix(), Source: t.Base, Quotes: paired(t.Base, t.Rates)}, t)
}

func (d dialect) historical(q api.Question) (api.Reply, error) {
	day, err := d.Day(q.Query, "date")
	if err != nil {
		return api.Reply{}, err
	}
	t, err := d.Table(q.Context(), q.Query, day)
	if err != nil {
		return api.Reply{}, err
	}
	h, err := d.head(q.Context(), t)
	if err != nil {
		return api.Reply{}, err
	}
	return api.Rendered(quotes{h, true, t.Date.String(), t.At.Unix(), t.Base, paired(t.Base, t.Rates)}, t)
}

func (d dialect) convert(q api.Question) (api.Reply, error) {
	c, err := d.Convert(q.Context(), q.Query)
	if err != nil {
		return api.Reply{}, err
	}
	h, err := d.head(q.Context(), c.Table)
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
		Quote     api.Number `json:"quote"`
	}
	reply := struct {
		head
		Query      query      `json:"query"`
		Info       info       `json:"info"`
		Historical bool       `json:"historical,omitempty"`
		Date       string     `json:"date,omitempty"`
		Result     api.Number `json:"result"`
	}{
		head: h, Query: query{c.From, c.To, api.Number(c.Amount)}, Info: info{c.Table.At.Unix(), c.Rate}, Result: c.Result,
	}
	if c.Dated {
		reply.Historical, reply.Date = true, c.Table.Date.String()
	}
	return api.Rendered(reply, c.Table)
}

// ranged is a reply about a range of days; one of its two marks is set.
type ranged[Q any] struct {
	head
	Timeframe bool          `json:"timeframe,omitempty"`
	Change    bool          `json:"change,omitempty"`
	Start     currency.Date `json:"start_date"`
	End       currency.Date `json:"end_date"`
	Source    currency.Code `json:"source"`
	Quotes    map[string]Q  `json:"quotes"`
}

func (d dialect) timeframe(q api.Question) (api.Reply, error) {
	r, err := d.Range(q.Context(), q.Query)
	if err != nil {
		return api.Reply{}, err
	}
	h, err := d.head(q.Context(), r.Tables...)
	if err != nil {
		return api.Reply{}, err
	}
	days := make(map[string]map[string]api.Number, len(r.Tables))
	for day, rates := range api.ByDay(r.Tables) {
		days[day] = paired(r.Base, rates)
	}
	return api.Rendered(ranged[map[string]api.Number]{
		head: h, Timeframe: true, Start: r.From, End: r.To, Source: r.Base, Quotes: days,
	}, r.Tables...)
}

func (d dialect) change(q api.Question) (api.Reply, error) {
	r, changes, err := d.Changes(q.Context(), q.Query)
	if err != nil {
		return api.Reply{}, err
	}
	h, err := d.head(q.Context(), r.Tables...)
	if err != nil {
		return api.Reply{}, err
	}
	return api.Rendered(ranged[api.Change]{
		head: h, Change: true, Start: r.From, End: r.To, Source: r.Base, Quotes: paired(r.Base, changes),
	}, r.Tables...)
}

// list lists what the latest table has.
func (d dialect) list(q api.Question) (api.Reply, error) {
	t, err := d.Table(q.Context(), api.Query{}, currency.Date{})
	if err != nil {
		return api.Reply{}, err
	}
	h, err := d.head(q.Context(), t)
	if err != nil {
		return api.Reply{}, err
	}
	return api.Rendered(struct {
		head
		Currencies map[currency.Code]string `json:"currencies"`
	}{h, d.Face.Names(t)}, t)
}
