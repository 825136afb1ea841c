package frankfurter

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	symbols "golang.org/x/text/currency"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
	"github.com/courant-news/courant/internal/wire/provider"
)

// For how long a currency counts as quoted after it was last, and for how long what is known of all of them is kept: it
// takes reading every number that there is, and changes once a day. A tied currency that was retired is still money to
// some for years.
const (
	active  = 30 * 24 * time.Hour
	keep    = time.Hour
	retired = 5 * 365 * 24 * time.Hour
)

// about knows from when to when each source has spoken of each currency.
type about struct {
	*face
	mu   sync.Mutex
	at   time.Time
	have []market.Coverage
}

// coverage is what each source has, at most an hour old.
func (a *about) coverage(ctx context.Context) ([]market.Coverage, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.Now()
	if a.have != nil && now.Sub(a.at) < keep {
		return a.have, nil
	}
	have, err := a.Ledger().Coverage(ctx)
	if err != nil {
		return nil, err
	}
	a.have, a.at = have, now
	return have, nil
}

// described is a currency as version 2 describes it.
type described struct {
	Code    currency.Code `json:"iso_code"`
	Numeric string        `json:"iso_numeric"`
	Name    string        `json:"name"`
	Symbol  string        `json:"symbol"`
	Start   currency.Date `json:"start_date"`
	End     currency.Date `json:"end_date"`
}

// peg is what fixes a currency, as version 2 describes it.
type peg struct {
	Base      currency.Code `json:"base"`
	Rate      api.Number    `json:"rate"`
	Authority string        `json:"authority"`
}

// days are from when to when something was said.
type days struct{ first, last time.Time }

func (d days) with(c market.Coverage) days {
	if d.first.IsZero() || c.First.Before(d.first) {
		d.first = c.First
	}
	if c.Last.After(d.last) {
		d.last = c.Last
	}
	return d
}

// quoted are the currencies that some sources have, of which all where none is named.
func quoted(have []market.Coverage, of []market.SourceID) map[currency.Code]days {
	codes := map[currency.Code]days{}
	for _, c := range have {
		if of == nil || slices.Contains(of, c.Source) {
			codes[c.Code] = codes[c.Code].with(c)
		}
	}
	return codes
}

// tied are the currencies that nobody quotes and that are fixed to one that is quoted, with the days on which both held.
func (f *face) tied(codes map[currency.Code]days) map[currency.Code]days {
	now := f.Now()
	all := map[currency.Code]days{}
	for _, c := range f.Ledger().Currencies().Currencies() {
		p, ok := f.Ledger().Currencies().PegOn(c.Code, now)
		anchor, known := codes[p.Anchor]
		if _, has := codes[c.Code]; has || !ok || !known || !p.Hard() || c.RetiredOn(now.Add(-retired)) {
			continue
		}
		if since := p.Since.First(); since.After(anchor.first) {
			anchor.first = since
		}
		all[c.Code] = anchor
	}
	return all
}

// describe is what version 2 says of a currency.
func (f *face) describe(code currency.Code, d days) described {
	c, err := f.Ledger().Currencies().Currency(code)
	if err != nil {
		c = currency.Currency{Code: code, Name: string(code)} // the ledger takes no such currency
	}
	return described{code, c.Numeric, c.Name, symbol(code), currency.DateOf(d.first), currency.DateOf(d.last)}
}

// symbol is the sign of a currency in the Unicode CLDR, the narrow one; its code where it has none.
func symbol(code currency.Code) string {
	unit, err := symbols.ParseISO(string(code))
	if err != nil {
		return string(code)
	}
	return fmt.Sprint(symbols.NarrowSymbol(unit))
}

// v2Currencies answers /v2/currencies: those quoted of late and those tied to them; with scope=all also those no longer
// quoted; with providers all that these ever quoted.
func (f *face) v2Currencies(q api.Question) (api.Reply, error) {
	scope, err := one(q.Query, "scope")
	if err != nil {
		return api.Reply{}, err
	}
	if scope != "" && scope != "all" {
		return api.Reply{}, fault.Because(fault.Invalid, "invalid scope: all adds the currencies that are no longer quoted")
	}
	providers, err := one(q.Query, "providers")
	if err != nil {
		return api.Reply{}, err
	}
	have, err := f.about.coverage(q.Context())
	if err != nil {
		return api.Reply{}, err
	}
	var codes map[currency.Code]days
	if q.Query.Has("providers") {
		codes = quoted(have, sources(providers))
	} else {
		codes = quoted(have, nil)
		tied := f.tied(codes)
		if scope == "" {
			maps.DeleteFunc(codes, func(_ currency.Code, d days) bool { return d.last.Before(f.today().Add(-active)) })
			maps.DeleteFunc(tied, func(_ currency.Code, d days) bool { return d.last.Before(f.today().Add(-active)) })
		}
		maps.Copy(codes, tied)
	}
	all := []described{}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		all = append(all, f.describe(code, codes[code]))
	}
	if formatOf(q) == inCSV {
		return currenciesCSV(all)
	}
	r, err := encoded(all)
	r.Header = varies()
	return r, err
}

