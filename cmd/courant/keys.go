package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/keys"
)

// keyJSON is a key as it is listed. The key itself stands in it once: when it is made.
type keyJSON struct {
	Name      string     `json:"name"`
	Key       string     `json:"key,omitempty"`
	PerMinute int        `json:"per_minute"`
	Made      time.Time  `json:"made"`
	Revoked   *time.Time `json:"revoked,omitempty"`
	Today     int64      `json:"today"`
	Total     int64      `json:"total"`
	Refused   int64      `json:"refused"`
}

func keysCommand(s *settings) *cobra.Command {
	return group(&cobra.Command{
		Use:   "keys",
		Short: "Give programs keys with limits of their own, and see how they are used",
		Long: "Nobody needs a key to ask the paper's interfaces for programs. Who has one is counted by the key and not by the\n" +
			"address, with a limit of its own. It is sent as \"Authorization: Bearer ck_…\", or as the parameter access_key, app_id or\n" +
			"apikey. A paper that is being served knows a new key within a second, and of a revoked one within five.",
		Example: "  courant keys add reader-app --per-minute 600\n  courant keys list\n  courant keys revoke reader-app",
	}, keysAddCommand(s), keysListCommand(s), keysRevokeCommand(s))
}

func keysAddCommand(s *settings) *cobra.Command {
	var perMinute int
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Make a key and print it, this once",
		Long: "Make a key and print it. It cannot be shown again: only its hash is kept. A name is given once, and stays with what was\n" +
			"asked with its key, though that be revoked.",
		Example: "  courant keys add reader-app\n  courant keys add reader-app --per-minute 600 --format json",
		Args:    arguments(cobra.ExactArgs(1), "keys add NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			k, secret, err := keys.New(args[0], perMinute, time.Now())
			if err != nil {
				return err
			}
			return house(cmd, s, func(h *app.House) error {
				if err := h.Store.AddKey(cmd.Context(), k); err != nil {
					return err
				}
				if s.format == "json" {
					return printJSON(cmd, keyJSON{Name: k.Name, Key: secret, PerMinute: k.PerMinute, Made: k.Made})
				}
				fmt.Fprintln(cmd.OutOrStdout(), secret)
				fmt.Fprintf(cmd.ErrOrStderr(), "This is the key of %s, %s. Keep it: it is not shown again.\n", k.Name, allowed(k))
				return nil
			})
		},
	}
	cmd.Flags().IntVar(&perMinute, "per-minute", 0, "requests that it may make in a minute; 0: as many as it likes")
	return cmd
}

// allowed says how often a key may ask.
func allowed(k keys.Key) string {
	if k.PerMinute == 0 {
		return "without a limit"
	}
	return fmt.Sprintf("%d a minute", k.PerMinute)
}

func keysListCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "Print the keys there are, and how often they ask",
		Long: "Print every key by its name: its limit, when it was made, how many requests were let through today (a day of UTC) and in\n" +
			"all, and how many were refused since they were above the limit. A paper that is being served writes that once a minute.",
		Example: "  courant keys list\n  courant keys list --format json",
		Args:    arguments(cobra.NoArgs, "keys list"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return house(cmd, s, func(h *app.House) error {
				all, err := h.Store.Keys(cmd.Context())
				if err != nil {
					return err
				}
				tallies, err := h.Store.Tallies(cmd.Context(), time.Now())
				if err != nil {
					return err
				}
				if s.format == "json" {
					return printJSON(cmd, listedJSON(all, tallies))
				}
				if len(all) == 0 {
					fmt.Fprintln(cmd.OutOrStdout(), "There are no keys; make one with courant keys add NAME.")
					return nil
				}
				rows := [][]string{{"name", "limit", "made", "today", "total", "refused", ""}}
				for _, k := range all {
					t, ended := tallies[k.Name], ""
					if !k.Revoked.IsZero() {
						ended = "revoked " + moment(k.Revoked)
					}
					number := func(n int64) string { return strconv.FormatInt(n, 10) }
					rows = append(rows, []string{k.Name, allowed(k), moment(k.Made), number(t.Today), number(t.Total), number(t.Refused), ended})
				}
				return table(cmd.OutOrStdout(), rows)
			})
		},
	}
}

func listedJSON(all []keys.Key, tallies map[string]keys.Tally) []keyJSON {
	listed := []keyJSON{}
	for _, k := range all {
		t := tallies[k.Name]
		j := keyJSON{Name: k.Name, PerMinute: k.PerMinute, Made: k.Made, Today: t.Today, Total: t.Total, Refused: t.Refused}
		if !k.Revoked.IsZero() {
			j.Revoked = &k.Revoked
		}
		listed = append(listed, j)
	}
	return listed
}

func keysRevokeCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:     "revoke NAME",
		Short:   "End a key",
		Long:    "End a key: who asks with it is refused from then on, and may ask without. What was asked with it stays on record.",
		Example: "  courant keys revoke reader-app\n  courant keys revoke reader-app --database postgres://courant@db/courant",
		Args:    arguments(cobra.ExactArgs(1), "keys revoke NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return house(cmd, s, func(h *app.House) error {
				now := time.Now().UTC()
				if err := h.Store.RevokeKey(cmd.Context(), args[0], now); err != nil {
					return err
				}
				if s.format == "json" {
					return printJSON(cmd, struct {
						Name    string    `json:"name"`
						Revoked time.Time `json:"revoked"`
					}{args[0], now})
				}
				fmt.Fprintf(cmd.OutOrStdout(), "The key %s is revoked.\n", args[0])
				return nil
			})
		},
	}
}
