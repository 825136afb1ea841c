package market

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// TableID is the source of rates that nobody needs to quote, because a law or a promise fixes them: the table of pegs
// and conversion rates in package currency, each row with its own source.
const TableID SourceID = "courant-table"

// tableSource describes it to readers.
var tableSource = Source{
	ID: TableID, Name: "Table of pegs and conversion rates", Kind: Fact, Terms: Free, Fresh: 1 << 62,
	Note: "Rates fixed by law or by promise; each row names its own source.",
}

// tie is how many units of a currency make one of its anchor, as a fraction, so that it is rounded once.
type tie struct {
	anchor      currency.Code
	over, under currency.Decimal
	peg         currency.Peg
	tied        bool
}

// tieOn returns what a currency is tied to on a day; to itself where it is tied to nothing.
func (s *settler) tieOn(code currency.Code, at time.Time) tie {
	return tieOn(s.facts.Currencies, code, at)
}

func tieOn(table *currency.Table, code currency.Code, at time.Time) tie {
	peg, ok := table.PegOn(code, at)
	if !ok || !peg.Hard() {
		return tie{anchor: code, over: one, under: one}
	}
	t := tie{anchor: peg.Anchor, over: peg.Rate, under: one, peg: peg, tied: true}
	if !peg.Inverse.IsZero() { // the official figure is the other way round
		t.over, t.under = one, peg.Inverse
	}
	return t
}

// tied computes a pair's rate from what its currencies are tied to, and, where these differ, from the price between
// those. The offer's source is the table, or whoever said the price between; where it only repeats itself, a flag says so.
func (s *settler) tied(base, quote currency.Code, at time.Time) (o Offer, why string, same []Flag, ok bool) {
	b, q := s.tieOn(base, at), s.tieOn(quote, at)
	if !b.tied && !q.tied {
		return Offer{}, "", nil, false
	}
	var between Price
	o, ok = fix(b, q, func() (Offer, bool) {
		var said bool
		between, said = s.heard.price(Pair(b.anchor, q.anchor), at)
		same = slices.DeleteFunc(between.Flags, func(f Flag) bool { return f.Code != Unchanged })
		return between.Offer, said
	})
	if !s.brief {
		why = s.whyFixed(b, q, between)
	}
	return o, why, same, ok
}

// whyFixed says by what a rate is fixed; between is the price between what its currencies are tied to, where that is not the same.
func (s *settler) whyFixed(b, q tie, between Price) string {
	var facts []string
	for _, t := range []tie{b, q} {
		if t.tied {
			facts = append(facts, fmt.Sprintf("%s %s for one %s (%s, %s)", t.peg.Rate, t.peg.Code, t.peg.Anchor, t.peg.Regime, t.peg.Authority))
		}
	}
	why := "Fixed at " + strings.Join(facts, " and ")
	if between.From != nil {
		why += fmt.Sprintf("; between %s and %s %s says %s", b.anchor, q.anchor, s.facts.Sources[between.Source].name(between.Source), between.Value)
	}
	return why + "."
}

// fix is the rate of two currencies of which at least one is tied; between is the price between what they are tied to,
// asked for where that is not the same.
func fix(b, q tie, between func() (Offer, bool)) (Offer, bool) {
	over, under := q.over.Mul(b.under), q.under.Mul(b.over)
	o := Offer{Source: TableID, How: Fixed}
	for _, t := range []tie{b, q} {
		if since := t.peg.Since.First(); t.tied && since.After(o.At) {
			o.At, o.Seen = since, since
		}
	}
	if b.anchor != q.anchor {
		said, ok := between()
		if !ok {
			return Offer{}, false
		}
		first, second, err := said.Chain(b.anchor, q.anchor)
		if err != nil {
			return Offer{}, false
		}
		over, under = over.Mul(first), under.Mul(second) // not its value, which was rounded already
		o.Source, o.At, o.Seen, o.From = said.Source, said.At, said.Seen, said.From
	}
	value, err := over.Quo(under, CrossDigits)
	if err != nil {
		return Offer{}, false
	}
	if b.anchor == q.anchor && under.Equal(one) {
		value = over // digit for digit as the fact has it
	}
	o.Value = value
	return o, true
}

// newlyRetired is for how long a retired currency stands on a board that nobody quotes it on: people still hold its
// notes, and files their amounts.
const newlyRetired = 5 * 365 * 24 * time.Hour

// ties are the prices of currencies that nobody quotes, but that are tied to one of which an official source has a
// current rate. They are a board's own part: it says of them what they are.
func (s *settler) ties(base currency.Code, known map[currency.Code]bool, at time.Time) []Price {
	var all []Price
	for code := range s.facts.Currencies.Pegged() {
		if code == base || known[code] || !s.facts.used(code, at) {
			continue
		}
		t := s.tieOn(code, at)
		if !t.tied || t.anchor != base && !known[t.anchor] {
			continue
		}
		p, err := s.price(Pair(base, code), at)
		if err != nil || p.How != Fixed || p.From == nil && !s.heard.spoke(Official, t.anchor, at) || p.From != nil && !s.current(p.Offer, at) {
			continue
		}
		all = append(all, p)
	}
	return all
}

// used says whether a currency was money at a moment, or had been so lately.
func (f Facts) used(code currency.Code, at time.Time) bool {
	c, err := f.Currencies.Currency(code)
	return err == nil && !c.RetiredOn(at.Add(-newlyRetired)) && (c.Introduced.IsZero() || !at.Before(c.Introduced.First()))
}

func (s *sheaf) spoke(kind SourceKind, code currency.Code, at time.Time) bool {
	for source, list := range s.sheets {
		for _, sh := range list.on(code, code) {
			if s.facts.Sources[source].Kind == kind && at.Sub(sh.at) <= s.facts.Sources[source].Fresh {
				return true
			}
		}
	}
	return false
}

// current says whether an offer is an official source's, and fresh.
func (s *settler) current(o Offer, at time.Time) bool {
	return s.facts.Sources[o.Source].Kind == Official && s.facts.Sources.fresh(o, at)
}
