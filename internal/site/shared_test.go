package site_test

import (
	"encoding/json"
	"encoding/xml"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/site"
	"github.com/courant-news/courant/internal/store/storetest"
)

const shownStory = "/2026/02/02/the-lev-is-gone"

func content(doc *goquery.Document, selector string) string {
	text, _ := doc.Find(selector).Attr("content")
	return text
}

func TestAPageTellsOtherSitesHowItIsShownByWholeAddresses(t *testing.T) {
	p := full(t)
	doc := p.get(t, shownStory, 200)
	for selector, want := range map[string]string{
		"meta[property='og:url']": p.URL + shownStory, "meta[property='og:type']": "article", "meta[property='og:title']": "The lev is gone",
		"meta[property='og:description']": "What remains.", "meta[property='og:image']": p.URL + "/cards/2026/02/02/the-lev-is-gone-1.png",
		"meta[property='og:image:width']": "1200", "meta[property='og:image:height']": "630", "meta[property='og:image:alt']": "The lev is gone – The Test, 2 February 2026",
		"meta[name='twitter:card']": "summary_large_image", "meta[property='article:published_time']": "2026-02-02T17:00:00Z",
		"meta[property='article:section']": "Economy", "meta[property='article:author']": p.URL + "/authors/a-author",
	} {
		if got := content(doc, selector); got != want {
			t.Errorf("%s says %q, not %q", selector, got, want)
		}
	}
	var story struct {
		ID        string `json:"@id"`
		Image     []string
		Free      bool `json:"isAccessibleForFree"`
		Author    []struct{ Name, URL string }
		Publisher struct {
			Name string
			Logo struct{ URL string }
		}
	}
	if err := json.Unmarshal([]byte(doc.Find("script[type='application/ld+json']").First().Text()), &story); err != nil || story.ID != p.URL+shownStory || !story.Free ||
		len(story.Image) != 1 || !strings.HasPrefix(story.Image[0], p.URL) || len(story.Author) != 1 || story.Author[0].URL != p.URL+"/authors/a-author" ||
		story.Publisher.Name != "The Test" || !strings.HasPrefix(story.Publisher.Logo.URL, p.URL) {
		t.Errorf("machines are told %+v, %v", story, err)
	}
	for _, path := range []string{"/", "/markets/", "/rates/EUR-USD", "/sections/economy"} {
		doc := p.get(t, path, 200)
		if at := content(doc, "meta[property='og:url']"); at != p.URL+path || content(doc, "meta[property='og:image']") != p.URL+"/cards/paper.png" {
			t.Errorf("%s is shown as %q with %q", path, at, content(doc, "meta[property='og:image']"))
		}
	}
	rate := p.get(t, "/rates/EUR-USD", 200).Find("script[type='application/ld+json']").Text()
	for _, want := range []string{`"ExchangeRateSpecification"`, `"currency":"EUR"`, `"price":"1.1859"`, `"priceCurrency":"USD"`} {
		if !strings.Contains(rate, want) {
			t.Errorf("the pair's page lacks %s: %s", want, rate)
		}
	}
	if n := p.get(t, "/rates/EUR-USD?as-of=2026-01-30", 200).Find("script[type='application/ld+json']").Length(); n != 0 {
		t.Error("a rate of the past is told as the current one")
	}
	if n := p.get(t, "/nowhere", 404).Find("link[rel=canonical],meta[property='og:url']").Length(); n != 0 {
		t.Error("what is not there has an address")
	}
}

// Pages are kept by the address under which the paper was asked, so that nobody can put an address of theirs into other readers' pages.
func TestNoOtherReadersPageNamesTheHostThatSomebodyAskedFor(t *testing.T) {
	p := full(t)
	ask := func(host string) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+shownStory, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		resp, err := p.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	if !strings.Contains(ask("evil.example"), "http://evil.example/2026") {
		t.Fatal("the host that was asked for is not named")
	}
	if own := ask("paper.example"); strings.Contains(own, "evil.example") || !strings.Contains(own, "http://paper.example"+shownStory) {
		t.Error("the page of one reader stands in another's")
	}
}

