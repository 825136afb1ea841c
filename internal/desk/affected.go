package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// AffectedPage is the published figures whose sources say something else since, by the text that they stand in.
type AffectedPage struct {
	Frame
	Texts    []AffectedText
	Corrects bool
}

// AffectedText is a story, an entry of a live one, or a dossier, with its affected figures. They are corrected together, by one notice.
type AffectedText struct {
	Story, Headline, Key, Proposal string
	Revision                       int  // 0: it is an entry, which is corrected at the story
	Dossier                        bool // it is a dossier, not a story
	Figures                        []AffectedRow
}

// AffectedRow is a published figure that would be printed otherwise today.
type AffectedRow struct {
	Expression, Was, Now, Deviation, Problem, Key string
	Because                                       []string
}

func (d *Desk) affected(w http.ResponseWriter, v visit) error {
	list, err := d.newsroom.Affected(v.Context())
	if err != nil {
		return err
	}
	p := AffectedPage{Frame: d.room(v, "Printed, and since revised"), Corrects: d.gate.May(v.person(), staff.Correct, "") == nil}
	p.Standfirst = "Figures of published stories and dossiers that would be printed otherwise today, since their source revised what it said, or a number that was held was released."
	for _, text := range inTexts(list) {
		t := AffectedText{Story: storyHref(text[0].Story), Headline: text[0].Headline, Key: string(text[0].Story), Proposal: news.Proposal(text).Text}
		if text[0].Entry == 0 {
			t.Revision = text[0].Revision
		}
		for _, a := range text {
			t.Figures = append(t.Figures, affectedRow(a))
		}
		p.Texts = append(p.Texts, t)
	}
	dossiers, err := d.newsroom.AffectedDossiers(v.Context())
	if err != nil {
		return err
	}
	for len(dossiers) > 0 {
		first, t := dossiers[0], AffectedText{}
		var list []news.Affected
		for ; len(dossiers) > 0 && dossiers[0].Dossier == first.Dossier; dossiers = dossiers[1:] {
			list = append(list, dossiers[0].Affected)
			t.Figures = append(t.Figures, affectedRow(dossiers[0].Affected))
		}
		t.Story, t.Headline, t.Key, t.Revision, t.Dossier = dossierHref(first.Dossier), first.Headline, string(first.Dossier), first.Revision, true
		t.Proposal = news.Proposal(list).Text
		p.Texts = append(p.Texts, t)
	}
	return d.answer(w, v.Request, http.StatusOK, affectedPage(p))
}

// inTexts parts affected figures by the text that they stand in, and keeps their order.
func inTexts(list []news.Affected) (texts [][]news.Affected) {
	for i, a := range list {
		if i == 0 || a.Story != list[i-1].Story || a.Entry != list[i-1].Entry {
			texts = append(texts, nil)
		}
		last := len(texts) - 1
		texts[last] = append(texts[last], a)
	}
	return texts
}

func affectedRow(a news.Affected) AffectedRow {
	row := AffectedRow{Expression: "{{" + a.Figure.Expression + "}}", Was: a.Was.String(), Problem: a.Problem, Key: keyOf(a)}
	if a.Problem == "" {
		row.Now, row.Deviation = a.Now.String(), a.Deviation.RoundPlaces(3).String()+"%"
	}
	for _, b := range a.Because {
		if b.Is.ID != "" {
			row.Because = append(row.Because, fmt.Sprintf("%s of %s: %s before, %s since %s", b.Is.Symbol, b.Is.At.UTC().Format("2 January 2006"),
				b.Was.Value, b.Is.Value, b.Is.Seen.UTC().Format("2 January 2006, 15:04")))
		}
	}
	return row
}

// keyOf names an affected figure in a form.
func keyOf(a news.Affected) string {
	return string(a.Story) + " " + strconv.Itoa(a.Revision) + " " + strconv.Itoa(a.Entry) + " " + a.Figure.Expression
}

// settleAffected corrects the affected figures of a story, or leaves one as it was printed and says why.
func (d *Desk) settleAffected(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	if slug := news.Slug(v.PostForm.Get("dossier")); slug != "" {
		return d.correctDossier(w, v, slug)
	}
	list, err := d.newsroom.Affected(v.Context())
	if err != nil {
		return err
	}
	correct, key := v.PostForm.Get("act") == "correct", v.PostForm.Get("figure")
	list = slices.DeleteFunc(list, func(a news.Affected) bool {
		if correct {
			return string(a.Story) != v.PostForm.Get("story") || a.Entry != 0
		}
		return keyOf(a) != key
	})
	if len(list) == 0 {
		return fault.Because(fault.NotFound, "this is not affected any more: somebody corrected or dismissed it")
	}
	a := list[0]
	m, err := d.manuscript(v, a.Story)
	if err == nil {
		err = d.may(v, staff.Correct, m)
	}
	if err != nil {
		return err
	}
	said, by, person := "dismissed", v.person().Name, string(v.person().ID)
	if correct {
		said = "published"
		_, err = d.newsroom.Correct(v.Context(), list, by, person, oneLine(v.PostForm.Get("notice-text")))
	} else {
		err = d.newsroom.Dismiss(v.Context(), a, by, person, oneLine(v.PostForm.Get("reason")))
	}
	if err != nil {
		return err
	}
	d.trace(v, said+" an affected figure", a.Slug, a.Revision)
	http.Redirect(w, v.Request, "/desk/affected?said="+said, http.StatusSeeOther)
	return nil
}

// correctDossier corrects the affected figures of a dossier.
func (d *Desk) correctDossier(w http.ResponseWriter, v visit, slug news.Slug) error {
	r, err := d.newsroom.DossierRecord(v.Context(), slug)
	if err == nil {
		err = d.gate.MayNow(v.session, staff.Correct, ownerOfDossier(r))
	}
	if err != nil {
		return err
	}
	list, err := d.newsroom.AffectedDossiers(v.Context())
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(a news.AffectedDossier) bool { return a.Dossier != slug })
	step, err := d.newsroom.CorrectDossier(v.Context(), list, v.person().Name, string(v.person().ID), oneLine(v.PostForm.Get("notice-text")))
	if err != nil {
		return err
	}
	d.trace(v, "published an affected figure", slug, step.Revision)
	http.Redirect(w, v.Request, "/desk/affected?said=published", http.StatusSeeOther)
	return nil
}
