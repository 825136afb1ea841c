package mcp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/api/mcp"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/store/storetest"
)

var update = flag.Bool("update", false, "write the golden file of the tools")

var (
	noon = time.Date(2026, 2, 4, 12, 0, 0, 0, time.UTC)

	bank = market.Source{
		ID: "bank", Name: "A Bank", Kind: market.Official, Fresh: 4 * 24 * time.Hour, Terms: market.Free, Attribution: "Source: A Bank, free to pass on",
	}
	gathered = market.Source{ID: "gathered", Name: "A Dataset", Kind: market.Dataset, Fresh: 4 * 24 * time.Hour, Terms: market.Free}
	shown    = market.Source{ID: "shown", Name: "Shown Only", Kind: market.Official, Fresh: 4 * 24 * time.Hour, Terms: market.ShowOnly}
)

// said is what a source said of a day of February 2026, learnt at four in the afternoon.
func said(s market.Source, pair market.Symbol, value string, day int) market.Observation {
	at := time.Date(2026, 2, day, 0, 0, 0, 0, time.UTC)
	return market.NewObservation(pair, market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: at.Add(16 * time.Hour)}, s.ID, "")
}

var ledger = []market.Observation{
	said(bank, "EUR/USD", "1.1840", 2), said(bank, "EUR/JPY", "183.20", 2), said(bank, "EUR/IDR", "19876.54", 2), said(bank, "EUR/XAU", "0.000245", 2),
	said(bank, "EUR/USD", "1.1811", 3), said(bank, "EUR/JPY", "182.95", 3),
	said(gathered, "EUR/USD", "1.19", 3), said(gathered, "EUR/ISK", "143.1", 3),
	said(shown, "EUR/USD", "9.9999", 3), said(shown, "EUR/NOK", "11.5", 3),
}

// face is a face, with a paper and its newsroom over the same store.
type face struct {
	*api.Face
	paper    *news.Paper
	newsroom *news.Newsroom
	ledger   *market.Ledger
}

// newFace is a face over a fresh store with the ledger, at noon of 4 February 2026.
func newFace(t testing.TB) face {
	t.Helper()
	db := storetest.Open(t)
	now := func() time.Time { return noon }
	b := bus.New()
	l := market.NewLedger(db, b, market.LedgerOptions{Now: now})
	if _, err := l.Record(t.Context(), []market.Source{bank, gathered, shown}, ledger, nil); err != nil {
		t.Fatal(err)
	}
	return face{api.New(l, b, api.Options{Now: now, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}), news.NewPaper(db), news.NewNewsroom(db, l, b, now), l}
}

// client is a client with what it was told of the tools.
type client struct {
	*sdk.ClientSession
	tools map[string]*sdk.Tool
}

func connect(t *testing.T, transport sdk.Transport) *client {
	t.Helper()
	session, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	})
	list, err := session.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{session, map[string]*sdk.Tool{}}
	for _, tool := range list.Tools {
		c.tools[tool.Name] = tool
	}
	return c
}

// roads are the ways to a server.
var roads = map[string]func(t *testing.T, f face) *client{
	"http": func(t *testing.T, f face) *client {
		mux := http.NewServeMux()
		mcp.Mount(mux, f.Face, f.paper)
		server := httptest.NewServer(mux)
		t.Cleanup(server.Close)
		return connect(t, &sdk.StreamableClientTransport{Endpoint: server.URL + "/mcp", DisableStandaloneSSE: true})
	},
	"streams": func(t *testing.T, f face) *client {
		toServer, fromClient := io.Pipe()
		toClient, fromServer := io.Pipe()
		served := make(chan error, 1)
		ctx, stop := context.WithCancel(context.Background())
		go func() {
			served <- mcp.Serve(ctx, f.Face, f.paper, toServer, fromServer)
			fromServer.Close()
		}()
		t.Cleanup(func() {
			stop()
			if err := <-served; err != nil {
				t.Error(err)
			}
		})
		return connect(t, &sdk.IOTransport{Reader: toClient, Writer: fromClient})
	},
}

// each runs a test along every road.
func each(t *testing.T, test func(t *testing.T, c *client)) {
	for name, road := range roads {
		t.Run(name, func(t *testing.T) { test(t, road(t, newFace(t))) })
	}
}

// result is what a tool answered.
type result struct {
	text       string
	structured map[string]any
}

