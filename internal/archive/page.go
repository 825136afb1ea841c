package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Limits of a page. A saved news page with its pictures' addresses has a few megabytes and a few thousand lines.
const (
	MaxPage  = 16 << 20 // bytes
	maxLines = 200_000  // that are not blank
)

// Page is what was recovered from a saved page. The board's rates are units of each currency for one of Base.
type Page struct {
	Publisher, Title string
	Home             string // the address that an HTML page gives as its own; may be empty
	Language         string // BCP 47, as an HTML page names it; else "en"

	Base   currency.Code
	Rates  []PageRate  // in the page's order
	Quotes []PageQuote // in the page's order

	Headline, Standfirst string // both empty on a page without a story
	Bylines              []string
	Sections             []PageSection

	Date     currency.Date // the day that the page names; zero: none
	DateFrom string        // where it names it: "line 3", "article:published_time"

	NotUnderstood []Line   // by line number
	Notes         []string // what was understood and is worth knowing: sentences for people
	SHA256        string   // of the file as it was given, in hexadecimal
}

// PageRate is one row of the board.
type PageRate struct {
	Code  currency.Code
	Value currency.Decimal
	Line  int
}

// PageQuote is one item of the ticker: the last price, and what the page says that it moved by.
type PageQuote struct {
	Ticker                string
	Change, Last, Percent currency.Decimal
	Line                  int
}

// PageSection is a part of the story. The heading is empty where the page has none.
type PageSection struct {
	Heading    string
	Paragraphs []string
}

// Line is a line that was not understood, and why.
type Line struct {
	Number int    `json:"line"` // from 1
	Text   string `json:"text"`
	Why    string `json:"why"`
}

// ReadPage reads a saved page: UTF-8 text, or HTML in the character set that it declares. It reads no more than
// [MaxPage] and one byte.
//
// As text a page is a line "Publisher - Title"; a line "EUR -", which names the base, and under it at least five rows
// such as "USD 1.186127"; items of a ticker, each a bullet and a symbol, then the change, the last price and the change in
// per cent; a headline, a standfirst, and sections of paragraphs, each under a heading that is a short line without
// closing punctuation. Blank lines, indents and kinds of space do not matter, but for parting paragraphs. An indented
// line continues the paragraph above it.
//
// The error is fault.Invalid, with a sentence that says what is wrong and where, for what is no page, has no board, was
// cut off, or says two things of one currency; else it is the reader's.
func ReadPage(r io.Reader) (*Page, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxPage+1))
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	if len(data) > MaxPage {
		return nil, fault.Because(fault.Invalid, "the page has more than %d MiB, the most that is read: it is no saved page of news", MaxPage>>20)
	}
	text, isHTML, err := decode(data)
	if err != nil {
		return nil, err
	}
	var d *document
	if isHTML {
		d, err = parseHTML(text)
	} else {
		d, err = parseText(text)
	}
	if err != nil {
		return nil, err
	}
	if d.cut != "" {
		return nil, cutOff("%s", d.cut)
	}
	sum := sha256.Sum256(data)
	p := &Page{SHA256: hex.EncodeToString(sum[:]), Language: "en", Home: d.home}
	if d.language != "" {
		p.Language = d.language
	}
	if err := d.read(p); err != nil {
		return nil, err
	}
	return p, nil
}

// document is a page as lines, which is where text and HTML become the same.
type document struct {
	lines    []line
	isHTML   bool
	complete bool   // the page shows that it was not cut off: an HTML page with its closing tags
	cut      string // where the page shows that it was cut off; empty: nowhere

	// What the head of an HTML page says of it.
	title, site, ogTitle, author, home, language string
	dates                                        [places]namedDay
}

// line is a line that is not blank.
type line struct {
	number int
	text   string // words with single spaces between them; cells of a table with tabs
	indent int    // columns of space before it; behind an HTML line break 1
	spaced bool   // parted from the line before by a blank line, or by a block of HTML
	used   bool   // accounted for

	// Of HTML only.
	level     int  // 1 to 6: stands in h1 … h6; a paragraph wholly in bold counts as 7
	container int  // the article or main that it stands in, numbered; 0: none
	prose     bool // stands in a paragraph, a list item or a quotation
	aside     bool // stands in navigation, a header, a footer, or is but a link
	header    bool // has header cells of a table only
}

