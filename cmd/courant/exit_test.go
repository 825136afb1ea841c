package main

import (
	"bytes"
	"path/filepath"
	"testing"
)

func TestExitCodesTellKindsApart(t *testing.T) {
	t.Setenv("COURANT_DATA", filepath.Join(t.TempDir(), "data"))
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"version"}, 0},
		{[]string{"bord"}, 2},
		{[]string{"settings"}, 0},
		{[]string{"settings", "nosuch"}, 2},
		{[]string{"help", "nosuch"}, 2},
		{[]string{"board", "--no-such-flag"}, 2},
		{[]string{"board", "XX"}, 2},
		{[]string{"board", "EUR", "USD"}, 2},
		{[]string{"rates", "EUR/USD"}, 3},
		{[]string{"import", "page", "no-such-file"}, 3},
		{[]string{"import", "reply", "ecb", "exit_test.go"}, 2},
		{[]string{"export", ""}, 2},
		{[]string{"rates", "EUR/USD", "--history"}, 3},
	} {
		var out, errs bytes.Buffer
		if got := run(c.args, &out, &errs); got != c.want || got != 0 && errs.Len() == 0 {
			t.Errorf("courant %v exits with %d and says %q, want %d", c.args, got, errs.String(), c.want)
		}
	}
}
