package news

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/courant-news/courant/internal/fault"
)

// Slug is a story's or a section's name in addresses: lower-case letters, digits and hyphens.
type Slug string

// StoryID is the permanent name of a story; its address may change, this does not.
type StoryID string

// Revision is one state of a story's content, with who made it and why.
type Revision struct {
	Story   StoryID
	N       int // 1, 2, 3 … without gaps
	Content Content
	Author  string
	Person  string // the opaque ID of the author among the staff; empty where there is none
	Reason  string
	At      time.Time
}

// Article is a published story as a reader meets it.
type Article struct {
	ID        StoryID
	Slug      Slug
	Published time.Time // when it first was; its day stands in its address
	Updated   time.Time // when the revision that is shown was published
	Revision  int       // the revision that is shown
	Content   Content
	Pins      []Pin    // of the figures in Content.Body, in their order
	Notices   []Posted // updates and corrections, the first first; in a list of articles they are left out, as is the next
	Moments   []Moment // of a live story, the newest first
}

// Path is the address of the article on the paper's site: /2026/02/02/slug.
func (a Article) Path() string { return a.Published.UTC().Format("/2006/01/02/") + string(a.Slug) }

// Manuscript is a story as the newsroom sees it, in whatever state.
type Manuscript struct {
	ID        StoryID
	Slug      Slug
	Former    []Slug    // that it bore before and that lead to it for ever, in the order of their bytes
	State     State     // of the last revision
	Published time.Time // when it first was; zero for one that never was
	Updated   time.Time // when Live was published; zero for one that never was
	Live      int       // the revision that readers see; 0 where they see none
	Revisions []Revision
	Pins      map[int][]Pin // by published revision
	Steps     []Step
	Entries   []Entry // of a live story
	Dismissed []Dismissal
}

// Due is when the story goes out by itself; zero where it does not.
func (m Manuscript) Due() time.Time {
	if step, ok := m.lastMove(); ok && m.State.waits() {
		return step.Due
	}
	return time.Time{}
}

// lastMove is the last step that changed the state.
func (m Manuscript) lastMove() (Step, bool) {
	for _, s := range slices.Backward(m.Steps) {
		if s.From != s.To {
			return s, true
		}
	}
	return Step{}, false
}

// ParseSlug reads a slug; the error is fault.Invalid.
func ParseSlug(text string) (Slug, error) {
	if text == "" || len(text) > 120 || strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" ||
		strings.HasPrefix(text, "-") || strings.HasSuffix(text, "-") {
		return "", fault.Because(fault.Invalid, "%.130q is no name for an address: use lower-case letters, digits and hyphens", text)
	}
	return Slug(text), nil
}

// untitled is the slug of a headline that holds no letter or digit of ASCII.
const untitled Slug = "untitled"

// unaccented are letters of Latin alphabets that Unicode does not take apart into a letter of ASCII and its accent, as
// the languages that have them write them where they must do without.
var unaccented = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ł", "l", "ı", "i", "ə", "a", "ŋ", "n", "ħ", "h")

// SlugOf makes a slug of a headline: accents are dropped, and what is then no letter or digit of ASCII becomes a hyphen.
func SlugOf(headline string) Slug {
	var b strings.Builder
	for _, r := range norm.NFD.String(unaccented.Replace(strings.ToLower(headline))) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // an accent
		case r == '\'' || r == '’': // the dog's dinner: the-dogs-dinner
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 80 {
			break
		}
	}
	if s := strings.Trim(b.String(), "-"); s != "" {
		return Slug(s)
	}
	return untitled
}
