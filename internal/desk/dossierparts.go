package desk

import (
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// kind is one kind of the parts that a dossier is made of.
type kind struct {
	name      string // in addresses
	one, many string
	says      string // what a part of it is, for who adds one
	more      string // what stands in the list beside its name and time
	single    bool   // there is one, without a name
	list      func(s news.Subject) []PartRow
	over      func(f *form, id news.Slug) // goes over a part of a name, or over a new one
	drop      func(s *news.Subject, id news.Slug)
}

// PartRow is a part in the list of those of its kind.
type PartRow struct{ ID, Href, What, When, More, Rests string }

// kinds are all of them, in the order of the page.
func kinds() []kind {
	return []kind{
		{name: "head", one: "head", single: true, over: func(f *form, _ news.Slug) { f.head(&f.next.Content) }},
		{name: "standing", one: "state of things", single: true, over: func(f *form, _ news.Slug) { f.standing(&f.next.Standing) }},
		parts(
			kind{name: "events", more: "Kind and place", one: "event", many: "Events", says: "What happened, or is to come on a day that is known, as nobody disputes it; what is disputed are accounts of it."},
			func(s *news.Subject) *[]news.Event { return &s.Events }, func(e *news.Event) *news.Slug { return &e.ID },
			func(e news.Event) string { return e.What },
			func(s news.Subject, e news.Event) PartRow {
				return PartRow{What: e.What, When: e.When.String(), More: strings.Join(slices.DeleteFunc([]string{e.Kind, e.Where}, func(t string) bool { return t == "" }), ", "), Rests: rests(s, e.Cites)}
			}, (*form).event),
		parts(
			kind{name: "accounts", more: "Of", one: "account", many: "Accounts", says: "What somebody says about an event. Where two contradict each other both stand, each with its document."},
			func(s *news.Subject) *[]news.Account { return &s.Accounts }, func(a *news.Account) *news.Slug { return &a.ID },
			func(a news.Account) string { return string(a.Event) + " " + string(a.By) },
			func(s news.Subject, a news.Account) PartRow {
				e, _ := s.Event(a.Event)
				return PartRow{What: called(s, a.By) + ": " + short(a.Says, a.Quote), When: a.On.String(), More: e.What, Rests: rests(s, a.Cites)}
			}, (*form).account),
		parts(
			kind{name: "actors", more: "What it is", one: "actor", many: "Actors", says: "Somebody who acts or speaks: a person, a state, an organisation."},
			func(s *news.Subject) *[]news.Actor { return &s.Actors }, func(a *news.Actor) *news.Slug { return &a.ID },
			func(a news.Actor) string { return a.Name },
			func(s news.Subject, a news.Actor) PartRow {
				row := PartRow{What: a.Name, More: string(a.Kind), Rests: rests(s, a.Cites)}
				if a.Into != "" {
					row.More = "merged into " + called(s, a.Into)
				}
				return row
			}, (*form).actor),
		parts(
			kind{name: "relations", more: "Goes", one: "relation", many: "Relations", says: "What one actor is to another, and how that changed."},
			func(s *news.Subject) *[]news.Relation { return &s.Relations }, func(r *news.Relation) *news.Slug { return &r.ID },
			func(r news.Relation) string { return string(r.From) + " " + string(r.To) },
			func(s news.Subject, r news.Relation) PartRow {
				row := PartRow{What: called(s, r.From) + " " + r.Kind + " " + called(s, r.To)}
				if n := len(r.Course); n > 0 {
					row.When, row.More, row.Rests = r.Course[n-1].On.String(), string(r.Course[n-1].Heading), rests(s, r.Course[n-1].Cites)
				}
				return row
			}, (*form).relation),
		parts(
			kind{name: "consequences", more: "Says", one: "consequence", many: "Consequences", says: "What somebody says follows, and for whom."},
			func(s *news.Subject) *[]news.Consequence { return &s.Consequences }, func(q *news.Consequence) *news.Slug { return &q.ID },
			func(q news.Consequence) string { return q.For },
			func(s news.Subject, q news.Consequence) PartRow {
				return PartRow{What: q.For + ": " + short(q.Says), When: q.On.String(), More: called(s, q.By), Rests: rests(s, q.Cites)}
			}, (*form).consequence),
		parts(
			kind{name: "scenarios", more: "By", one: "scenario", many: "Scenarios", says: "How things may go on, as somebody of the paper sees it today, and what would speak for it or against it. Once readers saw it, it stays; what became of it is added."},
			func(s *news.Subject) *[]news.Scenario { return &s.Scenarios }, func(s *news.Scenario) *news.Slug { return &s.ID },
			func(s news.Scenario) string { return s.Title },
			func(all news.Subject, s news.Scenario) PartRow {
				return PartRow{What: s.Title, When: s.On.String(), More: strings.TrimSuffix(s.By+", "+string(s.Verdict), ", "), Rests: rests(all, s.Cites)}
			}, (*form).scenario),
		parts(
			kind{name: "documents", more: "Published by", one: "document", many: "Documents", says: "Something that was said or written and can be looked up. Everything else rests on one."},
			func(s *news.Subject) *[]news.Document { return &s.Documents }, func(d *news.Document) *news.Slug { return &d.ID },
			func(d news.Document) string { return d.Title },
			func(_ news.Subject, d news.Document) PartRow {
				return PartRow{What: d.Title, When: d.On.String(), More: d.Publisher, Rests: d.Link}
			}, (*form).document),
		{name: "series", one: "series", single: true, over: func(f *form, _ news.Slug) { f.series(&f.next.Series) }},
	}
}

// parts makes a kind of which a dossier has a list.
func parts[T any](k kind, list func(*news.Subject) *[]T, id func(*T) *news.Slug, title func(T) string, row func(news.Subject, T) PartRow, over func(*form, *T)) kind {
	find := func(all []T, name news.Slug) int {
		return slices.IndexFunc(all, func(one T) bool { return *id(&one) == name })
	}
	k.list = func(s news.Subject) (rows []PartRow) {
		for _, one := range *list(&s) {
			r := row(s, one)
			r.ID = string(*id(&one))
			rows = append(rows, r)
		}
		return rows
	}
	k.over = func(f *form, name news.Slug) {
		var one T
		i := find(*list(f.next), name)
		if i >= 0 {
			one = (*list(f.next))[i]
		}
		over(f, &one)
		all := slices.Clone(*list(f.next)) // only now: the form may have added documents and actors
		if i < 0 {
			*id(&one) = fresh(title(one), all, func(t T) news.Slug { return *id(&t) })
			all = append(all, one)
		} else {
			all[i] = one
		}
		*list(f.next) = all
	}
	k.drop = func(s *news.Subject, name news.Slug) {
		*list(s) = slices.DeleteFunc(slices.Clone(*list(s)), func(one T) bool { return *id(&one) == name })
	}
	return k
}

// kindOf finds a kind by its name in addresses.
func kindOf(name string) (kind, bool) {
	all := kinds()
	i := slices.IndexFunc(all, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, false
	}
	return all[i], true
}

// called is the name of an actor, or of the one that it was merged into.
func called(s news.Subject, id news.Slug) string {
	if a, ok := s.Actor(id); ok {
		return a.Name
	}
	return string(id)
}

// rests says on which documents something rests.
func rests(s news.Subject, cites []news.Cite) string {
	var all []string
	for _, c := range cites {
		d, _ := s.Document(c.Document)
		all = append(all, strings.TrimSuffix(d.Title+", "+c.Place, ", "))
	}
	return strings.Join(all, "; ")
}

// short is the first of some texts in which something stands, cut to what a row can hold.
func short(texts ...string) string {
	const most = 120
	for _, t := range texts {
		switch runes := []rune(t); {
		case len(runes) > most:
			return string(runes[:most]) + " …"
		case len(runes) > 0:
			return t
		}
	}
	return ""
}

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
	other := strings.Join(a.Other, ", ")
	f.line("name", "Name", "", &a.Name)
	f.actorKind(&a.Kind)
	f.line("other", "Other names, with commas between", "", &other)
	a.Other = list(other)
	f.text("says", "Who that is, in a sentence", "Empty where the name says it; else it needs a document.", &a.Says)
	f.cites(&a.Cites)
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
