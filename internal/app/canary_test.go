package app_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// canary stands in everything that no reader may meet. No other word of the paper holds it.
const canary = "kanari"

// sung is a canary of its own for a state and a field.
func sung(state, field string) string { return canary + "-" + state + "-" + field }

// filled is a content that is full of canaries.
func filled(state string) news.Content {
	c := func(field string) string { return sung(state, field) }
	return news.Content{
		Headline: c("headline"), Kicker: c("kicker"), Standfirst: c("standfirst"), Bylines: []string{c("byline")}, Dateline: c("dateline"),
		Section: news.Slug(c("section")), Topics: []news.Slug{news.Slug(c("topic"))}, Language: "en-x-" + canary,
		Body: "{{EUR/USD}} " + c("body"), Images: []news.Image{{Media: c("media") + ".jpg", Alt: c("alt"), Caption: c("caption"), Credit: c("credit")}},
	}
}

// desk is a newsroom in which every step must succeed.
type desk struct {
	*news.Newsroom
	t *testing.T
}

func (d desk) save(s news.Submission) news.StoryID {
	d.t.Helper()
	s.Author, s.Person, s.Reason = sung("desk", "author"), sung("desk", "person"), sung("desk", "reason")
	r, err := d.Save(d.t.Context(), s)
	if err != nil {
		d.t.Fatal(err)
	}
	return r.Story
}

func (d desk) move(id news.StoryID, m news.Move) {
	d.t.Helper()
	m.By, m.Person, m.Reason = sung("desk", "editor"), sung("desk", "person"), sung("desk", "reason")
	if _, err := d.Move(d.t.Context(), id, m); err != nil {
		d.t.Fatal(err)
	}
}

