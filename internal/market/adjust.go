package market

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/calendar"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// AdjustedClose is the close of a day as one of the share that trades on a later day.
type AdjustedClose struct {
	Value  currency.Decimal // exact where the division ends, else to CrossDigits significant digits
	Basis  string           // how, in words: "adjusted 24 for 25 for the consolidation of 2 February 2026"; empty where nothing lay between
	Events []Event          // what lay between, by date
	From   []Observation    // what the rates rest on by which amounts were taken off that were paid in another currency
}

// Adjust computes what the close of a day would have been of the share that trades on a later one, after all that
// happened to the listing between the two. The symbol is that of the later day; the close is one of the same line, or
// of what it was called before.
//
// An amount that was paid in another currency than the price's is taken off by a rate of exchanges, which may be nil: there
// are none.
//
// Prices of different things are compared exactly or not at all. The error is fault.NotFound, and says why, where the
// close cannot be known: the listing does not trade on one of the days, shares were exchanged at a ratio that is not
// known, a special dividend is of an amount that is not known, or in a currency of which no rate is. It is
// fault.NotFound too where nothing is known of the listing, and fault.Invalid where the later day comes before the other.
//
// An ordinary dividend is no event: a price falls by it, and that is part of the change.
func (l *Listings) Adjust(s Symbol, previous currency.Decimal, on, later time.Time, exchanges Exchanges) (AdjustedClose, error) {
	if later.Before(on) {
		return AdjustedClose{}, fault.Because(fault.Invalid, "the close of %s cannot be adjusted to %s, which comes before it", day(on), day(later))
	}
	if _, err := l.Instrument(s); err != nil {
		return AdjustedClose{}, err
	}
	a, why := l.adjusted(s, previous, on, later, exchanges)
	if why != "" {
		return AdjustedClose{}, fault.Because(fault.NotFound, "%s has no close of %s that can be compared: %s", s, day(on), why)
	}
	return a, nil
}

// adjusted is Adjust of a known listing, with why it cannot be known.
func (l *Listings) adjusted(s Symbol, previous currency.Decimal, on, later time.Time, exchanges Exchanges) (a AdjustedClose, why string) {
	a = AdjustedClose{Value: previous, Events: l.Between(s, on, later)}
	first := s // as what it traded on the earlier day
	var how []string
	for n, e := range a.Events {
		if n == 0 {
			first = cmp.Or(e.Other, e.Symbol)
		}
		line, err := l.Instrument(e.Symbol)
		if err != nil {
			return a, fault.Sentence(err)
		}
		paid, why := e.paid(line.Unit, exchanges)
		if why == "" {
			a.Value, why = e.adjust(a.Value, paid)
		}
		if why != "" {
			return a, why
		}
		a.From = append(a.From, paid.by.From...)
		how = append(how, e.adjustment(line.Unit, paid))
	}
	for _, end := range []struct {
		line Symbol
		on   time.Time
	}{{first, on}, {s, later}} {
		now, err := l.StatusOn(end.line, end.on)
		if err != nil {
			return a, fault.Sentence(err)
		}
		if now.Status != StatusListed {
			return a, fmt.Sprintf("it did not trade on %s. %s", day(end.on), now.Text)
		}
	}
	a.Basis = strings.Join(how, ", and ")
	return a, ""
}

// adjust makes a price before an event one after it, or says why that cannot be known.
func (e Event) adjust(price currency.Decimal, paid payment) (after currency.Decimal, why string) {
	switch {
	case e.Kind == SpecialDividend && e.Amount.IsZero():
		return price, fmt.Sprintf("what %s paid is not known", e.named())
	case e.Kind != SpecialDividend && e.Kind != Rename && e.New == 0:
		return price, fmt.Sprintf("how many new shares %s gave for an old one is not known", e.named())
	}
	by := one
	if !e.Amount.IsZero() {
		if price, by = price.Mul(paid.under).Sub(paid.over), paid.under; price.Sign() <= 0 {
			return price, fmt.Sprintf("%s paid more for a share than it was worth", e.named())
		}
	}
	if e.New != e.Old {
		price, by = price.Mul(currency.DecimalFromInt(e.Old)), by.Mul(currency.DecimalFromInt(e.New))
	}
	if by.Equal(one) {
		return price, ""
	}
	// A quotient that ends has at most so many digits more than the dividend as the divisor has twos or fives.
	q, err := price.Quo(by, price.Digits()+4*by.Digits())
	if err == nil && !q.Mul(by).Equal(price) {
		q, err = price.Quo(by, CrossDigits)
	}
	if err != nil {
		return price, fault.Sentence(err)
	}
	return q, ""
}

// named is what happened, within a sentence.
func (e Event) named() string { return fmt.Sprintf("the %s of %s", e.Kind, day(e.Date.First())) }

