package news_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// move moves the last revision of a story, which must succeed.
func (h *house) move(t *testing.T, id news.StoryID, m news.Move) news.Step {
	t.Helper()
	there, err := h.store.Manuscript(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if m.Revision == 0 {
		m.Revision = len(there.Revisions)
	}
	if m.By == "" {
		m.By = "editor"
	}
	s, err := h.Move(t.Context(), id, m)
	if err != nil {
		t.Fatalf("to %s: %v", m.To, err)
	}
	return s
}

// revise saves the next revision of a story.
func (h *house) revise(t *testing.T, id news.StoryID, headline, body string) news.Revision {
	t.Helper()
	m, err := h.store.Manuscript(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	s := story(headline, body)
	s.ID, s.BasedOn = id, len(m.Revisions)
	return h.save(t, s)
}

// arrive brings a new story into a state.
func (h *house) arrive(t *testing.T, headline string, state news.State) news.StoryID {
	t.Helper()
	id := h.save(t, story(headline, "One euro bought {{EUR/USD}}.")).Story
	soon := h.now.Add(time.Hour)
	switch state {
	case news.Draft:
	case news.Scheduled, news.Embargoed:
		h.move(t, id, news.Move{To: news.Ready})
		h.move(t, id, news.Move{To: state, At: soon})
	case news.Withdrawn:
		h.move(t, id, news.Move{To: news.Published})
		h.move(t, id, news.Move{To: state, Reason: "It was wrong.", Notice: news.Notice{Text: "It rested on a forged letter."}})
	default:
		h.move(t, id, news.Move{To: state})
	}
	return id
}

var states = []news.State{news.Draft, news.Review, news.Ready, news.Scheduled, news.Embargoed, news.Published, news.Withdrawn}

func TestAStoryGoesFromStateToStateByTheTableAndNotOtherwise(t *testing.T) {
	h := newHouse(t)
	for _, from := range states {
		for _, to := range states {
			id := h.arrive(t, fmt.Sprintf("From %s to %s", from, to), from)
			before, err := h.store.Manuscript(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			allowed := slices.Contains(before.Turns(), to) && (from != news.Embargoed || to != news.Published) // before its time
			_, err = h.Move(t.Context(), id, news.Move{To: to, Revision: 1, By: "editor", Reason: "because", At: map[bool]time.Time{true: h.now.Add(time.Hour)}[to == news.Scheduled || to == news.Embargoed]})
			if allowed != (err == nil) || err != nil && !errors.Is(err, fault.Invalid) {
				t.Errorf("from %s to %s: %v, allowed: %v", from, to, err, allowed)
			}
			m, merr := h.store.Manuscript(t.Context(), id)
			if want := map[bool]news.State{true: to, false: from}[err == nil]; merr != nil || m.State != want {
				t.Errorf("from %s to %s: it is %s, %v", from, to, m.State, merr)
			}
			if n := len(m.Steps); err == nil && (m.Steps[n-1].By != "editor" || m.Steps[n-1].Reason != "because" || m.Steps[n-1].N != n) {
				t.Errorf("from %s to %s: on record is %+v", from, to, m.Steps[n-1])
			}
		}
	}
}

func TestATurnAsksForWhatItNeeds(t *testing.T) {
	h := newHouse(t)
	ready, review, published := h.arrive(t, "Ready", news.Ready), h.arrive(t, "Review", news.Review), h.arrive(t, "Published", news.Published)
	embargoed, draft := h.arrive(t, "Embargoed", news.Embargoed), h.arrive(t, "Draft", news.Draft)
	for want, c := range map[string]struct {
		id   news.StoryID
		move news.Move
	}{
		"say when the story":             {ready, news.Move{To: news.Scheduled, By: "e"}},
		"a moment that is still":         {ready, news.Move{To: news.Embargoed, By: "e", At: h.now}},
		"nobody took the step":           {ready, news.Move{To: news.Scheduled, By: " ", At: h.now.Add(time.Hour)}},
		"goes from review to draft":      {review, news.Move{To: news.Draft, By: "e", Reason: "\t"}},
		"from published to withdrawn":    {published, news.Move{To: news.Withdrawn, By: "e"}},
		"is under embargo until":         {embargoed, news.Move{To: news.Published, By: "e"}},
		"nothing to update":              {draft, news.Move{To: news.Published, By: "e", Notice: news.Notice{Kind: news.FactCorrection, Text: "x"}}},
		"of what kind the notice":        {draft, news.Move{To: news.Review, By: "e", Notice: news.Notice{Text: "x"}}},
		"which has not come":             {draft, news.Move{To: news.Published, By: "e", At: h.now.Add(time.Second)}},
		"reason for the step must be":    {draft, news.Move{To: news.Review, By: "e", Reason: "a\nb"}},
		"cannot be moved to \"nirvana\"": {draft, news.Move{To: "nirvana", By: "e"}},
		"from there it goes to review,":  {draft, news.Move{To: news.Withdrawn, By: "e", Reason: "x"}},
	} {
		c.move.Revision = 1
		before := h.contents(t)
		if _, err := h.Move(t.Context(), c.id, c.move); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if h.contents(t) != before {
			t.Errorf("%s: the refusal left something behind", want)
		}
	}
}

func TestWhatWasSignedIsNotChangedBehindASignature(t *testing.T) {
	h := newHouse(t)
	for _, state := range states {
		id := h.arrive(t, "Signed "+string(state), state)
		s := story("Changed", "text")
		s.ID, s.BasedOn = id, 1
		_, err := h.Save(t.Context(), s)
		m, merr := h.store.Manuscript(t.Context(), id)
		if merr != nil {
			t.Fatal(merr)
		}
		switch state {
		case news.Draft, news.Review:
			if err != nil || m.State != state {
				t.Errorf("%s: %v, and it is %s", state, err, m.State)
			}
		case news.Published:
			if err != nil || m.State != news.Draft || m.Live != 1 {
				t.Errorf("%s: %v, and it is %s, readers see %d", state, err, m.State, m.Live)
			}
		default:
			if !errors.Is(err, fault.Conflict) || m.State != state || len(m.Revisions) != 1 {
				t.Errorf("%s: %v, and it is %s with %d revisions", state, err, m.State, len(m.Revisions))
			}
		}
	}
}

func TestOfTwoWhoMoveOneStoryOneDoes(t *testing.T) {
	h := newHouse(t)
	id := h.arrive(t, "Wanted by many", news.Ready)
	outcome := make([]error, 8)
	var all sync.WaitGroup
	for i := range outcome {
		all.Go(func() {
			_, outcome[i] = h.Move(t.Context(), id, news.Move{To: news.Published, Revision: 1, By: fmt.Sprint("editor ", i)})
		})
	}
	all.Wait()
	done := 0
	for _, err := range outcome {
		if err == nil {
			done++
		} else if !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.Invalid) { // it is published already
			t.Error(err)
		}
	}
	if m, err := h.store.Manuscript(t.Context(), id); err != nil || done != 1 || len(m.Steps) != 2 {
		t.Errorf("%d succeeded, on record is %+v, %v", done, m.Steps, err)
	}
	// Who has not read the last revision moves nothing.
	h.revise(t, id, "Another text", "x")
	if _, err := h.Move(t.Context(), id, news.Move{To: news.Review, Revision: 1, By: "editor"}); !errors.Is(err, fault.Conflict) {
		t.Errorf("a revision that is not the last: %v", err)
	}
}

func TestWhatIsDueGoesOutAtItsTimeAndOnce(t *testing.T) {
	h := newHouse(t)
	scheduled, embargoed, later := h.arrive(t, "Scheduled", news.Scheduled), h.arrive(t, "Embargoed", news.Embargoed), h.arrive(t, "Later", news.Ready)
	h.move(t, later, news.Move{To: news.Scheduled, At: h.now.Add(48 * time.Hour)})
	if next, err := h.Due(t.Context()); err != nil || !next.Equal(h.now.Add(time.Hour)) {
		t.Errorf("next %v, %v", next, err)
	}
	if seen, err := h.paper.Articles(t.Context(), news.Selection{}); err != nil || len(seen) != 0 {
		t.Errorf("before their time readers see %v, %v", seen, err)
	}
	h.record(t, said("bank", "EUR/USD", market.Rate, "1.2050", monday, h.now.Add(30*time.Minute)))
	h.now = h.now.Add(5 * time.Hour) // the paper did not run when they were due
	var all sync.WaitGroup
	for range 4 { // machines
		all.Go(func() {
			if next, err := h.Due(t.Context()); err != nil || !next.Equal(h.now.Add(43*time.Hour)) {
				t.Errorf("next %v, %v", next, err)
			}
		})
	}
	all.Wait()
	for _, id := range []news.StoryID{scheduled, embargoed} {
		m, err := h.store.Manuscript(t.Context(), id)
		last := m.Steps[len(m.Steps)-1]
		if err != nil || m.Live != 1 || !m.Published.Equal(h.now) || len(m.Steps) != 3 || last.By != "Courant" || m.Pins[1][0].Value.String() != "1.2050" {
			t.Errorf("%s: %+v, %v", id, m, err)
		}
	}
	if m, err := h.store.Manuscript(t.Context(), later); err != nil || m.State != news.Scheduled {
		t.Errorf("the later one is %s, %v", m.State, err)
	}
}

func TestAStoryThatIsDueAndCannotBePublishedIsReadyAgainWithTheReason(t *testing.T) {
	h := newHouse(t)
	id := h.save(t, story("A franc", "{{EUR/CHF}}")).Story
	h.move(t, id, news.Move{To: news.Ready})
	h.move(t, id, news.Move{To: news.Scheduled, At: h.now.Add(time.Hour)})
	other := h.arrive(t, "Beside it", news.Scheduled)
	h.now = h.now.Add(time.Hour)
	if next, err := h.Due(t.Context()); err != nil || !next.IsZero() {
		t.Errorf("next %v, %v", next, err)
	}
	m, err := h.store.Manuscript(t.Context(), id)
	if last := m.Steps[len(m.Steps)-1]; err != nil || m.State != news.Ready || m.Live != 0 || !strings.Contains(last.Reason, "no source has said what EUR/CHF was") {
		t.Errorf("it is %s, on record %+v, %v", m.State, last, err)
	}
	if m, err := h.store.Manuscript(t.Context(), other); err != nil || m.State != news.Published {
		t.Errorf("the one beside it is %s, %v", m.State, err)
	}
}

func TestTheNewsroomWakesWhenAStoryIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		began := time.Now()
		h.clock = func() time.Time { return monday.Add(18*time.Hour + time.Since(began)) }
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		defer running.Wait()
		defer stop()
		running.Go(func() { h.Run(ctx, nil) })
		id := h.save(t, story("Scheduled", "x")).Story
		h.move(t, id, news.Move{To: news.Ready})
		h.move(t, id, news.Move{To: news.Scheduled, At: h.clock().Add(5*time.Minute + time.Second)})
		for _, c := range []struct {
			after time.Duration
			want  news.State
		}{{5 * time.Minute, news.Scheduled}, {2 * time.Second, news.Published}} {
			time.Sleep(c.after) // of the bubble's clock
			if m, err := h.store.Manuscript(t.Context(), id); err != nil || m.State != c.want {
				t.Errorf("after %v it is %s, %v", time.Since(began), m.State, err)
			}
		}
	})
}

