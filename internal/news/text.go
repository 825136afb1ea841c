package news

import (
	"html"
	"regexp"
	"strings"
	"sync"

	"github.com/courant-news/courant/internal/numeral"
)

// What a story says, to be searched: its Markdown without the marks. What no reader sees is left out, as the page leaves it
// out: comments, blocks of raw HTML, addresses, pictures. A mark more or less harms nobody here; the page itself is drawn by
// another room.

// strips take the marks off a text, one after the other; a text without any of the signs has no such mark.
var strips = []struct {
	signs string
	mark  *regexp.Regexp
	by    string
}{
	{"[", regexp.MustCompile(`(?m)^ {0,3}\[[^\]\n]+\]:.*$`), ""},         // where a link leads that is written elsewhere
	{"[", regexp.MustCompile(`!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])?`), " "}, // a picture
	{"[", regexp.MustCompile(`\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])`), "$1"},
	{"#>-*+.)", regexp.MustCompile(`(?m)^[ \t]*(#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+|\d+[.)][ \t]+)+`), ""},
	{"-|=:*", regexp.MustCompile(`(?m)^[-|=:* \t]+$`), ""}, // a rule, or the line below the head of a table
	{"`~", regexp.MustCompile("(?m)^[ \t]*(```|~~~).*$"), ""},
	{"<", regexp.MustCompile(`<[/!?a-zA-Z][^>]*>`), " "},
	{"_", regexp.MustCompile(`(^|[\s(“"])_+`), "$1"},
	{"_", regexp.MustCompile(`_+([\s).,;:!?”"]|$)`), "$1"},
	{"*`~", regexp.MustCompile("[*`]|~~"), ""},
	{"|", regexp.MustCompile(`\|`), " "},
	{`\`, regexp.MustCompile(`\\([[:punct:]])`), "$1"},
}

var (
	comment  = regexp.MustCompile(`(?s)<!--.*?(-->|\z)`)
	blank    = regexp.MustCompile(`\n[ \t]*\n`)
	rawBlock = regexp.MustCompile(`^ {0,3}<[/!?a-zA-Z]`)
	// unspaced drops a space that a mark left before a sign of the sentence.
	unspaced = strings.NewReplacer(" .", ".", " ,", ",", " ;", ";", " :", ":", " !", "!", " ?", "?", " )", ")", " ”", "”")
)

// paragraphs are those of a Markdown, each on one line, its n-th figure (from 0) written as figure(n) has it.
func paragraphs(markdown string, figure func(n int) string) (all []string) {
	text := ReplaceFigures(strings.ReplaceAll(markdown, "\r\n", "\n"), figure)
	if strings.Contains(text, "<!--") { // first, for a comment may hold blank lines
		text = comment.ReplaceAllString(text, " ")
	}
	for _, block := range blank.Split(text, -1) {
		if rawBlock.MatchString(block) {
			continue
		}
		for _, s := range strips {
			if !strings.ContainsAny(block, s.signs) {
				continue
			}
			block = s.mark.ReplaceAllString(block, s.by)
		}
		line := strings.Join(strings.Fields(html.UnescapeString(block)), " ")
		if line = unspaced.Replace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// said are the paragraphs of an article as it is read, its standfirst and its live entries among them, with the figures as
// they were printed. Tables and charts are left out.
func (a Article) said() []string {
	all := ifAny(a.Content.Standfirst)
	figures, pins := a.Figures()
	style := sync.OnceValue(func() numeral.Style { return numeral.Of(a.Content.Language) })
	all = append(all, paragraphs(a.Content.Body, printedIn(figures, pins, style))...)
	for _, m := range a.Moments {
		all = append(all, ifAny(m.Headline)...)
		own, _ := Figures(m.Body)        // it was checked when it was told;
		parted, _ := PinsOf(own, m.Pins) // what does not fit is left out
		all = append(all, paragraphs(m.Body, printedIn(own, parted, style))...)
	}
	return all
}

func ifAny(line string) []string {
	if line == "" {
		return nil
	}
	return []string{line}
}

// printedIn writes figures in a sentence.
func printedIn(figures []Figure, pins [][]Pin, style func() numeral.Style) func(n int) string {
	return func(n int) string {
		if n >= len(figures) || n >= len(pins) || figures[n].Block() {
			return ""
		}
		return figures[n].Text(pins[n], style())
	}
}
