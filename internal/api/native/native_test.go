package native_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/api/native"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/store/storetest"
	"github.com/courant-news/courant/internal/web"
)

// The moments of the tests: the interface is asked on 5 February 2026.
var (
	friday  = time.Date(2026, 1, 30, 0, 0, 0, 0, time.UTC)
	monday  = time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	learnt  = time.Date(2026, 2, 2, 16, 5, 0, 0, time.UTC)
	reading = time.Date(2026, 2, 5, 12, 0, 0, 0, time.UTC)
)

var (
	bank = market.Source{
		ID: "bank", Name: "Central Bank", Kind: market.Official, Home: "https://bank.example/rates", Licence: "free with attribution",
		Attribution: "Source: Central Bank", Note: "One table a day.", Fresh: 96 * time.Hour, Terms: market.Free, Issuer: "EUR",
	}
	club   = market.Source{ID: "club", Name: "A collection", Kind: market.Dataset, Fresh: 96 * time.Hour, Terms: market.Free, Licence: "CC0-1.0"}
	closed = market.Source{ID: "closed", Name: "Closed House", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.ShowOnly}
)

// house is the interface over a store of its own.
type house struct {
	*httptest.Server
	db       *store.DB
	mux      *http.ServeMux
	ledger   *market.Ledger
	newsroom *news.Newsroom
	stream   *web.Stream
}

func empty(t testing.TB, o native.Options) *house {
	t.Helper()
	return read(t, storetest.Open(t), reading, o)
}

// read is a house over what is in a store, at a moment.
func read(t testing.TB, db *store.DB, at time.Time, o native.Options) *house {
	t.Helper()
	now := func() time.Time { return at }
	b := bus.New()
	h := &house{db: db, mux: http.NewServeMux(), ledger: market.NewLedger(db, b, market.LedgerOptions{Now: now})}
	h.newsroom = news.NewNewsroom(db, h.ledger, b, now)
	if o.Paper == nil {
		o.Paper = news.NewPaper(db)
	}
	h.stream = native.Mount(h.mux, api.New(h.ledger, b, api.Options{Now: now}), o)
	h.Server = httptest.NewServer(h.mux)
	t.Cleanup(h.Close)
	return h
}

func said(source market.Source, symbol market.Symbol, value string, at time.Time) market.Observation {
	return market.NewObservation(symbol, market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: at.Add(16*time.Hour + 5*time.Minute)}, source.ID, "line 7")
}

// full knows two days of one bank, one of a collection, and what may not be passed on.
func full(t testing.TB, o native.Options) *house {
	t.Helper()
	h := empty(t, o)
	h.record(t, []market.Source{bank, club, closed},
		said(bank, "EUR/USD", "1.1800", friday), said(bank, "EUR/USD", "1.1859", monday), said(bank, "EUR/JPY", "184.20", monday),
		said(bank, "EUR/IDR", "19873.13", monday), said(bank, "EUR/BGN", "1.95583", friday), said(bank, "XAU/EUR", "4123.4", monday),
		said(club, "EUR/USD", "1.186127", monday), said(club, "EUR/NOK", "11.43", monday),
		said(closed, "EUR/USD", "1.1777", monday), said(closed, "EUR/RUB", "90.5", monday))
	h.shares(t)
	h.file(t, strait())
	return h
}

// price is a field of a share's quote.
func price(source market.Source, listing market.Symbol, field market.Field, value string, at time.Time) market.Observation {
	return market.NewObservation(listing, field, currency.MustDecimal(value), market.Moment{At: at, Seen: at.Add(16*time.Hour + 5*time.Minute)}, source.ID, "line 8")
}

