package main

import (
	"os"
	"regexp"
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
				Cmds:                map[string]func(*testscript.TestScript, bool, []string){"keep": keep},
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

// keep is the command "keep NAME FILE PATTERN": the first that the pattern's group matches in the file, as the variable NAME.
func keep(s *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 3 {
		s.Fatalf("usage: keep NAME FILE PATTERN")
	}
	found := regexp.MustCompile(args[2]).FindStringSubmatch(s.ReadFile(args[1]))
	if len(found) != 2 {
		s.Fatalf("%s matches nothing in %s", args[2], args[1])
	}
	s.Setenv(args[0], found[1])
}
