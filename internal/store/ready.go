package store

import (
	"context"
	"database/sql"
	"fmt"
)

// The queries of a story's page. They are kept ready: on SQLite making one ready takes longer than answering it.
const (
	articleQuery = "SELECT " + articleColumns + ` FROM named g JOIN article a ON a.id = g.story
		WHERE g.slug = $1 AND a.published >= $2 AND a.published < $3`
	pinsQuery = `SELECT n, expression, symbol, field, value, at, seen, source, how, observation
		FROM printed WHERE story = $1 ORDER BY n, position`
	noticesQuery     = `SELECT kind, text, figures, at, revision, entry FROM notice WHERE story = $1 ORDER BY at, n`
	observationQuery = "SELECT " + observationColumns + " FROM observation WHERE id = $1"
	toldQuery        = `SELECT n, corrects, at, headline, body, author, '', kind, text, figures, pins FROM told WHERE story = $1 ORDER BY n`
)

// makeReady prepares them.
func makeReady(ctx context.Context, pool *sql.DB) (map[string]*sql.Stmt, error) {
	ready := map[string]*sql.Stmt{}
	for _, query := range []string{articleQuery, pinsQuery, noticesQuery, toldQuery, observationQuery} {
		statement, err := pool.PrepareContext(ctx, query)
		if err != nil {
			return nil, fmt.Errorf("make a query ready: %w", err)
		}
		ready[query] = statement
	}
	return ready, nil
}

// reading is a transaction that only reads, with the queries that are kept ready.
type reading struct {
	*sql.Tx
	ready map[string]*sql.Stmt
}

// QueryContext asks a query that is kept ready, or else as the transaction does. It takes no second connection of the pool: all
// of them may be held by transactions that wait for one.
func (r reading) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if statement, ok := r.ready[query]; ok {
		return r.StmtContext(ctx, statement).QueryContext(ctx, args...)
	}
	return r.Tx.QueryContext(ctx, query, args...)
}