// shares are some whose prices may be passed on, and one that may only be shown; of one there are bars.
func (h *house) shares(t testing.TB) {
	t.Helper()
	h.record(t, []market.Source{bank, club, closed},
		price(bank, "XNYS:BP", market.Last, "37.37", monday), price(bank, "XNYS:BP", market.Change, "-0.5100", monday), price(bank, "XNYS:BP", market.Percent, "-1.36", monday),
		price(bank, "XNYS:BP", market.HighPrice, "38.00", monday), price(bank, "XNYS:BP", market.Volume, "0", monday), price(club, "XNYS:BP", market.Last, "37.40", monday),
		price(closed, "XNYS:BP", market.Last, "37.41", monday), price(closed, "XLON:RKT", market.Last, "6010", monday),
		price(bank, "OTCM:RBGPF", market.Last, "82.49", friday), price(bank, "OTCM:RBGPF", market.Last, "83.325", monday),
		price(bank, "XNYS:SCS", market.Last, "16.14", monday), price(bank, "XLON:RR.", market.Last, "1204.50", monday), price(bank, "XLON:RR.", market.PreviousClose, "1192.00", monday))
	var bars []market.Bar
	for i, day := range []time.Time{friday, monday} {
		at := func(text string) currency.Decimal {
			return currency.MustDecimal(text).Add(currency.DecimalFromInt(int64(i)))
		}
		bars = append(bars, market.Bar{
			Symbol: "XNYS:BP", Interval: market.Daily, Source: club.ID, At: day, Seen: learnt, Open: at("36.10"), High: at("37.00"), Low: at("36.00"), Close: at("36.88"), NoVolume: i == 1,
		})
	}
	if _, err := h.ledger.AddBars(t.Context(), club, bars, market.BarsOptions{}); err != nil {
		t.Fatal(err)
	}
}

func (h *house) record(t testing.TB, sources []market.Source, said ...market.Observation) {
	t.Helper()
	if _, err := h.ledger.Record(t.Context(), sources, said, nil); err != nil {
		t.Fatal(err)
	}
}

// ask asks; the headers are name and value in turn.
func (h *house) ask(t testing.TB, path string, headers ...string) (status int, header http.Header, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return h.do(t, r)
}

func (h *house) do(t testing.TB, r *http.Request) (int, http.Header, string) {
	t.Helper()
	resp, err := h.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(body)
}

// get asks for JSON and reads it, with numbers as they are written.
func (h *house) get(t testing.TB, path string) map[string]any {
	t.Helper()
	status, _, body := h.ask(t, path)
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, status, body)
	}
	return parsed(t, body)
}

func parsed(t testing.TB, body string) map[string]any {
	t.Helper()
	var v map[string]any
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v
}

// at is what stands at a path of names and indices in a reply, as text: "rates.0.value".
func at(v any, path string) string {
	for part := range strings.SplitSeq(path, ".") {
		switch inner := v.(type) {
		case map[string]any:
			v = inner[part]
		case []any:
			var i int
			if _, err := fmt.Sscan(part, &i); err != nil || i >= len(inner) {
				return "(none)"
			}
			v = inner[i]
		default:
			return "(none)"
		}
	}
	if list, ok := v.([]any); ok {
		return fmt.Sprintf("%d of them", len(list))
	}
	return fmt.Sprint(v)
}

