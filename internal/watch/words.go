package watch

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/render"
)

// moment writes a time for people: a day where it is midnight UTC, as sources that speak of days give it.
func moment(t time.Time) string {
	if t = t.UTC(); t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format("2 January 2006")
	}
	return t.Format("2 January 2006, 15:04 UTC")
}

// brief writes a time for a table: with the hour where it has one, and is of the last week.
func brief(t, now time.Time) string {
	if t = t.UTC(); t.Equal(t.Truncate(24*time.Hour)) || now.Sub(t) > 7*24*time.Hour {
		return t.Format("2 Jan 2006")
	}
	return t.Format("2 Jan, 15:04")
}

// ageOf says how long before a moment another was.
func ageOf(t, now time.Time) string {
	switch age := now.Sub(t); {
	case age < time.Minute:
		return "0 min"
	case age < time.Hour:
		return fmt.Sprintf("%d min", age/time.Minute)
	case age < 48*time.Hour:
		return fmt.Sprintf("%d h", age/time.Hour)
	default:
		return fmt.Sprintf("%d d", age/(24*time.Hour))
	}
}

// The directions of a change, as its digits say: what rounds to nothing has none.
const (
	flat = iota
	up
	down
)

func (r Row) direction() int {
	if r.Move == nil {
		return flat
	}
	switch r.Move.Percent.RoundPlaces(2).Sign() {
	case 1:
		return up
	case -1:
		return down
	}
	return flat
}

// change is a change in words: up +0.0012 (+0.10%) since 25 November 2026.
func (r Row) change() string {
	if r.Move == nil {
		return "no change: " + r.Withheld
	}
	since := "the previous close"
	if !r.Move.Since.IsZero() {
		since = moment(r.Move.Since)
	}
	word := [...]string{flat: "unchanged", up: "up", down: "down"}[r.direction()]
	return fmt.Sprintf("%s %s (%s) since %s", word, render.Signed(r.Move.By), render.Percent(r.Move.Percent), since)
}

// howOf says in words how a value was reached.
func howOf(h market.How) string {
	switch h {
	case market.Said:
		return "the source's own number"
	case market.Inverse:
		return "computed: 1 divided by the source's own number for the pair turned round"
	case market.Crossed:
		return "computed: two rates of one sheet of one source"
	case market.Computed:
		return "computed: arithmetic over one quote"
	case market.Fixed:
		return "fixed by a law or a promise"
	}
	return printable(string(h))
}

// line is all that is to be known of a row at a glance, as a sentence.
func line(r Row) string {
	text := fmt.Sprintf("%s %s, %s; %s, of %s", r.Symbol, render.Number(r.Value), r.change(), r.Said, moment(r.At))
	if words := r.words(); words != "" {
		text += "; " + words
	}
	return text
}

// printTable prints rows once, in columns.
func printTable(w io.Writer, rows []Row, now time.Time) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "symbol\tname\tvalue\tchange\tof\tage\tsource\tnotes")
	for _, r := range rows {
		change := "none: " + r.Withheld
		if r.Move != nil {
			change, _, _ = strings.Cut(r.change(), " since")
		}
		fmt.Fprintln(t, strings.Join([]string{
			string(r.Symbol), r.Name, render.Number(r.Value), change, brief(r.At, now), ageOf(r.At, now), string(r.Source), r.words(),
		}, "\t"))
	}
	return t.Flush()
}
