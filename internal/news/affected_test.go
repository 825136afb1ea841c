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

// affected is what the desk is told, a line for each figure.
func (h *house) affected(t *testing.T) string {
	t.Helper()
	list, err := h.Affected(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, a := range list {
		lines = append(lines, fmt.Sprintf("%s %d/%d {{%s}} %s -> %s %s%%%s", a.Slug, a.Revision, a.Entry, a.Figure.Expression, a.Was, a.Now,
			a.Deviation, a.Problem))
	}
	return strings.Join(lines, "\n")
}

func TestTheDeskIsToldWhichPublishedFiguresWereRevised(t *testing.T) {
	h := newHouse(t)
	body := "{{EUR/USD}} {{EUR/USD to 2}} {{USD/JPY @2026-01-30 to 2}} {{EUR/USD from page}} {{XNYS:RIO}} {{XNYS:RIO percent to 2}} {{EUR/BGN}}"
	id := h.save(t, story("Figures", body)).Story
	h.move(t, id, news.Move{To: news.Published})
	h.arrive(t, "Draft", news.Draft)
	h.arrive(t, "Withdrawn", news.Withdrawn)
	if got := h.affected(t); got != "" {
		t.Fatalf("before anything was revised:\n%s", got)
	}
	later := h.now.Add(time.Hour)
	h.record(t,
		said("bank", "EUR/USD", market.Rate, "1.1841", monday, later),                                                      // to two places the same
		said("bank", "EUR/JPY", market.Rate, "183.69", friday, later),                                                      // a leg of a cross
		said("page", "EUR/USD", market.Rate, "1.1861270", friday, later),                                                   // the same value, other digits
		said("page", "XNYS:RIO", market.Last, "91.08", monday, later),                                                      // below two figures
		said("bank", "EUR/USD", market.Rate, "1.3000", monday.AddDate(0, 0, 1), monday.AddDate(0, 0, 1).Add(15*time.Hour)), // another day
	)
	h.now = monday.AddDate(0, 0, 2)
	want := "figures 1/0 {{EUR/USD}} 1.1840 -> 1.1841 0.008446%\n" +
		"figures 1/0 {{USD/JPY @2026-01-30 to 2}} 154.03 -> 154.12 0.05843%\n" +
		"figures 1/0 {{XNYS:RIO}} 91.93 -> 91.08 -0.9246%\n" +
		"figures 1/0 {{XNYS:RIO percent to 2}} 0.93 -> 0.94 1.075%"
	if got := h.affected(t); got != want {
		t.Errorf("the desk is told\n%s\nnot\n%s", got, want)
	}
	list, err := h.Affected(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first := list[0]
	if p := first.Proposal; p.Kind != news.FigureCorrection || p.Text != "This story gave EUR/USD of 2 February 2026 as 1.1840, from A Bank. A Bank revised its data on 2 February 2026; the figure is 1.1841." {
		t.Errorf("it proposes %+v", p)
	}
	if b := first.Because[0]; b.Was.Value.String() != "1.1840" || b.Is.Value.String() != "1.1841" || first.Headline != "Figures" {
		t.Errorf("the first is %+v", first)
	}

	// One is dismissed, and listed again only when something else is said.
	if err := h.Dismiss(t.Context(), first, "editor", "p-1", "The last digit is of no matter."); err != nil {
		t.Fatal(err)
	}
	if got := h.affected(t); strings.Contains(got, "{{EUR/USD}}") {
		t.Errorf("a dismissed figure is listed:\n%s", got)
	}
	h.record(t, said("bank", "EUR/USD", market.Rate, "1.19", monday, h.now))
	if got := h.affected(t); !strings.Contains(got, "1/0 {{EUR/USD}} 1.1840 -> 1.19 ") || !strings.Contains(got, "1/0 {{EUR/USD to 2}} 1.18 -> 1.19 ") {
		t.Errorf("what was revised again is not listed:\n%s", got)
	}

	// The correction that was offered is signed: the story prints anew, and nothing is left.
	h.revise(t, id, "Figures", "{{EUR/USD @2026-02-02}}")
	h.move(t, id, news.Move{To: news.Published, Notice: first.Proposal})
	if got := h.affected(t); got != "" {
		t.Errorf("after the correction:\n%s", got)
	}
}

func TestTheDeskIsToldOfReleasedValuesAndOfEntries(t *testing.T) {
	h := newHouse(t)
	id := h.arrive(t, "Live", news.Published)
	if _, err := h.Tell(t.Context(), id, news.Entry{Body: "{{EUR/JPY}}", Author: "a"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Tell(t.Context(), id, news.Entry{Body: "{{EUR/JPY @2026-01-30}}", Author: "a"}); err != nil {
		t.Fatal(err)
	}
	held := said("bank", "EUR/JPY", market.Rate, "190", monday, h.now.Add(-time.Hour)) // heard before, and not believed
	if _, err := h.store.Hear(t.Context(), market.Heard{Source: bank, Held: []market.Held{{
		Observation: held, Doubt: market.Doubt{Reason: market.Jump, Text: "too far"}, State: market.Waiting,
	}}}); err != nil {
		t.Fatal(err)
	}
	if got := h.affected(t); got != "" {
		t.Errorf("while it waits:\n%s", got)
	}
	h.now = h.now.Add(24 * time.Hour)
	if _, err := h.ledger.Release(t.Context(), held.ID, "editor", "It was so."); err != nil {
		t.Fatal(err)
	}
	if got, want := h.affected(t), "live 0/1 {{EUR/JPY}} 183.59 -> 190 3.491%"; got != want {
		t.Errorf("the desk is told\n%s\nnot\n%s", got, want)
	}
	list, err := h.Affected(t.Context())
	if err != nil || !strings.Contains(list[0].Proposal.Text, "What A Bank had given for 2 February 2026 was confirmed on 3 February 2026; the figure is 190.") {
		t.Errorf("it proposes %+v, %v", list, err)
	}
	if _, err := h.Tell(t.Context(), id, news.Entry{Corrects: 1, Body: "{{EUR/JPY}}", Author: "a", Notice: list[0].Proposal}); err != nil {
		t.Fatal(err)
	}
	if got := h.affected(t); got != "" {
		t.Errorf("after the correction:\n%s", got)
	}
}

func TestADismissalIsSigned(t *testing.T) {
	h := newHouse(t)
	affected := func(id news.StoryID) news.Affected {
		return news.Affected{Because: []news.Shaken{{Place: news.Place{Story: id}}}}
	}
	live := h.arrive(t, "Live", news.Published)
	for want, c := range map[string]struct {
		a          news.Affected
		by, reason string
	}{
		"say who decides":    {affected(live), "", "x"},
		"say why the figure": {affected(live), "editor", " "},
		"must be one line":   {affected(live), "editor", "a\nb"},
		"that is not in the": {affected("nobody"), "editor", "x"},
	} {
		if err := h.Dismiss(t.Context(), c.a, c.by, "", c.reason); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestEveryKindOfFigureIsHeldAgainstWhatWasSaidSince(t *testing.T) {
	h := newHouse(t)
	body := "{{EUR/USD change since 2026-01-30}} {{EUR/USD % since 2026-01-30}} {{100 EUR in USD}}\n\n" +
		"{{table EUR/JPY EUR/USD}}\n\n{{chart EUR/USD since 2026-01-30}}\n"
	h.move(t, h.save(t, story("Kinds", body)).Story, news.Move{To: news.Published})
	h.record(t, said("bank", "EUR/USD", market.Rate, "1.1900", friday, h.now.Add(time.Minute)))
	h.now = h.now.Add(time.Hour)
	want := "kinds 1/0 {{EUR/USD change since 2026-01-30}} -0.0079 -> -0.0060 24.05%\n" +
		"kinds 1/0 {{EUR/USD % since 2026-01-30}} -0.66 -> -0.50 24.24%\n" +
		"kinds 1/0 {{chart EUR/USD since 2026-01-30}} 1.1919 -> 1.1900 -0.1594%"
	if got := h.affected(t); got != want {
		t.Errorf("the desk is told\n%s\nnot\n%s", got, want)
	}
	h.record(t, said("bank", "EUR/USD", market.Rate, "1.1940", monday, h.now.Add(time.Minute)))
	h.now = h.now.Add(time.Hour)
	for _, line := range []string{"{{100 EUR in USD}} 118.40 -> 119.40 0.8446%", "{{table EUR/JPY EUR/USD}} 1.1840 -> 1.1940 0.8446%", "-0.0079 -> 0.0040 150.6%"} {
		if got := h.affected(t); !strings.Contains(got, line) {
			t.Errorf("the desk is told\n%s\nwithout %s", got, line)
		}
	}
	list, err := h.Affected(t.Context())
	if err != nil || len(list) != 5 {
		t.Fatal(list, err)
	}
	if got := list[2].Proposal.Text; !strings.HasPrefix(got, "This story gave 100 EUR in USD on 2 February 2026 as 118.40, from A Bank.") {
		t.Errorf("it proposes %q", got)
	}
	for _, a := range list {
		if err := h.Dismiss(t.Context(), a, "editor", "", "It is of no matter."); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.affected(t); got != "" {
		t.Errorf("after all were dismissed:\n%s", got)
	}
}
