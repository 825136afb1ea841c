package native_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/api/native"
)

func TestAcceptChoosesTheForm(t *testing.T) {
	h := full(t, native.Options{})
	const jsonKind, csvKind, linesKind = "application/json; charset=utf-8", "text/csv; charset=utf-8; header=present", "application/x-ndjson"
	for _, c := range []struct{ path, accept, want string }{
		{"board", "", jsonKind},
		{"board", "*/*", jsonKind},
		{"board", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", jsonKind},
		{"board", "text/csv", csvKind},
		{"board", "text/*", csvKind},
		{"board", "Application/X-NDJSON", linesKind},
		{"board", "application/*", jsonKind},
		{"board", "application/json;q=0.5, text/csv", csvKind},
		{"board", "application/json;q=0, */*", csvKind},
		{"board", "text/csv;q=0.2, application/x-ndjson;q=0.3", linesKind},
		{"board", "text/csv;q=2, application/json;q=0.1", jsonKind},
		{"board.csv", "application/json", csvKind},
		{"board.json", "text/csv", jsonKind},
		{"rates/EUR-USD.ndjson", "", linesKind},
		{"rates/EUR.USD.csv", "", csvKind},
		{"board", " ", jsonKind}, // the header, with nothing in it
		{"board", "text/html", ""},
		{"board", "application/json;q=0", ""},
		{"board", ";;;,,,/", ""},
	} {
		headers := []string{"Accept", c.accept}
		if c.accept == "" {
			headers = nil
		}
		status, header, body := h.ask(t, "/api/v1/"+c.path, headers...)
		if c.want == "" {
			if status != 406 || !strings.Contains(body, "this address answers in application/json, text/csv, application/x-ndjson") {
				t.Errorf("%s as %s: %d %s", c.path, c.accept, status, body)
			}
			continue
		}
		if got := header.Get("Content-Type"); status != 200 || got != c.want {
			t.Errorf("%s as %s: %d %s, want %s", c.path, c.accept, status, got, c.want)
		}
	}
}

// The rows of JSON by the address: where they stand in the whole.
var rowsOf = map[string][]string{
	"board": {"rates", "tied"},
	"board?base=USD&inverse=true&precision=4": {"rates", "tied"},
	"series/EUR-USD":                        {"rates"},
	"series/EUR-USD?group=week&method=mean": {"rates"},
	"currencies":                            {"currencies"},
	"sources":                               {"sources"},
	"quarantine":                            {"waiting"},
}

func TestAllFormsSayTheSame(t *testing.T) {
	h := full(t, native.Options{})
	for address, lists := range rowsOf {
		path, query, _ := strings.Cut("/api/v1/"+address, "?")
		whole := h.get(t, path+"?"+query)
		var rows []any
		for _, list := range lists {
			rows = append(rows, whole[list].([]any)...)
		}
		var lines []string
		_, _, body := h.ask(t, path+".ndjson?"+query)
		for line := range strings.Lines(body) {
			lines = append(lines, strings.TrimSpace(compact(t, parsed(t, line))))
		}
		_, _, body = h.ask(t, path+".csv?"+query)
		table, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(lines) != len(rows) || len(table) != len(rows)+1 {
			t.Errorf("%s: %d rows, %d lines, %d rows of a table", address, len(rows), len(lines), len(table)-1)
			continue
		}
		for i, row := range rows {
			if want := compact(t, row); lines[i] != want {
				t.Errorf("%s: line %d is %s, want %s", address, i, lines[i], want)
			}
			for c, name := range table[0] {
				if got, want := table[i+1][c], cellOf(row, name); got != want {
					t.Errorf("%s: row %d: %s is %q, want %q", address, i, name, got, want)
				}
			}
		}
	}
}

// cellOf is what a column of a table says of a row of JSON.
func cellOf(row any, name string) string {
	v := row
	for part := range strings.SplitSeq(name, ".") {
		inner, _ := v.(map[string]any)
		v = inner[part]
	}
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		var parts []string
		for _, item := range v {
			if o, ok := item.(map[string]any); ok {
				if item = o["id"]; item == nil {
					item = o["code"]
				}
			}
			parts = append(parts, fmt.Sprint(item))
		}
		return strings.Join(parts, " ")
	case json.Number:
		return v.String()
	}
	return fmt.Sprint(v)
}

func TestASingleAnswerIsOneRow(t *testing.T) {
	h := full(t, native.Options{})
	for _, address := range []string{"rates/EUR-USD", "convert?from=EUR&to=JPY&amount=1.50", "currencies/BGN", "observations/" + string(said(bank, "EUR/USD", "1.1859", monday).ID)} {
		path, query, _ := strings.Cut("/api/v1/"+address, "?")
		whole := h.get(t, path+"?"+query)
		_, _, lines := h.ask(t, path+".ndjson?"+query)
		row := parsed(t, lines)
		for name, v := range row {
			if compact(t, v) != compact(t, whole[name]) {
				t.Errorf("%s: %s is %v, and as JSON %v", address, name, v, whole[name])
			}
		}
		_, _, body := h.ask(t, path+".csv?"+query)
		table, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil || len(table) != 2 {
			t.Errorf("%s: %v %v", address, table, err)
			continue
		}
		for c, name := range table[0] {
			if got, want := table[1][c], cellOf(whole, name); got != want {
				t.Errorf("%s: %s is %q, want %q", address, name, got, want)
			}
		}
	}
}

func TestALongAnswerInLinesIsStreamedAndSaysTheSame(t *testing.T) {
	whole, streamed := full(t, native.Options{}), full(t, native.Options{Long: 2})
	for _, path := range []string{"/api/v1/board.csv", "/api/v1/board.ndjson", "/api/v1/series/EUR-USD.csv"} {
		_, kept, want := whole.ask(t, path)
		status, header, got := streamed.ask(t, path)
		if status != 200 || got != want || header.Get("Content-Type") != kept.Get("Content-Type") || header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v\n%s\nwant\n%s", path, status, header, got, want)
		}
		if kept.Get("ETag") == "" || header.Get("ETag") != "" {
			t.Errorf("%s: tags %q and %q", path, kept.Get("ETag"), header.Get("ETag"))
		}
	}
}
