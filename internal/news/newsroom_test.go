package news_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/store/storetest"
)

// house is a newsroom and a paper over one fresh SQLite file, with a market in it.
type house struct {
	*news.Newsroom
	paper  *news.Paper
	ledger *market.Ledger
	store  *store.DB
	now    time.Time
	clock  func() time.Time // instead of now, where there is one
	events []bus.Event
}

var (
	friday = time.Date(2026, 1, 30, 0, 0, 0, 0, time.UTC)
	monday = time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	bank   = market.Source{ID: "bank", Name: "A Bank", Kind: market.Official, Fresh: 4 * 24 * time.Hour}
	page   = market.Source{ID: "page", Name: "A Page", Kind: market.Page, Fresh: 4 * 24 * time.Hour}
)

func said(source market.SourceID, symbol market.Symbol, field market.Field, value string, at, seen time.Time) market.Observation {
	return market.NewObservation(symbol, field, currency.MustDecimal(value), market.Moment{At: at, Seen: seen}, source, "a test")
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db := storetest.Open(t)
	h := &house{store: db, paper: news.NewPaper(db), now: monday.Add(18 * time.Hour)}
	clock := func() time.Time {
		if h.clock != nil {
			return h.clock()
		}
		return h.now
	}
	b := bus.New()
	h.ledger = market.NewLedger(db, b, market.LedgerOptions{Now: clock})
	h.Newsroom = news.NewNewsroom(db, h.ledger, b, clock)
	h.record(t,
		said("bank", "EUR/USD", market.Rate, "1.1919", friday, friday.Add(15*time.Hour)),
		said("bank", "EUR/JPY", market.Rate, "183.59", friday, friday.Add(15*time.Hour)),
		said("bank", "EUR/USD", market.Rate, "1.1840", monday, monday.Add(15*time.Hour)),
		said("page", "EUR/USD", market.Rate, "1.186127", friday, friday.Add(16*time.Hour)),
		said("page", "XNYS:RIO", market.Last, "91.93", monday, monday.Add(16*time.Hour)),
		said("page", "XNYS:RIO", market.Change, "0.8500", monday, monday.Add(16*time.Hour)),
		said("page", "XNYS:GSK", market.Last, "52.51", monday, monday.Add(16*time.Hour)),
	)
	b.Listen(func(e bus.Event) { h.events = append(h.events, e) })
	return h
}

func (h *house) record(t *testing.T, observations ...market.Observation) {
	t.Helper()
	if _, err := h.ledger.Record(t.Context(), []market.Source{bank, page}, observations, nil); err != nil {
		t.Fatal(err)
	}
}

func story(headline, body string) news.Submission {
	return news.Submission{Author: "editor", Content: news.Content{Headline: headline, Section: "markets", Body: body}}
}

