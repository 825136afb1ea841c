package audit

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/numeral"
)

// Suspect is a number in a text that looks like a rate, a price or a percentage and that no figure binds to a source. It
// may be right: it is for the author to say whose number it is.
type Suspect struct {
	Start, End int // where it stands in the text, in bytes
	Line       int
	Text       string // as it is written, without what says its kind
	Value      currency.Decimal
	Kind       SuspectKind
	Symbol     market.Symbol // what the sentence says that it is the rate of; empty: nothing that could be read
	Figure     string        // what may be written between braces in its stead; empty: nothing is known to be it
	Says       string        // a sentence
}

// SuspectKind says what a number looks like.
type SuspectKind string

// The kinds of suspects.
const (
	LikeRate    SuspectKind = "rate"       // of a pair, or a number of so many places as only rates have
	LikePrice   SuspectKind = "price"      // an amount of money with a fraction
	LikePercent SuspectKind = "percentage" //
)

var (
	// What is no prose: figures that are bound already, code, addresses, and elements.
	notProse = regexp.MustCompile("(?s)\\{\\{[^{}\\n]*\\}\\}|```.*?(?:```|$)|`[^`\n]*`|\\]\\([^)\n]*\\)|<[^>\n]*>|\\w+://\\S+")
	// A number with all that may stand within one in any language.
	numberForm = regexp.MustCompile(`\p{Nd}(?:[\p{Nd}.,'’٫٬\x{00a0}\x{202f}]*\p{Nd})?`)
	// What says behind a number, or before it, that it is a percentage.
	percentBehind = regexp.MustCompile(`^[\s\x{a0}\x{202f}]?(?:[%٪]|(?i:per ?cent|percentage points?|prozent|pour ?cent|por ciento|per cento|procent|por cento)\b)`)
	percentBefore = regexp.MustCompile(`%[\s\x{a0}\x{202f}]?$`)
	// Signs and codes of money.
	moneyBefore = regexp.MustCompile(`(?:\p{Sc}|\b[A-Z]{3})[\s\x{a0}\x{202f}]?$`)
	moneyBehind = regexp.MustCompile(`^[\s\x{a0}\x{202f}]?(?:\p{Sc}|[A-Z]{3}\b)`)
)

// Suspects finds the numbers of a Markdown text that look like rates, prices or percentages and are bound to nothing. They
// are read as the language, a BCP 47 tag, writes numbers. What a rate is of is understood in English sentences only. Day
// is the text's own.
func Suspects(text, language string, day currency.Date, table *currency.Table) []Suspect {
	prose := notProse.ReplaceAllStringFunc(text, func(s string) string {
		return strings.Map(func(r rune) rune {
			if r == '\n' {
				return r
			}
			return ' '
		}, s) + strings.Repeat(" ", len(s)-utf8.RuneCountInString(s))
	})
	style, english := numeral.Of(language), numeral.Of("en")
	rates := ratesIn(prose, day, table)
	var all []Suspect
	line, counted := 1, 0
	for _, at := range numberForm.FindAllStringIndex(prose, -1) {
		if !standsApart(prose, at[0], at[1]) {
			continue
		}
		s := Suspect{Start: at[0], End: at[1], Text: prose[at[0]:at[1]]}
		value, ok := style.Read(s.Text)
		if !ok {
			value, ok = english.Read(s.Text) // slipped in from elsewhere
		}
		if s.Value = value; !ok || !s.looks(prose, rates) {
			continue
		}
		line += strings.Count(prose[counted:s.Start], "\n")
		s.Line, counted = line, s.Start
		s.Says = "This looks like a " + string(s.Kind) + ", and no source stands behind it."
		all = append(all, s)
	}
	return all
}

// standsApart says whether a number stands for itself, and is no part of a word, a date, a time or a version.
func standsApart(text string, start, end int) bool {
	before, size := utf8.DecodeLastRuneInString(text[:start])
	farther, _ := utf8.DecodeLastRuneInString(text[:start-size])
	behind, size := utf8.DecodeRuneInString(text[end:])
	beyond, _ := utf8.DecodeRuneInString(text[end+size:])
	if unicode.IsLetter(before) || unicode.IsLetter(behind) {
		return false
	}
	joins := func(sign, other rune) bool {
		return strings.ContainsRune("-/:–.", sign) && (unicode.IsDigit(other) || sign != '.' && sign != '–' && unicode.IsLetter(other))
	}
	return !joins(before, farther) && !joins(behind, beyond)
}

// looks says whether a number looks like one that ought to have a source, and like what.
func (s *Suspect) looks(text string, rates map[int]market.Symbol) bool {
	const near = 8 // bytes: a code, or a sign of money, and a space
	before, behind := text[max(0, s.Start-near):s.Start], text[s.End:]
	// A small whole number of per cent is a manner of speaking; so is one of money.
	exact := s.Value.Places() > 0
	switch pair, isRate := rates[s.Start]; {
	case percentBehind.MatchString(behind) || percentBefore.MatchString(before):
		s.Kind = LikePercent
		return exact || s.Value.Digits() > 1
	case isRate:
		s.Kind, s.Symbol = LikeRate, pair
		return true
	case exact && (moneyBehind.MatchString(behind) || moneyBefore.MatchString(before)):
		s.Kind = LikePrice
		return true
	}
	const places, digits = 3, 4 // what is counted or measured in prose has fewer
	s.Kind = LikeRate
	return s.Value.Places() >= places && s.Value.Digits() >= digits
}

// ratesIn reads the rates that sentences give, by where their numbers begin.
func ratesIn(prose string, day currency.Date, table *currency.Table) map[int]market.Symbol {
	money := newMoney(table, day.First())
	// Of the same length, byte by byte, so that every place stays where it is.
	prose = strings.NewReplacer("U.S.", "US  ", "\u00a0", "  ", "\u202f", "   ").Replace(prose)
	found := map[int]market.Symbol{}
	for start := 0; start < len(prose); {
		end := len(prose)
		if at := stop.FindStringIndex(prose[start:]); at != nil {
			end = start + at[1]
		}
		sentence := prose[start:end]
		if strings.ContainsAny(sentence, "123456789") {
			words, at := tokens(sentence), tokenForm.FindAllStringIndex(sentence, -1)
			for i, w := range words {
				if _, ok := w.number(); !ok {
					continue
				}
				if f, ok := money.figureAt(words, i); ok {
					found[start+at[i][0]] = market.Pair(f.base, f.quote)
				}
			}
		}
		start = end
	}
	return found
}

// stop finds the end of a sentence, or of a paragraph, where one ends that has no end of its own.
var stop = regexp.MustCompile(sentenceEnd.String() + `|\n[ \t]*\n`)
