package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/api/erapi"
	"github.com/courant-news/courant/internal/api/fixer"
	"github.com/courant-news/courant/internal/api/layer"
	"github.com/courant-news/courant/internal/api/oxr"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/store/storetest"
)

// The dialects are asked on Thursday, 5 February 2026, at noon.
var asking = time.Date(2026, 2, 5, 12, 0, 0, 0, time.UTC)

// bank may be quoted by programs, shy only shown to readers.
var (
	bank = market.Source{
		ID: "bank", Name: "Central Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free,
		Attribution: "Source: Central Bank, reproduction permitted",
	}
	shy = market.Source{ID: "shy", Name: "Shy Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.ShowOnly}
)

// heard is what the bank said, a line per day; BGN retired on 1 January 2026, HRK three years before, SYP was redenominated
// between the last two days of the year, and of RUB nothing has been said since 2022.
var heard = map[string]string{
	"2022-03-01": "USD 1.1162 RUB 117.2010 HRK 7.5640",
	"2025-12-30": "USD 1.1750 GBP 0.8710 JPY 183.50 IDR 19700.25 BGN 1.9558 SYP 15275",
	"2025-12-31": "USD 1.1750 GBP 0.8726 JPY 184.09 IDR 19710.00 BGN 1.9558 SYP 15280",
	"2026-01-30": "USD 1.1800 GBP 0.8650 JPY 183.90 IDR 19890.75 SYP 153.1",
	"2026-02-02": "USD 1.1859 GBP 0.8650 JPY 184.20 IDR 19900.50 SYP 153.2",
}

// dialects serves all of them on one mux, beside routes such as the native interface has: that they do not conflict is seen
// by the mux not panicking.
func dialects(t testing.TB, next time.Time) (*http.ServeMux, *market.Ledger) {
	t.Helper()
	db := storetest.Open(t)
	now := func() time.Time { return asking }
	b := bus.New()
	ledger := market.NewLedger(db, b, market.LedgerOptions{Now: now})
	var said []market.Observation
	for day, line := range heard {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		moment := market.Moment{At: at, Seen: at.Add(16 * time.Hour)}
		words := strings.Fields(line)
		for i := 0; i < len(words); i += 2 {
			pair := market.Pair("EUR", currency.Code(words[i]))
			said = append(said, market.NewObservation(pair, market.Rate, currency.MustDecimal(words[i+1]), moment, bank.ID, "line 1"))
		}
		said = append(said, market.NewObservation("EUR/TRY", market.Rate, currency.MustDecimal("51.2"), moment, shy.ID, "line 1"))
	}
	if _, err := ledger.Record(t.Context(), []market.Source{bank, shy}, said, nil); err != nil {
		t.Fatal(err)
	}
	f := api.New(ledger, b, api.Options{Now: now, Next: func(context.Context, []market.SourceID) time.Time { return next }})
	mux := http.NewServeMux()
	other := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "other") })
	for _, pattern := range []string{"/", "/api/v1", "/api/v1/", "/api/{$}", "/api/openapi.json", "/v1/", "/v2/", "/latest", "/currencies", "/{range}", "GET /healthz"} {
		mux.Handle(pattern, other)
	}
	fixer.Mount(mux, f)
	oxr.Mount(mux, f)
	layer.Mount(mux, f)
	erapi.Mount(mux, f)
	return mux, f.Ledger()
}

func demand(mux http.Handler, method, address string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(method, address, nil))
	return w
}

// credit is how the bank wants to be named.
const credit = `Sources: Central Bank, reproduction permitted; Table of pegs and conversion rates.`

// one is the same where no fixed rate stands in the reply.
const one = `Sources: Central Bank, reproduction permitted.`

const head = `"success":true,"terms":"` + one + `","privacy":"No key is needed; one of another service is not looked at."`

const bounds = `"disclaimer":"Rates as their sources published them, or computed from these; without warranty.","license":"` + one + `"`

const success = `"result":"success","documentation":"/api/","terms_of_use":"` + one + `"`

const updated = `"time_last_update_unix":1769990400,"time_last_update_utc":"Mon, 02 Feb 2026 00:00:00 +0000",` +
	`"time_next_update_unix":1770300000,"time_next_update_utc":"Thu, 05 Feb 2026 14:00:00 +0000"`

