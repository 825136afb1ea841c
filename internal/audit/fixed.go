package audit

import (
	"encoding/json"
	"fmt"

	"github.com/courant-news/courant/internal/currency"
)

// Rates that a law fixed once and for all.
var fixedRules = []Rule{
	{
		Code: "fixed.irrevocable", Title: "Irrevocable conversion rate not met", Severity: Error,
		Explains: "When a currency joins the euro its conversion rate is fixed for ever, to six significant digits, by a regulation of the " +
			"Council. No market moves it. A table that prints something else does not know that.\n\n" +
			"The rule compares what the table prints of the currency and of its anchor with the fixed rate, to its six digits: beyond " +
			"those only the rounding of the printed digits is allowed for.",
		Source: "Council Regulation (EC) No 2866/98 and those after it; each row of Courant's table of pegs names its own.",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/HRK 7.530128", "EUR/LTL 3.502324"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"EUR/HRK 7.5345", "EUR/LTL 3.4528"}},
		check:  irrevocable,
	},
	{
		Code: "fixed.successor", Title: "Old and new money do not fit", Severity: Error,
		Explains: "The table prints a retired currency and the one that took its place, and the two are not apart by the factor of the " +
			"redenomination: one of the two at least is wrong, most often the old one, frozen on the day on which a feed lost it.\n\n" +
			"Allowed for are the printed digits of both. Where the code of the successor changed its scale once more since, that factor is counted in.",
		Source: "The decree of each redenomination: see the source of each row of Courant's table of redenominations.",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/SLE 28.852557", "EUR/SLL 24872.480335"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"EUR/SLE 28.852557", "EUR/SLL 28852.557"}},
		check:  successors,
	},
}

// held is a row that was held against a fixed rate.
type held struct {
	row            Row
	expected       currency.Decimal // what the row should print
	off, tolerance json.Number
	missed         bool
	said           string // what the table says one anchor is worth
}

// evidence is the arithmetic.
func (h held) evidence() Evidence {
	return Evidence{Fact: h.said + "; the digits allow for ±" + percentOf(h.tolerance), Source: arithmetic}
}

// percentOf writes a share as a percentage without a sign.
func percentOf(share json.Number) string {
	d, err := currency.ParseDecimal(share.String())
	if err != nil {
		return "0 per cent"
	}
	return d.Mul(currency.DecimalFromInt(100)).RoundDigits(2).String() + " per cent"
}

// hold compares what the table says one unit of an anchor is worth in a currency with what it must be.
func (t *table) hold(code, anchor currency.Code, must span) (held, bool) {
	says, ok := t.rate(anchor, code)
	if !ok {
		return held{}, false
	}
	h := held{missed: !says.meets(must)}
	worth := t.expected(code, anchor, must.nearest(says))
	if h.row = t.legs[code].row; code == t.pivot {
		h.row = t.legs[anchor].row
	}
	h.off = off(h.row.Value, worth)
	h.expected = worth.RoundPlaces(max(h.row.Value.Places(), placesFor(worth)))
	h.tolerance = json.Number(says.width().Add(must.width()).RoundDigits(2).Trim().String())
	h.said = fmt.Sprintf("the table says that one %s is %s %s", anchor, says.middle().RoundDigits(7).Trim(), code)
	return h, true
}

// factOf is a peg as evidence.
func factOf(p currency.Peg) Evidence {
	e := Evidence{Source: p.Source, At: since(p.Since)}
	switch {
	case p.Irrevocable:
		e.Fact = fmt.Sprintf("%s %s for one %s is the irrevocable conversion rate", p.Rate, p.Code, p.Anchor)
	case !p.Inverse.IsZero():
		e.Fact = fmt.Sprintf("%s holds %s at %s %s for one (%s)", p.Authority, p.Code, p.Inverse, p.Anchor, p.Regime)
	case !p.Low.IsZero():
		e.Fact = fmt.Sprintf("%s holds %s at %s for one %s, from %s to %s (%s)", p.Authority, p.Code, p.Rate, p.Anchor, p.Low, p.High, p.Regime)
	default:
		e.Fact = fmt.Sprintf("%s holds %s at %s for one %s (%s)", p.Authority, p.Code, p.Rate, p.Anchor, p.Regime)
	}
	return e
}

// finding is what a missed rate comes to.
func (h held) finding(subject currency.Code, message string, fact Evidence) Finding {
	return Finding{
		Subject: string(subject), Printed: h.row.written(), Expected: h.expected.String(), Deviation: h.off, Tolerance: h.tolerance,
		Message: message, Evidence: []Evidence{fact, h.evidence()}, Line: h.row.Line,
	}
}

// blamed is the currency whose row is at fault where a pair does not fit: the one that is not the pivot.
func (t *table) blamed(code, anchor currency.Code) currency.Code {
	if code == t.pivot {
		return anchor
	}
	return code
}

func irrevocable(c *check) {
	for code := range c.table.distinct() {
		peg, ok := c.facts.Currencies.PegOn(code, c.at)
		if !ok || !peg.Irrevocable {
			continue
		}
		h, ok := c.table.hold(code, peg.Anchor, fixedAt(peg.Rate))
		if !ok || !h.missed {
			continue
		}
		c.add(h.finding(c.table.blamed(code, peg.Anchor), fmt.Sprintf("One %s is %s %s by law, for ever; the figure is %s.",
			peg.Anchor, peg.Rate, code, wrongBy(h.off)), factOf(peg)))
	}
}

func successors(c *check) {
	for code := range c.table.distinct() {
		for r := range c.facts.Currencies.Redenominations(code) {
			if r.From != code || r.To == code || r.Effective.IsZero() || c.at.Before(r.Effective.First()) {
				continue
			}
			if peg, ok := c.facts.Currencies.PegOn(code, c.at); ok && peg.Irrevocable {
				continue // the rule above has it
			}
			h, fact, ok := c.successor(r)
			if !ok || !h.missed {
				continue
			}
			c.add(h.finding(c.table.blamed(code, r.To), fmt.Sprintf("%s; beside what the table prints of %s the figure is %s.",
				fact.Fact, r.To, wrongBy(h.off)), fact))
		}
	}
}

// successor holds the old money of a redenomination against the new, by what the table prints of both.
func (c *check) successor(r currency.Redenomination) (held, Evidence, bool) {
	factor := r.OldPerNew
	if !r.NewPerOld.IsZero() {
		factor = quo(one, r.NewPerOld)
	}
	fact := Evidence{Source: r.Source, At: since(r.Effective)}
	for later := range c.facts.Currencies.Redenominations(r.To) { // the successor's own code may have lost zeros since
		if later.From == later.To && !later.Effective.IsZero() && r.Effective.Before(later.Effective) && !c.at.Before(later.Effective.First()) {
			factor = factor.Mul(later.OldPerNew)
		}
	}
	switch {
	case factor.Equal(one):
		fact.Fact = fmt.Sprintf("One %s became one %s on %s", r.From, r.To, written(r.Effective))
	case factor.Cmp(one) < 0:
		fact.Fact = fmt.Sprintf("One %s became %s %s on %s", r.From, quo(one, factor).RoundDigits(6).Trim(), r.To, written(r.Effective))
	default:
		fact.Fact = fmt.Sprintf("%s %s became one %s on %s", factor, r.From, r.To, written(r.Effective))
	}
	h, ok := c.table.hold(r.From, r.To, fixedAt(factor))
	return h, fact, ok
}
