package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
)

// begun lets somebody begin a dossier and returns its address at the desk.
func begun(b browser, headline string) string {
	b.t.Helper()
	doc := b.post("/desk/dossiers", http.StatusOK, "headline", headline, "section", "world", "standfirst", "Two harbours quarrel.", "body", "One euro bought {{EUR/USD @2026-09-29}} dollars.")
	return doc.Url.Path
}

// adds adds a part to a dossier, based on a revision.
func adds(b browser, at, kind, basedOn string, fields ...string) *goquery.Document {
	b.t.Helper()
	return b.post(at+"/parts/"+kind, http.StatusOK, append([]string{"based-on", basedOn}, fields...)...)
}

// fixture is a dossier with a document, two actors, an event and an account, at revision 6.
func fixture(b browser, headline string) string {
	b.t.Helper()
	at := begun(b, headline)
	adds(b, at, "documents", "1", "title", "The log", "publisher", "Norrvik", "link", "https://harbour.example/log", "on", "2026-01")
	adds(b, at, "actors", "2", "name", "Anna Berg", "kind", "person")
	adds(b, at, "actors", "3", "name", "Berg, Anna", "kind", "person")
	adds(b, at, "events", "4", "what", "A ferry sinks", "when", "2025-12-25", "hands.0.actor", "berg-anna", "hands.0.as", "led the search", "cites.0.document", "the-log")
	adds(b, at, "accounts", "5", "event", "a-ferry-sinks", "by", "anna-berg", "on", "2025-12-26", "says", "It struck a rock.", "cites.0.document", "the-log", "cites.0.place", "page 2")
	return at
}

func (h *house) subject(t *testing.T, at string) (news.Subject, news.DossierRecord) {
	t.Helper()
	r, err := h.newsroom.DossierRecord(t.Context(), news.Slug(strings.TrimPrefix(at, "/desk/dossiers/")))
	if err != nil {
		t.Fatal(err)
	}
	return r.Last().Subject, r
}