func TestADialectAnswersInItsShapeWithTheLedgersFigures(t *testing.T) {
	mux, _ := dialects(t, asking.Add(2*time.Hour))
	for _, c := range []struct{ address, body string }{
		// A source's own digits are untouched; the base stands among the rates where it is asked for.
		{"/api/latest?symbols=USD,gbp,EUR", `{"success":true,"timestamp":1769990400,"base":"EUR","date":"2026-02-02","rates":{"EUR":1,"GBP":0.8650,"USD":1.1859}}`},
		{"/api/latest?access_key=k&base=IDR&symbols=EUR", `{"success":true,"timestamp":1769990400,"base":"IDR","date":"2026-02-02","rates":{"EUR":0.0000502499937188}}`},
		{"/api/latest?base=IDR&symbols=EUR&legacy=1", `{"success":true,"timestamp":1769990400,"base":"IDR","date":"2026-02-02","rates":{"EUR":0.00005}}`},
		// A Sunday has Friday's rates, under its own date.
		{"/api/2026-02-01?symbols=USD", `{"success":true,"timestamp":1769731200,"historical":true,"base":"EUR","date":"2026-02-01","rates":{"USD":1.1800}}`},
		{"/api/2025-12-31?symbols=BGN", `{"success":true,"timestamp":1767139200,"historical":true,"base":"EUR","date":"2025-12-31","rates":{"BGN":1.9558}}`},
		{"/api/convert?from=EUR&to=JPY&amount=12345.67", `{"success":true,"query":{"from":"EUR","to":"JPY","amount":12345.67},"info":{"timestamp":1769990400,"rate":184.20},"historical":false,"date":"2026-02-02","result":2274072.4140}`},
		{"/api/convert?from=GBP&to=USD&amount=25&date=2026-01-30", `{"success":true,"query":{"from":"GBP","to":"USD","amount":25},"info":{"timestamp":1769731200,"rate":1.36416184971},"historical":true,"date":"2026-01-30","result":34.10404624275}`},
		{"/api/convert?from=GBP&to=USD&amount=25&date=2026-01-30&legacy=1", `{"success":true,"query":{"from":"GBP","to":"USD","amount":25},"info":{"timestamp":1769731200,"rate":1.364162},"historical":true,"date":"2026-01-30","result":34.10405}`},
		{"/api/timeseries?start_date=2026-01-30&end_date=2026-02-02&symbols=USD", `{"success":true,"timeseries":true,"start_date":"2026-01-30","end_date":"2026-02-02","base":"EUR","rates":{"2026-01-30":{"USD":1.1800},"2026-01-31":{"USD":1.1800},"2026-02-01":{"USD":1.1800},"2026-02-02":{"USD":1.1859}}}`},
		{"/api/fluctuation?start_date=2026-01-30&end_date=2026-02-02&symbols=USD", `{"success":true,"fluctuation":true,"start_date":"2026-01-30","end_date":"2026-02-02","base":"EUR","rates":{"USD":{"start_rate":1.1800,"end_rate":1.1859,"change":0.0059,"change_pct":0.5}}}`},
		// SYP is on another scale since the new year, so that its two rates say nothing of a change.
		{"/api/fluctuation?start_date=2025-12-31&end_date=2026-01-30&symbols=SYP,USD&legacy=1", `{"success":true,"fluctuation":true,"start_date":"2025-12-31","end_date":"2026-01-30","base":"EUR","rates":{"USD":{"start_rate":1.175,"end_rate":1.18,"change":0.005,"change_pct":0.4255}}}`},

		{"/live?currencies=EUR", `{` + head + `,"timestamp":1769990400,"source":"USD","quotes":{"USDEUR":0.843241420019}}`},
		{"/api/live?access_key=k&source=EUR&currencies=USD", `{` + head + `,"timestamp":1769990400,"source":"EUR","quotes":{"EURUSD":1.1859}}`},
		{"/historical?date=2026-01-30&source=EUR&currencies=USD", `{` + head + `,"historical":true,"date":"2026-01-30","timestamp":1769731200,"source":"EUR","quotes":{"EURUSD":1.1800}}`},
		{"/convert?from=EUR&to=USD&amount=10", `{` + head + `,"query":{"from":"EUR","to":"USD","amount":10},"info":{"timestamp":1769990400,"quote":1.1859},"result":11.8590}`},
		{"/convert?from=EUR&to=USD&amount=10&date=2026-01-30", `{` + head + `,"query":{"from":"EUR","to":"USD","amount":10},"info":{"timestamp":1769731200,"quote":1.1800},"historical":true,"date":"2026-01-30","result":11.8000}`},
		{"/timeframe?start_date=2026-02-01&end_date=2026-02-02&source=EUR&currencies=USD", `{` + head + `,"timeframe":true,"start_date":"2026-02-01","end_date":"2026-02-02","source":"EUR","quotes":{"2026-02-01":{"EURUSD":1.1800},"2026-02-02":{"EURUSD":1.1859}}}`},
		{"/change?start_date=2026-02-02&end_date=2026-01-30", `{"success":false,"error":{"code":504,"type":"invalid_time_frame","info":"end_date=2026-01-30 is before start_date=2026-02-02"}}`},
		{"/change?source=EUR&currencies=USD", `{` + head + `,"change":true,"start_date":"2026-02-04","end_date":"2026-02-05","source":"EUR","quotes":{"EURUSD":{"start_rate":1.1859,"end_rate":1.1859,"change":0.0000,"change_pct":0}}}`},

		{"/api/latest.json?app_id=k&symbols=EUR", `{` + bounds + `,"timestamp":1769990400,"base":"USD","rates":{"EUR":0.843241420019}}`},
		{"/api/latest.json?symbols=EUR,BTC&show_alternative=1&legacy=1", `{` + bounds + `,"timestamp":1769990400,"base":"USD","rates":{"EUR":0.843241}}`},
		{"/api/historical/2026-01-30.json?base=EUR&symbols=USD", `{` + bounds + `,"timestamp":1769731200,"base":"EUR","rates":{"USD":1.1800}}`},
		{"/api/time-series.json?start=2026-02-01&end=2026-02-02&base=EUR&symbols=USD", `{` + bounds + `,"start_date":"2026-02-01","end_date":"2026-02-02","base":"EUR","rates":{"2026-02-01":{"USD":1.1800},"2026-02-02":{"USD":1.1859}}}`},
		{"/api/convert/19999.95/EUR/GBP", `{` + bounds + `,"request":{"query":"/convert/19999.95/EUR/GBP","amount":19999.95,"from":"EUR","to":"GBP"},"meta":{"timestamp":1769990400,"rate":0.8650},"response":17299.956750}`},
		{"/api/usage.json?app_id=k", `{"status":200,"data":{"app_id":"none is needed","status":"active","plan":{"name":"Courant","quota":"no limit","update_frequency":"as the sources publish","features":{"base":true,"symbols":true,"experimental":false,"time-series":true,"convert":true,"bid-ask":false,"ohlc":false,"spot":false}},"usage":{}}}`},

		{"/v6/KEY/pair/EUR/GBP", `{` + success + `,` + updated + `,"base_code":"EUR","target_code":"GBP","conversion_rate":0.8650}`},
		{"/v6/KEY/pair/EUR/GBP/4.20", `{` + success + `,` + updated + `,"base_code":"EUR","target_code":"GBP","conversion_rate":0.8650,"conversion_result":3.633000}`},
	} {
		w := demand(mux, "GET", c.address)
		if got := strings.TrimSpace(w.Body.String()); got != c.body || w.Code != 200 {
			t.Errorf("%s: %d\n%s\nwant\n%s", c.address, w.Code, got, c.body)
		}
	}
}

