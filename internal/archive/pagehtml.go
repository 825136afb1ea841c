package archive

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// parseHTML makes lines of a page in HTML: one for each block of text or row of a table, numbered by where it begins
// in the file. It reads tokens and builds no tree, so a page's depth does not matter; a missing end tag costs nothing,
// since the next block begins a line anyway.
func parseHTML(text string) (*document, error) {
	h := &htmlReader{d: &document{isHTML: true}, number: 1, spaced: true}
	z := html.NewTokenizer(strings.NewReader(text))
	z.SetMaxBuf(1 << 20) // no tag and no run of text is that long on a page for people
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			if z.Err() != io.EOF {
				return nil, cutOff("within a tag or a text that never ends")
			}
			err := h.flush()
			return h.d, err
		}
		lines := bytes.Count(z.Raw(), []byte("\n"))
		if err := h.token(kind, z.Token()); err != nil {
			return nil, err
		}
		h.number += lines
	}
}

// htmlReader gathers the text of the block that it stands in.
type htmlReader struct {
	d      *document
	number int // of the line of the file

	text    strings.Builder
	began   int // line on which the text began
	spaced  bool
	indent  int
	level   int // of the heading that we are in
	prose   bool
	cells   int // of the table's row, so far
	headers int // of these header cells

	pre        bool      // line breaks count
	silent     atom.Atom // element whose text is not shown: script, style …
	into       *string   // where text goes instead: the title
	ldJSON     bool
	containers []int
	numbered   int // containers so far
	aside      int // depth of navigation, headers, footers, side columns
}

func (h *htmlReader) token(kind html.TokenType, t html.Token) error {
	switch kind {
	case html.TextToken:
		if !h.pre {
			h.write(t.Data)
			return nil
		}
		for row := range strings.Lines(t.Data) {
			h.write(row)
			if err := h.flush(); err != nil {
				return err
			}
			h.began++
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		return h.start(t)
	case html.EndTagToken:
		return h.end(t.DataAtom)
	}
	return nil
}

func (h *htmlReader) write(s string) {
	switch {
	case h.into != nil:
		*h.into += clean(s, false)
		return
	case h.ldJSON:
		h.published(s)
		return
	case h.silent != 0:
		return
	}
	if h.text.Len() == 0 {
		lead := len(s) - len(strings.TrimLeft(s, " \t\r\n"))
		h.began = h.number + strings.Count(s[:lead], "\n")
		s = s[lead:]
	}
	h.text.WriteString(strings.NewReplacer("\t", " ").Replace(s))
}

// flush ends the line that is being gathered.
func (h *htmlReader) flush() error {
	words := clean(h.text.String(), true)
	h.text.Reset()
	if words == "" {
		return nil
	}
	l := line{
		number: h.began, text: words, indent: h.indent, spaced: h.spaced, level: h.level, prose: h.prose,
		aside: h.aside > 0, header: h.headers > 0 && h.headers == h.cells,
	}
	if n := len(h.containers); n > 0 {
		l.container = h.containers[n-1]
	}
	h.indent, h.spaced = 0, true
	return h.d.add(l)
}

func (h *htmlReader) start(t html.Token) error {
	switch t.DataAtom {
	case atom.Html:
		h.d.language = attribute(t, "lang")
	case atom.Meta:
		h.meta(t)
	case atom.Link:
		if strings.EqualFold(attribute(t, "rel"), "canonical") {
			h.d.home = attribute(t, "href")
		}
	case atom.Title:
		h.into = &h.d.title
	case atom.Time:
		if day, err := dayOf(attribute(t, "datetime")); err == nil && h.aside == 0 {
			h.d.dates = append(h.d.dates, namedDay{day, "the page's <time>"})
		}
	case atom.Script:
		h.silent, h.ldJSON = t.DataAtom, strings.EqualFold(attribute(t, "type"), "application/ld+json")
	case atom.Style, atom.Template, atom.Noscript, atom.Svg, atom.Iframe:
		if t.Type != html.SelfClosingTagToken {
			h.silent = t.DataAtom
		}
	case atom.Br:
		err := h.flush()
		h.indent, h.spaced = 1, false
		return err
	case atom.Td, atom.Th:
		if h.cells > 0 {
			h.text.WriteByte('\t')
		}
		h.cells++
		if t.DataAtom == atom.Th {
			h.headers++
		}
	default:
		return h.block(t.DataAtom)
	}
	return nil
}

// block begins a line where an element does.
func (h *htmlReader) block(a atom.Atom) error {
	if !isBlock(a) {
		return nil
	}
	if err := h.flush(); err != nil {
		return err
	}
	h.level, h.prose, h.cells, h.headers = levelOf(a), a == atom.P || a == atom.Li || a == atom.Blockquote, 0, 0
	switch a {
	case atom.Article, atom.Main:
		h.numbered++
		h.containers = append(h.containers, h.numbered)
	case atom.Nav, atom.Footer, atom.Aside:
		h.aside++
	case atom.Pre:
		h.pre = true
	}
	return nil
}

func (h *htmlReader) end(a atom.Atom) error {
	switch {
	case h.silent != 0:
		if a == h.silent {
			h.silent, h.ldJSON = 0, false
		}
	case a == atom.Title:
		h.into = nil
	case a == atom.Html:
		h.d.complete = true
	case isBlock(a):
		if err := h.flush(); err != nil {
			return err
		}
		h.level, h.prose = 0, false
		switch a {
		case atom.Article, atom.Main:
			if n := len(h.containers); n > 0 {
				h.containers = h.containers[:n-1]
			}
		case atom.Nav, atom.Footer, atom.Aside:
			h.aside = max(0, h.aside-1)
		case atom.Pre:
			h.pre = false
		}
	}
	return nil
}

// meta takes what a meta element says of the page.
func (h *htmlReader) meta(t html.Token) {
	name, content := attribute(t, "property"), clean(attribute(t, "content"), false)
	if name == "" {
		name = attribute(t, "name")
	}
	switch strings.ToLower(name) {
	case "og:site_name":
		h.d.site = content
	case "og:title":
		h.d.ogTitle = content
	case "author":
		h.d.author = content
	case "article:published_time", "date", "dc.date", "pubdate":
		if day, err := dayOf(content); err == nil {
			h.d.dates = append([]namedDay{{day, name}}, h.d.dates...)
		}
	}
}

// published takes the day from a block of JSON-LD that describes an article.
func (h *htmlReader) published(text string) {
	var about struct {
		DatePublished string `json:"datePublished"`
	}
	if json.Unmarshal([]byte(text), &about) != nil {
		return // a list, a graph, or broken: other places may name the day
	}
	if day, err := dayOf(about.DatePublished); err == nil {
		h.d.dates = append([]namedDay{{day, "datePublished"}}, h.d.dates...)
	}
}

func attribute(t html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

func levelOf(a atom.Atom) int {
	switch a {
	case atom.H1:
		return 1
	case atom.H2:
		return 2
	case atom.H3, atom.H4, atom.H5, atom.H6:
		return 3
	}
	return 0
}

func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.Tr, atom.Table, atom.Thead, atom.Tbody, atom.H1, atom.H2, atom.H3, atom.H4,
		atom.H5, atom.H6, atom.Section, atom.Article, atom.Main, atom.Nav, atom.Aside, atom.Header, atom.Footer, atom.Blockquote, atom.Pre,
		atom.Option, atom.Select, atom.Dl, atom.Dt, atom.Dd, atom.Figure, atom.Figcaption, atom.Form, atom.Body, atom.Hr, atom.Caption:
		return true
	}
	return false
}
