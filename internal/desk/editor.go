package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// EditorPage is the sheet on which a story is written, with all that belongs to it.
type EditorPage struct {
	Frame
	New      bool
	Writer   string // the ID of whoever may write here; empty: the visitor may only read
	Action   string // the story's address at the desk
	Fields   Fields
	Slug     string
	BasedOn  int // the revision that the writer has before him
	Kept     int // how often the copy was kept
	KeptAt   string
	Reason   string
	Sections []string
	Images   []PictureField
	Preview  string // the address of the page as the reader will see it; empty: there is none
	Marks    []Mark
	Conflict *Conflict

	State      State
	Where      string // since when, or when it goes out
	Address    string // before readers; empty: it is not
	Dossier    string // where its sentences become parts of a dossier; empty: not by the visitor
	Moves      []MoveForm
	Notices    []Option
	CanRename  bool
	CanNote    bool
	CanTell    bool // it is before readers: what happens can be told in it
	Entries    []EntryRow
	EntryKinds []Option // of corrections
	Notes      []NoteRow
	Revisions  []RevisionRow
	Steps      []StepRow
}

// Fields are a story's content as a form has it.
type Fields struct {
	Kicker, Headline, Standfirst, Bylines, Dateline, Section, Topics, Language, Body string
}

// PictureField is a picture of a story as a form has it.
type PictureField struct {
	Media, Alt, Caption, Credit string
	Focus                       []Option
}

// Conflict is what somebody else saved since the writer began.
type Conflict struct {
	By      string
	Last    int
	Theirs  string // the address at which it is read
	Changes []Change
}

// story shows the sheet: with what its visitor was writing, else with the last revision, else empty.
func (d *Desk) story(w http.ResponseWriter, v visit) error {
	m, c, err := d.writing(v)
	if err != nil {
		return err
	}
	return d.sheet(w, v, http.StatusOK, m, c, "")
}

// writing is the story of a request, with what the visitor is writing of it.
func (d *Desk) writing(v visit) (news.Manuscript, news.Copy, error) {
	m, err := d.manuscript(v, news.StoryID(v.PathValue("id")))
	if err != nil {
		return m, news.Copy{}, err
	}
	c, err := d.copyOf(v, m)
	return m, c, err
}

// manuscript reads a story that the visitor may read. One that was never saved is empty, and the visitor's own.
func (d *Desk) manuscript(v visit, id news.StoryID) (news.Manuscript, error) {
	m, err := d.newsroom.Story(v.Context(), id)
	if errors.Is(err, fault.NotFound) {
		if len(id) != 26 || strings.Trim(string(id), "abcdefghijklmnopqrstuvwxyz234567") != "" { // see [news.NewStoryID]
			return m, fault.Because(fault.NotFound, "there is no story at this address")
		}
		return news.Manuscript{ID: id, State: news.Draft}, nil
	}
	if err != nil {
		return m, err
	}
	return m, d.gate.May(v.person(), staff.ReadDrafts, ownerOf(m))
}

// ownerOf is whose work a story is: of who saved its first revision.
func ownerOf(m news.Manuscript) staff.ID {
	if len(m.Revisions) == 0 {
		return ""
	}
	return staff.ID(m.Revisions[0].Person)
}

// may says whether the visitor may do something with a story. What was never saved is their own.
func (d *Desk) may(v visit, a staff.Action, m news.Manuscript) error {
	if len(m.Revisions) == 0 {
		return d.gate.MayNow(v.session, a, v.person().ID)
	}
	return d.gate.MayNow(v.session, a, ownerOf(m))
}

// copyOf is what the visitor is writing of a story, or the last revision to begin with.
func (d *Desk) copyOf(v visit, m news.Manuscript) (news.Copy, error) {
	c, err := d.newsroom.Copy(v.Context(), m.ID, string(v.person().ID))
	if err == nil && saved(c, m) {
		err = errors.Join(fault.NotFound, d.newsroom.DropCopy(v.Context(), c))
	}
	if err == nil || !errors.Is(err, fault.NotFound) {
		return c, err
	}
	c = news.Copy{Story: m.ID, Person: string(v.person().ID), BasedOn: len(m.Revisions)}
	if c.BasedOn > 0 {
		c.Content = m.Revisions[c.BasedOn-1].Content
	} else {
		c.Content.Bylines = []string{v.person().Name}
	}
	return c, nil
}

// saved says whether a copy is what its writer saved as the last revision: one that stayed since the program was killed
// between the two, or since the browser kept it once more while it was being saved. Nobody wrote anything meanwhile then.
func saved(c news.Copy, m news.Manuscript) bool {
	last := len(m.Revisions)
	return last > 0 && c.BasedOn == last-1 && m.Revisions[last-1].Person == c.Person && reflect.DeepEqual(m.Revisions[last-1].Content, c.Content)
}

