package site

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// marks are what proof-reading finds on a board of our own: flags, by the currency of the row.
type marks map[currency.Code][]Flag

// marksOf proof-reads a board.
func marksOf(b market.Board) marks {
	return sorted(audit.Check(audit.OfBoard(b), audit.Embedded()), b.Base)
}

// sorted puts a report's findings to the rows that they are about, each rule once.
func sorted(r audit.Report, base currency.Code) marks {
	m, word := marks{}, words()
	for _, f := range r.Findings {
		subjects := f.Rows
		if len(subjects) == 0 {
			subjects = []string{f.Subject}
		}
		flag := flagOf(f, word(f.Rule))
		for _, subject := range subjects {
			code := currency.Code(strings.TrimPrefix(subject, string(base)+"/"))
			if !slices.ContainsFunc(m[code], func(f Flag) bool { return f.Code == flag.Code }) {
				m[code] = append(m[code], flag)
			}
		}
	}
	return m
}

// on adds what was found in a row to its flags, but for what they say already.
func (m marks) on(r Row) Row {
	own := r.Flags
	for _, flag := range m[currency.Code(r.Code)] {
		if !flagged(own, flag.Code) {
			r.Flags = append(r.Flags, flag)
		}
	}
	return r
}

// flagged says whether one of a row's own flags says what a rule finds.
func flagged(own []Flag, rule market.FlagCode) bool {
	var same []market.FlagCode
	switch {
	case rule == "currency.retired" || rule == "currency.not-iso":
		same = []market.FlagCode{market.Retired}
	case strings.HasPrefix(string(rule), "stale."):
		same = []market.FlagCode{market.Stale, market.Unchanged}
	}
	return slices.ContainsFunc(own, func(f Flag) bool { return slices.Contains(same, f.Code) })
}

// flagOf is a finding as a flag that leads to its rule.
func flagOf(f audit.Finding, word string) Flag {
	flag := Flag{
		Flag: market.Flag{Code: market.FlagCode(f.Rule), Word: word, Text: f.Message, Doubt: f.Severity > audit.Note},
		Href: rulesPath + "/" + f.Rule,
	}
	for _, e := range f.Evidence {
		if e.Source != "arithmetic" {
			flag.Source = e.Source
			break
		}
	}
	return flag
}

// words returns what says a rule as a flag bears it: its title, short, and small unless it begins with a code. A rule
// of a later version is its own code, which says at least what to look for.
func words() func(rule string) string {
	const most = 36 // letters, which a row of a phone can hold
	word := map[string]string{}
	for _, r := range audit.Rules() {
		letters := []rune(r.Title)
		if len(letters) > 1 && !unicode.IsUpper(letters[1]) {
			letters[0] = unicode.ToLower(letters[0])
		}
		word[r.Code] = shortened(string(letters), most)
	}
	return func(rule string) string { return cmp.Or(word[rule], rule) }
}

// askedBoard is a board as it is asked for.
type askedBoard struct {
	base        currency.Code
	asOf, known string
}

// marked is a board with what proof-reading finds on it, and with the lines of its currencies.
type marked struct {
	market.Board
	marks
	sparks map[currency.Code]string // SVG
}

// marked is the board of a base as a page asks for it. The resolved AsOf is what the page's parameters mean.
func (s *Site) marked(ctx context.Context, base currency.Code, a ask, resolved market.AsOf, t today) (marked, error) {
	asked := askedBoard{base: base, asOf: a.query.Get("as-of"), known: a.query.Get("known-at")}
	return s.boards.get(t.state, asked, func() (marked, error) {
		b := t.board // which is that of the paper's base as of now
		if asked != (askedBoard{base: t.masthead.Base}) {
			var err error
			if b, err = s.ledger.Board(ctx, base, resolved); err != nil {
				return marked{}, err
			}
		}
		sparks, err := s.sparksOf(ctx, b)
		return marked{b, marksOf(b), sparks}, err
	})
}
