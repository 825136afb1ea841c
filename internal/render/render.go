// Package render draws stories, numbers and lines: Markdown to HTML, decimals to the figures a reader expects, series
// to SVG; and what the proof-reader found, as text for people and as SARIF for programs, with its rules as Markdown. It
// knows no page and no address; a face puts what it draws where it belongs.
//
// All HTML that stems from what somebody wrote passes the one sanitiser in [Body]. Numbers are written from their
// exact decimals; only the pixels of a line are computed in floating point. Everything is safe for concurrent use.
package render

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/courant-news/courant/internal/news"
)

// Figures stand in the Markdown as markers of private-use characters while it is parsed and sanitised, so that the
// sanitiser sees nothing but what the author wrote and a figure's own markup is never at its mercy.
const (
	markStart = "\uE000"
	markEnd   = "\uE001"
)

var (
	marker = regexp.MustCompile(markStart + `(\d+)` + markEnd)
	// An author's own such characters become a sign of replacement each: were they dropped, what stands beside them
	// could join into a figure that the newsroom never saw.
	unmarked = strings.NewReplacer(markStart, "\uFFFD", markEnd, "\uFFFD")
	// Markdown turns a reference to such a character (&#xE000; &#57344;) into the character.
	markReference = regexp.MustCompile(`(?i)&#(?:x0*e00[01]|0*5734[45]);`)
)

// alone finds the marker of a figure that has a paragraph of its own.
var alone = regexp.MustCompile(`<p>` + markStart + `(\d+)` + markEnd + `</p>`)

// unit finds the space between a figure and a code of a currency or a sign of per cent behind it, at which no line may end.
var unit = regexp.MustCompile(markEnd + ` ([A-Z]{3}\b|[%٪‰])`)

// Body draws a story's Markdown as HTML. Where its n-th figure stands (from 0), the HTML that figure(n) returns is put
// as it is: the caller vouches for it. An element figure takes the place of the paragraph that it stands in. Raw HTML in
// the Markdown is dropped.
func Body(markdown string, figure func(n int) string) (string, error) {
	var b bytes.Buffer
	if err := converter().Convert([]byte(mark(markdown)), &b); err != nil {
		return "", fmt.Errorf("draw a story's Markdown: %w", err)
	}
	clean := unit.ReplaceAllString(string(sanitiser().SanitizeBytes(b.Bytes())), markEnd+"\u00a0$1")
	clean = alone.ReplaceAllStringFunc(clean, func(p string) string {
		if drawn := unmark(p, figure); strings.HasPrefix(drawn, "<p><figure") {
			return strings.TrimSuffix(strings.TrimPrefix(drawn, "<p>"), "</p>")
		}
		return p
	})
	return unmark(clean, figure), nil
}

// mark puts a marker in the place of each figure.
func mark(markdown string) string {
	marked := news.ReplaceFigures(unmarked.Replace(markdown), func(n int) string {
		return markStart + strconv.Itoa(n) + markEnd
	})
	return markReference.ReplaceAllString(marked, "\uFFFD")
}

// unmark puts what figure(n) returns in the place of the n-th figure's marker.
func unmark(text string, figure func(n int) string) string {
	return marker.ReplaceAllStringFunc(text, func(m string) string {
		n, err := strconv.Atoi(marker.FindStringSubmatch(m)[1])
		if err != nil {
			return ""
		}
		return figure(n)
	})
}

var converter = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough),
		goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithASTTransformers(util.Prioritized(belowTitle{}, 500))),
	)
})

// belowTitle puts a story's headings below its headline, which is the page's only first one, and no deeper than four.
type belowTitle struct{}

// Transform implements parser.ASTTransformer.
func (belowTitle) Transform(document *ast.Document, _ text.Reader, _ parser.Context) {
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			h.Level = min(max(h.Level, 2), 4)
		}
	}
}

// sanitiser is the one policy for HTML that stems from an author or an import. Pictures wait for a media store: a
// picture elsewhere would be a third-party request from a reader's page.
var sanitiser = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "h2", "h3", "h4", "em", "strong", "del", "ul", "li", "blockquote", "code", "pre", "hr", "br",
		"table", "thead", "tbody", "tr", "sup")
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^[\p{L}\p{N}-]{1,100}$`)).OnElements("h2", "h3", "h4")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowElements("ol", "th", "td")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|right|center)$`)).OnElements("th", "td")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	return p
})