// A small paper with stories in every state is read from end to end, and no canary is heard; then all of it is published,
// and each is.
func TestNoReaderMeetsWhatIsNotPublished(t *testing.T) {
	config := app.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Name: "Courant", Base: "EUR"}
	a, err := app.New(t.Context(), config, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	yesterday := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)
	bank := market.Source{ID: "bank", Name: "A Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free}
	said := market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("1.18"), market.Moment{At: yesterday, Seen: yesterday.Add(time.Hour)}, "bank", "")
	if _, err := a.Ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{said}, nil); err != nil {
		t.Fatal(err)
	}
	d := desk{a.Newsroom, t}
	far := time.Now().Add(24 * time.Hour)
	ids := map[string]news.StoryID{}
	for _, state := range []string{"draft", "review", "ready", "scheduled", "embargoed", "withdrawn"} {
		ids[state] = d.save(news.Submission{Slug: news.Slug(sung(state, "slug")), Content: filled(state)})
	}
	d.move(ids["review"], news.Move{To: news.Review, Revision: 1})
	for _, state := range []string{"ready", "scheduled", "embargoed"} {
		d.move(ids[state], news.Move{To: news.Ready, Revision: 1})
	}
	d.move(ids["scheduled"], news.Move{To: news.Scheduled, Revision: 1, At: far})
	d.move(ids["embargoed"], news.Move{To: news.Embargoed, Revision: 1, At: far})
	d.move(ids["withdrawn"], news.Move{To: news.Published, Revision: 1})
	for n, e := range []news.Entry{{}, {Corrects: 1, Notice: news.Notice{Kind: news.FactCorrection, Text: sung("withdrawn", "notice")}}} {
		e.Headline, e.Body, e.Author, e.Person = sung("withdrawn", "entry"), "{{EUR/USD}} "+sung("withdrawn", fmt.Sprint("entry", n)), sung("withdrawn", "reporter"), sung("desk", "person")
		if _, err := d.Tell(t.Context(), ids["withdrawn"], e); err != nil {
			t.Fatal(err)
		}
	}
	d.move(ids["withdrawn"], news.Move{To: news.Withdrawn, Revision: 1, Notice: news.Notice{Text: "It rested on a mistake."}})

	// One story is live. Its next revision is staged; what the desk says among itself of it is told to nobody.
	ids["staged"] = d.save(news.Submission{Slug: "live", Content: news.Content{Headline: "A live story", Section: "news", Topics: []news.Slug{"euro"}, Body: "{{EUR/USD}}"}})
	d.move(ids["staged"], news.Move{To: news.Published, Revision: 1})
	if _, err := d.Tell(t.Context(), ids["staged"], news.Entry{Body: "It begins.", Author: "A. Reporter", Person: sung("desk", "person")}); err != nil {
		t.Fatal(err)
	}
	d.save(news.Submission{ID: ids["staged"], BasedOn: 1, Content: news.Content{Headline: "A live story", Section: "news", Body: "{{EUR/USD to 1}}"}})
	d.move(ids["staged"], news.Move{To: news.Published, Revision: 2, Notice: news.Notice{Kind: news.Minor}})
	d.save(news.Submission{ID: ids["staged"], BasedOn: 2, Content: filled("staged")})
	d.move(ids["staged"], news.Move{To: news.Ready, Revision: 3})
	d.move(ids["staged"], news.Move{To: news.Scheduled, Revision: 3, At: far, Notice: news.Notice{Kind: news.FactCorrection, Text: sung("staged", "notice")}})
	revised := market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("1.29"), market.Moment{At: yesterday, Seen: time.Now()}, "bank", "")
	if _, err := a.Ledger.Record(t.Context(), []market.Source{bank}, []market.Observation{revised}, nil); err != nil {
		t.Fatal(err)
	}
	affected, err := d.Affected(t.Context())
	if err != nil || len(affected) != 1 || d.Dismiss(t.Context(), affected[0], sung("desk", "editor"), sung("desk", "person"), sung("desk", "reason")) != nil {
		t.Fatal(affected, err)
	}

	serve(t, a)
	c := crawl{t: t, address: "http://" + a.Addr(), seen: map[string]string{}}
	today := time.Now().UTC().Format("/2006/01/02/")
	c.from("/", "/corrections", "/sources", "/markets/", "/markets/shares/", "/numbers/"+string(said.ID), "/rates/EUR-USD", "/topics/euro", "/sections/news", "/api/",
		"/api/v1/board", "/api/v1/sources", "/api/v1/rates/EUR-USD", "/api/openapi.json", "/feeds/sources/bank.atom", "/feeds/rates/EUR-USD.atom", "/embed",
		"/latest", "/v1/latest", "/v2/rates", "/api/latest.json", "/live", "/v4/latest/EUR", "/mcp", "/search?q="+canary, "/sitemap.xml", "/robots.txt", "/news-sitemap.xml", "/llms.txt",
		"/feed.atom", "/feed.rss", "/feed.json", "/archive", today, "/cards/paper.png", "/oembed?url="+url.QueryEscape("http://"+a.Addr()+today+"live"), today+"live")
	if len(c.seen) < 60 || !strings.Contains(c.seen["/"], "A live story") || !strings.Contains(c.seen[today+"live"], "It begins.") {
		t.Fatalf("the crawl found %d pages and not what is published", len(c.seen))
	}
	for path, body := range c.seen {
		if at := strings.Index(strings.ToLower(body), canary); at >= 0 && !strings.Contains(path, canary) {
			t.Errorf("%s sings: …%s…", path, body[max(0, at-60):min(len(body), at+80)])
		}
	}
	for state := range ids {
		for _, path := range []string{
			today + sung(state, "slug"), "/sections/" + sung(state, "section"), "/topics/" + sung(state, "topic"), "/authors/" + sung(state, "byline"),
			"/cards" + today + sung(state, "slug") + "-1.png", "/oembed?url=" + url.QueryEscape("http://"+a.Addr()+today+sung(state, "slug")),
		} {
			status, body := c.get(path)
			asked := strings.TrimSuffix(path[strings.LastIndexAny(path, "/F")+1:], "-1.png") // of an address in an address the last part too
			want := http.StatusNotFound
			if state == "withdrawn" && strings.Contains(path, sung(state, "slug")) {
				want = http.StatusGone
			}
			if status != want || strings.Contains(strings.ReplaceAll(body, asked, ""), canary) {
				t.Errorf("%s: %d, %.2000s", path, status, body)
			}
		}
	}
	if body := c.post("/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rates","arguments":{"base":"EUR"}}}`); !strings.Contains(body, "1.29") || strings.Contains(body, canary) {
		t.Errorf("the tool says %.500s", body)
	}
	// Nor is it found by its words, or by words like them.
	fields := []string{"headline", "kicker", "standfirst", "byline", "dateline", "section", "topic", "body"}
	for _, state := range []string{"draft", "review", "ready", "scheduled", "embargoed", "withdrawn", "staged"} {
		for _, field := range append(fields, "entry0", "entry", "notice", "media", "alt") {
			for _, words := range []string{canary + " " + state + " " + field, canary + "a", "knaari"} {
				c.findsNothing(words)
			}
		}
	}

	// The control: once they are published, readers meet them.
	for _, state := range []string{"draft", "review"} {
		if state == "review" {
			d.move(ids[state], news.Move{To: news.Ready, Revision: 1})
		}
		d.move(ids[state], news.Move{To: news.Published, Revision: 1})
	}
	for _, state := range []string{"ready", "scheduled"} {
		d.move(ids[state], news.Move{To: news.Published, Revision: 1})
	}
	d.move(ids["staged"], news.Move{To: news.Published, Revision: 3})
	if _, err := d.Move(t.Context(), ids["embargoed"], news.Move{To: news.Published, Revision: 1, By: "editor"}); err == nil {
		t.Error("an embargo was broken")
	}
	c.seen = map[string]string{}
	c.from("/", "/corrections")
	var all strings.Builder
	for _, body := range c.seen {
		all.WriteString(body)
	}
	for _, state := range []string{"draft", "review", "ready", "scheduled", "staged"} {
		for _, field := range fields {
			if path := "/search?q=" + sung(state, field); !strings.Contains(c.body(path), "class=\"found stories\"") {
				t.Errorf("%s finds nothing", path)
			}
			if !strings.Contains(all.String(), sung(state, field)) {
				t.Errorf("published, and yet nobody meets %s", sung(state, field))
			}
		}
	}
	for _, never := range []string{canary + "-desk", canary + "-embargoed", canary + "-withdrawn"} {
		if strings.Contains(all.String(), never) {
			t.Errorf("readers meet %s", never)
		}
	}
	if !strings.Contains(c.seen["/corrections"], sung("staged", "notice")) {
		t.Error("the correction is not in the list")
	}
}

// crawl reads a paper from address to address.
type crawl struct {
	t       *testing.T
	address string
	seen    map[string]string // what each says
}

var link = regexp.MustCompile(`(?:href|src)="(/[^"#]*)`)

