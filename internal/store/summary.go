package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/news"
)

// Summaries implements [news.SummaryStore].
func (db *DB) Summaries(ctx context.Context, which news.Listing) ([]news.Summary, error) {
	query := `SELECT s.id, s.slug, s.state, s.live, r.n, r.content, r.author, r.at, f.person
		FROM story s JOIN revision r ON r.story = s.id AND r.n = (SELECT max(n) FROM revision WHERE story = s.id)
		JOIN revision f ON f.story = s.id AND f.n = 1 WHERE 1 = 1`
	var args []any
	bind := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if len(which.States) > 0 {
		var bound []string
		for _, state := range which.States {
			bound = append(bound, bind(string(state)))
		}
		query += " AND s.state IN (" + strings.Join(bound, ", ") + ")"
	}
	if which.Person != "" {
		query += " AND f.person = " + bind(which.Person)
	}
	if !which.Before.IsZero() {
		query += " AND r.at < " + bind(micros(which.Before))
	}
	for _, word := range which.Slugs() {
		query += " AND s.slug LIKE " + bind("%"+word+"%") // a slug has no character that LIKE would read as anything else
	}
	query += " ORDER BY r.at DESC, s.id LIMIT " + bind(which.Limit)
	all, err := collect[news.Summary](db.engine.read().QueryContext(ctx, query, args...))(func(rows *sql.Rows) (s news.Summary, err error) {
		var text string
		var at int64
		if err := rows.Scan(&s.ID, &s.Slug, &s.State, &s.Live, &s.Last, &text, &s.By, &at, &s.Person); err != nil {
			return s, err
		}
		var content news.Content
		err = json.Unmarshal([]byte(text), &content)
		s.Headline, s.Section, s.At = content.Headline, content.Section, moment(at)
		return s, err
	})
	return all, db.fail(err, "list the stories")
}
