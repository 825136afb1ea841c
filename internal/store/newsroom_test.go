package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/news"
)

// More cases of the conformance suite: the newsroom's record of each story.

func takesOneStep(t *testing.T, url string) {
	db := open(t, url)
	if err := db.AddRevision(t.Context(), revision("s", 1, "x"), "s"); err != nil {
		t.Fatal(err)
	}
	n := atOnce(t, 8, fault.Conflict, func(int) error {
		return db.Take(context.Background(), news.Step{Story: "s", N: 1, From: news.Draft, To: news.Ready, Revision: 1, By: "editor", At: seen}, nil)
	})
	if m, err := db.Manuscript(t.Context(), "s"); err != nil || n != 1 || len(m.Steps) != 1 || m.State != news.Ready {
		t.Errorf("%d took the step, the story is %+v, %v", n, m, err)
	}
	if err := db.AddRevision(t.Context(), revision("s", 2, "y"), "s"); !errors.Is(err, fault.Conflict) {
		t.Errorf("a revision of what is ready: %v", err)
	}
	due := seen.Add(time.Hour)
	if err := db.Take(t.Context(), news.Step{Story: "s", N: 2, From: news.Ready, To: news.Scheduled, Revision: 1, By: "editor", At: seen, Due: due}, nil); err != nil {
		t.Fatal(err)
	}
	if d, err := db.DueStories(t.Context()); err != nil || !slices.Equal(d, []news.Due{{Story: "s", At: due}}) {
		t.Errorf("due are %v, %v", d, err)
	}
	for _, revision := range []int{0, 2} {
		if err := db.Take(t.Context(), news.Step{Story: "s", N: 3, To: news.Published, Revision: revision, By: "editor", At: due}, nil); err == nil {
			t.Errorf("revision %d was published", revision)
		}
	}
	if err := publish(t.Context(), db, "s", 1, due, nil); err != nil {
		t.Fatal(err)
	}
	if d, err := db.DueStories(t.Context()); err != nil || len(d) != 0 {
		t.Errorf("due are %v, %v", d, err)
	}
}

