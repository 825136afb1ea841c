package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// AddDossierRevision implements [news.DossierStore].
func (db *DB) AddDossierRevision(ctx context.Context, r news.DossierRevision) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error { return putDossierRevision(ctx, c, r) })
	return db.fail(err, "add revision %d of the dossier %s", r.N, r.Dossier)
}

// putDossierRevision adds the next revision. The insertion itself asks whether somebody was faster: of two that add the same
// at once, the later waits here for the other.
func putDossierRevision(ctx context.Context, c *sql.Conn, r news.DossierRevision) error {
	content, err := json.Marshal(r.Subject)
	if err != nil {
		return err
	}
	done, err := c.ExecContext(ctx, `INSERT INTO dossier_revision (dossier, n, content, author, person, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT DO NOTHING`, string(r.Dossier), r.N, string(content), r.Author, r.Person, r.Reason, micros(r.At))
	if err != nil {
		return err
	}
	if isNext, err := isNext(ctx, c, done, "dossier_revision", r.Dossier, r.N); err != nil || isNext {
		return err
	}
	if r.N == 1 {
		return fault.Because(fault.Conflict, "there is a dossier %q already: save yours as its next revision, or under another name", r.Dossier)
	}
	return fault.Because(fault.Conflict, "somebody saved the dossier %q meanwhile: load it again, and save yours as its next revision", r.Dossier)
}

// isNext says whether a row was put, and right behind the last.
func isNext(ctx context.Context, c *sql.Conn, done sql.Result, table string, slug news.Slug, n int) (bool, error) {
	put, err := done.RowsAffected()
	if err != nil || put == 0 {
		return false, err
	}
	var there int
	err = c.QueryRowContext(ctx, "SELECT count(*) FROM "+table+" WHERE dossier = $1 AND n <= $2", string(slug), n).Scan(&there)
	return there == n, err
}

// TakeDossier implements [news.DossierStore].
func (db *DB) TakeDossier(ctx context.Context, s news.DossierStep) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		var last int
		if err := c.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) FROM dossier_revision WHERE dossier = $1", string(s.Dossier)).Scan(&last); err != nil {
			return err
		}
		switch {
		case last == 0:
			return noDossier(s.Dossier)
		case s.Revision > 0 && s.Revision != last:
			return fault.Because(fault.Conflict, "somebody saved revision %d of the dossier %q meanwhile: read that first", last, s.Dossier)
		}
		return putDossierStep(ctx, c, s)
	})
	return db.fail(err, "take step %d of the dossier %s", s.N, s.Dossier)
}

// ReprintDossier implements [news.DossierStore].
func (db *DB) ReprintDossier(ctx context.Context, r news.DossierRevision, s news.DossierStep) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		if err := putDossierRevision(ctx, c, r); err != nil {
			return err
		}
		return putDossierStep(ctx, c, s)
	})
	return db.fail(err, "reprint the dossier %s as revision %d", r.Dossier, r.N)
}

func putDossierStep(ctx context.Context, c *sql.Conn, s news.DossierStep) error {
	figures, err := json.Marshal(s.Notice.Figures)
	if err != nil {
		return err
	}
	pins, err := json.Marshal(s.Pins)
	if err != nil {
		return err
	}
	done, err := c.ExecContext(ctx, `INSERT INTO dossier_step (dossier, n, revision, by, person, reason, at, kind, text, figures, pins)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`, string(s.Dossier), s.N, s.Revision, s.By, s.Person, s.Reason,
		micros(s.At), string(s.Notice.Kind), s.Notice.Text, string(figures), string(pins))
	if err != nil {
		return err
	}
	if isNext, err := isNext(ctx, c, done, "dossier_step", s.Dossier, s.N); err != nil || isNext {
		return err
	}
	return fault.Because(fault.Conflict, "somebody published or withdrew the dossier %q meanwhile: load it again", s.Dossier)
}

