package news

import (
	"context"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/market"
)

// Paper reads what is published and nothing else.
type Paper struct{ reader Reader }

// NewPaper returns the paper over a reader.
func NewPaper(r Reader) *Paper { return &Paper{reader: r} }

// Article returns a published story by its address, or by one that it had before: then its [Article.Path] is another. The
// error is fault.NotFound, and fault.Gone with a sentence for readers where the story was withdrawn.
func (p *Paper) Article(ctx context.Context, day time.Time, slug Slug) (Article, error) {
	return p.reader.Article(ctx, day, slug)
}

// Articles returns published stories, the newest first, without their Notices and Moments, and with their Pins where they are wanted.
func (p *Paper) Articles(ctx context.Context, which Selection) ([]Article, error) {
	return p.reader.Articles(ctx, which)
}

// Corrections returns the corrections of published stories and dossiers, the newest first, before a moment if it is not zero,
// and at most so many.
func (p *Paper) Corrections(ctx context.Context, before time.Time, limit int) ([]Correction, error) {
	all, err := p.reader.Corrections(ctx, before, limit)
	if err != nil {
		return nil, err
	}
	dossiers, err := p.reader.Dossiers(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range dossiers {
		for _, n := range d.Notices {
			if n.Kind.Corrects() && (before.IsZero() || n.At.Before(before)) {
				all = append(all, Correction{Posted: n, Slug: d.Slug, Published: d.Published, Headline: d.Subject.Content.Headline, Language: d.Subject.Content.Language})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Correction) int { return b.At.Compare(a.At) })
	return all[:min(len(all), limit)], nil
}

// Shows says whether a published story shows a picture: no other may be seen by readers.
func (p *Paper) Shows(ctx context.Context, media string) (bool, error) {
	return p.reader.Shows(ctx, media)
}

// Printing returns the published stories, without their Notices, Moments and Pins, that print a number resting on the observation.
func (p *Paper) Printing(ctx context.Context, id market.ID) ([]Article, error) {
	return p.reader.Printing(ctx, id)
}