func TestAChangeOfALiveStoryIsToldAsWhatItIs(t *testing.T) {
	h := newHouse(t)
	id := h.arrive(t, "Euro eases", news.Published)
	h.revise(t, id, "Euro eases", "One euro bought {{EUR/USD to 2}}.")
	for want, n := range map[string]news.Notice{
		"was published before: say whether": {},
		"say why revision 2":                {Kind: news.Minor},
		"an update says what is new":        {Kind: news.Update},
		"a correction says what was wrong":  {Kind: news.FigureCorrection, Text: " "},
		"there is no notice of the kind":    {Kind: "oops", Text: "x"},
		"readers are told nothing":          {Kind: news.Minor, Text: "x"},
		"{{XX}}":                            {Kind: news.FigureCorrection, Text: "x", Figures: []string{"XX"}},
		"must be one line":                  {Kind: news.Update, Text: "a\nb"},
	} {
		move := news.Move{To: news.Published, Revision: 2, By: "editor", Notice: n}
		if n.Text == "x" {
			move.Reason = "y"
		}
		if _, err := h.Move(t.Context(), id, move); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("%+v: %v, want %s", n, err, want)
		}
	}
	correction := news.Notice{Kind: news.FigureCorrection, Text: "The story said 1.1840; to two places it is 1.18.", Figures: []string{"EUR/USD"}}
	h.move(t, id, news.Move{To: news.Published, Notice: correction})
	h.revise(t, id, "Euro eases again", "One euro bought {{EUR/USD to 2}}.")
	h.move(t, id, news.Move{To: news.Published, Reason: "A word.", Notice: news.Notice{Kind: news.Minor}})
	h.revise(t, id, "Euro eases once more", "One euro bought {{EUR/USD to 2}}.")
	h.move(t, id, news.Move{To: news.Ready})
	h.move(t, id, news.Move{To: news.Scheduled, At: h.now.Add(time.Minute), Notice: news.Notice{Kind: news.Update, Text: "The bank has spoken."}})
	h.now = h.now.Add(time.Minute)
	if _, err := h.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := h.paper.Article(t.Context(), monday, "euro-eases")
	if err != nil || len(a.Notices) != 2 || a.Notices[0].Text != correction.Text || a.Notices[0].Revision != 2 || a.Notices[0].Figures[0] != "EUR/USD" ||
		a.Notices[1].Kind != news.Update || a.Notices[1].Revision != 4 || !a.Notices[1].At.Equal(h.now) {
		t.Errorf("readers are told %+v, %v", a.Notices, err)
	}
	list, err := h.paper.Corrections(t.Context(), time.Time{}, 10)
	if err != nil || len(list) != 1 || list[0].Headline != "Euro eases once more" || list[0].Path() != "/2026/02/02/euro-eases" || list[0].Text != correction.Text {
		t.Errorf("the corrections are %+v, %v", list, err)
	}
	if older, err := h.paper.Corrections(t.Context(), list[0].At, 10); err != nil || len(older) != 0 {
		t.Errorf("before the first there is %+v, %v", older, err)
	}
}

