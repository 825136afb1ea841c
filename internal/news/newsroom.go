package news

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// StoryTopic is the bus topic under which changed stories are announced; the key is the slug, or empty for many.
const StoryTopic = "news.story"

// Newsroom writes stories. It is the only road by which a story is made, changed or published.
type Newsroom struct {
	store  Store
	ledger *market.Ledger
	bus    bus.Bus
	now    func() time.Time
}

// NewNewsroom returns a newsroom over a store and a ledger. Now may be nil, for time.Now.
func NewNewsroom(s Store, l *market.Ledger, b bus.Bus, now func() time.Time) *Newsroom {
	if now == nil {
		now = time.Now
	}
	return &Newsroom{store: s, ledger: l, bus: b, now: now}
}

// Submission is what an author hands in: a new story where ID is empty, else the next revision of one.
type Submission struct {
	ID      StoryID
	BasedOn int  // the revision that the author had before him; 0 for a new story
	Slug    Slug // for a new story; empty: made from the headline
	Content Content
	Author  string
	Reason  string
}

// Save appends a revision and returns it. The error is fault.Invalid where the content or a figure in it is not well
// formed or names something that does not exist, fault.Conflict where somebody saved meanwhile.
func (n *Newsroom) Save(ctx context.Context, s Submission) (Revision, error) {
	if err := s.Content.check(); err != nil {
		return Revision{}, err
	}
	if strings.TrimSpace(s.Author) == "" {
		return Revision{}, fault.Because(fault.Invalid, "the revision has no author")
	}
	if err := cmp.Or(checkLine("author", s.Author), checkLine("reason for the revision", s.Reason)); err != nil {
		return Revision{}, err
	}
	if _, err := Figures(s.Content.Body); err != nil {
		return Revision{}, err
	}
	if (s.ID == "") != (s.BasedOn == 0) || s.BasedOn < 0 {
		return Revision{}, fault.Because(fault.Invalid, "a new story is based on nothing, and any other revision on one of its story, not on %d", s.BasedOn)
	}
	if s.ID == "" {
		if s.ID = StoryID(strings.ToLower(rand.Text())); s.Slug == "" {
			if s.Slug = SlugOf(s.Content.Headline); s.Slug == untitled {
				s.Slug += Slug("-" + s.ID[:8]) // else the second headline without a Latin letter would be refused
			}
		}
		if _, err := ParseSlug(string(s.Slug)); err != nil {
			return Revision{}, err
		}
	}
	r := Revision{
		Story: s.ID, N: s.BasedOn + 1, Content: s.Content, Author: s.Author, Reason: s.Reason,
		At: n.now().UTC().Truncate(time.Microsecond),
	}
	if err := n.store.AddRevision(ctx, r, s.Slug); err != nil {
		return Revision{}, fmt.Errorf("save the story %q: %w", s.Content.Headline, err)
	}
	return r, nil
}

// Publish resolves and pins the figures of a revision and shows it to readers at once, as published at a moment, which
// is not after now; zero is now. The error is fault.Invalid when a figure cannot be resolved: nothing is published then.
func (n *Newsroom) Publish(ctx context.Context, id StoryID, revision int, at time.Time) error {
	m, err := n.store.Manuscript(ctx, id)
	if err != nil {
		return err
	}
	if revision < 1 || revision > len(m.Revisions) {
		return fault.Because(fault.NotFound, "the story %q has no revision %d", m.Slug, revision)
	}
	now := n.now()
	if at.IsZero() {
		at = now
	}
	if at.After(now) { // readers would see it at once, before its time
		return fault.Because(fault.Invalid, "the story %q cannot be published at %s, which has not come", m.Slug, at.UTC().Format(time.RFC3339))
	}
	at = at.UTC().Truncate(time.Microsecond)
	pins, err := n.pin(ctx, m.Revisions[revision-1].Content.Body, at)
	if err != nil {
		return fmt.Errorf("publish %q: %w", m.Slug, err)
	}
	if err := n.store.Publish(ctx, id, revision, at, pins); err != nil {
		return fmt.Errorf("publish %q: %w", m.Slug, err)
	}
	n.bus.Publish(bus.Event{Topic: StoryTopic, Key: string(m.Slug)})
	return nil
}

// Receipt says what became of an edition.
type Receipt struct {
	Observations, Stories int // new ones
}

