package site

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/numeral"
	"github.com/courant-news/courant/internal/render"
	"github.com/courant-news/courant/internal/web"
)

// The formats in which stories can be followed, by the end of an address: Atom (RFC 4287), RSS 2.0 (rssboard.org, with
// content:encoded), and JSON Feed 1.1 (jsonfeed.org).
var feedFormats = map[string]struct {
	kind  string
	write func(channel) ([]byte, error)
}{
	"feed.atom": {"application/atom+xml; charset=utf-8", channel.atom},
	"feed.rss":  {"application/rss+xml; charset=utf-8", channel.rss},
	"feed.json": {"application/feed+json; charset=utf-8", channel.json},
}

// inFeed is how many stories a feed holds.
const inFeed = 30

// channel is a list of stories to be followed, in whatever format. All addresses in it are whole.
type channel struct {
	name, about, home, self string
	hub                     string // that tells who subscribes of changes; empty: there is none
	language                string
	updated                 time.Time
	stories                 []told
}

// told is a story as a feed tells it: the whole text, with each figure as it was printed.
type told struct {
	id, headline, href, summary, body, language string
	authors                                     []writer
	topics                                      []string
	published, updated                          time.Time
}

// writer is who wrote a story, and where a feed's reader finds more by them.
type writer struct{ name, href string }

// feed serves what read returns in the format that the address ends with.
func (s *Site) feed(read func(ctx context.Context, a ask, address string) (channel, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		file := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		format, ok := feedFormats[file]
		if !ok {
			return fault.Because(fault.NotFound, "There is no feed %.40q; there are feed.atom, feed.rss and feed.json.", file)
		}
		address := s.address(r)
		return s.cache.Serve(w, r, address+r.URL.Path, func() (*web.Page, error) {
			c, err := read(r.Context(), ask{r: r}, address)
			if err != nil {
				return nil, err
			}
			c.self, c.hub = address+r.URL.Path, s.o.Hub
			body, err := format.write(c)
			if err != nil {
				return nil, fmt.Errorf("write a feed: %w", err)
			}
			return web.NewPage(body, web.PageOptions{ContentType: format.kind, CacheControl: web.ForReaders, Shared: web.ForNetworks, Modified: c.updated, Header: c.links()}), nil
		})
	}
}

// links are what WebSub (w3.org/TR/websub, section 4) wants in the header of a feed.
func (c channel) links() http.Header {
	if c.hub == "" {
		return nil
	}
	return http.Header{"Link": {"<" + c.hub + `>; rel="hub"`, "<" + c.self + `>; rel="self"`}}
}

// The lists that can be followed.

func (s *Site) all(ctx context.Context, _ ask, address string) (channel, error) {
	return s.channel(ctx, address, "", "/", news.Selection{})
}

func (s *Site) ofSection(ctx context.Context, a ask, address string) (channel, error) {
	section, err := news.ParseSlug(a.value("section"))
	if err != nil {
		return channel{}, fault.Because(fault.NotFound, "%w", err)
	}
	return s.channel(ctx, address, section, "/sections/"+string(section), news.Selection{Section: section})
}

func (s *Site) ofTopic(ctx context.Context, a ask, address string) (channel, error) {
	topic, err := news.ParseSlug(a.value("topic"))
	if err != nil {
		return channel{}, fault.Because(fault.NotFound, "%w", err)
	}
	return s.channel(ctx, address, topic, "/topics/"+string(topic), news.Selection{Topic: topic})
}

// ofCorrections are what the paper got wrong, each as an entry of its own.
func (s *Site) ofCorrections(ctx context.Context, _ ask, address string) (channel, error) {
	t, err := s.today(ctx)
	if err != nil {
		return channel{}, err
	}
	list, err := s.paper.Corrections(ctx, time.Time{}, inFeed)
	if err != nil {
		return channel{}, err
	}
	c := channel{name: t.masthead.Name + ": Corrections", about: "What " + t.masthead.Name + " got wrong, and what is right.", home: address + "/corrections", language: t.masthead.Language}
	for _, n := range list {
		at, of := n.At.UTC(), string(n.Story)
		if of == "" {
			of = "dossier:" + string(n.Slug)
		}
		if at.After(c.updated) {
			c.updated = at
		}
		c.stories = append(c.stories, told{
			id: fmt.Sprintf("urn:courant:correction:%s:%d", of, at.UnixMicro()), headline: labelOf(n.Kind) + ": " + n.Headline, href: address + n.Path(),
			summary: n.Text, body: "<p>" + html.EscapeString(n.Text) + "</p>", language: n.Language, published: at, updated: at, authors: []writer{{t.masthead.Name, address + "/"}},
		})
	}
	return c, nil
}

