package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/news"
)

func findsByAuthorAndDay(t *testing.T, url string) {
	db := open(t, url)
	put := func(id news.StoryID, n int, at time.Time, names ...string) error {
		r := revision(id, n, "x")
		r.Content.Bylines, r.Content.Topics = names, []news.Slug{"sea", news.Slug(names[0])}
		return errors.Join(db.AddRevision(t.Context(), r, news.Slug(id)), publish(t.Context(), db, id, n, at, nil))
	}
	old := time.Date(1969, 12, 31, 23, 0, 0, 0, time.UTC)
	draft := revision("draft", 1, "x")
	draft.Content.Bylines = []string{"Nobody Yet"}
	for _, err := range []error{
		put("one", 1, day1.Add(time.Hour), "Ada", "Bo"), put("two", 1, day1.Add(2*time.Hour), "Ada", "Ada"), put("old", 1, old, "Bo"),
		db.AddRevision(t.Context(), draft, "draft"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	who := func() string {
		authors, err := db.Authors(t.Context())
		return fmt.Sprint(authors, err)
	}
	of := func(which news.Selection) (found string) {
		articles, err := db.Articles(t.Context(), which)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range articles {
			found += string(a.ID) + " "
		}
		return found
	}
	if got := who(); got != "[Ada Bo] <nil>" {
		t.Errorf("the authors are %s", got)
	}
	if got := of(news.Selection{Authors: []string{"Bo"}}); got != "one old " {
		t.Errorf("Bo wrote %s", got)
	}
	if got := of(news.Selection{Authors: []string{"Ada", "Bo"}, From: day1, Before: day1.Add(2 * time.Hour)}); got != "one " {
		t.Errorf("on that day before two they wrote %s", got)
	}
	for _, c := range []struct {
		which news.Selection
		want  string
	}{
		{news.Selection{Topic: "sea"}, "two one old "},
		{news.Selection{Topic: "sea", Limit: 2}, "two one "},
		{news.Selection{Topic: "sea", Before: day1.Add(2 * time.Hour)}, "one old "},
		{news.Selection{Topic: "sea", From: day1, Authors: []string{"Bo"}}, "one "},
		{news.Selection{Topic: "Ada", Section: "markets"}, "two one "},
		{news.Selection{Authors: []string{"Ada"}, Limit: 1}, "two "},
		{news.Selection{Authors: []string{"Nobody Yet"}}, ""},
	} {
		if got := of(c.which); got != c.want {
			t.Errorf("%+v finds %s, want %s", c.which, got, c.want)
		}
	}
	days, err := db.Days(t.Context())
	if want := []news.Day{{Date: day1, Stories: 2}, {Date: old.Truncate(24 * time.Hour).UTC(), Stories: 1}}; err != nil || fmt.Sprint(days) != fmt.Sprint(want) {
		t.Errorf("the days are %v, %v, want %v", days, err, want)
	}
	if err := put("one", 2, day1.Add(3*time.Hour), "Cy"); err != nil {
		t.Fatal(err)
	}
	if got := who(); got != "[Ada Bo Cy] <nil>" {
		t.Errorf("after another revision the authors are %s", got)
	}
	if got := of(news.Selection{Topic: "Cy"}) + of(news.Selection{Authors: []string{"Cy"}}); got != "one one " {
		t.Errorf("after another revision Cy has %s", got)
	}
}
