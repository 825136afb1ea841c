package desk

import (
	"context"
	"net/http"
	"slices"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/numeral"
	"github.com/courant-news/courant/internal/render"
)

// Mark is something in a text that its writer should know of: a figure that has no value, or a number that is not bound.
type Mark struct {
	Text string `json:"text"`
	Said string `json:"said"`
	Bad  bool   `json:"bad"` // the story cannot be published so
}

// marks tells a script what to know of the text that its visitor is writing.
func (d *Desk) marks(w http.ResponseWriter, v visit) error {
	_, c, err := d.writing(v)
	if err != nil {
		return err
	}
	found, err := d.marksOf(v.Context(), c.Content)
	if found == nil {
		found = []Mark{}
	}
	return inJSON(w, found, err)
}

// marksOf are the marks of a content: each figure that has no value, what the proof-reader finds, the numbers that no figure
// binds, and every other figure with its value.
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
	found, err := d.proofOf(ctx, c, resolved, today)
	if err != nil {
		return nil, err
	}
	all = append(all, found...)
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

// proofOf is what the proof-reader, who reads English, finds in a content as it would be printed today.
func (d *Desk) proofOf(ctx context.Context, c news.Content, resolved []news.Resolved, today currency.Date) ([]Mark, error) {
	resolved = slices.DeleteFunc(slices.Clone(resolved), func(r news.Resolved) bool { return c.Body[r.Start:r.End] == "{{" }) // one that is not closed is none
	doc := audit.Document{Name: c.Headline, Date: today, Dated: "today", Text: render.Paragraphs(c, func(n int) string {
		if n >= len(resolved) || resolved[n].Problem != "" || resolved[n].Figure.Block() {
			return "" // tables and charts are no sentences
		}
		return resolved[n].Figure.Text(resolved[n].Pins, numeral.Of("en"))
	})}
	facts := audit.Embedded()
	var err error
	if facts.Known, err = audit.Gather(ctx, d.ledger, doc); err != nil {
		return nil, err
	}
	var all []Mark
	for _, f := range audit.Check(doc, facts).Findings {
		all = append(all, Mark{Text: f.Subject + " " + f.Printed, Said: f.Message})
	}
	return all, nil
}
