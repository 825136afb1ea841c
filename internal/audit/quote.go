package audit

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

var quoteRules = []Rule{
	{
		Code: "quote.percent-base", Title: "A percentage of the wrong price", Severity: Error,
		Explains: `A change in per cent is a share of the previous close, which is the last price less the change. Here the printed
percentage does not follow from that, but from dividing by the last price: a slip that makes every rise look smaller, and
every fall larger, than it was.

A printed number stands for all that round to it. The percentage may be any that follows from a change and a last price
within their printed digits, rounded to its own.`,
		Source: arithmetic,
		Fails:  Example{Date: "2026-02-02", Lines: []string{"GSK 0.9000 52.51 1.71%"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"GSK 0.9000 52.51 1.74%"}},
		check:  quotePercentBase,
	},
	{
		Code: "quote.percent", Title: "A percentage that does not follow", Severity: Error,
		Explains: `The printed percentage follows from the printed change and prices by no known way: one of the numbers is wrong.

A printed number stands for all that round to it. The percentage may be any that follows from the others within their
printed digits, rounded to its own.`,
		Source: arithmetic,
		Fails:  Example{Date: "2026-02-02", Lines: []string{"RELX 0.0250 35.83 0.70%"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"RELX 0.0250 35.83 0.07%"}},
		check:  quotePercent,
	},
	{
		Code: "quote.sign", Title: "Up and down at once", Severity: Error,
		Explains: `The change has one direction and the percentage another, or one of them is nothing while the other is more than
rounding can hide.

A change so small that it rounds to 0.00 per cent is none of these.`,
		Source: arithmetic,
		Fails:  Example{Date: "2026-02-02", Lines: []string{"BP -0.5100 37.37 1.35%"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"BP -0.5100 37.37 -1.35%"}},
		check:  quoteSign,
	},
	{
		Code: "quote.change", Title: "A change that the price does not allow", Severity: Error,
		Explains: `A price cannot have risen by all that it is, or more: the previous close would have been nothing, or less. Mostly the
columns stand in another order than was thought. A last price of zero or less is found here too; and, where the previous
close is printed, a change that is not the difference of the two prices.

Each number may be any that rounds to what is printed.`,
		Source: arithmetic,
		Fails:  Example{Date: "2026-02-02", Lines: []string{"NGG 85.43 0.1700 0.20%"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"NGG 0.1700 85.43 0.20%"}},
		check:  quoteChange,
	},
	{
		Code: "quote.delisted", Title: "A price of a share that did not trade", Severity: Error,
		Explains: `Nothing traded under the ticker on that day: the listing had ended, or had not yet begun. Whatever stands there is an
old price, or one of something else.

A page of a weekend or a holiday prints the prices of the session before, by the calendar of the market, and is held against that
day. A listing that the table does not have is passed over.`,
		Source: "the table of listings, whose rows each name their own",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"SCS 0.0200 16.14 0.12%"}},
		Passes: Example{Date: "2025-12-10", Lines: []string{"SCS 0.0200 16.14 0.12%"}},
		check:  quoteDelisted,
	},
	{
		Code: "quote.event", Title: "Another share than the day before", Severity: Note,
		Explains: `On the very day of its price the listing was split or consolidated, renamed, or came from another market. Its price and that of
the day before are prices of different things, and a change since then is only right if the previous close was adjusted.`,
		Source: "the table of events of listings, whose rows each name their own",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"RBGPF 0.1000 82.5 0.12%"}},
		Passes: Example{Date: "2026-02-03", Lines: []string{"RBGPF 0.1000 82.5 0.12%"}},
		check:  quoteEvent,
	},
	{
		Code: "quote.market", Title: "A ticker that may be several things", Severity: Note,
		Explains: `A ticker is a name at a market. Without one it may be a share at any of several, one of which nothing is known, or even
a currency: AZN is a share and the Azerbaijani manat. Write the market before it, as in XNYS:AZN.`,
		Source: "the tables of listings and of currencies",
		Fails:  Example{Date: "2026-02-02", Lines: []string{"AZN 0.0700 190.51 0.04%"}},
		Passes: Example{Date: "2026-02-02", Lines: []string{"XNYS:AZN 0.0700 190.51 0.04%"}},
		check:  quoteMarket,
	},
}

// subject is what an item is called: its ticker, with the market where that is named.
func (i Item) subject() string {
	if i.Market == "" || i.Market == market.NoMarket {
		return i.Ticker
	}
	return string(market.Listing(i.Market, i.Ticker))
}

// day is the first instant of the day of which an item speaks.
func (i Item) day(c *check) time.Time {
	if i.At.IsZero() {
		return c.at
	}
	return i.At.UTC().Truncate(24 * time.Hour)
}

var hundred = currency.DecimalFromInt(100)

