// Package must names what a test needs beyond Go itself: the recorded samples, a PostgreSQL server, a browser.
//
// A test that lacks its need is skipped by name, so that a fresh checkout tests green with nothing installed but Go.
// Where the need is promised, in continuous integration, the environment variable COURANT_MUST (a comma list such as
// "postgres,browser,samples") turns the same skip into a failure, so that no test can disappear unseen.
//
// It installs nothing (see scripts/setup) and only tests may import it; house_test.go holds that. Start at [Skip].
// Every function may be called from parallel tests.
package must

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Skip ends the test because what it needs is not here: as a failure when COURANT_MUST names what, else as a skip that
// says why.
func Skip(t testing.TB, what, why string) {
	t.Helper()
	if promised(what) {
		t.Fatalf("%s is missing, and COURANT_MUST says it must be here: %s", what, why)
	}
	t.Skipf("no %s: %s", what, why)
}

// promised says whether COURANT_MUST names what.
func promised(what string) bool {
	return slices.ContainsFunc(strings.Split(os.Getenv("COURANT_MUST"), ","), func(s string) bool {
		return strings.TrimSpace(s) == what
	})
}

// Samples returns the absolute path of the directory with the recorded provider replies: COURANT_SAMPLES, else
// ../shared/data beside the module root. They are other people's words, so they are not in the repository; without them
// the test is skipped as "samples".
func Samples(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("COURANT_SAMPLES")
	if dir == "" {
		root, err := Root()
		if err != nil {
			t.Fatal(err)
		}
		dir = filepath.Join(root, "..", "shared", "data")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		Skip(t, "samples", "no directory "+dir+"; set COURANT_SAMPLES to the recorded replies")
	}
	return dir
}

// Root returns the directory of the nearest go.mod at or above the working directory, which for a test is the directory
// of its package.
func Root() (string, error) {
	from, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := from; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		} else if !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod at or above %s", from)
		}
	}
}

// Chromium returns the path of a Chromium or Chrome: COURANT_CHROMIUM, else the first of the usual names in PATH. Without
// one the test is skipped as "browser".
func Chromium(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("COURANT_CHROMIUM"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Skip(t, "browser", "no chromium or google-chrome in PATH; run scripts/setup or set COURANT_CHROMIUM")
	return ""
}
