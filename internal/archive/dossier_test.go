package archive_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

func when(text string) news.When {
	w, err := news.ParseWhen(text)
	if err != nil {
		panic(err)
	}
	return w
}

// dossier generates a dossier of any content, right or wrong.
func dossier(slug news.Slug, text *rapid.Generator[string], moment *rapid.Generator[time.Time], image *rapid.Generator[news.Image], notice *rapid.Generator[news.Notice], pin *rapid.Generator[news.Pin]) *rapid.Generator[news.DossierRecord] {
	return rapid.Custom(func(t *rapid.T) news.DossierRecord {
		r := news.DossierRecord{Slug: slug}
		for n := range rapid.IntRange(0, 3).Draw(t, "revisions") {
			r.Revisions = append(r.Revisions, news.DossierRevision{
				Dossier: slug, N: n + 1, Subject: subject(text, image).Draw(t, "subject"), Author: text.Draw(t, "author"), Person: text.Draw(t, "person"),
				Reason: text.Draw(t, "reason"), At: moment.Draw(t, "at"),
			})
		}
		for n := range rapid.IntRange(0, 3).Draw(t, "steps") {
			r.Steps = append(r.Steps, news.DossierStep{
				Dossier: slug, N: n + 1, Revision: rapid.IntRange(0, 3).Draw(t, "revision"), By: text.Draw(t, "by"), Person: text.Draw(t, "person"),
				Reason: text.Draw(t, "reason"), At: moment.Draw(t, "at"), Notice: notice.Draw(t, "notice"), Pins: rapid.SliceOfN(pin, 0, 2).Draw(t, "pins"),
			})
		}
		return r
	})
}

// subject generates a subject whose parts need not fit each other.
func subject(text *rapid.Generator[string], image *rapid.Generator[news.Image]) *rapid.Generator[news.Subject] {
	slug := rapid.Map(rapid.StringMatching(`[a-z0-9-]{0,9}`), func(s string) news.Slug { return news.Slug(s) })
	when := rapid.SampledFrom([]news.When{when(""), when("2025-06-27"), when("2025-06"), when("2025"), when("2025-06-27/2025-07-02")})
	cite := rapid.Custom(func(t *rapid.T) news.Cite {
		return news.Cite{Document: slug.Draw(t, "document"), Place: text.Draw(t, "place")}
	})
	cites := rapid.SliceOfN(cite, 0, 2)
	some := rapid.IntRange(0, 2)
	return rapid.Custom(func(t *rapid.T) (s news.Subject) {
		s.Content = news.Content{
			Headline: text.Draw(t, "headline"), Standfirst: text.Draw(t, "standfirst"), Bylines: rapid.SliceOfN(text, 0, 2).Draw(t, "bylines"), Section: "world",
			Topics: rapid.SliceOfN(slug, 0, 2).Draw(t, "topics"), Images: rapid.SliceOfN(image, 0, 2).Draw(t, "images"),
			Body: strings.Join(rapid.SliceOfN(text, 0, 4).Draw(t, "body"), "\n"),
		}
		for range some.Draw(t, "of each") {
			s.Standing = append(s.Standing, news.Statement{Text: text.Draw(t, "text"), Cites: cites.Draw(t, "cites")})
			s.Actors = append(s.Actors, news.Actor{
				ID: slug.Draw(t, "id"), Name: text.Draw(t, "name"), Kind: news.Nation, Other: rapid.SliceOfN(text, 0, 2).Draw(t, "other"), Says: text.Draw(t, "says"),
				Roles: []news.Role{{Title: text.Draw(t, "title"), Of: slug.Draw(t, "of"), From: when.Draw(t, "from"), To: when.Draw(t, "to"), Cites: cites.Draw(t, "cites")}},
				Into:  slug.Draw(t, "into"), Cites: cites.Draw(t, "cites"),
			})
			s.Events = append(s.Events, news.Event{
				ID: slug.Draw(t, "id"), What: text.Draw(t, "what"), Says: text.Draw(t, "says"), When: when.Draw(t, "when"), Where: text.Draw(t, "where"),
				Kind: text.Draw(t, "kind"), Hands: []news.Hand{{Actor: slug.Draw(t, "actor"), As: text.Draw(t, "as")}}, Cites: cites.Draw(t, "cites"),
			})
			s.Accounts = append(s.Accounts, news.Account{
				ID: slug.Draw(t, "id"), Event: slug.Draw(t, "event"), By: slug.Draw(t, "by"), On: when.Draw(t, "on"), Says: text.Draw(t, "says"),
				Quote: text.Draw(t, "quote"), Stance: rapid.SampledFrom([]news.Stance{"", news.Agrees}).Draw(t, "stance"), Of: slug.Draw(t, "of"), Cites: cites.Draw(t, "cites"),
			})
			s.Relations = append(s.Relations, news.Relation{
				ID: slug.Draw(t, "id"), From: slug.Draw(t, "from"), To: slug.Draw(t, "to"), Kind: text.Draw(t, "kind"), Mutual: rapid.Bool().Draw(t, "mutual"),
				Course: []news.Shift{{On: when.Draw(t, "on"), Heading: news.Colder, Says: text.Draw(t, "says"), Event: slug.Draw(t, "event"), Cites: cites.Draw(t, "cites")}},
			})
			s.Consequences = append(s.Consequences, news.Consequence{
				ID: slug.Draw(t, "id"), For: text.Draw(t, "for"), Says: text.Draw(t, "says"), By: slug.Draw(t, "by"), On: when.Draw(t, "on"), Event: slug.Draw(t, "event"), Cites: cites.Draw(t, "cites"),
			})
			s.Scenarios = append(s.Scenarios, news.Scenario{
				ID: slug.Draw(t, "id"), Title: text.Draw(t, "title"), Says: text.Draw(t, "says"), By: text.Draw(t, "by"), On: when.Draw(t, "on"), Cites: cites.Draw(t, "cites"),
				Signs:   []news.Sign{{Says: text.Draw(t, "sign"), Against: rapid.Bool().Draw(t, "against"), Event: slug.Draw(t, "event")}},
				Verdict: rapid.SampledFrom([]news.Verdict{news.Undecided, news.Overtaken}).Draw(t, "verdict"), Closed: when.Draw(t, "closed"), Why: text.Draw(t, "why"),
			})
			s.Documents = append(s.Documents, news.Document{
				ID: slug.Draw(t, "id"), Title: text.Draw(t, "title"), Publisher: text.Draw(t, "publisher"), Link: text.Draw(t, "link"), On: when.Draw(t, "on"), Note: text.Draw(t, "note"),
			})
		}
		s.Series = rapid.SliceOfN(rapid.SampledFrom([]market.Symbol{"EUR/USD", "XNYS:BP"}), 0, 2).Draw(t, "series")
		s.Stories = rapid.SliceOfN(rapid.Map(text, func(s string) news.StoryID { return news.StoryID(s) }), 0, 2).Draw(t, "stories")
		return s
	})
}