// sheet draws the editor with what is being written; problem says what could not be done with it.
func (d *Desk) sheet(w http.ResponseWriter, v visit, status int, m news.Manuscript, c news.Copy, problem string) error {
	title := c.Content.Headline
	if strings.TrimSpace(title) == "" {
		title = "A new story"
	}
	p := EditorPage{
		Frame: d.room(v, title), New: len(m.Revisions) == 0, Action: storyHref(m.ID), Fields: fieldsOf(c.Content), Slug: string(m.Slug),
		BasedOn: c.BasedOn, Kept: c.N, State: stateOf(m.State, m.Live), Notices: notices(),
	}
	p.Problem = problem
	if why := d.may(v, staff.Write, m); why == nil {
		p.Writer, p.Scripts = string(v.person().ID), []string{d.assetURL("desk.js")}
	} else {
		p.Standfirst = "To be read: " + fault.Sentence(why) + "."
	}
	p.Images = imageFields(c.Content.Images)
	if c.N > 0 {
		p.KeptAt = "Kept at " + d.momentOf(c.At).Text + "; not saved yet."
	}
	if d.o.Preview != nil {
		p.Preview = p.Action + "/preview"
	}
	if last := len(m.Revisions); c.BasedOn < last {
		p.Conflict = &Conflict{By: m.Revisions[last-1].Author, Last: last, Theirs: p.Action + "/changes?from=" + count(max(1, c.BasedOn)) + "&to=" + count(last)}
		p.Conflict.Changes = changesOf(m.Revisions[last-1].Content, c.Content)
		p.BasedOn = last // saving again puts it behind theirs, which its writer has now seen
	}
	var err error
	if p.Marks, err = d.marksOf(v.Context(), c.Content); err != nil {
		return err
	}
	if p.Sections, err = d.sections(v.Context()); err != nil {
		return err
	}
	if !p.New {
		if err := d.around(v, m, &p); err != nil {
			return err
		}
	}
	web.Framing(w.Header())
	return d.answer(w, v.Request, status, editorPage(p))
}

// sections are those that stories stand in already.
func (d *Desk) sections(ctx context.Context) ([]string, error) {
	list, err := d.newsroom.Summaries(ctx, news.Listing{Limit: 200})
	if err != nil {
		return nil, err
	}
	var all []string
	known := map[news.Slug]bool{}
	for _, s := range list {
		if !known[s.Section] {
			known[s.Section] = true
			all = append(all, string(s.Section))
		}
	}
	return all, nil
}

// save makes a revision of what is sent; what cannot be saved is kept as it is, and comes back with the reason.
func (d *Desk) save(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	m, err := d.manuscript(v, news.StoryID(v.PathValue("id")))
	if err != nil {
		return err
	}
	if err := d.may(v, staff.Write, m); err != nil {
		return err
	}
	c, err := sent(v, m.ID)
	if err != nil {
		return err
	}
	r, err := d.newsroom.Save(v.Context(), news.Submission{
		ID: m.ID, BasedOn: c.BasedOn, Slug: news.Slug(strings.TrimSpace(v.PostForm.Get("slug"))), Content: c.Content,
		Author: v.person().Name, Person: string(v.person().ID), Reason: strings.TrimSpace(v.PostForm.Get("reason")),
	})
	if err != nil {
		return d.unsaved(w, v, m, c, err)
	}
	if err := d.newsroom.DropCopy(background(v.Context()), c); err != nil {
		return err
	}
	next := storyHref(m.ID) + "?said=saved"
	if v.PostForm.Get("act") == "preview" && d.o.Preview != nil {
		next = storyHref(m.ID) + "/preview"
	}
	d.trace(v, "save", m.Slug, r.N)
	http.Redirect(w, v.Request, next, http.StatusSeeOther)
	return nil
}

// unsaved shows the sheet again with why it could not be saved. What was sent is kept first: nothing of it is lost.
func (d *Desk) unsaved(w http.ResponseWriter, v visit, m news.Manuscript, c news.Copy, why error) error {
	switch fault.KindOf(why) {
	case fault.Invalid, fault.Conflict, fault.NotFound:
	default:
		return why
	}
	kept, err := d.newsroom.Keep(v.Context(), c)
	if errors.Is(err, fault.Conflict) { // another window kept something: this is the later will of the same person
		if last, e := d.newsroom.Copy(v.Context(), m.ID, c.Person); e == nil {
			c.N = last.N
			kept, err = d.newsroom.Keep(v.Context(), c)
		}
	}
	if err != nil {
		return errors.Join(why, err)
	}
	if now, err := d.newsroom.Story(v.Context(), m.ID); err == nil {
		m = now
	}
	return d.sheet(w, v, web.Status(why), m, kept, "Not saved: "+fault.Sentence(why)+". It is kept below as you wrote it.")
}

