package search

import (
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/news"
)

func TestADossierIsFoundByItsNamesTheNearestFirst(t *testing.T) {
	all := []news.Dossier{
		{Slug: "fees", Subject: news.Subject{
			Content: news.Content{Headline: "What pilots cost", Standfirst: "Fees of the strait."},
			Actors:  []news.Actor{{ID: "guild", Name: "The Guild", Other: []string{"Pilots of Žižkov"}}},
			Events:  []news.Event{{ID: "rise", What: "Norrvik raises the fee"}},
		}},
		{Slug: "strait", Subject: news.Subject{
			Content: news.Content{Headline: "The strait", Standfirst: "Two harbours quarrel."},
			Actors:  []news.Actor{{ID: "anna", Name: "Anna Berg"}, {ID: "berg", Name: "Berg, Anna", Into: "anna"}},
			Events:  []news.Event{{ID: "ferry", What: "A ferry sinks"}},
		}},
		{Slug: "harbour", Subject: news.Subject{
			Content: news.Content{Headline: "Otto's harbour"},
			Actors:  []news.Actor{{ID: "otto", Name: "Otto Lind", Kind: news.Person}},
		}},
		{Slug: "tide", Subject: news.Subject{Content: news.Content{Headline: "The tide of Otto"}}},
		{Slug: "cable", Subject: news.Subject{
			Content: news.Content{Headline: "The cable"},
			Actors:  []news.Actor{{ID: "lind", Name: "Lind, Otto", Kind: news.Person}},
		}},
	}
	for query, want := range map[string]string{
		"strait": "strait fees", "STRAIT the": "strait fees", "berg anna": "strait/anna", "zizkov": "fees/guild", "ferry": "strait/ferry", "harbours": "strait",
		"norvik": "fees/rise", "anna ferry": "strait", "ann": "", "guild ferry": "", "": "", "—": "", "page 2": "",
		"otto": "harbour/otto cable/lind tide", // whom two of them have; the third stands nearer, but says nothing of him
	} {
		var got []string
		for _, d := range dossiers(all, query) {
			name := string(d.Slug)
			for _, a := range d.Actors {
				name += "/" + string(a.ID)
			}
			for _, e := range d.Events {
				name += "/" + string(e.ID)
			}
			got = append(got, name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}