func TestTheOperatorsAddressIsNamedWhoeverAsks(t *testing.T) {
	db := storetest.Open(t)
	now := func() time.Time { return reading }
	b := bus.New()
	ledger := market.NewLedger(db, b, market.LedgerOptions{Now: now})
	s, err := site.New(news.NewPaper(db), ledger, b, site.Options{Now: now, URL: "https://paper.example", Hub: "https://hub.example/"})
	if err != nil {
		t.Fatal(err)
	}
	p := &paper{ledger: ledger, newsroom: news.NewNewsroom(db, ledger, b, now), Server: httptest.NewServer(s)}
	t.Cleanup(p.Close)
	p.print(t, "The lev is gone", "economy", "Words.", time.Date(2026, 2, 2, 17, 0, 0, 0, time.UTC))
	if at, _ := p.get(t, shownStory, 200).Find("link[rel=canonical]").Attr("href"); at != "https://paper.example"+shownStory {
		t.Errorf("canonical %q", at)
	}
	if robots := p.text(t, "/robots.txt", "text/plain; charset=utf-8"); strings.Count(robots, "Sitemap: https://paper.example/") != 2 {
		t.Errorf("robots.txt says %s", robots)
	}
	for end, want := range map[string][]string{
		".atom": {`rel="hub" href="https://hub.example/"`, `href="https://paper.example/feed.atom"`},
		".rss":  {`rel="hub" href="https://hub.example/"`, `href="https://paper.example/feed.rss"`},
		".json": {`"type": "WebSub"`, `"url": "https://hub.example/"`, `"feed_url": "https://paper.example/feed.json"`},
	} {
		body := p.text(t, "/feed"+end, feedKinds[end])
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("the feed %s lacks %s: %.600s", end, w, body)
			}
		}
		resp, err := p.Client().Head(p.URL + "/feed" + end)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if links := strings.Join(resp.Header["Link"], ", "); links != `<https://hub.example/>; rel="hub", <https://paper.example/feed`+end+`>; rel="self"` {
			t.Errorf("the header of the feed %s links to %s", end, links)
		}
		if resp.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("scripts elsewhere may not read the feed %s", end)
		}
	}
}

func TestACardIsDrawnOfWhatIsPublishedOnly(t *testing.T) {
	p := full(t)
	get := func(path, tag string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("If-None-Match", tag)
		client := *p.Client()
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		return resp
	}
	const card = "/cards" + shownStory
	first := get(card+"-1.png", "")
	config, err := png.DecodeConfig(first.Body)
	if err != nil || config.Width != 1200 || config.Height != 630 || first.Header.Get("Content-Type") != "image/png" || first.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("the card: %+v, %v, %v", config, err, first.Header)
	}
	tag := first.Header.Get("ETag")
	if again := get(card+"-1.png", tag); again.StatusCode != http.StatusNotModified {
		t.Errorf("the same card again: %s", again.Status)
	}
	m := p.story(t, "the-lev-is-gone")
	draft := news.Content{Headline: "Not yet", Section: "economy", Body: "Secret."}
	if _, err := p.newsroom.Save(t.Context(), news.Submission{ID: m.ID, BasedOn: 1, Content: draft, Author: "editor"}); err != nil {
		t.Fatal(err)
	}
	if r := get(card+"-2.png", ""); r.StatusCode != http.StatusFound || r.Header.Get("Location") != card+"-1.png" {
		t.Errorf("the card of a revision that is no reader's: %s", r.Status)
	}
	for _, path := range []string{card + ".png", card + "-1.jpg", "/cards/2026/02/03/the-lev-is-gone-1.png", "/cards/2026/02/02/not-yet-1.png", "/cards/2026/02/02/-1.png"} {
		if r := get(path, ""); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
	if _, err := p.newsroom.Move(t.Context(), m.ID, news.Move{To: news.Withdrawn, Revision: 2, By: "editor", Reason: "r", Notice: news.Notice{Text: "Gone."}}); err != nil {
		t.Fatal(err)
	}
	if r := get(card+"-1.png", tag); r.StatusCode != http.StatusGone {
		t.Errorf("the card of a story that was withdrawn: %s", r.Status)
	}
	if r := get("/cards/paper.png", ""); r.StatusCode != http.StatusOK {
		t.Errorf("the paper's card: %s", r.Status)
	}
}

