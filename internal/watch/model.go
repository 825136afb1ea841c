package watch

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Options are what a board may be told; the zero value works.
type Options struct {
	Every time.Duration    // between two questions; 0: ten seconds
	ASCII bool             // the terminal shows no other characters
	Plain bool             // without colour
	Now   func() time.Time // nil: time.Now
}

// Model is the board on the terminal: a model of Bubble Tea. Update and View ask no clock, no paper and no environment; what
// they know of these has come in messages.
type Model struct {
	state
	o    Options
	name string         // of the paper
	read func() tea.Msg // asks it
	told func() tea.Msg // waits until it says that there is something new
	run  func() tea.Msg // lets it say so, to the end

	now           time.Time
	width, height int
	dark          bool // the terminal's background
	asking        bool
	again         bool // what is being asked may be answered from before the last news
	paused        bool

	order    order
	filter   string
	typing   bool // of the filter
	selected int  // in the list as it is shown
	page     page
	scroll   int // of a page that is not the board
}

// order is how the board is sorted.
type order int

const (
	asGiven order = iota
	byName
	byChange
	byAge
	orders
)

func (o order) String() string {
	return [...]string{asGiven: "as given", byName: "by name", byChange: "by change", byAge: "by age"}[o]
}

// page is what is shown.
type page int

const (
	board page = iota
	detail
	help
)

// Messages.
type (
	// Reading is what a paper said, or why it said nothing.
	Reading struct {
		Rows []Row
		Err  error
		At   time.Time
	}
	// Beat is a moment gone by.
	Beat time.Time
	// News is that a paper has something new.
	News struct{}
)

// First makes the first reading.
func First(ctx context.Context, source Source) Reading {
	rows, err := source.Read(ctx)
	return Reading{rows, err, time.Now()}
}

// Hopeless says whether asking again will not help: what was asked cannot be, or is not there.
func (r Reading) Hopeless() bool { return hopeless(r.Err) }

// New returns a board of a source, which it asks within the context. The first reading may have been made already; that of
// the zero value has not.
func New(ctx context.Context, source Source, first Reading, o Options) Model {
	if o.Every == 0 {
		o.Every = 10 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	m := Model{
		state: state{every: o.Every}, o: o, name: source.Name(), now: o.Now(), width: 80, height: 24, dark: true,
		read: func() tea.Msg {
			rows, err := source.Read(ctx)
			return Reading{rows, err, o.Now()}
		},
	}
	news, run := followed(ctx, source)
	m.run = func() tea.Msg {
		run()
		return nil
	}
	m.told = func() tea.Msg {
		select {
		case <-news:
			return News{}
		case <-ctx.Done():
			return nil
		}
	}
	if !first.At.IsZero() {
		m.take(first.Rows, first.Err, first.At)
	}
	return m
}

// Init implements tea.Model.
func (m Model) Init() tea.Cmd { return tea.Batch(tea.RequestBackgroundColor, m.beat(), m.run, m.told) }

// beat tells of the next second.
func (m Model) beat() tea.Cmd {
	now := m.o.Now
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return Beat(now()) })
}

// Update implements tea.Model.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.dark = msg.IsDark()
	case Reading:
		m.now, m.asking = msg.At, false
		m.take(msg.Rows, msg.Err, msg.At)
		if m.again && msg.Err == nil { // after a failure it waits as after any
			m.due = m.now
		}
		m.again = false
		m.selected = min(m.selected, max(0, len(m.shown())-1))
	case Beat:
		m.now = time.Time(msg)
		m.age(m.now)
		if !m.asking && !m.paused && !m.now.Before(m.due) {
			m.asking = true
			return m, tea.Batch(m.beat(), m.read)
		}
		return m, m.beat()
	case News:
		if m.asking || m.paused {
			m.again, m.due = m.asking, m.now
			return m, m.told
		}
		m.asking = true
		return m, tea.Batch(m.told, m.read)
	case tea.KeyPressMsg:
		return m.press(msg)
	}
	return m, nil
}

// press is a key.
func (m Model) press(key tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	switch key.String() {
	case "ctrl+c":
		return m, tea.Quit
	case "ctrl+z":
		return m, tea.Suspend
	}
	if m.typing {
		return m.typed(key), nil
	}
	switch key.String() {
	case "q":
		return m, tea.Quit
	case "esc":
		if m.page == board {
			m.filter = ""
		}
		m.page, m.scroll = board, 0
	case "up", "k":
		m.move(-1)
	case "down", "j":
		m.move(1)
	case "pgup":
		m.move(-m.body())
	case "pgdown":
		m.move(m.body())
	case "home", "g":
		m.move(-MostSymbols)
	case "end", "G":
		m.move(MostSymbols)
	case "enter":
		if m.page == board && len(m.shown()) > 0 {
			m.page = detail
		} else {
			m.page = board
		}
		m.scroll = 0
	case "?":
		if m.scroll = 0; m.page == help {
			m.page = board
		} else {
			m.page = help
		}
	case "s":
		m.order, m.selected = (m.order+1)%orders, 0
	case "/":
		m.page, m.typing, m.scroll = board, true, 0
	case "p":
		m.paused = !m.paused
	case "r":
		if !m.asking {
			m.asking = true
			return m, m.read
		}
	}
	return m, nil
}

// typed is a key of the filter.
func (m Model) typed(key tea.KeyPressMsg) Model {
	const most = 40 // characters
	switch key.String() {
	case "enter":
		m.typing = false
	case "esc":
		m.typing, m.filter = false, ""
	case "backspace":
		if letters := []rune(m.filter); len(letters) > 0 {
			m.filter = string(letters[:len(letters)-1])
		}
	case "ctrl+u":
		m.filter = ""
	default:
		if text := m.filter + printableKey(key.Text); len([]rune(text)) <= most {
			m.filter = text
		}
	}
	m.selected = 0
	return m
}

// printableKey is what a key adds to a text.
func printableKey(text string) string {
	if text == " " {
		return text
	}
	return printable(text)
}

// move moves the selection, or what is read of a longer page.
func (m *Model) move(by int) {
	if m.page != board {
		m.scroll = max(0, min(m.scroll+by, len(m.lines())-m.body()))
		return
	}
	m.selected = max(0, min(m.selected+by, len(m.shown())-1))
}

// shown are the rows that pass the filter, in the order that was chosen.
func (m Model) shown() []Row {
	var rows []Row
	wanted := strings.ToLower(strings.TrimSpace(m.filter))
	for _, r := range m.rows {
		if strings.Contains(strings.ToLower(string(r.Symbol)+" "+r.Name), wanted) {
			rows = append(rows, r)
		}
	}
	switch m.order {
	case byName:
		slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(a.Symbol, b.Symbol) })
	case byChange: // the greatest first, and last what has none
		slices.SortStableFunc(rows, func(a, b Row) int {
			switch {
			case a.Move == nil && b.Move == nil:
				return 0
			case a.Move == nil:
				return 1
			case b.Move == nil:
				return -1
			}
			return b.Move.Percent.Cmp(a.Move.Percent)
		})
	case byAge: // the oldest first, since they want a look
		slices.SortStableFunc(rows, func(a, b Row) int { return a.At.Compare(b.At) })
	}
	return rows
}
