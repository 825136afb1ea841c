package audit

import (
	"fmt"
	"math"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// Figures on a wrong scale, held against what the two currencies were about worth at the time.
var scaleRules = []Rule{
	{
		Code: "scale.sign", Title: "A rate of zero or less", Severity: Error,
		Explains: "A rate says how much of one currency is paid for another, and nobody pays nothing, or less than nothing, for money. " +
			"A zero or a minus is what a feed wrote that had no rate; who divides by it fails, and who multiplies gives money away.\n\n" +
			"The other rules pass over such a row.",
		Source: arithmetic,
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/USD -1.1861", "EUR/JPY 0"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.1861"}},
		check:  sign,
	},
	{
		Code: "scale.redenominated", Title: "Redenominated code on the old scale", Severity: Error,
		Explains: "The currency has dropped zeros under the same code, and the table still prints the old scale. Nothing in the figure " +
			"itself shows it; every amount that is converted with it is wrong by the factor.\n\n" +
			"The rule knows about what the currency was worth at the time (see scale.power) and by which factor it changed: it speaks " +
			"where the figure is near that factor from the level, and nowhere near the level.",
		Source: "The decree of each redenomination, and Courant's table of levels.",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.186127", "EUR/SYP 13118.055685"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"EUR/USD 1.186127", "EUR/SYP 131.18"}},
		check:  func(c *check) { c.scales(oldScale) },
	},
	{
		Code: "scale.power", Title: "Power of ten", Severity: Error,
		Explains: "The point slipped, or the figure is for ten, a hundred or a thousand units and does not say so.\n\n" +
			"The rule compares the figure with about what the two currencies were worth, from a table of levels that comes with Courant " +
			"(the ECB's reference rates since 1999 at the end of each month, and an open dataset since 2024). It speaks where the figure is " +
			"at least twice or at most half of that, and nearer than 35 per cent to a power of ten of it: a currency moves by a power of " +
			"ten in years, not between two levels.",
		Source: "European Central Bank, reference rates; currency-api (CC0): see the source of each row of Courant's table of levels.",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/JPY 18361.3"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"EUR/JPY 183.613"}},
		check:  func(c *check) { c.scales(powerOfTen) },
	},
	{
		Code: "scale.unit", Title: "Grams for ounces", Severity: Error,
		Explains: "ISO 4217's codes for metals stand for a troy ounce, 31.1034768 grams exactly. The figure is apart from about what the " +
			"metal was worth by that number: it is for a gram, or for an ounce where grams were meant.",
		Source: "International yard and pound agreement of 1959; Courant's table of levels.",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"XAU/USD 152.3"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"XAU/USD 4738.10"}},
		check:  func(c *check) { c.scales(gramsForOunces) },
	},
	{
		Code: "scale.inverted", Title: "Inverted pair", Severity: Error,
		Explains: "The figure is about one divided by what the pair was worth: base and quote have changed places.\n\n" +
			"The rule compares with the table of levels (see scale.power). For pairs near one, where a pair and its inverse are alike, it " +
			"speaks only where the inverse fits at least four times better and within five per cent.",
		Source: "Courant's table of levels.",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"EUR/JPY 0.005446"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"EUR/JPY 183.613"}},
		check:  func(c *check) { c.scales(inverted) },
	},
}

// sign finds rates of zero or less.
func sign(c *check) {
	for _, r := range c.never {
		c.add(Finding{
			Subject: c.table.subject(r), Printed: r.Value.String(), Line: r.Line,
			Message:  fmt.Sprintf("%s %s for one %s: a rate must be above zero.", r.Value, r.Quote, r.Base),
			Evidence: []Evidence{{Fact: "What can be bought has a price above zero.", Source: arithmetic}},
		})
	}
}

// mistake is one way to be on a wrong scale.
type mistake int

const (
	none mistake = iota
	oldScale
	powerOfTen
	gramsForOunces
	inverted
)

// How near a figure must be to be called a mistake by a factor, in natural logarithms: 0.3 is 35 per cent. The levels
// lie up to some months away, and few currencies move by a third in that time.
const (
	fit     = 0.3
	nearOne = 0.05 // how near an inverse must be for a pair near one
	farOff  = math.Ln2
)

// leveled is a row held against about what its pair was worth.
type leveled struct {
	mistake
	factor      float64 // by which it is off, for a power of ten
	redenom     currency.Redenomination
	base, quote currency.Level
}

// right is about what one unit of the base was worth.
func (l leveled) right() currency.Decimal { return quo(l.quote.Rate, l.base.Rate) }

// knownLevels asks for each level once: all rows of a table share one currency.
type knownLevels struct {
	facts *currency.Table
	of    map[levelKey]knownLevel
}

type levelKey struct {
	code currency.Code
	at   int64
}

type knownLevel struct {
	currency.Level
	ln float64
	ok bool
}

func (k knownLevels) level(code currency.Code, at time.Time) knownLevel {
	key := levelKey{code, at.Unix()}
	l, asked := k.of[key]
	if !asked {
		if l.Level, l.ok = k.facts.Level(code, at); l.ok {
			l.ln = logOf(l.Rate)
		}
		k.of[key] = l
	}
	return l
}

