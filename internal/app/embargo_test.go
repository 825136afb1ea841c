package app_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/media"
	"github.com/courant-news/courant/internal/news"
)

// clock is one that a test moves.
type clock struct{ micros atomic.Int64 }

func (c *clock) now() time.Time   { return time.UnixMicro(c.micros.Load()).UTC() }
func (c *clock) set(at time.Time) { c.micros.Store(at.UnixMicro()) }

// embargoed is a story that waits for its time.
type embargoed struct {
	n       int
	id      news.StoryID
	slug    string
	due     time.Time
	picture string // the address of its picture; empty: it has none
}

// embargo is a paper with stories under embargo, and what is out.
type embargo struct {
	*testing.T
	app     *app.App
	clock   *clock
	out     map[string]bool // by number, as a canary has it
	fetches int
}

// everywhere are the addresses at which a paper tells what it has.
var everywhere = []string{
	"/", "/sections/news", "/topics/euro", "/corrections", "/sources", "/markets/", "/markets/shares/", "/markets/currencies/USD", "/rates/EUR-USD", "/audit", "/nothing",
	"/api/", "/api/openapi.json", "/api/v1/", "/api/v1/board", "/api/v1/board.csv", "/api/v1/sources", "/api/v1/currencies", "/api/v1/rates/EUR-USD", "/api/v1/nothing",
	"/feeds/sources/bank.atom", "/feeds/rates/EUR-USD.atom", "/feeds/nothing.atom", "/embed", "/embed/rate.js", "/latest", "/v1/latest", "/v2/rates", "/api/latest",
	"/api/latest.json", "/api/symbols", "/api/currencies.json", "/api/usage.json", "/live", "/list", "/v4/latest/EUR", "/v6/key/latest/EUR", "/mcp", "/healthz", "/readyz",
	"/search?q=" + canary, "/sitemap.xml", "/news-sitemap.xml", "/llms.txt", "/robots.txt", "/favicon.ico", "/feed.atom", "/feed.rss", "/feed.json",
	"/sections/news/feed.atom", "/topics/euro/feed.json", "/corrections/feed.rss", "/archive", "/cards/paper.png", "/2026/", "/2026/03/", "/2026/03/02/", "/2026/03/02/open", "/desk/", "/desk/stories", "/desk/sign-in",
}

// lists are those of them on which a published story appears.
var lists = []string{"/", "/sections/news", "/topics/euro"}