func TestAWithdrawnStoryIsGoneAndComesBackOnlyAnew(t *testing.T) {
	h := newHouse(t)
	id := h.arrive(t, "A letter", news.Withdrawn)
	_, err := h.paper.Article(t.Context(), monday, "a-letter")
	if !errors.Is(err, fault.Gone) || !strings.Contains(fault.Sentence(err), "withdrawn on 2 February 2026. It rested on a forged letter.") {
		t.Errorf("at its address: %v", err)
	}
	if strings.Contains(fault.Sentence(err), "It was wrong") {
		t.Error("the newsroom's own reason is shown to readers")
	}
	if _, err := h.paper.Article(t.Context(), friday, "a-letter"); !errors.Is(err, fault.NotFound) {
		t.Errorf("on another day: %v", err)
	}
	for _, which := range []news.Selection{{}, {Section: "markets"}, {Symbol: "EUR/USD"}} {
		if seen, err := h.paper.Articles(t.Context(), which); err != nil || len(seen) != 0 {
			t.Errorf("%+v: %v, %v", which, seen, err)
		}
	}
	h.move(t, id, news.Move{To: news.Draft, Reason: "The letter is genuine."})
	if _, err := h.Move(t.Context(), id, news.Move{To: news.Published, Revision: 1, By: "editor", Notice: news.Notice{Kind: news.Update, Text: "It is genuine."}}); !errors.Is(err, fault.Conflict) {
		t.Errorf("the same revision again: %v", err)
	}
	h.revise(t, id, "A letter", "It is genuine.")
	if _, err := h.paper.Article(t.Context(), monday, "a-letter"); !errors.Is(err, fault.Gone) {
		t.Errorf("while it is written anew: %v", err)
	}
	h.now = h.now.Add(48 * time.Hour)
	h.move(t, id, news.Move{To: news.Published, Notice: news.Notice{Kind: news.FactCorrection, Text: "It is genuine."}})
	if a, err := h.paper.Article(t.Context(), monday, "a-letter"); err != nil || a.Revision != 2 || len(a.Notices) != 1 {
		t.Errorf("published again: %+v, %v", a, err)
	}
}

