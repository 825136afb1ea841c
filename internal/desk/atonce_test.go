package desk_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
)

// handTurns names the environment variable that says how often each hand does something, where not as often as usual.
const handTurns = "COURANT_HANDS_TEST_TURNS"

// hand is one of several who write the same story at once.
type hand struct {
	*testing.T
	h      *house
	client *http.Client
	person string
	name   string
	at     string // the story's address at the desk
	id     news.StoryID

	based, kept, count int
	copy               string // what was last kept of it; empty: nothing is
	saved              map[int]string
	steps, published   []string
	conflicts          int
}

func TestManyWhoWriteOneStoryAtOnceLoseNothing(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		const hands = 8
		turns := 40
		if text := os.Getenv(handTurns); text != "" {
			var err error
			if turns, err = strconv.Atoi(text); err != nil {
				t.Fatal(err)
			}
		}
		owner := h.owner(t)
		at := written(owner, "Eight hands", "The first words.")
		id := news.StoryID(strings.TrimPrefix(at, "/desk/stories/"))
		var all []*hand
		for n := range hands {
			name := fmt.Sprintf("Editor%d Person", n)
			b := h.invited(t, owner, name, staff.Editor)
			client := *b.Client
			client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			all = append(all, &hand{T: t, h: h, client: &client, name: name, at: at, id: id, based: 1, saved: map[int]string{}})
		}
		people, err := h.gate.People(t.Context(), h.gate.Operator())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range people {
			for _, w := range all {
				if w.name == p.Name {
					w.person = string(p.ID)
				}
			}
		}
		var writing sync.WaitGroup
		for _, w := range all {
			writing.Go(func() {
				for range turns {
					if !w.turn() {
						return
					}
				}
			})
		}
		writing.Wait()

		m, err := h.newsroom.Story(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		owned := map[int]string{1: "The first words."}
		steps, published, conflicts := 0, 0, 0
		for _, w := range all {
			for n, text := range w.saved {
				if other, taken := owned[n]; taken {
					t.Errorf("revision %d was acknowledged for %q and for %q", n, other, text)
				}
				owned[n] = text
			}
			steps, published, conflicts = steps+len(w.steps), published+len(w.published), conflicts+w.conflicts
			c, err := h.newsroom.Copy(t.Context(), id, w.person)
			if w.copy == "" && !errors.Is(err, fault.NotFound) || w.copy != "" && (err != nil || c.Content.Body != w.copy || c.N != w.kept) {
				t.Errorf("%s kept %q for the %d-th time, and there is %q of %d, %v", w.name, w.copy, w.kept, c.Content.Body, c.N, err)
			}
		}
		for i, r := range m.Revisions {
			if r.N != i+1 || r.Content.Body != owned[r.N] {
				t.Errorf("revision %d, the %d-th, is %q; acknowledged was %q", r.N, i+1, r.Content.Body, owned[r.N])
			}
		}
		shown := map[int]bool{}
		for i, s := range m.Steps {
			if s.N != i+1 {
				t.Errorf("step %d is the %d-th", s.N, i+1)
			}
			if s.To == news.Published {
				if shown[s.Revision] {
					t.Errorf("revision %d was published twice", s.Revision)
				}
				shown[s.Revision] = true
			}
		}
		if len(m.Revisions) != len(owned) || len(m.Steps) != steps || len(shown) != published {
			t.Errorf("%d revisions, %d steps, %d published; acknowledged were %d, %d, %d", len(m.Revisions), len(m.Steps), len(shown), len(owned), steps, published)
		}
		if conflicts < 10 || len(owned) < 5 || turns >= 200 && published < 3 {
			t.Errorf("too little happened: %d published, %d conflicts, %d revisions", published, conflicts, len(owned))
		}
		t.Logf("%d requests: %d revisions, %d steps, %d published, %d conflicts", hands*turns, len(owned), steps, published, conflicts)
	})
}

// turn does one thing of those that one does with a story, with what this hand knows of it.
func (w *hand) turn() bool {
	w.count++
	text := fmt.Sprintf("%s, text %d: one euro bought {{EUR/USD @2026-09-28}} dollars.", w.name, w.count)
	form := []string{"based-on", strconv.Itoa(w.based), "kept", strconv.Itoa(w.kept), "headline", "Eight hands", "section", "markets", "body", text}
	switch n := rand.IntN(10); {
	case n < 3:
		status, body := w.post(w.at+"/copy", form...)
		w.kept++
		w.copy = text
		return w.expect("keep", status, body, status == http.StatusOK && body == strconv.Itoa(w.kept))
	case n < 6:
		return w.save(text, form)
	}
	to := []news.State{news.Published, news.Published, news.Draft, news.Review, news.Ready}[rand.IntN(5)]
	move := []string{"to", string(to), "revision", strconv.Itoa(w.based), "reason", "A reason."}
	if rand.IntN(2) == 0 {
		move = append(move, "notice", string(news.Update), "notice-text", "There is something new.")
	}
	status, body := w.post(w.at+"/move", move...)
	switch status {
	case http.StatusSeeOther:
		w.steps = append(w.steps, string(to))
		if to == news.Published {
			w.published = append(w.published, strconv.Itoa(w.based))
		}
	case http.StatusBadRequest, http.StatusConflict:
		w.read(body)
		return w.expect("move", status, body, w.copy == "" || strings.Contains(body, ">"+w.copy+"</textarea>"))
	default:
		return w.expect("move", status, body, false)
	}
	return true
}

// save saves what is acknowledged as the next revision, or else must be in the writer's copy and on the page.
func (w *hand) save(text string, form []string) bool {
	status, body := w.post(w.at, form...)
	switch status {
	case http.StatusSeeOther:
		w.based++
		w.saved[w.based] = text
		w.kept, w.copy = 0, ""
		return true
	case http.StatusConflict:
		w.conflicts++
		w.copy = text
		w.read(body)
		c, err := w.h.newsroom.Copy(w.Context(), w.id, w.person)
		return w.expect("save", status, body, err == nil && c.Content.Body == text && c.N == w.kept && strings.Contains(body, ">"+text+"</textarea>"))
	}
	return w.expect("save", status, body, false)
}

var hidden = regexp.MustCompile(`name="(based-on|kept)" value="(\d+)"`)

// read takes from a page which revision is the last and how often the copy was kept.
func (w *hand) read(page string) {
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		n, _ := strconv.Atoi(m[2])
		if m[1] == "kept" {
			w.kept = n
		} else {
			w.based = n
		}
	}
}

func (w *hand) expect(what string, status int, body string, ok bool) bool {
	if !ok {
		w.Errorf("%s, to %s with revision %d and copy %d, %q: %d, %.3000s", w.name, what, w.based, w.kept, w.copy, status, said([]byte(body)))
	}
	return ok
}

func (w *hand) post(path string, fields ...string) (status int, body string) {
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r, err := w.client.PostForm(w.h.URL+path, form)
	if err != nil {
		return 0, err.Error()
	}
	defer r.Body.Close()
	all, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, err.Error()
	}
	return r.StatusCode, string(all)
}
