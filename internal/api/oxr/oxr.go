// Package oxr answers in the dialect of Open Exchange Rates, which money.js and many libraries of exchange rates speak. What
// the original answers is kept in shape; the figures are the ledger's, with every digit, and legacy=1 rounds them to six
// places as the original does. Errors have a status of HTTP, a word and a sentence.
//
// No app_id is needed; one of the other service is not looked at. There are no alternative rates here, black-market or digital, so
// that show_alternative and show_inactive find nothing more. Start at [Mount].
package oxr

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Mount sets the routes: /api/latest.json, /api/historical/2026-01-31.json, /api/currencies.json, /api/time-series.json,
// /api/convert/12.50/GBP/EUR and /api/usage.json.
func Mount(mux *http.ServeMux, f *api.Face) {
	d := dialect{f}
	mux.Handle("/api/latest.json", d.handle(d.latest))
	mux.Handle("/api/historical/{file}", d.handle(d.historical))
	mux.Handle("/api/currencies.json", d.handle(d.currencies))
	mux.Handle("/api/time-series.json", d.handle(d.series))
	mux.Handle("/api/convert/{value}/{from}/{to}", d.handle(d.convert))
	mux.Handle("/api/usage.json", d.handle(d.usage))
}

type dialect struct{ *api.Face }

// usual is the base where none is asked for.
const usual currency.Code = "USD"

// places is to how many the original rounds.
const places = 6

// problem is an error as the original names it.
type problem struct {
	word string
	err  error
}

func (p problem) Error() string { return p.err.Error() }
func (p problem) Unwrap() error { return p.err }

// named names an error of the asker's; others, and none, stay as they are.
func named(word string, err error) error {
	if err == nil || fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.NotFound {
		return err
	}
	return problem{word, err}
}

func (d dialect) handle(build func(api.Question) (api.Reply, error)) http.Handler {
	answer := d.Answer(fail, nil, func(q api.Question) (api.Reply, error) {
		if q.Query.Has("callback") {
			return api.Reply{}, problem{"not_allowed", fault.Because(fault.Invalid,
				"there is no JSONP here: any page may fetch this as JSON, so leave the parameter callback out")}
		}
		reply, err := build(q)
		if pretty := q.Query.Get("prettyprint"); err == nil && (pretty == "1" || pretty == "true") {
			var out bytes.Buffer
			err = json.Indent(&out, reply.Body, "", "  ")
			reply.Body = out.Bytes()
		}
		return reply, err
	})
	return api.Without(answer, "app_id")
}

// fail answers an error; what the original answers with 400 has that status here, also where nothing was found.
func fail(w http.ResponseWriter, _ *http.Request, err error) {
	status, word := api.Status(err), strings.ReplaceAll(string(fault.KindOf(err)), " ", "_")
	switch status {
	case http.StatusUnauthorized:
		word = "invalid_app_id"
	case http.StatusTooManyRequests:
		word = "access_restricted"
	}
	if p, ok := errors.AsType[problem](err); ok {
		word = p.word
		if word == "not_available" {
			status = http.StatusBadRequest
		}
	}
	api.WriteJSON(w, status, struct {
		Error       bool   `json:"error"`
		Status      int    `json:"status"`
		Message     string `json:"message"`
		Description string `json:"description"`
	}{true, status, word, fault.Sentence(err)})
}

// head is what every reply begins with.
type head struct {
	Disclaimer string `json:"disclaimer"`
	License    string `json:"license"`
}

// head says whose numbers stand in some tables.
func (d dialect) head(q api.Question, tables ...api.Table) (head, error) {
	credit, err := d.Credit(q.Context(), tables...)
	return head{"Rates as their sources published them, or computed from these; without warranty.", credit}, err
}

func (d dialect) latest(q api.Question) (api.Reply, error) { return d.table(q, currency.Date{}) }

func (d dialect) historical(q api.Question) (api.Reply, error) {
	text, ok := strings.CutSuffix(q.PathValue("file"), ".json")
	if !ok {
		return api.Reply{}, problem{"not_found", fault.Because(fault.NotFound, "there is nothing at %.60q: write /api/historical/2026-01-31.json", q.URL.Path)}
	}
	day, err := d.Day(text)
	if err != nil {
		return api.Reply{}, named("not_available", err)
	}
	return d.table(q, day)
}

func (d dialect) table(q api.Question, day currency.Date) (api.Reply, error) {
	base, symbols, err := d.who(q, day)
	if err != nil {
		return api.Reply{}, err
	}
	t, err := d.Table(q.Context(), base, day, symbols)
	if err != nil {
		return api.Reply{}, named("not_available", err)
	}
	h, err := d.head(q, t)
	if err != nil {
		return api.Reply{}, err
	}
	if q.Query.Legacy() {
		t = t.Legacy(places)
	}
	return api.Rendered(struct {
		head
		Timestamp int64                        `json:"timestamp"`
		Base      currency.Code                `json:"base"`
		Rates     map[currency.Code]api.Number `json:"rates"`
	}{h, t.At.Unix(), t.Base, t.Rates}, t)
}

