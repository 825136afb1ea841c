package mcp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

func when(text string) news.When {
	w, err := news.ParseWhen(text)
	if err != nil {
		panic(err)
	}
	return w
}

// strait is a dossier with a contradiction, what is to come, and more events than are told at once.
func strait() news.Subject {
	cites := []news.Cite{{Document: "log", Place: "page 2"}, {Document: "log", Place: "page 3"}}
	s := news.Subject{
		Content:  news.Content{Headline: "The strait", Standfirst: "Two harbours quarrel.", Section: "world", Body: "Text."},
		Standing: []news.Statement{{Text: "Two harbours quarrel over a lost ferry.", Cites: cites}},
		Actors:   []news.Actor{{ID: "north", Name: "Norrvik", Kind: news.Nation}, {ID: "south", Name: "The Meridian", Other: []string{"Südland"}, Kind: news.Nation}},
		Events: []news.Event{
			{ID: "ferry", What: "A ferry sinks", Says: "It sank at noon.", When: when("2026-01-15"), Where: "The strait", Cites: cites},
			{ID: "vote", What: "The South votes", When: when("2026-05-03"), Cites: cites},
		},
		Accounts: []news.Account{
			{ID: "rock", Event: "ferry", By: "north", On: when("2026-01-16"), Says: "It struck a rock.", Quote: "There was a rock.", Cites: cites},
			{ID: "mine", Event: "ferry", By: "south", Says: "It struck a mine.", Stance: news.Contradicts, Of: "rock", Cites: []news.Cite{{Document: "diary"}}},
		},
		Documents: []news.Document{
			{ID: "log", Title: "The log", Publisher: "Norrvik", Link: "https://harbour.example/log", On: when("2026-01-31")},
			{ID: "diary", Title: "The diary", Publisher: "Bo"},
			{ID: "unread", Title: "Cited by nobody", Publisher: "Bo"},
		},
		Series: []market.Symbol{"EUR/USD", "EUR/NOK"},
	}
	for n := range 60 {
		s.Events = append(s.Events, news.Event{ID: news.Slug(fmt.Sprintf("old-%d", n)), What: "An old raid", When: when(fmt.Sprintf("%d", 1900+n)), Cites: cites})
	}
	return s
}

