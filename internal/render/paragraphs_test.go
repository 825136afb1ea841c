package render_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/render"
)

func TestAStoryIsProofReadAsItIsRead(t *testing.T) {
	got := render.Paragraphs(news.Content{
		Headline: "Lev is gone", Standfirst: "One euro was {{no figure here}}.",
		Body: strings.Join([]string{
			"One **euro** bought {{EUR/USD}}", // 1
			"and *{{EUR/GBP to 2}}* [pounds](https://example.org/9.99).",
			"",
			"## What {{XNYS:RIO}} was",
			"",
			"- first",
			"- second \\* &amp; &#36;3", // 7
			"",
			"| code | rate |",
			"|---|---:|",
			"| BGN | 1.9558 |", // 11
			"",
			"> quoted `1 &amp; 2`",
			"",
			"    EUR/HRK 7.5345", // 15
			"    EUR/DEM 1.95583",
			"",
			"![7.77](picture.png) <b>bold</b> <https://example.org/>",
			"<div>8.88</div>",
		}, "\n"),
	}, func(n int) string { return fmt.Sprintf("%d.5", n) })
	want := []audit.Paragraph{
		{Text: "Lev is gone"},
		{Text: "One euro was {{no figure here}}."},
		{Text: "One euro bought 0.5 and 1.5 pounds.", Line: 1},
		{Text: "What 2.5 was", Line: 4},
		{Text: "first", Line: 6},
		{Text: "second * & $3", Line: 7},
		{Text: "code rate", Line: 9},
		{Text: "BGN 1.9558", Line: 11},
		{Text: "quoted 1 &amp; 2", Line: 13},
		{Text: "EUR/HRK 7.5345", Line: 15},
		{Text: "EUR/DEM 1.95583", Line: 16},
		{Text: "bold https://example.org/", Line: 18},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzParagraphs(f *testing.F) {
	f.Add("# A\n\n{{EUR/USD}} <b onclick=x>y</b> [z](javascript:1)")
	f.Add("| a | b |\n|---|:-:|\n| {{EUR/USD}} | \uE0001\uE001 |")
	f.Add("- a\n  - b\n\n        c\n~~~\nd\n~~~\n[e]: f 'g'\n")
	f.Fuzz(func(t *testing.T, markdown string) {
		if len(markdown) > 1<<14 {
			return // beyond the size of a fuzzed story
		}
		figures, last := 0, 1
		news.ReplaceFigures(markdown, func(int) string { figures++; return "" })
		end := 1 + strings.Count(markdown, "\n")
		for _, p := range render.Paragraphs(news.Content{Body: markdown}, func(n int) string {
			if n < 0 || n >= figures {
				t.Errorf("%q has %d figures; figure %d was read", markdown, figures, n)
			}
			return "1"
		}) {
			if p.Line < last || p.Line > end || strings.ContainsAny(p.Text, "\n") {
				t.Errorf("in %q the paragraph %q stands at line %d, behind line %d", markdown, p.Text, p.Line, last)
			}
			last = p.Line
		}
	})
}
