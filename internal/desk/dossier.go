package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// DossierPage is a dossier with all its parts, and what may become of it.
type DossierPage struct {
	Frame
	Action    string // its address at the desk
	N         int    // the last revision
	State     State
	Address   string // before readers; empty: it is not
	Preview   string // the address of the page as the reader will see it; empty: there is none
	CanWrite  bool
	Standing  []string
	Kinds     []KindPanel
	Series    []string
	Stories   []StoryRow
	Twins     []TwinRow
	Actors    []Option // that can be merged
	Publish   bool     // the last revision can be published by the visitor
	Again     bool     // readers saw another: they are to be told what is new
	Withdraw  bool
	Notices   []Option
	Said      Turn // what was written into the form that could not be done
	Revisions []RevisionRow
	Steps     []StepRow
}

// KindPanel is the list of the parts of a kind.
type KindPanel struct {
	Name, One, Many, Says, More, Add string
	Rows                             []PartRow
	Dated                            bool // some of them bear a time
}

// TwinRow is two actors who may be one.
type TwinRow struct{ Some, Other, SomeName, OtherName, Why string }

// Turn is what a form says of a publication or a withdrawal.
type Turn struct{ NoticeText, Reason, Instead, Why string }

// openDossier shows a dossier.
func (d *Desk) openDossier(w http.ResponseWriter, v visit) error {
	r, err := d.dossier(v)
	if err != nil {
		return err
	}
	return d.dossierPage(w, v, http.StatusOK, r, Turn{}, "")
}

func (d *Desk) dossierPage(w http.ResponseWriter, v visit, status int, r news.DossierRecord, said Turn, problem string) error {
	last, owner := r.Last(), ownerOfDossier(r)
	s := last.Subject
	p := DossierPage{
		Frame: d.room(v, s.Content.Headline), Action: dossierHref(r.Slug), N: last.N, State: dossierState(r), Notices: notices(), Said: said,
		CanWrite: d.gate.May(v.person(), staff.Compile, owner) == nil,
	}
	p.Kicker, p.Standfirst, p.Problem = "Dossier", s.Content.Standfirst, problem
	live, shown := r.Live()
	if d.o.PreviewDossier != nil && live.Revision != last.N { // else readers have it
		p.Preview = p.Action + "/preview"
	}
	if shown {
		p.Address = news.Dossier{Slug: r.Slug}.Path()
	}
	if d.gate.May(v.person(), staff.Release, owner) == nil {
		p.Withdraw = shown
		p.Publish = !slices.ContainsFunc(r.Steps, func(s news.DossierStep) bool { return s.Revision == last.N })
		p.Again = slices.ContainsFunc(r.Steps, func(s news.DossierStep) bool { return s.Revision > 0 })
	}
	if kind := v.PostFormValue("notice"); kind != "" {
		for i, n := range p.Notices {
			p.Notices[i].Chosen = n.Value == kind
		}
	}
	for _, sentence := range s.Standing {
		p.Standing = append(p.Standing, sentence.Text)
	}
	p.kinds(s)
	for _, symbol := range s.Series {
		p.Series = append(p.Series, string(symbol))
	}
	for _, t := range s.Twins() {
		p.Twins = append(p.Twins, TwinRow{Some: string(t.Some.ID), Other: string(t.Other.ID), SomeName: t.Some.Name, OtherName: t.Other.Name, Why: t.Why})
	}
	for _, a := range s.Actors {
		p.Actors = append(p.Actors, Option{Value: string(a.ID), Text: a.Name})
	}
	var err error
	if p.Stories, err = d.dossierStories(v, s); err != nil {
		return err
	}
	for _, one := range slices.Backward(r.Revisions) {
		p.Revisions = append(p.Revisions, RevisionRow{N: one.N, By: one.Author, Reason: one.Reason, At: d.momentOf(one.At), Live: shown && one.N == live.Revision})
	}
	for _, step := range slices.Backward(r.Steps) {
		p.Steps = append(p.Steps, d.dossierStepRow(step))
	}
	return d.answer(w, v.Request, status, dossierPage(p))
}

