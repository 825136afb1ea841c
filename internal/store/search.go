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

// Search implements [news.Reader].
func (db *DB) Search(ctx context.Context, words [][]string, limit int) ([]news.Article, error) {
	if len(words) == 0 {
		return nil, nil
	}
	query, asked := db.engine.sought(words)
	var found []news.Article
	err := db.snapshot(ctx, func(q querier) (err error) {
		found, err = readArticles(ctx, q, "SELECT "+articleColumns+" FROM ("+query+`) w JOIN place p ON p.place = w.place
			JOIN article a ON a.id = p.story ORDER BY w.weight DESC, p.place DESC LIMIT $3`, asked, weighed, max(0, limit))
		if err != nil {
			return err
		}
		live, err := liveOf(ctx, q, found)
		for i := 0; i < len(found) && err == nil; i++ {
			if err = pin(ctx, q, &found[i]); err == nil && slices.Contains(live, found[i].ID) {
				err = tellMoments(ctx, q, &found[i])
			}
		}
		return err
	})
	return found, db.fail(err, "search the stories")
}

// liveOf are those of some articles that have live entries.
func liveOf(ctx context.Context, q querier, found []news.Article) ([]news.StoryID, error) {
	if len(found) == 0 {
		return nil, nil
	}
	marks, ids := make([]string, len(found)), make([]any, len(found))
	for i, a := range found {
		marks[i], ids[i] = "$"+strconv.Itoa(i+1), string(a.ID)
	}
	return collect[news.StoryID](q.QueryContext(ctx, "SELECT DISTINCT story FROM told WHERE story IN ("+strings.Join(marks, ", ")+")", ids...))(
		func(rows *sql.Rows) (id news.StoryID, err error) { return id, rows.Scan(&id) })
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
	if _, err := c.ExecContext(ctx, "INSERT INTO place (story, place, names) VALUES ($1, $2, $3)", string(id), place, k.Headline+" "+k.Names); err != nil {
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

// sought asks FTS5: it goes from the newest place down and stops at the last that is weighed. Its weight is the lower the
// better, by Okapi BM25.
func (e *sqliteDB) sought(words [][]string) (query, asked string) {
	return `SELECT rowid AS place, -bm25(concordance, 8.0, 4.0, 1.0) AS weight FROM concordance
		WHERE concordance MATCH $1 ORDER BY rowid DESC LIMIT $2`, anyOfEach(words, " OR ", " AND ", func(word string) string {
			return `"` + strings.ReplaceAll(word, `"`, `""`) + `"`
		})
}

func (e *postgresDB) forget(ctx context.Context, c changer, place int64) error {
	_, err := c.ExecContext(ctx, "DELETE FROM concordance WHERE place = $1", place)
	return err
}

func (e *postgresDB) concord(ctx context.Context, c changer, place int64, k news.Keywords) error {
	_, err := c.ExecContext(ctx, "INSERT INTO concordance (place, words) VALUES ($1, $2::tsvector)", place, vector(k))
	return err
}

// sought finds all that have the words by the index of words, whatever the planner makes of their number, and reads what
// only those say that are weighed.
func (e *postgresDB) sought(words [][]string) (query, asked string) {
	return `WITH matched AS MATERIALIZED (SELECT place, words FROM concordance WHERE words @@ $1::tsquery),
		newest AS MATERIALIZED (SELECT place, words FROM matched ORDER BY place DESC LIMIT $2)
		SELECT place, ts_rank('{0.1, 0.1, 0.5, 1.0}', words, $1::tsquery) AS weight FROM newest`, anyOfEach(words, " | ", " & ", lexeme)
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
