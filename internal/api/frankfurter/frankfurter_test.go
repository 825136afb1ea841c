package frankfurter_test

import (
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/api/frankfurter"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

var (
	ecb   = market.Source{ID: "ecb", Name: "European Central Bank", Kind: market.Official, Issuer: "EUR", Fresh: 5 * 24 * time.Hour, Terms: market.Free}
	open  = market.Source{ID: "open-set", Name: "An Open Set", Kind: market.Dataset, Fresh: 3 * 24 * time.Hour, Terms: market.Free}
	close = market.Source{ID: "close-set", Name: "A Closed Set", Kind: market.Official, Fresh: 3 * 24 * time.Hour, Terms: market.ShowOnly}
)

// says is a rate that a source gave of a day.
func says(source market.Source, on, pair, value string) market.Observation {
	at, err := time.Parse(time.DateOnly, on)
	if err != nil {
		panic(err)
	}
	return market.NewObservation(market.Symbol(pair), market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: at.Add(12 * time.Hour)}, source.ID, "")
}

// spring is a server of a few days of April 2026, of which three sources say something.
func spring(t testing.TB) (*httptest.Server, *market.Ledger) {
	t.Helper()
	ledger, b := paper(t)
	record(t, ledger,
		says(ecb, "2026-04-09", "EUR/USD", "1.1685"), says(ecb, "2026-04-09", "EUR/IDR", "20110.11"), says(ecb, "2026-04-09", "EUR/JPY", "186.10"),
		says(ecb, "2026-04-10", "EUR/USD", "1.1711"), says(ecb, "2026-04-10", "EUR/IDR", "20100.00"), says(ecb, "2026-04-10", "EUR/JPY", "186.50"),
		says(ecb, "2026-04-13", "EUR/USD", "1.1684"), says(ecb, "2026-04-13", "EUR/IDR", "20082.05"), says(ecb, "2026-04-13", "EUR/JPY", "186.750"),
		says(open, "2026-04-12", "USD/EUR", "0.8540"), says(open, "2026-04-12", "USD/LBP", "89500"),
		says(open, "2026-04-13", "USD/EUR", "0.8560"), says(open, "2026-04-13", "USD/LBP", "89550"),
		says(close, "2026-04-13", "EUR/USD", "1.1999"), says(close, "2026-04-13", "EUR/VND", "30000"),
	)
	return served(t, ledger, b), ledger
}

func record(t testing.TB, ledger *market.Ledger, all ...market.Observation) {
	t.Helper()
	if _, err := ledger.Record(t.Context(), []market.Source{ecb, open, close}, all, nil); err != nil {
		t.Fatal(err)
	}
}

// get asks with a method and headers as "Accept: text/csv".
func get(t testing.TB, server *httptest.Server, method, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	tr := transcript{method: method, header: http.Header{}}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		tr.header.Set(name, value)
	}
	return answer(t, server, tr, path)
}

func TestNoDigitIsLost(t *testing.T) {
	server, _ := spring(t)
	for path, want := range map[string]string{
		"/v1/latest?base=IDR&symbols=EUR":                 `{"amount":1.0,"base":"IDR","date":"2026-04-13","rates":{"EUR":0.0000497957130871}}`,
		"/v1/latest?symbols=JPY":                          `{"amount":1.0,"base":"EUR","date":"2026-04-13","rates":{"JPY":186.750}}`,
		"/v1/latest?amount=12345.67&to=USD":               `{"amount":12345.67,"base":"EUR","date":"2026-04-13","rates":{"USD":14424.68}}`,
		"/v1/latest?amount=12345.67&to=USD&legacy=1":      `{"amount":12345.67,"base":"EUR","date":"2026-04-13","rates":{"USD":14425}}`,
		"/v1/latest?from=USD&to=JPY,IDR&amount=2":         `{"amount":2.0,"base":"USD","date":"2026-04-13","rates":{"IDR":34375.30,"JPY":320}}`,
		"/v1/latest?from=IDR&to=USD&amount=1000000000000": `{"amount":1000000000000.0,"base":"IDR","date":"2026-04-13","rates":{"USD":58181311.17}}`,
		"/v2/rate/IDR/EUR":                                `{"date":"2026-04-13","base":"IDR","quote":"EUR","rate":0.0000497957130871}`,
		"/v2/rate/LBP/EUR":                                `{"date":"2026-04-13","base":"LBP","quote":"EUR","rate":0.00000955890563931}`,
		"/v2/rate/LBP/EUR?legacy=1":                       `{"date":"2026-04-13","base":"LBP","quote":"EUR","rate":0.00001}`,
		"/v2/rate/EUR/BGN":                                `{"date":"2026-04-13","base":"EUR","quote":"BGN","rate":1.95583}`,
	} {
		if _, body := get(t, server, "GET", path); body != want {
			t.Errorf("%s:\ngot  %s\nwant %s", path, body, want)
		}
	}
}

