package site

import (
	"cmp"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/fault"
)

// column is one of the board's that it can be sorted by.
type column string

// The columns.
const (
	byName   column = "name"
	byRate   column = "rate"
	byChange column = "change"
	byAge    column = "age"
)

// order is how a board is sorted; the zero value leaves it in its groups.
type order struct {
	by   column
	down bool // the largest first
}

// parseOrder reads a column, with a minus before it for the largest first: change, -change. The error is fault.Invalid.
func parseOrder(text string) (order, error) {
	by, down := strings.CutPrefix(text, "-")
	switch o := (order{column(by), down}); o.by {
	case "":
		if !down {
			return order{}, nil
		}
	case byName, byRate, byChange, byAge:
		return o, nil
	}
	return order{}, fault.Because(fault.Invalid, "a board cannot be sorted by %.20q: take name, rate, change or age, with a minus before it for the largest first", text)
}

func (o order) String() string {
	if o.down {
		return "-" + string(o.by)
	}
	return string(o.by)
}

// columns are all of them.
var columns = [...]column{byName, byRate, byChange, byAge}

// compare says which of two rows comes first by a column.
func (c column) compare(a, b *placed) int {
	switch c {
	case byRate:
		return a.Price.Value.Cmp(b.Price.Value)
	case byChange:
		return a.Price.Move.Percent.Cmp(b.Price.Move.Percent)
	case byAge:
		return b.Price.At.Compare(a.Price.At)
	}
	return strings.Compare(a.Name, b.Name)
}

// sorted are all rows in one group without a name. What has no change stands behind what has one, either way.
func (o order) sorted(all []placed) []Group {
	slices.SortFunc(all, func(a, b placed) int {
		if o.by == byChange && (a.Row.Move.Withheld == "") != (b.Row.Move.Withheld == "") {
			return cmp.Compare(len(a.Row.Move.Withheld), len(b.Row.Move.Withheld))
		}
		n := o.by.compare(&a, &b)
		if o.down {
			n = -n
		}
		return cmp.Or(n, strings.Compare(a.Code, b.Code))
	})
	g := Group{Rows: make([]Row, len(all))}
	for i, r := range all {
		g.Rows[i] = r.Row
	}
	return []Group{g}
}

// Head is the head of a column: where it leads, and how the board is sorted by it.
type Head struct {
	Href, Sorted string // ascending, descending; empty where it is not
}

// headsOf are the heads of the columns. Each sorts the board by its column; that by which it is sorted, the other way.
func headsOf(o order, a ask) map[column]Head {
	heads := map[column]Head{}
	for _, by := range columns {
		h, next := Head{}, order{by, by == byChange || by == byAge}
		if o.by == by {
			h.Sorted, next.down = "ascending", !o.down
			if o.down {
				h.Sorted = "descending"
			}
		}
		q := without(a.query, "sort")
		q.Set("sort", next.String())
		h.Href = address(a.r.URL.Path, q)
		heads[by] = h
	}
	return heads
}
