package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// barsJSON says what was taken from a file of bars.
type barsJSON struct {
	File     string          `json:"file"`
	Symbol   market.Symbol   `json:"symbol"`
	Source   market.SourceID `json:"source"`
	Interval market.Interval `json:"interval"`
	From     time.Time       `json:"from"`
	To       time.Time       `json:"to"`
	Bars     int             `json:"bars"`
	New      int             `json:"new"`
	Known    int             `json:"known"`
	Held     []heldJSON      `json:"held"`
	Notes    []string        `json:"notes"`
}

func importBarsCommand(s *settings) *cobra.Command {
	var symbol, source, name, licence, interval string
	var show, vouch bool
	cmd := &cobra.Command{
		Use:   "bars FILE --symbol XNYS:BP --source ID",
		Short: "Take in what a share did, day by day or minute by minute, from a CSV file",
		Long: "Read a table with a line for each day, or each minute, headed Date,Open,High,Low,Close,Volume, the oldest first or the\n" +
			"newest first throughout. All is taken in or nothing: a line that contradicts itself is named. What the source has said\n" +
			"already is not added again. A bar that is further from those around it than the share ever moves is held with its reason\n" +
			"and not shown. The prices are shown to readers only with --show, by which you confirm that you may.",
		Example: "  courant import bars BP.csv --symbol XNYS:BP --source vendor --name Vendor --licence Contract-2026 --show\n" +
			"  courant import bars BP-minutes.csv --symbol XNYS:BP --source vendor --interval minute",
		Args: arguments(cobra.ExactArgs(1), "import bars FILE --symbol XNYS:BP --source ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if symbol == "" || source == "" {
				return fault.Because(fault.Invalid, "say of which share the bars are and who says so: --symbol XNYS:BP --source vendor")
			}
			listing, err := market.ParseSymbol(symbol)
			if err != nil {
				return err
			}
			if _, _, ok := listing.Pair(); ok {
				return fault.Because(fault.Invalid, "--symbol %s is a pair of currencies: bars are of shares, as XNYS:BP", listing)
			}
			if interval != string(market.Daily) && interval != string(market.Minutely) {
				return fault.Because(fault.Invalid, "--interval cannot be %.40q: a line is about a day or a minute", interval)
			}
			bars, err := readBars(args[0], archive.BarsOptions{
				Symbol: listing, Interval: market.Interval(interval), Source: market.SourceID(source), Seen: time.Now(), Ref: filepath.Base(args[0]),
			})
			if err != nil {
				return err
			}
			return house(cmd, s, func(h *app.House) error {
				by, err := barsSource(cmd, h, market.Source{ID: market.SourceID(source), Name: name, Licence: licence}, show)
				if err != nil {
					return err
				}
				b := newBar("keeping")
				receipt, err := h.Ledger.AddBars(cmd.Context(), by, bars.Bars, market.BarsOptions{
					Vouched: vouch, Progress: func(done int) { b.to(done, len(bars.Bars)) },
				})
				if err != nil {
					return err
				}
				return reportBars(cmd, s, barsJSON{
					File: args[0], Symbol: listing, Source: by.ID, Interval: market.Interval(interval), Bars: len(bars.Bars), New: receipt.New,
					Known: receipt.Known, Held: heldsJSON(receipt.Held), From: bars.Bars[0].At, To: bars.Bars[len(bars.Bars)-1].At, Notes: append([]string{}, bars.Notes...),
				}, by)
			})
		},
	}
	cmd.Flags().StringVar(&symbol, "symbol", "", "the share, with its market: XNYS:BP")
	cmd.Flags().StringVar(&source, "source", "", "who says so: lower-case letters, digits and hyphens")
	cmd.Flags().StringVar(&name, "name", "", "the source's name for readers (default the one it has, or its ID)")
	cmd.Flags().StringVar(&licence, "licence", "", "under which terms you have the prices")
	cmd.Flags().StringVar(&interval, "interval", "day", "what a line is about: day or minute")
	cmd.Flags().BoolVar(&show, "show", false, "confirm that you may show the source's prices to readers")
	cmd.Flags().BoolVar(&vouch, "vouch", false, "stand by the bars yourself: take them as they are, those that would be held too")
	return cmd
}

// readBars reads a file of bars before anything is opened or written.
func readBars(file string, o archive.BarsOptions) (archive.Bars, error) {
	f, err := open(file)
	if err != nil {
		return archive.Bars{}, err
	}
	defer f.Close() // read only: nothing can be lost
	info, err := f.Stat()
	if err != nil {
		return archive.Bars{}, fmt.Errorf("%s: %w", file, err)
	}
	b := newBar("reading")
	bars, err := archive.ReadBars(f, o, func(done int64) { b.to(int(done>>10), int(info.Size()>>10)) })
	if err != nil {
		return archive.Bars{}, fmt.Errorf("%s: %w", file, err)
	}
	return bars, nil
}

// barsSource is the source that bars are of: a provider, as it is configured; one that the ledger knows; or a new one. What
// may be shown of it already stays so.
func barsSource(cmd *cobra.Command, h *app.House, given market.Source, show bool) (market.Source, error) {
	providers, err := h.Config.Providers()
	if err != nil {
		return market.Source{}, err
	}
	for _, p := range providers {
		if p.Source.ID == given.ID && p.Quotes == nil {
			return market.Source{}, fault.Because(fault.Invalid, "%s publishes rates and no share prices: name another source", p.Source.Name)
		}
		if p.Source.ID == given.ID {
			if given.Name+given.Licence != "" || show {
				return market.Source{}, fault.Because(fault.Invalid, "%s is a provider whose name and terms are known: leave out --name, --licence and --show, and see --display", given.ID)
			}
			return p.Source, nil
		}
	}
	known, err := h.Ledger.Known(cmd.Context())
	if err != nil {
		return market.Source{}, err
	}
	before, is := known[given.ID]
	if is && (before.Kind == market.Official || before.Kind == market.Page || before.Kind == market.Fact) {
		return market.Source{}, fault.Because(fault.Invalid, "%s is a source of other numbers: name another for share prices", given.ID)
	}
	by := market.Source{
		ID: given.ID, Name: cmp.Or(given.Name, before.Name, string(given.ID)), Kind: market.Dataset, Terms: market.Private,
		Licence: cmp.Or(given.Licence, before.Licence, "Not said when its prices were taken in."), Fresh: max(before.Fresh, 4*24*time.Hour),
	}
	if show || before.Terms == market.ShowOnly {
		by.Terms = market.ShowOnly
	}
	return by, nil
}

func reportBars(cmd *cobra.Command, s *settings, j barsJSON, by market.Source) error {
	if s.format == "json" {
		return printJSON(cmd, j)
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%s: %d bars of a %s of %s, %s to %s\n", j.File, j.Bars, j.Interval, j.Symbol, j.From.Format(time.DateOnly), j.To.Format(time.DateOnly))
	fmt.Fprintf(out, "  source  %s (%s)\n  new     %d\n  known   %d\n", by.ID, by.Name, j.New, j.Known)
	if len(j.Held) > 0 {
		fmt.Fprintf(out, "  held    %d, the first: %s\n", len(j.Held), j.Held[0].Text)
		fmt.Fprintln(out, "          Held bars are shown to nobody until another source says the same or you release them: see courant quarantine list.")
	}
	for _, note := range j.Notes {
		fmt.Fprintf(out, "  note    %s\n", note)
	}
	if by.Terms == market.Private {
		fmt.Fprintln(out, "They are kept and not shown: where you have the right to show them, import them with --show, or name a provider in --display.")
	}
	return nil
}
