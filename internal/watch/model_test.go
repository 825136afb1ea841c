package watch_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/watch"
)

var update = flag.Bool("update", false, "write the golden files of the views anew")

func noon() time.Time { return time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC) }

// rows are six of which each has something of its own: it rose, fell, stood still, is old, is a share, has no change.
func rows() []watch.Row {
	day := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	row := func(symbol market.Symbol, name, value, by, percent string, course ...string) watch.Row {
		d := currency.MustDecimal
		r := watch.Row{
			Symbol: symbol, Name: name, Value: d(value), Exact: d(value), At: day, Seen: day.Add(15 * time.Hour), Source: "ecb", Said: "European Central Bank",
			How: market.Said, Why: "It issues the euro.", Numbers: []string{"https://paper.example/numbers/2zpzeq5nyg35iq4w"}, Flags: []watch.Flag{},
			Until: day.AddDate(0, 0, 4),
		}
		if by == "" {
			r.Withheld = "the code was on another scale"
		} else {
			r.Move = &watch.Move{Since: day.AddDate(0, 0, -3), By: d(by), Percent: d(percent)}
		}
		for _, c := range course {
			r.Course = append(r.Course, d(c))
		}
		return r
	}
	usd := row("EUR/USD", "US Dollar", "1.1830", "0.0012", "0.101539891", "1.17", "1.171", "1.175", "1.174", "1.18", "1.1818", "1.1830")
	jpy := row("EUR/JPY", "Japanese Yen", "184.25", "-0.74", "-0.4000216", "186", "185.5", "185", "184.99", "184.25")
	dkk := row("EUR/DKK", "Danish Krone", "7.4602", "0.0000", "0", "7.46", "7.4601", "7.4602")
	dkk.Flags = []watch.Flag{{Code: market.Pegged, Word: "pegged to EUR", Text: "Danmarks Nationalbank holds DKK at 7.46038 for one EUR."}}
	rub := row("EUR/RUB", "Russian Rouble", "117.201", "1.003", "0.863188")
	rub.At, rub.Until = day.AddDate(-4, 1, -1), day.AddDate(-4, 1, 3)
	bp := row("XNYS:BP", "BP p.l.c. American depositary shares", "37.37", "-0.51", "-1.3463569")
	bp.Source, bp.Said, bp.At, bp.Move.Since = "page-2026-02-02", "The Sample", day.Add(11*time.Hour+30*time.Minute), time.Time{}
	syp := row("EUR/SYP", "Syrian Pound", "130.4", "", "")
	return []watch.Row{usd, jpy, dkk, rub, bp, syp}
}

// model is a board of those rows on a terminal of a size, after some keys.
func model(t *testing.T, o watch.Options, width, height int, keys ...string) tea.Model {
	t.Helper()
	paper, err := watch.NewRemote("https://paper.example", watch.RemoteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	o.Now = noon
	var m tea.Model = watch.New(t.Context(), paper, watch.Reading{Rows: rows(), At: noon()}, o)
	m, _ = m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	return press(m, keys...)
}

func press(m tea.Model, keys ...string) tea.Model {
	named := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "down": tea.KeyDown, "up": tea.KeyUp, "end": tea.KeyEnd, "backspace": tea.KeyBackspace}
	for _, k := range keys {
		key := tea.KeyPressMsg{Text: k}
		if code, ok := named[k]; ok {
			key = tea.KeyPressMsg{Code: code}
		} else {
			key.Code = []rune(k)[0]
		}
		m, _ = m.Update(key)
	}
	return m
}

func screen(m tea.Model) string { return m.View().Content }

func TestTheBoardIsDrawnAsItsGoldenFilesSay(t *testing.T) {
	for name, m := range map[string]tea.Model{
		"board-80x24":        model(t, watch.Options{Plain: true}, 80, 24),
		"board-80x24-colour": model(t, watch.Options{}, 80, 24, "down"),
		"board-40x20":        model(t, watch.Options{Plain: true}, 40, 20),
		"board-40x20-colour": model(t, watch.Options{}, 40, 20, "down"),
		"board-150x12":       model(t, watch.Options{Plain: true}, 150, 12, "down", "down", "down"),
		"board-80x8-end":     model(t, watch.Options{Plain: true}, 80, 8, "end"),
		"board-80x24-ascii":  model(t, watch.Options{Plain: true, ASCII: true}, 80, 24),
		"by-change-80x24":    model(t, watch.Options{Plain: true}, 80, 24, "s", "s"),
		"filter-80x24":       model(t, watch.Options{Plain: true}, 80, 24, "/", "y", "e", "n"),
		"detail-80x24":       model(t, watch.Options{Plain: true}, 80, 24, "enter"),
		"detail-40x20":       model(t, watch.Options{Plain: true}, 40, 20, "down", "down", "down", "enter"),
		"help-80x24":         model(t, watch.Options{Plain: true}, 80, 24, "?"),
	} {
		t.Run(name, func(t *testing.T) {
			got := screen(m) + "\n"
			file := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("drawn is\n%s\nand the golden file says\n%s", got, want)
			}
		})
	}
}

