// Package watch shows the present of a few pairs and shares on a terminal, and keeps it current: a board that is drawn, or,
// for programs, logs and screen readers, a line for each change.
//
// Start at [Source], who is asked, of which there are two: [Local], the paper of this machine, and [Remote], one that is
// served elsewhere, and says when there is something new: [Told]. [New] makes the board, a model of Bubble Tea whose Update and View are pure; [Follow] prints lines. What
// both know of a paper, and when they ask it again, is in state.go. Nothing here writes to a paper. A change bears its sign, a
// triangle and, where it is printed, its word; colour only repeats them.
package watch

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// Source is a paper that is watched.
type Source interface {
	// Name says which paper it is, for people.
	Name() string
	// Read returns what is watched, in the order in which it was asked for. The error is fault.NotFound for a symbol that nobody
	// has quoted, fault.Busy, perhaps with [Later], where asking again helps, and fault.Upstream for a server that cannot be
	// reached or talks nonsense. One Read is made at a time.
	Read(ctx context.Context) ([]Row, error)
}

// Told is a paper that says when there is something new.
type Told interface {
	Source
	// Follow lets the paper say so, until the context ends: news is called when Read would say something else, or cannot rely any more
	// on being told. It may be called at any time, by another goroutine, and must return at once.
	Follow(ctx context.Context, news func())
}

// followed follows a paper that says when there is something new: then there is something in the channel, which never has more than
// one. Of another, run returns at once.
func followed(ctx context.Context, source Source) (news <-chan struct{}, run func()) {
	heard := make(chan struct{}, 1)
	return heard, func() {
		if t, ok := source.(Told); ok {
			t.Follow(ctx, func() {
				select {
				case heard <- struct{}{}:
				default:
				}
			})
		}
	}
}

// Row is the settled value of a pair or a share, with all that must stand near it. Texts have passed [printable].
type Row struct {
	Symbol   market.Symbol    `json:"symbol"`
	Name     string           `json:"name"`
	Value    currency.Decimal `json:"value"` // as the paper prints it
	Exact    currency.Decimal `json:"exact"` // a computed one to all digits that there are
	At       time.Time        `json:"at"`
	Seen     time.Time        `json:"seen"`
	Source   market.SourceID  `json:"source"`
	Said     string           `json:"source_name"` // what people call the source
	How      market.How       `json:"how"`
	Why      string           `json:"why,omitempty"` // it was chosen
	Numbers  []string         `json:"numbers"`       // addresses of the observations that it rests on
	Move     *Move            `json:"move,omitempty"`
	Withheld string           `json:"withheld,omitempty"` // why there is no change
	Flags    []Flag           `json:"flags"`

	Until  time.Time          `json:"-"` // for how long it counts as current; zero: nobody says
	Course []currency.Decimal `json:"-"` // of the last sessions, the oldest first
}

// Move is the change since the same source's earlier value.
type Move struct {
	Since   time.Time        `json:"since,omitzero"` // zero: the previous close, which its source does not date
	By      currency.Decimal `json:"by"`
	Percent currency.Decimal `json:"percent"`
}

// Flag is one thing that a reader must know about a number.
type Flag struct {
	Code  market.FlagCode `json:"code"`
	Word  string          `json:"word"`
	Text  string          `json:"text"`
	Doubt bool            `json:"doubt"`
}

// Limits of what is watched.
const (
	MostSymbols = 100 // at once
	sessions    = 30  // of a course
	within      = 62  // days in which so many lie, whatever the holidays
)

// majorCodes are the currencies that a reader looks for first: those most traded in the world, by the BIS triennial survey
// of April 2025.
const majorCodes = "USD EUR JPY GBP CNY CHF AUD CAD"

// Majors are the pairs of them against a base.
func Majors(base currency.Code) (pairs []market.Symbol) {
	for code := range strings.FieldsSeq(majorCodes) {
		if c := currency.Code(code); c != base {
			pairs = append(pairs, market.Pair(base, c))
		}
	}
	return pairs
}

// stale is the flag of a value that has grown old: by itself, without anybody saying so.
func stale(at time.Time) Flag {
	return Flag{
		Code: market.Stale, Word: "last " + at.UTC().Format("2 Jan 2006"), Doubt: true,
		Text: "The newest value is of " + at.UTC().Format("2 January 2006") + ": it is older than its source usually is.",
	}
}

// aged is the row as it is at a moment: with the flag that it is stale from the end of its time.
func (r Row) aged(now time.Time) Row {
	if r.Until.IsZero() || !now.After(r.Until) {
		return r
	}
	for _, f := range r.Flags {
		if f.Code == market.Stale {
			return r
		}
	}
	r.Flags = append(r.Flags[:len(r.Flags):len(r.Flags)], stale(r.At))
	return r
}

// doubtful says whether the number itself is in question.
func (r Row) doubtful() bool {
	for _, f := range r.Flags {
		if f.Doubt {
			return true
		}
	}
	return false
}

// notes are the flags for a board, on which the moment stands anyway: first what puts the number in doubt.
func (r Row) notes() string {
	var doubts, others []string
	for _, f := range r.Flags {
		word := f.Word
		if f.Code == market.Stale {
			word = "stale"
		}
		if f.Doubt {
			doubts = append(doubts, word)
		} else {
			others = append(others, word)
		}
	}
	return strings.Join(append(doubts, others...), ", ")
}

// words are the flags in full.
func (r Row) words() string {
	words := make([]string, len(r.Flags))
	for i, f := range r.Flags {
		words[i] = f.Word
	}
	return strings.Join(words, ", ")
}

// printable is a text on one line, not longer than a paragraph, that cannot steer the terminal on which it is printed.
func printable(text string) string {
	const most = 1000 // bytes
	if len(text) > most {
		text = text[:most]
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.Join(strings.Fields(text), " ")
}
