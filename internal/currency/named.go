package currency

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	symbols "golang.org/x/text/currency"

	"github.com/courant-news/courant/internal/spelling"
)

// maxNamed is the most words that the name of a currency is looked for by: no name has more.
const maxNamed = 8

// Named returns the currencies that somebody may mean by a code, a sign or a name in any language that the table knows:
// "usd", "€", "złoty", "norwegische Krone", "dollar", which is many. The first of these that finds any decides:
//
//   - the code, or the sign;
//   - the whole name;
//   - words of it, then beginnings of such words, of three letters or more;
//   - words of the English name with a slip of the hand: "norwegain krone".
//
// Of what words find, current money is returned where there is any; else what else there is. They come in the order of
// their codes. How near they are, see [Nearness].
func (t *Table) Named(text string) ([]Currency, Nearness) {
	text = strings.TrimSpace(text)
	if c, ok := t.byCode[Code(strings.ToUpper(text))]; ok {
		return []Currency{c}, Exactly
	}
	if found := t.signed(text); len(found) > 0 {
		return found, Exactly
	}
	var words []string
	for w := range spelling.Words(text) {
		words = append(words, w.Folded)
	}
	if len(words) == 0 || len(words) > maxNamed {
		return nil, NotAtAll
	}
	if !beginnings(words) {
		return t.slipped(words)
	}
	for _, by := range []struct {
		nearness Nearness
		fits     func(name []string) bool
	}{
		{Exactly, func(name []string) bool { return slices.Equal(name, words) }},
		{InPart, func(name []string) bool { return all(words, name, func(a, b string) bool { return a == b }) }},
		{ByBeginning, func(name []string) bool {
			return all(words, name, func(a, b string) bool { return a == b || len(a) >= 3 && strings.HasPrefix(b, a) })
		}},
	} {
		if found := t.whose(calledInAll(), by.fits); len(found) > 0 {
			return found, by.nearness
		}
	}
	return t.slipped(words)
}

// beginnings says whether each word begins a word of some name, which saves looking through all of them.
func beginnings(words []string) bool {
	for _, w := range words {
		known := calledBy()
		if i, _ := slices.BinarySearch(known, w); i == len(known) || !strings.HasPrefix(known[i], w) {
			return false
		}
	}
	return true
}

// slipped finds by words with a slip of the hand.
func (t *Table) slipped(words []string) ([]Currency, Nearness) {
	found := t.whose(calledInEnglish(), func(name []string) bool {
		return all(words, name, func(a, b string) bool { _, near := spelling.Near(a, b); return near })
	})
	if len(found) > 0 {
		return found, WithASlip
	}
	return nil, NotAtAll
}

// Nearness is how near what somebody wrote is to what was found.
type Nearness int

// The kinds of nearness, the farthest first.
const (
	NotAtAll Nearness = iota
	WithASlip
	ByBeginning
	InPart
	Exactly
)

// all says whether each word is one of a name's.
func all(words, name []string, same func(a, b string) bool) bool {
	for _, w := range words {
		if !slices.ContainsFunc(name, func(n string) bool { return same(w, n) }) {
			return false
		}
	}
	return true
}

// called is a name, word for word, of a currency.
type called struct {
	code  Code
	words []string
}

// calledInAll are the names of all currencies in all languages, and calledInEnglish those in English; all is made on first
// use, since few programs ask.
var (
	calledInAll = sync.OnceValue(func() []called { return slices.Concat(calledInEnglish(), calledElsewhere()) })
	calledBy    = sync.OnceValue(func() (words []string) { // those of calledInAll, sorted
		for _, c := range calledInAll() {
			words = append(words, c.words...)
		}
		slices.Sort(words)
		return slices.Compact(words)
	})
	calledInEnglish = sync.OnceValue(func() (list []called) {
		for _, c := range All().sorted {
			list = append(list, called{c.Code, wordsOf(c.Name)})
		}
		return list
	})
)

func calledElsewhere() (list []called) {
	n := names()
	for _, lang := range slices.Sorted(maps.Keys(n.byLang)) {
		for code, i := range n.index {
			if name := n.byLang[lang][i]; name != "" {
				list = append(list, called{code, wordsOf(name)})
			}
		}
	}
	return list
}

func wordsOf(name string) (words []string) {
	for w := range spelling.Words(name) {
		words = append(words, w.Folded)
	}
	return words
}

// whose returns the currencies of which a name fits: current money where there is any.
func (t *Table) whose(list []called, fits func(name []string) bool) []Currency {
	codes := map[Code]bool{}
	for _, c := range list {
		if !codes[c.code] && fits(c.words) {
			codes[c.code] = true
		}
	}
	return t.current(codes)
}

// current are the currencies of some codes by their code: those that are current money, else all.
func (t *Table) current(codes map[Code]bool) []Currency {
	var now, rest []Currency
	for code := range codes {
		switch c, ok := t.byCode[code]; {
		case !ok:
		case c.Retired.IsZero() && (c.Kind == KindCurrency || c.Kind == KindMetal):
			now = append(now, c)
		default:
			rest = append(rest, c)
		}
	}
	if len(now) == 0 {
		now = rest
	}
	slices.SortFunc(now, func(a, b Currency) int { return cmp.Compare(a.Code, b.Code) })
	return now
}

// signs are the currencies by their narrow sign in the Unicode CLDR, made on first use: many have one, "$", "kr".
var signs = sync.OnceValue(func() map[string]map[Code]bool {
	all := map[string]map[Code]bool{}
	for _, c := range All().sorted {
		unit, err := symbols.ParseISO(string(c.Code))
		if err != nil {
			continue
		}
		if sign := fmt.Sprint(symbols.NarrowSymbol(unit)); sign != string(c.Code) {
			if all[sign] == nil {
				all[sign] = map[Code]bool{}
			}
			all[sign][c.Code] = true
		}
	}
	return all
})

func (t *Table) signed(text string) []Currency { return t.current(signs()[text]) }
