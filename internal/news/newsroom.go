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
	Person  string // see [Revision]
	Reason  string
}

// Save appends a revision and returns it. A revision of a story that readers see is not shown to them before it is
// published in its turn. The error is fault.Invalid where the content or a figure in it is not well
// formed or names something that does not exist, fault.Conflict where somebody saved meanwhile, or where the story must be taken
// back before it is changed, see [State.Revised].
func (n *Newsroom) Save(ctx context.Context, s Submission) (Revision, error) {
	if err := s.Content.checkNew(); err != nil {
		return Revision{}, err
	}
	if strings.TrimSpace(s.Author) == "" {
		return Revision{}, fault.Because(fault.Invalid, "the revision has no author")
	}
	if err := cmp.Or(checkLine("author", s.Author), checkLine("author's ID", s.Person), checkLine("reason for the revision", s.Reason)); err != nil {
		return Revision{}, err
	}
	if _, err := Figures(s.Content.Body); err != nil {
		return Revision{}, err
	}
	if len(s.ID) > maxID {
		return Revision{}, fault.Because(fault.Invalid, "a story has a name of at most %d characters, not of %d", maxID, len(s.ID))
	}
	if s.ID == "" && s.BasedOn != 0 || s.BasedOn < 0 {
		return Revision{}, fault.Because(fault.Invalid, "a new story is based on nothing, and any other revision on one of its story, not on %d", s.BasedOn)
	}
	if s.BasedOn == 0 {
		if s.ID == "" {
			s.ID = NewStoryID()
		}
		if s.Slug == "" {
			if s.Slug = SlugOf(s.Content.Headline); s.Slug == untitled && len(s.ID) >= 8 {
				s.Slug += Slug("-" + s.ID[:8]) // else the second headline without a Latin letter would be refused
			}
		}
		if _, err := ParseSlug(string(s.Slug)); err != nil {
			return Revision{}, err
		}
	}
	r := Revision{
		Story: s.ID, N: s.BasedOn + 1, Content: s.Content, Author: s.Author, Person: s.Person, Reason: s.Reason,
		At: n.now().UTC().Truncate(time.Microsecond),
	}
	if err := n.store.AddRevision(ctx, r, s.Slug); err != nil {
		return Revision{}, fmt.Errorf("save the story %q: %w", s.Content.Headline, err)
	}
	return r, nil
}

// NewStoryID makes the name of a story that is about to be written.
func NewStoryID() StoryID { return StoryID(strings.ToLower(rand.Text())) }

// Receipt says what became of an edition.
type Receipt struct {
	Observations, Bars, Stories int // new ones
}

// AddEdition adds an edition, all of it or nothing: an imported page, an archive. Progress may be nil. The error is
// fault.Invalid where anything in it cannot be right, fault.Conflict where a story or a masthead is there with another
// content.
func (n *Newsroom) AddEdition(ctx context.Context, e Edition, progress func(done, of int)) (Receipt, error) {
	if err := n.ledger.Check(e.Sources, e.Observations); err != nil {
		return Receipt{}, err
	}
	if err := market.CheckBars(e.Sources, e.Bars); err != nil {
		return Receipt{}, err
	}
	for _, m := range e.Stories {
		if err := m.check(); err != nil {
			return Receipt{}, fmt.Errorf("the story %q: %w", m.Slug, err)
		}
		if m.Published.After(n.now()) { // readers would see it at once, before its time
			return Receipt{}, fault.Because(fault.Invalid, "the story %q is to be published at %s, which has not come",
				m.Slug, m.Published.UTC().Format(time.RFC3339))
		}
	}
	if err := checkMastheads(e.Mastheads, n.ledger.Currencies()); err != nil {
		return Receipt{}, err
	}
	if err := n.checkDossiers(e.Dossiers); err != nil {
		return Receipt{}, err
	}
	r, err := n.store.AddEdition(ctx, e, progress)
	if err != nil {
		return Receipt{}, fmt.Errorf("add an edition: %w", err)
	}
	if r.Observations+r.Bars > 0 {
		n.bus.Publish(bus.Event{Topic: market.PriceTopic})
	}
	if r.Stories > 0 {
		n.bus.Publish(bus.Event{Topic: StoryTopic})
	}
	if len(e.Mastheads) > 0 {
		n.bus.Publish(bus.Event{Topic: MastheadTopic})
	}
	if len(e.Dossiers) > 0 {
		n.bus.Publish(bus.Event{Topic: DossierTopic})
	}
	return r, nil
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

// Story returns a story by its ID, in whatever state, with all its revisions and pins; fault.NotFound.
func (n *Newsroom) Story(ctx context.Context, id StoryID) (Manuscript, error) {
	return n.store.Manuscript(ctx, id)
}

// Manuscript returns the story that bears a slug, in whatever state, with all its revisions and pins; fault.NotFound.
func (n *Newsroom) Manuscript(ctx context.Context, slug Slug) (Manuscript, error) {
	id, err := n.store.Story(ctx, slug)
	if err != nil {
		return Manuscript{}, err
	}
	return n.store.Manuscript(ctx, id)
}

// Uses says whether any revision of any story shows a picture, or did: one that was printed once must stay.
func (n *Newsroom) Uses(ctx context.Context, media string) (bool, error) {
	return n.store.Uses(ctx, media)
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
		pins, published := m.Pins[r.N]
		if !published && r.N != m.Live {
			if _, err := Figures(r.Content.Body); err != nil {
				return fmt.Errorf("revision %d: %w", r.N, err)
			}
			continue
		}
		if err := fit(r.Content.Body, pins); err != nil {
			return fault.Because(fault.Invalid, "revision %d: %w", r.N, err)
		}
	}
	for n := range m.Pins {
		if n < 1 || n > len(m.Revisions) {
			return fault.Because(fault.Invalid, "there are pins of revision %d, which does not exist", n)
		}
	}
	return m.checkState()
}

