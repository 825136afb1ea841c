package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

var _ news.Store = (*DB)(nil)

// AddRevision implements [news.Store].
func (db *DB) AddRevision(ctx context.Context, r news.Revision, slug news.Slug) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		if r.N == 1 {
			isNew, err := makeStory(ctx, c, r.Story, slug)
			if err != nil {
				return err
			}
			if !isNew {
				return fault.Because(fault.Conflict, "the story %s is there already: save yours as its next revision", r.Story)
			}
		} else if err := follow(ctx, c, r); err != nil {
			return err
		}
		return putRevision(ctx, c, r, false)
	})
	return db.fail(err, "add revision %d of %s", r.N, r.Story)
}

// makeStory adds the row of a new story, or finds that there is one with this ID. A slug belongs to one story only.
func makeStory(ctx context.Context, c *sql.Conn, id news.StoryID, slug news.Slug) (isNew bool, err error) {
	// The insertion itself asks whether it is there: of two that make the same at once, the later waits here for the other.
	result, err := c.ExecContext(ctx, "INSERT INTO story (id, slug, state, stage, live) VALUES ($1, $2, 'draft', $3, 0) ON CONFLICT DO NOTHING",
		string(id), string(slug), string(news.Draft))
	if err != nil {
		return false, err
	}
	if n, err := result.RowsAffected(); err != nil {
		return false, err
	} else if n == 1 {
		return true, claim(ctx, c, slug, id)
	}
	var there int
	if err := c.QueryRowContext(ctx, "SELECT count(*) FROM story WHERE id = $1", string(id)).Scan(&there); err != nil || there == 1 {
		return false, err
	}
	return false, taken(slug)
}

// follow makes sure that a revision follows the last one, keeps others from following it too, and moves the story to the
// state in which it is then.
func follow(ctx context.Context, c *sql.Conn, r news.Revision) error {
	if err := lockStory(ctx, c, r.Story); err != nil {
		return err
	}
	var last int
	var author, stage string
	err := c.QueryRowContext(ctx, `SELECT r.n, r.author, s.stage FROM story s JOIN revision r ON r.story = s.id WHERE s.id = $1
		ORDER BY r.n DESC LIMIT 1`, string(r.Story)).Scan(&last, &author, &stage)
	if err != nil {
		return err
	}
	if last != r.N-1 {
		return fault.Because(fault.Conflict, "%s saved revision %d meanwhile; load it and save yours as revision %d", author, last, last+1)
	}
	next, err := news.State(stage).Revised()
	if err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, "UPDATE story SET stage = $1 WHERE id = $2", string(next), string(r.Story))
	return err
}

