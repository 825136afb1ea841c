package news

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/numeral"
)

// Correct signs the correction that is offered of a figure and publishes it: the text that readers see becomes the next
// revision, and they are told what was wrong and what is right, in the words of the proposal, or in text where it is not
// empty. A figure that names no day gets the moment when it was printed, else it would be printed as of today.
//
// The error is fault.Conflict where the story is being changed, the figure stands in a live entry or has no value any more,
// or where not this figure alone would be printed otherwise, of which readers would not be told. Nothing has changed then.
func (n *Newsroom) Correct(ctx context.Context, a Affected, by, person, text string) (Step, error) {
	m, err := n.store.Manuscript(ctx, a.Story)
	if err != nil {
		return Step{}, err
	}
	switch {
	case a.Entry != 0:
		return Step{}, fault.Because(fault.Conflict, "the figure stands in an entry of the live story %q: tell another entry that corrects it", m.Slug)
	case a.Problem != "":
		return Step{}, fault.Because(fault.Conflict, "the figure {{%s}} has no value any more: change the text of the story %q", a.Figure.Expression, m.Slug)
	case m.State != Published || m.Live != len(m.Revisions) || m.Live != a.Revision:
		return Step{}, fault.Because(fault.Conflict, "the story %q is being changed: correct it on its own page", m.Slug)
	}
	content := m.Revisions[m.Live-1].Content
	content.Body = dated(content.Body, m.Updated)
	notice, err := n.corrected(ctx, m, content, a)
	if err != nil {
		return Step{}, err
	}
	if text != "" {
		notice.Text = text
	}
	if err := notice.check(); err != nil {
		return Step{}, err
	}
	why := "The source revised {{" + a.Figure.Expression + "}}."
	r, err := n.Save(ctx, Submission{ID: m.ID, BasedOn: m.Live, Content: content, Author: by, Person: person, Reason: why})
	if err != nil {
		return Step{}, err
	}
	step, err := n.Move(ctx, m.ID, Move{To: Published, Revision: r.N, By: by, Person: person, Reason: why, Notice: notice})
	if err != nil {
		err = fmt.Errorf("revision %d of %q is saved as a draft and waits to be published: %w", r.N, m.Slug, err)
	}
	return step, err
}

// dated gives each figure of a text that names no day a moment.
func dated(body string, at time.Time) string {
	for _, f := range slices.Backward(find(body)) {
		if f.err == nil && f.On == "" {
			end := f.end - len("}}")
			body = body[:end] + " @" + at.UTC().Format(time.RFC3339Nano) + body[end:]
		}
	}
	return body
}

// corrected holds a content against what readers see, and returns the notice for it if nothing but the affected figure would
// be printed otherwise, and that as the notice says.
func (n *Newsroom) corrected(ctx context.Context, m Manuscript, content Content, a Affected) (Notice, error) {
	pins, err := n.pin(ctx, content.Body, n.now())
	if err != nil {
		return Notice{}, err
	}
	before, were, err := parted(m.Revisions[m.Live-1].Content.Body, m.Pins[m.Live])
	if err != nil {
		return Notice{}, err
	}
	after, are, err := parted(content.Body, pins)
	if err != nil {
		return Notice{}, err
	}
	notice, style := a.Proposal, numeral.Of(content.Language)
	notice.Figures = nil
	for i, f := range after {
		if before[i].Expression == a.Figure.Expression {
			if !f.Block() && !f.Printed(are[i]).Equal(a.Now) {
				return Notice{}, fault.Because(fault.Conflict, "the figure {{%s}} would be printed as %s, since another source is chosen now: correct the story %q on its own page",
					f.Expression, f.Text(are[i], style), m.Slug)
			}
			notice.Figures = append(notice.Figures, f.Expression)
			continue
		}
		if !alike(f, were[i], are[i]) {
			return Notice{}, fault.Because(fault.Conflict, "the figure {{%s}} would be printed otherwise too: correct the story %q on its own page, and tell readers of both",
				before[i].Expression, m.Slug)
		}
	}
	return notice, nil
}

// alike says whether a figure prints the same of some pins as of others.
func alike(f Figure, some, others []Pin) bool {
	if !f.Block() {
		return f.Printed(some).Equal(f.Printed(others))
	}
	return slices.EqualFunc(some, others, func(a, b Pin) bool { return f.Shown(a).Equal(f.Shown(b)) })
}

// parted are the figures of a text, each with its pins.
func parted(body string, pins []Pin) ([]Figure, [][]Pin, error) {
	figures, err := Figures(body)
	if err != nil {
		return nil, nil, err
	}
	own, err := PinsOf(figures, pins)
	return figures, own, err
}
