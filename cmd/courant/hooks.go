package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/hook"
	"github.com/courant-news/courant/internal/market"
)

// hookJSON is a hook as it is listed. Its secret stands in it once: when it is added.
type hookJSON struct {
	ID      string          `json:"id"`
	URL     string          `json:"url"`
	Event   hook.Kind       `json:"event"`
	Pair    market.Symbol   `json:"pair,omitempty"`
	Above   string          `json:"above,omitempty"`
	Source  market.SourceID `json:"source,omitempty"`
	Secret  string          `json:"secret,omitempty"`
	Added   time.Time       `json:"added"`
	Since   time.Time       `json:"since"`
	Off     *time.Time      `json:"off,omitempty"`
	Why     string          `json:"why,omitempty"`
	Taken   *time.Time      `json:"taken,omitempty"`
	Waiting int             `json:"waiting"`
	Told    int             `json:"told"`
	GivenUp int             `json:"given_up"`
}

// deliveryJSON is an event on its way to a hook.
type deliveryJSON struct {
	ID       string     `json:"id"`
	Hook     string     `json:"hook"`
	Event    hook.Kind  `json:"event"`
	State    hook.State `json:"state"`
	Added    time.Time  `json:"added"`
	Attempts int        `json:"attempts"`
	Tried    *time.Time `json:"tried,omitempty"`
	Next     *time.Time `json:"next,omitempty"`
	Status   int        `json:"status,omitempty"`
	Problem  string     `json:"problem,omitempty"`
	Body     string     `json:"body"`
}

func hooksCommand(s *settings) *cobra.Command {
	return group(&cobra.Command{
		Use:   "hooks",
		Short: "Tell other programs what happens, at addresses of theirs",
		Long: "A hook tells a program that a pair of currencies moved by more than so many per cent, or that a source published: by a\n" +
			"signed POST to an address of its own, as Standard Webhooks describes. A paper that is being served sends it within seconds,\n" +
			"and again, for three days, until it is taken. docs/webhooks.md describes what is sent and how it is verified.",
		Example: "  courant hooks add https://receiver.example/in --pair EUR/USD --above 1\n  courant hooks add https://receiver.example/in --source ecb\n" +
			"  courant hooks list\n  courant hooks test hk_abcdefghijklm",
	}, hooksAddCommand(s), hooksListCommand(s), hooksDropCommand(s), hooksResumeCommand(s), hooksTestCommand(s), hooksDeliveriesCommand(s))
}

