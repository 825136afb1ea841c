package site

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// machine serves a text that programs look for at a fixed address.
func (s *Site) machine(kind string, write func(r *http.Request, address string) ([]byte, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		address := s.address(r)
		return s.cache.Serve(w, r, address+r.URL.Path, func() (*web.Page, error) {
			body, err := write(r, address)
			if err != nil {
				return nil, fmt.Errorf("write %s: %w", r.URL.Path, err)
			}
			return web.NewPage(body, web.PageOptions{ContentType: kind, CacheControl: web.ForReaders, Shared: web.ForNetworks}), nil
		})
	}
}

// Limits of sitemaps: what one may hold (sitemaps.org), and how young a story is that a map of news lists: two days, and
// at most a thousand (Google's help on news sitemaps).
const (
	inSitemap     = 50_000
	inNewsSitemap = 1_000
	newsAge       = 48 * time.Hour
	atOnce        = 500 // stories that are read at once
)

// mapped is an address in a sitemap.
type mapped struct {
	Address string     `xml:"loc"`
	Changed string     `xml:"lastmod,omitempty"`
	News    *newsEntry `xml:"news:news"`
}

type newsEntry struct {
	Name     string `xml:"news:publication>news:name"`
	Language string `xml:"news:publication>news:language"`
	Date     string `xml:"news:publication_date"`
	Title    string `xml:"news:title"`
}

// urlset is a sitemap.
type urlset struct {
	XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	News    string   `xml:"xmlns:news,attr,omitempty"`
	URLs    []mapped `xml:"url"`
}

// sitemap lists the pages that stand for themselves, and all stories, the newest first.
func (s *Site) sitemap(r *http.Request, address string) ([]byte, error) {
	t, err := s.today(r.Context())
	if err != nil {
		return nil, err
	}
	var set urlset
	add := func(path string, changed time.Time) {
		m := mapped{Address: address + path}
		if !changed.IsZero() {
			m.Changed = changed.UTC().Format(time.RFC3339)
		}
		set.URLs = append(set.URLs, m)
	}
	for _, path := range []string{"/", "/markets/", "/markets/shares/", "/convert", archivePath, "/corrections", "/sources", "/audit", "/audit/rules"} {
		add(path, time.Time{})
	}
	for _, section := range t.sections {
		add("/sections/"+string(section), time.Time{})
	}
	for _, c := range s.ledger.Currencies().Currencies() {
		if _, ok := t.board.Price(c.Code); ok {
			add("/markets/currencies/"+string(c.Code), time.Time{})
		}
	}
	s.mapDossiers(t, add)
	if err := s.mapLists(r.Context(), add); err != nil {
		return nil, err
	}
	err = s.stories(r, inSitemap-len(set.URLs), time.Time{}, func(a news.Article) { add(a.Path(), a.Updated) })
	if err != nil {
		return nil, err
	}
	return inXML(set)
}

// mapDossiers adds the dossiers with their events, actors and scenarios. Of a paper that has none there is no list of them.
func (s *Site) mapDossiers(t today, add func(path string, changed time.Time)) {
	if len(t.dossiers) > 0 {
		add(dossiersPath, time.Time{})
	}
	for _, one := range t.dossiers {
		d := s.dossierOf(t, one)
		add(d.Path(), d.Updated)
		for _, e := range d.Subject.Events {
			add(d.eventPath(e.ID), d.Updated)
		}
		for _, a := range d.Subject.Actors {
			if a.Into == "" {
				add(d.actorPath(a.ID), d.Updated)
			}
		}
		for _, one := range d.Subject.Scenarios {
			add(d.scenarioPath(one.ID), d.Updated)
		}
	}
}

// mapLists adds the lists of stories by author, year, month and day.
func (s *Site) mapLists(ctx context.Context, add func(path string, changed time.Time)) error {
	authors, err := s.paper.Authors(ctx)
	if err != nil {
		return err
	}
	days, err := s.paper.Days(ctx)
	if err != nil {
		return err
	}
	listed := map[string]bool{}
	once := func(path string) {
		if !listed[path] && len(listed) < inSitemap/2 {
			listed[path] = true
			add(path, time.Time{})
		}
	}
	for _, name := range authors {
		once(authorPath(name))
	}
	for _, d := range days {
		once(yearPath(d.Date))
		once(monthPath(d.Date))
		once(dayPath(d.Date))
	}
	return nil
}

