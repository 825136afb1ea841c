package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/courant-news/courant/internal/must"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"courant": main})
}

// The same scripts run on both stores.
func TestScripts(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			if engine == "postgres" {
				must.Postgres(t) // without a server the engine is skipped by name
			}
			testscript.Run(t, testscript.Params{
				Dir:                 "testdata/script",
				RequireExplicitExec: true,
				Setup: func(e *testscript.Env) error {
					e.Setenv("COURANT_WIRE", "off")
					e.Setenv("COURANT_DATA", e.WorkDir+"/data")
					if engine == "postgres" {
						e.Setenv("COURANT_DATABASE", must.Postgres(t))
					}
					return os.MkdirAll(e.WorkDir+"/data", 0o750)
				},
			})
		})
	}
}