// adjustment says how an event was reckoned with for a price in a unit.
func (e Event) adjustment(unit Unit, paid payment) string {
	var parts []string
	if !e.Amount.IsZero() {
		less := fmt.Sprintf("less %s %s", e.Amount, e.Unit.Code)
		if e.Kind != SpecialDividend {
			less += " of special dividend"
		}
		if x := paid.by; x.Symbol != "" {
			less += fmt.Sprintf(" at %s %s for one %s, which is of %s by %s", x.Shown(), unit.Currency, e.Unit.Currency, day(x.At), x.Said)
		}
		parts = append(parts, less)
	}
	if e.New != e.Old {
		parts = append(parts, fmt.Sprintf("adjusted %d for %d", e.New, e.Old))
	}
	if len(parts) == 0 {
		parts = append(parts, "carried over")
	}
	text := strings.Join(parts, ", ") + " for " + e.named()
	if e.Other != "" {
		text += " from " + string(e.Other)
	}
	return text
}

// sessionOf is the day of the session that a price of a moment is of, and the one before it. A moment at midnight UTC
// stands for its day, as where a source speaks of days. Of a market whose calendar is not known, every weekday is one.
func sessionOf(mic MIC, at time.Time) (session, before time.Time) {
	date := at.UTC().Truncate(24 * time.Hour)
	if m, err := calendar.Of(mic); err == nil {
		opened, err := m.LastOpened(at)
		if date.Equal(at) {
			if opened, err = m.Day(date); err == nil && !opened.Session() {
				opened, err = m.Previous(date)
			}
		}
		if err == nil {
			if previous, err := m.Previous(opened.Date); err == nil {
				return opened.Date, previous.Date
			}
		}
	}
	session = date
	for session.Weekday() == time.Saturday || session.Weekday() == time.Sunday {
		session = session.AddDate(0, 0, -1)
	}
	before = session.AddDate(0, 0, -1)
	for before.Weekday() == time.Saturday || before.Weekday() == time.Sunday {
		before = before.AddDate(0, 0, -1)
	}
	return session, before
}

// adjust makes the previous close one of the share that trades on the price's day, where something happened to the
// listing that morning. Whether the source has done so itself it does not say. Where the share became worth half as
// much again or more, or two thirds or less, the last price tells, for no market moves so by chance on the day of an
// exchange; where it became less than that, nothing tells, and no change is said. What the source gave as its last price before
// that morning it cannot have adjusted for it. A price of a day on which the listing did not trade has no change either.
func (q *Quote) adjust(l *Listings, exchanges Exchanges) {
	if q.Move.Withheld != "" || q.Instrument.Symbol == "" {
		return
	}
	mic, _, _ := q.Symbol.Listing()
	session, before := sessionOf(mic, q.At)
	if now, err := l.StatusOn(q.Symbol, session); err == nil && now.Status != StatusListed {
		q.Move = Move{Withheld: now.Text}
		return
	}
	events := l.Between(q.Symbol, before, session)
	if len(events) == 0 {
		return
	}
	said := q.Previous.Value
	a, why := l.adjusted(q.Symbol, said, before, session, exchanges)
	take := func() {
		q.Previous.Value, q.Previous.How, q.Previous.Basis = a.Value, Computed, a.Basis
		q.Previous.From = slices.Concat(q.Previous.From, a.From)
		q.Move = move(a.Value, q.Value, q.Move.Since, q.Previous.From)
	}
	switch {
	case why != "":
		q.Move = Move{Withheld: why}
	case a.Value.Equal(said):
		q.Previous.Basis = a.Basis
	case q.Previous.From[0].Field == Last && q.Previous.From[0].At.Before(q.At) && q.Previous.From[0].Seen.Before(session):
		take()
	case !farApart(said, a.Value):
		q.Move = Move{Withheld: "the source does not say whether its previous close was adjusted for " + events[len(events)-1].named()}
		would := Offer{Value: a.Value, How: Computed, From: q.Previous.From}.Shown()
		q.Previous.Basis = fmt.Sprintf("as the source gives it; if that is not adjusted, it is %s, %s", would, a.Basis)
	case q.Value.Mul(q.Value).Cmp(said.Mul(a.Value)) > 0 == (said.Cmp(a.Value) > 0): // the last price is nearer to what was said
		q.Previous.Basis = "as the source gives it, which is " + a.Basis
	default:
		take()
	}
}

// farApart says whether one of two prices is at least half as much again as the other.
func farApart(a, b currency.Decimal) bool {
	if a.Cmp(b) > 0 {
		a, b = b, a
	}
	return b.Mul(currency.DecimalFromInt(2)).Cmp(a.Mul(currency.DecimalFromInt(3))) >= 0
}
