package news

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/spelling"
)

// excerptLength is about how many bytes of what a story says are shown.
const excerptLength = 260

// hitOf marks in an article what was looked for.
func hitOf(a Article, sought [][]string) Hit {
	which := map[string]int{} // the place in what is sought, by word
	for i, words := range sought {
		for _, w := range words {
			if _, taken := which[w]; !taken {
				which[w] = i
			}
		}
	}
	return Hit{Article: a, Headline: marked(a.Content.Headline, which), Excerpt: excerptOf(a.said(), which)}
}

// marked marks words in a line; those that nothing but spaces parts are marked as one.
func marked(line string, which map[string]int) Marked {
	m := Marked{Text: line}
	for w := range spelling.Words(line) {
		if _, ok := which[w.Folded]; !ok {
			continue
		}
		if n := len(m.Marks); n > 0 && strings.TrimSpace(line[m.Marks[n-1].End:w.Start]) == "" {
			m.Marks[n-1].End = w.End
			continue
		}
		m.Marks = append(m.Marks, Span{w.Start, w.End})
	}
	return m
}

// excerptOf is a part of one paragraph: that in which most of what was looked for stands, of those the first.
func excerptOf(paragraphs []string, which map[string]int) Marked {
	best, from, most := "", 0, -1
	for _, p := range paragraphs {
		if at, n := fullest(p, which); n > most {
			best, from, most = p, at, n
		}
	}
	return marked(part(best, from), which)
}

// fullest finds where in a paragraph the most of what was looked for stands together, and how much that is.
func fullest(paragraph string, which map[string]int) (at, most int) {
	type place struct{ start, sought int }
	var places []place
	for w := range spelling.Words(paragraph) {
		if i, ok := which[w.Folded]; ok {
			places = append(places, place{w.Start, i})
		}
	}
	for i, p := range places {
		var seen uint64 // a bit for each that is sought: there are [maxSought] at most
		for _, other := range places[i:] {
			if other.start-p.start > excerptLength*2/3 {
				break
			}
			seen |= 1 << other.sought
		}
		if n := bits.OnesCount64(seen); n > most {
			at, most = p.start, n
		}
	}
	return at, most
}

// part is about excerptLength of a paragraph around a place, from a word to a word, with an ellipsis where something is left
// out.
func part(paragraph string, at int) string {
	if len(paragraph) <= excerptLength {
		return paragraph
	}
	const before = excerptLength / 4
	start := max(0, min(at-before, len(paragraph)-excerptLength))
	if start > 0 {
		start = later(paragraph, start, at)
	}
	end := min(len(paragraph), start+excerptLength)
	if end < len(paragraph) {
		end = earlier(paragraph, max(start, at), end)
	}
	text := strings.TrimRight(paragraph[start:end], " ,;:–—-")
	if start > 0 {
		text = "… " + text
	}
	if end < len(paragraph) {
		text += " …"
	}
	return text
}

// later is where the next word begins behind a place, or, where there is none before a limit, the next letter.
func later(text string, at, limit int) int {
	if i := strings.IndexByte(text[at:limit], ' '); i >= 0 {
		return at + i + 1
	}
	for at < limit && !utf8.RuneStart(text[at]) {
		at++
	}
	return at
}

// earlier is where the last word ends before a place, or, where there is none behind a limit, the last letter.
func earlier(text string, limit, at int) int {
	if i := strings.LastIndexByte(text[limit:at], ' '); i > 0 {
		return limit + i
	}
	for at > limit && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// Parts takes a marked line apart: texts that are not marked and texts that are, in turn, the first of them not.
func (m Marked) Parts() []string {
	var parts []string
	at := 0
	for _, s := range m.Marks {
		parts = append(parts, m.Text[at:s.Start], m.Text[s.Start:s.End])
		at = s.End
	}
	return append(parts, m.Text[at:])
}
