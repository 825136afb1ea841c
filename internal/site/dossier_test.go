package site_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

func when(t *testing.T, text string) news.When {
	t.Helper()
	w, err := news.ParseWhen(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// strait is a dossier with one part of each kind and more.
func strait(t *testing.T) news.Subject {
	t.Helper()
	log := []news.Cite{{Document: "log", Place: "page 2"}}
	note := []news.Cite{{Document: "note"}}
	return news.Subject{
		Content:  news.Content{Headline: "The strait", Standfirst: "Two harbours quarrel.", Section: "world", Bylines: []string{"Ada Lind"}, Body: "One euro bought {{EUR/USD @2026-02-02}} dollars."},
		Standing: []news.Statement{{Text: "The ferry is not raised yet.", Cites: log}},
		Actors: []news.Actor{
			{ID: "north", Name: "Norrvik", Kind: news.Nation},
			{ID: "south", Name: "The Meridian", Kind: news.Nation, Other: []string{"The South"}},
			{ID: "anna-berg", Name: "Anna Berg", Kind: news.Person, Roles: []news.Role{{Title: "harbour master", Of: "north", From: when(t, "2019"), Cites: log}}},
			{ID: "a-berg", Name: "Berg, Anna", Kind: news.Person, Into: "anna-berg"},
		},
		Events: []news.Event{
			{ID: "fee", What: "The fee is raised", When: when(t, "2025-12-10"), Where: "Norrvik", Kind: "decree", Hands: []news.Hand{{Actor: "north", As: "decreed it"}}, Cites: note},
			{ID: "ferry", What: "A ferry sinks", Says: "It sank within twenty minutes.", When: when(t, "2025-12-22"), Where: "The strait", Kind: "accident", Hands: []news.Hand{{Actor: "a-berg", As: "led the search"}}, Cites: log},
			{ID: "talks", What: "Talks are called off", When: when(t, "2026-01"), Kind: "talks", Cites: note},
			{ID: "vote", What: "The South votes", When: when(t, "2026-05-03"), Kind: "vote", Hands: []news.Hand{{Actor: "south"}}, Cites: note},
		},
		Accounts: []news.Account{
			{ID: "rock", Event: "ferry", By: "north", On: when(t, "2025-12-26"), Says: "It struck a rock.", Quote: "There was a rock.", Cites: log},
			{ID: "mine", Event: "ferry", By: "south", On: when(t, "2025-12-27"), Says: "It struck a mine.", Stance: news.Contradicts, Of: "rock", Cites: note},
		},
		Relations: []news.Relation{{ID: "trade", From: "north", To: "south", Kind: "trades with", Mutual: true, Course: []news.Shift{
			{On: when(t, "2026-01"), Heading: news.Colder, Says: "No day is set for others.", Event: "talks", Cites: note},
		}}},
		Consequences: []news.Consequence{{ID: "fish", For: "fishermen", Says: "They stay at home.", By: "a-berg", Event: "ferry", Cites: log}},
		Scenarios: []news.Scenario{{
			ID: "bridge", Title: "A bridge is built", Says: "Both build a bridge.", By: "Ada Lind", On: when(t, "2026-01-02"),
			Signs:   []news.Sign{{Says: "A budget names it"}, {Says: "The bank is closed", Against: true, Event: "talks"}},
			Verdict: news.ProvenWrong, Closed: when(t, "2026-02-04"), Why: "The bank was closed to all works.",
		}},
		Documents: []news.Document{
			{ID: "log", Title: "The harbour's log", Publisher: "Harbour office", Link: "https://harbour.example/log", On: when(t, "2026-01-31"), Note: "Two pages are missing."},
			{ID: "note", Title: "A note", Publisher: "Ministry"},
			{ID: "atlas", Title: "An atlas", Publisher: "Nobody who is cited"},
		},
		Series: []market.Symbol{"EUR/USD", "USD/AED"},
	}
}

// sailed is a paper with a year and a half of the dollar, a story, and the dossier of the strait to which it belongs.
func sailed(t *testing.T) *paper {
	t.Helper()
	p := full(t)
	var all []market.Observation
	n := 0
	for at := monday.AddDate(-1, -6, 0); at.Before(friday); at = at.AddDate(0, 0, 1) {
		if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			continue
		}
		n++
		value := fmt.Sprintf("1.1%d00", 1+n%7)
		if at.Format(time.DateOnly) == "2025-12-22" {
			value = "1.2600"
		}
		all = append(all, said(bank, "EUR/USD", market.Rate, value, at))
	}
	if _, err := p.ledger.Record(t.Context(), []market.Source{bank}, all, nil); err != nil {
		t.Fatal(err)
	}
	p.print(t, "A second story", "world", "Words.", time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC))
	s := strait(t)
	s.Stories = []news.StoryID{p.story(t, "the-lev-is-gone").ID, p.story(t, "a-second-story").ID}
	p.file(t, s, 0, news.Notice{})
	return p
}

