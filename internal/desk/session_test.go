package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
)

// Whatever ends a session ends it for the very next request, in whichever browser that is open.
func TestAnEndedSessionIsRefusedAtItsNextRequest(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		owner := h.owner(t)
		rosa := h.invited(t, owner, "Rosa Reporter", staff.Reporter)
		id := rosaID(t, h)
		another := func() string { // the session that was used last, besides the one that looks
			id, _ := rosa.get("/desk/account", http.StatusOK).Find("form[action$='/account/end'] input[name=id]").First().Attr("value")
			return id
		}
		for _, c := range []struct {
			what string
			end  func()
			back bool // Rosa's first browser ends too, and she signs in anew
		}{
			{"another password", func() {
				rosa.post("/desk/account/password", http.StatusOK, "password", password, "again", password)
			}, false},
			{"one session ended", func() {
				rosa.post("/desk/account/end", http.StatusOK, "id", another())
			}, false},
			{"all sessions ended", func() { rosa.post("/desk/account/end-all", http.StatusOK) }, true},
			{"another role", func() { owner.post("/desk/staff/"+id, http.StatusOK, "act", "role", "role", "contributor") }, true},
			{"ended by the owner", func() { owner.post("/desk/staff/"+id, http.StatusOK, "act", "end-sessions") }, true},
			{"disabled", func() { owner.post("/desk/staff/"+id, http.StatusOK, "act", "disable") }, true},
		} {
			t.Run(c.what, func(t *testing.T) {
				other := h.browser(t)
				in := func(b browser) {
					b.post("/desk/sign-in", http.StatusOK, "email", "rosa@paper.example", "password", password)
				}
				in(other)
				if title := other.get("/desk/", http.StatusOK).Find("h1").Text(); title != "Today" {
					t.Fatalf("she comes to %q", title)
				}
				at := written(other, "A story of "+c.what, "Words.")
				story := news.StoryID(strings.TrimPrefix(at, "/desk/stories/"))
				c.end()
				refused(t, h, other, at)
				if m, err := h.newsroom.Story(t.Context(), story); err != nil || len(m.Revisions) != 1 || len(m.Steps) != 0 {
					t.Errorf("afterwards it has %d revisions and %d steps, %v", len(m.Revisions), len(m.Steps), err)
				}
				if copies, err := h.newsroom.Copies(t.Context(), id); err != nil || len(copies) != 0 {
					t.Errorf("afterwards %d copies were kept, %v", len(copies), err)
				}
				if c.back {
					refused(t, h, rosa, at)
				} else if title := rosa.get("/desk/", http.StatusOK).Find("h1").Text(); title != "Today" {
					t.Errorf("the session that ended the other comes to %q", title)
				}
				if c.back && c.what != "disabled" {
					in(rosa)
				}
			})
		}
		if text := rosa.post("/desk/sign-in", http.StatusForbidden, "email", "rosa@paper.example", "password", password).Find(".said").Text(); !strings.Contains(text, "cannot sign in") {
			t.Errorf("who is disabled is told %q", text)
		}
	})
}

// refused makes sure that a browser's session opens nothing and does nothing.
func refused(t *testing.T, h *house, b browser, at string) {
	t.Helper()
	client := *b.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	form := url.Values{"based-on": {"1"}, "headline": {"Too late"}, "section": {"markets"}, "body": {"Too late."}, "to": {"review"}, "revision": {"1"}, "text": {"Too late."}}
	for _, path := range []string{at + "/copy", at, at + "/move", at + "/notes", "/desk/account/password"} {
		r, err := client.PostForm(h.URL+path, form)
		ended(t, r, err)
	}
	for _, path := range []string{"/desk/", at, at + "/preview", at + "/marks.json", "/desk/figures.json?q=usd", "/desk/account"} {
		r, err := client.Get(h.URL + path)
		ended(t, r, err)
	}
}

func ended(t *testing.T, r *http.Response, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	body := read(t, r)
	if to := r.Header.Get("Location"); r.StatusCode != http.StatusUnauthorized && (r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/desk/sign-in")) {
		t.Errorf("%s %s: %s to %q: %.300s", r.Request.Method, r.Request.URL, r.Status, to, said([]byte(body)))
	}
	if r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s %s may be kept: %q", r.Request.Method, r.Request.URL, r.Header.Get("Cache-Control"))
	}
}

func rosaID(t *testing.T, h *house) string {
	t.Helper()
	p, err := h.gate.Person(t.Context(), h.gate.Operator(), "rosa@paper.example")
	if err != nil {
		t.Fatal(err)
	}
	return string(p.ID)
}
