package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/media"
)

var _ media.Store = (*DB)(nil)

const pictureColumns = "name, kind, width, height, bytes, hash, colour, by, at, file"

// AddPicture implements [media.Store].
func (db *DB) AddPicture(ctx context.Context, p media.Picture) (kept media.Picture, err error) {
	err = db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		done, err := c.ExecContext(ctx, "INSERT INTO picture ("+pictureColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (hash) DO NOTHING`, p.Name, string(p.Kind), p.Width, p.Height, p.Bytes, p.Hash, p.Colour, p.By, micros(p.At), p.File)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		if n == 1 {
			for _, r := range p.Renditions {
				if _, err := c.ExecContext(ctx, "INSERT INTO rendition (picture, kind, width, height, body) VALUES ($1, $2, $3, $4, $5)",
					p.Name, string(r.Type), r.Width, r.Height, r.Body); err != nil {
					return err
				}
			}
		}
		kept, err = only(pictures(ctx, c, "WHERE hash = $1", p.Hash))
		return err
	})
	return kept, db.fail(err, "add the picture %.100s", p.File)
}

// Picture implements [media.Store].
func (db *DB) Picture(ctx context.Context, name string) (media.Picture, error) {
	p, err := db.picture(ctx, "WHERE name = $1", name)
	return p, db.fail(err, "read the picture %.40s", name)
}

// Developed implements [media.Store].
func (db *DB) Developed(ctx context.Context, hash string) (media.Picture, error) {
	p, err := db.picture(ctx, "WHERE hash = $1", hash)
	return p, db.fail(err, "read the picture of an upload")
}

func (db *DB) picture(ctx context.Context, where string, arg any) (p media.Picture, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		p, err = only(pictures(ctx, q, where, arg))
		return err
	})
	return p, err
}

// Pictures implements [media.Store].
func (db *DB) Pictures(ctx context.Context, which media.Selection) (all []media.Picture, err error) {
	where, args := "WHERE ($1 = '' OR by = $1) ", []any{which.By}
	if which.After != "" {
		where, args = where+"AND (at, name) < (SELECT at, name FROM picture WHERE name = $2) ", append(args, which.After)
	}
	limit := usual
	if which.Limit > 0 {
		limit = which.Limit
	}
	args = append(args, limit)
	err = db.snapshot(ctx, func(q querier) error {
		all, err = pictures(ctx, q, where+"ORDER BY at DESC, name DESC LIMIT $"+strconv.Itoa(len(args)), args...)
		return err
	})
	return all, db.fail(err, "read the pictures")
}

// pictures reads the pictures of a condition with their renditions, which come without their bodies.
func pictures(ctx context.Context, q querier, where string, args ...any) ([]media.Picture, error) {
	all, err := collect[media.Picture](q.QueryContext(ctx, "SELECT "+pictureColumns+" FROM picture "+where, args...))(
		func(rows *sql.Rows) (p media.Picture, err error) {
			var at int64
			err = rows.Scan(&p.Name, &p.Kind, &p.Width, &p.Height, &p.Bytes, &p.Hash, &p.Colour, &p.By, &at, &p.File)
			p.At = moment(at)
			return p, err
		})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	index := make(map[string]int, len(all))
	names := make([]any, len(all))
	marks := make([]string, len(all))
	for i, p := range all {
		index[p.Name], names[i], marks[i] = i, p.Name, "$"+strconv.Itoa(i+1)
	}
	drawn, err := collect[media.Rendition](q.QueryContext(ctx, "SELECT picture, kind, width, height FROM rendition WHERE picture IN ("+
		strings.Join(marks, ", ")+") ORDER BY picture, kind, width", names...))(
		func(rows *sql.Rows) (r media.Rendition, err error) {
			err = rows.Scan(&r.Name, &r.Type, &r.Width, &r.Height)
			return r, err
		})
	for _, r := range drawn {
		p := &all[index[r.Name]]
		p.Renditions = append(p.Renditions, r)
	}
	return all, err
}

// only is the only picture of a list.
func only(all []media.Picture, err error) (media.Picture, error) {
	if err == nil && len(all) == 0 {
		err = errNoPicture
	}
	if err != nil {
		return media.Picture{}, err
	}
	return all[0], nil
}

var errNoPicture = fault.Because(fault.NotFound, "There is no such picture.")

// Rendition implements [media.Store].
func (db *DB) Rendition(ctx context.Context, name string, width int, kind media.Kind) (media.Rendition, error) {
	r := media.Rendition{Name: name, Width: width, Type: kind}
	err := db.engine.read().QueryRowContext(ctx, "SELECT height, body FROM rendition WHERE picture = $1 AND kind = $2 AND width = $3",
		name, string(kind), width).Scan(&r.Height, &r.Body)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNoPicture
	}
	if err != nil {
		return media.Rendition{}, db.fail(err, "read a picture")
	}
	return r, nil
}

// DropPicture implements [media.Store].
func (db *DB) DropPicture(ctx context.Context, name string, used func(context.Context) (bool, error)) error {
	err := db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		done, err := c.ExecContext(ctx, "DELETE FROM picture WHERE name = $1", name) // its renditions with it
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err == nil && n == 0 {
			err = errNoPicture
		}
		if err != nil {
			return err
		}
		shown, err := used(ctx)
		if err == nil && shown {
			err = fault.Because(fault.Conflict, "a story shows this picture, or did: it stays, so that what was printed remains what it was")
		}
		return err
	})
	return db.fail(err, "drop the picture %.40s", name)
}
