package desk

import (
	"context"
	"net/http"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/news"
)

// Mark is something in a text that its writer should know of: a figure that has no value, or a number that is not bound.
type Mark struct {
	Text string `json:"text"`
	Said string `json:"said"`
	Bad  bool   `json:"bad"` // the story cannot be published so
}

// marks tells a script what to know of the text that its visitor is writing.
func (d *Desk) marks(w http.ResponseWriter, v visit) error {
	m, err := d.manuscript(v, news.StoryID(v.PathValue("id")))
	if err != nil {
		return err
	}
	c, err := d.copyOf(v, m)
	if err != nil {
		return err
	}
	found, err := d.marksOf(v.Context(), c.Content)
	if found == nil {
		found = []Mark{}
	}
	return inJSON(w, found, err)
}

// marksOf are the marks of a content: every figure with its value, and each number that no figure binds.
func (d *Desk) marksOf(ctx context.Context, c news.Content) ([]Mark, error) {
	now := d.o.Now()
	resolved, err := d.newsroom.Preview(ctx, c.Body, c.Language, now)
	if err != nil {
		return nil, err
	}
	var all []Mark
	for _, r := range resolved {
		if r.Problem != "" {
			all = append(all, Mark{Text: c.Body[r.Start:r.End], Said: r.Problem, Bad: true})
		}
	}
	today := currency.DateOf(now)
	suspects := audit.Suspects(c.Body, c.Language, today, d.ledger.Currencies())
	if err := audit.Offer(ctx, d.ledger, suspects, today); err != nil {
		return nil, err
	}
	for _, s := range suspects {
		m := Mark{Text: s.Text, Said: s.Says}
		if s.Figure != "" {
			m.Said += " It may be {{" + s.Figure + "}}."
		}
		all = append(all, m)
	}
	for _, r := range resolved {
		if r.Problem == "" && r.Figure.Form == news.Number {
			last := r.Pins[len(r.Pins)-1]
			all = append(all, Mark{Text: r.Text, Said: "{{" + r.Figure.Expression + "}}, " + string(last.Source) + ", " + last.At.UTC().Format("2 January 2006")})
		}
	}
	return all, nil
}