func TestADossierIsBuiltPublishedCorrectedAndWithdrawn(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		owner := h.owner(t)
		at := fixture(owner, "The strait")
		adds(owner, at, "standing", "6", "standing.0.text", "Two harbours quarrel over a ferry.", "standing.0.cites.0.document", "the-log")
		adds(owner, at, "relations", "7", "from", "anna-berg", "to", "berg-anna", "kind", "is", "mutual", "yes",
			"course.0.on", "2026-01", "course.0.heading", "colder", "course.0.says", "They fall out.", "course.0.event", "a-ferry-sinks", "course.0.cites.0.document", "the-log")
		adds(owner, at, "consequences", "8", "for", "Fishermen", "says", "They stay at home.", "by", "anna-berg", "cites.0.document", "the-log")
		adds(owner, at, "scenarios", "9", "title", "A bridge", "says", "Both build a bridge.", "by", "Olga Owner", "on", "2026-09-01", "signs.0.says", "A budget for it", "signs.1.says", "Another ferry", "signs.1.against", "yes")
		adds(owner, at, "series", "10", "series.0.symbol", "eur/usd", "series.1.symbol", "XNYS:RIO")
		story := written(owner, "A ferry is lost", "A ferry sank.")
		owner.post(at+"/stories", http.StatusOK, "based-on", "11", "story", strings.TrimPrefix(story, "/desk/stories/"))
		s, _ := h.subject(t, at)
		if len(s.Standing) != 1 || len(s.Relations) != 1 || !s.Relations[0].Mutual || len(s.Relations[0].Course[0].Cites) != 1 || len(s.Consequences) != 1 ||
			len(s.Scenarios) != 1 || !s.Scenarios[0].Signs[1].Against || len(s.Series) != 2 || s.Series[0] != "EUR/USD" || len(s.Stories) != 1 ||
			len(s.Events[0].Hands) != 1 || s.Accounts[0].Cites[0].Place != "page 2" {
			t.Fatalf("it is kept as %+v", s)
		}
		preview := owner.get(at+"/preview", http.StatusOK)
		if text := preview.Find("main").Text(); !strings.Contains(text, "A ferry sinks") || !strings.Contains(text, "One euro bought 1.1") {
			t.Errorf("the preview shows %q", text)
		}
		if text := preview.Find("body > .unpublished").Text(); !strings.HasPrefix(text, "Preview, not published.") || !strings.HasPrefix(preview.Find("title").Text(), "Preview: ") {
			t.Errorf("the preview says of itself %q", text)
		}
		if r, err := h.browser(t).Get(h.URL + "/dossiers/the-strait"); err != nil || r.StatusCode != http.StatusNotFound || strings.Contains(read(t, r), "A ferry sinks") {
			t.Errorf("a draft stands before readers, %v", err)
		}
		owner.post(at+"/publish", http.StatusOK, "revision", "12")
		reader, err := news.NewPaper(h.store).Dossier(t.Context(), "the-strait")
		if err != nil || reader.Revision != 12 || len(reader.Pins) != 1 {
			t.Fatalf("readers have %+v, %v", reader, err)
		}
		// What readers saw of a scenario stays, whoever sends something else.
		doc := owner.get(at+"/parts/scenarios?id=a-bridge", http.StatusOK)
		if _, fixed := doc.Find("[name=title]").Attr("readonly"); !fixed {
			t.Error("a scenario that readers saw can be written anew")
		}
		adds(owner, at, "scenarios", "12", "id", "a-bridge", "title", "A tunnel", "says", "x", "signs.0.event", "a-ferry-sinks", "verdict", "wrong", "closed", "2026-09-20", "why", "No budget names it.")
		s, _ = h.subject(t, at)
		if one := s.Scenarios[0]; one.Title != "A bridge" || one.Verdict != news.ProvenWrong || one.Signs[0].Event != "a-ferry-sinks" || one.Signs[0].Says != "A budget for it" || len(one.Signs) != 2 {
			t.Errorf("judged, the scenario is %+v", one)
		}
		if text := owner.post(at+"/publish", http.StatusBadRequest, "revision", "13", "reason", "A verdict").Find(".said.problem").Text(); !strings.Contains(text, "say whether this is an update") {
			t.Errorf("a second publication without a word to readers: %q", text)
		}
		doc = owner.post(at+"/publish", http.StatusBadRequest, "revision", "13", "notice", "fact", "notice-text", "", "reason", "A verdict")
		if doc.Find("[name=reason]").AttrOr("value", "") != "A verdict" || doc.Find("[name=notice] [selected]").AttrOr("value", "") != "fact" {
			t.Error("what was written is lost")
		}
		owner.post(at+"/publish", http.StatusOK, "revision", "13", "notice", "fact", "notice-text", "No bridge is planned.")
		if text := owner.get(at, http.StatusOK).Find(".timeline").Text(); !strings.Contains(text, "Readers are told: No bridge is planned.") {
			t.Errorf("the record says %q", text)
		}
		if text := owner.get("/desk/trail", http.StatusOK).Find("main").Text(); !strings.Contains(text, "publish dossier") || !strings.Contains(text, "the-strait, revision 13") {
			t.Errorf("the trail says %q", text)
		}
		changes := owner.get(at+"/changes?from=12&to=13", http.StatusOK)
		if text := changes.Find("ins").Text(); changes.Find("dt").Length() != 1 || !strings.Contains(text, "wrong") {
			t.Errorf("the changes are %s", changes.Find("dl").Text())
		}
		if text := owner.post(at+"/withdraw", http.StatusBadRequest, "instead", "Its source was forged.").Find("[name=instead]").Text(); text != "Its source was forged." {
			t.Errorf("of a withdrawal without a reason there is %q", text)
		}
		owner.post(at+"/withdraw", http.StatusOK, "instead", "Its source was forged.", "why", "The log is a forgery.")
		if word := owner.get("/desk/dossiers", http.StatusOK).Find("tr:has(a[href='" + at + "']) .state").Text(); word != "withdrawn" {
			t.Errorf("the list says %q", word)
		}
		// An earlier revision can be taken back to, and is a new one then.
		if text := owner.post(at+"/back", http.StatusConflict, "from", "1", "based-on", "12").Find(".said.problem").Text(); !strings.Contains(text, "saved revision 13 of the dossier meanwhile") {
			t.Errorf("who would take back what was never seen is told %q", text)
		}
		owner.post(at+"/back", http.StatusOK, "from", "1", "based-on", "13")
		if s, r := h.subject(t, at); len(s.Events) != 0 || len(r.Revisions) != 14 {
			t.Errorf("taken back it is %+v, revision %d", s, len(r.Revisions))
		}
	})
}

