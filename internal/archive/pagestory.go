package archive

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/fault"
)

// Limits that the newsroom sets; a page beyond them is refused here, where its lines can be named.
const (
	longestLine  = 1_000     // bytes of a headline or a standfirst
	longestStory = 1_000_000 // bytes of a text
)

// unit is a headline, a heading or a paragraph: one line, or several that belong together.
type unit struct {
	text    string // set by joined
	parts   []string
	first   *line
	heading bool
}

func newUnit(l *line) unit { return unit{parts: []string{l.plain()}, first: l} }

func (u *unit) add(l *line) { u.parts = append(u.parts, l.plain()) }

// joined gives each unit its text: at once, since a paragraph of many lines that grew with each would take long.
func joined(units []unit) []unit {
	for i := range units {
		units[i].text = strings.Join(units[i].parts, " ")
	}
	return units
}

// readStory takes the story of a text from a line on.
func (d *document) readStory(p *Page, from int) error {
	units := d.units(from)
	if len(units) == 0 {
		return cutOff("before any story, at line %d", d.lines[len(d.lines)-1].number)
	}
	last := units[len(units)-1]
	if first := units[0]; strings.EqualFold(first.text, p.Title) || len(first.parts) == 1 && short(first.text, 200) && !strings.HasSuffix(first.text, ".") {
		p.Headline, units = first.text, units[1:]
	} else {
		p.Headline = p.Title
	}
	units = p.readBylines(units)
	for i := range units {
		units[i].heading = i+1 < len(units) && len(units[i].parts) == 1 && short(units[i].text, 120) && !endsSentence(units[i].text) && !endsClause(units[i].text)
	}
	if !endsSentence(last.text) {
		return cutOff("in the middle of a sentence, at line %d (%q)", last.first.number, cut(last.text))
	}
	if len(units) < 2 {
		return cutOff("before the story has more than its first paragraph, at line %d", last.first.number)
	}
	p.readSections(units)
	if len(p.Sections) == 0 {
		return cutOff("before the story has a section, at line %d", last.first.number)
	}
	return nil
}

// units joins the lines from one on into headings and paragraphs.
func (d *document) units(from int) []unit {
	width := 0
	for _, l := range d.lines[from:] {
		width = max(width, utf8.RuneCountInString(l.text))
	}
	var units []unit
	for i := from; i < len(d.lines); i++ {
		l := &d.lines[i]
		if l.used || numeric(l.text) && len(units) == 0 && from > 0 { // what is left of a ticker above
			continue
		}
		l.used = true
		if n := len(units); n > 0 && !l.spaced && continues(l, &units[n-1], &d.lines[i-1], width) {
			units[n-1].add(l)
			continue
		}
		units = append(units, newUnit(l))
	}
	return joined(units)
}

// continues says whether a line that follows another directly goes on with its paragraph: it is indented further, it
// goes on in lower case, or the text is broken to a width and the line's first word had no room on the line above.
func continues(l *line, u *unit, above *line, width int) bool {
	const widest = 120 // broken text has narrow lines; a wider one is a paragraph of its own
	if l.indent > u.first.indent {
		return true
	}
	if r, _ := utf8.DecodeRuneInString(l.text); unicode.IsLower(r) && !endsSentence(u.parts[len(u.parts)-1]) {
		return true
	}
	word, _, _ := strings.Cut(l.text, " ")
	return width <= widest && utf8.RuneCountInString(above.text)+1+utf8.RuneCountInString(word) > width
}

// bylineDay finds the day that follows a name, and what follows the day: an hour, how long the story is to read.
var bylineDay = regexp.MustCompile(`\W*\b(?i:on |published:? |updated:? )?(\d{4}-\d{2}-\d{2}|\d{1,2} [A-Z][a-z]{2,8} \d{4}|[A-Z][a-z]{2,8} \d{1,2}, \d{4}).*$`)

// byline returns the name in a line such as "By Jane Roe" or "By Jane Roe, 2 February 2026".
func byline(text string) (name string, ok bool) {
	if name, ok = strings.CutPrefix(text[:min(len(text), 300)], "By "); !ok {
		return "", false
	}
	name = bylineDay.ReplaceAllString(name, "")
	r, _ := utf8.DecodeRuneInString(name)
	return name, ok && short(name, 100) && !endsSentence(name) && unicode.IsUpper(r)
}

// readBylines takes the bylines from the head of the story.
func (p *Page) readBylines(units []unit) []unit {
	var rest []unit
	for i, u := range units {
		if name, ok := byline(u.text); ok && i < 3 {
			p.Bylines = append(p.Bylines, name)
		} else {
			rest = append(rest, u)
		}
	}
	return rest
}

// readSections parts what stands below the headline: a first paragraph with more behind it is the standfirst, each
// heading opens a section.
func (p *Page) readSections(units []unit) {
	if len(units) > 1 && !units[0].heading && len(units[0].text) <= longestLine {
		p.Standfirst, units = units[0].text, units[1:]
	}
	var open *unit // the heading of the section that is open
	for i := range units {
		u := &units[i]
		if u.heading {
			if open != nil {
				p.notUnderstood(open.first.number, open.text, "it looks like a heading, and no text stands under it")
			}
			open = u
			continue
		}
		if open != nil {
			p.Sections = append(p.Sections, PageSection{Heading: open.text})
			open = nil
		} else if len(p.Sections) == 0 {
			p.Sections = append(p.Sections, PageSection{})
		}
		s := &p.Sections[len(p.Sections)-1]
		s.Paragraphs = append(s.Paragraphs, u.text)
	}
	if open != nil {
		p.notUnderstood(open.first.number, open.text, "it looks like a heading, and no text stands under it")
	}
}

