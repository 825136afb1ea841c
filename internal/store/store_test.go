package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/store"
)

// The conformance suite: every case runs on every engine.
func TestEveryEngineConforms(t *testing.T) {
	engines := map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "paper.db") },
		"postgres": func(t *testing.T) string { return must.Postgres(t) },
	}
	cases := map[string]func(t *testing.T, url string){
		"a batch is added whole or not at all":                      addsAllOrNothing,
		"adding the same again adds nothing":                        addsOnce,
		"both times bound every read":                               readsAsOf,
		"digits and microseconds come back as they were":            keepsDigits,
		"every acknowledged write of many writers is there":         keepsAcknowledged,
		"of two revisions on the same base one is refused":          refusesConflict,
		"readers see what is published and nothing else":            hidesDrafts,
		"a number leads to the stories that print it":               findsPrinting,
		"an edition is added whole, once, or not at all":            addsEditions,
		"an edition taken out is the edition that was put in":       givesBackEditions,
		"what is not there is not found":                            findsNothing,
		"examining a sound store finds nothing wrong":               isSound,
		"a source that says two things at once is refused":          refusesContradiction,
		"a published revision is never published a second time":     publishesOnce,
		"of many who publish the same one does":                     publishesForOne,
		"of many contradictions at once one is taken":               contradictsForOne,
		"an edition that many add at once is added once":            addsOneEditionForAll,
		"the same in another zone is the same":                      knowsTheSame,
		"a story is read with the figures of its own revision":      readsOneMoment,
		"a panic takes back its own write only":                     takesBackPanics,
		"a write that is given up halfway leaves nothing":           takesBackWhatIsGivenUp,
		"closing leaves nothing running":                            leavesNothingRunning,
		"a lease has one holder, and a new one a new epoch":         leasesToOne,
		"a lease ends with its term":                                leasesEnd,
		"of many who want a lease one gets it":                      leasesToOneOfMany,
		"what comes under a lost lease is refused whole":            fencesOff,
		"a hearing is kept whole or not at all":                     hearsAllOrNothing,
		"a held value is decided on once":                           decidesOnce,
		"looking back finds the last revisions of one source":       looksBack,
		"replies are kept, and their bodies for a while":            keepsReplies,
		"how a provider fares is kept":                              keepsStatuses,
		"a key is kept by its hash, and ended once":                 keepsKeys,
		"of many who want a name for a key one gets it":             namesKeysOnce,
		"of each writer one copy of a story is kept":                keepsCopies,
		"of a writer's many windows one is kept":                    keepsOneCopyOfMany,
		"notes on a story are kept in their order":                  keepsNotes,
		"what many count of a key is added up":                      addsUsage,
		"hooks are kept, resumed and dropped":                       keepsHooks,
		"an event is told once, and not to who is off or gone":      tellsOnce,
		"of many who tell the same event one does":                  tellsOnceOfMany,
		"what is due is found, of each hook a few":                  findsDue,
		"what came of an attempt is kept whole":                     notesAttempts,
		"who lost the lease tells and notes nothing":                fencesOffTellers,
		"a masthead follows the last one, and none is lost":         keepsMastheads,
		"bars are kept as they were learnt, all or none":            keepsBars,
		"a bar that cannot be right is held until it is confirmed":  holdsBars,
		"a bar that is held is decided on as a value is":            decidesOnBars,
		"of many who put a masthead at once one does":               putsMastheadsForOne,
		"an edition carries the paper's settings":                   carriesMastheads,
		"a picture is kept with all it was drawn in":                keepsPictures,
		"one upload that many send is one picture":                  addsOnePictureForAll,
		"pictures are turned over from the newest":                  pagesPictures,
		"a picture that a story shows is not dropped":               dropsPictures,
		"an account comes back as it was put in":                    keepsAccounts,
		"an account is changed as a whole or not at all":            changesAccounts,
		"of many changes each sees those before it":                 changesOneByOne,
		"of owners who all go at once one is told":                  keepsAnOwner,
		"a paper is set up once":                                    setsUpOnce,
		"a ticket is taken once":                                    takesTicketsOnce,
		"guesses are counted however many come at once":             countsGuesses,
		"the trail is read from its end":                            pagesTheTrail,
		"of many who take the same step one does":                   takesOneStep,
		"a dossier is kept with all that it ever was":               keepsDossiers,
		"stories are listed by how far they have come":              listsByStage,
		"a name belongs to one story for good":                      namesForOne,
		"figures that were revised are found by what they rest on":  findsShaken,
		"stories are found by the topics that readers see":          findsByTopic,
		"stories are found by who wrote them, and by their day":     findsByAuthorAndDay,
		"stories are found by the words that readers see":           findsByWords,
		"a word of the headline counts more than one of the text":   weighsWords,
		"of common words the newest stories are found, of rare all": findsTheNewestAndTheOldest,
		"the index of words is made anew as it was":                 reindexes,
	}
	for engine, url := range engines {
		t.Run(engine, func(t *testing.T) {
			for name, run := range cases {
				t.Run(name, func(t *testing.T) { run(t, url(t)) })
			}
		})
	}
}