// currenciesCSV writes currencies as a table.
func currenciesCSV(all []described) (api.Reply, error) {
	var text strings.Builder
	w := csv.NewWriter(&text)
	w.Write([]string{"iso_code", "iso_numeric", "name", "symbol", "start_date", "end_date"})
	for _, d := range all {
		w.Write([]string{string(d.Code), d.Numeric, d.Name, d.Symbol, d.Start.String(), d.End.String()})
	}
	w.Flush()
	return api.Reply{Body: []byte(text.String()), ContentType: "text/csv; charset=utf-8", Header: varies()}, w.Error()
}

// v2Currency answers /v2/currency/AED: with who quotes it, and with what fixes it.
func (f *face) v2Currency(q api.Question) (api.Reply, error) {
	code, err := f.code(q.PathValue("code"))
	if err != nil {
		return api.Reply{}, errNothing
	}
	have, err := f.about.coverage(q.Context())
	if err != nil {
		return api.Reply{}, err
	}
	codes := quoted(have, nil)
	d, ok := codes[code]
	if !ok {
		if d, ok = f.tied(codes)[code]; !ok {
			return api.Reply{}, errNothing
		}
	}
	reply := struct {
		described
		Providers []string `json:"providers"`
		Peg       *peg     `json:"peg,omitempty"`
	}{described: f.describe(code, d), Providers: []string{}}
	for _, c := range have {
		if c.Code == code {
			reply.Providers = append(reply.Providers, key(c.Source))
		}
	}
	if p, ok := f.Ledger().Currencies().PegOn(code, f.Now()); ok && p.Hard() {
		reply.Peg = &peg{p.Anchor, api.Number(p.Rate), p.Authority}
	}
	r, err := encoded(reply)
	r.Header = varies()
	return r, err
}

// publisher is a source as version 2 describes it. What is not known is null.
type publisher struct {
	Key        string          `json:"key"`
	Name       string          `json:"name"`
	Country    *string         `json:"country_code"`
	Kind       *string         `json:"rate_type"`
	Pivot      *currency.Code  `json:"pivot_currency"`
	Data       *string         `json:"data_url"`
	Terms      *string         `json:"terms_url"`
	Start      currency.Date   `json:"start_date"`
	End        currency.Date   `json:"end_date"`
	Cadence    *string         `json:"publish_cadence"`
	Missed     int             `json:"publishes_missed"`
	Currencies []currency.Code `json:"currencies"`
}

// v2Providers answers /v2/providers: the sources of which there is anything.
func (f *face) v2Providers(q api.Question) (api.Reply, error) {
	have, err := f.about.coverage(q.Context())
	if err != nil {
		return api.Reply{}, err
	}
	known, err := f.Ledger().Known(q.Context())
	if err != nil {
		return api.Reply{}, err
	}
	all := []publisher{}
	for len(have) > 0 {
		n := 1
		for n < len(have) && have[n].Source == have[0].Source {
			n++
		}
		all, have = append(all, f.publisher(known[have[0].Source], have[:n])), have[n:]
	}
	slices.SortFunc(all, func(a, b publisher) int { return cmp.Compare(a.Key, b.Key) })
	r, err := encoded(all)
	r.Header = varies()
	return r, err
}

// publisher describes a source by what it has, which is not empty and by code.
func (f *face) publisher(s market.Source, have []market.Coverage) publisher {
	p := publisher{Key: key(s.ID), Name: s.Name, Data: unlessEmpty(s.Home), Pivot: unlessEmpty(s.Issuer)}
	var all days
	for _, c := range have {
		all = all.with(c)
		p.Currencies = append(p.Currencies, c.Code)
	}
	p.Start, p.End = currency.DateOf(all.first), currency.DateOf(all.last)
	// The first two letters of a code are those of its country in ISO 3166, but for what several share (XOF) or weigh (XAU).
	if s.Issuer != "" && s.Issuer[0] != 'X' {
		p.Country = unlessEmpty(string(s.Issuer[:2]))
	}
	list := provider.All()
	if i := slices.IndexFunc(list, func(p wire.Provider) bool { return p.Source.ID == s.ID }); i >= 0 {
		cadence := "daily"
		if len(list[i].Schedule.Days) == 1 {
			cadence = "weekly"
		}
		p.Kind, p.Cadence = unlessEmpty(list[i].Kind), &cadence
	}
	if late := f.Now().Sub(all.last.Add(s.Fresh)); late > 0 && s.Fresh > 0 {
		p.Missed = int((late + 24*time.Hour - 1) / (24 * time.Hour))
	}
	return p
}

// unlessEmpty is null for what is not known.
func unlessEmpty[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}
