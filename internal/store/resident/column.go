package resident

import (
	"encoding/base32"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
)

// column is a track in memory: its observations by At and Seen, some 27 bytes each, or 15 in a table of several; see [tabulate].
// What is read of every column for a board comes first, since it then lies together.
type column struct {
	*moments
	coefficient numbers
	places      strip[uint8]
	track       store.Track
	in          *table // nil: it is by itself
	id          [][10]byte
	large       map[int]currency.Decimal // values whose digits do not fit, by row
	latest      int64                    // the newest of seen
	revised     bool                     // of some moment there are two rows
}

var _ market.Column = (*column)(nil)

// idEncoding is how [market.ID] writes its 80 bits.
var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newColumn is an empty column.
func newColumn(t store.Track) *column {
	const day = 24 * 60 * 60 * 1_000_000
	return &column{track: t, moments: &moments{numbers{unit: day}, numbers{unit: 1_000_000}}, coefficient: numbers{unit: 1}}
}

// add appends a row; see [store.DB.Rows].
func (c *column) add(r store.Row) error {
	value, err := currency.ParseDecimal(string(r.Value))
	if err != nil {
		return err
	}
	var id [10]byte
	if _, err := idEncoding.Decode(id[:], r.ID); err != nil {
		return err
	}
	c.put(c.Len(), r.At, r.Seen, value, id)
	return nil
}

// put inserts a row.
func (c *column) put(i int, at, seen int64, value currency.Decimal, id [10]byte) {
	coefficient, places, ok := value.Parts()
	if !ok || places > 255 {
		large := map[int]currency.Decimal{i: value}
		for n, v := range c.large {
			if n >= i {
				n++
			}
			large[n] = v
		}
		c.large, coefficient, places = large, 0, 0
	} else if len(c.large) > 0 && i < c.Len() {
		large := map[int]currency.Decimal{}
		for n, v := range c.large {
			if n >= i {
				n++
			}
			large[n] = v
		}
		c.large = large
	}
	c.at.insert(i, at)
	c.seen.insert(i, seen)
	c.latest = max(c.latest, seen)
	c.revised = c.revised || i > 0 && c.at.at(i-1) == at || i+1 < c.at.len() && c.at.at(i+1) == at
	c.coefficient.insert(i, coefficient)
	c.places.insert(i, uint8(places))
	c.id = slices.Insert(c.id, i, id)
}

// Len implements [market.Column], as the methods up to Observation do.
func (c *column) Len() int { return c.at.len() }

func (c *column) At(i int) int64   { return c.at.at(i) }
func (c *column) Seen(i int) int64 { return c.seen.at(i) }
func (c *column) Latest() int64    { return c.latest }
func (c *column) Revised() bool    { return c.revised }
func (c *column) Moments() any     { return c.moments }

func (c *column) Value(i int) currency.Decimal {
	if len(c.large) > 0 {
		if value, ok := c.large[i]; ok {
			return value
		}
	}
	return currency.DecimalOf(c.coefficient.at(i), int(c.places.at(i)))
}

func (c *column) AppendValue(b []byte, i int) []byte {
	if len(c.large) > 0 {
		return c.Value(i).Append(b)
	}
	return currency.AppendParts(b, c.coefficient.at(i), int(c.places.at(i)))
}

func (c *column) ID(i int) market.ID {
	var text [16]byte
	idEncoding.Encode(text[:], c.id[i][:])
	return market.ID(text[:])
}

// with returns a column with more rows; those whose ID is there already are left out.
func (c *column) with(observations []market.Observation) *column {
	w := c.clone()
	for _, o := range observations {
		at, seen := o.At.UnixMicro(), o.Seen.UnixMicro()
		i := sort.Search(w.Len(), func(n int) bool { return w.at.at(n) > at || w.at.at(n) == at && w.seen.at(n) >= seen })
		if i < w.Len() && w.at.at(i) == at && w.seen.at(i) == seen {
			continue // the store refuses another value at the same moments, so it is the same
		}
		var id [10]byte
		_, _ = idEncoding.Decode(id[:], []byte(o.ID)) // the store has it under this name
		w.put(i, at, seen, o.Value, id)
	}
	return w
}

// clone is a copy that takes no more memory than it needs.
func (c *column) clone() *column {
	return &column{
		track: c.track, moments: &moments{c.at.clone(), c.seen.clone()}, coefficient: c.coefficient.clone(),
		places: c.places.clone(), id: slices.Clone(c.id), large: c.large, latest: c.latest, revised: c.revised,
	}
}

// size is about how many bytes the column takes.
func (c *column) size() int {
	return 200 + c.at.size() + c.seen.size() + c.coefficient.size() + 11*c.Len() + 100*len(c.large)
}

// Observation is a row in full.
func (c *column) Observation(i int) market.Observation {
	return market.Observation{
		ID: c.ID(i), Symbol: c.track.Symbol, Field: c.track.Field, Source: c.track.Source, Value: c.Value(i),
		At: time.UnixMicro(c.at.at(i)).UTC(), Seen: time.UnixMicro(c.seen.at(i)).UTC(),
	}
}

// newest calls each with the newest revision, as it was known, of each of the last moments up to an At, the newest first.
func (c *column) newest(at, known int64, moments int, each func(i int)) {
	for i := c.at.above(at) - 1; i >= 0 && moments > 0; {
		moment := c.at.at(i)
		for ; i >= 0 && c.at.at(i) == moment && c.seen.at(i) > known; i-- {
		}
		if i >= 0 && c.at.at(i) == moment {
			each(i)
			moments--
		}
		for ; i >= 0 && c.at.at(i) == moment; i-- {
		}
	}
}

// between calls each with the newest revision, as it was known, of each moment from one At to another, the oldest first.
func (c *column) between(from, to, known int64, each func(i int)) {
	begin := 0
	if from > math.MinInt64 {
		begin = c.at.above(from - 1)
	}
	for i := begin; i < c.Len() && c.at.at(i) <= to; {
		last := -1
		moment := c.at.at(i)
		for ; i < c.Len() && c.at.at(i) == moment; i++ {
			if c.seen.at(i) <= known {
				last = i
			}
		}
		if last >= 0 {
			each(last)
		}
	}
}
