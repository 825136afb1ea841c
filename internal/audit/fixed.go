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

// holds compares each row by which the table says what one unit of an anchor is worth in a currency with what it must be:
// the currency's leg, and what else is printed of the two without the pivot between them.
func (t *table) holds(code, anchor currency.Code, must span) (all []held) {
	if h, ok := t.hold(code, anchor, must); ok {
		all = append(all, h)
	}
	for _, r := range t.rows {
		if r.Base == code && r.Quote == anchor || r.Base == anchor && r.Quote == code {
			if h, ok := t.across(r, code, anchor, must); ok {
				all = append(all, h)
			}
		}
	}
	return all
}

// holdRow is hold for a row that names the currency.
func (t *table) holdRow(r Row, code, anchor currency.Code, must span) (held, bool) {
	if r.Base == t.pivot || r.Quote == t.pivot {
		return t.hold(code, anchor, must)
	}
	return t.across(r, code, anchor, must)
}

// across is hold for a row that is not against the pivot; its other currency is the anchor, or another one whose worth
// the table says.
func (t *table) across(r Row, code, anchor currency.Code, must span) (held, bool) {
	if r.Value.Sign() <= 0 || r.Base == t.pivot || r.Quote == t.pivot {
		return held{}, false
	}
	other, worth := r.Base, must // units of the currency for one of the other
	if other == code {
		other = r.Quote
	}
	if other != anchor {
		per, ok := t.rate(other, anchor)
		if !ok || r.Source != t.legs[other].row.Source || !r.At.Equal(t.legs[other].row.At) {
			return held{}, false
		}
		worth = worth.times(per)
	}
	said := printed(r.Value)
	if r.Base == code {
		worth = exactly(one).over(worth)
	}
	right := worth.nearest(said)
	return held{
		row: r, missed: !said.meets(worth), off: off(r.Value, right),
		expected:  right.RoundPlaces(max(r.Value.Places(), placesFor(right))),
		tolerance: json.Number(said.width().Add(worth.width()).RoundDigits(2).Trim().String()),
		said:      fmt.Sprintf("the table says that one %s is %s %s", r.Base, r.Value, r.Quote),
	}, true
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
		for _, h := range c.table.holds(code, peg.Anchor, fixedAt(peg.Rate)) {
			if h.missed && c.since(h, peg.Since) {
				c.add(h.finding(c.table.blamed(code, peg.Anchor), fmt.Sprintf("One %s is %s %s by law, for ever; the figure is %s.",
					peg.Anchor, peg.Rate, code, wrongBy(h.off)), factOf(peg)))
			}
		}
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
			must, fact := c.successor(r)
			for _, h := range c.table.holds(code, r.To, must) {
				if h.missed && c.since(h, r.Effective) {
					c.add(h.finding(c.table.blamed(code, r.To), fmt.Sprintf("%s; beside what the table prints of %s the figure is %s.",
						fact.Fact, r.To, wrongBy(h.off)), fact))
				}
			}
		}
	}
}

// successor is what one unit of the new money of a redenomination must be worth in the old.
func (c *check) successor(r currency.Redenomination) (must span, fact Evidence) {
	factor := r.OldPerNew
	if !r.NewPerOld.IsZero() {
		factor = quo(one, r.NewPerOld)
	}
	fact = Evidence{Source: r.Source, At: since(r.Effective)}
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
	return fixedAt(factor), fact
}