// minus subtracts spans of any sign.
func (s span) minus(x span) span { return span{s.low.Sub(x.high), s.high.Sub(x.low)} }

// reach is the span of a function of two numbers, each within its span, that goes one way in each of them: then it is
// lowest and highest at corners.
func reach(a, b span, of func(a, b currency.Decimal) currency.Decimal) span {
	at := of(a.low, b.low)
	all := span{at, at}
	for _, v := range []currency.Decimal{of(a.low, b.high), of(a.high, b.low), of(a.high, b.high)} {
		if v.Cmp(all.low) < 0 {
			all.low = v
		}
		if v.Cmp(all.high) > 0 {
			all.high = v
		}
	}
	return all
}

// share is how far a price moved, in per cent of what it was before: right, and as the usual slip has it.
type share struct {
	right, slip span             // all that the printed numbers allow
	value       currency.Decimal // what they say themselves
	how         string
}

// shares are the ways to compute an item's percentage from what is printed. There is none where the price could have
// been zero or less: quote.change says so.
func (i Item) shares() (ways []share) {
	if i.Last == nil || rounded(*i.Last).low.Sign() <= 0 {
		return nil
	}
	last := rounded(*i.Last)
	if i.Change != nil && last.low.Cmp(rounded(*i.Change).high) > 0 {
		ways = append(ways, share{
			right: reach(rounded(*i.Change), last, func(c, l currency.Decimal) currency.Decimal { return quo(c.Mul(hundred), l.Sub(c)) }),
			slip:  reach(rounded(*i.Change), last, func(c, l currency.Decimal) currency.Decimal { return quo(c.Mul(hundred), l) }),
			value: quo(i.Change.Mul(hundred), i.Last.Sub(*i.Change)),
			how:   fmt.Sprintf("%s on the previous close of %s", i.Change, less(*i.Last, *i.Change)),
		})
	}
	if i.Previous != nil && rounded(*i.Previous).low.Sign() > 0 {
		ways = append(ways, share{
			right: reach(last, rounded(*i.Previous), func(l, p currency.Decimal) currency.Decimal { return quo(l.Sub(p).Mul(hundred), p) }),
			slip:  reach(last, rounded(*i.Previous), func(l, p currency.Decimal) currency.Decimal { return quo(l.Sub(p).Mul(hundred), l) }),
			value: quo(i.Last.Sub(*i.Previous).Mul(hundred), *i.Previous),
			how:   fmt.Sprintf("%s on the previous close of %s", less(*i.Last, *i.Previous), i.Previous),
		})
	}
	return ways
}

// verdict is what is to be said of an item's percentage.
type verdict int

const (
	follows     verdict = iota // from the previous close, or nothing can be said
	fromLast                   // from the last price
	contradicts                // the direction of the change
	fromNothing
)

// percentage judges an item's percentage, by the first way to compute it. It follows if it does so in any way: where
// the ways disagree the prices do, and quote.change says so.
func (i Item) percentage() (v verdict, by share) {
	if i.Percent == nil {
		return follows, share{}
	}
	ways, claim := i.shares(), rounded(*i.Percent)
	for _, w := range ways {
		if claim.meets(w.right) {
			return follows, w
		}
	}
	for _, w := range ways {
		switch {
		case i.Percent.Sign() != w.value.Sign():
			return contradicts, w
		case claim.meets(w.slip):
			return fromLast, w
		}
	}
	switch {
	case len(ways) > 0:
		return fromNothing, ways[0]
	case i.Change != nil && i.Change.Sign()*i.Percent.Sign() < 0:
		return contradicts, share{} // whatever the price, which is not printed
	}
	return follows, share{}
}

func quotePercentBase(c *check) {
	for _, i := range c.document.Items {
		if v, by := i.percentage(); v == fromLast {
			f := i.offPercent(by)
			f.Message = fmt.Sprintf("%s is said to have moved by %s, which is its change divided by the last price; of the previous close it is %s.",
				i.subject(), f.Printed, f.Expected)
			c.add(f)
		}
	}
}

func quotePercent(c *check) {
	for _, i := range c.document.Items {
		if v, by := i.percentage(); v == fromNothing {
			f := i.offPercent(by)
			f.Message = fmt.Sprintf("%s is said to have moved by %s; from its price and change follows %s.", i.subject(), f.Printed, f.Expected)
			if claim := rounded(*i.Percent).times(exactly(hundred)); claim.meets(by.right) {
				f.Message += " It seems to be a share and not a percentage."
			}
			c.add(f)
		}
	}
}

func quoteSign(c *check) {
	for _, i := range c.document.Items {
		v, by := i.percentage()
		if v != contradicts {
			continue
		}
		f := i.offPercent(by)
		f.Message = fmt.Sprintf("%s is said to have moved by %s and by %s: both cannot be.", i.subject(), i.moved(), f.Printed)
		c.add(f)
	}
}

