package news

import (
	"slices"
	"time"

	"github.com/courant-news/courant/internal/market"
)

// Subject is what a revision of a dossier holds: a system of people and states, of what happened, of who says what about it
// and where it may lead, across many stories. Each part has a name of its own, a slug that no other part of its kind bears,
// under which it is found for ever.
//
// Texts are plain, without markup; only Content.Body is Markdown with figures, as a story's is. Whatever is asserted
// rests on a document, and a claim is kept as a claim: with who makes it. How the parts are written in JSON, and what each of
// their fields means, stands in their tags: the archive, the interface for programs and its schema are made of them.
type Subject struct {
	Content      Content // headline, standfirst, language, section, topics, and the background with its figures and pictures
	Standing     []Statement
	Actors       []Actor
	Events       []Event
	Accounts     []Account
	Relations    []Relation
	Consequences []Consequence
	Scenarios    []Scenario
	Documents    []Document
	Series       []market.Symbol // beside which events are set: pairs and listings
	Stories      []StoryID       // that belong to it
}

// Document is something that was said or written and can be looked up.
type Document struct {
	ID        Slug   `json:"id" doc:"its name in the dossier"`
	Title     string `json:"title" doc:"what it is called"`
	Publisher string `json:"publisher" doc:"who published it"`
	Link      string `json:"link,omitempty" doc:"its address, https:// or http://; left out where it stands nowhere"`
	On        When   `json:"on,omitzero" doc:"when it was published"`
	Note      string `json:"note,omitempty" doc:"how it was read, what it cannot tell"`
}

// Cite is a place in a document.
type Cite struct {
	Document Slug   `json:"document" doc:"the document, by its name"`
	Place    string `json:"place,omitempty" doc:"page, paragraph, minute"`
}

// Statement is a sentence of the state of things.
type Statement struct {
	Text  string `json:"text" doc:"a sentence"`
	Cites []Cite `json:"cites,omitempty" doc:"on what it rests"`
}

// ActorKind says what an actor is.
type ActorKind string

// The kinds of actors.
const (
	Person       ActorKind = "person"
	Nation       ActorKind = "state"
	Organisation ActorKind = "organisation"
)

// Actor is somebody who acts or speaks.
type Actor struct {
	ID    Slug      `json:"id" doc:"its name in the dossier"`
	Name  string    `json:"name" doc:"what people call it"`
	Kind  ActorKind `json:"kind" enum:"person state organisation" doc:"what it is"`
	Other []string  `json:"other,omitempty" doc:"names that are used beside it"`
	Says  string    `json:"says,omitempty" doc:"who that is, in a sentence; left out where the name says it"`
	Roles []Role    `json:"roles,omitempty" doc:"what it was, and when"`
	Into  Slug      `json:"into,omitempty" doc:"the actor into whom this one was merged, since both are the same: it is not shown, and its name leads there"`
	Cites []Cite    `json:"cites,omitempty" doc:"on what that rests"`
}

// Role is what an actor was for a time.
type Role struct {
	Title string `json:"title" doc:"what the actor was"`
	Of    Slug   `json:"of,omitempty" doc:"the actor for whom"`
	From  When   `json:"from,omitzero" doc:"since when; left out where it is not known"`
	To    When   `json:"to,omitzero" doc:"until when; left out where it is not known, or lasts"`
	Cites []Cite `json:"cites,omitempty" doc:"on what that rests"`
}

// Event is something that happened, or that is to come on a day that is known.
type Event struct {
	ID    Slug   `json:"id" doc:"its name in the dossier"`
	What  string `json:"what" doc:"what happened, in a few words"`
	Says  string `json:"says,omitempty" doc:"more of it, of which nobody disagrees"`
	When  When   `json:"when" doc:"when, in EDTF: 2025-06-27, 2025-06, 2025, or 2025-06-27/2025-07-02 for some day between the two"`
	Where string `json:"where,omitempty" doc:"the place"`
	Kind  string `json:"kind,omitempty" doc:"one or two words: raid, vote, reprisal"`
	Hands []Hand `json:"hands,omitempty" doc:"who had a part in it"`
	Cites []Cite `json:"cites,omitempty" doc:"on what that rests"`
}

// Hand is the part that an actor had in an event.
type Hand struct {
	Actor Slug   `json:"actor" doc:"the actor, by its name"`
	As    string `json:"as,omitempty" doc:"what it did there, or what was done to it"`
}

// Stance is how an account stands to another.
type Stance string

