package site

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// followDossiers sets the routes by which dossiers are followed: what changes in all or in one, and the days of one.
func (s *Site) followDossiers(shared func(pattern string, h web.Handler)) {
	for file := range feedFormats {
		shared("GET /dossiers/"+file, s.feed(s.ofDossiers))
		shared("GET /dossiers/{slug}/"+file, s.feed(s.ofDossier))
	}
	shared("GET /dossiers/{slug}/events.ics", s.events)
}

// ofDossiers are the changes of all dossiers.
func (s *Site) ofDossiers(ctx context.Context, _ ask, address string) (channel, error) {
	t, err := s.today(ctx)
	if err != nil {
		return channel{}, err
	}
	list, err := s.paper.Dossiers(ctx)
	if err != nil {
		return channel{}, err
	}
	if len(list) == 0 {
		return channel{}, fault.Because(fault.NotFound, "The paper has no dossier to follow.")
	}
	c := channel{name: t.masthead.Name + ": Dossiers", about: "New dossiers of " + t.masthead.Name + ", and what changes in them.", home: address + "/dossiers/", language: t.masthead.Language}
	return c.telling(t, address, list...), nil
}

// ofDossier are the changes of one dossier.
func (s *Site) ofDossier(ctx context.Context, a ask, address string) (channel, error) {
	t, err := s.today(ctx)
	if err != nil {
		return channel{}, err
	}
	d, err := s.dossierNamed(ctx, a.value("slug"))
	if err != nil {
		return channel{}, err
	}
	c := channel{name: t.masthead.Name + ": " + d.Subject.Content.Headline, about: d.Subject.Content.Standfirst, home: address + d.Path(), language: t.spoken(d.Subject.Content)}
	c.about = cmp.Or(c.about, "What changes in the dossier “"+d.Subject.Content.Headline+"”.")
	return c.telling(t, address, d), nil
}

// dossierNamed returns the published dossier of a name.
func (s *Site) dossierNamed(ctx context.Context, name string) (news.Dossier, error) {
	slug, err := news.ParseSlug(name)
	if err != nil {
		return news.Dossier{}, fault.Because(fault.NotFound, "%w", err)
	}
	return s.paper.Dossier(ctx, slug)
}

// telling is the channel with what readers were told of some dossiers, the newest first: that each was published, its updates and
// its corrections.
func (c channel) telling(t today, address string, list ...news.Dossier) channel {
	for _, d := range list {
		content := d.Subject.Content
		first := told{
			id: "urn:courant:dossier:" + string(d.Slug), headline: content.Headline, href: address + d.Path(), summary: content.Standfirst,
			body: stateOf(d), language: t.spoken(content), published: d.Published.UTC(), updated: d.Published.UTC(),
		}
		for _, name := range content.Bylines {
			first.authors = append(first.authors, writer{name, address + authorPath(name)})
		}
		for _, topic := range content.Topics {
			first.topics = append(first.topics, t.titleOf(topic))
		}
		c.stories = append(c.stories, first)
		for _, n := range d.Notices {
			next := first
			next.id, next.headline, next.summary = fmt.Sprintf("%s:%d", first.id, n.Revision), labelOf(n.Kind)+": "+content.Headline, n.Text
			next.body, next.published, next.updated = "<p>"+html.EscapeString(n.Text)+"</p>", n.At.UTC(), n.At.UTC()
			c.stories = append(c.stories, next)
		}
	}
	slices.SortStableFunc(c.stories, func(a, b told) int { return b.published.Compare(a.published) })
	c.stories = c.stories[:min(len(c.stories), inFeed)]
	c.updated = c.stories[0].published
	return c
}

// stateOf is the state of things as a feed tells it.
func stateOf(d news.Dossier) string {
	var b strings.Builder
	if text := d.Subject.Content.Standfirst; text != "" {
		b.WriteString("<p>" + html.EscapeString(text) + "</p>")
	}
	if len(d.Subject.Standing) > 0 {
		b.WriteString("<ul>")
		for _, s := range d.Subject.Standing {
			b.WriteString("<li>" + html.EscapeString(s.Text) + "</li>")
		}
		b.WriteString("</ul>")
	}
	return b.String()
}

// toldLast is when readers were last told something of a dossier.
func toldLast(d news.Dossier) time.Time {
	if n := len(d.Notices); n > 0 {
		return d.Notices[n-1].At
	}
	return d.Published
}

