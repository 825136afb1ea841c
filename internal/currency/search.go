package currency

import (
	"cmp"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/spelling"
)

// Search finds currencies by code or English name; case and accents do not matter. An exact code comes first, then
// codes that begin so, then names with a word that begins so, then the rest; within each, current money comes before
// retired. An empty query finds everything.
func (t *Table) Search(q string) []Currency {
	q = strings.Join(strings.Fields(spelling.Fold(q)), " ")
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
