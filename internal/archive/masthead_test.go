package archive_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// masthead generates a revision of the settings of any content, but for its number.
func masthead(text *rapid.Generator[string], moment *rapid.Generator[time.Time]) *rapid.Generator[news.MastheadRevision] {
	return rapid.Custom(func(t *rapid.T) news.MastheadRevision {
		m := news.Masthead{
			Name: text.Draw(t, "name"), Motto: text.Draw(t, "motto"), Language: text.Draw(t, "language"),
			Base:  rapid.SampledFrom([]currency.Code{"", "EUR"}).Draw(t, "base"),
			Strip: rapid.SliceOfN(rapid.SampledFrom([]market.Symbol{"EUR/USD", "XNYS:BP"}), 0, 3).Draw(t, "strip"), Lead: rapid.SampledFrom([]string{"", "/2026/02/02/low-water"}).Draw(t, "lead"),
		}
		for _, title := range rapid.SliceOfN(text, 0, 3).Draw(t, "titles") {
			m.Sections = append(m.Sections, news.Section{Slug: "news", Title: title})
		}
		for _, c := range []*news.Colour{&m.Colours.Link.Light, &m.Colours.Link.Dark, &m.Colours.Accent.Light, &m.Colours.Accent.Dark} {
			*c = news.Colour(text.Draw(t, "colour"))
		}
		return news.MastheadRevision{Masthead: m, By: text.Draw(t, "by"), Reason: text.Draw(t, "reason"), At: moment.Draw(t, "at")}
	})
}

// settings is an edition of two states of the settings.
func settings() news.Edition {
	at := time.Date(2026, 2, 2, 9, 0, 0, 0, time.UTC)
	return news.Edition{Mastheads: []news.MastheadRevision{
		{N: 1, By: "mo", At: at, Masthead: news.Masthead{Name: "Tidewater Post"}},
		{N: 2, By: "mo", At: at.Add(time.Hour), Reason: "We have a look of our own.", Masthead: news.Masthead{
			Name: "Tidewater Post", Motto: "Ships and prices", Language: "en-GB", Base: "GBP",
			Sections: []news.Section{{Slug: "sea", Title: "The Sea"}}, Strip: []market.Symbol{"EUR/USD", "XNYS:BP"}, Lead: "/2026/02/02/low-water",
			Colours: news.Colours{Link: news.Tone{Light: "#174a86", Dark: "#9cc3f2"}, Accent: news.Tone{Light: "#7a1f1f"}},
		}},
	}}
}

func TestDamageToTheSettingsIsToldWhere(t *testing.T) {
	file := written(t, settings())
	lines := strings.SplitAfter(file, "\n")
	for what, c := range map[string]struct{ from, to, says string }{
		"the first is missing":       {lines[1], "", "line 2: revision 2 of the settings stands where revision 1 belongs"},
		"the first stands twice":     {lines[1], lines[1] + lines[1], "line 3: revision 1 of the settings stands where revision 2 belongs"},
		"the last is missing":        {lines[2], "", "it has 1 revisions of the settings, and its last record, at line 3, says 2"},
		"an unknown colour":          {`"accent":{`, `"accent":{"red":"#ff0000",`, `line 3 cannot be read: json: unknown field "red"`},
		"another name":               {"Ships", "Shops", "do not fit the SHA-256 at line 4"},
		"a count that is left out":   {`"mastheads":2,`, "", "it has 2 revisions of the settings, and its last record, at line 4, says 0"},
		"a setting of another paper": {`"n":1`, `"n":7`, "revision 7 of the settings"},
	} {
		if !strings.Contains(file, c.from) {
			t.Fatalf("there is no %q in\n%s", c.from, file)
		}
		if got := refused(t, what, strings.Replace(file, c.from, c.to, 1)); !strings.Contains(got, c.says) {
			t.Errorf("%s: it says %q, want %q", what, got, c.says)
		}
	}
}

func TestTheFormatsPageDescribesTheSettings(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "archive-format.md"))
	if err != nil {
		t.Fatal(err)
	}
	example := strings.SplitAfter(written(t, settings()), "\n")[2]
	if !strings.Contains(string(page), example) {
		t.Errorf("the page lacks the example\n%s", example)
	}
	for _, key := range []string{"n", "by", "reason", "at", "name", "motto", "language", "base", "sections", "slug", "title", "strip", "link", "accent", "light", "dark", "mastheads"} {
		if !strings.Contains(string(page), fmt.Sprintf("`%s`", key)) {
			t.Errorf("the page does not describe %q", key)
		}
	}
}
