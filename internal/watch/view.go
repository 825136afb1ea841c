package watch

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/render"
)

// frame is how many lines stand around the body: the head, the trouble, the selected row in a sentence, the keys.
const frame = 4

// body is how many lines there are for what is shown.
func (m Model) body() int { return max(1, m.height-frame) }

// View implements tea.Model.
func (m Model) View() tea.View {
	v := tea.NewView(m.screen())
	v.AltScreen, v.WindowTitle = true, "Courant: "+m.name
	return v
}

// screen is the text of the whole terminal. No line is wider than it, and there are not more lines than it has.
func (m Model) screen() string {
	lines := []string{m.head(), m.plight()}
	if m.page == board {
		lines = append(lines, m.table(m.body())...)
	} else {
		all := m.lines()
		from := max(0, min(m.scroll, len(all)-m.body()))
		lines = append(lines, all[from:min(len(all), from+m.body())]...)
	}
	for len(lines) < m.height-2 {
		lines = append(lines, "")
	}
	lines = append(lines[:max(0, min(len(lines), m.height-2))], m.about(), m.keys())
	for i, l := range lines {
		if m.o.ASCII {
			l = ascii(l)
		}
		lines[i] = strings.TrimRight(ansi.Truncate(l, m.width, ""), " ")
	}
	return strings.Join(lines[:min(len(lines), max(1, m.height))], "\n")
}

// head says of which paper the board is, and how current.
func (m Model) head() string {
	left, right := m.bold("Courant")+", "+m.name, m.now.UTC().Format("15:04:05 UTC")
	if m.paused {
		right = "paused; " + m.since()
	}
	if m.order != asGiven {
		left += ", " + m.order.String()
	}
	gap := m.width - ansi.StringWidth(left) - ansi.StringWidth(right)
	if gap < 2 {
		return left
	}
	return left + strings.Repeat(" ", gap) + right
}

// plight says what is wrong, if anything is, or what is looked for.
func (m Model) plight() string {
	switch {
	case m.typing:
		return "filter: " + m.filter + "_"
	case m.trouble != nil:
		left := max(0, int(m.due.Sub(m.now).Seconds()+0.999))
		again := fmt.Sprintf("; asked again in %d s", left)
		if m.paused {
			again = ""
		}
		return m.warn(m.since() + again + ": " + fault.Sentence(m.trouble))
	case m.filter != "":
		return fmt.Sprintf("filter: %s (%d of %d; esc ends it)", m.filter, len(m.shown()), len(m.rows))
	}
	return ""
}

// about is the selected row in a sentence: who said it, and about when.
func (m Model) about() string {
	rows := m.shown()
	if m.page != board || len(rows) == 0 {
		return ""
	}
	r := rows[min(m.selected, len(rows)-1)]
	text := fmt.Sprintf("%s: %s, of %s", r.Symbol, r.Said, moment(r.At))
	if words := r.words(); words != "" {
		text = fmt.Sprintf("%s: %s; %s, of %s", r.Symbol, words, r.Said, moment(r.At))
	}
	return m.faint(ansi.Truncate(text, m.width, "…"))
}

// keys are the keys that work, as many as there is room for.
func (m Model) keys() string {
	arrows := "↑↓"
	if m.o.ASCII {
		arrows = "arrows"
	}
	all := []string{"q quit", "? help", "enter detail", arrows + " select", "s sort", "/ filter", "p pause", "r refresh"}
	switch {
	case m.typing:
		all = []string{"enter keep", "esc end"}
	case m.page != board:
		all = []string{"q quit", "esc back", arrows + " scroll"}
	}
	text := ""
	for _, key := range all {
		if text != "" {
			key = "  " + key
		}
		if ansi.StringWidth(text+key) > m.width {
			break
		}
		text += key
	}
	return m.faint(text)
}

