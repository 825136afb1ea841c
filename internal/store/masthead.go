package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"reflect"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// PutMasthead implements [news.Store].
func (db *DB) PutMasthead(ctx context.Context, r news.MastheadRevision) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		last, err := lastMasthead(ctx, c)
		if err == nil && last.N == r.N-1 {
			isNew, err := appendMasthead(ctx, c, r)
			if err != nil || isNew {
				return err
			}
			last.N = r.N // another came before
		}
		if err != nil {
			return err
		}
		return fault.Because(fault.Conflict, "the settings are at revision %d now, not at %d: somebody set them meanwhile; look at them, "+
			"and set yours again", last.N, r.N-1)
	})
	return db.fail(err, "set revision %d of the masthead", r.N)
}

// appendMasthead adds a revision, unless one of its number is there. The insertion itself asks: of two that append at once
// the later waits here for the other.
func appendMasthead(ctx context.Context, c *sql.Conn, r news.MastheadRevision) (isNew bool, err error) {
	r.Masthead.Sections, r.Masthead.Strip = none(r.Masthead.Sections), none(r.Masthead.Strip)
	content, err := json.Marshal(r.Masthead)
	if err != nil {
		return false, err
	}
	done, err := c.ExecContext(ctx, "INSERT INTO masthead (n, content, by, reason, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (n) DO NOTHING",
		r.N, string(content), r.By, r.Reason, micros(r.At))
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// addMastheads adds the revisions that an edition carries, or finds that the same are there already.
func addMastheads(ctx context.Context, c *sql.Conn, list []news.MastheadRevision) error {
	for _, r := range list {
		isNew, err := appendMasthead(ctx, c, r)
		if err != nil {
			return err
		}
		if isNew {
			continue
		}
		there, err := scanMasthead(c.QueryRowContext(ctx, "SELECT "+mastheadColumns+" WHERE n = $1", r.N))
		if err != nil {
			return err
		}
		if !sameMasthead(there, r) {
			return fault.Because(fault.Conflict, "the paper's settings, revision %d, are not those of the edition: leave those out with "+
				"courant import edition --keep-settings", r.N)
		}
	}
	return nil
}

// sameMasthead compares two revisions in what they say; see [same].
func sameMasthead(a, b news.MastheadRevision) bool {
	for _, r := range []*news.MastheadRevision{&a, &b} {
		r.At, r.Masthead.Sections, r.Masthead.Strip = kept(r.At), none(r.Masthead.Sections), none(r.Masthead.Strip)
	}
	return reflect.DeepEqual(a, b)
}

// Mastheads implements [news.Store].
func (db *DB) Mastheads(ctx context.Context) ([]news.MastheadRevision, error) {
	all, err := mastheads(ctx, db.engine.read())
	return all, db.fail(err, "read the mastheads")
}

// Masthead implements [news.Reader].
func (db *DB) Masthead(ctx context.Context) (news.Masthead, error) {
	last, err := lastMasthead(ctx, db.engine.read())
	return last.Masthead, db.fail(err, "read the masthead")
}

const mastheadColumns = "n, content, by, reason, at FROM masthead"

func mastheads(ctx context.Context, q querier) ([]news.MastheadRevision, error) {
	return collect[news.MastheadRevision](q.QueryContext(ctx, "SELECT "+mastheadColumns+" ORDER BY n"))(
		func(rows *sql.Rows) (news.MastheadRevision, error) { return scanMasthead(rows) })
}

// lastMasthead is the last revision; N is 0 where there is none.
func lastMasthead(ctx context.Context, q querier) (news.MastheadRevision, error) {
	r, err := scanMasthead(q.QueryRowContext(ctx, "SELECT "+mastheadColumns+" ORDER BY n DESC LIMIT 1"))
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return r, err
}

func scanMasthead(row interface{ Scan(...any) error }) (r news.MastheadRevision, err error) {
	var content string
	var at int64
	if err := row.Scan(&r.N, &content, &r.By, &r.Reason, &at); err != nil {
		return r, err
	}
	r.At = moment(at)
	return r, json.Unmarshal([]byte(content), &r.Masthead)
}