// The stances.
const (
	Agrees      Stance = "agrees"
	Contradicts Stance = "contradicts"
	LeavesOpen  Stance = "leaves-open"
)

// Account is what somebody says about an event. A quotation has at most [MaxQuote] characters.
type Account struct {
	ID     Slug   `json:"id" doc:"its name in the dossier"`
	Event  Slug   `json:"event" doc:"of which it tells"`
	By     Slug   `json:"by" doc:"the actor who says it"`
	On     When   `json:"on,omitzero" doc:"when it was said"`
	Says   string `json:"says,omitempty" doc:"in the paper's words"`
	Quote  string `json:"quote,omitempty" doc:"word for word"`
	Stance Stance `json:"stance,omitempty" enum:"agrees contradicts leaves-open" doc:"to the account that of names; left out of one that stands by itself"`
	Of     Slug   `json:"of,omitempty" doc:"the account to which it stands so"`
	Cites  []Cite `json:"cites,omitempty" doc:"on what that rests"`
}

// Heading is where a relation is going.
type Heading string

// The headings.
const (
	Warmer Heading = "warmer"
	Colder Heading = "colder"
	Steady Heading = "steady"
	Broken Heading = "broken"
)

// Relation is what one actor is to another, and how that changes.
type Relation struct {
	ID     Slug    `json:"id" doc:"its name in the dossier"`
	From   Slug    `json:"from" doc:"an actor"`
	To     Slug    `json:"to" doc:"another"`
	Kind   string  `json:"kind" doc:"what the first is to the second, read between their names: protects, trades with"`
	Mutual bool    `json:"mutual,omitempty" doc:"the second is the same to the first"`
	Course []Shift `json:"course,omitempty" doc:"how it changed"`
}

// Shift is a change of a relation, which an event made or showed.
type Shift struct {
	On      When    `json:"on" doc:"when it changed"`
	Heading Heading `json:"heading" enum:"warmer colder steady broken" doc:"where it is going"`
	Says    string  `json:"says" doc:"what changed"`
	Event   Slug    `json:"event" doc:"the event that made or showed it"`
	Cites   []Cite  `json:"cites,omitempty" doc:"on what that rests"`
}

// Consequence is what somebody says follows.
type Consequence struct {
	ID    Slug   `json:"id" doc:"its name in the dossier"`
	For   string `json:"for" doc:"whom or what it meets, in a few words"`
	Says  string `json:"says" doc:"what follows"`
	By    Slug   `json:"by" doc:"the actor who says so"`
	On    When   `json:"on,omitzero" doc:"when it was said"`
	Event Slug   `json:"event,omitempty" doc:"of which it follows; left out where it is of all"`
	Cites []Cite `json:"cites,omitempty" doc:"on what that rests"`
}

// Verdict is what became of a scenario.
type Verdict string

// The verdicts.
const (
	Undecided   Verdict = "" // nothing yet
	CameTrue    Verdict = "came-true"
	ProvenWrong Verdict = "wrong"
	Overtaken   Verdict = "overtaken" // something else happened, so that it can no longer be told
)

// Scenario is how things may go on, as somebody of the paper saw it on a day. Once readers saw it, it stays as it was: what
// became of it is added.
type Scenario struct {
	ID      Slug    `json:"id" doc:"its name in the dossier"`
	Title   string  `json:"title" doc:"in a few words"`
	Says    string  `json:"says" doc:"how things may go on"`
	Signs   []Sign  `json:"signs,omitempty" doc:"what would speak for it, or against it"`
	By      string  `json:"by" doc:"who of the paper signs it"`
	On      When    `json:"on" doc:"the day on which it was signed"`
	Cites   []Cite  `json:"cites,omitempty" doc:"of what it was drawn; may be none, since it claims nothing"`
	Verdict Verdict `json:"verdict,omitempty" enum:"came-true wrong overtaken" doc:"what became of it; left out where that is not known yet"`
	Closed  When    `json:"closed,omitzero" doc:"when it was judged"`
	Why     string  `json:"why,omitempty" doc:"by what"`
}

// Sign is what would speak for a scenario, or against it.
type Sign struct {
	Says    string `json:"says" doc:"what would be seen"`
	Against bool   `json:"against,omitempty" doc:"it would speak against the scenario"`
	Event   Slug   `json:"event,omitempty" doc:"by which it was seen; left out until it is"`
}

