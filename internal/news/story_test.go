package news_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

func TestAHeadlineBecomesASlug(t *testing.T) {
	for headline, want := range map[string]news.Slug{
		"Lev bows out": "lev-bows-out",
		"  The dog's dinner — and the cat’s ": "the-dogs-dinner-and-the-cats",
		"1.95583 for ever":                    "1-95583-for-ever",
		"Ça ira":                              "ca-ira",
		"São Tomé, Łódź und Straße":           "sao-tome-lodz-und-strasse",
		"Bakı ilə Moskva":                     "baki-ila-moskva",
		"日本":                                  "untitled",
		"":                                    "untitled",
		"---":                                 "untitled",
		strings.Repeat("ab ", 100):            news.Slug(strings.TrimSuffix(strings.Repeat("ab-", 27), "-")),
	} {
		if got := news.SlugOf(headline); got != want {
			t.Errorf("%q becomes %s, not %s", headline, got, want)
		}
	}
}

func TestWhatIsNoSlugIsRefused(t *testing.T) {
	for _, text := range []string{"", "-a", "a-", "A", "a b", "a/b", "a.b", "ä", "a\x00", strings.Repeat("a", 121)} {
		if _, err := news.ParseSlug(text); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"a", "a--b", "2026", strings.Repeat("a", 120)} {
		if s, err := news.ParseSlug(text); err != nil || string(s) != text {
			t.Errorf("%q is read as %q, %v", text, s, err)
		}
	}
}

func TestAnArticleStandsAtTheDayOfItsFirstPublication(t *testing.T) {
	baku := time.FixedZone("Baku", 4*60*60)
	a := news.Article{Slug: "lev-bows-out", Published: time.Date(2026, 2, 2, 1, 0, 0, 0, baku), Updated: time.Date(2026, 3, 3, 0, 0, 0, 0, baku)}
	if got := a.Path(); got != "/2026/02/01/lev-bows-out" {
		t.Error(got)
	}
}

func FuzzSlug(f *testing.F) {
	for _, seed := range []string{"Lev bows out", "", "-", "日本", "İstanbul", strings.Repeat("a'-", 60), "a--b", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		made := news.SlugOf(text)
		if s, err := news.ParseSlug(string(made)); err != nil || s != made || len(made) > 80 {
			t.Errorf("%q becomes %q, which is no slug: %v", text, made, err)
		}
		if s, err := news.ParseSlug(text); err == nil && (string(s) != text || strings.ContainsAny(text, "/.?#%& \n")) {
			t.Errorf("%q is read as the slug %q", text, s)
		}
	})
}
