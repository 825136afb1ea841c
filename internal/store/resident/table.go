package resident

import (
	"cmp"
	"slices"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
)

// moments are when the rows of a column speak, and when they were learnt, in microseconds since 1970. Once somebody reads the
// column they are not changed any more, and may be those of others too.
type moments struct{ at, seen numbers }

// table is what some columns are in.
type table struct{ columns int }

// tabulate puts the columns of a source that speak of the same moments into one table, with the moments once: most sources publish
// all their pairs together, and a board of any day then finds them in a few places, where it would go through thousands for one
// number each. A column that is to go into a table somebody may be reading: it is not changed, but replaced.
func tabulate(columns map[store.Track]*column) {
	type key struct {
		source     market.SourceID
		rows       int
		last, seen int64 // of the last row
	}
	alike := map[key][]*column{}
	for t, c := range columns {
		if c != nil && c.Len() > 0 && c.coefficient.wide == nil {
			last := c.Len() - 1
			k := key{t.Source, c.Len(), c.At(last), c.Seen(last)}
			alike[k] = append(alike[k], c)
		}
	}
	for _, list := range alike {
		model := list[0].moments
		list = slices.DeleteFunc(list, func(c *column) bool {
			return c.moments != model && (!c.at.equal(&model.at) || !c.seen.equal(&model.seen))
		})
		if len(list) == 1 && list[0].in == nil || whole(list) {
			continue
		}
		slices.SortFunc(list, func(a, b *column) int {
			return cmp.Or(cmp.Compare(a.track.Symbol, b.track.Symbol), cmp.Compare(a.track.Field, b.track.Field))
		})
		in, side := &table{len(list)}, make([]column, len(list)) // the columns lie side by side too
		var coefficients []*strip[int32]
		var places []*strip[uint8]
		for i, c := range list {
			side[i] = *c
			side[i].moments, side[i].in = model, in
			columns[c.track] = &side[i]
			coefficients, places = append(coefficients, &side[i].coefficient.narrow), append(places, &side[i].places)
		}
		weave(coefficients)
		weave(places)
	}
}

// whole says whether some columns are a table already, and all of it.
func whole(list []*column) bool {
	in := list[0].in
	return in != nil && in.columns == len(list) && !slices.ContainsFunc(list, func(c *column) bool { return c.in != in })
}

// weave puts lists of one length into one table.
func weave[T comparable](lists []*strip[T]) {
	n, of := lists[0].n, len(lists)
	table := make([]T, (n+together-1)/together*together*of)
	for place, list := range lists {
		woven := strip[T]{table[place*together:], n, (of - 1) * together}
		for i := range n {
			woven.all[i+i/together*woven.gap] = list.at(i)
		}
		*list = woven
	}
}
