package native_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/api/native"
	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/store/storetest"
)

func when(text string) news.When {
	w, err := news.ParseWhen(text)
	if err != nil {
		panic(err)
	}
	return w
}

// strait is a dossier with something of each kind. Of its figures one is of a source that may not be passed on.
func strait() news.Subject {
	cites := []news.Cite{{Document: "log", Place: "page 2"}}
	return news.Subject{
		Content: news.Content{
			Headline: "The strait", Standfirst: "Two harbours quarrel.", Section: "world", Topics: []news.Slug{"sea"}, Bylines: []string{"Ada", "Bo"},
			Body: "One euro bought {{EUR/USD @2026-02-02}} dollars and {{EUR/RUB @2026-02-02}} roubles.",
		},
		Standing: []news.Statement{{Text: "Two harbours quarrel over a lost ferry.", Cites: cites}},
		Actors: []news.Actor{
			{ID: "north", Name: "Norrvik", Kind: news.Nation, Other: []string{"The North"}},
			{ID: "berg", Name: "Anna Berg", Kind: news.Person, Says: "She led the search.", Cites: cites, Roles: []news.Role{{Title: "harbour master", Of: "north", From: when("2019"), Cites: cites}}},
			{ID: "a-berg", Name: "A. Berg", Kind: news.Person, Into: "berg"},
		},
		Events: []news.Event{
			{ID: "talks", What: "Talks are called off", When: when("2026-01"), Cites: cites},
			{ID: "ferry", What: "A ferry sinks", Says: "It sank at noon.", When: when("2025-12-25"), Where: "The strait", Kind: "accident", Hands: []news.Hand{{Actor: "a-berg", As: "led the search"}}, Cites: cites},
			{ID: "raid", What: "A raid", When: when("2025-12-26/2025-12-28"), Cites: cites},
			{ID: "vote", What: "The South votes", When: when("2026-05-03"), Cites: cites},
			{ID: "treaty", What: "A treaty", When: when("1998"), Cites: cites},
		},
		Accounts: []news.Account{
			{ID: "rock", Event: "ferry", By: "north", On: when("2025-12-26"), Says: "It struck a rock.", Quote: "There was a rock.", Cites: cites},
			{ID: "mine", Event: "ferry", By: "berg", Says: "It struck a mine.", Stance: news.Contradicts, Of: "rock", Cites: cites},
		},
		Relations: []news.Relation{{ID: "north-berg", From: "north", To: "berg", Kind: "employs", Course: []news.Shift{
			{On: when("2026-01"), Heading: news.Broken, Says: "It dismissed her.", Event: "talks", Cites: cites},
		}}},
		Consequences: []news.Consequence{{ID: "fish", For: "fishermen", Says: "They stay at home.", By: "berg", Event: "ferry", Cites: cites}},
		Scenarios: []news.Scenario{{
			ID: "bridge", Title: "A bridge", Says: "Both build a bridge.", Signs: []news.Sign{{Says: "A budget for it"}}, By: "Ada", On: when("2026-01-01"),
			Verdict: news.ProvenWrong, Closed: when("2026-02-01"), Why: "A ferry was bought.",
		}},
		Documents: []news.Document{{ID: "log", Title: "The log", Publisher: "Norrvik", Link: "https://harbour.example/the log?ä", On: when("2026-01-31")}},
		Series:    []market.Symbol{"EUR/USD", "EUR/RUB"},
	}
}