func TestAWholeTableHoldsWhatIsMoneyAndMayBeQuoted(t *testing.T) {
	mux, _ := dialects(t, time.Time{})
	for address, want := range map[string]struct{ has, lacks string }{
		"/api/latest":                   {"EUR GBP IDR JPY USD XOF", "BGN HRK RUB TRY CNH"},
		"/api/2025-12-31":               {"EUR BGN GBP XOF", "HRK RUB TRY"},
		"/api/2026-01-01":               {"EUR GBP XOF", "BGN"},
		"/api/2022-03-01":               {"EUR HRK RUB USD", "TRY"},
		"/api/symbols":                  {"EUR GBP USD XOF", "BGN TRY"},
		"/api/latest.json":              {"EUR GBP USD XOF", "BGN TRY"},
		"/api/currencies.json":          {"EUR GBP USD XOF", "BGN TRY"},
		"/live":                         {"USDUSD USDEUR USDXOF", "USDBGN USDTRY"},
		"/list":                         {"USD EUR XOF", "BGN TRY"},
		"/v4/latest/USD":                {"USD EUR XOF", "BGN TRY"},
		"/v6/latest/USD":                {"USD EUR XOF", "BGN TRY"},
		"/v6/k/latest/USD":              {"USD EUR XOF", "BGN TRY"},
		"/v6/k/codes":                   {"USD EUR XOF", "BGN TRY"},
		"/v6/k/history/EUR/2026/2/2/10": {"USD GBP XOF", "BGN TRY"},
	} {
		w := demand(mux, "GET", address)
		body := w.Body.String()
		if w.Code != 200 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s: %d %s", address, w.Code, body)
		}
		for _, code := range strings.Fields(want.has) {
			if !strings.Contains(body, `"`+code+`"`) {
				t.Errorf("%s lacks %s:\n%s", address, code, body)
			}
		}
		for _, code := range strings.Fields(want.lacks) {
			if strings.Contains(body, `"`+code+`"`) {
				t.Errorf("%s has %s:\n%s", address, code, body)
			}
		}
	}
}

