package watch

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/render"
)

// column is one of the board's.
type column struct {
	title string
	rank  int  // how early it is given room: 1 first
	right bool // set flush right
	most  int  // characters; 0: as many as it has
	least int  // to which it may be cut where there is little room; 0: it is not
	cell  func(r Row) string
	paint func(r Row, text string) string // nil: none
}

// The columns between which there must be room, and what the course may take.
const (
	gap        = 2
	leastWide  = 8
	changedFor = time.Minute

	mostName, mostNotes, leastNotes = 24, 28, 5

	titleOfCourse, titleOfMoment, titleOfAge = "sessions", "of", "age"
)

func (m Model) columns() []column {
	moved := func(r Row, text string) string {
		switch r.direction() {
		case up:
			return m.rise(text)
		case down:
			return m.fall(text)
		}
		return text
	}
	return []column{
		{title: "symbol", rank: 1, cell: func(r Row) string { return string(r.Symbol) }},
		{title: "name", rank: 10, most: mostName, cell: func(r Row) string { return r.Name }},
		{title: "value", rank: 2, right: true, cell: func(r Row) string { return render.Number(r.Value) }},
		{title: "change", rank: 9, right: true, paint: moved, cell: func(r Row) string {
			if r.Move == nil {
				return "none"
			}
			return render.Signed(r.Move.By)
		}},
		{title: "per cent", rank: 3, right: true, paint: moved, cell: func(r Row) string {
			if r.Move == nil {
				return "none"
			}
			return m.triangle(r) + " " + render.Percent(r.Move.Percent)
		}},
		{title: titleOfMoment, rank: 4, cell: func(r Row) string { return brief(r.At, m.now) }},
		{title: titleOfAge, rank: 8, right: true, cell: func(r Row) string { return ageOf(r.At, m.now) }},
		{title: "source", rank: 5, most: mostName, cell: func(r Row) string { return string(r.Source) }},
		{title: "notes", rank: 7, most: mostNotes, least: leastNotes, cell: func(r Row) string { return r.notes() }, paint: func(r Row, text string) string {
			if r.doubtful() {
				return m.warn(text)
			}
			return text
		}},
		{title: titleOfCourse, rank: 6},
	}
}

// triangle is the direction of a change; of none a space, so that the digits stay below each other.
func (m Model) triangle(r Row) string {
	return [...]string{flat: " ", up: "▲", down: "▼"}[r.direction()]
}

// table draws the head of the board and as many rows as there is room for, among them the selected one.
func (m Model) table(height int) []string {
	rows := m.shown()
	if len(rows) == 0 {
		if len(m.rows) == 0 {
			return []string{"Nothing has been heard yet."}
		}
		return []string{"Nothing has that in its symbol or its name."}
	}
	columns, widths := m.fit(rows)
	var head strings.Builder
	head.WriteString("  ")
	for i, c := range columns {
		head.WriteString(set(c.title, widths[i], c.right && c.title != titleOfCourse) + strings.Repeat(" ", gap))
	}
	lines := []string{m.faint(strings.TrimRight(head.String(), " "))}
	room := max(1, height-1)
	from := max(0, min(m.selected-room/2, len(rows)-room))
	for i := from; i < min(len(rows), from+room); i++ {
		lines = append(lines, m.row(rows[i], i == m.selected, columns, widths))
	}
	return lines
}

func (m Model) row(r Row, selected bool, columns []column, widths []int) string {
	var b strings.Builder
	mark := " "
	if selected {
		mark = "›"
	}
	b.WriteString(mark)
	switch at, ok := m.changed[r.Symbol]; {
	case r.doubtful():
		b.WriteString(m.warn("!"))
	case ok && m.now.Sub(at) < changedFor:
		b.WriteString("*")
	default:
		b.WriteString(" ")
	}
	for i, c := range columns {
		var text string
		if c.title == titleOfCourse {
			text = spark(r.Course, widths[i], m.o.ASCII)
		} else {
			text = ansi.Truncate(c.cell(r), widths[i], "…")
		}
		if c.paint != nil {
			text = c.paint(r, text)
		} else if selected && i == 0 {
			text = m.bold(text)
		}
		b.WriteString(set(text, widths[i], c.right) + strings.Repeat(" ", gap))
	}
	return b.String()
}

// fit chooses the columns for which there is room, the more important first, and how wide each is. The course takes what is
// left over. A column of which every cell is empty is left out.
func (m Model) fit(rows []Row) (fitting []column, widths []int) {
	all := m.columns()
	wide := make([]int, len(all))
	for i, c := range all {
		if c.title == titleOfCourse {
			if slices.ContainsFunc(rows, func(r Row) bool { return len(r.Course) > 1 }) {
				wide[i] = leastWide
			}
			continue
		}
		for _, r := range rows {
			wide[i] = max(wide[i], ansi.StringWidth(c.cell(r)))
		}
		if wide[i] == 0 {
			continue
		}
		if wide[i] = max(wide[i], len(c.title)); c.most > 0 {
			wide[i] = min(wide[i], c.most)
		}
	}
	byRank := make([]int, len(all))
	for i := range byRank {
		byRank[i] = i
	}
	slices.SortFunc(byRank, func(a, b int) int { return cmp.Compare(all[a].rank, all[b].rank) })
	left := m.width - 2
	taken := make([]bool, len(all))
	take := func(i int) {
		if least := all[i].least; least > 0 && left >= least {
			wide[i] = min(wide[i], left)
		}
		if taken[i] = wide[i] > 0 && (wide[i] <= left || all[i].rank <= 2); taken[i] {
			left -= wide[i] + gap
		}
	}
	for _, i := range byRank {
		if taken[i] {
			continue
		}
		if take(i); all[i].title == titleOfMoment && !taken[i] { // no number stands without its time, be it told in short
			take(slices.IndexFunc(all, func(c column) bool { return c.title == titleOfAge }))
		}
	}
	for i, c := range all {
		if !taken[i] {
			continue
		}
		if c.title == titleOfCourse {
			wide[i] += max(0, min(sessions-leastWide, left+gap))
		}
		fitting, widths = append(fitting, c), append(widths, wide[i])
	}
	return fitting, widths
}

// set pads a text to a width.
func set(text string, width int, right bool) string {
	pad := strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
	if right {
		return pad + text
	}
	return text + pad
}

// spark draws the last values of a course, one character each. What moves by less than a fifth of a per cent looks flat, as
// it does on the pages.
func spark(course []currency.Decimal, width int, ascii bool) string {
	if len(course) < 2 {
		return ""
	}
	steps := []rune("▁▂▃▄▅▆▇█")
	if ascii {
		steps = []rune("_.-:=+*#")
	}
	course = course[max(0, len(course)-width):]
	low, high := course[0].Float(), course[0].Float()
	for _, d := range course {
		low, high = min(low, d.Float()), max(high, d.Float())
	}
	if middle := (low + high) / 2; high-low < middle*0.002 {
		low, high = middle*0.999, middle*1.001
	}
	if high <= low { // all zero: no prices, but no reason to divide by zero
		low, high = low-1, high+1
	}
	drawn := make([]rune, len(course))
	for i, d := range course {
		at := int((d.Float() - low) / (high - low) * float64(len(steps)))
		drawn[i] = steps[max(0, min(at, len(steps)-1))]
	}
	return string(drawn)
}
