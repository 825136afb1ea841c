package currency

import (
	"fmt"
	"slices"
)

// Move is how much the euro usually changes in a currency from one day's fixing to the next.
type Move struct {
	Share  Decimal // median of the changes without their sign, as a share: 0.0026 is 0.26 per cent
	Own    bool    // whether it was seen in this currency
	Source string
}

// UsualMove returns how much the euro usually moves in a currency. Where the table has no row of it this is that of
// gold for a metal, and else the median of the currencies that float.
func (t *Table) UsualMove(c Code) Move {
	if m, ok := t.moves[c]; ok {
		return m
	}
	if gold, ok := t.moves["XAU"]; ok && t.byCode[c].Kind == KindMetal {
		return Move{Share: gold.Share, Source: "that of gold: " + gold.Source}
	}
	return t.median
}

func addMove(t *Table, r *row) {
	c, from, until := r.known(t, "code"), r.date("from"), r.date("until")
	share, days := r.decimal("share"), r.int("days")
	if share.Sign() <= 0 || days <= 0 || !from.Before(until) {
		r.fail("no share of so many days")
	}
	t.moves[c] = Move{
		Share: share, Own: true,
		Source: fmt.Sprintf("%s, median of %d daily changes from %s to %s", r.text("source"), days, from, until),
	}
}

// medianMove is that of the currencies which have a row and float. Of an even number it is the upper of the middle two.
func (t *Table) medianMove() (Move, error) {
	var shares []Decimal
	for c, m := range t.moves {
		held := slices.ContainsFunc(t.pegs[c], func(p Peg) bool { return p.Until.IsZero() })
		if !held && t.byCode[c].Kind == KindCurrency {
			shares = append(shares, m.Share)
		}
	}
	if len(shares) == 0 {
		return Move{}, fmt.Errorf("moves.csv: no currency in it floats")
	}
	slices.SortFunc(shares, Decimal.Cmp)
	return Move{
		Share:  shares[len(shares)/2],
		Source: fmt.Sprintf("not its own: the median of the %d currencies that float in Courant's table of usual moves", len(shares)),
	}, nil
}
