package site

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/render"
	"github.com/courant-news/courant/internal/web"
)

// Figure is a number in a story's text with what its card says of it.
type Figure struct {
	ID         string // of the card: figure-1
	Expression string
	Value      string // as printed
	Source     string
	At, Seen   Time
	How        string
	Number     string // address of the first observation
	Subject    string // address of the currency or the share
	Today      string // today's value, empty where there is none
	TodayAt    Time
	TodaySaid  string
}

// StoryPage is a story with its figures, and what the markets were on its day.
type StoryPage struct {
	Frame
	Item
	Section               Link
	Topics                []Link
	Dateline              string
	Updated               Time // empty where it was published once
	Revision              int
	Body                  string // HTML that has passed the sanitiser
	Figures               []Figure
	Notices               []Notice    // updates and corrections, the first first
	Entries               []LiveEntry // of a live story, the newest first
	Board                 string      // address of the whole board on that day
	Base                  string
	Majors, Rates         []Row
	MajorsSaid, RatesSaid []Said
	Shares                []Row
	Traded                []Said
}

func (s *Site) story(ctx context.Context, a ask) (web.Component, error) {
	article, err := s.article(ctx, a)
	if err != nil {
		return nil, err
	}
	if path := article.Path(); path != a.r.URL.Path {
		return nil, moved{to: path}
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	day := article.Published.UTC().Truncate(24 * time.Hour)
	asOf := market.AsOf{At: day.Add(24*time.Hour - time.Microsecond)}
	board, err := s.ledger.Board(ctx, s.o.Base, asOf)
	if err != nil {
		return nil, err
	}
	quotes, err := s.ledger.Quotes(ctx, asOf)
	if err != nil {
		return nil, err
	}
	p := StoryPage{
		Item: itemOf(article), Dateline: article.Content.Dateline, Revision: article.Revision,
		Section: Link{Text: titleOf(article.Content.Section), Href: "/sections/" + string(article.Content.Section)},
		Base:    s.ledger.Currencies().Name(s.o.Base, "en"),
	}
	description := article.Content.Standfirst
	if description == "" {
		description = article.Content.Headline
	}
	p.Frame = s.frame(t, a, article.Content.Headline, description)
	p.Canonical = article.Path()
	modified := article.Updated
	if len(article.Moments) > 0 && article.Moments[0].At.After(modified) {
		modified = article.Moments[0].At
	}
	if modified.After(article.Published) {
		p.Updated = timeOf(modified)
	}
	for _, topic := range article.Content.Topics {
		p.Topics = append(p.Topics, Link{Text: titleOf(topic), Href: "/topics/" + string(topic)})
	}
	for _, n := range article.Notices {
		if n.Entry == 0 { // else it stands at its entry
			p.Notices = append(p.Notices, noticeOf(n, anchorOf(n)))
		}
	}
	if p.Body, p.Figures, err = s.text(ctx, t, article.Content.Body, article.Pins, ""); err != nil {
		return nil, err
	}
	if p.Entries, err = s.told(ctx, t, article.Moments); err != nil {
		return nil, err
	}
	if p.Data, err = articleData(article, modified); err != nil {
		return nil, err
	}
	query := url.Values{"as-of": {day.Format(time.DateOnly)}}
	p.Board = address("/markets/", query)
	for _, price := range board.Prices {
		p.Rates = append(p.Rates, s.pairRow(price, t.sources, query))
	}
	for _, q := range quotes {
		p.Shares = append(p.Shares, s.listingRow(q, t.sources, query))
	}
	p.Majors = s.majors(board, t.sources, query)
	p.MajorsSaid, p.RatesSaid, p.Traded = saidOf(p.Majors), saidOf(p.Rates), saidOf(p.Shares)
	return storyPage(p), nil
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

// button is the figure in the text. Its card opens without a script.
func (f Figure) button(value currency.Decimal) string {
	return `<button class="figure" type="button" popovertarget="` + f.ID + `"><data value="` +
		html.EscapeString(value.String()) + `">` + html.EscapeString(f.Value) + `</data></button>`
}

// figure draws the n-th pin of a story, with today's value beside.
func (s *Site) figure(ctx context.Context, t today, n int, pin news.Pin) (Figure, error) {
	f := Figure{
		ID: fmt.Sprintf("figure-%d", n+1), Expression: pin.Expression, Value: render.Prose(pin.Printed()),
		Source: nameOf(pin.Source, t.sources), At: timeOf(pin.At), Seen: timeOf(pin.Seen), How: howOf(pin.How),
		Subject: symbolPath(pin.Symbol),
	}
	if f.How == "" {
		f.How = "as the source wrote it"
	}
	if len(pin.From) > 0 {
		f.Number = numberPath(pin.From[0])
	}
	o, value, err := s.now(ctx, t, pin)
	switch {
	case err == nil:
		f.Today, f.TodayAt, f.TodaySaid = value, timeOf(o.At), nameOf(o.Source, t.sources)
	case fault.KindOf(err) != fault.NotFound:
		return Figure{}, err
	}
	return f, nil
}

// now is what the pinned thing is worth today, as a board shows it.
func (s *Site) now(ctx context.Context, t today, pin news.Pin) (market.Offer, string, error) {
	if base, quote, ok := pin.Symbol.Pair(); ok {
		price, found := t.board.Price(quote)
		if base != t.board.Base || !found {
			var err error
			if price, err = s.ledger.Rate(ctx, pin.Symbol, market.AsOf{At: s.o.Now()}); err != nil {
				return market.Offer{}, "", err
			}
		}
		return price.Offer, render.Number(price.Shown()), nil
	}
	for _, q := range t.quotes {
		if q.Symbol != pin.Symbol {
			continue
		}
		switch {
		case pin.Field == market.Last:
			return q.Offer, render.Number(q.Value), nil
		case q.Move.Withheld != "":
		case pin.Field == market.PreviousClose:
			return q.Offer, render.Number(q.Previous.Value), nil
		case pin.Field == market.Change:
			return q.Offer, render.Signed(q.Move.By), nil
		case pin.Field == market.Percent:
			return q.Offer, render.Percent(q.Move.Percent), nil
		}
	}
	return market.Offer{}, "", fault.NotFound
}

// byline is the names of a story's authors and its place.
func (p StoryPage) byline() string {
	switch {
	case p.By == "":
		return p.Dateline
	case p.Dateline == "":
		return "By " + p.By
	}
	return strings.Join([]string{"By " + p.By, p.Dateline}, ", ")
}
