package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

var _ market.Store = (*DB)(nil)

// observationColumns are the columns of an observation in the order of the table.
const observationColumns = "symbol, field, source, at, seen, value, ref, id"

// Append implements [market.Store]. Two values of one source for the same field, At and Seen are fault.Invalid,
// whether both are in the batch or one is in the store; so is a source that is neither.
func (db *DB) Append(ctx context.Context, sources []market.Source, observations []market.Observation, progress func(done int)) (added int, err error) {
	b, err := newBatch(observations, progress)
	if err == nil {
		err = db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) (err error) {
			if err := putSources(ctx, c, sources); err != nil {
				return err
			}
			added, err = db.engine.insert(ctx, c, b)
			return err
		})
	}
	if err != nil {
		return 0, db.fail(err, "append %d observations", len(observations))
	}
	return added, nil
}

// newBatch sorts observations by the primary key, which lets both engines append to the end of their indexes, and
// finds contradictions among them. Most batches are by day or by series, so sorting by track leaves nothing to do.
func newBatch(observations []market.Observation, progress func(done int)) (*batch, error) {
	type key struct {
		symbol market.Symbol
		field  market.Field
		source market.SourceID
	}
	at := map[key]int{}
	b := &batch{total: len(observations), progress: progress}
	for i := range observations {
		o := &observations[i]
		k := key{o.Symbol, o.Field, o.Source}
		n, ok := at[k]
		if !ok {
			n = len(b.tracks)
			at[k] = n
			b.tracks = append(b.tracks, track{symbol: string(k.symbol), field: string(k.field), source: string(k.source)})
		}
		b.tracks[n].rows = append(b.tracks[n].rows, o)
	}
	slices.SortFunc(b.tracks, func(x, y track) int {
		return cmp.Or(cmp.Compare(x.symbol, y.symbol), cmp.Compare(x.field, y.field), cmp.Compare(x.source, y.source))
	})
	byTime := func(x, y *market.Observation) int { return cmp.Or(x.At.Compare(y.At), x.Seen.Compare(y.Seen)) }
	for _, t := range b.tracks {
		if !slices.IsSortedFunc(t.rows, byTime) {
			slices.SortFunc(t.rows, byTime)
		}
		for i, o := range t.rows[1:] {
			if before := t.rows[i]; byTime(before, o) == 0 && before.ID != o.ID {
				return nil, twice(o, before.Value.String())
			}
		}
	}
	return b, nil
}

// chunks cuts the batch into pieces of at most n observations.
func (b *batch) chunks(n int) iter.Seq[[]*market.Observation] {
	return func(yield func([]*market.Observation) bool) {
		piece := make([]*market.Observation, 0, n)
		for _, t := range b.tracks {
			for _, o := range t.rows {
				if piece = append(piece, o); len(piece) == n {
					if !yield(piece) {
						return
					}
					piece = piece[:0]
				}
			}
		}
		if len(piece) > 0 {
			yield(piece)
		}
	}
}

// report tells how far the batch is and asks whether to go on.
func (b *batch) report(ctx context.Context, done int) error {
	if b.progress != nil {
		b.progress(done)
	}
	return cancelled(ctx)
}

// saidOtherwise finds which of some rows that could not be inserted contradicts the store. Err is returned where none
// does.
func saidOtherwise(ctx context.Context, c *sql.Conn, rows []*market.Observation, err error) error {
	for _, o := range rows {
		var id, value string
		switch err := c.QueryRowContext(ctx,
			"SELECT id, value FROM observation WHERE symbol = $1 AND field = $2 AND source = $3 AND at = $4 AND seen = $5",
			string(o.Symbol), string(o.Field), string(o.Source), micros(o.At), micros(o.Seen)).Scan(&id, &value); {
		case err == nil && id != string(o.ID):
			return twice(o, value)
		case err != nil && !errors.Is(err, sql.ErrNoRows):
			return err
		}
	}
	return err
}

