package frankfurter

import (
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// one returns a parameter that may stand once; empty where it does not.
func one(q api.Query, name string) (string, error) {
	switch all := q.Values[name]; len(all) {
	case 0:
		return "", nil
	case 1:
		return all[0], nil
	default:
		return "", fault.Because(fault.Invalid, "%s stands %d times: give it once, a list with commas", name, len(all))
	}
}

// list splits a list with commas.
func list(text string) []string {
	var all []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			all = append(all, item)
		}
	}
	return all
}

// legacy says whether the original's rounding is wanted.
func legacy(q api.Query) (bool, error) {
	text, err := one(q, "legacy")
	if err != nil {
		return false, err
	}
	switch text {
	case "", "0":
		return false, nil
	case "1":
		return true, nil
	}
	return false, fault.Because(fault.Invalid, "invalid legacy: 1 restores the original's rounding, 0 does not")
}

// day reads a date such as 2026-04-13; the zero time where there is none.
func day(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	date, err := currency.ParseDate(text)
	if err != nil || date.Day == 0 {
		return time.Time{}, fault.Because(fault.Invalid, "invalid date")
	}
	return date.First(), nil
}

// money is what version 1 is asked: an amount of one currency in others.
type money struct {
	base    currency.Code
	symbols []currency.Code // nil: all there are
	amount  currency.Decimal
	unit    bool // the amount is one: what is asked for are rates
	legacy  bool
}

// maxAmount is the number of characters of an amount: nobody has more.
const maxAmount = 30

// money reads the query of version 1, which ignores what it does not know.
func (f *face) money(q api.Query) (money, error) {
	for name := range q.Values {
		if strings.ContainsAny(name, "[]") {
			return money{}, fault.Because(fault.Invalid, "%.40s is no parameter: write a list with commas, as symbols=USD,GBP", name)
		}
	}
	var m money
	var err error
	given := map[string]string{}
	for _, name := range []string{"from", "base", "to", "symbols", "amount"} {
		if given[name], err = one(q, name); err != nil {
			return money{}, err
		}
	}
	if m.legacy, err = legacy(q); err != nil {
		return money{}, err
	}
	base := given["base"]
	if q.Has("from") {
		base = given["from"]
	}
	symbols, named := given["symbols"], q.Has("symbols")
	if q.Has("to") {
		symbols, named = given["to"], true
	}
	m.amount = currency.DecimalFromInt(1)
	if q.Has("amount") {
		m.amount, err = currency.ParseDecimal(given["amount"])
		if err != nil || m.amount.Sign() <= 0 || len(m.amount.String()) > maxAmount {
			return money{}, fault.Because(fault.Invalid, "invalid amount")
		}
	}
	m.unit = m.amount.Equal(currency.DecimalFromInt(1))
	if (q.Has("from") || q.Has("base")) && named && strings.EqualFold(strings.Join(list(symbols), ","), base) {
		return money{}, fault.Because(fault.Invalid, "bad currency pair")
	}
	if m.base = "EUR"; q.Has("from") || q.Has("base") {
		if m.base, err = f.code(base); err != nil {
			return money{}, errNothing
		}
	}
	if named {
		m.symbols = []currency.Code{}
		for _, text := range list(symbols) {
			if code, err := f.code(text); err == nil && code != m.base && !slices.Contains(m.symbols, code) {
				m.symbols = append(m.symbols, code)
			}
		}
		if len(m.symbols) == 0 {
			return money{}, errNothing
		}
	}
	return m, nil
}

// code reads the code of a currency that there is.
func (f *face) code(text string) (currency.Code, error) {
	code, err := currency.ParseCode(text)
	if err == nil {
		_, err = f.Ledger().Currencies().Currency(code)
	}
	return code, err
}

// format is how rows are written.
type format int

const (
	inJSON format = iota
	inCSV
	inLines // a JSON object on each line
)

// rates is what version 2 is asked.
type rates struct {
	base           currency.Code
	quotes         []currency.Code   // nil: all there are
	providers      []market.SourceID // nil: all there are
	date, from, to time.Time         // midnights; zero where not given
	group          string            // "", "week" or "month"
	expand, legacy bool
	format         format
}

