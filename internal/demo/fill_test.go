package demo_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/demo"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/store/storetest"
)

func filled(t *testing.T) (*market.Ledger, *news.Newsroom, *news.Paper) {
	t.Helper()
	db := storetest.Open(t)
	b := bus.New()
	ledger := market.NewLedger(db, b, market.LedgerOptions{})
	newsroom := news.NewNewsroom(db, ledger, b, nil)
	if err := demo.Fill(t.Context(), ledger, newsroom); err != nil {
		t.Fatal(err)
	}
	return ledger, newsroom, news.NewPaper(db)
}

func TestTheDemonstrationPaperHoldsItsStoriesWithEveryFigurePinned(t *testing.T) {
	ledger, newsroom, paper := filled(t)
	articles, err := paper.Articles(t.Context(), news.Selection{Pins: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(articles) < 8 || len(articles) > 12 {
		t.Errorf("%d stories, want 8 to 12", len(articles))
	}
	headlines, sections := map[string]bool{}, map[news.Slug]int{}
	for _, a := range articles {
		figures, err := news.Figures(a.Content.Body)
		if err == nil {
			_, err = news.PinsOf(figures, a.Pins)
		}
		if err != nil || len(figures) == 0 {
			t.Errorf("%s: %d figures and %d pins, %v", a.Slug, len(figures), len(a.Pins), err)
		}
		for _, p := range a.Pins {
			if p.Seen.After(a.Updated) {
				t.Errorf("%s: {{%s}} was learnt after the story was published", a.Slug, p.Expression)
			}
			t.Logf("%s {{%s}} = %s", a.Slug, p.Expression, p.Value)
		}
		if headlines[a.Content.Headline] || len(a.Content.Headline) > 60 {
			t.Errorf("the headline %q stands twice or is too long", a.Content.Headline)
		}
		headlines[a.Content.Headline] = true
		sections[a.Content.Section]++
		if n := len(strings.Fields(a.Content.Body)); n < 150 || n > 500 {
			t.Errorf("%s has %d words", a.Slug, n)
		}
	}
	if len(sections) < 3 {
		t.Errorf("the sections are %v", sections)
	}
	if err := demo.Fill(t.Context(), ledger, newsroom); err != nil {
		t.Errorf("filled again: %v", err)
	}
	if again, err := paper.Articles(t.Context(), news.Selection{Pins: true}); err != nil || len(again) != len(articles) {
		t.Errorf("filled again there are %d stories, %v", len(again), err)
	}
}

// unbound finds numbers with a decimal point, which in these stories are rates or prices.
var unbound = regexp.MustCompile(`\d+\.\d+`)

func TestRatesInTheStoriesAreBoundFigures(t *testing.T) {
	_, _, paper := filled(t)
	allowed := map[string]string{
		"1.7":  "the level at which the manat is held, from the table of pegs",
		"6.96": "the peg that Bolivia ended, from the table of pegs",
		"1.18": "rounded in a standfirst, where no figure can be bound",
		"1.19": "rounded in a standfirst, where no figure can be bound",
	}
	articles, err := paper.Articles(t.Context(), news.Selection{Pins: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range articles {
		text := news.ReplaceFigures(a.Content.Headline+"\n"+a.Content.Standfirst+"\n"+a.Content.Body, func(int) string { return "" })
		for _, n := range unbound.FindAllString(text, -1) {
			if allowed[n] == "" {
				t.Errorf("%s prints %s, which is not bound", a.Slug, n)
			}
		}
	}
}
