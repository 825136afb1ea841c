package site

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// DossierPage is a dossier: how things stand, what comes, what happened and what a market did beside it, who stands how to whom, what
// is said to follow, and what it all rests on.
type DossierPage struct {
	Frame
	DossierItem
	Kicker             string
	Authors            []Link // Href is empty for one who signed no story, and so has no page
	Published, Changed Time   // the second is empty where it was published once
	Revision           int
	Parts              []Link // of the page
	Ways               []Link // by which it is followed
	Notices            []Notice
	Standing           []Asserted
	Coming             []Happening
	Course             *Course // of the first series; nil where there is none
	Timeline           Timeline
	Method             Method
	Relations          []Relation
	Follows            []Following
	Scenarios          []Scenario
	Actors             []Actor
	Stories            []Item
	Body               string // HTML that has passed the sanitiser
	Photos             []Photo
	Figures            []Figure
	Words              Words
	Documents          []Document
}

// after is what follows the n-th author.
func (p DossierPage) after(n int) string {
	if n == len(p.Authors)-1 {
		return ". "
	}
	return ", "
}

func (s *Site) dossier(ctx context.Context, a ask) (web.Component, error) {
	d, err := s.opened(ctx, a)
	if err != nil {
		return nil, err
	}
	p, err := d.page(ctx, a)
	return dossierPage(p), err
}

// page puts together what stands on a dossier's page.
func (d *dossier) page(ctx context.Context, a ask) (p DossierPage, err error) {
	c := d.Subject.Content
	if p.Frame, err = d.frame(a, c.Headline, cmp.Or(c.Standfirst, c.Headline)); err != nil {
		return p, err
	}
	p.DossierItem, p.Published, p.Revision, p.Ways = d.item(), timeOf(d.Published), d.Revision, d.follow()
	p.Kicker = c.Kicker
	if p.Authors, err = d.site.signing(ctx, c.Bylines); err != nil {
		return p, err
	}
	if d.Updated.After(d.Published) {
		p.Changed = timeOf(d.Updated)
	}
	for _, n := range slices.Backward(d.Notices) {
		p.Notices = append(p.Notices, noticeOf(n, anchorOf(n)))
	}
	for _, one := range d.Subject.Standing {
		p.Standing = append(p.Standing, Asserted{one.Text, d.cites(one.Cites)})
	}
	for _, e := range d.Subject.Coming(d.now) {
		p.Coming = append(p.Coming, d.brief(e))
	}
	events, timeline, err := d.narrowed(a.query)
	if err != nil {
		return p, err
	}
	p.Timeline = timeline
	for _, e := range events {
		p.Timeline.Events = append(p.Timeline.Events, d.happening(e))
	}
	if p.Course, err = d.course(ctx); err != nil {
		return p, err
	}
	if err = d.react(ctx, p.Timeline.Events); err != nil {
		return p, err
	}
	for _, e := range p.Timeline.Events {
		if e.Reaction != nil {
			p.Method.Results += methodOf([]Reaction{*e.Reaction}).Results
		}
	}
	p.Relations, p.Actors = d.relations(""), d.actors()
	for _, q := range d.Subject.Consequences {
		p.Follows = append(p.Follows, d.following(q))
	}
	for _, one := range d.Subject.Scenarios {
		p.Scenarios = append(p.Scenarios, d.scenario(one))
	}
	if err = d.background(ctx, &p); err != nil {
		return p, err
	}
	p.Documents = d.documents(true)
	p.Parts = p.parts()
	data, err := d.data(p)
	p.Data += data
	return p, err
}

// background fills the text, the pictures and the stories of a dossier.
func (d *dossier) background(ctx context.Context, p *DossierPage) (err error) {
	c := d.Subject.Content
	p.Words = wordsOf(d.spoken)
	if p.Body, p.Figures, err = d.site.text(ctx, d.today, news.Article{Content: c, Pins: d.Pins}, "figure"); err != nil {
		return err
	}
	if p.Photos, err = d.site.photos(ctx, c); err != nil {
		return err
	}
	articles, err := d.site.storiesOf(ctx, d.today, d.Dossier)
	p.Stories = d.today.itemsOf(articles)
	return err
}

