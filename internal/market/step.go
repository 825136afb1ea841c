package market

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Limits of the per cent beyond which a move is told.
const (
	mostPercent   = 1000
	percentLength = 10 // characters
)

// ParsePercent reads the per cent that a move must be beyond; the error is fault.Invalid.
func ParsePercent(text string) (currency.Decimal, error) {
	plain := len(text) <= percentLength && !strings.ContainsFunc(text, func(c rune) bool { return (c < '0' || c > '9') && c != '.' })
	d, err := currency.ParseDecimal(text)
	if !plain || err != nil || d.Sign() <= 0 || d.Cmp(currency.DecimalFromInt(mostPercent)) > 0 {
		return currency.Decimal{}, fault.Because(fault.Invalid, "%.40q is no number of per cent: write it as 1 or 0.25, above zero and at most %d", text, mostPercent)
	}
	return d.Trim(), nil
}

// Step is how a pair went from one value of its history to the next. The two may be of different sources.
type Step struct {
	Pair     Symbol
	From, To Offer
}

// Beyond says whether a step is of more than so many per cent of the earlier value, up or down: exactly, without dividing.
func (s Step) Beyond(percent currency.Decimal) bool {
	by := s.To.Value.Sub(s.From.Value).Abs().Mul(currency.DecimalFromInt(100))
	return by.Cmp(s.From.Value.Mul(percent)) > 0
}

// Percent is the step in per cent of the earlier value, below zero where it went down, to [CrossDigits] digits.
func (s Step) Percent() (currency.Decimal, error) {
	percent, err := s.To.Value.Sub(s.From.Value).Mul(currency.DecimalFromInt(100)).Quo(s.From.Value, CrossDigits)
	if err != nil {
		return percent, fmt.Errorf("the move of %s: %w", s.Pair, err)
	}
	return percent, nil
}

// Seen is when the step was known: the later of its two values'.
func (s Step) Seen() time.Time {
	if s.From.Seen.After(s.To.Seen) {
		return s.From.Seen
	}
	return s.To.Seen
}

// Name is a name of the step that lasts: of its pair and the observations that it rests on.
func (s Step) Name() string {
	parts := []string{"move", string(s.Pair)}
	for _, o := range []Offer{s.To, s.From} {
		for _, f := range o.From {
			parts = append(parts, string(f.ID))
		}
	}
	return NameOf(parts...)
}

// Steps are those of a pair that went beyond so many per cent.
type Steps struct {
	All    []Step    // the last first
	Last   Offer     // the newest value of the history, from which the next step goes
	Learnt time.Time // when the last value of the whole history was
}

// Steps returns the last steps of a pair's history that went beyond so many per cent, at most so many, to values of a moment or
// later; of the zero moment, in the whole history. A step over which a code came to stand on another scale is none. A pair of
// which no source has said anything is fault.NotFound; for the other errors see [Ledger.Rate].
func (l *Ledger) Steps(ctx context.Context, pair Symbol, beyond currency.Decimal, since time.Time, most int) (Steps, error) {
	settled, err := l.Line(ctx, pair, time.Time{}, l.now(), AsOf{})
	if err != nil {
		return Steps{}, err
	}
	line := settled.Offers()
	if len(line) == 0 {
		return Steps{}, fault.Because(fault.NotFound, "no source whose numbers may be passed on has said what %s was", pair)
	}
	s := Steps{Last: line[len(line)-1]}
	for i, to := range slices.Backward(line) {
		if to.Seen.After(s.Learnt) {
			s.Learnt = to.Seen
		}
		if i == 0 || len(s.All) == most || to.At.Before(since) {
			continue
		}
		if step := (Step{pair, line[i-1], to}); step.Beyond(beyond) && l.sameMoney(pair, step.From.At, step.To.At) {
			s.All = append(s.All, step)
		}
	}
	return s, nil
}

// sameMoney says whether both currencies of a pair stood on the same scale at two moments.
func (l *Ledger) sameMoney(pair Symbol, from, to time.Time) bool {
	base, quote, _ := pair.Pair()
	return l.currencies.ScaleOn(base, from) == l.currencies.ScaleOn(base, to) && l.currencies.ScaleOn(quote, from) == l.currencies.ScaleOn(quote, to)
}

// NameOf makes a name that lasts of what is the same for ever about a thing: a UUID of version 8 (RFC 9562), its hash. It holds
// no address of the paper, so that a paper that moves tells nobody the old anew.
func NameOf(parts ...string) string {
	sum := sha256.Sum256([]byte("courant\x1f" + strings.Join(parts, "\x1f")))
	b := sum[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
