package news

import (
	"context"
	"time"

	"github.com/courant-news/courant/internal/market"
)

// Store is what the newsroom asks of whoever keeps stories. Every method is one fact and one transaction, and is safe
// for concurrent use. A returned write is on disk.
type Store interface {
	CopyStore
	NoteStore
	SummaryStore
	DossierStore

	// AddRevision appends a revision, and moves the story to the state that [State.Revised] says. Revision 1 makes the
	// story, under the slug, which no other story of any state may bear or have borne; later ones ignore it. If the last
	// revision is not N-1 the error is fault.Conflict.
	AddRevision(ctx context.Context, r Revision, slug Slug) error

	// Take appends a step and does what it says. To Published makes the revision the one that readers see, and keeps its
	// pins; the first publication sets the story's day for ever. To Withdrawn takes the story from readers. If the last
	// step is not N-1, the last revision not the step's, or a new slug another story's, now or before, the error is
	// fault.Conflict.
	Take(ctx context.Context, s Step, pins []Pin) error

	// Reprint appends a revision as AddRevision does, and the step that publishes it as Take does, both or neither.
	Reprint(ctx context.Context, r Revision, s Step, pins []Pin) error

	// AppendEntry appends an entry to a published story and returns its number; fault.Conflict where it is published no more.
	AppendEntry(ctx context.Context, id StoryID, e Entry) (n int, err error)

	// Shaken returns the published values, of live revisions and of entries that no other corrects, which rest on an
	// observation of which the same source has said something else since (the newest of what it said), on one after which
	// a held value was released that speaks of a time before the publication, or on no observation. Those dismissed are
	// left out.
	Shaken(ctx context.Context) ([]Shaken, error)

	// Dismiss keeps dismissals; of two for the same the first stands. The error is fault.Conflict where all of them were
	// made before, and fault.Invalid for a story that does not exist.
	Dismiss(ctx context.Context, all []Dismissal) error

	// DueStories returns the stories that go out by themselves, with when, the first first.
	DueStories(ctx context.Context) ([]Due, error)

	// Manuscript returns a story in whatever state, with all its revisions and pins; fault.NotFound.
	Manuscript(ctx context.Context, id StoryID) (Manuscript, error)

	// Story returns the ID of the story that bears the slug, in whatever state; fault.NotFound.
	Story(ctx context.Context, slug Slug) (StoryID, error)

	// Uses says whether any revision of any story or dossier, in whatever state, shows a picture.
	Uses(ctx context.Context, media string) (bool, error)

	// Manuscripts returns every story in whatever state, by ID.
	Manuscripts(ctx context.Context) ([]Manuscript, error)

	// AddEdition adds all of an edition or nothing of it: sources, observations, bars, stories with their revisions and pins,
	// the masthead's revisions, and dossiers, as they are. What is there already and the same is left as it is; a story whose ID
	// or slug, a bar whose source and times, a masthead's revision whose N, or a dossier whose slug is there with another content
	// is fault.Conflict. It returns what was new. Progress may be nil.
	AddEdition(ctx context.Context, e Edition, progress func(done, of int)) (Receipt, error)

	// PutMasthead appends a revision of the masthead. If the last is not N-1 the error is fault.Conflict.
	PutMasthead(ctx context.Context, r MastheadRevision) error

	// Mastheads returns every revision of the masthead, by N.
	Mastheads(ctx context.Context) ([]MastheadRevision, error)
}

// Reader is what a paper asks of whoever keeps stories: published ones only. No method can return anything else.
type Reader interface {
	DossierReader

	// Article returns a published story by the day (UTC) of its first publication and any slug that it bears or bore;
	// fault.NotFound, and fault.Gone with a sentence for one that was withdrawn.
	Article(ctx context.Context, day time.Time, slug Slug) (Article, error)

	// Articles returns published stories, the newest first by Published, without their Notices and Moments, and without their
	// Pins where these are not wanted.
	Articles(ctx context.Context, which Selection) ([]Article, error)

	// Corrections returns the corrections of published stories, the newest first, before a moment if it is not zero, and
	// at most so many.
	Corrections(ctx context.Context, before time.Time, limit int) ([]Correction, error)

	// Authors returns the names in the by-lines of published stories, in the revision that is shown, each once, by their bytes. It
	// takes as long as there are names, however many stories bear them.
	Authors(ctx context.Context) ([]string, error)

	// Days returns the days (UTC) of the first publication of published stories, the newest first.
	Days(ctx context.Context) ([]Day, error)

	// Shows says whether a published story or dossier shows a picture, in the revision that is shown.
	Shows(ctx context.Context, media string) (bool, error)

	// Printing returns the published stories, without their Notices, Moments and Pins, of which a pin of the revision that is shown rests on the observation.
	Printing(ctx context.Context, id market.ID) ([]Article, error)

	// Search returns the published stories whose [Keywords] have of each of some lists one word, the best first, without
	// their Notices: a word of the headline counts more than one of the names, and that more than one of the text; of stories
	// that count the same the newest are first. Of words that very many stories have, only the newest of them are weighed. At most
	// so many are returned.
	Search(ctx context.Context, words [][]string, limit int) ([]Article, error)

	// Names returns the Keywords.Names and Keywords.Headline of the newest published stories, of at most so many.
	Names(ctx context.Context, limit int) ([]string, error)

	// Masthead returns the last revision's masthead; where there is none, one that is empty.
	Masthead(ctx context.Context) (Masthead, error)
}

// Due is when a story goes out by itself.
type Due struct {
	Story StoryID
	At    time.Time
}

// Selection says which articles are wanted; the zero value wants the newest of all.
type Selection struct {
	Section Slug          // of this section only
	Topic   Slug          // on this topic only
	Symbol  market.Symbol // that print this symbol only, in the revision that is shown
	Authors []string      // that bear one of these names in their by-lines only
	Stories []StoryID     // of these only; nil: of all
	From    time.Time     // published then or later only
	Before  time.Time     // published before this only
	Limit   int           // at most so many; 0 means 50
	Pins    bool          // with their pins, for who prints their figures
}

// Edition is all that a paper holds, or a part of it that belongs together: what an archive carries out and in.
type Edition struct {
	Sources      []market.Source
	Observations []market.Observation
	Bars         []market.Bar
	Stories      []Manuscript
	Mastheads    []MastheadRevision // all there were, by N
	Dossiers     []DossierRecord    // by the bytes of their slugs
}
