package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// PartPage is the form of one part of a dossier.
type PartPage struct {
	Frame
	Action         string
	Back, BackText string
	Save           string // what the button says
	ID             string // of the part; empty: it is a new one, or has none
	BasedOn        int
	Story          string // the story from which it is made, which then belongs to the dossier
	Fields         []Field
	Images         []PictureField // of a head
	HasLists       bool
	Reason         string
	CanWrite       bool
	CanDrop        bool
	Namers         []PartRow // the parts that keep it from being removed
	Conflict       *Conflict
	Sections       []string
	Series         []string
}

// form is the form of a part of a dossier, as somebody has it who reads a subject.
func (d *Desk) form(v visit, r news.DossierRecord, s news.Subject) *form {
	shown, _ := r.Shown()
	today, _ := news.ParseWhen(d.o.Now().UTC().Format(time.DateOnly)) // a day of a clock
	next := s
	return &form{known: s, shown: shown.Subject, next: &next, author: v.person().Name, today: today}
}

// part shows the form of a part.
func (d *Desk) part(w http.ResponseWriter, v visit) error {
	r, k, err := d.partOf(v)
	if err != nil {
		return err
	}
	id := news.Slug(v.URL.Query().Get("id"))
	f := d.form(v, r, r.Last().Subject)
	if id != "" && !k.has(f.known, id) {
		return fault.Because(fault.NotFound, "the dossier %q has no %s %.80q", r.Slug, k.one, id)
	}
	f.fixed = d.gate.May(v.person(), staff.Compile, ownerOfDossier(r)) != nil
	if f.says, err = d.sentence(v); err != nil {
		return err
	}
	k.over(f, id)
	return d.partPage(w, v, http.StatusOK, r, k, f, "")
}

// partOf is the dossier and the kind of part that a request names.
func (d *Desk) partOf(v visit) (news.DossierRecord, kind, error) {
	k, ok := kindOf(v.PathValue("kind"))
	if !ok {
		return news.DossierRecord{}, k, fault.NotFound
	}
	r, err := d.dossier(v)
	return r, k, err
}

// has says whether a dossier has a part of a name.
func (k kind) has(s news.Subject, id news.Slug) bool {
	return k.list != nil && slices.ContainsFunc(k.list(s), func(row PartRow) bool { return row.ID == string(id) })
}

// savePart saves a revision in which one part is another, new, or gone. What cannot be saved comes back as it was written.
func (d *Desk) savePart(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	r, k, err := d.partOf(v)
	if err != nil {
		return err
	}
	if err := d.gate.MayNow(v.session, staff.Compile, ownerOfDossier(r)); err != nil {
		return err
	}
	basedOn, err := number(v.PostForm.Get("based-on"))
	if err != nil || basedOn < 1 || basedOn > int64(len(r.Revisions)) {
		return fault.Because(fault.Invalid, "the form does not say on which revision of the dossier it is based: open it again")
	}
	id := news.Slug(v.PostForm.Get("id"))
	// What others changed meanwhile in other parts stands beside this. Only of the same part the visitor sees both before it is saved.
	last := r.Last()
	f := d.form(v, r, last.Subject)
	f.sent = v.PostForm
	more := v.PostForm.Get("act") == "more"
	if more {
		f.spare = 4
	}
	k.over(f, id)
	switch {
	case more:
		return d.partPage(w, v, http.StatusOK, r, k, f, "")
	case k.conflicts(r.Revisions[basedOn-1].Subject, last.Subject, *f.next, string(id)):
		return d.partPage(w, v, http.StatusConflict, r, k, f, "")
	}
	if drops := v.PostForm.Get("act") == "drop" && k.drop != nil; drops {
		if len(d.namers(r.Slug, f.known, k, id)) > 0 {
			return d.partPage(w, v, http.StatusConflict, r, k, f, notRemoved(k))
		}
		*f.next, f.err = f.known, nil
		k.drop(f.next, id)
	}
	if err = f.err; err == nil {
		err = d.attach(v, f)
	}
	if err == nil {
		err = d.saveDossier(v, r.Slug, last.N, *f.next, strings.TrimSpace(v.PostForm.Get("reason")))
	}
	switch {
	case err == nil:
		http.Redirect(w, v.Request, d.nextOf(v, r.Slug, k.name), http.StatusSeeOther)
		return nil
	case web.Status(err) >= http.StatusInternalServerError:
		return err
	}
	now, readErr := d.dossier(v) // as it is after whoever was faster
	if readErr != nil {
		return readErr
	}
	again := d.form(v, now, now.Last().Subject)
	again.sent = v.PostForm
	k.over(again, id)
	return d.partPage(w, v, web.Status(err), now, k, again, notSaved(err))
}

