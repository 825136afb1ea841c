package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// PutCopy implements [news.CopyStore].
func (db *DB) PutCopy(ctx context.Context, copy news.Copy) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		content, err := json.Marshal(copy.Content)
		if err != nil {
			return err
		}
		put := "UPDATE copy SET n = $3, based_on = $4, content = $5, at = $6 WHERE story = $1 AND person = $2 AND n = $3 - 1"
		if copy.N == 1 {
			put = "INSERT INTO copy (story, person, n, based_on, content, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (story, person) DO NOTHING"
		}
		done, err := c.ExecContext(ctx, put, string(copy.Story), copy.Person, copy.N, copy.BasedOn, string(content), micros(copy.At))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return fault.Because(fault.Conflict, "you went on writing this story in another window")
	})
	return db.fail(err, "keep a copy of %.64s", copy.Story)
}

const copyColumns = "SELECT story, person, n, based_on, content, at FROM copy "

// Copy implements [news.CopyStore].
func (db *DB) Copy(ctx context.Context, story news.StoryID, person string) (news.Copy, error) {
	all, err := collect[news.Copy](db.engine.read().QueryContext(ctx, copyColumns+"WHERE story = $1 AND person = $2", string(story), person))(copyOf)
	if err == nil && len(all) == 0 {
		err = fault.Because(fault.NotFound, "nothing of the story %.64s is being written", story)
	}
	if err != nil {
		return news.Copy{}, db.fail(err, "read a copy of %.64s", story)
	}
	return all[0], nil
}

// Copies implements [news.CopyStore].
func (db *DB) Copies(ctx context.Context, person string) ([]news.Copy, error) {
	all, err := collect[news.Copy](db.engine.read().QueryContext(ctx, copyColumns+"WHERE $1 = '' OR person = $1 ORDER BY at DESC, story, person", person))(copyOf)
	return all, db.fail(err, "read the copies of %.64s", person)
}

func copyOf(rows *sql.Rows) (c news.Copy, err error) {
	var content string
	var at int64
	if err := rows.Scan(&c.Story, &c.Person, &c.N, &c.BasedOn, &content, &at); err != nil {
		return c, err
	}
	c.At = moment(at)
	return c, json.Unmarshal([]byte(content), &c.Content)
}

// DropCopy implements [news.CopyStore].
func (db *DB) DropCopy(ctx context.Context, story news.StoryID, person string, n int) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, "DELETE FROM copy WHERE story = $1 AND person = $2 AND n = $3", string(story), person, n)
		return err
	})
	return db.fail(err, "drop a copy of %.64s", story)
}

// AddNote implements [news.NoteStore].
func (db *DB) AddNote(ctx context.Context, note news.Note) (news.Note, error) {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		// The update that changes nothing takes the story's row where an engine has such locks: of two notes at once one is the first.
		if _, err := c.ExecContext(ctx, "UPDATE story SET live = live WHERE id = $1", string(note.Story)); err != nil {
			return err
		}
		if err := c.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) + 1 FROM note WHERE story = $1", string(note.Story)).Scan(&note.N); err != nil {
			return err
		}
		_, err := c.ExecContext(ctx, "INSERT INTO note (story, n, revision, person, text, at, settler) VALUES ($1, $2, $3, $4, $5, $6, '')",
			string(note.Story), note.N, note.Revision, note.By, note.Text, micros(note.At))
		return err
	})
	return note, db.fail(err, "add a note to %.64s", note.Story)
}

// Notes implements [news.NoteStore].
func (db *DB) Notes(ctx context.Context, story news.StoryID) ([]news.Note, error) {
	all, err := collect[news.Note](db.engine.read().QueryContext(ctx,
		"SELECT n, revision, person, text, at, settled, settler FROM note WHERE story = $1 ORDER BY n", string(story)))(
		func(rows *sql.Rows) (note news.Note, err error) {
			var at int64
			var settled sql.NullInt64
			err = rows.Scan(&note.N, &note.Revision, &note.By, &note.Text, &at, &settled, &note.Settler)
			if note.Story, note.At = story, moment(at); settled.Valid {
				note.Settled = moment(settled.Int64)
			}
			return note, err
		})
	return all, db.fail(err, "read the notes of %.64s", story)
}

// SettleNote implements [news.NoteStore].
func (db *DB) SettleNote(ctx context.Context, story news.StoryID, n int, by string, at time.Time) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		done, err := c.ExecContext(ctx, "UPDATE note SET settled = $3, settler = $4 WHERE story = $1 AND n = $2 AND settled IS NULL", string(story), n, micros(at), by)
		if err != nil {
			return err
		}
		if rows, err := done.RowsAffected(); err != nil || rows == 1 {
			return err
		}
		var settler string
		err = c.QueryRowContext(ctx, "SELECT settler FROM note WHERE story = $1 AND n = $2", string(story), n).Scan(&settler)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.Because(fault.NotFound, "the story has no note %d", n)
		}
		if err != nil {
			return err
		}
		return fault.Because(fault.Conflict, "%s has settled the note already", settler)
	})
	return db.fail(err, "settle note %d of %.64s", n, story)
}
