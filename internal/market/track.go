package market

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// Column is all that one source said of one field of a symbol, as a store holds it in memory: a row for each observation, by
// At and Seen, which are microseconds since 1970.
type Column interface {
	Len() int
	At(i int) int64
	Seen(i int) int64
	Value(i int) currency.Decimal
	AppendValue(b []byte, i int) []byte // the text of Value
	ID(i int) ID
	Observation(i int) Observation
	Latest() int64 // the newest Seen
	Revised() bool // of some moment there is more than one row
	Moments() any  // the same of two columns whose rows speak of the same moments and were learnt at the same, row by row; or nil
}

// Track is a column of rates, with whose they are.
type Track struct {
	Symbol Symbol
	Source SourceID
	Column
	number int  // among those of its source
	run    int  // of those of its source with the same moments
	own    road // to its own pair
}

// Tracks are what all sources said, as far as a question needs it. They are never changed. What is settled from them is made
// row by row, and an [Observation] in full only of what somebody looks at: a history of decades has thousands of rows, of
// which most are no more than a day and a number.
type Tracks struct {
	codes  []currency.Code // of which anybody ever spoke, sorted
	voices []*voice        // by source
}

// voice is what one source said. Currencies are numbered as in codes.
type voice struct {
	source SourceID
	tracks []*Track
	runs   []*Track      // one of each run
	beside [][]neighbour // of each currency those that ever stood in a pair with it, in their order
}

// neighbour is a currency that stands beside another: in a pair that begins with the other, in one that ends with it, or in
// both.
type neighbour struct {
	code         int
	said, turned *Track
}

// NewTracks sorts tracks of pairs by their sources; those of anything else are left out.
func NewTracks(tracks []Track) *Tracks {
	t := &Tracks{}
	for i := range tracks {
		if base, quote, ok := tracks[i].Symbol.Pair(); ok && tracks[i].Len() > 0 {
			t.codes = append(t.codes, base, quote)
		}
	}
	slices.Sort(t.codes)
	t.codes = slices.Compact(t.codes)
	byID, runs := map[SourceID]*voice{}, map[any]int{} // a source's moments are its own
	for i := range tracks {
		track := &tracks[i]
		base, quote, ok := track.Symbol.Pair()
		if !ok || track.Len() == 0 {
			continue
		}
		v := byID[track.Source]
		if v == nil {
			v = &voice{source: track.Source, beside: make([][]neighbour, len(t.codes))}
			byID[track.Source] = v
			t.voices = append(t.voices, v)
		}
		track.number, track.own = len(v.tracks), road{source: v.source, how: Said, first: track}
		moments := track.Moments()
		run, known := runs[moments]
		if !known || moments == nil {
			run = len(v.runs)
			runs[moments], v.runs = run, append(v.runs, track)
		}
		track.run = run
		v.tracks = append(v.tracks, track)
		b, q := t.number(base), t.number(quote)
		v.put(b, q).said, v.put(q, b).turned = track, track
	}
	slices.SortFunc(t.voices, func(a, b *voice) int { return cmp.Compare(a.source, b.source) })
	return t
}

// number is that of a currency; below zero where nobody spoke of it.
func (t *Tracks) number(code currency.Code) int {
	if i, ok := slices.BinarySearch(t.codes, code); ok {
		return i
	}
	return -1
}

// put makes room for a neighbour.
func (v *voice) put(code, beside int) *neighbour {
	list := v.beside[code]
	i, ok := v.search(code, beside)
	if !ok {
		list = slices.Insert(list, i, neighbour{code: beside})
		v.beside[code] = list
	}
	return &list[i]
}

func (v *voice) search(code, beside int) (int, bool) {
	return slices.BinarySearchFunc(v.beside[code], beside, func(n neighbour, code int) int { return n.code - code })
}

// between are the tracks of a pair, as it is and turned round; nil where there are none.
func (v *voice) between(base, quote int) (said, turned *Track) {
	if len(v.beside[quote]) < len(v.beside[base]) {
		turned, said = v.between(quote, base)
		return said, turned
	}
	if i, ok := v.search(base, quote); ok {
		n := v.beside[base][i]
		return n.said, n.turned
	}
	return nil, nil
}

// tracksOf makes tracks of observations, of which no two of one source are of the same symbol and moment.
func tracksOf(heard []Observation) *Tracks {
	type key struct {
		symbol Symbol
		source SourceID
	}
	index := map[key]int{}
	var columns []rows
	for i := range heard {
		o := &heard[i]
		if o.Field != Rate {
			continue
		}
		k := key{o.Symbol, o.Source}
		n, ok := index[k]
		if !ok {
			n = len(columns)
			index[k], columns = n, append(columns, nil)
		}
		columns[n] = append(columns[n], o)
	}
	tracks := make([]Track, len(columns))
	for i, rows := range columns {
		byAt := func(a, b *Observation) int { return a.At.Compare(b.At) }
		if !slices.IsSortedFunc(rows, byAt) {
			slices.SortFunc(rows, byAt)
		}
		tracks[i] = Track{Symbol: rows[0].Symbol, Source: rows[0].Source, Column: rows}
	}
	return NewTracks(tracks)
}