// call calls a tool, and holds its answer against the schema that it gave.
func (c *client) call(t *testing.T, tool string, arguments map[string]any) result {
	t.Helper()
	r, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		t.Fatalf("%s %v: %v", tool, arguments, err)
	}
	text := r.Content[0].(*sdk.TextContent).Text
	if r.IsError {
		t.Fatalf("%s %v: %s", tool, arguments, text)
	}
	schema, err := json.Marshal(c.tools[tool].OutputSchema)
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(schema, &s); err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := resolved.Validate(r.StructuredContent); err != nil {
		t.Errorf("the answer of %s does not fit its schema: %v", tool, err)
	}
	exactOnly(t, tool, r.StructuredContent)
	return result{text, r.StructuredContent.(map[string]any)}
}

// exactOnly finds numbers that are no counts.
func exactOnly(t *testing.T, where string, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			exactOnly(t, where+"."+k, inner)
		}
	case []any:
		for _, inner := range v {
			exactOnly(t, where, inner)
		}
	case float64:
		counts := []string{".others", ".agree", ".more", ".minor_units", ".subjects", ".errors", ".warnings", ".notes", ".line", ".sessions", ".beyond", ".of"}
		if !slices.ContainsFunc(counts, func(name string) bool { return strings.HasSuffix(where, name) }) {
			t.Errorf("%s is the number %v, which programs read as a floating-point one", where, v)
		}
	}
}

// at follows a path into an answer: at("rates", 0, "value").
func (r result) at(t *testing.T, path ...any) any {
	t.Helper()
	var v any = r.structured
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, ok := v.(map[string]any)
			if v = m[step]; !ok || v == nil {
				t.Fatalf("there is no %v in %v", path, r.structured)
			}
		case int:
			list, ok := v.([]any)
			if !ok || step >= len(list) {
				t.Fatalf("there is no %v in %v", path, r.structured)
			}
			v = list[step]
		}
	}
	return v
}

func (r result) want(t *testing.T, want any, path ...any) {
	t.Helper()
	if got := r.at(t, path...); got != want {
		t.Errorf("%v is %v, want %v", path, got, want)
	}
}

func (r result) says(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(r.text, w) {
			t.Errorf("the text lacks %q:\n%s", w, r.text)
		}
	}
}