func TestEachAddressAnswersWhatIsAsked(t *testing.T) {
	h := full(t, native.Options{})
	for path, wants := range map[string]map[string]string{
		"/api/v1/board": {
			"base": "EUR", "count": "6", "as_of": "<nil>", "rates": "6 of them", "rates.5.code": "XAU", "rates.4.code": "USD", "rates.4.value": "1.1859",
			"rates.4.at": "2026-02-02T00:00:00Z", "rates.4.seen": "2026-02-02T16:05:00Z", "rates.4.source": "bank", "rates.4.how": "said", "rates.4.from": "1 of them",
			"rates.4.from.0.value": "1.1859", "rates.4.agreement.of": "1", "rates.4.agreement.within": "1", "rates.4.move.by": "0.0059", "rates.4.move.percent": "0.5",
			"rates.5.how": "inverse", "rates.5.value": "0.000242518310132", "sources": "3 of them", "sources.0.attribution": "Source: Central Bank", "missing": "<nil>",
		},
		"/api/v1/board?base=usd&quotes=JPY,CHF,EUR&inverse=true&as_of=2026-02-02": {
			"base": "USD", "as_of": "2026-02-02T23:59:59.999999Z", "count": "2", "missing": "1 of them", "missing.0": "CHF",
			"rates.0.pair": "USD/EUR", "rates.0.inverse": "1.1859", "rates.0.value": "0.843241420019", "rates.1.value": "155.325069567",
			"rates.1.from": "2 of them", "rates.1.how": "cross",
		},
		"/api/v1/board?base=&quotes=": {"base": "EUR", "count": "6"},
		"/api/v1/rates/EUR-USD": {
			"pair": "EUR/USD", "value": "1.1859", "why": "Central Bank is an official source, and its value is current.", "set_aside": "1 of them",
			"set_aside.0.source": "club", "set_aside.0.value": "1.186127", "set_aside.0.why": "It is a published dataset; the one chosen is an official source.",
			"sources": "2 of them", "name": "US Dollar",
		},
		"/api/v1/rates/eur%2Fusd?known_at=2026-02-01":               {"value": "1.1800", "known_at": "2026-02-01T23:59:59.999999Z", "move": "<nil>"},
		"/api/v1/rates/EUR.USD?as_of=2026-01-31":                    {"value": "1.1800", "agreement.of": "0"},
		"/api/v1/rates/USD-JPY?precision=4":                         {"value": "155.3", "from.0.value": "1.1859"},
		"/api/v1/rates/EUR-USD?precision=3":                         {"value": "1.19"},
		"/api/v1/rates/EUR-BGN":                                     {"value": "1.95583", "how": "fixed", "source": "courant-table", "from": "0 of them", "sources.1.id": "courant-table"},
		"/api/v1/convert?from=IDR&to=EUR&amount=10000":              {"result": "0.50", "unrounded": "0.503191998442", "places": "2", "rate.pair": "IDR/EUR", "rate.from.0.value": "19873.13"},
		"/api/v1/convert?from=EUR&to=JPY&amount=12345.67":           {"amount": "12345.67", "result": "2274072", "places": "0"},
		"/api/v1/convert?from=EUR&to=XAU&amount=1000000":            {"result": "242.5183", "places": "4"},
		"/api/v1/convert?from=EUR&to=USD&amount=1000000000000000":   {"result": "1185900000000000.00"},
		"/api/v1/convert?from=EUR&to=BGN&amount=999999999999999.99": {"result": "1955829999999999.98"},
		"/api/v1/convert?from=USD&to=AED&amount=1&as_of=2026-02-02": {"result": "3.67", "rate.how": "fixed", "unrounded": "3.6725"},
		"/api/v1/currencies?kind=metal":                             {"count": "4", "currencies.1.code": "XAU", "currencies.1.minor_units": "<nil>"},
		"/api/v1/currencies/bgn":                                    {"name": "Bulgarian Lev", "minor_units": "2", "retired": "2026-01-01", "successor": "EUR", "old_per_new": "1.95583", "pegs.1.irrevocable": "true", "on_record.first": "2026-01-30", "on_record.pair": "EUR/BGN", "redenominations": "2 of them"},
		"/api/v1/currencies/EUR":                                    {"on_record.pair": "USD/EUR", "on_record.count": "2"},
		"/api/v1/currencies/RUB":                                    {"on_record": "<nil>", "minor_units": "2"}, // of which only a closed house speaks
		"/api/v1/sources":                                           {"count": "3", "sources.0.id": "bank", "sources.0.licence": "free with attribution", "sources.0.fresh_hours": "96", "sources.2.id": "courant-table"},
		"/api/v1/quarantine":                                        {"count": "0", "waiting": "0 of them"},
		"/api/v1/series/EUR-USD":                                    {"count": "2", "rates.0.value": "1.1800", "rates.1.value": "1.1859", "rates.1.source": "bank", "rates.1.observations": "1 of them", "next": "<nil>"},
		"/api/v1/series/EUR-USD?from=2026-02":                       {"count": "1", "from": "2026-02", "rates.0.at": "2026-02-02T00:00:00Z"},
		"/api/v1/series/EUR-USD?to=2026-01&method=last":             {"count": "1", "rates.0.at": "2026-01-30T00:00:00Z"},
		"/api/v1/series/EUR-USD?group=week&method=mean":             {"count": "2", "rates.0.period": "2026-W05", "rates.0.first": "2026-01-26", "rates.0.last": "2026-02-01", "rates.1.period": "2026-W06"},
		"/api/v1/series/EUR-USD?group=quarter&method=mean":          {"count": "1", "method": "mean", "rates.0.period": "2026-Q1", "rates.0.value": "1.18295", "rates.0.computed": "true", "rates.0.count": "2", "rates.0.from_sources.0": "bank", "rates.0.source": "<nil>", "rates.0.values": "/api/v1/series/EUR-USD?from=2026-01-01&to=2026-03-31"},
		"/api/v1/series/EUR-USD?group=year&method=min":              {"rates.0.value": "1.1800", "rates.0.at": "2026-01-30T00:00:00Z", "rates.0.source": "bank", "rates.0.computed": "<nil>"},
		"/api/v1/series/EUR-USD?group=year":                         {"method": "last", "rates.0.value": "1.1859", "rates.0.period": "2026"},
		"/api/v1/series/USD-JPY?precision=3":                        {"rates.0.value": "155", "rates.0.how": "cross"},
	} {
		t.Run(path, func(t *testing.T) {
			reply := h.get(t, path)
			for where, want := range wants {
				if got := at(reply, where); got != want {
					t.Errorf("%s is %s, want %s", where, got, want)
				}
			}
		})
	}
}

