package site

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// What an open page can follow: the first of a topic's name, after which comes of which board, pair, listing or story it is. The
// strip's stands for what the front's tables show, too.
const (
	stripTopic  = "strip"
	sharesTopic = "shares"
	boardTopic  = "board:"
	pairTopic   = "pair:"
	shareTopic  = "share:"
	storyTopic  = "story:"
)

// Keys of cells that are no rows.
const (
	saidOfMarkets = "said markets"
	saidOfShares  = "said shares"
	newestRow     = "newest"
	staleRow      = "stale"
)

// follow is what a part of a page follows, and what it shows of that.
type follow struct {
	topic string
	state web.State
	told  map[string]string // of what the page need not be told: the notes' names without their sign
}

// attributes are what live.js reads of a page.
func (f follow) attributes() templ.Attributes {
	a := templ.Attributes{"data-live": f.topic + "@" + f.state.Version()}
	for name, text := range f.told {
		a["data-"+name] = text
	}
	return a
}

// written is a cell as JSON: strings, lists of them and null always can be.
func written(cell any) string {
	text, _ := json.Marshal(cell)
	return string(text)
}

// cell is what can change of a row, each text at the place where live.js knows what it is of; nil is what is not shown.
func (r Row) cell(printed string, more ...any) []any {
	text, class, title := r.Move.shown()
	return append([]any{printed, r.Exact, r.Until, r.Number, text, class, title}, more...)
}

// ofStrip is a row of the strip, or of a narrow table.
func (r Row) ofStrip() string { return written(r.cell(r.Brief, r.by())) }

// ofBoard is a row of a board of shares.
func (r Row) ofBoard() string {
	return written(r.cell(r.Value, nil, r.Move.Absolute, r.Move.Briefly, r.Source, r.how(), nil,
		r.Session.Short, r.Session.Machine, r.session(), nil, nil, r.flags()))
}

// ofRates is a row of the board of rates.
func (r Row) ofRates() string {
	return written(r.cell(r.Value, nil, r.Move.Absolute, nil, r.Source, briefly(r.How), r.agree(), r.Days, r.At.Machine, r.At.Text, nil, nil, r.flags()))
}

// flags are what a reader must know of a row.
func (r Row) flags() [][]any {
	flags := [][]any{}
	for _, f := range r.Flags {
		flags = append(flags, []any{f.Word, f.Text, f.Href, f.Doubt})
	}
	return flags
}

// ofPage is the number of a page with the line below it.
func (r Row) ofPage() string {
	return written(r.cell(r.Value, nil, nil, r.since(), r.Source, r.reached(), nil, r.At.Text, r.At.Machine, nil, r.Seen.Text, r.Seen.Machine))
}

// lines are the sources below a table.
func lines(list []Said) string {
	all := []string{}
	for _, s := range list {
		all = append(all, s.line(len(list)))
	}
	return written(map[string][]string{"lines": all})
}

// stripState is what the strip and the front's tables show.
func (s *Site) stripState(t today) web.State {
	state := web.State{}
	shares := s.frontShares(t)
	for _, r := range slices.Concat(t.majors, shares, t.strip) {
		state[r.Symbol] = r.ofStrip()
	}
	bought := "One " + s.ledger.Currencies().Name(t.masthead.Base, "en") + " buys"
	state[captionRow(bought)] = written(bought + since(t.majors))
	state[captionRow(lastPrice)] = written(lastPrice + since(shares))
	state[saidOfMarkets], state[saidOfShares] = lines(saidOf(t.majors)), lines(saidOf(shares))
	return state
}

// lastPrice is the caption of the front's shares.
const lastPrice = "Last price"

// captionRow is the key of a table's caption.
func captionRow(caption string) string { return "caption " + caption }

// boardState is what a board shows.
func (s *Site) boardState(b marked, t today) web.State {
	state, stale := web.State{}, false
	for _, price := range slices.Concat(b.Prices, b.Tied) {
		row, old := s.boardRow(price, b, t, nil)
		state[row.Symbol], stale = row.ofRates(), stale || old
	}
	newest := t.hand.time(b.Newest)
	state[newestRow] = written(newestCell(newest, ageOf(b.Newest, b.AsOf.At)))
	if stale {
		state[staleRow] = written([]string{})
	}
	return state
}

