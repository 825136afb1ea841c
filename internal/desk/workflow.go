package desk

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// MoveForm is a way from the story's state to another, with what it asks for.
type MoveForm struct {
	Value, Text    string
	First          bool   // the way that most stories go
	Grave          bool   // it takes something from readers
	Moment, Reason bool   // asked for
	Notice         bool   // what it means to those who read the story before is asked for
	Instead        string // what the sentence is that stands in the story's place; empty: there is none
}

// NoteRow is a note as the page has it.
type NoteRow struct {
	N, Revision       int
	By, Text, Settled string
	At                Moment
}

// RevisionRow is a revision in the list.
type RevisionRow struct {
	N          int
	By, Reason string
	At         Moment
	Live       bool
}

// EntryRow is an entry of a live story as the page has it.
type EntryRow struct {
	N                  int
	Headline, Body, By string
	At                 Moment
}

// StepRow is a line of the story's record.
type StepRow struct {
	What, Why string
	At        Moment
}

// ways are what the desk calls the ways to a state, and what each asks of whom.
var ways = map[news.State]struct {
	text string
	may  staff.Action
}{
	news.Draft:     {"Take back to draft", staff.Write},
	news.Review:    {"Ask somebody to read it", staff.Write},
	news.Ready:     {"Say that it is ready", staff.Review},
	news.Scheduled: {"Schedule", staff.Publish},
	news.Embargoed: {"Put under embargo", staff.Embargo},
	news.Published: {"Publish now", staff.Publish},
	news.Withdrawn: {"Withdraw", staff.Publish},
}

// around fills in what stands below the sheet of a story that was saved.
func (d *Desk) around(v visit, m news.Manuscript, p *EditorPage) error {
	for i, to := range m.Turns() {
		way := ways[to]
		if d.gate.May(v.person(), way.may, ownerOf(m)) != nil {
			continue
		}
		f := MoveForm{Value: string(to), Text: way.text, First: i == 0}
		f.Moment = to == news.Scheduled || to == news.Embargoed
		f.Grave = to == news.Withdrawn
		f.Reason = m.State.NeedsReason(to)
		f.Notice = !m.Published.IsZero() && (to == news.Published || f.Moment)
		if f.Grave {
			f.Instead = "What readers find in its place"
		}
		p.Moves = append(p.Moves, f)
	}
	if due := m.Due(); !due.IsZero() {
		p.Where = "It goes out on " + due.UTC().Format("2 January 2006 at 15:04") + " UTC."
	}
	if m.Live > 0 && m.State != news.Withdrawn {
		p.Address = news.Article{Slug: m.Slug, Published: m.Published}.Path()
	}
	if d.gate.May(v.person(), staff.Compile, v.person().ID) == nil {
		p.Dossier = p.Action + "/dossier"
	}
	p.CanTell = m.Live > 0 && m.State != news.Withdrawn && d.gate.May(v.person(), staff.Publish, ownerOf(m)) == nil
	p.EntryKinds = corrections()
	for _, moment := range news.Moments(m.Entries) {
		p.Entries = append(p.Entries, EntryRow{N: moment.N, Headline: moment.Headline, Body: moment.Body, By: moment.Author, At: d.momentOf(moment.At)})
	}
	p.CanRename = d.gate.May(v.person(), staff.Publish, ownerOf(m)) == nil
	p.CanNote = d.gate.May(v.person(), staff.Write, v.person().ID) == nil
	notes, err := d.newsroom.Notes(v.Context(), m.ID)
	if err != nil {
		return err
	}
	for _, n := range notes {
		row := NoteRow{N: n.N, Revision: n.Revision, By: n.By, Text: n.Text, At: d.momentOf(n.At)}
		if !n.Settled.IsZero() {
			row.Settled = "Settled by " + n.Settler + ", " + d.momentOf(n.Settled).Text
		}
		p.Notes = append(p.Notes, row)
	}
	for i := len(m.Revisions) - 1; i >= 0; i-- {
		r := m.Revisions[i]
		p.Revisions = append(p.Revisions, RevisionRow{N: r.N, By: r.Author, Reason: r.Reason, At: d.momentOf(r.At), Live: r.N == m.Live})
	}
	for i := len(m.Steps) - 1; i >= 0; i-- {
		p.Steps = append(p.Steps, d.stepRow(m.Steps[i]))
	}
	return nil
}

func (d *Desk) stepRow(s news.Step) StepRow {
	row := StepRow{At: d.momentOf(s.At), Why: s.Reason}
	switch {
	case s.Slug != "":
		row.What = fmt.Sprintf("%s renamed it to %s", s.By, s.Slug)
	case s.Due.IsZero():
		row.What = fmt.Sprintf("%s: revision %d from %s to %s", s.By, s.Revision, s.From, s.To)
	default:
		row.What = fmt.Sprintf("%s: revision %d %s for %s UTC", s.By, s.Revision, s.To, s.Due.UTC().Format("2 January 2006 at 15:04"))
	}
	if s.Notice.Text != "" {
		row.Why = strings.TrimSpace(row.Why + " Readers are told: " + s.Notice.Text)
	}
	return row
}

// notices are what a publication may be to those who read the story before.
func notices() []Option {
	return []Option{
		{Value: string(news.Update), Text: "An update: something new happened", Chosen: true},
		{Value: string(news.FigureCorrection), Text: "A correction of a figure"},
		{Value: string(news.FactCorrection), Text: "A correction of something else that was said"},
		{Value: string(news.NameCorrection), Text: "A correction of a name"},
		{Value: string(news.AttributionCorrection), Text: "A correction of who said or did it"},
		{Value: string(news.Clarification), Text: "A clarification"},
		{Value: string(news.Minor), Text: "Nothing that a reader would miss"},
	}
}