func TestTheToolsAreAsTheyWere(t *testing.T) {
	const golden = "testdata/tools.golden.json"
	each(t, func(t *testing.T, c *client) {
		var all []*sdk.Tool
		for _, tool := range c.tools {
			all = append(all, tool)
			if a := tool.Annotations; a == nil || !a.ReadOnlyHint || a.DestructiveHint == nil || *a.DestructiveHint {
				t.Errorf("%s does not say that it only reads", tool.Name)
			}
		}
		slices.SortFunc(all, func(a, b *sdk.Tool) int { return strings.Compare(a.Name, b.Name) })
		got, err := json.MarshalIndent(all, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, '\n')
		if *update {
			if err := os.WriteFile(golden, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("the tools changed; -update writes them:\n%s", diff)
		}
	})
}

func TestARateComesWithItsSourceAndItsTimes(t *testing.T) {
	each(t, func(t *testing.T, c *client) {
		r := c.call(t, "rates", map[string]any{"pairs": []string{"EUR/USD", "usd/jpy", "EUR/NOK", "EUR/QQQ"}})
		r.want(t, "1.1811", "rates", 0, "value")
		r.want(t, "2026-02-03T00:00:00Z", "rates", 0, "at")
		r.want(t, "2026-02-03T16:00:00Z", "rates", 0, "seen")
		r.want(t, "bank", "rates", 0, "source")
		r.want(t, "said", "rates", 0, "how")
		r.want(t, string(ledger[4].ID), "rates", 0, "observations", 0)
		r.want(t, "154.897976463", "rates", 1, "value") // 182.95 / 1.1811
		r.want(t, "154.90", "rates", 1, "shown")
		r.want(t, "cross", "rates", 1, "how")
		r.want(t, "EUR/NOK", "missing", 0, "pair")
		r.want(t, "EUR/QQQ", "missing", 1, "pair")
		r.want(t, "A Bank", "sources", 0, "name")
		r.says(t, "EUR/USD 1.1811 (A Bank, of 2026-02-03, learnt 2026-02-03 16:00 UTC)", "no source has said what EUR/NOK was",
			`there is no currency "QQQ"`, "Source: A Bank, free to pass on")
		if strings.Contains(r.text, "Shown Only") {
			t.Errorf("a source speaks whose terms do not allow it:\n%s", r.text)
		}
	})
}

func TestADayIsAnsweredAsItWasThenKnown(t *testing.T) {
	each(t, func(t *testing.T, c *client) {
		r := c.call(t, "rates", map[string]any{"pairs": []string{"EUR/USD"}, "as_of": "2026-02-03", "known_at": "2026-02-03T15:59:59Z"})
		r.want(t, "1.1840", "rates", 0, "value")
		r.want(t, "2026-02-03T15:59:59Z", "known_at")
		r = c.call(t, "rates", map[string]any{"pairs": []string{"EUR/USD"}, "as_of": "2026-02-03", "known_at": nil})
		r.want(t, "1.1811", "rates", 0, "value")
	})
}

func TestABaseIsAnsweredWithItsBoard(t *testing.T) {
	each(t, func(t *testing.T, c *client) {
		r := c.call(t, "rates", map[string]any{"base": "eur"})
		values := map[string]string{}
		for i := range r.at(t, "rates").([]any) {
			values[r.at(t, "rates", i, "pair").(string)] = r.at(t, "rates", i, "value").(string)
		}
		for pair, want := range map[string]string{"EUR/USD": "1.1811", "EUR/IDR": "19876.54", "EUR/ISK": "143.1", "EUR/BGN": "1.95583", "EUR/NOK": ""} {
			if values[pair] != want {
				t.Errorf("%s is %q, want %q", pair, values[pair], want)
			}
		}
	})
}

func TestASeriesIsGivenPageByPage(t *testing.T) {
	each(t, func(t *testing.T, c *client) {
		r := c.call(t, "series", map[string]any{"pair": "EUR/USD", "limit": 1})
		r.want(t, "1.1840", "points", 0, "value")
		r.want(t, "bank", "points", 0, "source")
		r.want(t, 1.0, "more")
		r.want(t, "2026-02-03T00:00:00Z", "next")
		r.says(t, "1.1840 (A Bank, of 2026-02-02, learnt 2026-02-02 16:00 UTC)", "1 more were left out")
		r = c.call(t, "series", map[string]any{"pair": "EUR/USD", "limit": 1, "from": r.at(t, "next"), "known_at": r.at(t, "known_at")})
		r.want(t, "1.1811", "points", 0, "value")
		r.want(t, 0.0, "more")
		r = c.call(t, "series", map[string]any{"pair": "EUR/USD", "from": "2026-02-02", "to": "2026-02-02"})
		r.want(t, 0.0, "more")
		r.want(t, "2026-02-02T00:00:00Z", "points", 0, "at")
	})
}

func TestOfAGroupTheLastRateIsGiven(t *testing.T) {
	for group, period := range map[string]string{"week": "2026-W06", "month": "2026-02", "quarter": "2026-Q1", "year": "2026"} {
		each(t, func(t *testing.T, c *client) {
			r := c.call(t, "series", map[string]any{"pair": "EUR/USD", "group": group})
			if n := len(r.at(t, "points").([]any)); n != 1 {
				t.Fatalf("there are %d points", n)
			}
			r.want(t, period, "points", 0, "period")
			r.want(t, "1.1811", "points", 0, "value")
			r.want(t, "the last rate of each "+group, "method")
		})
	}
}

func TestAnAmountIsConvertedToItsMinorUnits(t *testing.T) {
	each(t, func(t *testing.T, c *client) {
		for _, example := range []struct {
			amount   any
			from, to string
			result   string
			minor    any
		}{
			{"100", "EUR", "USD", "118.11", "11811"},
			{"100.00", "USD", "JPY", "15490", "15490"},
			{"-0.005", "USD", "EUR", "0.00", "0"},
			{json.Number("12345678901234567890.12"), "EUR", "USD", "14581481350248148135.02", "1458148135024814813502"},
			{"1000000000000000", "USD", "JPY", "154897976462619592", "154897976462619592"}, // beyond the twelve digits of the rate
			{"100", "BGN", "EUR", "51.13", "5113"},
			{"195583000000000000", "BGN", "EUR", "100000000000000000.00", "10000000000000000000"},
			{"1", "EUR", "XAU", "0.000245", nil},
			{"1", "BGN", "IDR", "10162.71", "1016271"},
		} {
			r := c.call(t, "convert", map[string]any{"amount": example.amount, "from": example.from, "to": example.to})
			r.want(t, example.result, "result")
			if r.structured["in_minor_units"] != example.minor {
				t.Errorf("%v %s is %v minor units of %s, want %v", example.amount, example.from, r.structured["in_minor_units"], example.to, example.minor)
			}
			r.says(t, " of 2026-0", ", learnt 2026-0")
		}
	})
}

func TestARateIsExplained(t *testing.T) {
	each(t, func(t *testing.T, c *client) {
		r := c.call(t, "explain", map[string]any{"pair": "EUR/USD"})
		r.want(t, "1.1811", "chosen", "value")
		r.want(t, "/numbers/"+string(ledger[4].ID), "rests_on", 0, "address")
		r.want(t, "-0.0029", "change", "by")
		r.want(t, "gathered", "set_aside", 0, "source")
		r.want(t, "1.19", "set_aside", 0, "value")
		r.want(t, "0.753534840403", "set_aside", 0, "percent_off")
		r.want(t, "/numbers/"+string(ledger[6].ID), "set_aside", 0, "rests_on", 0, "address")
		r.says(t, "A Bank is an official source, and its value is current.", "Set aside: 1.19 (A Dataset, of 2026-02-03",
			"off by 0.75%", "It is a published dataset", "/numbers/"+string(ledger[6].ID))
		if len(r.at(t, "set_aside").([]any)) != 1 {
			t.Errorf("others speak too: %s", r.text)
		}
	})
}

func TestATableIsProofRead(t *testing.T) {
	each(t, func(t *testing.T, c *client) {
		r := c.call(t, "audit", map[string]any{"text": "EUR/USD 1.1830\nEUR/BGN 1.9650\n", "date": "2026-02-10"})
		r.want(t, "2026-02-10", "date")
		r.want(t, 2.0, "subjects")
		r.want(t, "currency.retired", "findings", 0, "rule")
		r.want(t, "BGN", "findings", 0, "subject")
		if r.at(t, "findings", 0, "evidence", 0, "source") == "" {
			t.Error("the evidence has no source")
		}
		r.says(t, "Bulgarian Lev was retired on 1 January 2026", "BGN retired on 1 January 2026 (ISO 4217")
		r = c.call(t, "audit", map[string]any{"text": "code,rate\nUSD,1.1840\n", "base": "EUR", "date": "2026-02-02"})
		r.want(t, 0.0, "errors")
	})
}

func TestManyFindingsAreCounted(t *testing.T) {
	each(t, func(t *testing.T, c *client) {
		r := c.call(t, "audit", map[string]any{"text": strings.Repeat("EUR/BGN 1.9650\n", 1000), "date": "2026-02-10"})
		if n := len(r.at(t, "findings").([]any)); n != 200 {
			t.Errorf("%d findings are given", n)
		}
		if n := r.at(t, "errors").(float64); n < 1000 {
			t.Errorf("%v errors are counted", n)
		}
		r.says(t, "The first 200 of ")
	})
}

func TestWhatCannotBeAnsweredIsSaidByTheTool(t *testing.T) {
	each(t, func(t *testing.T, c *client) {
		for _, example := range []struct {
			tool      string
			arguments any
			sentence  string
		}{
			{"rates", map[string]any{}, "say which rates"},
			{"rates", map[string]any{"pairs": []string{"EUR/USD"}, "base": "EUR"}, "do not go together"},
			{"rates", map[string]any{"pairs": slices.Repeat([]string{"EUR/USD"}, 51)}, "there are 51 pairs, and 50 are the most"},
			{"rates", map[string]any{"pairs": "EUR/USD"}, "the argument pairs is of the wrong kind"},
			{"rates", map[string]any{"pair": "EUR/USD"}, `there is no argument "pair": there are as_of, base, known_at, pairs`},
			{"rates", []any{"EUR/USD"}, "the arguments must be an object"},
			{"rates", map[string]any{"pairs": []string{"EURUSD"}}, "EURUSD"},
			{"rates", map[string]any{"pairs": []string{"XNYS:AZN"}}, "is a listing"},
			{"rates", map[string]any{"pairs": []string{"EUR/NOK"}}, "no source has said what EUR/NOK was"},
			{"rates", map[string]any{"base": "QQQ"}, `there is no currency "QQQ"`},
			{"rates", map[string]any{"base": "EUR", "as_of": "yesterday"}, `"yesterday" is no day: write it as 2026-02-02`},
			{"rates", map[string]any{"base": "EUR", "as_of": "1990-01-01"}, "no source has quoted EUR on 1990-01-01 or before"},
			{"series", map[string]any{"pair": "EUR/EUR"}, "a currency against itself is always 1"},
			{"series", map[string]any{"pair": "EUR/USD", "group": "day"}, `there is no group "day"`},
			{"series", map[string]any{"pair": "EUR/USD", "limit": 1001}, "limit must be from 1 to 1000"},
			{"series", map[string]any{"pair": "EUR/USD", "limit": "many"}, "the argument limit is of the wrong kind"},
			{"series", map[string]any{"pair": "EUR/USD", "from": "2026-02-04", "to": "2026-02-03"}, "from is after to"},
			{"series", map[string]any{"pair": "EUR/USD", "from": "2026-02-04"}, "the newest before is of 2026-02-03"},
			{"series", map[string]any{"pair": "EUR/NOK"}, "no source has said what EUR/NOK was"},
			{"convert", map[string]any{"from": "EUR", "to": "EUR", "amount": "1"}, "a currency against itself is always 1"},
			{"convert", map[string]any{"from": "EUR", "to": "USD", "amount": "1,5"}, `amount: "1,5" is not a decimal number`},
			{"convert", map[string]any{"from": "EUR", "to": "USD", "amount": strings.Repeat("9", 65)}, "amount:"},
			{"convert", map[string]any{"from": "euro", "to": "USD", "amount": "1"}, "is no currency code"},
			{"convert", map[string]any{"from": "EUR", "to": "USD"}, "say which amount"},
			{"explain", map[string]any{}, "say which pair"},
			{"audit", map[string]any{}, "the document is empty"},
			{"audit", map[string]any{"text": "EUR/USD 1.18"}, "say which day it is with date"},
			{"audit", map[string]any{"text": "EUR/USD 1.18", "date": "2 Feb"}, `date: "2 Feb" is not a date`},
			{"audit", map[string]any{"text": strings.Repeat("x", 2<<20+1)}, "more than 2 MiB"},
		} {
			r, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: example.tool, Arguments: example.arguments})
			if err != nil {
				t.Errorf("%s %.80v is an error of the protocol: %v", example.tool, example.arguments, err)
				continue
			}
			if text := r.Content[0].(*sdk.TextContent).Text; !r.IsError || !strings.Contains(text, example.sentence) {
				t.Errorf("%s %.80v says %q, want %q", example.tool, example.arguments, text, example.sentence)
			}
		}
	})
}

