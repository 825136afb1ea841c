package site_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/site"
	"github.com/courant-news/courant/internal/store/storetest"
)

// rift is a dossier with days that are known and days that are not, and texts that a calendar must escape.
func rift(t *testing.T) news.Subject {
	t.Helper()
	cites := []news.Cite{{Document: "log", Place: "page 2"}}
	return news.Subject{
		Content:  news.Content{Headline: "The rift; a strait", Standfirst: "Two harbours, one strait.", Section: "world", Topics: []news.Slug{"sea"}, Bylines: []string{"Ada"}, Body: "Text."},
		Standing: []news.Statement{{Text: "Two harbours fight & talk.", Cites: cites}},
		Events: []news.Event{
			{ID: "talks", What: "Talks are called off", When: when(t, "2026-01"), Cites: cites},
			{ID: "ferry", What: `A ferry sinks, "Nord\Syd"; 港のフェリーが沈んだという知らせが届いた`, Says: "It sank at noon; nobody knows why.", When: when(t, "2025-12-25"), Where: "The strait, off Norrvik", Kind: "accident", Cites: cites},
			{ID: "raid", What: "A raid", When: when(t, "2025-12-26/2025-12-28"), Cites: cites},
			{ID: "vote", What: "The South votes", When: when(t, "2026-05-03"), Cites: cites},
		},
		Documents: []news.Document{{ID: "log", Title: "The harbour's log", Publisher: "Norrvik"}},
	}
}

// issue publishes a dossier, or its next revision with a notice.
func (p *paper) issue(t testing.TB, slug news.Slug, s news.Subject, notice news.Notice) {
	t.Helper()
	based := 0
	if r, err := p.newsroom.DossierRecord(t.Context(), slug); err == nil {
		based = r.Last().N
	}
	r, err := p.newsroom.SaveDossier(t.Context(), news.DossierDraft{Slug: slug, BasedOn: based, Subject: s, Author: "Ada"})
	if err == nil {
		_, err = p.newsroom.PublishDossier(t.Context(), news.DossierStep{Dossier: slug, Revision: r.N, By: "Ada", Notice: notice, Reason: "a test"})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatChangesInDossiersIsFollowedInEveryFormat(t *testing.T) {
	p := full(t)
	p.get(t, "/dossiers/feed.atom", http.StatusNotFound)
	p.issue(t, "the-rift", rift(t), news.Notice{})
	p.issue(t, "the-rift", rift(t), news.Notice{Kind: news.FactCorrection, Text: "It sank on <25> December."})
	p.issue(t, "the-rift", rift(t), news.Notice{Kind: news.Minor})
	other := rift(t)
	other.Content.Headline = "Another"
	p.issue(t, "another", other, news.Notice{})
	for path, wants := range map[string][]string{
		"/dossiers/feed.atom":          {"<title>The Test: Dossiers</title>", "urn:courant:dossier:the-rift</id>", "urn:courant:dossier:the-rift:2</id>", "urn:courant:dossier:another</id>", p.URL + "/dossiers/the-rift", "Correction: The rift; a strait"},
		"/dossiers/the-rift/feed.atom": {"<title>The Test: The rift; a strait</title>", "urn:courant:dossier:the-rift:2</id>", "It sank on &amp;lt;25&amp;gt; December.", "harbours fight &amp;amp; talk", `href="` + p.URL + `/dossiers/the-rift/feed.atom"`},
		"/dossiers/feed.rss":           {"urn:courant:dossier:the-rift:2"},
		"/dossiers/the-rift/feed.rss":  {"urn:courant:dossier:the-rift:2"},
		"/dossiers/feed.json":          {"urn:courant:dossier:the-rift:2"},
		"/dossiers/the-rift/feed.json": {"urn:courant:dossier:the-rift:2"},
	} {
		body := p.text(t, path, feedKinds[path[strings.LastIndexByte(path, '.'):]])
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q: %s", path, want, body)
			}
		}
		if strings.HasSuffix(path, ".json") {
			var feed struct{ Items []struct{ ID string } }
			if err := json.Unmarshal([]byte(body), &feed); err != nil || len(feed.Items) < 2 {
				t.Errorf("%s: %v, %s", path, err, body)
			}
		} else if err := wellFormed(body); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if strings.Contains(path, "the-rift") && strings.Contains(body, "another") || strings.Contains(body, "the-rift:3") {
			t.Errorf("%s tells what is not of it, or too minor: %s", path, body)
		}
	}
	for _, path := range []string{"/dossiers/nothing/feed.atom", "/dossiers/No%20Slug/feed.rss", "/dossiers/nothing/events.ics"} {
		p.get(t, path, http.StatusNotFound)
	}
	if _, err := p.newsroom.WithdrawDossier(t.Context(), news.DossierStep{Dossier: "another", By: "Ada", Reason: "forged"}); err != nil {
		t.Fatal(err)
	}
	p.get(t, "/dossiers/another/feed.atom", http.StatusGone)
	p.get(t, "/dossiers/another/events.ics", http.StatusGone)
}