// corrections are the notices that correct something.
func corrections() []Option {
	var all []Option
	for _, n := range notices() {
		if news.NoticeKind(n.Value).Corrects() {
			n.Chosen = len(all) == 0
			all = append(all, n)
		}
	}
	return all
}

// move takes a story from its state to another.
func (d *Desk) move(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	m, err := d.manuscript(v, news.StoryID(v.PathValue("id")))
	if err != nil {
		return err
	}
	form := v.PostForm
	to := news.State(form.Get("to"))
	way, ok := ways[to]
	if !ok {
		return fault.Because(fault.Invalid, "a story cannot become %.20q: choose one of the ways on its page", to)
	}
	if err := d.may(v, way.may, m); err != nil {
		return err
	}
	revision, err := strconv.Atoi(form.Get("revision"))
	if err != nil {
		return fault.Because(fault.Invalid, "the form does not say which revision it is about: open the story again")
	}
	move := news.Move{
		To: to, Revision: revision, By: v.person().Name, Person: string(v.person().ID), Reason: strings.TrimSpace(form.Get("reason")),
		Notice: news.Notice{Kind: news.NoticeKind(form.Get("notice")), Text: oneLine(form.Get("notice-text"))},
	}
	if move.Notice.Kind.Corrects() {
		if err := d.may(v, staff.Correct, m); err != nil {
			return err
		}
	}
	if text := form.Get("at"); text != "" {
		if move.At, err = time.ParseInLocation("2006-01-02T15:04", text, time.UTC); err != nil {
			return fault.Because(fault.Invalid, "%.40q is no moment: write it as 2026-01-20T16:00, in UTC", text)
		}
	}
	if _, err := d.newsroom.Move(v.Context(), m.ID, move); err != nil {
		return d.again(w, v, err)
	}
	d.trace(v, string(to), m.Slug, revision)
	http.Redirect(w, v.Request, storyHref(m.ID)+"?said="+string(to), http.StatusSeeOther)
	return nil
}

// again shows a story's page once more, with why something could not be done.
func (d *Desk) again(w http.ResponseWriter, v visit, why error) error {
	if status := web.Status(why); status >= http.StatusInternalServerError {
		return why
	}
	m, c, err := d.writing(v)
	if err != nil {
		return err
	}
	return d.sheet(w, v, web.Status(why), m, c, "Not done: "+fault.Sentence(why)+".")
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// rename gives a story another name in its address.
func (d *Desk) rename(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	m, err := d.manuscript(v, news.StoryID(v.PathValue("id")))
	if err == nil {
		err = d.may(v, staff.Publish, m)
	}
	if err != nil {
		return err
	}
	slug := news.Slug(strings.TrimSpace(v.PostForm.Get("slug")))
	if _, err := d.newsroom.Rename(v.Context(), m.ID, slug, v.person().Name, string(v.person().ID), oneLine(v.PostForm.Get("reason"))); err != nil {
		return d.again(w, v, err)
	}
	d.trace(v, "rename", slug, len(m.Revisions))
	http.Redirect(w, v.Request, storyHref(m.ID)+"?said=renamed", http.StatusSeeOther)
	return nil
}

// note adds a note to a story.
func (d *Desk) note(w http.ResponseWriter, v visit) error {
	m, err := d.noted(v)
	if err != nil {
		return err
	}
	note := news.Note{Story: m.ID, Revision: len(m.Revisions), By: v.person().Name, Text: v.PostForm.Get("text")}
	if _, err := d.newsroom.AddNote(v.Context(), note); err != nil {
		return d.again(w, v, err)
	}
	http.Redirect(w, v.Request, storyHref(m.ID)+"?said=noted", http.StatusSeeOther)
	return nil
}

// settle says that what a note asks for is done.
func (d *Desk) settle(w http.ResponseWriter, v visit) error {
	m, err := d.noted(v)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(v.PathValue("n"))
	if err != nil {
		return fault.NotFound
	}
	if err := d.newsroom.SettleNote(v.Context(), m.ID, n, v.person().Name); err != nil {
		return d.again(w, v, err)
	}
	http.Redirect(w, v.Request, storyHref(m.ID)+"?said=settled", http.StatusSeeOther)
	return nil
}

// noted reads the story that a note is about: who may read it and writes for the paper at all may note something.
func (d *Desk) noted(v visit) (news.Manuscript, error) {
	if err := web.Form(v.Request); err != nil {
		return news.Manuscript{}, err
	}
	m, err := d.manuscript(v, news.StoryID(v.PathValue("id")))
	if err != nil {
		return m, err
	}
	return m, d.gate.May(v.person(), staff.Write, v.person().ID)
}

// entry appends an entry to a live story, or corrects one.
func (d *Desk) entry(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	m, err := d.manuscript(v, news.StoryID(v.PathValue("id")))
	if err == nil {
		err = d.may(v, staff.Publish, m)
	}
	if err != nil {
		return err
	}
	form := v.PostForm
	corrects, err := number(form.Get("corrects"))
	if err != nil {
		return err
	}
	e := news.Entry{
		Corrects: int(corrects), Headline: oneLine(form.Get("entry-headline")), Body: strings.ReplaceAll(form.Get("entry"), "\r\n", "\n"),
		Author: v.person().Name, Person: string(v.person().ID),
	}
	if corrects != 0 {
		e.Notice = news.Notice{Kind: news.NoticeKind(form.Get("notice")), Text: oneLine(form.Get("notice-text"))}
	}
	if _, err := d.newsroom.Tell(v.Context(), m.ID, e); err != nil {
		return d.again(w, v, err)
	}
	d.trace(v, "tell", m.Slug, m.Live)
	http.Redirect(w, v.Request, storyHref(m.ID)+"?said=told", http.StatusSeeOther)
	return nil
}