// strait is a dossier with every member that one can have, published, corrected and withdrawn.
func strait() news.DossierRecord {
	at := time.Date(2026, 2, 2, 9, 0, 0, 0, time.UTC)
	cites := []news.Cite{{Document: "log", Place: "page 2"}}
	s := news.Subject{
		Content: news.Content{
			Headline: "The strait", Kicker: "Sea", Standfirst: "Two harbours quarrel.", Bylines: []string{"Ada"}, Dateline: "Norrvik", Section: "world", Topics: []news.Slug{"sea"},
			Language: "en", Images: []news.Image{{Media: "m1", Alt: "A ferry", Caption: "The ferry", Credit: "Ada", FocusX: 500}}, Body: "One euro bought {{EUR/USD @2026-02-02}} dollars.\n",
		},
		Standing: []news.Statement{{Text: "Two harbours quarrel.", Cites: cites}},
		Actors: []news.Actor{
			{ID: "north", Name: "Norrvik", Kind: news.Nation, Other: []string{"The North"}, Says: "A harbour.", Cites: cites},
			{ID: "berg", Name: "Anna Berg", Kind: news.Person, Roles: []news.Role{{Title: "harbour master", Of: "north", From: when("2019"), To: when("2025-12"), Cites: cites}}},
			{ID: "a-berg", Name: "A. Berg", Kind: news.Person, Into: "berg"},
		},
		Events: []news.Event{{
			ID: "ferry", What: "A ferry sinks", Says: "It sank at noon.", When: when("2025-12-25"), Where: "The strait", Kind: "accident",
			Hands: []news.Hand{{Actor: "berg", As: "led the search"}}, Cites: cites,
		}},
		Accounts: []news.Account{
			{ID: "rock", Event: "ferry", By: "north", On: when("2025-12-26"), Says: "It struck a rock.", Quote: "There was a rock.", Cites: cites},
			{ID: "mine", Event: "ferry", By: "berg", Says: "It struck a mine.", Stance: news.Contradicts, Of: "rock", Cites: cites},
		},
		Relations: []news.Relation{{ID: "north-berg", From: "north", To: "berg", Kind: "employs", Mutual: true, Course: []news.Shift{
			{On: when("2025-12"), Heading: news.Broken, Says: "It dismissed her.", Event: "ferry", Cites: cites},
		}}},
		Consequences: []news.Consequence{{ID: "fish", For: "fishermen", Says: "They stay at home.", By: "berg", On: when("2026-01"), Event: "ferry", Cites: cites}},
		Scenarios: []news.Scenario{{
			ID: "bridge", Title: "A bridge", Says: "Both build a bridge.", Signs: []news.Sign{{Says: "Another ferry is bought", Against: true, Event: "ferry"}}, By: "Ada",
			On: when("2026-01-01"), Cites: cites, Verdict: news.ProvenWrong, Closed: when("2026-02-01"), Why: "A ferry was bought.",
		}},
		Documents: []news.Document{{ID: "log", Title: "The log", Publisher: "Norrvik", Link: "https://harbour.example/log", On: when("2026-01-31"), Note: "Read in copy."}},
		Series:    []market.Symbol{"EUR/USD"}, Stories: []news.StoryID{"first"},
	}
	return news.DossierRecord{
		Slug:      "the-strait",
		Revisions: []news.DossierRevision{{Dossier: "the-strait", N: 1, Subject: s, Author: "Ada", Person: "p", Reason: "new", At: at}},
		Steps: []news.DossierStep{
			{Dossier: "the-strait", N: 1, Revision: 1, By: "Ada", Person: "p", Reason: "out", At: at.Add(time.Hour), Pins: damaged.Stories[0].Pins[1]},
			{Dossier: "the-strait", N: 2, By: "Ada", At: at.Add(2 * time.Hour), Notice: news.Notice{Kind: news.Withdrawal, Text: "Its log was forged.", Figures: []string{"EUR/USD"}}},
		},
	}
}

