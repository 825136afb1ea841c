package news

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Limits of a dossier.
const (
	MaxQuote    = 300       // characters of a quotation: what is longer is a reprint, and not ours to print
	MaxStanding = 5         // sentences of the state of things: who comes late reads it in a minute
	MaxSeries   = 8         // series beside which events are set: of many some move by chance
	maxParts    = 500       // of each kind
	maxSubject  = 4_000_000 // bytes of all of it as JSON: a book of text, and as much again in parts
)

// markup is what a text must not hold that is not Markdown: an element, a comment, or a figure.
var markup = regexp.MustCompile(`<[/!?a-zA-Z]|\{\{`)

// checker holds the parts of a subject against each other. The first thing that is wrong stays in err.
type checker struct {
	s   Subject
	now time.Time
	at  string // the part that is looked at, as events[3]
	err error
}

// misplaced is what is wrong with a subject, and with which part of it.
type misplaced struct {
	place string
	error
}

func (m misplaced) Unwrap() error { return m.error }

// PlaceOf is the part of a subject that an error of [Newsroom.SaveDossier] is about, as its JSON has it: events[3]. It is
// empty where the error is of no single part.
func PlaceOf(err error) string {
	m, _ := errors.AsType[misplaced](err)
	return m.place
}

// check says what is wrong with a subject that is to be kept; the error is fault.Invalid.
func (s Subject) check(known *currency.Table, now time.Time) error {
	if err := s.Content.check(); err != nil {
		return err
	}
	if _, err := Figures(s.Content.Body); err != nil {
		return err
	}
	c := &checker{s: s, now: now}
	c.documents()
	c.standing()
	c.actors()
	c.events()
	c.accounts()
	c.relations()
	c.consequences()
	c.scenarios()
	return cmp.Or(c.err, checkSymbols("the dossier", s.Series, MaxSeries, known), checkStories(s.Stories), s.checkSize())
}

// checkSize refuses what would fill a disk or a page, however many parts it has.
func (s Subject) checkSize() error {
	text, err := json.Marshal(s)
	if err == nil && len(text) > maxSubject {
		err = fault.Because(fault.Invalid, "the dossier has %d bytes; %d is the most: begin a second one", len(text), maxSubject)
	}
	return err
}

// fail keeps the first thing that is wrong.
func (c *checker) fail(format string, args ...any) {
	if c.err == nil {
		c.err = misplaced{c.at, fault.Because(fault.Invalid, format, args...)}
	}
}

// part says which part is looked at from now on: the n-th of a list.
func (c *checker) part(list string, n int) { c.at = fmt.Sprintf("%s[%d]", list, n) }

// names holds the names of the parts of one kind.
func names[T any](c *checker, kind string, list []T, of func(T) Slug) {
	c.at = kind + "s"
	if len(list) > maxParts {
		c.fail("the dossier has %d %ss; %d is the most", len(list), kind, maxParts)
	}
	seen := map[Slug]bool{}
	for i, one := range list {
		c.part(kind+"s", i)
		id := of(one)
		if _, err := ParseSlug(string(id)); err != nil {
			c.fail("the name of a part of the dossier, a %s: %w", kind, err)
		}
		if seen[id] {
			c.fail("two parts of the dossier, each a %s, bear the name %q: give one another", kind, id)
		}
		seen[id] = true
	}
}

// line holds a text of one line; it must be there where it is needed.
func (c *checker) line(needed bool, what, text string) {
	switch {
	case needed && strings.TrimSpace(text) == "":
		c.fail("%s is empty: write it", what)
	case len(text) > maxLine:
		c.fail("%s has %d bytes; %d is the most", what, len(text), maxLine)
	case !oneLine(text):
		c.fail("%s must be one line of text", what)
	case markup.MatchString(text):
		c.fail("%s holds %q: it is plain text, in which there is no markup; leave that out", what, excerpt(text, markup.FindStringIndex(text)[0]))
	}
}

func oneLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 })
}

