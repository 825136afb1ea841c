//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// ecbDaily is a reply of the European Central Bank, in its format.
const ecbDaily = `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
	<gesmes:subject>Reference rates</gesmes:subject>
	<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
	<Cube><Cube time='2026-02-02'>
		<Cube currency='USD' rate='1.1840'/><Cube currency='JPY' rate='183.20'/><Cube currency='SEK' rate='10.5530'/>
	</Cube></Cube>
</gesmes:Envelope>
`

// spoken is a running courant mcp, and a client that speaks with it.
func spoken(t *testing.T, args ...string) (*exec.Cmd, *sdk.ClientSession, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), tooLong) // so that nothing outlives a failed test
	t.Cleanup(stop)
	cmd, stderr := exec.CommandContext(ctx, self), &bytes.Buffer{}
	cmd.Args = append([]string{"courant", "mcp"}, args...)
	cmd.Env, cmd.Stderr = append(os.Environ(), "COURANT_WIRE=off"), stderr
	session, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(ctx, &sdk.CommandTransport{Command: cmd}, nil)
	if err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	return cmd, session, stderr
}

func TestTheProgramSpeaksWithAClient(t *testing.T) {
	data, reply := t.TempDir(), filepath.Join(t.TempDir(), "daily.xml")
	if err := os.WriteFile(reply, []byte(ecbDaily), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run([]string{"import", "reply", "ecb", reply, "--data", data}, &out, &errs); code != 0 {
		t.Fatalf("the reply was not taken in: %s", errs.String())
	}
	cmd, session, stderr := spoken(t, "--data", data)
	list, err := session.ListTools(t.Context(), nil)
	if err != nil || len(list.Tools) != 6 {
		t.Fatalf("the tools are %v, %v", list, err)
	}
	for _, example := range []struct {
		tool, arguments string
		failed          bool
		words           []string
	}{
		{"rates", `{"pairs": ["EUR/USD"], "as_of": "2026-02-02"}`, false, []string{"1.1840 (European Central Bank, of 2026-02-02, learnt "}},
		{"series", `{"pair": "EUR/USD", "to": "2026-02-28"}`, false, []string{"1.1840 (European Central Bank, of 2026-02-02, learnt "}},
		{"convert", `{"amount": "1250.05", "from": "USD", "to": "JPY", "as_of": "2026-02-02"}`, false, []string{"193420 JPY", "European Central Bank"}},
		{"explain", `{"pair": "USD/SEK", "as_of": "2026-02-02"}`, false, []string{"rests on EUR/USD 1.1840 of 2026-02-02", "/numbers/"}},
		{"audit", `{"text": "EUR/BGN 1.9650", "date": "2026-02-10"}`, false, []string{"Bulgarian Lev was retired"}},
		{"convert", `{"amount": "a lot", "from": "USD", "to": "JPY"}`, true, []string{"is not a decimal number"}},
	} {
		r, err := session.CallTool(t.Context(), &sdk.CallToolParams{Name: example.tool, Arguments: json.RawMessage(example.arguments)})
		if err != nil {
			t.Fatalf("%s: %v", example.tool, err)
		}
		text := r.Content[0].(*sdk.TextContent).Text
		if r.IsError != example.failed || !example.failed && r.StructuredContent == nil {
			t.Errorf("%s %s: %s", example.tool, example.arguments, text)
		}
		for _, w := range example.words {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %q: %s", example.tool, w, text)
			}
		}
	}
	if _, err := session.CallTool(t.Context(), &sdk.CallToolParams{Name: "publish"}); err == nil {
		t.Error("a tool that there is not is called")
	}
	// The client closes its end, and the program ends by itself.
	if err := session.Close(); err != nil {
		t.Error(err)
	}
	if stderr.Len() > 0 || !cmd.ProcessState.Success() {
		t.Errorf("it ends with %v and says %q", cmd.ProcessState, stderr)
	}
}

func TestTheProgramStopsSpeakingWhenToldTo(t *testing.T) {
	cmd, session, stderr := spoken(t, "--data", t.TempDir())
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = session.Wait() // its end is an error or not, as the pipe happens to end
	if err := session.Close(); err != nil {
		t.Error(err)
	}
	if !cmd.ProcessState.Success() || stderr.Len() > 0 {
		t.Errorf("it ends with %v and says %q", cmd.ProcessState, stderr)
	}
}
