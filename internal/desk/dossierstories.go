package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/numeral"
	"github.com/courant-news/courant/internal/render"
	"github.com/courant-news/courant/internal/staff"
)

// AttachPage finds stories that belong to a dossier.
type AttachPage struct {
	Frame
	Action, Back, Query string
	Found               []AttachRow
}

// AttachRow is a story that was found.
type AttachRow struct {
	StoryRow
	ID  string
	Has bool // it belongs to the dossier already
}

// findStories looks for stories by the words of their headlines.
func (d *Desk) findStories(w http.ResponseWriter, v visit) error {
	const most = 30
	r, err := d.dossier(v)
	if err == nil {
		err = d.gate.May(v.person(), staff.Compile, ownerOfDossier(r))
	}
	if err != nil {
		return err
	}
	p := AttachPage{Frame: d.room(v, "Stories of the dossier"), Action: dossierHref(r.Slug) + "/stories", Back: dossierHref(r.Slug) + "#stories", Query: v.URL.Query().Get("q")}
	p.Kicker = r.Last().Subject.Content.Headline
	list, err := d.newsroom.Summaries(v.Context(), d.readable(v, news.Listing{Words: p.Query, Limit: most}))
	if err != nil {
		return err
	}
	for i, row := range d.rows(list) {
		p.Found = append(p.Found, AttachRow{row, string(list[i].ID), slices.Contains(r.Last().Subject.Stories, list[i].ID)})
	}
	return d.answer(w, v.Request, http.StatusOK, attachPage(p))
}

// attachStory adds a story to a dossier, or takes it out: of the last revision, since that takes nothing from what somebody else
// saved meanwhile.
func (d *Desk) attachStory(w http.ResponseWriter, v visit) error {
	r, err := d.turned(v, staff.Compile)
	if err != nil {
		return err
	}
	id, s := news.StoryID(v.PostForm.Get("story")), r.Last().Subject
	if v.PostForm.Get("act") == "drop" {
		s.Stories = slices.DeleteFunc(slices.Clone(s.Stories), func(one news.StoryID) bool { return one == id })
	} else {
		if _, err := d.savedStory(v, id); err != nil {
			return d.undone(w, v, err)
		}
		if !slices.Contains(s.Stories, id) {
			s.Stories = append(slices.Clone(s.Stories), id)
		}
	}
	if err := d.saveDossier(v, r.Slug, r.Last().N, s, ""); err != nil {
		return d.undone(w, v, err)
	}
	http.Redirect(w, v.Request, dossierHref(r.Slug)+"?said=saved#stories", http.StatusSeeOther)
	return nil
}

// BesidePage is a story sentence by sentence, each of which can become an event or an account of a dossier.
type BesidePage struct {
	Frame
	Action, Back, New string
	Dossiers          []Option
	Into              string // the address of the chosen dossier; empty: none is
	Has               bool   // the story belongs to it already
	Paragraphs        [][]SentenceRow
}

// SentenceRow is a sentence, and where it becomes a part of a dossier.
type SentenceRow struct{ Text, Event, Account string }

// beside shows a story beside the dossier that is chosen.
func (d *Desk) beside(w http.ResponseWriter, v visit) error {
	m, err := d.savedStory(v, news.StoryID(v.PathValue("id")))
	if err != nil {
		return err
	}
	all, err := d.readableDossiers(v)
	if err != nil {
		return err
	}
	last := m.Revisions[len(m.Revisions)-1]
	p := BesidePage{Frame: d.room(v, "Beside a dossier"), Action: storyHref(m.ID) + "/dossier", Back: storyHref(m.ID), New: "/desk/new-dossier?" + url.Values{"story": {string(m.ID)}}.Encode()}
	p.Kicker = last.Content.Headline
	p.Standfirst = "Say of a sentence that it tells of an event, or that somebody gives an account in it, and name the document in which that stands."
	for _, r := range all {
		if d.gate.May(v.person(), staff.Compile, ownerOfDossier(r)) != nil {
			continue
		}
		o := Option{Value: string(r.Slug), Text: r.Last().Subject.Content.Headline, Chosen: string(r.Slug) == v.URL.Query().Get("dossier")}
		if o.Chosen {
			p.Into, p.Has = dossierHref(r.Slug), slices.Contains(r.Last().Subject.Stories, m.ID)
		}
		p.Dossiers = append(p.Dossiers, o)
	}
	said, err := d.sentences(v, m, last.N)
	if err != nil {
		return err
	}
	n := 0
	for _, paragraph := range said {
		var rows []SentenceRow
		for _, text := range paragraph {
			row := SentenceRow{Text: text}
			if n++; p.Into != "" {
				from := "?" + url.Values{"story": {string(m.ID)}, "revision": {count(last.N)}, "sentence": {count(n)}}.Encode()
				row.Event, row.Account = p.Into+"/parts/events"+from, p.Into+"/parts/accounts"+from
			}
			rows = append(rows, row)
		}
		p.Paragraphs = append(p.Paragraphs, rows)
	}
	return d.answer(w, v.Request, http.StatusOK, besidePage(p))
}

// sentences are those of a revision of a story, by its paragraphs, with the figures as they were printed or would be now.
func (d *Desk) sentences(v visit, m news.Manuscript, revision int) ([][]string, error) {
	c := m.Revisions[revision-1].Content
	figures, err := news.Figures(c.Body)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(figures))
	pins, wasPrinted := m.Pins[revision]
	if parted, err := news.PinsOf(figures, pins); wasPrinted && err == nil {
		for n, f := range figures {
			if !f.Block() {
				texts[n] = f.Text(parted[n], numeral.Of(c.Language))
			}
		}
	} else {
		resolved, err := d.newsroom.Preview(v.Context(), c.Body, c.Language, d.o.Now())
		if err != nil {
			return nil, err
		}
		for n, r := range resolved[:min(len(resolved), len(figures))] {
			if !r.Figure.Block() {
				texts[n] = r.Text
			}
		}
	}
	var all [][]string
	for _, p := range render.Paragraphs(news.Content{Body: c.Body}, func(n int) string { return texts[n] }) {
		all = append(all, news.Sentences(p.Text))
	}
	return all, nil
}

// sentence is the sentence of a story that an address names by its number; empty where it names none.
func (d *Desk) sentence(v visit) (string, error) {
	query := v.URL.Query()
	n, err := number(query.Get("sentence"))
	if err != nil || n == 0 {
		return "", err
	}
	revision, err := number(query.Get("revision"))
	if err != nil {
		return "", err
	}
	m, err := d.savedStory(v, news.StoryID(query.Get("story")))
	if err != nil {
		return "", err
	}
	if revision < 1 || revision > int64(len(m.Revisions)) {
		return "", fault.Because(fault.NotFound, "the story has no revision %d", revision)
	}
	said, err := d.sentences(v, m, int(revision))
	if err != nil {
		return "", err
	}
	all := slices.Concat(said...)
	if n > int64(len(all)) {
		return "", fault.Because(fault.NotFound, "the story has %d sentences, and no sentence %d", len(all), n)
	}
	return strings.TrimSpace(all[n-1]), nil
}