// touchDossiers tells of the feeds of dossiers when each last changed.
func (s *Site) touchDossiers(ctx context.Context, touch func(path string, at time.Time)) error {
	list, err := s.paper.Dossiers(ctx)
	for _, d := range list {
		touch("/dossiers/", toldLast(d))
		touch(d.Path()+"/", toldLast(d))
	}
	return err
}

// events serves the events of a dossier whose day is known as a calendar.
func (s *Site) events(w http.ResponseWriter, r *http.Request) error {
	address := s.address(r)
	return s.cache.Serve(w, r, address+r.URL.Path, func() (*web.Page, error) {
		d, err := s.dossierNamed(r.Context(), r.PathValue("slug"))
		if err != nil {
			return nil, err
		}
		body, err := calendarOf(d, address)
		if err != nil {
			return nil, err
		}
		return web.NewPage(body, web.PageOptions{
			ContentType: "text/calendar; charset=utf-8", CacheControl: web.ForReaders, Shared: web.ForNetworks, Modified: d.Updated,
		}), nil
	})
}

// hasDays says whether the day of any event of a dossier is known, so that it has a calendar.
func hasDays(d news.Dossier) bool {
	return slices.ContainsFunc(d.Subject.Events, func(e news.Event) bool { return e.When.Precision() == news.OnDay })
}

// calendarOf writes the events of a dossier whose day is known, past or coming, each as an event of a whole day. How many are known
// less exactly, and so are left out, its description says. A calendar holds one event at least; the error is fault.NotFound
// where there is none.
func calendarOf(d news.Dossier, address string) ([]byte, error) {
	if !hasDays(d) {
		return nil, fault.Because(fault.NotFound, "Of no event of the dossier “%s” the day is known: there is nothing to put into a calendar.", d.Subject.Content.Headline)
	}
	c, left := ical{}, 0
	stamp := d.Updated.UTC().Format("20060102T150405Z")
	for _, e := range d.Subject.Timeline() {
		if e.When.Precision() != news.OnDay {
			left++
		}
	}
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//Courant//Dossier//EN")
	c.text("NAME", d.Subject.Content.Headline)
	c.text("X-WR-CALNAME", d.Subject.Content.Headline) // as NAME was called before RFC 7986
	c.text("DESCRIPTION", strings.TrimSpace(d.Subject.Content.Standfirst+" "+leftOut(left)))
	c.line("URL", address+d.Path())
	c.line("SOURCE;VALUE=URI", address+d.Path()+"/events.ics")
	c.line("LAST-MODIFIED", stamp)
	c.line("REFRESH-INTERVAL;VALUE=DURATION", "PT6H")
	for _, e := range d.Subject.Timeline() {
		if e.When.Precision() != news.OnDay {
			continue
		}
		days, _ := e.When.Days()
		c.line("BEGIN", "VEVENT")
		c.line("UID", uidOf(d, e))
		c.line("DTSTAMP", stamp)
		c.line("SEQUENCE", fmt.Sprint(d.Revision-1))
		c.line("DTSTART;VALUE=DATE", days.First.Format("20060102"))
		c.text("SUMMARY", e.What)
		c.text("DESCRIPTION", toldOf(d.Subject, e))
		c.text("LOCATION", e.Where)
		c.text("CATEGORIES", e.Kind)
		c.line("URL", address+d.Path()+"/events/"+string(e.ID))
		c.line("TRANSP", "TRANSPARENT") // nobody is busy because something happened
		c.line("END", "VEVENT")
	}
	c.line("END", "VCALENDAR")
	return c.Bytes(), nil
}

// uidOf is the name of an event in every calendar, for ever: a UUID, as RFC 7986 wants, that holds no address of the paper.
func uidOf(d news.Dossier, e news.Event) string {
	name := market.NameOf("event", string(d.Slug), d.Published.UTC().Format(time.RFC3339Nano), string(e.ID))
	return strings.TrimPrefix(name, "urn:uuid:")
}

// leftOut says how many events a calendar leaves out.
func leftOut(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "One event is left out, since its day is not known."
	}
	return fmt.Sprintf("%d events are left out, since their days are not known.", n)
}

// toldOf is an event in plain text: what is said of it, and the documents on which that rests.
func toldOf(s news.Subject, e news.Event) string {
	var lines []string
	if e.Says != "" {
		lines = append(lines, e.Says)
	}
	for _, c := range e.Cites {
		if doc, ok := s.Document(c.Document); ok {
			line := "Source: " + doc.Title + ", " + doc.Publisher
			if c.Place != "" {
				line += ", " + c.Place
			}
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