func TestDamageToADossierIsToldWhere(t *testing.T) {
	file := written(t, news.Edition{Dossiers: []news.DossierRecord{strait()}})
	record, _, _ := strings.Cut(file[strings.Index(file, "\n")+1:], `{"end"`)
	for what, c := range map[string]struct{ from, to, says string }{
		"a count that is left out":      {`"dossiers":1,`, "", "it has 1 dossiers, and its last record, at line"},
		"a dossier that stands twice":   {record, record + record, `the dossier "the-strait" stands twice, at line 2 already`},
		"another day":                   {`"when": "2025-12-25"`, `"when": "2025-12-26"`, "do not fit the SHA-256"},
		"a day that is none":            {`"when": "2025-12-25"`, `"when": "2025-12-32"`, `"2025-12-32" is no time`},
		"an unknown member of an event": {`"where": "The strait"`, `"colour": "red"`, `json: unknown field "colour"`},
		"a text within its subject":     {`"section": "world"`, `"section": "world", "body": "x"`, "belongs beside it, as body"},
	} {
		if !strings.Contains(file, c.from) {
			t.Fatalf("there is no %q in\n%s", c.from, file)
		}
		if got := refused(t, what, strings.Replace(file, c.from, c.to, 1)); !strings.Contains(got, c.says) {
			t.Errorf("%s: it says %q, want %q", what, got, c.says)
		}
	}
}

func TestTheFormatsPageDescribesADossier(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "archive-format.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"([a-zA-Z0-9]+)": ?[^,\]]`).FindAllStringSubmatch(written(t, news.Edition{Dossiers: []news.DossierRecord{strait()}}), -1) {
		if !strings.Contains(string(page), "`"+m[1]+"`") {
			t.Errorf("the page does not describe %q", m[1])
		}
	}
}

func TestADossierThatPeopleEditComesBackAsItWas(t *testing.T) {
	text := rapid.Map(rapid.String(), func(s string) string { return strings.ToValidUTF8(s, "?") })
	image := rapid.Custom(func(t *rapid.T) news.Image { return news.Image{Media: text.Draw(t, "media"), FocusX: 3} })
	rapid.Check(t, func(t *rapid.T) {
		want := archive.Dossier{Slug: "a", Revision: rapid.IntRange(0, 9).Draw(t, "revision"), Subject: archive.SubjectOf(subject(text, image).Draw(t, "subject"))}
		var file bytes.Buffer
		if err := archive.WriteDossier(&file, want); err != nil {
			t.Fatal(err)
		}
		got, err := archive.ReadDossier(bytes.NewReader(file.Bytes()))
		if err != nil {
			t.Fatalf("%v\n%s", err, &file)
		}
		if diff := cmp.Diff(want.News(), got.News(), sameEdition); diff != "" || got.Slug != want.Slug || got.Revision != want.Revision {
			t.Fatalf("it came back changed:\n%s", diff)
		}
	})
}

