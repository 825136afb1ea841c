package desk

import (
	"net/http"
	"strconv"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// ChangesPage shows what one revision changed in another.
type ChangesPage struct {
	Frame
	Changes        []Change
	Back, BackText string
}

// Change is what became of one field.
type Change struct {
	Field string
	Spans []Span
}

// Span is a run of a field's text: kept, put in or taken out.
type Span struct{ Kind, Text string } // "", ins, del

func (d *Desk) changes(w http.ResponseWriter, v visit) error {
	m, err := d.manuscript(v, news.StoryID(v.PathValue("id")))
	if err != nil {
		return err
	}
	revision := func(name string) (news.Revision, error) {
		n, err := strconv.Atoi(v.URL.Query().Get(name))
		if err != nil || n < 1 || n > len(m.Revisions) {
			return news.Revision{}, fault.Because(fault.NotFound, "the story has no revision %.20q: it has %d", v.URL.Query().Get(name), len(m.Revisions))
		}
		return m.Revisions[n-1], nil
	}
	from, err := revision("from")
	if err != nil {
		return err
	}
	to, err := revision("to")
	if err != nil {
		return err
	}
	p := ChangesPage{Frame: d.room(v, "From revision "+count(from.N)+" to "+count(to.N)), Changes: changesOf(from.Content, to.Content), Back: storyHref(m.ID), BackText: "Back to the story"}
	p.Kicker = to.Content.Headline
	return d.answer(w, v.Request, http.StatusOK, changesPage(p))
}

// changesOf is what changed from one content to another, as the page shows it.
func changesOf(from, to news.Content) []Change {
	var all []Change
	for _, c := range news.Diff(from, to) {
		change := Change{Field: c.Field}
		for _, part := range c.Parts {
			change.Spans = append(change.Spans, Span{Kind: spanKinds[part.In], Text: part.Text})
		}
		all = append(all, change)
	}
	return all
}

var spanKinds = map[news.In]string{news.Both: "", news.After: "ins", news.Before: "del"}