// excerpt are some letters of a text from a place on.
func excerpt(text string, from int) string {
	return strings.ToValidUTF8(text[from:min(len(text), from+20)], "")
}

// cites holds what something rests on.
func (c *checker) cites(needed bool, what string, cites []Cite) {
	if needed && len(cites) == 0 {
		c.fail("%s rests on nothing: name the document in which it stands", what)
	}
	for _, cite := range cites {
		if _, ok := c.s.Document(cite.Document); !ok {
			c.fail("%s rests on a document %q, which the dossier does not have: add it first", what, cite.Document)
		}
		c.line(false, "the place in the document "+string(cite.Document)+" on which "+what+" rests", cite.Place)
	}
}

// happened refuses what cannot have been yet.
func (c *checker) happened(what string, w When) {
	if days, ok := w.Days(); ok && days.First.After(c.now) {
		c.fail("%s is dated %s, which has not come", what, w)
	}
}

func (c *checker) actor(what string, id Slug) {
	if _, ok := c.s.Actor(id); !ok {
		c.fail("%s names an actor %q, whom the dossier does not have: add him, her or it first", what, id)
	}
}

func (c *checker) event(what string, id Slug) Event {
	e, ok := c.s.Event(id)
	if !ok {
		c.fail("%s names an event %q, which the dossier does not have: add it first", what, id)
	}
	return e
}

func (c *checker) documents() {
	names(c, "document", c.s.Documents, func(d Document) Slug { return d.ID })
	for i, d := range c.s.Documents {
		c.part("documents", i)
		what := fmt.Sprintf("the document %q", d.ID)
		c.line(true, "the title of "+what, d.Title)
		c.line(true, "who published "+what, d.Publisher)
		c.line(false, "the note on "+what, d.Note)
		c.happened(what, d.On)
		if d.Link == "" {
			continue
		}
		u, err := url.Parse(d.Link)
		if err != nil || len(d.Link) > maxLine || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
			c.fail("%s leads to %.80q, which is no address on the web: write it with https://, or leave it out", what, d.Link)
		}
	}
}

func (c *checker) standing() {
	c.at = "standing"
	if n := len(c.s.Standing); n > MaxStanding {
		c.fail("the state of things has %d sentences; %d is the most, so that who comes late can read it", n, MaxStanding)
	}
	for i, s := range c.s.Standing {
		c.part("standing", i)
		what := fmt.Sprintf("sentence %d of the state of things", i+1)
		c.line(true, what, s.Text)
		c.cites(true, what, s.Cites)
	}
}

func (c *checker) actors() {
	names(c, "actor", c.s.Actors, func(a Actor) Slug { return a.ID })
	for i, a := range c.s.Actors {
		c.part("actors", i)
		what := fmt.Sprintf("the actor %q", a.ID)
		c.line(true, "the name of "+what, a.Name)
		c.line(false, "what is said of "+what, a.Says)
		c.cites(false, what, a.Cites)
		if a.Says != "" {
			c.cites(true, "what is said of "+what, a.Cites)
		}
		if a.Kind != Person && a.Kind != Nation && a.Kind != Organisation {
			c.fail("%s is a %.20q: an actor is a person, a state or an organisation", what, a.Kind)
		}
		if len(a.Other) > maxTopics || len(a.Roles) > maxTopics {
			c.fail("%s has more than %d other names or roles", what, maxTopics)
		}
		for _, name := range a.Other {
			c.line(true, "another name of "+what, name)
		}
		for _, r := range a.Roles {
			role := fmt.Sprintf("the role %.40q of %s", r.Title, what)
			c.line(true, "a role of "+what, r.Title)
			c.cites(true, role, r.Cites)
			if r.Of != "" {
				c.actor(role, r.Of)
			}
			from, _ := r.From.Days()
			if to, ok := r.To.Days(); ok && !r.From.IsZero() && to.Last.Before(from.First) {
				c.fail("%s ends before it begins", role)
			}
		}
		c.merged(a)
	}
}