// file saves a dossier and publishes it.
func (p *paper) file(t *testing.T, s news.Subject, basedOn int, notice news.Notice) {
	t.Helper()
	slug := news.SlugOf(s.Content.Headline)
	r, err := p.newsroom.SaveDossier(t.Context(), news.DossierDraft{Slug: slug, BasedOn: basedOn, Subject: s, Author: "tests", Reason: "first"})
	if err == nil {
		_, err = p.newsroom.PublishDossier(t.Context(), news.DossierStep{Dossier: slug, Revision: r.N, By: "editor", Notice: notice})
	}
	if err != nil {
		t.Fatal(err)
	}
}

const straitPath = "/dossiers/the-strait"

// inOrder says whether no heading of a page skips a level.
func inOrder(t *testing.T, path string, doc *goquery.Document) {
	t.Helper()
	last := 0
	doc.Find("h1, h2, h3, h4").Each(func(_ int, h *goquery.Selection) {
		level := int(goquery.NodeName(h)[1] - '0')
		if level > last+1 {
			t.Errorf("%s: %q is of level %d behind one of %d", path, strings.TrimSpace(h.Text()), level, last)
		}
		last = level
	})
}

// rests says whether each cited source stands at the foot of a page, and no other.
func rests(t *testing.T, path string, doc *goquery.Document, all bool) {
	t.Helper()
	cited := map[string]bool{}
	doc.Find("a.cite").Each(func(_ int, a *goquery.Selection) {
		href, _ := a.Attr("href")
		cited[href] = true
		if doc.Find(".sourced li"+href).Length() != 1 {
			t.Errorf("%s: the source %s is not at the foot", path, href)
		}
	})
	if n := doc.Find(".sourced li").Length(); !all && n != len(cited) {
		t.Errorf("%s: %d sources stand at the foot, and %d are cited", path, n, len(cited))
	}
	if len(cited) == 0 {
		t.Errorf("%s cites nothing", path)
	}
}

func TestADossierIsReadOnOnePageWithWhatItRestsOn(t *testing.T) {
	p := sailed(t)
	doc := p.get(t, straitPath, 200)
	inOrder(t, straitPath, doc)
	rests(t, straitPath, doc, true)
	wantText(t, doc, ".head", "Dossier", "The strait", "Two harbours quarrel.", "By Ada Lind", "Published 5 February 2026, 12:00 UTC", "first revision")
	wantText(t, doc, ".standings li", "The ferry is not raised yet. [1, page 2]")
	wantText(t, doc, ".coming", "3 May 2026", "The South votes")
	wantText(t, doc, "ol.events", "A ferry sinks", "22 December 2025 · The strait · accident", "Anna Berg, led the search", "January 2026 · talks", "to come")
	if first := text(doc, "ol.events li:first-child h3"); first != "The South votes" {
		t.Errorf("the timeline begins with %q, not with the newest", first)
	}
	wantText(t, doc, ".bond", "Norrvik trades with The Meridian and the other way round", "colder", "No day is set for others.", "January 2026 · Talks are called off")
	wantText(t, doc, ".sayings", "For fishermen", "Anna Berg says: They stay at home.", "after A ferry sinks")
	wantText(t, doc, ".scenario", "A bridge is built", "Signed by Ada Lind, 2 January 2026", "Proven wrong, 4 February 2026: The bank was closed to all works.", "A budget names it Not seen", "The bank is closed Seen: Talks are called off")
	wantText(t, doc, ".cast", "Norrvik", "state", "Anna Berg", "harbour master, Norrvik, since 2019")
	wantText(t, doc, ".text", "One euro bought 1.1859 dollars.")
	wantText(t, doc, ".sourced", "The harbour's log. Harbour office. 31 January 2026", "Two pages are missing.", "An atlas")
	if a := doc.Find(".sourced a"); a.Length() != 1 || a.AttrOr("rel", "") != "noopener nofollow" || a.AttrOr("href", "") != "https://harbour.example/log" {
		t.Errorf("the documents lead to %d addresses", a.Length())
	}
	if strings.Contains(text(doc, "main"), "Berg, Anna") {
		t.Error("an actor who was merged into another is shown")
	}
	for _, end := range []string{"feed.atom", "events.ics"} {
		if doc.Find("link[rel=alternate][href='"+straitPath+"/"+end+"']").Length() != 1 || doc.Find("main a[href='"+straitPath+"/"+end+"']").Length() != 1 {
			t.Errorf("it is not told that there is %s", end)
		}
	}
	data := doc.Find("script[type='application/ld+json']").Text()
	for _, want := range []string{`"CollectionPage"`, `"@type":"Event"`, `"startDate":"2025-12-22"`, `"location":{"@type":"Place","name":"The strait"}`, `"@type":"Country"`, `"hasPart"`} {
		if !strings.Contains(data, want) {
			t.Errorf("machines are not told %s: %s", want, data)
		}
	}
	if strings.Contains(data, `"startDate":"2026-01"`) {
		t.Error("an event that is known by its month is told machines as if its day were known")
	}
}