func open(t testing.TB, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

var (
	bank = market.Source{ID: "bank", Name: "A Bank", Kind: market.Official, Fresh: 24 * time.Hour}
	day1 = time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	seen = day1.Add(16 * time.Hour)
)

func said(pair, value string, at, seen time.Time) market.Observation {
	return market.NewObservation(market.Symbol(pair), market.Rate, currency.MustDecimal(value), market.Moment{At: at, Seen: seen}, "bank", "a test")
}

func add(t testing.TB, db *store.DB, o ...market.Observation) int {
	t.Helper()
	n, err := db.Append(t.Context(), []market.Source{bank}, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func asOf(at, known time.Time) market.AsOf { return market.AsOf{At: at, Known: known} }

func values(list []market.Observation) string {
	var out []string
	for _, o := range list {
		out = append(out, fmt.Sprintf("%s=%s", o.Symbol, o.Value))
	}
	return strings.Join(out, " ")
}

func addsAllOrNothing(t *testing.T, url string) {
	db := open(t, url)
	bad := said("EUR/GBP", "0.86", day1, seen)
	bad.Source = "nobody" // no such source: the reference leads nowhere
	if _, err := db.Append(t.Context(), []market.Source{bank}, []market.Observation{said("EUR/USD", "1.1", day1, seen), bad}, nil); !errors.Is(err, fault.Invalid) {
		t.Fatalf("err = %v, want fault.Invalid", err)
	}
	if s, err := db.Stats(t.Context()); err != nil || s.Observations != 0 || s.Sources != 0 {
		t.Errorf("after a refused batch the store holds %+v, %v", s, err)
	}
}

func addsOnce(t *testing.T, url string) {
	db := open(t, url)
	o := said("EUR/USD", "1.1", day1, seen)
	if n := add(t, db, o, said("EUR/GBP", "0.86", day1, seen)); n != 2 {
		t.Errorf("added %d, want 2", n)
	}
	if n := add(t, db, o, o); n != 0 {
		t.Errorf("added %d again, want 0", n)
	}
}

func readsAsOf(t *testing.T, url string) {
	db := open(t, url)
	later := seen.Add(48 * time.Hour)
	day0, day2 := day1.AddDate(0, 0, -1), day1.AddDate(0, 0, 1)
	add(t, db, said("EUR/USD", "1.0", day0, seen), said("EUR/USD", "1.1", day1, seen), said("EUR/USD", "1.15", day1, later),
		said("EUR/USD", "1.2", day2, later), said("EUR/GBP", "0.86", day0, seen))
	for _, c := range []struct {
		asOf         market.AsOf
		moments      int
		newest, line string
	}{
		{asOf(day1, seen), 1, "EUR/GBP=0.86 EUR/USD=1.1", "EUR/USD=1.0 EUR/USD=1.1"},
		{asOf(day1, seen.Add(-time.Second)), 2, "", ""},
		{asOf(day1, later), 1, "EUR/GBP=0.86 EUR/USD=1.15", "EUR/USD=1.0 EUR/USD=1.15"},
		{asOf(day2, seen), 2, "EUR/GBP=0.86 EUR/USD=1.1 EUR/USD=1.0", "EUR/USD=1.0 EUR/USD=1.1"},
		{asOf(day2, later), 2, "EUR/GBP=0.86 EUR/USD=1.2 EUR/USD=1.15", "EUR/USD=1.0 EUR/USD=1.15 EUR/USD=1.2"},
	} {
		newest, err := db.Newest(t.Context(), c.asOf, c.moments)
		if got := values(newest); err != nil || got != c.newest {
			t.Errorf("Newest(%v, %d) = %q, %v, want %q", c.asOf, c.moments, got, err, c.newest)
		}
		line, err := db.Series(t.Context(), []market.Symbol{"EUR/USD"}, c.asOf)
		if got := values(line); err != nil || got != c.line {
			t.Errorf("Series(%v) = %q, %v, want %q", c.asOf, got, err, c.line)
		}
	}
	all, err := db.Revisions(t.Context(), "EUR/USD", market.Rate, "bank", day1)
	if got := values(all); err != nil || got != "EUR/USD=1.1 EUR/USD=1.15" {
		t.Errorf("Revisions = %q, %v", got, err)
	}
	for _, c := range []struct {
		from, to time.Time
		want     string
	}{
		{day0, day0, "EUR/GBP=0.86 EUR/USD=1.0"},
		{day0, day1, "EUR/GBP=0.86 EUR/USD=1.0 EUR/USD=1.15"},
		{day1, day2, "EUR/USD=1.15 EUR/USD=1.2"},
		{day2.AddDate(0, 0, 1), day2.AddDate(1, 0, 0), ""},
	} {
		sheets, err := db.Sheets(t.Context(), "bank", c.from, c.to)
		if got := values(sheets); err != nil || got != c.want {
			t.Errorf("Sheets(%s, %s) = %q, %v, want %q", c.from, c.to, got, err, c.want)
		}
	}
}

func keepsDigits(t *testing.T, url string) {
	db := open(t, url)
	at := time.Date(2026, 2, 2, 16, 0, 0, 123456000, time.UTC)
	for _, digits := range []string{"1.10", "0.00000000233828960937", "106915.75543", "1", "1.000000"} {
		o := said("EUR/USD", digits, at, seen.Add(time.Duration(len(digits))*time.Second+time.Microsecond))
		add(t, db, o)
		got, err := db.Observation(t.Context(), o.ID)
		if err != nil || got.Value.String() != digits || !got.At.Equal(o.At) || !got.Seen.Equal(o.Seen) || got.Seen.Location() != time.UTC || got.Ref != o.Ref {
			t.Errorf("put in %+v, got %+v, %v", o, got, err)
		}
	}
}

func keepsAcknowledged(t *testing.T, url string) {
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	const writers, each = 20, 5
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				o := said("EUR/USD", "1.1", day1, seen.Add(time.Duration(w*each+i)*time.Second))
				if n, err := db.Append(context.Background(), []market.Source{bank}, []market.Observation{o}, nil); err != nil || n != 1 {
					t.Errorf("writer %d: %d, %v", w, n, err)
				}
			}
		})
	}
	wg.Wait()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err := open(t, url).Stats(t.Context()); err != nil || s.Observations != writers*each {
		t.Errorf("after reopening the store holds %+v, %v; want %d observations", s, err, writers*each)
	}
}

