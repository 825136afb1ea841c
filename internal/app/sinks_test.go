package app_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/news"
)

// lines are the vectors as single lines of at most so many bytes, as many on each as there is room for; what is longer
// than a line stands in the texts only.
func lines(all []vector, most int) []string {
	var list []string
	var b strings.Builder
	for _, v := range all {
		text := strings.Join(strings.FieldsFunc(v.Text, func(r rune) bool { return unicode.IsControl(r) || r == ',' }), " ")
		if text = strings.TrimSpace(strings.ToValidUTF8(text, "")); text == "" || len(text) > most || utf8.RuneCountInString(text) > most {
			continue
		}
		if b.Len() > 0 && b.Len()+1+len(text) > most {
			list = append(list, b.String())
			b.Reset()
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	return append(list, b.String())
}

// bodies are the vectors as Markdown: each as it is, as a link's address and title, as a heading and in a table. What may
// have begun before a vector is ended, so that none hides the next; a paragraph behind each says so.
func bodies(all []vector, each int) []string {
	const end = "\n\n</script></style></pre></textarea>-->?>]]>\n\n"
	var list []string
	for chunk := range slices.Chunk(all, each) {
		var b strings.Builder
		for n, v := range chunk {
			text := strings.ReplaceAll(strings.ToValidUTF8(v.Text, ""), "\x00", "")
			line := strings.Join(strings.Fields(text), " ")
			fmt.Fprintf(&b, "%s%s[x](<%s> \"%s\")\n\n## %s\n\n| %s |\n|---|\n| %s |\n\n{{%s}}%s\n\nseen %d\n\n", text, end, line, line, line, line, line, line, end, n)
		}
		list = append(list, b.String())
	}
	return list
}

// plain is a dossier of the vectors that are no markup, and so may stand in one: of so many, each in every part.
func plain(all []vector, most int) news.Subject {
	day, _ := news.ParseWhen("2026-09-28")
	cites := []news.Cite{{Document: "n-1"}}
	var s news.Subject
	for _, v := range all {
		text := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(v.Text, ""), unicode.IsControl), " ")
		if strings.TrimSpace(text) == "" || len(text) > 300 || strings.ContainsAny(text, "\u2028\u2029") || regexp.MustCompile(`<[/!?a-zA-Z]|\{\{`).MatchString(text) {
			continue
		}
		id := news.Slug(fmt.Sprint("n-", len(s.Events)+1))
		cite := append(cites, news.Cite{Document: id, Place: text})
		s.Documents = append(s.Documents, news.Document{ID: id, Title: text, Publisher: text, Note: text, Link: "https://vectors.example/?" + url.QueryEscape(text)})
		s.Actors = append(s.Actors, news.Actor{ID: id, Name: text, Kind: news.Person, Other: []string{text}, Says: text, Roles: []news.Role{{Title: text, Cites: cite}}, Cites: cite})
		s.Events = append(s.Events, news.Event{ID: id, What: text, Says: text, When: day, Where: text, Kind: text, Hands: []news.Hand{{Actor: id, As: text}}, Cites: cite})
		s.Accounts = append(s.Accounts, news.Account{ID: id, Event: id, By: id, Says: text, Quote: text, Cites: cite})
		s.Consequences = append(s.Consequences, news.Consequence{ID: id, For: text, Says: text, By: id, Event: id, Cites: cite})
		s.Scenarios = append(s.Scenarios, news.Scenario{ID: id, Title: text, Says: text, By: text, On: day, Signs: []news.Sign{{Says: text}}, Cites: cite, Verdict: news.Overtaken, Closed: day, Why: text})
		if n := len(s.Events); n > 1 {
			s.Relations = append(s.Relations, news.Relation{ID: news.Slug(fmt.Sprint("n-", n-1)), From: id, To: "n-1", Kind: text, Course: []news.Shift{{On: day, Heading: news.Steady, Says: text, Event: id, Cites: cite}}})
		}
		if n := len(s.Standing); n < news.MaxStanding {
			s.Standing = append(s.Standing, news.Statement{Text: text, Cites: cite})
		}
		if len(s.Events) == most {
			break
		}
	}
	return s
}

// member is somebody at the desk, whose cookie is sent though the address has no TLS.
type member struct {
	*http.Client
	address, session string
}