func TestBesideEachEventStandsWhatAMarketDidAndHowThatIsMeasured(t *testing.T) {
	p := sailed(t)
	doc := p.get(t, straitPath, 200)
	wantText(t, doc, "#event-ferry .reacted", "EUR/USD", "over one session, from", "on 19 December 2025 to 1.2600 on 22 December 2025 (Central Bank).", "Larger than 99 of 100 ordinary moves over one session.")
	wantText(t, doc, "#event-fee .reacted", "It cannot be told from noise: larger than")
	wantText(t, doc, "#event-talks .reacted", "between 1 January 2026 and 31 January 2026", "cannot be assigned")
	if doc.Find("#event-vote .reacted").Length() != 0 {
		t.Error("a market is said to have answered to what is to come")
	}
	wantText(t, doc, ".method", "A session is a day of which the source has a value.", "what moved the market cannot be known from this")
	if strings.Contains(strings.ToLower(text(doc, ".reacted, .method")), "because") {
		t.Error("a cause is named")
	}
	// The chart, the list below it and the timeline bear the same numbers.
	var marks []string
	doc.Find("svg.plot .pin + text").Each(func(_ int, n *goquery.Selection) { marks = append(marks, n.Text()) })
	if strings.Join(marks, " ") != "1 2" || text(doc, "#event-fee .pinned") != "Marked on the chart as 1" || text(doc, "#event-ferry .pinned") != "Marked on the chart as 2" {
		t.Errorf("the chart bears %v", marks)
	}
	wantText(t, doc, ".marks li:nth-child(2)", "22 December 2025 A ferry sinks (1.2600)")
	wantText(t, doc, ".course figcaption", "not known to their day are not marked")

	const path = straitPath + "/events/ferry"
	doc = p.get(t, path, 200)
	inOrder(t, path, doc)
	rests(t, path, doc, false)
	rows := doc.Find(".series[aria-label='EUR/USD'] .moves tbody tr")
	if rows.Length() != 3 {
		t.Fatalf("there are %d windows", rows.Length())
	}
	wantText(t, doc, ".series[aria-label='EUR/USD']", "Before it:", "on 19 December 2025, Central Bank", "one session", "Larger than 99 of 100", "5 sessions", "20 sessions", "Into the same sessions fell Talks are called off", "ordinary moves")
	wantText(t, doc, ".series[aria-label='USD/AED']", "USD and AED were held to each other: the pair could not move.")
	if doc.Find(".series[aria-label='USD/AED'] .moves").Length() != 0 {
		t.Error("what could not answer is measured")
	}
	wantText(t, doc, ".method", "There are 3 results here", "in the three years before it")
	doc.Find(".moves a.bound").Each(func(_ int, a *goquery.Selection) {
		href, _ := a.Attr("href")
		wantText(t, p.get(t, href, 200), ".value", a.Text())
	})
	if n := doc.Find(".series[aria-label='EUR/USD'] table.days tbody tr").Length(); n < 30 {
		t.Errorf("beside the chart there is a table of %d values", n)
	}
	wantText(t, doc, ".turns", "Earlier The fee is raised", "Later Talks are called off")
	if doc := p.get(t, straitPath+"/events/vote", 200); doc.Find(".series").Length() != 0 {
		t.Error("markets are shown beside what is to come")
	}
}

