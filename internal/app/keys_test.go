package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/keys"
)

func TestProgramsAreLimitedReadersAreNotAndWhatAKeyAskedIsWrittenAtTheEnd(t *testing.T) {
	config := app.Config{
		Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Metrics: "127.0.0.1:0", Name: "Courant", Base: "EUR", PerAddress: "2",
	}
	a, err := app.New(t.Context(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	k, secret, err := keys.New("app", 4, time.Now())
	if err == nil {
		err = a.Store.AddKey(t.Context(), k)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	for _, c := range []struct {
		path   string
		status int
	}{
		{"/api/v1/currencies", 200},
		{"/api/v1/currencies?access_key=another", 400}, // which counts too
		{"/api/v1/currencies", 429},
		{"/latest", 429}, // an address of old, which a dialect answers
		{"/mcp", 429},
		{"/feeds/sources/ecb.atom", 429},
		{"/api/", 200},          // where it is said why
		{"/embed/rate.js", 200}, // which stands on other sites' pages
		{"/embed", 404},         // since nobody has said anything yet
		{"/", 200},
		{"/sources", 200},
		{"/nothing", 404},
		{"/healthz", 200},
		{"/api/v1/currencies?access_key=" + secret, 200},
		{"/api/v1/currencies?apikey=" + secret, 200},
		{"/v1/currencies?apikey=" + secret, 200},
		{"/v6/" + secret + "/codes", 404}, // nobody has said anything yet
		{"/api/symbols?access_key=" + secret, 429},
		{"/api/v1/currencies?app_id=ck_unknown", 401},
	} {
		resp, body := fetched(t, "http://"+a.Addr()+c.path)
		if resp.StatusCode != c.status {
			t.Errorf("%s: %d, want %d: %.300s", c.path, resp.StatusCode, c.status, body)
		}
	}
	_, counted := fetched(t, "http://"+a.MetricsAddr()+"/metrics")
	for _, want := range []string{
		`courant_http_requests_total{route="/api/v1/currencies",status="429"} 1`, `courant_http_requests_total{route="/api/v1/currencies",status="401"} 1`,
		`courant_http_requests_total{route="/api/v1/currencies",status="200"} 3`, `courant_http_requests_total{route="/v1/latest",status="429"} 1`,
	} {
		if !strings.Contains(counted, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if strings.Contains(counted, secret) {
		t.Error("the metrics hold a key")
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	h, err := app.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	tallies, err := h.Store.Tallies(t.Context(), time.Now())
	if got := tallies["app"]; err != nil || got.Total != 4 || got.Refused != 1 {
		t.Errorf("%+v, %v; want four and one refused", got, err)
	}
}

func TestALimitThatIsNoNumberOfRequestsIsRefused(t *testing.T) {
	for _, text := range []string{"-1", "many", "1.5", "1000001"} {
		c := app.Config{Data: "data", Listen: "127.0.0.1:0", Base: "EUR", PerAddress: text}
		if err := c.Check(); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "the setting per-address") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What is answered to a key is what is answered to everybody, byte for byte, with the same tag, so that caches may keep it.
func TestAKeyChangesNoReply(t *testing.T) {
	address, a := house(t)
	k, secret, err := keys.New("app", 1000, time.Now())
	if err == nil {
		err = a.Store.AddKey(t.Context(), k)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/v1/board?as_of=2026-02-02", "/api/2026-02-02?base=EUR", "/v2/currencies", "/live", "/v6/history/USD/2026/2/2"} {
		plain, body := fetched(t, address+path)
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		keyed, same := fetched(t, address+path+separator+"access_key="+secret)
		plain.Header.Del("Date")
		keyed.Header.Del("Date")
		if plain.StatusCode != keyed.StatusCode || body != same || !sameHeaders(plain.Header, keyed.Header) {
			t.Errorf("%s: %d %v %.200s\nand with a key\n%d %v %.200s", path, plain.StatusCode, plain.Header, body, keyed.StatusCode, keyed.Header, same)
		}
	}
}

func sameHeaders(a, b http.Header) bool {
	for name := range b {
		if a.Get(name) != b.Get(name) {
			return false
		}
	}
	return len(a) == len(b)
}

func TestWhoIsRefusedReadsItAsTheAskedInterfacePutsIt(t *testing.T) {
	config := app.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Name: "Courant", Base: "EUR", PerAddress: "1"}
	a, err := app.New(t.Context(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	serve(t, a)
	fetched(t, "http://"+a.Addr()+"/api/v1/currencies") // the one that this address may ask
	for path, want := range map[string]string{
		"/api/v1/currencies":                       `"title":"Asked too often","status":429`,
		"/latest":                                  `{"message":"this address may ask 1 times a minute`,
		"/v2/rates":                                `{"status":429,"message":"this address may ask`,
		"/api/latest":                              `"error":{"code":104,"type":"usage_limit_reached","info":"this address may ask`,
		"/live":                                    `"error":{"code":104,"type":"usage_limit_reached"`,
		"/api/latest.json":                         `"status":429,"message":"access_restricted"`,
		"/v6/latest/USD":                           `"error-type":"quota-reached"`,
		"/api/latest?access_key=ck_unknown":        `"error":{"code":101,"type":"invalid_access_key"`,
		"/live?access_key=ck_unknown":              `"error":{"code":101,"type":"invalid_access_key"`,
		"/api/latest.json?app_id=ck_unknown":       `"status":401,"message":"invalid_app_id"`,
		"/v6/ck_unknown/latest/USD":                `"error-type":"invalid-key"`,
		"/v1/latest?apikey=ck_unknown":             `{"message":"`,
		"/api/v1/rate/EUR/USD?access_key=ck_wrong": `"title":"The key is not known","status":401`,
	} {
		resp, body := fetched(t, "http://"+a.Addr()+path)
		if !strings.Contains(body, want) {
			t.Errorf("%s: %s, want %s", path, body, want)
		}
		if refused := 401; strings.Contains(path, "ck_") && resp.StatusCode != refused || !strings.Contains(path, "ck_") && resp.StatusCode != 429 {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
		if resp.Header.Get("Access-Control-Allow-Origin") != "*" || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, resp.Header)
		}
	}
}