func TestWhatIsAskedWronglyIsAnsweredWithAProblem(t *testing.T) {
	h := full(t, native.Options{})
	for path, want := range map[string]struct {
		status int
		detail string
	}{
		"/api/v1/board?bse=EUR":                                {400, "unknown parameter: bse; known are base, quotes, as_of"},
		"/api/v1/board?base=EURO":                              {400, `base: "EURO" is not a currency code`},
		"/api/v1/board?base=ZZZ":                               {400, `there is no currency "ZZZ"`},
		"/api/v1/board?quotes=USD,ZZZ":                         {400, `quotes: there is no currency "ZZZ"`},
		"/api/v1/board?as_of=yesterday":                        {400, "as_of: \"yesterday\" is no day: write it as 2026-02-02"},
		"/api/v1/board?inverse=yes":                            {400, "inverse: \"yes\" is none of true, false"},
		"/api/v1/board?precision=0":                            {400, "precision: \"0\" is no number from 1 to 12"},
		"/api/v1/board.xml":                                    {404, "there is nothing at /api/v1/board.xml: all addresses are listed at /api/"},
		"/api/v1/rates/EUR-RUB":                                {404, "no source has said what EUR/RUB was"}, // a closed house has
		"/api/v1/rates/EUR-ZZZ":                                {404, `there is no currency "ZZZ"`},
		"/api/v1/rates/EURUSD":                                 {400, `pair: "EURUSD" is no pair of currencies: write it as EUR-USD`},
		"/api/v1/rates/EUR-EUR":                                {400, "a currency against itself is always 1"},
		"/api/v1/rates/EUR-USD?base=EUR":                       {400, "unknown parameter: base"},
		"/api/v1/convert?from=EUR&to=JPY":                      {400, "amount is missing: give it, such as amount=12345.67"},
		"/api/v1/convert?from=EUR&to=JPY&amount=0":             {400, "above zero"},
		"/api/v1/convert?from=EUR&to=JPY&amount=-1":            {400, "above zero"},
		"/api/v1/convert?from=EUR&to=JPY&amount=1e16":          {400, "at most 10^15"},
		"/api/v1/convert?from=EUR&to=JPY&amount=1,5":           {400, "not a decimal number"},
		"/api/v1/convert?from=EUR&to=EUR&amount=1":             {400, "from and to are both EUR"},
		"/api/v1/convert?from=EUR&to=ZZZ&amount=1":             {400, `there is no currency "ZZZ"`},
		"/api/v1/convert?from=EUR&to=RUB&amount=1":             {404, "no source has said"},
		"/api/v1/currencies/ZZZ":                               {404, `there is no currency "ZZZ"`},
		"/api/v1/observations/2zpzeq5nyg35iq4w":                {404, "2zpzeq5nyg35iq4w"},
		"/api/v1/observations/no-such-name":                    {404, `no observation bears the name "no-such-name"`},
		"/api/v1/series/EUR-RUB":                               {404, "no source has said what EUR/RUB was"},
		"/api/v1/series/EUR-USD?group=day":                     {400, "group: \"day\" is none of week, month, quarter, year"},
		"/api/v1/series/EUR-USD?from=2026&method=mean":         {400, "method=mean is of a group of values: add the group, such as group=month"},
		"/api/v1/series/EUR-USD?from=2026-02-03&to=2026-02-02": {400, "there are no days from 2026-02-03 to 2026-02-02"},
		"/api/v1/series/EUR-USD?from=2026-13-01":               {400, "from: \"2026-13-01\" is not a date"},
		"/api/v1/series/EUR-USD?cursor=abc":                    {400, "cursor: \"abc\" is no cursor"},
		"/api/v1/series/EUR-USD?limit=0":                       {400, "limit: \"0\" is no number from 1 to 10000"},
		"/api/v1/sources?base=EUR":                             {400, "unknown parameter: base; this address takes none"},
		"/api/v1/":                                             {404, "all addresses are listed at /api/"},
		"/api/forms/nothing":                                   {404, "there is no form \"nothing\""},
		"/api/v1/audit":                                        {405, "GET is not answered here: ask with POST"},

		"/api/v1/rates/EUR-USD?known_at=2020-01-01":                    {404, "or before, as far as was known at 2020-01-01T23:59:59Z"},
		"/api/v1/rates/EUR-ZZZ?known_at=2020-01-01":                    {404, `there is no currency "ZZZ" in ISO 4217 or in Courant's table`},
		"/api/v1/convert?from=EUR&to=USD&amount=1&known_at=2020-01-01": {404, "or before, as far as was known at 2020-01-01T23:59:59Z"},
		"/api/v1/series/EUR-USD?known_at=2020-01-01":                   {404, "says so, as far as was known at 2020-01-01T23:59:59Z"},
	} {
		status, header, body := h.ask(t, path)
		p := parsed(t, body)
		if status != want.status || !strings.Contains(at(p, "detail"), want.detail) {
			t.Errorf("%s: %d %s, want %d %s", path, status, at(p, "detail"), want.status, want.detail)
		}
		if at(p, "status") != fmt.Sprint(status) || at(p, "instance") != path || !strings.HasPrefix(at(p, "type"), "/api/#") || at(p, "title") == "" {
			t.Errorf("%s: %s", path, body)
		}
		if !strings.Contains(body, path) {
			t.Errorf("%s: its signs are not as they were sent: %s", path, body)
		}
		if header.Get("Content-Type") != "application/problem+json; charset=utf-8" || header.Get("Access-Control-Allow-Origin") != "*" && !strings.HasPrefix(path, "/api/forms/") {
			t.Errorf("%s: %v", path, header)
		}
	}
}

