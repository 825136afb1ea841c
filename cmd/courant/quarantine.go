package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// heldJSON is a value that is held, or was.
type heldJSON struct {
	ID      market.ID        `json:"id"`
	Pair    market.Symbol    `json:"pair"`
	Field   market.Field     `json:"field"`
	Value   currency.Decimal `json:"value"`
	Bar     *heldBarJSON     `json:"bar,omitempty"`
	At      time.Time        `json:"at"`
	Seen    time.Time        `json:"seen"`
	Source  market.SourceID  `json:"source"`
	Ref     string           `json:"ref"`
	Reason  market.Reason    `json:"reason"`
	Text    string           `json:"text"`
	State   market.HeldState `json:"state"`
	Decided *time.Time       `json:"decided,omitempty"`
	By      string           `json:"by,omitempty"`
	Note    string           `json:"note,omitempty"`
	Became  market.ID        `json:"became,omitempty"`
}

// heldBarJSON is the rest of a bar, whose close is the value.
type heldBarJSON struct {
	Interval market.Interval   `json:"interval"`
	Open     currency.Decimal  `json:"open"`
	High     currency.Decimal  `json:"high"`
	Low      currency.Decimal  `json:"low"`
	Volume   *currency.Decimal `json:"volume,omitempty"`
}

func heldsJSON(held []market.Held) []heldJSON {
	all := []heldJSON{}
	for _, h := range held {
		j := heldJSON{
			ID: h.ID, Pair: h.Symbol, Field: h.Field, Value: h.Value, At: h.At, Seen: h.Seen, Source: h.Source, Ref: h.Ref,
			Reason: h.Reason, Text: h.Text, State: h.State, By: h.By, Note: h.Note, Became: h.Became,
		}
		if !h.Decided.IsZero() {
			j.Decided = &h.Decided
		}
		if b := h.Bar; b != nil {
			j.Bar = &heldBarJSON{Interval: b.Interval, Open: b.Open, High: b.High, Low: b.Low}
			if !b.NoVolume {
				j.Bar.Volume = &b.Volume
			}
		}
		all = append(all, j)
	}
	return all
}

func quarantineCommand(s *settings) *cobra.Command {
	return group(&cobra.Command{
		Use:   "quarantine",
		Short: "Look through the values that were held back, and decide on them",
		Long: "A value, or a bar of a share, of which a source can hardly be right is held: it is kept with the reason and shown to no reader until another\n" +
			"source says the same, or until a person releases it. A rejected one stays on record and is never shown.",
		Example: "  courant quarantine list\n  courant quarantine release 4f0c… --by anna --note \"the franc was let go\"\n" +
			"  courant quarantine reject 4f0c… --by anna",
	}, quarantineListCommand(s), decideCommand(s, market.Released), decideCommand(s, market.Rejected))
}

func quarantineListCommand(s *settings) *cobra.Command {
	var state string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "Print the values that are held, and why",
		Long:    "Print the values that are held, and why, the last learnt first.",
		Example: "  courant quarantine list\n  courant quarantine list --state rejected --format json",
		Args:    arguments(cobra.NoArgs, "quarantine list"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			wanted := market.HeldState(state)
			switch wanted {
			case market.Waiting, market.Released, market.Rejected:
			case "all":
				wanted = ""
			default:
				return fault.Because(fault.Invalid, "there is no state %.40q: use --state waiting, released, rejected or all", state)
			}
			return house(cmd, s, func(h *app.House) error {
				held, err := h.Ledger.Quarantine(cmd.Context(), wanted)
				if err != nil {
					return err
				}
				if s.format == "json" {
					return printJSON(cmd, heldsJSON(held))
				}
				return printHeld(cmd, held)
			})
		},
	}
	cmd.Flags().StringVar(&state, "state", string(market.Waiting), "waiting, released, rejected or all")
	return cmd
}

func printHeld(cmd *cobra.Command, held []market.Held) error {
	out := cmd.OutOrStdout()
	if len(held) == 0 {
		fmt.Fprintln(out, "Nothing is held.")
		return nil
	}
	for _, h := range held {
		fmt.Fprintf(out, "%s  %s %s of %s, %s, learnt %s\n", h.ID, h.What(), h.Said(), moment(h.At), h.Source, moment(h.Seen))
		fmt.Fprintf(out, "  %s: %s\n", h.Reason, h.Text)
		if h.Ref != "" {
			fmt.Fprintf(out, "  stood as %q\n", h.Ref)
		}
		if h.State != market.Waiting {
			fmt.Fprintf(out, "  %s by %s, %s", h.State, h.By, moment(h.Decided))
			if h.Note != "" {
				fmt.Fprintf(out, ": %s", h.Note)
			}
			fmt.Fprintln(out)
		}
	}
	return nil
}

// decideCommand releases or rejects.
func decideCommand(s *settings, state market.HeldState) *cobra.Command {
	var by, note string
	name, short, long := "release", "Publish held values after all", "Make observations of held values, and of those that the same source said later and that were held only because they were\n"+
		"measured by what stood before: one decision ends a shock. They count as learnt now."
	if state == market.Rejected {
		name, short, long = "reject", "Put held values away for good", "Put held values away: they stay on record and are never shown."
	}
	cmd := &cobra.Command{
		Use:   name + " ID…",
		Short: short,
		Long:  long + "\nWho decides is kept with the value.",
		Example: "  courant quarantine " + name + " 4f0c… --by anna\n" +
			"  courant quarantine " + name + " 4f0c… --by anna --note checked",
		Args: arguments(cobra.MinimumNArgs(1), "quarantine "+name+" ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(by) == "" {
				return fault.Because(fault.Invalid, "say who decides, with --by: it is kept with the value")
			}
			return house(cmd, s, func(h *app.House) error {
				var decided []market.Held
				var failed error
				for _, id := range args {
					if slices.ContainsFunc(decided, func(h market.Held) bool { return string(h.ID) == id }) {
						continue // it followed one before
					}
					held, err := decide(cmd.Context(), h.Ledger, state, market.ID(id), by, note)
					if failed = err; failed != nil {
						if errors.Is(failed, fault.NotFound) {
							failed = fault.Because(fault.NotFound, "%w; courant quarantine list shows those there are", failed)
						}
						break // those before are decided, and are printed
					}
					decided = append(decided, held...)
				}
				if len(decided) == 0 {
					return failed
				}
				if s.format == "json" {
					return errors.Join(printJSON(cmd, heldsJSON(decided)), failed)
				}
				return errors.Join(printHeld(cmd, decided), failed)
			})
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "who decides")
	cmd.Flags().StringVar(&note, "note", "", "what is to be remembered of the decision")
	return cmd
}

// decide ends the waiting of one value, and of those that follow it where it is released.
func decide(ctx context.Context, l *market.Ledger, state market.HeldState, id market.ID, by, note string) ([]market.Held, error) {
	if state == market.Released {
		return l.Release(ctx, id, by, note)
	}
	put, err := l.Reject(ctx, id, by, note)
	return []market.Held{put}, err
}