// channel reads a list of stories. One of nothing is there for the whole paper only.
func (s *Site) channel(ctx context.Context, address string, of news.Slug, path string, which news.Selection) (channel, error) {
	t, err := s.today(ctx)
	if err != nil {
		return channel{}, err
	}
	which.Limit, which.Pins = inFeed, true
	articles, err := s.paper.Articles(ctx, which)
	if err != nil {
		return channel{}, err
	}
	c := channel{name: t.masthead.Name, about: "The newest stories of " + t.masthead.Name + ".", home: address + path, language: t.masthead.Language}
	if of != "" {
		c.name += ": " + t.titleOf(of)
		if len(articles) == 0 && !t.lists(of) {
			return channel{}, fault.Because(fault.NotFound, "The paper has nothing of “%s” to follow.", of)
		}
	}
	for _, a := range articles {
		story := told{
			id: "urn:courant:story:" + string(a.ID), headline: a.Content.Headline, href: address + a.Path(), summary: a.Content.Standfirst,
			language: t.spoken(a.Content), published: a.Published.UTC(), updated: a.Updated.UTC(),
		}
		for _, name := range a.Content.Bylines {
			story.authors = append(story.authors, writer{name, address + authorPath(name)})
		}
		for _, topic := range a.Content.Topics {
			story.topics = append(story.topics, t.titleOf(topic))
		}
		if story.body, err = plainBody(a, story.href, story.language); err != nil {
			return channel{}, err
		}
		if story.updated.After(c.updated) {
			c.updated = story.updated
		}
		c.stories = append(c.stories, story)
	}
	return c, nil
}

// plainBody is a story's text with its figures as they were printed, for who shows it without the paper's style. A table is
// a list of its rows; a chart is to be seen on the page.
func plainBody(a news.Article, href, language string) (string, error) {
	figures, pins := a.Figures()
	style := numeral.Of(language)
	return render.Body(a.Content.Body, func(n int) string {
		switch {
		case n >= len(figures) || len(pins[n]) == 0:
			return wordsOf(language).Lost
		case figures[n].Form == news.Chart:
			return "<a href=\"" + html.EscapeString(href) + "\">" + html.EscapeString(string(figures[n].Symbol)) + "</a>"
		case figures[n].Form == news.Table:
			var rows strings.Builder
			for _, p := range pins[n] {
				rows.WriteString(html.EscapeString(string(p.Symbol)+" "+style.Number(figures[n].Shown(p))) + "<br>")
			}
			return rows.String()
		}
		return html.EscapeString(figures[n].Text(pins[n], style))
	})
}

