package site

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/numeral"
	"github.com/courant-news/courant/internal/render"
	"github.com/courant-news/courant/internal/web"
)

// Cards are pictures of stories for where they are shared, and one of the paper for all other pages.
const (
	paperCard  = "/cards/paper.png"
	cardWidth  = render.CardWidth
	cardHeight = render.CardHeight
	cardFormat = ".png"
)

// Limits of cards: one takes 50 ms to draw and has 80 KB.
const (
	cardMemory  = 8 << 20
	cardPlaces  = 2 // that may be drawn at once
	cardControl = "public, max-age=300, stale-while-revalidate=86400"
)

// drawingRoom draws cards and keeps them until the room is full: what is on a card is in its key.
type drawingRoom struct {
	press  *render.Press
	cache  *web.Cache
	places chan struct{}
}

func newDrawingRoom() (*drawingRoom, error) {
	press, err := render.NewPress()
	return &drawingRoom{press: press, cache: web.NewCache(cardMemory, 0), places: make(chan struct{}, cardPlaces)}, err
}

// serve answers with a card. Who asks for one that must be drawn waits for a place, as long as they care to.
func (d *drawingRoom) serve(w http.ResponseWriter, r *http.Request, key string, c render.Card) error {
	page, err := d.cache.Page(key, func() (*web.Page, error) {
		select {
		case d.places <- struct{}{}:
			defer func() { <-d.places }()
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
		body, err := d.press.Draw(c)
		if err != nil {
			return nil, fmt.Errorf("draw a card: %w", err)
		}
		return web.NewPage(body, web.PageOptions{ContentType: "image/png", CacheControl: cardControl}), nil
	})
	if err != nil {
		return err
	}
	page.ServeHTTP(w, r)
	return nil
}

// cardPath is the address of a story's card, which is another after each revision.
func cardPath(a news.Article) string {
	return "/cards" + a.Path() + "-" + strconv.Itoa(a.Revision) + cardFormat
}

// cardAlt says what a story's card shows.
func cardAlt(t today, a news.Article) string {
	return a.Content.Headline + " – " + t.masthead.Name + ", " + dayOf(a.Published).Text
}

// card serves the card of a published story; that of an earlier revision leads to the one of now.
func (s *Site) card(w http.ResponseWriter, r *http.Request) error {
	name, isCard := strings.CutSuffix(r.PathValue("file"), cardFormat)
	slug, _, _ := cutLast(name, '-')
	if !isCard || slug == "" {
		return fault.Because(fault.NotFound, "There is no card %.40q: the address of one stands on its story's page.", r.PathValue("file"))
	}
	r.SetPathValue("slug", slug)
	article, err := s.article(r.Context(), ask{r: r})
	if err != nil {
		return err
	}
	if path := cardPath(article); path != r.URL.Path {
		w.Header().Set("Cache-Control", "no-cache") // a story may get a revision that this names
		http.Redirect(w, r, path, http.StatusFound)
		return nil
	}
	t, err := s.today(r.Context())
	if err != nil {
		return err
	}
	c, err := s.cardOf(r.Context(), t, article)
	if err != nil {
		return err
	}
	return s.cards.serve(w, r, fmt.Sprintf("%s %q", r.URL.Path, []string{c.Name, c.Accent, c.Link, c.Date, c.Said, c.Number}), c)
}

// cutLast cuts a text at the last of a letter.
func cutLast(text string, at byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(text, at); i >= 0 {
		return text[:i], text[i+1:], true
	}
	return text, "", false
}

// cardOf puts on a card what it shows of a story: of its figures the first chart, or else the first number.
func (s *Site) cardOf(ctx context.Context, t today, a news.Article) (render.Card, error) {
	c := s.emptyCard(t)
	w := wordsOf(t.spoken(a.Content))
	c.Headline, c.Date = a.Content.Headline, w.time(a.Published.UTC().Truncate(24*time.Hour)).Text
	figures, pins := a.Figures()
	shown := -1
	for i, f := range figures {
		if len(pins[i]) == 0 {
			continue
		}
		if f.Form == news.Chart {
			shown = i
			break
		}
		if shown < 0 && f.Form != news.Table {
			shown = i
		}
	}
	if shown < 0 {
		return c, nil
	}
	f, of, style := figures[shown], pins[shown], numeral.Of(t.spoken(a.Content))
	last := of[len(of)-1]
	c.Label, c.Said = string(f.Symbol), nameOf(last.Source, t.sources)+", "+w.time(last.At).Text
	if f.Form == news.Chart {
		c.Number = style.Number(f.Shown(last))
		for _, p := range of {
			c.Points = append(c.Points, render.Point{At: p.At, Value: p.Value})
		}
		return c, nil
	}
	c.Number = f.Text(of, style)
	return c, nil
}

// emptyCard is a card of the paper with nothing on it.
func (s *Site) emptyCard(t today) render.Card {
	return render.Card{Name: t.masthead.Name, Accent: string(t.masthead.Colours.Accent.Light), Link: string(t.masthead.Colours.Link.Light)}
}

// cardOfPaper serves the card of all pages that are no stories: the paper's name with its motto.
func (s *Site) cardOfPaper(w http.ResponseWriter, r *http.Request) error {
	t, err := s.today(r.Context())
	if err != nil {
		return err
	}
	c := s.emptyCard(t)
	if c.Headline = t.masthead.Motto; c.Headline == "" {
		c.Headline = frontWords
	}
	return s.cards.serve(w, r, fmt.Sprintf("%s %q", paperCard, []string{c.Name, c.Accent, c.Headline}), c)
}
