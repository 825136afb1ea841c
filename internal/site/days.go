package site

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// ArchivePage counts the stories of a span of time: of all years, of a year, or of a month.
type ArchivePage struct {
	Frame
	Heading, Standfirst string
	Above               []Link // of which span it is a part
	Spans               []Span
	Steps
}

// Span is a year or a month with its parts.
type Span struct {
	Link
	Count string
	Parts []Part
}

// Part is a month or a day.
type Part struct {
	Link
	Stories int
}

// Steps lead to the pages before and after this one; an address is empty where there is none.
type Steps struct{ Earlier, Later Link }

// The addresses of spans are those of stories, cut short.
const archivePath = "/archive"

func yearPath(t time.Time) string  { return t.Format("/2006/") }
func monthPath(t time.Time) string { return t.Format("/2006/01/") }
func dayPath(t time.Time) string   { return t.Format("/2006/01/02/") }

// archive counts the stories of each month there ever was.
func (s *Site) archive(ctx context.Context, a ask) (web.Component, error) {
	days, t, err := s.days(ctx)
	if err != nil {
		return nil, err
	}
	p := ArchivePage{Heading: "Archive", Spans: spans(days, yearPath, "2006", monthPath, "January")}
	p.Standfirst = "Every story stands at its day for good."
	if len(days) == 0 {
		p.Standfirst = "Nothing is printed yet."
	}
	p.Frame = s.frame(t, a, "Archive", "All stories of "+t.masthead.Name+" by year, month and day.")
	return archivePage(p), nil
}

// year counts the stories of each month of a year.
func (s *Site) year(ctx context.Context, a ask) (web.Component, error) {
	return s.span(ctx, a, a.value("year"), "2006", yearPath, monthPath, "January")
}

// month counts the stories of each day of a month.
func (s *Site) month(ctx context.Context, a ask) (web.Component, error) {
	return s.span(ctx, a, a.value("year")+"-"+a.value("month"), "2006-01", monthPath, dayPath, "Monday 2 January")
}

// span is a year or a month, which a text in a layout names; it is made of parts.
func (s *Site) span(ctx context.Context, a ask, text, layout string, path, part func(time.Time) string, format string) (web.Component, error) {
	first, err := time.Parse(layout, text)
	if err != nil {
		return nil, fault.NotFound
	}
	days, t, err := s.days(ctx)
	if err != nil {
		return nil, err
	}
	title := "2006"
	if layout != "2006" {
		title = "January 2006"
	}
	p := ArchivePage{Heading: first.Format(title), Above: above(first)[:strings.Count(layout, "-")+1]}
	own := path(first)
	var within []news.Day
	for _, d := range days {
		switch at := path(d.Date); {
		case at == own:
			within = append(within, d)
		case d.Date.After(first):
			p.Later = Link{Text: d.Date.Format(title), Href: at}
		case p.Earlier.Href == "":
			p.Earlier = Link{Text: d.Date.Format(title), Href: at}
		}
	}
	if len(within) == 0 {
		return nil, fault.Because(fault.NotFound, "The paper has no story of %s.", p.Heading)
	}
	p.Spans = spans(within, path, title, part, format)
	p.Standfirst = p.Spans[0].Count + "."
	p.Frame = s.frame(t, a, p.Heading, "The stories of "+p.Heading+" in "+t.masthead.Name+", by day.")
	p.Prev, p.Next = p.Earlier.Href, p.Later.Href
	p.Data, err = dataOf(s.crumbs(p.Address, append(p.Above, Link{Text: p.Heading, Href: own})))
	return archivePage(p), err
}

// day lists the stories that were first published on a day.
func (s *Site) day(ctx context.Context, a ask) (web.Component, error) {
	text := a.value("year") + "-" + a.value("month") + "-" + a.value("day")
	date, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return nil, fault.Because(fault.NotFound, "No story stands at this address: %.20q is no day.", text)
	}
	days, t, err := s.days(ctx)
	if err != nil {
		return nil, err
	}
	name := dayOf(date).Text
	p := SectionPage{Heading: name, Above: above(date)}
	count := 0
	for _, d := range days {
		switch {
		case d.Date.Equal(date):
			count = d.Stories
		case d.Date.After(date):
			p.Later = Link{Text: dayOf(d.Date).Text, Href: dayPath(d.Date)}
		case p.Earlier.Href == "":
			p.Earlier = Link{Text: dayOf(d.Date).Text, Href: dayPath(d.Date)}
		}
	}
	if count == 0 {
		return nil, fault.Because(fault.NotFound, "The paper has no story of %s.", name)
	}
	articles, err := s.paper.Articles(ctx, news.Selection{From: date, Before: date.AddDate(0, 0, 1), Limit: inDay})
	if err != nil {
		return nil, err
	}
	p.Items, p.Standfirst = t.itemsOf(articles), countOf(len(articles), inDay)+"."
	p.Frame = s.frame(t, a, name, "The stories of "+name+" in "+t.masthead.Name+".")
	p.Prev, p.Next = p.Earlier.Href, p.Later.Href
	p.Data, err = dataOf(s.crumbs(p.Address, append(p.Above, Link{Text: name, Href: dayPath(date)})))
	return sectionPage(p), err
}

// What a list of stories holds at the most.
const (
	inList = 100
	inDay  = 1000
)

func (s *Site) days(ctx context.Context) (days []news.Day, t today, err error) {
	if t, err = s.today(ctx); err == nil {
		days, err = s.paper.Days(ctx)
	}
	return days, t, err
}

// above are the pages of which the page of a day is a part, the widest first.
func above(day time.Time) []Link {
	return []Link{
		{Text: "Archive", Href: archivePath}, {Text: day.Format("2006"), Href: yearPath(day)}, {Text: day.Format("January 2006"), Href: monthPath(day)},
	}
}

// spans puts days, the newest first, into spans with their parts.
func spans(days []news.Day, path func(time.Time) string, title string, part func(time.Time) string, format string) (all []Span) {
	stories := 0
	for i, d := range days {
		if href := path(d.Date); len(all) == 0 || all[len(all)-1].Href != href {
			all, stories = append(all, Span{Link: Link{Text: d.Date.Format(title), Href: href}}), 0
		}
		last := &all[len(all)-1]
		if href := part(d.Date); len(last.Parts) == 0 || last.Parts[len(last.Parts)-1].Href != href {
			last.Parts = append(last.Parts, Part{Link: Link{Text: days[i].Date.Format(format), Href: href}})
		}
		last.Parts[len(last.Parts)-1].Stories += d.Stories
		stories += d.Stories
		last.Count = countOf(stories, 0)
	}
	return all
}

// nothing says that nothing stands at an address; a day, month or year that was written without its last slash moves there.
func nothing(_ http.ResponseWriter, r *http.Request) error {
	for _, layout := range []string{"/2006", "/2006/01", "/2006/01/02"} {
		if _, err := time.Parse(layout, r.URL.Path); err == nil {
			return moved{to: r.URL.Path + "/"}
		}
	}
	return fault.NotFound
}