// fit says what is wrong with the pins of a text.
func fit(body string, pins []Pin) error {
	figures, err := Figures(body)
	if err == nil {
		_, err = PinsOf(figures, pins)
	}
	return err
}

// checkState says what in a manuscript's state does not fit together.
func (m Manuscript) checkState() error {
	for i, s := range m.Steps {
		if s.Story != m.ID || s.N != i+1 || s.Revision < 1 || s.Revision > len(m.Revisions) || !s.From.known() || !s.To.known() || s.At.IsZero() {
			return fault.Because(fault.Invalid, "step %d of its record does not fit it", i+1)
		}
		if err := s.check(); err != nil {
			return fmt.Errorf("step %d of its record: %w", s.N, err)
		}
	}
	for i, e := range m.Entries {
		if e.N != i+1 || e.At.IsZero() || e.Corrects < 0 || e.Corrects > i || e.Corrects > 0 && m.Entries[e.Corrects-1].Corrects != 0 {
			return fault.Because(fault.Invalid, "entry %d does not fit the story", i+1)
		}
		if err := e.check(); err != nil {
			return fmt.Errorf("entry %d: %w", e.N, err)
		}
		if err := fit(e.Body, e.Pins); err != nil {
			return fmt.Errorf("entry %d: %w", e.N, err)
		}
	}
	for _, d := range m.Dismissed {
		if d.Story != m.ID || d.At.IsZero() {
			return fault.Because(fault.Invalid, "a dismissal does not fit it")
		}
		if err := d.check(); err != nil {
			return err
		}
	}
	for _, slug := range m.Former {
		if _, err := ParseSlug(string(slug)); err != nil {
			return fmt.Errorf("a former name: %w", err)
		}
	}
	switch {
	case !m.State.known():
		return fault.Because(fault.Invalid, "there is no state %q", m.State)
	case m.Live < 0 || m.Live > len(m.Revisions) || m.Published.IsZero() != m.Updated.IsZero() || m.Live > 0 && m.Published.IsZero():
		return fault.Because(fault.Invalid, "it is published, but not when or which revision")
	case m.State == Published && m.Live != len(m.Revisions):
		return fault.Because(fault.Invalid, "its last revision, %d, is published, and yet readers see revision %d", len(m.Revisions), m.Live)
	case m.State != Published && m.Live == len(m.Revisions):
		return fault.Because(fault.Invalid, "it is a %s and yet published", m.State)
	case m.State == Withdrawn && (m.Live != 0 || m.Published.IsZero()):
		return fault.Because(fault.Invalid, "it is withdrawn, and yet published or never was")
	case m.State.waits() && m.Due().IsZero():
		return fault.Because(fault.Invalid, "it is %s, and it is not said when it goes out", m.State)
	}
	return nil
}
