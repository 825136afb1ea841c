package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/market"
)

// printJSON prints a reply for programs.
func printJSON(cmd *cobra.Command, v any) error {
	e := json.NewEncoder(cmd.OutOrStdout())
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// table prints rows in columns; a cell must not hold a tab. Columns whose heading ends in a space are set flush right
// by padding them here, since tabwriter sets all or none.
func table(w io.Writer, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	return t.Flush()
}

// asOfFlags declares --as-of and --known-at.
type asOfFlags struct{ at, known string }

func (a *asOfFlags) declare(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.at, "as-of", "", "what was true then: a day, 2026-02-02, or an instant of RFC 3339 (default now)")
	cmd.Flags().StringVar(&a.known, "known-at", "", "as it was known then (default now)")
}

func (a *asOfFlags) asOf() (market.AsOf, error) { return market.ParseAsOf(a.at, a.known) }

// moment writes a time for people: a day where it is midnight UTC, as daily sources give it.
func moment(t time.Time) string {
	t = t.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04")
}

// someTime is a time that may be left out.
func someTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// flagJSON is a flag in a reply for programs.
type flagJSON struct {
	Code   market.FlagCode `json:"code"`
	Text   string          `json:"text"`
	Doubt  bool            `json:"doubt"`
	Source string          `json:"source,omitempty"`
}

func flagsJSON(flags []market.Flag) []flagJSON {
	out := make([]flagJSON, 0, len(flags))
	for _, f := range flags {
		out = append(out, flagJSON{f.Code, f.Text, f.Doubt, f.Source})
	}
	return out
}

func flagWords(flags []market.Flag) string {
	words := make([]string, 0, len(flags))
	for _, f := range flags {
		words = append(words, f.Word)
	}
	return strings.Join(words, ", ")
}

func ids(from []market.Observation) []market.ID {
	out := make([]market.ID, 0, len(from))
	for _, o := range from {
		out = append(out, o.ID)
	}
	return out
}

// terminal says how many columns a writer has, 0 where it is no terminal, and whether it may be written to in colour: not
// where the environment says NO_COLOR (no-color.org), nor on a terminal that knows none.
func terminal(w io.Writer) (wide int, colour bool) {
	f, ok := w.(*os.File)
	if !ok {
		return 0, false
	}
	wide = columns(f)
	return wide, wide > 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// bar shows the progress of long work on a terminal; elsewhere it prints nothing.
type bar struct {
	out   *os.File
	what  string
	shown time.Time
}

// newBar returns a bar on standard error, or nil where that is no terminal. A nil bar may be used.
func newBar(what string) *bar {
	info, err := os.Stderr.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return &bar{out: os.Stderr, what: what}
}

// to draws the bar, ten times a second at most.
func (b *bar) to(done, of int) {
	if b == nil || of == 0 || done < of && time.Since(b.shown) < 100*time.Millisecond {
		return
	}
	b.shown = time.Now()
	const width = 30
	full := done * width / of
	fmt.Fprintf(b.out, "\r%s [%s%s] %3d %%", b.what, strings.Repeat("=", full), strings.Repeat(" ", width-full), done*100/of)
	if done >= of {
		fmt.Fprintln(b.out)
	}
}