func TestAccountsOfOneEventStandSideBySideWithWhoseTheyAre(t *testing.T) {
	p := sailed(t)
	for _, path := range []string{straitPath, straitPath + "/events/ferry"} {
		doc := p.get(t, path, 200)
		if n := doc.Find(".accounts > .account").Length(); n != 2 {
			t.Fatalf("%s: %d accounts stand side by side", path, n)
		}
		wantText(t, doc, "#account-rock", "Norrvik says", "26 December 2025", "It struck a rock.", "“There was a rock.”", "[1, page 2]")
		wantText(t, doc, "#account-mine", "The Meridian says", "27 December 2025", "contradicts the account of Norrvik", "It struck a mine.", "[2]")
		if doc.Find("#account-rock blockquote a.cite").Length() != 1 {
			t.Errorf("%s: a quotation is without its document", path)
		}
		if href, _ := doc.Find("#account-mine .stance a").Attr("href"); href != straitPath+"/events/ferry#account-rock" {
			t.Errorf("%s: what is contradicted is at %q", path, href)
		}
	}
}

func TestATimelineIsNarrowedByWhoWhereAndWhat(t *testing.T) {
	p := sailed(t)
	for query, want := range map[string]string{
		"":                              "4 events|The South votes|Talks are called off|A ferry sinks|The fee is raised",
		"?actor=anna-berg":              "1 of 4 events|A ferry sinks",
		"?actor=south":                  "2 of 4 events|The South votes|A ferry sinks",
		"?place=Norrvik":                "1 of 4 events|The fee is raised",
		"?kind=vote":                    "1 of 4 events|The South votes",
		"?actor=north&place=The+strait": "1 of 4 events|A ferry sinks",
		"?actor=north&kind=vote":        "0 of 4 events",
	} {
		doc := p.get(t, straitPath+query, 200)
		count, _, _ := strings.Cut(text(doc, ".tally span"), ",")
		got := []string{count}
		doc.Find("ol.events h3").Each(func(_ int, h *goquery.Selection) { got = append(got, h.Text()) })
		if strings.Join(got, "|") != want {
			t.Errorf("%q shows %q, want %q", query, got, want)
		}
		if back := doc.Find(".tally a[href='" + straitPath + "#timeline']").Length(); back != min(1, len(query)) {
			t.Errorf("%q has %d ways back", query, back)
		}
		if at, _ := doc.Find("link[rel=canonical]").Attr("href"); at != p.URL+straitPath {
			t.Errorf("%q is known as %q", query, at)
		}
		asked, _ := url.ParseQuery(strings.TrimPrefix(query, "?"))
		for name, values := range asked {
			if chosen := doc.Find("select[name="+name+"] option[selected]").AttrOr("value", ""); chosen != values[0] {
				t.Errorf("%q: the form of %s has %q chosen", query, name, chosen)
			}
		}
	}
	for _, query := range []string{"?actor=west", "?actor=a-berg", "?place=nowhere", "?kind=%3Cscript%3E", "?kind=" + strings.Repeat("x", 100)} {
		wantText(t, p.get(t, straitPath+query, 400), "main.error", map[bool]string{true: "choose one of those in its form", false: "80 is the most"}[len(query) < 100])
	}
}