// Actor returns an actor by its name, or that into which it was merged.
func (s Subject) Actor(id Slug) (Actor, bool) {
	for range len(s.Actors) + 1 { // a circle is refused when it is saved; here it ends
		i := slices.IndexFunc(s.Actors, func(a Actor) bool { return a.ID == id })
		if i < 0 {
			return Actor{}, false
		}
		if s.Actors[i].Into == "" {
			return s.Actors[i], true
		}
		id = s.Actors[i].Into
	}
	return Actor{}, false
}

// Event returns an event by its name.
func (s Subject) Event(id Slug) (Event, bool) {
	return named(s.Events, id, func(e Event) Slug { return e.ID })
}

// Scenario returns a scenario by its name.
func (s Subject) Scenario(id Slug) (Scenario, bool) {
	return named(s.Scenarios, id, func(s Scenario) Slug { return s.ID })
}

// Document returns a document by its name.
func (s Subject) Document(id Slug) (Document, bool) {
	return named(s.Documents, id, func(d Document) Slug { return d.ID })
}

func named[T any](list []T, id Slug, of func(T) Slug) (one T, ok bool) {
	i := slices.IndexFunc(list, func(t T) bool { return of(t) == id })
	if i < 0 {
		return one, false
	}
	return list[i], true
}

// Told are the accounts of an event, in their order.
func (s Subject) Told(event Slug) []Account {
	return slices.DeleteFunc(slices.Clone(s.Accounts), func(a Account) bool { return a.Event != event })
}

// Timeline are the events, the earliest first; of the same days in their own order.
func (s Subject) Timeline() []Event {
	all := slices.Clone(s.Events)
	slices.SortStableFunc(all, func(a, b Event) int { return a.When.Compare(b.When) })
	return all
}

// Coming are the events of which no day has come yet, the next first.
func (s Subject) Coming(now time.Time) []Event {
	return slices.DeleteFunc(s.Timeline(), func(e Event) bool {
		days, ok := e.When.Days()
		return !ok || !days.First.After(now)
	})
}

// Dossier is a published dossier as a reader meets it.
type Dossier struct {
	Slug      Slug
	Published time.Time // when it first was
	Updated   time.Time // when the revision that is shown was published
	Revision  int       // the revision that is shown
	Subject   Subject
	Pins      []Pin    // of the figures in Subject.Content.Body, in their order
	Notices   []Posted // updates and corrections, the first first
}

// Path is the address of the dossier on the paper's site: /dossiers/slug.
func (d Dossier) Path() string { return "/dossiers/" + string(d.Slug) }

// DossierRevision is one state of a dossier, with who made it and why.
type DossierRevision struct {
	Dossier Slug
	N       int // 1, 2, 3 … without gaps
	Subject Subject
	Author  string
	Person  string // the opaque ID of the author among the staff; empty where there is none
	Reason  string
	At      time.Time
}

// DossierStep is one line of a dossier's record: a revision was published, or the dossier withdrawn. Steps are appended and
// never changed.
type DossierStep struct {
	Dossier  Slug
	N        int // 1, 2, 3 … without gaps
	Revision int // the one that was published; 0: it was withdrawn
	By       string
	Person   string // see [DossierRevision]
	Reason   string
	At       time.Time
	Notice   Notice // what readers are told of it
	Pins     []Pin  // of the figures in the revision's text, in their order
}

// DossierRecord is a dossier as the newsroom sees it, published or not.
type DossierRecord struct {
	Slug      Slug
	Revisions []DossierRevision
	Steps     []DossierStep
}

// Live is the step by which readers see what they see; ok is false where they see nothing.
func (r DossierRecord) Live() (step DossierStep, ok bool) {
	if n := len(r.Steps); n > 0 && r.Steps[n-1].Revision > 0 {
		return r.Steps[n-1], true
	}
	return DossierStep{}, false
}

// Last is the last revision, which need not be what readers see.
func (r DossierRecord) Last() DossierRevision { return r.Revisions[len(r.Revisions)-1] }

// Shown is the dossier as readers see it; ok is false where they see none.
func (r DossierRecord) Shown() (d Dossier, ok bool) {
	live, ok := r.Live()
	if !ok {
		return Dossier{}, false
	}
	d = Dossier{Slug: r.Slug, Updated: live.At, Revision: live.Revision, Subject: r.Revisions[live.Revision-1].Subject, Pins: live.Pins}
	for _, s := range r.Steps {
		if d.Published.IsZero() && s.Revision > 0 {
			d.Published = s.At
		}
		if k := s.Notice.Kind; k != "" && k != Minor && k != Withdrawal {
			d.Notices = append(d.Notices, Posted{Notice: s.Notice, At: s.At, Revision: s.Revision})
		}
	}
	return d, true
}
