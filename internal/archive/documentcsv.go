package archive

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/courant-news/courant/internal/fault"
)

// grid is a table before anybody knows what its columns are.
type grid struct {
	rows   []gridRow
	commas bool // a number may have a decimal comma in it
}

type gridRow struct {
	cells []string
	line  int
}

// cell returns a cell of a row, empty where the row is too short or the column is none.
func (r gridRow) cell(column int) string {
	if column < 0 || column >= len(r.cells) {
		return ""
	}
	return r.cells[column]
}

// text is the row as people read it.
func (r gridRow) text() string { return strings.Join(r.cells, " ") }

// numbers counts the cells that mean to be one.
func (r gridRow) numbers() (numbers, filled int) {
	for _, cell := range r.cells {
		if cell != "" {
			filled++
		}
		if numeric(cell) && !strings.Contains(cell, " ") {
			numbers++
		}
	}
	return numbers, filled
}

// readCSV reads a table of separated values. It is false, and nothing was read, where the text is none.
func (d *documentReader) readCSV(text string) (isTable bool, err error) {
	const most = 1_000_000 // cells; behind each but the last of a line stands a separator
	var like *grid         // what is a table, but not one that is understood
	tooMany := false
	for _, separator := range []rune{'\t', ';', '|', ','} {
		switch n := strings.Count(text, string(separator)); {
		case n == 0:
			continue
		case n > most: // nobody may fill the memory with cells in which nothing stands
			tooMany = true
			continue
		}
		g, broken := parseGrid(text, separator)
		if len(g.rows) == 0 {
			continue
		}
		if columns, ok := g.columns(); ok {
			if broken != nil {
				return true, broken
			}
			return true, d.readGrid(g, columns)
		}
		if like == nil && g.tabular() {
			like = g
		}
	}
	if like != nil {
		return true, fault.Because(fault.Invalid, "this is a table, and it is not clear which of its columns are the currency and the rate "+
			"(line %d: %.80q): write headings such as code and rate, or symbol, last, change and percent, above them", like.rows[0].line, like.rows[0].text())
	}
	if tooMany {
		return true, fault.Because(fault.Invalid, "the table has more than %d cells: give a part of it", most)
	}
	return false, nil
}

// parseGrid parts a text into cells. Where it breaks off, as all but a table does, the rows until then are returned.
func parseGrid(text string, separator rune) (*grid, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = separator, -1, separator != '\t'
	g := &grid{commas: separator != ','}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return g, nil
		}
		if err != nil {
			return g, fault.Because(fault.Invalid, "the table cannot be read: %w", err)
		}
		if len(g.rows) == maxLines {
			return g, fault.Because(fault.Invalid, "the table has more than %d lines: give a part of it", maxLines)
		}
		line, _ := r.FieldPos(0)
		row := gridRow{cells: cells, line: line}
		rule := true // a line of dashes between headings and rows
		for i := range cells {
			cells[i] = clean(cells[i], false)
			rule = rule && strings.Trim(cells[i], "-:") == ""
		}
		if !rule {
			g.rows = append(g.rows, row)
		}
	}
}

// tabular says whether this is a table at all: its lines have numbers in most of their cells, or as many cells each as
// no story has commas.
func (g *grid) tabular() bool {
	const many = 5
	full, numbered, widths := 0, 0, map[int]int{}
	for _, r := range g.rows {
		numbers, filled := r.numbers()
		if len(r.cells) < 2 {
			continue
		}
		full++
		widths[len(r.cells)]++
		if 2*numbers >= filled && filled > 1 {
			numbered++
		}
	}
	for width, n := range widths {
		alike := width > 2 && 10*n >= 9*len(g.rows)
		if alike && (n >= many || n > 1 && numbered > 0) {
			return true
		}
	}
	return numbered > 1 && 2*numbered >= full && 2*full >= len(g.rows)
}