// plain returns the line's text without cells.
func (l line) plain() string { return strings.ReplaceAll(l.text, "\t", " ") }

// read recovers all of a page, from the top down.
func (d *document) read(p *Page) error {
	if len(d.lines) == 0 {
		return fault.Because(fault.Invalid, "the page is empty: there is no text in it")
	}
	end, err := d.readBoard(p)
	if err != nil {
		return err
	}
	if end, err = d.readTicker(p, end); err != nil {
		return err
	}
	d.readTitle(p)
	d.readDate(p, end)
	if d.isHTML {
		err = d.readArticle(p)
	} else {
		err = d.readStory(p, end)
	}
	if err != nil {
		return err
	}
	if p.Publisher == "" || !short(p.Publisher, 200) {
		return fault.Because(fault.Invalid, "the page does not say whose it is: its first line, or its title, should be %q", "Publisher - Title")
	}
	d.leftOver(p)
	slices.SortStableFunc(p.NotUnderstood, func(a, b Line) int { return a.Number - b.Number })
	return p.checkStory()
}

// readTitle takes publisher and title from the first line, or from what the head of an HTML page says.
func (d *document) readTitle(p *Page) {
	whole := d.title
	if first := &d.lines[0]; !d.isHTML && !first.used {
		whole, first.used = first.plain(), true
	}
	p.Publisher, p.Title = splitTitle(whole)
	if !d.isHTML {
		if p.Publisher == "" && whole != "" {
			p.Publisher = whole
			p.note("The first line, %q, is read as the publisher: it names no title behind a dash.", whole)
		}
		return
	}
	// Pages of today write "Title - Publisher"; what else they say of themselves tells which side is which.
	headline := d.headline()
	if headline == "" && d.site == "" && p.Publisher != "" {
		p.note("The title, %q, is read as publisher and headline, in this order.", cut(whole))
	}
	if headline != "" {
		p.Publisher = otherSide(whole, headline, p.Publisher)
		p.Title = headline
	}
	if d.site != "" {
		p.Publisher = d.site
	}
	if p.Publisher == "" && headline != whole {
		p.Publisher = whole
	}
}

// splitTitle parts "Publisher - Title" at the first dash that stands free.
func splitTitle(s string) (publisher, title string) {
	at, size := -1, 0
	for _, dash := range []string{" - ", " – ", " — ", " | "} {
		if i := strings.Index(s, dash); i > 0 && (at < 0 || i < at) {
			at, size = i, len(dash)
		}
	}
	if at < 0 {
		return "", s
	}
	return strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+size:])
}

// otherSide returns what a title says beside the headline, or, where it does not hold the headline, the fallback.
func otherSide(whole, headline, fallback string) string {
	rest, found := strings.CutPrefix(whole, headline)
	if !found {
		rest, found = strings.CutSuffix(whole, headline)
	}
	if rest = strings.Trim(rest, " -–—|"); !found || rest == "" {
		return fallback
	}
	return rest
}

// leftOver lists every line that nothing accounted for.
func (d *document) leftOver(p *Page) {
	asides := 0
	for i := range d.lines {
		switch l := &d.lines[i]; {
		case l.used:
		case l.aside:
			asides++
		default:
			p.notUnderstood(l.number, l.plain(), "it is neither a rate, a quote nor a part of the story")
		}
	}
	if asides > 0 {
		p.note("%d lines of menus, links, headers, footers and side columns were left out.", asides)
	}
}

func (p *Page) notUnderstood(number int, text, why string) {
	p.NotUnderstood = append(p.NotUnderstood, Line{Number: number, Text: text, Why: why})
}

// note adds a note, once. A page with more than somebody would read gets no more.
func (p *Page) note(format string, args ...any) {
	const most = 100
	text := fmt.Sprintf(format, args...)
	switch {
	case len(p.Notes) > most || slices.Contains(p.Notes, text):
	case len(p.Notes) == most:
		p.Notes = append(p.Notes, "There is more to note than is noted here.")
	default:
		p.Notes = append(p.Notes, text)
	}
}

// cutOff is the refusal of a page that ends too early.
func cutOff(where string, args ...any) error {
	return fault.Because(fault.Invalid, "the page ends "+where+": it was cut off; nothing was imported", args...)
}