func TestAHubIsToldOfTheFeedsOfDossiers(t *testing.T) {
	db, b := storetest.Open(t), bus.New()
	now := reading
	clock := func() time.Time { return now }
	p := &paper{ledger: market.NewLedger(db, b, market.LedgerOptions{Now: clock})}
	p.newsroom = news.NewNewsroom(db, p.ledger, b, clock)
	s, err := site.New(news.NewPaper(db), p.ledger, b, site.Options{Now: clock, URL: "https://paper.example"})
	if err != nil {
		t.Fatal(err)
	}
	changed := func(since time.Time) (all []string) {
		feeds, err := s.Changed(t.Context(), since)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range feeds {
			if strings.HasSuffix(f.Address, ".atom") {
				all = append(all, fmt.Sprint(strings.TrimPrefix(f.Address, "https://paper.example"), " ", f.Changed.Sub(reading)))
			}
		}
		return all
	}
	p.issue(t, "the-rift", rift(t), news.Notice{})
	want := []string{"/dossiers/feed.atom 0s", "/dossiers/the-rift/feed.atom 0s"}
	if got := changed(reading.Add(-time.Hour)); !slices.Equal(got, want) {
		t.Errorf("changed are %v", got)
	}
	now = now.Add(time.Hour)
	p.issue(t, "the-rift", rift(t), news.Notice{Kind: news.Minor}) // of which no feed tells
	if got := changed(reading); got != nil {
		t.Errorf("after what is too minor to be told: %v", got)
	}
	now = now.Add(time.Hour)
	p.issue(t, "the-rift", rift(t), news.Notice{Kind: news.Update, Text: "They talk again."})
	if got := changed(reading); len(got) != 2 || got[1] != "/dossiers/the-rift/feed.atom 2h0m0s" {
		t.Errorf("after an update: %v", got)
	}
}

const calendarKind = "text/calendar; charset=utf-8"

func TestTheDaysOfADossierAreACalendar(t *testing.T) {
	p := full(t)
	p.issue(t, "the-rift", rift(t), news.Notice{})
	body := p.text(t, "/dossiers/the-rift/events.ics", calendarKind)
	if err := grammar(body); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	c, err := ics.ParseCalendar(strings.NewReader(body))
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	events := c.Events()
	if len(events) != 2 {
		t.Fatalf("%d events\n%s", len(events), body)
	}
	ferry := rift(t).Events[1]
	for property, want := range map[ics.ComponentProperty]string{
		ics.ComponentPropertySummary: ferry.What, ics.ComponentPropertyLocation: ferry.Where, ics.ComponentPropertyCategories: "accident", ics.ComponentPropertyDtStart: "20251225",
		ics.ComponentPropertyDescription: "It sank at noon; nobody knows why.\nSource: The harbour's log, Norrvik, page 2", ics.ComponentPropertyDtstamp: "20260205T120000Z",
		ics.ComponentPropertySequence: "0", ics.ComponentPropertyUrl: p.URL + "/dossiers/the-rift/events/ferry",
	} {
		if got := events[0].GetProperty(property); got == nil || got.Value != want {
			t.Errorf("%s is %+v, want %q", property, got, want)
		}
	}
	if got := events[1].GetProperty(ics.ComponentPropertyDtStart); got.Value != "20260503" || !slices.Equal(got.ICalParameters["VALUE"], []string{"DATE"}) {
		t.Errorf("what is to come begins %+v", got)
	}
	if !strings.Contains(strings.ReplaceAll(body, "\r\n ", ""), "DESCRIPTION:Two harbours\\, one strait. 2 events are left out\\, since their days") {
		t.Errorf("it does not say what is left out: %s", body)
	}
	// The names stay, whatever else changes, and the number of a state grows.
	next := rift(t)
	next.Events = slices.Insert(next.Events, 0, news.Event{ID: "storm", What: "A storm", When: when(t, "2025-12-24"), Cites: next.Events[0].Cites})
	next.Events[2].What = "A ferry sinks"
	p.issue(t, "the-rift", next, news.Notice{Kind: news.Update, Text: "A storm."})
	later, err := ics.ParseCalendar(strings.NewReader(p.text(t, "/dossiers/the-rift/events.ics", calendarKind)))
	if err != nil || len(later.Events()) != 3 || later.Events()[1].Id() != events[0].Id() || later.Events()[1].GetProperty(ics.ComponentPropertySequence).Value != "1" {
		t.Errorf("later it is %v, %v", later, err)
	}
	vague := rift(t)
	vague.Events = vague.Events[:1]
	p.issue(t, "vague", vague, news.Notice{})
	p.get(t, "/dossiers/vague/events.ics", http.StatusNotFound)
}

