package site

import (
	"context"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/numeral"
	"github.com/courant-news/courant/internal/web"
)

// Item is a story announced.
type Item struct {
	Kicker, Headline, Standfirst, Href string
	Language, Direction                string // empty where they are the pages' own
	By                                 string
	Published, Day                     Time
	Figures                            int
}

func (t today) itemOf(a news.Article) Item {
	kicker := a.Content.Kicker
	if kicker == "" {
		kicker = t.titleOf(a.Content.Section)
	}
	figures, _ := a.Figures()
	return Item{
		Kicker: kicker, Headline: a.Content.Headline, Standfirst: a.Content.Standfirst, Href: a.Path(),
		Language: t.spoken(a.Content), Direction: directionOf(t.spoken(a.Content)), By: strings.Join(a.Content.Bylines, ", "),
		Published: timeOf(a.Published), Day: dayOf(a.Published), Figures: len(figures),
	}
}

// directionOf is how a language is written, empty where it is as the pages are.
func directionOf(language string) string {
	if numeral.Of(language).RightToLeft() {
		return "rtl"
	}
	return ""
}

func (t today) itemsOf(articles []news.Article) []Item {
	items := make([]Item, len(articles))
	for i, a := range articles {
		items[i] = t.itemOf(a)
	}
	return items
}

// cut takes up to n items off the list.
func cut(items *[]Item, n int) []Item {
	n = min(n, len(*items))
	taken := (*items)[:n]
	*items = (*items)[n:]
	return taken
}

// FrontPage is the front: the newest stories by their weight on the page, and the markets.
type FrontPage struct {
	Frame
	Lead    *Item // nil on an empty paper
	Pairs   [][]Item
	Seconds []Item
	Briefs  []Item
	Base    string // name of the currency of which one unit buys what Markets says
	Markets []Row
	Said    []Said
	Shares  []Row
	Traded  []Said
}

// Places on the front.
const (
	frontPairs, frontSeconds, frontBriefs = 6, 4, 12
	frontShares                           = 6
)

func (s *Site) front(ctx context.Context, a ask) (web.Component, error) {
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	articles, err := s.paper.Articles(ctx, news.Selection{Limit: 1 + frontPairs + frontSeconds + frontBriefs})
	if err != nil {
		return nil, err
	}
	p := FrontPage{Frame: s.frame(t, a, t.masthead.Name, "The news, with the markets built in and every number accounted for.")}
	items := t.itemsOf(articles)
	if lead := cut(&items, 1); len(lead) > 0 {
		p.Lead = &lead[0]
	}
	// Where there are few, three in five stand as pairs below the lead and the rest beside it, so that no column is bare.
	for pairs := cut(&items, min(frontPairs, len(items)*3/5)&^1); len(pairs) > 0; {
		p.Pairs = append(p.Pairs, cut(&pairs, 2))
	}
	p.Seconds = cut(&items, frontSeconds)
	p.Briefs = items
	p.Base = s.ledger.Currencies().Name(t.masthead.Base, "en")
	p.Markets = t.majors
	p.Said = saidOf(p.Markets)
	for _, q := range t.quotes[:min(frontShares, len(t.quotes))] {
		p.Shares = append(p.Shares, s.listingRow(q, t.sources, nil))
	}
	p.Traded = saidOf(p.Shares)
	return frontPage(p), nil
}

// SectionPage lists the stories of one section or topic.
type SectionPage struct {
	Frame
	Heading string
	Items   []Item
}

func (s *Site) section(ctx context.Context, a ask) (web.Component, error) {
	return s.list(ctx, a, "section", func(slug news.Slug) news.Selection { return news.Selection{Section: slug} })
}

func (s *Site) topic(ctx context.Context, a ask) (web.Component, error) {
	return s.list(ctx, a, "topic", func(slug news.Slug) news.Selection { return news.Selection{Topic: slug} })
}

// list lists the newest stories of a section or a topic, which the address names.
func (s *Site) list(ctx context.Context, a ask, kind string, of func(news.Slug) news.Selection) (web.Component, error) {
	slug, err := news.ParseSlug(a.value(kind))
	if err != nil {
		return nil, fault.Because(fault.NotFound, "%w", err)
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	which := of(slug)
	which.Limit = 100
	articles, err := s.paper.Articles(ctx, which)
	if err != nil {
		return nil, err
	}
	if len(articles) == 0 && (kind == "topic" || !t.lists(slug)) {
		return nil, fault.Because(fault.NotFound, "The paper has no %s “%s”, or nothing in it yet.", kind, slug)
	}
	heading := t.titleOf(slug)
	p := SectionPage{Heading: heading, Items: t.itemsOf(articles)}
	p.Frame = s.frame(t, a, heading, "The newest stories of the "+kind+" "+heading+".")
	p.Feeds = append(p.Feeds, Link{Text: heading, Href: a.r.URL.Path + "/feed.atom"})
	return sectionPage(p), nil
}
