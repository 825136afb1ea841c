package app_test

import (
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/news"
)

// state is what the writer of a story knows of it.
type state struct {
	Texts []string // of its revisions
	State news.State
	Live  int
	Steps []string
	Kept  int // how often the copy was kept; 0: there is none
	Copy  string
}

func (s state) saved(text string) state {
	s.Texts = append(slices.Clone(s.Texts), text)
	if s.State == news.Published {
		s.State = news.Draft
	}
	return s
}

func (s state) moved(to news.State) state {
	s.Steps = append(slices.Clone(s.Steps), fmt.Sprintf("%s>%s %d", s.State, to, len(s.Texts)))
	s.State = to
	switch to {
	case news.Published:
		s.Live = len(s.Texts)
	case news.Withdrawn:
		s.Live = 0
	}
	return s
}

func (s state) dropped() state {
	s.Kept, s.Copy = 0, ""
	return s
}

// sheet is a story at the desk.
type sheet struct {
	state
	id   news.StoryID
	path string // before readers; empty: it never was
}

// scribe is an editor at a browser, with one story at a time.
type scribe struct {
	desk          *newsdesk
	n, count      int
	person, token string
	sheet         *sheet
	past          []*sheet
	doubt         []state // what the story may be besides, since a request was not answered

	client  *http.Client
	address string
	round   int
}

// begin starts another story.
func (w *scribe) begin() {
	if w.sheet != nil {
		w.past = append(w.past, w.sheet)
	}
	w.sheet = &sheet{id: news.NewStoryID(), state: state{State: news.Draft}}
	w.desk.told[w.sheet.id] = &told{}
}

func (w *scribe) full() bool { return len(w.sheet.Texts) > 30 || w.sheet.State == news.Withdrawn }

// text is one that nobody wrote before, with a figure.
func (w *scribe) text() string {
	w.count++
	return fmt.Sprintf("Sentence %d of editor %d stands here. One euro bought {{EUR/USD @%s}} dollars.", w.count, w.n, killedOn(w.round).Format("2006-01-02"))
}

// sentence is what of a text stands before readers as it was written.
func sentence(text string) string { return text[:strings.Index(text, ".")] }

// write does one thing after the other until the paper does not answer any more, and says what was acknowledged.
func (w *scribe) write(acknowledged chan<- string) {
	for {
		what, answered := w.act()
		if !answered {
			return
		}
		if what != "" {
			acknowledged <- what
		}
	}
}

// act does one thing that the story's state allows.
func (w *scribe) act() (what string, answered bool) {
	s := w.sheet
	if s.State == news.Withdrawn {
		return w.note()
	}
	fresh := len(s.Texts) > 0 && s.Live < len(s.Texts)
	switch n := rand.IntN(20); {
	case n < 6:
		return w.keep()
	case n < 9 && s.State != news.Ready && len(s.Texts) <= 30:
		return w.save()
	case n < 13 && fresh && (s.State == news.Draft || s.State == news.Ready):
		return w.move(news.Published)
	case n < 14 && fresh && s.State == news.Draft:
		return w.move(news.Review)
	case n < 16 && fresh && s.State == news.Review:
		return w.move(news.Ready)
	case n < 17 && w.count%40 == 0 && s.State == news.Published:
		return w.move(news.Withdrawn)
	case n < 18:
		return w.settle()
	}
	return w.note()
}

func (w *scribe) keep() (what string, answered bool) {
	text := w.text()
	next := w.sheet.state
	next.Kept, next.Copy = next.Kept+1, text
	status, body, err := w.post("/desk/stories/"+string(w.sheet.id)+"/copy", w.form(text)...)
	if err == nil && body != strconv.Itoa(next.Kept) {
		w.desk.Errorf("keeping the %d-th copy of %s: %d, %.2000s", next.Kept, w.sheet.id, status, body)
	}
	return w.came("keep", status, http.StatusOK, body, err, next)
}

func (w *scribe) save() (what string, answered bool) {
	text := w.text()
	saved := w.sheet.saved(text)
	status, body, err := w.post("/desk/stories/"+string(w.sheet.id), w.form(text)...)
	return w.came("save", status, http.StatusSeeOther, body, err, saved.dropped(), saved)
}