func TestOtherSitesAskHowAStoryIsShown(t *testing.T) {
	p := full(t)
	p.signed(t, `Quotes "& <tags>"`, monday, "A <b>")
	ask := func(query url.Values) (int, string, []byte) {
		resp, err := p.Client().Get(p.URL + "/oembed?" + query.Encode())
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, resp.Header.Get("Content-Type"), body
	}
	found, _ := p.get(t, shownStory, 200).Find("link[type='application/json+oembed']").Attr("href")
	address, err := url.Parse(found)
	if err != nil || !strings.HasPrefix(found, p.URL+"/oembed?") {
		t.Fatalf("a story is shown as %q says, %v", found, err)
	}
	status, kind, body := ask(address.Query())
	var reply struct {
		Type, Version, Title, HTML string
		Paper                      string `json:"provider_name"`
		Card                       string `json:"thumbnail_url"`
		Width                      int
		Height                     *int
	}
	if err := json.Unmarshal(body, &reply); err != nil || status != 200 || kind != "application/json; charset=utf-8" || reply.Type != "rich" || reply.Version != "1.0" ||
		reply.Title != "The lev is gone" || reply.Paper != "The Test" || reply.Width != 600 || reply.Height != nil || reply.Card != p.URL+"/cards/2026/02/02/the-lev-is-gone-1.png" {
		t.Errorf("%d %s %s, %v", status, kind, body, err)
	}
	_, kind, body = ask(url.Values{"url": {p.URL + "/2026/02/02/quotes-tags"}, "format": {"xml"}, "maxwidth": {"300"}})
	var inXML struct {
		XMLName xml.Name `xml:"oembed"`
		HTML    string   `xml:"html"`
		Card    string   `xml:"thumbnail_url"`
		Width   int      `xml:"width"`
	}
	if err := xml.Unmarshal(body, &inXML); err != nil || kind != "text/xml; charset=utf-8" || inXML.Width != 300 || inXML.Card != "" {
		t.Errorf("as XML: %s %s, %v", kind, body, err)
	}
	shown, err := goquery.NewDocumentFromReader(strings.NewReader(inXML.HTML))
	if err != nil || shown.Find("blockquote a strong").Text() != `Quotes "& <tags>"` || shown.Find("script, style, [style], b, tags").Length() != 0 {
		t.Errorf("it is shown as %s, %v", inXML.HTML, err)
	}
	for _, c := range []struct {
		query  url.Values
		status int
	}{
		{url.Values{}, 400},
		{url.Values{"url": {p.URL + shownStory}, "maxwidth": {"wide"}}, 400},
		{url.Values{"url": {p.URL + shownStory}, "format": {"yaml"}}, 501},
		{url.Values{"url": {"https://other.example" + shownStory}}, 404},
		{url.Values{"url": {"ftp" + strings.TrimPrefix(p.URL, "http") + shownStory}}, 404},
		{url.Values{"url": {p.URL + "/markets/"}}, 404},
		{url.Values{"url": {p.URL + "/2026/02/02/no-such"}}, 404},
		{url.Values{"url": {p.URL + "/2026/02/02/No Slug"}}, 404},
		{url.Values{"url": {"%zz"}}, 400},
	} {
		if status, _, body := ask(c.query); status != c.status {
			t.Errorf("%v: %d, want %d: %s", c.query, status, c.status, body)
		}
	}
}

func FuzzOEmbed(f *testing.F) {
	db := storetest.Open(f)
	b := bus.New()
	s, err := site.New(news.NewPaper(db), market.NewLedger(db, b, market.LedgerOptions{}), b, site.Options{URL: "https://paper.example"})
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{"https://paper.example" + shownStory, "https://paper.example/2026/02/02/%2e%2e", "//paper.example/1/2/3/4", "\x00", "https://paper.example/a/b/c/d?x#y"} {
		f.Add(text, "600")
	}
	f.Fuzz(func(t *testing.T, text, width string) {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/oembed?"+url.Values{"url": {text}, "maxwidth": {width}}.Encode(), nil))
		if w.Code != http.StatusNotFound && w.Code != http.StatusBadRequest {
			t.Errorf("%q: %d", text, w.Code)
		}
	})
}

func TestTheBoardStandsOutsideTheArticle(t *testing.T) {
	doc := full(t).get(t, shownStory, 200)
	if doc.Find("article .board, article .shares, article .quotes").Length() != 0 || doc.Find("main .panel.board").Length() != 1 {
		t.Error("the board stands in the article")
	}
}

func TestAMapOfNewsForgetsWhatIsOld(t *testing.T) {
	p := full(t) // its story is of three days ago
	p.signed(t, "Of two days ago and a second", reading.Add(-48*time.Hour-time.Second), "A")
	p.signed(t, "Of two days ago", reading.Add(-48*time.Hour), "A")
	if titles := p.text(t, "/news-sitemap.xml", "application/xml; charset=utf-8"); strings.Count(titles, "<url>") != 1 || !strings.Contains(titles, ">Of two days ago</news:title>") {
		t.Errorf("the map of news lists %s", titles)
	}
}
