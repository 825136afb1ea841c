package mcp

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

type ratesQuestion struct {
	Pairs []string `json:"pairs,omitempty" jsonschema:"pairs such as EUR/USD (dollars for one euro), 50 at most"`
	Base  string   `json:"base,omitempty" jsonschema:"instead of pairs: a currency code, for the board of all currencies against it"`
	when
}

type ratesAnswer struct {
	moments
	Rates   []rate    `json:"rates"`
	Missing []missing `json:"missing" jsonschema:"pairs of which nothing can be said, and why"`
	Sources sources   `json:"sources"`
}

// missing is a pair without a rate.
type missing struct {
	Pair string `json:"pair"`
	Why  string `json:"why"`
}

func (c *clerk) rates(ctx context.Context, q ratesQuestion) (*ratesAnswer, error) {
	asOf, err := c.asOf(q.when)
	if err != nil {
		return nil, err
	}
	a := &ratesAnswer{moments: moments{asOf.At, asOf.Known}, Rates: []rate{}, Missing: []missing{}}
	switch {
	case len(q.Pairs) > 0 && q.Base != "":
		return nil, fault.Because(fault.Invalid, "pairs and base do not go together: give one of them")
	case len(q.Pairs) > maxPairs:
		return nil, fault.Because(fault.Invalid, "there are %d pairs, and %d are the most at once: give fewer, or a base for its whole board", len(q.Pairs), maxPairs)
	case len(q.Pairs) > 0:
		err = c.pairs(ctx, a, q.Pairs, asOf)
	case q.Base != "":
		err = c.board(ctx, a, q.Base, asOf)
	default:
		return nil, fault.Because(fault.Invalid, "say which rates: pairs such as [\"EUR/USD\"], or a base such as \"EUR\" for its board")
	}
	if err != nil {
		return nil, err
	}
	var ids []market.SourceID
	for _, r := range a.Rates {
		ids = append(ids, r.Source)
	}
	a.Sources, err = c.sources(ctx, ids)
	return a, err
}

// pairs answers pair by pair: what cannot be answered of one does not spoil the others.
func (c *clerk) pairs(ctx context.Context, a *ratesAnswer, texts []string, asOf market.AsOf) error {
	var first error
	for _, text := range texts {
		pair, err := pairOf(text)
		var p market.Price
		if err == nil {
			p, err = c.face.Ledger().Rate(ctx, pair, asOf)
		}
		switch {
		case err == nil:
			a.Rates = append(a.Rates, asRate(p))
			continue
		case !errors.Is(err, fault.Invalid) && !errors.Is(err, fault.NotFound):
			return err
		case first == nil:
			first = err
		}
		a.Missing = append(a.Missing, missing{fmt.Sprintf("%.40s", text), fault.Sentence(err)})
	}
	if len(a.Rates) == 0 {
		return first
	}
	return nil
}

// board answers with all that is known against a base.
func (c *clerk) board(ctx context.Context, a *ratesAnswer, base string, asOf market.AsOf) error {
	code, err := currency.ParseCode(base)
	if err != nil {
		return err
	}
	b, err := c.face.Ledger().Board(ctx, code, asOf)
	if err != nil {
		return err
	}
	for _, prices := range [][]market.Price{b.Prices, b.Tied} {
		for _, p := range prices {
			a.Rates = append(a.Rates, asRate(p))
		}
	}
	if len(a.Rates) == 0 {
		return fault.Because(fault.NotFound, "no source has quoted %s on %s or before", code, asked(asOf.At))
	}
	return nil
}

func (a *ratesAnswer) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Rates as of %s:\n", asked(a.AsOf))
	for _, r := range a.Rates {
		fmt.Fprintf(&b, "%s %s", r.Pair, a.Sources.said(r.number))
		for _, f := range r.Flags {
			if f.Doubt || len(a.Rates) <= maxPairs { // a whole board is long enough
				b.WriteString(" " + f.Text)
			}
		}
		b.WriteString("\n")
	}
	for _, m := range a.Missing {
		fmt.Fprintf(&b, "Missing: %s\n", m.Why)
	}
	b.WriteString(a.Sources.credits())
	return strings.TrimSpace(b.String())
}
