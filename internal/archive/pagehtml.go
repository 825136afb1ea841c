package archive

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/net/html"
)

// Elements by what they do to the text in them, each list parted by spaces. An element in no list stands within a line.
const (
	blocks = " address article aside blockquote body button caption center dd details dialog div dl dt fieldset figcaption " +
		"figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre search " +
		"section select summary table tbody tfoot thead tr ul "
	silents  = " script style noscript template svg math iframe object textarea video audio canvas "
	asides   = " header footer nav aside form figcaption button "
	scopes   = " article main section table select ul ol pre " + asides
	proses   = " p li blockquote dd "
	sections = " article main "
	rowEnds  = " h1 h2 h3 h4 h5 h6 article main section ul ol dl blockquote pre nav header footer aside form select table tr tbody body html "
)

func among(list, name string) bool { return strings.Contains(list, " "+name+" ") }

// parseHTML makes lines of a page in HTML: one for each block of text or row of a table, numbered by where it begins
// in the file. It reads tokens and builds no tree, so that no nesting can exhaust anything; a missing end tag costs
// little, since the next block begins a line anyway.
//
// A page that opens html or body and closes neither was cut off, and so was a piece of a page that ends within an
// element. A piece that ends with all closed cannot be told from a whole one by its tags, and is held to what a text
// is held to.
func parseHTML(text string) (*document, error) {
	h := &htmlReader{d: &document{isHTML: true}, number: 1, spaced: true, opened: map[string]int{}}
	whole := text
	if open := strings.LastIndexByte(text, '<'); open > strings.LastIndexByte(text, '>') {
		text = text[:open] // a tag that was cut
	}
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		kind := z.Next()
		if kind == html.ErrorToken { // of a string there is none but its end
			break
		}
		lines := bytes.Count(z.Raw(), []byte("\n"))
		if err := h.token(z.Token()); err != nil {
			return nil, err
		}
		h.number += lines
	}
	switch {
	case h.d.complete:
	case h.silent != "":
		h.d.cut = fmt.Sprintf("inside <%s>", h.silent)
	case text != whole:
		h.d.cut = fmt.Sprintf("inside a tag, at line %d", h.number)
	case h.whole:
		h.d.cut = fmt.Sprintf("at line %d without closing its body", h.number)
	case len(h.scopes) > 0:
		h.d.cut = fmt.Sprintf("inside <%s>", h.scopes[len(h.scopes)-1].name)
	}
	return h.d, h.flush()
}

// htmlReader gathers the text of the block that it stands in.
type htmlReader struct {
	d        *document
	number   int  // line of the file
	whole    bool // html or body was opened
	scopes   []scope
	opened   map[string]int // how many of scopes bear the name, so that a stray end tag is not looked for among them
	sections int            // articles and mains so far

	silent string // the element whose text is not shown; empty: none
	depth  int    // of elements of that name
	title  bool   // within title

	text   strings.Builder
	shown  bool // the text is more than space; asked of each piece, so it is not looked for in the whole
	began  int  // line of the file on which the text began
	spaced bool // the text is parted from the line before
	indent int
	level  int // of the heading that we are in
	prose  bool
	bold   int  // depth of b and strong
	light  bool // some of the text is not bold
	link   bool // within a link
	own    bool // some of the text is in no link

	row           bool // within a row of a table: its blocks part no lines
	cells, header int  // cells of the row so far, and how many of these are header cells
	pre           bool // the file's line breaks count
	border        bool // the last token began or ended an element within the line
}

// scope is an open element that says what its text is.
type scope struct {
	name    string
	section int
	aside   bool
}

func (h *htmlReader) token(t html.Token) error {
	switch {
	case t.Type == html.TextToken && h.title:
		if h.d.title == "" {
			h.d.title = clean(t.Data, false)
		}
	case t.Type == html.TextToken && h.silent != "":
		h.d.published(h.silent, t.Data)
	case t.Type == html.TextToken:
		return h.write(t.Data)
	case h.silent != "":
		if t.Data == h.silent {
			switch t.Type {
			case html.StartTagToken:
				h.depth++
			case html.EndTagToken:
				if h.depth--; h.depth == 0 {
					h.silent = ""
				}
			}
		}
	case t.Type == html.StartTagToken && among(silents, t.Data):
		h.silent, h.depth = t.Data, 1
	case t.Type == html.StartTagToken || t.Type == html.SelfClosingTagToken:
		h.d.head(t)
		h.border = t.Data != "sub"
		return h.start(t.Data)
	case t.Type == html.EndTagToken:
		h.border = t.Data != "sub"
		return h.end(t.Data)
	}
	return nil
}