func TestWhatADossierRefusesComesBackAsItWasWritten(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	at := fixture(owner, "The strait")
	for name, c := range map[string]struct {
		kind   string
		fields []string
		says   string
	}{
		"an account without a source":       {"accounts", []string{"event", "a-ferry-sinks", "by", "anna-berg", "says", "It struck a mine.", "quote", "A mine!"}, "rests on nothing"},
		"an event in a range that is none":  {"events", []string{"what", "Talks", "when", "2026-02-03/2026-02-01", "where", "The strait", "kind", "talks", "cites.0.document", "the-log", "cites.0.place", "page 3"}, "ends before it begins"},
		"an event in a month that is none":  {"events", []string{"what", "Talks", "when", "2026-13", "cites.0.document", "the-log"}, "is no time"},
		"a script in a quotation":           {"accounts", []string{"event", "a-ferry-sinks", "by", "anna-berg", "quote", "<script>alert(1)</script>", "cites.0.document", "the-log"}, `holds "<script>`},
		"a document that leads to a script": {"events", []string{"what", "Talks", "when", "2026", "new-documents.0.title", "A leaflet", "new-documents.0.publisher", "Anon", "new-documents.0.link", "javascript:alert(1)"}, "no address on the web"},
		"a scenario that nobody signs":      {"scenarios", []string{"title", "A bridge", "says", "Both build it.", "on", "2026-09-01", "signs.0.says", "A budget", "signs.0.against", "yes"}, "who signs"},
		"a relation of one":                 {"relations", []string{"from", "anna-berg", "to", "anna-berg", "kind", "is", "mutual", "yes"}, "to itself"},
		"a series of nothing":               {"series", []string{"series.0.symbol", "EUR/QQQ"}, "EUR/QQQ"},
		"a statement on nothing":            {"standing", []string{"standing.0.text", "It rains."}, "rests on nothing"},
		"a head without a headline":         {"head", []string{"headline", "", "section", "world", "body", "Words.", "topics", "sea, ferries"}, "no headline"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := owner.post(at+"/parts/"+c.kind, http.StatusBadRequest, append([]string{"based-on", "6", "reason", "Why not"}, c.fields...)...)
			if text := doc.Find(".said.problem").Text(); !strings.Contains(text, c.says) {
				t.Errorf("it is told %q", text)
			}
			form := doc.Find("form.part")
			for i := 0; i+1 < len(c.fields); i += 2 {
				if got := fieldValue(form, c.fields[i]); got != c.fields[i+1] {
					t.Errorf("%s is %q, was %q", c.fields[i], got, c.fields[i+1])
				}
			}
			if got := fieldValue(form, "reason"); got != "Why not" {
				t.Errorf("the reason is %q", got)
			}
		})
	}
	if _, r := h.subject(t, at); len(r.Revisions) != 6 {
		t.Errorf("%d revisions are kept", len(r.Revisions))
	}
}

// fieldValue is what stands in a field of a form.
func fieldValue(form *goquery.Selection, name string) string {
	field := form.Find("[name='" + name + "']")
	switch goquery.NodeName(field) {
	case "textarea":
		return field.Text()
	case "select":
		return field.Find("[selected]").AttrOr("value", "")
	}
	if _, ticked := field.Attr("checked"); field.AttrOr("type", "") == "checkbox" && !ticked {
		return ""
	}
	return field.AttrOr("value", "")
}

