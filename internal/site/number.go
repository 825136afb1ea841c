package site

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// NumberPage is the permanent page of one observation.
type NumberPage struct {
	Frame
	Value, Exact, Symbol, Subject, Field string
	Source                               string
	At, Seen                             Time
	Ref                                  string
	Said                                 []Fact
	Reply                                []Fact // what was fetched; none for a number that was brought in by hand
	Revisions                            []Revision
	Before, After                        *Revision // what the source had said before, and what it says now; nil where that is the same
	Others                               []Aside   // what the other sources said then
	Then                                 string    // address of the pair on that day; empty for a listing
	Stories                              []Item
	Dossiers                             []Link
}

// Revision is one of the values that a source gave for the same moment.
type Revision struct {
	Value, Href string
	Seen        Time
	Current     bool
}

func (s *Site) number(ctx context.Context, a ask) (web.Component, error) {
	id, err := market.ParseID(a.value("id"))
	if err != nil {
		return nil, err
	}
	n, err := s.ledger.Number(ctx, id)
	if err != nil {
		return nil, err
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	var printing []news.Article
	if printing, err = s.paper.Printing(ctx, id); err != nil {
		return nil, err
	}
	p := NumberPage{
		Value: t.hand.number(n.Value), Exact: n.Value.String(), Symbol: string(n.Symbol), Subject: symbolPath(n.Symbol),
		Field: string(n.Field), At: t.hand.time(n.At), Seen: t.hand.time(n.Seen), Ref: n.Ref, Source: nameOf(n.Source, t.sources), Stories: t.itemsOf(printing),
	}
	dossiers, err := s.paper.DossiersPrinting(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, d := range dossiers {
		p.Dossiers = append(p.Dossiers, Link{Text: d.Subject.Content.Headline, Href: d.Path() + "#background", Language: t.spoken(d.Subject.Content)})
	}
	p.Said = sourceFacts(n.Said, n.Source)
	if p.Reply, err = s.replyFacts(ctx, n.Observation); err != nil {
		return nil, err
	}
	for _, r := range n.Revisions {
		p.Revisions = append(p.Revisions, Revision{
			Value: t.hand.number(r.Value), Href: numberPath(r.ID), Seen: t.hand.time(r.Seen), Current: r.ID == id,
		})
	}
	for i, r := range p.Revisions {
		if last := len(p.Revisions) - 1; r.Current && i > 0 {
			p.Before = &p.Revisions[i-1]
		} else if i == last && !r.Current {
			p.After = &p.Revisions[last]
		}
	}
	if err := s.others(ctx, &p, n.Observation, t); err != nil {
		return nil, err
	}
	title := p.Symbol + " " + p.Field + ", " + p.Value
	p.Frame = s.frame(t, a, title, "Who said that the "+p.Field+" of "+p.Symbol+" was "+p.Value+", about when, and when the paper learnt it.")
	return numberPage(p), nil
}

// others fills in what the other sources said of the same pair at the end of the day that a number speaks of.
func (s *Site) others(ctx context.Context, p *NumberPage, o market.Observation, t today) error {
	base, quote, ok := o.Symbol.Pair()
	if !ok {
		return nil
	}
	day := o.At.UTC().Format(time.DateOnly)
	p.Then = address("/rates/"+string(base)+"-"+string(quote), url.Values{"as-of": {day}})
	end := o.At.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1).Add(-time.Microsecond)
	price, err := s.ledger.Rate(ctx, o.Symbol, market.AsOf{At: end})
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		return err
	}
	offers := []market.Offer{price.Offer}
	for _, aside := range price.SetAside {
		offers = append(offers, aside.Offer)
	}
	for _, other := range offers {
		if other.Source == o.Source {
			continue
		}
		aside := Aside{Row: s.rowOf(other, market.Move{}, t), Off: t.hand.since(spot{value: o.Value}, spot{value: other.Value}).Percent}
		aside.Days = daysOf(other.At, end)
		p.Others = append(p.Others, aside)
	}
	return nil
}

// replyFacts says of which reply a number was read.
func (s *Site) replyFacts(ctx context.Context, o market.Observation) (facts []Fact, err error) {
	if s.o.Origin == nil {
		return nil, nil
	}
	r, err := s.o.Origin(ctx, o)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return nil, nil
		}
		return nil, err
	}
	facts = fact(facts, "Fetched", timeOf(r.Fetched).Text)
	facts = fact(facts, "Asked for", r.Path)
	facts = fact(facts, "Bytes", strconv.Itoa(r.Size))
	return fact(facts, "SHA-256", r.Hash), nil
}

func sourceFacts(s market.Source, id market.SourceID) (facts []Fact) {
	name := s.Name
	if name == "" {
		name = string(id)
	}
	facts = fact(facts, "Source", name)
	facts = fact(facts, "Kind", string(s.Kind))
	// A home that is no web address is shown as words: a link could do anything.
	if strings.HasPrefix(s.Home, "https://") || strings.HasPrefix(s.Home, "http://") {
		facts = append(facts, Fact{Term: "Home", Text: s.Home, Href: s.Home})
	} else {
		facts = fact(facts, "Home", s.Home)
	}
	facts = fact(facts, "Licence", s.Licence)
	facts = fact(facts, "Attribution", s.Attribution)
	return fact(facts, "Note", s.Note)
}
