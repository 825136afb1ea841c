// Command courant is the whole paper in one program: it serves it, fills it and answers what it knows on the terminal.
//
// Start at [root] for the list of commands; each stands in a file of its own name. Commands print what they found on
// standard output, and what went wrong, in one sentence, on standard error. Exit codes are in [exitCode].
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/fault"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is main for tests: it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := untilSignal()
	defer stop()
	cmd := root()
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	err := cmd.ExecuteContext(ctx)
	if err != nil && !errors.Is(err, found{}) {
		fmt.Fprintln(stderr, "courant:", explained(err))
	}
	return exitCode(err)
}

// untilSignal returns a context that ends with the first SIGINT or SIGTERM. By then nobody listens for a second, so that
// one ends the program at once: who presses Ctrl-C twice does not want to wait.
func untilSignal() (ctx context.Context, stop func()) {
	ctx, stop = context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
		case <-ctx.Done():
		}
		signal.Stop(signals)
		stop()
	}()
	return ctx, stop
}

// explained is the sentence of an error; on a terminal, unlike on a page, the operator may see the whole of it.
func explained(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted; nothing that was acknowledged is lost"
	}
	return err.Error()
}

// exitCode is the one table from the kind of a fault to the program's exit code. It is printed by courant --help. That a
// proof-reader [found] something is no fault; it is 1 too, as with all programs that look for mistakes.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return 2
	case fault.NotFound, fault.Gone:
		return 3
	case fault.Denied:
		return 4
	case fault.Conflict:
		return 5
	case fault.Busy:
		return 6
	case fault.Upstream:
		return 7
	}
	return 1
}

const rootLong = `Courant is a newspaper in one program, with the markets built in and every number accounted for.

Settings are flags, or environment variables such as COURANT_DATA; "courant config" shows what is in force and why.`

// exitCodes says in every command's help what [exitCode] returns.
const exitCodes = `Exit codes: 0 done, 1 our own failure, 2 unusable input, 3 not found, 4 not allowed, 5 in conflict with what is there,
6 too busy, 7 somebody else's service failed.
`

// root returns the program's commands, freshly made.
func root() *cobra.Command {
	s := &settings{}
	cmd := group(&cobra.Command{
		Use:   "courant",
		Short: "A newspaper in one program, with the markets built in",
		Long:  rootLong,
		Example: "  courant demo                                   read the demonstration paper\n" +
			"  courant serve                                  serve your own\n" +
			"  courant import page saved.txt --date 2026-02-02\n" +
			"  courant board --as-of 2026-02-02\n" +
			"  courant audit rates.csv --date 2026-02-02      proof-read anybody's table of rates",
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}, demoCommand(s), serveCommand(s), importCommand(s), exportCommand(s), auditCommand(s), ratesCommand(s), boardCommand(s),
		watchCommand(s), mcpCommand(s), sourcesCommand(s), backfillCommand(s), quarantineCommand(s), keysCommand(s), staffCommand(s),
		hooksCommand(s), settingsCommand(s), configCommand(s), doctorCommand(s), reindexCommand(s), versionCommand(s))
	s.declare(cmd)
	help := cmd.HelpFunc() // not a template: with one the linker would have to keep every method of the program
	cmd.SetHelpFunc(func(c *cobra.Command, args []string) {
		help(c, args)
		fmt.Fprint(c.OutOrStdout(), "\n"+exitCodes)
	})
	cmd.SetHelpCommand(helpCommand())
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
			return fault.Because(fault.Invalid, "--%s cannot be %.80q; see %s --help", wrong.GetFlag().Name, wrong.GetValue(), cmd.CommandPath())
		}
		return fault.Because(fault.Invalid, "%w; see %s --help", err, cmd.CommandPath())
	})
	return cmd
}

// group puts commands into one that only holds them: alone it prints its help, and a word that is none of them is refused.
func group(cmd *cobra.Command, of ...*cobra.Command) *cobra.Command {
	cmd.AddCommand(of...)
	cmd.DisableFlagsInUseLine = true
	cmd.SuggestionsMinimumDistance = 2
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return noCommand(cmd, args[0])
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

// noCommand says that a word is no command of a group, and which one may be meant.
func noCommand(of *cobra.Command, word string) error {
	meant := ""
	if near := of.SuggestionsFor(word); len(near) > 0 {
		meant = ": perhaps " + strings.Join(near, " or ") + " is meant"
	}
	return fault.Because(fault.Invalid, "there is no command \"%s %.40s\"%s; see %[1]s --help", of.CommandPath(), word, meant)
}

// helpCommand is cobra's own, but for a word that is no command.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil {
				return fault.Because(fault.Invalid, "%w; see courant --help", err)
			}
			if len(rest) > 0 {
				return noCommand(about, rest[0])
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// arguments wraps cobra's checks of the number of arguments, so that what is wrong is said in our words, with how it is written.
func arguments(check cobra.PositionalArgs, usage string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) == nil {
			return nil
		}
		for n := len(args) - 1; n >= 0; n-- {
			if check(cmd, args[:n]) == nil {
				return fault.Because(fault.Invalid, "%.80q is too much; write: courant %s", args[n], usage)
			}
		}
		return fault.Because(fault.Invalid, "something is missing; write: courant %s", usage)
	}
}

// house opens the paper for a command that does one thing.
func house(cmd *cobra.Command, s *settings, do func(*app.House) error) error {
	h, err := app.Open(cmd.Context(), s.config())
	if err != nil {
		return err
	}
	return errors.Join(do(h), h.Close())
}
