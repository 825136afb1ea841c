package news_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// edition is a page of two numbers and a story without figures, as an import makes it.
func edition(seen time.Time) news.Edition {
	return news.Edition{
		Sources: []market.Source{page},
		Observations: []market.Observation{
			said("page", "EUR/CHF", market.Rate, "0.9199", friday, seen),
			said("page", "EUR/SEK", market.Rate, "10.583212", friday, seen),
		},
		Stories: []news.Manuscript{{
			ID: "page-1", Slug: "a-story", State: news.Published, Published: friday, Updated: friday, Live: 1,
			Revisions: []news.Revision{{
				Story: "page-1", N: 1, Author: "import", At: seen,
				Content: news.Content{Headline: "A story", Section: "news", Bylines: []string{"A. Writer"}, Body: "A body."},
			}},
		}},
	}
}

func TestAPageIsAddedOnceHoweverOftenItIsRead(t *testing.T) {
	h := newHouse(t)
	first, err := h.AddPage(t.Context(), edition(h.now))
	if err != nil || first != (news.Receipt{Observations: 2, Stories: 1}) {
		t.Fatalf("the first reading: %+v, %v", first, err)
	}
	if len(h.events) != 2 || h.events[0] != (bus.Event{Topic: market.PriceTopic}) || h.events[1] != (bus.Event{Topic: news.StoryTopic}) {
		t.Errorf("the bus announced %v", h.events)
	}
	before := h.contents(t)
	if again, err := h.AddPage(t.Context(), edition(h.now.Add(time.Hour))); err != nil || again != (news.Receipt{}) {
		t.Errorf("the second reading: %+v, %v", again, err)
	}
	if h.contents(t) != before || len(h.events) != 2 {
		t.Errorf("the second reading changed the store, or was announced: %v", h.events)
	}
	if a, err := h.paper.Article(t.Context(), friday, "a-story"); err != nil || a.Content.Bylines[0] != "A. Writer" {
		t.Errorf("the article is %+v, %v", a, err)
	}
}

func TestAPageWhoseStoryIsThereWithAnotherTextIsAddedNotAtAll(t *testing.T) {
	h := newHouse(t)
	if _, err := h.AddPage(t.Context(), edition(h.now)); err != nil {
		t.Fatal(err)
	}
	before := h.contents(t)
	e := edition(h.now.Add(time.Hour))
	e.Observations[0] = said("page", "EUR/CHF", market.Rate, "0.5", friday, h.now.Add(time.Hour))
	e.Stories[0].Revisions[0].Content.Body = "Another body."
	if _, err := h.AddPage(t.Context(), e); !errors.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	if h.contents(t) != before {
		t.Error("it was added in part")
	}
}

func TestAnEditionIsAddedWholeOrNotAtAll(t *testing.T) {
	pin := news.Pin{
		Expression: "EUR/CHF", Symbol: "EUR/CHF", Field: market.Rate, Value: currency.MustDecimal("0.9199"),
		At: friday, Seen: friday, Source: "page", How: market.Said,
	}
	for want, spoil := range map[string]func(*news.Edition){
		"must be above zero":                       func(e *news.Edition) { e.Observations[1] = said("page", "EUR/SEK", market.Rate, "0", friday, friday) },
		"not among those given":                    func(e *news.Edition) { e.Sources = nil },
		"no name of at most 64":                    func(e *news.Edition) { e.Stories[0].ID = "" },
		"is no name for an address":                func(e *news.Edition) { e.Stories[0].Slug = "A Story" },
		"it has no revision":                       func(e *news.Edition) { e.Stories[0].Revisions = nil },
		"revision 2 stands where revision 1":       func(e *news.Edition) { e.Stories[0].Revisions[0].N = 2 },
		"revision 1 is of another story":           func(e *news.Edition) { e.Stories[0].Revisions[0].Story = "other" },
		"has no headline":                          func(e *news.Edition) { e.Stories[0].Revisions[0].Content.Headline = "" },
		"is a draft and yet published":             func(e *news.Edition) { e.Stories[0].State = news.Draft },
		"not when or which revision":               func(e *news.Edition) { e.Stories[0].Live = 2 },
		"but not when":                             func(e *news.Edition) { e.Stories[0].Published = time.Time{} },
		`there is no state "retracted"`:            func(e *news.Edition) { e.Stories[0].State = "retracted" },
		"which has not come":                       func(e *news.Edition) { e.Stories[0].Published = time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC) },
		"is not closed":                            func(e *news.Edition) { e.Stories[0].Revisions[0].Content.Body = "Fine.\n\n{{EUR/USD" },
		"an empty figure":                          func(e *news.Edition) { e.Stories[0].Revisions[0].Content.Body = "{{ }}" },
		"has 1 figures and 0 pins":                 func(e *news.Edition) { e.Stories[0].Revisions[0].Content.Body = "{{EUR/CHF}}" },
		"has 0 figures and 1 pins":                 func(e *news.Edition) { e.Stories[0].Pins = map[int][]news.Pin{1: {pin}} },
		"pins of revision 7, which does not exist": func(e *news.Edition) { e.Stories[0].Pins = map[int][]news.Pin{7: nil} },
		"{{EUR/SEK}} has the pin of {{EUR/CHF}}": func(e *news.Edition) {
			e.Stories[0].Revisions[0].Content.Body = "{{EUR/SEK}}"
			e.Stories[0].Pins = map[int][]news.Pin{1: {pin}}
		},
	} {
		h := newHouse(t)
		before := h.contents(t)
		for how, add := range map[string]func(news.Edition) error{
			"as an edition": func(e news.Edition) error { _, err := h.AddEdition(t.Context(), e, nil); return err },
			"as a page":     func(e news.Edition) error { _, err := h.AddPage(t.Context(), e); return err },
		} {
			e := edition(h.now)
			spoil(&e)
			if err := add(e); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) {
				t.Errorf("%s: %v, want %s", how, err, want)
			}
		}
		if h.contents(t) != before || len(h.events) != 0 {
			t.Errorf("%s: the refusal left something behind", want)
		}
	}
}

func TestAnEditionTakenOutCanBeAddedElsewhereWithItsPins(t *testing.T) {
	h := newHouse(t)
	r := h.save(t, story("Euro eases", "One euro bought {{EUR/USD}} and {{XNYS:RIO percent to 2}}, {{EUR/USD % since 2026-01-30}}, {{5 USD in JPY}}.\n\n"+
		"{{table EUR/USD USD/EUR}}\n\n{{chart EUR/USD since 2026-01-30 mark 2026-01-31 \"a\"}}"))
	if err := h.Publish(t.Context(), r.Story, 1, time.Time{}); err != nil {
		t.Fatal(err)
	}
	h.save(t, story("A draft", "{{EUR/JPY}}"))
	taken, err := h.store.Edition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other := newHouse(t)
	receipt, err := other.AddEdition(t.Context(), taken, nil)
	if err != nil || receipt != (news.Receipt{Stories: 2}) { // the market is the same in every house
		t.Fatalf("%+v, %v", receipt, err)
	}
	if h.contents(t) != other.contents(t) {
		t.Errorf("the two differ:\n%s\n%s", h.contents(t), other.contents(t))
	}
	if again, err := other.AddEdition(t.Context(), taken, nil); err != nil || again != (news.Receipt{}) {
		t.Errorf("added again: %+v, %v", again, err)
	}
}
