package store

import (
	"context"
	"database/sql"
	"errors"
	"reflect"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// AddEdition implements [news.Store].
func (db *DB) AddEdition(ctx context.Context, e news.Edition, progress func(done, of int)) (observations, stories int, err error) {
	of := len(e.Observations) + len(e.Stories)
	report := func(done int) {
		if progress != nil {
			progress(done, of)
		}
	}
	b, err := newBatch(e.Observations, report)
	if err != nil {
		return 0, 0, db.fail(err, "add an edition")
	}
	err = db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		observations, stories = 0, 0 // a job may be run again
		if err := putSources(ctx, c, e.Sources); err != nil {
			return err
		}
		added, err := db.engine.insert(ctx, c, b)
		if err != nil {
			return err
		}
		observations = added
		for i, m := range e.Stories {
			isNew, err := addManuscript(ctx, c, m)
			if err != nil {
				return err
			}
			stories += number(isNew)
			report(len(e.Observations) + i + 1)
		}
		return nil
	})
	if err != nil {
		return 0, 0, db.fail(err, "add an edition of %d observations and %d stories", len(e.Observations), len(e.Stories))
	}
	return observations, stories, nil
}

// addManuscript adds a story as it is, or finds that the same is there already.
func addManuscript(ctx context.Context, c *sql.Conn, m news.Manuscript) (isNew bool, err error) {
	there, err := manuscript(ctx, c, m.ID)
	if err == nil {
		if !same(there, m) {
			return false, fault.Because(fault.Conflict, "the story %q is there already, with another content", m.Slug)
		}
		return false, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	if err := makeStory(ctx, c, m); err != nil {
		return false, err
	}
	for _, r := range m.Revisions {
		_, published := m.Pins[r.N]
		if err := putRevision(ctx, c, r, published || r.N == m.Live); err != nil {
			return false, err
		}
		if err := putPins(ctx, c, m.ID, r.N, m.Pins[r.N]); err != nil {
			return false, err
		}
	}
	if m.State != news.Published {
		return true, nil
	}
	_, err = c.ExecContext(ctx, "UPDATE story SET state = $1, section = $2, published = $3, updated = $4, live = $5 WHERE id = $6",
		string(m.State), string(m.Revisions[m.Live-1].Content.Section), micros(m.Published), micros(m.Updated), m.Live, string(m.ID))
	return true, err
}

// same compares two manuscripts in what they say: an empty list of pins is no list of pins.
func same(a, b news.Manuscript) bool {
	full := func(pins map[int][]news.Pin) map[int][]news.Pin {
		out := map[int][]news.Pin{}
		for n, p := range pins {
			if len(p) > 0 {
				out[n] = p
			}
		}
		return out
	}
	pinsA, pinsB := full(a.Pins), full(b.Pins)
	a.Pins, b.Pins = nil, nil
	if !reflect.DeepEqual(a, b) || len(pinsA) != len(pinsB) {
		return false
	}
	for n, pins := range pinsA {
		if len(pins) != len(pinsB[n]) {
			return false
		}
		for i, p := range pins {
			q := pinsB[n][i]
			if p.Value.String() != q.Value.String() { // as printed: 1.0 is not 1.00
				return false
			}
			p.Value = q.Value
			if !reflect.DeepEqual(p, q) {
				return false
			}
		}
	}
	return true
}

// Edition returns all that the store holds, for an archive.
func (db *DB) Edition(ctx context.Context) (news.Edition, error) {
	var e news.Edition
	var err error
	if e.Sources, err = db.Sources(ctx); err != nil {
		return e, err
	}
	if e.Observations, err = db.observations(ctx, "SELECT "+observationColumns+" FROM observation"); err != nil {
		return e, db.fail(err, "read all observations")
	}
	e.Stories, err = db.Manuscripts(ctx)
	return e, err
}
