package news_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

func TestALiveStoryIsToldEntryByEntryAndCorrectedNotErased(t *testing.T) {
	h := newHouse(t)
	id := h.arrive(t, "A long night", news.Published)
	tell := func(e news.Entry) news.Entry {
		t.Helper()
		h.now = h.now.Add(time.Minute)
		e.Author = "A. Reporter"
		e.Person = "p-7"
		told, err := h.Tell(t.Context(), id, e)
		if err != nil {
			t.Fatal(err)
		}
		return told
	}
	tell(news.Entry{Body: "The euro stands at {{EUR/USD from page}}."})
	tell(news.Entry{Headline: "The bank acts", Body: "It said {{EUR/JPY}}."})
	h.record(t, said("bank", "EUR/JPY", market.Rate, "190", monday, h.now))
	tell(news.Entry{Corrects: 2, Headline: "The bank acts", Body: "It said {{EUR/JPY}}.", Notice: news.Notice{
		Kind: news.FigureCorrection, Text: "The yen stood at 190, not at 183.59.", Figures: []string{"EUR/JPY"},
	}})
	a, err := h.paper.Article(t.Context(), monday, "a-long-night")
	if err != nil || len(a.Moments) != 2 || a.Moments[0].N != 2 || a.Moments[0].Headline != "The bank acts" || a.Moments[1].Pins[0].Value.String() != "1.186127" {
		t.Fatalf("readers see %+v, %v", a.Moments, err)
	}
	if m := a.Moments[0]; m.Pins[0].Value.String() != "190" || len(m.Notices) != 1 || !m.At.Equal(a.Moments[1].At.Add(time.Minute)) {
		t.Errorf("the corrected entry is %+v", m)
	}
	if strings.Contains(fmt.Sprintf("%+v", a), "p-7") {
		t.Error("readers see the ID of a person")
	}
	m, err := h.Manuscript(t.Context(), "a-long-night")
	if err != nil || len(m.Entries) != 3 || m.Entries[1].Pins[0].Value.String() != "183.59" || m.Entries[1].Person != "p-7" {
		t.Errorf("kept are %+v, %v", m.Entries, err)
	}
	list, err := h.paper.Corrections(t.Context(), time.Time{}, 10)
	if err != nil || len(list) != 1 || list[0].Entry != 2 || list[0].Revision != 0 {
		t.Errorf("the corrections are %+v, %v", list, err)
	}
	for symbol, want := range map[market.Symbol]int{"EUR/JPY": 1, "XNYS:RIO": 0} {
		if found, err := h.paper.Articles(t.Context(), news.Selection{Symbol: symbol}); err != nil || len(found) != want {
			t.Errorf("%s is printed by %d stories, %v", symbol, len(found), err)
		}
	}
	for was, want := range map[market.ID]int{m.Entries[1].Pins[0].From[0]: 0, m.Entries[2].Pins[0].From[0]: 1} {
		if found, err := h.paper.Printing(t.Context(), was); err != nil || len(found) != want {
			t.Errorf("the number %s is printed by %d stories, not %d, %v", was, len(found), want, err)
		}
	}
	h.move(t, id, news.Move{To: news.Withdrawn, Reason: "x"})
	if list, err := h.paper.Corrections(t.Context(), time.Time{}, 10); err != nil || len(list) != 0 {
		t.Errorf("of a withdrawn story readers see %+v, %v", list, err)
	}
}

func TestAnEntryThatCannotBeToldIsRefused(t *testing.T) {
	h := newHouse(t)
	live, draft := h.arrive(t, "Live", news.Published), h.arrive(t, "Draft", news.Draft)
	if _, err := h.Tell(t.Context(), live, news.Entry{Body: "First.", Author: "a"}); err != nil {
		t.Fatal(err)
	}
	right := news.Notice{Kind: news.FactCorrection, Text: "x"}
	for want, c := range map[string]struct {
		id news.StoryID
		e  news.Entry
	}{
		"is not published":          {draft, news.Entry{Body: "x", Author: "a"}},
		"has no author":             {live, news.Entry{Body: "x"}},
		"says nothing":              {live, news.Entry{Body: " \n", Author: "a"}},
		"has no entry 2":            {live, news.Entry{Body: "x", Author: "a", Corrects: 2, Notice: right}},
		"has no entry -1":           {live, news.Entry{Body: "x", Author: "a", Corrects: -1, Notice: right}},
		"of what kind it is":        {live, news.Entry{Body: "x", Author: "a", Corrects: 1}},
		"say which entry":           {live, news.Entry{Body: "x", Author: "a", Notice: right}},
		"headline must be one line": {live, news.Entry{Body: "x", Author: "a", Headline: "a\nb"}},
		"{{EUR/CHF}} has no value":  {live, news.Entry{Body: "{{EUR/CHF}}", Author: "a"}},
		"not valid UTF-8":           {live, news.Entry{Body: "\xff", Author: "a"}},
		"an empty figure":           {live, news.Entry{Body: "{{}}", Author: "a"}},
	} {
		before := h.contents(t)
		if _, err := h.Tell(t.Context(), c.id, c.e); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if h.contents(t) != before {
			t.Errorf("%s: the refusal left something behind", want)
		}
	}
	if _, err := h.Tell(t.Context(), "nobody", news.Entry{}); !errors.Is(err, fault.NotFound) {
		t.Error(err)
	}
}