// merged refuses an actor who was merged into nobody, into itself, or in a circle.
func (c *checker) merged(a Actor) {
	way := []Slug{a.ID}
	for into := a.Into; into != ""; {
		next, ok := named(c.s.Actors, into, func(a Actor) Slug { return a.ID })
		if !ok {
			c.fail("the actor %q was merged into %q, whom the dossier does not have", a.ID, into)
			return
		}
		if way = append(way, into); slices.Contains(way[:len(way)-1], into) {
			c.fail("the actor %q was merged in a circle, %s: none of them would be left; undo one of the merges", a.ID, joined(way))
			return
		}
		into = next.Into
	}
}

func joined(way []Slug) string {
	var words []string
	for _, s := range way {
		words = append(words, string(s))
	}
	return strings.Join(words, " into ")
}

func (c *checker) events() {
	names(c, "event", c.s.Events, func(e Event) Slug { return e.ID })
	for i, e := range c.s.Events {
		c.part("events", i)
		what := fmt.Sprintf("the event %q", e.ID)
		c.line(true, "what happened at "+what, e.What)
		c.line(false, "what is said of "+what, e.Says)
		c.line(false, "the place of "+what, e.Where)
		c.line(false, "the kind of "+what, e.Kind)
		c.cites(true, what, e.Cites)
		if e.When.IsZero() {
			c.fail("it is not said when %s was: write the day, or the month or the year where only that is known", what)
		}
		if len(e.Hands) > maxTopics {
			c.fail("%s has more than %d actors", what, maxTopics)
		}
		for _, h := range e.Hands {
			c.actor(what, h.Actor)
			c.line(false, "the part of "+string(h.Actor)+" in "+what, h.As)
		}
	}
}

func (c *checker) accounts() {
	names(c, "account", c.s.Accounts, func(a Account) Slug { return a.ID })
	for i, a := range c.s.Accounts {
		c.part("accounts", i)
		what := fmt.Sprintf("the account %q", a.ID)
		c.line(a.Quote == "", what, a.Says)
		c.line(false, "the quotation in "+what, a.Quote)
		if n := utf8.RuneCountInString(a.Quote); n > MaxQuote {
			c.fail("the quotation in %s has %d characters; %d is the most that is quoted: shorten it, and tell the rest", what, n, MaxQuote)
		}
		c.cites(true, what, a.Cites)
		c.actor(what, a.By)
		e := c.event(what, a.Event)
		c.happened(what, a.On)
		begins, _ := e.When.Days()
		if said, ok := a.On.Days(); ok && said.Last.Before(begins.First) {
			c.fail("%s is dated %s, before %s %s: nobody can tell of what has not happened", what, a.On, e.What, e.When.Words())
		}
		switch {
		case a.Stance == "" && a.Of == "":
		case a.Stance != Agrees && a.Stance != Contradicts && a.Stance != LeavesOpen:
			c.fail("%s has no stance %.20q: to another account it agrees, contradicts or leaves-open", what, a.Stance)
		default:
			i := slices.IndexFunc(c.s.Accounts, func(o Account) bool { return o.ID == a.Of })
			if i < 0 || a.Of == a.ID || c.s.Accounts[i].Event != a.Event {
				c.fail("%s is set against %q, which is no other account of the same event", what, a.Of)
			}
		}
	}
}

func (c *checker) relations() {
	names(c, "relation", c.s.Relations, func(r Relation) Slug { return r.ID })
	for i, r := range c.s.Relations {
		c.part("relations", i)
		what := fmt.Sprintf("the relation %q", r.ID)
		c.line(true, "the kind of "+what, r.Kind)
		c.actor(what, r.From)
		c.actor(what, r.To)
		if a, _ := c.s.Actor(r.From); r.From == r.To || a.ID == r.To {
			c.fail("%s is of %s to itself", what, r.From)
		}
		if len(r.Course) > maxParts {
			c.fail("%s has more than %d changes", what, maxParts)
		}
		for _, s := range r.Course {
			change := what + ", " + s.On.Words()
			c.line(true, "what is said of the change of "+what, s.Says)
			c.event("the change of "+what, s.Event)
			c.cites(true, "the change of "+change, s.Cites)
			c.happened("the change of "+what, s.On)
			if s.On.IsZero() {
				c.fail("it is not said when %s changed", what)
			}
			if s.Heading != Warmer && s.Heading != Colder && s.Heading != Steady && s.Heading != Broken {
				c.fail("%s goes %.20q: it gets warmer or colder, stays steady, or is broken", what, s.Heading)
			}
		}
	}
}