func hooksAddCommand(s *settings) *cobra.Command {
	var pair, above, source string
	cmd := &cobra.Command{
		Use:   "add URL",
		Short: "Add a hook and print its secret, this once",
		Long: "Add a hook for an address, about the moves of a pair or about what a source publishes, from now on. Its ID and its secret\n" +
			"are printed; the secret cannot be shown again. The address begins with https:// and leads to a public host, unless the\n" +
			"setting receivers names that.",
		Example: "  courant hooks add https://receiver.example/in --pair EUR/USD --above 0.5\n  courant hooks add https://receiver.example/in --source ecb --format json",
		Args:    arguments(cobra.ExactArgs(1), "hooks add URL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			about, err := hook.ParseSubject(pair, above, source)
			if err != nil {
				return err
			}
			return house(cmd, s, func(h *app.House) error {
				known, err := allSources(cmd, h)
				if err != nil {
					return err
				}
				if err := about.Check(h.Ledger.Currencies(), known); err != nil {
					return err
				}
				trusted, err := h.Config.Trusted()
				if err != nil {
					return err
				}
				one, err := hook.New(args[0], about, trusted, time.Now())
				if err != nil {
					return err
				}
				if err := h.Store.AddHook(cmd.Context(), one); err != nil {
					return err
				}
				if s.format == "json" {
					j := asHookJSON(one, hook.Tally{})
					j.Secret = one.Secret.Reveal()
					return printJSON(cmd, j)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n", one.ID, one.Secret.Reveal())
				fmt.Fprintf(cmd.ErrOrStderr(), "These are the hook's ID and its secret: it tells of %s. Keep the secret: it is not shown again.\n", aboutWords(one.Subject))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&pair, "pair", "", "the pair whose moves are told, EUR/USD")
	cmd.Flags().StringVar(&above, "above", "", "per cent that a move must be beyond (default 1)")
	cmd.Flags().StringVar(&source, "source", "", "the source whose publications are told, ecb")
	return cmd
}

// allSources are those that the ledger has heard and those that can be fetched.
func allSources(cmd *cobra.Command, h *app.House) ([]market.Source, error) {
	all, err := h.Ledger.Sources(cmd.Context())
	if err != nil {
		return nil, err
	}
	providers, err := h.Config.Providers()
	if err != nil {
		return nil, err
	}
	for _, p := range providers {
		if !slices.ContainsFunc(all, func(heard market.Source) bool { return heard.ID == p.Source.ID }) {
			all = append(all, p.Source)
		}
	}
	return all, nil
}

// aboutWords say what a hook tells of.
func aboutWords(about hook.Subject) string {
	switch about.Kind() {
	case hook.Published:
		return "what " + string(about.Source) + " publishes"
	case hook.Changed:
		return "feeds that changed"
	}
	return fmt.Sprintf("moves of %s beyond %s%%", about.Pair, about.Above)
}

func asHookJSON(h hook.Hook, t hook.Tally) hookJSON {
	j := hookJSON{
		ID: h.ID, URL: h.URL, Event: h.Kind(), Pair: h.Pair, Source: h.Source, Added: h.Added, Since: h.Since, Off: someTime(h.Off), Why: h.Why,
		Taken: someTime(h.Taken), Waiting: t.Waiting, Told: t.Taken, GivenUp: t.GivenUp,
	}
	if h.Kind() == hook.Moved {
		j.Above = h.Above.String()
	}
	return j
}

func hooksListCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "Print the hooks there are, and how they fare",
		Long: "Print every hook: what it tells of, where, how many events of the last sixty days were taken there, wait and were given up,\n" +
			"and since when and why it is off. Secrets are not printed.",
		Example: "  courant hooks list\n  courant hooks list --format json",
		Args:    arguments(cobra.NoArgs, "hooks list"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return house(cmd, s, func(h *app.House) error {
				all, err := h.Store.Hooks(cmd.Context())
				if err != nil {
					return err
				}
				tallies, err := h.Store.HookTallies(cmd.Context())
				if err != nil {
					return err
				}
				listed := []hookJSON{}
				rows := [][]string{{"id", "tells of", "at", "added", "taken", "waiting", "given up", ""}}
				for _, one := range all {
					t, off := tallies[one.ID], ""
					if !one.On() {
						off = "off since " + moment(one.Off) + ": " + one.Why
					}
					listed = append(listed, asHookJSON(one, t))
					rows = append(rows, []string{
						one.ID, aboutWords(one.Subject), one.URL, moment(one.Added), strconv.Itoa(t.Taken), strconv.Itoa(t.Waiting), strconv.Itoa(t.GivenUp), off,
					})
				}
				switch {
				case s.format == "json":
					return printJSON(cmd, listed)
				case len(all) == 0:
					fmt.Fprintln(cmd.OutOrStdout(), "There are no hooks; add one with courant hooks add URL.")
					return nil
				}
				return table(cmd.OutOrStdout(), rows)
			})
		},
	}
}

func hooksDropCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:     "drop ID",
		Short:   "Take a hook away, with all that waits for it",
		Long:    "Take a hook away: it is told nothing more, and what waits for it and what it was told is forgotten with its secret.",
		Example: "  courant hooks drop hk_abcdefghijklm",
		Args:    arguments(cobra.ExactArgs(1), "hooks drop ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return house(cmd, s, func(h *app.House) error {
				if err := h.Store.DropHook(cmd.Context(), args[0]); err != nil {
					return err
				}
				return done(cmd, s, args[0], "dropped")
			})
		},
	}
}

func hooksResumeCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "resume ID",
		Short: "Turn a hook on again that was turned off",
		Long: "Turn a hook on again that was turned off since its receiver took nothing for three days, or wanted no more. It is told what\n" +
			"is learnt from now on; what was given up stays so. Its secret is the same.",
		Example: "  courant hooks resume hk_abcdefghijklm",
		Args:    arguments(cobra.ExactArgs(1), "hooks resume ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return house(cmd, s, func(h *app.House) error {
				if err := h.Store.ResumeHook(cmd.Context(), args[0], time.Now()); err != nil {
					return err
				}
				return done(cmd, s, args[0], "on")
			})
		},
	}
}

