package desk

import (
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// What each part of a dossier is made of, said once for its form, for what is sent, and for what a revision changed.

func (f *form) head(c *news.Content) {
	topics, bylines := strings.Join(slugs(c.Topics), ", "), strings.Join(c.Bylines, ", ")
	f.line("headline", "Headline", "", &c.Headline)
	f.line("kicker", "Kicker", "", &c.Kicker)
	f.text("standfirst", "Standfirst", "", &c.Standfirst)
	section := string(c.Section)
	f.line("section", "Section", "", &section)
	f.offer("sections")
	f.line("topics", "Topics, with commas between", "", &topics)
	f.line("bylines", "By-lines, with commas between", "", &bylines)
	f.line("language", "Language", "A tag of BCP 47, such as en or de; empty: English.", &c.Language)
	c.Section, c.Bylines, c.Topics = news.Slug(section), list(bylines), nil
	for _, t := range list(topics) {
		c.Topics = append(c.Topics, news.Slug(t))
	}
	if f.sent != nil && !f.fixed {
		c.Body = strings.ReplaceAll(f.sent.Get("body"), "\r\n", "\n")
		c.Images = imagesOf(f.sent)
	}
	f.add(Field{Name: "body", Label: "Background", Hint: "Markdown. A figure is written {{EUR/USD @2026-01-20}}.", Value: c.Body, Look: Body, Fixed: f.fixed})
}

func slugs(list []news.Slug) (all []string) {
	for _, s := range list {
		all = append(all, string(s))
	}
	return all
}

func (f *form) standing(to *[]news.Statement) {
	rows(f, List, "standing", "Sentence", "Who comes late reads it in a minute: five at most.", to, func(f *form, s *news.Statement) {
		f.text("text", "How things stand", "", &s.Text)
		f.cites(&s.Cites)
	})
}

func (f *form) series(to *[]market.Symbol) {
	rows(f, List, "series", "Series", "A pair as EUR/USD, a share with its market as XNYS:RIO; what an event did to it is set beside the event.", to, func(f *form, s *market.Symbol) {
		text := string(*s)
		f.line("symbol", "Pair or share", "", &text)
		*s = market.Symbol(strings.ToUpper(text))
		f.offer("series")
	})
}

func (f *form) document(d *news.Document) {
	f.line("title", "Title", "", &d.Title)
	f.line("publisher", "Who published it", "", &d.Publisher)
	f.line("link", "Where it stands on the web", "With https://; empty where it stands nowhere.", &d.Link)
	f.when("on", "When it was published", whenHint, &d.On)
	f.line("note", "How it was read, and what it cannot tell", "", &d.Note)
}

func (f *form) event(e *news.Event) {
	if f.sent == nil && e.ID == "" {
		e.Says = f.says
	}
	f.line("what", "What happened, in a few words", "", &e.What)
	f.when("when", "When", whenHint, &e.When)
	f.line("where", "Where", "", &e.Where)
	f.line("kind", "Of what kind, in one or two words", "Raid, vote, reprisal.", &e.Kind)
	f.text("says", "More of it, of which nobody disagrees", "", &e.Says)
	rows(f, List, "hands", "Who had a part in it", "", &e.Hands, func(f *form, h *news.Hand) {
		choose(f, "actor", "Actor", "Nobody", &h.Actor, f.actors())
		f.line("as", "What they did, or what was done to them", "", &h.As)
	})
	f.cites(&e.Cites)
	f.newDocuments(&e.Cites)
}

func (f *form) account(a *news.Account) {
	if f.sent == nil && a.ID == "" {
		a.Says = f.says
	}
	choose(f, "event", "Of which event", "Choose an event", &a.Event, f.events())
	choose(f, "by", "Who says it", "Choose an actor, or add one below", &a.By, f.actors())
	f.newActor(&a.By)
	f.when("on", "When it was said", whenHint, &a.On)
	f.text("says", "What they say, in the paper’s words", "", &a.Says)
	f.text("quote", "Word for word", "At most 300 characters.", &a.Quote)
	choose(f, "stance", "It stands", "By itself", &a.Stance, []Option{
		{Value: string(news.Agrees), Text: "In agreement with another account"},
		{Value: string(news.Contradicts), Text: "Against another account"},
		{Value: string(news.LeavesOpen), Text: "Beside another account, which it leaves open"},
	})
	choose(f, "of", "Which account that is", "None", &a.Of, f.accounts(a.ID))
	f.cites(&a.Cites)
	f.newDocuments(&a.Cites)
}

func (f *form) actor(a *news.Actor) {
	f.line("name", "Name", "", &a.Name)
	f.actorKind(&a.Kind)
	f.text("says", "Who that is, in a sentence", "Empty where the name says it; else it needs a document.", &a.Says)
	f.cites(&a.Cites)
	rows(f, List, "other", "Another name", "", &a.Other, func(f *form, name *string) {
		f.line("name", "That is used beside it", "", name) // a line each: names hold commas
	})
	rows(f, List, "roles", "Role", "", &a.Roles, func(f *form, r *news.Role) {
		f.line("title", "What they were", "", &r.Title)
		choose(f, "of", "For whom", "Nobody in the list", &r.Of, f.actors())
		f.when("from", "From", "", &r.From)
		f.when("to", "Until", "Empty: to this day, or not known.", &r.To)
		f.cites(&r.Cites)
	})
}

func (f *form) actorKind(to *news.ActorKind) {
	choose(f, "kind", "What it is", "Choose", to, []Option{
		{Value: string(news.Person), Text: "A person"}, {Value: string(news.Nation), Text: "A state"}, {Value: string(news.Organisation), Text: "An organisation"},
	})
}

func (f *form) relation(r *news.Relation) {
	choose(f, "from", "Who", "Choose an actor", &r.From, f.actors())
	f.line("kind", "Is what to the other", "Read between their names: protects, trades with.", &r.Kind)
	choose(f, "to", "To whom", "Choose an actor", &r.To, f.actors())
	f.tick("mutual", "The other is the same to the first", &r.Mutual)
	rows(f, List, "course", "Change", "The earliest first.", &r.Course, func(f *form, s *news.Shift) {
		f.when("on", "When", whenHint, &s.On)
		choose(f, "heading", "Since then", "Choose", &s.Heading, []Option{
			{Value: string(news.Warmer), Text: "Warmer"}, {Value: string(news.Colder), Text: "Colder"}, {Value: string(news.Steady), Text: "Steady"}, {Value: string(news.Broken), Text: "Broken"},
		})
		f.text("says", "What changed", "", &s.Says)
		choose(f, "event", "By which event", "Choose an event", &s.Event, f.events())
		f.cites(&s.Cites)
	})
}

func (f *form) consequence(q *news.Consequence) {
	f.line("for", "Whom or what it meets", "In a few words.", &q.For)
	f.text("says", "What follows", "", &q.Says)
	choose(f, "by", "Who says so", "Choose an actor, or add one below", &q.By, f.actors())
	f.newActor(&q.By)
	f.when("on", "When it was said", whenHint, &q.On)
	choose(f, "event", "Of which event it follows", "Of all", &q.Event, f.events())
	f.cites(&q.Cites)
	f.newDocuments(&q.Cites)
}

// scenario goes over a scenario: over one that readers saw only to say what became of it.
func (f *form) scenario(s *news.Scenario) {
	isNew := s.ID == ""
	if isNew && f.sent == nil {
		s.By, s.On = f.author, f.today
	}
	_, seen := f.shown.Scenario(s.ID)
	fixed := f.fixed
	f.fixed = fixed || seen
	f.line("title", "Title", "", &s.Title)
	f.text("says", "How things may go on", "", &s.Says)
	f.line("by", "Who signs it", "", &s.By)
	f.when("on", "On which day", "", &s.On)
	rows(f, List, "signs", "Sign", "What would speak for it, or against it: at least one.", &s.Signs, func(f *form, s *news.Sign) {
		f.text("says", "What one would see", "", &s.Says)
		f.tick("against", "It would speak against it", &s.Against)
		f.fixed = fixed
		choose(f, "event", "By which event it was seen", "By none yet", &s.Event, f.events())
		f.fixed = fixed || seen
	})
	f.cites(&s.Cites)
	if f.fixed = fixed; isNew {
		return
	}
	choose(f, "verdict", "What became of it", "Nothing yet", &s.Verdict, []Option{
		{Value: string(news.CameTrue), Text: "It came true"}, {Value: string(news.ProvenWrong), Text: "It was wrong"}, {Value: string(news.Overtaken), Text: "Something else happened, so that it can no longer be told"},
	})
	f.when("closed", "When that was clear", "", &s.Closed)
	f.text("why", "By what", "", &s.Why)
}

func (f *form) cites(to *[]news.Cite) {
	rows(f, List, "cites", "Rests on", "", to, func(f *form, c *news.Cite) {
		choose(f, "document", "Document", "None", &c.Document, f.documents())
		f.line("place", "Page, paragraph or minute", "", &c.Place)
	})
}

// newDocuments adds documents that the dossier does not have yet to it, and to what a part rests on.
func (f *form) newDocuments(to *[]news.Cite) {
	var all []news.Document
	rows(f, More, "new-documents", "A document that is not in the list yet", "It is added to the dossier, and what you write here rests on it.", &all, (*form).document)
	f.next.Documents = slices.Clip(f.next.Documents)
	for _, d := range all {
		d.ID = fresh(d.Title, f.next.Documents, func(d news.Document) news.Slug { return d.ID })
		f.next.Documents = append(f.next.Documents, d)
		*to = append(slices.Clip(*to), news.Cite{Document: d.ID})
	}
}

// newActor adds an actor whom the dossier does not have yet, for a part in which nobody else is chosen.
func (f *form) newActor(to *news.Slug) {
	var all []news.Actor
	rows(f, More, "new-actor", "Somebody who is not in the list yet", "", &all, func(f *form, a *news.Actor) {
		f.line("name", "Name", "", &a.Name)
		f.actorKind(&a.Kind)
	})
	f.next.Actors = slices.Clip(f.next.Actors)
	for _, a := range all {
		a.ID = fresh(a.Name, f.next.Actors, func(a news.Actor) news.Slug { return a.ID })
		f.next.Actors = append(f.next.Actors, a)
		if *to == "" {
			*to = a.ID
		}
	}
}

func (f *form) documents() (all []Option) {
	for _, d := range f.known.Documents {
		all = append(all, Option{Value: string(d.ID), Text: d.Title + ", " + d.Publisher})
	}
	return all
}

func (f *form) actors() (all []Option) {
	for _, a := range f.known.Actors {
		if a.Into == "" {
			all = append(all, Option{Value: string(a.ID), Text: a.Name})
		}
	}
	return all
}

func (f *form) events() (all []Option) {
	for _, e := range f.known.Timeline() {
		all = append(all, Option{Value: string(e.ID), Text: e.When.String() + " " + e.What})
	}
	return all
}

// accounts are the other accounts that a dossier has.
func (f *form) accounts(but news.Slug) (all []Option) {
	for _, a := range f.known.Accounts {
		if e, _ := f.known.Event(a.Event); a.ID != but {
			all = append(all, Option{Value: string(a.ID), Text: called(f.known, a.By) + " on " + e.What + ": " + short(a.Says, a.Quote)})
		}
	}
	return all
}
