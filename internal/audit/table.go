package audit

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// digits is how many significant digits quotients are computed to: far more than anybody prints.
const digits = 24

var one = currency.DecimalFromInt(1)

// span is all that a printed number may stand for: from low to high, both included.
type span struct{ low, high currency.Decimal }

// exactly is a span of one number.
func exactly(d currency.Decimal) span { return span{d, d} }

// rounded is the span of a number as it was printed, whatever its sign: half a unit in its last place to either side.
func rounded(d currency.Decimal) span {
	half := currency.MustDecimal("0.5")
	for range d.Places() {
		half = half.Mul(tenth)
	}
	return span{d.Sub(half), d.Add(half)}
}

// printed is the span of a number that is above zero, and stays so.
func printed(d currency.Decimal) span {
	s := rounded(d)
	if s.low.Sign() <= 0 {
		s.low = d.Mul(tenth) // a number printed as 0.0 says next to nothing, but it is above zero
	}
	return s
}

var tenth = currency.MustDecimal("0.1")

// times multiplies spans of positive numbers.
func (s span) times(x span) span { return span{s.low.Mul(x.low), s.high.Mul(x.high)} }

// over divides spans of positive numbers.
func (s span) over(x span) span { return span{quo(s.low, x.high), quo(s.high, x.low)} }

// fixedAt is what counts as meeting a rate that a law or a promise fixes. Conversion rates are fixed to six significant
// digits (Council Regulation (EC) No 1103/97, article 4), and no peg is given with more meaning than that: what rounds to
// the rate at its sixth digit, or at its last where it has more, meets it.
func fixedAt(rate currency.Decimal) span {
	const known = 6
	return printed(rate.RoundPlaces(rate.Places() + max(0, known-rate.Digits())))
}

// meets says whether the two have a number in common.
func (s span) meets(x span) bool { return s.low.Cmp(x.high) <= 0 && x.low.Cmp(s.high) <= 0 }

// nearest is what a span that another one must meet asks of it: its end on that side where it is a band, or the number
// itself that it stands for.
func (s span) nearest(x span) currency.Decimal {
	if s.width().Cmp(currency.MustDecimal("0.00001")) <= 0 {
		return s.middle()
	}
	if x.low.Cmp(s.high) > 0 {
		return s.high
	}
	return s.low
}

// middle is a number within: for a printed number itself.
func (s span) middle() currency.Decimal { return s.low.Add(s.high).Mul(currency.MustDecimal("0.5")) }

// width is half the span as a share of its middle.
func (s span) width() currency.Decimal { return quo(s.high.Sub(s.low), s.high.Add(s.low)) }

// quo divides by what is above zero.
func quo(a, b currency.Decimal) currency.Decimal {
	q, err := a.Quo(b, digits)
	if err != nil {
		return currency.Decimal{} // no span reaches zero
	}
	return q
}

// table is a document's rows, in which any pair that they lead to can be looked up.
type table struct {
	rows  []Row
	pivot currency.Code // the currency that most rows are against
	legs  map[currency.Code]leg
	facts *currency.Table
	at    time.Time
}

// leg is what one unit of the pivot is worth in a currency, as a row of the table says it.
type leg struct {
	span
	row    Row
	turned bool // the row gives units of the pivot for one of the currency
}

// newTable finds the pivot, and each currency's leg: the first row that gives it.
func newTable(rows []Row, facts *currency.Table, at time.Time) *table {
	t := &table{rows: rows, legs: map[currency.Code]leg{}, facts: facts, at: at}
	count := map[currency.Code]int{}
	for _, r := range rows {
		count[r.Base]++
		count[r.Quote]++
	}
	codes := make([]currency.Code, 0, len(count))
	for code := range count {
		codes = append(codes, code)
	}
	if len(codes) == 0 {
		return t
	}
	// Of two that stand equally often, as in a table of one row, the base of the first row.
	t.pivot = slices.MinFunc(codes, func(a, b currency.Code) int {
		first := func(c currency.Code) int {
			if c == rows[0].Base {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(first(a), first(b)), cmp.Compare(a, b))
	})
	t.legs[t.pivot] = leg{span: exactly(one)}
	for _, r := range rows {
		if r.Value.Sign() <= 0 {
			continue
		}
		switch t.pivot {
		case r.Base:
			if _, twice := t.legs[r.Quote]; !twice {
				t.legs[r.Quote] = leg{span: printed(r.Value), row: r}
			}
		case r.Quote:
			if _, twice := t.legs[r.Base]; !twice {
				t.legs[r.Base] = leg{span: exactly(one).over(printed(r.Value)), row: r, turned: true}
			}
		}
	}
	return t
}

// rate is how many units of quote one base is worth by the table. Rows that say themselves that they are of different
// moments or of different sources need not fit each other, and say nothing together.
func (t *table) rate(base, quote currency.Code) (span, bool) {
	b, okB := t.legs[base]
	q, okQ := t.legs[quote]
	if !okB || !okQ {
		return span{}, false
	}
	if base != t.pivot && quote != t.pivot && (b.row.Source != q.row.Source || !b.row.At.Equal(q.row.At)) {
		return span{}, false
	}
	if base == t.pivot {
		return q.span, true
	}
	return q.over(b.span), true
}

// expected is what the row of a currency should print for one unit of an anchor to be worth so much of it, given what
// the table prints of the anchor. Where the currency is the pivot it is the anchor's row that is asked.
func (t *table) expected(code, anchor currency.Code, perAnchor currency.Decimal) currency.Decimal {
	if code == t.pivot {
		code, anchor, perAnchor = anchor, code, quo(one, perAnchor)
	}
	worth := perAnchor
	if a := t.legs[anchor]; anchor != t.pivot && a.turned {
		worth = quo(worth, a.row.Value)
	} else if anchor != t.pivot {
		worth = worth.Mul(a.row.Value)
	}
	if t.legs[code].turned {
		worth = quo(one, worth)
	}
	return worth
}

// distinct yields each currency of the table that has a row, and the pivot, in the order of the document.
func (t *table) distinct() iter.Seq[currency.Code] {
	return func(yield func(currency.Code) bool) {
		said := map[currency.Code]bool{}
		for code := range t.named() {
			if said[code] {
				continue
			}
			if said[code] = true; !yield(code) {
				return
			}
		}
	}
}

// placesFor is how many places a number needs to show four significant digits: an expected value must not be rounded
// away to nothing where the printed one has too few.
func placesFor(d currency.Decimal) int {
	return max(0, d.Places()-d.Digits()+4)
}

// logOf is a logarithm, for telling scales and clusters; no number that is printed is ever made of it.
func logOf(d currency.Decimal) float64 { return math.Log(d.Float()) }