func (c crawl) from(queue ...string) {
	for ; len(queue) > 0; queue = queue[1:] {
		path := queue[0]
		if _, known := c.seen[path]; known {
			continue
		}
		_, c.seen[path] = c.get(path)
		for _, m := range link.FindAllStringSubmatch(c.seen[path], -1) {
			if next := strings.ReplaceAll(m[1], "&amp;", "&"); !slices.Contains(queue, next) && !strings.HasPrefix(next, "/assets/") {
				queue = append(queue, next)
			}
		}
	}
}

// findsNothing looks for some words, as a reader and as a program do.
func (c crawl) findsNothing(words string) {
	c.t.Helper()
	page := c.body("/search?q=" + url.QueryEscape(words))
	if strings.Contains(page, "class=\"found") || strings.Contains(page, "<mark>") || !strings.Contains(page, "Nothing was found") {
		c.t.Errorf("%q finds %.3000s", words, page)
	}
	reply := c.body("/api/v1/search?q=" + url.QueryEscape(words))
	if !strings.Contains(reply, `"stories":[]`) || !strings.Contains(reply, `"instead":[]`) {
		c.t.Errorf("%q finds %s", words, reply)
	}
}

func (c crawl) body(path string) string {
	c.t.Helper()
	_, body := c.get(path)
	return body
}

func (c crawl) get(path string) (status int, body string) {
	c.t.Helper()
	resp, body := fetched(c.t, c.address+path)
	return resp.StatusCode, body
}

func (c crawl) post(path, request string) string {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.address+path, strings.NewReader(request))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		c.t.Fatal(err)
	}
	return string(body)
}
