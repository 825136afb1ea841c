package site

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/numeral"
	"github.com/courant-news/courant/internal/search"
	"github.com/courant-news/courant/internal/web"
)

const searchPath = "/search"

// SearchPage is what was found, or the form with hints where nothing was looked for.
type SearchPage struct {
	Frame
	Query      string
	Asked      bool // something was looked for
	Nothing    bool // and nothing was found
	Answer     *SearchAnswer
	Base       string // the name of the currency of which one unit buys what Currencies say
	Currencies []Row
	Own        Link   // to Base, where that was found; its Text is else empty
	Unquoted   []Link // currencies that nobody quotes
	Shares     []Row
	Dossiers   []SearchDossier
	Stories    []SearchItem
	Instead    []SearchInstead
	Hints      []Link
}

// SearchAnswer is the answer of a bureau de change.
type SearchAnswer struct {
	Amount, From, Result, Exact, To string // codes and numbers
	Names                           string // "US Dollar in Japanese Yen"
	Convert                         string // address of the converter with this amount
	Arithmetic                      string // "100 × 157.23 = 15,723.00"; empty where there is none
	Rate                            Row
	Missing                         string         // instead of a result: why there is none
	Notes                           []SearchChoice // how else the question may be read
}

// SearchChoice is a sentence with links to what may have been meant.
type SearchChoice struct {
	Text    string
	Choices []Link
}

// SearchItem is a story with what was looked for marked in it.
type SearchItem struct {
	Item
	Marked, Excerpt []string // not marked and marked, in turn
}

// SearchDossier is a dossier with those of its parts that bear what was looked for.
type SearchDossier struct {
	DossierItem
	Parts []Link
}

// SearchInstead is a word by whose likes it was looked, too.
type SearchInstead struct {
	Word   string
	Others []Link
}

// find answers a search. It is kept nowhere: no two readers look for the same, and what everybody reads is not to make room.
func (s *Site) find(w http.ResponseWriter, r *http.Request) error {
	query := strings.Join(strings.Fields(strings.ToValidUTF8(r.URL.Query().Get("q"), "")), " ")
	if len(query) > news.MaxSearch {
		return fault.Because(fault.Invalid, "What you look for has %d characters; %d is the most: leave words out.", len(query), news.MaxSearch)
	}
	page, err := s.searchPage(r.Context(), ask{r: r, query: url.Values{}}, query)
	if err != nil {
		return err
	}
	body, err := web.Render(r.Context(), searchPage(page))
	if err != nil {
		return fmt.Errorf("draw what was found: %w", err)
	}
	web.NewPage(body, web.PageOptions{CacheControl: web.ForReaders, Header: http.Header{"X-Robots-Tag": {"noindex"}}}).ServeHTTP(w, r)
	return nil
}

