package news

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
)

// State says how far the last revision of a story has come. What readers see does not follow from it but from
// [Manuscript.Live]: a story whose next revision is in review is read as it was.
type State string

// The states.
const (
	Draft     State = "draft"     // being written
	Review    State = "review"    // being read by somebody else
	Ready     State = "ready"     // may be printed
	Scheduled State = "scheduled" // goes out by itself at its time, or earlier by hand
	Embargoed State = "embargoed" // goes out by itself at its time, and by nobody's hand before
	Published State = "published" // what readers see
	Withdrawn State = "withdrawn" // was published; a sentence stands in its place
)

// need is what a turn asks for.
type need uint8

const (
	aReason need = 1 << iota // why, for the record
	aMoment                  // when, which is still to come
	aNotice                  // what it means to those who read the story before, if anybody did
	itsTime                  // the embargo must have ended
	readers                  // the story must be before readers
)

// turn is a way from one state to another.
type turn struct {
	from, to State
	needs    need
}

// turns are the ways from state to state; there is no other. Who may go which is asked at the desk. Saving is no turn,
// but see [State.Revised].
var turns = []turn{
	{Draft, Review, 0},
	{Draft, Ready, 0}, // by who needs nobody to read it
	{Draft, Published, aNotice},
	{Review, Draft, aReason},
	{Review, Ready, 0},
	{Ready, Draft, aReason},
	{Ready, Scheduled, aMoment | aNotice},
	{Ready, Embargoed, aMoment | aNotice},
	{Ready, Published, aNotice},
	{Scheduled, Ready, aReason},
	{Scheduled, Published, aNotice},
	{Embargoed, Ready, aReason}, // lifted, or to be set anew
	{Embargoed, Published, aNotice | itsTime},
	{Published, Withdrawn, aReason},
	{Draft, Withdrawn, aReason | readers}, // the next revision is given up with it, as in the five below
	{Review, Withdrawn, aReason | readers},
	{Ready, Withdrawn, aReason | readers},
	{Scheduled, Withdrawn, aReason | readers},
	{Embargoed, Withdrawn, aReason | readers},
	{Withdrawn, Draft, aReason},
}

// Turns are the states to which the story may go from its own.
func (m Manuscript) Turns() []State {
	var to []State
	for _, t := range turns {
		if t.from == m.State && (t.needs&readers == 0 || m.Live > 0) {
			to = append(to, t.to)
		}
	}
	return to
}

// NeedsReason says whether it must be said why a story in this state goes to another.
func (s State) NeedsReason(to State) bool {
	return slices.ContainsFunc(turns, func(t turn) bool { return t.from == s && t.to == to && t.needs&aReason != 0 })
}

// known says whether there is such a state.
func (s State) known() bool {
	for _, t := range turns {
		if t.from == s {
			return true
		}
	}
	return false
}

// waits says whether a story in this state goes out by itself.
func (s State) waits() bool { return s == Scheduled || s == Embargoed }

// Revised is the state of a story in this state after a revision was saved. What was signed is not changed behind the back
// of whoever signed it: the error is fault.Conflict where it must be taken back first.
func (s State) Revised() (State, error) {
	switch s {
	case Draft, Review:
		return s, nil
	case Published:
		return Draft, nil // staged: readers see it once it is published in its turn
	}
	return "", fault.Because(fault.Conflict, "the story is %s: take it back to draft before you change it", s)
}

// Step is one line of a story's record: it changed its state, or its name. Steps are appended and never changed.
type Step struct {
	Story    StoryID
	N        int // 1, 2, 3 … without gaps
	From, To State
	Revision int    // the last revision then, of which it speaks
	By       string // who
	Person   string // the opaque ID of who among the staff; empty where there is none
	Reason   string
	At       time.Time
	Due      time.Time // of a scheduled or embargoed story: when it goes out
	Notice   Notice    // what readers are told of it
	Slug     Slug      // on a renaming the name it took; From and To are the same then
}

