package site

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// english is the language of the words that the pages bring themselves. What is of another bears its own tag, and all else
// is English, so that a voice that reads the page aloud says both as they are said (WCAG 2.2, 3.1.1 and 3.1.2).
const english = "en"

// configured is what a newsroom that sets nothing has.
func (s *Site) configured() news.Masthead {
	return news.Masthead{Name: s.o.Name, Base: s.o.Base, Language: english}
}

// Masthead is the masthead in force: what the newsroom set, filled with what the operator configured.
func (s *Site) Masthead(ctx context.Context) (news.Masthead, error) {
	t, err := s.today(ctx)
	return t.masthead, err
}

// language is that of the paper's own words; empty where it is the pages'.
func (t today) language() string {
	if t.masthead.Language == english {
		return ""
	}
	return t.masthead.Language
}

// inOrder are the sections that the newsroom lists, in its order, and then those of articles by name.
func (t today) inOrder(articles []news.Article) (sections []news.Slug) {
	var rest []news.Slug
	for _, a := range articles {
		if !t.lists(a.Content.Section) {
			rest = append(rest, a.Content.Section)
		}
	}
	for _, section := range t.masthead.Sections {
		sections = append(sections, section.Slug)
	}
	slices.Sort(rest)
	return append(sections, slices.Compact(rest)...)
}

// lists says whether the newsroom lists a section, and so wants it even where nothing stands in it yet.
func (t today) lists(section news.Slug) bool {
	return slices.ContainsFunc(t.masthead.Sections, func(s news.Section) bool { return s.Slug == section })
}

// titleOf is a section's title as the newsroom has it, or else its name as a heading: central-banks, Central banks.
func (t today) titleOf(section news.Slug) string {
	for _, s := range t.masthead.Sections {
		if s.Slug == section && s.Title != "" {
			return s.Title
		}
	}
	text := strings.ReplaceAll(string(section), "-", " ")
	return strings.ToUpper(text[:min(1, len(text))]) + text[min(1, len(text)):]
}

// sectionLink leads to a section.
func (t today) sectionLink(section news.Slug) Link {
	return Link{Text: t.titleOf(section), Href: "/sections/" + string(section), Language: t.language()}
}

// stripOf are the rows of the strip: of what the newsroom chose all that somebody quotes, or the majors.
func (s *Site) stripOf(ctx context.Context, t today) ([]Row, error) {
	if len(t.masthead.Strip) == 0 {
		return t.majors, nil
	}
	var rows []Row
	for _, symbol := range t.masthead.Strip {
		row, err := s.stripRow(ctx, t, symbol)
		if errors.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// stripRow is a row of the strip. Pairs of many bases may stand in it, so each is named in full.
func (s *Site) stripRow(ctx context.Context, t today, symbol market.Symbol) (Row, error) {
	base, quote, isPair := symbol.Pair()
	if !isPair {
		for _, q := range t.quotes {
			if q.Symbol == symbol {
				return s.listingRow(q, t, nil), nil
			}
		}
		return Row{}, fault.NotFound
	}
	price, found := t.board.Price(quote)
	if base != t.board.Base || !found {
		var err error
		if price, err = s.ledger.Rate(ctx, symbol, t.board.AsOf); err != nil {
			return Row{}, err
		}
	}
	row := s.pairRow(price, t, nil)
	row.Code = string(symbol)
	return row, nil
}

// palette is the style sheet of the colours that a newsroom chose.
type palette struct {
	address string // which names its content; empty where there is none
	page    *web.Page
}

const paletteName = "colours.css"

// paletteOf writes the sheet of colours, which follows the paper's own. On paper all is black.
func paletteOf(c news.Colours) palette {
	var css strings.Builder
	for _, ground := range []struct {
		scheme       string
		link, accent news.Colour
	}{{"light", c.Link.Light, c.Accent.Light}, {"dark", c.Link.Dark, c.Accent.Dark}} {
		var set string
		if ground.link != "" {
			set += "--link:" + string(ground.link) + ";"
		}
		if ground.accent != "" {
			set += "--accent:" + string(ground.accent) + ";"
		}
		if set != "" {
			css.WriteString("@media screen and (prefers-color-scheme:" + ground.scheme + "){:root{" + set + "}}\n")
		}
	}
	if css.Len() == 0 {
		return palette{}
	}
	address, page := web.NewAsset(paletteName, []byte(css.String()))
	return palette{address, page}
}

// asset serves the sheet of the newsroom's colours, and what comes with the program.
func (s *Site) asset(w http.ResponseWriter, r *http.Request) error {
	if name, _, _ := strings.Cut(paletteName, "."); strings.HasPrefix(r.PathValue("file"), name+".") {
		t, err := s.today(r.Context())
		if err != nil {
			return err
		}
		if r.URL.Path == t.colours.address {
			t.colours.page.ServeHTTP(w, r)
			return nil
		}
	}
	return s.assets.Serve(w, r)
}

// spoken is the language of a story; empty where it is the pages'.
func (t today) spoken(c news.Content) string { return cmp.Or(c.Language, t.language()) }

// lang tags what is of a language; of the pages' own it says nothing.
func lang(tag string) templ.Attributes {
	if tag == "" {
		return nil
	}
	return templ.Attributes{"lang": tag}
}

// tongue tags what is of a language with that and with how it is written.
func tongue(tag string) templ.Attributes {
	if dir := directionOf(tag); dir != "" {
		return templ.Attributes{"lang": tag, "dir": dir}
	}
	return lang(tag)
}