func TestAFormerNameLeadsToItsStoryForEver(t *testing.T) {
	h := newHouse(t)
	id := h.arrive(t, "First", news.Published)
	other := h.arrive(t, "Other", news.Draft)
	for _, slug := range []news.Slug{"second", "third", "first", "third"} {
		if _, err := h.Rename(t.Context(), id, slug, "editor", "", "clearer"); err != nil {
			t.Fatal(slug, err)
		}
	}
	for _, slug := range []news.Slug{"first", "second", "third"} {
		if a, err := h.paper.Article(t.Context(), monday, slug); err != nil || a.ID != id || a.Path() != "/2026/02/02/third" {
			t.Errorf("%s: %+v, %v", slug, a, err)
		}
		if _, err := h.Rename(t.Context(), other, slug, "editor", "", ""); !errors.Is(err, fault.Conflict) {
			t.Errorf("another story takes %s: %v", slug, err)
		}
		s := story("New", "")
		if s.Slug = slug; true {
			if _, err := h.Save(t.Context(), s); !errors.Is(err, fault.Conflict) {
				t.Errorf("a new story takes %s: %v", slug, err)
			}
		}
	}
	if m, err := h.Manuscript(t.Context(), "second"); err != nil || m.Slug != "third" || !slices.Equal(m.Former, []news.Slug{"first", "second"}) || m.State != news.Published {
		t.Errorf("the manuscript %+v, %v", m, err)
	}
	if _, err := h.Rename(t.Context(), id, "third", "editor", "", ""); !errors.Is(err, fault.Invalid) {
		t.Errorf("to the name that it has: %v", err)
	}
}