func (h *house) save(t *testing.T, s news.Submission) news.Revision {
	t.Helper()
	r, err := h.Save(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Publish publishes a revision as of a moment, and says of a story that was published before that the change is minor.
func (h *house) Publish(ctx context.Context, id news.StoryID, revision int, at time.Time) error {
	move := news.Move{To: news.Published, Revision: revision, By: "editor", At: at}
	m, err := h.store.Manuscript(ctx, id)
	if err == nil && !m.Published.IsZero() {
		move.Notice.Kind, move.Reason = news.Minor, "a test"
	}
	_, err = h.Move(ctx, id, move)
	return err
}

// contents is all that the store holds, to be compared.
func (h *house) contents(t *testing.T) string {
	t.Helper()
	e, err := h.store.Edition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(e.Observations, func(a, b market.Observation) int { return strings.Compare(string(a.ID), string(b.ID)) })
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAStoryIsRevisedAndPublishedWithItsFiguresPinned(t *testing.T) {
	h := newHouse(t)
	first := h.save(t, story("Euro eases", "One euro bought {{EUR/USD to 2}} dollars and {{USD/JPY @2026-01-30 to 1}} was the dollar in yen."))
	if first.N != 1 || first.Story == "" || !first.At.Equal(h.now) {
		t.Fatalf("the first revision is %+v", first)
	}
	if err := h.Publish(t.Context(), first.Story, 1, time.Time{}); err != nil {
		t.Fatal(err)
	}
	a, err := h.paper.Article(t.Context(), monday, "euro-eases")
	if err != nil {
		t.Fatal(err)
	}
	if a.Path() != "/2026/02/02/euro-eases" || a.Revision != 1 || len(a.Pins) != 2 {
		t.Fatalf("the article is %+v", a)
	}
	p, err := h.ledger.Rate(t.Context(), "USD/JPY", market.AsOf{At: friday.Add(23 * time.Hour), Known: h.now})
	if err != nil {
		t.Fatal(err)
	}
	if pin := a.Pins[1]; pin.Value.String() != "154.0" || pin.How != market.Crossed || pin.Source != "bank" || !pin.At.Equal(friday) ||
		!p.Value.RoundPlaces(1).Equal(pin.Value) || len(pin.From) != 2 || pin.From[0] != p.From[0].ID || pin.From[1] != p.From[1].ID {
		t.Errorf("the second pin is %+v, the ledger's rate %+v", pin, p)
	}
	if pin := a.Pins[0]; pin.Value.String() != "1.18" || !pin.At.Equal(monday) || pin.Expression != "EUR/USD to 2" {
		t.Errorf("the first pin is %+v", pin)
	}
	printing, err := h.paper.Printing(t.Context(), p.From[0].ID)
	if err != nil || len(printing) != 1 || printing[0].Slug != "euro-eases" {
		t.Errorf("the number is printed by %v, %v", printing, err)
	}

	// A revision of the ledger changes nothing of what was printed; a revision of the story pins anew.
	h.record(t, said("bank", "EUR/USD", market.Rate, "1.2050", monday, h.now))
	h.now = h.now.Add(time.Hour)
	s := story("Euro rises after all", "One euro bought {{EUR/USD}}.")
	s.ID, s.BasedOn, s.Reason = first.Story, 1, "The bank revised its rate."
	second := h.save(t, s)
	if again, err := h.paper.Article(t.Context(), monday, "euro-eases"); err != nil || again.Revision != 1 || again.Pins[0].Value.String() != "1.18" {
		t.Errorf("before the second publication it is %+v, %v", again, err)
	}
	if err := h.Publish(t.Context(), first.Story, second.N, h.now); err != nil {
		t.Fatal(err)
	}
	again, err := h.paper.Article(t.Context(), monday, "euro-eases")
	if err != nil || again.Revision != 2 || again.Pins[0].Value.String() != "1.2050" || !again.Published.Equal(a.Published) || !again.Updated.Equal(h.now) {
		t.Errorf("after it, it is %+v, %v", again, err)
	}
	if m, err := h.Manuscript(t.Context(), "euro-eases"); err != nil || m.Live != 2 || len(m.Pins[2]) != 1 {
		t.Errorf("the manuscript of that name is %+v, %v", m, err)
	}
	if _, err := h.Manuscript(t.Context(), "euro-falls"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a name that no story bears: %v, want fault.NotFound", err)
	}
	if m, err := h.Manuscripts(t.Context()); err != nil || len(m) != 1 || len(m[0].Revisions) != 2 || m[0].Pins[1][0].Value.String() != "1.18" {
		t.Errorf("the manuscript is %+v, %v", m, err)
	}
	if want := []bus.Event{{Topic: news.StoryTopic, Key: "euro-eases"}, {Topic: market.PriceTopic}, {Topic: news.StoryTopic, Key: "euro-eases"}}; !slices.Equal(h.events, want) {
		t.Errorf("the bus announced %v", h.events)
	}
}

func TestOfTwoWhoReviseOneStoryTheSecondMustLoadItAgain(t *testing.T) {
	h := newHouse(t)
	first := h.save(t, story("A", ""))
	next := story("B", "")
	next.ID, next.BasedOn = first.Story, 1
	h.save(t, next)
	next.Content.Headline = "C"
	if _, err := h.Save(t.Context(), next); !errors.Is(err, fault.Conflict) {
		t.Errorf("the second: %v", err)
	}
	if _, err := h.Save(t.Context(), story("A", "")); !errors.Is(err, fault.Conflict) {
		t.Errorf("another story of the same name: %v", err)
	}
	for range 2 { // the second must not be refused for a name that nobody chose
		if r := h.save(t, story("日本", "")); r.N != 1 {
			t.Errorf("%+v", r)
		}
	}
}

func TestAFigureThatCannotBeResolvedKeepsAStoryFromBeingPublished(t *testing.T) {
	h := newHouse(t)
	for n, c := range []struct{ body, want string }{
		{"{{EUR/CHF}}", "the figure {{EUR/CHF}} has no value: no source has said what EUR/CHF was"},
		{"{{EUR/USD}} {{EUR/USD @2026-01-29}}", "no source has said what EUR/USD was on 29 January 2026 or before"},
		{"{{EUR/ZZZ}}", "there is no currency"},
		{"{{EUR/USD from ecb}}", `the source "ecb" has said nothing of EUR/USD`},
		{"{{EUR/USD @2026-02-03}}", "its day has not come"},
		{"{{XNYS:BP}}", "no source has quoted XNYS:BP"},
		{"{{XNYS:GSK percent}}", "gives neither the previous close nor the change"},
		{"{{XNYS:RIO percent from bank}}", "only the last price can be asked"},
	} {
		r := h.save(t, story(fmt.Sprintf("Story %d", n), c.body))
		before := h.contents(t)
		err := h.Publish(t.Context(), r.Story, r.N, time.Time{})
		if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.want) {
			t.Errorf("%s: %v, want %s", c.body, err, c.want)
		}
		if h.contents(t) != before {
			t.Errorf("%s: the refusal changed the store", c.body)
		}
	}
	if len(h.events) != 0 {
		t.Errorf("the bus announced %v", h.events)
	}
	if all, err := h.paper.Articles(t.Context(), news.Selection{}); err != nil || len(all) != 0 {
		t.Errorf("readers see %v, %v", all, err)
	}
}

func TestAFigureIsResolvedAsItSays(t *testing.T) {
	h := newHouse(t)
	for expression, want := range map[string]string{
		"EUR/USD":                         "1.1840 said bank 1",
		"EUR/USD @2026-01-30":             "1.1919 said bank 1",
		"EUR/USD @2026-02-02":             "1.1840 said bank 1", // today, though its end has not come
		"EUR/USD from page":               "1.186127 said page 1",
		"EUR/USD @2026-01-30 from page":   "1.186127 said page 1",
		"EUR/USD to 2":                    "1.18 said bank 1",
		"EUR/USD to 6":                    "1.184000 said bank 1",
		"USD/EUR to 4":                    "0.8446 inverse bank 1",
		"USD/JPY to 2":                    "154.03 cross bank 2",
		"XNYS:RIO":                        "91.93 said page 1",
		"XNYS:RIO from page":              "91.93 said page 1",
		"XNYS:RIO previous to 2":          "91.08 computed page 2",
		"XNYS:RIO change to 2":            "0.85 computed page 2",
		"XNYS:RIO percent to 2":           "0.93 computed page 2",
		"XNYS:RIO percent to 2 from page": "0.93 computed page 2",
	} {
		f, err := news.ParseFigure(expression)
		if err != nil {
			t.Fatal(err)
		}
		pins, err := h.Resolve(t.Context(), f, h.now)
		if err != nil || len(pins) != 1 {
			t.Fatalf("{{%s}} has %d pins, %v", expression, len(pins), err)
		}
		p := pins[0]
		if got := fmt.Sprintf("%s %s %s %d", p.Value, p.How, p.Source, len(p.From)); err != nil || got != want {
			t.Errorf("{{%s}} is %s, %v, not %s", expression, got, err, want)
		}
		for _, id := range p.From {
			if _, err := h.ledger.Number(t.Context(), id); err != nil {
				t.Errorf("{{%s}} rests on %s: %v", expression, id, err)
			}
		}
	}
}

func TestAStoryIsNotPublishedBeforeItsTimeNorWhatIsNotThere(t *testing.T) {
	h := newHouse(t)
	r := h.save(t, story("A", ""))
	if err := h.Publish(t.Context(), r.Story, 1, h.now.Add(time.Second)); !errors.Is(err, fault.Invalid) {
		t.Errorf("in the future: %v", err)
	}
	for _, n := range []int{0, 2, -1} {
		if err := h.Publish(t.Context(), r.Story, n, h.now); !errors.Is(err, fault.NotFound) {
			t.Errorf("revision %d: %v", n, err)
		}
	}
	if err := h.Publish(t.Context(), "nobody", 1, h.now); !errors.Is(err, fault.NotFound) {
		t.Errorf("a story that is not there: %v", err)
	}
}

func TestReadersNeverMeetADraft(t *testing.T) {
	const canary = "kanarienvogel"
	h := newHouse(t)
	published := h.save(t, story("Published", "{{EUR/USD}}"))
	if err := h.Publish(t.Context(), published.Story, 1, time.Time{}); err != nil {
		t.Fatal(err)
	}
	h.save(t, story("A "+canary, canary+" {{EUR/USD}} {{XNYS:RIO}}"))
	next := story("Again "+canary, canary+" {{XNYS:RIO}}")
	next.ID, next.BasedOn, next.Content.Section = published.Story, 1, canary
	h.save(t, next)
	ctx := t.Context()
	var seen []any
	for _, which := range []news.Selection{{}, {Section: "markets"}, {Section: canary}, {Symbol: "EUR/USD"}, {Symbol: "XNYS:RIO"}, {Limit: 1000}, {Pins: true}} {
		articles, err := h.paper.Articles(ctx, which)
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, articles)
	}
	for _, symbol := range []market.Symbol{"EUR/USD", "XNYS:RIO"} {
		heard, err := h.store.Series(ctx, []market.Symbol{symbol}, market.AsOf{At: h.now, Known: h.now})
		if err != nil || len(heard) == 0 {
			t.Fatal(heard, err)
		}
		for _, o := range heard {
			articles, err := h.paper.Printing(ctx, o.ID)
			if err != nil {
				t.Fatal(err)
			}
			seen = append(seen, articles)
		}
	}
	if _, err := h.paper.Article(ctx, monday, "a-"+canary); !errors.Is(err, fault.NotFound) {
		t.Errorf("the draft is at its address: %v", err)
	}
	text, err := json.Marshal(seen)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "Published") || strings.Contains(strings.ToLower(string(text)), canary) {
		t.Errorf("readers saw %s", text)
	}
}