// rows is a column of observations that were read, of each moment one.
type rows []*Observation

func (r rows) Len() int                           { return len(r) }
func (r rows) At(i int) int64                     { return r[i].At.UnixMicro() }
func (r rows) Seen(i int) int64                   { return r[i].Seen.UnixMicro() }
func (r rows) Value(i int) currency.Decimal       { return r[i].Value }
func (r rows) AppendValue(b []byte, i int) []byte { return r[i].Value.Append(b) }
func (r rows) ID(i int) ID                        { return r[i].ID }
func (r rows) Observation(i int) Observation      { return *r[i] }
func (r rows) Revised() bool                      { return false }
func (r rows) Moments() any                       { return nil }
func (r rows) Latest() (seen int64) {
	for i := range r {
		seen = max(seen, r.Seen(i))
	}
	return seen
}

// bounds are the moments within which tracks are read: from one At to another, both included, as it was known.
type bounds struct {
	from, to, known int64
}

// boundsOf are those of an AsOf, from the beginning.
func boundsOf(asOf AsOf) bounds {
	return bounds{from: -1 << 63, to: asOf.At.UnixMicro(), known: asOf.Known.UnixMicro()}
}

// walk goes through a track, the oldest moment first: of each the newest revision that was known.
type walk struct {
	track *Track
	bounds
	plain   bool // each row counts
	next, n int
}

func (t *Track) walk(b bounds) walk {
	w := walk{track: t, bounds: b, n: t.Len(), plain: !t.Revised() && t.Latest() <= b.known}
	if t.At(w.n-1) > b.to {
		w.n = sort.Search(w.n, func(i int) bool { return t.At(i) > b.to })
	}
	if b.from > t.At(0) {
		w.next = sort.Search(w.n, func(i int) bool { return t.At(i) >= b.from })
	}
	return w
}

// step returns the next row and its moment; below zero where there is none.
func (w *walk) step() (row int, at int64) {
	for w.next < w.n {
		row, at = -1, w.track.At(w.next)
		if w.plain {
			w.next++
			return w.next - 1, at
		}
		for ; w.next < w.n && w.track.At(w.next) == at; w.next++ {
			if w.track.Seen(w.next) <= w.known {
				row = w.next
			}
		}
		if row >= 0 {
			return row, at
		}
	}
	return -1, 0
}

// spoke says whether there is a row.
func (t *Track) spoke(b bounds) bool {
	w := t.walk(b)
	row, _ := w.step()
	return row >= 0
}

// spoke says whether a source gave a rate of a currency.
func (v *voice) spoke(code int, b bounds) bool {
	return slices.ContainsFunc(v.beside[code], func(n neighbour) bool {
		return n.said != nil && n.said.spoke(b) || n.turned != nil && n.turned.spoke(b)
	})
}

// days are those of the track's moments, in their order.
func (t *Track) days(b bounds) []int64 {
	w := t.walk(b)
	days := make([]int64, 0, w.n-w.next)
	for row, at := w.step(); row >= 0; row, at = w.step() {
		days = append(days, midnight(at))
	}
	return days
}

// before returns the newest row of the last moment before one, as it was known; below zero where there is none. Hint is
// a row near which it is looked for first.
func (t *Track) before(at, known int64, hint int) int {
	n := t.Len()
	i := min(hint, n)
	if i < n && t.At(i) < at || i > 0 && t.At(i-1) >= at { // it is elsewhere
		i = sort.Search(n, func(n int) bool { return t.At(n) >= at })
	}
	for i--; i >= 0; i-- {
		if t.Seen(i) <= known {
			return i
		}
	}
	return -1
}

// road is a way in which the price of a pair follows from what one source says at one moment; see [How].
type road struct {
	source        SourceID
	how           How
	first, second *Track // second only where two are crossed
	turned        [2]bool
	fixed         *Offer // instead of all that: what a law or a promise fixes
}

// latest is when the youngest number was learnt of which it is made.
func (r *road) latest() int64 {
	if r.second == nil {
		return r.first.Latest()
	}
	return max(r.first.Latest(), r.second.Latest())
}