func (s *Site) searchPage(ctx context.Context, a ask, query string) (p SearchPage, err error) {
	t, err := s.today(ctx)
	if err != nil {
		return p, err
	}
	p.Query, p.Asked = query, query != ""
	title := "Search"
	if p.Asked {
		a.query.Set("q", query)
		title = query + " – Search"
	}
	p.Frame = s.frame(t, a, title, "Stories, currencies and shares of "+t.masthead.Name+", and what an amount is worth in another currency.")
	p.Searching = true
	p.Hints = []Link{searchLink("100 usd in yen"), searchLink("1.250,50 eur to sek"), searchLink("zloty"), searchLink("kron")}
	if !p.Asked {
		return p, nil
	}
	found, err := search.Find(ctx, s.paper, s.ledger, query, search.Options{Preferred: t.preferred(), Quotes: t.quotes, Dossiers: t.dossiers, AsOf: t.board.AsOf})
	if err != nil {
		return p, err
	}
	p.Nothing = found.Empty()
	p.Base = s.ledger.Currencies().Name(t.masthead.Base, "en")
	if found.Answer != nil {
		p.Answer = s.answerOf(*found.Answer, t)
	}
	for _, c := range found.Currencies {
		if c.Code == t.masthead.Base {
			p.Own = Link{Text: c.Name + " (" + string(c.Code) + ")", Href: "/markets/currencies/" + string(c.Code)}
		} else if price, ok := t.board.Price(c.Code); ok {
			p.Currencies = append(p.Currencies, s.pairRow(price, t, nil))
		} else {
			p.Unquoted = append(p.Unquoted, Link{Text: c.Name + " (" + string(c.Code) + ")", Href: "/markets/currencies/" + string(c.Code)})
		}
	}
	for _, q := range found.Listings {
		p.Shares = append(p.Shares, s.listingRow(q, t, nil))
	}
	for _, one := range found.Dossiers {
		d := s.dossierOf(t, one.Dossier)
		item := SearchDossier{DossierItem: d.item()}
		for _, a := range one.Actors {
			item.Parts = append(item.Parts, d.actor(a.ID))
		}
		for _, e := range one.Events {
			item.Parts = append(item.Parts, d.event(e.ID))
		}
		p.Dossiers = append(p.Dossiers, item)
	}
	for _, h := range found.News.Hits {
		p.Stories = append(p.Stories, SearchItem{t.listed(h.Article), h.Headline.Parts(), h.Excerpt.Parts()})
	}
	for _, spelled := range found.News.Instead {
		i := SearchInstead{Word: spelled.Word}
		for _, other := range spelled.Others {
			i.Others = append(i.Others, searchLink(other))
		}
		p.Instead = append(p.Instead, i)
	}
	return p, nil
}

func searchLink(query string) Link {
	return Link{Text: query, Href: address(searchPath, url.Values{"q": {query}})}
}

// Preferred are the currencies that a reader means by a word that may mean several, the first of them: the paper's base, then
// those of its strip, or the majors with which it begins where the newsroom chose none.
func (s *Site) Preferred(ctx context.Context) ([]currency.Code, error) {
	t, err := s.today(ctx)
	return t.preferred(), err
}