func TestTheRecordOfANumberHasItsRevisions(t *testing.T) {
	h := full(t, native.Options{})
	revised := market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("1.1860"), market.Moment{At: monday, Seen: learnt.Add(time.Hour)}, "bank", "line 9")
	h.record(t, []market.Source{bank}, revised)
	reply := h.get(t, "/api/v1/observations/"+string(revised.ID))
	for where, want := range map[string]string{
		"value": "1.1860", "symbol": "EUR/USD", "field": "rate", "at": "2026-02-02T00:00:00Z", "seen": "2026-02-02T17:05:00Z", "ref": "line 9",
		"revisions": "2 of them", "revisions.0.value": "1.1859", "revisions.1.id": string(revised.ID), "sources.0.licence": "free with attribution",
	} {
		if got := at(reply, where); got != want {
			t.Errorf("%s is %s, want %s", where, got, want)
		}
	}
	first := at(reply, "revisions.0.id")
	if got := at(h.get(t, "/api/v1/observations/"+first+".json"), "value"); got != "1.1859" {
		t.Errorf("the first is %s", got)
	}
	secret := said(closed, "EUR/USD", "1.1777", monday)
	if status, _, body := h.ask(t, "/api/v1/observations/"+string(secret.ID)); status != 404 || strings.Contains(body, "1.1777") {
		t.Errorf("a number that may not be passed on: %d %s", status, body)
	}
}

