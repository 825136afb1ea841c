package news

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/courant-news/courant/internal/fault"
)

// Slug is a story's or a section's name in addresses: lower-case letters, digits and hyphens.
type Slug string

// StoryID is the permanent name of a story; its address may change, this does not.
type StoryID string

// State says how far a story has come.
type State string

// The states.
const (
	Draft     State = "draft"
	Published State = "published"
)

// Content is what a revision of a story holds.
type Content struct {
	Headline   string
	Kicker     string   // one or two words above the headline
	Standfirst string   // the sentence or two below it
	Bylines    []string // names of those who wrote it
	Dateline   string   // where it was written
	Section    Slug
	Topics     []Slug
	Language   string // BCP 47; empty means English
	Body       string // Markdown with figures
}

// Revision is one state of a story's content, with who made it and why.
type Revision struct {
	Story   StoryID
	N       int // 1, 2, 3 … without gaps
	Content Content
	Author  string
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
	Pins      []Pin // of the figures in Content.Body, in their order
}

// Path is the address of the article on the paper's site: /2026/02/02/slug.
func (a Article) Path() string { return a.Published.UTC().Format("/2006/01/02/") + string(a.Slug) }

// Manuscript is a story as the newsroom sees it, in whatever state.
type Manuscript struct {
	ID        StoryID
	Slug      Slug
	State     State
	Published time.Time // zero for a draft
	Updated   time.Time // when Live was published; zero for a draft
	Live      int       // the published revision; 0 for a draft
	Revisions []Revision
	Pins      map[int][]Pin // by published revision
}

// Limits of a story in bytes, so that no input can fill a disk or a page. A body of a million is a book.
const (
	maxLine   = 1_000
	maxBody   = 1_000_000
	maxTopics = 50
)

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

// check says what is wrong with a content that is to be saved.
func (c Content) check() error {
	if strings.TrimSpace(c.Headline) == "" {
		return fault.Because(fault.Invalid, "the story has no headline")
	}
	if _, err := ParseSlug(string(c.Section)); err != nil {
		return fault.Because(fault.Invalid, "the story's section: %w", err)
	}
	if len(c.Topics) > maxTopics {
		return fault.Because(fault.Invalid, "the story has %d topics; %d is the most", len(c.Topics), maxTopics)
	}
	for _, t := range c.Topics {
		if _, err := ParseSlug(string(t)); err != nil {
			return fault.Because(fault.Invalid, "a topic of the story: %w", err)
		}
	}
	for _, l := range []struct{ what, line string }{
		{"headline", c.Headline},
		{"kicker", c.Kicker},
		{"standfirst", c.Standfirst},
		{"dateline", c.Dateline},
		{"bylines", strings.Join(c.Bylines, ", ")},
		{"language", c.Language},
	} {
		if err := checkLine(l.what, l.line); err != nil {
			return err
		}
	}
	if len(c.Body) > maxBody {
		return fault.Because(fault.Invalid, "the story's text has %d bytes; %d is the most", len(c.Body), maxBody)
	}
	if !utf8.ValidString(c.Body) || strings.ContainsRune(c.Body, 0) {
		return fault.Because(fault.Invalid, "the story's text is not valid UTF-8 text")
	}
	return nil
}

// checkLine says what is wrong with a line of text that is to be saved.
func checkLine(what, line string) error {
	if len(line) > maxLine {
		return fault.Because(fault.Invalid, "the story's %s has %d bytes; %d is the most", what, len(line), maxLine)
	}
	if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) {
		return fault.Because(fault.Invalid, "the story's %s must be one line of text", what)
	}
	return nil
}
