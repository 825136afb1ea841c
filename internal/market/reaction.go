package market

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// Close is the value of a series on one of its days: the last that its source said of that day.
type Close struct {
	At    time.Time
	Value currency.Decimal
	From  []ID // the observations that it follows from
}

// Days are the days within which something happened, both ends included, each given as its midnight UTC: twice the same
// where the day is known.
type Days struct{ First, Last time.Time }

// Reaction is what a series did when something happened, set against what it ordinarily does. It measures; it knows of no
// causes, and a move beside an event is not a move by it.
type Reaction struct {
	Unfit   string // why nothing can be said, as a sentence; then there are no windows
	Before  Close  // the last from before it
	Windows []Window
}

// Window is the move over a number of the series' own sessions, the first of which is the day itself or the next that the
// series knows.
type Window struct {
	Sessions int
	Unfit    string           // why nothing can be said of it, as a sentence
	After    Close            // the last of the window
	Percent  currency.Decimal // how far After is from Before, to [CrossDigits] digits
	Usual    currency.Decimal // the size of the middle one of the ordinary moves, in per cent
	Beyond   int              // than how many of 100 ordinary moves it is larger, whatever their direction
	Ordinary int              // moves that it was compared with
	Shared   []int            // the other events, by their place in the list, that fall into the window: it cannot tell them apart
}

// What a reaction is held to.
const (
	widest   = 3 * 24 * time.Hour // between the first and the last day within which it may have happened
	longest  = 7 * 24 * time.Hour // between two sessions: holidays last no longer, so longer is a gap in what is known
	fewest   = 100                // ordinary moves to compare with
	Unlikely = 95                 // of 100 ordinary moves must be smaller, or a move is not told from noise
)

// back is how far the ordinary moves of so many sessions reach back: a year, and three where a year has but a dozen that do
// not overlap.
func back(from time.Time, sessions int) time.Time {
	if sessions > 5 {
		return from.AddDate(-3, 0, 0)
	}
	return from.AddDate(-1, 0, 0)
}

// React measures what a series did when something happened, over windows of so many sessions each. Closes are in the order
// of their days, one for each, all from one source. Others are the days of what else happened.
//
// A move is compared with all moves over as many sessions that ended before the event, of the year before it, or of three
// years where the window is longer than five sessions. It stands among them itself, and for as many as a window has
// sessions, since that many windows overlap: so of moves that nothing caused no more than 5 in 100 lie beyond 95 of 100,
// however few the ordinary ones are. (The rank is that of a conformal test with overlapping blocks; V. Vovk, A. Gammerman
// and G. Shafer, Algorithmic Learning in a Random World, 2005, chapter 2.)
func React(closes []Close, happened Days, others []Days, sessions ...int) (r Reaction) {
	if happened.Last.Sub(happened.First) > widest {
		r.Unfit = fmt.Sprintf("It is known only that it happened between %s and %s: within that time the moves of single sessions cannot be assigned.",
			day(happened.First), day(happened.Last))
		return r
	}
	first, _ := slices.BinarySearchFunc(closes, happened.First, func(c Close, day time.Time) int { return c.At.Compare(day) })
	switch {
	case first == 0:
		r.Unfit = "The series has no value from before it."
		return r
	case happened.First.Sub(dayOf(closes[first-1].At)) > longest:
		r.Unfit = fmt.Sprintf("The series has no value between %s and the event.", day(closes[first-1].At))
		return r
	case first == len(closes):
		r.Unfit = "The series has no value from after it."
		return r
	case closes[first].At.Sub(happened.Last) > longest:
		r.Unfit = fmt.Sprintf("The series has no value between the event and %s.", day(closes[first].At))
		return r
	}
	r.Before = closes[first-1]
	begins := unbroken(closes)
	for _, n := range sessions {
		w := windowOf(closes, begins, first-1, n)
		for i, other := range others {
			if w.Unfit == "" && other.Last.After(r.Before.At) && !other.First.After(w.After.At) {
				w.Shared = append(w.Shared, i)
			}
		}
		r.Windows = append(r.Windows, w)
	}
	return r
}

