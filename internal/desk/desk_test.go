package desk_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/demo"
	"github.com/courant-news/courant/internal/desk"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/media"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/site"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/store/storetest"
)

// house is a whole paper, with its readers' pages and its desk on one server.
type house struct {
	*httptest.Server
	store    *store.DB
	newsroom *news.Newsroom
	ledger   *market.Ledger
	gate     *staff.Gate
	desk     *desk.Desk
	now      time.Time
}

// password is one that nobody guesses.
const password = "four cranes over Rotterdam"

func newHouse(t *testing.T) *house {
	t.Helper()
	return newHouseOn(t, storetest.Open(t))
}

// onEachEngine runs a test in a house over SQLite and in one over PostgreSQL.
func onEachEngine(t *testing.T, test func(t *testing.T, h *house)) {
	t.Run("SQLite", func(t *testing.T) { test(t, newHouse(t)) })
	t.Run("PostgreSQL", func(t *testing.T) {
		db, err := store.Open(t.Context(), must.Postgres(t))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		test(t, newHouseOn(t, db))
	})
}

func newHouseOn(t *testing.T, db *store.DB) *house {
	t.Helper()
	h := &house{store: db, now: time.Now()}
	clock := func() time.Time { return h.now }
	b := bus.New()
	h.ledger = market.NewLedger(h.store, b, market.LedgerOptions{Now: clock})
	h.newsroom = news.NewNewsroom(h.store, h.ledger, b, clock)
	if err := demo.Fill(t.Context(), h.ledger, h.newsroom); err != nil {
		t.Fatal(err)
	}
	paper, err := site.New(news.NewPaper(h.store), h.ledger, b, site.Options{Now: clock, Pictures: h.store})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", paper)
	h.Server = httptest.NewTLSServer(mux)
	t.Cleanup(h.Close)
	if h.gate, err = staff.New(h.store, staff.Options{Now: clock, Origin: "https://paper.example"}); err != nil {
		t.Fatal(err)
	}
	d, err := desk.New(h.newsroom, h.ledger, h.gate, desk.Options{
		Sheet: paper.Asset("courant.css"), Icon: paper.Asset("icon.svg"), Preview: paper.Preview, PreviewDossier: paper.PreviewDossier, Origin: h.URL,
		Pictures: h.store, Darkroom: media.NewDarkroom(h.store, media.Options{}), Now: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/desk/", d)
	h.desk = d
	return h
}

// browser is somebody's browser, without scripts.
type browser struct {
	*http.Client
	t    *testing.T
	home string
}

func (h *house) browser(t *testing.T) browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := h.Client()
	return browser{&http.Client{Transport: c.Transport, Jar: jar}, t, h.URL}
}

// page reads a reply of a status.
func (b browser) page(r *http.Response, err error, status int) *goquery.Document {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if r.StatusCode != status {
		b.t.Fatalf("%s %s: %s, want %d: %s", r.Request.Method, r.Request.URL, r.Status, status, said(body))
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	doc.Url = r.Request.URL
	return doc
}

// said is what a page says of what was done or not.
func said(body []byte) string {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		return string(body)
	}
	if text := strings.TrimSpace(doc.Find(".said").Text()); text != "" {
		return text
	}
	return doc.Text()
}

func (b browser) get(path string, status int) *goquery.Document {
	b.t.Helper()
	r, err := b.Get(b.at(path))
	return b.page(r, err, status)
}

func (b browser) post(path string, status int, fields ...string) *goquery.Document {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r, err := b.PostForm(b.at(path), form)
	return b.page(r, err, status)
}

func (b browser) at(path string) string {
	if strings.HasPrefix(path, "https://") {
		return path
	}
	return b.home + path
}

// owner sets the paper up.
func (h *house) owner(t *testing.T) browser {
	t.Helper()
	link, err := h.gate.Setup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := h.browser(t)
	b.get(link.At(""), http.StatusOK)
	doc := b.post(link.At(""), http.StatusOK, "name", "Olga Owner", "email", "olga@paper.example", "password", password, "again", password)
	if title := doc.Find("h1").Text(); title != "Today" {
		t.Fatalf("the owner comes to %q", title)
	}
	return b
}

// invited lets the owner invite somebody, who comes in.
func (h *house) invited(t *testing.T, owner browser, name string, role staff.Role) browser {
	t.Helper()
	email := strings.ToLower(strings.Fields(name)[0]) + "@paper.example"
	link := owner.post("/desk/staff", http.StatusOK, "name", name, "email", email, "role", string(role)).Find(".secret").Text()
	b := h.browser(t)
	b.post(link, http.StatusOK, "password", password, "again", password)
	return b
}

// written lets somebody write a story and returns its address at the desk.
func written(b browser, headline, body string, more ...string) string {
	b.t.Helper()
	doc := b.get("/desk/stories/new", http.StatusOK)
	at := doc.Url.Path
	fields := append([]string{"based-on", "0", "headline", headline, "section", "markets", "bylines", "Rosa Reporter", "body", body}, more...)
	if text := b.post(at, http.StatusOK, fields...).Find(".said").Text(); !strings.Contains(text, "Saved") {
		b.t.Fatalf("saving says %q", text)
	}
	return at
}

func TestAStoryIsWrittenReadPublishedAndCorrectedWithoutScripts(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	rosa := h.invited(t, owner, "Rosa Reporter", staff.Reporter)
	at := written(rosa, "What the euro bought", "One euro bought {{EUR/USD @2026-09-29}} dollars, and 100 dollars {{100 USD in EUR @2026-09-29}} euro.", "standfirst", "A rate.")
	preview := rosa.get(at+"/preview", http.StatusOK)
	value := preview.Find(".text button.figure data").First().Text()
	if value == "" {
		t.Fatalf("the preview has no figure: %s", preview.Find(".text").Text())
	}
	if r, err := h.browser(t).Get(h.URL + "/sections/markets"); err != nil || strings.Contains(read(t, r), "What the euro bought") {
		t.Errorf("a draft stands before readers, %v", err)
	}
	rosa.post(at+"/move", http.StatusOK, "to", "review", "revision", "1")
	if text := rosa.post(at+"/move", http.StatusForbidden, "to", "ready", "revision", "1").Find(".said").Text(); !strings.Contains(text, "may not review stories") {
		t.Errorf("a reporter who says that it is ready is told %q", text)
	}
	if text := owner.get("/desk/", http.StatusOK).Find(".panel:contains('To be read')").Text(); !strings.Contains(text, "What the euro bought") {
		t.Errorf("who is to read it finds today %q", text)
	}
	owner.post(at+"/notes", http.StatusOK, "text", "Who says so?")
	owner.post(at+"/move", http.StatusOK, "to", "ready", "revision", "1")
	doc := owner.post(at+"/move", http.StatusOK, "to", "published", "revision", "1")
	address, ok := doc.Find("a:contains('As readers see it')").Attr("href")
	if !ok {
		t.Fatalf("the page of a published story does not lead to it: %s", doc.Find("main").Text())
	}
	story := h.browser(t).get(address, http.StatusOK)
	if got := story.Find(".text button.figure data").First().Text(); got != value {
		t.Errorf("readers see %q, the preview showed %q", got, value)
	}
	if preview.Find("body > .unpublished").Length() != 1 || story.Find(".unpublished").Length() != 0 {
		t.Error("the preview does not say what it is, or the published story says so of itself")
	}
	if strings.Contains(story.Text(), "Who says so?") {
		t.Error("readers see a note")
	}
	// A correction is told in public.
	owner.post(at, http.StatusOK, "based-on", "1", "headline", "What the euro bought", "section", "markets", "body", "One euro bought {{EUR/USD @2026-09-28}} dollars.")
	if text := owner.post(at+"/move", http.StatusBadRequest, "to", "published", "revision", "2").Find(".said.problem").Text(); !strings.Contains(text, "say whether this is an update") {
		t.Errorf("a change of a live story without a notice: %q", text)
	}
	owner.post(at+"/move", http.StatusOK, "to", "published", "revision", "2", "notice", "figure", "notice-text", "The rate was of another day.")
	if text := h.browser(t).get("/corrections", http.StatusOK).Find("main").Text(); !strings.Contains(text, "The rate was of another day.") {
		t.Errorf("the corrections say %q", text)
	}
	changes := owner.get(at+"/changes?from=1&to=2", http.StatusOK)
	if changes.Find("ins").Length() == 0 || changes.Find("del").Length() == 0 {
		t.Errorf("the changes show %s", changes.Find("main").Text())
	}
}

func read(t *testing.T, r *http.Response) string {
	t.Helper()
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestOfTwoWhoWriteAtOnceNothingIsLost(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	rosa := h.invited(t, owner, "Rosa Reporter", staff.Reporter)
	at := written(rosa, "Two hands", "First words.")
	form := []string{"based-on", "1", "headline", "Two hands", "section", "markets"}
	rosa.post(at+"/copy", http.StatusOK, append(form, "kept", "0", "body", "Rosa's words.")...)
	owner.post(at, http.StatusOK, append(form, "body", "Olga's words.")...)
	doc := rosa.post(at, http.StatusConflict, append(form, "kept", "1", "body", "Rosa's words, and more.")...)
	if text := doc.Find("textarea[name=body]").Text(); text != "Rosa's words, and more." {
		t.Errorf("after the conflict Rosa has %q", text)
	}
	if text := doc.Find(".said h2").Text(); !strings.Contains(text, "Olga Owner saved revision 2 meanwhile") {
		t.Errorf("she is told %q", text)
	}
	if doc.Find(".diff del").Length() == 0 || doc.Find(".diff ins").Length() == 0 {
		t.Error("she is not shown what differs")
	}
	if text := rosa.get(at, http.StatusOK).Find("textarea[name=body]").Text(); text != "Rosa's words, and more." {
		t.Errorf("coming back Rosa has %q", text)
	}
	based, _ := doc.Find("input[name=based-on]").Attr("value")
	kept, _ := doc.Find("input[name=kept]").Attr("value")
	rosa.post(at, http.StatusOK, "based-on", based, "kept", kept, "headline", "Two hands", "section", "markets", "body", "Rosa's words, and Olga's.")
	m, err := h.newsroom.Story(t.Context(), news.StoryID(strings.TrimPrefix(at, "/desk/stories/")))
	if err != nil || len(m.Revisions) != 3 || m.Revisions[1].Content.Body != "Olga's words." || m.Revisions[2].Content.Body != "Rosa's words, and Olga's." {
		t.Errorf("%d revisions, %v", len(m.Revisions), err)
	}
	if copies, err := h.newsroom.Copies(t.Context(), ""); err != nil || len(copies) != 0 {
		t.Errorf("after saving there are the copies %v, %v", copies, err)
	}
}

// A copy stays behind its own revision where the program is killed between the two, or where the browser keeps it once more
// while it is saved. Its writer is not told of another who wrote meanwhile: there was none.
func TestACopyThatWasSavedIsNoConflict(t *testing.T) {
	h := newHouse(t)
	rosa := h.invited(t, h.owner(t), "Rosa Reporter", staff.Reporter)
	at := written(rosa, "One hand", "First words.")
	id := news.StoryID(strings.TrimPrefix(at, "/desk/stories/"))
	form := []string{"headline", "One hand", "section", "markets", "bylines", "Rosa Reporter", "kept", "0", "based-on", "1"}
	rosa.post(at, http.StatusOK, append(form, "body", "Second words.")...)
	rosa.post(at+"/copy", http.StatusOK, append(form, "body", "Second words.")...) // which was on its way
	doc := rosa.get(at, http.StatusOK)
	if text := doc.Find(".said").Text(); strings.Contains(text, "meanwhile") || doc.Find("textarea[name=body]").Text() != "Second words." {
		t.Errorf("she is told %q and has %q", text, doc.Find("textarea[name=body]").Text())
	}
	if copies, err := h.newsroom.Copies(t.Context(), ""); err != nil || len(copies) != 0 {
		t.Errorf("the copies %v are left, %v", copies, err)
	}
	// What she wrote since is kept, and so is what only looks like another's.
	rosa.post(at+"/copy", http.StatusOK, append(form, "body", "Third words.")...)
	if text := rosa.get(at, http.StatusOK).Find("textarea[name=body]").Text(); text != "Third words." {
		t.Errorf("she has %q", text)
	}
	if m, err := h.newsroom.Story(t.Context(), id); err != nil || len(m.Revisions) != 2 {
		t.Errorf("there are %d revisions, %v", len(m.Revisions), err)
	}
}

func TestWhatCannotBeSavedIsKeptAsItWasWritten(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	at := owner.get("/desk/stories/new", http.StatusOK).Url.Path
	doc := owner.post(at, http.StatusBadRequest, "based-on", "0", "headline", "", "section", "markets", "body", "One euro bought {{EUR/")
	if text := doc.Find(".said.problem").Text(); !strings.Contains(text, "no headline") {
		t.Errorf("it is told %q", text)
	}
	if text := owner.get(at, http.StatusOK).Find("textarea[name=body]").Text(); text != "One euro bought {{EUR/" {
		t.Errorf("coming back there is %q", text)
	}
	if text := owner.get("/desk/", http.StatusOK).Find("main").Text(); !strings.Contains(text, "Without a headline yet") {
		t.Error("today does not lead back to it")
	}
	marks := owner.get(at+"/marks.json", http.StatusOK).Text()
	if !strings.Contains(marks, "not closed") {
		t.Errorf("the marks are %s", marks)
	}
}

func TestTheProofReaderReadsAlong(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	at := written(owner, "The lev", "One euro is worth 1.95853 leva. It bought 1.2345 dollars, and {{EUR/USD @2026-09-29}}.")
	marks := owner.get(at+"/marks.json", http.StatusOK).Text()
	for _, want := range []string{"The text gives EUR/BGN as 1.95853; it is fixed at 1.95583", `"text":"1.2345"`, "{{EUR/USD @2026-09-29}}, currency-api, 29 September 2026"} {
		if !strings.Contains(marks, want) {
			t.Errorf("the marks lack %q: %s", want, marks)
		}
	}
}

func TestFiguresAreFoundByWhatOneTypes(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	for query, want := range map[string]string{
		"eur usd":                        "{{EUR/USD}}",
		"usd eur 2026-09-28":             "{{USD/EUR @2026-09-28}}",
		"100 usd in eur @2026-09-28":     "{{100 USD in EUR @2026-09-28}}",
		"usd % 2026-01-05 2026-09-28":    "{{EUR/USD % since 2026-01-05 @2026-09-28}}",
		"krona":                          "{{EUR/SEK}}",
		"rio":                            "{{XNYS:RIO}}",
		"rio %":                          "{{XNYS:RIO %}}",
		"chart usd 2026-01-05":           "{{chart EUR/USD since 2026-01-05}}",
		"nothing that anybody ever said": "",
	} {
		text := owner.get("/desk/figures.json?q="+url.QueryEscape(query), http.StatusOK).Text()
		if want == "" && text != "[]" || want != "" && !strings.Contains(text, `"insert":"`+want+`"`) {
			t.Errorf("%q finds %s, want %s", query, text, want)
		}
	}
	owner.post("/desk/settings", http.StatusOK, "n", "0", "base", "GBP")
	if text := owner.get("/desk/figures.json?q=usd", http.StatusOK).Text(); !strings.Contains(text, `[{"insert":"{{GBP/USD}}"`) {
		t.Errorf("a paper whose base is the pound is offered %s", text)
	}
	if n := owner.get("/desk/figures?q=eur+usd", http.StatusOK).Find("tbody tr").Length(); n < 2 {
		t.Errorf("the page without scripts finds %d figures", n)
	}
}

func TestPicturesComeInAndAreSeenOnlyAtTheDesk(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	send := func(name string, body []byte, status int) *goquery.Document {
		var form bytes.Buffer
		m := multipart.NewWriter(&form)
		part, err := m.CreateFormFile("picture", name)
		if err == nil {
			_, err = part.Write(body)
		}
		if err == nil {
			err = m.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		r, err := owner.Post(h.URL+"/desk/pictures", m.FormDataContentType(), &form)
		return owner.page(r, err, status)
	}
	doc := send("harbour.png", harbour(t), http.StatusOK)
	src, _ := doc.Find(".pictures img").Attr("src")
	if r, err := owner.Get(h.URL + src); err != nil || r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "image/") {
		t.Fatalf("the desk shows %v, %v", r, err)
	}
	h.browser(t).get(strings.Replace(src, "/desk/pictures/", "/media/", 1), http.StatusNotFound)
	if doc := h.browser(t).get(src, http.StatusOK); doc.Find("h1").Text() != "Sign in" {
		t.Error("a stranger sees a picture of the desk")
	}
	if n := h.invited(t, owner, "Cleo Contributor", staff.Contributor).get("/desk/pictures", http.StatusOK).Find(".pictures img").Length(); n != 0 {
		t.Error("a contributor sees what others sent")
	}
	if n := h.invited(t, owner, "Rosa Reporter", staff.Reporter).get("/desk/pictures", http.StatusOK).Find(".pictures img").Length(); n != 1 {
		t.Error("a reporter does not")
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(src, "/desk/pictures/"), "-")
	at := written(owner, "A harbour", "Ships.", "image", name, "image-alt", "A harbour at dusk", "image-focus", "top")
	if n := owner.get(at+"/preview", http.StatusOK).Find("img[alt='A harbour at dusk'][src^='/desk/pictures/']").Length(); n != 1 {
		t.Errorf("the preview shows the picture %d times", n)
	}
	if text := send("notes.txt", []byte("no picture"), http.StatusBadRequest).Find(".said").Text(); text == "" {
		t.Error("what is no picture is refused without a word")
	}
	owner.post("/desk/pictures/"+name+"/drop", http.StatusConflict)
}

func TestAnEditorSetsThePaperOnlyWithAFreshProof(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	h.now = h.now.Add(time.Hour)
	if title := owner.get("/desk/settings", http.StatusOK).Find("h1").Text(); title != "Is it still you?" {
		t.Errorf("an hour later the settings open as %q", title)
	}
	doc := owner.post("/desk/settings", http.StatusOK, "n", "0", "name", "The Harbour")
	if title := doc.Find("h1").Text(); title != "Is it still you?" {
		t.Fatalf("an hour later the owner comes to %q", title)
	}
	if text := owner.post("/desk/prove", http.StatusForbidden, "password", "not it", "next", "/desk/settings").Find(".said").Text(); !strings.Contains(text, "not right") {
		t.Errorf("a wrong password is told %q", text)
	}
	owner.post("/desk/prove", http.StatusOK, "password", password, "next", "/desk/settings")
	if text := owner.post("/desk/settings", http.StatusBadRequest, "n", "0", "link-light", "#ffff00").Find(".said.problem").Text(); !strings.Contains(text, "4.5") {
		t.Errorf("a colour that cannot be read is told %q", text)
	}
	owner.post("/desk/settings", http.StatusOK, "n", "0", "name", "The Harbour", "sections", "markets = Money")
	h.now = h.now.Add(time.Minute) // the site keeps what it read for some seconds
	if name := h.browser(t).get("/", http.StatusOK).Find(".masthead .title").Text(); name != "The Harbour" {
		t.Errorf("the paper is called %q", name)
	}
}

// Every route, asked by every role of what is one's own and of what is another's, answers as the policy says.
func TestEveryRouteAsksThePolicy(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	roles := map[staff.Role]browser{staff.Owner: owner}
	for _, r := range []staff.Role{staff.Editor, staff.Reporter, staff.Contributor, staff.Auditor} {
		roles[r] = h.invited(t, owner, strings.ToUpper(string(r[:1]))+string(r[1:])+" Person", r)
	}
	others := written(roles[staff.Editor], "An editor's story", "Words.")
	dossier := begun(roles[staff.Editor], "An editor's dossier")
	for path, may := range map[string]string{ // who comes in; all others are refused
		"/desk/":                        "owner editor reporter contributor auditor",
		"/desk/stories":                 "owner editor reporter contributor auditor",
		"/desk/affected":                "owner editor reporter contributor auditor",
		"/desk/held":                    "owner editor reporter contributor auditor",
		"/desk/figures":                 "owner editor reporter contributor auditor",
		"/desk/account":                 "owner editor reporter contributor auditor",
		"/desk/pictures":                "owner editor reporter contributor",
		"/desk/staff":                   "owner editor reporter auditor",
		"/desk/settings":                "owner",
		"/desk/trail":                   "owner auditor",
		"/desk/stories/new":             "owner editor reporter contributor",
		others:                          "owner editor reporter auditor",
		others + "/preview":             "owner editor reporter auditor",
		others + "/marks.json":          "owner editor reporter auditor",
		others + "/changes?from=1&to=1": "owner editor reporter auditor",
		"POST " + others + "/notes/1":   "owner editor reporter",
		"POST /desk/pictures/x/drop":    "owner editor reporter contributor", // of which there is none
		"POST /desk/staff/x":            "owner",
		"POST /desk/account/nothing":    "owner editor reporter contributor auditor",
		"POST " + others:                "owner editor",
		"POST " + others + "/copy":      "owner editor",
		"POST " + others + "/move":      "owner editor",
		"POST " + others + "/name":      "owner editor",
		"POST " + others + "/notes":     "owner editor reporter",
		"POST /desk/affected":           "owner editor",
		"POST /desk/held":               "owner editor",
		"POST /desk/staff":              "owner editor",
		"POST /desk/settings":           "owner",
		"POST /desk/pictures":           "owner editor reporter contributor",

		"/desk/dossiers":                    "owner editor reporter contributor auditor",
		"/desk/new-dossier":                 "owner editor reporter contributor",
		"POST /desk/dossiers":               "owner editor reporter contributor",
		others + "/dossier":                 "owner editor reporter",
		dossier:                             "owner editor reporter auditor",
		dossier + "/parts/events":           "owner editor reporter auditor",
		dossier + "/changes?from=1&to=1":    "owner editor reporter auditor",
		dossier + "/preview":                "owner editor reporter auditor",
		dossier + "/stories":                "owner editor",
		"POST " + dossier + "/parts/events": "owner editor",
		"POST " + dossier + "/stories":      "owner editor",
		"POST " + dossier + "/actors":       "owner editor",
		"POST " + dossier + "/back":         "owner editor",
		"POST " + dossier + "/publish":      "owner editor",
		"POST " + dossier + "/withdraw":     "owner editor",
	} {
		for role, b := range roles {
			t.Run(fmt.Sprint(role, " ", path), func(t *testing.T) { asks(t, b, path, "ready", strings.Contains(" "+may+" ", " "+string(role)+" ")) })
		}
	}
	// What is one's own, and each way that a story may go.
	for role, b := range roles {
		if role == staff.Auditor {
			continue // who writes nothing
		}
		own, dossier := written(b, "A story by the "+string(role), "Words."), begun(b, "A dossier by the "+string(role))
		chief := role == staff.Owner || role == staff.Editor
		for path, may := range map[string]bool{
			own: true, own + "/preview": true, own + "/changes?from=1&to=1": true, "POST " + own: true, "POST " + own + "/copy": true, "POST " + own + "/notes": true,
			"POST " + own + "/name": chief, "POST " + own + "/entries": chief,
			own + "/dossier": true, dossier: true, dossier + "/preview": true, dossier + "/parts/accounts": true, dossier + "/changes?from=1&to=1": true, dossier + "/stories": true,
			"POST " + dossier + "/parts/accounts": true, "POST " + dossier + "/stories": true, "POST " + dossier + "/actors": true, "POST " + dossier + "/back": true,
			"POST " + dossier + "/publish": chief, "POST " + dossier + "/withdraw": chief,
		} {
			t.Run(fmt.Sprint(role, " own ", path), func(t *testing.T) { asks(t, b, path, "ready", may) })
		}
		for to, may := range map[string]bool{
			"draft": true, "review": true, "ready": chief, "scheduled": chief, "embargoed": chief, "published": chief, "withdrawn": chief,
		} {
			t.Run(fmt.Sprint(role, " own to ", to), func(t *testing.T) { asks(t, b, "POST "+own+"/move", to, may) })
		}
	}
}

// asks asks a route and wants to be refused or not; what it is then answered with is another test's.
func asks(t *testing.T, b browser, path, to string, may bool) {
	t.Helper()
	var r *http.Response
	var err error
	if address, isPost := strings.CutPrefix(path, "POST "); isPost {
		r, err = b.PostForm(b.home+address, url.Values{"to": {to}})
	} else {
		r, err = b.Get(b.home + path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if let := r.StatusCode != http.StatusForbidden; let != may {
		t.Errorf("answered with %s", r.Status)
	}
}

func TestWhoIsNotSignedInComesNowhere(t *testing.T) {
	h := newHouse(t)
	h.owner(t)
	stranger := h.browser(t)
	for _, path := range []string{"/desk/", "/desk/stories", "/desk/stories/new", "/desk/staff", "/desk/settings", "/desk/trail", "/desk/account", "/desk/pictures", "/desk/prove"} {
		doc := stranger.get(path, http.StatusOK)
		if title := doc.Find("h1").Text(); title != "Sign in" {
			t.Errorf("%s shows %q", path, title)
		}
	}
	for _, next := range []string{"//elsewhere.example/desk/", "https://elsewhere.example/desk/", `/desk/..\..\elsewhere`, "/other", "/desk//elsewhere.example"} {
		doc := stranger.get("/desk/sign-in?next="+url.QueryEscape(next), http.StatusOK)
		if to, _ := doc.Find("input[name=next]").Attr("value"); to != "/desk/" {
			t.Errorf("next=%s leads to %q", next, to)
		}
	}
	if text := stranger.post("/desk/sign-in", http.StatusForbidden, "email", "olga@paper.example", "password", "a guess").Find(".said").Text(); !strings.Contains(text, "not right") {
		t.Errorf("a wrong password is told %q", text)
	}
	if title := stranger.post("/desk/sign-in", http.StatusOK, "email", "olga@paper.example", "password", password, "next", "/desk/stories").Find("h1").Text(); title != "Stories" {
		t.Errorf("the right one leads to %q", title)
	}
}

func TestWhatHappensIsToldInALiveStoryAndCorrected(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	at := written(owner, "A long night", "Talks go on.")
	if doc := owner.get(at, http.StatusOK); doc.Find("textarea[name=entry]").Length() != 0 {
		t.Error("a draft offers to be told live")
	}
	owner.post(at+"/entries", http.StatusBadRequest, "entry", "Too early.")
	address, _ := owner.post(at+"/move", http.StatusOK, "to", "published", "revision", "1").Find("a:contains('As readers see it')").Attr("href")
	owner.post(at+"/entries", http.StatusOK, "entry", "The euro stands at {{EUR/USD @2026-09-29}}.", "entry-headline", "First word")
	owner.post(at+"/entries", http.StatusBadRequest, "entry", "It stands at {{EUR/XYZ}}.")
	text := h.browser(t).get(address, http.StatusOK).Find(".timeline").Text()
	if !strings.Contains(text, "First word") || !strings.Contains(text, "The euro stands at 1.13") {
		t.Errorf("readers see %q", text)
	}
	owner.post(at+"/entries", http.StatusOK, "corrects", "1", "entry", "The euro stood lower.", "notice", "fact", "notice-text", "It stood lower.")
	story := h.browser(t).get(address, http.StatusOK)
	if text := story.Find(".timeline").Text(); !strings.Contains(text, "It stood lower.") || strings.Contains(text, "The euro stands at") {
		t.Errorf("after the correction readers see %q", text)
	}
}

// What each role may do with its own story and with another's, turn by turn: whoever may not is refused before anything else
// is looked at.
func TestEveryTurnAsksThePolicy(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	others := written(owner, "An owner's story", "Words.")
	for role, own := range map[staff.Role]string{staff.Editor: "all", staff.Reporter: "draft review", staff.Contributor: "draft review", staff.Auditor: ""} {
		b := h.invited(t, owner, string(role)+" person", role)
		stories := map[string]string{others: own}
		if role != staff.Auditor {
			stories[written(b, "The story of "+string(role), "Words.")] = own
		}
		if role != staff.Editor {
			stories[others] = ""
		}
		for at, may := range stories {
			for _, to := range []string{"draft", "review", "ready", "scheduled", "embargoed", "published", "withdrawn"} {
				r, err := b.PostForm(h.URL+at+"/move", url.Values{"to": {to}, "revision": {"9"}})
				if err != nil {
					t.Fatal(err)
				}
				r.Body.Close()
				if let := r.StatusCode != http.StatusForbidden; let != (may == "all" || strings.Contains(" "+may+" ", " "+to+" ")) {
					t.Errorf("%s to %s, their own: %v: %s", role, to, at != others, r.Status)
				}
			}
			// Nobody tells readers of a correction by the back door.
			r, err := b.PostForm(h.URL+at+"/move", url.Values{"to": {"review"}, "revision": {"1"}, "notice": {"figure"}, "notice-text": {"A lie."}})
			if err != nil {
				t.Fatal(err)
			}
			r.Body.Close()
			if let := r.StatusCode != http.StatusForbidden; let != (role == staff.Editor) {
				t.Errorf("%s corrects a draft: %s", role, r.Status)
			}
		}
	}
}

func TestACopyHasNoMorePicturesThanAStory(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	at := owner.get("/desk/stories/new", http.StatusOK).Url.Path
	fields := []string{"based-on", "0", "kept", "0", "headline", "Many"}
	for range 51 {
		fields = append(fields, "image", "a")
	}
	if text := owner.post(at+"/copy", http.StatusBadRequest, fields...).Text(); !strings.Contains(text, "50 is the most") {
		t.Errorf("it is told %q", text)
	}
}