func (w *scribe) form(text string) []string {
	return []string{
		"kept", strconv.Itoa(w.sheet.Kept), "based-on", strconv.Itoa(len(w.sheet.Texts)), "headline", "The story " + string(w.sheet.id), "section", "news", "body", text,
	}
}

func (w *scribe) move(to news.State) (what string, answered bool) {
	fields := []string{"to", string(to), "revision", strconv.Itoa(len(w.sheet.Texts)), "reason", "It is time."}
	what = string(to)
	switch {
	case to == news.Published && slices.ContainsFunc(w.sheet.Steps, func(s string) bool { return strings.Contains(s, ">published") }):
		what = "correct"
		fields = append(fields, "notice", "fact", "notice-text", "What was wrong is right.")
	case to == news.Published:
		what = "publish"
	}
	status, body, err := w.post("/desk/stories/"+string(w.sheet.id)+"/move", fields...)
	return w.came(what, status, http.StatusSeeOther, body, err, w.sheet.moved(to))
}

// came takes over what was acknowledged: the first of what may be. What was not answered may have come about in any of
// these ways, or in none.
func (w *scribe) came(what string, status, want int, body string, err error, may ...state) (string, bool) {
	if err != nil {
		w.doubt = may
		return "", false
	}
	if status != want {
		w.desk.Errorf("to %s %s: %d, %.3000s", what, w.sheet.id, status, body)
		return "", false
	}
	w.sheet.state = may[0]
	return what, true
}

// note says something of anybody's story.
func (w *scribe) note() (what string, answered bool) {
	about := w.desk.writers[rand.IntN(len(w.desk.writers))].sheet
	w.count++
	text := fmt.Sprintf("Note %d of editor %d.", w.count, w.n)
	status, _, err := w.post("/desk/stories/"+string(about.id)+"/notes", "text", text)
	if err != nil {
		return "", false
	}
	if status != http.StatusSeeOther {
		return "", true // nothing of the story was saved yet
	}
	told := w.desk.told[about.id]
	told.Lock()
	defer told.Unlock()
	told.notes = append(told.notes, text)
	return "note", true
}

var affectedKey = regexp.MustCompile(`name="figure" value="([^"]+)"`)

// settle signs the correction of a figure of one's own story that was revised, or leaves another's as it is.
func (w *scribe) settle() (what string, answered bool) {
	_, page, err := w.do(http.MethodGet, "/desk/affected", nil)
	if err != nil {
		return "", false
	}
	keys := affectedKey.FindAllStringSubmatch(page, -1)
	if len(keys) == 0 {
		return "", true
	}
	key := html.UnescapeString(keys[rand.IntN(len(keys))][1])
	id, _, _ := strings.Cut(key, " ")
	if s := w.sheet; id == string(s.id) && s.State == news.Published && s.Live == len(s.Texts) {
		staged := s.saved(s.Texts[s.Live-1])
		status, body, err := w.post("/desk/affected", "figure", key, "act", "correct")
		if err == nil && status == http.StatusNotFound { // another left it as it is
			return "", true
		}
		return w.came("sign", status, http.StatusSeeOther, body, err, staged.moved(news.Published))
	}
	w.count++
	reason := fmt.Sprintf("Reason %d of editor %d.", w.count, w.n)
	status, body, err := w.post("/desk/affected", "figure", key, "act", "dismiss", "reason", reason)
	switch {
	case err != nil:
		return "", false
	case status == http.StatusNotFound || status == http.StatusConflict:
		return "", true
	case status != http.StatusSeeOther:
		w.desk.Errorf("dismiss %q: %d, %.2000s", key, status, body)
		return "", false
	}
	told := w.desk.told[news.StoryID(id)]
	told.Lock()
	defer told.Unlock()
	told.reasons = append(told.reasons, reason)
	return "dismiss", true
}

func (w *scribe) post(path string, fields ...string) (status int, body string, err error) {
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return w.do(http.MethodPost, path, strings.NewReader(form.Encode()))
}

func (w *scribe) do(method, path string, send io.Reader) (status int, body string, err error) {
	r, err := http.NewRequestWithContext(w.desk.Context(), method, w.address+path, send)
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "__Host-courant", Value: w.token})
	resp, err := w.client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(all), err
}
