package desk

import (
	"context"
	"net/http"
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// SettingsPage is what the newsroom sets of its paper.
type SettingsPage struct {
	Frame
	N        int // the revision before the visitor
	Fields   SettingsFields
	Before   []MastheadRow
	CanWrite bool
}

// SettingsFields are the settings as a form has them.
type SettingsFields struct {
	Name, Motto, Language, Base, Sections, Strip, Lead string
	LinkLight, LinkDark, AccentLight, AccentDark, Why  string
}

// MastheadRow is a revision of the settings in the list.
type MastheadRow struct {
	N          int
	By, Reason string
	At         Moment
}

func (d *Desk) settings(w http.ResponseWriter, v visit) error {
	if err := d.gate.MayNow(v.session, staff.Settings, ""); err != nil { // asked before anything is written that would be lost
		return err
	}
	last, err := d.lastMasthead(v.Context())
	if err != nil {
		return err
	}
	return d.settingsPage(w, v, http.StatusOK, last.N, settingsOf(last.Masthead), "")
}

// lastMasthead is the revision in force, or an empty one.
func (d *Desk) lastMasthead(ctx context.Context) (news.MastheadRevision, error) {
	all, err := d.newsroom.Mastheads(ctx)
	if err != nil || len(all) == 0 {
		return news.MastheadRevision{}, err
	}
	return all[len(all)-1], nil
}

func (d *Desk) settingsPage(w http.ResponseWriter, v visit, status, n int, fields SettingsFields, problem string) error {
	all, err := d.newsroom.Mastheads(v.Context())
	if err != nil {
		return err
	}
	p := SettingsPage{Frame: d.room(v, "Settings"), N: n, Fields: fields, CanWrite: d.gate.May(v.person(), staff.Settings, "") == nil}
	p.Problem = problem
	p.Standfirst = "What is empty is as the paper was started, or as the program has it. Every change is kept with who made it and why."
	for i := len(all) - 1; i >= 0; i-- {
		p.Before = append(p.Before, MastheadRow{N: all[i].N, By: all[i].By, Reason: all[i].Reason, At: d.momentOf(all[i].At)})
	}
	return d.answer(w, v.Request, status, settingsPage(p))
}

// set changes the settings; what cannot be set comes back with the reason.
func (d *Desk) set(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	if err := d.gate.MayNow(v.session, staff.Settings, ""); err != nil {
		return err
	}
	form := func(name string) string { return strings.TrimSpace(v.PostForm.Get(name)) }
	fields := SettingsFields{
		Name: form("name"), Motto: form("motto"), Language: form("language"), Base: form("base"), Sections: form("sections"), Strip: form("strip"), Lead: form("lead"),
		LinkLight: form("link-light"), LinkDark: form("link-dark"), AccentLight: form("accent-light"), AccentDark: form("accent-dark"), Why: form("reason"),
	}
	n, err := number(form("n"))
	if err != nil {
		return err
	}
	r := news.MastheadRevision{N: int(n) + 1, Masthead: fields.masthead(), By: v.person().Name, Reason: fields.Why}
	if _, err := d.newsroom.PutMasthead(v.Context(), r); err != nil {
		if kind := fault.KindOf(err); kind == fault.Invalid || kind == fault.Conflict {
			return d.settingsPage(w, v, web.Status(err), int(n), fields, "Not set: "+fault.Sentence(err)+".")
		}
		return err
	}
	d.tell(v, "change the settings", "")
	http.Redirect(w, v.Request, "/desk/settings?said=settings", http.StatusSeeOther)
	return nil
}

// masthead reads the fields. A section stands on a line, its title behind an equals sign.
func (f SettingsFields) masthead() news.Masthead {
	m := news.Masthead{Name: f.Name, Motto: f.Motto, Language: f.Language, Base: currency.Code(strings.ToUpper(f.Base)), Lead: f.Lead}
	for line := range strings.Lines(f.Sections) {
		slug, title, _ := strings.Cut(line, "=")
		if slug, title = strings.TrimSpace(slug), strings.TrimSpace(title); slug != "" {
			m.Sections = append(m.Sections, news.Section{Slug: news.Slug(slug), Title: title})
		}
	}
	for _, symbol := range list(strings.ToUpper(f.Strip)) {
		m.Strip = append(m.Strip, market.Symbol(symbol))
	}
	m.Colours = news.Colours{
		Link:   news.Tone{Light: news.Colour(f.LinkLight), Dark: news.Colour(f.LinkDark)},
		Accent: news.Tone{Light: news.Colour(f.AccentLight), Dark: news.Colour(f.AccentDark)},
	}
	return m
}

// settingsOf writes a masthead into the fields.
func settingsOf(m news.Masthead) SettingsFields {
	f := SettingsFields{
		Name: m.Name, Motto: m.Motto, Language: m.Language, Base: string(m.Base), Lead: m.Lead,
		LinkLight: string(m.Colours.Link.Light), LinkDark: string(m.Colours.Link.Dark),
		AccentLight: string(m.Colours.Accent.Light), AccentDark: string(m.Colours.Accent.Dark),
	}
	var sections, strip []string
	for _, s := range m.Sections {
		line := string(s.Slug)
		if s.Title != "" {
			line += " = " + s.Title
		}
		sections = append(sections, line)
	}
	for _, s := range m.Strip {
		strip = append(strip, string(s))
	}
	f.Sections, f.Strip = strings.Join(sections, "\n"), strings.Join(strip, ", ")
	return f
}
