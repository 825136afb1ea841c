package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Table is what one unit of a currency was worth in others on a day: what the older services of this kind all answer with,
// each in clothes of its own.
type Table struct {
	Base    currency.Code
	Date    currency.Date            // the day that was asked for; of the latest, the day of its newest rate
	At      time.Time                // of which moment the newest of its rates speaks
	Rates   map[currency.Code]Number // units for one Base; Base itself, at 1, among them
	Sources []market.SourceID        // whose numbers they are, sorted

	past bool      // it is about a day gone by
	seen time.Time // when the youngest of its numbers was learnt
}

// Limits of a table.
const (
	carried    = 14 * 24 * time.Hour // for how long a rate that its source no longer calls current is carried on
	mostDigits = 32                  // of an amount
	MostDays   = 366                 // of a range: a year
)

// Table settles the currencies asked for, or all for none, against a base on a day, or now for the zero Date. There is no
// date beside each rate, so what is long out of date is left out: a rate that its source no longer calls current and that
// is more than fourteen days older than the day, or, of the latest, than the newest rate that is known. So are currencies
// that were no money any more. The error is fault.NotFound where nothing is left.
func (f *Face) Table(ctx context.Context, base currency.Code, day currency.Date, symbols []currency.Code) (Table, error) {
	values, err := f.ledger.Values(ctx, base, f.asOf(day))
	if err != nil {
		return Table{}, err
	}
	t := Table{Base: base, Date: day, Rates: make(map[currency.Code]Number, len(values.All)+1), past: f.past(day)}
	wanted := func(code currency.Code) bool { return len(symbols) == 0 || slices.Contains(symbols, code) }
	until := values.AsOf.At
	if day.IsZero() {
		until = values.Newest
	}
	for _, v := range values.All {
		if outdated := v.Stale && until.Sub(v.At) > carried; outdated || !wanted(v.Quote) || !f.money(v.Quote, values.AsOf.At) {
			continue
		}
		t.Rates[v.Quote] = Number(v.Value)
		if !slices.Contains(t.Sources, v.Source) {
			t.Sources = append(t.Sources, v.Source)
		}
		if v.Seen.After(t.seen) {
			t.seen = v.Seen
		}
		if v.Source != market.TableID && v.At.After(t.At) { // a law speaks of every day since it was made
			t.At = v.At
		}
	}
	if len(t.Rates) == 0 && !slices.Contains(symbols, base) {
		return Table{}, fault.Because(fault.NotFound, "nobody who may be quoted here has said what %s was worth %s", base, onDay(day))
	}
	if t.At.IsZero() {
		t.At = values.AsOf.At
	}
	if day.IsZero() {
		t.Date = currency.DateOf(t.At)
	}
	if wanted(base) {
		t.Rates[base] = Number(currency.DecimalFromInt(1))
	}
	slices.Sort(t.Sources)
	return t, nil
}

// Tables settles every day from one to another, both included, as [Face.Table] does; days of which nothing is known are
// left out. The error is fault.Invalid for a range that runs backwards or is longer than a year, and fault.NotFound where no
// day is left.
func (f *Face) Tables(ctx context.Context, base currency.Code, from, to currency.Date, symbols []currency.Code) ([]Table, error) {
	switch days := Days(from, to); {
	case days < 1:
		return nil, fault.Because(fault.Invalid, "the range ends on %s, before it begins on %s", to, from)
	case days > MostDays:
		return nil, fault.Because(fault.Invalid, "a range of %d days: %d are the most; ask for one year after the other", days, MostDays)
	}
	var tables []Table
	for at := from.First(); at.Before(to.End()); at = at.AddDate(0, 0, 1) {
		t, err := f.Table(ctx, base, currency.DateOf(at), symbols)
		if err == nil {
			tables = append(tables, t)
		} else if fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
	}
	if len(tables) == 0 {
		return nil, fault.Because(fault.NotFound, "nobody who may be quoted here has said what %s was worth from %s to %s", base, from, to)
	}
	return tables, nil
}

