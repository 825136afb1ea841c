package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// setAsideJSON is what another source said, and why it was not chosen.
type setAsideJSON struct {
	Source       market.SourceID `json:"source"`
	Value        string          `json:"value"`
	At           string          `json:"at"`
	Observations []market.ID     `json:"observations"`
	Why          string          `json:"why"`
}

// rateJSON is one pair with what was set aside.
type rateJSON struct {
	priceJSON
	SetAside []setAsideJSON `json:"set_aside"`
}

func ratesCommand(s *settings) *cobra.Command {
	var when asOfFlags
	var history bool
	cmd := &cobra.Command{
		Use:   "rates PAIR…",
		Short: "Print rates with their sources and what others said",
		Long: "Print the rate of each pair, who said it, about when, why it was chosen and what the other sources said.\n" +
			"With --history print every day that is known, the newest first.",
		Example: "  courant rates EUR/AZN USD/JPY\n  courant rates EUR/BGN --as-of 2025-12-31\n" +
			"  courant rates EUR/SYP --history --format json",
		Args: arguments(cobra.MinimumNArgs(1), "rates EUR/USD …"),
		RunE: func(cmd *cobra.Command, args []string) error {
			asOf, err := when.asOf()
			if err != nil {
				return err
			}
			pairs := make([]market.Symbol, len(args))
			for i, text := range args {
				if pairs[i], err = market.ParseSymbol(text); err != nil {
					return err
				}
				if _, _, ok := pairs[i].Pair(); !ok {
					return fault.Because(fault.Invalid, "%s is a listing, not a pair of currencies: write EUR/USD", pairs[i])
				}
			}
			return house(cmd, s, func(h *app.House) error {
				var prices []market.Price
				for _, pair := range pairs {
					found, err := pricesOf(cmd, h, pair, asOf, history)
					if err != nil {
						return err
					}
					prices = append(prices, found...)
				}
				if s.format == "json" {
					return printJSON(cmd, asRatesJSON(prices, h))
				}
				return printRates(cmd, prices, history)
			})
		},
	}
	when.declare(cmd)
	cmd.Flags().BoolVar(&history, "history", false, "every day that is known")
	return cmd
}

func pricesOf(cmd *cobra.Command, h *app.House, pair market.Symbol, asOf market.AsOf, history bool) ([]market.Price, error) {
	if history {
		return h.Ledger.History(cmd.Context(), pair, asOf)
	}
	p, err := h.Ledger.Rate(cmd.Context(), pair, asOf)
	return []market.Price{p}, err
}

func asRatesJSON(prices []market.Price, h *app.House) []rateJSON {
	out := []rateJSON{}
	for _, p := range prices {
		j := rateJSON{priceJSON: asPriceJSON(p, h.Ledger.Currencies()), SetAside: []setAsideJSON{}}
		for _, a := range p.SetAside {
			j.SetAside = append(j.SetAside, setAsideJSON{a.Source, a.Value.String(), moment(a.At), ids(a.From), a.Why})
		}
		out = append(out, j)
	}
	return out
}

func printRates(cmd *cobra.Command, prices []market.Price, history bool) error {
	out := cmd.OutOrStdout()
	if history {
		rows := [][]string{{"pair", "day", "rate", "change", "source", "how"}}
		for _, p := range prices {
			rows = append(rows, []string{string(p.Symbol), moment(p.At), shown(p).String(), moved(p.Move), string(p.Source), string(p.How)})
		}
		return table(out, rows)
	}
	for i, p := range prices {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "%s  %s  (%s, %s, learnt %s)\n", p.Symbol, shown(p), p.Source, moment(p.At), moment(p.Seen))
		fmt.Fprintf(out, "  chosen     %s\n", p.Why)
		fmt.Fprintf(out, "  rests on   %v (%s)\n", ids(p.From), p.How)
		if p.Move.Withheld == "" {
			fmt.Fprintf(out, "  change     %s since %s\n", moved(p.Move), moment(p.Move.Since))
		} else {
			fmt.Fprintf(out, "  change     withheld: %s\n", p.Move.Withheld)
		}
		for _, a := range p.SetAside {
			fmt.Fprintf(out, "  set aside  %s of %s, %s: %s\n", a.Value, a.Source, moment(a.At), a.Why)
		}
		for _, f := range p.Flags {
			fmt.Fprintf(out, "  note       %s\n", f.Text)
		}
	}
	return nil
}
