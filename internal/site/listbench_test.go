package site_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/site"
	"github.com/courant-news/courant/internal/store/storetest"
)

// BenchmarkLists reads the lists of a paper of 10,000 stories, each time after a change: of a section in which all of them stand, of
// a topic of all, of one of a hundred, and of who wrote all of them.
func BenchmarkLists(b *testing.B) {
	db, hints, now := storetest.Open(b), bus.New(), func() time.Time { return reading }
	ledger := market.NewLedger(db, hints, market.LedgerOptions{Now: now})
	s, err := site.New(news.NewPaper(db), ledger, hints, site.Options{Now: now})
	if err != nil {
		b.Fatal(err)
	}
	var e news.Edition
	for i := range 10_000 {
		id, at := news.StoryID(fmt.Sprint("story-", i)), monday.Add(-time.Duration(i)*time.Hour)
		c := news.Content{
			Headline: fmt.Sprint("Story ", i), Section: "markets", Bylines: []string{"Ada Berg", fmt.Sprint("Reporter ", i%50)}, Topics: []news.Slug{"euro"},
			Body: fmt.Sprintf("%4000s", "Words."),
		}
		if i%100 == 0 {
			c.Topics = append(c.Topics, "gold")
		}
		e.Stories = append(e.Stories, news.Manuscript{
			ID: id, Slug: news.Slug(id), State: news.Published, Live: 1, Published: at, Updated: at,
			Revisions: []news.Revision{{Story: id, N: 1, Content: c, Author: "Ada Berg", At: at}},
		})
	}
	if _, err := db.AddEdition(b.Context(), e, nil); err != nil {
		b.Fatal(err)
	}
	for name, path := range map[string]string{"section": "/sections/markets", "topic": "/topics/euro", "rare topic": "/topics/gold", "author": "/authors/ada-berg", "author's feed": "/authors/ada-berg/feed.atom"} {
		b.Run(name, func(b *testing.B) {
			var spent float64
			for b.Loop() {
				b.StopTimer()
				hints.Publish(bus.Event{Topic: market.PriceTopic})
				ask(b, s, "/corrections") // and so what every page reads
				b.StartTimer()
				before := processor(b)
				ask(b, s, path)
				spent += float64(processor(b) - before)
			}
			b.ReportMetric(spent/float64(b.N), "cpu-ns/op")
		})
	}
}