// newsSitemap lists the stories of the last two days; older ones leave it by themselves.
func (s *Site) newsSitemap(r *http.Request, address string) ([]byte, error) {
	t, err := s.today(r.Context())
	if err != nil {
		return nil, err
	}
	set := urlset{News: "http://www.google.com/schemas/sitemap-news/0.9"}
	err = s.stories(r, inNewsSitemap, s.o.Now().Add(-newsAge), func(a news.Article) {
		language := t.spoken(a.Content)
		if language == "" {
			language = english
		}
		set.URLs = append(set.URLs, mapped{Address: address + a.Path(), News: &newsEntry{
			Name: t.masthead.Name, Language: language, Date: a.Published.UTC().Format(time.RFC3339), Title: a.Content.Headline,
		}})
	})
	if err != nil {
		return nil, err
	}
	return inXML(set)
}

// stories goes through the stories that were published since a moment, the newest first, at most so many.
func (s *Site) stories(r *http.Request, most int, since time.Time, each func(news.Article)) error {
	var before time.Time
	for most > 0 {
		articles, err := s.paper.Articles(r.Context(), news.Selection{Before: before, Limit: min(most, atOnce)})
		if err != nil {
			return err
		}
		for _, a := range articles {
			if a.Published.Before(since) {
				return nil
			}
			each(a)
		}
		if len(articles) < atOnce {
			return nil
		}
		before, most = articles[len(articles)-1].Published, most-len(articles)
	}
	return nil
}

// robots lets everybody read what readers read. What a search finds stands elsewhere; the desk asks for a session anyway, and
// that it is named here only saves requests.
func (s *Site) robots(_ *http.Request, address string) ([]byte, error) {
	return []byte("User-agent: *\nDisallow: /desk/\nDisallow: /search\n\nSitemap: " + address + "/sitemap.xml\nSitemap: " + address + "/news-sitemap.xml\n"), nil
}

// manifest lets a reader keep the paper among their apps (w3.org/TR/appmanifest).
func (s *Site) manifest(r *http.Request, _ string) ([]byte, error) {
	t, err := s.today(r.Context())
	if err != nil {
		return nil, err
	}
	type icon struct {
		Source string `json:"src"`
		Sizes  string `json:"sizes"`
		Type   string `json:"type"`
	}
	return json.MarshalIndent(struct {
		Name       string `json:"name"`
		Short      string `json:"short_name"`
		Start      string `json:"start_url"`
		Display    string `json:"display"`
		Background string `json:"background_color"`
		Theme      string `json:"theme_color"`
		Icons      []icon `json:"icons"`
	}{t.masthead.Name, t.masthead.Name, "/", "minimal-ui", string(news.LightPaper), string(news.LightPaper), []icon{{s.assets.URL("icon.svg"), "any", "image/svg+xml"}}}, "", "  ")
}

// forModels says in a few lines where programs that read find what they look for (llmstxt.org).
func (s *Site) forModels(r *http.Request, address string) ([]byte, error) {
	t, err := s.today(r.Context())
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n> A newspaper with the markets built in. Each number names its source, about when it was true, and when it was learnt.\n\n", t.masthead.Name)
	b.WriteString("A rate on a page is a source's own number, or arithmetic over such numbers that is shown beside it. Cite the number's own page, /numbers/…, with its source and its times.\n\n## To read\n\n")
	for _, l := range []struct{ name, path, about string }{
		{"Stories as JSON", "/feed.json", "the newest, with their whole text"},
		{"Sitemap", "/sitemap.xml", "every story"},
		{"Dossiers", dossiersPath, "who acts, what happened, who says what about it, each with its source, and what markets did beside it"},
		{"Archive", archivePath, "every story by year, month and day"},
		{"Corrections", "/corrections", "what the paper got wrong"},
		{"Board", "/markets/", "every currency against one base, now or as of a day"},
		{"Sources", "/sources", "who says the numbers, under which terms"},
	} {
		fmt.Fprintf(&b, "- [%s](%s%s): %s\n", l.name, address, l.path, l.about)
	}
	if s.o.Programs != "" {
		fmt.Fprintf(&b, "\n## For programs\n\n- [The interfaces](%s%s): rates, series, conversions and proof-reading, and the tools of the Model Context Protocol at %s/mcp\n", address, s.o.Programs, address)
	}
	return []byte(b.String()), nil
}