func TestAnAmountIsExactToTheLastUnit(t *testing.T) {
	server, _ := spring(t)
	rates := map[string]*big.Rat{"EUR": big.NewRat(1, 1), "USD": rat("1.1684"), "IDR": rat("20082.05"), "JPY": rat("186.750")}
	places := map[string]int{"EUR": 2, "USD": 2, "IDR": 2, "JPY": 0}
	for _, amount := range []string{"0.01", "3", "12345.67", "99999999999.99", "123456789012345678.87654321"} {
		for base, under := range rates {
			for quote, over := range rates {
				if base == quote {
					continue
				}
				_, body := get(t, server, "GET", "/v1/latest?amount="+amount+"&from="+base+"&to="+quote)
				var reply struct {
					Rates map[string]json.Number
				}
				if err := json.Unmarshal([]byte(body), &reply); err != nil {
					t.Fatal(err, body)
				}
				exact := new(big.Rat).Mul(rat(amount), new(big.Rat).Quo(over, under))
				off := new(big.Rat).Sub(exact, rat(reply.Rates[quote].String()))
				half := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Mul(big.NewInt(2), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places[quote])), nil)))
				if off.Abs(off).Cmp(half) > 0 {
					t.Errorf("%s %s in %s: %s is off by %s", amount, base, quote, reply.Rates[quote], off.FloatString(8))
				}
			}
		}
	}
}

func rat(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	return r
}

func TestWhatASourceSaysStandsBesideTheRate(t *testing.T) {
	server, _ := spring(t)
	for path, want := range map[string]string{
		"/v2/rates?quotes=USD&expand=providers": `[{"date":"2026-04-13","base":"EUR","quote":"USD","rate":1.1684,"providers":[` +
			`{"key":"ECB","date":"2026-04-13","rate":1.1684},{"key":"OPEN-SET","date":"2026-04-13","rate":1.16822429907,"excluded":true}]}]`,
		"/v2/rates.csv?quotes=USD,AED&expand=providers": "date,base,quote,rate,providers\n2026-04-13,EUR,AED,4.290949,\n" +
			"2026-04-13,EUR,USD,1.1684,ECB:1.1684|OPEN-SET:1.16822429907*\n",
		"/v2/rates?quotes=USD&providers=open-set": `[{"date":"2026-04-13","base":"EUR","quote":"USD","rate":1.16822429907}]`,
		"/v2/providers/OPEN-SET/rates?quotes=USD": `[{"date":"2026-04-13","base":"EUR","quote":"USD","rate":1.16822429907}]`,
		"/v2/rates?quotes=AED&providers=ECB":      `[]`, // the bank says nothing of the dirham
		"/v2/rates?quotes=VND":                    `[]`, // whose source may not be passed on
		"/v2/rates?quotes=USD&from=2026-04-10&expand=providers": `[{"date":"2026-04-10","base":"EUR","quote":"USD","rate":1.1711,"providers":[{"key":"ECB","date":"2026-04-10","rate":1.1711}]},` +
			`{"date":"2026-04-13","base":"EUR","quote":"USD","rate":1.1684,"providers":[{"key":"ECB","date":"2026-04-13","rate":1.1684},{"key":"OPEN-SET","date":"2026-04-13","rate":1.16822429907,"excluded":true}]}]`,
		"/v2/rates?base=USD&quotes=LBP&from=2026-04-01&group=month&expand=providers": `[{"date":"2026-04-01","base":"USD","quote":"LBP","rate":89525,"providers":[{"key":"OPEN-SET","date":"2026-04-01","rate":89525}]}]`,
		"/v2/rates?base=USD&quotes=AED,USD&from=2026-04-11": `[{"date":"2026-04-10","base":"USD","quote":"AED","rate":3.6725},{"date":"2026-04-10","base":"USD","quote":"USD","rate":1.0},` +
			`{"date":"2026-04-12","base":"USD","quote":"AED","rate":3.6725},{"date":"2026-04-12","base":"USD","quote":"USD","rate":1.0},` +
			`{"date":"2026-04-13","base":"USD","quote":"AED","rate":3.6725},{"date":"2026-04-13","base":"USD","quote":"USD","rate":1.0}]`,
		"/v2/rates?quotes=EUR": `[{"date":"2026-04-13","base":"EUR","quote":"EUR","rate":1.0}]`,
	} {
		if _, body := get(t, server, "GET", path); body != want {
			t.Errorf("%s:\ngot  %s\nwant %s", path, body, want)
		}
	}
}

