package audit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// Known is what a ledger knew about a document's day, gathered by [Gather].
type Known struct {
	Prices  map[market.Symbol]market.Price // settled at the end of the day, of the pairs that the document speaks of
	Sources market.Sources
	Before  map[market.Symbol][]market.Offer // what was said of earlier days and is what a row prints, the newest first
}

var knownRules = []Rule{
	{
		Code: "known.apart", Title: "Far from what is known", Severity: Warning,
		Explains: `The ledger has the rate of that day from others, and the printed one is further from theirs than can be explained.

It may be as far as they are from each other, and further by what the printed digits leave open and by what the pair
usually moves in a day, since they may speak of another hour, and so for each day that they are older. Of a pair that a law or a promise fixes nothing is allowed
for moves. Only sources whose value was current on the day are witnesses, and no page is: a page cannot confirm a page.
A rate that follows from a law alone is left to the rules of the families fixed and peg.`,
		Source: "the ledger's sources, and the table of usual moves",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.2461"}, Known: []string{"EUR/USD 1.1861 European Central Bank", "EUR/USD 1.1864 Bank of Canada"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.1870"}, Known: []string{"EUR/USD 1.1861 European Central Bank", "EUR/USD 1.1864 Bank of Canada"}},
		check:  knownApart,
	},
	{
		Code: "stale.copy", Title: "A figure of another day", Severity: Warning,
		Explains: `The printed figure is, digit for digit, what a source said of an earlier day, and the same source says something else
of the day of the document: the row was not updated.

A market comes back to the same few digits by chance. Therefore a figure of five significant digits counts only where the
document prints two more figures of that source, of its own day or of the same earlier one; a figure of six or more counts
by itself, and one of fewer never does. The last 400 days are searched.`,
		Source: "the ledger's sources",
		Fails: Example{
			Date: "2026-02-02", Lines: []string{"EUR/USD 1.1919", "EUR/GBP 0.86580", "EUR/JPY 183.61"},
			Known: []string{
				"EUR/USD 1.1840 European Central Bank", "EUR/GBP 0.86580 European Central Bank", "EUR/JPY 183.61 European Central Bank",
				"EUR/USD 1.1919 European Central Bank 2026-01-30",
			},
		},
		Passes: Example{
			Date: "2026-02-02", Lines: []string{"EUR/USD 1.1840", "EUR/GBP 0.86580", "EUR/JPY 183.61"},
			Known: []string{
				"EUR/USD 1.1840 European Central Bank", "EUR/GBP 0.86580 European Central Bank", "EUR/JPY 183.61 European Central Bank",
			},
		},
		check: staleCopy,
	},
	{
		Code: "stale.row", Title: "A row of another day", Severity: Warning,
		Explains: `A row or an item names its own day, and that is older than the calendar of daily fixings allows; or it is after the day
of the document, which is an error: nobody can have known it.

Five days are allowed. TARGET, by whose days the European Central Bank fixes its rates, is closed for the longest from
Good Friday to Easter Monday: the rate of Maundy Thursday is the newest until that of Easter Tuesday is fixed. A rate that
a law or a promise fixes does not age.`,
		Source: "European Central Bank, long-term calendar of TARGET closing days, 14 December 2000",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.1840 2026-01-02"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.1840 2026-01-30"}},
		check:  staleRow,
	},
}

// end is the last instant of the document's day.
func (c *check) end() time.Time { return c.document.Date.End().Add(-time.Microsecond) }

// name is what readers call a source.
func (k *Known) name(id market.SourceID) string {
	if s := k.Sources[id]; s.Name != "" {
		return s.Name
	}
	return string(id)
}

// witnesses are the offers for a price that say what it was at a moment: current, of more than a page, and of no feed
// that repeats itself.
func (k *Known) witnesses(p market.Price, at time.Time) []market.Offer {
	var all []market.Offer
	frozen := slices.ContainsFunc(p.Flags, func(f market.Flag) bool { return f.Code == market.Unchanged && f.Doubt })
	if !frozen {
		all = append(all, p.Offer)
	}
	for _, o := range p.SetAside {
		all = append(all, o.Offer)
	}
	return slices.DeleteFunc(all, func(o market.Offer) bool {
		s := k.Sources[o.Source]
		return s.Kind == market.Page || at.Sub(o.At) > s.Fresh
	})
}