// saveDossier saves the next revision of a dossier, by the visitor.
func (d *Desk) saveDossier(v visit, slug news.Slug, basedOn int, s news.Subject, reason string) error {
	saved, err := d.newsroom.SaveDossier(v.Context(), news.DossierDraft{
		Slug: slug, BasedOn: basedOn, Subject: s, Author: v.person().Name, Person: string(v.person().ID), Reason: reason,
	})
	if err == nil {
		d.trace(v, "save dossier", slug, saved.N)
	}
	return err
}

// notRemoved says why a part stays that others need, and what to do about it.
func notRemoved(k kind) string {
	need := "name"
	if k.name == "documents" {
		need = "rest on"
	}
	return "Not removed: other parts of the dossier " + need + " this " + k.one + ". Let those listed below " + need + " another, or remove them; then remove this one."
}

// namers are the parts of a dossier that name one of a kind, each with where it is changed.
func (d *Desk) namers(slug news.Slug, s news.Subject, k kind, id news.Slug) (rows []PartRow) {
	for _, by := range s.Naming(news.PartName{Kind: k.name, ID: id}) {
		of, _ := kindOf(by.Kind)
		row := PartRow{ID: string(by.ID), Href: dossierHref(slug) + "/parts/" + of.name, More: title(of.one)}
		if of.single {
			row.What, row.More = "The state of things", ""
		} else {
			all := of.list(s)
			row.What = all[slices.IndexFunc(all, func(r PartRow) bool { return r.ID == row.ID })].What
			row.Href += "?" + url.Values{"id": {row.ID}}.Encode()
		}
		rows = append(rows, row)
	}
	return rows
}

func notSaved(err error) string {
	return "Not saved: " + strings.TrimSuffix(fault.Sentence(err), ".") + "."
}

// nextOf is where somebody goes on who saved a part: to the story from which it was made, or to the dossier.
func (d *Desk) nextOf(v visit, slug news.Slug, kind string) string {
	if story := v.PostForm.Get("story"); story != "" {
		return storyHref(news.StoryID(story)) + "/dossier?" + url.Values{"dossier": {string(slug)}, "said": {"saved"}}.Encode()
	}
	if kind == "" || kind == "head" {
		return dossierHref(slug) + "?said=saved"
	}
	return dossierHref(slug) + "?said=saved#" + kind
}