// twice is the error of a source that says two things at once.
func twice(o *market.Observation, other string) error {
	return fault.Because(fault.Invalid, "%s: for the %s of %s the source %s said both %s and %s at one moment, %s: "+
		"a source cannot say two things at once", o.Symbol, o.Field, o.At.Format(time.RFC3339), o.Source,
		other, o.Value, o.Seen.Format(time.RFC3339Nano))
}

// Observation implements [market.Store].
func (db *DB) Observation(ctx context.Context, id market.ID) (market.Observation, error) {
	found, err := collect[market.Observation](db.ready[observationQuery].QueryContext(ctx, string(id)))(scanObservation)
	if err == nil && len(found) == 0 {
		err = fault.Because(fault.NotFound, "no observation bears the name %.40q", id)
	}
	if err != nil {
		return market.Observation{}, db.fail(err, "read the observation %.40q", id)
	}
	return found[0], nil
}

// newestSQL walks each track from its end: one descent of the index for each moment. $1 is At, $2 Known, $3 how many;
// what stands for %s chooses among the tracks.
const newestSQL = `
WITH RECURSIVE step (symbol, field, source, k, at) AS (
	SELECT t.symbol, t.field, t.source, 1, (
		SELECT o.at FROM observation o
		WHERE o.symbol = t.symbol AND o.field = t.field AND o.source = t.source AND o.at <= $1 AND o.seen <= $2
		ORDER BY o.at DESC LIMIT 1)
	FROM track t %s
	UNION ALL
	SELECT s.symbol, s.field, s.source, s.k + 1, (
		SELECT o.at FROM observation o
		WHERE o.symbol = s.symbol AND o.field = s.field AND o.source = s.source AND o.at < s.at AND o.seen <= $2
		ORDER BY o.at DESC LIMIT 1)
	FROM step s WHERE s.k < $3 AND s.at IS NOT NULL
)
SELECT o.symbol, o.field, o.source, o.at, o.seen, o.value, o.ref, o.id
FROM step s JOIN observation o ON o.symbol = s.symbol AND o.field = s.field AND o.source = s.source AND o.at = s.at
WHERE o.seen = (SELECT max(r.seen) FROM observation r
	WHERE r.symbol = s.symbol AND r.field = s.field AND r.source = s.source AND r.at = s.at AND r.seen <= $2)`

// Newest implements [market.Store]. They come by symbol, field and source, the newest first.
func (db *DB) Newest(ctx context.Context, asOf market.AsOf, moments int, symbols ...market.Symbol) ([]market.Observation, error) {
	var found []market.Observation
	for some := range chunks(symbols) {
		args, which := []any{micros(asOf.At), micros(asOf.Known), moments}, ""
		if len(some) > 0 {
			args, which = among(args, some)
			which = "WHERE t.symbol IN " + which
		}
		part, err := observations(ctx, db.engine.read(), fmt.Sprintf(newestSQL, which), args...)
		if err != nil {
			return nil, db.fail(err, "read the newest observations")
		}
		found = append(found, part...)
	}
	slices.SortFunc(found, func(x, y market.Observation) int {
		return cmp.Or(cmp.Compare(x.Symbol, y.Symbol), cmp.Compare(x.Field, y.Field), cmp.Compare(x.Source, y.Source), y.At.Compare(x.At))
	})
	return found, nil
}

// chunks yields symbols a thousand at a time, for the engines bound the number of parameters; of none, one that is empty.
func chunks(symbols []market.Symbol) iter.Seq[[]market.Symbol] {
	if len(symbols) == 0 {
		return func(yield func([]market.Symbol) bool) { yield(nil) }
	}
	return slices.Chunk(symbols, 1000)
}

// among appends symbols to the parameters of a query, and returns their list as SQL has it.
func among(args []any, symbols []market.Symbol) ([]any, string) {
	marks := make([]string, len(symbols))
	for i, s := range symbols {
		args = append(args, string(s))
		marks[i] = fmt.Sprintf("$%d", len(args))
	}
	return args, "(" + strings.Join(marks, ",") + ")"
}