func TestATableNamesItsSources(t *testing.T) {
	mux, _ := dialects(t, time.Time{})
	for _, address := range []string{"/api/latest.json", "/live", "/list", "/v4/latest/EUR", "/v6/latest/EUR", "/v6/k/codes"} {
		if body := demand(mux, "GET", address).Body.String(); !strings.Contains(body, credit) || strings.Contains(body, "Shy") {
			t.Errorf("%s does not credit the bank alone:\n%s", address, body)
		}
	}
}

func TestADialectRefusesInItsOwnWords(t *testing.T) {
	mux, _ := dialects(t, time.Time{})
	numbered := func(code int, kind string) string {
		return fmt.Sprintf(`{"success":false,"error":{"code":%d,"type":%q,"info":"`, code, kind)
	}
	named := func(status int, word string) string {
		return fmt.Sprintf(`{"error":true,"status":%d,"message":%q,"description":"`, status, word)
	}
	typed := func(kind string) string {
		return fmt.Sprintf(`{"result":"error","documentation":"/api/","error-type":%q,"info":"`, kind)
	}
	for _, c := range []struct {
		address string
		status  int
		begins  string
	}{
		{"/api/nothing", 200, numbered(103, "invalid_api_function")},
		{"/api/ohlc.json", 200, numbered(103, "invalid_api_function")},
		{"/api/latest?callback=f", 200, numbered(105, "function_access_restricted")},
		{"/api/1998-01-01", 200, numbered(106, "no_rates_available")},
		{"/api/latest?symbols=TRY", 200, numbered(106, "no_rates_available")},
		{"/api/latest?symbols=RUB", 200, numbered(106, "no_rates_available")},
		{"/api/latest?symbols=BGN", 200, numbered(106, "no_rates_available")},
		{"/api/latest?base=QQQ", 200, numbered(201, "invalid_base_currency")},
		{"/api/latest?base=BGN", 200, numbered(201, "invalid_base_currency")},
		{"/api/latest?base=CNH", 200, numbered(201, "invalid_base_currency")},
		{"/api/latest?base=EUR&base=USD", 200, numbered(201, "invalid_base_currency")},
		{"/api/latest?symbols=USD,QQQ", 200, numbered(202, "invalid_currency_codes")},
		{"/api/latest?symbols=USD,", 200, numbered(202, "invalid_currency_codes")},
		{"/api/latest?symbols[]=USD", 200, numbered(202, "invalid_currency_codes")},
		{"/api/2026-02-30", 200, numbered(302, "invalid_date")},
		{"/api/2026-02", 200, numbered(302, "invalid_date")},
		{"/api/2026-02-07", 200, numbered(302, "invalid_date")},
		{"/api/convert?to=EUR&amount=1", 200, numbered(401, "invalid_from_currency")},
		{"/api/convert?from=EUR&to=&amount=1", 200, numbered(402, "invalid_to_currency")},
		{"/api/convert?from=EUR&to=USD", 200, numbered(403, "invalid_conversion_amount")},
		{"/api/convert?from=EUR&to=USD&amount=-1", 200, numbered(403, "invalid_conversion_amount")},
		{"/api/convert?from=EUR&to=USD&amount=1e99", 200, numbered(403, "invalid_conversion_amount")},
		{"/api/convert?from=EUR&to=USD&amount=1&date=yesterday", 200, numbered(302, "invalid_date")},
		{"/api/timeseries?start_date=2026-01-01", 200, numbered(501, "no_timeframe_supplied")},
		{"/api/timeseries?start_date=x&end_date=2026-01-01", 200, numbered(502, "invalid_start_date")},
		{"/api/timeseries?start_date=2026-01-01&end_date=x", 200, numbered(503, "invalid_end_date")},
		{"/api/timeseries?start_date=2026-01-02&end_date=2026-01-01", 200, numbered(504, "invalid_time_frame")},
		{"/api/timeseries?start_date=2024-01-01&end_date=2026-01-01", 200, numbered(505, "time_frame_too_long")},
		{"/api/timeseries?start_date=1998-01-01&end_date=1998-01-09", 200, numbered(106, "no_rates_available")},
		{"/api/fluctuation?start_date=2025-12-31&end_date=2026-01-30&symbols=SYP", 200, numbered(106, "no_rates_available")},
		{"/live?source=QQQ", 200, numbered(201, "invalid_source_currency")},
		{"/live?currencies=QQQ", 200, numbered(202, "invalid_currency_codes")},
		{"/historical", 200, numbered(301, "invalid_date")},
		{"/historical?date=2026-13-01", 200, numbered(302, "invalid_date")},
		{"/timeframe", 200, numbered(501, "no_timeframe_supplied")},
		{"/live?" + strings.Repeat("x", 3000), 400, numbered(400, "invalid")},

		{"/api/latest.json?base=QQQ", 400, named(400, "invalid_base")},
		{"/api/latest.json?symbols=BTC", 400, named(400, "not_available")},
		{"/api/latest.json?symbols=TRY", 400, named(400, "not_available")},
		{"/api/latest.json?callback=f", 400, named(400, "not_allowed")},
		{"/api/historical/1998-01-01.json", 400, named(400, "not_available")},
		{"/api/historical/2026-02-30.json", 400, named(400, "not_available")},
		{"/api/historical/2026-01-30", 404, named(404, "not_found")},
		{"/api/time-series.json?start=2026-01-01", 400, named(400, "not_available")},
		{"/api/time-series.json?start=2026-01-02&end=2026-01-01", 400, named(400, "not_available")},
		{"/api/time-series.json?start=2020-01-02&end=2026-01-01", 400, named(400, "not_available")},
		{"/api/convert/x/EUR/USD", 400, named(400, "invalid_value")},
		{"/api/convert/1/QQQ/USD", 400, named(400, "invalid_base")},
		{"/api/convert/1/EUR/QQQ", 400, named(400, "invalid_currency")},

		{"/v4/latest/QQQ", 404, typed("unsupported-code")},
		{"/v6/latest/QQQ", 404, typed("unsupported-code")},
		{"/v6/latest/codes", 404, typed("unsupported-code")},
		{"/v6/k/latest/QQQ", 404, typed("unsupported-code")},
		{"/v6/k/pair/EUR/QQQ", 404, typed("unsupported-code")},
		{"/v6/k/pair/EUR/TRY", 404, typed("no-data-available")},
		{"/v6/k/pair/EUR/USD/x", 400, typed("malformed-request")},
		{"/v6/k/history/EUR/1998/1/1", 404, typed("no-data-available")},
		{"/v6/k/history/EUR/2026/2/30", 400, typed("malformed-request")},
		{"/v6/k/history/EUR/2026/-1/1", 400, typed("malformed-request")},
		{"/v6/k/history/BGN/2026/1/1", 404, typed("unsupported-code")},
		{"/v6/k/enriched/EUR/USD", 400, typed("malformed-request")},
		{"/v6/", 400, typed("malformed-request")},
	} {
		w := demand(mux, "GET", c.address)
		if w.Code != c.status || !strings.HasPrefix(w.Body.String(), c.begins) || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%.90s: %d %s\nwant %d %s", c.address, w.Code, w.Body, c.status, c.begins)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%.90s: an error may be kept: %q", c.address, w.Header().Get("Cache-Control"))
		}
	}
}

