package currency

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Search finds currencies by code or English name; case and accents do not matter. An exact code comes first, then
// codes that begin so, then names with a word that begins so, then the rest; within each, current money comes before
// retired. An empty query finds everything.
func (t *Table) Search(q string) []Currency {
	q = strings.Join(strings.Fields(fold(q)), " ")
	type hit struct{ rank, index int }
	var hits []hit
	for i, c := range t.sorted {
		code, name, rank := strings.ToLower(string(c.Code)), t.folded[i], 0
		switch {
		case code == q:
			rank = 0
		case strings.HasPrefix(code, q):
			rank = 2
		case strings.Contains(" "+name, " "+q):
			rank = 4
		case strings.Contains(name, q):
			rank = 6
		default:
			continue
		}
		if rank > 0 && !c.Retired.IsZero() {
			rank++
		}
		hits = append(hits, hit{rank, i})
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.rank, b.rank) })
	found := make([]Currency, len(hits))
	for i, h := range hits {
		found[i] = t.sorted[h.index]
	}
	return found
}

// fold lowers letters and takes off the accents that occur in names of currencies, and in what people type for them.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		r = unicode.ToLower(r)
		if r < 0x80 {
			return r
		}
		if unicode.Is(unicode.Mn, r) {
			return -1 // a combining accent, from text in decomposed form
		}
		for _, f := range folds {
			if strings.ContainsRune(f.accented, r) {
				return f.plain
			}
		}
		return r
	}, s)
}

var folds = [...]struct {
	accented string
	plain    rune
}{
	{"àáâãäåāăąǎạảấầ", 'a'},
	{"çćĉċč", 'c'},
	{"ďđð", 'd'},
	{"èéêëēĕėęěẹẽ", 'e'},
	{"ĝğġģ", 'g'},
	{"ĥħ", 'h'},
	{"ìíîïĩīĭįıị", 'i'},
	{"ĵ", 'j'},
	{"ķ", 'k'},
	{"ĺļľŀł", 'l'},
	{"ñńņň", 'n'},
	{"òóôõöøōŏőơồộ", 'o'},
	{"ŕŗř", 'r'},
	{"śŝşšș", 's'},
	{"ţťŧț", 't'},
	{"ùúûüũūŭůűųư", 'u'},
	{"ŵ", 'w'},
	{"ýÿŷ", 'y'},
	{"źżž", 'z'},
	{"ʻʼ’‘", '\''},
	{"–—", '-'},
}