// Series implements [market.Store].
func (db *DB) Series(ctx context.Context, symbols []market.Symbol, asOf market.AsOf) ([]market.Observation, error) {
	var all []market.Observation
	for some := range slices.Chunk(symbols, 1000) { // the engines bound the number of parameters
		args, list := among([]any{micros(asOf.At), micros(asOf.Known)}, some)
		found, err := observations(ctx, db.engine.read(), "SELECT "+observationColumns+" FROM observation WHERE at <= $1 AND seen <= $2 AND symbol IN "+
			list+" ORDER BY symbol, field, source, at, seen", args...)
		if err != nil {
			return nil, db.fail(err, "read the series of %d symbols", len(symbols))
		}
		all = append(all, newestRevisions(found)...)
	}
	slices.SortStableFunc(all, func(x, y market.Observation) int { return x.At.Compare(y.At) })
	return all, nil
}

// newestRevisions keeps, of observations in the order of the primary key, the last of each moment. Revisions are so
// rare that reading them all costs less than asking for the last of each.
func newestRevisions(sorted []market.Observation) []market.Observation {
	kept := sorted[:0]
	for i, o := range sorted {
		if i+1 < len(sorted) {
			if next := &sorted[i+1]; next.Symbol == o.Symbol && next.Field == o.Field && next.Source == o.Source && next.At.Equal(o.At) {
				continue
			}
		}
		kept = append(kept, o)
	}
	return kept
}

// Revisions implements [market.Store].
func (db *DB) Revisions(ctx context.Context, symbol market.Symbol, field market.Field, source market.SourceID, at time.Time) ([]market.Observation, error) {
	found, err := observations(ctx, db.engine.read(), "SELECT "+observationColumns+` FROM observation
		WHERE symbol = $1 AND field = $2 AND source = $3 AND at = $4 ORDER BY seen`, string(symbol), string(field), string(source), micros(at))
	return found, db.fail(err, "read the revisions of %s by %s", symbol, source)
}

// Sheets implements [market.Store]. It looks at each track of the source, which are far fewer than its moments.
func (db *DB) Sheets(ctx context.Context, source market.SourceID, from, to time.Time) ([]market.Observation, error) {
	found, err := observations(ctx, db.engine.read(), `SELECT o.symbol, o.field, o.source, o.at, o.seen, o.value, o.ref, o.id
		FROM track t JOIN observation o ON o.symbol = t.symbol AND o.field = t.field AND o.source = t.source
			AND o.at BETWEEN $2 AND $3
		WHERE t.source = $1 ORDER BY o.symbol, o.field, o.at, o.seen`, string(source), micros(from), micros(to))
	return newestRevisions(found), db.fail(err, "read the sheets of %s", source)
}

// Tracks implements [market.Store]: nothing is in memory here, see package resident.
func (db *DB) Tracks() (*market.Tracks, bool) { return nil, false }

// Symbols implements [market.Store].
func (db *DB) Symbols(ctx context.Context) ([]market.Symbol, error) {
	all, err := collect[market.Symbol](db.engine.read().QueryContext(ctx, "SELECT DISTINCT symbol FROM track ORDER BY symbol"))(
		func(rows *sql.Rows) (s market.Symbol, err error) { return s, rows.Scan(&s) })
	return all, db.fail(err, "read the symbols")
}

// observations reads those that a query finds.
func observations(ctx context.Context, q querier, query string, args ...any) ([]market.Observation, error) {
	return collect[market.Observation](q.QueryContext(ctx, query, args...))(scanObservation)
}

func scanObservation(rows *sql.Rows) (o market.Observation, err error) {
	var at, seen int64
	if err := rows.Scan(&o.Symbol, &o.Field, &o.Source, &at, &seen, &o.Value, &o.Ref, &o.ID); err != nil {
		return o, err
	}
	o.At, o.Seen = moment(at), moment(seen)
	return o, nil
}
