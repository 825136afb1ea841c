package demo

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"slices"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// story is a story with all its revisions, the first first.
type story []leaf

// stories returns the bundled stories by slug. An error means a broken build, [fault.Internal].
func stories() ([]story, error) {
	folder, err := fs.Sub(storyFiles, "stories")
	if err != nil {
		return nil, fmt.Errorf("%w: opening the bundled stories: %v", fault.Internal, err)
	}
	all, err := leaves(folder)
	if err == nil {
		var bound []story
		if bound, err = bind(all); err == nil {
			return bound, nil
		}
	}
	return nil, fmt.Errorf("%w: reading the bundled stories: %v", fault.Internal, err)
}

// bind gathers leaves into stories by slug. The error is fault.Invalid where a revision is missing or is not later
// than the one before it.
func bind(all []leaf) ([]story, error) {
	slices.SortFunc(all, func(a, b leaf) int { return cmp.Or(cmp.Compare(a.slug, b.slug), cmp.Compare(a.n, b.n)) })
	var bound []story
	for _, l := range all {
		if l.n == 1 {
			bound = append(bound, story{l})
			continue
		}
		if len(bound) == 0 || bound[len(bound)-1][0].slug != l.slug || len(bound[len(bound)-1]) != l.n-1 {
			return nil, fault.Because(fault.Invalid, "the story %s has a revision %d but not all before it", l.slug, l.n)
		}
		s := &bound[len(bound)-1]
		if !l.published.After((*s)[l.n-2].published) {
			return nil, fault.Because(fault.Invalid, "revision %d of the story %s is not later than the one before it", l.n, l.slug)
		}
		*s = append(*s, l)
	}
	return bound, nil
}

// manuscript makes the story as the newsroom keeps it: every revision was published in its turn, and the figures of
// each are pinned to what was known at that moment.
func (s story) manuscript(ctx context.Context, newsroom *news.Newsroom) (news.Manuscript, error) {
	first, last := s[0], s[len(s)-1]
	m := news.Manuscript{
		ID: news.StoryID(first.slug), Slug: first.slug, State: news.Published,
		Published: first.published, Updated: last.published, Live: last.n, Pins: map[int][]news.Pin{},
	}
	for _, l := range s {
		pins, err := pinned(ctx, newsroom, l.content.Body, l.published)
		if err != nil {
			return news.Manuscript{}, fmt.Errorf("revision %d: %w", l.n, err)
		}
		m.Pins[l.n] = pins
		m.Revisions = append(m.Revisions, news.Revision{
			Story: m.ID, N: l.n, Content: l.content, Author: l.content.Bylines[0], Reason: l.reason, At: l.published,
		})
	}
	return m, nil
}
