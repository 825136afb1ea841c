package desk

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// AffectedPage is the published figures whose sources say something else since.
type AffectedPage struct {
	Frame
	Figures  []AffectedRow
	Corrects bool
}

// AffectedRow is a published figure that would be printed otherwise today.
type AffectedRow struct {
	Story, Headline, Expression, Was, Now, Deviation, Problem, Proposal, Key string
	Because                                                                  []string
	Revision                                                                 int
}

func (d *Desk) affected(w http.ResponseWriter, v visit) error {
	list, err := d.newsroom.Affected(v.Context())
	if err != nil {
		return err
	}
	p := AffectedPage{Frame: d.room(v, "Printed, and since revised"), Corrects: d.gate.May(v.person(), staff.Correct, "") == nil}
	p.Standfirst = "Figures of published stories that would be printed otherwise today, since their source revised what it said, or a number that was held was released."
	for _, a := range list {
		row := AffectedRow{
			Story: storyHref(a.Story), Headline: a.Headline, Expression: "{{" + a.Figure.Expression + "}}", Was: a.Was.String(),
			Problem: a.Problem, Proposal: a.Proposal.Text, Key: keyOf(a), Revision: a.Revision,
		}
		if a.Problem == "" {
			row.Now, row.Deviation = a.Now.String(), a.Deviation.RoundPlaces(3).String()+"%"
		}
		for _, b := range a.Because {
			if b.Is.ID != "" {
				row.Because = append(row.Because, fmt.Sprintf("%s of %s: %s before, %s since %s", b.Is.Symbol, b.Is.At.UTC().Format("2 January 2006"),
					b.Was.Value, b.Is.Value, b.Is.Seen.UTC().Format("2 January 2006, 15:04")))
			}
		}
		p.Figures = append(p.Figures, row)
	}
	return d.answer(w, v.Request, http.StatusOK, affectedPage(p))
}

// keyOf names an affected figure in a form.
func keyOf(a news.Affected) string {
	return string(a.Story) + " " + strconv.Itoa(a.Revision) + " " + strconv.Itoa(a.Entry) + " " + a.Figure.Expression
}

// settleAffected corrects an affected figure, or leaves it as it was printed and says why.
func (d *Desk) settleAffected(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	list, err := d.newsroom.Affected(v.Context())
	if err != nil {
		return err
	}
	key := v.PostForm.Get("figure")
	for _, a := range list {
		if keyOf(a) != key {
			continue
		}
		m, err := d.manuscript(v, a.Story)
		if err == nil {
			err = d.may(v, staff.Correct, m)
		}
		if err != nil {
			return err
		}
		said := "dismissed"
		if v.PostForm.Get("act") == "correct" {
			said, err = "published", d.correct(v, m, a)
		} else {
			err = d.newsroom.Dismiss(v.Context(), a, v.person().Name, string(v.person().ID), oneLine(v.PostForm.Get("reason")))
		}
		if err != nil {
			return err
		}
		d.trace(v, said+" an affected figure", a.Slug, a.Revision)
		http.Redirect(w, v.Request, "/desk/affected?said="+said, http.StatusSeeOther)
		return nil
	}
	return fault.Because(fault.NotFound, "this figure is not affected any more: somebody corrected or dismissed it")
}

// correct signs the correction that is offered: the live text becomes the next revision, whose figures are resolved anew,
// and readers are told what was wrong and what is right.
func (d *Desk) correct(v visit, m news.Manuscript, a news.Affected) error {
	if a.Entry != 0 {
		return fault.Because(fault.Conflict, "the figure stands in a live entry of the story %q: correct it on its own page", m.Slug)
	}
	notice := a.Proposal
	if text := oneLine(v.PostForm.Get("notice-text")); text != "" {
		notice.Text = text
	}
	_, err := d.newsroom.Reprint(v.Context(), m.ID, news.Move{
		Revision: a.Revision, By: v.person().Name, Person: string(v.person().ID), Reason: "The source revised {{" + a.Figure.Expression + "}}.", Notice: notice,
	})
	return err
}