func TestOfTwoWhoChangeADossierAtOnceNothingIsLost(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	edna := h.invited(t, owner, "Edna Editor", staff.Editor)
	at := fixture(owner, "The strait")
	change := []string{"id", "a-ferry-sinks", "when", "2025-12-25", "cites.0.document", "the-log"}
	owner.post(at+"/parts/events", http.StatusOK, append(change, "based-on", "6", "what", "A ferry is lost")...)
	mine := append(change, "what", "A ferry goes down", "where", "Off Norrvik", "new-documents.0.title", "A chart", "new-documents.0.publisher", "The pilots")
	doc := edna.post(at+"/parts/events", http.StatusConflict, append(mine, "based-on", "6")...)
	if text := doc.Find(".said h2").Text(); !strings.Contains(text, "Olga Owner saved revision 7 meanwhile") {
		t.Errorf("she is told %q", text)
	}
	if doc.Find(".diff del:contains('lost')").Length() == 0 || doc.Find(".diff ins:contains('down')").Length() == 0 {
		t.Errorf("she is shown %q", doc.Find(".diff").Text())
	}
	form := doc.Find("form.part")
	for i := 0; i+1 < len(mine); i += 2 {
		if got := fieldValue(form, mine[i]); got != mine[i+1] {
			t.Errorf("%s is %q, was %q", mine[i], got, mine[i+1])
		}
	}
	edna.post(at+"/parts/events", http.StatusOK, append(mine, "based-on", fieldValue(form, "based-on"))...)
	if s, r := h.subject(t, at); len(r.Revisions) != 8 || s.Events[0].What != "A ferry goes down" || len(s.Documents) != 2 || len(s.Events[0].Cites) != 2 {
		t.Errorf("it is kept as %+v", s.Events)
	}
	// More lines are given without a revision, and what was written stays.
	doc = edna.post(at+"/parts/events", http.StatusOK, "based-on", "8", "act", "more", "what", "Talks", "cites.0.document", "the-log")
	if fieldValue(doc.Find("form.part"), "what") != "Talks" || doc.Find("[name='cites.4.document']").Length() != 1 {
		t.Error("there are no more lines")
	}
	// What others need stays, and says who they are and what to do.
	doc = edna.post(at+"/parts/events", http.StatusConflict, "based-on", "8", "id", "a-ferry-sinks", "act", "drop", "what", "A ferry goes down")
	if text := doc.Find(".said.problem").Text(); text != "Not removed: other parts of the dossier name this event. Let those listed below name another, or remove them; then remove this one." {
		t.Errorf("it is told %q", text)
	}
	if a := doc.Find(".namers a"); a.Length() != 1 || a.AttrOr("href", "") != at+"/parts/accounts?id=a-ferry-sinks-anna-berg" || fieldValue(doc.Find("form.part"), "what") != "A ferry goes down" {
		t.Errorf("it is needed by %q", doc.Find(".namers").Text())
	}
	doc = edna.post(at+"/parts/documents", http.StatusConflict, "based-on", "8", "id", "the-log", "act", "drop")
	if text := doc.Find(".namers li").Text(); doc.Find(".namers li").Length() != 2 || !strings.Contains(text, "Event: A ferry goes down") || !strings.Contains(text, "Account: Anna Berg: It struck a rock.") {
		t.Errorf("the document is needed by %q", text)
	}
	edna.post(at+"/parts/accounts", http.StatusOK, "based-on", "8", "id", "a-ferry-sinks-anna-berg", "act", "drop")
	if s, _ := h.subject(t, at); len(s.Accounts) != 0 || len(s.Events) != 1 {
		t.Errorf("there are %v", s.Accounts)
	}
}

