package audit

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Offer asks a ledger what the suspects of a text of a day may be, and offers a figure for each of which one value alone
// can be meant: the rate of the pair that the sentence names, or the only rate, price or change of that day that is
// printed so. How far off a named rate may be follows from its digits and from how far the pair usually moves in a day.
func Offer(ctx context.Context, l *market.Ledger, suspects []Suspect, day currency.Date) error {
	if day.Day == 0 {
		return fault.Because(fault.Invalid, "what a ledger knew can only be asked of a day")
	}
	o := offering{ledger: l, day: day, asOf: market.AsOf{At: day.End().Add(-time.Microsecond)}}
	for i := range suspects {
		var err error
		switch s := &suspects[i]; {
		case s.Symbol != "":
			err = o.rate(ctx, s)
		case s.Kind == LikePercent:
			err = o.percent(ctx, s)
		default:
			err = o.any(ctx, s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// week is how old a value may be that is looked for without its name: an older one is of another time than the text.
const week = 7 * 24 * time.Hour

// offering is what was read of a day so far.
type offering struct {
	ledger *market.Ledger
	day    currency.Date
	asOf   market.AsOf
	boards []market.Board // nil: not read yet
	quotes []market.Quote
	asked  bool
}

// rate offers the rate of the pair that the sentence names.
func (o *offering) rate(ctx context.Context, s *Suspect) error {
	p, err := o.ledger.Rate(ctx, s.Symbol, o.asOf)
	if err != nil {
		if errors.Is(err, fault.NotFound) || errors.Is(err, fault.Invalid) {
			return nil
		}
		return err
	}
	base, quote, _ := s.Symbol.Pair()
	c := check{facts: Facts{Currencies: o.ledger.Currencies()}, at: o.day.First()}
	room, _ := c.usualMove(base, quote)
	said := fmt.Sprintf("%s is %s, of %s", s.Symbol, p.Shown(), day(p.At))
	switch {
	case p.Value.RoundPlaces(s.Value.Places()).Equal(s.Value):
		s.figure(string(s.Symbol), o.day, p.Shown(), said)
	case printed(s.Value).meets(span{p.Value.Mul(one.Sub(room)), p.Value.Mul(one.Add(room))}):
		s.figure(string(s.Symbol), o.day, p.Shown(), said+", which is not quite what stands here")
	default:
		s.Says = fmt.Sprintf("This looks like %s, but %s.", s.Symbol, said)
	}
	return nil
}

// any offers the one rate or last price of the day that is printed as the suspect is. Three digits are too few for that:
// some number of a whole board always begins with them.
func (o *offering) any(ctx context.Context, s *Suspect) error {
	if s.Value.Digits() < 4 {
		return nil
	}
	if err := o.read(ctx); err != nil {
		return err
	}
	var symbol market.Symbol
	var value currency.Decimal
	found := 0
	try := func(as market.Symbol, v, shown currency.Decimal, at time.Time) {
		if o.asOf.At.Sub(at) < week && v.RoundPlaces(s.Value.Places()).Equal(s.Value) {
			symbol, value = as, shown
			found++
		}
	}
	for _, q := range o.quotes {
		try(q.Symbol, q.Value, q.Value, q.At)
	}
	for _, b := range o.boards {
		for _, p := range b.Prices {
			if s.Kind == LikeRate {
				try(p.Symbol, p.Value, p.Shown(), p.At)
			}
		}
	}
	if found == 1 {
		s.figure(string(symbol), o.day, value, fmt.Sprintf("%s is %s", symbol, value))
	}
	return nil
}

// percent offers the one change of a share on that day that is printed as the suspect is, which may be without its sign.
func (o *offering) percent(ctx context.Context, s *Suspect) error {
	if s.Value.Digits() < 3 && s.Value.Places() < 2 {
		return nil
	}
	if err := o.read(ctx); err != nil {
		return err
	}
	var symbol market.Symbol
	found := 0
	for _, q := range o.quotes {
		if q.Move.Withheld == "" && o.asOf.At.Sub(q.At) < week && q.Move.Percent.Abs().RoundPlaces(s.Value.Places()).Equal(s.Value) {
			symbol = q.Symbol
			found++
		}
	}
	if found == 1 {
		s.figure(string(symbol)+" percent", o.day, currency.Decimal{}, fmt.Sprintf("%s moved by so much on its previous close", symbol))
	}
	return nil
}

// read reads the boards in which a number is looked for, against the euro and the dollar, and the shares.
func (o *offering) read(ctx context.Context) error {
	if o.asked {
		return nil
	}
	o.asked = true
	for _, base := range []currency.Code{"EUR", "USD"} {
		b, err := o.ledger.Board(ctx, base, o.asOf)
		if err != nil {
			return err
		}
		o.boards = append(o.boards, b)
	}
	var err error
	o.quotes, err = o.ledger.Quotes(ctx, o.asOf)
	return err
}

// figure offers an expression that prints a value to as many places as stand in the text.
func (s *Suspect) figure(what string, day currency.Date, shown currency.Decimal, said string) {
	s.Figure = what + " @" + day.String()
	if shown.Places() != s.Value.Places() || shown.IsZero() {
		s.Figure += " to " + strconv.Itoa(min(s.Value.Places(), 12))
	}
	s.Says = fmt.Sprintf("%s: write {{%s}}, which says whose number it is.", said, s.Figure)
}
