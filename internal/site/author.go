package site

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// authorPath is the address of the page of somebody who is named in a by-line.
func authorPath(name string) string { return "/authors/" + string(news.AuthorSlug(name)) }

// authorLinks lead to the pages of those who wrote a story.
func authorLinks(names []string) []Link {
	links := make([]Link, len(names))
	for i, name := range names {
		links[i] = Link{Text: name, Href: authorPath(name)}
	}
	return links
}

// signing are the names of a by-line that may be of no story: who signed one is linked to.
func (s *Site) signing(ctx context.Context, names []string) ([]Link, error) {
	if len(names) == 0 {
		return nil, nil
	}
	all, err := s.paper.Authors(ctx)
	links := authorLinks(names)
	for i, name := range names {
		if !slices.Contains(all, name) {
			links[i].Href = ""
		}
	}
	return links, err
}

// authorOf finds who has a slug: the names that are written so in addresses, the one that signed last first. The error is
// fault.NotFound for a name that is no author.
func (s *Site) authorOf(ctx context.Context, text string) ([]string, error) {
	slug, err := news.ParseSlug(text)
	if err != nil {
		return nil, fault.Because(fault.NotFound, "%w", err)
	}
	all, err := s.paper.Authors(ctx)
	if err != nil {
		return nil, err
	}
	names := slices.DeleteFunc(all, func(name string) bool { return news.AuthorSlug(name) != slug })
	switch len(names) {
	case 0:
		return nil, fault.Because(fault.NotFound, "The paper has no story by “%s”.", slug)
	case 1:
		return names, nil
	}
	last, err := s.paper.Articles(ctx, news.Selection{Authors: names, Limit: 1})
	if err != nil || len(last) == 0 {
		return names, err
	}
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Compare(slices.Index(last[0].Content.Bylines, b), slices.Index(last[0].Content.Bylines, a)) // -1 for those who did not sign it
	})
	return names, nil
}

// author lists the newest stories of somebody, whom the address names.
func (s *Site) author(ctx context.Context, a ask) (web.Component, error) {
	names, err := s.authorOf(ctx, a.value("author"))
	if err != nil {
		return nil, err
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	articles, err := s.paper.Articles(ctx, news.Selection{Authors: names, Limit: inList})
	if err != nil {
		return nil, err
	}
	name := names[0]
	p := SectionPage{Heading: name, Items: t.itemsOf(articles), Standfirst: countOf(len(articles), inList) + ", the newest first."}
	p.Frame = s.frame(t, a, name, "The newest stories by "+name+" in "+t.masthead.Name+".")
	p.Kind = "profile"
	p.Feeds = append(p.Feeds, Link{Text: name, Href: a.r.URL.Path + "/feed.atom"})
	p.Follow = followed(a.r.URL.Path)
	p.Data, err = dataOf(thing{
		Context: schemaOrg, Type: "ProfilePage", ID: p.Canonical, Name: name, Language: english,
		MainEntity: &thing{Type: "Person", ID: p.Canonical + "#person", Name: name, URL: p.Canonical, WorksFor: s.publisher(t, p.Address)},
	})
	return sectionPage(p), err
}

// ofAuthor is what somebody wrote, to be followed.
func (s *Site) ofAuthor(ctx context.Context, a ask, address string) (channel, error) {
	names, err := s.authorOf(ctx, a.value("author"))
	if err != nil {
		return channel{}, err
	}
	c, err := s.channel(ctx, address, "", authorPath(names[0]), news.Selection{Authors: names})
	c.about, c.name = "The newest stories by "+names[0]+" in "+c.name+".", c.name+": "+names[0]
	return c, err
}

// countOf says how many stories there are; as many as a list holds at the most may be more.
func countOf(n, most int) string {
	switch {
	case n == 1:
		return "One story"
	case most > 0 && n >= most:
		return "The last " + strconv.Itoa(n) + " stories"
	}
	return strconv.Itoa(n) + " stories"
}

// followed are the addresses at which a list can be followed.
func followed(path string) []Link {
	return []Link{{Text: "Atom", Href: path + "/feed.atom"}, {Text: "RSS", Href: path + "/feed.rss"}, {Text: "JSON Feed", Href: path + "/feed.json"}}
}