func (c *check) scales(wanted mistake) {
	for i, l := range c.levels() {
		if l.mistake != wanted {
			continue
		}
		r := c.document.Rows[i]
		f := Finding{
			Subject: c.table.subject(r), Printed: r.written(), Line: r.Line,
			Expected: l.right().RoundDigits(4).String(), Deviation: off(r.Value, l.right()), Tolerance: "0.35",
			Evidence: []Evidence{levelEvidence(r.Base, l.base), levelEvidence(r.Quote, l.quote)},
		}
		about := fmt.Sprintf("One %s was worth about %s %s", r.Base, l.right().RoundDigits(3), r.Quote)
		switch wanted {
		case oldScale:
			f.Message = fmt.Sprintf("On %s %s old %s became one new %s under the same code; %s is on the old scale: it would be about %s.",
				written(l.redenom.Effective), l.redenom.OldPerNew, l.redenom.From, l.redenom.From, r.Value, l.right().RoundDigits(3))
			f.Evidence = append(f.Evidence, Evidence{
				Fact:   fmt.Sprintf("%s old %s became one new", l.redenom.OldPerNew, l.redenom.From),
				Source: l.redenom.Source, At: since(l.redenom.Effective),
			})
		case powerOfTen:
			k := int(math.Round(l.factor / math.Ln10))
			f.Message = fmt.Sprintf("%s; %s is about %s times %s.", about, r.Value, powerOf(k), map[bool]string{true: "too much", false: "too little"}[k > 0])
		case gramsForOunces:
			f.Message = fmt.Sprintf("%s; %s is apart from that by about 31.1, the grams of a troy ounce.", about, r.Value)
		case inverted:
			f.Message = fmt.Sprintf("%s; %s is about one divided by that: the pair is turned round.", about, r.Value)
		}
		c.add(f)
	}
}

// levels holds every row against about what its pair was worth, once for all rules that ask.
func (c *check) levels() []leveled {
	if c.leveled == nil {
		c.leveled = make([]leveled, len(c.document.Rows))
		known := knownLevels{facts: c.facts.Currencies, of: map[levelKey]knownLevel{}}
		for i, r := range c.document.Rows {
			c.leveled[i] = c.level(r, known)
		}
	}
	return c.leveled
}

// level holds a row against about what its pair was worth; there is no mistake where nobody knows that.
func (c *check) level(r Row, known knownLevels) (l leveled) {
	at := c.dayOf(r)
	base, quote := known.level(r.Base, at), known.level(r.Quote, at)
	if !base.ok || !quote.ok || r.Value.Sign() <= 0 {
		return l
	}
	l.base, l.quote = base.Level, quote.Level
	ln, right := logOf(r.Value), quote.ln-base.ln
	off := ln - right
	if turned := math.Abs(ln + right); math.Abs(off) <= farOff {
		// Near one a pair and its inverse are alike: only an inverse that fits far better is believed.
		if turned <= nearOne && turned <= math.Abs(off)/4 && math.Abs(off) >= 2*nearOne && recent(l, at) {
			l.mistake = inverted
		}
		return l
	}
	best := fit
	try := func(m mistake, distance float64) {
		if distance < best {
			l.mistake, best = m, distance
		}
	}
	for _, code := range []currency.Code{r.Quote, r.Base} {
		for d := range c.facts.Currencies.Redenominations(code) {
			f := math.Log(d.OldPerNew.Float())
			if code == r.Base {
				f = -f
			}
			if d.From == d.To && !d.Effective.IsZero() && !at.Before(d.Effective.First()) {
				if distance := math.Abs(off - f); distance < best {
					l.redenom = d
					try(oldScale, distance)
				}
			}
		}
		if cur, err := c.facts.Currencies.Currency(code); err == nil && cur.Kind == currency.KindMetal {
			try(gramsForOunces, math.Abs(math.Abs(off)-lnGrams))
		}
	}
	if k := math.Round(off / math.Ln10); k != 0 && l.mistake != oldScale {
		l.factor = off
		try(powerOfTen, math.Abs(off-k*math.Ln10))
	}
	if l.mistake != oldScale {
		try(inverted, math.Abs(ln+right))
	}
	return l
}

// lnGrams is the logarithm of the grams of a troy ounce.
var lnGrams = math.Log(31.1034768)

// dayOf is the day of a row: its own, or the document's.
func (c *check) dayOf(r Row) time.Time {
	if r.At.IsZero() {
		return c.at
	}
	return r.At
}

// since says whether a row is of a day on which a fact held that began on another: a row of its own day may be older than the
// document.
func (c *check) since(h held, began currency.Date) bool {
	return !c.dayOf(h.row).Before(began.First())
}

// recent says whether both levels are of about the time.
func recent(l leveled, at time.Time) bool {
	const near = 100 * 24 * time.Hour
	for _, level := range []currency.Level{l.base, l.quote} {
		if !level.On.IsZero() && at.Sub(level.On.First()).Abs() > near {
			return false
		}
	}
	return true
}

func levelEvidence(code currency.Code, l currency.Level) Evidence {
	return Evidence{Fact: fmt.Sprintf("one USD was about %s %s", l.Rate, code), Source: l.Source, At: since(l.On)}
}

// powerOf writes ten to the power of |k|.
func powerOf(k int) string {
	if k = max(k, -k); k > 6 {
		return fmt.Sprintf("10 to the power of %d", k)
	}
	return fmt.Sprint(int(math.Pow10(k)))
}