// windowOf measures the move from the close before an event.
func windowOf(closes []Close, begins []int, before, sessions int) (w Window) {
	w.Sessions = sessions
	if before+sessions >= len(closes) {
		w.Unfit = fmt.Sprintf("The series does not reach so far: it ends %s after it.", sessionsOf(len(closes)-1-before))
		return w
	}
	if begins[before+sessions] > before {
		w.Unfit = "The series has a gap in it."
		return w
	}
	w.After = closes[before+sessions]
	var err error
	if w.Percent, err = percentOf(closes[before], w.After); err != nil {
		w.Unfit = "The series is zero there."
		return w
	}
	from := back(closes[before].At, sessions)
	var sizes []currency.Decimal
	for end := before; end-sessions >= 0 && !closes[end-sessions].At.Before(from); end-- {
		if begins[end] > end-sessions {
			continue
		}
		if percent, err := percentOf(closes[end-sessions], closes[end]); err == nil {
			sizes = append(sizes, percent.Abs())
		}
	}
	if w.Ordinary = len(sizes); w.Ordinary < fewest {
		w.Unfit = fmt.Sprintf("Of its ordinary moves only %d are known, and %d are the least that say something.", w.Ordinary, fewest)
		return w
	}
	slices.SortFunc(sizes, currency.Decimal.Cmp)
	w.Usual = sizes[len(sizes)/2]
	smaller, _ := slices.BinarySearchFunc(sizes, w.Percent.Abs(), currency.Decimal.Cmp)
	w.Beyond = 100 * smaller / (len(sizes) + sessions)
	return w
}

// unbroken says for each close where the row of closes begins that has no gap up to it: none in which more lies between two of
// them than holidays account for.
func unbroken(closes []Close) []int {
	begins := make([]int, len(closes))
	for i := 1; i < len(closes); i++ {
		begins[i] = begins[i-1]
		if dayOf(closes[i].At).Sub(dayOf(closes[i-1].At)) > longest {
			begins[i] = i
		}
	}
	return begins
}

// percentOf is how far one close is from another, in per cent.
func percentOf(from, to Close) (currency.Decimal, error) {
	return to.Value.Sub(from.Value).Mul(currency.DecimalFromInt(100)).Quo(from.Value, CrossDigits)
}

// Words say what a window tells, and no more.
func (w Window) Words() string {
	switch {
	case w.Unfit != "":
		return w.Unfit
	case w.Beyond >= Unlikely:
		return fmt.Sprintf("Larger than %d of 100 ordinary moves over %s.", w.Beyond, sessionsOf(w.Sessions))
	}
	return fmt.Sprintf("It cannot be told from noise: larger than %d of 100 ordinary moves over %s.", w.Beyond, sessionsOf(w.Sessions))
}

func sessionsOf(n int) string {
	if n == 1 {
		return "one session"
	}
	return strconv.Itoa(n) + " sessions"
}

// Held says why a pair could not answer to what happened on a day, as a sentence: its currencies were held to each other,
// or one of them to a third and so moved with that. It is empty where they were free.
func (l *Ledger) Held(pair Symbol, at time.Time) string {
	base, quote, ok := pair.Pair()
	if !ok {
		return ""
	}
	if heldTo(l.currencies, base, quote, at) {
		return fmt.Sprintf("%s and %s were held to each other: the pair could not move.", base, quote)
	}
	for _, code := range []currency.Code{base, quote} {
		if peg, ok := l.currencies.PegOn(code, at); ok {
			return fmt.Sprintf("%s was held to %s (%s): the pair moved as that did, and could not answer for %s.", code, peg.Anchor, peg.Regime, code)
		}
	}
	return ""
}
