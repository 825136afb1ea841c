package native_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/api/native"
	"github.com/courant-news/courant/internal/market"
)

var update = flag.Bool("update", false, "write testdata/openapi.json anew")

// The document is what programs are generated from: it changes only where somebody reads the change.
func TestTheDocumentIsAsItWasAgreed(t *testing.T) {
	h := empty(t, native.Options{})
	_, _, body := h.ask(t, "/api/openapi.json")
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	set, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	set = append(set, '\n')
	const file = "testdata/openapi.json"
	if *update {
		if err := os.WriteFile(file, set, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	agreed, err := os.ReadFile(file)
	if err != nil || string(agreed) != string(set) {
		t.Errorf("the document is not %s (%v): run go test ./internal/api/native -update, and read what changed", file, err)
	}
}

// operation is an endpoint as the document describes it.
type operation struct {
	path, method string
	object       map[string]any
}

func operations(t *testing.T, document map[string]any) []operation {
	t.Helper()
	var all []operation
	for path, item := range document["paths"].(map[string]any) {
		for method, o := range item.(map[string]any) {
			all = append(all, operation{path, method, o.(map[string]any)})
		}
	}
	if len(all) < 10 {
		t.Fatalf("only %d operations are described", len(all))
	}
	return all
}

// example is an operation's address with all of its examples, but for a cursor, which has none.
func (o operation) example() string {
	path, query := o.path, []string{}
	params, _ := o.object["parameters"].([]any)
	for _, p := range params {
		p := p.(map[string]any)
		name, example := p["name"].(string), fmt.Sprint(p["example"])
		switch {
		case p["example"] == nil:
		case p["in"] == "path":
			path = strings.ReplaceAll(path, "{"+name+"}", example)
		default:
			query = append(query, name+"="+example)
		}
	}
	return path + "?" + strings.Join(query, "&")
}

func TestEveryEndpointAnswersAsItsSchemaSays(t *testing.T) {
	h := full(t, native.Options{})
	slip := said(bank, "EUR/USD", "118.59", monday.AddDate(0, 0, 1))
	if _, err := h.ledger.Hear(t.Context(), market.Hearing{Source: bank, Observations: []market.Observation{slip}, Live: true}); err != nil {
		t.Fatal(err)
	}
	h.record(t, []market.Source{bank}, said(bank, "EUR/SYP", "12900", time.Date(2025, 12, 30, 0, 0, 0, 0, time.UTC)), said(bank, "EUR/SYP", "129.5", friday))
	document := h.get(t, "/api/openapi.json")
	h.told(t)
	id := string(said(bank, "EUR/USD", "1.1859", monday).ID)
	for _, o := range operations(t, document) {
		if o.object["operationId"] == "stream" {
			continue // it has no end; see stream_test.go
		}
		addresses := []string{strings.Replace(o.example(), "2zpzeq5nyg35iq4w", id, 1)}
		switch o.object["operationId"] {
		case "board":
			addresses = append(addresses, "/api/v1/board", "/api/v1/board?base=USD&inverse=true&precision=5", "/api/v1/board?quotes=CHF")
		case "rate":
			addresses = append(addresses, "/api/v1/rates/EUR-BGN", "/api/v1/rates/XAU-IDR")
		case "series":
			addresses = append(addresses, "/api/v1/series/EUR-USD?limit=1", "/api/v1/series/EUR-USD?group=week&method=mean", "/api/v1/series/EUR-SYP?group=month&method=max")
			addresses = append(addresses, "/api/v1/series/EUR-SYP?from=2025-12-30&to=2026-01-30&group=quarter&method=mean")
		case "search":
			addresses = append(addresses, "/api/v1/search?q=1.250+krone", "/api/v1/search?q=strait", "/api/v1/search?q=norwegain+krone+in+dollar")
		case "reactions":
			addresses = append(addresses, "/api/v1/dossiers/the-strait/events/vote/reactions", "/api/v1/dossiers/the-strait/events/talks/reactions")
		case "currencies":
			addresses = append(addresses, "/api/v1/currencies")
		case "currency":
			addresses = append(addresses, "/api/v1/currencies/XAU", "/api/v1/currencies/SYP", "/api/v1/currencies/HKD", "/api/v1/currencies/KYD")
		}
		schemas := document["components"].(map[string]any)["schemas"].(map[string]any)
		responses := o.object["responses"].(map[string]any)
		for _, address := range addresses {
			r, err := http.NewRequestWithContext(t.Context(), strings.ToUpper(o.method), h.URL+address, strings.NewReader("EUR/BGN 1.9650\nwhat?\nEUR/HKD 3\n"))
			if err != nil {
				t.Fatal(err)
			}
			status, _, body := h.do(t, r)
			if status != http.StatusOK {
				t.Errorf("%s: %d %s", address, status, body)
				continue
			}
			content := responses["200"].(map[string]any)["content"].(map[string]any)
			c := checker{schemas: schemas}
			c.check("", content["application/json"].(map[string]any)["schema"].(map[string]any), parsed(t, body))
			if row, ok := content["application/x-ndjson"]; ok {
				path, query, _ := strings.Cut(address, "?")
				_, _, body := h.ask(t, path+".ndjson?"+query)
				for line := range strings.Lines(body) {
					c.check("(row)", row.(map[string]any)["schema"].(map[string]any), parsed(t, line))
				}
			}
			for _, wrong := range c.wrong {
				t.Errorf("%s%s", address, wrong)
			}
		}
		_, _, body := h.ask(t, strings.Split(o.path, "{")[0]+"no%20such?thing=1")
		c := checker{schemas: schemas}
		c.check("", schemas["Problem"].(map[string]any), parsed(t, body))
		if c.wrong != nil {
			t.Errorf("a problem of %s: %v", o.path, c.wrong)
		}
	}
}

// checker holds values against schemas. It is stricter than JSON Schema: what no schema names must not be there.
type checker struct {
	schemas map[string]any
	wrong   []string
}

func (c *checker) fail(where, format string, args ...any) {
	c.wrong = append(c.wrong, " "+where+": "+fmt.Sprintf(format, args...))
}

func (c *checker) check(where string, schema map[string]any, v any) {
	if ref, ok := schema["$ref"].(string); ok {
		c.check(where, c.schemas[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any), v)
		return
	}
	types, _ := schema["type"].([]any)
	if one, ok := schema["type"].(string); ok {
		types = []any{one}
	}
	if kind := kindOf(v); !slices.Contains(types, any(kind)) && !(kind == "integer" && slices.Contains(types, any("number"))) {
		c.fail(where, "it is of type %s, not %v: %v", kind, schema["type"], v)
		return
	}
	if words, ok := schema["enum"].([]any); ok && v != nil && !slices.Contains(words, v) {
		c.fail(where, "%v is none of %v", v, words)
	}
	switch v := v.(type) {
	case string:
		if pattern, ok := schema["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(v) {
			c.fail(where, "%q is not as %s", v, pattern)
		}
		if schema["format"] == "date-time" {
			if at, err := time.Parse(time.RFC3339Nano, v); err != nil || at.Location() != time.UTC {
				c.fail(where, "%q is no instant in UTC", v)
			}
		}
	case []any:
		for i, item := range v {
			c.check(fmt.Sprintf("%s.%d", where, i), schema["items"].(map[string]any), item)
		}
	case map[string]any:
		properties := schema["properties"].(map[string]any)
		for name, item := range v {
			if p, ok := properties[name].(map[string]any); ok {
				c.check(where+"."+name, p, item)
			} else {
				c.fail(where, "nothing is said of %s", name)
			}
		}
		for _, name := range schema["required"].([]any) {
			if _, ok := v[name.(string)]; !ok {
				c.fail(where, "%s is missing", name)
			}
		}
	}
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		if strings.Contains(v.String(), ".") {
			return "number"
		}
		return "integer"
	case []any:
		return "array"
	}
	return "object"
}

// A checker that finds nothing wrong must be able to.
func TestTheCheckerOfSchemasFindsWhatIsWrong(t *testing.T) {
	var schema map[string]any
	err := json.Unmarshal([]byte(`{"type":"object","properties":{"a":{"type":"number"},"b":{"type":["string","null"],"pattern":"^x$"},"c":{"type":"array","items":{"type":"string","enum":["y"]}}},"required":["a"]}`), &schema)
	if err != nil {
		t.Fatal(err)
	}
	for body, wrong := range map[string]int{
		`{"a":1}`: 0, `{"a":1.5,"b":null,"c":["y"]}`: 0, `{"a":1,"b":"x"}`: 0,
		`{}`: 1, `{"a":"1"}`: 1, `{"a":1,"d":2}`: 1, `{"a":1,"b":"z"}`: 1, `{"a":1,"c":["y","z",3]}`: 2, `{"a":null}`: 1,
	} {
		c := checker{}
		c.check("", schema, parsed(t, body))
		if len(c.wrong) != wrong {
			t.Errorf("%s: %v", body, c.wrong)
		}
	}
}