// known are the parameters of version 2's rates.
var known = []string{"base", "quotes", "providers", "date", "from", "to", "group", "expand", "legacy"}

// rates reads the query of version 2 and refuses in the original's order and words.
func (f *face) rates(q api.Question) (rates, error) {
	var unknown []string
	given := map[string]string{}
	for name := range q.Query.Values {
		if !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	if slices.Sort(unknown); len(unknown) > 0 {
		return rates{}, fault.Because(fault.Invalid, "unknown parameter: %.200s", strings.Join(unknown, ", "))
	}
	var err error
	for _, name := range known {
		if given[name], err = one(q.Query, name); err != nil {
			return rates{}, err
		}
	}
	a := rates{base: "EUR", group: strings.ToLower(given["group"])}
	for name, at := range map[string]*time.Time{"date": &a.date, "from": &a.from, "to": &a.to} {
		if *at, err = day(given[name]); err != nil {
			return rates{}, err
		}
	}
	if a.legacy, err = legacy(q.Query); err != nil {
		return rates{}, err
	}
	switch {
	case !a.date.IsZero() && !(a.from.IsZero() && a.to.IsZero()):
		return rates{}, fault.Because(fault.Invalid, "conflicting params")
	case a.from.IsZero() && !a.to.IsZero():
		return rates{}, fault.Because(fault.Invalid, "to needs from: ask from=2026-01-31&to=%s, or date=%s for that day",
			given["to"], given["to"])
	case a.group != "" && a.group != "week" && a.group != "month":
		return rates{}, fault.Because(fault.Invalid, "invalid group")
	case a.group != "" && a.from.IsZero():
		return rates{}, fault.Because(fault.Invalid, "group needs a range of days: add from=2026-01-31")
	}
	var wrong []string
	for _, text := range list(strings.ToLower(given["expand"])) {
		if text != "providers" {
			wrong = append(wrong, text)
		}
		a.expand = true
	}
	if len(wrong) > 0 {
		return rates{}, fault.Because(fault.Invalid, "invalid expand: %.200s", strings.Join(wrong, ","))
	}
	a.base, a.quotes, err = f.codes(given["base"], given["quotes"], q.Query.Has("quotes"))
	if err != nil {
		return rates{}, err
	}
	if q.Query.Has("providers") {
		a.providers = sources(given["providers"])
	}
	a.format = formatOf(q)
	return a, nil
}

// codes reads the currencies of a question to version 2; base may be empty, which is the euro.
func (f *face) codes(base, quotes string, named bool) (currency.Code, []currency.Code, error) {
	var wrong []string
	read := func(text string) currency.Code {
		code, err := f.code(text)
		if err != nil {
			wrong = append(wrong, strings.ToUpper(text))
		}
		return code
	}
	from := currency.Code("EUR")
	if base != "" {
		from = read(base)
	}
	var to []currency.Code
	if named {
		to = []currency.Code{}
	}
	for _, text := range list(quotes) {
		if code := read(text); !slices.Contains(to, code) {
			to = append(to, code)
		}
	}
	if len(wrong) > 0 {
		return "", nil, fault.Because(fault.Invalid, "invalid currency: %.200s", strings.Join(wrong, ","))
	}
	return from, to, nil
}

// sources reads keys of providers, which are the sources' names in capital letters.
func sources(text string) []market.SourceID {
	ids := []market.SourceID{}
	for _, key := range list(text) {
		ids = append(ids, market.SourceID(strings.ToLower(key)))
	}
	return ids
}

// key is what a source is called here.
func key(id market.SourceID) string { return strings.ToUpper(string(id)) }

// formatOf says how an answer is wanted: by the path's extension, else by the header Accept.
func formatOf(q api.Question) format {
	accept := strings.Join(q.Header["Accept"], ",")
	switch path := q.URL.Path; {
	case strings.HasSuffix(path, ".csv"):
		return inCSV
	case strings.HasSuffix(path, ".ndjson"):
		return inLines
	case strings.HasSuffix(path, ".json"), strings.HasSuffix(path, ".xml"): // there is no XML here, nor was there
		return inJSON
	case strings.Contains(accept, "text/csv"):
		return inCSV
	case strings.Contains(accept, "application/x-ndjson"):
		return inLines
	}
	return inJSON
}
