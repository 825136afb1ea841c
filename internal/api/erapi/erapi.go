// Package erapi answers in the dialect of exchangerate-api.com: version 6, open or with a key in the address, and version 4,
// which clients still ask. What the original answers is kept in shape; the figures are the ledger's, with every digit, and
// legacy=1 rounds them to six places as the original does. Errors have a status of HTTP and a word; a sentence stands beside.
//
// No key is needed; one of the other service in the address is not looked at. Start at [Mount].
package erapi

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Mount sets the routes /v4/latest/USD and, under /v6/, latest/USD and, behind a key, latest/USD, pair/EUR/GBP,
// pair/EUR/GBP/12.50, history/USD/2026/1/31 with or without an amount, and codes.
func Mount(mux *http.ServeMux, f *api.Face) {
	d := dialect{f}
	mux.Handle("/v4/latest/{base}", d.Answer(fail, nil, d.fourth))
	// One route: a key may be any word, so that /v6/latest/codes would else be two.
	mux.Handle("/v6/", keyless(d.Answer(fail, nil, d.sixth)))
}

type dialect struct{ *api.Face }

// places is to how many the original rounds.
const places = 6

// keyless puts a hyphen for the key in the address, so that the key is no part of what a kept reply is known by.
func keyless(h http.Handler) http.Handler {
	return api.Before(h, func(w http.ResponseWriter, r *http.Request) {
		first, rest, keyed := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v6/"), "/")
		if keyed && (first != "latest" || strings.Contains(rest, "/")) {
			asked, address := *r, *r.URL
			address.Path, address.RawPath = "/v6/-/"+rest, ""
			asked.URL = &address
			r = &asked
		}
		h.ServeHTTP(w, r)
	})
}

// problem is an error as the original names it.
type problem struct {
	word string
	err  error
}

func (p problem) Error() string { return p.err.Error() }
func (p problem) Unwrap() error { return p.err }

// The words for errors.
const (
	unsupported = "unsupported-code"
	malformed   = "malformed-request"
	noData      = "no-data-available"
)

// named names an error of the asker's; others, and none, stay as they are.
func named(word string, err error) error {
	if err == nil || fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.NotFound {
		return err
	}
	return problem{word, err}
}

func fail(w http.ResponseWriter, _ *http.Request, err error) {
	status, word := api.Status(err), strings.ReplaceAll(string(fault.KindOf(err)), " ", "-")
	switch status {
	case http.StatusUnauthorized:
		word = "invalid-key"
	case http.StatusTooManyRequests:
		word = "quota-reached"
	}
	if p, ok := errors.AsType[problem](err); ok {
		status, word = http.StatusNotFound, p.word
		if word == malformed {
			status = http.StatusBadRequest
		}
	}
	api.WriteJSON(w, status, struct {
		Result        string `json:"result"`
		Documentation string `json:"documentation"`
		Type          string `json:"error-type"`
		Info          string `json:"info"`
	}{"error", documentation, word, fault.Sentence(err)})
}

const documentation = "/api/"

// head is what every reply begins with.
type head struct {
	Result        string `json:"result"`
	Provider      string `json:"provider,omitempty"`
	Documentation string `json:"documentation"`
	Terms         string `json:"terms_of_use"`
}

func (d dialect) head(ctx context.Context, tables ...api.Table) (head, error) {
	credit, err := d.Credit(ctx, tables...)
	return head{Result: "success", Documentation: documentation, Terms: credit}, err
}

// times say how old a table is. The next update is 0 where nobody knows when it will be.
type times struct {
	LastUnix int64  `json:"time_last_update_unix"`
	Last     string `json:"time_last_update_utc"`
	NextUnix int64  `json:"time_next_update_unix"`
	Next     string `json:"time_next_update_utc"`
}

