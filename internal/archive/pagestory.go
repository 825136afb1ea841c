package archive

import (
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// longestHeading is how many characters a heading has at the most; a longer line is a paragraph.
const longestHeading = 100

// closing ends a sentence, also within closing quotation marks and brackets.
func closed(s string) bool {
	s = strings.TrimRight(s, "\"'”’»)]")
	return strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "…")
}

// readStory reads the story of a text page, which begins where the ticker ends: a headline, a standfirst, sections.
func (d *document) readStory(p *Page, from int) error {
	for i := from; i < len(d.lines); i++ {
		l := &d.lines[i]
		if l.used {
			continue
		}
		next := i + 1
		l.used = true
		switch text := l.plain(); {
		case p.Headline == "":
			p.Headline = text
		case p.Standfirst == "" && len(p.Sections) == 0 && l.spaced && closed(text):
			p.Standfirst = text
		case p.Standfirst != "" && len(p.Sections) == 0 && l.indent > 0 && !l.spaced:
			p.Standfirst += " " + text
		case l.spaced && !closed(text) && len(text) <= longestHeading && next < len(d.lines) && !d.lines[next].spaced:
			p.Sections = append(p.Sections, PageSection{Heading: text})
		default:
			p.addParagraph(text, l.indent > 0 && !l.spaced)
		}
	}
	return nil
}

// addParagraph adds a paragraph to the last section, or continues its last one.
func (p *Page) addParagraph(text string, continued bool) {
	if len(p.Sections) == 0 {
		p.Sections = append(p.Sections, PageSection{})
	}
	last := &p.Sections[len(p.Sections)-1]
	if n := len(last.Paragraphs); continued && n > 0 {
		last.Paragraphs[n-1] += " " + text
		return
	}
	last.Paragraphs = append(last.Paragraphs, text)
}

// headline is what an HTML page shows as its headline: its first h1, else what its head says.
func (d *document) headline() string {
	for i := range d.lines {
		if l := &d.lines[i]; l.level == 1 && !l.aside {
			return l.plain()
		}
	}
	return d.ogTitle
}

// readArticle reads the story of an HTML page: the prose in the same article as the headline, in sections by its
// headings.
func (d *document) readArticle(p *Page) error {
	start, container := -1, 0
	for i := range d.lines {
		if l := &d.lines[i]; l.level == 1 && !l.aside && !l.used {
			start, container = i, l.container
			l.used = true
			p.Headline = l.plain()
			break
		}
	}
	if start < 0 {
		return nil
	}
	for i := start + 1; i < len(d.lines); i++ {
		l := &d.lines[i]
		if l.used || l.aside || container != 0 && l.container != container {
			continue
		}
		switch {
		case l.level > 1:
			l.used = true
			p.Sections = append(p.Sections, PageSection{Heading: l.plain()})
		case !l.prose:
		case p.Standfirst == "" && len(p.Sections) == 0:
			l.used = true
			p.Standfirst = l.plain()
		default:
			l.used = true
			p.addParagraph(l.plain(), l.indent > 0 && !l.spaced)
		}
	}
	return nil
}

// checkStory refuses a page that ends before its story does. A page without a story is one, unless it names one.
func (p *Page) checkStory() error {
	switch {
	case p.Headline == "" && p.Title != "":
		return cutOff("before its story, %q, begins", p.Title)
	case p.Headline == "":
		return nil
	case len(p.Sections) == 0:
		return cutOff("where the text of its story, %q, should begin", p.Headline)
	}
	last := p.Sections[len(p.Sections)-1]
	if len(last.Paragraphs) == 0 {
		return cutOff("under the heading %q", last.Heading)
	}
	if text := last.Paragraphs[len(last.Paragraphs)-1]; !closed(text) {
		return cutOff("within a sentence: %q", tail(text))
	}
	return nil
}

// tail is the end of a text, for a message.
func tail(s string) string {
	if r := []rune(s); len(r) > 40 {
		return "… " + string(r[len(r)-40:])
	}
	return s
}

// namedDay is a day that a page names, and where.
type namedDay struct {
	day  currency.Date
	from string
}

// dayLayouts are the ways in which a text page writes its day on a line of its own.
func dayLayouts() []string {
	return []string{
		time.DateOnly, "2 January 2006", "January 2, 2006", "Monday, 2 January 2006", "Monday 2 January 2006", "Monday, January 2, 2006",
	}
}

// readDate takes the day from what the head of an HTML page says, or from a line that is nothing but a day.
func (d *document) readDate(p *Page, _ int) {
	for _, named := range d.dates {
		p.Date, p.DateFrom = named.day, named.from
		return
	}
	for i := range d.lines {
		l := &d.lines[i]
		if l.used || len(l.text) > 40 {
			continue
		}
		for _, layout := range dayLayouts() {
			if t, err := time.Parse(layout, l.plain()); err == nil {
				l.used = true
				p.Date, p.DateFrom = currency.DateOf(t), "a line of its own"
				return
			}
		}
	}
}

// dayOf reads the day of a time as the web writes it.
func dayOf(text string) (currency.Date, error) {
	if day, _, found := strings.Cut(text, "T"); found {
		text = day
	}
	date, err := currency.ParseDate(text)
	if err == nil && date.Day == 0 {
		err = fault.Because(fault.Invalid, "%s is no day", date)
	}
	return date, err
}
