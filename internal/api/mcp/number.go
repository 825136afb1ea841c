package mcp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// when are the two moments that every question may name.
type when struct {
	AsOf    string `json:"as_of,omitempty" jsonschema:"what was true then: a day such as 2026-02-02 (through its end, UTC) or an instant of RFC 3339; default now"`
	KnownAt string `json:"known_at,omitempty" jsonschema:"as it was known then, a day or an instant; default now"`
}

// moments are the same, resolved, in an answer.
type moments struct {
	AsOf    time.Time `json:"as_of" jsonschema:"what was true then"`
	KnownAt time.Time `json:"known_at" jsonschema:"as it was known then; give it again for the same answer later"`
}

// asOf reads when.
func (c *clerk) asOf(w when) (market.AsOf, error) {
	a, err := market.ParseAsOf(w.AsOf, w.KnownAt)
	return a.Resolved(c.face.Now().UTC().Truncate(time.Microsecond)), err
}

// number is one number with its source and its times.
type number struct {
	Value        currency.Decimal `json:"value" jsonschema:"units of the quote currency for one of the base, exact; a computed one to 12 significant digits"`
	Shown        currency.Decimal `json:"shown" jsonschema:"the same as readers are shown it: a computed one has no more digits than what it rests on, but five at least"`
	At           time.Time        `json:"at" jsonschema:"about when it speaks; midnight UTC of the day where the source speaks of days"`
	Seen         time.Time        `json:"seen" jsonschema:"when the paper learnt it"`
	Source       market.SourceID  `json:"source" jsonschema:"who says it: an id in sources"`
	How          market.How       `json:"how" jsonschema:"said (the source's own number), inverse, cross (of two of its rates) or fixed (by a law or a promise)"`
	Observations []market.ID      `json:"observations" jsonschema:"what it rests on; each stands for good at /numbers/ID of the paper"`
}

func asNumber(o market.Offer) number {
	n := number{Value: o.Value, Shown: o.Shown(), At: o.At, Seen: o.Seen, Source: o.Source, How: o.How, Observations: []market.ID{}}
	for _, from := range o.From {
		n.Observations = append(n.Observations, from.ID)
	}
	return n
}

// rate is a pair's number with what a reader must know of it.
type rate struct {
	Pair market.Symbol `json:"pair" jsonschema:"BASE/QUOTE"`
	number
	Others int    `json:"others" jsonschema:"how many other sources have a current value"`
	Agree  int    `json:"agree" jsonschema:"how many of these are within one per cent"`
	Flags  []flag `json:"flags"`
}

// flag is something that a reader must know of a number.
type flag struct {
	Code   market.FlagCode `json:"code"`
	Text   string          `json:"text"`
	Doubt  bool            `json:"doubt" jsonschema:"the number itself is in question"`
	Source string          `json:"source,omitempty" jsonschema:"where the fact is known from"`
}

func asRate(p market.Price) rate {
	r := rate{Pair: p.Symbol, number: asNumber(p.Offer), Others: p.Of, Agree: p.Within, Flags: []flag{}}
	for _, f := range p.Flags {
		r.Flags = append(r.Flags, flag{f.Code, f.Text, f.Doubt, f.Source})
	}
	return r
}

// source is who said a number, in an answer that holds any of theirs.
type source struct {
	ID          market.SourceID   `json:"id"`
	Name        string            `json:"name"`
	Kind        market.SourceKind `json:"kind" jsonschema:"official, fact, dataset or page"`
	Attribution string            `json:"attribution" jsonschema:"the words that are to stand beside its numbers"`
	Licence     string            `json:"licence,omitempty"`
	Home        string            `json:"home,omitempty"`
}

// sources describes the sources of some numbers, each once.
func (c *clerk) sources(ctx context.Context, ids []market.SourceID) (sources, error) {
	known, err := c.face.Ledger().Known(ctx)
	if err != nil {
		return nil, err
	}
	all := sources{}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		s := source{ID: id, Name: known[id].Name, Kind: known[id].Kind, Attribution: known[id].Attribution, Licence: known[id].Licence, Home: known[id].Home}
		if s.Attribution == "" {
			s.Attribution = s.Name
		}
		all = append(all, s)
	}
	return all, nil
}

// sources are those of an answer.
type sources []source

// name is what people call a source.
func (all sources) name(id market.SourceID) string {
	for _, s := range all {
		if s.ID == id && s.Name != "" {
			return s.Name
		}
	}
	return string(id)
}

// said is a number as a sentence has it: with who says it, of when, and when that was learnt.
func (all sources) said(n number) string {
	how := map[market.How]string{market.Inverse: ", turned round", market.Crossed: ", computed from two rates", market.Fixed: ", by a fixed rate"}
	return fmt.Sprintf("%s (%s%s, of %s, learnt %s)", n.Shown, all.name(n.Source), how[n.How], moment(n.At), moment(n.Seen))
}

// credits names the sources as they want to be named.
func (all sources) credits() string {
	if len(all) == 0 {
		return ""
	}
	words := make([]string, 0, len(all))
	for _, s := range all {
		words = append(words, s.Attribution)
	}
	return "\nBeside the numbers is to stand: " + strings.Join(words, "; ") + "."
}

// moment writes a time for people: a day where it is midnight UTC, as daily sources give it.
func moment(t time.Time) string {
	t = t.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04 UTC")
}

// asked is a moment that was asked for: a day through its end is that day.
func asked(t time.Time) string {
	if end := t.Add(time.Microsecond).UTC(); end.Equal(end.Truncate(24 * time.Hour)) {
		return t.UTC().Format(time.DateOnly)
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// pairOf reads a pair of two different currencies.
func pairOf(text string) (market.Symbol, error) {
	if text == "" {
		return "", fault.Because(fault.Invalid, "say which pair, such as EUR/USD for dollars for one euro")
	}
	pair, err := market.ParseSymbol(text)
	if err != nil {
		return "", err
	}
	base, quote, ok := pair.Pair()
	switch {
	case !ok:
		return "", fault.Because(fault.Invalid, "%s is a listing, not a pair of currencies: write EUR/USD", pair)
	case base == quote:
		return "", fault.Because(fault.Invalid, "%s: a currency against itself is always 1", pair)
	}
	return pair, nil
}
