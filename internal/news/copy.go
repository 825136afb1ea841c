package news

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/fault"
)

// Copy is what somebody is writing of a story and has not saved as a revision yet: kept as it is typed, whether or not it
// could be saved, so that a crash, a closed lid or another's revision takes no keystroke away. Each person has a copy of
// his own of each story; nobody else's work is touched by it, and no reader's face can reach it.
type Copy struct {
	Story   StoryID
	Person  string  // whose it is
	N       int     // 1, 2, 3 …: how often it was kept
	BasedOn int     // the revision that it began with; 0: the story has none yet
	Content Content // of any form that fits, see [Newsroom.Keep]
	At      time.Time
}

// CopyStore keeps copies. Every method is one transaction.
type CopyStore interface {
	// PutCopy puts a copy whose last one was N-1. The error is fault.Conflict where that is not the last.
	PutCopy(ctx context.Context, c Copy) error

	// Copy returns a person's copy of a story; fault.NotFound.
	Copy(ctx context.Context, story StoryID, person string) (Copy, error)

	// Copies returns a person's copies, or everybody's for an empty name, the last kept first.
	Copies(ctx context.Context, person string) ([]Copy, error)

	// DropCopy drops a person's copy of a story, if it is still the N-th: what was typed meanwhile stays.
	DropCopy(ctx context.Context, story StoryID, person string, n int) error
}

// maxContent is how many bytes all fields of a copy may have together; it holds the largest content that can be saved.
const maxContent = maxBody + 20*maxLine

// Keep keeps what is being written. It asks only that it fits and is text: what is half typed is not well formed yet. N is
// that of the copy which the writer had before him, and 0 for a first one; the copy returned has the next. The error is
// fault.Conflict where the same person kept another meanwhile, in another window.
func (n *Newsroom) Keep(ctx context.Context, c Copy) (Copy, error) {
	if c.Story == "" || len(c.Story) > maxID || c.Person == "" {
		return Copy{}, fault.Because(fault.Invalid, "a copy is of a story and of a person")
	}
	if c.N < 0 || c.BasedOn < 0 {
		return Copy{}, fault.Because(fault.Invalid, "the copy is the %d-th and based on revision %d: both are counted from 0", c.N, c.BasedOn)
	}
	if len(c.Content.Images) > maxImages {
		return Copy{}, fault.Because(fault.Invalid, "what is to be kept has %d images; %d is the most", len(c.Content.Images), maxImages)
	}
	size := 0
	for _, text := range c.Content.texts() {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return Copy{}, fault.Because(fault.Invalid, "what is to be kept is not valid UTF-8 text")
		}
		size += len(text)
	}
	if size > maxContent {
		return Copy{}, fault.Because(fault.Invalid, "what is to be kept has %d bytes; %d is the most", size, maxContent)
	}
	c.N, c.At = c.N+1, n.now().UTC().Truncate(time.Microsecond)
	if err := n.store.PutCopy(ctx, c); err != nil {
		return Copy{}, err
	}
	return c, nil
}

// Copy returns what a person is writing of a story; fault.NotFound where that is nothing.
func (n *Newsroom) Copy(ctx context.Context, story StoryID, person string) (Copy, error) {
	return n.store.Copy(ctx, story, person)
}

// Copies returns what a person is writing, the last kept first.
func (n *Newsroom) Copies(ctx context.Context, person string) ([]Copy, error) {
	return n.store.Copies(ctx, person)
}

// DropCopy drops a copy once it is saved or given up. What its writer kept since then stays.
func (n *Newsroom) DropCopy(ctx context.Context, c Copy) error {
	return n.store.DropCopy(ctx, c.Story, c.Person, c.N)
}

// texts are all texts of a content.
func (c Content) texts() []string {
	all := []string{c.Headline, c.Kicker, c.Standfirst, c.Dateline, string(c.Section), c.Language, c.Body}
	all = append(all, c.Bylines...)
	for _, t := range c.Topics {
		all = append(all, string(t))
	}
	for _, i := range c.Images {
		all = append(all, i.Media, i.Alt, i.Caption, i.Credit)
	}
	return all
}
