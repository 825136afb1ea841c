package demo_test

import (
	"slices"
	"testing"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

func TestTheDemonstrationPaperHoldsADossierWhoseEventsAreSetBesideTheMarkets(t *testing.T) {
	ledger, _, paper := filled(t)
	d, err := paper.Dossier(t.Context(), "baku-and-moscow")
	if err != nil {
		t.Fatal(err)
	}
	s := d.Subject
	if len(s.Events) != 5 || len(s.Scenarios) != 2 || len(s.Standing) != news.MaxStanding || len(d.Pins) == 0 {
		t.Errorf("it has %d events, %d scenarios, %d sentences, %d pins", len(s.Events), len(s.Scenarios), len(s.Standing), len(d.Pins))
	}
	for _, e := range s.Events {
		if told := s.Told(e.ID); (e.ID == "air-crash" || e.ID == "yekaterinburg") && !slices.ContainsFunc(told, func(a news.Account) bool { return a.Stance == news.Contradicts }) {
			t.Errorf("of %s both sides are not heard: %v", e.ID, told)
		}
	}
	articles, err := paper.Articles(t.Context(), news.Selection{})
	if err != nil || !slices.ContainsFunc(articles, func(a news.Article) bool { return slices.Contains(s.Stories, a.ID) }) {
		t.Errorf("none of its stories %v is there, %v", s.Stories, err)
	}
	var days []market.Days
	for _, e := range s.Timeline() {
		within, _ := e.When.Days()
		days = append(days, within)
	}
	for _, series := range s.Series {
		answers, err := ledger.Answers(t.Context(), series, days, 1, 5, 20)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range answers {
			if held := series == "EUR/AZN" || series == "USD/AZN"; held != (a.Held != "") || a.Unfit == "" {
				t.Errorf("of %s %s answers %q, %q", s.Timeline()[i].ID, series, a.Held, a.Unfit)
			}
		}
	}
}