// Days counts the days of a range, the first and the last among them.
func Days(from, to currency.Date) int { return int(to.End().Sub(from.First()) / (24 * time.Hour)) }

// Legacy is the table as the original would have rounded it: half to even to so many places, without trailing zeros.
func (t Table) Legacy(places int) Table {
	rounded := make(map[currency.Code]Number, len(t.Rates))
	for code, n := range t.Rates {
		rounded[code] = n.Round(places)
	}
	t.Rates = rounded
	return t
}

// Round rounds half to even to so many places after the point, without trailing zeros.
func (n Number) Round(places int) Number {
	d := currency.Decimal(n)
	if d.Places() <= places {
		return Number(d.Trim())
	}
	return Number(d.RoundPlaces(places).Trim())
}

// Times is an amount of the base in another currency of the table, exactly.
func (t Table) Times(amount currency.Decimal, code currency.Code) Number {
	return Number(amount.Mul(currency.Decimal(t.Rates[code])))
}

// ByDay puts the rates of some tables under their days.
func ByDay(tables []Table) map[string]map[currency.Code]Number {
	days := make(map[string]map[currency.Code]Number, len(tables))
	for _, t := range tables {
		days[t.Date.String()] = t.Rates
	}
	return days
}

// money says whether a code is in ISO 4217 and was money at a moment: the originals have no others.
func (f *Face) money(code currency.Code, at time.Time) bool {
	c, err := f.ledger.Currencies().Currency(code)
	return err == nil && c.ISO != "not in ISO 4217" && !c.RetiredOn(at)
}

// asOf is the end of a day, or now where it has not ended.
func (f *Face) asOf(day currency.Date) market.AsOf {
	if !f.past(day) {
		return market.AsOf{}
	}
	return market.AsOf{At: day.End().Add(-time.Microsecond)}
}

// past says whether a day has gone by.
func (f *Face) past(day currency.Date) bool { return !day.IsZero() && !day.End().After(f.Now()) }

func onDay(day currency.Date) string {
	if day.IsZero() {
		return "lately"
	}
	return "on " + day.String()
}

// Code reads the code of a currency that was money on a day, or is now for the zero Date. The error is fault.Invalid.
func (f *Face) Code(text string, day currency.Date) (currency.Code, error) {
	code, err := currency.ParseCode(text)
	if err != nil {
		return "", fault.Because(fault.Invalid, "%.20q is no currency: write a code of ISO 4217, as EUR", text)
	}
	at := f.Now()
	if f.past(day) {
		at = day.First()
	}
	if !f.money(code, at) {
		return "", fault.Because(fault.Invalid, "%s was no currency of ISO 4217 %s", code, onDay(day))
	}
	return code, nil
}

// Codes reads a list of codes with commas between, and returns apart what is no code of ISO 4217. An empty text is an empty
// list.
func (f *Face) Codes(list string) (known []currency.Code, unknown []string) {
	if list == "" {
		return nil, nil
	}
	for text := range strings.SplitSeq(list, ",") {
		code, err := currency.ParseCode(strings.TrimSpace(text))
		if err != nil || !f.money(code, time.Time{}) { // at the beginning of time nothing had been retired
			unknown = append(unknown, text)
		} else {
			known = append(known, code)
		}
	}
	return known, unknown
}

// Day reads a day such as 2026-01-31 that has begun somewhere on earth. The error is fault.Invalid.
func (f *Face) Day(text string) (currency.Date, error) {
	const ahead = 14 * time.Hour // by which a day begins on Kiribati before it does in UTC
	day, err := currency.ParseDate(text)
	if err != nil || day.Day == 0 {
		return currency.Date{}, fault.Because(fault.Invalid, "%.20q is no day: write it as 2026-01-31", text)
	}
	if day.First().After(f.Now().Add(ahead)) {
		return currency.Date{}, fault.Because(fault.Invalid, "%s has not come yet", day)
	}
	return day, nil
}

