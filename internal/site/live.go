package site

import (
	"context"
	"fmt"

	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/render"
)

// LiveEntry is an entry of a live story as it is drawn.
type LiveEntry struct {
	ID       string // to which others may link: entry-3
	At       Time
	Headline string
	By       string
	Body     string // HTML that has passed the sanitiser
	Figures  []Figure
	Notices  []Notice
}

// told draws the entries of a live story, the newest first.
func (s *Site) told(ctx context.Context, t today, article news.Article) ([]LiveEntry, error) {
	var all []LiveEntry
	for _, m := range article.Moments {
		e := LiveEntry{ID: fmt.Sprintf("entry-%d", m.N), At: timeOf(m.At), Headline: m.Headline, By: m.Author}
		for n, p := range m.Notices {
			e.Notices = append(e.Notices, noticeOf(p, fmt.Sprintf("%s-notice-%d", e.ID, n+1)))
		}
		var err error
		entry := news.Article{Content: news.Content{Body: m.Body, Language: article.Content.Language}, Pins: m.Pins}
		if e.Body, e.Figures, err = s.text(ctx, t, entry, e.ID+"-figure"); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// text draws a text with its figures, whose cards are named by a prefix and their number.
func (s *Site) text(ctx context.Context, t today, a news.Article, prefix string) (body string, figures []Figure, err error) {
	if figures, err = s.drawn(ctx, t, a, prefix); err != nil {
		return "", nil, err
	}
	body, err = render.Body(a.Content.Body, func(n int) string {
		if n >= len(figures) {
			return wordsOf(t.spoken(a.Content)).Lost // an archive whose pins were lost: better said than guessed
		}
		return figures[n].html(ctx)
	})
	return body, figures, err
}