// partPage draws the form of a part. Where the part has become another than that on which the form is based, it shows what would
// be changed in what is there now, and is based on that from then on.
func (d *Desk) partPage(w http.ResponseWriter, v visit, status int, r news.DossierRecord, k kind, f *form, problem string) error {
	id := v.FormValue("id")
	heading := title(k.one)
	if !k.single && id == "" {
		heading = "A new " + k.one
	}
	p := PartPage{
		Frame: d.room(v, heading), Action: dossierHref(r.Slug) + "/parts/" + k.name, Back: dossierHref(r.Slug) + "#" + k.name, BackText: "Back to the dossier",
		Save: "Save", ID: id, BasedOn: len(r.Revisions), Story: v.FormValue("story"), Fields: f.fields, Reason: v.PostFormValue("reason"),
	}
	p.Kicker, p.Standfirst, p.Problem = r.Last().Subject.Content.Headline, k.says, problem
	why := d.gate.May(v.person(), staff.Compile, ownerOfDossier(r))
	if p.CanWrite = why == nil; !p.CanWrite {
		p.Standfirst = "To be read: " + fault.Sentence(why) + "."
	}
	p.CanDrop = p.CanWrite && !k.single && id != ""
	if k.name == "head" {
		p.Images = imageFields(f.next.Content.Images)
	}
	if p.CanDrop && v.PostFormValue("act") == "drop" {
		p.Namers = d.namers(r.Slug, f.known, k, news.Slug(id))
	}
	basedOn, err := number(v.PostFormValue("based-on"))
	if last := r.Last(); err == nil && basedOn > 0 && int(basedOn) < last.N && k.conflicts(r.Revisions[basedOn-1].Subject, last.Subject, *f.next, id) {
		theirs := d.form(v, r, last.Subject)
		k.over(theirs, news.Slug(id))
		by := last
		for by.N > int(basedOn) && !k.differs(r.Revisions[by.N-2].Subject, by.Subject, id) {
			by = r.Revisions[by.N-2] // what came later changed other parts
		}
		p.Conflict = &Conflict{
			By: by.Author, Last: by.N, Theirs: dossierHref(r.Slug) + "/changes?from=" + count(int(basedOn)) + "&to=" + count(last.N),
			Changes: changeOf(nil, k.one, written(theirs.fields), written(f.fields)),
		}
		if k.name == "head" { // which has pictures beside its fields
			p.Conflict.Changes = changesOf(last.Subject.Content, f.next.Content)
		}
	}
	return d.partSheet(w, v, status, p)
}

func (d *Desk) partSheet(w http.ResponseWriter, v visit, status int, p PartPage) error {
	p.HasLists = slices.ContainsFunc(p.Fields, func(f Field) bool { return f.Rows != nil })
	for _, f := range p.Fields {
		var err error
		switch {
		case f.Offer == "sections":
			p.Sections, err = d.sections(v.Context())
		case f.Name == "series":
			p.Series, err = d.quoted(v)
		}
		if err != nil {
			return err
		}
	}
	return d.answer(w, v.Request, status, partPage(p))
}

// quoted are the pairs of the paper's base, and the shares that somebody has quoted.
func (d *Desk) quoted(v visit) ([]string, error) {
	last, err := d.lastMasthead(v.Context())
	if err != nil {
		return nil, err
	}
	base := d.o.Base
	if last.Masthead.Base != "" {
		base = last.Masthead.Base
	}
	var all []string
	for _, c := range d.ledger.Currencies().Currencies() {
		if c.Code != base && !c.RetiredOn(d.o.Now()) {
			all = append(all, string(market.Pair(base, c.Code)))
		}
	}
	quotes, err := d.ledger.Quotes(v.Context(), market.AsOf{})
	for _, q := range quotes {
		all = append(all, string(q.Symbol))
	}
	return all, err
}

// savedStory is a story that the visitor may read and of which there is a revision.
func (d *Desk) savedStory(v visit, id news.StoryID) (news.Manuscript, error) {
	m, err := d.manuscript(v, id)
	if err == nil && len(m.Revisions) == 0 {
		err = fault.Because(fault.NotFound, "the story was never saved: save it first")
	}
	return m, err
}

// attach adds the story from which a part is made to the dossier.
func (d *Desk) attach(v visit, f *form) error {
	id := news.StoryID(v.PostForm.Get("story"))
	if id == "" || slices.Contains(f.next.Stories, id) {
		return nil
	}
	if _, err := d.savedStory(v, id); err != nil {
		return err
	}
	f.next.Stories = append(slices.Clip(f.next.Stories), id)
	return nil
}