// originals are recorded replies, with what of ours is to have the same shape.
var originals = map[string]string{
	"fixer_latest_2016-08-26.json":                 "/api/latest",
	"fixer_historical.json":                        "/api/2026-02-02?base=USD",
	"fixer_error.json":                             "/api/latest?base=QQQ",
	"fixer-apilayer_latest.json":                   "/api/latest",
	"fixer-apilayer_historical.json":               "/api/2026-02-02?base=USD",
	"fixer-apilayer_error.json":                    "/api/latest?base=QQQ",
	"exchangeratesapi_latest.json":                 "/api/latest?symbols=USD",
	"exchangerate-host_error.json":                 "/live?source=QQQ",
	"currencylayer_success.json":                   "/live?currencies=EUR",
	"currencylayer_historical_2015-05-05.json":     "/historical?date=2026-02-02",
	"currencylayer_error.json":                     "/live?source=QQQ",
	"openexchangerates_latest_2014-05-10.json":     "/api/latest.json",
	"openexchangerates_historical.json":            "/api/historical/2026-02-02.json",
	"openexchangerates_error.json":                 "/api/latest.json?base=QQQ",
	"openexchangerates_historical_error.json":      "/api/historical/1998-01-01.json",
	"er-api-v6_latest_USD_2024-08-19.json":         "/v6/latest/USD",
	"er-api-v6_latest_USD_2025-09-10_trimmed.json": "/v6/latest/USD",
}