// DossierRecord implements [news.DossierStore].
func (db *DB) DossierRecord(ctx context.Context, slug news.Slug) (news.DossierRecord, error) {
	var r news.DossierRecord
	err := db.snapshot(ctx, func(q querier) (err error) {
		r, err = dossierRecord(ctx, q, slug)
		return err
	})
	if err == nil && len(r.Revisions) == 0 {
		err = noDossier(slug)
	}
	return r, db.fail(err, "read the dossier %.120q", slug)
}

func noDossier(slug news.Slug) error {
	return fault.Because(fault.NotFound, "there is no dossier %.120q", slug)
}

// DossierRecords implements [news.DossierStore].
func (db *DB) DossierRecords(ctx context.Context) ([]news.DossierRecord, error) {
	var all []news.DossierRecord
	err := db.snapshot(ctx, func(q querier) (err error) {
		all, err = dossierRecords(ctx, q)
		return err
	})
	return all, db.fail(err, "read the dossiers")
}

func dossierRecords(ctx context.Context, q querier) ([]news.DossierRecord, error) {
	slugs, err := collect[news.Slug](q.QueryContext(ctx, "SELECT DISTINCT dossier FROM dossier_revision ORDER BY dossier"))(
		func(rows *sql.Rows) (s news.Slug, err error) { return s, rows.Scan(&s) })
	if err != nil {
		return nil, err
	}
	var all []news.DossierRecord
	for _, slug := range slugs {
		r, err := dossierRecord(ctx, q, slug)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

func dossierRecord(ctx context.Context, q querier, slug news.Slug) (r news.DossierRecord, err error) {
	r.Slug = slug
	r.Revisions, err = collect[news.DossierRevision](q.QueryContext(ctx,
		"SELECT n, content, author, person, reason, at FROM dossier_revision WHERE dossier = $1 ORDER BY n", string(slug)))(
		func(rows *sql.Rows) (one news.DossierRevision, err error) {
			one.Dossier = slug
			var content string
			var at int64
			if err := rows.Scan(&one.N, &content, &one.Author, &one.Person, &one.Reason, &at); err != nil {
				return one, err
			}
			one.At = moment(at)
			return one, json.Unmarshal([]byte(content), &one.Subject)
		})
	if err != nil {
		return r, err
	}
	r.Steps, err = collect[news.DossierStep](q.QueryContext(ctx,
		"SELECT n, revision, by, person, reason, at, kind, text, figures, pins FROM dossier_step WHERE dossier = $1 ORDER BY n", string(slug)))(
		func(rows *sql.Rows) (s news.DossierStep, err error) {
			s.Dossier = slug
			var figures, pins string
			var at int64
			if err := rows.Scan(&s.N, &s.Revision, &s.By, &s.Person, &s.Reason, &at, &s.Notice.Kind, &s.Notice.Text, &figures, &pins); err != nil {
				return s, err
			}
			s.At = moment(at)
			return s, errors.Join(json.Unmarshal([]byte(figures), &s.Notice.Figures), json.Unmarshal([]byte(pins), &s.Pins))
		})
	return r, err
}

// Dossier implements [news.DossierReader].
func (db *DB) Dossier(ctx context.Context, slug news.Slug) (news.Dossier, error) {
	found, err := db.dossiers(ctx, "SELECT dossier, revision, updated, pins, content FROM open_dossier WHERE dossier = $1", string(slug))
	if err == nil && len(found) == 0 {
		err = db.missingDossier(ctx, slug)
	}
	if err != nil {
		return news.Dossier{}, db.fail(err, "read the dossier %.120q", slug)
	}
	return found[0], nil
}

// missingDossier says why there is no dossier of a name: there never was one, or it was withdrawn.
func (db *DB) missingDossier(ctx context.Context, slug news.Slug) error {
	var at int64
	var text string
	err := db.engine.read().QueryRowContext(ctx, "SELECT at, text FROM dossier_withdrawal WHERE dossier = $1", string(slug)).Scan(&at, &text)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return noDossier(slug)
	case err != nil:
		return err
	}
	return fault.Because(fault.Gone, "%s", strings.TrimSpace("A dossier that stood here was withdrawn on "+moment(at).Format("2 January 2006")+". "+text))
}

// Dossiers implements [news.DossierReader].
func (db *DB) Dossiers(ctx context.Context) ([]news.Dossier, error) {
	all, err := db.dossiers(ctx, "SELECT dossier, revision, updated, pins, content FROM open_dossier ORDER BY updated DESC, dossier")
	return all, db.fail(err, "read the published dossiers")
}

// dossiers reads those that a query of the views finds, with what readers were told of them.
func (db *DB) dossiers(ctx context.Context, query string, args ...any) (found []news.Dossier, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		found, err = collect[news.Dossier](q.QueryContext(ctx, query, args...))(func(rows *sql.Rows) (d news.Dossier, err error) {
			var updated int64
			var pins, content string
			if err := rows.Scan(&d.Slug, &d.Revision, &updated, &pins, &content); err != nil {
				return d, err
			}
			d.Updated = moment(updated)
			return d, errors.Join(json.Unmarshal([]byte(pins), &d.Pins), json.Unmarshal([]byte(content), &d.Subject))
		})
		for i := 0; i < len(found) && err == nil; i++ {
			err = notify(ctx, q, &found[i])
		}
		return err
	})
	return found, err
}