// lines are those of a page that is not the board.
func (m Model) lines() []string {
	if m.page == help {
		return m.wrapped(helpText)
	}
	rows := m.shown()
	if len(rows) == 0 {
		return []string{"There is nothing to show."}
	}
	r := rows[min(m.selected, len(rows)-1)]
	text := []string{m.bold(string(r.Symbol)) + "  " + r.Name, ""}
	field := func(name, value string) {
		if value == "" {
			return
		}
		const indent = 12
		for i, l := range m.wrap(value, m.width-indent) {
			if i > 0 {
				name = ""
			}
			text = append(text, fmt.Sprintf("%-*s%s", indent, name, l))
		}
	}
	field("Value", render.Number(r.Value))
	if !r.Exact.Equal(r.Value) {
		field("Exactly", render.Number(r.Exact))
	}
	field("Change", strings.TrimSpace(m.triangle(r)+" "+r.change()))
	field("Said by", fmt.Sprintf("%s (%s)", r.Said, r.Source))
	field("About when", moment(r.At)+", "+ageOf(r.At, m.now)+" ago")
	field("Learnt", moment(r.Seen))
	field("How", howOf(r.How))
	field("Why this", r.Why)
	for _, address := range r.Numbers {
		field("Number", address)
	}
	for _, f := range r.Flags {
		word := f.Word
		if f.Doubt {
			word = "! " + word
		}
		field("Note", word+": "+f.Text)
	}
	if len(r.Course) > 1 {
		field("Sessions", spark(r.Course, max(1, min(sessions, m.width-12)), m.o.ASCII))
		field("", fmt.Sprintf("%d, the last of %s", len(r.Course), moment(r.At)))
	}
	return text
}

const helpText = `↑ ↓ (or k j), page up and down, home and end move. Enter shows all that is known of the selected row: who said it, about when, when it was learnt, how it was computed, and the address of the number. Esc leads back.

s sorts: as given, by name, by change, by age. / looks for a part of a symbol or a name. p stops and goes on asking, r asks at once. q or Ctrl-C ends.

› is the selected row, * one that changed in the last minute, ! one whose number is in doubt: old, disputed, or of money that is no more. ▲ up and ▼ down are counted from the same source's earlier value; "none" means that no change can honestly be computed, and the row's page says why.

All times are UTC. The course is of the last thirty sessions; what moves by less than a fifth of a per cent looks flat.`

func (m Model) wrapped(text string) (lines []string) {
	for paragraph := range strings.SplitSeq(text, "\n") {
		lines = append(lines, m.wrap(paragraph, m.width)...)
	}
	return lines
}

func (m Model) wrap(text string, width int) []string {
	return strings.Split(ansi.Wrap(text, max(1, width), ""), "\n")
}

// ascii writes a line for a terminal that shows nothing else.
func ascii(line string) string {
	line = strings.NewReplacer("▲", "^", "▼", "v", render.Minus, "-", "›", ">", "…", "~", "↑ ↓", "arrows").Replace(line)
	return strings.Map(func(r rune) rune {
		if r > '~' {
			return '?'
		}
		return r
	}, line)
}

// Colours of 256, each in two shades, with a contrast of more than 4.5 to 1 on a black or a white ground.
func (m Model) paint(text string, onDark, onLight int) string {
	if m.o.Plain || text == "" {
		return text
	}
	if !m.dark {
		onDark = onLight
	}
	return fmt.Sprintf("\x1b[38;5;%dm%s\x1b[39m", onDark, text)
}

func (m Model) rise(text string) string  { return m.paint(text, 114, 22) }
func (m Model) fall(text string) string  { return m.paint(text, 210, 88) }
func (m Model) warn(text string) string  { return m.paint(text, 221, 94) }
func (m Model) faint(text string) string { return m.paint(text, 248, 240) }

// bold is no colour, but where none is wanted nothing is.
func (m Model) bold(text string) string {
	if m.o.Plain {
		return text
	}
	return "\x1b[1m" + text + "\x1b[22m"
}
