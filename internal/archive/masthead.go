package archive

import (
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// mastheadRecord is one state of what a newsroom set of its paper.
type mastheadRecord struct {
	N        int             `json:"n"`
	By       string          `json:"by"`
	Reason   string          `json:"reason,omitempty"`
	At       time.Time       `json:"at"`
	Name     string          `json:"name,omitempty"`
	Motto    string          `json:"motto,omitempty"`
	Language string          `json:"language,omitempty"`
	Base     currency.Code   `json:"base,omitempty"`
	Sections []sectionRecord `json:"sections,omitempty"`
	Strip    []market.Symbol `json:"strip,omitempty"`
	Lead     string          `json:"lead,omitempty"`
	Link     toneRecord      `json:"link,omitzero"`
	Accent   toneRecord      `json:"accent,omitzero"`
}

type sectionRecord struct {
	Slug  news.Slug `json:"slug"`
	Title string    `json:"title,omitempty"`
}

type toneRecord struct {
	Light news.Colour `json:"light,omitempty"`
	Dark  news.Colour `json:"dark,omitempty"`
}

func mastheadOut(r news.MastheadRevision) *mastheadRecord {
	m := r.Masthead
	out := &mastheadRecord{
		N: r.N, By: r.By, Reason: r.Reason, At: r.At.UTC(), Name: m.Name, Motto: m.Motto, Language: m.Language, Base: m.Base, Strip: m.Strip, Lead: m.Lead,
		Link: toneRecord(m.Colours.Link), Accent: toneRecord(m.Colours.Accent),
	}
	for _, s := range m.Sections {
		out.Sections = append(out.Sections, sectionRecord(s))
	}
	return out
}

func (r *mastheadRecord) revision() news.MastheadRevision {
	m := news.Masthead{
		Name: r.Name, Motto: r.Motto, Language: r.Language, Base: r.Base, Strip: r.Strip, Lead: r.Lead,
		Colours: news.Colours{Link: news.Tone(r.Link), Accent: news.Tone(r.Accent)},
	}
	for _, s := range r.Sections {
		m.Sections = append(m.Sections, news.Section(s))
	}
	return news.MastheadRevision{N: r.N, Masthead: m, By: r.By, Reason: r.Reason, At: r.At.UTC()}
}