// who reads the base and the other currencies. Of these the original has some that are no currencies of ISO 4217, so one that
// is not known here is left out, as is one that has no rate, as long as any is left.
func (d dialect) who(q api.Question, day currency.Date) (base currency.Code, symbols []currency.Code, err error) {
	text, err := q.Query.One("base")
	if base = usual; err == nil && text != "" {
		base, err = d.Code(text, day)
	}
	if err != nil {
		return "", nil, named("invalid_base", err)
	}
	list, err := q.Query.One("symbols")
	symbols, unknown := d.Codes(list)
	if err == nil && len(symbols) == 0 && len(unknown) > 0 {
		err = fault.Because(fault.Invalid, "%.20q is no currency of ISO 4217: write symbols=USD,GBP", unknown[0])
	}
	return base, symbols, named("not_available", err)
}

// currencies lists what the latest table has.
func (d dialect) currencies(q api.Question) (api.Reply, error) {
	t, err := d.Table(q.Context(), usual, currency.Date{}, nil)
	if err != nil {
		return api.Reply{}, named("not_available", err)
	}
	return api.Rendered(d.Names(t), t)
}

func (d dialect) series(q api.Question) (api.Reply, error) {
	var days [2]currency.Date
	for i, name := range []string{"start", "end"} {
		text, err := q.Query.One(name)
		if err == nil {
			days[i], err = d.Day(text)
		}
		if err != nil {
			return api.Reply{}, named("not_available", fault.Because(fault.Invalid, "the parameter %s: %w", name, err))
		}
	}
	base, symbols, err := d.who(q, days[0])
	if err != nil {
		return api.Reply{}, err
	}
	tables, err := d.Tables(q.Context(), base, days[0], days[1], symbols)
	if err != nil {
		return api.Reply{}, named("not_available", err)
	}
	h, err := d.head(q, tables...)
	if err != nil {
		return api.Reply{}, err
	}
	if q.Query.Legacy() {
		for i, t := range tables {
			tables[i] = t.Legacy(places)
		}
	}
	return api.Rendered(struct {
		head
		Start currency.Date                           `json:"start_date"`
		End   currency.Date                           `json:"end_date"`
		Base  currency.Code                           `json:"base"`
		Rates map[string]map[currency.Code]api.Number `json:"rates"`
	}{h, days[0], days[1], base, api.ByDay(tables)}, tables...)
}

func (d dialect) convert(q api.Question) (api.Reply, error) {
	amount, err := api.Amount(q.PathValue("value"))
	if err != nil {
		return api.Reply{}, named("invalid_value", err)
	}
	from, err := d.Code(q.PathValue("from"), currency.Date{})
	if err != nil {
		return api.Reply{}, named("invalid_base", err)
	}
	to, err := d.Code(q.PathValue("to"), currency.Date{})
	if err != nil {
		return api.Reply{}, named("invalid_currency", err)
	}
	t, err := d.Table(q.Context(), from, currency.Date{}, []currency.Code{to})
	if err != nil {
		return api.Reply{}, named("not_available", err)
	}
	h, err := d.head(q, t)
	if err != nil {
		return api.Reply{}, err
	}
	if q.Query.Legacy() {
		t = t.Legacy(places)
	}
	result := t.Times(amount, to)
	if q.Query.Legacy() {
		result = result.Round(places)
	}
	type request struct {
		Query  string        `json:"query"`
		Amount api.Number    `json:"amount"`
		From   currency.Code `json:"from"`
		To     currency.Code `json:"to"`
	}
	type meta struct {
		Timestamp int64      `json:"timestamp"`
		Rate      api.Number `json:"rate"`
	}
	return api.Rendered(struct {
		head
		Request  request    `json:"request"`
		Meta     meta       `json:"meta"`
		Response api.Number `json:"response"`
	}{
		h, request{strings.TrimPrefix(q.URL.Path, "/api"), api.Number(amount), from, to}, meta{t.At.Unix(), t.Rates[to]}, result,
	}, t)
}

// usage says what is true of everyone: there is no plan and no quota, and nobody counts. The numbers that the original counts
// are left out, since any number would be read as a limit.
func (d dialect) usage(api.Question) (api.Reply, error) {
	type features struct {
		Base         bool `json:"base"`
		Symbols      bool `json:"symbols"`
		Experimental bool `json:"experimental"`
		Series       bool `json:"time-series"`
		Convert      bool `json:"convert"`
		BidAsk       bool `json:"bid-ask"`
		OHLC         bool `json:"ohlc"`
		Spot         bool `json:"spot"`
	}
	type plan struct {
		Name      string   `json:"name"`
		Quota     string   `json:"quota"`
		Frequency string   `json:"update_frequency"`
		Features  features `json:"features"`
	}
	type data struct {
		AppID  string   `json:"app_id"`
		Status string   `json:"status"`
		Plan   plan     `json:"plan"`
		Usage  struct{} `json:"usage"`
	}
	return api.Rendered(struct {
		Status int  `json:"status"`
		Data   data `json:"data"`
	}{http.StatusOK, data{
		AppID: "none is needed", Status: "active",
		Plan: plan{"Courant", "no limit", "as the sources publish", features{Base: true, Symbols: true, Series: true, Convert: true}},
	}})
}