// testimony is what witnesses say together of a rate: from the lowest to the highest that they allow.
func (k *Known) testimony(witnesses []market.Offer) (all span, evidence []Evidence) {
	for n, o := range witnesses {
		shown := o.Shown()
		s := printed(shown)
		if n == 0 || s.low.Cmp(all.low) < 0 {
			all.low = s.low
		}
		if n == 0 || s.high.Cmp(all.high) > 0 {
			all.high = s.high
		}
		evidence = append(evidence, Evidence{
			Fact: fmt.Sprintf("%s says %s of %s.", k.name(o.Source), shown, day(o.At)), Source: k.name(o.Source), At: o.At.UTC().Format(time.DateOnly),
		})
	}
	return all, evidence
}

// tiedTo is what a currency is held to in the end, or the currency itself.
func (c *check) tiedTo(code currency.Code) currency.Code {
	for range 4 { // MOP to HKD, and no chain is longer than a few
		peg, ok := c.facts.Currencies.PegOn(code, c.at)
		if !ok || !peg.Hard() {
			break
		}
		code = peg.Anchor
	}
	return code
}

// usualMove is how far a pair usually moves in a day, as a share, and where that is known from: that of what the two
// currencies are held to, so nothing where they are held to the same.
func (c *check) usualMove(base, quote currency.Code) (share currency.Decimal, source string) {
	b, q := c.tiedTo(base), c.tiedTo(quote)
	if b == q {
		return currency.Decimal{}, arithmetic
	}
	x, y := c.facts.Currencies.UsualMove(b), c.facts.Currencies.UsualMove(q)
	source = x.Source
	if y.Source != "" && y.Source != x.Source {
		source = strings.TrimPrefix(source+"; "+y.Source, "; ")
	}
	return x.Share.Add(y.Share), source
}

// movesBy says how far a pair usually moves.
func movesBy(move currency.Decimal, source string) Evidence {
	return Evidence{Fact: "the pair usually moves by no more than " + percentOf(shareOf(move)) + " in that time", Source: source}
}

// ownDay says whether a row or an item is of the document's day.
func (c *check) ownDay(at time.Time) bool {
	return at.IsZero() || !at.Before(c.at) && !at.After(c.end())
}

// daysOld is how many days before a moment the newest of some offers is of, at least one.
func daysOld(offers []market.Offer, at time.Time) int64 {
	newest := offers[0].At
	for _, o := range offers[1:] {
		if o.At.After(newest) {
			newest = o.At
		}
	}
	return max(1, int64(at.Sub(newest)/(24*time.Hour)))
}

func knownApart(c *check) {
	k := c.facts.Known
	if k == nil {
		return
	}
	for _, r := range c.document.Rows {
		p, ok := k.Prices[market.Pair(r.Base, r.Quote)]
		if !ok || r.Value.Sign() <= 0 || !c.ownDay(r.At) || p.Source == market.TableID && p.From == nil {
			continue
		}
		witnesses := k.witnesses(p, c.end())
		if len(witnesses) == 0 {
			continue
		}
		said, evidence := k.testimony(witnesses)
		move, source := c.usualMove(r.Base, r.Quote)
		move = move.Mul(currency.DecimalFromInt(daysOld(witnesses, c.end())))
		// As far again as they are from each other, and as far as the pair moves.
		room := quo(said.high.Sub(said.low), said.low).Add(move)
		wide := span{said.low.Mul(one.Sub(room)), said.high.Mul(one.Add(room))}
		if printed(r.Value).meets(wide) {
			continue
		}
		right := witnesses[0].Value
		f := Finding{
			Subject: c.table.subject(r), Line: r.Line, Printed: r.Value.String(),
			Expected:  right.RoundPlaces(max(r.Value.Places(), placesFor(right))).String(),
			Deviation: off(r.Value, right),
			Tolerance: shareOf(room.Add(printed(r.Value).width())),
		}
		f.Message = fmt.Sprintf("%s says %s/%s %s; the figure is %s.",
			k.name(witnesses[0].Source), r.Base, r.Quote, f.Expected, wrongBy(f.Deviation))
		if move.Sign() > 0 {
			evidence = append(evidence, movesBy(move, source))
		}
		f.Evidence = evidence
		c.add(f)
	}
}

// edition is what one source said of one day.
type edition struct {
	source market.SourceID
	day    currency.Date
}

