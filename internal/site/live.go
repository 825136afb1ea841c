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
func (s *Site) told(ctx context.Context, t today, moments []news.Moment) ([]LiveEntry, error) {
	var all []LiveEntry
	for _, m := range moments {
		e := LiveEntry{ID: fmt.Sprintf("entry-%d", m.N), At: timeOf(m.At), Headline: m.Headline, By: m.Author}
		for n, p := range m.Notices {
			e.Notices = append(e.Notices, noticeOf(p, fmt.Sprintf("%s-notice-%d", e.ID, n+1)))
		}
		var err error
		if e.Body, e.Figures, err = s.text(ctx, t, m.Body, m.Pins, e.ID+"-"); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// text draws a text with its figures. The prefix tells their cards from those of the page's other texts.
func (s *Site) text(ctx context.Context, t today, markdown string, pins []news.Pin, prefix string) (body string, figures []Figure, err error) {
	for n, pin := range pins {
		f, err := s.figure(ctx, t, n, pin)
		if err != nil {
			return "", nil, err
		}
		f.ID = prefix + f.ID
		figures = append(figures, f)
	}
	body, err = render.Body(markdown, func(n int) string {
		if n >= len(figures) {
			return "[a figure without a value]" // an archive whose pins were lost: better said than guessed
		}
		return figures[n].button(pins[n].Value)
	})
	return body, figures, err
}
