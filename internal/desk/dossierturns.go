package desk

import (
	"net/http"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// turned reads the dossier that a form is about, of whose owner's work the visitor may do something.
func (d *Desk) turned(v visit, may staff.Action) (news.DossierRecord, error) {
	if err := web.Form(v.Request); err != nil {
		return news.DossierRecord{}, err
	}
	r, err := d.dossier(v)
	if err != nil {
		return r, err
	}
	return r, d.gate.MayNow(v.session, may, ownerOfDossier(r))
}

// undone shows a dossier once more, with why something could not be done and what was written.
func (d *Desk) undone(w http.ResponseWriter, v visit, why error) error {
	if web.Status(why) >= http.StatusInternalServerError {
		return why
	}
	r, err := d.dossier(v)
	if err != nil {
		return err
	}
	form := v.PostForm
	said := Turn{NoticeText: form.Get("notice-text"), Reason: form.Get("reason"), Instead: form.Get("instead"), Why: form.Get("why")}
	return d.dossierPage(w, v, web.Status(why), r, said, "Not done: "+strings.TrimSuffix(fault.Sentence(why), ".")+".")
}

// savedMeanwhile says to somebody who saw an earlier revision that there is another.
func savedMeanwhile(r news.DossierRecord) error {
	return fault.Because(fault.Conflict, "%s saved revision %d of the dossier meanwhile: read that first", r.Last().Author, r.Last().N)
}

// publishDossier shows readers the revision that the visitor has before them.
func (d *Desk) publishDossier(w http.ResponseWriter, v visit) error {
	r, err := d.turned(v, staff.Release)
	if err != nil {
		return err
	}
	form := v.PostForm
	revision, err := number(form.Get("revision"))
	if err != nil {
		return err
	}
	step := news.DossierStep{
		Dossier: r.Slug, Revision: int(revision), By: v.person().Name, Person: string(v.person().ID), Reason: oneLine(form.Get("reason")),
		Notice: news.Notice{Kind: news.NoticeKind(form.Get("notice")), Text: oneLine(form.Get("notice-text"))},
	}
	if step.Notice.Kind.Corrects() {
		if err := d.gate.MayNow(v.session, staff.Correct, ownerOfDossier(r)); err != nil {
			return err
		}
	}
	if _, err := d.newsroom.PublishDossier(v.Context(), step); err != nil {
		return d.undone(w, v, err)
	}
	d.trace(v, "publish dossier", r.Slug, int(revision))
	http.Redirect(w, v.Request, dossierHref(r.Slug)+"?said=published", http.StatusSeeOther)
	return nil
}

// withdrawDossier takes a dossier from readers.
func (d *Desk) withdrawDossier(w http.ResponseWriter, v visit) error {
	r, err := d.turned(v, staff.Release)
	if err != nil {
		return err
	}
	step := news.DossierStep{
		Dossier: r.Slug, By: v.person().Name, Person: string(v.person().ID), Reason: oneLine(v.PostForm.Get("why")),
		Notice: news.Notice{Text: oneLine(v.PostForm.Get("instead"))},
	}
	if _, err := d.newsroom.WithdrawDossier(v.Context(), step); err != nil {
		return d.undone(w, v, err)
	}
	d.trace(v, "withdraw dossier", r.Slug, r.Last().N)
	http.Redirect(w, v.Request, dossierHref(r.Slug)+"?said=withdrawn", http.StatusSeeOther)
	return nil
}

// mergeActors makes two actors one. The button of two who were found names both: from/into.
func (d *Desk) mergeActors(w http.ResponseWriter, v visit) error {
	r, err := d.turned(v, staff.Compile)
	if err != nil {
		return err
	}
	form := v.PostForm
	from, into := form.Get("from"), form.Get("into")
	if both := form.Get("both"); both != "" {
		from, into, _ = strings.Cut(both, "/")
	}
	basedOn, err := number(form.Get("based-on"))
	if err != nil {
		return err
	}
	if int(basedOn) != r.Last().N {
		return d.undone(w, v, savedMeanwhile(r))
	}
	merged, err := r.Last().Subject.Merge(news.Slug(from), news.Slug(into))
	if err == nil {
		err = d.saveDossier(v, r.Slug, int(basedOn), merged, "Merged "+from+" into "+into)
	}
	if err != nil {
		return d.undone(w, v, err)
	}
	http.Redirect(w, v.Request, dossierHref(r.Slug)+"?said=merged#actors", http.StatusSeeOther)
	return nil
}

// takeBack saves an earlier revision of a dossier as the next one: whatever was done since is undone, and stays on record.
func (d *Desk) takeBack(w http.ResponseWriter, v visit) error {
	r, err := d.turned(v, staff.Compile)
	if err != nil {
		return err
	}
	to, err := number(v.PostForm.Get("from"))
	if err != nil {
		return err
	}
	if basedOn, err := number(v.PostForm.Get("based-on")); err != nil || int(basedOn) != r.Last().N {
		return d.undone(w, v, savedMeanwhile(r))
	}
	if to < 1 || to >= int64(r.Last().N) {
		return d.undone(w, v, fault.Because(fault.Invalid, "choose one of the earlier revisions, 1 to %d", r.Last().N-1))
	}
	if err := d.saveDossier(v, r.Slug, r.Last().N, r.Revisions[to-1].Subject, "As revision "+count(int(to))+" was"); err != nil {
		return d.undone(w, v, err)
	}
	http.Redirect(w, v.Request, dossierHref(r.Slug)+"?said=back", http.StatusSeeOther)
	return nil
}