func (d dialect) times(ctx context.Context, t api.Table) times {
	next := d.Next(ctx, t.Sources)
	if next.IsZero() {
		next = time.Unix(0, 0)
	}
	return times{t.At.Unix(), t.At.UTC().Format(time.RFC1123Z), next.Unix(), next.UTC().Format(time.RFC1123Z)}
}

// table settles what is asked for in an address.
func (d dialect) table(q api.Question, base string, day currency.Date, quotes ...currency.Code) (api.Table, error) {
	code, err := d.Code(base, day)
	if err != nil {
		return api.Table{}, named(unsupported, err)
	}
	t, err := d.Table(q.Context(), code, day, quotes)
	if err == nil && q.Query.Legacy() {
		t = t.Legacy(places)
	}
	return t, named(noData, err)
}

// fourth answers in version 4, which has one table and one question.
func (d dialect) fourth(q api.Question) (api.Reply, error) {
	t, err := d.table(q, q.PathValue("base"), currency.Date{})
	if err != nil {
		return api.Reply{}, err
	}
	h, err := d.head(q.Context(), t)
	if err != nil {
		return api.Reply{}, err
	}
	return api.Rendered(struct {
		Provider string                       `json:"provider"`
		Terms    string                       `json:"terms"`
		Base     currency.Code                `json:"base"`
		Date     currency.Date                `json:"date"`
		Updated  int64                        `json:"time_last_updated"`
		Rates    map[currency.Code]api.Number `json:"rates"`
	}{provider, h.Terms, t.Base, t.Date, t.At.Unix(), t.Rates}, t)
}

const provider = "Courant"

// sixth answers in version 6.
func (d dialect) sixth(q api.Question) (api.Reply, error) {
	words := strings.Split(strings.TrimPrefix(q.URL.Path, "/v6/"), "/")
	if words[0] == "latest" && len(words) == 2 {
		return d.open(q, words[1])
	}
	if len(words) < 2 || slices.Contains(words, "") {
		return api.Reply{}, d.nowhere()
	}
	switch what, rest := words[1], words[2:]; {
	case what == "latest" && len(rest) == 1:
		return d.latest(q, rest[0])
	case what == "pair" && (len(rest) == 2 || len(rest) == 3):
		return d.pair(q, rest)
	case what == "history" && (len(rest) == 4 || len(rest) == 5):
		return d.history(q, rest)
	case what == "codes" && len(rest) == 0:
		return d.codes(q)
	}
	return api.Reply{}, d.nowhere()
}

func (d dialect) nowhere() error {
	return problem{malformed, fault.Because(fault.NotFound,
		"there is nothing at this address: write /v6/latest/USD, or /v6/KEY/ and then latest/USD, pair/EUR/GBP, history/USD/2026/1/31 or codes")}
}

// open is the table that the original gives to those who have no key.
func (d dialect) open(q api.Question, base string) (api.Reply, error) {
	t, err := d.table(q, base, currency.Date{})
	if err != nil {
		return api.Reply{}, err
	}
	h, err := d.head(q.Context(), t)
	if err != nil {
		return api.Reply{}, err
	}
	h.Provider = provider
	return api.Rendered(struct {
		head
		times
		End   int64                        `json:"time_eol_unix"` // when the service ends: not known to
		Base  currency.Code                `json:"base_code"`
		Rates map[currency.Code]api.Number `json:"rates"`
	}{h, d.times(q.Context(), t), 0, t.Base, t.Rates}, t)
}

// latest is the same table for those who have a key.
func (d dialect) latest(q api.Question, base string) (api.Reply, error) {
	t, err := d.table(q, base, currency.Date{})
	if err != nil {
		return api.Reply{}, err
	}
	h, err := d.head(q.Context(), t)
	if err != nil {
		return api.Reply{}, err
	}
	return api.Rendered(struct {
		head
		times
		Base  currency.Code                `json:"base_code"`
		Rates map[currency.Code]api.Number `json:"conversion_rates"`
	}{h, d.times(q.Context(), t), t.Base, t.Rates}, t)
}