// Move is a step that somebody wants to take.
type Move struct {
	To       State
	Revision int       // the last revision, which whoever moves it has read
	By       string    // who
	Person   string    // see [Step]
	Reason   string    // why; some turns ask for it
	At       time.Time // scheduled, embargoed: when it goes out; published: as of when, not after now, and zero is now
	Notice   Notice    // published: what it means to readers; withdrawn: its text stands in the story's place
}

// Move moves the last revision of a story from its state to another, and records who did it and why. To publish it, each of
// its figures is resolved and pinned, and readers see it at once.
//
// The error is fault.Invalid where there is no such turn, where something that it needs is missing, or where a figure
// cannot be resolved; fault.Conflict where somebody saved or moved the story meanwhile; fault.NotFound. Nothing has changed
// then.
func (n *Newsroom) Move(ctx context.Context, id StoryID, move Move) (Step, error) {
	m, err := n.store.Manuscript(ctx, id)
	if err != nil {
		return Step{}, err
	}
	return n.move(ctx, m, move)
}

func (n *Newsroom) move(ctx context.Context, m Manuscript, move Move) (Step, error) {
	step, err := m.step(move, n.now().UTC().Truncate(time.Microsecond))
	if err != nil {
		return Step{}, err
	}
	var pins []Pin
	if step.To == Published {
		if pins, err = n.pin(ctx, m.Revisions[step.Revision-1].Content.Body, step.At); err != nil {
			return Step{}, fmt.Errorf("publish %q: %w", m.Slug, err)
		}
	}
	if err := n.store.Take(ctx, step, pins); err != nil {
		return Step{}, fmt.Errorf("move %q from %s to %s: %w", m.Slug, step.From, step.To, err)
	}
	n.bus.Publish(bus.Event{Topic: StoryTopic, Key: string(m.Slug)})
	return step, nil
}

// step makes the step of a move, or says why it cannot be taken.
func (m Manuscript) step(move Move, now time.Time) (Step, error) {
	last := len(m.Revisions)
	switch {
	case move.Revision < 1 || move.Revision > last:
		return Step{}, fault.Because(fault.NotFound, "the story %q has no revision %d", m.Slug, move.Revision)
	case move.Revision < last:
		return Step{}, fault.Because(fault.Conflict, "%s saved revision %d of the story %q meanwhile: read that first", m.Revisions[last-1].Author, last, m.Slug)
	}
	if ways := m.Turns(); !slices.Contains(ways, move.To) {
		return Step{}, fault.Because(fault.Invalid, "the story %q is %s and cannot be moved to %.20q: from there it goes to %s", m.Slug, m.State, move.To, listed(ways))
	}
	var needs need
	for _, t := range turns {
		if t.from == m.State && t.to == move.To {
			needs = t.needs
		}
	}
	s := Step{
		Story: m.ID, N: len(m.Steps) + 1, From: m.State, To: move.To, Revision: last,
		By: move.By, Person: move.Person, Reason: move.Reason, At: now, Notice: move.Notice,
	}
	if s.To == Published && !move.At.IsZero() {
		if s.At = move.At.UTC().Truncate(time.Microsecond); s.At.After(now) { // readers would see it at once, before its time
			return Step{}, fault.Because(fault.Invalid, "the story %q cannot be published at %s, which has not come", m.Slug, s.At.Format(time.RFC3339))
		}
	}
	if needs&aMoment != 0 {
		if s.Due = move.At.UTC().Truncate(time.Microsecond); !s.Due.After(now) {
			return Step{}, fault.Because(fault.Invalid, "say when the story %q goes out: a moment that is still to come", m.Slug)
		}
	}
	if needs&itsTime != 0 && now.Before(m.Due()) {
		return Step{}, fault.Because(fault.Invalid, "the story %q is under embargo until %s: it goes out then by itself", m.Slug, m.Due().Format(time.RFC3339))
	}
	if needs&aReason != 0 && strings.TrimSpace(s.Reason) == "" {
		return Step{}, fault.Because(fault.Invalid, "say why the story %q goes from %s to %s: it is kept on record", m.Slug, m.State, move.To)
	}
	if needs&aNotice != 0 {
		if err := m.wants(&s); err != nil {
			return Step{}, err
		}
	} else if s.To == Withdrawn {
		s.Notice.Kind = Withdrawal
	}
	return s, s.check()
}

