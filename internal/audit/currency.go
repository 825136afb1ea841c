package audit

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// Which codes are money, and which are something else.
var currencyRules = []Rule{
	{
		Code: "currency.retired", Title: "Retired code quoted as alive", Severity: Error,
		Explains: "The code names money that no longer exists. A rate that is printed for it today is frozen, or was made up by a feed " +
			"that forgot to take it out.\n\n" +
			"The rule looks up on which day the code was retired. Where its conversion into its successor is fixed, that is what it " +
			"should print; a code that prints just that is only noted, for files still bear such amounts. Between the retirement and " +
			"the withdrawal from ISO 4217, while both run side by side, it is a note too.",
		Source: "ISO 4217 lists one and three, CLDR, and the decree of each redenomination: see the source of each row of Courant's table of currencies.",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.186127", "EUR/BGN 1.991946"}},
		Passes: Example{Date: "2025-12-31", Lines: []string{"EUR/USD 1.1750", "EUR/BGN 1.9558"}},
		check:  retired,
	},
	{
		Code: "currency.not-iso", Title: "Code not in ISO 4217", Severity: Note,
		Explains: "ISO 4217 does not list the code. Some such codes are in use all the same, and a reader should know what they mean: an " +
			"offshore market of a currency, a local issue of sterling. Others are no currency at all; these are warnings.",
		Source: "ISO 4217 lists one and three; Courant's table of the codes that people use beside them.",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/CNY 8.2457", "EUR/CNH 8.2330"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"EUR/CNY 8.2457", "EUR/CHF 0.9200"}},
		check:  notISO,
	},
}

// named yields each currency of the table with the row that names it: the pivot first, with an empty row.
func (t *table) named() iter.Seq2[currency.Code, Row] {
	return func(yield func(currency.Code, Row) bool) {
		if t.pivot != "" && !yield(t.pivot, Row{}) {
			return
		}
		for _, r := range t.rows {
			for _, code := range []currency.Code{r.Base, r.Quote} {
				if code != t.pivot && !yield(code, r) {
					return
				}
			}
		}
	}
}

// written is what a row prints; nothing for the pivot, which stands in the heading.
func (r Row) written() string {
	if r.Value.IsZero() {
		return ""
	}
	return r.Value.String()
}

func retired(c *check) {
	for code, r := range c.table.named() {
		cur, err := c.facts.Currencies.Currency(code)
		if err != nil || !cur.RetiredOn(c.dayOf(r)) { // a row of its own day may be older than the document
			continue
		}
		f := Finding{
			Subject: string(code), Printed: r.written(), Line: r.Line,
			Message:  fmt.Sprintf("%s was retired on %s%s.", cur.Name, written(cur.Retired), succession(cur)),
			Evidence: []Evidence{{Fact: fmt.Sprintf("%s retired on %s", code, written(cur.Retired)), Source: cur.Source, At: since(cur.Retired)}},
		}
		if leaves := leftISO(c.facts.Currencies, code); c.at.Before(leaves) {
			f.Severity = Note
			f.Message += fmt.Sprintf(" It leaves ISO 4217 at the end of %s: until then both may be quoted.", leaves.AddDate(0, 0, -1).Format("January 2006"))
		}
		if held, fact, ok := c.conversion(code, r); ok {
			f.Expected, f.Deviation, f.Tolerance = held.expected.String(), held.off, held.tolerance
			f.Evidence = append(f.Evidence, fact, held.evidence())
			if !held.missed {
				f.Severity = Note
				f.Message += " The table prints its conversion rate."
			}
		}
		c.add(f)
	}
}

// succession says what a retired currency became.
func succession(cur currency.Currency) string {
	switch {
	case cur.Successor == "":
		return ""
	case cur.OldPerNew.IsZero():
		return "; its successor is " + string(cur.Successor)
	case cur.OldPerNew.Cmp(one) < 0: // the official figure is the other way round
		return fmt.Sprintf("; its successor is %s at %s for one %s", cur.Successor, quo(one, cur.OldPerNew).RoundDigits(6).Trim(), cur.Code)
	}
	return fmt.Sprintf("; its successor is %s at %s %s for one", cur.Successor, cur.OldPerNew, cur.Code)
}

// leftISO is the end of the month in which ISO withdrew a code, as far as it says one; else the zero time.
func leftISO(table *currency.Table, code currency.Code) time.Time {
	var last time.Time
	for _, w := range table.Withdrawals(code) {
		d, err := currency.ParseDate(strings.TrimSpace(w.Withdrawn))
		if err == nil && d.End().After(last) {
			last = d.End()
		}
	}
	return last
}

// conversion holds a row of a retired currency against its fixed conversion: by an irrevocable rate, or by what the table
// itself prints of the successor.
func (c *check) conversion(code currency.Code, row Row) (held, Evidence, bool) {
	if row.Value.IsZero() {
		return held{}, Evidence{}, false // of the pivot, which stands in the heading
	}
	if peg, ok := c.facts.Currencies.PegOn(code, c.at); ok && peg.Irrevocable {
		h, ok := c.table.holdRow(row, code, peg.Anchor, fixedAt(peg.Rate))
		return h, factOf(peg), ok
	}
	for r := range c.facts.Currencies.Redenominations(code) {
		if r.From != code || r.To == code || r.Effective.IsZero() || c.at.Before(r.Effective.First()) {
			continue
		}
		must, fact := c.successor(r)
		if h, ok := c.table.holdRow(row, code, r.To, must); ok {
			return h, fact, true
		}
	}
	return held{}, Evidence{}, false
}

func notISO(c *check) {
	said := map[currency.Code]bool{}
	for code, r := range c.table.named() {
		cur, err := c.facts.Currencies.Currency(code)
		if said[code] || err == nil && cur.ISO != "not in ISO 4217" {
			continue
		}
		said[code] = true
		f := Finding{Subject: string(code), Printed: r.written(), Line: r.Line}
		if err != nil {
			f.Severity = Warning
			f.Message = fmt.Sprintf("%s is no currency that ISO 4217 lists, nor one of the codes that are used beside it.", code)
			f.Evidence = []Evidence{{Fact: string(code) + " is not in Courant's table of currencies", Source: c.rule.Source}}
		} else {
			f.Message = fmt.Sprintf("%s is not in ISO 4217: %s (%s).", code, cur.Name, kinds[cur.Kind])
			f.Evidence = []Evidence{{Fact: strings.TrimSpace(string(code) + ", " + cur.Name + ". " + cur.Note), Source: cur.Source}}
		}
		c.add(f)
	}
}

// kinds say what a code is that is no ordinary currency.
var kinds = map[currency.Kind]string{
	currency.KindCurrency: "money of earlier days", currency.KindOffshore: "the offshore market of a currency, with a rate of its own",
	currency.KindIsland: "a local issue of sterling, at par with GBP", currency.KindFund: "a fund code or unit of account",
	currency.KindMetal: "a troy ounce of metal", currency.KindUnit: "a unit of account", currency.KindTest: "a code for tests", currency.KindNone: "no currency",
}
