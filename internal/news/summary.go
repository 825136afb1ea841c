package news

import (
	"context"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Summary is a story as a list of the newsroom has it.
type Summary struct {
	ID       StoryID
	Slug     Slug
	State    State
	Due      time.Time // when it goes out by itself; zero where it does not
	Missed   string    // why it did not go out when it was due, see [Manuscript.Missed]; empty where it did not miss its time
	Live     int       // the revision before readers; 0: none
	Last     int       // the last revision
	Headline string    // of the last revision, as the two below
	Section  Slug
	By       string    // who saved it
	At       time.Time // when it was saved
	Person   string    // who wrote the first revision: whose story it is
}

// Listing says which stories of the newsroom are wanted; the zero value wants the last saved of all.
type Listing struct {
	States []State   // in one of these only; none: in any
	Due    bool      // those only that go out by themselves, the next to go out first
	Missed bool      // those only that did not go out when they were due
	Person string    // of this person only
	Words  string    // whose name in addresses has all of these words, which are those of its headline
	Before time.Time // last saved before this only
	Limit  int       // at most so many; 0 means 50
}

// SummaryStore lists stories in whatever state.
type SummaryStore interface {
	// Summaries returns the stories of a listing, the last saved first, or of those that are due the next.
	Summaries(ctx context.Context, which Listing) ([]Summary, error)
}

const mostSummaries = 500

// Summaries returns the stories of a listing, the last saved first. The error is fault.Invalid for too many at once.
func (n *Newsroom) Summaries(ctx context.Context, which Listing) ([]Summary, error) {
	if which.Limit == 0 {
		which.Limit = 50
	}
	if which.Limit < 0 || which.Limit > mostSummaries || len(which.Words) > maxLine {
		return nil, fault.Because(fault.Invalid, "ask for 1 to %d stories, with words of at most %d bytes", mostSummaries, maxLine)
	}
	return n.store.Summaries(ctx, which)
}

// Slugs are the words of a listing as they stand in a slug.
func (l Listing) Slugs() []string {
	if strings.TrimSpace(l.Words) == "" {
		return nil
	}
	return strings.Split(string(SlugOf(l.Words)), "-")
}