func TestAPegHoldsFromItsFirstDayToItsLast(t *testing.T) {
	ledger, b := paper(t)
	record(t, ledger,
		says(ecb, "2010-03-01", "EUR/USD", "1.3525"), says(ecb, "2025-06-30", "EUR/USD", "1.1720"), says(ecb, "2025-07-01", "EUR/USD", "1.1810"))
	server := served(t, ledger, b)
	for path, want := range map[string]string{
		"/v2/rates?quotes=TMT&date=2010-03-01":                        `[]`, // tied since 2015
		"/v2/rates?base=USD&quotes=ANG&from=2025-06-30":               `[{"date":"2025-06-30","base":"USD","quote":"ANG","rate":1.79}]`,
		"/v2/rate/EUR/ANG?date=2025-06-30":                            `{"date":"2025-06-30","base":"EUR","quote":"ANG","rate":2.09788}`,
		"/v2/rate/EUR/ANG?date=2025-07-01":                            `{"status":404,"message":"not found"}`,
		"/v2/rates?base=USD&quotes=XCG&from=2025-06-30&to=2025-07-01": `[{"date":"2025-06-30","base":"USD","quote":"XCG","rate":1.79},{"date":"2025-07-01","base":"USD","quote":"XCG","rate":1.79}]`,
	} {
		if _, body := get(t, server, "GET", path); body != want {
			t.Errorf("%s:\ngot  %s\nwant %s", path, body, want)
		}
	}
}

// What is fixed is of the day of the others. Where these are too old to be carried on, what somebody said of it meanwhile stands in.
func TestWhatIsFixedIsOfNoDayThatIsTooOld(t *testing.T) {
	ledger, b := paper(t)
	record(t, ledger, says(open, "2026-03-01", "USD/LBP", "89500"), says(open, "2026-04-03", "USD/AED", "3.6731"))
	server := served(t, ledger, b)
	const dirham = `{"date":"2026-04-03","base":"USD","quote":"AED","rate":3.6731`
	for path, want := range map[string]string{
		"/v2/rates?base=USD":                             `[` + dirham + `},{"date":"2026-04-03","base":"USD","quote":"USD","rate":1.0}]`,
		"/v2/rates?base=USD&quotes=AED,LBP":              `[` + dirham + `}]`,
		"/v2/rates?base=USD&quotes=AED":                  `[` + dirham + `}]`,
		"/v2/rate/USD/AED":                               dirham + `}`,
		"/v2/rates?base=USD&providers=open-set":          `[` + dirham + `},{"date":"2026-04-03","base":"USD","quote":"USD","rate":1.0}]`,
		"/v2/rates?base=USD&quotes=AED&expand=providers": `[` + dirham + `,"providers":[{"key":"OPEN-SET","date":"2026-04-03","rate":3.6731}]}]`,
	} {
		if _, body := get(t, server, "GET", path); body != want {
			t.Errorf("%s:\ngot  %s\nwant %s", path, body, want)
		}
	}
}

