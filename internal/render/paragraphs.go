package render

import (
	"bufio"
	"bytes"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
	markup "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/news"
)

// Paragraphs returns a story as it is read, for the proof-reader: the headline and the standfirst, which have no line, then
// each heading, paragraph, item and row of a table of its Markdown without the marks, with the line on which it begins.
// Where its n-th figure stands (from 0) is what figure(n) returns. Raw HTML and pictures are dropped, as [Body] does.
func Paragraphs(c news.Content, figure func(n int) string) []audit.Paragraph {
	var all []audit.Paragraph
	for _, line := range []string{c.Headline, c.Standfirst} {
		if line != "" {
			all = append(all, audit.Paragraph{Text: line})
		}
	}
	source := []byte(mark(c.Body))
	at, line := 0, 1
	put := func(written string, start int) {
		if written = strings.Join(strings.Fields(written), " "); written == "" {
			return
		}
		if start > at { // blocks come in the order of the text
			line += bytes.Count(source[at:start], []byte("\n"))
			at = start
		}
		all = append(all, audit.Paragraph{Text: unmark(written, figure), Line: line})
	}
	document := converter().Parser().Parse(text.NewReader(source))
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // it fails only where we do
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.(type) {
		case *ast.Heading, *ast.Paragraph, *ast.TextBlock, *tables.TableHeader, *tables.TableRow:
			r := reading{source: source, start: -1}
			r.read(n)
			put(r.b.String(), r.start)
			return ast.WalkSkipChildren, nil
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			for _, segment := range n.Lines().Sliced(0, n.Lines().Len()) {
				put(string(segment.Value(source)), segment.Start)
			}
		}
		return ast.WalkContinue, nil
	})
	return all
}

// reading is the words of a block under way.
type reading struct {
	source []byte
	b      strings.Builder
	start  int // where the first of them stands; -1: there are none yet
}

func (r *reading) read(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			if r.start < 0 {
				r.start = c.Segment.Start
			}
			if _, isCode := n.(*ast.CodeSpan); isCode {
				r.b.Write(c.Segment.Value(r.source))
			} else {
				r.b.WriteString(resolved(c.Segment.Value(r.source)))
			}
			if c.SoftLineBreak() || c.HardLineBreak() {
				r.b.WriteByte(' ')
			}
		case *ast.String:
			r.b.Write(c.Value)
		case *ast.AutoLink:
			r.b.Write(c.Label(r.source))
		case *ast.RawHTML, *ast.Image:
		default:
			r.read(c)
			if _, isCell := c.(*tables.TableCell); isCell {
				r.b.WriteByte(' ')
			}
		}
	}
}

// resolved is a piece of Markdown without its backslashes and references, by the rules by which it is drawn.
func resolved(piece []byte) string {
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	markup.DefaultWriter.Write(w, piece)
	_ = w.Flush() // a buffer takes all
	return html.UnescapeString(b.String())
}
