package site

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// The addresses of dossiers, for readers, and for programs where there are interfaces for these.
const (
	dossiersPath = "/dossiers/"
	apiDossiers  = "/api/v1/dossiers/"
)

// dossier is a dossier being drawn for a page.
type dossier struct {
	news.Dossier
	site    *Site
	today   today
	now     time.Time
	spoken  string             // its language; empty where it is the pages'
	numbers map[news.Slug]int  // of the events of which the day is known and has come, as charts mark them
	cited   map[news.Slug]bool // the documents on which what was drawn so far rests
}

// dossierOf opens a dossier for a page.
func (s *Site) dossierOf(t today, d news.Dossier) *dossier {
	one := &dossier{
		Dossier: d, site: s, today: t, now: s.o.Now(), spoken: t.spoken(d.Subject.Content), numbers: map[news.Slug]int{}, cited: map[news.Slug]bool{},
	}
	if one.spoken == english {
		one.spoken = "" // the pages' own
	}
	number, last := 0, news.When{}
	for _, e := range one.happened() {
		if e.When.Precision() != news.OnDay {
			continue
		}
		if e.When != last {
			number, last = number+1, e.When
		}
		one.numbers[e.ID] = number
	}
	return one
}

// opened reads the dossier that the address names.
func (s *Site) opened(ctx context.Context, a ask) (*dossier, error) {
	d, err := s.dossierNamed(ctx, a.value("slug"))
	if err != nil {
		return nil, err
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	return s.dossierOf(t, d), nil
}

// happened are the events that have come, the earliest first.
func (d *dossier) happened() []news.Event {
	return slices.DeleteFunc(d.Subject.Timeline(), func(e news.Event) bool { return d.toCome(e) })
}

// toCome says whether no day of an event has come yet.
func (d *dossier) toCome(e news.Event) bool {
	days, _ := e.When.Days()
	return days.First.After(d.now)
}

// The addresses of the parts of a dossier.

func (d *dossier) eventPath(id news.Slug) string    { return d.Path() + "/events/" + string(id) }
func (d *dossier) actorPath(id news.Slug) string    { return d.Path() + "/actors/" + string(id) }
func (d *dossier) scenarioPath(id news.Slug) string { return d.Path() + "/scenarios/" + string(id) }

// actor links to an actor, or to whom it was merged into.
func (d *dossier) actor(id news.Slug) Link {
	a, ok := d.Subject.Actor(id)
	if !ok {
		return Link{}
	}
	return Link{Text: a.Name, Href: d.actorPath(a.ID), Language: d.spoken}
}

// is says whether a name of an actor, merged or not, is that of another.
func (d *dossier) is(id, other news.Slug) bool {
	a, ok := d.Subject.Actor(id)
	b, known := d.Subject.Actor(other)
	return ok && known && a.ID == b.ID
}

// event links to an event; to none where the name is empty.
func (d *dossier) event(id news.Slug) Link {
	e, ok := d.Subject.Event(id)
	if !ok {
		return Link{}
	}
	return Link{Text: e.What, Href: d.eventPath(e.ID), Language: d.spoken}
}

// Dated is when something happened, to the precision to which that is known.
type Dated struct{ Text, Machine string }

// datedOf writes it without the word that goes before it in a sentence. HTML has no form for a time between two days.
func datedOf(w news.When) Dated {
	if w.IsZero() {
		return Dated{}
	}
	text := strings.TrimPrefix(strings.TrimPrefix(w.Words(), "on "), "in ")
	if w.Precision() == news.Between {
		return Dated{Text: text}
	}
	return Dated{Text: text, Machine: w.String()}
}

// Document is an entry of the list of what a page rests on.
type Document struct {
	Number                       int
	Title, Publisher, Link, Note string
	On                           Dated
}

// cites are the places on which something rests, by the numbers of their documents.
func (d *dossier) cites(list []news.Cite) (links []Link) {
	for _, c := range list {
		n := slices.IndexFunc(d.Subject.Documents, func(o news.Document) bool { return o.ID == c.Document })
		if n < 0 {
			continue
		}
		d.cited[c.Document] = true
		text := strconv.Itoa(n + 1)
		if c.Place != "" {
			text += ", " + c.Place
		}
		if len(text) < 24 { // a short one stays on its line
			text = strings.ReplaceAll(text, " ", "\u00a0")
		}
		links = append(links, Link{Text: text, Href: "#source-" + strconv.Itoa(n+1), Title: d.Subject.Documents[n].Title + ", " + d.Subject.Documents[n].Publisher})
	}
	return links
}

// documents are those that were cited so far, with the numbers that they have in the dossier; or all of it.
func (d *dossier) documents(all bool) (list []Document) {
	for i, o := range d.Subject.Documents {
		if all || d.cited[o.ID] {
			list = append(list, Document{Number: i + 1, Title: o.Title, Publisher: o.Publisher, Link: o.Link, Note: o.Note, On: datedOf(o.On)})
		}
	}
	return list
}

// frame is the frame of a page of the dossier, with its crumbs for machines.
func (d *dossier) frame(a ask, title, description string, crumbs ...Link) (Frame, error) {
	f := d.site.frame(d.today, a, title, description)
	f.Sheet = d.site.assets.URL("dossier.css")
	f.Canonical = f.Address + a.r.URL.EscapedPath() // whatever part of its timeline is shown
	f.Feeds = append(f.Feeds, Link{Text: d.Subject.Content.Headline + ": what changes", Href: d.Path() + "/feed.atom"})
	if hasDays(d.Dossier) {
		f.Alternates = append(f.Alternates, Alternate{"text/calendar", Link{Text: d.Subject.Content.Headline + ": its dates", Href: d.Path() + "/events.ics"}})
	}
	if d.site.o.Programs != "" {
		f.Alternates = append(f.Alternates, Alternate{"application/json", Link{Text: d.Subject.Content.Headline, Href: apiDossiers + string(d.Slug)}})
	}
	trail := append([]Link{{Text: d.today.masthead.Name, Href: "/"}, {Text: "Dossiers", Href: dossiersPath}, {Text: d.Subject.Content.Headline, Href: d.Path()}}, crumbs...)
	var err error
	f.Data, err = dataOf(d.site.crumbs(f.Address, trail))
	return f, err
}

// follow are the addresses by which a dossier is followed.
func (d *dossier) follow() []Link {
	ways := []Link{{Text: "Feed of its changes", Href: d.Path() + "/feed.atom"}}
	if hasDays(d.Dossier) {
		ways = append(ways, Link{Text: "Calendar of its dates", Href: d.Path() + "/events.ics"})
	}
	if d.site.o.Programs != "" {
		ways = append(ways, Link{Text: "All of it for programs, as JSON", Href: apiDossiers + string(d.Slug)})
	}
	return ways
}

// DossierItem is a dossier announced.
type DossierItem struct {
	Headline, Standfirst, Href string
	Language, Direction        string // empty where they are the pages' own
	Updated                    Time
	Events                     int
	Next                       *Happening // what comes next; nil where nothing is known to come
}

func (d *dossier) item() DossierItem {
	c := d.Subject.Content
	i := DossierItem{
		Headline: c.Headline, Standfirst: c.Standfirst, Href: d.Path(), Language: d.spoken, Direction: directionOf(d.spoken),
		Updated: timeOf(d.Updated), Events: len(d.Subject.Events),
	}
	if coming := d.Subject.Coming(d.now); len(coming) > 0 {
		next := d.brief(coming[0])
		i.Next = &next
	}
	return i
}

// announced are published dossiers, the last updated first, at most so many; 0: all.
func (s *Site) announced(t today, most int) (items []DossierItem) {
	for _, d := range t.dossiers {
		if most == 0 || len(items) < most {
			items = append(items, s.dossierOf(t, d).item())
		}
	}
	return items
}

// DossiersPage lists the dossiers.
type DossiersPage struct {
	Frame
	Items []DossierItem
}

func (s *Site) dossiers(ctx context.Context, a ask) (web.Component, error) {
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	p := DossiersPage{Items: s.announced(t, 0)}
	p.Frame = s.frame(t, a, "Dossiers", "What "+t.masthead.Name+" follows over time: who acts, what happened, who says what about it, and where it may lead.")
	if len(p.Items) > 0 {
		p.Feeds = append(p.Feeds, Link{Text: "Dossiers", Href: dossiersPath + "feed.atom"})
	}
	list := thing{Context: schemaOrg, Type: "CollectionPage", ID: p.Canonical, URL: p.Canonical, Name: "Dossiers", Language: english}
	for _, i := range p.Items {
		list.Parts = append(list.Parts, thing{Type: "CollectionPage", ID: p.Address + i.Href, URL: p.Address + i.Href, Name: i.Headline, Language: cmp.Or(i.Language, english)})
	}
	p.Data, err = dataOf(list)
	return dossiersPage(p), err
}

// onSeries are the events of all dossiers that set events beside a series, or beside a pair the other way round, of which the day is known
// and has come.
func (s *Site) onSeries(t today, series market.Symbol) (events []Event) {
	reverse := series
	if base, quote, ok := series.Pair(); ok {
		reverse = market.Pair(quote, base)
	}
	for _, one := range t.dossiers {
		if !slices.Contains(one.Subject.Series, series) && !slices.Contains(one.Subject.Series, reverse) {
			continue
		}
		d := s.dossierOf(t, one)
		for _, e := range d.marked() {
			e.Words = one.Subject.Content.Headline + ": " + e.Words
			e.Number = 0
			events = append(events, e)
		}
	}
	return events
}

// marked are the events of which the day is known and has come, as a chart marks them.
func (d *dossier) marked() (events []Event) {
	for _, e := range d.happened() {
		if n := d.numbers[e.ID]; n > 0 {
			days, _ := e.When.Days()
			events = append(events, Event{On: days.First, Exact: true, Words: e.What, Href: d.eventPath(e.ID), Language: d.spoken, Number: n})
		}
	}
	return events
}
