package news

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/numeral"
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
	Images     []Image
}

// Image is a picture that stands with a story. The picture itself is kept elsewhere, under the name it was given there.
type Image struct {
	Media      string // its name in the media store
	Alt        string // what it shows, for who does not see it
	Decorative bool   // it shows nothing that a reader would miss; then Alt is empty
	Caption    string
	Credit     string
	// FocusX and FocusY say around what it may be cropped, in thousandths of its width and height from the upper left. Both
	// are 0 where nobody said: then it is the middle.
	FocusX, FocusY int
}

// Limits of a story in bytes, so that no input can fill a disk or a page. A body of a million is a book.
const (
	maxLine   = 1_000
	maxBody   = 1_000_000
	maxTopics = 50
	maxImages = 50
)

// checkNew says what is wrong with a content that somebody writes now. What comes from an archive or from somebody's page
// is only held to [Content.check]: a language that nobody knows harms no reader.
func (c Content) checkNew() error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Language != "" {
		if _, err := language.Parse(c.Language); err != nil {
			return fault.Because(fault.Invalid, "the story's language %.40q is none: write it as BCP 47 does, such as en, de-CH or ar", c.Language)
		}
	}
	for i, t := range c.Topics {
		if slices.Contains(c.Topics[:i], t) {
			return fault.Because(fault.Invalid, "the topic %s of the story is named twice", t)
		}
	}
	return nil
}

// check says what is wrong with a content that is to be kept.
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
	if len(c.Images) > maxImages {
		return fault.Because(fault.Invalid, "the story has %d images; %d is the most", len(c.Images), maxImages)
	}
	for n, i := range c.Images {
		if err := i.check(); err != nil {
			return fault.Because(fault.Invalid, "image %d of the story: %w", n+1, err)
		}
	}
	return checkBody(c.Body)
}

// check says what is wrong with an image.
func (i Image) check() error {
	if i.Media == "" || len(i.Media) > 200 || strings.ContainsFunc(i.Media, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_'
	}) {
		return fault.Because(fault.Invalid, "%.40q is no name of a picture: it is the one that the media store gave it", i.Media)
	}
	switch alt := strings.TrimSpace(i.Alt); {
	case alt == "" && !i.Decorative:
		return fault.Because(fault.Invalid, "say what %s shows, for readers who do not see it, or mark it as decorative", i.Media)
	case alt != "" && i.Decorative:
		return fault.Because(fault.Invalid, "%s is marked as decorative, and yet it is said what it shows: leave one of the two", i.Media)
	}
	for _, l := range []struct{ what, line string }{{"description of " + i.Media, i.Alt}, {"caption of " + i.Media, i.Caption}, {"credit of " + i.Media, i.Credit}} {
		if err := checkLine(l.what, l.line); err != nil {
			return err
		}
	}
	if min(i.FocusX, i.FocusY) < 0 || max(i.FocusX, i.FocusY) > 1000 {
		return fault.Because(fault.Invalid, "the focus of %s is at %d, %d: both are thousandths, 0 to 1000", i.Media, i.FocusX, i.FocusY)
	}
	return nil
}

// Direction is how the content's language is written: "rtl" or "ltr".
func (c Content) Direction() string {
	if numeral.RightToLeft(c.Language) {
		return "rtl"
	}
	return "ltr"
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

// checkBody says what is wrong with a text of many lines that is to be saved.
func checkBody(body string) error {
	if len(body) > maxBody {
		return fault.Because(fault.Invalid, "the story's text has %d bytes; %d is the most", len(body), maxBody)
	}
	if !utf8.ValidString(body) || strings.ContainsRune(body, 0) {
		return fault.Because(fault.Invalid, "the story's text is not valid UTF-8 text")
	}
	return nil
}
