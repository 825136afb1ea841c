package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/media"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/store"
)

const (
	benchPairs   = 170
	benchSources = 10
)

// history makes n observations as they arrive: day after day, of each of ten sources 170 pairs.
func history(n int) ([]market.Source, []market.Observation) {
	var sources []market.Source
	for s := range benchSources {
		source := bank
		source.ID = market.SourceID(fmt.Sprint("bank-", s))
		sources = append(sources, source)
	}
	all := make([]market.Observation, 0, n)
	for i := range n {
		pair, source, d := i%benchPairs, i/benchPairs%benchSources, i/benchPairs/benchSources
		symbol := market.Symbol(fmt.Sprintf("EUR/X%c%c", 'A'+pair/26, 'A'+pair%26))
		at := day1.AddDate(0, 0, d)
		all = append(all, market.NewObservation(symbol, market.Rate, currency.DecimalFromInt(int64(100_000+i)),
			market.Moment{At: at, Seen: at.Add(16 * time.Hour)}, sources[source].ID, "a line of a page"))
	}
	return sources, all
}

func BenchmarkAppend(b *testing.B) {
	for _, rows := range []int{1, 1_000, 100_000} {
		b.Run(fmt.Sprint(rows, " rows"), func(b *testing.B) {
			db := open(b, filepath.Join(b.TempDir(), "paper.db"))
			sources, all := history(rows)
			b.ReportAllocs()
			turn := 0
			for b.Loop() {
				b.StopTimer()
				turn++
				for i, o := range all { // each turn learns it anew
					all[i] = market.NewObservation(o.Symbol, o.Field, o.Value,
						market.Moment{At: o.At, Seen: o.Seen.Add(time.Duration(turn) * time.Microsecond)}, o.Source, o.Ref)
				}
				b.StartTimer()
				if n, err := db.Append(context.Background(), sources, all, nil); err != nil || n != rows {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
		})
	}
}

func BenchmarkNewest(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "paper.db"))
	const days = 200
	sources, all := history(benchPairs * benchSources * days)
	if _, err := db.Append(b.Context(), sources, all, nil); err != nil {
		b.Fatal(err)
	}
	for name, at := range map[string]market.AsOf{
		"the newest":       asOf(day1.AddDate(1, 0, 0), day1.AddDate(1, 0, 0)),
		"half a year back": asOf(day1.AddDate(0, 0, days/2), day1.AddDate(0, 0, days/2)),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				found, err := db.Newest(context.Background(), at, 2)
				if err != nil || len(found) != benchPairs*benchSources*2 {
					b.Fatal(len(found), err)
				}
			}
		})
	}
}

func BenchmarkArticle(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "paper.db"))
	publishMany(b, db, 500)
	b.Run("one", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Article(context.Background(), day1, "story-250"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("the newest fifty", func(b *testing.B) {
		for b.Loop() {
			if found, err := db.Articles(context.Background(), news.Selection{Section: "markets"}); err != nil || len(found) != 50 {
				b.Fatal(len(found), err)
			}
		}
	})
}

// publishMany adds stories with a text of 4,000 characters and five pins each.
func publishMany(t testing.TB, db *store.DB, n int) {
	t.Helper()
	o := said("EUR/USD", "1.1", day1, seen)
	e := news.Edition{Sources: []market.Source{bank}, Observations: []market.Observation{o}}
	body := fmt.Sprintf("%4000s", "{{EUR/USD}}")
	for i := range n {
		id, at := news.StoryID(fmt.Sprint("story-", i)), seen.Add(time.Duration(i)*time.Microsecond)
		e.Stories = append(e.Stories, news.Manuscript{
			ID: id, Slug: news.Slug(id), State: news.Published, Live: 1, Published: at, Updated: at,
			Revisions: []news.Revision{revision(id, 1, body)},
			Pins:      map[int][]news.Pin{1: {pinOf(o), pinOf(o), pinOf(o), pinOf(o), pinOf(o)}},
		})
	}
	if _, err := db.AddEdition(t.Context(), e, nil); err != nil {
		t.Fatal(err)
	}
}

// A rendition of 300 KB, as it is read for each reader who has not got it yet.
func BenchmarkRendition(b *testing.B) {
	for engine, url := range map[string]string{"sqlite": filepath.Join(b.TempDir(), "paper.db"), "postgres": must.Postgres(b)} {
		b.Run(engine, func(b *testing.B) {
			db := open(b, url)
			p := media.Picture{Name: "a", Hash: "a", At: seen}
			for _, w := range media.Widths() {
				p.Renditions = append(p.Renditions, media.Rendition{Width: w, Type: media.JPEG, Body: make([]byte, 300_000)})
			}
			if _, err := db.AddPicture(context.Background(), p); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(300_000)
			for b.Loop() {
				if r, err := db.Rendition(context.Background(), "a", 800, media.JPEG); err != nil || len(r.Body) != 300_000 {
					b.Fatal(len(r.Body), err)
				}
			}
		})
	}
}