// kinds fills in the lists of parts.
func (p *DossierPage) kinds(s news.Subject) {
	for _, k := range kinds() {
		if k.single {
			continue
		}
		panel := KindPanel{Name: k.name, One: k.one, Many: k.many, Says: k.says, More: k.more, Add: p.Action + "/parts/" + k.name, Rows: k.list(s)}
		for i, row := range panel.Rows {
			panel.Rows[i].Href = panel.Add + "?id=" + row.ID
		}
		if k.name == "events" || k.name == "accounts" {
			slices.SortStableFunc(panel.Rows, func(a, b PartRow) int { return strings.Compare(a.When, b.When) })
		}
		panel.Dated = slices.ContainsFunc(panel.Rows, func(row PartRow) bool { return row.When != "" })
		p.Kinds = append(p.Kinds, panel)
	}
}

// dossierStories are the stories of a dossier that the visitor may read.
func (d *Desk) dossierStories(v visit, s news.Subject) ([]StoryRow, error) {
	var all []StoryRow
	for _, id := range s.Stories {
		m, err := d.newsroom.Story(v.Context(), id)
		if err != nil {
			return nil, err
		}
		row := StoryRow{Headline: "A story of somebody else", Section: string(id)}
		if d.gate.May(v.person(), staff.ReadDrafts, ownerOf(m)) == nil {
			last := m.Revisions[len(m.Revisions)-1]
			row = StoryRow{Headline: last.Content.Headline, Href: storyHref(id), Section: string(id), At: d.momentOf(last.At), State: stateOf(m.State, m.Live)}
		}
		all = append(all, row)
	}
	return all, nil
}

func (d *Desk) dossierStepRow(s news.DossierStep) StepRow {
	row := StepRow{At: d.momentOf(s.At), Why: s.Reason, What: s.By + " withdrew it"}
	if s.Revision > 0 {
		row.What = fmt.Sprintf("%s published revision %d", s.By, s.Revision)
	}
	switch kind := s.Notice.Kind; {
	case kind.Corrects():
		row.What += " as a correction"
	case kind == news.Update:
		row.What += " as an update"
	case kind == news.Minor:
		row.What += " as a minor change"
	}
	if s.Notice.Text != "" {
		row.Why = strings.TrimSpace(row.Why + " Readers are told: " + s.Notice.Text)
	}
	return row
}

// previewDossier is the page that readers would see if the last revision were published now.
func (d *Desk) previewDossier(w http.ResponseWriter, v visit) error {
	r, err := d.dossier(v)
	if err != nil {
		return err
	}
	if d.o.PreviewDossier == nil {
		return fault.NotFound
	}
	draft, _ := r.Shown() // with when it first was published, and what readers were told
	draft.Slug, draft.Revision, draft.Subject, draft.Updated = r.Slug, r.Last().N, r.Last().Subject, d.o.Now()
	if draft.Published.IsZero() {
		draft.Published = draft.Updated
	}
	if draft.Subject.Content.Body, draft.Pins, err = d.printed(v.Context(), draft.Subject.Content); err != nil {
		return err
	}
	body, err := d.o.PreviewDossier(v.Request, draft, picturePath)
	if err != nil {
		return err
	}
	web.NewPage(body, web.PageOptions{CacheControl: "no-store"}).ServeHTTP(w, v.Request)
	return nil
}

// verb says what a visitor can do with a part.
func verb(canWrite bool) string {
	if canWrite {
		return "Change"
	}
	return "Read"
}

// title is a word as it begins a heading.
func title(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// article is a word behind its article.
func article(word string) string {
	if strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// restsWord heads the column of that on which the parts of a kind rest, or where they stand.
func restsWord(kind string) string {
	if kind == "documents" {
		return "Stands at"
	}
	return "Rests on"
}
