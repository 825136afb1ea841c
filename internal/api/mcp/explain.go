package mcp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

type explainQuestion struct {
	Pair string `json:"pair" jsonschema:"such as EUR/USD (dollars for one euro)"`
	when
}

type explainAnswer struct {
	moments
	Chosen   rate          `json:"chosen"`
	Why      string        `json:"why" jsonschema:"why it was chosen"`
	RestsOn  []observation `json:"rests_on" jsonschema:"word for word what its source said, in the order of the arithmetic"`
	Change   *change       `json:"change,omitempty" jsonschema:"since the source's earlier value, where that can be said"`
	Withheld string        `json:"change_withheld,omitempty" jsonschema:"why no change can be said"`
	SetAside []setAside    `json:"set_aside" jsonschema:"what the other sources say, the next best first"`
	Sources  sources       `json:"sources"`
}

// observation is a number that a source published, which has a permanent address.
type observation struct {
	ID      market.ID        `json:"id"`
	Address string           `json:"address" jsonschema:"its path on the paper, for good"`
	Pair    market.Symbol    `json:"pair"`
	Value   currency.Decimal `json:"value" jsonschema:"as the source wrote it"`
	At      time.Time        `json:"at"`
	Seen    time.Time        `json:"seen"`
	Source  market.SourceID  `json:"source"`
}

// change is since an earlier value of the same source.
type change struct {
	Since   time.Time        `json:"since"`
	From    currency.Decimal `json:"from"`
	By      currency.Decimal `json:"by"`
	Percent currency.Decimal `json:"percent"`
	RestsOn []observation    `json:"rests_on" jsonschema:"what the earlier value rests on"`
}

// setAside is what another source says, and why it was not chosen.
type setAside struct {
	number
	PercentOff currency.Decimal `json:"percent_off" jsonschema:"how far it is from the chosen value, in per cent of that"`
	Why        string           `json:"why" jsonschema:"why it was not chosen"`
	RestsOn    []observation    `json:"rests_on"`
}

func observations(from []market.Observation) []observation {
	all := []observation{}
	for _, o := range from {
		all = append(all, observation{o.ID, "/numbers/" + string(o.ID), o.Symbol, o.Value, o.At, o.Seen, o.Source})
	}
	return all
}

func (c *clerk) explain(ctx context.Context, q explainQuestion) (*explainAnswer, error) {
	asOf, err := c.asOf(q.when)
	if err != nil {
		return nil, err
	}
	pair, err := pairOf(q.Pair)
	if err != nil {
		return nil, err
	}
	p, err := c.face.Ledger().Rate(ctx, pair, asOf)
	if err != nil {
		return nil, err
	}
	a := &explainAnswer{
		moments: moments{asOf.At, asOf.Known}, Chosen: asRate(p), Why: p.Why, RestsOn: observations(p.From),
		Withheld: p.Move.Withheld, SetAside: []setAside{},
	}
	if m := p.Move; m.Withheld == "" {
		a.Change = &change{m.Since, m.From, m.By, m.Percent, observations(m.Basis)}
	}
	offers := []market.Offer{p.Offer}
	for _, other := range p.SetAside {
		a.SetAside = append(a.SetAside, setAside{asNumber(other.Offer), other.Off, other.Why, observations(other.From)})
		offers = append(offers, other.Offer)
	}
	a.Sources, err = c.sources(ctx, api.SourcesOf(offers...))
	return a, err
}

func (a *explainAnswer) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s as of %s is %s. %s\n", a.Chosen.Pair, asked(a.AsOf), a.Sources.said(a.Chosen.number), a.Why)
	for _, o := range a.RestsOn {
		fmt.Fprintf(&b, "It rests on %s %s of %s, learnt %s: %s\n", o.Pair, o.Value, moment(o.At), moment(o.Seen), o.Address)
	}
	if a.Change != nil {
		fmt.Fprintf(&b, "Since %s it changed by %s, %s%%.\n", moment(a.Change.Since), a.Change.By, a.Change.Percent.RoundPlaces(2))
	} else {
		fmt.Fprintf(&b, "No change is said: %s.\n", a.Withheld)
	}
	if a.Chosen.Others > 0 {
		fmt.Fprintf(&b, "Of %d other current sources %d are within one per cent.\n", a.Chosen.Others, a.Chosen.Agree)
	}
	for _, s := range a.SetAside {
		fmt.Fprintf(&b, "Set aside: %s, off by %s%%. %s", a.Sources.said(s.number), s.PercentOff.RoundPlaces(2), s.Why)
		for _, o := range s.RestsOn {
			fmt.Fprintf(&b, " %s", o.Address)
		}
		b.WriteString("\n")
	}
	for _, f := range a.Chosen.Flags {
		fmt.Fprintf(&b, "Note: %s\n", f.Text)
	}
	b.WriteString(a.Sources.credits())
	return strings.TrimSpace(b.String())
}
