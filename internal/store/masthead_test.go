package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// masthead is a revision that says something in every field.
func masthead(n int) news.MastheadRevision {
	return news.MastheadRevision{
		N: n, By: "mo", Reason: "A new name — “new”.", At: seen.Add(time.Duration(n) * time.Microsecond),
		Masthead: news.Masthead{
			Name: fmt.Sprint("Harbour ", n), Motto: "Ships & prices", Language: "pt-BR", Base: "GBP",
			Sections: []news.Section{{Slug: "sea", Title: "The Sea"}, {Slug: "land"}}, Strip: []market.Symbol{"EUR/USD", "XNYS:BP"}, Lead: "/2026/02/02/low-water",
			Colours: news.Colours{Link: news.Tone{Light: "#123456", Dark: "#abcdef"}, Accent: news.Tone{Dark: "#ffffff"}},
		},
	}
}

func keepsMastheads(t *testing.T, url string) {
	db := open(t, url)
	if m, err := db.Masthead(t.Context()); err != nil || !cmp.Equal(m, news.Masthead{}) {
		t.Errorf("a new store has the masthead %+v, %v", m, err)
	}
	if all, err := db.Mastheads(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("a new store has the mastheads %v, %v", all, err)
	}
	empty := news.MastheadRevision{N: 2, By: "mo", At: seen}
	for _, r := range []news.MastheadRevision{masthead(1), empty, masthead(3)} {
		if err := db.PutMasthead(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []int{1, 3, 5} {
		if err := db.PutMasthead(t.Context(), masthead(n)); !errors.Is(err, fault.Conflict) {
			t.Errorf("revision %d after 3: %v, want fault.Conflict", n, err)
		}
	}
	all, err := db.Mastheads(t.Context())
	if diff := cmp.Diff([]news.MastheadRevision{masthead(1), empty, masthead(3)}, all); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if m, err := db.Masthead(t.Context()); err != nil || !cmp.Equal(m, masthead(3).Masthead) {
		t.Errorf("the last is %+v, %v", m, err)
	}
}

func putsMastheadsForOne(t *testing.T, url string) {
	db := open(t, url)
	for n := 1; n <= 3; n++ {
		if put := atOnce(t, 8, fault.Conflict, func(int) error { return db.PutMasthead(context.Background(), masthead(n)) }); put != 1 {
			t.Errorf("%d of 8 put revision %d, want 1", put, n)
		}
	}
}

func carriesMastheads(t *testing.T, url string) {
	db := open(t, url)
	e := edition()
	e.Mastheads = []news.MastheadRevision{masthead(1), masthead(2)}
	e.Mastheads[1].Masthead.Sections = []news.Section{} // which is no list too
	atOnce(t, 4, nil, func(int) error {
		_, err := db.AddEdition(context.Background(), e, nil)
		return err
	})
	e.Mastheads[1].Masthead.Sections = nil
	taken, err := db.Edition(t.Context())
	if diff := cmp.Diff(e.Mastheads, taken.Mastheads); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	more := news.Edition{Mastheads: append(e.Mastheads, masthead(3))}
	if _, err := db.AddEdition(t.Context(), more, nil); err != nil {
		t.Errorf("an edition that goes on from there: %v", err)
	}
	if _, err := db.AddEdition(t.Context(), e, nil); err != nil {
		t.Errorf("an older edition: %v", err)
	}
	other := edition()
	other.Stories = nil
	other.Observations[0] = said("EUR/GBP", "0.86", day1, seen)
	other.Mastheads = []news.MastheadRevision{masthead(1)}
	other.Mastheads[0].By = "another"
	if _, err := db.AddEdition(t.Context(), other, nil); !errors.Is(err, fault.Conflict) {
		t.Errorf("an edition of other settings: %v, want fault.Conflict", err)
	}
	if s, err := db.Stats(t.Context()); err != nil || s.Observations != 1 {
		t.Errorf("it left %+v, %v", s, err)
	}
}
