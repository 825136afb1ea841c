package news

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/numeral"
)

// Proposal is the notice that is offered for the affected figures of one text: what each of them was, and is. Of more than a
// notice can hold it names how many more there are.
func Proposal(all []Affected) Notice {
	const room = maxLine - 100
	notice := Notice{Kind: FigureCorrection}
	left := len(all)
	for _, a := range all {
		if len(notice.Text)+1+len(a.Proposal.Text) > room {
			break
		}
		notice.Text = strings.TrimSpace(notice.Text + " " + a.Proposal.Text)
		left--
	}
	if left > 0 {
		notice.Text = fmt.Sprintf("%s %d more figures that rest on the same numbers are corrected too.", notice.Text, left)
	}
	return notice
}

// Correct signs the correction that is offered of the affected figures of a story, all that there are in it, and publishes it:
// the text that readers see becomes the next revision, and they are told what was wrong and what is right, in the words of the
// [Proposal], or in text where it is not empty. A figure that names no day gets the moment when it was printed, else it would
// be printed as of today. All of it comes about or nothing.
//
// The error is fault.Conflict where the story is being changed, a figure stands in a live entry or has no value any more, or
// where a figure that is not among them would be printed otherwise, of which readers would not be told.
func (n *Newsroom) Correct(ctx context.Context, all []Affected, by, person, text string) (Step, error) {
	if len(all) == 0 {
		return Step{}, fault.Because(fault.NotFound, "no figure of the story is affected any more: somebody corrected or dismissed it")
	}
	m, err := n.store.Manuscript(ctx, all[0].Story)
	if err != nil {
		return Step{}, err
	}
	for _, a := range all {
		switch {
		case a.Entry != 0:
			return Step{}, fault.Because(fault.Conflict, "the figure stands in an entry of the live story %q: tell another entry that corrects it", m.Slug)
		case a.Problem != "":
			return Step{}, fault.Because(fault.Conflict, "the figure {{%s}} has no value any more: change the text of the story %q", a.Figure.Expression, m.Slug)
		case a.Story != m.ID || m.State != Published || m.Live != len(m.Revisions) || m.Live != a.Revision:
			return Step{}, fault.Because(fault.Conflict, "the story %q is being changed, or was meanwhile: correct it on its own page", m.Slug)
		}
	}
	r := Revision{
		Story: m.ID, N: m.Live + 1, Content: m.Revisions[m.Live-1].Content, Author: by, Person: person, Reason: "The source revised {{" + all[0].Figure.Expression + "}}.",
		At: n.now().UTC().Truncate(time.Microsecond),
	}
	r.Content.Body = dated(r.Content.Body, m.Updated)
	pins, err := n.pin(ctx, r.Content.Body, r.At)
	if err != nil {
		return Step{}, fmt.Errorf("correct %q: %w", m.Slug, err)
	}
	notice, err := signed(fmt.Sprintf("the story %q", m.Slug), printing{m.Revisions[m.Live-1].Content, m.Pins[m.Live]}, printing{r.Content, pins}, all, text)
	if err != nil {
		return Step{}, err
	}
	before := m
	before.State, before.Revisions = Draft, append(slices.Clone(m.Revisions), r) // as it is between the two
	step, err := before.step(Move{To: Published, Revision: r.N, By: by, Person: person, Reason: r.Reason, Notice: notice}, r.At)
	if err != nil {
		return Step{}, err
	}
	if err := n.store.Reprint(ctx, r, step, pins); err != nil {
		return Step{}, fmt.Errorf("correct %q: %w", m.Slug, err)
	}
	n.bus.Publish(bus.Event{Topic: StoryTopic, Key: string(m.Slug)})
	return step, nil
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

// printing is a text with the pins of its figures.
type printing struct {
	Content
	pins []Pin
}

// signed is the notice of a correction in a text, in the words of who signs it or else in those that are offered, with the figures
// that it corrects: if nothing but the affected ones would be printed otherwise, and these as was shown.
func signed(place string, was, becomes printing, all []Affected, text string) (Notice, error) {
	notice := Proposal(all)
	if text != "" {
		notice.Text = text
	}
	before, were, err := parted(was.Body, was.pins)
	if err != nil {
		return Notice{}, err
	}
	after, are, err := parted(becomes.Body, becomes.pins)
	if err != nil {
		return Notice{}, err
	}
	affected := map[string]Affected{}
	for _, a := range all {
		affected[a.Figure.Expression] = a
	}
	style := numeral.Of(becomes.Language)
	notice.Figures = nil
	for i, f := range after {
		a, isAffected := affected[before[i].Expression]
		switch {
		case isAffected && !f.Block() && !f.Printed(are[i]).Equal(a.Now):
			return Notice{}, fault.Because(fault.Conflict, "the figure {{%s}} would be printed as %s, since another source is chosen now: correct %s on its own page",
				f.Expression, f.Text(are[i], style), place)
		case isAffected:
			notice.Figures = append(notice.Figures, f.Expression)
		case !alike(f, were[i], are[i]):
			return Notice{}, fault.Because(fault.Conflict, "the figure {{%s}} would be printed otherwise too: correct %s on its own page, and tell readers of both",
				before[i].Expression, place)
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