func TestTwoWhoChangeDifferentPartsOfADossierAreBothHeard(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	edna := h.invited(t, owner, "Edna Editor", staff.Editor)
	at := fixture(owner, "The strait")
	story := written(owner, "A ferry is lost", "A ferry sank.")
	adds(owner, at, "actors", "6", "id", "anna-berg", "name", "Anna Berg-Lund", "kind", "person")
	adds(edna, at, "events", "6", "id", "a-ferry-sinks", "what", "A ferry goes down", "when", "2025-12-25", "cites.0.document", "the-log")
	adds(edna, at, "documents", "6", "title", "The log", "publisher", "The pilots")
	adds(owner, at, "documents", "6", "title", "The log", "publisher", "The coast guard")
	owner.post(at+"/stories", http.StatusOK, "story", strings.TrimPrefix(story, "/desk/stories/"))
	s, r := h.subject(t, at)
	if len(r.Revisions) != 11 || s.Actors[0].Name != "Anna Berg-Lund" || s.Events[0].What != "A ferry goes down" || len(s.Documents) != 3 || s.Documents[2].ID != "the-log-3" || len(s.Stories) != 1 {
		t.Errorf("it is kept as %+v, revision %d", s, len(r.Revisions))
	}
	// Who is told of somebody is told of who changed the same part, whatever came later.
	text := edna.post(at+"/parts/actors", http.StatusConflict, "based-on", "6", "id", "anna-berg", "name", "A. Berg", "kind", "person").Find(".said h2").Text()
	if text != "Olga Owner saved revision 7 meanwhile" {
		t.Errorf("she is told %q", text)
	}
	// The pictures of a head are a part of it.
	adds(owner, at, "head", "11", "headline", "The strait", "section", "world", "body", "Words.", "standfirst", "Two harbours quarrel.")
	head := []string{"based-on", "11", "headline", "The strait of Norrvik", "section", "world", "body", "One euro bought {{EUR/USD @2026-09-29}} dollars.", "standfirst", "Two harbours quarrel."}
	doc := edna.post(at+"/parts/head", http.StatusConflict, head...)
	if text := doc.Find(".said dl").Text(); !strings.Contains(text, "of Norrvik") || !strings.Contains(text, "bodyWords") {
		t.Errorf("she is shown %q", text)
	}
	// A part that somebody removed meanwhile can be put back as it was written.
	owner.post(at+"/parts/accounts", http.StatusOK, "based-on", "12", "id", "a-ferry-sinks-anna-berg", "act", "drop")
	account := []string{"id", "a-ferry-sinks-anna-berg", "event", "a-ferry-sinks", "by", "anna-berg", "says", "It struck a mine.", "cites.0.document", "the-log"}
	doc = edna.post(at+"/parts/accounts", http.StatusConflict, append(account, "based-on", "12")...)
	if fieldValue(doc.Find("form.part"), "says") != "It struck a mine." {
		t.Error("what she wrote is lost")
	}
	edna.post(at+"/parts/accounts", http.StatusOK, append(account, "based-on", "13")...)
	if s, _ := h.subject(t, at); len(s.Accounts) != 1 || s.Accounts[0].Says != "It struck a mine." {
		t.Errorf("the accounts are %+v", s.Accounts)
	}
}

func TestTwoActorsWhoAreOneAreMergedAtTheDesk(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	at := fixture(owner, "The strait")
	doc := owner.get(at, http.StatusOK)
	if text := doc.Find(".twins p").First().Text(); !strings.Contains(text, "Both bear the name Berg, Anna.") {
		t.Fatalf("found are %q", text)
	}
	for _, c := range []struct{ from, into, says string }{
		{"anna-berg", "anna-berg", "into itself"}, {"nobody", "anna-berg", "no actor"},
	} {
		if text := owner.post(at+"/actors", http.StatusBadRequest, "based-on", "6", "from", c.from, "into", c.into).Find(".said.problem").Text(); !strings.Contains(text, c.says) {
			t.Errorf("%s into %s: %q", c.from, c.into, text)
		}
	}
	both, _ := doc.Find(".twins button").First().Attr("value")
	doc = owner.post(at+"/actors", http.StatusOK, "based-on", "6", "both", both)
	if text := doc.Find("#actors tbody").Text(); !strings.Contains(text, "merged into Anna Berg") || doc.Find(".twins").Length() != 0 {
		t.Errorf("after the merge there is %q", text)
	}
	if s, _ := h.subject(t, at); s.Events[0].Hands[0].Actor != "anna-berg" {
		t.Errorf("the event names %v", s.Events[0].Hands)
	}
	if text := owner.post(at+"/actors", http.StatusBadRequest, "based-on", "7", "from", "anna-berg", "into", "berg-anna").Find(".said.problem").Text(); !strings.Contains(text, "was itself merged into") {
		t.Errorf("a merge in a circle: %q", text)
	}
	form := owner.get(at+"/parts/actors?id=anna-berg", http.StatusOK).Find("form.part")
	if name := fieldValue(form, "other.0.name"); name != "Berg, Anna" {
		t.Errorf("she is also called %q", name)
	}
	// What is changed of an actor later leaves the merge as it is.
	adds(owner, at, "actors", "7", "id", "berg-anna", "name", "A. Berg", "kind", "person")
	if s, _ := h.subject(t, at); s.Actors[1].Into != "anna-berg" || s.Actors[1].Name != "A. Berg" {
		t.Errorf("the actor is %+v", s.Actors[1])
	}
}

