package site

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/hook"
	"github.com/courant-news/courant/internal/news"
)

// Changed returns the feeds that changed after a moment, in every format: of the whole paper, and of the sections, topics and
// authors of the stories that were published or corrected, and those of dossiers. That a story was withdrawn it does not tell: there is nothing new
// to read. Of changes only the newest two hundred stories are looked at, and the corrections that their feed holds.
func (s *Site) Changed(ctx context.Context, since time.Time) ([]hook.Feed, error) {
	const most = 200 // stories
	newest := map[string]time.Time{}
	touch := func(path string, at time.Time) {
		if at.After(since) && at.After(newest[path]) {
			newest[path] = at
		}
	}
	story := func(a news.Article, at time.Time) {
		touch("/", at)
		touch("/sections/"+string(a.Content.Section)+"/", at)
		for _, topic := range a.Content.Topics {
			touch("/topics/"+string(topic)+"/", at)
		}
		for _, name := range a.Content.Bylines {
			touch(authorPath(name)+"/", at)
		}
	}
	articles, err := s.paper.Articles(ctx, news.Selection{Limit: most})
	if err != nil {
		return nil, err
	}
	for _, a := range articles {
		story(a, a.Updated)
	}
	corrections, err := s.paper.Corrections(ctx, time.Time{}, inFeed)
	if err != nil {
		return nil, err
	}
	for _, c := range corrections {
		if !c.At.After(since) {
			break
		}
		touch("/corrections/", c.At)
		if c.Story == "" {
			continue // touched with the dossiers
		}
		a, err := s.paper.Article(ctx, c.Published, c.Slug)
		if err == nil {
			story(a, a.Updated)
		} else if !errors.Is(err, fault.NotFound) && !errors.Is(err, fault.Gone) { // else it was withdrawn meanwhile
			return nil, err
		}
	}
	if err := s.touchDossiers(ctx, touch); err != nil {
		return nil, err
	}
	var feeds []hook.Feed
	for _, path := range slices.Sorted(maps.Keys(newest)) {
		for _, file := range slices.Sorted(maps.Keys(feedFormats)) {
			feeds = append(feeds, hook.Feed{Address: cmp.Or(s.o.URL, "http://localhost:8080") + path + file, Changed: newest[path]})
		}
	}
	return feeds, nil
}
