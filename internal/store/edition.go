package store

import (
	"cmp"
	"context"
	"database/sql"
	"reflect"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// AddEdition implements [news.Store].
func (db *DB) AddEdition(ctx context.Context, e news.Edition, progress func(done, of int)) (r news.Receipt, err error) {
	of := len(e.Observations) + len(e.Bars) + len(e.Stories)
	report := func(done int) {
		if progress != nil {
			progress(done, of)
		}
	}
	b, err := newBatch(e.Observations, report)
	if err != nil {
		return r, db.fail(err, "add an edition")
	}
	err = db.engine.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		r = news.Receipt{} // a job may be run again
		if err := putSources(ctx, c, e.Sources); err != nil {
			return err
		}
		if r.Observations, err = db.engine.insert(ctx, c, b); err != nil {
			return err
		}
		if r.Bars, err = addBars(ctx, c, e.Bars, func(done int) { report(len(e.Observations) + done) }); err != nil {
			return err
		}
		for i, m := range e.Stories {
			isNew, err := addManuscript(ctx, c, m)
			if err != nil {
				return err
			}
			if isNew && m.Live > 0 {
				if err := index(ctx, db.engine, c, m.ID); err != nil {
					return err
				}
			}
			r.Stories += number(isNew)
			report(len(e.Observations) + len(e.Bars) + i + 1)
		}
		if err := addMastheads(ctx, c, e.Mastheads); err != nil {
			return err
		}
		return addDossiers(ctx, c, e.Dossiers)
	})
	if err != nil {
		return news.Receipt{}, db.fail(err, "add an edition of %d observations and %d stories", len(e.Observations), len(e.Stories))
	}
	return r, nil
}

// addManuscript adds a story as it is, or finds that the same is there already.
func addManuscript(ctx context.Context, c *sql.Conn, m news.Manuscript) (isNew bool, err error) {
	if isNew, err = makeStory(ctx, c, m.ID, m.Slug); err != nil {
		return false, err
	}
	if !isNew {
		there, err := manuscript(ctx, c, m.ID)
		if err == nil && !same(there, m) {
			err = fault.Because(fault.Conflict, "the story %q is there already, with another content", m.Slug)
		}
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
	for _, slug := range m.Former {
		if err := claim(ctx, c, slug, m.ID); err != nil {
			return false, err
		}
	}
	for _, step := range m.Steps {
		if err := putStep(ctx, c, step); err != nil {
			return false, err
		}
	}
	for _, e := range m.Entries {
		if err := putEntry(ctx, c, m.ID, e); err != nil {
			return false, err
		}
	}
	for _, d := range m.Dismissed {
		if _, err := putDismissal(ctx, c, d); err != nil {
			return false, err
		}
	}
	if m.Published.IsZero() {
		_, err = c.ExecContext(ctx, "UPDATE story SET stage = $1, due = $2 WHERE id = $3", string(m.State), orNull(m.Due()), string(m.ID))
		return true, err
	}
	state, section, shown := "withdrawn", "", news.Content{} // whatever was published once and is not now
	if m.Live > 0 {
		shown = m.Revisions[m.Live-1].Content
		state, section = "published", string(shown.Section)
	}
	_, err = c.ExecContext(ctx, "UPDATE story SET state = $1, stage = $2, due = $3, section = $4, published = $5, updated = $6, live = $7 WHERE id = $8",
		state, string(m.State), orNull(m.Due()), section, micros(m.Published), micros(m.Updated), m.Live, string(m.ID))
	if err != nil {
		return false, err
	}
	return true, putShown(ctx, c, m.ID, shown)
}

// same compares two manuscripts in what they say and not in how memory holds it: no list is an empty list, a moment is
// one in every zone. Values are compared as printed: 1.0 is not 1.00.
func same(a, b news.Manuscript) bool { return reflect.DeepEqual(canonical(a), canonical(b)) }

// canonical is a manuscript as it would come back from the store, and without lists that are empty.
func canonical(m news.Manuscript) any {
	pins := map[int][]keptPin{}
	for n, list := range m.Pins {
		pins[n] = keptPins(list)
	}
	var told [][]keptPin
	m.Entries = slices.Clone(m.Entries)
	for i := range m.Entries {
		e := &m.Entries[i]
		told = append(told, keptPins(e.Pins))
		e.At, e.Notice.Figures, e.Pins = kept(e.At), none(e.Notice.Figures), nil
	}
	m.Revisions = slices.Clone(m.Revisions)
	for i := range m.Revisions {
		r := &m.Revisions[i]
		r.At, r.Content.Bylines, r.Content.Topics, r.Content.Images = kept(r.At), none(r.Content.Bylines), none(r.Content.Topics), none(r.Content.Images)
	}
	m.Steps = slices.Clone(m.Steps)
	for i := range m.Steps {
		s := &m.Steps[i]
		s.At, s.Due, s.Notice.Figures = kept(s.At), kept(s.Due), none(s.Notice.Figures)
	}
	m.Dismissed = slices.SortedFunc(slices.Values(m.Dismissed), byPlace)
	for i := range m.Dismissed {
		m.Dismissed[i].At = kept(m.Dismissed[i].At)
	}
	m.Former = slices.Sorted(slices.Values(m.Former))
	m.Former, m.Steps, m.Entries, m.Dismissed = none(m.Former), none(m.Steps), none(m.Entries), none(m.Dismissed)
	m.Published, m.Updated, m.Pins = kept(m.Published), kept(m.Updated), nil
	return struct {
		news.Manuscript
		pins map[int][]keptPin
		told [][]keptPin
	}{m, pins, told}
}

func byPlace(a, b news.Dismissal) int {
	return cmp.Or(a.Revision-b.Revision, a.Entry-b.Entry, a.Pin-b.Pin, cmp.Compare(a.Observation, b.Observation))
}

// keptPin is a pin as it would come back from the store, its value as printed.
type keptPin struct {
	news.Pin
	Value string
}

func keptPins(list []news.Pin) (all []keptPin) {
	for _, p := range list {
		c := keptPin{Pin: p, Value: p.Value.String()}
		c.Pin.Value, c.At, c.Seen, c.From = currency.Decimal{}, kept(p.At), kept(p.Seen), none(p.From)
		all = append(all, c)
	}
	return all
}

// kept is a time as it comes back from the store.
func kept(t time.Time) time.Time { return moment(micros(t)) }

// none makes an empty list none.
func none[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// Edition returns all that the store holds at one moment, for an archive.
func (db *DB) Edition(ctx context.Context) (news.Edition, error) {
	var e news.Edition
	err := db.snapshot(ctx, func(q querier) (err error) {
		if e.Sources, err = sources(ctx, q); err != nil {
			return err
		}
		e.Observations, err = observations(ctx, q, "SELECT "+observationColumns+
			" FROM observation ORDER BY symbol, field, source, at, seen")
		if err != nil {
			return err
		}
		if e.Bars, err = bars(ctx, q); err != nil {
			return err
		}
		if e.Stories, err = manuscripts(ctx, q); err != nil {
			return err
		}
		if e.Mastheads, err = mastheads(ctx, q); err != nil {
			return err
		}
		e.Dossiers, err = dossierRecords(ctx, q)
		return err
	})
	return e, db.fail(err, "read all that the store holds")
}