func TestOurRepliesHaveTheShapeOfTheOriginals(t *testing.T) {
	dir := filepath.Join(must.Samples(t), "fx", "aggregators")
	mux, _ := dialects(t, time.Time{})
	for file, address := range originals {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		var theirs, ours any
		if err := json.Unmarshal(text, &theirs); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(demand(mux, "GET", address).Body.Bytes(), &ours); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		for _, missing := range lacking("", theirs, ours) {
			t.Errorf("%s is not like %s: %s", address, file, missing)
		}
	}
}

// named matches what is a row's name and not a part of the shape: a currency, a pair, a day.
var named = regexp.MustCompile(`^([A-Z]{3}|[A-Z]{6}|\d{4}-\d\d-\d\d)$`)

// lacking says what of a shape another lacks.
func lacking(at string, theirs, ours any) (all []string) {
	t, ok := theirs.(map[string]any)
	if !ok {
		if fmt.Sprintf("%T", theirs) != fmt.Sprintf("%T", ours) {
			all = append(all, fmt.Sprintf("%s is %T, not %T", at, ours, theirs))
		}
		return all
	}
	o, ok := ours.(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("%s is %T, not an object", at, ours)}
	}
	for key, value := range t {
		mine, has := o[key]
		if !has && named.MatchString(key) {
			for name, other := range o { // any row will do
				if named.MatchString(name) && len(name) == len(key) {
					mine, has = other, true
				}
			}
		}
		if !has {
			all = append(all, at+"."+key+" is missing")
			continue
		}
		all = append(all, lacking(at+"."+key, value, mine)...)
	}
	return all
}

func TestAShapeThatLacksSomethingIsSeen(t *testing.T) {
	theirs := map[string]any{"a": 1.0, "rates": map[string]any{"USD": 1.0}}
	for _, ours := range []map[string]any{
		{"rates": map[string]any{"EUR": 1.0}},
		{"a": "1", "rates": map[string]any{"EUR": 1.0}},
		{"a": 1.0, "rates": map[string]any{"EUR": "1"}},
		{"a": 1.0, "rates": map[string]any{}},
		{"a": 1.0, "rates": 1.0},
	} {
		if len(lacking("", theirs, ours)) != 1 {
			t.Errorf("%v passes for %v", ours, theirs)
		}
	}
}

// What the templates of easy-currencies ask, and what its handlers read of the replies.
func TestTheFlowsOfEasyCurrenciesFindTheirRates(t *testing.T) {
	mux, _ := dialects(t, time.Time{})
	for address, rates := range map[string]func(map[string]any) any{
		"/v4/latest/USD": func(m map[string]any) any { return m["rates"].(map[string]any)["GBP"] },
		"/api/latest?access_key=KEY&base=USD&symbols=GBP": func(m map[string]any) any { return m["rates"].(map[string]any)["GBP"] },
		"/api/latest.json?app_id=KEY&base=USD":            func(m map[string]any) any { return m["rates"].(map[string]any)["GBP"] },
		"/api/live?access_key=KEY&source=USD":             func(m map[string]any) any { return m["quotes"].(map[string]any)["USDGBP"] },
	} {
		var reply map[string]any
		if err := json.Unmarshal(demand(mux, "GET", address).Body.Bytes(), &reply); err != nil {
			t.Fatal(err)
		}
		if got := rates(reply); got != 0.729403828316 {
			t.Errorf("%s: %v", address, got)
		}
	}
	for address, read := range map[string]func(map[string]any) any{
		"/v4/latest/QQQ":                       func(m map[string]any) any { return m["result"] },
		"/api/latest?access_key=KEY&base=QQQ":  func(m map[string]any) any { return m["error"].(map[string]any)["code"] },
		"/api/live?access_key=KEY&source=QQQ":  func(m map[string]any) any { return m["error"].(map[string]any)["code"] },
		"/api/latest.json?app_id=KEY&base=QQQ": func(m map[string]any) any { return m["status"] },
	} {
		w := demand(mux, "GET", address)
		var reply map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil {
			t.Fatal(err)
		}
		if got := read(reply); !slices.Contains([]any{"error", 201.0, 400.0}, got) {
			t.Errorf("%s: %d, read as %v", address, w.Code, got)
		}
	}
}

