package store

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"

	"github.com/courant-news/courant/internal/fault"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the tables up to date. A schema of a newer program is fault.Invalid: writing into tables that this
// program does not know could only do harm.
func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect, dir string, o ...goose.ProviderOption) error {
	files, err := fs.Sub(migrations, "migrations/"+dir)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, db, files, append(o, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return err
	}
	has, knows, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if has > knows {
		return fault.Because(fault.Invalid,
			"the store was written by a newer Courant (schema %d, this program knows %d): use that version or a backup", has, knows)
	}
	if has == knows {
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		// Another process may have opened the same new store and been first.
		if has, knows, again := p.GetVersions(ctx); again == nil && has == knows {
			return nil
		}
		return err
	}
	return nil
}

// schema returns the version of the tables that are there.
func schema(ctx context.Context, db *sql.DB) (version int64, err error) {
	err = db.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version").Scan(&version)
	return version, err
}