// A desk lists stories by how far they have come, which is not what readers meet.
func listsByStage(t *testing.T, url string) {
	db := open(t, url)
	take := func(id news.StoryID, n int, from, to news.State, by string, due time.Time) {
		t.Helper()
		s := news.Step{Story: id, N: n, From: from, To: to, Revision: 1, By: by, Reason: "It says so.", At: seen, Due: due}
		if err := db.Take(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
	}
	for i, id := range []news.StoryID{"draft", "review", "ready", "later", "sooner", "missed", "live"} {
		r := revision(id, 1, "x")
		r.At = seen.Add(time.Duration(i) * time.Second)
		if err := db.AddRevision(t.Context(), r, news.Slug(id)); err != nil {
			t.Fatal(err)
		}
	}
	take("review", 1, news.Draft, news.Review, "editor", time.Time{})
	take("ready", 1, news.Draft, news.Ready, "editor", time.Time{})
	for i, id := range []news.StoryID{"sooner", "later", "missed"} {
		take(id, 1, news.Draft, news.Ready, "editor", time.Time{})
		take(id, 2, news.Ready, news.Scheduled, "editor", seen.Add(time.Duration(i+1)*time.Hour))
	}
	take("missed", 3, news.Scheduled, news.Ready, news.Clockwork, time.Time{})
	if err := publish(t.Context(), db, "live", 1, seen, nil); err != nil {
		t.Fatal(err)
	}
	if err := db.AddRevision(t.Context(), revision("live", 2, "y"), "live"); err != nil {
		t.Fatal(err)
	}
	for want, which := range map[string]news.Listing{
		"live/1 draft":     {States: []news.State{news.Draft}},
		"review":           {States: []news.State{news.Review}},
		"missed! ready":    {States: []news.State{news.Ready}},
		"sooner@1 later@2": {Due: true},
		"missed!":          {Missed: true},
		"":                 {States: []news.State{news.Published}},
		"ready":            {Words: "ready"},
		"later@2 ready":    {States: []news.State{news.Ready, news.Scheduled}, Before: seen.Add(4 * time.Second)},
	} {
		which.Limit = 9
		list, err := db.Summaries(t.Context(), which)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range list {
			text := string(s.ID)
			if !s.Due.IsZero() {
				text += fmt.Sprintf("@%.0f", s.Due.Sub(seen).Hours())
			}
			if s.Missed != "" {
				text += "!"
			}
			if s.Live > 0 {
				text += fmt.Sprintf("/%d", s.Live)
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%+v lists %q, want %q", which, strings.Join(got, " "), want)
		}
	}
}

func namesForOne(t *testing.T, url string) {
	db := open(t, url)
	ids := []news.StoryID{"a", "b", "c", "d"}
	for _, id := range ids {
		if err := db.AddRevision(t.Context(), revision(id, 1, "x"), news.Slug(id)); err != nil {
			t.Fatal(err)
		}
	}
	wanted := func(i int, slug news.Slug, n int) error {
		return db.Take(context.Background(), news.Step{
			Story: ids[i], N: n, From: news.Draft, To: news.Draft, Revision: 1, By: "editor", At: seen, Slug: slug,
		}, nil)
	}
	if n := atOnce(t, len(ids), fault.Conflict, func(i int) error { return wanted(i, "wanted", 1) }); n != 1 {
		t.Errorf("%d stories bear one name", n)
	}
	owner, err := db.Story(t.Context(), "wanted")
	if err != nil {
		t.Fatal(err)
	}
	if err := wanted(slices.Index(ids, owner), "another", 2); err != nil {
		t.Fatal(err)
	}
	if err := db.AddRevision(t.Context(), revision("e", 1, "x"), "wanted"); !errors.Is(err, fault.Conflict) {
		t.Errorf("a new story takes a former name: %v", err)
	}
	if m, err := db.Manuscript(t.Context(), owner); err != nil || m.Slug != "another" || !slices.Equal(m.Former, []news.Slug{news.Slug(owner), "wanted"}) {
		t.Errorf("the story %+v, %v", m, err)
	}
	if _, err := db.Manuscript(t.Context(), "e"); !errors.Is(err, fault.NotFound) {
		t.Errorf("the refused story left something: %v", err)
	}
}

func findsByTopic(t *testing.T, url string) {
	db := open(t, url)
	with := func(n int, topics ...news.Slug) news.Revision {
		r := revision("s", n, "x")
		r.Content.Topics = topics
		r.Content.Images = []news.Image{{Media: fmt.Sprint("picture", n)}}
		return r
	}
	pictures := func(name string) string {
		shows, err := db.Shows(t.Context(), name)
		uses, err2 := db.Uses(t.Context(), name)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(shows, uses)
	}
	about := func(topic news.Slug) int {
		found, err := db.Articles(t.Context(), news.Selection{Topic: topic})
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if err := db.AddRevision(t.Context(), with(1, "euro", "banks"), "s"); err != nil || about("euro") != 0 || pictures("picture1") != "false true" {
		t.Fatal(err, "a draft is found by its topic, or its picture")
	}
	if err := errors.Join(publish(t.Context(), db, "s", 1, seen, nil), db.AddRevision(t.Context(), with(2, "euro", "gold"), "s")); err != nil {
		t.Fatal(err)
	}
	if about("euro") != 1 || about("banks") != 1 || about("gold") != 0 {
		t.Errorf("of the first: %d, %d, %d", about("euro"), about("banks"), about("gold"))
	}
	if err := publish(t.Context(), db, "s", 2, seen, nil); err != nil {
		t.Fatal(err)
	}
	if about("euro") != 1 || about("banks") != 0 || about("gold") != 1 {
		t.Errorf("of the second: %d, %d, %d", about("euro"), about("banks"), about("gold"))
	}
	if a, b, c := pictures("picture1"), pictures("picture2"), pictures("picture"); a != "false true" || b != "true true" || c != "false false" {
		t.Errorf("shown and used are %s, %s and %s", a, b, c)
	}
	m, err := db.Manuscript(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	withdrawn := news.Step{Story: "s", N: len(m.Steps) + 1, From: m.State, To: news.Withdrawn, Revision: 2, By: "editor", Reason: "r", At: seen}
	if err := db.Take(t.Context(), withdrawn, nil); err != nil || about("gold") != 0 || pictures("picture2") != "false true" {
		t.Errorf("of a withdrawn story readers find %d, %s, %v", about("gold"), pictures("picture2"), err)
	}
}

// A store of the schema before this newsroom, with a story of each sort, is read as what it was.
func TestAStoreOfBeforeIsBroughtUpToDate(t *testing.T) {
	for engine, c := range map[string]struct {
		url     func(t *testing.T) string
		driver  string
		dialect goose.Dialect
	}{
		"sqlite":   {func(t *testing.T) string { return filepath.Join(t.TempDir(), "paper.db") }, "sqlite", goose.DialectSQLite3},
		"postgres": {func(t *testing.T) string { return must.Postgres(t) }, "pgx", goose.DialectPostgres},
	} {
		t.Run(engine, func(t *testing.T) {
			url := c.url(t)
			before, err := sql.Open(c.driver, url)
			if err != nil {
				t.Fatal(err)
			}
			p, err := goose.NewProvider(c.dialect, before, os.DirFS("migrations/"+engine), goose.WithDisableGlobalRegistry(true))
			if err == nil {
				_, err = p.UpTo(t.Context(), 4)
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range []string{
				`INSERT INTO story (id, slug, state, section, published, updated, live) VALUES
					('draft', 'draft', 'draft', NULL, NULL, NULL, 0), ('live', 'live', 'published', 'news', 1770048000000000, 1770048000000000, 1),
					('staged', 'staged', 'published', 'news', 1770048000000000, 1770048000000000, 1)`,
				`INSERT INTO revision (story, n, content, author, reason, at, published) VALUES
					('draft', 1, '{"Headline":"D","Section":"news","Topics":null}', 'a', '', 0, 0),
					('live', 1, '{"Headline":"L","Section":"news","Topics":["euro","euro"]}', 'a', '', 0, 1),
					('staged', 1, '{"Headline":"S","Section":"news","Topics":null}', 'a', '', 0, 1),
					('staged', 2, '{"Headline":"T","Section":"news","Topics":["gold"]}', 'a', '', 0, 0)`,
			} {
				if _, err := before.ExecContext(t.Context(), row); err != nil {
					t.Fatal(err)
				}
			}
			if err := before.Close(); err != nil {
				t.Fatal(err)
			}
			db := open(t, url)
			all, err := db.Manuscripts(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var was []string
			for _, m := range all {
				was = append(was, string(m.ID)+" "+string(m.State))
			}
			if got := strings.Join(was, ", "); got != "draft draft, live published, staged draft" {
				t.Errorf("they are %s", got)
			}
			seen, err := db.Articles(t.Context(), news.Selection{})
			if err != nil || len(seen) != 2 {
				t.Errorf("readers see %v, %v", seen, err)
			}
			about, err := db.Articles(t.Context(), news.Selection{Topic: "euro"})
			if err != nil || len(about) != 1 || about[0].ID != "live" {
				t.Errorf("about the euro are %v, %v", about, err)
			}
			if _, err := db.Article(t.Context(), day1, "staged"); err != nil {
				t.Error(err)
			}
			if got := searched(t, db, "l") + searched(t, db, "s") + searched(t, db, "t") + searched(t, db, "d"); got != "[live][staged][][]" {
				t.Errorf("by their headlines are found %s", got)
			}
		})
	}
}

func findsShaken(t *testing.T, url string) {
	db := open(t, url)
	o, jpy := said("EUR/USD", "1.1", day1, seen), said("EUR/JPY", "180", day1, seen)
	add(t, db, o, jpy)
	fact := pinOf(o)
	fact.From, fact.How = nil, market.Fixed
	for i, id := range []news.StoryID{"live", "draft", "gone"} {
		if err := db.AddRevision(t.Context(), revision(id, 1, "{{EUR/USD}} {{EUR/JPY}} {{EUR/USD}}"), news.Slug(id)); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			continue
		}
		if err := publish(t.Context(), db, id, 1, seen.Add(time.Hour), []news.Pin{pinOf(o), pinOf(jpy), fact}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.AppendEntry(t.Context(), "live", news.Entry{At: seen.Add(2 * time.Hour), Body: "{{EUR/JPY}}", Author: "a", Pins: []news.Pin{pinOf(jpy)}}); err != nil {
		t.Fatal(err)
	}
	if err := db.Take(t.Context(), news.Step{Story: "gone", N: 2, From: news.Published, To: news.Withdrawn, Revision: 1, By: "e", Reason: "r", At: seen}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := db.AppendEntry(t.Context(), "gone", news.Entry{Body: "x", Author: "a"}); !errors.Is(err, fault.Conflict) {
		t.Errorf("an entry of a withdrawn story: %v", err)
	}
	shaken := func() string {
		found, err := db.Shaken(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, s := range found {
			all = append(all, fmt.Sprintf("%s %d/%d/%d %s-%s", s.Story, s.Revision, s.Entry, s.Pin, s.Was.Value, s.Is.Value))
		}
		return strings.Join(all, ", ")
	}
	if got := shaken(); got != "live 1/0/2 0-0" {
		t.Errorf("before anything was revised: %s", got)
	}
	last := said("EUR/USD", "1.3", day1, seen.Add(4*time.Hour))
	add(t, db, said("EUR/USD", "1.2", day1, seen.Add(3*time.Hour)), last)
	held := said("EUR/JPY", "190", day1.Add(12*time.Hour), seen)
	if _, err := db.Hear(t.Context(), market.Heard{Source: bank, Held: []market.Held{{Observation: held, State: market.Waiting}}}); err != nil {
		t.Fatal(err)
	}
	freed := said("EUR/JPY", "190", day1.Add(12*time.Hour), seen.Add(5*time.Hour))
	if err := db.Decide(t.Context(), []market.Decision{{Held: held.ID, State: market.Released, At: freed.Seen, By: "e", Observation: freed}}); err != nil {
		t.Fatal(err)
	}
	if got := shaken(); got != "live 0/1/0 180-190, live 1/0/0 1.1-1.3, live 1/0/1 180-190, live 1/0/2 0-0" {
		t.Errorf("shaken are %s", got)
	}
	for _, d := range []news.Dismissal{
		{Place: news.Place{Story: "live", Revision: 1}, Observation: last.ID, By: "e", Reason: "r", At: seen},
		{Place: news.Place{Story: "live", Revision: 1, Pin: 2}, By: "e", Reason: "r", At: seen},
	} {
		if err := db.Dismiss(t.Context(), []news.Dismissal{d}); err != nil {
			t.Fatal(err)
		}
		late := d
		late.Reason = "another"
		if err := db.Dismiss(t.Context(), []news.Dismissal{late}); !errors.Is(err, fault.Conflict) {
			t.Errorf("a second reason for the same: %v", err)
		}
	}
	if got := shaken(); got != "live 0/1/0 180-190, live 1/0/1 180-190" {
		t.Errorf("after two were dismissed: %s", got)
	}
	add(t, db, said("EUR/USD", "1.1", day1, seen.Add(6*time.Hour))) // it says again what it said first
	if got := shaken(); got != "live 0/1/0 180-190, live 1/0/1 180-190" {
		t.Errorf("after what was revised was taken back: %s", got)
	}
}

func keepsDossiers(t *testing.T, url string) {
	db := open(t, url)
	ctx := t.Context()
	of := func(n int, headline string) news.DossierRevision {
		return news.DossierRevision{
			Dossier: "d", N: n, Author: "Ada", Person: "p", Reason: "r", At: seen,
			Subject: news.Subject{Content: news.Content{Headline: headline, Images: []news.Image{{Media: "a.webp", Alt: "a"}}}, Stories: []news.StoryID{"s"}},
		}
	}
	if err := db.TakeDossier(ctx, news.DossierStep{Dossier: "d", N: 1, Revision: 1, By: "Ada", At: seen}); !errors.Is(err, fault.NotFound) {
		t.Errorf("a dossier that is not there is published: %v", err)
	}
	if n := atOnce(t, 8, fault.Conflict, func(int) error { return db.AddDossierRevision(context.Background(), of(1, "one")) }); n != 1 {
		t.Errorf("%d made the dossier", n)
	}
	if err := db.AddDossierRevision(ctx, of(3, "three")); !errors.Is(err, fault.Conflict) {
		t.Errorf("revision 3 follows revision 1: %v", err)
	}
	if _, err := db.Dossier(ctx, "d"); !errors.Is(err, fault.NotFound) {
		t.Errorf("readers see a draft: %v", err)
	}
	if shown, err := db.Shows(ctx, "a.webp"); err != nil || shown {
		t.Errorf("readers see a draft's picture: %v", err)
	}
	if used, err := db.Uses(ctx, "a.webp"); err != nil || !used {
		t.Errorf("nothing uses the draft's picture: %v", err)
	}
	publish := news.DossierStep{Dossier: "d", N: 1, Revision: 1, By: "Ada", At: seen}
	if n := atOnce(t, 8, fault.Conflict, func(int) error { return db.TakeDossier(context.Background(), publish) }); n != 1 {
		t.Errorf("%d published it", n)
	}
	if err := db.AddDossierRevision(ctx, of(2, "two")); err != nil {
		t.Fatal(err)
	}
	if err := db.TakeDossier(ctx, news.DossierStep{Dossier: "d", N: 2, Revision: 1, By: "Ada", At: seen}); !errors.Is(err, fault.Conflict) {
		t.Errorf("an older revision is published: %v", err)
	}
	d, err := db.Dossier(ctx, "d")
	if err != nil || d.Subject.Content.Headline != "one" || d.Revision != 1 || !d.Published.Equal(seen) {
		t.Errorf("readers see %+v, %v", d, err)
	}
	if shown, err := db.Shows(ctx, "a.webp"); err != nil || !shown {
		t.Errorf("readers do not see its picture: %v", err)
	}
	correct := news.DossierStep{Dossier: "d", N: 2, Revision: 2, By: "Ada", At: seen.Add(time.Hour), Notice: news.Notice{Kind: news.FactCorrection, Text: "Two.", Figures: []string{"EUR/USD"}}}
	if err := db.TakeDossier(ctx, correct); err != nil {
		t.Fatal(err)
	}
	if d, err = db.Dossier(ctx, "d"); err != nil || len(d.Notices) != 1 || d.Notices[0].Text != "Two." || !d.Published.Equal(seen) || !d.Updated.Equal(correct.At) {
		t.Errorf("readers see %+v, %v", d, err)
	}
	reprint := correct
	reprint.N, reprint.Revision = 2, 3
	if err := db.ReprintDossier(ctx, of(3, "three"), reprint); !errors.Is(err, fault.Conflict) {
		t.Errorf("a step that was taken is taken again: %v", err)
	}
	if r, err := db.DossierRecord(ctx, "d"); err != nil || len(r.Revisions) != 2 {
		t.Errorf("of what was refused %d revisions are kept, %v", len(r.Revisions), err)
	}
	reprint.N = 3
	if n := atOnce(t, 8, fault.Conflict, func(int) error { return db.ReprintDossier(context.Background(), of(3, "three"), reprint) }); n != 1 {
		t.Errorf("%d reprinted it", n)
	}
	if d, err = db.Dossier(ctx, "d"); err != nil || d.Revision != 3 || len(d.Notices) != 2 {
		t.Errorf("readers see %+v, %v", d, err)
	}
	whole, err := db.Edition(ctx)
	if err != nil || len(whole.Dossiers) != 1 || len(whole.Dossiers[0].Revisions) != 3 || len(whole.Dossiers[0].Steps) != 3 {
		t.Fatalf("the edition has %+v, %v", whole.Dossiers, err)
	}
	again := news.Edition{Dossiers: whole.Dossiers}
	if _, err := db.AddEdition(ctx, again, nil); err != nil {
		t.Errorf("the same once more: %v", err)
	}
	if err := db.TakeDossier(ctx, news.DossierStep{Dossier: "d", N: 4, By: "Ada", Reason: "r", At: seen.Add(2 * time.Hour), Notice: news.Notice{Kind: news.Withdrawal, Text: "Gone."}}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Dossier(ctx, "d"); !errors.Is(err, fault.Gone) || !strings.Contains(fault.Sentence(err), "Gone.") {
		t.Errorf("in its place stands %v", err)
	}
	if _, err := db.AddEdition(ctx, again, nil); !errors.Is(err, fault.Conflict) {
		t.Errorf("another record of it: %v", err)
	}
}