// done says what became of a hook.
func done(cmd *cobra.Command, s *settings, id, state string) error {
	if s.format == "json" {
		return printJSON(cmd, struct {
			ID    string `json:"id"`
			State string `json:"state"`
		}{id, state})
	}
	fmt.Fprintf(cmd.OutOrStdout(), "The hook %s is %s.\n", id, state)
	return nil
}

func hooksTestCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "test ID",
		Short: "Send a hook an event that tells nothing, and print the answer",
		Long: "Send a hook a signed hook.ping at once, whether it is on or off, and print how its receiver answered. It is sent once and is\n" +
			"not kept. Exit code 7: it was not taken.",
		Example: "  courant hooks test hk_abcdefghijklm\n  courant hooks test hk_abcdefghijklm --format json",
		Args:    arguments(cobra.ExactArgs(1), "hooks test ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return house(cmd, s, func(h *app.House) error {
				one, err := hook.Find(cmd.Context(), h.Store, args[0])
				if err != nil {
					return err
				}
				runner, err := h.NewHooks("http://"+h.Config.Listen, slog.New(slog.DiscardHandler))
				if err != nil {
					return err
				}
				begun := time.Now()
				answer, err := runner.Ping(cmd.Context(), one)
				if errors.Is(err, fault.Invalid) { // its name leads into a network that is not public
					err = fault.Because(fault.Upstream, "%w; a receiver of your own network is named in the setting receivers", err)
				}
				if err != nil {
					return err
				}
				took := time.Since(begun).Round(time.Millisecond)
				refused := hook.Refusal(one, answer)
				if s.format == "json" {
					return cmp.Or(printJSON(cmd, struct {
						ID     string `json:"id"`
						Status int    `json:"status"`
						Taken  bool   `json:"taken"`
						Took   string `json:"took"`
					}{one.ID, answer.Status, refused == nil, took.String()}), refused)
				}
				if refused == nil {
					fmt.Fprintf(cmd.OutOrStdout(), "%s took it: %d, after %s.\n", one.Host(), answer.Status, took)
				}
				return refused
			})
		},
	}
}

func hooksDeliveriesCommand(s *settings) *cobra.Command {
	var most int
	cmd := &cobra.Command{
		Use:   "deliveries [ID]",
		Short: "Print what was told, what waits and what was given up",
		Long: "Print the last deliveries, of all hooks or of one: what became of each, how often it was tried and, where it was not taken,\n" +
			"why. With --format json the body is printed that was sent. Those that ended are kept for sixty days.",
		Example: "  courant hooks deliveries\n  courant hooks deliveries hk_abcdefghijklm --most 10 --format json",
		Args:    arguments(cobra.MaximumNArgs(1), "hooks deliveries [ID]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if most < 1 || most > 10_000 {
				return fault.Because(fault.Invalid, "--most is %d: write a number from 1 to 10000", most)
			}
			return house(cmd, s, func(h *app.House) error {
				id := ""
				if len(args) > 0 {
					one, err := hook.Find(cmd.Context(), h.Store, args[0])
					if err != nil {
						return err
					}
					id = one.ID
				}
				all, err := h.Store.Deliveries(cmd.Context(), id, most)
				if err != nil {
					return err
				}
				listed := []deliveryJSON{}
				rows := [][]string{{"added", "hook", "event", "state", "tried", "next", "problem"}}
				for _, d := range all {
					listed = append(listed, deliveryJSON{
						d.ID, d.Hook, d.Kind, d.State, d.Added, d.Attempts, someTime(d.Tried), someTime(d.Next), d.Status, d.Problem, string(d.Body),
					})
					rows = append(rows, []string{moment(d.Added), d.Hook, string(d.Kind), string(d.State), fmt.Sprintf("%d×", d.Attempts), momentOf(someTime(d.Next)), d.Problem})
				}
				switch {
				case s.format == "json":
					return printJSON(cmd, listed)
				case len(all) == 0:
					fmt.Fprintln(cmd.OutOrStdout(), "Nothing was told yet.")
					return nil
				}
				return table(cmd.OutOrStdout(), rows)
			})
		},
	}
	cmd.Flags().IntVar(&most, "most", 50, "how many are printed, the newest first")
	return cmd
}