// AddEdition adds an edition, all of it or nothing: an imported page, an archive. Progress may be nil. The error is
// fault.Invalid where anything in it cannot be right, fault.Conflict where a story or a masthead is there with another
// content.
func (n *Newsroom) AddEdition(ctx context.Context, e Edition, progress func(done, of int)) (Receipt, error) {
	if err := n.ledger.Check(e.Sources, e.Observations); err != nil {
		return Receipt{}, err
	}
	for _, m := range e.Stories {
		if err := m.check(); err != nil {
			return Receipt{}, fmt.Errorf("the story %q: %w", m.Slug, err)
		}
		if m.State == Published && m.Published.After(n.now()) { // readers would see it at once, before its time
			return Receipt{}, fault.Because(fault.Invalid, "the story %q is to be published at %s, which has not come",
				m.Slug, m.Published.UTC().Format(time.RFC3339))
		}
	}
	if err := checkMastheads(e.Mastheads, n.ledger.Currencies()); err != nil {
		return Receipt{}, err
	}
	observations, stories, err := n.store.AddEdition(ctx, e, progress)
	if err != nil {
		return Receipt{}, fmt.Errorf("add an edition: %w", err)
	}
	if observations > 0 {
		n.bus.Publish(bus.Event{Topic: market.PriceTopic})
	}
	if stories > 0 {
		n.bus.Publish(bus.Event{Topic: StoryTopic})
	}
	if len(e.Mastheads) > 0 {
		n.bus.Publish(bus.Event{Topic: MastheadTopic})
	}
	return Receipt{Observations: observations, Stories: stories}, nil
}

// AddPage adds an edition that was read from somebody's page. Unlike an archive's, its observations are news only
// where they say something new, and a story that is there already with the same content is left as it is. All of it is
// added or nothing; see [Newsroom.AddEdition] for the errors.
func (n *Newsroom) AddPage(ctx context.Context, e Edition) (Receipt, error) {
	if err := n.ledger.Check(e.Sources, e.Observations); err != nil {
		return Receipt{}, err
	}
	unsaid, err := n.ledger.Unsaid(ctx, e.Observations)
	if err != nil {
		return Receipt{}, fmt.Errorf("add a page: %w", err)
	}
	e.Observations = unsaid
	var stories []Manuscript
	for _, m := range e.Stories {
		if err := m.check(); err != nil {
			return Receipt{}, fmt.Errorf("the story %q: %w", m.Slug, err)
		}
		there, err := n.store.Manuscript(ctx, m.ID)
		if errors.Is(err, fault.NotFound) {
			stories = append(stories, m)
		} else if err != nil {
			return Receipt{}, fmt.Errorf("add a page: %w", err)
		} else if !reflect.DeepEqual(there.Revisions[0].Content, m.Revisions[0].Content) {
			return Receipt{}, fault.Because(fault.Conflict, "the story %q is there already, with another text", m.Slug)
		}
	}
	e.Stories = stories
	return n.AddEdition(ctx, e, nil)
}

// Manuscript returns the story that bears a slug, in whatever state, with all its revisions and pins; fault.NotFound.
func (n *Newsroom) Manuscript(ctx context.Context, slug Slug) (Manuscript, error) {
	id, err := n.store.Story(ctx, slug)
	if err != nil {
		return Manuscript{}, err
	}
	return n.store.Manuscript(ctx, id)
}

// Manuscripts returns every story in whatever state.
func (n *Newsroom) Manuscripts(ctx context.Context) ([]Manuscript, error) {
	return n.store.Manuscripts(ctx)
}

// check says what is wrong with a manuscript that is to be added whole.
func (m Manuscript) check() error {
	if m.ID == "" || len(m.ID) > 64 {
		return fault.Because(fault.Invalid, "it has no name of at most 64 characters")
	}
	if _, err := ParseSlug(string(m.Slug)); err != nil {
		return err
	}
	if len(m.Revisions) == 0 {
		return fault.Because(fault.Invalid, "it has no revision")
	}
	for i, r := range m.Revisions {
		if r.Story != m.ID {
			return fault.Because(fault.Invalid, "revision %d is of another story, %.64q", r.N, r.Story)
		}
		if r.N != i+1 {
			return fault.Because(fault.Invalid, "revision %d stands where revision %d belongs", r.N, i+1)
		}
		if err := r.Content.check(); err != nil {
			return fmt.Errorf("revision %d: %w", r.N, err)
		}
		figures, err := Figures(r.Content.Body)
		if err != nil {
			return fmt.Errorf("revision %d: %w", r.N, err)
		}
		pins, published := m.Pins[r.N]
		if !published && r.N != m.Live {
			continue
		}
		if _, err := PinsOf(figures, pins); err != nil {
			return fault.Because(fault.Invalid, "revision %d: %w", r.N, err)
		}
	}
	for n := range m.Pins {
		if n < 1 || n > len(m.Revisions) {
			return fault.Because(fault.Invalid, "there are pins of revision %d, which does not exist", n)
		}
	}
	switch {
	case m.State == Draft && (m.Live != 0 || !m.Published.IsZero()):
		return fault.Because(fault.Invalid, "it is a draft and yet published")
	case m.State == Published && (m.Live < 1 || m.Live > len(m.Revisions) || m.Published.IsZero() || m.Updated.IsZero()):
		return fault.Because(fault.Invalid, "it is published, but not when or which revision")
	case m.State != Draft && m.State != Published:
		return fault.Because(fault.Invalid, "there is no state %q", m.State)
	}
	return nil
}
