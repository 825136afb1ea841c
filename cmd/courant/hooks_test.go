package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

func TestAHookIsTried(t *testing.T) {
	status := http.StatusNoContent
	var got []string
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("webhook-id"))
		w.WriteHeader(status)
	}))
	defer receiver.Close()
	t.Setenv("COURANT_DATA", filepath.Join(t.TempDir(), "data"))
	t.Setenv("COURANT_RECEIVERS", strings.TrimPrefix(receiver.URL, "http://"))
	t.Setenv("COURANT_WIRE", "off")
	var out, errs bytes.Buffer
	courant := func(args ...string) int {
		out.Reset()
		errs.Reset()
		return run(args, &out, &errs)
	}
	var h hookJSON
	if code := courant("hooks", "add", receiver.URL+"/in?key=7", "--source", "ecb", "--format", "json"); code != 0 {
		t.Fatalf("%d %s", code, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), &h); err != nil {
		t.Fatal(err)
	}
	if code := courant("hooks", "test", h.ID); code != 0 || !strings.Contains(out.String(), " took it: 204, after ") {
		t.Errorf("%d %s %s", code, out.String(), errs.String())
	}
	status = http.StatusTeapot
	if code := courant("hooks", "test", h.ID, "--format", "json"); code != 7 || !strings.Contains(out.String(), `"taken": false`) || !strings.Contains(errs.String(), "answered 418 I'm a teapot") {
		t.Errorf("%d %s %s", code, out.String(), errs.String())
	}
	if len(got) != 2 || got[0] == got[1] || !strings.HasPrefix(got[0], "msg_") {
		t.Errorf("received were %v", got)
	}
	if strings.Contains(out.String()+errs.String(), "key=7") {
		t.Errorf("what is said holds the address: %s %s", out.String(), errs.String())
	}
}
