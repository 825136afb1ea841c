package markettest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
)

// command is a line of a script with the indented lines below it.
type command struct {
	line    int
	text    string
	words   []word
	clauses []command
}

// word is a word of a line, or a text that stood in quotes.
type word struct {
	text   string
	quoted bool
}

// test is one account in a script.
type test struct {
	name     string
	commands []command
}

func parseFile(file string) (common []command, tests []test, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	common, tests, err = parse(string(text))
	if err != nil {
		return nil, nil, fmt.Errorf("%s:%w", filepath.Base(file), err)
	}
	return common, tests, nil
}

// parse reads a script. Its errors begin with the number of the line.
func parse(text string) (common []command, tests []test, err error) {
	into := &common
	n := 0
	for line := range strings.Lines(text) {
		n++
		words, err := split(line)
		if err != nil {
			return nil, nil, fmt.Errorf("%d: %w", n, err)
		}
		if len(words) == 0 {
			continue
		}
		c := command{line: n, text: strings.TrimSpace(line), words: words}
		switch {
		case line[0] == ' ' || line[0] == '\t':
			if len(*into) == 0 {
				return nil, nil, fmt.Errorf("%d: an indented line belongs to a command, and there is none above", n)
			}
			last := &(*into)[len(*into)-1]
			last.clauses = append(last.clauses, c)
		case words[0].text == "test":
			if len(words) != 2 || !words[1].quoted {
				return nil, nil, fmt.Errorf("%d: write test \"A sentence\"", n)
			}
			tests = append(tests, test{name: words[1].text})
			into = &tests[len(tests)-1].commands
		default:
			*into = append(*into, c)
		}
	}
	if len(tests) == 0 {
		return nil, nil, fmt.Errorf("%d: the script has no test", n)
	}
	return common, tests, nil
}

// split takes a line apart at its spaces, up to a comment; what stands in double quotes is one word.
func split(line string) ([]word, error) {
	var words []word
	for {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			return words, nil
		}
		if rest, quoted := strings.CutPrefix(line, `"`); quoted {
			text, after, closed := strings.Cut(rest, `"`)
			if !closed {
				return nil, fmt.Errorf("a quotation without an end: %s", line)
			}
			words, line = append(words, word{text, true}), after
			continue
		}
		end := strings.IndexAny(line, " \t\"")
		if end < 0 {
			end = len(line)
		}
		words, line = append(words, word{text: line[:end]}), line[end:]
	}
}

// reader takes the words of a command one after the other. It keeps the first thing found wrong.
type reader struct {
	words []word
	err   error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *reader) more() bool { return r.err == nil && len(r.words) > 0 }

func (r *reader) peek() word {
	if len(r.words) == 0 {
		return word{}
	}
	return r.words[0]
}

// next takes a word, named what for the error when there is none.
func (r *reader) next(what string) string {
	if len(r.words) == 0 {
		r.fail("%s is missing at the end", what)
		return ""
	}
	w := r.words[0]
	r.words = r.words[1:]
	return w.text
}

// take takes the next word if it is this one.
func (r *reader) take(text string) bool {
	if w := r.peek(); w.quoted || w.text != text {
		return false
	}
	r.words = r.words[1:]
	return true
}

// expect takes a word that must be this one.
func (r *reader) expect(text string) {
	if !r.take(text) {
		r.fail("%q belongs where %q stands", text, r.peek().text)
	}
}

// quotation takes a text in quotes.
func (r *reader) quotation() string {
	if !r.peek().quoted {
		r.fail("a text in quotes belongs where %q stands", r.peek().text)
		return ""
	}
	return r.next("a text")
}

// done fails where words are left.
func (r *reader) done() error {
	if r.err == nil && len(r.words) > 0 {
		r.fail("%q is too much", r.words[0].text)
	}
	return r.err
}

// instant takes a day (its first instant) or an instant, whose seconds may be left out.
func (r *reader) instant() time.Time {
	text := r.next("a day")
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04Z07:00", time.RFC3339Nano} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	r.fail("%q is no day or instant", text)
	return time.Time{}
}

// span takes a duration: days as 4d, else as Go writes it.
func (r *reader) span() time.Duration {
	text := r.next("a duration")
	factor := time.Duration(1)
	hours := text
	if days, ok := strings.CutSuffix(text, "d"); ok {
		hours, factor = days+"h", 24
	}
	d, err := time.ParseDuration(hours)
	if err != nil {
		r.fail("%q is no duration", text)
	}
	return d * factor
}

// fields are the words by which scripts name fields.
var fields = map[string]market.Field{
	"rate": market.Rate, "last": market.Last, "previous": market.PreviousClose,
	"change": market.Change, "percent": market.Percent,
}