// newestCell says of when the newest rate of a board is: a row that has but a time, and how old it is.
func newestCell(newest Time, age string) []any {
	cell := make([]any, 15)
	cell[11], cell[13], cell[14] = ", "+age+".", newest.Text, newest.Machine
	return cell
}

// sharesState is what the list of shares shows.
func sharesState(rows []placed, stale bool) web.State {
	state := web.State{}
	for _, r := range rows {
		state[r.Row.Symbol] = r.ofBoard()
	}
	if stale {
		state[staleRow] = written([]string{})
	}
	return state
}

// A note is a cell that is not put into the page but told to its reader, who may load it again. Its name begins with this sign; it
// holds what the page that shows it says of itself in an attribute, and the sentence.
const noteSign = "!"

// rateNote is of a page that explains a number.
const rateNote = "rate"

func priceState(r Row) (state web.State, told string) {
	told = r.Exact + " " + r.At.Machine
	return web.State{
		r.Symbol:            r.ofPage(),
		noteSign + rateNote: written([]string{told, "The number above is newer than what this page says of it."}),
	}, told
}

// followPrice is what the page of a pair or a listing follows.
func followPrice(kind string, r Row) templ.Attributes {
	state, told := priceState(r)
	a := follow{topic: kind + r.Symbol, state: state, told: map[string]string{rateNote: told}}.attributes()
	a["data-row"] = r.Symbol
	return a
}

// storyNotes are what is told of a story that changes, the most important first, with what its page says of itself.
func storyNotes(a news.Article) (correction, entry, revision string) {
	corrections := 0
	count := func(notices []news.Posted) {
		for _, n := range notices {
			if n.Kind.Corrects() {
				corrections++
			}
		}
	}
	count(a.Notices)
	for _, m := range a.Moments {
		count(m.Notices)
	}
	return strconv.Itoa(corrections), strconv.Itoa(len(a.Moments)), strconv.Itoa(a.Revision)
}

func storyState(a news.Article) web.State {
	correction, entry, revision := storyNotes(a)
	return web.State{
		noteSign + "correction": written([]string{correction, "This story was corrected."}),
		noteSign + "entry":      written([]string{entry, "This story has a new entry."}),
		noteSign + "revision":   written([]string{revision, "This story was updated."}),
	}
}

// followStory is what a story's page follows.
func followStory(a news.Article) templ.Attributes {
	correction, entry, revision := storyNotes(a)
	return follow{
		topic: storyTopic + a.Path(), state: storyState(a),
		told: map[string]string{"correction": correction, "entry": entry, "revision": revision},
	}.attributes()
}

// followed is the state of a topic. What is no topic is fault.Invalid.
func (s *Site) followed(ctx context.Context, topic string) (web.State, error) {
	state, err := s.stateOf(ctx, topic)
	if errors.Is(err, fault.NotFound) || errors.Is(err, fault.Gone) {
		return nil, fault.Because(fault.Invalid, "the topic %.80q: %w", topic, err)
	}
	return state, err
}

