package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/render"
)

// setAsideJSON is what another source said, and why it was not chosen.
type setAsideJSON struct {
	Source       market.SourceID  `json:"source"`
	Value        currency.Decimal `json:"value"`
	At           time.Time        `json:"at"`
	Seen         time.Time        `json:"seen"`
	How          market.How       `json:"how"`
	PercentOff   currency.Decimal `json:"percent_off"`
	Observations []market.ID      `json:"observations"`
	Why          string           `json:"why"`
}

// rateJSON is one pair with what was set aside.
type rateJSON struct {
	priceJSON
	Agreement agreementJSON  `json:"agreement"`
	SetAside  []setAsideJSON `json:"set_aside"`
}

// agreementJSON says how many other sources have a current value, and how many of these are within one per cent.
type agreementJSON struct {
	Of     int `json:"of"`
	Within int `json:"within"`
}

func ratesCommand(s *settings) *cobra.Command {
	var when asOfFlags
	var history, explain bool
	cmd := &cobra.Command{
		Use:   "rates PAIR…",
		Short: "Print rates with their sources and what others said",
		Long: "Print the rate of each pair, who said it, about when, and how many others agree. With --explain print also what it\n" +
			"rests on, word for word, why it was chosen and what the other sources said. With --history print every day that is\n" +
			"known, the newest first.",
		Example: "  courant rates EUR/AZN USD/JPY\n  courant rates EUR/RUB --explain\n  courant rates EUR/BGN --as-of 2025-12-31\n" +
			"  courant rates EUR/SYP --history --format json",
		Args: arguments(cobra.MinimumNArgs(1), "rates EUR/USD …"),
		RunE: func(cmd *cobra.Command, args []string) error {
			asOf, err := when.asOf()
			if err != nil {
				return err
			}
			if history && explain {
				return fault.Because(fault.Invalid, "--history and --explain do not go together: explain one day with --as-of")
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
				switch out := cmd.OutOrStdout(); {
				case history:
					return printHistory(out, prices)
				case explain:
					known, err := h.Ledger.Known(cmd.Context())
					if err != nil {
						return err
					}
					return printExplained(out, prices, known)
				default:
					return printRates(out, prices)
				}
			})
		},
	}
	when.declare(cmd)
	cmd.Flags().BoolVar(&history, "history", false, "every day that is known")
	cmd.Flags().BoolVar(&explain, "explain", false, "what each rate rests on, and what others say")
	return cmd
}

func pricesOf(cmd *cobra.Command, h *app.House, pair market.Symbol, asOf market.AsOf, history bool) ([]market.Price, error) {
	if history {
		days, err := h.Ledger.History(cmd.Context(), pair, asOf)
		if err != nil || len(days) > 0 {
			return days, err
		}
		_, err = h.Ledger.Rate(cmd.Context(), pair, asOf) // which says why there is none
		return nil, err
	}
	p, err := h.Ledger.Rate(cmd.Context(), pair, asOf)
	return []market.Price{p}, err
}

func asRatesJSON(prices []market.Price, h *app.House) []rateJSON {
	out := []rateJSON{}
	for _, p := range prices {
		j := rateJSON{
			priceJSON: asPriceJSON(p, h.Ledger.Currencies()), Agreement: agreementJSON{p.Of, p.Within}, SetAside: []setAsideJSON{},
		}
		for _, a := range p.SetAside {
			j.SetAside = append(j.SetAside, setAsideJSON{
				Source: a.Source, Value: a.Value, At: a.At, Seen: a.Seen, How: a.How, PercentOff: a.Off,
				Observations: ids(a.From), Why: a.Why,
			})
		}
		out = append(out, j)
	}
	return out
}

func printHistory(out io.Writer, prices []market.Price) error {
	rows := [][]string{{"pair", "day", "rate", "change", "source", "how"}}
	for _, p := range prices {
		rows = append(rows, []string{string(p.Symbol), moment(p.At), p.Shown().String(), moved(p.Move), string(p.Source), string(p.How)})
	}
	return table(out, rows)
}

func printRates(out io.Writer, prices []market.Price) error {
	rows := [][]string{{"pair", "rate", "change", "of", "learnt", "source", "agree", "notes"}}
	for _, p := range prices {
		rows = append(rows, []string{
			string(p.Symbol), p.Shown().String(), moved(p.Move), moment(p.At), moment(p.Seen), string(p.Source),
			agreeing(p.Agreement), flagWords(p.Flags),
		})
	}
	return table(out, rows)
}

// agreeing says how many of the other current sources are within one per cent: "3 of 4".
func agreeing(a market.Agreement) string {
	if a.Of == 0 {
		return "no other"
	}
	return fmt.Sprintf("%d of %d", a.Within, a.Of)
}

func printExplained(out io.Writer, prices []market.Price, known market.Sources) error {
	for i, p := range prices {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "%s  %s\n", p.Symbol, p.Shown())
		rows := [][]string{
			{"  said by", nameOf(p.Source, known)},
			{"  of", moment(p.At)},
			{"  learnt", moment(p.Seen)},
			{"  chosen", p.Why},
			{"  how", string(p.How)},
		}
		for _, o := range p.From {
			rows = append(rows, []string{"  rests on", fmt.Sprintf("%s %s of %s, %s%s", o.Symbol, o.Value, moment(o.At), o.ID, stood(o.Ref))})
		}
		if p.Move.Withheld == "" {
			rows = append(rows, []string{"  change", fmt.Sprintf("%s since %s", moved(p.Move), moment(p.Move.Since))})
		} else {
			rows = append(rows, []string{"  change", "withheld: " + p.Move.Withheld})
		}
		rows = append(rows, []string{"  agree", agreeing(p.Agreement) + " current within one per cent"})
		for _, a := range p.SetAside {
			rows = append(rows, []string{"  set aside", fmt.Sprintf("%s of %s, %s, %s: %s", a.Shown(),
				nameOf(a.Source, known), moment(a.At), render.Percent(a.Off), a.Why)})
		}
		for _, f := range p.Flags {
			rows = append(rows, []string{"  note", f.Text})
		}
		if err := table(out, rows); err != nil {
			return err
		}
	}
	return nil
}

// stood is how a figure stood in its source.
func stood(ref string) string {
	if ref == "" {
		return ""
	}
	return fmt.Sprintf(", stood as %q", ref)
}

// nameOf is what people call a source.
func nameOf(id market.SourceID, known market.Sources) string {
	if name := known[id].Name; name != "" {
		return name + " (" + string(id) + ")"
	}
	return string(id)
}
