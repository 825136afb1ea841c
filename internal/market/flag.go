package market

import (
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// pairFlags says what a reader must know about a pair's price: of the quote currency, of the base, of the number.
func pairFlags(p Price, facts Facts, at time.Time) []Flag {
	base, quote, _ := p.Symbol.Pair()
	flags := slices.Concat(facts.known(quote, at), facts.known(base, at))
	flags = append(flags, disputeFlags(p, facts.Sources, at)...)
	return append(flags, offerFlags(p.Offer, facts.Sources, at)...)
}

// disputeFlags says that other current sources are far from the chosen value.
func disputeFlags(p Price, sources Sources, at time.Time) []Flag {
	count, furthest := 0, SetAside{}
	for _, o := range p.SetAside {
		if counts(o.Offer, sources, at) && o.Off.Abs().Cmp(disputed) > 0 {
			if count++; o.Off.Abs().Cmp(furthest.Off.Abs()) > 0 {
				furthest = o
			}
		}
	}
	if count == 0 || p.How == Fixed && p.Source == TableID {
		return nil
	}
	return []Flag{{
		Code: Disputed, Word: "disputed", Doubt: true,
		Text: fmt.Sprintf("%d of %d other current sources differ by more than %s per cent; the furthest, %s, says %s.",
			count, p.Of, disputed, sources[furthest.Source].name(furthest.Source), furthest.Value),
	}}
}

// When a source that repeats itself is said to. Markets hardly ever close alike twice, so the same digits again and again
// are a rate that is held or a feed that is frozen. Five days are those from Maundy Thursday to Easter Monday, over which
// datasets that publish each day repeat the Thursday's. Of the ECB's 217,555 values of 1999 to 2026 no floating currency's
// is flagged; those that are were held at the time (docs/decisions/0006-quarantine.md).
const (
	unchangedAfter  = 5 // publications alike are not said; the next one is
	unchangedDigits = 4 // a figure of fewer stays the same by rounding
)

// unchanged says that a source keeps saying the same of what a price rests on, and of what nobody is known to hold. How often
// in a row it said the same of the observations that the price rests on, and since when, alike says.
func unchanged(p Price, facts Facts, at time.Time, alike func(i int) (since time.Time, n int)) []Flag {
	if !facts.Sources.fresh(p.Offer, at) {
		return nil // it is known to be old
	}
	for i, o := range p.From {
		base, quote, ok := o.Symbol.Pair()
		if !ok || o.Value.Digits() < unchangedDigits {
			continue
		}
		since, n := alike(i)
		if n <= unchangedAfter || heldTo(facts.Currencies, base, quote, at) {
			continue
		}
		return []Flag{{
			Code: Unchanged, Word: "unchanged", Doubt: p.Within == 0, // what others see too is no frozen feed
			Text: fmt.Sprintf("%s has said the same of %s each time since %s at least: the rate is held there, or the source repeats itself.",
				facts.Sources[o.Source].name(o.Source), o.Symbol, day(since)),
		}}
	}
	return nil
}

// alike counts how often in a row the source said the value of an observation until then, up to what is too often, and
// since when it did.
func (l *sheets) alike(o Observation) (since time.Time, n int) {
	for _, sh := range until(l.all, o.At) {
		said, ok := sh.quoted(o.Symbol, o.Field)
		if ok && !said.Value.Equal(o.Value) || n > unchangedAfter {
			break
		}
		if ok {
			since, n = said.At, n+1
		}
	}
	return since, n
}

// heldTo says whether one of two currencies is pegged to the other, or both are to a third.
func heldTo(table *currency.Table, base, quote currency.Code, at time.Time) bool {
	b, bound := table.PegOn(base, at)
	q, alsoBound := table.PegOn(quote, at)
	return bound && b.Anchor == quote || alsoBound && q.Anchor == base || bound && alsoBound && b.Anchor == q.Anchor
}

// currencyFlags says what is known of a currency on a day: retired, fixed for ever, pegged, on its second scale.
func currencyFlags(table *currency.Table, code currency.Code, at time.Time) []Flag {
	c, err := table.Currency(code)
	if err != nil {
		return nil // refused when recorded; an archive of a later version may know more codes than this one
	}
	var flags []Flag
	if c.RetiredOn(at) {
		text := fmt.Sprintf("%s was retired on %s.", c.Name, written(c.Retired))
		if c.Successor != "" {
			text = fmt.Sprintf("%s was retired on %s; its successor is %s", c.Name, written(c.Retired), c.Successor)
			if !c.OldPerNew.IsZero() {
				text += fmt.Sprintf(" at %s %s for one", c.OldPerNew, c.Code)
			}
			text += "."
		}
		flags = append(flags, Flag{Code: Retired, Word: "retired " + written(c.Retired), Text: text, Doubt: true, Source: c.Source})
	}
	if peg, ok := table.PegOn(c.Code, at); ok {
		f := Flag{Code: Pegged, Word: "pegged to " + string(peg.Anchor), Source: peg.Source}
		f.Text = fmt.Sprintf("%s holds %s at %s for one %s (%s).", peg.Authority, c.Code, peg.Rate, peg.Anchor, peg.Regime)
		if peg.Irrevocable {
			f.Code, f.Word = Lasting, "fixed for ever"
			f.Text = fmt.Sprintf("%s %s for one %s is the irrevocable conversion rate.", peg.Rate, c.Code, peg.Anchor)
		}
		flags = append(flags, f)
	}
	for r := range table.Redenominations(c.Code) {
		if r.From != r.To || r.Effective.IsZero() || at.Before(r.Effective.First()) {
			continue
		}
		flags = append(flags, Flag{
			Code: Redenominate, Word: "new scale " + written(r.Effective), Source: r.Source,
			Text: fmt.Sprintf("On %s %s old %s became one new %s under the same code; a source may still quote the old scale.",
				written(r.Effective), r.OldPerNew, c.Code, c.Code),
		})
	}
	return flags
}

// offerFlags says what the number itself calls for: nothing better than a page's claim is current, or it is old.
func offerFlags(o Offer, sources Sources, at time.Time) []Flag {
	var flags []Flag
	s := sources[o.Source]
	if o.Source == TableID {
		return nil // a fact does not age
	}
	if s.Kind == Page {
		flags = append(flags, Flag{
			Code: Claimed, Word: "claim",
			Text: fmt.Sprintf("This is what %s printed; no official source or dataset has a current value beside it.", s.name(o.Source)),
		})
	}
	if !sources.fresh(o, at) {
		flags = append(flags, stale(o, at))
	}
	return flags
}

// written writes a date as readers do, to the precision that is known.
func written(d currency.Date) string {
	switch {
	case d.Day != 0:
		return d.First().Format("2 January 2006")
	case d.Month != 0:
		return d.First().Format("January 2006")
	}
	return d.String()
}