func TestAllDialectsAndTheLedgerSayTheSame(t *testing.T) {
	mux, ledger := dialects(t, time.Time{})
	read := func(address, part string) map[string]json.Number {
		var reply map[string]json.RawMessage
		if err := json.Unmarshal(demand(mux, "GET", address).Body.Bytes(), &reply); err != nil {
			t.Fatal(err)
		}
		var rates map[string]json.Number
		if err := json.Unmarshal(reply[part], &rates); err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		return rates
	}
	for _, base := range []string{"EUR", "USD", "GBP", "JPY", "IDR", "XOF"} {
		for _, day := range []string{"2025-12-30", "2026-01-12", "2026-02-01", "2026-02-02"} {
			asOf, err := market.ParseAsOf(day, "")
			if err != nil {
				t.Fatal(err)
			}
			rates := read("/api/"+day+"?base="+base, "rates")
			y, m, d := day[:4], strings.TrimLeft(day[5:7], "0"), strings.TrimLeft(day[8:], "0")
			for address, others := range map[string]map[string]json.Number{
				"oxr":   read("/api/historical/"+day+".json?base="+base, "rates"),
				"erapi": read("/v6/k/history/"+base+"/"+y+"/"+m+"/"+d, "conversion_rates"),
			} {
				if fmt.Sprint(others) != fmt.Sprint(rates) {
					t.Errorf("%s, %s of %s:\n%v\n%v", address, base, day, others, rates)
				}
			}
			quotes := read("/historical?date="+day+"&source="+base, "quotes")
			for code, rate := range rates {
				if quotes[base+code] != rate {
					t.Errorf("%s of %s: layer says %s, fixer %s", base+code, day, quotes[base+code], rate)
				}
				if code == base {
					continue
				}
				p, err := ledger.Rate(t.Context(), market.Pair(currency.Code(base), currency.Code(code)), asOf)
				if err != nil || p.Value.String() != rate.String() {
					t.Errorf("%s of %s: the ledger says %s (%v), fixer %s", base+code, day, p.Value, err, rate)
				}
			}
			if len(rates) < 5 || len(quotes) != len(rates) {
				t.Errorf("%s of %s: %d rates, %d quotes", base, day, len(rates), len(quotes))
			}
		}
	}
}

func TestADialectIsHTTPAsItShouldBe(t *testing.T) {
	mux, _ := dialects(t, time.Time{})
	for _, address := range []string{"/api/latest", "/api/2026-01-30", "/live", "/api/latest.json", "/v6/latest/EUR", "/v6/k/codes", "/v4/latest/EUR"} {
		got := demand(mux, "GET", address)
		if got.Header().Get("Access-Control-Allow-Origin") != "*" || got.Header().Get("Content-Type") != api.JSON {
			t.Errorf("%s: %v", address, got.Header())
		}
		head := demand(mux, "HEAD", address)
		if head.Code != 200 || head.Body.Len() > 0 || head.Header().Get("ETag") != got.Header().Get("ETag") {
			t.Errorf("HEAD %s: %d, %d bytes", address, head.Code, head.Body.Len())
		}
		if w := demand(mux, "OPTIONS", address); w.Code != 204 || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("OPTIONS %s: %d", address, w.Code)
		}
		if w := demand(mux, "POST", address); w.Code != 405 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("POST %s: %d %s", address, w.Code, w.Body)
		}
		again := httptest.NewRequest("GET", address, nil)
		again.Header.Set("If-None-Match", got.Header().Get("ETag"))
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, again)
		if w.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", address, w.Code)
		}
	}
	if got := demand(mux, "GET", "/api/2026-01-30").Header(); got.Get("Last-Modified") != "Fri, 30 Jan 2026 16:00:00 GMT" ||
		!strings.Contains(got.Get("Cache-Control"), "max-age=3600") {
		t.Errorf("a day gone by: %v", got)
	}
	for _, pair := range [][2]string{
		{"/api/latest?access_key=a", "/api/latest?access_key=b"}, {"/api/latest.json?app_id=a", "/api/latest.json"}, {"/v6/a/codes", "/v6/b/codes"},
	} {
		if a, b := demand(mux, "GET", pair[0]), demand(mux, "GET", pair[1]); a.Body.String() != b.Body.String() {
			t.Errorf("the key counts: %v", pair)
		}
	}
	if body := demand(mux, "GET", "/api/latest.json?symbols=EUR&prettyprint=true").Body.String(); !strings.Contains(body, "\n  \"base\": \"USD\",\n") {
		t.Errorf("not pretty: %s", body)
	}
}

