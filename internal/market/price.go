package market

import (
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// CrossDigits is the number of significant digits to which inverse and cross rates are computed. It is far beyond
// what any source prints, so that rounding happens once, where a number is shown.
const CrossDigits = 12

// How says how a value follows from the observations it rests on.
type How string

// The ways from observations to a value.
const (
	Said     How = "said"     // the source's own number
	Inverse  How = "inverse"  // 1 divided by the source's number for the pair turned round
	Crossed  How = "cross"    // two rates of one sheet of one source, multiplied or divided
	Computed How = "computed" // arithmetic over the fields of one quote
	Fixed    How = "fixed"    // a rate that a law or a promise fixes, times one source's price of what it is fixed to
)

// Offer is the newest that one source has to say about a symbol, within an AsOf.
type Offer struct {
	Source SourceID
	Value  currency.Decimal
	At     time.Time
	Seen   time.Time // the later of its observations'
	How    How
	From   []Observation // what it rests on, in the order of the arithmetic
}

// ComputedDigits is how many significant digits of a computed value are shown at the least; more are shown only where
// every number that it rests on has more.
const ComputedDigits = 5

// Shown is the value as a board shows it: digit for digit where it is the source's own, or where a law fixes it; where it
// was computed, to as many significant digits as the coarsest observation that it rests on, but no fewer than five.
func (o Offer) Shown() currency.Decimal {
	if o.How == Said || len(o.From) == 0 {
		return o.Value
	}
	digits := o.From[0].Value.Digits()
	for _, f := range o.From[1:] {
		digits = min(digits, f.Value.Digits())
	}
	return o.Value.RoundDigits(max(digits, ComputedDigits))
}

// SetAside is an offer that was not chosen, and why.
type SetAside struct {
	Offer
	Why string
	Off currency.Decimal // how far it is from the chosen value, in per cent of that, to CrossDigits digits
}

// Price is the settled value of a symbol: the offer that was chosen, why, what the others said, and what a reader
// must know before believing it.
type Price struct {
	Symbol Symbol
	Offer
	Why      string
	SetAside []SetAside
	Agreement
	Move  Move
	Flags []Flag
}

// Agreement says how the other sources whose value is current stand to the chosen one. Pages only claim and are not
// asked.
type Agreement struct {
	Of     int // how many others there are
	Within int // how many of these are within one per cent
}

// Move is a change since an earlier value of the same source. Where it cannot honestly be computed, Withheld says why
// and the numbers are zero.
type Move struct {
	Since    time.Time        // the moment of the earlier value; zero for a quote, whose source does not date its previous close
	From     currency.Decimal // the earlier value
	By       currency.Decimal // value − From, exact
	Percent  currency.Decimal // By in per cent of From, to CrossDigits significant digits
	Basis    []Observation    // what From rests on
	Withheld string
}

// move computes the change from an earlier value, which is above zero.
func move(from, to currency.Decimal, since time.Time, basis []Observation) Move {
	by := to.Sub(from)
	percent, err := by.Mul(currency.DecimalFromInt(100)).Quo(from, CrossDigits)
	if err != nil {
		return Move{Withheld: "the earlier value is zero"}
	}
	return Move{Since: since, From: from, By: by, Percent: percent, Basis: basis}
}

// FlagCode names what a reader must know about a number.
type FlagCode string

// The flags.
const (
	Retired      FlagCode = "retired"      // the currency is no longer money
	Pegged       FlagCode = "pegged"       // an authority holds the rate to an anchor
	Lasting      FlagCode = "fixed"        // an irrevocable conversion rate is in force
	Disputed     FlagCode = "disputed"     // other current sources say something else
	Claimed      FlagCode = "claim"        // a page printed it, and no better source has a current value
	Stale        FlagCode = "stale"        // older than its source usually is
	Unchanged    FlagCode = "unchanged"    // the source has said the same for longer than a market does
	Redenominate FlagCode = "redenominate" // the code has been on another scale
	PercentBase  FlagCode = "percent-base" // a claimed percentage does not follow from the previous close
	Delisted     FlagCode = "delisted"     // the listing did not trade on that day: not yet, or no longer
	Unlisted     FlagCode = "unlisted"     // the source named no market
)

// Flag is one thing that a reader must know about a number, with where it is known from.
type Flag struct {
	Code   FlagCode
	Word   string // one or two words, for a table: "retired 1 January 2026"
	Text   string // a whole sentence
	Doubt  bool   // the number itself is in question
	Source string // where the fact is known from; empty where the arithmetic itself shows it
}

// day writes a day as readers do: 2 February 2026.
func day(t time.Time) string { return t.UTC().Format("2 January 2006") }
