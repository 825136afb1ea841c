package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// Take implements [news.Store].
func (db *DB) Take(ctx context.Context, s news.Step, pins []news.Pin) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		if err := take(ctx, c, s, pins); err != nil {
			return err
		}
		if s.To != news.Published && s.To != news.Withdrawn {
			return nil // readers see what they saw
		}
		return index(ctx, db.engine, c, s.Story)
	})
	return db.fail(err, "take step %d of %s", s.N, s.Story)
}

// Reprint implements [news.Store].
func (db *DB) Reprint(ctx context.Context, r news.Revision, s news.Step, pins []news.Pin) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		if err := follow(ctx, c, r); err != nil {
			return err
		}
		if err := putRevision(ctx, c, r, false); err != nil {
			return err
		}
		if err := take(ctx, c, s, pins); err != nil {
			return err
		}
		return index(ctx, db.engine, c, s.Story)
	})
	return db.fail(err, "reprint %s as revision %d", r.Story, r.N)
}

func take(ctx context.Context, c *sql.Conn, s news.Step, pins []news.Pin) error {
	if err := lockStory(ctx, c, s.Story); err != nil {
		return err
	}
	if err := follows(ctx, c, s); err != nil {
		return err
	}
	if err := putStep(ctx, c, s); err != nil {
		return err
	}
	switch {
	case s.Slug != "":
		return rename(ctx, c, s)
	case s.To == news.Published:
		return publish(ctx, c, s, pins)
	case s.To == news.Withdrawn:
		_, err := c.ExecContext(ctx, "UPDATE story SET state = 'withdrawn', stage = $1, due = NULL, live = 0 WHERE id = $2", string(s.To), string(s.Story))
		return err
	}
	_, err := c.ExecContext(ctx, "UPDATE story SET stage = $1, due = $2 WHERE id = $3", string(s.To), orNull(s.Due), string(s.Story))
	return err
}

// lockStory keeps others from changing a story until the end of the transaction. The update that changes nothing takes
// the row's lock where an engine has such.
func lockStory(ctx context.Context, c *sql.Conn, id news.StoryID) error {
	result, err := c.ExecContext(ctx, "UPDATE story SET live = live WHERE id = $1", string(id))
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, fault.Because(fault.NotFound, "there is no story %.64q", id))
	}
	return nil
}

// follows makes sure that a step is the next one, and speaks of the last revision.
func follows(ctx context.Context, c *sql.Conn, s news.Step) error {
	var step, revision int
	err := c.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM step WHERE story = $1), (SELECT coalesce(max(n), 0) FROM revision WHERE story = $1)",
		string(s.Story)).Scan(&step, &revision)
	switch {
	case err != nil:
		return err
	case revision < s.Revision:
		return fault.Because(fault.NotFound, "the story %s has no revision %d", s.Story, s.Revision)
	case revision != s.Revision:
		return fault.Because(fault.Conflict, "somebody saved revision %d meanwhile: read that first", revision)
	case step != s.N-1:
		return fault.Because(fault.Conflict, "somebody moved or renamed the story meanwhile: load it again")
	}
	return nil
}

func putStep(ctx context.Context, c *sql.Conn, s news.Step) error {
	figures, err := json.Marshal(s.Notice.Figures)
	if err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, `INSERT INTO step (story, n, was, became, revision, by, person, reason, at, due, kind, text, figures, slug)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`, string(s.Story), s.N, string(s.From), string(s.To), s.Revision,
		s.By, s.Person, s.Reason, micros(s.At), orNull(s.Due), string(s.Notice.Kind), s.Notice.Text, string(figures), string(s.Slug))
	return err
}

// publish makes a step's revision the one that readers see. One that was published before is fault.Conflict: its pins
// never change.
func publish(ctx context.Context, c *sql.Conn, s news.Step, pins []news.Pin) error {
	result, err := c.ExecContext(ctx, "UPDATE revision SET published = 1 WHERE story = $1 AND n = $2 AND published = 0", string(s.Story), s.Revision)
	if err != nil {
		return err
	}
	if marked, err := result.RowsAffected(); err != nil || marked == 0 {
		return errors.Join(err, fault.Because(fault.Conflict,
			"revision %d of the story was published before: save a new one to change it", s.Revision))
	}
	var text string
	if err := c.QueryRowContext(ctx, "SELECT content FROM revision WHERE story = $1 AND n = $2", string(s.Story), s.Revision).Scan(&text); err != nil {
		return err
	}
	var content news.Content
	if err := json.Unmarshal([]byte(text), &content); err != nil {
		return err
	}
	if err := putPins(ctx, c, s.Story, s.Revision, pins); err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, `UPDATE story SET state = 'published', stage = $1, due = NULL, section = $2, published = coalesce(published, $3),
		updated = $3, live = $4 WHERE id = $5`, string(s.To), string(content.Section), micros(s.At), s.Revision, string(s.Story))
	if err != nil {
		return err
	}
	return putShown(ctx, c, s.Story, content)
}