func TestAToolThatThereIsNotIsAnErrorOfTheProtocol(t *testing.T) {
	each(t, func(t *testing.T, c *client) {
		_, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: "publish", Arguments: map[string]any{}})
		if err == nil || !strings.Contains(err.Error(), `unknown tool "publish"`) {
			t.Errorf("it says %v", err)
		}
	})
}

const listTools = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`

// post sends a message as a client does.
func post(h http.Handler, body io.Reader, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://paper.example/mcp", body)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEachRequestStandsAlone(t *testing.T) {
	// Of two machines the second knows nothing of what the first was asked.
	first, second := mcp.Handler(newFace(t).Face, nil), mcp.Handler(newFace(t).Face, nil)
	begin := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`
	w := post(first, strings.NewReader(begin), nil)
	if w.Code != http.StatusOK || w.Header().Get("Mcp-Session-Id") != "" || !strings.Contains(w.Body.String(), "name the source") {
		t.Errorf("it begins with %d %v %s", w.Code, w.Header(), w.Body)
	}
	w = post(second, strings.NewReader(listTools), func(r *http.Request) { r.Header.Set("Mcp-Protocol-Version", "2025-06-18") })
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"convert"`) || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("the second machine answers %d %s", w.Code, w.Body)
	}
}

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	h := mcp.Handler(newFace(t).Face, nil)
	for name, example := range map[string]struct {
		body   io.Reader
		change func(*http.Request)
		status int
		words  string
	}{
		"a look with a browser":      {nil, func(r *http.Request) { r.Method = http.MethodGet }, http.StatusMethodNotAllowed, "Model Context Protocol"},
		"a page of another site":     {strings.NewReader(listTools), func(r *http.Request) { r.Header.Set("Origin", "https://elsewhere.example") }, http.StatusForbidden, "another site"},
		"a batch":                    {strings.NewReader(" [" + listTools + "]"), nil, http.StatusBadRequest, "one at a time"},
		"too much":                   {bytes.NewReader(make([]byte, 5<<20+1)), nil, http.StatusRequestEntityTooLarge, "more than"},
		"too much of unknown length": {io.MultiReader(bytes.NewReader(make([]byte, 5<<20+1))), nil, http.StatusRequestEntityTooLarge, "more than"},
		"no JSON":                    {strings.NewReader("EUR/USD"), nil, http.StatusBadRequest, ""},
		"nested without end":         {strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rates","arguments":` + strings.Repeat(`{"a":`, 1_000_000-40)), nil, http.StatusBadRequest, ""},
	} {
		w := post(h, example.body, example.change)
		if w.Code != example.status || !strings.Contains(w.Body.String(), example.words) {
			t.Errorf("%s: %d %.200s", name, w.Code, w.Body)
		}
	}
	if w := post(h, strings.NewReader(listTools), func(r *http.Request) { r.Header.Set("Origin", "http://paper.example") }); w.Code != http.StatusOK {
		t.Errorf("a page of the paper's own: %d %s", w.Code, w.Body)
	}
}

