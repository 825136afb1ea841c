package calendar

import (
	"cmp"
	"embed"
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed data/*.csv
var files embed.FS

var known = sync.OnceValue(func() []*Market {
	markets, err := load(files)
	if err != nil {
		panic("calendar: the embedded tables: " + err.Error())
	}
	return markets
})

// hours are those of a market's ordinary session, since a day.
type hours struct {
	since                                             time.Time
	pre, open, rest, resume, close, after, earlyAfter clock
}

// exception is a day that follows no rule.
type exception struct {
	date time.Time
	special
}

// load reads the tables. An error names file and row.
func load(files fs.FS) ([]*Market, error) {
	var markets []*Market
	for _, f := range []struct {
		name string
		add  func(*row)
	}{
		{"markets.csv", func(r *row) { markets = append(markets, r.market()) }},
		{"hours.csv", func(r *row) {
			h := r.hours()
			r.each(markets, func(m *Market) { m.hours = append(m.hours, h) })
		}},
		{"rules.csv", func(r *row) {
			rule := r.rule()
			r.each(markets, func(m *Market) { m.rules = append(m.rules, rule) })
		}},
		{"exceptions.csv", func(r *row) {
			e := r.exception()
			r.each(markets, func(m *Market) {
				if slices.ContainsFunc(m.exceptions, func(x exception) bool { return x.date.Equal(e.date) }) {
					r.fail("%s stands twice for %s", e.date.Format(time.DateOnly), m.MIC)
				}
				m.exceptions = append(m.exceptions, e)
			})
		}},
	} {
		if err := read(files, f.name, f.add); err != nil {
			return nil, err
		}
	}
	for _, m := range markets {
		slices.SortFunc(m.hours, func(a, b hours) int { return a.since.Compare(b.since) })
		if len(m.hours) == 0 || m.hours[0].since.After(time.Date(m.First, 1, 1, 0, 0, 0, 0, time.UTC)) {
			return nil, fmt.Errorf("hours.csv: %s has no hours in %d", m.MIC, m.First)
		}
	}
	return markets, nil
}

func read(files fs.FS, name string, add func(*row)) error {
	f, err := files.Open("data/" + name)
	if err != nil {
		return err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i, record := range records[min(1, len(records)):] {
		r := &row{columns: records[0], cells: record}
		add(r)
		r.require("source")
		r.require("verified")
		if r.err != nil {
			return fmt.Errorf("%s: row %d: %w", name, i+2, r.err)
		}
	}
	return nil
}

// row is one row of a table. It keeps the first thing found wrong, so that its readers need no error of their own.
type row struct {
	columns, cells []string
	err            error
}

func (r *row) fail(format string, args ...any) { r.err = cmp.Or(r.err, fmt.Errorf(format, args...)) }

func (r *row) text(column string) string {
	i := slices.Index(r.columns, column)
	if i < 0 {
		r.fail("no column %q", column)
		return ""
	}
	return r.cells[i]
}

func (r *row) require(column string) string {
	s := r.text(column)
	if s == "" {
		r.fail("no %s", column)
	}
	return s
}

// year reads one, or nothing as 0.
func (r *row) year(column string) int {
	s := r.text(column)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1900 || n > lastYear {
		r.fail("%s: %q is no year", column, s)
	}
	return n
}

func (r *row) date(column string) time.Time {
	d, err := time.Parse(time.DateOnly, r.text(column))
	if err != nil {
		r.fail("%s: %w", column, err)
	}
	return d
}

func (r *row) clock(column string) clock {
	c, err := parseClock(r.text(column))
	if err != nil {
		r.fail("%s: %w", column, err)
	}
	return c
}

func (r *row) market() *Market {
	m := &Market{
		MIC: MIC(r.require("mic")), Name: r.require("name"), First: r.year("first"), Listed: r.year("listed"), Last: r.year("last"),
		Source: r.text("source"), Verified: r.text("verified"),
	}
	var err error
	if m.Zone, err = time.LoadLocation(r.require("zone")); err != nil {
		r.fail("%w", err)
	}
	if m.First == 0 || m.Listed < m.First {
		r.fail("%s needs a first year and a last listed one", m.MIC)
	}
	return m
}

// each does something for every market that a row names.
func (r *row) each(markets []*Market, do func(*Market)) {
	for _, mic := range strings.Fields(r.require("markets")) {
		i := slices.IndexFunc(markets, func(m *Market) bool { return m.MIC == MIC(mic) })
		if i < 0 {
			r.fail("the market %s is not in markets.csv", mic)
			return
		}
		do(markets[i])
	}
}

func (r *row) hours() hours {
	h := hours{
		since: r.date("since"), pre: r.clock("pre"), open: r.clock("open"), rest: r.clock("rest"), resume: r.clock("resume"),
		close: r.clock("close"), after: r.clock("after"), earlyAfter: r.clock("early_after"),
	}
	if !h.open.given || !h.close.given || h.rest.given != h.resume.given || !h.inOrder() {
		r.fail("hours need an opening and a close, both ends of a break or none, and must follow each other")
	}
	return h
}

func (h hours) inOrder() bool {
	last := -1
	for _, c := range []clock{h.pre, h.open, h.rest, h.resume, h.close, h.after} {
		if c.given && c.minutes <= last {
			return false
		}
		if c.given {
			last = c.minutes
		}
	}
	return true
}

func (r *row) rule() rule {
	x := rule{
		name: r.require("name"), since: r.year("since"), until: r.year("until"), closes: r.clock("closes"),
		source: r.text("source"), verified: r.text("verified"),
	}
	var err error
	if x.day, err = parseYearly(r.text("day")); err != nil {
		r.fail("%w", err)
	}
	if x.moves, err = parseMove(r.text("moves")); err != nil {
		r.fail("%w", err)
	}
	var ok bool
	if x.on, ok = parseWeekdays(r.text("on")); !ok {
		r.fail("%q are no days of the week: write them as Mon Tue", r.text("on"))
	}
	if x.until > 0 && x.until < x.since {
		r.fail("%s ends before it begins", x.name)
	}
	return x
}

func (r *row) exception() exception {
	e := exception{date: r.date("date"), special: special{
		name: r.require("name"), opens: r.clock("opens"), closes: r.clock("closes"), source: r.text("source"), verified: r.text("verified"),
	}}
	status := r.text("status")
	kinds := map[string]Kind{"closed": Holiday, "open": Regular, "early": EarlyClose, "late": LateOpen}
	if e.kind = kinds[status]; e.kind == "" {
		r.fail("%q is no status: write closed, open, early or late", status)
	}
	if weekend(e.date) || (e.kind == EarlyClose) && !e.closes.given || (e.kind == LateOpen) && !e.opens.given {
		r.fail("%s is a weekend, or lacks the hour of its opening or close", e.name)
	}
	return e
}