// Amount reads a number above zero. The error is fault.Invalid.
func Amount(text string) (currency.Decimal, error) {
	amount, err := currency.ParseDecimal(text)
	if err != nil || len(text) > mostDigits || amount.Sign() <= 0 {
		return currency.Decimal{}, fault.Because(fault.Invalid,
			"%.40q is no amount: write a number above zero with a point, of at most %d characters, as 12.50", text, mostDigits)
	}
	return amount, nil
}

// One is a parameter's value; the error is fault.Invalid where it is given twice, or as a list in the manner of PHP, which
// would else go unheeded.
func (q Query) One(name string) (string, error) {
	if len(q.Values[name]) > 1 || q.Has(name+"[]") {
		return "", fault.Because(fault.Invalid, "the parameter %s is given more than once: once is enough, with commas within", name)
	}
	return q.Get(name), nil
}

// Legacy says whether the original's rounding is asked for.
func (q Query) Legacy() bool { return q.Get("legacy") == "1" }

// Without keeps parameters from h that count for nothing here, such as the keys of other services: they are not looked at,
// and are no part of what a kept reply is known by.
func Without(h http.Handler, names ...string) http.Handler {
	return Before(h, func(w http.ResponseWriter, r *http.Request) {
		values, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil || len(r.URL.RawQuery) > maxQuery {
			h.ServeHTTP(w, r) // which says so
			return
		}
		for _, name := range names {
			values.Del(name)
		}
		without, address := *r, *r.URL
		address.RawQuery = values.Encode()
		without.URL = &address
		h.ServeHTTP(w, &without)
	})
}

// Names are the names of a table's currencies, in English.
func (f *Face) Names(t Table) map[currency.Code]string {
	names := make(map[currency.Code]string, len(t.Rates))
	for code := range t.Rates {
		names[code] = f.ledger.Currencies().Name(code, "en")
	}
	return names
}

// Credit names the sources of some tables in a sentence, in the words that their terms want.
func (f *Face) Credit(ctx context.Context, tables ...Table) (string, error) {
	return f.CreditOf(ctx, sourcesOf(tables))
}

// CreditOf names some sources in a sentence, in the words that their terms want.
func (f *Face) CreditOf(ctx context.Context, sources []market.SourceID) (string, error) {
	known, err := f.ledger.Known(ctx)
	if err != nil {
		return "", fmt.Errorf("name the sources: %w", err)
	}
	var words []string
	for _, id := range sources {
		words = append(words, strings.TrimPrefix(known[id].Credit(), "Source: ")) // which the sentence says itself
	}
	if len(words) == 0 {
		return "No source's numbers stand here.", nil
	}
	return "Sources: " + strings.Join(words, "; ") + ".", nil
}

// Next is when one of some sources can next be expected to publish; zero where that is not known.
func (f *Face) Next(ctx context.Context, sources []market.SourceID) time.Time {
	if f.o.Next == nil || len(sources) == 0 {
		return time.Time{}
	}
	return f.o.Next(ctx, sources)
}

// Rendered is a reply in JSON that rests on some tables.
func Rendered(v any, tables ...Table) (Reply, error) {
	body, err := encode(v)
	if err != nil {
		return Reply{}, fmt.Errorf("write the reply: %w", err)
	}
	reply := Reply{Body: body, Sources: sourcesOf(tables), Lasting: len(tables) > 0}
	for _, t := range tables {
		reply.Lasting = reply.Lasting && t.past
		if t.seen.After(reply.Modified) {
			reply.Modified = t.seen
		}
	}
	if !reply.Lasting {
		reply.Modified = time.Time{} // a currency may retire without anybody having said anything new
	}
	return reply, nil
}

// WriteJSON writes an error's body, as dialects word it.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	body, err := encode(v)
	if err != nil {
		http.Error(w, "the error cannot be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", JSON)
	w.WriteHeader(status)
	w.Write(body) // an error here is a client who left
}

// encode writes JSON with < and & as they are: nobody reads it as HTML.
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return out.Bytes(), err
}

func sourcesOf(tables []Table) []market.SourceID {
	var all []market.SourceID
	for _, t := range tables {
		all = append(all, t.Sources...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