// roads appends the ways to a pair, in the order in which they are taken: where one gives a price at a moment, the later do not.
func (v *voice) roads(all []road, base, quote int) []road {
	if base < 0 || quote < 0 {
		return all
	}
	said, turned := v.between(base, quote)
	if said != nil {
		all = append(all, road{source: v.source, how: Said, first: said})
	}
	if turned != nil {
		all = append(all, road{source: v.source, how: Inverse, first: turned, turned: [2]bool{true}})
	}
	fewer := v.beside[base]
	if len(v.beside[quote]) < len(fewer) {
		fewer = v.beside[quote]
	}
	for _, middle := range fewer {
		if middle.code == base || middle.code == quote {
			continue
		}
		first, firstTurned := v.between(base, middle.code)
		second, secondTurned := v.between(middle.code, quote)
		for n, legs := range [4][2]*Track{{first, second}, {first, secondTurned}, {firstTurned, second}, {firstTurned, secondTurned}} {
			if legs[0] != nil && legs[1] != nil {
				all = append(all, road{source: v.source, how: Crossed, first: legs[0], second: legs[1], turned: [2]bool{n > 1, n%2 == 1}})
			}
		}
	}
	return all
}

// pick is a price that a source offered at a moment: the rows of a road that it follows from.
type pick struct {
	*road
	at   int64
	i, j int32
}

// offered is all that a source offered for a pair, the oldest first.
func (v *voice) offered(base, quote int, b bounds) []Settled {
	var all []Settled
	roads := v.roads(nil, base, quote)
	for i := range roads {
		picks := roads[i].picks(b)
		if all == nil {
			all = picks
			continue
		}
		all = append(all, picks...)
		slices.SortStableFunc(all, func(x, y Settled) int { return cmp.Compare(x.at, y.at) })
		all = slices.CompactFunc(all, func(x, y Settled) bool { return x.at == y.at }) // which keeps the road that comes first
	}
	return all
}

// picks are all prices that a road gives, as they would be settled if nobody else spoke: where two tracks are crossed, those of the
// moments that both have.
func (r *road) picks(b bounds) []Settled {
	first := r.first.walk(b)
	picks := make([]Settled, 0, first.n-first.next)
	if r.second == nil {
		for i, at := first.step(); i >= 0; i, at = first.step() {
			picks = append(picks, Settled{pick: pick{r, at, int32(i), 0}})
		}
		return picks
	}
	second := r.second.walk(b)
	i, at := first.step()
	j, beside := second.step()
	for i >= 0 && j >= 0 {
		switch {
		case at < beside:
			i, at = first.step()
		case at > beside:
			j, beside = second.step()
		default:
			picks = append(picks, Settled{pick: pick{r, at, int32(i), int32(j)}})
			i, at = first.step()
			j, beside = second.step()
		}
	}
	return picks
}

// value is the price, to CrossDigits digits where it was computed.
func (p *pick) value() currency.Decimal {
	if p.fixed != nil {
		return p.fixed.Value
	}
	over, under := p.first.Value(int(p.i)), one
	switch {
	case p.how == Said:
		return over
	case p.second == nil:
		over, under = one, over
	default:
		first, second := over, p.second.Value(int(p.j))
		switch p.turned {
		case [2]bool{false, false}:
			over = first.Mul(second)
		case [2]bool{false, true}:
			under = second
		case [2]bool{true, false}:
			over, under = second, first
		default:
			over, under = one, first.Mul(second)
		}
	}
	value, _ := over.Quo(under, CrossDigits) // no rate is zero
	return value
}

// seen is when the younger of the numbers that it rests on was learnt.
func (p *pick) seen() int64 {
	if p.fixed != nil {
		return p.fixed.Seen.UnixMicro()
	}
	seen := p.first.Seen(int(p.i))
	if p.second != nil {
		seen = max(seen, p.second.Seen(int(p.j)))
	}
	return seen
}

// offer is the price in full.
func (p *pick) offer() Offer {
	if p.fixed != nil {
		return *p.fixed
	}
	o := Offer{
		Source: p.source, Value: p.value(), At: time.UnixMicro(p.at).UTC(), Seen: time.UnixMicro(p.seen()).UTC(), How: p.how,
		From: []Observation{p.first.Observation(int(p.i))},
	}
	if p.second != nil {
		o.From = append(o.From, p.second.Observation(int(p.j)))
	}
	return o
}

// last is the newest price that a road gives before a moment, as it was known; not ok where there is none.
func (r *road) last(before, known int64, hint int) (p pick, ok bool) {
	i, j := r.first.before(before, known, hint), 0
	for i >= 0 && r.second != nil {
		at := r.first.At(i)
		if j = r.second.before(at+1, known, i+1); j < 0 || r.second.At(j) == at {
			break
		}
		i = r.first.before(r.second.At(j)+1, known, i)
	}
	if i < 0 || j < 0 {
		return pick{}, false
	}
	return pick{r, r.first.At(i), int32(i), int32(j)}, true
}

// newest is the newest price of some roads before a moment, by the first that has it.
func newest(roads []road, before, known int64, hint int) (p pick, ok bool) {
	for i := range roads {
		if other, found := roads[i].last(before, known, hint); found && (!ok || other.at > p.at) {
			p, ok = other, true
		}
	}
	return p, ok
}
