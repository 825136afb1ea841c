package site

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// Happening is an event of a dossier.
type Happening struct {
	ID, Href                string
	What, Says, Where, Kind string
	Language                string
	When                    Dated
	Number                  int  // by which the dossier's charts mark it; 0: they do not
	Coming                  bool // no day of it has come yet
	Hands                   []Hand
	Cites                   []Link
	Accounts                []Account
	Reaction                *Reaction // of the dossier's first series over one session; nil where nothing is to be said
}

// Hand is what an actor did in an event, or what was done to it.
type Hand struct {
	Link
	As string
}

// Account is what somebody says about an event.
type Account struct {
	ID           string
	By, Event    Link
	On           Dated
	Says, Quote  string
	Language     string
	Stance       string // how it stands to another, before whose: contradicts the account of
	Of           Link   // whose that is, and where it stands
	Contradicted bool   // another of the same event contradicts it, or it another
	Cites        []Link
}

// brief is an event without what is told of it.
func (d *dossier) brief(e news.Event) Happening {
	h := Happening{
		ID: "event-" + string(e.ID), Href: d.eventPath(e.ID), What: e.What, Says: e.Says, Where: e.Where, Kind: e.Kind, Language: d.spoken,
		When: datedOf(e.When), Number: d.numbers[e.ID], Coming: d.toCome(e), Cites: d.cites(e.Cites),
	}
	for _, hand := range e.Hands {
		h.Hands = append(h.Hands, Hand{d.actor(hand.Actor), hand.As})
	}
	return h
}

func (d *dossier) happening(e news.Event) Happening {
	h := d.brief(e)
	for _, account := range d.Subject.Told(e.ID) {
		h.Accounts = append(h.Accounts, d.account(account))
	}
	return h
}

func (d *dossier) account(a news.Account) Account {
	v := Account{
		ID: "account-" + string(a.ID), By: d.actor(a.By), Event: d.event(a.Event), On: datedOf(a.On), Says: a.Says, Quote: a.Quote, Language: d.spoken, Cites: d.cites(a.Cites),
	}
	for _, other := range d.Subject.Accounts {
		v.Contradicted = v.Contradicted || other.ID == a.ID && other.Stance == news.Contradicts || other.Of == a.ID && other.Stance == news.Contradicts
		if other.ID == a.Of {
			v.Of = Link{Text: d.actor(other.By).Text, Href: d.eventPath(a.Event) + "#account-" + string(a.Of), Language: d.spoken}
		}
	}
	switch a.Stance {
	case news.Agrees:
		v.Stance = "agrees with the account of"
	case news.Contradicts:
		v.Stance = "contradicts the account of"
	case news.LeavesOpen:
		v.Stance = "leaves open the account of"
	}
	return v
}

// Timeline is what happened, the newest first, or what of it a reader asks for.
type Timeline struct {
	Path     string
	Events   []Happening
	All      int
	Filters  []Filter
	Filtered bool
}

// Filter is one thing by which a timeline is narrowed.
type Filter struct {
	Name, Label string
	Choices     []Link // Href is the value
	Language    string
}

// Count says how much of the timeline is shown.
func (t Timeline) Count() string {
	if t.Filtered {
		return strconv.Itoa(len(t.Events)) + " of " + eventsOf(t.All)
	}
	return eventsOf(t.All)
}

func eventsOf(n int) string {
	if n == 1 {
		return "1 event"
	}
	return strconv.Itoa(n) + " events"
}