// write adds text to the line, or, where line breaks count, makes lines of it.
func (h *htmlReader) write(s string) error {
	if h.pre && !h.row {
		for i, l := range strings.SplitAfter(s, "\n") {
			h.add(l, h.number+i)
			if strings.HasSuffix(l, "\n") {
				blank := !h.shown
				if err := h.flush(); err != nil {
					return err
				}
				h.spaced = blank
			}
		}
		return nil
	}
	h.add(s, h.number)
	return nil
}

func (h *htmlReader) add(s string, number int) {
	trimmed := strings.TrimLeft(s, " \t\r\n\f")
	if trimmed != "" {
		if !h.shown {
			h.began = number + strings.Count(s[:len(s)-len(trimmed)], "\n")
		}
		h.shown = h.shown || strings.TrimSpace(trimmed) != ""
		h.light, h.own = h.light || h.bold == 0, h.own || !h.link
		word, _, _ := strings.Cut(trimmed[:min(len(trimmed), 32)], " ")
		if h.border && numeric(word) { // a figure that style alone parts from its neighbour
			h.text.WriteByte(' ')
		}
	}
	h.border = false
	h.text.WriteString(strings.ReplaceAll(s, "\t", " ")) // a tab parts cells
}

// flush ends the line that is being gathered.
func (h *htmlReader) flush() error {
	words := clean(h.text.String(), true)
	h.text.Reset()
	l := line{
		number: h.began, text: words, indent: h.indent, spaced: h.spaced, level: h.level, prose: h.prose,
		header: h.header > 0 && h.header == h.cells,
	}
	if h.prose && !h.light {
		l.level = 7
	}
	if n := len(h.scopes); n > 0 {
		l.container, l.aside = h.scopes[n-1].section, h.scopes[n-1].aside
	}
	// A paragraph or an item that is a link and no sentence leads elsewhere: a topic, a button to share the page.
	l.aside = l.aside || h.prose && !h.own && !endsSentence(words)
	h.light, h.shown, h.own = false, false, false
	if words == "" {
		return nil
	}
	h.indent, h.spaced = 0, true
	return h.d.add(l)
}

func (h *htmlReader) start(name string) error {
	switch {
	case name == "title":
		h.title = true
	case name == "a":
		h.link = true
	case name == "b" || name == "strong":
		h.bold++
	case name == "br":
		if h.row {
			h.text.WriteByte(' ')
			return nil
		}
		empty := !h.shown
		if err := h.flush(); err != nil {
			return err
		}
		if h.indent, h.spaced = 1, false; empty { // two line breaks part paragraphs
			h.indent, h.spaced = 0, true
		}
	case name == "td" || name == "th":
		if h.cells > 0 {
			h.text.WriteByte('\t')
		}
		if h.cells++; name == "th" {
			h.header++
		}
	case h.row && !among(rowEnds, name): // a table that lays out the page holds more than rows
		h.text.WriteByte(' ')
	case among(blocks, name):
		if err := h.flush(); err != nil {
			return err
		}
		h.whole = h.whole || name == "html" || name == "body"
		h.level, h.prose, h.bold, h.indent, h.spaced = 0, among(proses, name), 0, 0, true
		if len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6' {
			h.level = int(name[1] - '0')
		}
		h.row, h.cells, h.header = name == "tr", 0, 0
		if h.pre = h.pre || name == "pre"; among(scopes, name) {
			h.open(name)
		}
	}
	return nil
}

// open enters an element that says what its text is. A header within an article is part of it; one outside is the
// site's. What is nested deeper than any page is ignored.
func (h *htmlReader) open(name string) {
	const deepest = 256
	s := scope{name: name}
	if n := len(h.scopes); n == deepest {
		return
	} else if n > 0 {
		s.section, s.aside = h.scopes[n-1].section, h.scopes[n-1].aside
	}
	if among(sections, name) {
		h.sections++
		s.section = h.sections
	}
	if among(asides, name) && !(name == "header" && s.section > 0) {
		s.aside = true
	}
	h.scopes = append(h.scopes, s)
	h.opened[name]++
}

// leave closes the innermost open element of the name, and with it all that was left open in it.
func (h *htmlReader) leave(name string) {
	for left := h.opened[name]; left > 0 && h.opened[name] == left; {
		n := len(h.scopes) - 1
		h.opened[h.scopes[n].name]--
		h.scopes = h.scopes[:n]
	}
}

func (h *htmlReader) end(name string) error {
	switch {
	case name == "title":
		h.title = false
	case name == "a":
		h.link = false
	case name == "b" || name == "strong":
		h.bold = max(0, h.bold-1)
	case h.row && !among(rowEnds, name):
		h.text.WriteByte(' ')
	case among(blocks, name):
		if err := h.flush(); err != nil {
			return err
		}
		h.d.complete = h.d.complete || name == "html" || name == "body"
		h.level, h.prose, h.row, h.indent, h.spaced = 0, false, false, 0, true
		h.pre = h.pre && name != "pre"
		h.leave(name)
	}
	return nil
}
