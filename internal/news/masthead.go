package news

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// MastheadTopic is the bus topic under which a changed masthead is announced.
const MastheadTopic = "news.masthead"

// Masthead is what a newsroom sets of its own paper. What is empty is as the operator configured it, or else the default.
type Masthead struct {
	Name     string          // at the head of every page
	Motto    string          // a line below the name, on the front
	Language string          // BCP 47: of the name, the motto, the sections, and of every story that names no other
	Base     currency.Code   // the currency against which the board and the strip are first shown
	Sections []Section       // in the order of the navigation; sections with stories that are not listed follow
	Strip    []market.Symbol // pairs and listings, in order; none: the major currencies against Base
	Lead     string          // address of the story that leads the front while it is one of its newest: /2026/02/02/slug; empty: the newest leads
	Colours  Colours
}

// Section is a section as readers meet it. Without a title it bears that of its slug: central-banks, Central banks.
type Section struct {
	Slug  Slug
	Title string
}

// MastheadRevision is one state of the masthead, with who made it and why.
type MastheadRevision struct {
	N        int // 1, 2, 3 … without gaps
	Masthead Masthead
	By       string
	At       time.Time
	Reason   string
}

// Limits of a masthead, in characters and entries: what a head can hold on a telephone, and a navigation in three lines.
const (
	maxName, maxMotto, maxTitle = 60, 160, 40
	maxSections, maxStrip       = 30, 20
)

// Or returns the masthead with what is empty in it filled from another.
func (m Masthead) Or(other Masthead) Masthead {
	m.Name = cmp.Or(m.Name, other.Name)
	m.Motto = cmp.Or(m.Motto, other.Motto)
	m.Language = cmp.Or(m.Language, other.Language)
	m.Base = cmp.Or(m.Base, other.Base)
	m.Lead = cmp.Or(m.Lead, other.Lead)
	if len(m.Sections) == 0 {
		m.Sections = other.Sections
	}
	if len(m.Strip) == 0 {
		m.Strip = other.Strip
	}
	c, o := &m.Colours, other.Colours
	c.Link = Tone{cmp.Or(c.Link.Light, o.Link.Light), cmp.Or(c.Link.Dark, o.Link.Dark)}
	c.Accent = Tone{cmp.Or(c.Accent.Light, o.Accent.Light), cmp.Or(c.Accent.Dark, o.Accent.Dark)}
	return m
}

// check says what of a masthead cannot be printed; the error is fault.Invalid.
func (m Masthead) check(known *currency.Table) error {
	if err := cmp.Or(checkHead("the paper's name", m.Name, maxName), checkHead("the motto", m.Motto, maxMotto), checkLanguage(m.Language)); err != nil {
		return err
	}
	if m.Base != "" {
		if _, err := known.Currency(m.Base); err != nil {
			return fault.Because(fault.Invalid, "the base of the paper's board: %w", err)
		}
	}
	if len(m.Sections) > maxSections {
		return fault.Because(fault.Invalid, "the paper is to have %d sections; %d is the most", len(m.Sections), maxSections)
	}
	listed := map[Slug]bool{}
	for _, s := range m.Sections {
		if _, err := ParseSlug(string(s.Slug)); err != nil {
			return fault.Because(fault.Invalid, "a section of the paper: %w", err)
		}
		if err := checkHead("the title of the section "+string(s.Slug), s.Title, maxTitle); err != nil {
			return err
		}
		if listed[s.Slug] {
			return fault.Because(fault.Invalid, "the section %s is listed twice: it has one place", s.Slug)
		}
		listed[s.Slug] = true
	}
	return cmp.Or(checkSymbols("the strip", m.Strip, maxStrip, known), checkLead(m.Lead), m.Colours.check())
}

// checkHead says what is wrong with a line that is to stand in the head of a page.
func checkHead(what, line string, most int) error {
	switch n := utf8.RuneCountInString(line); {
	case n > most:
		return fault.Because(fault.Invalid, "%s has %d characters; %d is the most", what, n, most)
	case !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl):
		return fault.Because(fault.Invalid, "%s must be one line of text", what)
	case strings.TrimSpace(line) != line:
		return fault.Because(fault.Invalid, "%s, %q, begins or ends with a space: leave it out", what, line)
	}
	return nil
}

// checkLead wants a story's address. Whether one stands there it does not ask: it may be withdrawn tomorrow.
func checkLead(path string) error {
	if path == "" {
		return nil
	}
	day, slug := path[:max(strings.LastIndexByte(path, '/'), 0)], path[strings.LastIndexByte(path, '/')+1:]
	_, wrongDay := time.Parse("/2006/01/02", day)
	_, wrongSlug := ParseSlug(slug)
	if wrongDay != nil || wrongSlug != nil {
		return fault.Because(fault.Invalid, "%.80q is no story's address: write it as it stands behind the host's name, /2026/02/02/the-story", path)
	}
	return nil
}