// storiesOf are the published stories of a dossier, the newest first.
func (s *Site) storiesOf(ctx context.Context, t today, d news.Dossier) (all []news.Article, err error) {
	var older []news.StoryID
	for _, id := range d.Subject.Stories {
		if i := slices.IndexFunc(t.recent, func(a news.Article) bool { return a.ID == id }); i >= 0 {
			all = append(all, t.recent[i])
		} else if len(t.recent) == recent {
			older = append(older, id)
		} // else all that are published are among the recent
	}
	if len(older) > 0 {
		more, err := s.paper.Articles(ctx, news.Selection{Stories: older, Limit: len(older)})
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	slices.SortFunc(all, func(a, b news.Article) int {
		return cmp.Or(b.Published.Compare(a.Published), cmp.Compare(a.Slug, b.Slug))
	})
	return all, nil
}

func revisionOf(n int) string {
	if n == 1 {
		return "first revision"
	}
	return "revision " + strconv.Itoa(n)
}

// parts are those that a page has, as links within it.
func (p DossierPage) parts() (links []Link) {
	for _, part := range []struct {
		text, id string
		there    bool
	}{
		{"The state of things", "state", len(p.Standing) > 0},
		{"Markets", "markets", p.Course != nil},
		{"Timeline", "timeline", p.Timeline.All > 0},
		{"Relations", "relations", len(p.Relations) > 0},
		{"Consequences", "consequences", len(p.Follows) > 0},
		{"Scenarios", "scenarios", len(p.Scenarios) > 0},
		{"Actors", "actors", len(p.Actors) > 0},
		{"Background", "background", p.Body != "" || len(p.Photos) > 0},
		{"Stories", "stories", len(p.Stories) > 0},
		{"Sources", "sources", len(p.Documents) > 0},
	} {
		if part.there {
			links = append(links, Link{Text: part.text, Href: "#" + part.id})
		}
	}
	return links
}

// data says to machines what a dossier is about. https://schema.org/CollectionPage
func (d *dossier) data(p DossierPage) (string, error) {
	c := d.Subject.Content
	v := thing{
		Context: schemaOrg, Type: "CollectionPage", ID: p.Canonical, URL: p.Canonical, Name: c.Headline, Description: c.Standfirst,
		Published: d.Published.UTC().Format(time.RFC3339), Modified: d.Updated.UTC().Format(time.RFC3339), Language: cmp.Or(d.spoken, english),
		Publisher: d.site.publisher(d.today, p.Address),
	}
	for _, n := range d.Notices {
		if n.Kind.Corrects() {
			v.Correction = append(v.Correction, commentOf(n, nil))
		}
	}
	for _, a := range d.Subject.Actors {
		kind := map[news.ActorKind]string{news.Person: "Person", news.Nation: "Country", news.Organisation: "Organization"}[a.Kind]
		if a.Into == "" {
			v.About = append(v.About, thing{Type: kind, Name: a.Name, URL: p.Address + d.actorPath(a.ID)})
		}
	}
	for _, e := range d.Subject.Timeline() {
		if e.When.Precision() == news.OnDay {
			one := d.eventThing(p.Frame, e)
			one.Context = ""
			v.About = append(v.About, one)
		}
	}
	for _, i := range p.Stories {
		v.Parts = append(v.Parts, thing{Type: "NewsArticle", ID: p.Address + i.Href, URL: p.Address + i.Href, Headline: i.Headline})
	}
	return dataOf(v)
}

// Within says where a story stands in a dossier.
type Within struct {
	Dossier      Link
	Before, Next Link // the stories of it that were published before and after; empty where there is none
}

// standing is where a story stands in the dossiers that it belongs to.
func (s *Site) standing(ctx context.Context, t today, article news.Article) (all []Within, err error) {
	for _, d := range t.dossiers {
		if !slices.Contains(d.Subject.Stories, article.ID) {
			continue
		}
		w := Within{Dossier: Link{Text: d.Subject.Content.Headline, Href: d.Path(), Language: t.spoken(d.Subject.Content)}}
		stories, err := s.storiesOf(ctx, t, d)
		if err != nil {
			return nil, err
		}
		n := slices.IndexFunc(stories, func(a news.Article) bool { return a.ID == article.ID })
		link := func(a news.Article) Link {
			return Link{Text: a.Content.Headline, Href: a.Path(), Language: t.spoken(a.Content)}
		}
		if n >= 0 && n+1 < len(stories) {
			w.Before = link(stories[n+1])
		}
		if n > 0 {
			w.Next = link(stories[n-1])
		}
		all = append(all, w)
	}
	return all, nil
}