func TestWhatWasNotAskedIsNotAnswered(t *testing.T) {
	server, _ := spring(t)
	for path, want := range map[string]string{
		"/v1/latest?symbols[]=USD":                    "symbols[] is no parameter: write a list with commas, as symbols=USD,GBP",
		"/v1/latest?base=USD&base=EUR":                "base stands 2 times: give it once, a list with commas",
		"/v1/latest?amount=1e400":                     "invalid amount",
		"/v1/latest?amount=12abc":                     "invalid amount",
		"/v1/latest?legacy=yes":                       "invalid legacy: 1 restores the original's rounding, 0 does not",
		"/v1/2024-02-30":                              "invalid date",
		"/v1/2026-04-01..2024-02-30":                  "invalid date",
		"/v2/rates?quotes[]=USD":                      "unknown parameter: quotes[]",
		"/v2/rates?to=2026-04-01":                     "to needs from: ask from=2026-01-31&to=2026-04-01, or date=2026-04-01 for that day",
		"/v2/rates?date=2026-04":                      "invalid date",
		"/v2/rates?from=2026-04-01&date=2026-04-01":   "conflicting params",
		"/v2/rate/EUR/USD?amount=3":                   "unknown parameter: amount",
		"/v2/rate/EUR/USD/2026-04-10?date=2026-04-09": "conflicting params",
		"/v2/rate/EUR/USD?quotes=JPY":                 "conflicting params: the path names base and quote",
		"/v2/rate/EUR/USD,JPY":                        "one rate is of one currency: ask /v2/rates?base=EUR&quotes=USD,JPY",
		"/v2/providers/ECB/rates?providers=OPEN-SET":  "unknown parameter: providers",
		"/v2/currencies?scope=some":                   "invalid scope: all adds the currencies that are no longer quoted",
		"/v2/rates?quotes=%zz":                        "the query cannot be read",
	} {
		resp, body := get(t, server, "GET", path)
		var reply struct{ Message string }
		if err := json.Unmarshal([]byte(body), &reply); err != nil || resp.StatusCode != 422 || !strings.HasPrefix(reply.Message, want) {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
		if resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v", path, resp.Header)
		}
	}
}

func TestWhoHasAnAnswerIsToldThatItHolds(t *testing.T) {
	server, ledger := spring(t)
	for _, path := range []string{
		"/v1/latest", "/v1/2026-04-10", "/v1/2026-04-09..", "/v1/currencies", "/v2/rates", "/v2/rate/EUR/USD", "/v2/rates.csv",
		"/v2/rates?from=2026-04-01", "/v2/currencies", "/v2/currency/USD", "/v2/providers", "/v2/openapi.json", "/v1/openapi.json",
	} {
		resp, body := get(t, server, "GET", path)
		tag := resp.Header.Get("Etag")
		if resp.StatusCode != 200 || tag == "" {
			t.Errorf("%s: %d %v", path, resp.StatusCode, resp.Header)
		}
		head, none := get(t, server, "HEAD", path)
		if head.StatusCode != 200 || none != "" || head.Header.Get("Content-Length") != resp.Header.Get("Content-Length") || len(body) == 0 {
			t.Errorf("HEAD %s: %d %q %v", path, head.StatusCode, none, head.Header)
		}
		if held, _ := get(t, server, "GET", path, "If-None-Match: "+tag); held.StatusCode != 304 {
			t.Errorf("%s: %d for who holds it", path, held.StatusCode)
		}
	}
	before, _ := get(t, server, "GET", "/v1/2026-04-13?symbols=USD")
	record(t, ledger, market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("1.1685"),
		market.Moment{At: says(ecb, "2026-04-13", "EUR/USD", "1").At, Seen: clock}, "ecb", ""))
	after, body := get(t, server, "GET", "/v1/2026-04-13?symbols=USD", "If-None-Match: "+before.Header.Get("Etag"))
	if after.StatusCode != 200 || !strings.Contains(body, "1.1685") {
		t.Errorf("a revision under the same date: %d %s", after.StatusCode, body)
	}
}

