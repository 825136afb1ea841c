package archive_test

import (
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/archive"
)

// BenchmarkAPageMeantToTakeLong reads pages of nearly [archive.MaxPage] that were made to be slow. Each takes a few
// seconds at most; one whose time grows with the square of its length would take minutes.
func BenchmarkAPageMeantToTakeLong(b *testing.B) {
	const size = archive.MaxPage - 2_000
	const lines = 190_000
	board := "P - T\nEUR -\nAUD 1.7\nCHF 0.9\nGBP 0.8\nJPY 183.6\nUSD 1.18\n"
	list := "<html><title>P - T</title><body><ul><li>EUR -<li>AUD 1.7<li>CHF 0.9<li>GBP 0.8<li>JPY 183.6<li>USD 1.18</ul>"
	for name, page := range map[string]string{
		"a line that names a base, again and again": "P - T\n" + strings.Repeat("EUR\n", lines),
		"a rate that stands twice, again and again": board + strings.Repeat("USD 1.18\n", lines),
		"a paragraph of many lines":                 board + "T\n\nA.\n\n" + strings.Repeat("  on and on the sentence goes, and never comes to an end\n", lines),
		"a story of asterisks":                      board + "T\n\nA.\n\nB\n" + strings.Repeat("*", size) + ".",
		"a ticker of one line":                      board + strings.Repeat("A 1 20 3% ", size/10),
		"spaces before many pieces":                 list + "<p>" + strings.Repeat(" ", size/2) + strings.Repeat("x<b>", size/8),
		"line breaks in a paragraph":                list + "<h1>T</h1><p>" + strings.Repeat("on and on the sentence goes, and never comes to an end<br>", lines),
		"end tags of nothing":                       list + strings.Repeat("<ul>", 300) + strings.Repeat("</ol>", size/5),
		"elements within elements":                  list + strings.Repeat("<div><ul>", size/9),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if p, err := archive.ReadPage(strings.NewReader(page)); err == nil {
					b.Fatalf("it was taken: %d rates", len(p.Rates))
				}
			}
		})
	}
}
