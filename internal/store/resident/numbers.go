package resident

import (
	"math"
	"slices"
	"sort"
)

// strip is a list by itself, or one of several in a table. There a few rows of the first lie together, then the same rows of the
// next, and so on: whoever reads a row of all finds them side by side, and whoever reads all of one finds them nearly so.
type strip[T comparable] struct {
	all []T // from its first row on
	n   int // so many are its own
	gap int // between those that lie together and the next; 0: it is by itself
}

// together is how many rows of one list lie together in a table: what comes from memory at once are 64 bytes.
const together = 16

func (s *strip[T]) at(i int) T { return s.all[i+int(uint(i)/together)*s.gap] }

// clone is a copy by itself, which takes no more memory than it needs.
func (s *strip[T]) clone() strip[T] {
	c := strip[T]{all: make([]T, s.n), n: s.n}
	for i := range c.all {
		c.all[i] = s.at(i)
	}
	return c
}

// insert puts a part before the i-th of a list by itself.
func (s *strip[T]) insert(i int, v T) {
	s.all = slices.Insert(s.all, i, v)
	s.n++
}

// numbers is a list of whole numbers, kept in half the memory while all are multiples of a unit and not too large: days
// among moments, and nearly all coefficients.
type numbers struct {
	unit   int64
	narrow strip[int32] // in units; or
	wide   []int64      // as they are, once one did not fit
}

func (n *numbers) len() int { return n.narrow.n + len(n.wide) }

func (n *numbers) at(i int) int64 {
	if n.wide != nil {
		return n.wide[i]
	}
	return int64(n.narrow.at(i)) * n.unit
}

// insert puts a number before the i-th.
func (n *numbers) insert(i int, v int64) {
	units := v / n.unit
	if n.wide == nil && (units*n.unit != v || units > math.MaxInt32 || units < math.MinInt32) {
		n.wide = make([]int64, n.narrow.n, n.narrow.n+1)
		for k := range n.wide {
			n.wide[k] = int64(n.narrow.at(k)) * n.unit
		}
		n.narrow = strip[int32]{}
	}
	if n.wide != nil {
		n.wide = slices.Insert(n.wide, i, v)
	} else {
		n.narrow.insert(i, int32(units))
	}
}

// clone is a copy that takes no more memory than it needs.
func (n *numbers) clone() numbers { return numbers{n.unit, n.narrow.clone(), slices.Clone(n.wide)} }

// equal says whether both are the same numbers, each by itself.
func (n *numbers) equal(x *numbers) bool {
	return slices.Equal(n.narrow.all, x.narrow.all) && slices.Equal(n.wide, x.wide)
}

// above is the first of ascending numbers that is greater than v; len where none is.
func (n *numbers) above(v int64) int {
	return sort.Search(n.len(), func(i int) bool { return n.at(i) > v })
}

func (n *numbers) size() int { return 4*n.narrow.n + 8*len(n.wide) }
