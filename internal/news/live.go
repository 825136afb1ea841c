package news

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
)

// Entry is one entry of a live story, told while it happens. Entries are appended and never changed or removed; one that
// was wrong is followed by another that corrects it.
type Entry struct {
	N        int // 1, 2, 3 … without gaps
	Corrects int // the entry in whose place it stands; 0: it stands for itself
	At       time.Time
	Headline string // may be empty
	Body     string // Markdown with figures
	Author   string
	Person   string // the opaque ID of the author among the staff; empty where there is none
	Notice   Notice // of one that corrects: what was wrong
	Pins     []Pin  // of the figures in Body, in their order
}

// Moment is an entry of a live story as readers meet it: its last text, with what was corrected in it.
type Moment struct {
	N        int // of the first entry, so that its address stays
	At       time.Time
	Headline string
	Body     string
	Author   string
	Pins     []Pin
	Notices  []Posted // the first first
}

// Moments are the entries of a live story as readers meet them, the newest first.
func Moments(entries []Entry) []Moment {
	var all []Moment
	at := map[int]int{}
	for _, e := range entries {
		if e.Corrects == 0 {
			at[e.N] = len(all)
			all = append(all, Moment{N: e.N, At: e.At, Headline: e.Headline, Body: e.Body, Author: e.Author, Pins: e.Pins})
			continue
		}
		if i, ok := at[e.Corrects]; ok {
			m := &all[i]
			m.Headline, m.Body, m.Pins = e.Headline, e.Body, e.Pins
			m.Notices = append(m.Notices, Posted{Notice: e.Notice, At: e.At, Entry: e.Corrects})
		}
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// Tell appends an entry to a story that readers see, and shows it to them at once with its figures resolved and pinned. Its
// N, At and Pins are made here. The error is fault.Invalid where the story is not published, the entry cannot be printed, a
// figure cannot be resolved, or there is no such entry to correct; fault.NotFound. Nothing has changed then.
func (n *Newsroom) Tell(ctx context.Context, id StoryID, e Entry) (Entry, error) {
	m, err := n.store.Manuscript(ctx, id)
	if err != nil {
		return Entry{}, err
	}
	if m.Live == 0 {
		return Entry{}, fault.Because(fault.Invalid, "the story %q is not published: publish it before you tell what happens", m.Slug)
	}
	if e.Corrects != 0 && (e.Corrects < 1 || e.Corrects > len(m.Entries) || m.Entries[e.Corrects-1].Corrects != 0) {
		return Entry{}, fault.Because(fault.Invalid, "the story %q has no entry %d that could be corrected", m.Slug, e.Corrects)
	}
	e.At = n.now().UTC().Truncate(time.Microsecond)
	if err := e.check(); err != nil {
		return Entry{}, err
	}
	if e.Pins, err = n.pin(ctx, e.Body, e.At); err != nil {
		return Entry{}, fmt.Errorf("tell of %q: %w", m.Slug, err)
	}
	if e.N, err = n.store.AppendEntry(ctx, id, e); err != nil {
		return Entry{}, fmt.Errorf("tell of %q: %w", m.Slug, err)
	}
	n.bus.Publish(bus.Event{Topic: StoryTopic, Key: string(m.Slug)})
	return e, nil
}

// check says what is wrong with an entry on its own.
func (e Entry) check() error {
	switch {
	case strings.TrimSpace(e.Author) == "":
		return fault.Because(fault.Invalid, "the entry has no author")
	case strings.TrimSpace(e.Body) == "":
		return fault.Because(fault.Invalid, "the entry says nothing")
	case e.Corrects == 0 && e.Notice.Kind != "":
		return fault.Because(fault.Invalid, "say which entry is corrected")
	case e.Corrects != 0 && (!e.Notice.Kind.Corrects() || strings.TrimSpace(e.Notice.Text) == ""):
		return fault.Because(fault.Invalid, "a correction of an entry says of what kind it is, what was wrong and what is right")
	}
	for _, l := range []struct{ what, line string }{{"entry's headline", e.Headline}, {"entry's author", e.Author}, {"ID of the entry's author", e.Person}} {
		if err := checkLine(l.what, l.line); err != nil {
			return err
		}
	}
	if err := checkBody(e.Body); err != nil {
		return err
	}
	return e.Notice.check()
}
