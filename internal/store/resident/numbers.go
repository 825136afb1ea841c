package resident

import (
	"math"
	"slices"
	"sort"
)

// numbers is a list of whole numbers, kept in half the memory while all are multiples of a unit and not too large: days
// among moments, and nearly all coefficients.
type numbers struct {
	unit   int64
	narrow []int32 // in units; or
	wide   []int64 // as they are, once one did not fit
}

func (n *numbers) len() int { return len(n.narrow) + len(n.wide) }

func (n *numbers) at(i int) int64 {
	if n.wide != nil {
		return n.wide[i]
	}
	return int64(n.narrow[i]) * n.unit
}

// insert puts a number before the i-th.
func (n *numbers) insert(i int, v int64) {
	units := v / n.unit
	if n.wide == nil && (units*n.unit != v || units > math.MaxInt32 || units < math.MinInt32) {
		n.wide = make([]int64, len(n.narrow), len(n.narrow)+1)
		for k, u := range n.narrow {
			n.wide[k] = int64(u) * n.unit
		}
		n.narrow = nil
	}
	if n.wide != nil {
		n.wide = slices.Insert(n.wide, i, v)
	} else {
		n.narrow = slices.Insert(n.narrow, i, int32(units))
	}
}

// clone is a copy that takes no more memory than it needs.
func (n *numbers) clone() numbers {
	return numbers{n.unit, slices.Clone(n.narrow), slices.Clone(n.wide)}
}

// above is the first of ascending numbers that is greater than v; len where none is.
func (n *numbers) above(v int64) int {
	return sort.Search(n.len(), func(i int) bool { return n.at(i) > v })
}

func (n *numbers) size() int { return 4*len(n.narrow) + 8*len(n.wide) }
