package site_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/site"
	"github.com/courant-news/courant/internal/store/resident"
	"github.com/courant-news/courant/internal/store/storetest"
)

// A dossier of ten events beside eight pairs, each with four years of closes, read again after each change of a price.
func BenchmarkADossierAfterAChange(b *testing.B) {
	hints := bus.New()
	db, err := resident.Open(b.Context(), storetest.Open(b), hints, resident.Options{})
	if err != nil {
		b.Fatal(err)
	}
	now := func() time.Time { return reading }
	ledger := market.NewLedger(db, hints, market.LedgerOptions{Now: now})
	newsroom := news.NewNewsroom(db, ledger, hints, now)
	s, err := site.New(news.NewPaper(db), ledger, hints, site.Options{Now: now})
	if err != nil {
		b.Fatal(err)
	}
	series := []market.Symbol{"EUR/USD", "EUR/NOK", "EUR/SEK", "EUR/JPY", "EUR/RUB", "EUR/GBP", "EUR/CHF", "USD/NOK"}
	var all []market.Observation
	for i, symbol := range series {
		for at, n := monday.AddDate(-4, 0, 0), i; at.Before(monday); at = at.AddDate(0, 0, 1) {
			if at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
				n = n*7 + 3
				all = append(all, said(bank, symbol, market.Rate, fmt.Sprintf("1.%04d", 1000+n%97), at))
			}
		}
	}
	if _, err := ledger.Record(b.Context(), []market.Source{bank}, all, nil); err != nil {
		b.Fatal(err)
	}
	cites := []news.Cite{{Document: "log"}}
	subject := news.Subject{Content: news.Content{Headline: "The strait", Section: "world", Body: "Words."}, Documents: []news.Document{{ID: "log", Title: "The log", Publisher: "Norrvik"}}, Series: series}
	for i := range 10 {
		on, err := news.ParseWhen(monday.AddDate(0, 0, -20-30*i).Format(time.DateOnly))
		if err != nil {
			b.Fatal(err)
		}
		subject.Events = append(subject.Events, news.Event{ID: news.Slug(fmt.Sprintf("event-%d", i)), What: "It happens", When: on, Cites: cites})
	}
	r, err := newsroom.SaveDossier(b.Context(), news.DossierDraft{Subject: subject, Author: "tests"})
	if err == nil {
		_, err = newsroom.PublishDossier(b.Context(), news.DossierStep{Dossier: r.Dossier, Revision: 1, By: "tests"})
	}
	if err != nil {
		b.Fatal(err)
	}
	for name, path := range map[string]string{"dossier": straitPath, "event": straitPath + "/events/event-4"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				hints.Publish(bus.Event{Topic: market.PriceTopic})
				ask(b, s, "/corrections") // and so what every page reads
				b.StartTimer()
				ask(b, s, path)
			}
		})
	}
}
