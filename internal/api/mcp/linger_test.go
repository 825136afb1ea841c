package mcp_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/api/mcp"
)

func TestAClientWhoHasEndedItsSideIsAnsweredAll(t *testing.T) {
	f := newFace(t)
	asked := strings.Join([]string{
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"pipe","version":"1"}}}`,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
		`{"jsonrpc":"2.0","id":2,"method":"tools/list"}`,
		`{"jsonrpc":"2.0","id":"three","method":"tools/call","params":{"name":"rates","arguments":{"base":"EUR"}}}`,
		`{"jsonrpc":"2.0","id":4,"method":"nothing"}`,
	}, "\n")
	for _, end := range []string{"", "\nno message at all\n"} {
		var out bytes.Buffer
		err := mcp.Serve(t.Context(), f.Face, f.paper, io.NopCloser(strings.NewReader(asked+end)), &out)
		if (err != nil) != (end != "") {
			t.Errorf("after %q: %v", end, err)
		}
		answered := map[any]bool{}
		for line := range strings.Lines(out.String()) {
			var m struct{ ID, Result any }
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			answered[m.ID] = m.Result != nil
		}
		if len(answered) != 4 || !answered[1.0] || !answered[2.0] || !answered["three"] || answered[4.0] {
			t.Errorf("after %q the answers are %v:\n%s", end, answered, out.String())
		}
	}
}
