package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// What readers see is read here, and only from the views article, printed, named,
// about, signed, illustrated, notice, told, told_pin, withdrawal,
// open_dossier, dossier_notice and dossier_withdrawal, which hold nothing unpublished.

var _ news.Reader = (*DB)(nil)

const articleColumns = "a.id, a.slug, a.published, a.updated, a.revision, a.content"

// Article implements [news.Reader].
func (db *DB) Article(ctx context.Context, day time.Time, slug news.Slug) (news.Article, error) {
	from := day.UTC().Truncate(24 * time.Hour)
	args := []any{string(slug), micros(from), micros(from.AddDate(0, 0, 1))}
	found, err := db.articles(ctx, tell, articleQuery, args...)
	if err == nil && len(found) == 0 {
		err = db.missing(ctx, slug, from, args)
	}
	if err != nil {
		return news.Article{}, db.fail(err, "read the story %.120q", slug)
	}
	return found[0], nil
}

// missing says why there is no story at an address: there never was one, or it was withdrawn.
func (db *DB) missing(ctx context.Context, slug news.Slug, day time.Time, args []any) error {
	var at int64
	var text string
	err := db.engine.read().QueryRowContext(ctx, "SELECT at, text FROM withdrawal WHERE slug = $1 AND published >= $2 AND published < $3", args...).
		Scan(&at, &text)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fault.Because(fault.NotFound, "there is no story %.120q of %s", slug, day.Format("2 January 2006"))
	case err != nil:
		return err
	}
	return fault.Because(fault.Gone, "%s", strings.TrimSpace("A story that stood here was withdrawn on "+moment(at).Format("2 January 2006")+". "+text))
}

// usual is how many articles a selection without a limit returns.
const usual = 50

// Articles implements [news.Reader].
func (db *DB) Articles(ctx context.Context, which news.Selection) ([]news.Article, error) {
	var args []any
	mark := func(value any) string {
		args = append(args, value)
		return "$" + strconv.Itoa(len(args))
	}
	// Only what is asked for stands in the query, so that each engine finds the index for it: of a topic and of an author by when
	// their stories were published, which must be said to SQLite (CROSS JOIN), else it reads and sorts all that they have.
	from, published := "article a WHERE TRUE", "a.published"
	switch {
	case which.Topic != "":
		from, published = "about t CROSS JOIN article a WHERE a.id = t.story AND t.topic = "+mark(string(which.Topic)), "t.published"
	case len(which.Authors) == 1:
		from, published = "signed b CROSS JOIN article a WHERE a.id = b.story AND b.name = "+mark(which.Authors[0]), "b.published"
	}
	query := "SELECT " + articleColumns + " FROM " + from
	if !which.From.IsZero() {
		query += " AND " + published + " >= " + mark(micros(which.From))
	} else if which.Symbol == "" && len(which.Authors)+len(which.Stories) == 0 {
		query += " AND " + published + " >= " + mark(int64(math.MinInt64)) // all of them, but by the index: else SQLite reads and sorts every story
	}
	if !which.Before.IsZero() {
		query += " AND " + published + " < " + mark(micros(which.Before))
	}
	if which.Section != "" {
		query += " AND a.section = " + mark(string(which.Section))
	}
	if len(which.Authors) > 1 || len(which.Authors) == 1 && which.Topic != "" {
		names := make([]string, len(which.Authors))
		for i, name := range which.Authors {
			names[i] = mark(name)
		}
		query += " AND a.id IN (SELECT b.story FROM signed b WHERE b.name IN (" + strings.Join(names, ", ") + "))"
	}
	if len(which.Stories) > 0 {
		ids := make([]string, len(which.Stories))
		for i, id := range which.Stories {
			ids[i] = mark(string(id))
		}
		query += " AND a.id IN (" + strings.Join(ids, ", ") + ")"
	}
	if which.Symbol != "" {
		query += " AND a.id IN (SELECT p.story FROM printed p WHERE p.symbol = " + mark(string(which.Symbol)) +
			" UNION SELECT t.story FROM told_pin t WHERE t.symbol = " + mark(string(which.Symbol)) + ")"
	}
	limit := usual
	if which.Limit > 0 {
		limit = which.Limit
	}
	more := pin
	if !which.Pins {
		more = nil
	}
	found, err := db.articles(ctx, more, query+" ORDER BY "+published+" DESC, a.slug LIMIT "+mark(limit), args...)
	return found, db.fail(err, "read the stories")
}

// authorsSQL goes from each name to the next by their index, past all stories that bear it.
const authorsSQL = `
WITH RECURSIVE one (name) AS (
	SELECT (SELECT b.name FROM signed b ORDER BY b.name LIMIT 1)
	UNION ALL
	SELECT (SELECT b.name FROM signed b WHERE b.name > one.name ORDER BY b.name LIMIT 1) FROM one WHERE one.name IS NOT NULL
)
SELECT name FROM one WHERE name IS NOT NULL`

// Authors implements [news.Reader].
func (db *DB) Authors(ctx context.Context) ([]string, error) {
	found, err := collect[string](db.engine.read().QueryContext(ctx, authorsSQL))(
		func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) })
	return found, db.fail(err, "read who wrote the stories")
}