func TestContentThatCannotBePrintedIsRefused(t *testing.T) {
	h := newHouse(t)
	for want, change := range map[string]func(*news.Submission){
		"no headline":                      func(s *news.Submission) { s.Content.Headline = " \u00a0" },
		"the story's section":              func(s *news.Submission) { s.Content.Section = "" },
		"a topic of the story":             func(s *news.Submission) { s.Content.Topics = []news.Slug{"ok", "Not OK"} },
		"50 is the most":                   func(s *news.Submission) { s.Content.Topics = slices.Repeat([]news.Slug{"a"}, 51) },
		"headline must be one line":        func(s *news.Submission) { s.Content.Headline = "a\nb" },
		"kicker must be one line":          func(s *news.Submission) { s.Content.Kicker = "a\x1bb" },
		"standfirst has 1001 bytes":        func(s *news.Submission) { s.Content.Standfirst = strings.Repeat("a", 1001) },
		"bylines must be one line":         func(s *news.Submission) { s.Content.Bylines = []string{"A", "B\xff"} },
		"dateline must be one line":        func(s *news.Submission) { s.Content.Dateline = "\x00" },
		"text has 1000001 bytes":           func(s *news.Submission) { s.Content.Body = strings.Repeat("a", 1_000_001) },
		"not valid UTF-8":                  func(s *news.Submission) { s.Content.Body = "a\xffb" },
		"no author":                        func(s *news.Submission) { s.Author = "\t" },
		"author must be one line":          func(s *news.Submission) { s.Author = "a\nb" },
		"reason for the revision has 2000": func(s *news.Submission) { s.Reason = strings.Repeat("a", 2000) },
		"{{EUR/}}":                         func(s *news.Submission) { s.Content.Body = "{{EUR/}}" },
		"is no name for an address":        func(s *news.Submission) { s.Slug = "../etc" },
		"a new story is based on nothing":  func(s *news.Submission) { s.BasedOn = 3 },
		"has a name of at most 64":         func(s *news.Submission) { s.ID = news.StoryID(strings.Repeat("a", 65)) },
		"not on -1":                        func(s *news.Submission) { s.ID, s.BasedOn = "mine", -1 },
	} {
		s := story("A headline", "A body.")
		change(&s)
		if _, err := h.Save(t.Context(), s); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if m, err := h.Manuscripts(t.Context()); err != nil || len(m) != 0 {
		t.Errorf("there are %v, %v", m, err)
	}
}
