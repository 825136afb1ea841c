package site_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/media"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/site"
	"github.com/courant-news/courant/internal/store/storetest"
)

// story returns the story that bears a slug.
func (p *paper) story(t *testing.T, slug news.Slug) news.Manuscript {
	t.Helper()
	m, err := p.newsroom.Manuscript(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// correct publishes the next revision of a story, with what it is to readers.
func (p *paper) correct(t *testing.T, m news.Manuscript, change func(*news.Content), n news.Notice) {
	t.Helper()
	c := m.Revisions[len(m.Revisions)-1].Content
	change(&c)
	r, err := p.newsroom.Save(t.Context(), news.Submission{ID: m.ID, BasedOn: len(m.Revisions), Content: c, Author: "editor"})
	if err == nil {
		_, err = p.newsroom.Move(t.Context(), m.ID, news.Move{To: news.Published, Revision: r.N, By: "editor", Notice: n})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestACorrectionStandsAtItsStoryAndInTheListOfAll(t *testing.T) {
	p := full(t)
	wantText(t, p.get(t, "/corrections", 200), "main", "Nothing has been corrected.")
	p.correct(t, p.story(t, "the-lev-is-gone"), func(c *news.Content) { c.Body = strings.Replace(c.Body, "dollar", "US dollar", 1) }, news.Notice{
		Kind: news.FigureCorrection, Text: "The dollar was given as </script><b>1.18</b>.", Figures: []string{"EUR/USD @2026-02-02"},
	})
	p.correct(t, p.story(t, "the-lev-is-gone"), func(c *news.Content) { c.Headline = "The lev is gone for good" }, news.Notice{Kind: news.Update, Text: "The bank has confirmed it."})
	doc := p.get(t, "/2026/02/02/the-lev-is-gone", 200)
	wantText(t, doc, "aside.correction", "Correction of a figure, 5 February 2026, 12:00 UTC: The dollar was given as </script><b>1.18</b>.")
	wantText(t, doc, "aside.update", "Update, 5 February 2026, 12:00 UTC: The bank has confirmed it.")
	if doc.Find("aside.correction").Length() != 1 || doc.Find("aside.correction b").Length() != 0 {
		t.Error("a notice is not text")
	}
	var article struct {
		Type       string `json:"@type"`
		Correction []struct {
			Type string `json:"@type"`
			Text string
		}
	}
	if err := json.Unmarshal([]byte(doc.Find("script[type='application/ld+json']").First().Text()), &article); err != nil || article.Type != "NewsArticle" ||
		len(article.Correction) != 1 || article.Correction[0].Type != "CorrectionComment" || !strings.Contains(article.Correction[0].Text, "</script>") {
		t.Errorf("machines are told %+v, %v", article, err)
	}
	list := p.get(t, "/corrections", 200)
	wantText(t, list, ".timeline li", "5 February 2026, 12:00 UTC", "The lev is gone for good", "Correction of a figure:", "EUR/USD @2026-02-02")
	if list.Find(".timeline li").Length() != 1 {
		t.Error("an update is listed as a correction")
	}
	href, _ := list.Find(".timeline h2 a").Attr("href")
	path, fragment, _ := strings.Cut(href, "#")
	if p.get(t, path, 200).Find("#"+fragment+".correction").Length() != 1 {
		t.Errorf("the list leads to %s, where no correction stands", href)
	}
	if !strings.Contains(list.Find("script[type='application/ld+json']").Text(), `"CorrectionComment"`) {
		t.Error("machines are not told of the list")
	}
	wantText(t, p.get(t, "/corrections?before=2026-02-05T12:00:00Z", 200), "main", "Nothing has been corrected.")
	p.get(t, "/corrections?before=yesterday", 400)
}

func TestAnOldNameLeadsToTheStoryAndAWithdrawnOneSaysSo(t *testing.T) {
	p := full(t)
	m := p.story(t, "the-lev-is-gone")
	if _, err := p.newsroom.Rename(t.Context(), m.ID, "farewell-to-the-lev", "editor", "", "clearer"); err != nil {
		t.Fatal(err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(p.URL + "/2026/02/02/the-lev-is-gone")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if to := resp.Header.Get("Location"); resp.StatusCode != http.StatusMovedPermanently || to != "/2026/02/02/farewell-to-the-lev" {
		t.Errorf("%d to %q", resp.StatusCode, to)
	}
	if got, _ := p.get(t, "/2026/02/02/farewell-to-the-lev", 200).Find("link[rel=canonical]").Attr("href"); got != p.URL+"/2026/02/02/farewell-to-the-lev" {
		t.Errorf("canonical %q", got)
	}
	if _, err := p.newsroom.Move(t.Context(), m.ID, news.Move{
		To: news.Withdrawn, Revision: 1, By: "editor", Reason: "secret reason", Notice: news.Notice{Text: "It was about another currency."},
	}); err != nil {
		t.Fatal(err)
	}
	for _, slug := range []string{"the-lev-is-gone", "farewell-to-the-lev"} {
		doc := p.get(t, "/2026/02/02/"+slug, http.StatusGone)
		wantText(t, doc, "main.error", "This was withdrawn", "withdrawn on 5 February 2026. It was about another currency.")
		if text := doc.Find("body").Text(); strings.Contains(text, "secret reason") || strings.Contains(text, "The lev is gone") {
			t.Errorf("the page says more: %s", text)
		}
	}
	p.get(t, "/sections/economy", 404)
}

func TestAStoryShowsWhatItIsAbout(t *testing.T) {
	p := full(t)
	p.correct(t, p.story(t, "the-lev-is-gone"), func(c *news.Content) {
		c.Kicker, c.Dateline, c.Language, c.Topics = "Euro area", "Sofia", "ar", []news.Slug{"euro", "central-banks"}
	}, news.Notice{Kind: news.Clarification, Text: "It is Bulgaria's."})
	doc := p.get(t, "/2026/02/02/the-lev-is-gone", 200)
	wantText(t, doc, ".head .kicker", "Euro area")
	wantText(t, doc, ".byline", "By A. Author, Sofia")
	wantText(t, doc, ".panel.topics", "Euro", "Central banks")
	if doc.Find("article.story[lang=ar][dir=rtl]").Length() != 1 {
		t.Error("the story does not say how it is written")
	}
	wantText(t, p.get(t, "/topics/central-banks", 200), ".list", "The lev is gone")
	if p.get(t, "/topics/euro", 200).Find("article.item[lang=ar][dir=rtl]").Length() != 1 {
		t.Error("the item does not say how it is written")
	}
	wantText(t, p.get(t, "/topics/gold", 404), "main", "has no topic")
}

func TestALiveStoryIsReadFromItsNewestEntry(t *testing.T) {
	p := full(t)
	m := p.story(t, "the-lev-is-gone")
	for _, e := range []news.Entry{
		{Headline: "Noon", Body: "It stood at {{EUR/BGN}}."},
		{Body: "It stood at {{EUR/USD}} dollars."},
		{Corrects: 1, Headline: "Noon", Body: "It *stood* at {{EUR/BGN}}.", Notice: news.Notice{Kind: news.FactCorrection, Text: "It was later."}},
	} {
		e.Author = "B. Reporter"
		if _, err := p.newsroom.Tell(t.Context(), m.ID, e); err != nil {
			t.Fatal(err)
		}
	}
	doc := p.get(t, "/2026/02/02/the-lev-is-gone", 200)
	if first, _ := doc.Find(".timeline > li").First().Attr("id"); first != "entry-2" || doc.Find(".timeline > li").Length() != 2 {
		t.Errorf("the first entry is %s of %d", first, doc.Find(".timeline > li").Length())
	}
	wantText(t, doc, "#entry-1", "Noon", "B. Reporter", "It stood at 1.95583.", "Correction, 5 February 2026, 12:00 UTC: It was later.")
	wantText(t, doc, "#entry-2-figure-1", "Central Bank", "1.1859")
	wantText(t, doc, ".byline", "Updated 5 February 2026, 12:00 UTC")
	ids := map[string]bool{}
	for _, n := range doc.Find("[id]").Nodes {
		for _, a := range n.Attr {
			if a.Key == "id" && ids[a.Val] {
				t.Errorf("two elements are named %s", a.Val)
			} else if a.Key == "id" {
				ids[a.Val] = true
			}
		}
	}
	list := p.get(t, "/corrections", 200)
	if href, _ := list.Find(".timeline h2 a").Attr("href"); href != "/2026/02/02/the-lev-is-gone#entry-1" {
		t.Errorf("the list leads to %s", href)
	}
}

func TestAStoryShowsItsPicturesAndNoOtherIsSeen(t *testing.T) {
	db := storetest.Open(t)
	now := func() time.Time { return reading }
	b := bus.New()
	p := &paper{ledger: market.NewLedger(db, b, market.LedgerOptions{Now: now})}
	p.newsroom = news.NewNewsroom(db, p.ledger, b, now)
	s, err := site.New(news.NewPaper(db), p.ledger, b, site.Options{Name: "The Test", Now: now, Pictures: db})
	if err != nil {
		t.Fatal(err)
	}
	p.Server = httptest.NewServer(s)
	t.Cleanup(p.Close)
	for _, letter := range []string{"a", "b", "c"} {
		name := strings.Repeat(letter, 26)
		if _, err := db.AddPicture(t.Context(), media.Picture{
			Name: name, Kind: media.JPEG, Width: 400, Height: 300, Hash: letter, Colour: "#c0ffee", At: reading,
			Renditions: []media.Rendition{{Name: name, Width: 400, Height: 300, Type: media.JPEG, Body: []byte("picture " + letter)}},
		}); err != nil {
			t.Fatal(err)
		}
	}
	picture := func(letter string) news.Image {
		return news.Image{Media: strings.Repeat(letter, 26), Alt: "A harbour", Caption: "The harbour.", Credit: "Photo: A. Author", FocusX: 900, FocusY: 100}
	}
	content := news.Content{Headline: "Harbour", Section: "news", Body: "Text.", Images: []news.Image{picture("a"), {Media: strings.Repeat("z", 26), Decorative: true}}}
	r, err := p.newsroom.Save(t.Context(), news.Submission{Content: content, Author: "editor"})
	if err == nil {
		_, err = p.newsroom.Move(t.Context(), r.Story, news.Move{To: news.Published, Revision: 1, By: "editor", At: reading})
	}
	if err == nil {
		content.Images = append(content.Images, picture("b"))
		_, err = p.newsroom.Save(t.Context(), news.Submission{ID: r.Story, BasedOn: 1, Content: content, Author: "editor"})
	}
	if err != nil {
		t.Fatal(err)
	}
	doc := p.get(t, "/2026/02/05/harbour", 200)
	figure := doc.Find(".text > figure.picture")
	if alt, _ := figure.Find("img.focus-top-right").Attr("alt"); figure.Length() != 1 || alt != "A harbour" || figure.Find("figcaption").Text() != "The harbour. Photo: A. Author" {
		t.Errorf("%d pictures, of which the first shows %q", figure.Length(), alt)
	}
	for letter, want := range map[string]int{"a": http.StatusOK, "b": http.StatusNotFound, "c": http.StatusNotFound} {
		resp, err := p.Client().Get(p.URL + media.Prefix + strings.Repeat(letter, 26) + "-400.jpg")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("the picture %s: %d, want %d", letter, resp.StatusCode, want)
		}
	}
}