func TestOnlyWhatIsOfDaysGoneBySaysWhenItWasLearnt(t *testing.T) {
	server, _ := spring(t)
	for path, want := range map[string]string{
		"/v1/2026-04-10?symbols=USD": "Fri, 10 Apr 2026 12:00:00 GMT", "/v1/2026-04-09..2026-04-10": "Fri, 10 Apr 2026 12:00:00 GMT",
		"/v2/rates?from=2026-04-09&to=2026-04-10": "Fri, 10 Apr 2026 12:00:00 GMT", "/v2/rate/EUR/USD?date=2026-04-10": "Fri, 10 Apr 2026 12:00:00 GMT",
		// A rate of these may grow too old, and so they may change, without anything having been learnt.
		"/v1/latest": "", "/v1/2026-04-09..": "", "/v2/rates": "", "/v2/rates?from=2026-04-09": "", "/v2/rate/EUR/USD": "",
	} {
		if resp, body := get(t, server, "GET", path); resp.StatusCode != 200 || resp.Header.Get("Last-Modified") != want {
			t.Errorf("%s: %d, Last-Modified %q and not %q: %.80s", path, resp.StatusCode, resp.Header.Get("Last-Modified"), want, body)
		}
	}
}

func TestPathsWithoutAVersionAreThoseOfVersionOne(t *testing.T) {
	server, _ := spring(t)
	for old, now := range map[string]string{
		"/latest?from=USD&to=EUR": "/v1/latest?from=USD&to=EUR", "/2026-04-11": "/v1/2026-04-11", "/currencies": "/v1/currencies",
		"/2026-04-09..": "/v1/2026-04-09..", "/2026-04-09..2026-04-10": "/v1/2026-04-09..2026-04-10",
	} {
		resp, got := get(t, server, "GET", old)
		if _, want := get(t, server, "GET", now); got != want || resp.StatusCode != 200 {
			t.Errorf("%s: %d %s", old, resp.StatusCode, got)
		}
	}
	site := frankfurter.Old(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(r.URL.Path)) }))
	for _, path := range []string{"/", "/audit", "/sources", "/2026", "/2026-04", "/2026/04/13/a-story", "/latest/", "/markets/currencies", "/latest?access_key=1", "/2026-04-13..x"} {
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		if got, _, _ := strings.Cut(path, "?"); w.Body.String() != got {
			t.Errorf("%s was moved to %s", path, w.Body)
		}
	}
}

func FuzzAsk(f *testing.F) {
	for _, seed := range []string{
		"/v1/latest?base=usd", "/v1/2026-04-09..2026-04-13?to=USD&amount=3", "/v2/rates?from=2026-04-01&group=week&expand=providers",
		"/v2/rate/EUR/USD.csv", "/v2/rates.csv?quotes=USD,,x", "/v2/currency/usd", "/2026-04-13..", "/v1/2026-04-13..2026-13-13?amount=1e40", "/v2/rate/a/b/c?date=0000-00-00",
	} {
		f.Add(seed, "application/json")
	}
	ledger, b := paper(f)
	record(f, ledger, says(ecb, "2026-04-10", "EUR/USD", "1.1711"), says(ecb, "2026-04-13", "EUR/USD", "1.1684"))
	mux := http.NewServeMux()
	frankfurter.Mount(mux, api.New(ledger, b, api.Options{Now: func() time.Time { return clock }}))
	handler := frankfurter.Old(mux)
	f.Fuzz(func(t *testing.T, target, accept string) {
		at, err := url.ParseRequestURI(target)
		if err != nil || at.Host != "" || !strings.HasPrefix(at.Path, "/") {
			return // no request
		}
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.URL = at
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%s: %d %s", target, w.Code, w.Body)
		}
		if kind := w.Header().Get("Content-Type"); strings.HasPrefix(kind, "application/json") && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s: no JSON: %s", target, w.Body)
		}
	})
}
