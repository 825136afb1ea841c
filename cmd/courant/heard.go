package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// heardJSON is what came of one or many replies of a source.
type heardJSON struct {
	Source  market.SourceID `json:"source"`
	Figures int             `json:"figures"`
	New     int             `json:"new"`
	Known   int             `json:"known"`
	Newest  *time.Time      `json:"newest,omitempty"`
	Held    []heldJSON      `json:"held"`
	Left    []string        `json:"left"`
}

func backfillCommand(s *settings) *cobra.Command {
	var from, to string
	cmd := &cobra.Command{
		Use:   "backfill SOURCE",
		Short: "Fetch the past of a source",
		Long: "Ask a source for the days from one to another, through the same reading, judging and ledger as its daily replies.\n" +
			"What is known already is not added again, so that a backfill that was broken off may be begun anew.",
		Example: "  courant backfill ecb --from 1999-01-04\n  courant backfill cbr --from 2026-01-01 --to 2026-01-31 --format json",
		Args:    arguments(cobra.ExactArgs(1), "backfill SOURCE --from 2026-01-01"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if from == "" {
				return fault.Because(fault.Invalid, "say from which day: --from 2026-01-01")
			}
			first, err := dayOf("from", from)
			if err != nil {
				return err
			}
			last := time.Now().UTC().Truncate(24 * time.Hour)
			if to != "" {
				day, err := dayOf("to", to)
				if err != nil {
					return err
				}
				last = day.First()
			}
			return runner(cmd, s, args[0], func(r *wire.Runner, p wire.Provider) (wire.Outcome, error) {
				b := newBar(args[0])
				return r.Backfill(cmd.Context(), p, first.First(), last, func(at wire.Progress) {
					if at.Problem != nil {
						fmt.Fprintf(cmd.ErrOrStderr(), "%v; asked again in %s\n", at.Problem, max(at.Again.Round(time.Second), time.Second))
						return
					}
					const fine = 1000 // steps of the bar within one request
					done := at.Done * fine
					if at.Figures > 0 {
						done += min(at.Kept, at.Figures) * fine / at.Figures
					}
					b.to(done, at.Of*fine)
				})
			})
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the first day, 1999-01-04")
	cmd.Flags().StringVar(&to, "to", "", "the last day (default today)")
	return cmd
}

// dayOf reads a flag that wants a day.
func dayOf(flag, text string) (currency.Date, error) {
	d, err := currency.ParseDate(text)
	if err != nil || d.Day == 0 {
		return currency.Date{}, fault.Because(fault.Invalid, "--%s %.40q is no day: write it as 2026-02-02", flag, text)
	}
	return d, nil
}

func importReplyCommand(s *settings) *cobra.Command {
	var about string
	cmd := &cobra.Command{
		Use:   "reply SOURCE FILE",
		Short: "Take in a saved reply of a source",
		Long: "Read a reply that was saved from a source's service, offline, through the same reading, judging and ledger as a\n" +
			"fetched one. A figure that cannot be right is held: see courant quarantine.",
		Example: "  courant import reply ecb eurofxref-daily.xml\n  courant import reply cbr XML_daily.xml --format json\n" +
			"  courant import reply finnhub quote.json --about XNYS:BP",
		Args: arguments(cobra.ExactArgs(2), "import reply SOURCE FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := readReply(args[1])
			if err != nil {
				return err
			}
			return runner(cmd, s, args[0], func(r *wire.Runner, p wire.Provider) (wire.Outcome, error) {
				listed, err := listedOf(p, about)
				if err != nil {
					return wire.Outcome{}, err
				}
				o, err := r.Read(cmd.Context(), p, body, listed, newBar(args[0]).to)
				if errors.Is(err, fault.Upstream) { // fetched it would be the source's fault; here it is the file's
					err = fault.Because(fault.Invalid, "%s: %w", args[1], err)
				}
				return o, err
			})
		},
	}
	cmd.Flags().StringVar(&about, "about", "", "of share prices, the shares that the reply is about: XNYS:BP,XNAS:VOD")
	return cmd
}

// listedOf are the listings that a saved reply of share prices is about, by the provider's names.
func listedOf(p wire.Provider, about string) ([]wire.Listed, error) {
	if p.Quotes == nil {
		if about != "" {
			return nil, fault.Because(fault.Invalid, "%s publishes rates, and its replies say of what: leave out --about", p.Source.Name)
		}
		return nil, nil
	}
	if about == "" && !p.Quotes.Folder {
		return nil, fault.Because(fault.Invalid, "say which shares the reply is about: --about XNYS:BP")
	}
	var all []wire.Listed
	for text := range strings.SplitSeq(about, ",") {
		if text == "" {
			continue
		}
		symbol, err := market.ParseSymbol(strings.TrimSpace(text))
		if err != nil {
			return nil, err
		}
		l := wire.Listed{Symbol: symbol}
		if known, err := market.KnownListings().Instrument(symbol); err == nil {
			l.Unit = known.Unit.Code
		}
		all = append(all, l)
	}
	named, left := p.List(all)
	if len(left) > 0 {
		return nil, fault.Because(fault.Invalid, "%s", left[0])
	}
	return named, nil
}

// readReply reads a file up to the size that a fetched reply may have.
func readReply(file string) ([]byte, error) {
	f, err := open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close() // read only: nothing can be lost
	body, err := io.ReadAll(io.LimitReader(f, wire.MaxReply+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(body) > wire.MaxReply {
		return nil, fault.Because(fault.Invalid, "%s is larger than %d MB, and no reply of a source is", file, wire.MaxReply>>20)
	}
	return body, nil
}

// runner opens the paper and hears one provider, and prints what came of it.
func runner(cmd *cobra.Command, s *settings, id string, hear func(*wire.Runner, wire.Provider) (wire.Outcome, error)) error {
	p, err := s.config().Provider(id)
	if err != nil {
		return err
	}
	return house(cmd, s, func(h *app.House) error {
		r, err := h.NewRunner([]wire.Provider{p}, nil)
		if err != nil {
			return err
		}
		o, err := hear(r, p)
		if err != nil {
			if o.Figures > 0 {
				err = fmt.Errorf("after %d figures, of which %d were new and are kept: %w", o.Figures, o.New, err)
			}
			return err
		}
		if s.format == "json" {
			return printJSON(cmd, asHeardJSON(p.Source.ID, o))
		}
		return printHeard(cmd.OutOrStdout(), p, o)
	})
}

func asHeardJSON(source market.SourceID, o wire.Outcome) heardJSON {
	j := heardJSON{Source: source, Figures: o.Figures, New: o.New, Known: o.Known, Held: heldsJSON(o.Held), Left: o.Left}
	if !o.Newest.IsZero() {
		j.Newest = &o.Newest
	}
	if j.Left == nil {
		j.Left = []string{}
	}
	return j
}

func printHeard(out io.Writer, p wire.Provider, o wire.Outcome) error {
	fmt.Fprintf(out, "%s: %d figures", p.Source.Name, o.Figures)
	if !o.Newest.IsZero() {
		fmt.Fprintf(out, ", the newest of %s", moment(o.Newest))
	}
	fmt.Fprintf(out, "\n  new   %d\n  known %d\n  held  %d\n", o.New, o.Known, len(o.Held))
	const most = 20 // of a kind; the rest is counted
	for i, h := range o.Held {
		if i == most {
			fmt.Fprintf(out, "  … and %d more: see courant quarantine list\n", len(o.Held)-most)
			break
		}
		fmt.Fprintf(out, "  held  %s: %s\n", h.ID, h.Text)
	}
	for i, left := range o.Left {
		if i == most {
			fmt.Fprintf(out, "  … and %d more were left out; --format json lists them\n", len(o.Left)-most)
			break
		}
		fmt.Fprintf(out, "  left  %s\n", left)
	}
	return nil
}
