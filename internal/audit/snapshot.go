package audit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/currency"
)

// What a table shows as a whole.
var tableRules = []Rule{
	{
		Code: "table.mixed", Title: "One table from two snapshots", Severity: Error,
		Explains: "Each row of a pegged currency implies what its anchor was worth when the row was made: 4.353 rials for a euro, at 3.64 for " +
			"a dollar, imply a dollar at 1.1959. Where several rows imply the same, and the table prints something else, they come from " +
			"another moment than the rest.\n\n" +
			"The rule looks at the rows that miss their peg by more than digits and dealing margins allow. At least three of them must " +
			"agree, sixteen times nearer to each other than to what the table prints.",
		Source: "The pegs, and arithmetic over the table's own rows.",
		Fails: Example{Date: "2026-02-02", Lines: []string{
			"EUR/USD 1.186127", "EUR/AED 4.356047", "EUR/BSD 1.193769", "EUR/PAB 1.193905", "EUR/KYD 0.994962", "EUR/SVC 10.446207",
		}},
		Passes: Example{Date: "2026-02-02", Lines: []string{
			"EUR/USD 1.186127", "EUR/AED 4.356047", "EUR/BSD 1.186127", "EUR/PAB 1.186127", "EUR/KYD 0.988439", "EUR/SVC 10.378611",
		}},
		check: mixed,
	},
	{
		Code: "table.digits", Title: "Too few digits", Severity: Warning,
		Explains: "The figure has so few significant digits that its last place is worth more than the pair moves on a usual day: whoever " +
			"compares two days reads the rounding.\n\n" +
			"Where a table drops zeros at the end they are counted in, to the places that most of its rows have, if that gives the " +
			"figure four digits; with fewer the printed ones are all that a reader has. " +
			"A figure that is exactly a fixed rate needs no more digits.",
		Source: "The usual move of a day: the median of ten years of the ECB's reference rates; see the source of each row of Courant's table of moves.",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.186127", "EUR/XAU 0.00025"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.186127", "EUR/XAU 0.000250341"}},
		check:  fewDigits,
	},
	{
		Code: "table.twice", Title: "Two values for one pair", Severity: Error,
		Explains: "The table prints two different values for the same pair and day. One at least is wrong; which, it does not say.",
		Source:   arithmetic,
		Fails:    Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.186127", "EUR/USD 1.193769"}},
		Passes:   Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.186127", "EUR/USD 1.186127"}},
		check:    twice,
	},
}

// implied is what a row of a pegged currency implies of its anchor, as a logarithm of units of it for one of the pivot.
type implied struct {
	code currency.Code
	ln   float64
	leg  currency.Decimal
	peg  currency.Peg
	held held
}

// least is how many rows make a snapshot, and tighter how much nearer they must be to each other than to the rest.
const (
	least   = 3
	tighter = 16
)

func mixed(c *check) {
	anchors := map[currency.Code][]implied{} // those that miss their peg
	meet := map[currency.Code][]string{}     // those that meet it
	var order []currency.Code
	for code := range c.table.distinct() {
		peg, ok := c.facts.Currencies.PegOn(code, c.at)
		if !ok || !peg.Hard() || code == c.table.pivot {
			continue
		}
		if cur, err := c.facts.Currencies.Currency(code); err != nil || cur.RetiredOn(c.at) {
			continue // frozen on days of their own
		}
		h, ok := c.table.hold(code, peg.Anchor, keeps(peg))
		if !ok {
			continue
		}
		if !h.missed {
			meet[peg.Anchor] = append(meet[peg.Anchor], string(code))
			continue
		}
		if !slices.Contains(order, peg.Anchor) {
			order = append(order, peg.Anchor)
		}
		leg := quo(c.table.legs[code].middle(), peg.Rate)
		anchors[peg.Anchor] = append(anchors[peg.Anchor], implied{code: code, ln: logOf(leg), leg: leg, peg: peg, held: h})
	}
	for _, anchor := range order {
		own := c.table.legs[anchor].middle()
		for _, group := range snapshots(anchors[anchor], logOf(own)) {
			c.add(c.snapshot(anchor, own, group, meet[anchor]))
		}
	}
}

// snapshots finds the groups of rows that agree with each other, the largest first.
func snapshots(all []implied, own float64) (groups [][]implied) {
	slices.SortFunc(all, func(a, b implied) int { return cmp.Compare(a.ln, b.ln) })
	for {
		begin, end := 0, 0
		for i := range all {
			for j := i + max(least, end-begin+1); j <= len(all); j++ {
				near := min(math.Abs(all[i].ln-own), math.Abs(all[j-1].ln-own))
				sameSide := (all[i].ln > own) == (all[j-1].ln > own)
				if sameSide && (all[j-1].ln-all[i].ln)*tighter <= near {
					begin, end = i, j
				}
			}
		}
		if end == 0 {
			return groups
		}
		groups = append(groups, slices.Clone(all[begin:end]))
		all = slices.Delete(slices.Clone(all), begin, end)
	}
}