func TestTheQuarantineSaysWhyAndNeverTheValue(t *testing.T) {
	h := full(t, native.Options{})
	for s, value := range map[market.Source]string{bank: "118.59", closed: "1177.7"} { // two that say the same would be believed
		slip := said(s, "EUR/USD", value, monday.AddDate(0, 0, 1))
		judged, err := h.ledger.Hear(t.Context(), market.Hearing{Source: s, Observations: []market.Observation{slip}, Live: true})
		if err != nil || len(judged.Held) != 1 {
			t.Fatalf("%+v %v", judged, err)
		}
	}
	_, _, body := h.ask(t, "/api/v1/quarantine")
	reply := parsed(t, body)
	for where, want := range map[string]string{
		"count": "1", "waiting.0.pair": "EUR/USD", "waiting.0.field": "rate", "waiting.0.source": "bank", "waiting.0.reason": string(market.Slip),
		"waiting.0.at": "2026-02-03T00:00:00Z", "waiting.0.since": "2026-02-03T16:05:00Z", "sources.0.name": "Central Bank",
	} {
		if got := at(reply, where); got != want {
			t.Errorf("%s is %s, want %s", where, got, want)
		}
	}
	held, err := h.ledger.Quarantine(t.Context(), market.Waiting)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range held {
		if strings.Contains(body, v.Value.String()) || strings.Contains(body, string(v.ID)) || strings.Contains(body, "closed") {
			t.Errorf("it tells %s: %s", v.Value, body)
		}
	}
}

func TestTheQuarantineNamesBarsOfSharesToo(t *testing.T) {
	h := full(t, native.Options{})
	for _, s := range []market.Source{club, closed} {
		p := currency.MustDecimal("3788")
		slip := market.Bar{Symbol: "XNYS:BP", Interval: market.Daily, Source: s.ID, At: monday.AddDate(0, 0, 1), Seen: learnt.AddDate(0, 0, 1), Open: p, High: p, Low: p, Close: p, NoVolume: true}
		if s.ID == closed.ID {
			slip.At = slip.At.AddDate(0, 0, 1)
		}
		if r, err := h.ledger.AddBars(t.Context(), s, []market.Bar{slip}, market.BarsOptions{}); err != nil || len(r.Held) != 1 {
			t.Fatalf("%+v %v", r, err)
		}
	}
	_, _, body := h.ask(t, "/api/v1/quarantine")
	reply := parsed(t, body)
	for where, want := range map[string]string{
		"count": "1", "waiting.0.pair": "XNYS:BP", "waiting.0.field": "bar of a day", "waiting.0.source": "club", "waiting.0.reason": string(market.Slip),
	} {
		if got := at(reply, where); got != want {
			t.Errorf("%s is %s, want %s", where, got, want)
		}
	}
	if strings.Contains(body, "3788") || strings.Contains(body, "closed") {
		t.Errorf("it tells %s", body)
	}
}

