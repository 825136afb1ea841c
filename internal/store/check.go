package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/courant-news/courant/internal/market"
)

// Finding is one thing that [DB.Check] looked at.
type Finding struct {
	What    string
	OK      bool
	Finding string
}

// Check examines the store: what the engine promises, whether its files are whole, and whether each observation still
// fits its name. It reads everything and changes nothing.
func (db *DB) Check(ctx context.Context) ([]Finding, error) {
	findings, err := db.engine.check(ctx)
	if err != nil {
		return nil, db.fail(err, "examine the store")
	}
	stats, err := db.Stats(ctx)
	if err != nil {
		return nil, err
	}
	findings = append(findings, Finding{"holdings", true, fmt.Sprintf("%d observations of %d sources, %d stories, %d of them published",
		stats.Observations, stats.Sources, stats.Stories, stats.Published)})
	words, err := db.checkWords(ctx)
	if err != nil {
		return nil, err
	}
	names, err := db.checkNames(ctx)
	return append(findings, words, names), err
}

// checkWords counts whether each published story is in the index of words, and no other.
func (db *DB) checkWords(ctx context.Context) (Finding, error) {
	var missing, beyond int
	err := db.engine.read().QueryRowContext(ctx, `SELECT (SELECT count(*) FROM article WHERE id NOT IN (SELECT story FROM place)),
		(SELECT count(*) FROM place WHERE story NOT IN (SELECT id FROM article))`).Scan(&missing, &beyond)
	f := Finding{"index of words", missing+beyond == 0, "every published story is in it, and no other"}
	if !f.OK {
		f.Finding = fmt.Sprintf("%d published stories are not in it and %d others are: make it anew with courant reindex", missing, beyond)
	}
	return f, db.fail(err, "examine the index of words")
}

// checkNames recomputes the name of each observation from what it says.
func (db *DB) checkNames(ctx context.Context) (Finding, error) {
	rows, err := db.engine.read().QueryContext(ctx, "SELECT "+observationColumns+" FROM observation")
	if err != nil {
		return Finding{}, db.fail(err, "examine the observations")
	}
	defer rows.Close()
	var changed []string
	n := 0
	for rows.Next() {
		o, err := scanObservation(rows)
		if err != nil {
			return Finding{}, db.fail(err, "examine the observations")
		}
		n++
		if market.NewObservation(o.Symbol, o.Field, o.Value, market.Moment{At: o.At, Seen: o.Seen}, o.Source, o.Ref).ID != o.ID {
			changed = append(changed, string(o.ID))
		}
	}
	f := Finding{"names of the observations", len(changed) == 0, fmt.Sprintf("all %d fit what they name", n)}
	if len(changed) > 0 {
		f.Finding = fmt.Sprintf("%d of %d were changed after they were recorded: %s", len(changed), n, strings.Join(changed[:min(5, len(changed))], ", "))
	}
	return f, db.fail(rows.Err(), "examine the observations")
}

func (e *sqliteDB) check(ctx context.Context) ([]Finding, error) {
	var findings []Finding
	var whole string
	if err := e.readers.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&whole); err != nil {
		return nil, err
	}
	findings = append(findings, Finding{"integrity of the file", whole == "ok", whole})
	var orphans int
	if err := e.readers.QueryRowContext(ctx, "SELECT count(*) FROM pragma_foreign_key_check").Scan(&orphans); err != nil {
		return nil, err
	}
	findings = append(findings, Finding{"references", orphans == 0, fmt.Sprintf("%d lead nowhere", orphans)})
	// Asked of the connection that writes, in its turn among the writes.
	err := e.writer.do(ctx, func(ctx context.Context, c *sql.Conn) error {
		for _, p := range []struct{ pragma, want, means string }{
			{"journal_mode", "wal", "readers and the writer do not wait for each other"},
			{"synchronous", "2", "a commit is on disk before it is acknowledged"},
			{"foreign_keys", "1", "references are checked at each write"},
		} {
			var is string
			if err := c.QueryRowContext(ctx, "PRAGMA "+p.pragma).Scan(&is); err != nil {
				return err
			}
			findings = append(findings, Finding{p.pragma, is == p.want, fmt.Sprintf("%s: %s", is, p.means)})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	version, err := schema(ctx, e.readers)
	return append(findings, Finding{"schema", true, fmt.Sprintf("version %d", version)}), err
}

func (e *postgresDB) check(ctx context.Context) ([]Finding, error) {
	var findings []Finding
	for _, p := range []struct{ setting, bad, means, harm string }{
		{"fsync", "off", "the server waits for its disk", "the server does not wait for its disk: a power failure may lose or damage everything"},
		{"synchronous_commit", "off", "a commit is on disk before it is acknowledged", "a commit is acknowledged before it is on disk"},
		{"full_page_writes", "off", "torn pages are repaired", "a power failure may leave torn pages"},
	} {
		var is string
		if err := e.pool.QueryRowContext(ctx, "SELECT current_setting($1)", p.setting).Scan(&is); err != nil {
			return nil, err
		}
		f := Finding{p.setting, is != p.bad, is + ": " + p.means}
		if !f.OK {
			f.Finding = is + ": " + p.harm
		}
		findings = append(findings, f)
	}
	version, err := schema(ctx, e.pool)
	return append(findings, Finding{"schema", true, fmt.Sprintf("version %d", version)}), err
}
