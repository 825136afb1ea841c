package news

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/numeral"
)

// Resolved is a figure of a text that is being written: what it would print, or why it has no value.
type Resolved struct {
	Start, End int // where it stands in the text, in bytes, the braces included
	Line       int
	Figure     Figure // as far as it could be read
	Pins       []Pin
	Text       string // as it would be printed; empty where it has no value
	Problem    string // a sentence, which would keep the text from being published; empty where it has a value
}

// Preview resolves every figure of a text as it would be printed at a moment, in the order of the text. One that has no
// value says why, and keeps none of the others from being shown. The error is that of a store that cannot be read.
func (n *Newsroom) Preview(ctx context.Context, body, language string, now time.Time) ([]Resolved, error) {
	style, r := numeral.Of(language), NewResolver(n.ledger, now)
	var all []Resolved
	total, line, counted := 0, 1, 0
	inAddress := addressed(body)
	for _, f := range find(body) {
		line, counted = line+strings.Count(body[counted:f.start], "\n"), f.start
		p := Resolved{Start: f.start, End: f.end, Line: line, Figure: f.Figure}
		err := f.err
		if slices.Contains(inAddress, f.start) {
			err = fault.Because(fault.Invalid, "line %d: a figure cannot stand in the address of a link", p.Line)
		}
		if err == nil && total > maxPins {
			err = tooMany(total)
		}
		if err == nil {
			p.Pins, err = r.Resolve(ctx, f.Figure)
			total += len(p.Pins)
		}
		if err == nil {
			p.Text = f.Text(p.Pins, style)
		} else if p.Problem = fault.Sentence(err); fault.KindOf(err) != fault.Invalid {
			return nil, err
		}
		all = append(all, p)
	}
	if at, err := unclosed(body); err != nil {
		all = append(all, Resolved{Start: at, End: at + 2, Line: lineOf(body, at), Problem: fault.Sentence(err)})
	}
	slices.SortStableFunc(all, func(a, b Resolved) int { return a.Start - b.Start })
	return all, nil
}

// pin resolves all figures of a text that is to be published at a moment, and returns their pins, one figure's after the
// other's. The error is that of the first that has no value.
func (n *Newsroom) pin(ctx context.Context, body string, at time.Time) ([]Pin, error) {
	figures, err := Figures(body)
	if err != nil {
		return nil, err
	}
	r := NewResolver(n.ledger, at)
	var pins []Pin
	for _, f := range figures {
		own, err := r.Resolve(ctx, f)
		if err != nil {
			return nil, err
		}
		if pins = append(pins, own...); len(pins) > maxPins {
			return nil, tooMany(len(pins))
		}
	}
	return pins, nil
}

func tooMany(pins int) error {
	return fault.Because(fault.Invalid, "the story's figures rest on %d values; %d is the most: take a chart out, or shorten one", pins, maxPins)
}

// Resolve looks a figure up in the ledger as it was known at a moment; see [Resolver.Resolve].
func (n *Newsroom) Resolve(ctx context.Context, f Figure, known time.Time) ([]Pin, error) {
	return NewResolver(n.ledger, known).Resolve(ctx, f)
}