func (t today) preferred() []currency.Code {
	list := []currency.Code{t.masthead.Base}
	add := func(codes ...currency.Code) {
		for _, c := range codes {
			if !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
	}
	for _, symbol := range t.masthead.Strip {
		if base, quote, ok := symbol.Pair(); ok {
			add(base, quote)
		}
	}
	if len(t.masthead.Strip) == 0 { // then the strip begins with these
		for code := range strings.FieldsSeq(first) {
			add(currency.Code(code))
		}
	}
	return list
}

// answerOf sets an answer.
func (s *Site) answerOf(a search.Answer, t today) *SearchAnswer {
	table := s.ledger.Currencies()
	number := numeral.Of(english).Number
	v := SearchAnswer{Amount: number(a.Amount), From: string(a.Source), To: string(a.Target), Missing: a.Missing}
	if a.Source != "" && a.Target != "" {
		v.Names = table.Name(a.Source, "en") + " in " + table.Name(a.Target, "en")
		v.Convert = address("/convert", url.Values{"amount": {a.Amount.String()}, "from": {string(a.Source)}, "to": {string(a.Target)}})
	}
	if c := a.Conversion; c != nil {
		v.Result, v.Exact = number(c.Result), c.Result.String()
		v.Rate = s.pairRow(c.Price, t, nil)
		v.Rate.Code = string(c.Price.Symbol)
		v.Arithmetic = arithmetic(*c, number)
		if !a.Counted { // what one is worth is asked as exactly as it is known
			v.Result, v.Exact = v.Rate.Value, v.Rate.Exact
		}
	}
	if a.Otherwise != nil {
		v.Notes = append(v.Notes, SearchChoice{
			Text:    "The amount is read as " + number(a.Amount) + "; it can also be read as " + number(*a.Otherwise) + ":",
			Choices: []Link{asked(a.Otherwise.String(), a.From.Words, a.To.Words)},
		})
	}
	for _, side := range []struct {
		search.Side
		taken currency.Code
		ask   func(code string) Link
	}{
		{a.From, a.Source, func(code string) Link { return asked(a.Amount.String(), code, a.To.Words) }},
		{a.To, a.Target, func(code string) Link { return asked(a.Amount.String(), a.From.Words, code) }},
	} {
		if note, ok := choiceOf(side.Side, side.taken, table, side.ask); ok {
			v.Notes = append(v.Notes, note)
		}
	}
	return &v
}

// arithmetic is how a result follows from what sources said, with all its digits.
func arithmetic(c market.Conversion, number func(currency.Decimal) string) string {
	one := currency.DecimalFromInt(1)
	text := number(c.Amount)
	if !c.Over.Equal(one) {
		text += " × " + number(c.Over)
	}
	if !c.Under.Equal(one) {
		text += " ÷ " + number(c.Under)
	}
	text += " = " + number(c.Unrounded)
	if !c.Unrounded.Equal(c.Result) {
		text += ", rounded " + number(c.Result)
	}
	return text
}

// choiceOf says what else a word may mean.
func choiceOf(side search.Side, taken currency.Code, table *currency.Table, ask func(code string) Link) (c SearchChoice, ok bool) {
	const most = 12 // links
	if len(side.Means) < 2 {
		return c, false
	}
	if c.Text = fmt.Sprintf("“%s” may be any of %d currencies. Which is meant?", side.Words, len(side.Means)); taken != "" {
		c.Text = fmt.Sprintf("“%s” may be any of %d currencies; the %s is taken, which stands first in this paper’s strip. Others:",
			side.Words, len(side.Means), table.Name(taken, "en"))
	}
	for _, m := range side.Means {
		if m.Code != taken && len(c.Choices) < most {
			l := ask(string(m.Code))
			l.Text = m.Name
			c.Choices = append(c.Choices, l)
		}
	}
	return c, true
}

// asked leads to a question.
func asked(amount, from, to string) Link {
	query := amount + " " + from
	if to != "" {
		query += " in " + to
	}
	return searchLink(query)
}

// openSearch lets a reader's browser look here from its own field (github.com/dewitt/opensearch, version 1.1).
func (s *Site) openSearch(r *http.Request, address string) ([]byte, error) {
	t, err := s.today(r.Context())
	if err != nil {
		return nil, err
	}
	type target struct {
		Type     string `xml:"type,attr"`
		Template string `xml:"template,attr"`
	}
	type image struct {
		Type    string `xml:"type,attr"`
		Address string `xml:",chardata"`
	}
	return inXML(struct {
		XMLName     xml.Name `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
		Short       string   `xml:"ShortName"`
		Description string   `xml:"Description"`
		Encoding    string   `xml:"InputEncoding"`
		Image       image    `xml:"Image"`
		URL         target   `xml:"Url"`
	}{
		Short: shortened(t.masthead.Name, 16), Description: "Stories, currencies and shares of " + t.masthead.Name + ", and a converter.", Encoding: "UTF-8",
		Image: image{"image/svg+xml", address + s.assets.URL("icon.svg")},
		URL:   target{"text/html", address + searchPath + "?q={searchTerms}"},
	})
}

// websiteData says to machines that the paper, whose front is at a whole address, can be searched.
func websiteData(m news.Masthead, front string) (string, error) {
	type entry struct {
		Type     string `json:"@type"`
		Template string `json:"urlTemplate"`
	}
	type action struct {
		Type   string `json:"@type"`
		Target entry  `json:"target"`
		Input  string `json:"query-input"`
	}
	return dataOf(struct {
		Context  string `json:"@context"`
		Type     string `json:"@type"`
		Name     string `json:"name"`
		Address  string `json:"url"`
		Language string `json:"inLanguage,omitempty"`
		Action   action `json:"potentialAction"`
	}{schemaOrg, "WebSite", m.Name, front, m.Language, action{"SearchAction", entry{"EntryPoint", strings.TrimSuffix(front, "/") + searchPath + "?q={search_term_string}"}, "required name=search_term_string"}})
}

var _ search.Paper = (*news.Paper)(nil)