func revision(id news.StoryID, n int, body string) news.Revision {
	return news.Revision{
		Story: id, N: n, Author: "a", Reason: "r", At: seen.Add(time.Duration(n) * time.Second),
		Content: news.Content{Headline: "A headline", Section: "markets", Bylines: []string{"A"}, Body: body},
	}
}

func refusesConflict(t *testing.T, url string) {
	db := open(t, url)
	if err := db.AddRevision(t.Context(), revision("s", 1, "one"), "a-story"); err != nil {
		t.Fatal(err)
	}
	if err := db.AddRevision(t.Context(), revision("other", 1, "one"), "a-story"); !errors.Is(err, fault.Conflict) {
		t.Errorf("a slug taken: %v, want fault.Conflict", err)
	}
	if err := db.AddRevision(t.Context(), revision("none", 2, "two"), "x"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a story that is not there: %v, want fault.NotFound", err)
	}
	if id, err := db.Story(t.Context(), "a-story"); err != nil || id != "s" {
		t.Errorf("the slug a-story is borne by %q, %v; want s", id, err)
	}
	outcome := make([]error, 8)
	var wg sync.WaitGroup
	for i := range outcome {
		wg.Go(func() {
			outcome[i] = db.AddRevision(context.Background(), revision("s", 2, fmt.Sprint("by ", i)), "a-story")
		})
	}
	wg.Wait()
	won := 0
	for i, err := range outcome {
		if err == nil {
			won++
		} else if !errors.Is(err, fault.Conflict) {
			t.Errorf("writer %d: %v, want fault.Conflict", i, err)
		}
	}
	if m, err := db.Manuscript(t.Context(), "s"); err != nil || won != 1 || len(m.Revisions) != 2 {
		t.Errorf("%d writers won and there are %d revisions, %v; want 1 and 2", won, len(m.Revisions), err)
	}
}