// Days implements [news.Reader]. A moment before 1970 is negative, and belongs to the day that began before it.
func (db *DB) Days(ctx context.Context) ([]news.Day, error) {
	const day = int64(24 * time.Hour / time.Microsecond)
	found, err := collect[news.Day](db.engine.read().QueryContext(ctx, `SELECT a.published - (a.published % $1 + $1) % $1 AS begins, count(*)
		FROM article a GROUP BY begins ORDER BY begins DESC`, day))(func(rows *sql.Rows) (d news.Day, err error) {
		var at int64
		err = rows.Scan(&at, &d.Stories)
		d.Date = moment(at)
		return d, err
	})
	return found, db.fail(err, "read the days that have stories")
}

// Shows implements [news.Reader].
func (db *DB) Shows(ctx context.Context, media string) (bool, error) {
	var n int
	err := db.engine.read().QueryRowContext(ctx, "SELECT count(*) FROM illustrated WHERE media = $1", media).Scan(&n)
	if err != nil || n > 0 {
		return n > 0, db.fail(err, "find the stories that show the picture %.40s", media)
	}
	all, err := db.Dossiers(ctx)
	return slices.ContainsFunc(all, func(d news.Dossier) bool {
		return slices.ContainsFunc(d.Subject.Content.Images, func(i news.Image) bool { return i.Media == media })
	}), err
}

// Printing implements [news.Reader].
func (db *DB) Printing(ctx context.Context, id market.ID) ([]news.Article, error) {
	found, err := db.articles(ctx, nil, "SELECT "+articleColumns+` FROM article a
		WHERE a.id IN (SELECT p.story FROM printed p WHERE p.observation = $1
			UNION SELECT t.story FROM told_pin t WHERE t.observation = $1) ORDER BY a.published DESC, a.slug`, string(id))
	return found, db.fail(err, "find the stories that print %s", id)
}

// articles reads those that a query finds, and more of each where that is wanted.
func (db *DB) articles(ctx context.Context, more func(context.Context, querier, *news.Article) error, query string, args ...any) (found []news.Article, err error) {
	err = db.snapshot(ctx, func(q querier) error { // else a story published meanwhile had its new pins on its old text
		found, err = readArticles(ctx, q, query, args...)
		for i := 0; i < len(found) && err == nil && more != nil; i++ {
			err = more(ctx, q, &found[i])
		}
		return err
	})
	return found, err
}

// readArticles reads those that a query finds, without their pins.
func readArticles(ctx context.Context, q querier, query string, args ...any) ([]news.Article, error) {
	return collect[news.Article](q.QueryContext(ctx, query, args...))(scanArticle)
}

// pin reads the pins of an article.
func pin(ctx context.Context, q querier, a *news.Article) (err error) {
	a.Pins, err = pinsOf(q.QueryContext(ctx, pinsQuery, string(a.ID)))
	return err
}

func scanArticle(rows *sql.Rows) (a news.Article, err error) {
	var published, updated int64
	var content string
	if err := rows.Scan(&a.ID, &a.Slug, &published, &updated, &a.Revision, &content); err != nil {
		return a, err
	}
	a.Published, a.Updated = moment(published), moment(updated)
	return a, json.Unmarshal([]byte(content), &a.Content)
}

// tell reads the pins of an article, what was changed in it, and its live entries.
func tell(ctx context.Context, q querier, a *news.Article) (err error) {
	if err := pin(ctx, q, a); err != nil {
		return err
	}
	a.Notices, err = collect[news.Posted](q.QueryContext(ctx, noticesQuery, string(a.ID)))(scanPosted)
	if err != nil {
		return err
	}
	return tellMoments(ctx, q, a)
}

func scanPosted(rows *sql.Rows) (p news.Posted, err error) {
	var figures string
	var at int64
	if err := rows.Scan(&p.Kind, &p.Text, &figures, &at, &p.Revision, &p.Entry); err != nil {
		return p, err
	}
	p.At = moment(at)
	return p, json.Unmarshal([]byte(figures), &p.Figures)
}

// Corrections implements [news.Reader].
func (db *DB) Corrections(ctx context.Context, before time.Time, limit int) ([]news.Correction, error) {
	args, until := []any{max(1, limit)}, ""
	if !before.IsZero() {
		args, until = append(args, micros(before)), "AND n.at < $2"
	}
	// Of all stories a few have a notice: that it is read first, by the index of those that are none, must be said to SQLite.
	found, err := collect[news.Correction](db.engine.read().QueryContext(ctx, `SELECT n.kind, n.text, n.figures, n.at, n.revision, n.entry,
			a.id, a.slug, a.published, a.content
		FROM notice n CROSS JOIN article a WHERE a.id = n.story AND n.kind <> '' AND n.kind NOT IN ('update', 'withdrawal') `+until+`
		ORDER BY n.at DESC, a.slug, n.n DESC LIMIT $1`, args...))(scanCorrection)
	return found, db.fail(err, "read the corrections")
}

func scanCorrection(rows *sql.Rows) (c news.Correction, err error) {
	var at, published int64
	var figures, text string
	if err := rows.Scan(&c.Kind, &c.Text, &figures, &at, &c.Revision, &c.Entry, &c.Story, &c.Slug, &published, &text); err != nil {
		return c, err
	}
	if err := json.Unmarshal([]byte(figures), &c.Figures); err != nil {
		return c, err
	}
	var content news.Content
	c.At, c.Published = moment(at), moment(published)
	err = json.Unmarshal([]byte(text), &content)
	c.Headline, c.Language = content.Headline, content.Language
	return c, err
}