func (m *member) send(t *testing.T, path, kind string, body io.Reader) (*http.Response, []byte) {
	t.Helper()
	method := http.MethodGet
	if body != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(t.Context(), method, m.address+path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", m.session)
	r.Header.Set("Content-Type", kind)
	reply, err := m.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	said, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := reply.Header["Set-Cookie"]; ok {
		m.session, _, _ = strings.Cut(c[0], ";")
	}
	return reply, said
}

func (m *member) post(t *testing.T, path string, fields url.Values) (*http.Response, []byte) {
	t.Helper()
	return m.send(t, path, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()))
}

// founder sets a paper up and is its owner.
func founder(t *testing.T, address string, a *app.App, name string) *member {
	t.Helper()
	m := &member{address: address, Client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	at, err := url.Parse(a.SetupLink())
	if err != nil {
		t.Fatal(err)
	}
	_, said := m.post(t, at.Path, url.Values{"name": {name}, "email": {"olga@paper.example"}, "password": {deskPassword}, "again": {deskPassword}})
	if m.session == "" {
		t.Fatalf("nobody is let in: %s", said)
	}
	return m
}

// picture sends the desk a picture of a name, and returns what the desk calls it.
func (m *member) picture(t *testing.T, name string, n int) string {
	t.Helper()
	drawn := image.NewGray(image.Rect(0, 0, 90, 60))
	drawn.Pix[n] = 255 // each is another
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("picture", name)
	if err == nil {
		err = png.Encode(part, drawn)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	reply, said := m.send(t, "/desk/pictures", w.FormDataContentType(), &form)
	_, kept, ok := strings.Cut(reply.Header.Get("Location"), "#")
	if !ok {
		t.Fatalf("the picture is not kept: %s: %.300s", reply.Status, said)
	}
	return kept
}

// Every vector goes through every place where words come in, and is looked for on every page where they come out.
func TestNoVectorExecutesAnywhere(t *testing.T) {
	t.Parallel() // it is long, and waits for the browser
	all := published(t)
	address, a := house(t)
	y := newYard(t, address, all)
	fields, short, tiny := lines(all, 900), lines(all, 150), lines(all, 60)
	line := func(n int) string { return fields[n%len(fields)] }
	owner := founder(t, address, a, lines(all, 78)[0])
	var pages []string
	open := func(path string) { pages = append(pages, path) }
	say := func(path string, form url.Values) { // a form's answer is a page too
		if _, said := owner.post(t, path, form); bytes.Contains(said, []byte("<html")) {
			open(y.keep(said))
		}
	}
	texts := bodies(all, 100)
	pictures := []string{}
	for n, name := range lines(all, 120)[:12] {
		pictures = append(pictures, owner.picture(t, strings.ReplaceAll(name, "/", "\u2215")+".png", n))
	}

	// Stories, with what the desk says of them, and what is told live.
	d := desk{a.Newsroom, t}
	for n := range max(len(fields), len(texts)) {
		c := news.Content{
			Headline: line(n), Kicker: line(n + 1), Standfirst: line(n + 2), Bylines: []string{line(n + 3)}, Dateline: line(n + 4), Section: "markets", Topics: []news.Slug{"euro"},
			Body:   "Words.",
			Images: []news.Image{{Media: pictures[n%len(pictures)], Alt: line(n + 5), Caption: line(n + 6), Credit: line(n + 7)}},
		}
		if n < len(texts) {
			c.Body = texts[n]
		}
		c.Body = regexp.MustCompile(`\{\{+`).ReplaceAllString(c.Body, "{") // a figure that is none is refused: it stays in copies
		r, err := a.Newsroom.Save(t.Context(), news.Submission{Slug: news.Slug(fmt.Sprint("vectors-", n)), Content: c, Author: line(n + 8), Reason: line(n + 9)})
		if err != nil {
			t.Fatal(err)
		}
		if n < len(texts) || n%8 == 0 {
			open("/desk/stories/" + string(r.Story))
		}
		if n%3 == 0 {
			if _, err := a.Newsroom.AddNote(t.Context(), news.Note{Story: r.Story, Revision: 1, By: line(n), Text: line(n + 1)}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := a.Newsroom.Move(t.Context(), r.Story, news.Move{To: news.Published, Revision: 1, By: line(n), Reason: line(n + 1)}); err != nil {
			t.Fatal(err)
		}
		m, err := a.Newsroom.Story(t.Context(), r.Story)
		if err != nil {
			t.Fatal(err)
		}
		open(news.Article{Slug: m.Slug, Published: m.Published}.Path())
		if n%4 == 0 {
			open("/authors/" + string(news.AuthorSlug(line(n+3))))
		}
		if n%8 == 0 {
			if _, err := a.Newsroom.Tell(t.Context(), r.Story, news.Entry{Headline: line(n + 1), Body: c.Body, Author: line(n + 2)}); err != nil {
				t.Fatal(err)
			}
			s := d.save(news.Submission{ID: r.Story, BasedOn: 1, Content: news.Content{Headline: line(n + 1), Section: "markets", Body: line(n + 2)}})
			d.move(s, news.Move{To: news.Published, Revision: 2, Notice: news.Notice{Kind: news.FactCorrection, Text: line(n + 3)}})
			open("/desk/stories/" + string(s) + "/changes?from=1&to=2")
		}
	}
	// What is being written is kept as it is, figures that are none too, and comes back with what is wrong with it.
	for n, text := range texts {
		id := fmt.Sprintf("VECTORS%019d", n)
		form := url.Values{"kept": {"0"}, "based-on": {"0"}, "headline": {line(n)}, "section": {line(n)}, "topics": {line(n + 1)}, "language": {line(n + 2)}, "slug": {line(n)}, "body": {text}}
		say("/desk/stories/"+id, form)
		open("/desk/stories/" + id + "/preview")
	}
	// Dossiers: what is no markup is saved, and what is comes back in the form with why it is refused.
	about := plain(all, 100)
	about.Content = news.Content{Headline: line(0), Kicker: line(1), Standfirst: line(2), Section: "markets", Body: regexp.MustCompile(`\{\{+`).ReplaceAllString(texts[0], "{")}
	if _, err := a.Newsroom.SaveDossier(t.Context(), news.DossierDraft{Slug: "vectors", Subject: about, Author: line(3), Reason: line(4)}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Newsroom.PublishDossier(t.Context(), news.DossierStep{Dossier: "vectors", Revision: 1, By: line(5), Reason: line(6)}); err != nil {
		t.Fatal(err)
	}
	say("/desk/dossiers", url.Values{"headline": {line(0)}, "section": {line(1)}, "body": {texts[0]}, "reason": {line(2)}, "story": {line(3)}})
	for n, text := range fields {
		if n%40 > 0 { // there are more fields than that, each with a line of its own
			continue
		}
		form := url.Values{"based-on": {"1"}, "body": {text}}
		for i, name := range strings.Fields(`headline kicker standfirst section topics bylines language title publisher link on note name what says when where kind
			for by from to quote event of stance verdict why closed reason id cites.0.document cites.0.place hands.0.actor hands.0.as other.0.name roles.0.title roles.0.from signs.0.says course.0.says course.0.on
			course.0.heading standing.0.text standing.0.cites.0.place series.0.symbol new-documents.0.title new-documents.0.link new-actor.0.name`) {
			form.Set(name, line(n+i))
		}
		for _, kind := range []string{"head", "standing", "events", "accounts", "actors", "relations", "consequences", "scenarios", "documents", "series"} {
			say("/desk/dossiers/vectors/parts/"+kind, form)
		}
		for _, what := range []string{"publish", "withdraw", "actors", "stories", "back"} {
			say("/desk/dossiers/vectors/"+what, url.Values{"based-on": {"1"}, "revision": {"1"}, "notice": {text}, "notice-text": {text}, "reason": {text}, "instead": {text}, "from": {text}, "into": {text}, "story": {text}})
		}
		open("/desk/dossiers/vectors/stories?q=" + url.QueryEscape(text))
		open("/desk/dossiers/vectors/parts/events?id=" + url.QueryEscape(text))
		open("/desk/dossiers/" + url.PathEscape(text))
	}
	for _, path := range []string{"", "/parts/head", "/parts/events", "/parts/accounts?id=n-1", "/parts/relations?id=n-1", "/parts/scenarios?id=n-1", "/changes?from=1&to=1", "/preview"} {
		open("/desk/dossiers/vectors" + path)
	}
	for _, path := range []string{"", "/events/n-1", "/actors/n-1", "/scenarios/n-1"} {
		open("/dossiers/vectors" + path)
	}
	open("/desk/dossiers")
	// Pages that others saved, whose own vectors are all that is on them.
	for n, text := range texts {
		on := currency.DateOf(time.Now().AddDate(0, 0, -n-1))
		saved := "<html><head><title>" + line(n) + "</title></head><body><article><h1>Heading " + fmt.Sprint(n) + "</h1><p>Words that end in a sentence, as a story's words do.</p><p>" + text + "</p></article></body></html>"
		read, err := archive.ReadPage(strings.NewReader(saved))
		if err != nil {
			continue // nothing on it is a story: nothing of it is taken in
		}
		edition, err := read.Edition(archive.PageOptions{On: on, Seen: time.Now(), File: line(n)})
		if err != nil {
			continue
		}
		if _, err := a.Newsroom.AddPage(t.Context(), edition); err != nil {
			t.Fatal(err)
		}
		for _, m := range edition.Stories {
			open(news.Article{Slug: m.Slug, Published: m.Published}.Path())
		}
	}
	// Questions and addresses, which are answered by a page that may repeat them; and what forms refuse.
	for n, text := range fields {
		q := url.QueryEscape(text)
		open("/no-such-page/" + url.PathEscape(text))
		if n%6 > 0 {
			continue
		}
		for _, path := range []string{"/desk/stories?q=", "/desk/figures?q=", "/desk/sign-in?next="} {
			open(path + q)
		}
		for _, path := range []string{"/desk/", "/sections/", "/topics/", "/authors/", "/oembed?url=", "/rates/", "/numbers/", "/audit/rules/", "/markets/currencies/", "/desk/welcome/"} {
			open(path + url.PathEscape(text))
		}
		say("/audit", url.Values{"text": {text}, "date": {"2026-09-29"}, "base": {text[:3]}})
		say("/desk/staff", url.Values{"name": {text}, "email": {text}, "role": {text}})
		say("/desk/settings", url.Values{"n": {"0"}, "name": {text}, "motto": {text}, "sections": {text}, "strip": {text}, "language": {text}, "base": {text}, "link-light": {text}, "reason": {text}})
		say("/desk/sign-in", url.Values{"email": {text}, "password": {text}, "next": {text}})
	}
	for n, text := range lines(all, 78) {
		if n%20 == 0 {
			open("/markets/?q=" + url.QueryEscape(text))
		}
	}
	for n, text := range short[:12] {
		say("/desk/staff", url.Values{"name": {text}, "email": {fmt.Sprintf("p%d@paper.example", n)}, "role": {"reporter"}})
	}
	for _, path := range []string{"/", "/sections/markets", "/topics/euro", "/corrections", "/desk/", "/desk/stories", "/desk/pictures", "/desk/staff", "/desk/trail", "/desk/account", "/desk/settings", "/desk/affected", "/desk/held"} {
		open(path)
	}
	if _, said := owner.send(t, "/desk/trail", "", nil); !bytes.Contains(said, []byte("<h1>Audit trail</h1>")) {
		t.Fatalf("the owner is not at the desk any more: %.300s", said)
	}
	y.session = owner.session
	ctx := armed(t)
	judge := func(pages []string) {
		t.Helper()
		rung, found := y.show(t, ctx, pages)
		for _, at := range slices.Sorted(maps.Keys(rung)) {
			t.Errorf("a vector executes on %.100s", at)
		}
		for _, at := range slices.Sorted(maps.Keys(found)) {
			t.Errorf("on %.100s stands %v", at, found[at])
		}
	}
	judge(pages)
	// The head of the paper, as often as its name and motto take.
	for n := range 5 {
		m := news.Masthead{Name: tiny[n*len(tiny)/5], Motto: short[n*len(short)/5], Sections: []news.Section{{Slug: "markets", Title: lines(all, 40)[n*7]}}}
		if _, err := a.Newsroom.PutMasthead(t.Context(), news.MastheadRevision{N: n + 1, By: short[n], Reason: short[n+1], Masthead: m}); err != nil {
			t.Fatal(err)
		}
		judge([]string{"/", "/markets/", "/desk/settings"})
	}
	t.Logf("%d vectors, %d pages", len(all), len(pages)+15)

	// As they are served, and with the policy switched off, in the address bar itself.
	for _, off := range []bool{false, true} {
		if _, err := chromedp.Call(ctx, page.SetBypassCSP, page.SetBypassCSPParams{Enabled: off}); err != nil {
			t.Fatal(err)
		}
		for n := 0; n < len(pages); n += len(pages)/20 + 1 {
			if at := pages[n]; !strings.HasPrefix(at, "/yard/") && !strings.HasPrefix(at, "/desk/") {
				do(t, ctx, chromedp.Navigate(address+at))
				if rung := ask[int](t, ctx, "(top.rung ?? new Set()).size"); rung > 0 {
					t.Errorf("a vector executes at %.100s", at)
				}
			}
		}
	}
}
