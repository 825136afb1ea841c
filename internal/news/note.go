package news

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/fault"
)

// Note is what somebody in the newsroom says of a story to the others: a question, a demand, what was checked. It is no
// part of the story and is never published. Notes are appended; one is settled, not removed.
type Note struct {
	Story    StoryID
	N        int // 1, 2, 3 … of its story
	Revision int // that it speaks of
	By       string
	Text     string
	At       time.Time
	Settled  time.Time // zero while it is open
	Settler  string    // who settled it
}

// NoteStore keeps notes. Every method is one transaction.
type NoteStore interface {
	// AddNote appends a note, gives it the next number of its story and returns it.
	AddNote(ctx context.Context, note Note) (Note, error)

	// Notes returns the notes of a story, the first first.
	Notes(ctx context.Context, story StoryID) ([]Note, error)

	// SettleNote settles a note; fault.NotFound, or fault.Conflict where it is settled already.
	SettleNote(ctx context.Context, story StoryID, n int, by string, at time.Time) error
}

const (
	maxID   = 64
	maxNote = 10_000 // bytes
)

// AddNote adds a note to a story. The error is fault.Invalid for an empty or too long one.
func (n *Newsroom) AddNote(ctx context.Context, note Note) (Note, error) {
	if note.Text = strings.TrimSpace(note.Text); note.Text == "" {
		return Note{}, fault.Because(fault.Invalid, "the note is empty")
	}
	if len(note.Text) > maxNote || !utf8.ValidString(note.Text) || strings.ContainsRune(note.Text, 0) {
		return Note{}, fault.Because(fault.Invalid, "a note is UTF-8 text of at most %d bytes; this has %d", maxNote, len(note.Text))
	}
	if note.Story == "" || len(note.Story) > maxID || note.By == "" {
		return Note{}, fault.Because(fault.Invalid, "a note is of a story and by a person")
	}
	note.At = n.now().UTC().Truncate(time.Microsecond)
	return n.store.AddNote(ctx, note)
}

// Notes returns what was said of a story, the first first.
func (n *Newsroom) Notes(ctx context.Context, story StoryID) ([]Note, error) {
	return n.store.Notes(ctx, story)
}

// SettleNote says that what a note asks for is done.
func (n *Newsroom) SettleNote(ctx context.Context, story StoryID, number int, by string) error {
	return n.store.SettleNote(ctx, story, number, by, n.now().UTC().Truncate(time.Microsecond))
}
