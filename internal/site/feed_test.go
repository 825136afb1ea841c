package site_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/news"
)

// text fetches what no browser shows.
func (p *paper) text(t *testing.T, path, kind string) string {
	t.Helper()
	r, err := p.Client().Get(p.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != kind {
		t.Fatalf("%s: %s, %q: %s", path, r.Status, r.Header.Get("Content-Type"), body)
	}
	return string(body)
}

// feedKinds are the types of feeds by how their addresses end.
var feedKinds = map[string]string{
	".atom": "application/atom+xml; charset=utf-8", ".rss": "application/rss+xml; charset=utf-8", ".json": "application/feed+json; charset=utf-8",
}

func TestStoriesAreFollowedInEveryFormatWithTheirFiguresAsPrinted(t *testing.T) {
	p := full(t)
	for path, kind := range map[string]string{
		"/feed.atom": "application/atom+xml; charset=utf-8", "/sections/economy/feed.rss": "application/rss+xml; charset=utf-8",
		"/feed.rss": "application/rss+xml; charset=utf-8", "/feed.json": "application/feed+json; charset=utf-8", "/sections/economy/feed.atom": "application/atom+xml; charset=utf-8",
	} {
		body := p.text(t, path, kind)
		if strings.HasSuffix(path, ".json") {
			var feed struct {
				Items []struct{ ID, URL, Title, Content string }
			}
			if err := json.Unmarshal([]byte(body), &feed); err != nil || len(feed.Items) == 0 || !strings.HasPrefix(feed.Items[0].URL, p.URL+"/2026/") {
				t.Errorf("%s: %v, %.300s", path, err, body)
			}
		} else if err := wellFormed(body); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for _, want := range []string{p.URL + "/2026/02/0", "1.95583", "urn:courant:story:"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q: %.500s", path, want, body)
			}
		}
		for _, no := range []string{"<button", "popover", "{{", "\"/2026/"} {
			if strings.Contains(body, no) {
				t.Errorf("%s holds %q", path, no)
			}
		}
	}
	for _, path := range []string{"/sections/nothing/feed.atom", "/topics/nothing/feed.rss", "/sections/no-such/feed.json"} {
		p.get(t, path, http.StatusNotFound)
	}
}

func wellFormed(body string) error {
	d := xml.NewDecoder(strings.NewReader(body))
	for {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestCorrectionsAreFollowed(t *testing.T) {
	p := full(t)
	m := p.story(t, "the-lev-is-gone")
	p.correct(t, m, func(c *news.Content) { c.Body += "\n\nMore." }, news.Notice{Kind: news.FactCorrection, Text: "The lev <left> in January."})
	for _, path := range []string{"/corrections/feed.atom", "/corrections/feed.rss"} {
		kind := map[string]string{"atom": "application/atom+xml; charset=utf-8", "rss": "application/rss+xml; charset=utf-8"}[path[strings.LastIndexByte(path, '.')+1:]]
		body := p.text(t, path, kind)
		if err := wellFormed(body); err != nil || !strings.Contains(body, "The lev &amp;lt;left&amp;gt; in January.") {
			t.Errorf("%s: %v, %s", path, err, body)
		}
	}
}

func TestMachinesFindWhatTheyLookFor(t *testing.T) {
	p := full(t)
	sitemap := p.text(t, "/sitemap.xml", "application/xml; charset=utf-8")
	if err := wellFormed(sitemap); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"<loc>" + p.URL + "/</loc>", "<loc>" + p.URL + "/markets/currencies/USD</loc>", "<loc>" + p.URL + "/2026/02/"} {
		if !strings.Contains(sitemap, want) {
			t.Errorf("the sitemap lacks %s: %.400s", want, sitemap)
		}
	}
	young := reading.Add(-time.Hour)
	p.print(t, "Of this very day", "markets", "Words.", young)
	ofNews := p.text(t, "/news-sitemap.xml", "application/xml; charset=utf-8")
	if err := wellFormed(ofNews); err != nil || !strings.Contains(ofNews, "<news:title>Of this very day</news:title>") || strings.Count(ofNews, "<url>") != 1 {
		t.Errorf("the map of news: %v, %s", err, ofNews)
	}
	robots := p.text(t, "/robots.txt", "text/plain; charset=utf-8")
	if !strings.Contains(robots, "Sitemap: "+p.URL+"/sitemap.xml") || !strings.Contains(robots, "Disallow: /desk/") {
		t.Errorf("robots.txt says %s", robots)
	}
	var manifest struct{ Name string }
	if err := json.Unmarshal([]byte(p.text(t, "/manifest.webmanifest", "application/manifest+json; charset=utf-8")), &manifest); err != nil || manifest.Name != "The Test" {
		t.Errorf("the manifest names %q, %v", manifest.Name, err)
	}
	if text := p.text(t, "/llms.txt", "text/plain; charset=utf-8"); !strings.HasPrefix(text, "# The Test\n") || !strings.Contains(text, p.URL+"/corrections") {
		t.Errorf("llms.txt says %s", text)
	}
	head := p.get(t, "/", http.StatusOK).Find("head")
	for _, selector := range []string{"link[rel=manifest]", "link[rel=alternate][href='/feed.atom']", "meta[property='og:title']"} {
		if head.Find(selector).Length() != 1 {
			t.Errorf("the front has no %s", selector)
		}
	}
}
