package news_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

func when(t *testing.T, text string) news.When {
	t.Helper()
	w, err := news.ParseWhen(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// strait is a small system with one part of each kind and more.
func strait(t *testing.T) news.Subject {
	t.Helper()
	cites := []news.Cite{{Document: "log", Place: "page 2"}}
	return news.Subject{
		Content:  news.Content{Headline: "The strait", Standfirst: "Two harbours quarrel.", Section: "world", Body: "One euro bought {{EUR/USD @2026-02-02}} dollars."},
		Standing: []news.Statement{{"Two harbours quarrel over a lost ferry.", cites}},
		Actors: []news.Actor{
			{ID: "north", Name: "Norrvik", Kind: news.Nation},
			{ID: "south", Name: "The Meridian", Kind: news.Nation, Other: []string{"The South"}},
			{ID: "anna-berg", Name: "Anna Berg", Kind: news.Person, Roles: []news.Role{{Title: "harbour master", Of: "north", From: when(t, "2019"), Cites: cites}}},
			{ID: "a-berg", Name: "Berg, Anna", Kind: news.Person},
		},
		Events: []news.Event{
			{ID: "ferry", What: "A ferry sinks", When: when(t, "2025-12-25"), Where: "The strait", Kind: "accident", Hands: []news.Hand{{Actor: "a-berg", As: "led the search"}}, Cites: cites},
			{ID: "talks", What: "Talks are called off", When: when(t, "2026-01"), Cites: cites},
			{ID: "vote", What: "The South votes", When: when(t, "2026-05-03"), Cites: cites},
		},
		Accounts: []news.Account{
			{ID: "rock", Event: "ferry", By: "north", On: when(t, "2025-12-26"), Says: "It struck a rock.", Quote: "There was a rock.", Cites: cites},
			{ID: "mine", Event: "ferry", By: "south", On: when(t, "2025-12-27"), Says: "It struck a mine.", Stance: news.Contradicts, Of: "rock", Cites: cites},
		},
		Relations: []news.Relation{{ID: "north-south", From: "north", To: "south", Kind: "trades with", Mutual: true, Course: []news.Shift{
			{On: when(t, "2026-01"), Heading: news.Colder, Says: "The talks end.", Event: "talks", Cites: cites},
		}}},
		Consequences: []news.Consequence{{ID: "fish", For: "fishermen", Says: "They stay at home.", By: "a-berg", Event: "ferry", Cites: cites}},
		Scenarios: []news.Scenario{{
			ID: "bridge", Title: "A bridge", Says: "Both build a bridge.", By: "Ada", On: when(t, "2026-02-01"),
			Signs: []news.Sign{{Says: "A budget for it"}, {Says: "Another ferry is bought", Against: true}},
		}},
		Documents: []news.Document{{ID: "log", Title: "The harbour's log", Publisher: "Norrvik", Link: "https://harbour.example/log", On: when(t, "2026-01-31")}},
		Series:    []market.Symbol{"EUR/USD"},
	}
}

func TestADossierIsSavedPublishedCorrectedAndWithdrawn(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	r, err := h.SaveDossier(ctx, news.DossierDraft{Subject: strait(t), Author: "Ada"})
	if err != nil || r.Dossier != "the-strait" || r.N != 1 {
		t.Fatalf("saved as %+v, %v", r, err)
	}
	if _, err := h.paper.Dossier(ctx, "the-strait"); !errors.Is(err, fault.NotFound) {
		t.Errorf("readers see a draft: %v", err)
	}
	step := news.DossierStep{Dossier: "the-strait", Revision: 1, By: "Ada"}
	if _, err := h.PublishDossier(ctx, step); err != nil {
		t.Fatal(err)
	}
	d, err := h.paper.Dossier(ctx, "the-strait")
	if err != nil || d.Revision != 1 || len(d.Pins) != 1 || d.Pins[0].Value.String() != "1.1840" || !d.Published.Equal(h.now) || !reflect.DeepEqual(d.Subject, strait(t)) {
		t.Fatalf("readers see %+v, %v", d, err)
	}
	if _, err := h.PublishDossier(ctx, step); !errors.Is(err, fault.Conflict) {
		t.Errorf("the same revision is published twice: %v", err)
	}
	next := strait(t)
	next.Scenarios[0].Says = "Both dig a tunnel."
	if _, err := h.SaveDossier(ctx, news.DossierDraft{Slug: "the-strait", BasedOn: 1, Subject: next, Author: "Ada"}); !errors.Is(err, fault.Conflict) {
		t.Errorf("a scenario was rewritten after readers saw it: %v", err)
	}
	next = strait(t)
	next.Scenarios[0].Verdict, next.Scenarios[0].Closed, next.Scenarios[0].Why = news.ProvenWrong, when(t, "2026-02-02"), "The budget names no bridge."
	h.now = h.now.Add(time.Hour)
	if _, err := h.SaveDossier(ctx, news.DossierDraft{Slug: "the-strait", BasedOn: 1, Subject: next, Author: "Ada", Reason: "Judged"}); err != nil {
		t.Fatal(err)
	}
	step.Revision = 2
	if _, err := h.PublishDossier(ctx, step); !errors.Is(err, fault.Invalid) {
		t.Errorf("it is published again without a word to readers: %v", err)
	}
	step.Notice = news.Notice{Kind: news.FactCorrection, Text: "The ferry sank on 25 December, not on the 24th."}
	if _, err := h.PublishDossier(ctx, step); err != nil {
		t.Fatal(err)
	}
	if d, err = h.paper.Dossier(ctx, "the-strait"); err != nil || len(d.Notices) != 1 || d.Notices[0].Revision != 2 || d.Subject.Scenarios[0].Verdict != news.ProvenWrong || d.Updated.Equal(d.Published) {
		t.Errorf("readers see %+v, %v", d, err)
	}
	if printing, err := h.paper.DossiersPrinting(ctx, d.Pins[0].From[0]); err != nil || len(printing) != 1 {
		t.Errorf("the number is printed by %v, %v", printing, err)
	}
	out := news.DossierStep{Dossier: "the-strait", By: "Ada", Reason: "The log was forged.", Notice: news.Notice{Text: "Its source was forged."}}
	if _, err := h.WithdrawDossier(ctx, out); err != nil {
		t.Fatal(err)
	}
	if _, err := h.paper.Dossier(ctx, "the-strait"); !errors.Is(err, fault.Gone) || !strings.Contains(fault.Sentence(err), "Its source was forged.") {
		t.Errorf("in its place stands %v", err)
	}
	if all, err := h.paper.Dossiers(ctx); err != nil || len(all) != 0 {
		t.Errorf("readers see %v, %v", all, err)
	}
}

func TestWhatCannotStandInADossierIsRefusedInASentence(t *testing.T) {
	h := newHouse(t)
	for name, c := range map[string]struct {
		spoil func(*news.Subject)
		says  string
	}{
		"an account without a document":        {func(s *news.Subject) { s.Accounts[0].Cites = nil }, "rests on nothing"},
		"an event without a document":          {func(s *news.Subject) { s.Events[0].Cites = nil }, "rests on nothing"},
		"a document that is not there":         {func(s *news.Subject) { s.Events[0].Cites = []news.Cite{{Document: "diary"}} }, `a document "diary"`},
		"a script in a quotation":              {func(s *news.Subject) { s.Accounts[0].Quote = "There was <script>alert(1)</script>" }, `holds "<script>`},
		"a figure where none can stand":        {func(s *news.Subject) { s.Standing[0].Text = "It costs {{EUR/USD}}." }, "plain text"},
		"a quotation too long":                 {func(s *news.Subject) { s.Accounts[0].Quote = strings.Repeat("ä", 301) }, "300 is the most"},
		"an event at no time":                  {func(s *news.Subject) { s.Events[0].When = news.When{} }, "not said when"},
		"an account before the event":          {func(s *news.Subject) { s.Accounts[0].On = when(t, "2025-12-24") }, "nobody can tell of what has not happened"},
		"an account of tomorrow":               {func(s *news.Subject) { s.Accounts[0].On = when(t, "2026-02-03") }, "has not come"},
		"a role that ends before it begins":    {func(s *news.Subject) { s.Actors[2].Roles[0].To = when(t, "2018") }, "ends before it begins"},
		"an account of nobody":                 {func(s *news.Subject) { s.Accounts[0].By = "west" }, `an actor "west"`},
		"an account of nothing":                {func(s *news.Subject) { s.Accounts[0].Event = "storm" }, `an event "storm"`},
		"an account against one of another":    {func(s *news.Subject) { s.Accounts[1].Of = "mine" }, "no other account of the same event"},
		"an actor merged into himself":         {func(s *news.Subject) { s.Actors[2].Into = "anna-berg" }, "in a circle"},
		"actors merged in a circle":            {func(s *news.Subject) { s.Actors[2].Into, s.Actors[3].Into = "a-berg", "anna-berg" }, "in a circle"},
		"an actor merged into nobody":          {func(s *news.Subject) { s.Actors[2].Into = "b-berg" }, "whom the dossier does not have"},
		"two events of one name":               {func(s *news.Subject) { s.Events[1].ID = "ferry" }, `bear the name "ferry"`},
		"a change of a relation without event": {func(s *news.Subject) { s.Relations[0].Course[0].Event = "" }, "names an event"},
		"a relation of one":                    {func(s *news.Subject) { s.Relations[0].To = "north" }, "to itself"},
		"a scenario without a sign":            {func(s *news.Subject) { s.Scenarios[0].Signs = nil }, "at least one"},
		"a scenario that nobody signs":         {func(s *news.Subject) { s.Scenarios[0].By = "" }, "who signs"},
		"a verdict before the scenario": {func(s *news.Subject) {
			s.Scenarios[0].Verdict, s.Scenarios[0].Why, s.Scenarios[0].Closed = news.CameTrue, "x", when(t, "2026-01-01")
		}, "earlier than it"},
		"a document of a script": {func(s *news.Subject) { s.Documents[0].Link = "javascript:alert(1)" }, "no address on the web"},
		"six sentences":          {func(s *news.Subject) { s.Standing = slices.Repeat(s.Standing, 6) }, "5 is the most"},
		"a book in small pieces": {func(s *news.Subject) {
			for n := range 400 {
				e := s.Events[0]
				e.ID, e.Says = news.SlugOf(fmt.Sprintf("event %d", n)), strings.Repeat("x", 1000)
				e.Hands = slices.Repeat([]news.Hand{{Actor: "north", As: e.Says}}, 50)
				s.Events = append(s.Events, e)
			}
		}, "begin a second one"},
		"a series of nothing":                  {func(s *news.Subject) { s.Series = []market.Symbol{"EUR/QQQ"} }, "EUR/QQQ"},
		"a story that there is not":            {func(s *news.Subject) { s.Stories = []news.StoryID{"x"} }, "a story"},
		"a headline that is missing":           {func(s *news.Subject) { s.Content.Headline = "" }, "headline"},
		"a consequence that nobody names":      {func(s *news.Subject) { s.Consequences[0].By = "" }, "an actor"},
		"a sentence of the state of two lines": {func(s *news.Subject) { s.Standing[0].Text = "one\ntwo" }, "one line"},
	} {
		s := strait(t)
		c.spoil(&s)
		_, err := h.SaveDossier(t.Context(), news.DossierDraft{Slug: "strait", Subject: s, Author: "Ada"})
		if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all, err := h.DossierRecords(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("kept are %v, %v", all, err)
	}
}

func TestTwoActorsWhoAreOneAreFoundAndMerged(t *testing.T) {
	s := strait(t)
	twins := s.Twins()
	if len(twins) != 1 || twins[0].Some.ID != "anna-berg" || twins[0].Other.ID != "a-berg" || twins[0].Why != "Both bear the name Berg, Anna." {
		t.Fatalf("found are %+v", twins)
	}
	merged, err := s.Merge("a-berg", "anna-berg")
	if err != nil {
		t.Fatal(err)
	}
	if a, ok := merged.Actor("a-berg"); !ok || a.ID != "anna-berg" || !slices.Equal(a.Other, []string{"Berg, Anna"}) {
		t.Errorf("the old name leads to %+v", a)
	}
	if merged.Events[0].Hands[0].Actor != "anna-berg" || merged.Consequences[0].By != "anna-berg" || len(merged.Twins()) != 0 {
		t.Errorf("after the merge it is %+v", merged)
	}
	if s.Events[0].Hands[0].Actor != "a-berg" || s.Actors[3].Into != "" {
		t.Error("the merge changed what it was given")
	}
	for _, c := range [][2]news.Slug{{"a-berg", "anna-berg"}, {"anna-berg", "a-berg"}, {"north", "north"}, {"nobody", "north"}, {"north", "nobody"}} {
		if _, err := merged.Merge(c[0], c[1]); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s into %s: %v", c[0], c[1], err)
		}
	}
}

func TestWhatIsStillToComeStandsApart(t *testing.T) {
	s := strait(t)
	if coming := s.Coming(monday); len(coming) != 1 || coming[0].ID != "vote" {
		t.Errorf("still to come are %v", coming)
	}
	if line := s.Timeline(); line[0].ID != "ferry" || line[2].ID != "vote" || len(s.Told("ferry")) != 2 {
		t.Errorf("the timeline is %v", line)
	}
}

func TestAFigureOfADossierThatItsSourceRevisedIsListedWithItsCorrection(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	if _, err := h.SaveDossier(ctx, news.DossierDraft{Subject: strait(t), Author: "Ada"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.PublishDossier(ctx, news.DossierStep{Dossier: "the-strait", Revision: 1, By: "Ada"}); err != nil {
		t.Fatal(err)
	}
	if all, err := h.AffectedDossiers(ctx); err != nil || len(all) != 0 {
		t.Fatalf("before anything was revised there are %v, %v", all, err)
	}
	h.now = h.now.Add(24 * time.Hour)
	h.record(t, said("bank", "EUR/USD", market.Rate, "1.1850", monday, h.now))
	all, err := h.AffectedDossiers(ctx)
	if err != nil || len(all) != 1 {
		t.Fatalf("there are %v, %v", all, err)
	}
	a := all[0]
	if a.Dossier != "the-strait" || a.Was.String() != "1.1840" || a.Now.String() != "1.1850" || a.Proposal.Kind != news.FigureCorrection ||
		a.Proposal.Text != "This dossier gave EUR/USD of 2 February 2026 as 1.1840, from A Bank. It is 1.1850." {
		t.Errorf("it is %+v", a)
	}
}