func TestAnActorsPageGathersWhatItDidAndSaid(t *testing.T) {
	p := sailed(t)
	const path = straitPath + "/actors/anna-berg"
	doc := p.get(t, path, 200)
	inOrder(t, path, doc)
	rests(t, path, doc, false)
	wantText(t, doc, "main", "Anna Berg", "person", "harbour master, Norrvik, since 2019", "A ferry sinks", "led the search", "Anna Berg says: They stay at home.")
	wantText(t, p.get(t, straitPath+"/actors/south", 200), "main", "also: The South", "On A ferry sinks", "It struck a mine.", "trades with")
	client := *p.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Get(p.URL + straitPath + "/actors/a-berg")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMovedPermanently || resp.Header.Get("Location") != path {
		t.Errorf("an actor who was merged leads to %q, %s", resp.Header.Get("Location"), resp.Status)
	}
	const scenario = straitPath + "/scenarios/bridge"
	doc = p.get(t, scenario, 200)
	inOrder(t, scenario, doc)
	wantText(t, doc, ".verdict.refuted", "Proven wrong, 4 February 2026: The bank was closed to all works.")
	wantText(t, doc, "main", "Signed by Ada Lind, 2 January 2026", "Both build a bridge.", "It stays here as it was written")
}

func TestWhatIsNoPartOfAPublishedDossierIsNotReached(t *testing.T) {
	p := sailed(t)
	for path, says := range map[string]string{
		"/dossiers/never-filed": "", "/dossiers/No%20Slug": "no name", straitPath + "/events/storm": "no event", straitPath + "/actors/west": "no actor",
		straitPath + "/scenarios/tunnel": "no scenario", straitPath + "/events/": "", "/dossiers/never-filed/events/ferry": "",
	} {
		wantText(t, p.get(t, path, 404), "main.error", says)
	}
	next := strait(t)
	next.Standing[0].Text, next.Events[0].What = "A secret that nobody is told yet.", "A secret event"
	next.Events = append(next.Events, news.Event{ID: "secret", What: "A secret", When: when(t, "2026-01-05"), Cites: next.Events[0].Cites})
	if _, err := p.newsroom.SaveDossier(t.Context(), news.DossierDraft{Slug: "the-strait", BasedOn: 1, Subject: next, Author: "tests", Reason: "r"}); err != nil {
		t.Fatal(err)
	}
	draft := strait(t)
	draft.Content.Headline = "A secret dossier"
	if _, err := p.newsroom.SaveDossier(t.Context(), news.DossierDraft{Subject: draft, Author: "tests", Reason: "r"}); err != nil {
		t.Fatal(err)
	}
	p.get(t, straitPath+"/events/secret", 404)
	p.get(t, "/dossiers/a-secret-dossier", 404)
	for _, path := range []string{"/", "/dossiers/", straitPath, straitPath + "/events/fee", "/search?q=secret", "/rates/EUR-USD"} {
		doc := p.get(t, path, 200)
		if got := text(doc, "main .item, main .events, main .standings, main .marks, main h1"); strings.Contains(strings.ToLower(got), "secret") {
			t.Errorf("%s tells what is not published: %s", path, got)
		}
	}
	// A new revision shows at once, with what was corrected.
	if _, err := p.newsroom.PublishDossier(t.Context(), news.DossierStep{Dossier: "the-strait", Revision: 2, By: "editor", Notice: news.Notice{Kind: news.FactCorrection, Text: "It was a secret."}}); err != nil {
		t.Fatal(err)
	}
	doc := p.get(t, straitPath, 200)
	wantText(t, doc, ".correction", "Correction, 5 February 2026", "It was a secret.")
	wantText(t, doc, ".head", "revision 2")
	listed := p.get(t, "/corrections", 200)
	wantText(t, listed, "main", "The strait", "It was a secret.")
	anchor := listed.Find("main a[href^='/dossiers/']").AttrOr("href", "")
	if _, id, _ := strings.Cut(anchor, "#"); id == "" || doc.Find("#"+id).Length() != 1 {
		t.Errorf("the list of corrections leads to %q", anchor)
	}
	wantText(t, doc, ".standings", "A secret that nobody is told yet.")
	if _, err := p.newsroom.WithdrawDossier(t.Context(), news.DossierStep{Dossier: "the-strait", By: "editor", Reason: "r", Notice: news.Notice{Text: "Its log was forged."}}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{straitPath, straitPath + "/events/ferry", straitPath + "/actors/north", straitPath + "/scenarios/bridge"} {
		wantText(t, p.get(t, path, 410), "main.error", "withdrawn on 5 February 2026. Its log was forged.")
	}
	wantText(t, p.get(t, "/dossiers/", 200), "main", "Nothing is kept here yet.")
	wantText(t, p.get(t, "/corrections", 200), "main", "Nothing has been corrected.")
	if p.get(t, "/", 200).Find("a[href^='/dossiers']").Length() != 0 {
		t.Error("the front leads to a dossier that was withdrawn")
	}
}

func TestDossiersAreFoundFromTheFrontTheStoryThePairAndTheSearch(t *testing.T) {
	if full(t).get(t, "/", 200).Find("nav.sections a[href='/dossiers/']").Length() != 0 {
		t.Error("a paper without dossiers leads to them")
	}
	p := sailed(t)
	doc := p.get(t, "/", 200)
	inOrder(t, "/", doc)
	wantText(t, doc, ".files", "Dossiers", "The strait", "Two harbours quarrel.", "Next: 3 May 2026, The South votes", "Updated 5 February 2026, 12:00 UTC · 4 events")
	wantText(t, doc, "nav.sections", "Dossiers")
	wantText(t, p.get(t, "/dossiers/", 200), ".list", "The strait")
	doc = p.get(t, "/2026/02/02/the-lev-is-gone", 200)
	wantText(t, doc, ".within", "In the dossier The strait", "Next A second story")
	if strings.Contains(text(doc, ".within"), "Before") {
		t.Error("there is a story before the first")
	}
	wantText(t, p.get(t, "/2026/02/03/a-second-story", 200), ".within", "Before The lev is gone")
	number, _ := p.get(t, straitPath, 200).Find(".figures a[href^='/numbers/'], .text a[href^='/numbers/']").First().Attr("href")
	wantText(t, p.get(t, number, 200), "main", "Dossiers that print it", "The strait")
	for _, path := range []string{"/rates/EUR-USD", "/rates/USD-EUR", "/markets/currencies/USD"} {
		doc := p.get(t, path, 200)
		wantText(t, doc, ".course .marks", "22 December 2025 The strait: A ferry sinks", "10 December 2025 The strait: The fee is raised")
		if doc.Find(".marks a[href='"+straitPath+"/events/ferry']").Length() != 1 {
			t.Errorf("%s does not lead to the event", path)
		}
	}
	for query, want := range map[string]string{"strait": "The strait", "anna+berg": "Anna Berg", "norvik": "Norrvik", "ferry": "A ferry sinks", "quarrel+harbours": "The strait"} {
		wantText(t, p.get(t, "/search?q="+query, 200), "section[aria-labelledby=found-dossiers]", "The strait", want)
	}
	if p.get(t, "/search?q=submarine", 200).Find("#found-dossiers").Length() != 0 {
		t.Error("a dossier is found by what is not in it")
	}
	sitemap := p.text(t, "/sitemap.xml", "application/xml; charset=utf-8")
	for _, path := range []string{"/dossiers/<", straitPath + "<", straitPath + "/events/ferry<", straitPath + "/actors/south<", straitPath + "/scenarios/bridge<"} {
		if !strings.Contains(sitemap, p.URL+path) {
			t.Errorf("the sitemap lacks %s", path)
		}
	}
	if strings.Contains(sitemap, "/actors/a-berg") {
		t.Error("the sitemap lists an actor who was merged")
	}
}

func TestEveryLinkOfADossierLeadsSomewhere(t *testing.T) {
	p := sailed(t)
	seen, queue := map[string]bool{straitPath: true}, []string{straitPath}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		doc := p.get(t, path, http.StatusOK)
		doc.Find("main a[href^='/'], main a[href^='#']").Each(func(_ int, a *goquery.Selection) {
			href, _ := a.Attr("href")
			to, place, _ := strings.Cut(href, "#")
			if to == "" {
				if doc.Find("#"+place).Length() != 1 {
					t.Errorf("%s: %s leads nowhere", path, href)
				}
				return
			}
			if end := to[strings.LastIndexByte(to, '/')+1:]; !seen[to] && !strings.Contains(end, ".") && strings.HasPrefix(to, "/dossiers") {
				seen[to], queue = true, append(queue, to)
			}
		})
		if strings.HasPrefix(path, straitPath+"/") {
			inOrder(t, path, doc)
			if doc.Find("a.cite").Length() > 0 {
				rests(t, path, doc, false)
			}
		}
	}
	if len(seen) < 10 {
		t.Errorf("only %d pages were found: %v", len(seen), seen)
	}
}