func (c *checker) consequences() {
	names(c, "consequence", c.s.Consequences, func(q Consequence) Slug { return q.ID })
	for i, q := range c.s.Consequences {
		c.part("consequences", i)
		what := fmt.Sprintf("the consequence %q", q.ID)
		c.line(true, what, q.Says)
		c.line(true, "whom "+what+" meets", q.For)
		c.actor(what, q.By)
		c.cites(true, what, q.Cites)
		c.happened(what, q.On)
		if q.Event != "" {
			c.event(what, q.Event)
		}
	}
}

func (c *checker) scenarios() {
	names(c, "scenario", c.s.Scenarios, func(s Scenario) Slug { return s.ID })
	for i, s := range c.s.Scenarios {
		c.part("scenarios", i)
		what := fmt.Sprintf("the scenario %q", s.ID)
		c.line(true, "the title of "+what, s.Title)
		c.line(true, what, s.Says)
		c.line(true, "who signs "+what, s.By)
		c.line(s.Verdict != Undecided, "why "+what+" was judged so", s.Why)
		c.cites(false, what, s.Cites)
		c.happened(what, s.On)
		c.happened("the verdict on "+what, s.Closed)
		if s.On.Precision() != OnDay {
			c.fail("%s is not dated: write the day on which it is signed", what)
		}
		if len(s.Signs) == 0 || len(s.Signs) > maxTopics {
			c.fail("%s has %d signs: name at least one that would speak for it, and at most %d", what, len(s.Signs), maxTopics)
		}
		for _, sign := range s.Signs {
			c.line(true, "a sign of "+what, sign.Says)
			if sign.Event != "" {
				c.event("a sign of "+what, sign.Event)
			}
		}
		switch s.Verdict {
		case Undecided:
		case CameTrue, ProvenWrong, Overtaken:
			signed, _ := s.On.Days()
			if closed, ok := s.Closed.Days(); !ok || closed.Last.Before(signed.First) {
				c.fail("the verdict on %s is not dated, or earlier than it", what)
			}
		default:
			c.fail("%s has no verdict %.20q: it came-true, is wrong, or was overtaken", what, s.Verdict)
		}
	}
}

func checkStories(stories []StoryID) error {
	if len(stories) > maxParts {
		return fault.Because(fault.Invalid, "the dossier has %d stories; %d is the most", len(stories), maxParts)
	}
	for i, id := range stories {
		if id == "" || len(id) > maxID || slices.Contains(stories[:i], id) {
			return fault.Because(fault.Invalid, "%.70q is no name of a story, or stands twice in the dossier", id)
		}
	}
	return nil
}

// keeps says which scenario that readers saw a later subject has lost or changed: what was foreseen stays as it was signed.
func (s Subject) keeps(shown Subject) error {
	for _, old := range shown.Scenarios {
		now, ok := s.Scenario(old.ID)
		switch {
		case !ok:
			return fault.Because(fault.Conflict, "readers have seen the scenario %q: it stays, and what became of it is added as its verdict", old.ID)
		case now.Title != old.Title || now.Says != old.Says || now.By != old.By || now.On != old.On:
			return fault.Because(fault.Conflict, "readers have seen the scenario %q as %s signed it on %s: write another, and judge this one", old.ID, old.By, old.On)
		case old.Verdict != Undecided && now.Verdict == Undecided:
			return fault.Because(fault.Conflict, "readers have seen the verdict on the scenario %q: it can be another, but not none", old.ID)
		}
	}
	return nil
}