func TestContentOfImagesAndLanguagesIsChecked(t *testing.T) {
	h := newHouse(t)
	good := news.Image{Media: "a1b2.jpg", Alt: "A ferry", FocusX: 500, FocusY: 1000}
	for want, change := range map[string]func(*news.Content){
		"no name of a picture":          func(c *news.Content) { c.Images[0].Media = "../etc/passwd" },
		"say what a1b2.jpg shows":       func(c *news.Content) { c.Images[0].Alt = " " },
		"marked as decorative, and yet": func(c *news.Content) { c.Images[0].Decorative = true },
		"both are thousandths":          func(c *news.Content) { c.Images[0].FocusX = 1001 },
		"caption of a1b2.jpg must be":   func(c *news.Content) { c.Images[0].Caption = "a\nb" },
		"50 is the most":                func(c *news.Content) { c.Images = slices.Repeat(c.Images, 51) },
		"write it as BCP 47":            func(c *news.Content) { c.Language = "English, please" },
		"is named twice":                func(c *news.Content) { c.Topics = []news.Slug{"euro", "banks", "euro"} },
	} {
		s := story("A ferry", "")
		s.Content.Images = []news.Image{good}
		change(&s.Content)
		if _, err := h.Save(t.Context(), s); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	s := story("A ferry", "")
	s.Content.Images = []news.Image{good, {Media: "line.svg", Decorative: true}}
	s.Content.Language = "ar-EG"
	id := h.save(t, s).Story
	if m, err := h.store.Manuscript(t.Context(), id); err != nil || !slices.Equal(m.Revisions[0].Content.Images, s.Content.Images) {
		t.Errorf("kept are %+v, %v", m.Revisions[0].Content.Images, err)
	}
	for lang, want := range map[string]string{"": "ltr", "en": "ltr", "ar": "rtl", "he-IL": "rtl", "uz": "ltr", "uz-Arab": "rtl", "fa": "rtl", "ja": "ltr", "dv": "rtl"} {
		if got := (news.Content{Language: lang}).Direction(); got != want {
			t.Errorf("%s is written %s", lang, got)
		}
	}
}