// pair answers for a base, a target and perhaps an amount.
func (d dialect) pair(q api.Question, words []string) (api.Reply, error) {
	target, err := d.Code(words[1], currency.Date{})
	if err != nil {
		return api.Reply{}, named(unsupported, err)
	}
	t, err := d.table(q, words[0], currency.Date{}, target)
	if err != nil {
		return api.Reply{}, err
	}
	h, err := d.head(q.Context(), t)
	if err != nil {
		return api.Reply{}, err
	}
	reply := struct {
		head
		times
		Base   currency.Code `json:"base_code"`
		Target currency.Code `json:"target_code"`
		Rate   api.Number    `json:"conversion_rate"`
		Result *api.Number   `json:"conversion_result,omitempty"`
	}{head: h, times: d.times(q.Context(), t), Base: t.Base, Target: target, Rate: t.Rates[target]}
	if len(words) == 3 {
		amount, err := api.Amount(words[2])
		if err != nil {
			return api.Reply{}, named(malformed, err)
		}
		reply.Result = new(converted(q, t, amount, target))
	}
	return api.Rendered(reply, t)
}

// history answers for a base, a year, a month, a day and perhaps an amount.
func (d dialect) history(q api.Question, words []string) (api.Reply, error) {
	day, err := d.day(words[1], words[2], words[3])
	if err != nil {
		return api.Reply{}, named(malformed, err)
	}
	t, err := d.table(q, words[0], day)
	if err != nil {
		return api.Reply{}, err
	}
	h, err := d.head(q.Context(), t)
	if err != nil {
		return api.Reply{}, err
	}
	reply := struct {
		head
		Year    int                          `json:"year"`
		Month   int                          `json:"month"`
		Day     int                          `json:"day"`
		Base    currency.Code                `json:"base_code"`
		Rates   map[currency.Code]api.Number `json:"conversion_rates,omitempty"`
		Amount  *api.Number                  `json:"requested_amount,omitempty"`
		Amounts map[currency.Code]api.Number `json:"conversion_amounts,omitempty"`
	}{head: h, Year: day.Year, Month: day.Month, Day: day.Day, Base: t.Base}
	if len(words) == 4 {
		reply.Rates = t.Rates
		return api.Rendered(reply, t)
	}
	amount, err := api.Amount(words[4])
	if err != nil {
		return api.Reply{}, named(malformed, err)
	}
	reply.Amount, reply.Amounts = new(api.Number(amount)), map[currency.Code]api.Number{}
	for code := range t.Rates {
		reply.Amounts[code] = converted(q, t, amount, code)
	}
	return api.Rendered(reply, t)
}

// converted is an amount in another currency: exactly, or in the legacy manner.
func converted(q api.Question, t api.Table, amount currency.Decimal, code currency.Code) api.Number {
	result := t.Times(amount, code)
	if q.Query.Legacy() {
		return result.Round(places)
	}
	return result
}

// day reads a day whose month and day may have one digit.
func (d dialect) day(year, month, day string) (currency.Date, error) {
	two := func(digits string) string { return strings.Repeat("0", max(0, 2-len(digits))) + digits }
	return d.Day(year + "-" + two(month) + "-" + two(day))
}

// codes lists what the latest table has.
func (d dialect) codes(q api.Question) (api.Reply, error) {
	t, err := d.table(q, "USD", currency.Date{})
	if err != nil {
		return api.Reply{}, err
	}
	h, err := d.head(q.Context(), t)
	if err != nil {
		return api.Reply{}, err
	}
	names := d.Names(t)
	var codes [][2]string
	for _, code := range slices.Sorted(maps.Keys(names)) {
		codes = append(codes, [2]string{string(code), names[code]})
	}
	return api.Rendered(struct {
		head
		Codes [][2]string `json:"supported_codes"`
	}{h, codes}, t)
}