// putShown makes the topics, the pictures and the by-lines by which a published story is found those of its live revision.
func putShown(ctx context.Context, c *sql.Conn, id news.StoryID, content news.Content) error {
	for _, old := range []string{"DELETE FROM topic WHERE story = $1", "DELETE FROM illustration WHERE story = $1", "DELETE FROM byline WHERE story = $1"} {
		if _, err := c.ExecContext(ctx, old, string(id)); err != nil {
			return err
		}
	}
	for _, t := range content.Topics {
		if _, err := c.ExecContext(ctx, "INSERT INTO topic (topic, story, published) SELECT $1, id, published FROM story WHERE id = $2 ON CONFLICT DO NOTHING", string(t), string(id)); err != nil {
			return err
		}
	}
	for _, i := range content.Images {
		if _, err := c.ExecContext(ctx, "INSERT INTO illustration (media, story) VALUES ($1, $2) ON CONFLICT DO NOTHING", i.Media, string(id)); err != nil {
			return err
		}
	}
	for _, name := range content.Bylines {
		if _, err := c.ExecContext(ctx, "INSERT INTO byline (name, story, published) SELECT $1, id, published FROM story WHERE id = $2 ON CONFLICT DO NOTHING", name, string(id)); err != nil {
			return err
		}
	}
	return nil
}

// rename takes the name in the order in which makeStory does, so that two who want one never wait for each other.
func rename(ctx context.Context, c *sql.Conn, s news.Step) error {
	var others int
	err := c.QueryRowContext(ctx, "SELECT count(*) FROM slug WHERE slug = $1 AND story <> $2", string(s.Slug), string(s.Story)).Scan(&others)
	if err != nil {
		return err
	}
	if others > 0 {
		return taken(s.Slug)
	}
	if _, err := c.ExecContext(ctx, "UPDATE story SET slug = $1 WHERE id = $2", string(s.Slug), string(s.Story)); err != nil {
		return err
	}
	return claim(ctx, c, s.Slug, s.Story)
}

// taken is the error of a name that is another story's.
func taken(slug news.Slug) error {
	return fault.Because(fault.Conflict, "another story bears the name %q, or did: choose another", slug)
}

// claim takes a name for a story, for good. One that another story bears or bore is fault.Conflict; the insertion itself
// asks, so that of two that want it at once the later waits for the other.
func claim(ctx context.Context, c *sql.Conn, slug news.Slug, id news.StoryID) error {
	if _, err := c.ExecContext(ctx, "INSERT INTO slug (slug, story) VALUES ($1, $2) ON CONFLICT (slug) DO NOTHING", string(slug), string(id)); err != nil {
		return err
	}
	var owner string
	if err := c.QueryRowContext(ctx, "SELECT story FROM slug WHERE slug = $1", string(slug)).Scan(&owner); err != nil {
		return err
	}
	if owner != string(id) {
		return taken(slug)
	}
	return nil
}

// DueStories implements [news.Store].
func (db *DB) DueStories(ctx context.Context) ([]news.Due, error) {
	due, err := collect[news.Due](db.engine.read().QueryContext(ctx, "SELECT id, due FROM story WHERE due IS NOT NULL ORDER BY due, id"))(
		func(rows *sql.Rows) (d news.Due, err error) {
			var at int64
			err = rows.Scan(&d.Story, &at)
			d.At = moment(at)
			return d, err
		})
	return due, db.fail(err, "read what is due")
}

// steps reads a story's record.
func steps(ctx context.Context, q querier, id news.StoryID) ([]news.Step, error) {
	return collect[news.Step](q.QueryContext(ctx, `SELECT n, was, became, revision, by, person, reason, at, due, kind, text, figures, slug
		FROM step WHERE story = $1 ORDER BY n`, string(id)))(
		func(rows *sql.Rows) (s news.Step, err error) {
			s.Story = id
			var at int64
			var due sql.NullInt64
			var figures string
			if err := rows.Scan(&s.N, &s.From, &s.To, &s.Revision, &s.By, &s.Person, &s.Reason, &at, &due, &s.Notice.Kind, &s.Notice.Text,
				&figures, &s.Slug); err != nil {
				return s, err
			}
			if s.At = moment(at); due.Valid {
				s.Due = moment(due.Int64)
			}
			return s, json.Unmarshal([]byte(figures), &s.Notice.Figures)
		})
}