// snapshot is the finding about one group.
func (c *check) snapshot(anchor currency.Code, own currency.Decimal, group []implied, meet []string) Finding {
	var names []string
	var evidence []Evidence
	for _, g := range group {
		names = append(names, string(g.code))
		evidence = append(evidence, Evidence{
			Fact:   fmt.Sprintf("%s %s at %s for one %s implies %s %s for one %s", g.code, g.held.row.written(), g.peg.Rate.RoundDigits(8).Trim(), anchor, g.leg.RoundDigits(7), anchor, c.table.pivot),
			Source: g.peg.Source, At: since(g.peg.Since),
		})
	}
	slices.Sort(names)
	slices.Sort(meet)
	low, high := group[0].leg.RoundDigits(6), group[len(group)-1].leg.RoundDigits(6)
	leg := c.table.legs[anchor]
	f := Finding{
		Subject: string(anchor), Rows: names, Evidence: evidence, Line: leg.row.Line,
		Expected: "", Deviation: off(group[len(group)/2].leg, own),
	}
	f.Printed = leg.row.written()
	imply := low.String()
	if !low.Equal(high) {
		imply += " to " + high.String()
	}
	says := fmt.Sprintf("%s %s for one %s; the table prints %s", imply, anchor, c.table.pivot, own.RoundDigits(7).Trim())
	if anchor == c.table.pivot {
		says = fmt.Sprintf("that one %s is %s %s", anchor, imply, anchor)
	}
	f.Message = fmt.Sprintf("%s imply %s. They are of another moment than the rest", strings.Join(names, ", "), says)
	if len(meet) > 0 {
		f.Message += " (" + strings.Join(meet, ", ") + ")"
	}
	f.Message += "."
	return f
}

func fewDigits(c *check) {
	usual, dropped := c.table.places()
	for _, r := range c.document.Rows {
		if r.Value.Sign() <= 0 {
			continue
		}
		places := r.Value.Places()
		const enough = 4 // digits: with fewer the zeros would not make up for what the table cannot show
		if dropped && r.Value.Digits()+usual-places >= enough {
			places = max(places, usual)
		}
		unit := one
		for range places {
			unit = unit.Mul(tenth)
		}
		code := c.table.other(r)
		move, other := c.facts.Currencies.UsualMove(code), c.facts.Currencies.UsualMove(c.table.pivot)
		if !move.Own && other.Own && code == "EUR" {
			move = other
		}
		share := quo(unit, r.Value)
		if share.Cmp(move.Share) <= 0 || c.exactly(code) {
			continue
		}
		c.add(Finding{
			Subject: c.table.subject(r), Printed: r.written(), Line: r.Line, Tolerance: "0",
			Message: fmt.Sprintf("%s has %d significant %s: its last place is worth %s, and a usual day moves %s by %s.",
				r.Value, r.Value.Digits(), map[bool]string{true: "digit", false: "digits"}[r.Value.Digits() == 1], percentOf(shareOf(share)), code, percentOf(shareOf(move.Share))),
			Evidence: []Evidence{moveEvidence(code, move)},
		})
	}
}

// exactly says whether a currency is printed at its fixed rate.
func (c *check) exactly(code currency.Code) bool {
	peg, ok := c.facts.Currencies.PegOn(code, c.at)
	if !ok || !peg.Hard() {
		return false
	}
	h, ok := c.table.hold(code, peg.Anchor, keeps(peg))
	return ok && !h.missed
}

// places is how many places most rows have, and whether the table drops zeros at the end: no row shows one, and some
// row has fewer places than most.
func (t *table) places() (usual int, dropped bool) {
	count := map[int]int{}
	fewer, zero := false, false
	for _, r := range t.rows {
		count[r.Value.Places()]++
		zero = zero || r.Value.Places() > 0 && strings.HasSuffix(r.Value.String(), "0")
	}
	for p, n := range count {
		if n > count[usual] || n == count[usual] && p > usual {
			usual = p
		}
	}
	for p := range count {
		fewer = fewer || p < usual
	}
	return usual, fewer && !zero
}

func twice(c *check) {
	type key struct {
		base, quote currency.Code
		at          int64
	}
	first := map[key]Row{}
	for _, r := range c.document.Rows {
		k := key{r.Base, r.Quote, r.At.Unix()}
		before, known := first[k]
		if !known {
			first[k] = r
			continue
		}
		if printed(before.Value).meets(printed(r.Value)) {
			continue
		}
		c.add(Finding{
			Subject: c.table.subject(r), Printed: r.written(), Expected: before.Value.String(), Deviation: off(r.Value, before.Value), Line: r.Line,
			Message:  fmt.Sprintf("%s stands twice: %s, and %s.", c.table.subject(r), before.Value, r.Value),
			Evidence: []Evidence{{Fact: fmt.Sprintf("line %d says %s", before.Line, before.Value), Source: arithmetic}},
		})
	}
}
