package store

import (
	"context"
	"database/sql"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// shakenSQL begins with what readers see, and goes from each observation below it to the newer ones by the index of
// their series: some three descents for each pin, however many observations there are.
const shakenSQL = `
WITH shown (story, revision, entry, n, observation, published) AS (
	SELECT s.id, p.revision, 0, p.n, p.observation, s.updated
	FROM story s JOIN pin_observation p ON p.story = s.id AND p.revision = s.live WHERE s.state = 'published'
	UNION ALL
	SELECT s.id, 0, p.entry, p.n, p.observation, e.at
	FROM story s JOIN entry e ON e.story = s.id JOIN entry_pin p ON p.story = e.story AND p.entry = e.n
	WHERE s.state = 'published' AND NOT EXISTS (SELECT 1 FROM entry l WHERE l.story = e.story AND l.n > e.n
		AND l.corrects = CASE e.corrects WHEN 0 THEN e.n ELSE e.corrects END)
), newer (story, revision, entry, n, was, became) AS (
	SELECT w.story, w.revision, w.entry, w.n, o.id, r.id
	FROM shown w JOIN observation o ON o.id = w.observation
		JOIN observation r ON r.symbol = o.symbol AND r.field = o.field AND r.source = o.source AND r.at = o.at AND r.seen > o.seen
	WHERE r.value <> o.value AND r.seen = (SELECT max(m.seen) FROM observation m
		WHERE m.symbol = o.symbol AND m.field = o.field AND m.source = o.source AND m.at = o.at)
	UNION
	SELECT w.story, w.revision, w.entry, w.n, o.id, r.id
	FROM shown w JOIN observation o ON o.id = w.observation
		JOIN held h ON h.symbol = o.symbol AND h.field = o.field AND h.source = o.source AND h.at > o.at AND h.at <= w.published
		JOIN observation r ON r.id = h.became
	WHERE r.seen > w.published
)
SELECT n.story, n.revision, n.entry, n.n, o.symbol, o.field, o.source, o.at, o.seen, o.value, o.ref, o.id,
	r.symbol, r.field, r.source, r.at, r.seen, r.value, r.ref, r.id
FROM newer n JOIN observation o ON o.id = n.was JOIN observation r ON r.id = n.became
WHERE NOT EXISTS (SELECT 1 FROM dismissal d WHERE d.story = n.story AND d.revision = n.revision AND d.entry = n.entry AND d.n = n.n
	AND d.observation = n.became)
ORDER BY n.story, n.revision, n.entry, n.n, r.seen DESC, o.id`

// factsSQL finds the pins of what readers see that rest on no observation, but on a fact of the tables.
const factsSQL = `
SELECT p.story, p.revision, p.n FROM story s JOIN pin p ON p.story = s.id AND p.revision = s.live
WHERE s.state = 'published'
	AND NOT EXISTS (SELECT 1 FROM pin_observation o WHERE o.story = p.story AND o.revision = p.revision AND o.n = p.n)
	AND NOT EXISTS (SELECT 1 FROM dismissal d WHERE d.story = p.story AND d.revision = p.revision AND d.entry = 0 AND d.n = p.n AND d.observation = '')
ORDER BY p.story, p.n`

// Shaken implements [news.Store].
func (db *DB) Shaken(ctx context.Context) ([]news.Shaken, error) {
	var all []news.Shaken
	err := db.snapshot(ctx, func(q querier) error {
		revised, err := collect[news.Shaken](q.QueryContext(ctx, shakenSQL))(scanShaken)
		if err != nil {
			return err
		}
		facts, err := collect[news.Shaken](q.QueryContext(ctx, factsSQL))(func(rows *sql.Rows) (s news.Shaken, err error) {
			return s, rows.Scan(&s.Story, &s.Revision, &s.Pin)
		})
		all = append(revised, facts...)
		return err
	})
	return all, db.fail(err, "find the figures that were revised")
}

func scanShaken(rows *sql.Rows) (s news.Shaken, err error) {
	var at, seen [2]int64
	was, is := &s.Was, &s.Is
	err = rows.Scan(&s.Story, &s.Revision, &s.Entry, &s.Pin,
		&was.Symbol, &was.Field, &was.Source, &at[0], &seen[0], &was.Value, &was.Ref, &was.ID,
		&is.Symbol, &is.Field, &is.Source, &at[1], &seen[1], &is.Value, &is.Ref, &is.ID)
	for i, o := range []*market.Observation{was, is} {
		o.At, o.Seen = moment(at[i]), moment(seen[i])
	}
	return s, err
}

// Dismiss implements [news.Store].
func (db *DB) Dismiss(ctx context.Context, all []news.Dismissal) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		first := len(all) == 0
		for _, d := range all {
			isNew, err := putDismissal(ctx, c, d)
			if err != nil {
				return err
			}
			first = first || isNew
		}
		if !first {
			return fault.Because(fault.Conflict, "somebody decided already that this figure stays: their reason is on record, and yours is not")
		}
		return nil
	})
	return db.fail(err, "dismiss %d values", len(all))
}

// putDismissal says whether it was the first for its place and observation, which stands.
func putDismissal(ctx context.Context, c *sql.Conn, d news.Dismissal) (isNew bool, err error) {
	put, err := c.ExecContext(ctx, `INSERT INTO dismissal (story, revision, entry, n, observation, by, person, reason, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`, string(d.Story), d.Revision, d.Entry, d.Pin,
		string(d.Observation), d.By, d.Person, d.Reason, micros(d.At))
	if err != nil {
		return false, err
	}
	n, err := put.RowsAffected()
	return n > 0, err
}

// dismissals reads those of a story's figures.
func dismissals(ctx context.Context, q querier, id news.StoryID) ([]news.Dismissal, error) {
	return collect[news.Dismissal](q.QueryContext(ctx, `SELECT revision, entry, n, observation, by, person, reason, at
		FROM dismissal WHERE story = $1 ORDER BY revision, entry, n, observation`, string(id)))(
		func(rows *sql.Rows) (d news.Dismissal, err error) {
			d.Story = id
			var at int64
			err = rows.Scan(&d.Revision, &d.Entry, &d.Pin, &d.Observation, &d.By, &d.Person, &d.Reason, &at)
			d.At = moment(at)
			return d, err
		})
}