func TestNoLineIsWiderThanTheTerminalNorAreThereMore(t *testing.T) {
	for width := 1; width <= 200; width += 3 {
		for _, height := range []int{1, 2, 3, 5, 8, 24} {
			for _, keys := range [][]string{nil, {"enter"}, {"?", "down"}, {"/", "z"}, {"end"}} {
				text := screen(model(t, watch.Options{}, width, height, keys...))
				lines := strings.Split(text, "\n")
				if len(lines) > height {
					t.Fatalf("%d lines on a terminal of %d×%d after %q", len(lines), width, height, keys)
				}
				for _, l := range lines {
					if n := ansi.StringWidth(l); n > width {
						t.Fatalf("%q is %d wide on a terminal of %d×%d after %q", l, n, width, height, keys)
					}
				}
			}
		}
	}
}

func TestColourIsNeverTheOnlySign(t *testing.T) {
	plain, coloured := screen(model(t, watch.Options{Plain: true}, 120, 24)), screen(model(t, watch.Options{}, 120, 24))
	if strings.Contains(plain, "\x1b") || !strings.Contains(coloured, "\x1b[38;5;") {
		t.Errorf("colour where none is wanted, or none where it is:\n%q\n%q", plain, coloured)
	}
	if got := ansi.Strip(coloured); got != plain {
		t.Errorf("without its colours it says\n%s\nand not\n%s", got, plain)
	}
	light, _ := model(t, watch.Options{}, 120, 24).Update(tea.BackgroundColorMsg{Color: ansi.BrightWhite})
	if screen(light) == coloured {
		t.Error("a light ground has the colours of a dark one")
	}
}

func TestAValueTurnsStaleByItself(t *testing.T) {
	m := model(t, watch.Options{Plain: true}, 120, 24)
	if strings.Count(screen(m), "stale") != 1 {
		t.Fatal("more is stale from the beginning than what is of 2022")
	}
	m, cmd := m.Update(watch.Beat(noon().AddDate(0, 0, 5)))
	if text := screen(m); strings.Count(text, "stale") != 6 || !strings.Contains(text, "EUR/USD: last 2 Feb 2026; ") || cmd == nil {
		t.Errorf("days later it says\n%s", text)
	}
}

func TestTheLastValuesStayWhenThePaperCannotBeReached(t *testing.T) {
	m := model(t, watch.Options{Plain: true}, 120, 24)
	now := noon()
	var waits []string
	for range 7 {
		now = now.Add(time.Minute)
		m, _ = m.Update(watch.Reading{Err: fault.Because(fault.Upstream, "paper.example cannot be reached"), At: now})
		text := screen(m)
		if !strings.Contains(text, "1.1830") || !strings.Contains(text, "last reached 12:00 UTC") || !strings.Contains(text, "paper.example cannot be reached") {
			t.Fatalf("while it cannot be reached it says\n%s", text)
		}
		_, after, _ := strings.Cut(text, "asked again in ")
		wait, _, _ := strings.Cut(after, ":")
		waits = append(waits, wait)
	}
	if got := strings.Join(waits, ", "); got != "20 s, 40 s, 80 s, 160 s, 300 s, 300 s, 300 s" {
		t.Errorf("it waits %s", got)
	}
	later := watch.Reading{Err: watch.Later{Fault: fault.Because(fault.Busy, "too often"), After: time.Hour}, At: now}
	if m, _ = m.Update(later); !strings.Contains(screen(m), "asked again in 3600 s") {
		t.Errorf("it does not wait as long as it is told:\n%s", screen(m))
	}
	m, _ = m.Update(watch.Reading{Rows: rows(), At: now})
	if text := screen(m); strings.Contains(text, "reached") {
		t.Errorf("when it is reached again it says\n%s", text)
	}
}

