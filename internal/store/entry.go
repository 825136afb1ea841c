package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// AppendEntry implements [news.Store].
func (db *DB) AppendEntry(ctx context.Context, id news.StoryID, e news.Entry) (n int, err error) {
	err = db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		if err := lockStory(ctx, c, id); err != nil {
			return err
		}
		var live int
		if err := c.QueryRowContext(ctx, "SELECT live, (SELECT count(*) FROM entry WHERE story = $1) FROM story WHERE id = $1", string(id)).Scan(&live, &n); err != nil {
			return err
		}
		if live == 0 {
			return fault.Because(fault.Conflict, "the story is published no more")
		}
		n++
		e.N = n
		if err := putEntry(ctx, c, id, e); err != nil {
			return err
		}
		return index(ctx, db.engine, c, id)
	})
	return n, db.fail(err, "add an entry to %s", id)
}

func putEntry(ctx context.Context, c *sql.Conn, id news.StoryID, e news.Entry) error {
	figures, err := json.Marshal(e.Notice.Figures)
	if err != nil {
		return err
	}
	pins, err := json.Marshal(e.Pins)
	if err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, `INSERT INTO entry (story, n, corrects, at, headline, body, author, person, kind, text, figures, pins)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, string(id), e.N, e.Corrects, micros(e.At), e.Headline, e.Body, e.Author,
		e.Person, string(e.Notice.Kind), e.Notice.Text, string(figures), string(pins))
	if err != nil {
		return err
	}
	for n, p := range e.Pins {
		for position, o := range p.From {
			if _, err := c.ExecContext(ctx, "INSERT INTO entry_pin (story, entry, n, position, symbol, observation) VALUES ($1, $2, $3, $4, $5, $6)",
				string(id), e.N, n, position, string(p.Symbol), string(o)); err != nil {
				return err
			}
		}
	}
	return nil
}

// entries reads those that a query finds, of the columns told.
func entries(ctx context.Context, q querier, query string, args ...any) ([]news.Entry, error) {
	return collect[news.Entry](q.QueryContext(ctx, query, args...))(func(rows *sql.Rows) (e news.Entry, err error) {
		var at int64
		var figures, pins string
		if err := rows.Scan(&e.N, &e.Corrects, &at, &e.Headline, &e.Body, &e.Author, &e.Person, &e.Notice.Kind, &e.Notice.Text, &figures, &pins); err != nil {
			return e, err
		}
		e.At = moment(at)
		if err := json.Unmarshal([]byte(figures), &e.Notice.Figures); err != nil {
			return e, err
		}
		return e, json.Unmarshal([]byte(pins), &e.Pins)
	})
}
