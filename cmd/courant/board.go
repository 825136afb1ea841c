package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/render"
)

// priceJSON is a settled price in a reply for programs. Values are strings, digit for digit.
type priceJSON struct {
	Pair         market.Symbol    `json:"pair"`
	Code         currency.Code    `json:"code"`
	Name         string           `json:"name"`
	Value        currency.Decimal `json:"value"`
	At           time.Time        `json:"at"`
	Seen         time.Time        `json:"seen"`
	Source       market.SourceID  `json:"source"`
	How          market.How       `json:"how"`
	Observations []market.ID      `json:"observations"`
	Why          string           `json:"why"`
	Move         *moveJSON        `json:"move,omitempty"`
	Flags        []flagJSON       `json:"flags"`
}

// moveJSON is a change since an earlier value.
type moveJSON struct {
	Since   time.Time        `json:"since"`
	From    currency.Decimal `json:"from"`
	By      currency.Decimal `json:"by"`
	Percent currency.Decimal `json:"percent"`
}

func asPriceJSON(p market.Price, table *currency.Table) priceJSON {
	_, quote, _ := p.Symbol.Pair()
	j := priceJSON{
		Pair: p.Symbol, Code: quote, Name: table.Name(quote, "en"), Value: p.Value, At: p.At, Seen: p.Seen,
		Source: p.Source, How: p.How, Observations: ids(p.From), Why: p.Why, Flags: flagsJSON(p.Flags),
	}
	if p.Move.Withheld == "" {
		j.Move = &moveJSON{p.Move.Since, p.Move.From, p.Move.By, p.Move.Percent}
	}
	return j
}

// boardJSON is the board in a reply for programs.
type boardJSON struct {
	Base    currency.Code `json:"base"`
	AsOf    time.Time     `json:"as_of"`
	KnownAt time.Time     `json:"known_at"`
	Count   int           `json:"count"`
	Rates   []priceJSON   `json:"rates"`
	Tied    []priceJSON   `json:"tied"` // quoted by nobody, but fixed to a currency that is
}

func boardCommand(s *settings) *cobra.Command {
	var when asOfFlags
	cmd := &cobra.Command{
		Use:   "board [BASE]",
		Short: "Print the currency board",
		Long:  "Print what one unit of the base buys of every currency, with the source and the day of each rate.",
		Example: "  courant board\n  courant board USD --as-of 2026-02-02\n" +
			"  courant board --as-of 2026-02-02 --known-at 2026-02-03 --format json",
		Args: arguments(cobra.MaximumNArgs(1), "board [BASE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			asOf, err := when.asOf()
			if err != nil {
				return err
			}
			var base currency.Code
			if len(args) == 1 {
				if base, err = currency.ParseCode(args[0]); err != nil {
					return err
				}
			}
			return house(cmd, s, func(h *app.House) error {
				own, err := s.base(cmd.Context(), h)
				if err != nil {
					return err
				}
				b, err := h.Ledger.Board(cmd.Context(), cmp.Or(base, own), asOf)
				if err != nil {
					return err
				}
				if s.format == "json" {
					return printJSON(cmd, asBoardJSON(b, h.Ledger.Currencies()))
				}
				return printBoard(cmd, b, h.Ledger.Currencies())
			})
		},
	}
	when.declare(cmd)
	return cmd
}

func asBoardJSON(b market.Board, names *currency.Table) boardJSON {
	j := boardJSON{Base: b.Base, AsOf: b.AsOf.At, KnownAt: b.AsOf.Known, Count: len(b.Prices), Rates: []priceJSON{}, Tied: []priceJSON{}}
	for _, p := range b.Prices {
		j.Rates = append(j.Rates, asPriceJSON(p, names))
	}
	for _, p := range b.Tied {
		j.Tied = append(j.Tied, asPriceJSON(p, names))
	}
	return j
}

// tiedToo speaks of the currencies that stand at the end of the board.
func tiedToo(count int) string {
	if count == 0 {
		return ""
	}
	return fmt.Sprintf(" that are quoted and, at the end, %d that are fixed to one of them", count)
}

func printBoard(cmd *cobra.Command, b market.Board, names *currency.Table) error {
	out := cmd.OutOrStdout()
	if len(b.Prices) == 0 {
		fmt.Fprintf(out, "Nobody has quoted %s by %s. \"courant import page FILE\" takes a page in.\n", b.Base, moment(b.AsOf.At))
		return nil
	}
	fmt.Fprintf(out, "One %s on %s, against %d currencies%s\n\n", b.Base, moment(b.AsOf.At), len(b.Prices), tiedToo(len(b.Tied)))
	rows := [][]string{{"code", "currency", "one " + string(b.Base) + " buys", "change", "of", "source", "notes"}}
	for _, p := range slices.Concat(b.Prices, b.Tied) {
		_, quote, _ := p.Symbol.Pair()
		rows = append(rows, []string{
			string(quote), names.Name(quote, "en"), p.Shown().String(), moved(p.Move),
			moment(p.At), string(p.Source), flagWords(p.Flags),
		})
	}
	return table(out, rows)
}

func moved(m market.Move) string {
	if m.Withheld != "" {
		return ""
	}
	return render.Percent(m.Percent)
}