// What a reading answers may be from before the news that came while it was made.
func TestNewsDuringAReadingIsReadAfterIt(t *testing.T) {
	for name, c := range map[string]struct {
		news  int
		err   error
		asked bool
	}{
		"none meanwhile":           {1, nil, false},
		"one":                      {2, nil, true},
		"several":                  {4, nil, true},
		"one, and no answer to it": {2, fault.Because(fault.Upstream, "paper.example cannot be reached"), false},
	} {
		m := model(t, watch.Options{Plain: true, Every: 24 * time.Hour}, 120, 24)
		for range c.news {
			m, _ = m.Update(watch.News{})
		}
		m, _ = m.Update(watch.Reading{Rows: rows(), Err: c.err, At: noon()})
		_, cmd := m.Update(watch.Beat(noon().Add(time.Second)))
		if _, asked := cmd().(tea.BatchMsg); asked != c.asked {
			t.Errorf("with news %s it asks again: %t", name, asked)
		}
	}
}

func TestWhatChangedIsMarkedForAMinute(t *testing.T) {
	m := model(t, watch.Options{Plain: true}, 120, 24)
	next := rows()
	next[1].Value = currency.MustDecimal("184.30")
	m, _ = m.Update(watch.Reading{Rows: next, At: noon().Add(10 * time.Second)})
	if text := screen(m); !strings.Contains(text, " *EUR/JPY") || strings.Contains(text, "*EUR/USD") {
		t.Errorf("the changed row is not marked, or another is:\n%s", text)
	}
	if m, _ = m.Update(watch.Beat(noon().Add(2 * time.Minute))); strings.Contains(screen(m), "*EUR/JPY") {
		t.Error("the mark stays")
	}
}

func TestTheKeysDoWhatTheHelpSays(t *testing.T) {
	quits := func(m tea.Model, key tea.KeyPressMsg) bool {
		_, cmd := m.Update(key)
		if cmd == nil {
			return false
		}
		_, ok := cmd().(tea.QuitMsg)
		return ok
	}
	m := model(t, watch.Options{Plain: true}, 120, 24)
	if !quits(m, tea.KeyPressMsg{Code: 'q', Text: "q"}) || !quits(m, tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}) {
		t.Error("q or Ctrl-C does not end it")
	}
	if typing := press(m, "/"); quits(typing, tea.KeyPressMsg{Code: 'q', Text: "q"}) || !quits(typing, tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}) {
		t.Error("in the filter q is a letter, and Ctrl-C the end")
	}
	paused := press(m, "p")
	if text := screen(paused); !strings.Contains(text, "paused") {
		t.Errorf("a pause is not shown:\n%s", text)
	}
	if text := screen(press(m, "/", "q", "q", "enter")); !strings.Contains(text, "Nothing has that") {
		t.Errorf("a filter that nothing passes shows\n%s", text)
	}
	if text := screen(press(m, "/", "q", "esc")); strings.Contains(text, "filter") && !strings.Contains(text, "/ filter") || !strings.Contains(text, "EUR/SYP") {
		t.Errorf("an ended filter shows\n%s", text)
	}
	if text := screen(press(m, "s", "s", "s")); strings.Index(text, "EUR/RUB") > strings.Index(text, "EUR/USD") {
		t.Errorf("by age the oldest is not the first:\n%s", text)
	}
	if text := screen(press(m, "down", "enter")); !strings.Contains(text, "Japanese Yen") || !strings.Contains(text, "down −0.74 (−0.40%) since 30 January 2026") {
		t.Errorf("the page of the second row says\n%s", text)
	}
	if screen(press(m, "enter", "esc")) != screen(m) || screen(press(m, "?", "?")) != screen(m) {
		t.Error("the way back leads elsewhere")
	}
}

func TestNothingHeardYetIsSaid(t *testing.T) {
	paper, err := watch.NewRemote("https://paper.example", watch.RemoteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m := watch.New(t.Context(), paper, watch.Reading{Err: errors.New("x"), At: noon()}, watch.Options{Plain: true, Now: noon})
	for _, keys := range [][]string{nil, {"enter"}, {"down", "enter", "s", "end"}} {
		if text := screen(press(m, keys...)); !strings.Contains(text, "Nothing has been heard yet") || !strings.Contains(text, "not reached yet") {
			t.Errorf("after %q it says\n%s", keys, text)
		}
	}
}