// moved is the change of an item, printed or computed.
func (i Item) moved() currency.Decimal {
	if i.Change != nil {
		return *i.Change
	}
	return i.Last.Sub(*i.Previous)
}

// offPercent is a finding about an item's percentage.
func (i Item) offPercent(by share) Finding {
	f := Finding{Subject: i.subject(), Printed: i.Percent.String() + "%", Line: i.Line}
	if by.how == "" { // no price is printed, only a change of the other sign
		f.Evidence = []Evidence{{Fact: fmt.Sprintf("The change is %s, the percentage %s.", i.Change, i.Percent), Source: arithmetic}}
		return f
	}
	f.Expected = by.value.RoundPlaces(i.Percent.Places()).String() + "%"
	f.Deviation = off(*i.Percent, by.value)
	f.Tolerance = allowed(by.right.high.Sub(by.right.low).Add(rounded(*i.Percent).high.Sub(rounded(*i.Percent).low)), by.value)
	f.Evidence = []Evidence{{
		Fact: fmt.Sprintf("%s: %s%%; with all that the printed digits allow from %s%% to %s%%.",
			by.how, by.value.RoundDigits(5), by.right.low.RoundDigits(5), by.right.high.RoundDigits(5)),
		Source: arithmetic,
	}}
	return f
}

// allowed is half of what numbers may differ by, as a share of the expected one, to three significant digits.
func allowed(width, expected currency.Decimal) json.Number {
	d, err := width.Mul(currency.MustDecimal("0.5")).Quo(expected.Abs(), 3)
	if err != nil {
		return "0"
	}
	return json.Number(d.String())
}

func quoteChange(c *check) {
	for _, i := range c.document.Items {
		if f, found := i.impossible(); found {
			f.Subject, f.Line = i.subject(), i.Line
			c.add(f)
		}
	}
}

// impossible finds prices that do not go together, whatever the percentage.
func (i Item) impossible() (f Finding, found bool) {
	if i.Last == nil {
		return f, false
	}
	if i.Last.Sign() <= 0 {
		f.Printed = i.Last.String()
		f.Message = fmt.Sprintf("%s has a last price of %s: a price must be above zero.", i.subject(), i.Last)
		f.Evidence = []Evidence{{Fact: "What trades has a price above zero.", Source: arithmetic}}
		return f, true
	}
	if i.Change == nil {
		return f, false
	}
	f.Printed = i.Change.String()
	if rounded(*i.Last).minus(rounded(*i.Change)).high.Sign() <= 0 {
		f.Message = fmt.Sprintf("%s cannot have risen by %s to %s: the columns may stand in another order.", i.subject(), i.Change, i.Last)
		f.Evidence = []Evidence{{Fact: "The previous close would be " + less(*i.Last, *i.Change) + ".", Source: arithmetic}}
		return f, true
	}
	if i.Previous == nil {
		return f, false
	}
	moved, change := rounded(*i.Last).minus(rounded(*i.Previous)), rounded(*i.Change)
	if moved.meets(change) {
		return f, false
	}
	right := i.Last.Sub(*i.Previous)
	f.Expected = right.RoundPlaces(max(i.Change.Places(), placesFor(right))).String()
	f.Deviation = off(*i.Change, right)
	f.Tolerance = allowed(moved.high.Sub(moved.low).Add(change.high.Sub(change.low)), right)
	f.Message = fmt.Sprintf("%s is said to have moved by %s; from %s to %s it is %s.", i.subject(), i.Change, i.Previous, i.Last, right)
	f.Evidence = []Evidence{{Fact: less(*i.Last, *i.Previous) + ".", Source: arithmetic}}
	return f, true
}

// less writes a subtraction out.
func less(a, b currency.Decimal) string {
	if b.Sign() < 0 {
		return fmt.Sprintf("%s + %s = %s", a, b.Neg(), a.Sub(b))
	}
	return fmt.Sprintf("%s − %s = %s", a, b, a.Sub(b))
}

// listing is the listing that an item is of, as far as is known, and the day of the session whose prices a page of the item's
// day prints: that day, or, where its market did not trade then, the last one before on which it did.
func (c *check) listing(i Item) (known market.Instrument, on time.Time, ok bool) {
	day, named := i.day(c), i.Market != "" && i.Market != market.NoMarket
	symbol := market.Listing(i.Market, i.Ticker)
	if !named {
		symbol = c.facts.Listings.Bearing(i.Ticker, day)
	}
	on, _ = symbol.Session(day)
	if !named {
		symbol = c.facts.Listings.Bearing(i.Ticker, on) // which may have moved since
	}
	known, err := c.facts.Listings.Instrument(symbol)
	return known, on, err == nil
}

