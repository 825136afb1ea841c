package news_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// printed is what readers see of a story's figures.
func (h *house) printed(t *testing.T, id news.StoryID) string {
	t.Helper()
	m, err := h.Story(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range m.Pins[m.Live] {
		all = append(all, p.Printed().String())
	}
	return strings.Join(all, " ")
}

func TestACorrectionChangesTheFigureThatItNamesAndNoOther(t *testing.T) {
	h := newHouse(t)
	id := h.save(t, story("Figures", "{{EUR/USD}} {{XNYS:RIO}}")).Story
	h.move(t, id, news.Move{To: news.Published})
	h.record(t, said("bank", "EUR/USD", market.Rate, "1.1841", monday, h.now.Add(time.Hour)))
	h.now = monday.AddDate(0, 0, 2)
	h.record(t, // what the newest values are when it is corrected
		said("bank", "EUR/USD", market.Rate, "1.3000", monday.AddDate(0, 0, 1), h.now.Add(-time.Hour)),
		said("page", "XNYS:RIO", market.Last, "95.00", monday.AddDate(0, 0, 1), h.now.Add(-time.Hour)))
	list, err := h.Affected(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("affected are %+v, %v", list, err)
	}
	step, err := h.Correct(t.Context(), list, "editor", "p-1", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := h.printed(t, id); got != "1.1841 91.93" {
		t.Errorf("it prints %q", got)
	}
	m, err := h.Story(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if body := m.Revisions[1].Content.Body; len(step.Notice.Figures) != 1 || !strings.Contains(body, "{{"+step.Notice.Figures[0]+"}}") {
		t.Errorf("the notice is about %q, in the text %q", step.Notice.Figures, body)
	}
	if got := h.affected(t); got != "" {
		t.Errorf("after the correction:\n%s", got)
	}
}

func TestWhatACorrectionWouldNotTellOfItDoesNotDo(t *testing.T) {
	h := newHouse(t)
	id := h.save(t, story("Figures", "{{EUR/USD @2026-02-02}} {{XNYS:RIO @2026-02-02}}")).Story
	h.move(t, id, news.Move{To: news.Published})
	later := h.now.Add(time.Hour)
	h.record(t, said("bank", "EUR/USD", market.Rate, "1.1841", monday, later), said("page", "XNYS:RIO", market.Last, "91.08", monday, later))
	h.now = monday.AddDate(0, 0, 2)
	list, err := h.Affected(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("affected are %+v, %v", list, err)
	}
	entry, lost, old := list[0], list[0], list[0]
	entry.Entry, lost.Problem, old.Revision = 1, "Its source is gone.", 2
	for want, a := range map[string]news.Affected{
		"would be printed otherwise too": list[0], "an entry of the live story": entry, "has no value any more": lost, "is being changed": old,
	} {
		if _, err := h.Correct(t.Context(), []news.Affected{a}, "editor", "p-1", ""); !errors.Is(err, fault.Conflict) || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
	m, err := h.Story(t.Context(), id)
	if err != nil || len(m.Revisions) != 1 || m.State != news.Published || slices.ContainsFunc(m.Steps, func(s news.Step) bool { return s.Notice.Kind != "" }) {
		t.Errorf("something was done: %+v, %v", m, err)
	}
}
