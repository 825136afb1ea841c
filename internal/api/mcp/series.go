package mcp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// group is the length of a period of which one rate is given.
type group string

const (
	week    group = "week"
	month   group = "month"
	quarter group = "quarter"
	year    group = "year"
)

type seriesQuestion struct {
	Pair    string `json:"pair" jsonschema:"such as EUR/USD (dollars for one euro)"`
	From    string `json:"from,omitempty" jsonschema:"the first day, or an instant of RFC 3339; default a year before to"`
	To      string `json:"to,omitempty" jsonschema:"the last day, or an instant; default now"`
	Group   group  `json:"group,omitempty" jsonschema:"give the last rate of each week (ISO), month, quarter or year only; default every rate"`
	Limit   int    `json:"limit,omitempty" jsonschema:"points at most, from 1 to 1000; default 250"`
	KnownAt string `json:"known_at,omitempty" jsonschema:"as it was known then, a day or an instant; default now"`
}

type seriesAnswer struct {
	Pair    market.Symbol `json:"pair"`
	From    time.Time     `json:"from"`
	To      time.Time     `json:"to"`
	KnownAt time.Time     `json:"known_at" jsonschema:"as it was known then; give it again with the next page"`
	Group   group         `json:"group,omitempty"`
	Method  string        `json:"method" jsonschema:"which rates these are, in words"`
	Points  []point       `json:"points" jsonschema:"the oldest first"`
	More    int           `json:"more" jsonschema:"points that were left out at the end"`
	Next    string        `json:"next,omitempty" jsonschema:"where more is above 0: ask again with this as from"`
	Sources sources       `json:"sources"`
}

// point is one rate of a series.
type point struct {
	Period string `json:"period,omitempty" jsonschema:"such as 2026-W06, 2026-02, 2026-Q1, 2026"`
	number
}

func (c *clerk) series(ctx context.Context, q seriesQuestion) (*seriesAnswer, error) {
	pair, err := pairOf(q.Pair)
	if err != nil {
		return nil, err
	}
	from, asOf, err := c.span(q)
	if err != nil {
		return nil, err
	}
	limit := usualPoints
	if q.Limit != 0 {
		limit = q.Limit
	}
	switch {
	case q.Group != "" && !slices.Contains([]group{week, month, quarter, year}, q.Group):
		return nil, fault.Because(fault.Invalid, "there is no group %.40q: it may be week, month, quarter or year", string(q.Group))
	case limit < 1 || limit > maxPoints:
		return nil, fault.Because(fault.Invalid, "limit must be from 1 to %d", maxPoints)
	case from.After(asOf.At):
		return nil, fault.Because(fault.Invalid, "from is after to: %s and %s", moment(from), asked(asOf.At))
	}
	line, err := c.face.Ledger().Line(ctx, pair, time.Time{}, asOf.At, asOf)
	if err != nil {
		return nil, err
	}
	a := &seriesAnswer{
		Pair: pair, From: from, To: asOf.At, KnownAt: asOf.Known, Group: q.Group,
		Method: "each rate that was settled", Points: []point{},
	}
	if q.Group != "" {
		a.Method = fmt.Sprintf("the last rate of each %s", q.Group)
	}
	if err := a.take(line.Offers(), limit); err != nil {
		return nil, err
	}
	var ids []market.SourceID
	for _, p := range a.Points {
		ids = append(ids, p.Source)
	}
	a.Sources, err = c.sources(ctx, ids)
	return a, err
}

// span reads from when to when.
func (c *clerk) span(q seriesQuestion) (from time.Time, asOf market.AsOf, err error) {
	if asOf, err = c.asOf(when{AsOf: q.To, KnownAt: q.KnownAt}); err != nil {
		return from, asOf, err
	}
	day, err := currency.ParseDate(q.From)
	switch {
	case q.From == "":
		from = asOf.At.AddDate(-1, 0, 0).Truncate(24 * time.Hour)
	case err == nil && day.Day != 0:
		from = day.First()
	default:
		begin, err := market.ParseAsOf(q.From, "")
		if err != nil {
			return from, asOf, err
		}
		from = begin.At
	}
	return from, asOf, nil
}

// take takes the points of a line, which has the oldest first, as far as the limit goes.
func (a *seriesAnswer) take(line []market.Offer, limit int) error {
	last, oldest := "", time.Time{}
	for _, p := range line {
		if oldest.IsZero() {
			oldest = p.At
		}
		if p.At.Before(a.From) {
			continue
		}
		period := a.Group.of(p.At)
		switch another := period == "" || period != last; {
		case !another && a.More == 0:
			a.Points[len(a.Points)-1].number = asNumber(p) // a later one of the same period
		case another && len(a.Points) < limit:
			a.Points = append(a.Points, point{period, asNumber(p)})
		case another:
			if a.More++; a.Next == "" {
				a.Next = p.At.Format(time.RFC3339Nano)
			}
		}
		last = period
	}
	if len(a.Points) == 0 && oldest.IsZero() {
		return fault.Because(fault.NotFound, "no source has said what %s was on %s or before", a.Pair, asked(a.To))
	}
	if len(a.Points) == 0 {
		return fault.Because(fault.NotFound, "no source has said what %s was from %s to %s; the newest before is of %s, the oldest of %s",
			a.Pair, moment(a.From), asked(a.To), moment(line[len(line)-1].At), moment(oldest))
	}
	return nil
}

// of names the period of a moment; empty where nothing is grouped.
func (g group) of(t time.Time) string {
	t = t.UTC()
	switch g {
	case week:
		y, w := t.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", y, w)
	case month:
		return t.Format("2006-01")
	case quarter:
		return fmt.Sprintf("%04d-Q%d", t.Year(), (int(t.Month())+2)/3)
	case year:
		return t.Format("2006")
	}
	return ""
}

func (a *seriesAnswer) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s from %s to %s, %s:\n", a.Pair, moment(a.From), asked(a.To), a.Method)
	for _, p := range a.Points {
		if p.Period != "" {
			fmt.Fprintf(&b, "%s: ", p.Period)
		}
		fmt.Fprintf(&b, "%s\n", a.Sources.said(p.number))
	}
	if a.More > 0 {
		fmt.Fprintf(&b, "%d more were left out: ask again with from %s and known_at %s\n", a.More, a.Next, a.KnownAt.Format(time.RFC3339Nano))
	}
	b.WriteString(a.Sources.credits())
	return strings.TrimSpace(b.String())
}