// checkLanguage wants a tag as it is to stand in a page.
func checkLanguage(tag string) error {
	if tag == "" {
		return nil
	}
	const most = 35 // characters, which BCP 47 (RFC 5646, section 4.4.1) recommends to have room for
	known, err := language.Parse(tag)
	if err != nil || known == language.Und || len(tag) > most {
		return fault.Because(fault.Invalid, "%.40q is no language: write its tag of BCP 47, such as en, de or pt-BR", tag)
	}
	if known.String() != tag {
		return fault.Because(fault.Invalid, "write the language %s as %s", tag, known)
	}
	return nil
}

// checkSymbols says what cannot stand in a list of pairs and listings. Whether anybody ever quoted a listing it does not ask.
func checkSymbols(what string, list []market.Symbol, most int, known *currency.Table) error {
	if len(list) > most {
		return fault.Because(fault.Invalid, "%s is to show %d pairs and shares; %d is the most", what, len(list), most)
	}
	listed := map[market.Symbol]bool{}
	for _, s := range list {
		read, err := market.ParseSymbol(string(s))
		if err != nil {
			return fault.Because(fault.Invalid, "%s: %w", what, err)
		}
		if read != s {
			return fault.Because(fault.Invalid, "%s: write %s as %s", what, s, read)
		}
		if base, quote, isPair := s.Pair(); isPair {
			for _, code := range []currency.Code{base, quote} {
				if _, err := known.Currency(code); err != nil {
					return fault.Because(fault.Invalid, "%s cannot show %s: %w", what, s, err)
				}
			}
		}
		if listed[s] {
			return fault.Because(fault.Invalid, "%s is to show %s twice: once is enough", what, s)
		}
		listed[s] = true
	}
	return nil
}

// check says what is wrong with a revision of the masthead.
func (r MastheadRevision) check(known *currency.Table) error {
	const most = 200 // characters
	if r.By == "" {
		return fault.Because(fault.Invalid, "the settings do not say who set them: name somebody")
	}
	return cmp.Or(checkHead("the name of who set it", r.By, most), checkHead("the reason for the settings", r.Reason, most), r.Masthead.check(known))
}

// PutMasthead appends a revision of the paper's masthead, which readers see at once, and returns it with its time. N is
// that of the revision that it was made of, plus one. The error is fault.Invalid where it cannot be printed or names a
// currency or a listing that nobody knows, fault.Conflict where somebody set another meanwhile.
func (n *Newsroom) PutMasthead(ctx context.Context, r MastheadRevision) (MastheadRevision, error) {
	if r.N < 1 {
		return MastheadRevision{}, fault.Because(fault.Invalid, "the first settings are revision 1, not %d", r.N)
	}
	if err := r.check(n.ledger.Currencies()); err != nil {
		return MastheadRevision{}, err
	}
	for _, s := range r.Masthead.Strip {
		if err := n.isKnown(ctx, "the strip", s); err != nil {
			return MastheadRevision{}, err
		}
	}
	r.At = n.now().UTC().Truncate(time.Microsecond)
	if err := n.store.PutMasthead(ctx, r); err != nil {
		return MastheadRevision{}, fmt.Errorf("set the masthead: %w", err)
	}
	n.bus.Publish(bus.Event{Topic: MastheadTopic})
	return r, nil
}

// isKnown refuses a listing that no table has and nobody quoted: it would never be seen, and is a slip.
func (n *Newsroom) isKnown(ctx context.Context, what string, s market.Symbol) error {
	if _, _, listing := s.Listing(); !listing {
		return nil
	}
	if _, err := n.ledger.Listings().Instrument(s); err == nil {
		return nil
	}
	_, err := n.ledger.Quote(ctx, s, market.AsOf{})
	if errors.Is(err, fault.NotFound) {
		return fault.Because(fault.Invalid, "%s cannot show %s: nobody has quoted it yet, and no table knows it", what, s)
	}
	return err
}

// Mastheads returns every revision of the masthead, the first first.
func (n *Newsroom) Mastheads(ctx context.Context) ([]MastheadRevision, error) {
	return n.store.Mastheads(ctx)
}

// Masthead returns what the newsroom last set; all of it is empty where it never did.
func (p *Paper) Masthead(ctx context.Context) (Masthead, error) {
	return p.reader.Masthead(ctx)
}

// checkMastheads says what is wrong with the revisions that an edition carries.
func checkMastheads(list []MastheadRevision, known *currency.Table) error {
	for i, r := range list {
		if r.N != i+1 {
			return fault.Because(fault.Invalid, "the settings' revision %d stands where revision %d belongs", r.N, i+1)
		}
		if err := r.check(known); err != nil {
			return fmt.Errorf("the settings' revision %d: %w", r.N, err)
		}
	}
	return nil
}
