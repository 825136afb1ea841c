package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// PageOptions say what a page does not say of itself.
type PageOptions struct {
	On   currency.Date // the day of which it speaks; zero: the day that it names
	Seen time.Time     // when it was learnt: now, for an import
	File string        // what the file is called, for the story's history
}

// claimFresh is for how long a page's claim is current: a daily paper is read until the next one.
const claimFresh = 36 * time.Hour

// Edition makes of a page what the newsroom can add: its figures as claims of its publisher about a day, and its story,
// published on that day. The error is fault.Invalid where neither the page nor the options name a day, or where the
// day has not come.
func (p *Page) Edition(o PageOptions) (news.Edition, error) {
	on := o.On
	switch {
	case on.IsZero() && p.Date.IsZero():
		return news.Edition{}, fault.Because(fault.Invalid, "the page names no day: say of which day it speaks with --date YYYY-MM-DD")
	case on.IsZero():
		on = p.Date
		p.note("The day, %s, is the one that the page names (%s).", on, p.DateFrom)
	case !p.Date.IsZero() && p.Date != on:
		p.note("The page names another day, %s (%s); the one given, %s, was taken.", p.Date, p.DateFrom, on)
	}
	at := on.First()
	switch {
	case currency.DateOf(at) != on || !at.After(time.Time{}): // a month, a year, 30 February
		return news.Edition{}, fault.Because(fault.Invalid, "%q is no day: say of which day the page speaks with --date YYYY-MM-DD", on)
	case at.After(o.Seen.Add(14 * time.Hour)): // a day begins up to 14 hours earlier than in UTC
		return news.Edition{}, fault.Because(fault.Invalid, "%s is still to come: a page cannot speak of it yet", on)
	}
	source := market.Source{
		ID: market.SourceID(named(p.Publisher, "page-", p.Publisher)), Name: p.Publisher, Kind: market.Page, Home: webAddress(p.Home),
		Licence: "Figures as printed on a page; its text is not licensed for publication elsewhere.", Fresh: claimFresh,
		Note: "What a saved page printed: claims, recorded to be checked.",
	}
	e := news.Edition{Sources: []market.Source{source}, Observations: p.observations(source.ID, market.Moment{At: at, Seen: o.Seen})}
	if p.Headline != "" {
		e.Stories = []news.Manuscript{p.story(on, o)}
	}
	return e, nil
}

func (p *Page) observations(source market.SourceID, when market.Moment) []market.Observation {
	var all []market.Observation
	for _, r := range p.Rates {
		all = append(all, market.NewObservation(market.Pair(p.Base, r.Code), market.Rate, r.Value, when, source, fmt.Sprintf("line %d", r.Line)))
	}
	for _, q := range p.Quotes {
		symbol, ref := market.KnownListings().Bearing(q.Ticker, when.At), fmt.Sprintf("line %d", q.Line)
		all = append(all,
			market.NewObservation(symbol, market.Last, q.Last, when, source, ref),
			market.NewObservation(symbol, market.Change, q.Change, when, source, ref),
			market.NewObservation(symbol, market.Percent, q.Percent, when, source, ref))
	}
	return all
}

// named makes a name for addresses of a text: its slug, or, where it has no letter that a slug could hold, one that
// follows from what identifies it.
func named(text, prefix, identity string) string {
	const longest = 64
	slug := strings.TrimRight(cutBytes(string(news.SlugOf(text)), longest), "-")
	if slug != "untitled" {
		return slug
	}
	sum := sha256.Sum256([]byte(identity))
	return prefix + hex.EncodeToString(sum[:5])
}

// story makes the manuscript. Its ID follows from publisher, day and headline, so that the same page is recognised.
func (p *Page) story(on currency.Date, o PageOptions) news.Manuscript {
	identity := p.Publisher + "\x1f" + on.String() + "\x1f" + p.Headline
	sum := sha256.Sum256([]byte(identity))
	id := news.StoryID("page-" + hex.EncodeToString(sum[:10]))
	return news.Manuscript{
		ID: id, Slug: news.Slug(named(p.Headline, "story-", identity)), State: news.Published,
		Published: on.First(), Updated: on.First(), Live: 1, Pins: map[int][]news.Pin{1: nil},
		Revisions: []news.Revision{{
			Story: id, N: 1, Author: "import", At: o.Seen.UTC().Truncate(time.Microsecond),
			Reason: fmt.Sprintf("Imported from %s (SHA-256 %s).", cutBytes(clean(o.File, false), 200), p.SHA256),
			Content: news.Content{
				Headline: p.Headline, Standfirst: p.Standfirst, Bylines: p.Bylines, Section: "news", Language: p.Language,
				Body: p.body(),
			},
		}},
	}
}

// body is the story's text as Markdown, in which the page's words stand for themselves.
func (p *Page) body() string {
	var b strings.Builder
	for _, s := range p.Sections {
		if s.Heading != "" {
			b.WriteString("## " + escaped(s.Heading) + "\n\n")
		}
		for _, paragraph := range s.Paragraphs {
			b.WriteString(escaped(paragraph) + "\n\n")
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// markup finds what could become markup, or a figure, anywhere in a line of Markdown; atStart what could do so at the
// start of one. A paragraph is one line, so nothing can become a table or an underlined heading.
var (
	markup  = regexp.MustCompile("[\\\\`*_{}\\[\\]<>~#]|&#?[0-9A-Za-z]+;")
	atStart = regexp.MustCompile(`^([-+=:]+|\d{1,9}[.)])`)
)

// escaped makes a line stand in Markdown for itself and nothing else.
func escaped(text string) string {
	text = markup.ReplaceAllString(text, `\$0`)
	return atStart.ReplaceAllStringFunc(text, func(s string) string { return s[:len(s)-1] + `\` + s[len(s)-1:] })
}

// cutBytes cuts a text to at most n bytes, at the end of a character.
func cutBytes(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xc0 == 0x80 {
		n--
	}
	return text[:n]
}

// webAddress keeps an address only if it can stand behind a link.
func webAddress(s string) string {
	if len(s) < 500 && (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) {
		return s
	}
	return ""
}