func TestAHundredEmbargoesHoldToTheMicrosecond(t *testing.T) {
	e := &embargo{T: t, clock: &clock{}, out: map[string]bool{}}
	e.clock.set(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
	e.open()
	before := e.marks()
	waiting := e.prepare(100)
	if after := e.marks(); !sameMarks(before, after) {
		t.Errorf("what is under embargo changed the lists: %v, then %v", before, after)
	}
	e.crawl()
	for i, s := range waiting {
		e.clock.set(s.due.Add(-time.Microsecond))
		if _, err := e.app.Newsroom.Due(t.Context()); err != nil {
			t.Fatal(err)
		}
		addresses := slices.Concat(everywhere, s.guesses(), waiting[rand.IntN(len(waiting)-i)+i].guesses())
		for _, path := range addresses {
			e.silent(path)
		}
		e.silentTools()
		early := e.marks()
		if !sameMarks(before, early) {
			t.Errorf("before story %d goes out the lists are %v, and were %v", s.n, early, before)
		}
		e.clock.set(s.due)
		if _, err := e.app.Newsroom.Due(t.Context()); err != nil {
			t.Fatal(err)
		}
		e.out[fmt.Sprintf("e%03d", s.n)] = true
		e.heard(s, early)
		before = e.marks()
		if i == len(waiting)/2 {
			e.crawl()
		}
		if t.Failed() {
			t.Fatalf("after %d of %d releases", i+1, len(waiting))
		}
	}
	e.crawl()
	t.Logf("%d embargoes, %d requests, no byte early", len(waiting), e.fetches)
}

// open opens a paper with one story.
func (e *embargo) open() {
	config := app.Config{Data: filepath.Join(e.TempDir(), "data"), Listen: "127.0.0.1:0", Name: "Courant", Base: "EUR", Now: e.clock.now}
	a, err := app.New(e.Context(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		e.Fatal(err)
	}
	e.app = a
	bank := market.Source{ID: "bank", Name: "A Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free}
	day := e.clock.now().Truncate(24 * time.Hour)
	said := market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("1.18"), market.Moment{At: day, Seen: day.Add(time.Hour)}, "bank", "")
	if _, err := a.Ledger.Record(e.Context(), []market.Source{bank}, []market.Observation{said}, nil); err != nil {
		e.Fatal(err)
	}
	serve(e.T, a)
	d := desk{a.Newsroom, e.T}
	id := d.save(news.Submission{Slug: "open", Content: news.Content{Headline: "An open story", Section: "news", Topics: []news.Slug{"euro"}, Body: "{{EUR/USD}}"}})
	d.move(id, news.Move{To: news.Published, Revision: 1})
}

// prepare writes stories and puts them under embargo until some moment of the day, and returns them in that order.
func (e *embargo) prepare(n int) []embargoed {
	d := desk{e.app.Newsroom, e.T}
	room := media.NewDarkroom(e.app.Store, media.Options{})
	var all []embargoed
	for n := range n {
		state := fmt.Sprintf("e%03d", n)
		s := embargoed{n: n, slug: sung(state, "slug"), due: e.clock.now().Add(time.Minute + time.Duration(rand.Int64N(int64(10*time.Hour)))).Truncate(time.Microsecond)}
		content := filled(state)
		content.Images = nil
		if n%2 == 0 { // beside stories that are out
			content.Section, content.Topics = "news", []news.Slug{"euro"}
		}
		if n%10 == 0 {
			p, err := room.Add(e.Context(), media.Upload{Body: patch(e.T, n), File: sung(state, "file") + ".png", By: "Olga"})
			if err != nil {
				e.Fatal(err)
			}
			s.picture = p.Renditions[0].Path()
			content.Images = []news.Image{{Media: p.Name, Alt: sung(state, "alt"), Caption: sung(state, "caption"), Credit: sung(state, "credit")}}
		}
		s.id = d.save(news.Submission{Slug: news.Slug(s.slug), Content: content})
		d.move(s.id, news.Move{To: news.Ready, Revision: 1})
		d.move(s.id, news.Move{To: news.Embargoed, Revision: 1, At: s.due})
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b embargoed) int { return a.due.Compare(b.due) })
	return all
}

// patch is a picture of one colour.
func patch(t *testing.T, n int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range m.Pix {
		m.Pix[i] = color.RGBA{uint8(n), uint8(n / 2), 90, 255}.A - uint8(n)*uint8(i%3)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (s embargoed) path() string { return "/2026/03/02/" + s.slug }

// guesses are the addresses that somebody tries who knows the story's name.
func (s embargoed) guesses() []string {
	state := fmt.Sprintf("e%03d", s.n)
	all := []string{
		s.path(), s.path() + "/", s.path() + ".json", s.path() + "?preview=1", s.path() + "?revision=1", "//2026/03/02/" + s.slug, "/2026/3/2/" + s.slug, "/2026/03/03/" + s.slug,
		strings.ToUpper(s.path()), "/" + s.slug, "/stories/" + s.slug, "/desk/stories/" + string(s.id), "/desk/stories/" + string(s.id) + "/preview", "/desk/stories/" + string(s.id) + "/marks.json",
		"/sections/" + sung(state, "section"), "/topics/" + sung(state, "topic"), "/feeds/sections/" + sung(state, "section") + ".atom", "/api/v1/stories/" + s.slug,
		"/authors/" + sung(state, "byline"), "/authors/" + sung(state, "byline") + "/feed.atom", "/cards" + s.path() + "-1.png", "/cards" + s.path() + "-2.png",
	}
	if s.picture != "" {
		all = append(all, s.picture, "/desk/pictures/"+strings.TrimPrefix(s.picture, media.Prefix))
	}
	return all
}

// ask asks for an address as it stands, without following where it leads.
func (e *embargo) ask(method, path, tag, send string) (*http.Response, string) {
	e.Helper()
	r, err := http.NewRequestWithContext(e.Context(), method, "http://"+e.app.Addr()+path, strings.NewReader(send))
	if err != nil {
		e.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "identity") // each encoding has a tag of its own
	if tag != "" {
		r.Header.Set("If-None-Match", tag)
	}
	if send != "" {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		e.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		e.Fatal(err)
	}
	e.fetches++
	return resp, string(body)
}

var singer = regexp.MustCompile(canary + `-(e\d+|desk)-\w+`)

// silent makes sure that an address tells nothing that is not out, in its text or its headers.
func (e *embargo) silent(path string) {
	e.Helper()
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		resp, body := e.ask(method, path, "", "")
		e.deaf(path, resp, body)
		if hidden := strings.HasPrefix(path, media.Prefix) || strings.Contains(path, "-slug"); hidden && resp.StatusCode < 300 {
			e.Errorf("%s %s: %s", method, path, resp.Status)
		}
	}
}

// deaf looks for canaries in a reply. What was asked for may be said again.
func (e *embargo) deaf(path string, resp *http.Response, body string) {
	e.Helper()
	var headers bytes.Buffer
	if err := resp.Header.Write(&headers); err != nil {
		e.Fatal(err)
	}
	for _, sings := range singer.FindAllStringSubmatch(strings.ToLower(headers.String()+body), -1) {
		if !e.out[sings[1]] && !strings.Contains(strings.ToLower(path), sings[0]) {
			e.Errorf("%s: %s sings %s early", path, resp.Status, sings[0])
			return
		}
	}
	if strings.HasPrefix(path, "/desk") && !noStore(resp) {
		e.Errorf("%s: %s may be kept: %q", path, resp.Status, resp.Header.Get("Cache-Control"))
	}
}

// noStore says whether no cache may keep a reply.
func noStore(r *http.Response) bool {
	return strings.Contains(r.Header.Get("Cache-Control"), "no-store")
}

// silentTools asks the tools for language models.
func (e *embargo) silentTools() {
	e.Helper()
	for _, call := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, `{"jsonrpc":"2.0","id":1,"method":"resources/list"}`, `{"jsonrpc":"2.0","id":1,"method":"prompts/list"}`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rates","arguments":{"base":"EUR"}}}`,
	} {
		resp, body := e.ask(http.MethodPost, "/mcp", "", call)
		e.deaf("/mcp", resp, body)
	}
}

// marks are what tells that a list has changed, without its text.
func (e *embargo) marks() map[string][]string {
	e.Helper()
	all := map[string][]string{}
	for _, path := range lists {
		resp, body := e.ask(http.MethodHead, path, "", "")
		whole, text := e.ask(http.MethodGet, path, "", "")
		if body != "" || whole.Header.Get("Etag") != resp.Header.Get("Etag") {
			e.Errorf("%s: HEAD is answered with %q and another tag than GET", path, body)
		}
		again, rest := e.ask(http.MethodGet, path, resp.Header.Get("Etag"), "")
		if again.StatusCode != http.StatusNotModified || rest != "" {
			e.Errorf("%s is %s for who has it", path, again.Status)
		}
		all[path] = []string{resp.Header.Get("Etag"), resp.Header.Get("Last-Modified"), resp.Header.Get("Content-Length"), strconv.Itoa(len(text))}
	}
	return all
}

func sameMarks(a, b map[string][]string) bool {
	for path, marks := range a {
		if !slices.Equal(marks, b[path]) {
			return false
		}
	}
	return true
}

// heard makes sure that readers find a story which has come out, at the latest once what caches keep is too old.
func (e *embargo) heard(s embargoed, early map[string][]string) {
	e.Helper()
	state := fmt.Sprintf("e%03d", s.n)
	find := map[string]string{s.path(): sung(state, "headline"), "/": sung(state, "headline"), "/sections/" + sung(state, "section"): sung(state, "headline")}
	if s.n%2 == 0 {
		delete(find, "/sections/"+sung(state, "section"))
		find["/sections/news"], find["/topics/euro"] = sung(state, "headline"), sung(state, "headline")
	}
	if s.picture != "" {
		find[s.picture] = ""
	}
	for path, text := range find {
		var resp *http.Response
		var body string
		for until, late := time.Now().Add(6*time.Second), false; !late; { // a list is kept for five seconds
			tag := ""
			if marks := early[path]; len(marks) > 0 {
				tag = marks[0]
			}
			late = time.Now().After(until) // before it is asked: on a busy machine an answer may be older than it comes
			resp, body = e.ask(http.MethodGet, path, tag, "")
			if resp.StatusCode == http.StatusOK && strings.Contains(body, text) {
				break
			}
		}
		if resp.StatusCode != http.StatusOK || !strings.Contains(body, text) {
			e.Errorf("%s, once %s is out: %s without %q", path, state, resp.Status, text)
		}
	}
}

// crawl reads the paper from end to end.
func (e *embargo) crawl() {
	e.Helper()
	c := crawl{t: e.T, address: "http://" + e.app.Addr(), seen: map[string]string{}}
	c.from(everywhere...)
	for path, body := range c.seen {
		for _, sings := range singer.FindAllStringSubmatch(strings.ToLower(body), -1) {
			if !e.out[sings[1]] && !(sings[1] == "desk" && strings.Contains(path, canary)) {
				e.Errorf("%s sings %s early", path, sings[0])
				break
			}
		}
	}
	e.fetches += len(c.seen)
}