func TestATableIsProofRead(t *testing.T) {
	h := empty(t, native.Options{})
	for name, c := range map[string]struct {
		query, kind, body string
		status            int
		wants             map[string]string
	}{
		"a retired code": {"?date=2026-02-10", "text/plain", "EUR/BGN 1.9650\nEUR/USD 1.1830\n", 200, map[string]string{
			"findings.0.rule": "currency.retired", "findings.0.subject": "BGN", "findings.0.line": "1", "subjects": "2", "date": "2026-02-10", "ledger": "false", "left": "0 of them",
		}},
		"as a form is sent": {"?date=2026-02-10", "application/x-www-form-urlencoded", "EUR/BGN 1.9650\n", 200, map[string]string{"findings.0.subject": "BGN"}},
		"CSV":               {"?date=2026-02-10&base=EUR", "text/csv", "code,rate\nBGN,1.9650\n", 200, map[string]string{"findings.0.subject": "BGN"}},
		"nothing":           {"", "", "", 400, map[string]string{"detail": "the document is empty: what can be proof-read is a saved page as text or HTML, with a board (a line \"EUR -\", below it \"USD 1.1861\"), a ticker or a story; a table as CSV, with headings such as code and rate, or symbol, last, change and percent; a reply of a rates service as JSON"}},
		"a file in a form":  {"", "multipart/form-data; boundary=x", "--x--", 415, map[string]string{"type": "/api/#body", "detail": "send the table itself as the body, as with curl --data-binary @FILE, not a form"}},
		"a wrong day":       {"?date=2026-02-31", "", "EUR/BGN 1.9650\n", 400, map[string]string{"type": "/api/#invalid"}},
		"too much":          {"", "", strings.Repeat("EUR -\n", 3<<20), 413, map[string]string{"type": "/api/#too-large", "detail": "the body has more than 16 MiB, the most that is read at once: send a part of it"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/api/v1/audit"+c.query, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", c.kind)
			status, header, body := h.do(t, r)
			if status != c.status || header.Get("Cache-Control") != "no-store" {
				t.Errorf("%d %v %.300s", status, header, body)
			}
			reply := parsed(t, body)
			for where, want := range c.wants {
				if got := at(reply, where); got != want {
					t.Errorf("%s is %s, want %s", where, got, want)
				}
			}
		})
	}
}

func TestAReplyIsTheSameUntilANumberChanges(t *testing.T) {
	h := full(t, native.Options{})
	for i, path := range []string{"/api/v1/board", "/api/v1/rates/EUR-USD", "/api/v1/series/EUR-USD.csv", "/api/v1/convert?from=EUR&to=USD&amount=1"} {
		_, header, before := h.ask(t, path)
		if status, _, body := h.ask(t, path, "If-None-Match", header.Get("ETag")); status != 304 || body != "" {
			t.Errorf("%s: %d with its tag", path, status)
		}
		if header.Get("Vary") != "Accept, Accept-Encoding" || !strings.Contains(header.Get("Link"), `</api/v1/sources>; rel="license"`) || header.Get("Last-Modified") != "" {
			t.Errorf("%s: %v", path, header)
		}
		h.record(t, []market.Source{bank}, said(bank, "EUR/USD", fmt.Sprintf("1.19%d", i), monday.Add(time.Duration(24+i)*time.Hour)))
		if status, _, after := h.ask(t, path, "If-None-Match", header.Get("ETag")); status != 200 || after == before {
			t.Errorf("%s: %d after a change, the same: %v", path, status, after == before)
		}
	}
	_, header, _ := h.ask(t, "/api/v1/rates/EUR-USD?as_of=2026-02-02")
	if header.Get("Last-Modified") != "Mon, 02 Feb 2026 16:05:00 GMT" || !strings.HasPrefix(header.Get("Cache-Control"), "public, max-age=3600,") {
		t.Errorf("of the past: %v", header)
	}
	if status, _, _ := h.ask(t, "/api/v1/rates/EUR-USD?as_of=2026-02-02", "If-Modified-Since", "Mon, 02 Feb 2026 16:05:00 GMT"); status != 304 {
		t.Errorf("of the past, not modified since: %d", status)
	}
}

func TestAnEmptyLedgerIsNoError(t *testing.T) {
	h := empty(t, native.Options{Masthead: func(context.Context) (news.Masthead, error) { return news.Masthead{Base: "USD"}, nil }})
	if b := h.get(t, "/api/v1/board"); at(b, "base") != "USD" || at(b, "rates") != "0 of them" || at(b, "sources") != "0 of them" {
		t.Errorf("%v", b)
	}
	if status, header, body := h.ask(t, "/api/v1/board.ndjson"); status != 200 || body != "" || header.Get("Content-Type") != "application/x-ndjson" {
		t.Errorf("%d %q", status, body)
	}
	if _, _, body := h.ask(t, "/api/v1/board.csv"); strings.Count(body, "\r\n") != 1 || !strings.HasPrefix(body, "pair,code,name,value,") {
		t.Errorf("%q", body)
	}
}

// compact is JSON in one way of writing it, for comparison.
func compact(t testing.TB, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}
