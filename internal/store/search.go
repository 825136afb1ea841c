package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"

	"github.com/courant-news/courant/internal/news"
)

// The concordance says which words stand in which published story. It is written in the transaction that publishes,
// withdraws, tells or imports, holds nothing that could not be read of the view article, and is joined with that view when
// it is asked: a story that readers do not see can neither be found nor be told of by a word.

// weighed is how many stories, the newest that have the words, are weighed against each other.
const weighed = 200

// What a word counts by where a story has it. How often a story has it, and how many stories do, is not asked: of a common word
// the engines would read all of its places for that, however few stories are wanted.
const (
	inHeadline = 8
	inNames    = 4
	inText     = 1
)

// candidate is a story that has the words.
type candidate struct {
	story  news.StoryID
	weight int
}

// Search implements [news.Reader].
func (db *DB) Search(ctx context.Context, words [][]string, limit int) ([]news.Article, error) {
	if len(words) == 0 {
		return nil, nil
	}
	query, asked := db.engine.sought(words)
	var found []news.Article
	err := db.snapshot(ctx, func(q querier) error {
		newest, err := collect[candidate](q.QueryContext(ctx, "SELECT p.story, p.names FROM ("+query+`) w JOIN place p ON p.place = w.place
			ORDER BY p.place DESC`, asked, weighed))(func(rows *sql.Rows) (c candidate, err error) {
			var names string
			err = rows.Scan(&c.story, &names)
			c.weight = weightOf(names, words)
			return c, err
		})
		if err != nil {
			return err
		}
		slices.SortStableFunc(newest, func(a, b candidate) int { return b.weight - a.weight })
		found, err = inOrder(ctx, q, newest[:min(max(0, limit), len(newest))])
		return err
	})
	return found, db.fail(err, "search the stories")
}

// weightOf is what a story counts that has of each list one word: names are its headline and, on the next line, its names.
func weightOf(names string, words [][]string) (weight int) {
	headline, names, _ := strings.Cut(names, "\n")
	for _, list := range words {
		switch {
		case hasOne(headline, list):
			weight += inHeadline
		case hasOne(names, list):
			weight += inNames
		default:
			weight += inText
		}
	}
	return weight
}

// hasOne says whether a line has a word of a list.
func hasOne(line string, words []string) bool {
	for w := range strings.FieldsSeq(line) {
		if slices.Contains(words, w) {
			return true
		}
	}
	return false
}

// inOrder reads the articles of candidates in their order, with their pins and live entries.
func inOrder(ctx context.Context, q querier, list []candidate) ([]news.Article, error) {
	if len(list) == 0 {
		return nil, nil
	}
	marks, ids, at := make([]string, len(list)), make([]any, len(list)), map[news.StoryID]int{}
	for i, c := range list {
		marks[i], ids[i], at[c.story] = "$"+strconv.Itoa(i+1), string(c.story), i
	}
	in := " IN (" + strings.Join(marks, ", ") + ")"
	found, err := readArticles(ctx, q, "SELECT "+articleColumns+" FROM article a WHERE a.id"+in, ids...)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b news.Article) int { return at[a.ID] - at[b.ID] })
	live, err := collect[news.StoryID](q.QueryContext(ctx, "SELECT DISTINCT story FROM told WHERE story"+in, ids...))(
		func(rows *sql.Rows) (id news.StoryID, err error) { return id, rows.Scan(&id) })
	for i := 0; i < len(found) && err == nil; i++ {
		if err = pin(ctx, q, &found[i]); err == nil && slices.Contains(live, found[i].ID) {
			err = tellMoments(ctx, q, &found[i])
		}
	}
	return found, err
}

// Names implements [news.Reader].
func (db *DB) Names(ctx context.Context, limit int) ([]string, error) {
	names, err := collect[string](db.engine.read().QueryContext(ctx,
		`SELECT p.names FROM (SELECT story, place, names FROM place ORDER BY place DESC LIMIT $1) p
			JOIN article a ON a.id = p.story ORDER BY p.place DESC`, max(0, limit)))(
		func(rows *sql.Rows) (line string, err error) { return line, rows.Scan(&line) })
	return names, db.fail(err, "read the names in the stories")
}

// Reindex makes the concordance anew and returns how many stories are in it. Meanwhile readers find what they found before.
func (db *DB) Reindex(ctx context.Context) (stories int, err error) {
	err = db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) (err error) {
		stories, err = indexAll(ctx, db.engine, c)
		return err
	})
	return stories, db.fail(err, "make the index of words anew")
}

// indexing fills the concordance of a store that was there before it, after the migration that makes its tables.
func indexing(e engine) goose.ProviderOption {
	return goose.WithGoMigrations(goose.NewGoMigration(13, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		_, err := indexAll(ctx, e, tx)
		return err
	}}, nil))
}

func indexAll(ctx context.Context, e engine, c changer) (stories int, err error) {
	ids, err := collect[news.StoryID](c.QueryContext(ctx, "SELECT id FROM article UNION SELECT story FROM place ORDER BY id"))(
		func(rows *sql.Rows) (id news.StoryID, err error) { return id, rows.Scan(&id) })
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := index(ctx, e, c, id); err != nil {
			return 0, fmt.Errorf("index the story %s: %w", id, err)
		}
	}
	err = c.QueryRowContext(ctx, "SELECT count(*) FROM place").Scan(&stories)
	return stories, err
}