func (s *Site) stateOf(ctx context.Context, topic string) (web.State, error) {
	kind, of, named := strings.Cut(topic, ":")
	if named {
		kind += ":"
	}
	if kind == storyTopic {
		return s.storyNow(ctx, of)
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	now := market.AsOf{}.Resolved(s.o.Now())
	switch kind {
	case stripTopic:
		return s.stripState(t), nil
	case sharesTopic:
		rows, _, stale := s.shareRows(t.quotes, now.At, t, ask{})
		return sharesState(rows, stale), nil
	case boardTopic:
		base, err := currency.ParseCode(of)
		if err == nil && string(base) != of {
			err = fault.Because(fault.Invalid, "write it as %s%s", boardTopic, base)
		}
		if err == nil {
			_, err = s.ledger.Currencies().Currency(base)
		}
		if err != nil {
			return nil, fault.Because(fault.Invalid, "the topic %.80q: %w", topic, err)
		}
		b, err := s.marked(ctx, base, ask{}, now, t)
		if err != nil {
			return nil, err
		}
		return s.boardState(b, t), nil
	case pairTopic, shareTopic:
		return s.priceNow(ctx, topic, of, now, t)
	}
	return nil, fault.Because(fault.Invalid, "there is no topic %.80q: write strip, shares, board:EUR, pair:EUR/USD, share:XNYS:RIO or story:/2026/02/02/its-name", topic)
}

// priceNow is the state of a pair or a listing.
func (s *Site) priceNow(ctx context.Context, topic, of string, now market.AsOf, t today) (web.State, error) {
	symbol, err := market.ParseSymbol(of)
	if err == nil && string(symbol) != of {
		err = fault.Because(fault.Invalid, "write it as %s", symbol)
	}
	if err != nil {
		return nil, fault.Because(fault.Invalid, "the topic %.80q: %w", topic, err)
	}
	var row Row
	if _, _, isPair := symbol.Pair(); isPair != strings.HasPrefix(topic, pairTopic) {
		return nil, fault.Because(fault.Invalid, "the topic %.80q: write pair:EUR/USD or share:XNYS:RIO", topic)
	} else if isPair {
		price, err := s.ledger.Rate(ctx, symbol, now)
		if err != nil {
			return nil, err
		}
		row = s.pairRow(price, t, nil)
	} else {
		quote, err := s.ledger.Quote(ctx, symbol, now)
		if err != nil {
			return nil, err
		}
		row = s.belowRow(quote, t)
	}
	state, _ := priceState(row)
	return state, nil
}

// storyNow is the state of a story, which may have been withdrawn since it was opened.
func (s *Site) storyNow(ctx context.Context, path string) (web.State, error) {
	missing := fault.Because(fault.Invalid, "%.120q is no story's address: write story:/2026/02/02/its-name", path)
	day, name, ok := "", "", false
	if len(path) > len("/2026/02/02/") {
		day, name, ok = path[1:len("2026/02/02")+1], path[len("/2026/02/02/"):], path[0] == '/' && path[len("/2026/02/02")] == '/'
	}
	at, err := time.Parse("2006/01/02", day)
	if err != nil || !ok {
		return nil, missing
	}
	slug, err := news.ParseSlug(name)
	if err != nil {
		return nil, missing
	}
	article, err := s.paper.Article(ctx, at, slug)
	if errors.Is(err, fault.Gone) {
		return web.State{noteSign + "revision": written([]string{"none", "This story was withdrawn."})}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the story of %s: %w", day, err)
	}
	return storyState(article), nil
}

// hint tells the stream what an event may have changed.
func (s *Site) hint(e bus.Event) {
	s.stream.Hint(func(topic string) bool {
		switch path, ofStory := strings.CutPrefix(topic, storyTopic); e.Topic {
		case market.PriceTopic, news.MastheadTopic:
			return !ofStory
		case news.StoryTopic:
			return ofStory && (e.Key == "" || strings.HasSuffix(path, "/"+e.Key))
		}
		return false
	})
}

// Run keeps open pages current until the context is done; then their streams are closed, and it returns.
func (s *Site) Run(ctx context.Context) { s.stream.Run(ctx) }

func (s *Site) serveStream(w http.ResponseWriter, r *http.Request) error {
	topics, err := web.ParseFollowed(r.URL.Query().Get("topics"))
	if err != nil {
		return err
	}
	return s.stream.Open(w, r, topics)
}

// servePoll answers who cannot have a stream: /stream/{topic}.json with what there is, /stream/{topic}/{id}.json with the change that
// came next. Topics have slashes, and no part of one looks like an ID of ours behind a whole topic.
func (s *Site) servePoll(w http.ResponseWriter, r *http.Request) error {
	name, ok := strings.CutSuffix(r.PathValue("rest"), ".json")
	if !ok {
		return fault.Because(fault.NotFound, "ask for /stream/strip.json, or for /stream?topics=strip")
	}
	topic, id := name, ""
	if i := strings.LastIndexByte(name, '/'); i >= 0 && web.NamesChange(name[i+1:]) {
		topic, id = name[:i], name[i+1:]
	}
	if topics, err := web.ParseFollowed(topic); err != nil || len(topics) != 1 || topics[0].Version != "" {
		return fault.Because(fault.Invalid, "%.80q is no topic", topic)
	}
	if id == "" {
		return s.stream.Present(w, r, topic)
	}
	return s.stream.After(w, r, topic, id)
}
