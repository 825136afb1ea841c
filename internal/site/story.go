package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/a-h/templ"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/numeral"
	"github.com/courant-news/courant/internal/web"
)

// StoryPage is a story with its figures, and what the markets were on its day.
type StoryPage struct {
	Frame
	Item
	Section     Link
	Authors     []Link
	Topics      []Link
	Dateline    string
	Updated     Time // empty where it was published once
	Revision    int
	Body        string // HTML that has passed the sanitiser
	Photos      []Photo
	Figures     []Figure
	Notices     []Notice    // updates and corrections, the first first
	Entries     []LiveEntry // of a live story, the newest first
	Within      []Within    // the dossiers that it belongs to
	Drawer      string      // HTML: the markets on its day
	RelatedBy   string      // why the related stories stand here
	Related     []Item
	Words       Words
	RightToLeft bool             // its language is written so
	Follows     templ.Attributes // nil in a preview
}

func (s *Site) story(ctx context.Context, a ask) (web.Component, error) {
	article, err := s.article(ctx, a)
	if err != nil {
		return nil, err
	}
	if path := article.Path(); path != a.r.URL.Path {
		return nil, moved{to: path}
	}
	p, err := s.storyPage(ctx, a, article)
	if err != nil {
		return nil, err
	}
	return storyPage(p), nil
}

// Preview draws a story that is not published as its page would be, for who writes it, with its pictures from a place of
// the newsroom's own: before it is published they are in no other. Nothing of it is kept.
func (s *Site) Preview(r *http.Request, article news.Article, pictures string) ([]byte, error) {
	p, err := s.storyPage(r.Context(), ask{r: r}, article)
	if err != nil {
		return nil, err
	}
	p.preview()
	p.Follows = nil
	for i := range p.Photos {
		p.Photos[i] = p.Photos[i].from(pictures)
	}
	return web.Render(r.Context(), storyPage(p))
}

// storyPage puts together what stands on a story's page.
func (s *Site) storyPage(ctx context.Context, a ask, article news.Article) (StoryPage, error) {
	t, err := s.today(ctx)
	if err != nil {
		return StoryPage{}, err
	}
	p := StoryPage{
		Item: t.itemOf(article), Dateline: article.Content.Dateline, Revision: article.Revision,
		Section: t.sectionLink(article.Content.Section),
		Words:   wordsOf(t.spoken(article.Content)), RightToLeft: numeral.RightToLeft(t.spoken(article.Content)),
	}
	description := article.Content.Standfirst
	if description == "" {
		description = article.Content.Headline
	}
	p.Frame = s.frame(t, a, article.Content.Headline, description)
	p.Canonical, p.Kind, p.By = p.Address+article.Path(), "article", ""
	p.Authors = authorLinks(article.Content.Bylines)
	p.Card = Card{Src: p.Address + cardPath(article), Alt: cardAlt(t, article)}
	p.OEmbed = p.Address + oembedPath + "?" + url.Values{"url": {p.Canonical}}.Encode()
	modified := article.Updated
	if len(article.Moments) > 0 && article.Moments[0].At.After(modified) {
		modified = article.Moments[0].At
	}
	if modified.After(article.Published) {
		p.Updated = timeOf(modified)
	}
	p.Shared = &Shared{Published: timeOf(article.Published), Modified: timeOf(modified), Section: t.titleOf(article.Content.Section)}
	for _, l := range p.Authors {
		p.Shared.Authors = append(p.Shared.Authors, p.Address+l.Href)
	}
	for _, topic := range article.Content.Topics {
		p.Topics = append(p.Topics, Link{Text: t.titleOf(topic), Href: "/topics/" + string(topic)})
	}
	for _, n := range article.Notices {
		if n.Entry == 0 { // else it stands at its entry
			p.Notices = append(p.Notices, noticeOf(n, anchorOf(n)))
		}
	}
	if p.Photos, err = s.photos(ctx, article.Content); err != nil {
		return StoryPage{}, err
	}
	if p.Body, p.Figures, err = s.text(ctx, t, article, "figure"); err != nil {
		return StoryPage{}, err
	}
	if p.Entries, err = s.told(ctx, t, article); err != nil {
		return StoryPage{}, err
	}
	if p.Within, err = s.standing(ctx, t, article); err != nil {
		return StoryPage{}, err
	}
	if p.Data, err = s.articleData(t, p, article, modified); err != nil {
		return StoryPage{}, err
	}
	p.Follows = followStory(article)
	p.RelatedBy, p.Related = t.related(article)
	p.Drawer, err = s.drawer(ctx, t, article.Published.UTC().Truncate(24*time.Hour))
	return p, err
}

// Drawer is the markets on a day, as they stand below each of its stories.
type Drawer struct {
	Day                   string
	Board                 string // address of the whole board on that day
	Base                  string
	Majors, Rates         []Row
	MajorsSaid, RatesSaid []Said
	Shares                []Row
	Traded                []Said
}