func TestADossierThatCannotBeReadIsToldWhere(t *testing.T) {
	var file bytes.Buffer
	if err := archive.WriteDossier(&file, archive.Dossier{Slug: "the-strait", Revision: 1, Subject: archive.SubjectOf(strait().Revisions[0].Subject)}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ from, to, says string }{
		"a day that is none":         {`"when": "2025-12-25"`, `"when": "25 December"`, `events[0].when: "25 December" is no time: write 2025-06-27`},
		"a member that is not known": {`"where": "The strait"`, `"colour": "red"`, "events[0].colour: there is no such member; there are cites, hands, id, kind, says, what, when, where"},
		"one of another case":        {`"headline":`, `"Headline":`, "content.Headline: there is no such member; there are body, bylines, dateline, headline"},
		"one that the paper adds":    {`"slug":`, `"path": "/", "slug":`, "path: there is no such member; there are accounts, actors"},
		"a member twice":             {`"slug":`, `"slug": "a", "slug":`, "line 2: slug stands there twice: keep one"},
		"a number for a text":        {`"title": "A bridge"`, `"title": 7`, "scenarios[0].title: it must be a text, and is a JSON number"},
		"a text for a list":          {`"series": [`, `"series": "EUR/USD", "stories": [`, "series: it must be a list, and is a JSON string"},
		"a text for yes":             {`"mutual": true`, `"mutual": "yes"`, "relations[0].mutual: it must be true or false, and is a JSON string"},
		"a revision that is none":    {`"revision": 1`, `"revision": -1`, "revision: there is no revision -1"},
		"a comma too many":           {`"slug": "the-strait",`, `"slug": "the-strait",,`, "line 2: the dossier is no proper JSON"},
		"half of it":                 {file.String()[file.Len()/2:], "", "it was cut off"},
		"nothing":                    {file.String(), "", "the dossier ends in the middle"},
		"a list":                     {file.String(), "[]", "it must be one object"},
		"two of them":                {file.String(), "{} {}", "no proper JSON"},
		"bytes that are not UTF-8":   {"A bridge", "A bri\xffge", "no proper JSON"},
		"more than can be read":      {`"The strait"`, `"` + strings.Repeat("x", 9<<20) + `"`, "more than 8 MiB"},
	} {
		if !strings.Contains(file.String(), c.from) {
			t.Fatalf("there is no %q in\n%s", c.from, &file)
		}
		_, err := archive.ReadDossier(strings.NewReader(strings.Replace(file.String(), c.from, c.to, 1)))
		if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.says) || strings.Contains(fault.Sentence(err), "\n") {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	if _, err := archive.ReadDossier(full{}); !errors.Is(err, errNoRoom) || errors.Is(err, fault.Invalid) {
		t.Errorf("a disk that fails: %v", err)
	}
}

func (full) Read([]byte) (int, error) { return 0, errNoRoom }

// Whatever the file, it is read whole and can be written again, or refused in a sentence.
func FuzzReadDossier(f *testing.F) {
	var file bytes.Buffer
	if err := archive.WriteDossier(&file, archive.Dossier{Slug: "the-strait", Revision: 1, Subject: archive.SubjectOf(strait().Revisions[0].Subject)}); err != nil {
		f.Fatal(err)
	}
	f.Add(file.String())
	for _, seed := range []string{"", "{}", "null", "[]", `{"slug":"a","slug":"b"}`, `{"events":[{"when":"2025/2024"}]}`, `{"events":[null]}`, `{"events":{"0":1}}`, "\xff", `{"content":{"images":[{"focusX":1e9}]}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := archive.ReadDossier(strings.NewReader(text))
		if err != nil {
			if sentence := fault.Sentence(err); !errors.Is(err, fault.Invalid) || strings.ContainsAny(sentence, "\n\x00") || len(sentence) > 1000 {
				t.Fatalf("refused as %q, %v", sentence, err)
			}
			return
		}
		var again bytes.Buffer
		if err := archive.WriteDossier(&again, d); err != nil {
			t.Fatal(err)
		}
		back, err := archive.ReadDossier(&again)
		if err != nil || !cmp.Equal(d.News(), back.News(), sameEdition) {
			t.Fatalf("%v\n%s", err, fmt.Sprint(d, back))
		}
	})
}