// readArticle takes the story of an HTML page. A page that shows that it is whole may have none.
func (d *document) readArticle(p *Page) error {
	p.Headline = d.headline()
	var units []unit
	if p.Headline != "" {
		units = d.articleUnits(p.Headline)
	}
	switch {
	case !d.complete && (len(units) == 0 || !endsSentence(units[len(units)-1].text)):
		return cutOff("before its story does, at line %d", d.lines[len(d.lines)-1].number)
	case len(units) == 0:
		p.note("No story was found on the page: only the figures are taken.")
		p.Headline = ""
		return nil
	}
	units = p.readBylines(units)
	if d.author != "" && !strings.Contains(d.author, "://") {
		p.Bylines = []string{d.author} // a line "By …" says the same again
	}
	if p.readSections(units); len(p.Sections) == 0 {
		p.note("No story was found under the headline %q: only the figures are taken.", cut(p.Headline))
		p.Headline, p.Standfirst, p.Bylines = "", "", nil
	}
	return nil
}

// articleUnits takes the headings and paragraphs of the story behind the headline. Where paragraphs are marked as such,
// other text among them, a caption or a button, is none.
func (d *document) articleUnits(headline string) []unit {
	container := d.storyContainer()
	marked, start := d.hasProse(container), 0
	for i := range d.lines {
		if l := &d.lines[i]; l.level == 1 && l.plain() == headline && !l.used {
			l.used = true
			if l.container == container {
				start = i
			}
		}
	}
	var units []unit
	for i := start; i < len(d.lines); i++ {
		l := &d.lines[i]
		if l.used || l.aside || l.container != container {
			continue
		}
		if _, isByline := byline(l.plain()); marked && !l.prose && l.level == 0 && !isByline {
			continue
		}
		l.used = true
		if n := len(units); n > 0 && l.indent > 0 && !l.spaced { // behind a line break
			units[n-1].add(l)
			continue
		}
		u := newUnit(l)
		u.heading = l.level > 0 && l.level < 7 || l.level == 7 && short(l.text, 120) && !endsSentence(l.text)
		units = append(units, u)
	}
	return joined(units)
}

// headline returns the headline of an HTML page: the h1 of its story, else what its head says, else any h1.
func (d *document) headline() string {
	container, other := d.storyContainer(), ""
	for _, l := range d.lines {
		if l.level != 1 {
			continue
		}
		if l.container == container && container > 0 {
			return l.plain()
		}
		if other == "" && !l.aside {
			other = l.plain()
		}
	}
	if d.ogTitle != "" {
		return d.ogTitle
	}
	return other
}

// storyContainer returns the article or main that holds most text; 0 for a page whose story stands in none.
func (d *document) storyContainer() int {
	marked := map[int]int{} // bytes of paragraphs
	all := map[int]int{}    // bytes of any text, for pages that mark no paragraphs
	for _, l := range d.lines {
		if _, isRow := asRow(l.text); isRow || l.aside {
			continue
		}
		if l.prose {
			marked[l.container] += len(l.text)
		}
		if l.container > 0 {
			all[l.container] += len(l.text)
		}
	}
	if len(marked) == 0 {
		marked = all
	}
	best := 0
	for container, sum := range marked {
		if sum > marked[best] || sum == marked[best] && container < best {
			best = container
		}
	}
	return best
}

func (d *document) hasProse(container int) bool {
	for _, l := range d.lines {
		if l.prose && !l.aside && !l.used && l.container == container {
			return true
		}
	}
	return false
}

func short(s string, most int) bool { return s != "" && utf8.RuneCountInString(s) <= most }

// endsSentence says whether a text ends as sentences do: in . ! ? or …, and quotes or brackets that close behind it.
// An apostrophe alone is no end: a word may have been cut behind it.
func endsSentence(s string) bool {
	s = strings.TrimRight(s, "\"'”’»)]」』 \t")
	r, _ := utf8.DecodeLastRuneInString(s)
	return s != "" && strings.ContainsRune(".!?…。！？", r)
}

func endsClause(s string) bool { return strings.HasSuffix(s, ",") || strings.HasSuffix(s, ";") }

// checkStory refuses what no story may be.
func (p *Page) checkStory() error {
	if len(p.Headline) > longestLine {
		return fault.Because(fault.Invalid, "the page's headline has %d characters; %d is the most", len(p.Headline), longestLine)
	}
	if n := len(strings.Join(p.Bylines, ", ")); n > longestLine {
		p.note("The names of the authors are left out: they have %d characters.", n)
		p.Bylines = nil
	}
	n := 0
	for _, s := range p.Sections {
		n += len(s.Heading)
		for _, paragraph := range s.Paragraphs {
			n += len(paragraph)
		}
	}
	if n <= longestStory {
		n = len(p.body()) // with all that escaping adds
	}
	if n > longestStory {
		return fault.Because(fault.Invalid, "the page's story has %d characters; %d is the most", n, longestStory)
	}
	return nil
}