// narrowed are the events that a reader asks for, the newest first, and the form in which it is asked. The error is
// fault.Invalid for an actor, a place or a kind that the dossier does not have.
func (d *dossier) narrowed(query url.Values) ([]news.Event, Timeline, error) {
	t := Timeline{Path: d.Path(), All: len(d.Subject.Events)}
	events := d.Subject.Timeline()
	slices.Reverse(events)
	for _, by := range []struct {
		name, label string
		of          func(news.Event) []Link
	}{
		{"actor", "Actor", d.involved},
		{"place", "Place", func(e news.Event) []Link { return []Link{{Text: e.Where, Href: e.Where}} }},
		{"kind", "Kind of event", func(e news.Event) []Link { return []Link{{Text: e.Kind, Href: e.Kind}} }},
	} {
		asked := query.Get(by.name)
		f := Filter{Name: by.name, Label: by.label, Language: d.spoken}
		for _, e := range d.Subject.Events {
			for _, l := range by.of(e) {
				// What is longer than a page may be asked for could not be.
				if l.Href != "" && len(l.Href) <= maxQuery && !slices.ContainsFunc(f.Choices, func(o Link) bool { return o.Href == l.Href }) {
					l.Current = l.Href == asked
					f.Choices = append(f.Choices, l)
				}
			}
		}
		slices.SortStableFunc(f.Choices, func(a, b Link) int { return strings.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text)) })
		if len(f.Choices) > 0 {
			t.Filters = append(t.Filters, f)
		}
		if asked == "" {
			continue
		}
		if !slices.ContainsFunc(f.Choices, func(l Link) bool { return l.Current }) {
			return nil, t, fault.Because(fault.Invalid, "No event of this dossier has the %s %.80q: choose one of those in its form, or leave it out.", by.name, asked)
		}
		t.Filtered = true
		events = slices.DeleteFunc(events, func(e news.Event) bool {
			return !slices.ContainsFunc(by.of(e), func(l Link) bool { return l.Href == asked })
		})
	}
	return events, t, nil
}

// involved are the actors who had a part in an event or tell of it; their values are their names.
func (d *dossier) involved(e news.Event) (links []Link) {
	add := func(id news.Slug) {
		if a, ok := d.Subject.Actor(id); ok {
			links = append(links, Link{Text: a.Name, Href: string(a.ID)})
		}
	}
	for _, h := range e.Hands {
		add(h.Actor)
	}
	for _, a := range d.Subject.Told(e.ID) {
		add(a.By)
	}
	return links
}

// HappeningPage is an event of a dossier with all that is told of it, and what the markets did when it happened.
type HappeningPage struct {
	Frame
	Happening
	Dossier   Link
	Follows   []Following // what is said to follow of it
	Turns     []Turn      // of relations
	Reactions []Reaction  // of all series
	Method    Method      // of these
	Documents []Document  // that are cited
	Steps                 // to the events before and after
}

func (s *Site) happening(ctx context.Context, a ask) (web.Component, error) {
	d, err := s.opened(ctx, a)
	if err != nil {
		return nil, err
	}
	e, ok := d.Subject.Event(news.Slug(a.value("event")))
	if !ok {
		return nil, fault.Because(fault.NotFound, "The dossier has no event %.80q. All its events are at %s.", a.value("event"), d.Path())
	}
	p := HappeningPage{Happening: d.happening(e), Dossier: Link{Text: d.Subject.Content.Headline, Href: d.Path(), Language: d.spoken}}
	for _, q := range d.Subject.Consequences {
		if q.Event == e.ID {
			p.Follows = append(p.Follows, d.following(q))
		}
	}
	for _, r := range d.Subject.Relations {
		for _, shift := range r.Course {
			if shift.Event == e.ID {
				p.Turns = append(p.Turns, d.turn(r, shift))
			}
		}
	}
	if !p.Coming {
		if p.Reactions, err = d.reactions(ctx, e); err != nil {
			return nil, err
		}
		p.Method = methodOf(p.Reactions)
	}
	all := d.Subject.Timeline()
	at := slices.IndexFunc(all, func(o news.Event) bool { return o.ID == e.ID })
	if at > 0 {
		p.Earlier = d.event(all[at-1].ID)
	}
	if at+1 < len(all) {
		p.Later = d.event(all[at+1].ID)
	}
	p.Documents = d.documents(false)
	description := e.Says
	if description == "" {
		description = e.What + ", " + e.When.Words() + "."
	}
	if p.Frame, err = d.frame(a, e.What, description, Link{Text: e.What, Href: d.eventPath(e.ID)}); err != nil {
		return nil, err
	}
	p.Prev, p.Next = p.Earlier.Href, p.Later.Href
	if e.When.Precision() == news.OnDay { // of no other has schema.org's Event a date
		data, err := dataOf(d.eventThing(p.Frame, e))
		p.Data += data
		return happeningPage(p), err
	}
	return happeningPage(p), nil
}

// eventThing is an event for machines. https://schema.org/Event
func (d *dossier) eventThing(f Frame, e news.Event) thing {
	v := thing{
		Context: schemaOrg, Type: "Event", ID: f.Address + d.eventPath(e.ID), URL: f.Address + d.eventPath(e.ID), Name: e.What, Description: e.Says, Begins: e.When.String(),
	}
	if e.Where != "" {
		v.Place = &thing{Type: "Place", Name: e.Where}
	}
	return v
}