// atom writes RFC 4287.
func (c channel) atom() ([]byte, error) {
	type link struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	type text struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
	type named struct {
		Name string `xml:"name"`
		URI  string `xml:"uri,omitempty"`
	}
	type category struct {
		Term string `xml:"term,attr"`
	}
	type entry struct {
		Lang       string     `xml:"xml:lang,attr,omitempty"`
		ID         string     `xml:"id"`
		Title      string     `xml:"title"`
		Link       link       `xml:"link"`
		Published  time.Time  `xml:"published"`
		Updated    time.Time  `xml:"updated"`
		Authors    []named    `xml:"author"`
		Categories []category `xml:"category"`
		Summary    string     `xml:"summary,omitempty"`
		Content    text       `xml:"content"`
	}
	type feed struct {
		XMLName xml.Name  `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string    `xml:"xml:lang,attr,omitempty"`
		ID      string    `xml:"id"`
		Title   string    `xml:"title"`
		Updated time.Time `xml:"updated"`
		Author  named     `xml:"author"`
		Links   []link    `xml:"link"`
		Entries []entry   `xml:"entry"`
	}
	f := feed{
		Lang: c.language, ID: c.self, Title: c.name, Updated: c.updated, Author: named{c.name, c.home},
		Links: []link{{"self", "application/atom+xml", c.self}, {"alternate", "text/html", c.home}},
	}
	if c.hub != "" {
		f.Links = append(f.Links, link{Rel: "hub", Href: c.hub})
	}
	for _, t := range c.stories {
		e := entry{Lang: t.language, ID: t.id, Title: t.headline, Link: link{"alternate", "text/html", t.href}, Published: t.published, Updated: t.updated, Summary: t.summary, Content: text{"html", t.body}}
		for _, a := range t.authors {
			e.Authors = append(e.Authors, named{a.name, a.href})
		}
		for _, topic := range t.topics {
			e.Categories = append(e.Categories, category{topic})
		}
		f.Entries = append(f.Entries, e)
	}
	return inXML(f)
}

// rss writes RSS 2.0, whose dates are those of RFC 822 with years of four digits.
func (c channel) rss() ([]byte, error) {
	type guid struct {
		Permanent bool   `xml:"isPermaLink,attr"`
		ID        string `xml:",chardata"`
	}
	type link struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	type item struct {
		Title       string   `xml:"title"`
		Link        string   `xml:"link"`
		GUID        guid     `xml:"guid"`
		Published   string   `xml:"pubDate"`
		Creators    []string `xml:"dc:creator"`
		Categories  []string `xml:"category"`
		Description string   `xml:"description"`
		Content     string   `xml:"content:encoded"`
	}
	type body struct {
		Title       string `xml:"title"`
		Link        string `xml:"link"`
		Links       []link `xml:"atom:link"`
		Description string `xml:"description"`
		Language    string `xml:"language,omitempty"`
		Built       string `xml:"lastBuildDate,omitempty"`
		Items       []item `xml:"item"`
	}
	type rss struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Atom    string   `xml:"xmlns:atom,attr"`
		DC      string   `xml:"xmlns:dc,attr"`
		Encoded string   `xml:"xmlns:content,attr"`
		Channel body     `xml:"channel"`
	}
	f := rss{
		Version: "2.0", Atom: "http://www.w3.org/2005/Atom", DC: "http://purl.org/dc/elements/1.1/", Encoded: "http://purl.org/rss/1.0/modules/content/",
		Channel: body{Title: c.name, Link: c.home, Links: []link{{"self", "application/rss+xml", c.self}}, Description: c.about, Language: c.language},
	}
	if c.hub != "" {
		f.Channel.Links = append(f.Channel.Links, link{Rel: "hub", Href: c.hub})
	}
	if !c.updated.IsZero() {
		f.Channel.Built = c.updated.Format(time.RFC1123Z)
	}
	for _, t := range c.stories {
		i := item{
			Title: t.headline, Link: t.href, GUID: guid{false, t.id}, Published: t.published.Format(time.RFC1123Z), Categories: t.topics,
			Description: t.summary, Content: t.body,
		}
		for _, a := range t.authors {
			i.Creators = append(i.Creators, a.name)
		}
		f.Channel.Items = append(f.Channel.Items, i)
	}
	return inXML(f)
}

func inXML(v any) ([]byte, error) {
	body, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(body, '\n')...), nil
}

// json writes JSON Feed 1.1.
func (c channel) json() ([]byte, error) {
	type author struct {
		Name string `json:"name"`
		URL  string `json:"url,omitempty"`
	}
	type hub struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	}
	type item struct {
		ID        string    `json:"id"`
		URL       string    `json:"url"`
		Title     string    `json:"title"`
		Summary   string    `json:"summary,omitempty"`
		HTML      string    `json:"content_html"`
		Published time.Time `json:"date_published"`
		Modified  time.Time `json:"date_modified"`
		Authors   []author  `json:"authors,omitempty"`
		Tags      []string  `json:"tags,omitempty"`
		Language  string    `json:"language,omitempty"`
	}
	f := struct {
		Version     string `json:"version"`
		Title       string `json:"title"`
		Home        string `json:"home_page_url"`
		Self        string `json:"feed_url"`
		Description string `json:"description"`
		Language    string `json:"language,omitempty"`
		Hubs        []hub  `json:"hubs,omitempty"`
		Items       []item `json:"items"`
	}{"https://jsonfeed.org/version/1.1", c.name, c.home, c.self, c.about, c.language, nil, []item{}}
	if c.hub != "" {
		f.Hubs = []hub{{"WebSub", c.hub}}
	}
	for _, t := range c.stories {
		i := item{ID: t.id, URL: t.href, Title: t.headline, Summary: t.summary, HTML: t.body, Published: t.published, Modified: t.updated, Tags: t.topics, Language: t.language}
		for _, a := range t.authors {
			i.Authors = append(i.Authors, author{a.name, a.href})
		}
		f.Items = append(f.Items, i)
	}
	return json.MarshalIndent(f, "", "  ")
}
