package news

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// Change is one field in which two contents differ.
type Change struct {
	Field string // as readers of the desk know it: headline, body, image 2
	Parts []Part // both texts, word for word, in their order
}

// Part is a run of a text that stands in both contents, or in one of them.
type Part struct {
	In   In
	Text string
}

// In says in which of two contents a part stands.
type In string

// Where a part stands.
const (
	Both   In = "both"
	Before In = "before" // it was taken out
	After  In = "after"  // it was put in
)

// Diff compares two contents, of any two revisions, over all their fields and by words. It returns the fields that differ, in
// the order of [Content]; none where the two say the same.
func Diff(before, after Content) []Change {
	var changes []Change
	field := func(name, a, b string) {
		if a != b {
			changes = append(changes, Change{Field: name, Parts: parts(a, b)})
		}
	}
	field("headline", before.Headline, after.Headline)
	field("kicker", before.Kicker, after.Kicker)
	field("standfirst", before.Standfirst, after.Standfirst)
	field("bylines", strings.Join(before.Bylines, ", "), strings.Join(after.Bylines, ", "))
	field("dateline", before.Dateline, after.Dateline)
	field("section", string(before.Section), string(after.Section))
	field("topics", listed(before.Topics), listed(after.Topics))
	field("language", before.Language, after.Language)
	field("body", before.Body, after.Body)
	for n := range max(len(before.Images), len(after.Images)) {
		field(fmt.Sprintf("image %d", n+1), described(before.Images, n), described(after.Images, n))
	}
	return changes
}

// listed writes names with commas between.
func listed[Name ~string](names []Name) string {
	var all []string
	for _, n := range names {
		all = append(all, string(n))
	}
	return strings.Join(all, ", ")
}

// described is an image as text, a line for each thing that is said of it.
func described(images []Image, n int) string {
	if n >= len(images) {
		return ""
	}
	i := images[n]
	shows := "shows: " + i.Alt
	if i.Decorative {
		shows = "decorative"
	}
	return fmt.Sprintf("media: %s\n%s\ncaption: %s\ncredit: %s\nfocus: %d, %d", i.Media, shows, i.Caption, i.Credit, i.FocusX, i.FocusY)
}

// words finds what is compared as one: a figure, a word, a run of spaces, any other sign.
var words = regexp.MustCompile(`\{\{[^{}\n]*\}\}|[\p{L}\p{N}\p{M}]+|\s+|.`)

// DiffText compares two texts of anything: line for line, and word for word those lines that differ.
func DiffText(before, after string) []Part { return parts(before, after) }

// parts compares two texts line for line, and word for word those lines that differ. The library gives up on finding the
// least of all differences after some fifty; so it does only within lines that were written anew.
func parts(before, after string) []Part {
	var all []Part
	a, b := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	compare(a, b, func(in In, lines []string) { all = add(all, in, lines) }, func(a, b []string) {
		inWords := func(lines []string) []string { return words.FindAllString(strings.Join(lines, ""), -1) }
		put := func(in In, words []string) { all = add(all, in, words) }
		compare(inWords(a), inWords(b), put, func(a, b []string) {
			put(Before, a)
			put(After, b)
		})
	})
	return all
}

// compare finds the runs that two lists share, for which same is called, and those that differ between them, in order.
func compare(a, b []string, same func(In, []string), differ func(a, b []string)) {
	done := 0
	for _, d := range lcs.DiffLines(a, b) { // what it takes for lines may be any texts
		same(Both, a[done:d.Start])
		differ(a[d.Start:d.End], b[d.ReplStart:d.ReplEnd])
		done = d.End
	}
	same(Both, a[done:])
}

// add puts a run of texts behind what there is.
func add(all []Part, in In, texts []string) []Part {
	text := strings.Join(texts, "")
	switch n := len(all); {
	case text == "":
	case n > 0 && all[n-1].In == in:
		all[n-1].Text += text
	default:
		all = append(all, Part{In: in, Text: text})
	}
	return all
}
