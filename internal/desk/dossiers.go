package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// DossiersPage lists the dossiers.
type DossiersPage struct {
	Frame
	CanWrite bool
	Dossiers []DossierRow
}

// DossierRow is a dossier in the list.
type DossierRow struct {
	Headline, Href, Section, By string
	Revision                    int
	State                       State
	At                          Moment // when it was saved
}

func (d *Desk) dossiers(w http.ResponseWriter, v visit) error {
	all, err := d.readableDossiers(v)
	if err != nil {
		return err
	}
	p := DossiersPage{Frame: d.room(v, "Dossiers"), CanWrite: d.gate.May(v.person(), staff.Compile, v.person().ID) == nil}
	p.Standfirst = "What a story tells of, across stories: who acts, what happened, who says what about it, each on a document."
	for _, r := range all {
		last := r.Last()
		p.Dossiers = append(p.Dossiers, DossierRow{
			Headline: last.Subject.Content.Headline, Href: dossierHref(r.Slug), Section: string(last.Subject.Content.Section), By: last.Author,
			Revision: last.N, State: dossierState(r), At: d.momentOf(last.At),
		})
	}
	return d.answer(w, v.Request, http.StatusOK, dossiersPage(p))
}

// readableDossiers are those that the visitor may read, the last saved first.
func (d *Desk) readableDossiers(v visit) ([]news.DossierRecord, error) {
	all, err := d.newsroom.DossierRecords(v.Context())
	all = slices.DeleteFunc(all, func(r news.DossierRecord) bool {
		return d.gate.May(v.person(), staff.ReadDrafts, ownerOfDossier(r)) != nil
	})
	slices.SortStableFunc(all, func(a, b news.DossierRecord) int { return b.Last().At.Compare(a.Last().At) })
	return all, err
}

// ownerOfDossier is whose work a dossier is: of who saved its first revision.
func ownerOfDossier(r news.DossierRecord) staff.ID { return staff.ID(r.Revisions[0].Person) }

// dossierState is the word for what readers see of a dossier.
func dossierState(r news.DossierRecord) State {
	live, ok := r.Live()
	switch {
	case ok && live.Revision == r.Last().N:
		return State{Word: "published", Public: true}
	case ok:
		return State{Word: "draft, revision " + count(live.Revision) + " before readers", Public: true}
	case len(r.Steps) > 0:
		return State{Word: "withdrawn"}
	}
	return State{Word: "draft"}
}

func dossierHref(slug news.Slug) string { return "/desk/dossiers/" + url.PathEscape(string(slug)) }

// dossier reads the dossier of a request, which the visitor may read.
func (d *Desk) dossier(v visit) (news.DossierRecord, error) {
	r, err := d.newsroom.DossierRecord(v.Context(), news.Slug(v.PathValue("slug")))
	if err != nil {
		return r, err
	}
	return r, d.gate.May(v.person(), staff.ReadDrafts, ownerOfDossier(r))
}

// newDossier shows the form by which a dossier begins.
func (d *Desk) newDossier(w http.ResponseWriter, v visit) error {
	story := news.StoryID(v.URL.Query().Get("story"))
	s := news.Subject{}
	if story != "" {
		m, err := d.savedStory(v, story)
		if err != nil {
			return err
		}
		c := m.Revisions[len(m.Revisions)-1].Content
		s.Content.Section, s.Content.Topics, s.Content.Language = c.Section, c.Topics, c.Language
	}
	s.Content.Bylines = []string{v.person().Name}
	f := d.form(v, news.DossierRecord{}, s)
	f.head(&f.next.Content)
	return d.newDossierPage(w, v, http.StatusOK, f, "")
}

func (d *Desk) newDossierPage(w http.ResponseWriter, v visit, status int, f *form, problem string) error {
	p := PartPage{Frame: d.room(v, "A new dossier"), Action: "/desk/dossiers", Back: "/desk/dossiers", BackText: "All dossiers", CanWrite: true, Save: "Begin the dossier"}
	p.Standfirst = "Its name in addresses is made from the headline, and stays."
	p.Problem = problem
	p.Story, p.Fields, p.Images, p.Reason = v.FormValue("story"), f.fields, imageFields(f.next.Content.Images), v.PostFormValue("reason")
	return d.partSheet(w, v, status, p)
}

// beginDossier saves the first revision of a dossier.
func (d *Desk) beginDossier(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	f := d.form(v, news.DossierRecord{}, news.Subject{})
	f.sent = v.PostForm
	f.head(&f.next.Content)
	err := d.attach(v, f)
	var r news.DossierRevision
	if err == nil {
		r, err = d.newsroom.SaveDossier(v.Context(), news.DossierDraft{
			Subject: *f.next, Author: v.person().Name, Person: string(v.person().ID), Reason: strings.TrimSpace(v.PostForm.Get("reason")),
		})
	}
	if err != nil {
		if web.Status(err) >= http.StatusInternalServerError {
			return err
		}
		return d.newDossierPage(w, v, web.Status(err), f, notSaved(err))
	}
	d.trace(v, "save dossier", r.Dossier, r.N)
	http.Redirect(w, v.Request, d.nextOf(v, r.Dossier, ""), http.StatusSeeOther)
	return nil
}
