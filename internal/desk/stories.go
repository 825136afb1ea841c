package desk

import (
	"net/http"
	"net/url"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
)

// StoryRow is a story in a list.
type StoryRow struct {
	Headline, Href, Section, By string
	At                          Moment // when it was saved, or when it goes out by itself
	State                       State
	Problem                     string // why it did not go out
}

// TodayPage is what there is to do.
type TodayPage struct {
	Frame
	Due, Late, Review, Ready, Published, Writing []StoryRow
	Affected, Held                               int
}

// StoriesPage lists stories.
type StoriesPage struct {
	Frame
	States  []Option
	Query   string
	Stories []StoryRow
	Next    string // the page of older ones
}

// few is how many stories a panel of today shows.
const few = 8

func (d *Desk) today(w http.ResponseWriter, v visit) error {
	p := TodayPage{Frame: d.room(v, "Today")}
	ctx := v.Context()
	for _, panel := range []struct {
		which news.Listing
		rows  *[]StoryRow
	}{
		{news.Listing{Due: true}, &p.Due},
		{news.Listing{Missed: true}, &p.Late},
		{news.Listing{States: []news.State{news.Review}}, &p.Review},
		{news.Listing{States: []news.State{news.Ready}}, &p.Ready},
		{news.Listing{States: []news.State{news.Published}}, &p.Published},
	} {
		panel.which.Limit = few
		list, err := d.newsroom.Summaries(ctx, d.readable(v, panel.which))
		if err != nil {
			return err
		}
		*panel.rows = d.rows(list)
	}
	copies, err := d.newsroom.Copies(ctx, string(v.person().ID))
	if err != nil {
		return err
	}
	for _, c := range copies[:min(len(copies), few)] {
		headline := c.Content.Headline
		if headline == "" {
			headline = "Without a headline yet"
		}
		p.Writing = append(p.Writing, StoryRow{Headline: headline, Href: storyHref(c.Story), At: d.momentOf(c.At)})
	}
	affected, err := d.newsroom.Affected(ctx)
	if err != nil {
		return err
	}
	p.Affected = len(affected)
	held, err := d.ledger.Quarantine(ctx, market.Waiting)
	if err != nil {
		return err
	}
	p.Held = len(held)
	return d.answer(w, v.Request, http.StatusOK, todayPage(p))
}

// states are the lists of stories, each with the states that it shows.
var states = []struct {
	name, text string
	states     []news.State
}{
	{"", "All", nil},
	{"draft", "Drafts", []news.State{news.Draft}},
	{"review", "To be read", []news.State{news.Review}},
	{"ready", "Ready", []news.State{news.Ready}},
	{"waiting", "Scheduled or under embargo", []news.State{news.Scheduled, news.Embargoed}},
	{"published", "Published", []news.State{news.Published}},
	{"withdrawn", "Withdrawn", []news.State{news.Withdrawn}},
}

func (d *Desk) stories(w http.ResponseWriter, v visit) error {
	const page = 50
	query := v.URL.Query()
	which := news.Listing{Words: query.Get("q"), Limit: page + 1}
	p := StoriesPage{Frame: d.room(v, "Stories"), Query: query.Get("q")}
	for _, s := range states {
		chosen := s.name == query.Get("state")
		if chosen {
			which.States = s.states
		}
		p.States = append(p.States, Option{Value: s.name, Text: s.text, Chosen: chosen})
	}
	if text := query.Get("before"); text != "" {
		before, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return fault.Because(fault.Invalid, "%.40q is no moment: follow the link to older stories", text)
		}
		which.Before = before
	}
	list, err := d.newsroom.Summaries(v.Context(), d.readable(v, which))
	if err != nil {
		return err
	}
	if len(list) > page {
		list = list[:page]
		p.Next = "/desk/stories?" + url.Values{
			"state": {query.Get("state")}, "q": {query.Get("q")}, "before": {list[page-1].At.Format(time.RFC3339Nano)},
		}.Encode()
	}
	p.Stories = d.rows(list)
	return d.answer(w, v.Request, http.StatusOK, storiesPage(p))
}

// readable narrows a listing to what the visitor may read: all, or only what is their own.
func (d *Desk) readable(v visit, which news.Listing) news.Listing {
	if d.gate.May(v.person(), staff.ReadDrafts, "") != nil {
		which.Person = string(v.person().ID)
	}
	return which
}

func (d *Desk) rows(list []news.Summary) []StoryRow {
	rows := make([]StoryRow, 0, len(list))
	for _, s := range list {
		row := StoryRow{
			Headline: s.Headline, Href: storyHref(s.ID), Section: string(s.Section), By: s.By, At: d.momentOf(s.At),
			State: stateOf(s.State, s.Live), Problem: s.Missed,
		}
		if !s.Due.IsZero() {
			row.At = d.momentOf(s.Due)
		}
		rows = append(rows, row)
	}
	return rows
}

func storyHref(id news.StoryID) string { return "/desk/stories/" + url.PathEscape(string(id)) }

// newStory gives a story its permanent name before anything of it is written, so that what is typed has a place to be kept.
func (d *Desk) newStory(w http.ResponseWriter, v visit) error {
	http.Redirect(w, v.Request, storyHref(news.NewStoryID()), http.StatusSeeOther)
	return nil
}
