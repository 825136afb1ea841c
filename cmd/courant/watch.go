package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/watch"
)

func watchCommand(s *settings) *cobra.Command {
	var server, keyFile string
	var every time.Duration
	var plain, once bool
	cmd := &cobra.Command{
		Use:   "watch [SYMBOL…]",
		Short: "Watch pairs and shares on the terminal",
		Long: `Show pairs and shares as they stand now, and keep them current: value, change, about when and who says so. Without symbols
it shows what the paper's strip does. It reads the paper of --data or --database, and writes nothing to it; with --server it follows
one that is served elsewhere, by its stream, and asks it where that cannot be had. When it cannot be reached, the last values stay, and say so.
A key that such a paper gave you is read from COURANT_KEY or, with --key-file, from a file, and shown nowhere.

On a terminal it draws a board; ? lists its keys. With --plain, and where standard output is no terminal, it prints a line for
each change instead; with --format json an object for each. Without colour: NO_COLOR=1; without other characters than ASCII: NO_UNICODE=1.`,
		Example: "  courant watch EUR/USD EUR/JPY XNYS:BP\n  courant watch EUR/USD --server https://paper.example --every 1m\n" +
			"  courant watch --once\n  courant watch EUR/USD --plain\n  courant watch EUR/USD --format json",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			symbols, err := watched(args)
			if err != nil {
				return err
			}
			if every < time.Second || every > 24*time.Hour {
				return fault.Because(fault.Invalid, "--every %s: between two questions lie a second at least and a day at most, as 10s or 5m", every)
			}
			show := func(source watch.Source) error {
				wide, colour := terminal(cmd.OutOrStdout())
				if wide == 0 || plain || once || s.format == "json" {
					return watch.Follow(cmd.Context(), source, cmd.OutOrStdout(), watch.FollowOptions{
						Every: every, Once: once, JSON: s.format == "json", Errors: cmd.ErrOrStderr(),
					})
				}
				return draw(cmd, source, watch.Options{Every: every, Plain: !colour, ASCII: os.Getenv("NO_UNICODE") != "" || os.Getenv("TERM") == "linux"})
			}
			if server != "" {
				key, err := keyOf(keyFile)
				if err != nil {
					return err
				}
				remote, err := watch.NewRemote(server, watch.RemoteOptions{Symbols: symbols, Key: key})
				if err != nil {
					return err
				}
				defer remote.Close()
				return show(remote)
			}
			if keyFile != "" {
				return fault.Because(fault.Invalid, "--key-file is for a paper that is served elsewhere: give its address with --server")
			}
			return house(cmd, s, func(h *app.House) error {
				m, err := h.Paper.Masthead(cmd.Context())
				if err != nil {
					return err
				}
				base, err := s.base(cmd.Context(), h)
				if err != nil {
					return err
				}
				return show(watch.NewLocal(h.Ledger, watch.LocalOptions{Symbols: symbols, Usual: m.Strip, Base: base}))
			})
		},
	}
	cmd.Flags().StringVar(&server, "server", "", "address of a paper that is served elsewhere, such as https://paper.example")
	cmd.Flags().StringVar(&keyFile, "key-file", "", "file with a key of that paper, instead of the environment variable COURANT_KEY")
	cmd.Flags().DurationVar(&every, "every", 10*time.Second, "how often to ask")
	cmd.Flags().BoolVar(&plain, "plain", false, "print a line for each change instead of drawing")
	cmd.Flags().BoolVar(&once, "once", false, "print a table once")
	return cmd
}

// keyOf is the key for a paper that is served elsewhere: the first line of a file or, where none is named, what COURANT_KEY says; empty
// where there is neither.
func keyOf(file string) (string, error) {
	if file == "" {
		return os.Getenv("COURANT_KEY"), nil
	}
	const most = 1 << 10 // bytes
	f, err := open(file)
	if err != nil {
		return "", fmt.Errorf("--key-file: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return "", fault.Because(fault.Invalid, "--key-file %s cannot be read: %w", file, err)
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if line = strings.TrimSpace(line); line == "" {
		return "", fault.Because(fault.Invalid, "--key-file %s has no key in it: put the key that you were given into its first line", file)
	}
	return line, nil
}

// watched reads symbols, each of which counts once.
func watched(args []string) (symbols []market.Symbol, err error) {
	seen := map[market.Symbol]bool{}
	for _, text := range args {
		symbol, err := market.ParseSymbol(text)
		if err != nil {
			return nil, err
		}
		if !seen[symbol] {
			symbols = append(symbols, symbol)
		}
		seen[symbol] = true
	}
	if len(symbols) > watch.MostSymbols {
		return nil, fault.Because(fault.Invalid, "%d symbols: at most %d are watched at once", len(symbols), watch.MostSymbols)
	}
	return symbols, nil
}

// draw draws the board until somebody ends it, which is no fault. What can have no answer is said before anything is drawn.
func draw(cmd *cobra.Command, source watch.Source, o watch.Options) error {
	ctx, leave := context.WithCancel(cmd.Context())
	defer leave()
	first := watch.First(ctx, source)
	if ctx.Err() != nil {
		return nil
	}
	if first.Hopeless() {
		return first.Err
	}
	program := tea.NewProgram(watch.New(ctx, source, first, o),
		tea.WithContext(ctx), tea.WithOutput(cmd.OutOrStdout()), tea.WithInput(cmd.InOrStdin()), tea.WithoutSignalHandler())
	_, err := program.Run()
	if err == nil || ctx.Err() != nil || errors.Is(err, tea.ErrInterrupted) {
		return nil
	}
	return fmt.Errorf("draw on the terminal: %w", err)
}
