package desk_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/desk"
	"github.com/courant-news/courant/internal/staff"
)

// from sends a form as a browser does that reached the paper at an origin.
func (b browser) from(origin, path string, status int, fields ...string) string {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequest(http.MethodPost, b.at(path), strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	_, r.Host, _ = strings.Cut(origin, "://")
	r.Header.Set("Origin", origin)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	reply, err := b.Do(r)
	return b.page(reply, err, status).Find(".said.problem").Text()
}

func TestWhoWouldNotStaySignedInIsToldWhyAndKeepsTheLink(t *testing.T) {
	h := newHouse(t)
	link, err := h.gate.Setup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := h.browser(t)
	path := link.At("")
	fields := []string{"name", "Olga Owner", "email", "olga@paper.example", "password", password, "again", password}
	if text := b.from("http://paper.example", path, http.StatusBadRequest, fields...); !strings.Contains(text, "reach the paper by https") {
		t.Errorf("setting up without TLS is told %q", text)
	}
	b.post(path, http.StatusOK, fields...) // the link is good still
	if text := h.browser(t).from("http://paper.example", "/desk/sign-in", http.StatusBadRequest, fields...); !strings.Contains(text, "reach the paper by https") {
		t.Errorf("signing in without TLS is told %q", text)
	}
	for _, origin := range []string{"http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080", "https://paper.example"} {
		if text := h.browser(t).from(origin, "/desk/sign-in", http.StatusForbidden, "email", "olga@paper.example", "password", "a guess"); !strings.Contains(text, "not right") {
			t.Errorf("at %s it is told %q", origin, text)
		}
	}
}

func TestWhatGoesWrongWithAPasskeyIsSaidInASentence(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	r, err := owner.Post(h.URL+"/desk/passkeys/sign-in", "application/json", strings.NewReader("no reply"))
	if err != nil || r.StatusCode != http.StatusBadRequest {
		t.Fatalf("%v, %v", r, err)
	}
	if text := read(t, r); strings.Contains(text, "<") || !strings.Contains(text, "no reply of a passkey") {
		t.Errorf("the script is told %q", text)
	}
	h.now = h.now.Add(time.Hour) // who has to prove anew who they are is led there
	ask, err := http.NewRequest(http.MethodPost, h.URL+"/desk/passkeys/new", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	ask.Header.Set("Referer", h.URL+"/desk/account")
	r, err = owner.Do(ask)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if to := r.Request.URL.RequestURI(); to != "/desk/prove?next=%2Fdesk%2Faccount" {
		t.Errorf("an hour later adding a passkey leads to %s, %s", to, r.Status)
	}
}

func TestWhoMayOnlyReadAStoryFindsNothingToWriteWith(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	at := written(owner, "An owner's story", "Words.", "image-caption", "x")
	for _, role := range []staff.Role{staff.Reporter, staff.Auditor} {
		doc := h.invited(t, owner, string(role)+" person", role).get(at, http.StatusOK)
		if n := doc.Find(".editor button, script[src*='desk.']").Length(); n != 0 {
			t.Errorf("%s: %d buttons and scripts to write with", role, n)
		}
		if n := doc.Find(".editor input[name], .editor textarea[name]").Not("[readonly], [type=hidden]").Length(); n != 0 {
			t.Errorf("%s: %d fields to write in", role, n)
		}
		if text := doc.Find(".standfirst").Text(); !strings.Contains(text, "may") {
			t.Errorf("%s is told %q", role, text)
		}
	}
	if n := owner.get(at, http.StatusOK).Find(".editor button, script[src*='desk.']").Length(); n < 3 {
		t.Errorf("the owner has %d buttons and scripts", n)
	}
}

func TestNoStoryBeginsUnderANameThatNobodyGave(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	for _, id := range []string{"short", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "aaaaaaaaaaaaaaaaaaaaaaaa%0a", strings.Repeat("%22", 26)} {
		owner.get("/desk/stories/"+id, http.StatusNotFound)
		owner.post("/desk/stories/"+id, http.StatusNotFound, "headline", "x", "section", "markets", "body", "x")
	}
}

func TestADeskWithoutPicturesHasNoRoomForThem(t *testing.T) {
	h := newHouse(t)
	d, err := desk.New(h.newsroom, h.ledger, h.gate, desk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewTLSServer(d)
	t.Cleanup(s.Close)
	h.Server = s
	owner := h.owner(t)
	if n := owner.get("/desk/", http.StatusOK).Find("a[href='/desk/pictures']").Length(); n != 0 {
		t.Error("today leads to the pictures")
	}
	owner.get("/desk/pictures", http.StatusNotFound)
	owner.post("/desk/pictures/x/drop", http.StatusMethodNotAllowed)
	at := owner.get("/desk/stories/new", http.StatusOK).Url.Path
	owner.get(at+"/preview", http.StatusNotFound)
}
