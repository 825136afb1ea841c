package site_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/news"
)

// signed publishes a story with its by-lines.
func (p *paper) signed(t *testing.T, headline string, at time.Time, names ...string) {
	t.Helper()
	r, err := p.newsroom.Save(t.Context(), news.Submission{Content: news.Content{Headline: headline, Section: "news", Bylines: names, Dateline: "Sofia", Body: "Text."}, Author: "editor"})
	if err == nil {
		_, err = p.newsroom.Move(t.Context(), r.Story, news.Move{To: news.Published, Revision: 1, By: "editor", At: at})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnAuthorHasAPageWhateverTheirAlphabet(t *testing.T) {
	p := full(t)
	p.signed(t, "Two wrote this", friday, "Zoë Ångström", "Нина Иванова")
	p.signed(t, "An accent was lost", monday, "Zoe Angstrom")
	story := p.get(t, "/2026/01/30/two-wrote-this", 200)
	wantText(t, story, ".byline", "By Zoë Ångström, Нина Иванова, Sofia")
	links := story.Find(".byline a[rel=author]")
	nina, _ := links.Eq(1).Attr("href")
	if zoe, _ := links.Eq(0).Attr("href"); zoe != "/authors/zoe-angstrom" || !strings.HasPrefix(nina, "/authors/author-") {
		t.Errorf("the by-line leads to %q and %q", zoe, nina)
	}
	doc := p.get(t, "/authors/zoe-angstrom", 200)
	wantText(t, doc, "main", "Zoe Angstrom", "2 stories, the newest first.", "Two wrote this", "An accent was lost")
	wantText(t, p.get(t, nina, 200), "main", "Нина Иванова", "One story", "Two wrote this")
	if data := doc.Find("script[type='application/ld+json']").Text(); !strings.Contains(data, `"ProfilePage"`) || !strings.Contains(data, `"url":"`+p.URL+`/authors/zoe-angstrom"`) {
		t.Errorf("machines are told %s", data)
	}
	for end, kind := range feedKinds {
		if body := p.text(t, nina+"/feed"+end, kind); !strings.Contains(body, "Two wrote this") || strings.Contains(body, "An accent was lost") {
			t.Errorf("the feed %s holds %s", end, body)
		}
	}
	for _, path := range []string{"/authors/nobody", "/authors/No%20Slug", "/authors/nobody/feed.atom"} {
		p.get(t, path, http.StatusNotFound)
	}
}

func TestTwoNamesOfOneAddressShareAPage(t *testing.T) {
	p := full(t)
	p.signed(t, "The first", friday.Add(time.Hour), "Zoë Ek")
	p.signed(t, "The second", friday.Add(2*time.Hour), "Zoe Ek")
	doc := p.get(t, "/authors/zoe-ek", 200)
	wantText(t, doc, "main", "2 stories, the newest first", "The first", "The second")
	if name := doc.Find("h1").Text(); name != "Zoe Ek" {
		t.Errorf("the page is of %q, and not of the name that was signed last", name)
	}
}

func TestTheArchiveLeadsFromYearsToDaysAndFromDayToDay(t *testing.T) {
	p := full(t) // one story on 2 February 2026
	p.signed(t, "Of Friday", friday.Add(time.Hour), "A")
	p.signed(t, "Of Friday too", friday.Add(2*time.Hour), "A")
	p.signed(t, "Of last year", time.Date(2025, 12, 31, 23, 59, 59, 0, time.UTC), "A")
	wantText(t, p.get(t, "/archive", 200), "main", "2026 3 stories", "February 1", "January 2", "2025 One story", "December 1")
	wantText(t, p.get(t, "/2026/", 200), "main", "Archive", "2026", "3 stories.", "February 1", "Earlier 2025")
	wantText(t, p.get(t, "/2026/01/", 200), "main", "January 2026", "Friday 30 January 2", "Earlier December 2025", "Later February 2026")
	day := p.get(t, "/2026/01/30/", 200)
	wantText(t, day, "main", "30 January 2026", "2 stories.", "Of Friday", "Of Friday too", "Earlier 31 December 2025", "Later 2 February 2026")
	for _, rel := range []struct{ selector, href string }{
		{"link[rel=prev]", "/2025/12/31/"},
		{"link[rel=next]", "/2026/02/02/"},
		{".turns a[rel=prev]", "/2025/12/31/"},
		{".turns a[rel=next]", "/2026/02/02/"},
		{".trail a:nth-child(2)", "/2026/"},
	} {
		if href, _ := day.Find(rel.selector).Attr("href"); href != rel.href {
			t.Errorf("%s leads to %q, not %s", rel.selector, href, rel.href)
		}
	}
	for _, path := range []string{"/2024/", "/2026/03/", "/2026/01/29/", "/2026/02/30/", "/2026/13/", "/20x6/", "/nowhere/", "/a/b/c/"} {
		p.get(t, path, http.StatusNotFound)
	}
	client := *p.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for path, status := range map[string]int{"/2026": 301, "/2026/01": 301, "/2026/01/30": 301, "/nowhere": 404, "/a/b": 404, "/2026/02/30": 404} {
		resp, err := client.Get(p.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != status || status == 301 && resp.Header.Get("Location") != path+"/" {
			t.Errorf("%s: %d to %q, want %d", path, resp.StatusCode, resp.Header.Get("Location"), status)
		}
	}
	sitemap := p.text(t, "/sitemap.xml", "application/xml; charset=utf-8")
	for _, path := range []string{"/archive", "/authors/a", "/authors/a-author", "/2025/", "/2026/01/", "/2026/01/30/"} {
		if !strings.Contains(sitemap, "<loc>"+p.URL+path+"</loc>") {
			t.Errorf("the sitemap lacks %s", path)
		}
	}
	if d := empty(t).get(t, "/archive", 200); !strings.Contains(d.Find("main").Text(), "Nothing is printed yet") {
		t.Error("an empty archive does not say so")
	}
}