// index writes a story into the concordance as readers see it, or takes it out where they do not.
func index(ctx context.Context, e engine, c changer, id news.StoryID) error {
	var place int64
	err := c.QueryRowContext(ctx, "SELECT place FROM place WHERE story = $1", string(id)).Scan(&place)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err == nil {
		if _, err := c.ExecContext(ctx, "DELETE FROM place WHERE story = $1", string(id)); err != nil {
			return err
		}
		if err := e.forget(ctx, c, place); err != nil {
			return err
		}
	}
	shown, err := readArticles(ctx, c, "SELECT "+articleColumns+" FROM article a WHERE a.id = $1", string(id))
	if err != nil || len(shown) == 0 {
		return err
	}
	a := shown[0]
	if err := pin(ctx, c, &a); err != nil {
		return err
	}
	if err := tellMoments(ctx, c, &a); err != nil {
		return err
	}
	// The first place that is free, from the moment of the first publication on.
	err = c.QueryRowContext(ctx, `SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM place WHERE place = $1) THEN $1 ELSE
		(SELECT min(p.place) + 1 FROM place p WHERE p.place >= $1 AND NOT EXISTS (SELECT 1 FROM place n WHERE n.place = p.place + 1)) END`,
		micros(a.Published)).Scan(&place)
	if err != nil {
		return err
	}
	k := a.Keywords()
	if _, err := c.ExecContext(ctx, "INSERT INTO place (story, place, names) VALUES ($1, $2, $3)", string(id), place, k.Headline+"\n"+k.Names); err != nil {
		return err
	}
	return e.concord(ctx, c, place, k)
}

// tellMoments reads the live entries of an article.
func tellMoments(ctx context.Context, q querier, a *news.Article) error {
	told, err := entries(ctx, q, toldQuery, string(a.ID))
	a.Moments = news.Moments(told)
	return err
}

func (e *sqliteDB) forget(ctx context.Context, c changer, place int64) error {
	_, err := c.ExecContext(ctx, "DELETE FROM concordance WHERE rowid = $1", place)
	return err
}

func (e *sqliteDB) concord(ctx context.Context, c changer, place int64, k news.Keywords) error {
	_, err := c.ExecContext(ctx, "INSERT INTO concordance (rowid, headline, names, said) VALUES ($1, $2, $3, $4)", place, k.Headline, k.Names, k.Text)
	return err
}

// sought asks FTS5: it goes from the newest place down and stops at the last that is weighed.
func (e *sqliteDB) sought(words [][]string) (query, asked string) {
	return "SELECT rowid AS place FROM concordance WHERE concordance MATCH $1 ORDER BY rowid DESC LIMIT $2",
		anyOfEach(words, " OR ", " AND ", func(word string) string { return `"` + strings.ReplaceAll(word, `"`, `""`) + `"` })
}

func (e *postgresDB) forget(ctx context.Context, c changer, place int64) error {
	_, err := c.ExecContext(ctx, "DELETE FROM concordance WHERE place = $1", place)
	return err
}

func (e *postgresDB) concord(ctx context.Context, c changer, place int64, k news.Keywords) error {
	_, err := c.ExecContext(ctx, "INSERT INTO concordance (place, words) VALUES ($1, $2::tsvector)", place, vector(k))
	return err
}

// sought looks through the newest stories first: words that so many of them have need no more. Rarer ones are found by the index of
// words, which for a common one would fetch nearly all stories; that the planner cannot tell one from the other leaves it no choice.
func (e *postgresDB) sought(words [][]string) (query, asked string) {
	return `WITH newest AS MATERIALIZED (SELECT place, words FROM concordance ORDER BY place DESC LIMIT 2000),
		near AS MATERIALIZED (SELECT place FROM newest WHERE words @@ $1::tsquery),
		matched AS MATERIALIZED (SELECT place FROM near UNION
			SELECT place FROM concordance WHERE words @@ $1::tsquery AND (SELECT count(*) FROM near) < $2)
		SELECT place FROM matched ORDER BY place DESC LIMIT $2`, anyOfEach(words, " | ", " & ", lexeme)
}

// anyOfEach writes that of each list one word is wanted.
func anyOfEach(words [][]string, or, and string, quote func(string) string) string {
	var all []string
	for _, list := range words {
		quoted := make([]string, len(list))
		for i, w := range list {
			quoted[i] = quote(w)
		}
		all = append(all, "("+strings.Join(quoted, or)+")")
	}
	return strings.Join(all, and)
}

// lexeme is a word as PostgreSQL writes one.
func lexeme(word string) string {
	return "'" + strings.NewReplacer("'", "''", `\`, `\\`).Replace(word) + "'"
}

// vector writes the words of a story as a tsvector, each with its places and their weights. That the server does not take the
// text apart itself makes words the same in both engines, whatever the locale of the database.
func vector(k news.Keywords) string {
	const most = 255 // places of one word that a tsvector keeps
	places := map[string][]string{}
	var order []string
	n := 0
	for _, part := range []struct{ text, weight string }{{k.Headline, "A"}, {k.Names, "B"}, {k.Text, "C"}} {
		for word := range strings.FieldsSeq(part.text) {
			n++
			if len(places[word]) == 0 {
				order = append(order, word)
			}
			if len(places[word]) < most {
				places[word] = append(places[word], strconv.Itoa(min(n, 16_383))+part.weight)
			}
		}
	}
	var b strings.Builder
	for _, word := range order {
		b.WriteString(lexeme(word) + ":" + strings.Join(places[word], ",") + " ")
	}
	return b.String()
}
