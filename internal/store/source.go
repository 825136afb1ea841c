package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/courant-news/courant/internal/market"
)

// putSources adds sources, or replaces them by ID.
func putSources(ctx context.Context, c *sql.Conn, sources []market.Source) error {
	for _, s := range sources {
		if _, err := c.ExecContext(ctx, `INSERT INTO source (id, name, kind, home, licence, note, fresh, issuer, terms, attribution, ahead)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind,
			home = excluded.home, licence = excluded.licence, note = excluded.note, fresh = excluded.fresh, issuer = excluded.issuer,
			terms = excluded.terms, attribution = excluded.attribution, ahead = excluded.ahead`,
			string(s.ID), s.Name, string(s.Kind), s.Home, s.Licence, s.Note, s.Fresh.Microseconds(),
			string(s.Issuer), string(s.Terms), s.Attribution, s.Ahead.Microseconds()); err != nil {
			return err
		}
	}
	return nil
}

// Sources implements [market.Store].
func (db *DB) Sources(ctx context.Context) ([]market.Source, error) {
	all, err := sources(ctx, db.engine.read())
	return all, db.fail(err, "read the sources")
}

func sources(ctx context.Context, q querier) ([]market.Source, error) {
	return collect[market.Source](q.QueryContext(ctx, "SELECT id, name, kind, home, licence, note, fresh, issuer, terms, attribution, ahead FROM source ORDER BY id"))(
		func(rows *sql.Rows) (s market.Source, err error) {
			var fresh, ahead int64
			err = rows.Scan(&s.ID, &s.Name, &s.Kind, &s.Home, &s.Licence, &s.Note, &fresh, &s.Issuer, &s.Terms, &s.Attribution, &ahead)
			s.Ahead = time.Duration(ahead) * time.Microsecond
			s.Fresh = time.Duration(fresh) * time.Microsecond
			return s, err
		})
}