func hidesDrafts(t *testing.T, url string) {
	db := open(t, url)
	const canary = "unpublished-canary"
	for _, step := range []error{
		db.AddRevision(t.Context(), revision("draft", 1, canary), "draft"),
		db.AddRevision(t.Context(), revision("live", 1, "public"), "live"),
		publish(t.Context(), db, "live", 1, seen, nil),
		db.AddRevision(t.Context(), revision("live", 2, canary), "live"),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	articles, err := db.Articles(t.Context(), news.Selection{})
	if err != nil || len(articles) != 1 || articles[0].Content.Body != "public" || articles[0].Revision != 1 {
		t.Errorf("readers see %+v, %v", articles, err)
	}
	if _, err := db.Article(t.Context(), day1, "draft"); !errors.Is(err, fault.NotFound) {
		t.Errorf("the draft: %v, want fault.NotFound", err)
	}
	if _, err := db.Article(t.Context(), day1.AddDate(0, 0, 1), "live"); !errors.Is(err, fault.NotFound) {
		t.Errorf("the story on another day: %v, want fault.NotFound", err)
	}
	a, err := db.Article(t.Context(), day1, "live")
	if err != nil || strings.Contains(fmt.Sprintf("%+v", a), canary) {
		t.Errorf("the story shows %+v, %v", a, err)
	}
	if other, err := db.Articles(t.Context(), news.Selection{Section: "sport"}); err != nil || len(other) != 0 {
		t.Errorf("another section holds %v, %v", other, err)
	}
}

// publish takes the step that publishes a revision, as the newsroom does.
func publish(ctx context.Context, db *store.DB, id news.StoryID, n int, at time.Time, pins []news.Pin) error {
	m, err := db.Manuscript(ctx, id)
	if err != nil {
		return err
	}
	return db.Take(ctx, news.Step{
		Story: id, N: len(m.Steps) + 1, From: m.State, To: news.Published, Revision: n, By: "editor", At: at,
	}, pins)
}

func pinOf(o market.Observation) news.Pin {
	return news.Pin{
		Expression: string(o.Symbol), Symbol: o.Symbol, Field: o.Field, Value: o.Value, At: o.At, Seen: o.Seen,
		Source: o.Source, How: market.Said, From: []market.ID{o.ID},
	}
}

func findsPrinting(t *testing.T, url string) {
	db := open(t, url)
	first, second := said("EUR/USD", "1.1", day1, seen), said("EUR/USD", "1.2", day1.AddDate(0, 0, 1), seen)
	add(t, db, first, second)
	for _, step := range []error{
		db.AddRevision(t.Context(), revision("s", 1, "{{EUR/USD}}"), "s"),
		publish(t.Context(), db, "s", 1, seen, []news.Pin{pinOf(first)}),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	printing := func(o market.Observation) int {
		found, err := db.Printing(t.Context(), o.ID)
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if a, b := printing(first), printing(second); a != 1 || b != 0 {
		t.Errorf("printed by %d and %d stories, want 1 and 0", a, b)
	}
	if found, err := db.Articles(t.Context(), news.Selection{Symbol: "EUR/USD", Pins: true}); err != nil || len(found) != 1 || len(found[0].Pins) != 1 ||
		found[0].Pins[0].From[0] != first.ID {
		t.Errorf("stories that print EUR/USD: %+v, %v", found, err)
	}
	for _, step := range []error{
		db.AddRevision(t.Context(), revision("s", 2, "{{EUR/USD}}"), "s"),
		publish(t.Context(), db, "s", 2, seen.Add(time.Hour), []news.Pin{pinOf(second)}),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	if a, b := printing(first), printing(second); a != 0 || b != 1 {
		t.Errorf("after the update printed by %d and %d stories, want 0 and 1", a, b)
	}
	a, err := db.Article(t.Context(), day1, "s")
	if err != nil || !a.Published.Equal(seen) || !a.Updated.Equal(seen.Add(time.Hour)) {
		t.Errorf("published %v, updated %v, %v", a.Published, a.Updated, err)
	}
}

// edition is one with every kind of thing in it.
func edition() news.Edition {
	o := said("EUR/USD", "1.10", day1, seen)
	return news.Edition{
		Sources: []market.Source{bank}, Observations: []market.Observation{o},
		Bars: []market.Bar{bar(bank.ID, 0, "35.50", day1), bar(bank.ID, 0, "35.40", seen), bar(bank.ID, 1, "35.60", seen)},
		Stories: []news.Manuscript{
			{ID: "draft", Slug: "draft", State: news.Draft, Revisions: []news.Revision{revision("draft", 1, "x")}},
			{
				ID: "live", Slug: "live", State: news.Draft, Published: seen, Updated: seen.Add(time.Hour), Live: 2,
				Revisions: []news.Revision{revision("live", 1, "{{EUR/USD}}"), revision("live", 2, "{{EUR/USD}} again"), revision("live", 3, "next")},
				Pins:      map[int][]news.Pin{1: {pinOf(o)}, 2: {pinOf(o)}},
				Former:    []news.Slug{"alive", "living"},
				Dismissed: []news.Dismissal{
					{Place: news.Place{Story: "live", Entry: 1}, Observation: o.ID, By: "editor", Person: "p1", Reason: "r", At: seen},
					{Place: news.Place{Story: "live", Revision: 2, Pin: 1}, By: "editor", Reason: "r", At: seen},
				},
				Entries: []news.Entry{
					{N: 1, At: seen, Headline: "h", Body: "{{EUR/USD}}", Author: "a", Person: "p1", Pins: []news.Pin{pinOf(o)}},
					{N: 2, Corrects: 1, At: seen.Add(time.Hour), Body: "No.", Author: "a", Notice: news.Notice{Kind: news.FactCorrection, Text: "t", Figures: []string{"EUR/USD"}}},
				},
				Steps: []news.Step{
					{Story: "live", N: 1, From: news.Draft, To: news.Scheduled, Revision: 1, By: "editor", Person: "p1", Reason: "r", At: seen, Due: seen.Add(time.Minute)},
					{
						Story: "live", N: 2, From: news.Draft, To: news.Published, Revision: 2, By: "editor", At: seen.Add(time.Hour),
						Notice: news.Notice{Kind: news.FigureCorrection, Text: "It was another.", Figures: []string{"EUR/USD"}},
					},
					{Story: "live", N: 3, From: news.Published, To: news.Published, Revision: 2, By: "editor", At: seen.Add(time.Hour), Slug: "live"},
				},
			},
		},
	}
}

func addsEditions(t *testing.T, url string) {
	db := open(t, url)
	e := edition()
	broken := edition()
	broken.Stories[1].Pins[2][0].From = []market.ID{"aaaaaaaaaaaaaaaa"}
	if _, err := db.AddEdition(t.Context(), broken, nil); !errors.Is(err, fault.Invalid) {
		t.Fatalf("a pin on nothing: %v, want fault.Invalid", err)
	}
	if s, err := db.Stats(t.Context()); err != nil || s != (store.Stats{}) {
		t.Errorf("after a refused edition the store holds %+v, %v", s, err)
	}
	last := 0
	if r, err := db.AddEdition(t.Context(), e, func(done, of int) { last = done*100 + of }); err != nil || r != (news.Receipt{Observations: 1, Bars: 3, Stories: 2}) || last != 606 {
		t.Errorf("added %d observations and %d stories, progress ended at %d, %v", r.Observations, r.Stories, last, err)
	}
	if r, err := db.AddEdition(t.Context(), e, nil); err != nil || r != (news.Receipt{}) {
		t.Errorf("added again %+v, %v", r, err)
	}
	other := edition()
	other.Bars[0].Close = currency.MustDecimal("35.51")
	if _, err := db.AddEdition(t.Context(), other, nil); !errors.Is(err, fault.Conflict) {
		t.Errorf("a bar with other numbers: %v, want fault.Conflict", err)
	}
	e.Stories[0].Revisions[0].Content.Headline = "Another"
	if _, err := db.AddEdition(t.Context(), e, nil); !errors.Is(err, fault.Conflict) {
		t.Errorf("another content: %v, want fault.Conflict", err)
	}
}

func givesBackEditions(t *testing.T, url string) {
	db := open(t, url)
	want := edition()
	if _, err := db.AddEdition(t.Context(), want, nil); err != nil {
		t.Fatal(err)
	}
	got, err := db.Edition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	equal := cmp.Comparer(func(a, b currency.Decimal) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, got, equal); diff != "" {
		t.Errorf("the edition changed (-in +out):\n%s", diff)
	}
}

func findsNothing(t *testing.T, url string) {
	db := open(t, url)
	if _, err := db.Observation(t.Context(), "aaaaaaaaaaaaaaaa"); !errors.Is(err, fault.NotFound) {
		t.Errorf("Observation: %v", err)
	}
	if _, err := db.Manuscript(t.Context(), "none"); !errors.Is(err, fault.NotFound) {
		t.Errorf("Manuscript: %v", err)
	}
	if _, err := db.Story(t.Context(), "none"); !errors.Is(err, fault.NotFound) {
		t.Errorf("Story: %v", err)
	}
	if err := publish(t.Context(), db, "none", 1, seen, nil); !errors.Is(err, fault.NotFound) {
		t.Errorf("Publish: %v", err)
	}
	if s, err := db.Symbols(t.Context()); err != nil || len(s) != 0 {
		t.Errorf("Symbols: %v, %v", s, err)
	}
}

func isSound(t *testing.T, url string) {
	db := open(t, url)
	if _, err := db.AddEdition(t.Context(), edition(), nil); err != nil {
		t.Fatal(err)
	}
	findings, err := db.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		// A test's PostgreSQL may run without fsync, which Check is right to say.
		if !f.OK && f.What != "fsync" && f.What != "synchronous_commit" && f.What != "full_page_writes" {
			t.Errorf("%s: %s", f.What, f.Finding)
		}
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func refusesContradiction(t *testing.T, url string) {
	db := open(t, url)
	add(t, db, said("EUR/USD", "1.1", day1, seen))
	_, err := db.Append(t.Context(), []market.Source{bank}, []market.Observation{said("EUR/USD", "1.2", day1, seen)}, nil)
	if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "1.1 and 1.2") {
		t.Errorf("err = %v, want fault.Invalid that names both values", err)
	}
	_, err = db.Append(t.Context(), []market.Source{bank}, []market.Observation{said("EUR/GBP", "1", day1, seen), said("EUR/GBP", "2", day1, seen)}, nil)
	if !errors.Is(err, fault.Invalid) {
		t.Errorf("within a batch: %v, want fault.Invalid", err)
	}
}

func publishesOnce(t *testing.T, url string) {
	db := open(t, url)
	for _, step := range []error{
		db.AddRevision(t.Context(), revision("s", 1, "x"), "s"),
		publish(t.Context(), db, "s", 1, seen, nil),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	if err := publish(t.Context(), db, "s", 1, seen.Add(time.Hour), nil); !errors.Is(err, fault.Conflict) {
		t.Errorf("err = %v, want fault.Conflict", err)
	}
}

func TestAFileThatIsNoDatabaseIsRefusedAndLeftAsItIs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "notes.txt")
	text := strings.Repeat("these are notes, not a database\n", 100)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), file); !errors.Is(err, fault.Invalid) {
		t.Errorf("err = %v, want fault.Invalid", err)
	}
	if after, err := os.ReadFile(file); err != nil || string(after) != text {
		t.Errorf("the file was changed, %v", err)
	}
	if _, err := store.Open(t.Context(), filepath.Join(file, "paper.db")); !errors.Is(err, fault.Invalid) {
		t.Errorf("a directory that cannot be made: %v, want fault.Invalid", err)
	}
}