var contentLine = regexp.MustCompile(`^[A-Z-]+(;[A-Z]+=[A-Z]+)*:[^\x00-\x08\x0a-\x1f\x7f]*$`)

// grammar holds a text to what RFC 5545 says of lines (3.1), and of what a calendar and an event must have (3.4, 3.6).
func grammar(text string) error {
	if !strings.HasSuffix(text, "\r\n") || strings.Count(text, "\n") != strings.Count(text, "\r\n") || strings.Count(text, "\r") != strings.Count(text, "\n") {
		return fmt.Errorf("a line does not end in CR and LF")
	}
	if !utf8.ValidString(text) {
		return fmt.Errorf("it is not UTF-8")
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 {
			return fmt.Errorf("a line has %d octets: %q", len(line), line)
		}
		if !utf8.ValidString(line) {
			return fmt.Errorf("a character is cut: %q", line)
		}
	}
	var within []string
	seen := map[string]int{}
	for line := range strings.SplitSeq(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n ", ""), "\r\n"), "\r\n") {
		if !contentLine.MatchString(line) {
			return fmt.Errorf("it is no content line: %q", line)
		}
		name, value, _ := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, ";")
		switch {
		case name == "BEGIN":
			within, seen = append(within, value), map[string]int{}
		case name == "END" && (len(within) == 0 || within[len(within)-1] != value):
			return fmt.Errorf("%s ends where it did not begin", value)
		case name == "END":
			if value == "VEVENT" && (seen["UID"] != 1 || seen["DTSTAMP"] != 1 || seen["DTSTART"] != 1 || seen["SUMMARY"] != 1) {
				return fmt.Errorf("an event lacks a property, or has it twice: %v", seen)
			}
			within = within[:len(within)-1]
		default:
			seen[name]++
		}
	}
	if len(within) != 0 || !strings.HasPrefix(text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:") {
		return fmt.Errorf("it does not begin or end as a calendar")
	}
	return nil
}

// Whatever is written of an event, a calendar keeps to its grammar, and a reader of calendars reads the same.
func FuzzCalendar(f *testing.F) {
	for _, seed := range [][3]string{
		{"A ferry sinks", "The strait", "accident"},
		{strings.Repeat("ä", 80), strings.Repeat("港", 60), "x"},
		{`a,b;c\d\n`, "BEGIN:VEVENT", "END:VCALENDAR"},
		{strings.Repeat("🗞", 25) + ";" + strings.Repeat("\\", 70), "\u00a0", "a:b"},
		{strings.Repeat("x", 66) + ",,,", `"q"`, "="},
		{"\xff\r\n", "a\nb", "\x00"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, what, where, kind string) {
		subject := rift(t)
		subject.Events[1].What, subject.Events[1].Where, subject.Events[1].Kind = what, where, kind
		text, err := site.CalendarOf(news.Dossier{Slug: "the-rift", Published: reading, Updated: reading, Revision: 1, Subject: subject}, "https://paper.example")
		if err != nil {
			t.Fatal(err)
		}
		oneLine := utf8.ValidString(what+where+kind) && !strings.ContainsFunc(what+where+kind, unicode.IsControl)
		if what == "" || !oneLine {
			return // no dossier may hold it: that it is written without a panic is enough
		}
		if err := grammar(string(text)); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		c, err := ics.ParseCalendar(bytes.NewReader(text))
		if err != nil || len(c.Events()) != 2 {
			t.Fatalf("%v\n%s", err, text)
		}
		for property, want := range map[ics.ComponentProperty]string{ics.ComponentPropertySummary: what, ics.ComponentPropertyLocation: where, ics.ComponentPropertyCategories: kind} {
			got := ""
			if v := c.Events()[0].GetProperty(property); v != nil {
				got = v.Value
			}
			if got != want {
				t.Fatalf("%s is read as %q, and was %q\n%s", property, got, want, text)
			}
		}
	})
}