// keep keeps what is being typed, and answers with the number that the next one follows.
func (d *Desk) keep(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	m, err := d.manuscript(v, news.StoryID(v.PathValue("id")))
	if err == nil {
		err = d.may(v, staff.Write, m)
	}
	var c news.Copy
	if err == nil {
		c, err = sent(v, m.ID)
	}
	if err == nil {
		c, err = d.newsroom.Keep(v.Context(), c)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err != nil {
		if web.Status(err) >= http.StatusInternalServerError {
			return err
		}
		w.WriteHeader(web.Status(err))
		_, _ = fmt.Fprint(w, fault.Sentence(err)) // who has left is told nothing
		return nil
	}
	_, _ = fmt.Fprint(w, c.N)
	return nil
}

// sent is what a form of the sheet holds.
func sent(v visit, story news.StoryID) (news.Copy, error) {
	form := v.PostForm
	number := func(name string) (int, error) {
		text := form.Get(name)
		if text == "" {
			return 0, nil
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return 0, fault.Because(fault.Invalid, "the form's %s is %.20q, which is no number: open the story again", name, text)
		}
		return n, nil
	}
	basedOn, err := number("based-on")
	if err != nil {
		return news.Copy{}, err
	}
	kept, err := number("kept")
	if err != nil {
		return news.Copy{}, err
	}
	return news.Copy{Story: story, Person: string(v.person().ID), N: kept, BasedOn: basedOn, Content: contentOf(form)}, nil
}

// contentOf reads a content from a form. It judges nothing: what is half typed is kept as it is.
func contentOf(form url.Values) news.Content {
	line := func(name string) string {
		return strings.TrimSpace(strings.NewReplacer("\r", "", "\n", " ").Replace(form.Get(name)))
	}
	c := news.Content{
		Kicker: line("kicker"), Headline: line("headline"), Standfirst: line("standfirst"), Bylines: list(form.Get("bylines")),
		Dateline: line("dateline"), Section: news.Slug(line("section")), Language: line("language"),
		Body: strings.ReplaceAll(form.Get("body"), "\r\n", "\n"), // as forms send it, HTML, 4.10.22.7
	}
	for _, t := range list(form.Get("topics")) {
		c.Topics = append(c.Topics, news.Slug(t))
	}
	c.Images = imagesOf(form)
	return c
}

// list reads a line of names with commas between.
func list(text string) []string {
	var all []string
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			all = append(all, word)
		}
	}
	return all
}

func fieldsOf(c news.Content) Fields {
	var topics []string
	for _, t := range c.Topics {
		topics = append(topics, string(t))
	}
	return Fields{
		Kicker: c.Kicker, Headline: c.Headline, Standfirst: c.Standfirst, Bylines: strings.Join(c.Bylines, ", "), Dateline: c.Dateline,
		Section: string(c.Section), Topics: strings.Join(topics, ", "), Language: c.Language, Body: c.Body,
	}
}

// preview is the story as a reader would see it, with what the visitor is writing. Only the desk itself may frame it.
func (d *Desk) preview(w http.ResponseWriter, v visit) error {
	m, c, err := d.writing(v)
	if err != nil {
		return err
	}
	if d.o.Preview == nil {
		return fault.NotFound
	}
	article, err := d.asArticle(v.Context(), m, c.Content)
	if err != nil {
		return err
	}
	body, err := d.o.Preview(v.Request, article, picturePath)
	if err != nil {
		return err
	}
	web.FramedHere(w.Header())
	web.NewPage(body, web.PageOptions{CacheControl: "no-store"}).ServeHTTP(w, v.Request)
	return nil
}

// asArticle is what a content would be for readers if it were published now.
func (d *Desk) asArticle(ctx context.Context, m news.Manuscript, c news.Content) (news.Article, error) {
	now := d.o.Now()
	a := news.Article{ID: m.ID, Slug: m.Slug, Published: m.Published, Updated: now, Revision: len(m.Revisions) + 1, Content: c}
	if a.Published.IsZero() {
		a.Published = now
	}
	var err error
	a.Content.Body, a.Pins, err = d.printed(ctx, c)
	return a, err
}

// printed is the text of a content as it would be printed now, with its pins. A figure that has no value stands in words.
func (d *Desk) printed(ctx context.Context, c news.Content) (text string, pins []news.Pin, err error) {
	resolved, err := d.newsroom.Preview(ctx, c.Body, c.Language, d.o.Now())
	if err != nil {
		return "", nil, err
	}
	var body strings.Builder
	done := 0
	for _, r := range resolved {
		if r.Problem == "" {
			pins = append(pins, r.Pins...)
			continue
		}
		body.WriteString(c.Body[done:r.Start])
		body.WriteString("**[" + strings.Trim(c.Body[r.Start:r.End], "{}") + ": no value]**")
		done = r.End
	}
	body.WriteString(c.Body[done:])
	return body.String(), pins, nil
}