// file publishes a dossier.
func (h *house) file(t testing.TB, s news.Subject) {
	t.Helper()
	r, err := h.newsroom.SaveDossier(t.Context(), news.DossierDraft{Subject: s, Author: "Ada"})
	if err == nil {
		_, err = h.newsroom.PublishDossier(t.Context(), news.DossierStep{Dossier: r.Dossier, Revision: 1, By: "Ada"})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// told publishes the next revision of the dossier, with two stories of which one is published, and a correction.
func (h *house) told(t testing.TB) {
	t.Helper()
	next := strait()
	for _, headline := range []string{"The ferry", "A secret"} {
		r, err := h.newsroom.Save(t.Context(), news.Submission{Author: "Ada", Content: news.Content{Headline: headline, Section: "world", Body: "Text."}})
		if err != nil {
			t.Fatal(err)
		}
		if headline == "The ferry" {
			if _, err := h.newsroom.Move(t.Context(), r.Story, news.Move{To: news.Published, Revision: 1, By: "Ada"}); err != nil {
				t.Fatal(err)
			}
		}
		next.Stories = append(next.Stories, r.Story)
	}
	_, err := h.newsroom.SaveDossier(t.Context(), news.DossierDraft{Slug: "the-strait", BasedOn: 1, Subject: next, Author: "Ada"})
	if err == nil {
		_, err = h.newsroom.PublishDossier(t.Context(), news.DossierStep{
			Dossier: "the-strait", Revision: 2, By: "Ada", Notice: news.Notice{Kind: news.FactCorrection, Text: "The ferry sank on 25 December."},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// daily records two years of weekdays up to the day of asking, with one large move on 25 December 2025.
func (h *house) daily(t testing.TB) {
	t.Helper()
	var all []market.Observation
	n := 0
	for at := friday.AddDate(-2, 0, 0); at.Before(friday); at = at.AddDate(0, 0, 1) {
		if wd := at.Weekday(); wd == time.Saturday || wd == time.Sunday {
			continue
		}
		value := fmt.Sprintf("1.%04d", 1000+n%7)
		if n++; at.Format(time.DateOnly) == "2025-12-25" {
			value = "1.3000"
		}
		all = append(all, said(bank, "EUR/USD", value, at), said(closed, "EUR/RUB", value, at))
	}
	h.record(t, []market.Source{bank, closed}, all...)
}

func TestADossierIsServedAsReadersSeeIt(t *testing.T) {
	h := full(t, native.Options{})
	h.told(t)
	for path, wants := range map[string]map[string]string{
		"/api/v1/dossiers": {
			"count": "1", "dossiers.0.slug": "the-strait", "dossiers.0.path": "/dossiers/the-strait", "dossiers.0.actors": "2", "dossiers.0.events": "5", "dossiers.0.revision": "2",
		},
		"/api/v1/dossiers/the-strait": {
			"slug": "the-strait", "revision": "2", "content.headline": "The strait", "standing.0.cites.0.place": "page 2", "actors": "3 of them", "events.1.when": "2025-12-25",
			"accounts.1.stance": "contradicts", "accounts.1.of": "rock", "relations.0.course.0.heading": "broken", "scenarios.0.verdict": "wrong", "documents.0.publisher": "Norrvik",
			"series": "2 of them", "timeline.0.event": "treaty", "timeline.0.first": "1998-01-01", "timeline.0.last": "1998-12-31", "timeline.1.event": "ferry", "timeline.1.coming": "false",
			"timeline.2.when": "2025-12-26/2025-12-28", "timeline.2.last": "2025-12-28", "timeline.3.first": "2026-01-01", "timeline.4.event": "vote", "timeline.4.coming": "true",
			"figures": "2 of them", "figures.0.value": "1.1859", "figures.0.source": "bank", "figures.0.at": "2026-02-02T00:00:00Z", "figures.0.seen": "2026-02-02T16:05:00Z", "figures.0.from": "1 of them",
			"figures.1.value": "<nil>", "figures.1.source": "closed", "figures.1.from": "0 of them", "sources": "1 of them", "sources.0.attribution": "Source: Central Bank",
			"stories": "1 of them", "articles": "1 of them", "articles.0.headline": "The ferry", "articles.0.path": "/2026/02/05/the-ferry",
			"notices.0.kind": "fact", "notices.0.text": "The ferry sank on 25 December.", "notices.0.revision": "2", "path": "/dossiers/the-strait",
		},
		"/api/v1/dossiers/the-strait.json": {"slug": "the-strait"},
	} {
		reply := h.get(t, path)
		for where, want := range wants {
			if got := at(reply, where); got != want {
				t.Errorf("%s: %s is %s, want %s", path, where, got, want)
			}
		}
	}
	_, _, body := h.ask(t, "/api/v1/dossiers/the-strait")
	if strings.Contains(body, "secret") || strings.Contains(body, "90.5") {
		t.Errorf("something is told that may not be: %s", body)
	}
	for path, want := range map[string]int{
		"/api/v1/dossiers/the-sea": 404, "/api/v1/dossiers/The%20Sea": 400, "/api/v1/dossiers/the-strait/events/storm/reactions": 404, "/api/v1/dossiers/the-sea/ninjs": 404,
		"/api/v1/dossiers/the-strait.csv": 400, "/api/v1/dossiers/the-strait?x=1": 400, "/api/v1/dossiers/a%00b": 400,
	} {
		if status, _, body := h.ask(t, path); status != want || len(at(parsed(t, body), "detail")) < 20 {
			t.Errorf("%s: %d %s, want %d", path, status, body, want)
		}
	}
	if found := h.get(t, "/api/v1/search?q=strait"); at(found, "dossiers.0.slug") != "the-strait" || at(found, "dossiers") != "1 of them" {
		t.Errorf("a search finds %s, %s", at(found, "dossiers"), at(found, "dossiers.0.slug"))
	}
	_, header, _ := h.ask(t, "/api/v1/dossiers/the-strait")
	if status, _, _ := h.ask(t, "/api/v1/dossiers/the-strait", "If-None-Match", header.Get("ETag")); header.Get("ETag") == "" || status != http.StatusNotModified {
		t.Errorf("asked again by its tag %q: %d", header.Get("ETag"), status)
	}
}

// The part of a dossier that people edit has one form: what is served can be brought in again.
func TestWhatIsServedOfADossierCanBeBroughtInAgain(t *testing.T) {
	h := full(t, native.Options{})
	reply := h.get(t, "/api/v1/dossiers/the-strait")
	for _, added := range []string{"path", "published", "updated", "timeline", "figures", "articles", "notices", "sources"} {
		if _, ok := reply[added]; !ok {
			t.Errorf("there is no %s", added)
		}
		delete(reply, added)
	}
	text, err := json.Marshal(reply)
	if err != nil {
		t.Fatal(err)
	}
	d, err := archive.ReadDossier(strings.NewReader(string(text)))
	if err != nil || d.Slug != "the-strait" || d.Revision != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	if _, err := h.newsroom.SaveDossier(t.Context(), news.DossierDraft{Slug: d.Slug, BasedOn: d.Revision, Subject: d.News(), Author: "Bo"}); err != nil {
		t.Error(err)
	}
}

func TestADraftAndWhatWasWithdrawnAreNotServed(t *testing.T) {
	h := full(t, native.Options{})
	next := strait()
	next.Content.Headline = "The rift"
	if _, err := h.newsroom.SaveDossier(t.Context(), news.DossierDraft{Slug: "the-strait", BasedOn: 1, Subject: next, Author: "Ada"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.newsroom.SaveDossier(t.Context(), news.DossierDraft{Slug: "the-rift", Subject: next, Author: "Ada"}); err != nil {
		t.Fatal(err)
	}
	if reply := h.get(t, "/api/v1/dossiers/the-strait"); at(reply, "content.headline") != "The strait" {
		t.Error("a draft is served")
	}
	if status, _, _ := h.ask(t, "/api/v1/dossiers/the-rift"); status != 404 {
		t.Errorf("a draft is answered with %d", status)
	}
	out := news.DossierStep{Dossier: "the-strait", By: "Ada", Reason: "forged", Notice: news.Notice{Text: "Its log was forged."}}
	if _, err := h.newsroom.WithdrawDossier(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", "/ninjs", "/events/ferry/reactions"} {
		status, _, body := h.ask(t, "/api/v1/dossiers/the-strait"+path)
		if p := parsed(t, body); status != http.StatusGone || at(p, "type") != "/api/#gone" || !strings.Contains(at(p, "detail"), "Its log was forged.") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if list := h.get(t, "/api/v1/dossiers"); at(list, "count") != "0" || at(list, "dossiers") != "0 of them" {
		t.Errorf("%v", list)
	}
}

func TestReactionsRestOnNumbersThatMayBePassedOn(t *testing.T) {
	h := full(t, native.Options{})
	h.daily(t)
	r := h.get(t, "/api/v1/dossiers/the-strait/events/ferry/reactions")
	for where, want := range map[string]string{
		"dossier": "the-strait", "event": "ferry", "when": "2025-12-25", "reactions": "2 of them", "sources": "1 of them", "sources.0.id": "bank",
		"reactions.0.series": "EUR/USD", "reactions.0.source": "bank", "reactions.0.unfit": "<nil>", "reactions.0.windows": "3 of them", "reactions.0.before.from": "1 of them",
		"reactions.0.before.at": "2025-12-24T00:00:00Z", "reactions.0.before.seen": "2025-12-24T16:05:00Z", "reactions.0.windows.0.after.value": "1.3000", "reactions.0.windows.0.beyond": "99",
		"reactions.0.windows.0.sessions": "1", "reactions.0.windows.0.shared": "0 of them", "reactions.0.windows.1.shared.0": "raid", "reactions.0.windows.2.shared": "2 of them", "reactions.0.windows.2.sessions": "20",
		"reactions.1.series": "EUR/RUB", "reactions.1.source": "<nil>", "reactions.1.windows": "0 of them",
		"reactions.1.unfit": "No source whose numbers may be passed on has said enough of it.",
	} {
		if got := at(r, where); got != want {
			t.Errorf("%s is %s, want %s", where, got, want)
		}
	}
	if !strings.Contains(at(r, "method"), "of causes nothing is known") || !strings.HasPrefix(at(r, "reactions.0.windows.0.words"), "Larger than 99 of 100 ordinary moves") {
		t.Errorf("it says %s", r)
	}
	for event, says := range map[string]string{"vote": "It has not happened yet.", "talks": "between 1 January", "treaty": "No source whose numbers"} {
		if got := at(h.get(t, "/api/v1/dossiers/the-strait/events/"+event+"/reactions"), "reactions.0.unfit"); !strings.Contains(got, says) {
			t.Errorf("%s: %s", event, got)
		}
	}
	status, _, table := h.ask(t, "/api/v1/dossiers/the-strait/events/ferry/reactions.csv")
	if lines := strings.Split(strings.TrimSpace(table), "\r\n"); status != 200 || len(lines) != 5 || !strings.HasPrefix(lines[0], "event,series,source,held,unfit,before.value,") {
		t.Errorf("as a table: %d %s", status, table)
	}
}

func TestAnInterfaceWithoutAPaperHasNoDossiers(t *testing.T) {
	b := bus.New()
	mux := http.NewServeMux()
	native.Mount(mux, api.New(market.NewLedger(storetest.Open(t), b, market.LedgerOptions{}), b, api.Options{}), native.Options{})
	for path, want := range map[string]int{"/api/v1/dossiers": 200, "/api/v1/dossiers/the-strait": 404} {
		w := httptest.NewRecorder()
		if mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)); w.Code != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// A dossier as ninjs keeps to the rules of its schema, which testdata/ninjs-3.1.json has in our words.
func TestADossierIsAnItemOfNinjs(t *testing.T) {
	h := full(t, native.Options{})
	text, err := os.ReadFile("testdata/ninjs-3.1.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	rules, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	item := h.get(t, "/api/v1/dossiers/the-strait/ninjs")
	_, _, body := h.ask(t, "/api/v1/dossiers/the-strait/ninjs")
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	if err := rules.Validate(v); err != nil {
		t.Errorf("%v\n%s", err, body)
	}
	for where, want := range map[string]string{
		"uri": h.URL + "/dossiers/the-strait", "standard.version": "3.1", "type": "composite", "version": "1", "language": "en", "by": "Ada, Bo", "people": "1 of them",
		"organisations.0.name": "Norrvik", "events": "5 of them", "associations.1.uri": h.URL + "/dossiers/the-strait/events/ferry", "associations.1.type": "event",
		"associations.0.eventDetails.dates.expectedStartDate": "1998", "associations.1.eventDetails.dates.expectedStartDate": "2025-12-25", "associations.1.people.0.name": "Anna Berg",
		"associations.2.eventDetails.dates.expectedEndDate": "2025-12-28", "associations.3.eventDetails.dates.expectedStartDate": "2026-01", "associations.1.places.0.name": "The strait",
		"infoSources.0.uri": "https://harbour.example/the%20log?%C3%A4", "associations.1.infoSources.0.literal": "The log, page 2",
	} {
		if got := at(item, where); got != want {
			t.Errorf("%s is %s, want %s", where, got, want)
		}
	}
	// The rules must be able to find something.
	for what, spoil := range map[string]func(map[string]any){
		"no uri":                  func(m map[string]any) { delete(m, "uri") },
		"a type that is none":     func(m map[string]any) { m["type"] = "dossier" },
		"a member that is none":   func(m map[string]any) { m["timeline"] = 1 },
		"an event without a name": func(m map[string]any) { delete(m["associations"].([]any)[0].(map[string]any), "name") },
		"a time that is none": func(m map[string]any) {
			m["associations"].([]any)[2].(map[string]any)["eventDetails"].(map[string]any)["dates"].(map[string]any)["expectedStartDate"] = "2025-12-26/2025-12-28"
		},
		"a headline without a text": func(m map[string]any) { delete(m["headlines"].([]any)[0].(map[string]any), "value") },
	} {
		var spoilt map[string]any
		if err := json.Unmarshal([]byte(body), &spoilt); err != nil {
			t.Fatal(err)
		}
		if spoil(spoilt); rules.Validate(spoilt) == nil {
			t.Errorf("with %s it is right", what)
		}
	}
	if status, _, other := h.ask(t, "/api/v1/dossiers/the-strait/ninjs", "X-Forwarded-Proto", "https"); status != 200 || !strings.Contains(other, `"uri":"https://`) {
		t.Errorf("asked by HTTPS: %s", other)
	}
}
