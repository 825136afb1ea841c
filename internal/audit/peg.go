package audit

import (
	"fmt"

	"github.com/courant-news/courant/internal/currency"
)

// graded is what the rules about pegs say of how sure they are.
const graded = "It is an error where the miss is larger than a usual day's move of the anchor, for then no hour of any day explains " +
	"it; a smaller one, which a dealer's margin can make, is a warning."

// Rates that an authority holds.
var pegRules = []Rule{
	{
		Code: "peg.missed", Title: "Hard peg missed", Severity: Error,
		Explains: "An authority has bound itself to exchange the currency at a fixed rate to its anchor, and the table prints something " +
			"else: the two rows come from different moments, or from a feed that does not know the peg.\n\n" +
			"The rule holds only between the days on which the peg began and ended. Allowed for are the printed digits of both rows and, " +
			"where the authority deals at a buying and a selling rate, the width between these. " + graded,
		Source: "The authority of each peg: see the source of each row of Courant's table of pegs.",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.186127", "EUR/QAR 4.352991"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.186127", "EUR/QAR 4.317502"}},
		check:  func(c *check) { c.pegs(isMissed) },
	},
	{
		Code: "peg.par", Title: "Par pair apart", Severity: Error,
		Explains: "The two currencies are exchanged one for one, and the table prints different rates of them.\n\n" +
			"Allowed for are the printed digits of both rows. " + graded,
		Source: "The authority of each peg: see the source of each row of Courant's table of pegs.",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/GBP 0.865748", "EUR/SHP 0.889902"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"EUR/GBP 0.865748", "EUR/SHP 0.865748"}},
		check:  func(c *check) { c.pegs(isPar) },
	},
	{
		Code: "peg.band", Title: "Band left", Severity: Error,
		Explains: "An authority keeps the currency within a band around a central rate, and the table prints a rate outside it.\n\n" +
			"Allowed for are the printed digits of both rows. " + graded,
		Source: "The authority of each band: see the source of each row of Courant's table of pegs.",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.186127", "EUR/HKD 9.4000"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.186127", "EUR/HKD 9.263957"}},
		check:  func(c *check) { c.pegs(isBand) },
	},
}

// What a peg is, for the rule that looks after it.
func isPar(p currency.Peg) bool    { return p.Hard() && !p.Irrevocable && p.Rate.Equal(one) }
func isMissed(p currency.Peg) bool { return p.Hard() && !p.Irrevocable && !isPar(p) }
func isBand(p currency.Peg) bool   { return !p.Hard() && !p.Low.IsZero() }

// pegs holds every currency of the table against its peg of the day, if that is of the rule's kind.
func (c *check) pegs(ofKind func(currency.Peg) bool) {
	for code := range c.table.distinct() {
		peg, ok := c.facts.Currencies.PegOn(code, c.at)
		if !ok || !ofKind(peg) {
			continue
		}
		for _, h := range c.table.holds(code, peg.Anchor, keeps(peg)) {
			if h.missed && c.since(h, peg.Since) {
				c.pegMissed(peg, h)
			}
		}
	}
}

func (c *check) pegMissed(peg currency.Peg, h held) {
	f := h.finding(c.table.blamed(peg.Code, peg.Anchor), "", factOf(peg))
	f.Message = fmt.Sprintf("%s; the figure is %s.", factOf(peg).Fact, wrongBy(h.off))
	move := c.facts.Currencies.UsualMove(peg.Anchor)
	if d, err := currency.ParseDecimal(h.off.String()); err == nil && d.Abs().Cmp(move.Share) <= 0 {
		f.Severity = Warning
	}
	f.Evidence = append(f.Evidence, moveEvidence(peg.Anchor, move))
	c.add(f)
}

// keeps is where a peg keeps a currency, in units of it for one of the anchor.
func keeps(p currency.Peg) span {
	switch {
	case !p.Low.IsZero():
		return span{p.Low, p.High}
	case !p.Inverse.IsZero():
		return exactly(one).over(fixedAt(p.Inverse))
	}
	return fixedAt(p.Rate)
}

// moveEvidence is a usual day's move as evidence.
func moveEvidence(code currency.Code, m currency.Move) Evidence {
	return Evidence{Fact: fmt.Sprintf("on a usual day %s moves by %s per cent", code, m.Share.Mul(currency.DecimalFromInt(100)).RoundDigits(2)), Source: m.Source}
}
