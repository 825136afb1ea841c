package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// What readers see is read here, and only from the views article and printed, which hold nothing unpublished.

var _ news.Reader = (*DB)(nil)

const articleColumns = "a.id, a.slug, a.published, a.updated, a.revision, a.content"

// Article implements [news.Reader].
func (db *DB) Article(ctx context.Context, day time.Time, slug news.Slug) (news.Article, error) {
	from := day.UTC().Truncate(24 * time.Hour)
	found, err := db.articles(ctx, "SELECT "+articleColumns+" FROM article a WHERE a.slug = $1 AND a.published >= $2 AND a.published < $3",
		string(slug), micros(from), micros(from.AddDate(0, 0, 1)))
	if err == nil && len(found) == 0 {
		err = fault.Because(fault.NotFound, "there is no story %.120q of %s", slug, from.Format("2 January 2006"))
	}
	if err != nil {
		return news.Article{}, db.fail(err, "read the story %.120q", slug)
	}
	return found[0], nil
}

// usual is how many articles a selection without a limit returns.
const usual = 50

// Articles implements [news.Reader].
func (db *DB) Articles(ctx context.Context, which news.Selection) ([]news.Article, error) {
	var args []any
	mark := func(value any) string {
		args = append(args, value)
		return "$" + strconv.Itoa(len(args))
	}
	// Only what is asked for stands in the query, so that each engine finds the index for it.
	query := "SELECT " + articleColumns + " FROM article a WHERE TRUE"
	if !which.Before.IsZero() {
		query += " AND a.published < " + mark(micros(which.Before))
	}
	if which.Section != "" {
		query += " AND a.section = " + mark(string(which.Section))
	}
	if which.Symbol != "" {
		query += " AND a.id IN (SELECT p.story FROM printed p WHERE p.symbol = " + mark(string(which.Symbol)) + ")"
	}
	limit := usual
	if which.Limit > 0 {
		limit = which.Limit
	}
	found, err := db.articles(ctx, query+" ORDER BY a.published DESC, a.slug LIMIT "+mark(limit), args...)
	return found, db.fail(err, "read the stories")
}

// Printing implements [news.Reader].
func (db *DB) Printing(ctx context.Context, id market.ID) ([]news.Article, error) {
	found, err := db.articles(ctx, "SELECT "+articleColumns+` FROM article a
		WHERE a.id IN (SELECT p.story FROM printed p WHERE p.observation = $1) ORDER BY a.published DESC, a.slug`, string(id))
	return found, db.fail(err, "find the stories that print %s", id)
}

// articles reads those that a query finds, with their pins.
func (db *DB) articles(ctx context.Context, query string, args ...any) (found []news.Article, err error) {
	err = db.snapshot(ctx, func(q querier) error { // else a story published meanwhile had its new pins on its old text
		found, err = collect[news.Article](q.QueryContext(ctx, query, args...))(scanArticle)
		for i := 0; i < len(found) && err == nil; i++ {
			found[i].Pins, err = pinsOf(q.QueryContext(ctx, `SELECT n, expression, symbol, field, value, at, seen, source, how, observation
				FROM printed WHERE story = $1 ORDER BY n, position`, string(found[i].ID)))
		}
		return err
	})
	return found, err
}

func scanArticle(rows *sql.Rows) (a news.Article, err error) {
	var published, updated int64
	var content string
	if err := rows.Scan(&a.ID, &a.Slug, &published, &updated, &a.Revision, &content); err != nil {
		return a, err
	}
	a.Published, a.Updated = moment(published), moment(updated)
	return a, json.Unmarshal([]byte(content), &a.Content)
}
