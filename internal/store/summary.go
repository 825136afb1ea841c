package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/news"
)

// The stories of a listing are chosen first, without their texts, of which few are wanted and all would be sorted. How far a
// story has come is its stage; its state is what readers meet. One missed its time that the clockwork made ready, and that
// nobody moved since.
const (
	chosenSQL = `
WITH chosen AS (
	SELECT s.id, r.n, r.at, m.reason
	FROM story s JOIN revision r ON r.story = s.id AND r.n = (SELECT max(n) FROM revision WHERE story = s.id)
		LEFT JOIN step m ON s.stage = 'ready' AND m.story = s.id AND m.became = 'ready' AND m.by = $1
			AND m.n = (SELECT max(n) FROM step WHERE story = s.id AND was <> became)
	WHERE 1 = 1`
	summariesSQL = `)
SELECT s.id, s.slug, s.stage, s.due, s.live, r.n, r.content, r.author, r.at, f.person, coalesce(c.reason, '')
FROM chosen c JOIN story s ON s.id = c.id JOIN revision r ON r.story = c.id AND r.n = c.n JOIN revision f ON f.story = c.id AND f.n = 1`
)

// Summaries implements [news.SummaryStore].
func (db *DB) Summaries(ctx context.Context, which news.Listing) ([]news.Summary, error) {
	query, order := chosenSQL, "r.at DESC, s.id"
	args := []any{news.Clockwork}
	bind := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if len(which.States) > 0 {
		var bound []string
		for _, state := range which.States {
			bound = append(bound, bind(string(state)))
		}
		query += " AND s.stage IN (" + strings.Join(bound, ", ") + ")"
	}
	if which.Due {
		query, order = query+" AND s.due IS NOT NULL", "s.due, s.id"
	}
	if which.Missed {
		query += " AND s.stage = 'ready' AND m.n IS NOT NULL"
	}
	if which.Person != "" {
		query += " AND (SELECT person FROM revision WHERE story = s.id AND n = 1) = " + bind(which.Person)
	}
	if !which.Before.IsZero() {
		query += " AND r.at < " + bind(micros(which.Before))
	}
	for _, word := range which.Slugs() {
		query += " AND s.slug LIKE " + bind("%"+word+"%") // a slug has no character that LIKE would read as anything else
	}
	query += " ORDER BY " + order + " LIMIT " + bind(which.Limit) + summariesSQL + " ORDER BY " + order
	all, err := collect[news.Summary](db.engine.read().QueryContext(ctx, query, args...))(func(rows *sql.Rows) (s news.Summary, err error) {
		var text string
		var at int64
		var due sql.NullInt64
		if err := rows.Scan(&s.ID, &s.Slug, &s.State, &due, &s.Live, &s.Last, &text, &s.By, &at, &s.Person, &s.Missed); err != nil {
			return s, err
		}
		if due.Valid {
			s.Due = moment(due.Int64)
		}
		var content news.Content
		err = json.Unmarshal([]byte(text), &content)
		s.Headline, s.Section, s.At = content.Headline, content.Section, moment(at)
		return s, err
	})
	return all, db.fail(err, "list the stories")
}