// notify adds when a dossier first was published, and the notices of it.
func notify(ctx context.Context, q querier, d *news.Dossier) error {
	_, err := collect[int](q.QueryContext(ctx, "SELECT revision, at, kind, text, figures FROM dossier_notice WHERE dossier = $1 ORDER BY n", string(d.Slug)))(
		func(rows *sql.Rows) (int, error) {
			var p news.Posted
			var at int64
			var figures string
			if err := rows.Scan(&p.Revision, &at, &p.Kind, &p.Text, &figures); err != nil {
				return 0, err
			}
			p.At = moment(at)
			if d.Published.IsZero() {
				d.Published = p.At
			}
			if err := json.Unmarshal([]byte(figures), &p.Figures); err != nil {
				return 0, err
			}
			if p.Kind != "" && p.Kind != news.Minor && p.Kind != news.Withdrawal {
				d.Notices = append(d.Notices, p)
			}
			return 0, nil
		})
	return err
}

// addDossiers adds the dossiers that an edition carries, or finds that the same are there already.
func addDossiers(ctx context.Context, c *sql.Conn, list []news.DossierRecord) error {
	for _, r := range list {
		there, err := dossierRecord(ctx, c, r.Slug)
		if err != nil {
			return err
		}
		if len(there.Revisions) > 0 {
			if !reflect.DeepEqual(saying(there), saying(r)) {
				return fault.Because(fault.Conflict, "the dossier %q is there already, with another content", r.Slug)
			}
			continue
		}
		for _, one := range r.Revisions {
			if err := putDossierRevision(ctx, c, one); err != nil {
				return err
			}
		}
		for _, s := range r.Steps {
			if err := putDossierStep(ctx, c, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// saying is a record in what it says: its times as the store keeps them, and no list where it is empty.
func saying(r news.DossierRecord) any {
	revisions, steps := make([]news.DossierRevision, len(r.Revisions)), make([]news.DossierStep, len(r.Steps))
	copy(revisions, r.Revisions)
	copy(steps, r.Steps)
	for i := range revisions {
		revisions[i].At = kept(revisions[i].At)
	}
	for i := range steps {
		steps[i].At = kept(steps[i].At)
	}
	var plain any
	text, err := json.Marshal(news.DossierRecord{Slug: r.Slug, Revisions: revisions, Steps: steps})
	if err == nil {
		err = json.Unmarshal(text, &plain)
	}
	if err != nil {
		return err // equal to no record
	}
	return pruned(plain)
}

// pruned takes out of what was JSON what is null or an empty list.
func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, one := range v {
			if list, isList := one.([]any); one == nil || isList && len(list) == 0 {
				delete(v, key)
				continue
			}
			v[key] = pruned(one)
		}
	case []any:
		for i := range v {
			v[i] = pruned(v[i])
		}
	}
	return v
}
