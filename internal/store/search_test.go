package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/spelling"
	"github.com/courant-news/courant/internal/store"
)

// searched are the stories that have all words of a text; words with | between stand for one another.
func searched(t testing.TB, db *store.DB, text string) string {
	t.Helper()
	var words [][]string
	for part := range strings.FieldsSeq(text) {
		words = append(words, strings.Split(part, "|"))
	}
	found, err := db.Search(t.Context(), words, 10)
	if err != nil {
		t.Fatal(err)
	}
	ids := []news.StoryID{}
	for _, a := range found {
		ids = append(ids, a.ID)
	}
	return fmt.Sprint(ids)
}

func findsByWords(t *testing.T, url string) {
	db := open(t, url)
	told := func(n int, headline, body string) news.Revision {
		r := revision("s", n, body)
		r.Content.Headline, r.Content.Topics, r.Content.Kicker = headline, []news.Slug{"central-banks"}, "Żółty"
		return r
	}
	is := func(want string, texts ...string) {
		t.Helper()
		for _, text := range texts {
			if got := searched(t, db, text); got != want {
				t.Errorf("%q finds %s, want %s", text, got, want)
			}
		}
	}
	if err := db.AddRevision(t.Context(), told(1, "Baku's złoty", "A *first* word of O'Brien, [link](http://hidden.example). <!-- secret\n\nnote -->"), "s"); err != nil {
		t.Fatal(err)
	}
	is("[]", "baku", "first", "central")
	if err := errors.Join(publish(t.Context(), db, "s", 1, seen, nil), db.AddRevision(t.Context(), told(2, "Moscow", "A second. Азербайджан हिन्दी 日本"), "s")); err != nil {
		t.Fatal(err)
	}
	is("[s]", "baku", "zloty baku", "first", "central banks", "zolty", "brien", "link", "nothing|baku", "markets")
	is("[]", "moscow", "second", "hidden", "example", "secret", "note", "baku nothing", "'", `"`, `\`, "ba", "*", "headline:baku")
	if err := publish(t.Context(), db, "s", 2, seen.Add(time.Hour), nil); err != nil {
		t.Fatal(err)
	}
	folded := func(text string) (list string) {
		for w := range spelling.Words(text) {
			list += w.Folded + " "
		}
		return list
	}
	is("[s]", "moscow", "second", folded("азербайджан"), folded("हिन्दी"), folded("日本"), folded("本"))
	is("[]", "baku", "first", folded("हिन्द"))
	if _, err := db.AppendEntry(t.Context(), "s", news.Entry{At: seen, Body: "It thunders", Author: "A"}); err != nil {
		t.Fatal(err)
	}
	is("[s]", "thunders moscow")
	m, err := db.Manuscript(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	withdrawn := news.Step{Story: "s", N: len(m.Steps) + 1, From: m.State, To: news.Withdrawn, Revision: 2, By: "editor", Reason: "r", At: seen}
	if err := db.Take(t.Context(), withdrawn, nil); err != nil {
		t.Fatal(err)
	}
	is("[]", "moscow", "thunders", "central")
	if names, err := db.Names(t.Context(), 10); err != nil || len(names) != 0 {
		t.Errorf("the names of a withdrawn story are %q, %v", names, err)
	}
}

// Of words that many stories have the newest are found, of rarer ones all, however old.
func findsTheNewestAndTheOldest(t *testing.T, url string) {
	db := open(t, url)
	const stories = 2_300
	has := map[string]func(n int) bool{
		"common": func(n int) bool { return n%10 < 7 },
		"less":   func(n int) bool { return n%15 == 0 }, // 134 of the newest 2,000
		"old":    func(n int) bool { return n < 100 },
		"oldest": func(n int) bool { return n == 0 },
		"never":  func(int) bool { return false },
	}
	e := news.Edition{}
	for n := range stories {
		body := "Words."
		for word, so := range has {
			if so(n) {
				body += " " + word
			}
		}
		id := news.StoryID(fmt.Sprint(n))
		r := revision(id, 1, body)
		at := seen.Add(time.Duration(n) * time.Minute)
		e.Stories = append(e.Stories, news.Manuscript{
			ID: id, Slug: news.Slug("s" + id), State: news.Published, Live: 1, Published: at, Updated: at, Revisions: []news.Revision{r}, Pins: map[int][]news.Pin{1: nil},
		})
	}
	if _, err := db.AddEdition(t.Context(), e, nil); err != nil {
		t.Fatal(err)
	}
	for _, words := range [][]string{{"common"}, {"less"}, {"old"}, {"oldest"}, {"never"}, {"common", "less"}, {"common", "old"}} {
		var asked [][]string
		for _, w := range words {
			asked = append(asked, []string{w})
		}
		var want, got []news.StoryID
		for n := stories - 1; n >= 0 && len(want) < 200; n-- {
			if !slices.ContainsFunc(words, func(w string) bool { return !has[w](n) }) {
				want = append(want, news.StoryID(fmt.Sprint(n)))
			}
		}
		found, err := db.Search(t.Context(), asked, 200)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range found {
			got = append(got, a.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v finds %d stories, %v, and not %d, %v", words, len(got), got, len(want), want)
		}
	}
}

func weighsWords(t *testing.T, url string) {
	db := open(t, url)
	e := news.Edition{}
	for i, c := range []news.Content{
		{Headline: "A", Body: "The krone of Norway fell, and much else happened on that day."},
		{Headline: "B", Topics: []news.Slug{"krone"}, Body: "Much happened on that day, and little of it was new."},
		{Headline: "The krone", Body: "Much happened on that day, and little of it was new."},
		{Headline: "D", Body: "Of the crown nothing."},
	} {
		c.Section = "markets"
		id := news.StoryID(fmt.Sprint(i))
		r := revision(id, 1, "")
		r.Content = c
		e.Stories = append(e.Stories, news.Manuscript{
			ID: id, Slug: news.Slug("s" + id), State: news.Published, Live: 1, Published: seen, Updated: seen, Revisions: []news.Revision{r}, Pins: map[int][]news.Pin{1: nil},
		})
	}
	if _, err := db.AddEdition(t.Context(), e, nil); err != nil {
		t.Fatal(err)
	}
	if got := searched(t, db, "krone"); got != "[2 1 0]" {
		t.Errorf("the order is %s", got)
	}
	if found, err := db.Search(t.Context(), [][]string{{"krone"}}, 1); err != nil || len(found) != 1 || found[0].ID != "2" {
		t.Errorf("the first is %v, %v", found, err)
	}
	names, err := db.Names(t.Context(), 2)
	if err != nil || !slices.Equal(names, []string{"d\nmarkets", "the krone\nmarkets"}) {
		t.Errorf("the newest names are %q, %v", names, err)
	}
}

func reindexes(t *testing.T, url string) {
	db := open(t, url)
	publishMany(t, db, 20)
	before := searched(t, db, "headline")
	for range 2 {
		if n, err := db.Reindex(t.Context()); err != nil || n != 20 {
			t.Fatal(n, err)
		}
		if got := searched(t, db, "headline"); got != before || before == "[]" {
			t.Errorf("after it %s are found, before it %s", got, before)
		}
	}
}

// Of 10,000 stories: with a word that a few have, with one that all have, and with both.
func BenchmarkSearch(b *testing.B) {
	for engine, url := range map[string]string{"sqlite": filepath.Join(b.TempDir(), "paper.db"), "postgres": must.Postgres(b)} {
		db := open(b, url)
		publishMany(b, db, 10_000)
		for _, text := range []string{"a", "headline markets", "nothing"} {
			b.Run(engine+"/"+text, func(b *testing.B) {
				for b.Loop() {
					searched(b, db, text)
				}
			})
		}
	}
}
