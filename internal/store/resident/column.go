package resident

import (
	"encoding/base32"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
)

// column is a track in memory: its observations by At and Seen, some 29 bytes each.
type column struct {
	track       store.Track
	at, seen    []int64 // microseconds since 1970; see moments
	coefficient []int64
	places      []uint8
	id          [][10]byte
	large       map[int]currency.Decimal // values whose digits do not fit, by row
}

// idEncoding is how [market.ID] writes its 80 bits.
var idEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

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
	c.put(len(c.at), r.At, r.Seen, value, id)
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
	} else if len(c.large) > 0 && i < len(c.at) {
		large := map[int]currency.Decimal{}
		for n, v := range c.large {
			if n >= i {
				n++
			}
			large[n] = v
		}
		c.large = large
	}
	c.at, c.seen = slices.Insert(c.at, i, at), slices.Insert(c.seen, i, seen)
	c.coefficient, c.places = slices.Insert(c.coefficient, i, coefficient), slices.Insert(c.places, i, uint8(places))
	c.id = slices.Insert(c.id, i, id)
}

// with returns a column with more rows; those whose ID is there already are left out.
func (c *column) with(observations []market.Observation) *column {
	w := &column{
		track: c.track, at: slices.Clone(c.at), seen: slices.Clone(c.seen), coefficient: slices.Clone(c.coefficient),
		places: slices.Clone(c.places), id: slices.Clone(c.id), large: c.large,
	}
	for _, o := range observations {
		at, seen := o.At.UnixMicro(), o.Seen.UnixMicro()
		i := sort.Search(len(w.at), func(n int) bool { return w.at[n] > at || w.at[n] == at && w.seen[n] >= seen })
		if i < len(w.at) && w.at[i] == at && w.seen[i] == seen {
			continue // the store refuses another value at the same moments, so it is the same
		}
		var id [10]byte
		_, _ = idEncoding.Decode(id[:], []byte(strings.ToUpper(string(o.ID)))) // the store has it under this name
		w.put(i, at, seen, o.Value, id)
	}
	return w
}

// clip gives back the memory that growing took.
func (c *column) clip() {
	c.at, c.seen, c.coefficient = slices.Clone(c.at), slices.Clone(c.seen), slices.Clone(c.coefficient)
	c.places, c.id = slices.Clone(c.places), slices.Clone(c.id)
}

// size is about how many bytes the column takes.
func (c *column) size() int { return 200 + len(c.at)*(3*8+1+10) + 100*len(c.large) }

// observation is a row as an observation.
func (c *column) observation(i int) market.Observation {
	value, ok := c.large[i]
	if !ok {
		value = currency.DecimalOf(c.coefficient[i], int(c.places[i]))
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
		At: time.UnixMicro(c.at[i]).UTC(), Seen: time.UnixMicro(c.seen[i]).UTC(),
	}
}

// until is the number of rows whose At is not after a moment.
func (c *column) until(at int64) int {
	return sort.Search(len(c.at), func(n int) bool { return c.at[n] > at })
}

// newest calls each with the newest revision, as it was known, of each of the last moments up to an At, the newest first.
func (c *column) newest(at, known int64, moments int, each func(i int)) {
	for i := c.until(at) - 1; i >= 0 && moments > 0; {
		moment := c.at[i]
		for ; i >= 0 && c.at[i] == moment && c.seen[i] > known; i-- {
		}
		if i >= 0 && c.at[i] == moment {
			each(i)
			moments--
		}
		for ; i >= 0 && c.at[i] == moment; i-- {
		}
	}
}

// between calls each with the newest revision, as it was known, of each moment from one At to another, the oldest first.
func (c *column) between(from, to, known int64, each func(i int)) {
	begin := sort.Search(len(c.at), func(n int) bool { return c.at[n] >= from })
	for i := begin; i < len(c.at) && c.at[i] <= to; {
		last := -1
		moment := c.at[i]
		for ; i < len(c.at) && c.at[i] == moment; i++ {
			if c.seen[i] <= known {
				last = i
			}
		}
		if last >= 0 {
			each(last)
		}
	}
}