func staleCopy(c *check) {
	k := c.facts.Known
	if k == nil {
		return
	}
	current := map[market.SourceID]int{} // how many rows print what a source says now
	earlier := map[edition]int{}         // and what it said of an earlier day
	for _, r := range c.document.Rows {
		pair := market.Pair(r.Base, r.Quote)
		for _, o := range k.saidNow(pair) {
			if o.Value.Equal(r.Value) {
				current[o.Source]++
			}
		}
		for _, o := range k.Before[pair] {
			if o.Value.Equal(r.Value) {
				earlier[edition{o.Source, currency.DateOf(o.At)}]++
			}
		}
	}
	for _, r := range c.document.Rows {
		pair := market.Pair(r.Base, r.Quote)
		if r.Value.Digits() < 5 || !c.ownDay(r.At) {
			continue
		}
		now := k.saidNow(pair)
		if slices.ContainsFunc(now, func(o market.Offer) bool { return o.Value.Equal(r.Value) }) {
			continue // somebody says so today
		}
		for _, then := range k.Before[pair] {
			i := slices.IndexFunc(now, func(o market.Offer) bool { return o.Source == then.Source })
			if i < 0 || !then.Value.Equal(r.Value) || !then.At.Before(now[i].At) {
				continue
			}
			if r.Value.Digits() < 6 && current[then.Source]+earlier[edition{then.Source, currency.DateOf(then.At)}] < 3 {
				continue
			}
			c.add(k.copied(c.table.subject(r), r, then, now[i]))
			break
		}
	}
}

// saidNow are the sources' own figures of a pair, the newest of each, as far as no page says them.
func (k *Known) saidNow(pair market.Symbol) []market.Offer {
	p, ok := k.Prices[pair]
	if !ok {
		return nil
	}
	all := []market.Offer{p.Offer}
	for _, o := range p.SetAside {
		all = append(all, o.Offer)
	}
	return slices.DeleteFunc(all, func(o market.Offer) bool { return o.How != market.Said || k.Sources[o.Source].Kind == market.Page })
}

// copied is the finding of a row that prints what a source said then, and not what it says now.
func (k *Known) copied(subject string, r Row, then, now market.Offer) Finding {
	name := k.name(then.Source)
	return Finding{
		Subject: subject, Line: r.Line, Printed: r.Value.String(), Expected: now.Value.String(), Deviation: off(r.Value, now.Value),
		Message: fmt.Sprintf("%s/%s is printed as %s, which is what %s said of %s; of %s it says %s.",
			r.Base, r.Quote, r.Value, name, day(then.At), day(now.At), now.Value),
		Evidence: []Evidence{
			{Fact: fmt.Sprintf("%s said %s of %s.", name, then.Value, day(then.At)), Source: name, At: then.At.UTC().Format(time.DateOnly)},
			{Fact: fmt.Sprintf("%s says %s of %s.", name, now.Value, day(now.At)), Source: name, At: now.At.UTC().Format(time.DateOnly)},
		},
	}
}

// longestClosing is how many days a daily fixing may be the newest; stale.row says why.
const longestClosing = 5 * 24 * time.Hour

func staleRow(c *check) {
	for _, r := range c.document.Rows {
		if c.tiedTo(r.Base) != c.tiedTo(r.Quote) {
			c.aged(Finding{Subject: c.table.subject(r), Printed: r.Value.String(), Line: r.Line}, r.At)
		}
	}
	for _, i := range c.document.Items {
		f := Finding{Subject: i.subject(), Line: i.Line}
		if i.Last != nil {
			f.Printed = i.Last.String()
		}
		c.aged(f, i.At)
	}
}

// aged adds a finding if a day of its own is too old, or still to come.
func (c *check) aged(f Finding, at time.Time) {
	own := at.UTC().Truncate(24 * time.Hour)
	of := written(c.document.Date)
	switch {
	case at.IsZero():
		return
	case own.After(c.end()):
		f.Severity = Error
		f.Message = fmt.Sprintf("%s is of %s, and this is of %s: nobody can have known it.", f.Subject, day(own), of)
		f.Evidence = []Evidence{{Fact: fmt.Sprintf("%s is after %s.", day(own), of), Source: arithmetic}}
	case c.at.Sub(own) > longestClosing:
		days := int(c.at.Sub(own) / (24 * time.Hour))
		f.Message = fmt.Sprintf("%s is of %s, %d days before %s: a daily rate is at most five days old.", f.Subject, day(own), days, of)
		f.Evidence = []Evidence{{
			Fact: "TARGET is closed for the longest from Good Friday to Easter Monday: five days lie between two fixings.", Source: c.rule.Source,
		}}
	default:
		return
	}
	c.add(f)
}
