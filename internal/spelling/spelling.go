// Package spelling says when two words are the same to somebody who looks for one of them: whatever their case and their
// accents, and, where asked, with a slip of the hand.
//
// Start at [Words], which takes a text apart. Everything here is pure; texts may be anything.
package spelling

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Word is a word of a text.
type Word struct {
	Folded     string // as it is compared
	Start, End int    // where it stands, in bytes
}

// longest is the most bytes of a word that are compared: what is longer is no word of any language.
const longest = 80

// Words yields the words of a text: runs of letters and digits, with the marks on them. Where a script sets no spaces
// between words, each letter is one, so that a word is found by its letters.
func Words(text string) iter.Seq[Word] {
	return func(yield func(Word) bool) {
		for at := 0; at < len(text); {
			r, size := utf8.DecodeRuneInString(text[at:])
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				at += size
				continue
			}
			end, single := at+size, spacelessScript(r)
			for end < len(text) {
				r, size := utf8.DecodeRuneInString(text[end:])
				if !unicode.IsMark(r) && (single || !unicode.IsLetter(r) && !unicode.IsDigit(r) || spacelessScript(r)) {
					break
				}
				end += size
			}
			folded := Fold(text[at:min(end, at+longest)])
			if folded != "" && !yield(Word{folded, at, end}) {
				return
			}
			at = end
		}
	}
}

// spaceless are the scripts that set no spaces between words.
var spaceless = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

func spacelessScript(r rune) bool { return r >= 0x0E00 && unicode.In(r, spaceless...) } // which begin with Thai

// Fold lowers letters and takes off accents: Žižek and zizek, złoty and zloty are the same.
func Fold(text string) string {
	plain := true
	for i := range len(text) {
		if c := text[i]; c >= utf8.RuneSelf || c >= 'A' && c <= 'Z' {
			plain = false
			break
		}
	}
	if plain {
		return text
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(strings.ToValidUTF8(text, ""))) {
		switch other, whole := whole[r]; {
		case whole:
			b.WriteString(other)
		case !unicode.Is(unicode.Mn, r):
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// whole are letters that Unicode does not take apart into another and its accent, and signs of which there are several, as
// people write them who must do without.
var whole = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ı': "i", 'ə': "a", 'ŋ': "n", 'ħ': "h", 'ŀ': "l",
	'ς': "σ", 'ʻ': "'", 'ʼ': "'", '’': "'", '‘': "'", '–': "-", '—': "-",
}

// Near says whether a folded word may be another with a slip of the hand, and how many there are: a letter too many, too few,
// another, or two the wrong way round. A word of four letters may have one, one of eight two.
func Near(a, b string) (slips int, near bool) {
	x, y := []rune(a), []rune(b)
	most := 0
	switch n := min(len(x), len(y)); {
	case n >= 8:
		most = 2
	case n >= 4:
		most = 1
	}
	if d := len(x) - len(y); len(x) > longest || len(y) > longest || d > most || -d > most {
		return 0, a == b
	}
	slips = distance(x, y)
	return slips, slips <= most
}

// distance counts the slips between two words, of which no letter takes part in two (optimal string alignment).
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			other := 1
			if a[i] == b[j] {
				other = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+other)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
