package site

import (
	"context"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// Asserted is a sentence with what it rests on.
type Asserted struct {
	Text  string
	Cites []Link
}

// Relation is what one actor is to another, and how that changed, the newest first.
type Relation struct {
	From, To Link
	Kind     string
	Mutual   bool
	Now      string // the heading of its last change; empty where there was none
	Language string
	Course   []Turn
}

// Turn is a change of a relation.
type Turn struct {
	From, To Link
	Kind     string
	Mutual   bool
	On       Dated
	Heading  string // warmer, colder, steady, broken
	Says     string
	Language string
	Event    Link
	Cites    []Link
}

func (d *dossier) turn(r news.Relation, s news.Shift) Turn {
	return Turn{
		From: d.actor(r.From), To: d.actor(r.To), Kind: r.Kind, Mutual: r.Mutual,
		On: datedOf(s.On), Heading: string(s.Heading), Says: s.Says, Language: d.spoken, Event: d.event(s.Event), Cites: d.cites(s.Cites),
	}
}

// relations are those in which an actor stands; an empty name stands for anybody.
func (d *dossier) relations(actor news.Slug) (all []Relation) {
	for _, r := range d.Subject.Relations {
		if actor != "" && !d.is(r.From, actor) && !d.is(r.To, actor) {
			continue
		}
		v := Relation{From: d.actor(r.From), To: d.actor(r.To), Kind: r.Kind, Mutual: r.Mutual, Language: d.spoken}
		for _, s := range d.shifts(r) {
			v.Course = append(v.Course, d.turn(r, s))
		}
		if len(v.Course) > 0 {
			v.Now = v.Course[0].Heading
		}
		all = append(all, v)
	}
	return all
}

// Following is what somebody says follows.
type Following struct {
	For, Says string
	Language  string
	By, Event Link
	On        Dated
	Cites     []Link
}

func (d *dossier) following(q news.Consequence) Following {
	return Following{For: q.For, Says: q.Says, Language: d.spoken, By: d.actor(q.By), Event: d.event(q.Event), On: datedOf(q.On), Cites: d.cites(q.Cites)}
}

// Scenario is how things may go on, as somebody of the paper saw it.
type Scenario struct {
	ID, Href, Title, Says, By string
	Language                  string
	On                        Dated
	For, Against              []Sign
	Cites                     []Link
	Verdict                   string // in words; empty where it is not decided
	Wrong                     bool
	Closed                    Dated
	Why                       string
}

// Sign is what speaks for a scenario or against it, with the event by which it was seen.
type Sign struct {
	Says  string
	Event Link // empty until it is seen
}

func (d *dossier) scenario(s news.Scenario) Scenario {
	v := Scenario{
		ID: "scenario-" + string(s.ID), Href: d.scenarioPath(s.ID), Title: s.Title, Says: s.Says, By: s.By, Language: d.spoken, On: datedOf(s.On), Cites: d.cites(s.Cites),
		Closed: datedOf(s.Closed), Why: s.Why, Wrong: s.Verdict == news.ProvenWrong,
	}
	for _, sign := range s.Signs {
		one := Sign{sign.Says, d.event(sign.Event)}
		if sign.Against {
			v.Against = append(v.Against, one)
		} else {
			v.For = append(v.For, one)
		}
	}
	switch s.Verdict {
	case news.CameTrue:
		v.Verdict = "Came true"
	case news.ProvenWrong:
		v.Verdict = "Proven wrong"
	case news.Overtaken:
		v.Verdict = "Overtaken by events"
	}
	return v
}

// ScenarioPage is one scenario, which stays whatever became of it.
type ScenarioPage struct {
	Frame
	Scenario
	Dossier   Link
	Documents []Document
}

func (s *Site) scenario(ctx context.Context, a ask) (web.Component, error) {
	d, err := s.opened(ctx, a)
	if err != nil {
		return nil, err
	}
	one, ok := d.Subject.Scenario(news.Slug(a.value("scenario")))
	if !ok {
		return nil, fault.Because(fault.NotFound, "The dossier has no scenario %.80q. All its scenarios are at %s.", a.value("scenario"), d.Path())
	}
	p := ScenarioPage{Scenario: d.scenario(one), Dossier: Link{Text: d.Subject.Content.Headline, Href: d.Path(), Language: d.spoken}}
	p.Documents = d.documents(false)
	p.Frame, err = d.frame(a, one.Title, one.Says, Link{Text: one.Title, Href: d.scenarioPath(one.ID)})
	return scenarioPage(p), err
}

// Actor is somebody who acts or speaks.
type Actor struct {
	Link
	Kind  string
	Says  string
	Other string // names that are used beside it
	Roles []Role // the newest first
	Cites []Link
}

// Role is what an actor was for a time.
type Role struct {
	Title    string
	Of       Link
	Span     string // 2019 to June 2025; empty where neither is known
	Language string
	Cites    []Link
}

func (d *dossier) describe(a news.Actor) Actor {
	v := Actor{Link: d.actor(a.ID), Kind: string(a.Kind), Says: a.Says, Other: strings.Join(a.Other, ", "), Cites: d.cites(a.Cites)}
	for _, r := range rolesOf(a) {
		role := Role{Title: r.Title, Of: d.actor(r.Of), Language: d.spoken, Cites: d.cites(r.Cites)}
		from, to := datedOf(r.From).Text, datedOf(r.To).Text
		switch {
		case from != "" && to != "":
			role.Span = from + " to " + to
		case from != "":
			role.Span = "since " + from
		case to != "":
			role.Span = "until " + to
		}
		v.Roles = append(v.Roles, role)
	}
	return v
}

// actors are those who were merged into no other.
func (d *dossier) actors() (all []Actor) {
	for _, a := range d.Subject.Actors {
		if a.Into == "" {
			all = append(all, d.describe(a))
		}
	}
	return all
}

// ActorPage is all that a dossier holds of one actor.
type ActorPage struct {
	Frame
	Actor
	Dossier   Link
	Events    []Acting
	Accounts  []Account
	Relations []Relation
	Follows   []Following // that it names
	Elsewhere []Elsewhere
	Documents []Document
}

// Acting is an event with what an actor did in it.
type Acting struct {
	Happening
	As string
}

func (s *Site) actor(ctx context.Context, a ask) (web.Component, error) {
	d, err := s.opened(ctx, a)
	if err != nil {
		return nil, err
	}
	id := news.Slug(a.value("actor"))
	one, ok := d.Subject.Actor(id)
	if !ok {
		return nil, fault.Because(fault.NotFound, "The dossier has no actor %.80q. All its actors are at %s.", id, d.Path())
	}
	if one.ID != id {
		return nil, moved{to: d.actorPath(one.ID)}
	}
	p := ActorPage{Actor: d.describe(one), Dossier: Link{Text: d.Subject.Content.Headline, Href: d.Path(), Language: d.spoken}, Relations: d.relations(id)}
	timeline := d.Subject.Timeline()
	for i := range timeline {
		e := timeline[len(timeline)-1-i] // the newest first
		for _, h := range e.Hands {
			if d.is(h.Actor, id) {
				p.Events = append(p.Events, Acting{d.brief(e), h.As})
			}
		}
	}
	for _, account := range d.Subject.Accounts {
		if d.is(account.By, id) {
			p.Accounts = append(p.Accounts, d.account(account))
		}
	}
	for _, q := range d.Subject.Consequences {
		if d.is(q.By, id) {
			p.Follows = append(p.Follows, d.following(q))
		}
	}
	p.Elsewhere = d.elsewhere(one)
	p.Documents = d.documents(false)
	description := one.Says
	if description == "" {
		description = one.Name + " in the dossier " + d.Subject.Content.Headline + "."
	}
	p.Frame, err = d.frame(a, one.Name, description, Link{Text: one.Name, Href: d.actorPath(id)})
	return actorPage(p), err
}

// rolesOf are the roles of an actor, the newest first.
func rolesOf(a news.Actor) []news.Role {
	roles := slices.Clone(a.Roles)
	slices.SortStableFunc(roles, func(a, b news.Role) int { return b.From.Compare(a.From) })
	return roles
}

// shifts are the changes of a relation, the newest first.
func (d *dossier) shifts(r news.Relation) []news.Shift {
	course := slices.Clone(r.Course)
	slices.SortStableFunc(course, func(a, b news.Shift) int { return b.On.Compare(a.On) })
	return course
}