func putRevision(ctx context.Context, c *sql.Conn, r news.Revision, published bool) error {
	content, err := json.Marshal(r.Content)
	if err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, `INSERT INTO revision (story, n, content, author, person, reason, at, published)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, string(r.Story), r.N, string(content), r.Author, r.Person, r.Reason, micros(r.At), number(published))
	return err
}

// number is a truth as both engines keep it.
func number(truth bool) int {
	if truth {
		return 1
	}
	return 0
}

func putPins(ctx context.Context, c *sql.Conn, id news.StoryID, revision int, pins []news.Pin) error {
	for n, p := range pins {
		if _, err := c.ExecContext(ctx, `INSERT INTO pin (story, revision, n, expression, symbol, field, value, at, seen, source, how)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, string(id), revision, n, p.Expression, string(p.Symbol), string(p.Field),
			p.Value.String(), micros(p.At), micros(p.Seen), string(p.Source), string(p.How)); err != nil {
			return err
		}
		for position, o := range p.From {
			if _, err := c.ExecContext(ctx, "INSERT INTO pin_observation (story, revision, n, position, observation) VALUES ($1, $2, $3, $4, $5)",
				string(id), revision, n, position, string(o)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Manuscript implements [news.Store].
func (db *DB) Manuscript(ctx context.Context, id news.StoryID) (news.Manuscript, error) {
	var m news.Manuscript
	err := db.snapshot(ctx, func(q querier) (err error) {
		m, err = manuscript(ctx, q, id)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Because(fault.NotFound, "there is no story %.64q", id)
	}
	return m, db.fail(err, "read the story %.64q", id)
}

// Story implements [news.Store].
func (db *DB) Story(ctx context.Context, slug news.Slug) (news.StoryID, error) {
	var id news.StoryID
	err := db.snapshot(ctx, func(q querier) error {
		return q.QueryRowContext(ctx, "SELECT story FROM slug WHERE slug = $1", string(slug)).Scan(&id)
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Because(fault.NotFound, "there is no story %.120q", slug)
	}
	return id, db.fail(err, "find the story %.120q", slug)
}

// Uses implements [news.Store]. It reads every revision, for pictures are seldom dropped.
func (db *DB) Uses(ctx context.Context, media string) (bool, error) {
	var n int
	name, err := json.Marshal(media)
	if err == nil {
		err = db.engine.read().QueryRowContext(ctx, `SELECT (SELECT count(*) FROM revision WHERE content LIKE $1)
			+ (SELECT count(*) FROM dossier_revision WHERE content LIKE $1)`, `%"Media":`+string(name)+`%`).Scan(&n)
	}
	return n > 0, db.fail(err, "find the revisions that show the picture %.40s", media)
}

// Manuscripts implements [news.Store].
func (db *DB) Manuscripts(ctx context.Context) ([]news.Manuscript, error) {
	var all []news.Manuscript
	err := db.snapshot(ctx, func(q querier) (err error) {
		all, err = manuscripts(ctx, q)
		return err
	})
	return all, db.fail(err, "read the stories")
}

func manuscripts(ctx context.Context, q querier) ([]news.Manuscript, error) {
	ids, err := collect[news.StoryID](q.QueryContext(ctx, "SELECT id FROM story ORDER BY id"))(
		func(rows *sql.Rows) (id news.StoryID, err error) { return id, rows.Scan(&id) })
	if err != nil {
		return nil, err
	}
	all := make([]news.Manuscript, len(ids))
	for i, id := range ids {
		if all[i], err = manuscript(ctx, q, id); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func manuscript(ctx context.Context, q querier, id news.StoryID) (news.Manuscript, error) {
	m := news.Manuscript{ID: id}
	var published, updated sql.NullInt64
	err := q.QueryRowContext(ctx, "SELECT slug, stage, published, updated, live FROM story WHERE id = $1", string(id)).
		Scan(&m.Slug, &m.State, &published, &updated, &m.Live)
	if err != nil {
		return m, err
	}
	if published.Valid {
		m.Published, m.Updated = moment(published.Int64), moment(updated.Int64)
	}
	m.Former, err = collect[news.Slug](q.QueryContext(ctx, "SELECT slug FROM slug WHERE story = $1 AND slug <> $2 ORDER BY slug", string(id), string(m.Slug)))(
		func(rows *sql.Rows) (s news.Slug, err error) { return s, rows.Scan(&s) })
	if err != nil {
		return m, err
	}
	if m.Steps, err = steps(ctx, q, id); err != nil {
		return m, err
	}
	m.Entries, err = entries(ctx, q, `SELECT n, corrects, at, headline, body, author, person, kind, text, figures, pins
		FROM entry WHERE story = $1 ORDER BY n`, string(id))
	if err != nil {
		return m, err
	}
	if m.Dismissed, err = dismissals(ctx, q, id); err != nil {
		return m, err
	}
	var public []int
	m.Revisions, err = collect[news.Revision](q.QueryContext(ctx,
		"SELECT n, content, author, person, reason, at, published FROM revision WHERE story = $1 ORDER BY n", string(id)))(
		func(rows *sql.Rows) (r news.Revision, err error) {
			r.Story = id
			var content string
			var at int64
			var wasPublished int
			if err := rows.Scan(&r.N, &content, &r.Author, &r.Person, &r.Reason, &at, &wasPublished); err != nil {
				return r, err
			}
			if wasPublished != 0 {
				public = append(public, r.N)
			}
			r.At = moment(at)
			return r, json.Unmarshal([]byte(content), &r.Content)
		})
	if err != nil {
		return m, err
	}
	for _, n := range public {
		pins, err := pinsOf(q.QueryContext(ctx, `SELECT p.n, p.expression, p.symbol, p.field, p.value, p.at, p.seen, p.source, p.how, o.observation
			FROM pin p LEFT JOIN pin_observation o ON o.story = p.story AND o.revision = p.revision AND o.n = p.n
			WHERE p.story = $1 AND p.revision = $2 ORDER BY p.n, o.position`, string(id), n))
		if err != nil {
			return m, err
		}
		if m.Pins == nil {
			m.Pins = map[int][]news.Pin{}
		}
		m.Pins[n] = pins
	}
	return m, nil
}

// pinsOf gathers pins from rows of which each bears one of the observations of a pin, in order.
func pinsOf(rows *sql.Rows, err error) ([]news.Pin, error) {
	var pins []news.Pin
	_, err = collect[int](rows, err)(func(rows *sql.Rows) (n int, err error) {
		var p news.Pin
		var at, seen int64
		var from sql.NullString
		if err := rows.Scan(&n, &p.Expression, &p.Symbol, &p.Field, &p.Value, &at, &seen, &p.Source, &p.How, &from); err != nil {
			return n, err
		}
		if n == len(pins) {
			p.At, p.Seen = moment(at), moment(seen)
			pins = append(pins, p)
		}
		if n != len(pins)-1 {
			return n, fmt.Errorf("pin %d stands where pin %d belongs", n, len(pins)-1)
		}
		if from.Valid {
			pins[n].From = append(pins[n].From, market.ID(from.String))
		}
		return n, nil
	})
	return pins, err
}