func TestOtherRoutesStayTheirs(t *testing.T) {
	mux, _ := dialects(t, time.Time{})
	for _, address := range []string{"/", "/api/", "/api/v1", "/api/v1/rates", "/api/openapi.json", "/latest", "/currencies", "/2026-01-30..", "/healthz"} {
		if body := demand(mux, "GET", address).Body.String(); body != "other" {
			t.Errorf("%s is answered by a dialect: %s", address, body)
		}
	}
}

func FuzzDialects(f *testing.F) {
	for _, address := range originals {
		f.Add(address)
	}
	for _, address := range []string{
		"/api/convert?from=EUR&to=USD&amount=1e3&date=2026-01-30", "/api/timeseries?start_date=2026-01-30&end_date=2026-02-02&symbols=USD",
		"/api/fluctuation?start_date=0001-01-01&end_date=0001-01-02", "/change", "/timeframe?start_date=2025-12-31&end_date=2026-01-01", "/list",
		"/api/time-series.json?start=2026-02-01&end=2026-02-02&prettyprint=1", "/api/convert/1/EUR/USD", "/api/9999-12-31", "/api/0000-01-01",
		"/v6/k/history/EUR/2026/2/2/10?legacy=1", "/v6/k/pair/EUR/IDR/0.1?legacy=1", "/v4/latest/eur", "/v6/%2f/codes", "/api/live?source=%00",
	} {
		f.Add(address)
	}
	mux, _ := dialects(f, time.Time{})
	f.Fuzz(func(t *testing.T, address string) {
		r, err := http.NewRequest("GET", "http://courant.example"+address, nil)
		if err != nil || !strings.HasPrefix(address, "/") {
			return
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		if w.Body.String() == "other" || w.Code/100 == 3 {
			return
		}
		if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%q: %d %s", address, w.Code, w.Body)
		}
	})
}

func TestWhoBringsAnAccessKeyNeedsNoApiInThePath(t *testing.T) {
	mux, _ := dialects(t, time.Time{})
	for address, like := range map[string]string{
		"/latest?access_key=k&symbols=USD":        "/api/latest?access_key=k&symbols=USD",
		"/v1/latest?access_key=k&base=USD":        "/api/latest?access_key=k&base=USD",
		"/2026-01-30?access_key=k":                "/api/2026-01-30?access_key=k",
		"/v1/symbols?access_key=k":                "/api/symbols?access_key=k",
		"/v1/latest?access_key=k&base=QQQ":        "/api/latest?access_key=k&base=QQQ",
		"/v1/2026-13-01?access_key=k&symbols=USD": "/api/2026-13-01?access_key=k&symbols=USD",
	} {
		got, want := demand(fixer.Bare(mux), "GET", address).Body.String(), demand(mux, "GET", like).Body.String()
		if got != want || !strings.Contains(got, `"success"`) {
			t.Errorf("%s answers %s, want %s", address, got, want)
		}
	}
	for _, address := range []string{"/latest", "/v1/latest", "/2026-01-30", "/stories?access_key=k", "/v1/currencies?access_key=k"} {
		if got := demand(fixer.Bare(mux), "GET", address).Body.String(); got != "other" {
			t.Errorf("%s answers %s", address, got)
		}
	}
}
