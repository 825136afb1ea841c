package news_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/store/storetest"
)

// shown writes a marked line with brackets around its marks.
func shown(m news.Marked) string {
	var b strings.Builder
	for i, part := range m.Parts() {
		if i%2 == 1 {
			part = "[" + part + "]"
		}
		b.WriteString(part)
	}
	return b.String()
}

func TestAStoryIsFoundByWhatIsReadInItAndByNothingElse(t *testing.T) {
	for body, want := range map[string]string{
		"One *two* **three**, `four`.":                              "one two three four",
		"# Head\n\n> quoted\n\n- item\n2. second":                   "head quoted item second",
		"[words](https://hidden.example \"t\") ![alt](p.png)":       "words",
		"[words][ref]\n\n[ref]: https://hidden.example":             "words",
		"<!-- hidden\n\nstill --> seen <b>bold</b>":                 "seen bold",
		"<div>hidden</div>\n\nseen":                                 "seen",
		"<!-- never closed":                                         "",
		"| a | b |\n|---|---|\n| c | d |":                           "a b c d",
		"snake_case and _emphasis_, R&amp;D, \\*not\\*":             "snake case and emphasis r d not",
		"```go\ncode\n```":                                          "code",
		"{{EUR/USD @2026-02-02}} is unpinned, {{table EUR/USD}} no": "is unpinned no",
	} {
		if got := (news.Article{Content: news.Content{Body: body}}).Keywords().Text; got != want {
			t.Errorf("%q is found by %q, want %q", body, got, want)
		}
	}
	k := news.Article{Content: news.Content{
		Headline: "Łódź", Kicker: "K", Standfirst: "S", Bylines: []string{"Jane O’Doe"}, Dateline: "BAKU", Section: "news", Topics: []news.Slug{"central-banks"},
	}}.Keywords()
	if want := (news.Keywords{Headline: "lodz", Names: "k baku news jane o doe central banks", Text: "s"}); k != want {
		t.Errorf("it is found by %+v, want %+v", k, want)
	}
	book := news.Article{Content: news.Content{Body: strings.Repeat("Wörter ", 100_000)}}.Keywords()
	if n := len(strings.Fields(book.Text)); n != 16_000 {
		t.Errorf("a book is found by %d words", n)
	}
}

func TestAnExcerptShowsWhereMostOfWhatWasLookedForStands(t *testing.T) {
	filler := strings.Repeat("Nothing of it here. ", 30)
	a := news.Article{Content: news.Content{
		Headline: "Aliyev & the złoty", Standfirst: "The bank of one country.",
		Body: filler + "\n\nHere the bank speaks. " + filler + "Aliyev met the bank, and the ZŁOTY fell. " + filler,
	}}
	h := news.HitOf(a, "zloty ALIYEV bank")
	if got := shown(h.Headline); got != "[Aliyev] & the [złoty]" {
		t.Errorf("the headline is %s", got)
	}
	got := shown(h.Excerpt)
	if !strings.Contains(got, "[Aliyev] met the [bank], and the [ZŁOTY] fell.") || !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") {
		t.Errorf("the excerpt is %s", got)
	}
	if got := shown(news.HitOf(a, "elsewhere").Excerpt); got != "The bank of one country." {
		t.Errorf("where nothing of it stands the excerpt is %s", got)
	}
	if got := shown(news.HitOf(news.Article{}, "x").Excerpt); got != "" {
		t.Errorf("of nothing the excerpt is %q", got)
	}
	if got := shown(news.HitOf(a, "bank of one").Excerpt); got != "The [bank of one] country." {
		t.Errorf("words side by side are marked as %s", got)
	}
}

func TestNamesAreFoundThatAreSpelledNearlySo(t *testing.T) {
	db := storetest.Open(t)
	b := bus.New()
	ledger := market.NewLedger(db, b, market.LedgerOptions{})
	room, paper := news.NewNewsroom(db, ledger, b, nil), news.NewPaper(db)
	for _, c := range []news.Content{
		{Headline: "Aliev speaks", Section: "world", Body: "In Baku."},
		{Headline: "Azerbaijan sells gas", Section: "world", Topics: []news.Slug{"energy"}, Body: "To Europe."},
	} {
		r, err := room.Save(t.Context(), news.Submission{Content: c, Author: "A", Reason: "new"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := room.Move(t.Context(), r.Story, news.Move{To: news.Published, Revision: 1, By: "A"}); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string]string{
		"aliev":            "Aliev speaks",
		"Aliyev":           "Aliev speaks; aliyev: aliev",
		"aliyev BAKU":      "Aliev speaks; aliyev: aliev",
		"azerb gas":        "Azerbaijan sells gas; azerb: azerbaijan",
		"enegry":           "Azerbaijan sells gas; enegry: energy",
		"aliyev gas":       "",
		"nothing like it":  "",
		"…":                "",
		"world":            "Azerbaijan sells gas, Aliev speaks",
		"europ to nowhere": "",
	} {
		found, err := paper.Search(t.Context(), query, 10)
		if err != nil {
			t.Fatal(err)
		}
		var headlines []string
		for _, h := range found.Hits {
			headlines = append(headlines, h.Content.Headline)
		}
		got := strings.Join(headlines, ", ")
		for _, i := range found.Instead {
			got += "; " + i.Word + ": " + strings.Join(i.Others, ", ")
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
	if _, err := paper.Search(t.Context(), strings.Repeat("a", news.MaxSearch+1), 10); !errors.Is(err, fault.Invalid) {
		t.Errorf("a long query: %v, want fault.Invalid", err)
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("One *two* [three](x) <!-- four", "two")
	f.Add(strings.Repeat("ź\xffa ", 200), "źa")
	f.Add("日本 `a` _b_ {{EUR/USD}} {{chart", "日")
	f.Fuzz(func(t *testing.T, body, query string) {
		if len(body) > 20_000 {
			t.Skip()
		}
		a := news.Article{Content: news.Content{Headline: query, Body: body}}
		k := a.Keywords()
		if utf8.ValidString(body) && !utf8.ValidString(k.Text) {
			t.Fatalf("%q is found by %q", body, k.Text)
		}
		for _, m := range []news.Marked{news.HitOf(a, query).Headline, news.HitOf(a, query).Excerpt} {
			if strings.Join(m.Parts(), "") != m.Text || utf8.ValidString(body) && utf8.ValidString(query) && !utf8.ValidString(m.Text) {
				t.Fatalf("%q marked is %q", m.Text, m.Parts())
			}
		}
	})
}