// What a dossier holds in another language is told to be of it, and what is the page's own is not.
func TestADossierOfAnotherLanguageIsTaggedSo(t *testing.T) {
	p := full(t)
	s := strait(t)
	s.Content.Headline, s.Content.Language = "Der Sund", "de"
	p.file(t, s, 0, news.Notice{})
	doc := p.get(t, "/dossiers/der-sund", 200)
	for _, selector := range []string{"[lang=de] > h1", "#event-ferry h3 a[lang=de]", ".standings span[lang=de]", "#account-rock blockquote span[lang=de]"} {
		if doc.Find(selector).Length() != 1 {
			t.Errorf("there are %d of %s", doc.Find(selector).Length(), selector)
		}
	}
	if doc.Find("[lang=de] .meta, [lang=de] .reacted").Length() != 0 {
		t.Error("the page's own words are told to be German")
	}
}

func TestAnActorLeadsToTheSameInOtherDossiers(t *testing.T) {
	p := sailed(t)
	if p.get(t, straitPath+"/actors/anna-berg", 200).Find("#elsewhere").Length() != 0 {
		t.Error("one dossier is another")
	}
	log := []news.Document{{ID: "log", Title: "The cable's log", Publisher: "Norrvik"}}
	cable := news.Subject{
		Content: news.Content{Headline: "Das Kabel", Section: "world", Language: "de", Body: "Worte."}, Documents: log,
		Actors: []news.Actor{
			{ID: "berg", Name: "BERG, Ánna", Kind: news.Person},
			{ID: "norrvik", Name: "Norrvik", Kind: news.Organisation}, // a firm, and no state
			{ID: "southern", Name: "The South", Kind: news.Nation},    // which is another name, but not the name
			{ID: "dash", Name: "—", Kind: news.Person},
		},
	}
	p.file(t, cable, 0, news.Notice{})
	draft := cable
	draft.Content.Headline = "The secret cable"
	if _, err := p.newsroom.SaveDossier(t.Context(), news.DossierDraft{Subject: draft, Author: "tests"}); err != nil {
		t.Fatal(err)
	}
	doc := p.get(t, straitPath+"/actors/anna-berg", 200)
	wantText(t, doc, ".elsewhere", "BERG, Ánna in the dossier Das Kabel")
	var links []string
	doc.Find(".elsewhere a").Each(func(_ int, a *goquery.Selection) {
		links = append(links, a.AttrOr("href", "")+" "+a.AttrOr("lang", ""))
	})
	if got := strings.Join(links, ", "); got != "/dossiers/das-kabel/actors/berg de, /dossiers/das-kabel de" {
		t.Errorf("it leads to %s", got)
	}
	wantText(t, p.get(t, "/dossiers/das-kabel/actors/berg", 200), ".elsewhere", "Anna Berg in the dossier The strait")
	for _, path := range []string{straitPath + "/actors/north", straitPath + "/actors/south", "/dossiers/das-kabel/actors/dash"} {
		if found := p.get(t, path, 200).Find("#elsewhere"); found.Length() != 0 {
			t.Errorf("%s leads elsewhere", path)
		}
	}
}

func TestWhoSignsADossierIsLinkedToWhereTheySignStoriesToo(t *testing.T) {
	p := sailed(t)
	doc := p.get(t, straitPath, 200)
	if wantText(t, doc, ".head > .meta", "By Ada Lind. Published"); doc.Find("a[rel=author]").Length() != 0 {
		t.Error("who signed no story has a page")
	}
	p.signed(t, "Signed", friday, "Ada Lind")
	s := strait(t)
	s.Content.Bylines = []string{"Bo Ek", "Ada Lind"}
	p.file(t, s, 1, news.Notice{Kind: news.Update, Text: "Somebody else signs it, too."})
	doc = p.get(t, straitPath, 200)
	wantText(t, doc, ".head > .meta", "By Bo Ek, Ada Lind. Published")
	if a := doc.Find("a[rel=author]"); a.Length() != 1 || a.AttrOr("href", "") != "/authors/ada-lind" {
		t.Errorf("the by-line leads to %s", a.AttrOr("href", ""))
	}
	p.get(t, "/authors/ada-lind", 200)
}
