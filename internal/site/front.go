package site

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

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
	revision                           int
}

// itemOf is an article without the number of its figures.
func (t today) itemOf(a news.Article) Item {
	kicker := a.Content.Kicker
	if kicker == "" {
		kicker = t.titleOf(a.Content.Section)
	}
	return Item{
		Kicker: kicker, Headline: a.Content.Headline, Standfirst: a.Content.Standfirst, Href: a.Path(),
		Language: t.spoken(a.Content), Direction: directionOf(t.spoken(a.Content)), By: strings.Join(a.Content.Bylines, ", "),
		Published: timeOf(a.Published), Day: dayOf(a.Published), revision: a.Revision,
	}
}

// listed is an article in a list. Recent ones were made ready: to count the figures its text must be read.
func (t today) listed(a news.Article) Item {
	if i, ok := t.items[a.ID]; ok && i.revision == a.Revision {
		return i
	}
	i := t.itemOf(a)
	if figures, err := news.Figures(a.Content.Body); err == nil {
		i.Figures = len(figures)
	}
	return i
}

// directionOf is how a language is written, empty where it is as the pages are.
func directionOf(language string) string {
	if numeral.RightToLeft(language) {
		return "rtl"
	}
	return ""
}

func (t today) itemsOf(articles []news.Article) []Item {
	items := make([]Item, len(articles))
	for i, a := range articles {
		items[i] = t.listed(a)
	}
	return items
}

// FrontPage is the front: the lead, which the newsroom chose or else the newest story, the newest others, then what else
// stands in the sections, and the markets.
type FrontPage struct {
	Frame
	Lead        *Item   // nil on an empty paper
	Photo       *Photo  // of the lead
	Chart       *Figure // of the lead, where it has no photo
	Pairs       [][]Item
	Seconds     []Item
	Recent      []Item        // by time, where there is more than the places above hold
	Dossiers    []DossierItem // the last updated
	Departments []Department
	Corrections []CorrectionRow
	Base        string // name of the currency of which one unit buys what Markets says
	Markets     []Row
	Said        []Said
	Shares      []Row
	Traded      []Said
}

// Department is what a section has on the front: its newest story that does not stand above, and the headlines of others.
type Department struct {
	Link
	Item   Item
	Others []Item
}

// frontWords say what this paper is.
const frontWords = "The news, with the markets built in and every number accounted for."

// Places on the front. A paper with few stories has fewer places above, so that its sections are not bare.
const (
	frontSeconds, frontRecent     = 4, 6
	frontDepartments, frontOthers = 8, 3
	frontShares, frontCorrections = 6, 3
	frontDossiers                 = 3
	frontFew                      = 20 // stories
)

func (s *Site) front(ctx context.Context, a ask) (web.Component, error) {
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	p := FrontPage{Frame: s.frame(t, a, t.masthead.Name, frontWords)}
	if p.Data, err = websiteData(t.masthead, p.Canonical); err != nil {
		return nil, err
	}
	if len(t.recent) > 0 {
		n := max(slices.IndexFunc(t.recent, func(a news.Article) bool { return a.Path() == t.masthead.Lead }), 0)
		if err := s.lead(ctx, &p, t, t.recent[n]); err != nil {
			return nil, err
		}
		p.arrange(t, slices.Delete(slices.Clone(t.recent), n, n+1))
	}
	corrections, err := s.paper.Corrections(ctx, time.Time{}, frontCorrections)
	if err != nil {
		return nil, err
	}
	for _, c := range corrections {
		p.Corrections = append(p.Corrections, correctionOf(c))
	}
	p.Dossiers = s.announced(t, frontDossiers)
	p.Base = s.ledger.Currencies().Name(t.masthead.Base, "en")
	p.Markets = t.majors
	p.Said = saidOf(p.Markets)
	p.Shares = s.frontShares(t)
	p.Traded = saidOf(p.Shares)
	return frontPage(p), nil
}

// frontShares are the shares of which the front has room to say the price.
func (s *Site) frontShares(t today) (rows []Row) {
	for _, q := range t.quotes[:min(frontShares, len(t.quotes))] {
		rows = append(rows, s.listingRow(q, t, nil))
	}
	return rows
}

// lead puts the first story on the front, with its first photo, or else its first chart.
func (s *Site) lead(ctx context.Context, p *FrontPage, t today, article news.Article) error {
	item := t.listed(article)
	p.Lead = &item
	photos, err := s.photos(ctx, article.Content)
	if err != nil {
		return err
	}
	if len(photos) > 0 {
		p.Photo = &photos[0]
		p.Photo.Sizes = "(width >= 64em) 37rem, 100vw"
		return nil
	}
	if item.Figures == 0 {
		return nil
	}
	article, err = s.paper.Article(ctx, article.Published, article.Slug) // with its pins
	if errors.Is(err, fault.NotFound) || errors.Is(err, fault.Gone) {
		return nil // it was withdrawn meanwhile
	}
	if err != nil {
		return err
	}
	figures, err := s.drawn(ctx, t, article, "lead")
	if err != nil {
		return err
	}
	for i, f := range figures {
		if f.Chart != nil {
			p.Chart = &figures[i]
			return nil
		}
	}
	return nil
}

// arrange gives the stories below the lead their places, each one of them once.
func (p *FrontPage) arrange(t today, rest []news.Article) {
	cut := func(n int) []Item {
		n = min(n, len(rest))
		items := t.itemsOf(rest[:n])
		rest = rest[n:]
		return items
	}
	pairs, seconds, recent := 4, frontSeconds, frontRecent
	if len(rest) < frontFew {
		pairs, seconds, recent = 2, frontSeconds-1, 0
	}
	for pair := cut(min(pairs, len(rest)) &^ 1); len(pair) > 0; pair = pair[2:] {
		p.Pairs = append(p.Pairs, pair[:2])
	}
	p.Seconds, p.Recent = cut(seconds), cut(recent)
	for _, section := range t.sections {
		var d Department
		for _, a := range rest {
			switch {
			case a.Content.Section != section || len(d.Others) == frontOthers:
			case d.Href == "":
				d.Link, d.Item = t.sectionLink(section), t.listed(a)
			default:
				d.Others = append(d.Others, t.listed(a))
			}
		}
		if d.Href != "" && len(p.Departments) < frontDepartments {
			p.Departments = append(p.Departments, d)
		}
	}
}

// SectionPage lists the stories of one section or topic, of one author or of one day.
type SectionPage struct {
	Frame
	Heading, Standfirst string
	Above               []Link // of what it is a part
	Follow              []Link // its feeds
	Items               []Item
	Steps
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
	which.Limit = inList
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
