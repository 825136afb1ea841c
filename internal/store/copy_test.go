package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

func keepsCopies(t *testing.T, url string) {
	db, ctx := open(t, url), t.Context()
	if _, err := db.Copy(ctx, "s", "ada"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a copy of nothing: %v", err)
	}
	ada := news.Copy{Story: "s", Person: "ada", N: 1, At: seen, Content: news.Content{Body: "One euro bought {{EUR/", Bylines: []string{"Ada"}}}
	bob := news.Copy{Story: "s", Person: "bob", N: 1, BasedOn: 3, At: seen.Add(time.Second), Content: news.Content{Headline: "Other"}}
	for _, c := range []news.Copy{ada, bob} {
		if err := db.PutCopy(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.PutCopy(ctx, ada); !errors.Is(err, fault.Conflict) {
		t.Errorf("a first copy where there is one: %v", err)
	}
	ada.N, ada.Content.Body = 2, "One euro bought {{EUR/USD}}."
	if err := db.PutCopy(ctx, ada); err != nil {
		t.Fatal(err)
	}
	other := ada
	other.Content.Body = "of another window"
	if err := db.PutCopy(ctx, other); !errors.Is(err, fault.Conflict) {
		t.Errorf("a second copy that follows the first: %v", err)
	}
	got, err := db.Copy(ctx, "s", "ada")
	if diff := cmp.Diff(ada, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	all, err := db.Copies(ctx, "")
	if diff := cmp.Diff([]news.Copy{bob, ada}, all); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if err := db.DropCopy(ctx, "s", "ada", 1); err != nil { // what was kept since stays
		t.Fatal(err)
	}
	if mine, err := db.Copies(ctx, "ada"); err != nil || len(mine) != 1 {
		t.Errorf("after a late drop there are %v, %v", mine, err)
	}
	if err := db.DropCopy(ctx, "s", "ada", 2); err != nil {
		t.Fatal(err)
	}
	if mine, err := db.Copies(ctx, "ada"); err != nil || len(mine) != 0 {
		t.Errorf("after the drop there are %v, %v", mine, err)
	}
}

// keepsOneCopyOfMany lets many windows of one person keep what follows the same copy: one is kept, the others are told.
func keepsOneCopyOfMany(t *testing.T, url string) {
	db, ctx := open(t, url), t.Context()
	for n := 1; n <= 2; n++ {
		var kept atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				err := db.PutCopy(ctx, news.Copy{Story: "s", Person: "ada", N: n, At: seen})
				if err == nil {
					kept.Add(1)
				} else if !errors.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if kept.Load() != 1 {
			t.Errorf("copy %d was kept %d times", n, kept.Load())
		}
	}
}

func keepsNotes(t *testing.T, url string) {
	db, ctx := open(t, url), t.Context()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := db.AddNote(ctx, news.Note{Story: "s", Revision: 2, By: "ada", Text: "Who says so?", At: seen}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := db.SettleNote(ctx, "s", 3, "bob", seen.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := db.SettleNote(ctx, "s", 3, "ada", seen.Add(time.Hour)); !errors.Is(err, fault.Conflict) {
		t.Errorf("settled twice: %v", err)
	}
	if err := db.SettleNote(ctx, "s", 9, "ada", seen); !errors.Is(err, fault.NotFound) {
		t.Errorf("settled what is not there: %v", err)
	}
	notes, err := db.Notes(ctx, "s")
	if err != nil || len(notes) != 8 {
		t.Fatalf("%d notes, %v", len(notes), err)
	}
	for i, note := range notes {
		want := news.Note{Story: "s", N: i + 1, Revision: 2, By: "ada", Text: "Who says so?", At: seen}
		if i == 2 {
			want.Settled, want.Settler = seen.Add(time.Hour), "bob"
		}
		if diff := cmp.Diff(want, note); diff != "" {
			t.Error(diff)
		}
	}
}
