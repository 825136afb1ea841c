package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// commands returns all commands below one, itself included, except cobra's own.
func commands(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, c := range cmd.Commands() {
		if c.Name() != "completion" && c.Name() != "help" {
			all = append(all, commands(c)...)
		}
	}
	return all
}

func TestEveryCommandHelpsWithExamplesThatParseAndExitCodes(t *testing.T) {
	for _, c := range commands(root()) {
		t.Run(c.CommandPath(), func(t *testing.T) {
			var out, errs bytes.Buffer
			args := append(strings.Fields(c.CommandPath())[1:], "--help")
			if code := run(args, &out, &errs); code != 0 || errs.Len() > 0 {
				t.Fatalf("courant %v exits with %d and says %q", args, code, errs.String())
			}
			for _, part := range []string{c.Short, "Usage:", "Examples:", "Exit codes: 0 done"} {
				if !strings.Contains(out.String()+c.Short, part) {
					t.Errorf("the help lacks %q:\n%s", part, out.String())
				}
			}
			found := 0
			for line := range strings.SplitSeq(c.Example, "\n") {
				_, words, ok := strings.Cut(line, "courant ")
				if !ok {
					t.Errorf("%q is no example of courant", line)
					continue
				}
				words, _, _ = strings.Cut(words, "   ") // what it is for stands behind
				words, _, _ = strings.Cut(words, " | ")
				named, rest, err := root().Find(strings.Fields(words))
				if err == nil {
					err = named.ParseFlags(rest)
				}
				if err == nil {
					err = named.ValidateArgs(named.Flags().Args())
				}
				if err != nil {
					t.Errorf("the example %q cannot be run: %v", line, err)
				}
				if strings.HasPrefix(named.CommandPath(), c.CommandPath()) {
					found++
				}
			}
			if found == 0 {
				t.Error("no example is one of this command")
			}
		})
	}
}