// drawer draws the markets on a day, once for all of its stories.
func (s *Site) drawer(ctx context.Context, t today, day time.Time) (string, error) {
	text := day.Format(time.DateOnly)
	return s.drawers.get(t.state, askedBoard{base: t.masthead.Base, asOf: text}, func() (string, error) {
		asOf := market.AsOf{At: day.Add(24*time.Hour - time.Microsecond)}
		board, err := s.ledger.Board(ctx, t.masthead.Base, asOf)
		if err != nil {
			return "", err
		}
		quotes, err := s.ledger.Quotes(ctx, asOf)
		if err != nil {
			return "", err
		}
		query := url.Values{"as-of": {text}}
		d := Drawer{
			Day: dayOf(day).Text, Board: address("/markets/", query), Base: s.ledger.Currencies().Name(t.masthead.Base, "en"),
			Majors: s.majors(board, t, query),
		}
		for _, price := range board.Prices {
			d.Rates = append(d.Rates, s.pairRow(price, t, query))
		}
		for _, q := range quotes {
			d.Shares = append(d.Shares, s.listingRow(q, t, query))
		}
		d.MajorsSaid, d.RatesSaid, d.Traded = saidOf(d.Majors), saidOf(d.Rates), saidOf(d.Shares)
		html, err := web.Render(ctx, drawer(d))
		return string(html), err
	})
}

// mostRelated stand below a story.
const mostRelated = 4

// related are recent stories that share most topics with an article, or else the newest of its section, with what to call them.
func (t today) related(article news.Article) (string, []Item) {
	shared := map[news.Slug]bool{}
	for _, topic := range article.Content.Topics {
		shared[topic] = true
	}
	common := func(a news.Article) (n int) {
		for _, topic := range a.Content.Topics {
			if shared[topic] {
				n++
			}
		}
		return n
	}
	var near, section []news.Article
	for _, a := range t.recent {
		switch {
		case a.ID == article.ID:
		case common(a) > 0:
			near = append(near, a)
		case a.Content.Section == article.Content.Section:
			section = append(section, a)
		}
	}
	if len(near) > 0 {
		slices.SortStableFunc(near, func(a, b news.Article) int { return common(b) - common(a) })
		return "On the same topics", t.itemsOf(near[:min(mostRelated, len(near))])
	}
	return "More in " + t.titleOf(article.Content.Section), t.itemsOf(section[:min(mostRelated, len(section))])
}

// moved says that a page has another address now, for good.
type moved struct{ to string }

func (m moved) Error() string { return "moved to " + m.to }

// Unwrap says what it is to who does not follow: nothing stands here.
func (m moved) Unwrap() error { return fault.NotFound }

// article reads the story that the address names.
func (s *Site) article(ctx context.Context, a ask) (news.Article, error) {
	text := a.value("year") + "-" + a.value("month") + "-" + a.value("day")
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return news.Article{}, fault.Because(fault.NotFound, "No story stands at this address: %.20q is no day.", text)
	}
	slug, err := news.ParseSlug(a.value("slug"))
	if err != nil {
		return news.Article{}, fault.Because(fault.NotFound, "No story stands at this address: %w", err)
	}
	article, err := s.paper.Article(ctx, day, slug)
	if err != nil {
		return news.Article{}, fmt.Errorf("read the story of %s: %w", text, err)
	}
	return article, nil
}

// now is what the pinned thing is worth today, as a board shows it.
func (s *Site) now(ctx context.Context, t today, pin news.Pin) (market.Offer, currency.Decimal, error) {
	if base, quote, ok := pin.Symbol.Pair(); ok {
		price, found := t.board.Price(quote)
		if base != t.board.Base || !found {
			var err error
			if price, err = s.ledger.Rate(ctx, pin.Symbol, market.AsOf{At: s.o.Now()}); err != nil {
				return market.Offer{}, currency.Decimal{}, err
			}
		}
		return price.Offer, price.Shown(), nil
	}
	for _, q := range t.quotes {
		if q.Symbol != pin.Symbol {
			continue
		}
		switch {
		case pin.Field == market.Last:
			return q.Offer, q.Value, nil
		case q.Move.Withheld != "":
		case pin.Field == market.PreviousClose:
			return q.Offer, q.Previous.Value, nil
		case pin.Field == market.Change:
			return q.Offer, q.Move.By, nil
		case pin.Field == market.Percent:
			return q.Offer, q.Move.Percent.RoundPlaces(2), nil
		}
	}
	return market.Offer{}, currency.Decimal{}, fault.NotFound
}

// after is what stands behind the name of an author: a comma before the next one, or before the place.
func (p StoryPage) after(i int) string {
	switch {
	case i < len(p.Authors)-1:
		return ", "
	case p.Dateline != "":
		return ", " + p.Dateline
	}
	return ""
}