// wants sees to it that a step to publish a story that was before readers already says what changed for them.
func (m Manuscript) wants(s *Step) error {
	if before, ok := m.lastMove(); ok && m.State.waits() && s.Notice.Kind == "" {
		s.Notice = before.Notice // said when it was scheduled
	}
	_, shown := m.Pins[s.Revision]
	switch kind := s.Notice.Kind; {
	case shown:
		return fault.Because(fault.Conflict, "revision %d of the story %q was published before: save a new one to change it", s.Revision, m.Slug)
	case m.Published.IsZero() && kind != "":
		return fault.Because(fault.Invalid, "the story %q was never published: there is nothing to update or to correct in it yet", m.Slug)
	case m.Published.IsZero():
		return nil
	case kind == "" || kind == Withdrawal:
		return fault.Because(fault.Invalid, "the story %q was published before: say whether this is an update, a correction, or too minor to be told to readers", m.Slug)
	case kind == Minor && strings.TrimSpace(s.Reason) == "":
		return fault.Because(fault.Invalid, "say why revision %d of the story %q is minor: it is kept on record", s.Revision, m.Slug)
	case kind.Corrects() && strings.TrimSpace(s.Notice.Text) == "":
		return fault.Because(fault.Invalid, "a correction says what was wrong and what is right: readers of the story %q are told", m.Slug)
	case kind == Update && strings.TrimSpace(s.Notice.Text) == "":
		return fault.Because(fault.Invalid, "an update says what is new: readers of the story %q are told", m.Slug)
	}
	return nil
}

// check says what is wrong with a step on its own.
func (s Step) check() error {
	if strings.TrimSpace(s.By) == "" {
		return fault.Because(fault.Invalid, "nobody took the step: say who it was")
	}
	for _, l := range []struct{ what, line string }{
		{"step was taken by somebody whose name", s.By},
		{"step was taken by somebody whose ID", s.Person},
		{"reason for the step", s.Reason},
	} {
		if err := checkLine(l.what, l.line); err != nil {
			return err
		}
	}
	return s.Notice.check()
}

// Rename gives a story another name in its address. The old one leads to it for ever, and no other story can take it. The
// error is fault.Invalid, fault.NotFound, or fault.Conflict where the name is or was another story's.
func (n *Newsroom) Rename(ctx context.Context, id StoryID, slug Slug, by, person, reason string) (Step, error) {
	if _, err := ParseSlug(string(slug)); err != nil {
		return Step{}, err
	}
	m, err := n.store.Manuscript(ctx, id)
	if err != nil {
		return Step{}, err
	}
	if slug == m.Slug {
		return Step{}, fault.Because(fault.Invalid, "the story bears the name %q already", slug)
	}
	s := Step{
		Story: id, N: len(m.Steps) + 1, From: m.State, To: m.State, Revision: len(m.Revisions), By: by, Person: person, Reason: reason,
		At: n.now().UTC().Truncate(time.Microsecond), Slug: slug,
	}
	if err := s.check(); err != nil {
		return Step{}, err
	}
	if err := n.store.Take(ctx, s, nil); err != nil {
		return Step{}, fmt.Errorf("rename %q to %q: %w", m.Slug, slug, err)
	}
	n.bus.Publish(bus.Event{Topic: StoryTopic, Key: string(slug)})
	return s, nil
}