func quoteDelisted(c *check) {
	for _, i := range c.document.Items {
		known, on, ok := c.listing(i)
		if !ok || known.TradedOn(on) {
			continue
		}
		f := Finding{Subject: i.subject(), Line: i.Line}
		if i.Last != nil {
			f.Printed = i.Last.String()
		}
		e := Evidence{Source: known.Source, At: since(known.Until)}
		if !known.Until.IsZero() && !on.Before(known.Until.End()) {
			f.Message = fmt.Sprintf("%s did not trade on %s: %s traded last on %s.", i.subject(), day(on), known.Name, written(known.Until))
			e.Fact = fmt.Sprintf("%s was %s, until %s.", known.Symbol, known.Name, written(known.Until))
		} else {
			f.Message = fmt.Sprintf("%s did not trade on %s: %s trades there since %s.", i.subject(), day(on), known.Name, written(known.Since))
			e.Fact, e.At = fmt.Sprintf("%s is %s, since %s.", known.Symbol, known.Name, written(known.Since)), since(known.Since)
		}
		if known.Note != "" {
			e.Fact += " " + known.Note
		}
		f.Evidence = []Evidence{e}
		c.add(f)
	}
}

func quoteEvent(c *check) {
	for _, i := range c.document.Items {
		for _, e := range c.facts.Listings.Events(i.Ticker) {
			mic, _, _ := e.Symbol.Listing()
			on, _ := e.Symbol.Session(i.day(c))
			if !e.Date.First().Equal(on) || !e.Kind.Changes() || i.Market != "" && i.Market != market.NoMarket && i.Market != mic {
				continue
			}
			f := Finding{Subject: i.subject(), Line: i.Line}
			if i.Last != nil {
				f.Printed = i.Last.String()
			}
			what := happened(e)
			f.Message = fmt.Sprintf("%s %s on %s, the day of its price, which cannot be compared with that of the session before.", i.subject(), what, written(e.Date))
			fact := fmt.Sprintf("%s %s on %s.", e.Symbol, what, written(e.Date))
			if e.Note != "" {
				fact += " " + e.Note
			}
			f.Evidence = []Evidence{{Fact: fact, Source: e.Source, At: since(e.Date)}}
			c.add(f)
		}
	}
}

// happened says within a sentence what happened to a listing.
func happened(e market.Event) string {
	mic, ticker, _ := e.Symbol.Listing()
	what := ""
	switch e.Kind {
	case market.Consolidation:
		what = "was consolidated"
	case market.Split:
		what = "was split"
	case market.RatioChange:
		what = "came to stand for another number of shares"
	case market.SpecialDividend:
		what = "traded without a special dividend"
	case market.Rename:
		what = "took the name " + ticker
	case market.Transfer:
		what = "came to " + string(mic) + " from another market"
	}
	if e.Old > 0 {
		what += fmt.Sprintf(", %d new for %d old,", e.New, e.Old)
	}
	return what
}

func quoteMarket(c *check) {
	for _, i := range c.document.Items {
		if i.Market != "" && i.Market != market.NoMarket {
			continue
		}
		_, on, _ := c.listing(i)
		var evidence []Evidence
		var may []string
		for _, known := range c.facts.Listings.Under(i.Ticker) {
			if known.TradedOn(on) {
				may = append(may, string(known.Symbol))
				evidence = append(evidence, Evidence{Fact: fmt.Sprintf("%s is %s.", known.Symbol, known.Name), Source: known.Source, At: since(known.Since)})
			}
		}
		money, err := c.facts.Currencies.Currency(currency.Code(i.Ticker))
		if err == nil {
			may = append(may, "the currency "+money.Name)
			evidence = append(evidence, Evidence{Fact: fmt.Sprintf("%s is the code of the %s.", money.Code, money.Name), Source: money.Source, At: since(money.Introduced)})
		}
		f := Finding{Subject: i.subject(), Line: i.Line, Evidence: evidence}
		if i.Last != nil {
			f.Printed = i.Last.String()
		}
		switch {
		case len(may) > 1:
			f.Message = fmt.Sprintf("%s may be %s: the page does not say which.", i.Ticker, strings.Join(may, " or "))
		case len(c.facts.Listings.Under(i.Ticker)) == 0:
			f.Message = fmt.Sprintf("The page does not say at which market %s trades, and no listing of that name is known.", i.Ticker)
			if money.Code != "" {
				f.Message += fmt.Sprintf(" It is also the code of the %s.", money.Name)
			}
			f.Evidence = append(evidence, Evidence{Fact: fmt.Sprintf("No listing in the table bears the ticker %s.", i.Ticker), Source: "the table of listings"})
		default:
			continue
		}
		c.add(f)
	}
}