func TestASentenceOfAStoryBecomesAPartOfADossier(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	story := written(owner, "A ferry is lost", "On Monday a **ferry** sank. Dr. Berg said a rock did it; a ticket cost {{EUR/USD @2026-09-29}} dollars.\n\n- Nobody was hurt.")
	page := owner.get(story+"/dossier", http.StatusOK)
	if n := page.Find(".sentences li").Length(); n != 3 || page.Find(".sentences a").Length() != 0 {
		t.Fatalf("there are %d sentences: %s", n, page.Find(".sentences").Text())
	}
	begin, _ := page.Find("a:contains('Begin a dossier')").Attr("href")
	form := owner.get(begin, http.StatusOK).Find("form.part")
	if fieldValue(form, "section") != "markets" {
		t.Errorf("it begins in the section %q", fieldValue(form, "section"))
	}
	page = owner.post("/desk/dossiers", http.StatusOK, "story", fieldValue(form, "story"), "headline", "The strait", "section", "markets")
	account, _ := page.Find(".sentences li:nth-child(2) a:contains('Account')").Attr("href")
	event, ok := page.Find(".sentences li:first-child a:contains('Event')").Attr("href")
	if !ok || !strings.Contains(page.Url.Path, "/desk/stories/") {
		t.Fatalf("beginning a dossier leads to %s", page.Url)
	}
	form = owner.get(event, http.StatusOK).Find("form.part")
	if says := fieldValue(form, "says"); says != "On Monday a ferry sank." {
		t.Errorf("the event begins with %q", says)
	}
	form = owner.get(account, http.StatusOK).Find("form.part")
	if says := fieldValue(form, "says"); !strings.HasPrefix(says, "Dr. Berg said a rock did it; a ticket cost 1.1") || strings.Contains(says, "{{") {
		t.Errorf("the account begins with %q", says)
	}
	at := "/desk/dossiers/the-strait"
	page = adds(owner, at, "events", "1", "story", fieldValue(form, "story"), "what", "A ferry sinks", "when", "2026-09-28", "says", "On Monday a ferry sank.",
		"new-documents.0.title", "The log", "new-documents.0.publisher", "Norrvik")
	if page.Find(".said").Text() != "Saved as a revision." || page.Find(".sentences").Length() == 0 {
		t.Errorf("saving leads to %s", page.Url)
	}
	adds(owner, at, "accounts", "2", "story", fieldValue(form, "story"), "event", "a-ferry-sinks", "says", "A rock did it.", "new-actor.0.name", "Anna Berg", "new-actor.0.kind", "person", "cites.0.document", "the-log")
	s, _ := h.subject(t, at)
	if len(s.Stories) != 1 || len(s.Documents) != 1 || s.Events[0].Cites[0].Document != "the-log" || s.Accounts[0].By != "anna-berg" || len(s.Actors) != 1 {
		t.Errorf("it is kept as %+v", s)
	}
	// Who may not read a story does not read its sentences through a dossier either.
	cleo := h.invited(t, owner, "Cleo Contributor", staff.Contributor)
	own := begun(cleo, "Cleo's own")
	query := url.Values{"story": {fieldValue(form, "story")}, "revision": {"1"}, "sentence": {"1"}}.Encode()
	cleo.get(own+"/parts/events?"+query, http.StatusForbidden)
	cleo.post(own+"/stories", http.StatusForbidden, "based-on", "1", "story", fieldValue(form, "story"))
	owner.get(at+"/parts/events?story="+fieldValue(form, "story")+"&revision=1&sentence=9", http.StatusNotFound)
	owner.get(at+"/parts/events?story="+fieldValue(form, "story")+"&revision=7&sentence=1", http.StatusNotFound)
}
