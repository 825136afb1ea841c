package audit

import (
	"fmt"
	"math"
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

var storyRules = []Rule{{
	Code: "story.figure", Title: "A figure in the text that cannot be right", Severity: Warning,
	Explains: `A sentence gives a rate that differs from the one that a law or a promise fixes, or from what the ledger knew of the day.

Only what can be nothing but a rate of the day is read: "EUR/USD stood at 1.1861", "one euro was worth 1.1861 dollars",
"1.1861 dollars to the euro", of at least three digits. A sentence that speaks of another time, of a guess, a bound or a
condition is passed over, and so is a name that several currencies bear.

A figure stands for all that round to it. A rate that is fixed for ever must be among these, else it is an error; so is
one that a bank holds, unless the figure is within one per cent of it, as a market's may be: that is a warning. Of what
the ledger knew it may be as far off as the sources are from each other, or as the pair usually moves in a day, whichever
is more. What is turned round, or off by a factor of ten or a power of it, is an error.`,
	Source: "the tables of pegs and of usual moves, whose rows each name their own, and the ledger's sources",
	Fails:  Example{Date: "2026-02-02", Lines: []string{"One euro is worth 1.95853 leva."}},
	Passes: Example{Date: "2026-02-02", Lines: []string{"One euro is worth 1.95583 leva."}},
	check:  storyFigure,
}}

func storyFigure(c *check) {
	for _, f := range figuresOf(c.document, c.facts.Currencies) {
		if !c.againstLaw(f) && c.facts.Known != nil {
			c.againstLedger(f)
		}
	}
}

// finding is a finding about a figure that should be another.
func (f figure) finding(right, tolerance currency.Decimal) Finding {
	return Finding{
		Subject: string(market.Pair(f.base, f.quote)), Line: f.line, Printed: f.value.String(),
		Expected:  right.RoundPlaces(max(f.value.Places(), placesFor(right))).String(),
		Deviation: off(f.value, right), Tolerance: shareOf(tolerance),
	}
}

// againstLaw holds a figure against what the law says, if it says something.
func (c *check) againstLaw(f figure) (judged bool) {
	b, q := c.tieOf(f.base), c.tieOf(f.quote)
	if b.anchor != q.anchor {
		return false
	}
	right := quo(q.perAnchor, b.perAnchor)
	said := printed(f.value)
	if said.meets(q.span.over(b.span)) {
		return true
	}
	n := f.finding(right, said.width())
	n.Severity = Error
	if lasting := b.lasting && q.lasting; !lasting && near(f.value, right, currency.MustDecimal("0.01")) {
		n.Severity = Warning
	}
	n.Message = fmt.Sprintf("The text gives %s/%s as %s; it is fixed at %s.%s", f.base, f.quote, f.value, n.Expected, slipOf(f.value, right))
	n.Evidence = append(b.evidence, q.evidence...)
	c.add(n)
	return true
}

// againstLedger holds a figure against what was known on the day.
func (c *check) againstLedger(f figure) {
	k := c.facts.Known
	p, ok := k.Prices[market.Pair(f.base, f.quote)]
	if !ok {
		return
	}
	witnesses := k.witnesses(p, c.end())
	if len(witnesses) == 0 {
		return
	}
	said, evidence := k.testimony(witnesses)
	room, source := c.usualMove(f.base, f.quote)
	room = room.Mul(currency.DecimalFromInt(daysOld(witnesses, c.end())))
	if spread := quo(said.high.Sub(said.low), said.low); spread.Cmp(room) > 0 {
		room = spread
	} else if room.Sign() > 0 {
		evidence = append(evidence, movesBy(room, source))
	}
	if printed(f.value).meets(span{said.low.Mul(one.Sub(room)), said.high.Mul(one.Add(room))}) {
		return
	}
	right := witnesses[0].Value
	n := f.finding(right, room.Add(printed(f.value).width()))
	slip := slipOf(f.value, right)
	if slip != "" {
		n.Severity = Error
	}
	n.Message = fmt.Sprintf("The text gives %s/%s as %s; %s says %s of %s.%s",
		f.base, f.quote, f.value, k.name(witnesses[0].Source), n.Expected, day(witnesses[0].At), slip)
	n.Evidence = evidence
	c.add(n)
}

// tie is what one unit of an anchor is worth in a currency that is held to it, over all steps; one for the anchor itself.
type tie struct {
	anchor    currency.Code
	perAnchor currency.Decimal
	span           // where it is kept, around that
	lasting   bool // for ever, in every step
	evidence  []Evidence
}

// tieOf follows a currency to what it is held to in the end.
func (c *check) tieOf(code currency.Code) tie {
	t := tie{anchor: code, perAnchor: one, span: exactly(one), lasting: true}
	for t.anchor != c.tiedTo(code) {
		peg, ok := c.facts.Currencies.PegOn(t.anchor, c.at)
		if !ok {
			break
		}
		rate := peg.Rate
		if !peg.Inverse.IsZero() { // the exact figure is the other way round
			rate = quo(one, peg.Inverse)
		}
		t.evidence = append(t.evidence, factOf(peg))
		t.anchor, t.perAnchor, t.span, t.lasting = peg.Anchor, t.perAnchor.Mul(rate), t.times(keeps(peg)), t.lasting && peg.Irrevocable
	}
	return t
}

// near says whether a value is within a share of another.
func near(value, other, share currency.Decimal) bool {
	return value.Sub(other).Abs().Cmp(other.Mul(share)) <= 0
}

// slipOf says, as a sentence with a space before it, by which slip a value may have been made of the right one; empty: by
// none that is known.
func slipOf(value, right currency.Decimal) string {
	share := currency.MustDecimal("0.02")
	if math.Abs(logOf(right)) > 0.2 && near(value.Mul(right), one, share) {
		return " It is the rate turned round."
	}
	tens := int(math.Round((logOf(value) - logOf(right)) / math.Ln10))
	if tens == 0 || tens > 9 || tens < -9 {
		return ""
	}
	ten, scaled := currency.DecimalFromInt(10), right
	if tens < 0 {
		ten = tenth
	}
	for range max(tens, -tens) {
		scaled = scaled.Mul(ten)
	}
	if !near(value, scaled, share) {
		return ""
	}
	zeros := strings.Repeat("0", max(tens, -tens))
	if tens > 0 {
		return fmt.Sprintf(" It is 1%s times too large.", zeros)
	}
	return fmt.Sprintf(" It is 1%s times too small.", zeros)
}
