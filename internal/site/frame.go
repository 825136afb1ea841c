package site

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// Frame is what every page shares: what stands around its subject.
type Frame struct {
	Name        string // of the paper
	Title       string // of the page; on the front the paper's name
	Description string
	Address     string // of the paper: https://paper.example
	Canonical   string // the page's address, whole; empty: none
	Prev, Next  string // the addresses of the pages before and after in a row; empty: none
	Card        Card
	Shared      *Shared // of a story; nil: the page is none
	OEmbed      string  // where other sites ask how to show it, whole but for the format; empty: nowhere
	Today       Time
	Rates       string // of when the rates of the strip are; empty where there are none
	Sections    []Link
	Strip       []Row
	Hours       string // whether the markets of the strip's shares trade; empty where it shows none
	CSS, Icon   string
	Sheet       string           // of the page's own kind, beside CSS; empty: none
	Colours     string           // the sheet of the newsroom's own colours; empty where it chose none
	Motto       string           // a line below the name, on the front
	Spoken      string           // the language of the paper's own words; empty where it is the pages', English
	Script      string           // of the one small script, without which everything works
	Strips      templ.Attributes // what a part of the page follows that shows values as the strip does; nil: nothing
	Fonts       []string
	Data        string // what the page says to machines, as an element of its head; empty: nothing
	Programs    string // the page about the interfaces for programs; empty: none
	Kind        string // of the page, as the Open Graph protocol names it: article, website
	Searching   bool   // it is what a search found: it is not to be indexed, and has a field of its own
	Preview     bool   // it shows what is not published to who writes it, and says so above all else
	Feeds       []Link // by which the page's subject can be followed
	Alternates  []Alternate
}

// Alternate is the page's subject in another format.
type Alternate struct {
	Kind string // its media type
	Link
}

// Card is the picture by which a page is shown where it is shared. Its address is whole.
type Card struct{ Src, Alt string }

// Shared is what the Open Graph protocol tells of a story.
type Shared struct {
	Published, Modified Time
	Section             string
	Authors             []string // addresses of their pages, whole
}

// Link is an entry of a list of links.
type Link struct {
	Text, Href string
	Current    bool
	Language   string // of the text; empty where it is English
	Title      string // the text at length, where it is short
}

// today is what is read and made for every page alike: the masthead, the board and the quotes of now, the sections in
// their order, and the strip.
type today struct {
	state    uint64        // how many changes were heard of before it was read
	masthead news.Masthead // filled
	colours  palette
	board    market.Board
	quotes   []market.Quote
	sources  market.Sources
	recent   []news.Article        // the newest first, without their pins
	items    map[news.StoryID]Item // of these
	hand     hand                  // how the paper writes numbers
	sections []news.Slug
	dossiers []news.Dossier // the last updated first
	cast     func() cast    // of all of them; read by the first who asks
	majors   []Row          // of the board
	strip    []Row
	strips   follow
}

// edition keeps today for as long as a page may be kept, so that ten thousand different pages read one board.
type edition struct {
	changes atomic.Uint64 // that were heard of

	mu    sync.Mutex // held while reading: one reads, the others wait
	made  time.Time
	today today
}

func (s *Site) today(ctx context.Context) (today, error) {
	e := &s.edition
	e.mu.Lock()
	defer e.mu.Unlock()
	state := e.changes.Load()
	if !e.made.IsZero() && e.today.state == state && time.Since(e.made) < pageAge {
		return e.today, nil
	}
	t, err := s.readToday(ctx)
	if err != nil {
		return today{}, err
	}
	t.state = state
	e.today, e.made = t, time.Now()
	return t, nil
}

// recent is how many of the newest stories are read for all pages: a section in which nothing has stood for so long needs no place
// in the head.
const recent = 200

func (s *Site) readToday(ctx context.Context) (t today, err error) {
	own, err := s.paper.Masthead(ctx)
	if err != nil {
		return today{}, err
	}
	t.masthead = own.Or(s.configured())
	t.colours, t.hand = paletteOf(t.masthead.Colours), handOf(t.masthead.Language)
	now := market.AsOf{}.Resolved(s.o.Now())
	if t.board, err = s.ledger.Board(ctx, t.masthead.Base, now); err != nil {
		return today{}, err
	}
	if t.quotes, err = s.ledger.Quotes(ctx, now); err != nil {
		return today{}, err
	}
	if t.sources, err = s.ledger.Known(ctx); err != nil {
		return today{}, err
	}
	if t.recent, err = s.paper.Articles(ctx, news.Selection{Limit: recent}); err != nil {
		return today{}, err
	}
	t.sections = t.inOrder(t.recent)
	t.items = map[news.StoryID]Item{}
	for _, a := range t.recent {
		t.items[a.ID] = t.listed(a)
	}
	if t.dossiers, err = s.paper.Dossiers(ctx); err != nil {
		return today{}, err
	}
	t.cast = sync.OnceValue(func() cast { return castOf(t.dossiers) })
	t.majors = s.majors(t.board, t, nil)
	if t.strip, err = s.stripOf(ctx, t); err != nil {
		return today{}, err
	}
	t.strips = follow{topic: stripTopic, state: s.stripState(t)}
	return t, nil
}

// frame returns the frame of a page.
func (s *Site) frame(t today, a ask, title, description string) Frame {
	at := s.address(a.r)
	f := Frame{
		Name: t.masthead.Name, Title: title, Description: description, Address: at, Canonical: at + a.canonical(),
		Card:    Card{Src: at + paperCard, Alt: t.masthead.Name},
		Colours: t.colours.address, Motto: t.masthead.Motto, Spoken: t.language(),
		Today: dayOf(s.o.Now()), CSS: s.assets.URL("courant.css"), Icon: s.assets.URL("icon.svg"), Script: s.assets.URL("courant.js"),
		Programs: s.o.Programs, Kind: "website", Feeds: []Link{{Text: t.masthead.Name, Href: "/feed.atom"}},
	}
	for _, font := range []string{"newsreader-display", "newsreader-text", "public-sans"} {
		f.Fonts = append(f.Fonts, s.assets.URL("fonts/"+font+".woff2"))
	}
	f.Sections = append(f.Sections, Link{Text: "Front page", Href: "/"})
	for _, section := range t.sections {
		f.Sections = append(f.Sections, t.sectionLink(section))
	}
	if len(t.dossiers) > 0 {
		f.Sections = append(f.Sections, Link{Text: "Dossiers", Href: dossiersPath})
	}
	f.Sections = append(f.Sections, Link{Text: "Currencies", Href: "/markets/"}, Link{Text: "Shares", Href: "/markets/shares/"})
	for i, l := range f.Sections {
		f.Sections[i].Current = l.Href == a.r.URL.Path
	}
	f.Strip, f.Hours = t.strip, t.hand.hoursOf(t.masthead.Strip, s.o.Now())
	if t.strips.state != nil {
		f.Strips = t.strips.attributes()
	}
	if !t.board.Newest.IsZero() {
		f.Rates = "Newest rates: " + t.hand.time(t.board.Newest).Text
	}
	return f
}

// preview makes the frame of a page that readers have that of one which shows what is not published.
func (f *Frame) preview() {
	f.Preview, f.Title = true, "Preview: "+f.Title
	f.Canonical, f.Data, f.OEmbed, f.Strips, f.Feeds, f.Alternates = "", "", "", nil, nil, nil
}

// The addresses of feeds, which are there where there are interfaces for programs.
const (
	sourceFeeds = "/feeds/sources/"
	rateFeeds   = "/feeds/rates/"
	feedFormat  = ".atom"
)
