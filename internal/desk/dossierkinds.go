package desk

import (
	"slices"
	"strings"

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
			kind{
				name: "events", one: "event", many: "Events", more: "Kind and place",
				says: "What happened, or is to come on a day that is known, as nobody disputes it; what is disputed are accounts of it.",
			},
			func(s *news.Subject) *[]news.Event { return &s.Events }, func(e *news.Event) *news.Slug { return &e.ID },
			func(e news.Event) string { return e.What },
			func(s news.Subject, e news.Event) PartRow {
				return PartRow{What: e.What, When: e.When.String(), More: strings.Trim(e.Kind+", "+e.Where, ", "), Rests: rests(s, e.Cites)}
			}, (*form).event),
		parts(
			kind{
				name: "accounts", one: "account", many: "Accounts", more: "Of",
				says: "What somebody says about an event. Where two contradict each other both stand, each with its document.",
			},
			func(s *news.Subject) *[]news.Account { return &s.Accounts }, func(a *news.Account) *news.Slug { return &a.ID },
			func(a news.Account) string { return string(a.Event) + " " + string(a.By) },
			func(s news.Subject, a news.Account) PartRow {
				e, _ := s.Event(a.Event)
				return PartRow{What: called(s, a.By) + ": " + short(a.Says, a.Quote), When: a.On.String(), More: e.What, Rests: rests(s, a.Cites)}
			}, (*form).account),
		parts(
			kind{
				name: "actors", one: "actor", many: "Actors", more: "What it is",
				says: "Somebody who acts or speaks: a person, a state, an organisation.",
			},
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
			kind{
				name: "relations", one: "relation", many: "Relations", more: "Goes",
				says: "What one actor is to another, and how that changed.",
			},
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
			kind{
				name: "consequences", one: "consequence", many: "Consequences", more: "Says",
				says: "What somebody says follows, and for whom.",
			},
			func(s *news.Subject) *[]news.Consequence { return &s.Consequences }, func(q *news.Consequence) *news.Slug { return &q.ID },
			func(q news.Consequence) string { return q.For },
			func(s news.Subject, q news.Consequence) PartRow {
				return PartRow{What: q.For + ": " + short(q.Says), When: q.On.String(), More: called(s, q.By), Rests: rests(s, q.Cites)}
			}, (*form).consequence),
		parts(
			kind{
				name: "scenarios", one: "scenario", many: "Scenarios", more: "By",
				says: "How things may go on, as somebody of the paper sees it today, and what would speak for it or against it. Once readers saw it, it stays; what became of it is added.",
			},
			func(s *news.Subject) *[]news.Scenario { return &s.Scenarios }, func(s *news.Scenario) *news.Slug { return &s.ID },
			func(s news.Scenario) string { return s.Title },
			func(all news.Subject, s news.Scenario) PartRow {
				return PartRow{What: s.Title, When: s.On.String(), More: strings.TrimSuffix(s.By+", "+string(s.Verdict), ", "), Rests: rests(all, s.Cites)}
			}, (*form).scenario),
		parts(
			kind{
				name: "documents", one: "document", many: "Documents", more: "Published by",
				says: "Something that was said or written and can be looked up. Everything else rests on one.",
			},
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