// filed is a face over a store with the dossier, another that is no more than a draft, and two years of rates.
func filed(t *testing.T) face {
	t.Helper()
	f := newFace(t)
	var said []market.Observation
	n := 0
	for at := noon.Truncate(24*time.Hour).AddDate(-2, 0, 0); at.Before(noon.AddDate(0, 0, -3)); at = at.AddDate(0, 0, 1) {
		if wd := at.Weekday(); wd == time.Saturday || wd == time.Sunday {
			continue
		}
		n++
		v := []market.Source{bank, shown}
		for i, pair := range []market.Symbol{"EUR/USD", "EUR/NOK"} {
			value := fmt.Sprintf("1.1%03d", n%7)
			if at.Format(time.DateOnly) == "2026-01-15" {
				value = "1.25"
			}
			said = append(said, market.NewObservation(pair, market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: at.Add(16 * time.Hour)}, v[i].ID, ""))
		}
	}
	if _, err := f.ledger.Record(t.Context(), []market.Source{bank, shown}, said, nil); err != nil {
		t.Fatal(err)
	}
	draft := strait()
	draft.Content.Headline = "A secret strait"
	for _, d := range []news.DossierDraft{{Slug: "the-strait", Subject: strait(), Author: "Ada"}, {Slug: "secret", Subject: draft, Author: "Ada"}} {
		if _, err := f.newsroom.SaveDossier(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.newsroom.PublishDossier(t.Context(), news.DossierStep{Dossier: "the-strait", Revision: 1, By: "Ada"}); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestADossierIsToldWithWhoSaysWhatAndWhere(t *testing.T) {
	f := filed(t)
	for name, road := range roads {
		t.Run(name, func(t *testing.T) {
			c := road(t, f)
			for _, words := range []string{"the-strait", "strait", "Norrvik", "sudland STRAIT"} {
				r := c.call(t, "dossier", map[string]any{"dossier": words})
				r.want(t, "the-strait", "found", 0, "slug")
				r.want(t, "/dossiers/the-strait", "found", 0, "address")
				r.want(t, "2026-02-04T12:00:00Z", "updated")
				r.want(t, "log", "standing", 0, "documents", 0)
				r.want(t, 2.0, "more")
				r.want(t, "ferry", "events", 58, "id")
				r.want(t, "Norrvik", "events", 58, "accounts", 0, "by")
				r.want(t, "contradicts", "events", 58, "accounts", 1, "stance")
				r.want(t, "diary", "events", 58, "accounts", 1, "documents", 0)
				r.want(t, true, "events", 59, "coming")
				r.want(t, "The diary", "documents", 0, "title")
				r.says(t, "Two harbours quarrel over a lost ferry. [log]", "2026-01-15: A ferry sinks [ferry] [log]", "- The Meridian says (contradicts rock): It struck a mine. [diary]",
					"to come, 2026-05-03: The South votes", "2 earlier events were left out", "[log] The log, Norrvik 2026-01-31 https://harbour.example/log")
				if strings.Contains(r.text, "secret") || strings.Contains(r.text, "Cited by nobody") {
					t.Errorf("something is told that is not asked: %s", r.text)
				}
			}
			r := c.call(t, "dossier", nil)
			r.want(t, "the-strait", "found", 0, "slug")
			r.says(t, "1 dossiers:", "the-strait: The strait. Two harbours quarrel. (updated 2026-02-04 12:00 UTC)")
		})
	}
}

func TestWhatMarketsDidBesideAnEventComesWithItsSource(t *testing.T) {
	c := roads["http"](t, filed(t))
	r := c.call(t, "dossier", map[string]any{"dossier": "the-strait", "event": "ferry"})
	r.want(t, "ferry", "events", 0, "id")
	r.want(t, "bank", "reactions", 0, "source")
	r.want(t, "2026-01-14T00:00:00Z", "reactions", 0, "before", "at")
	r.want(t, "2026-01-14T16:00:00Z", "reactions", 0, "before", "seen")
	r.want(t, 1.0, "reactions", 0, "windows", 0, "sessions")
	r.want(t, 99.0, "reactions", 0, "windows", 0, "beyond")
	r.want(t, "EUR/NOK", "reactions", 1, "series")
	r.want(t, "No source whose numbers may be passed on has said enough of it.", "reactions", 1, "unfit")
	r.want(t, "A Bank", "sources", 0, "name")
	r.says(t, "by A Bank. Larger than 99 of 100 ordinary moves over one session.", "of causes nothing is known", "Source: A Bank, free to pass on")
	if n := len(r.at(t, "events").([]any)); n != 1 {
		t.Errorf("%d events are told", n)
	}
	r = c.call(t, "dossier", map[string]any{"dossier": "the-strait", "event": "vote"})
	r.want(t, "It has not happened yet.", "reactions", 0, "unfit")
}

func TestADossierThatThereIsNotIsSaidSo(t *testing.T) {
	c := roads["streams"](t, filed(t))
	for says, arguments := range map[string]map[string]any{
		`no dossier has all words of "secret"`: {"dossier": "secret"},
		`no dossier has all words of "a rift"`: {"dossier": "a rift"},
		`has no event "storm"`:                 {"dossier": "the-strait", "event": "storm"},
		"leave words out":                      {"dossier": strings.Repeat("strait ", 60)},
		"there is no argument \"slug\"":        {"slug": "the-strait"},
	} {
		r, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: "dossier", Arguments: arguments})
		if err != nil || !r.IsError || !strings.Contains(r.Content[0].(*sdk.TextContent).Text, says) {
			t.Errorf("%v: %+v, %v", arguments, r, err)
		}
	}
}