// deep is a message whose arguments, or one of them, are lists in lists.
func deep(n int, closed bool) string {
	end := ""
	if closed {
		end = strings.Repeat("]", n) + "}}}"
	}
	return `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rates","arguments":{"pairs":` + strings.Repeat("[", n) + end
}

func TestNestingDoesNotEndTheProgram(t *testing.T) {
	h := mcp.Handler(newFace(t).Face, nil)
	for _, closed := range []bool{true, false} {
		if w := post(h, strings.NewReader(deep(2_400_000, closed)), nil); w.Code >= 500 {
			t.Errorf("it answers %d %.200s", w.Code, w.Body)
		}
	}
}

func FuzzMessage(f *testing.F) {
	h := mcp.Handler(newFace(f).Face, nil)
	for _, call := range []string{
		`"name":"rates","arguments":{"pairs":["EUR/USD"],"as_of":"2026-02-02"}`, `"name":"rates","arguments":{"base":"EUR"}`,
		`"name":"series","arguments":{"pair":"EUR/USD","group":"week","limit":3,"from":"2026-02-02T00:00:00Z"}`,
		`"name":"convert","arguments":{"amount":-12.5e3,"from":"BGN","to":"IDR"}`, `"name":"explain","arguments":{"pair":"USD/JPY"}`,
		`"name":"audit","arguments":{"text":"EUR/BGN 1.9650","date":"2026-02-10"}`,
	} {
		f.Add(fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{%s}}`, call))
	}
	f.Add(listTools)
	f.Fuzz(func(t *testing.T, message string) {
		w := post(h, strings.NewReader(message), nil)
		if w.Code >= 500 || strings.Contains(w.Body.String(), "on our side") {
			t.Errorf("%q is answered %d %s", message, w.Code, w.Body)
		}
		if w.Code == http.StatusOK && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%q is answered with no JSON: %s", message, w.Body)
		}
	})
}

func TestEveryRateOfABoardConverts(t *testing.T) {
	c := roads["http"](t, newFace(t))
	table := currency.All()
	for _, base := range []string{"EUR", "USD", "JPY", "BGN", "AED", "KYD", "XPF", "XAU"} {
		board := c.call(t, "rates", map[string]any{"base": base})
		for i := range board.at(t, "rates").([]any) {
			_, quote, _ := market.Symbol(board.at(t, "rates", i, "pair").(string)).Pair()
			r := c.call(t, "convert", map[string]any{"amount": "1", "from": base, "to": string(quote)})
			r.want(t, board.at(t, "rates", i, "value"), "rate", "value")
			known, err := table.Currency(quote)
			if err != nil {
				t.Fatal(err)
			}
			// One unit has no digits beyond those of the rate, so that rounding that gives the same.
			want := currency.MustDecimal(board.at(t, "rates", i, "value").(string))
			if known.MinorUnits >= 0 {
				want = want.RoundPlaces(known.MinorUnits)
			}
			if got := currency.MustDecimal(r.at(t, "result").(string)); !got.Equal(want) {
				t.Errorf("1 %s is %s %s, want %s", base, got, quote, want)
			}
		}
	}
}
