package resident

import (
	"encoding/base32"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
)

// column is a track in memory: its observations by At and Seen, some 27 bytes each.
type column struct {
	track       store.Track
	at, seen    numbers // microseconds since 1970
	coefficient numbers
	places      []uint8
	id          [][10]byte
	large       map[int]currency.Decimal // values whose digits do not fit, by row
}

// idEncoding is how [market.ID] writes its 80 bits.
var idEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// newColumn is an empty column.
func newColumn(t store.Track) *column {
	const day = 24 * 60 * 60 * 1_000_000
	return &column{track: t, at: numbers{unit: day}, seen: numbers{unit: 1_000_000}, coefficient: numbers{unit: 1}}
}

// add appends a row; see [store.DB.Rows].
func (c *column) add(r store.Row) error {
	value, err := currency.ParseDecimal(string(r.Value))
	if err != nil {
		return err
	}
	var id [10]byte
	if _, err := idEncoding.Decode(id[:], []byte(strings.ToUpper(string(r.ID)))); err != nil {
		return err
	}
	c.put(c.len(), r.At, r.Seen, value, id)
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
	} else if len(c.large) > 0 && i < c.len() {
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
	c.coefficient.insert(i, coefficient)
	c.places, c.id = slices.Insert(c.places, i, uint8(places)), slices.Insert(c.id, i, id)
}

func (c *column) len() int { return len(c.id) }

// with returns a column with more rows; those whose ID is there already are left out.
func (c *column) with(observations []market.Observation) *column {
	w := c.clone()
	for _, o := range observations {
		at, seen := o.At.UnixMicro(), o.Seen.UnixMicro()
		i := sort.Search(w.len(), func(n int) bool { return w.at.at(n) > at || w.at.at(n) == at && w.seen.at(n) >= seen })
		if i < w.len() && w.at.at(i) == at && w.seen.at(i) == seen {
			continue // the store refuses another value at the same moments, so it is the same
		}
		var id [10]byte
		_, _ = idEncoding.Decode(id[:], []byte(strings.ToUpper(string(o.ID)))) // the store has it under this name
		w.put(i, at, seen, o.Value, id)
	}
	return w
}

// clone is a copy that takes no more memory than it needs.
func (c *column) clone() *column {
	return &column{
		track: c.track, at: c.at.clone(), seen: c.seen.clone(), coefficient: c.coefficient.clone(),
		places: slices.Clone(c.places), id: slices.Clone(c.id), large: c.large,
	}
}

// size is about how many bytes the column takes.
func (c *column) size() int {
	return 200 + c.at.size() + c.seen.size() + c.coefficient.size() + 11*c.len() + 100*len(c.large)
}

// observation is a row as an observation.
func (c *column) observation(i int) market.Observation {
	value, ok := c.large[i]
	if !ok {
		value = currency.DecimalOf(c.coefficient.at(i), int(c.places[i]))
	}
	var text [16]byte
	idEncoding.Encode(text[:], c.id[i][:])
	for n, b := range text {
		if b >= 'A' && b <= 'Z' {
			text[n] = b - 'A' + 'a'
		}
	}
	return market.Observation{
		ID: market.ID(text[:]), Symbol: c.track.Symbol, Field: c.track.Field, Source: c.track.Source, Value: value,
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
	for i := begin; i < c.len() && c.at.at(i) <= to; {
		last := -1
		moment := c.at.at(i)
		for ; i < c.len() && c.at.at(i) == moment; i++ {
			if c.seen.at(i) <= known {
				last = i
			}
		}
		if last >= 0 {
			each(last)
		}
	}
}
