package market

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Hearing is what a source was heard to say, in one reply.
type Hearing struct {
	Source       Source
	Observations []Observation
	Lease        Lease
	Live         bool           // the reply is said to be the newest that the source has, and not one about days gone by
	Progress     func(done int) // may be nil
}

// Judged says what became of a hearing.
type Judged struct {
	Receipt
	Held    []Held   // not believed, and why
	Unknown []string // left out: what stands there is no currency that the table knows, with the symbol
}

// Hear takes what a source says, and believes what can be right. The rest is held: kept, with the reason, and shown to
// nobody but the newsroom, until another source or a person confirms it. What the source has said already is left out.
//
// This is the road of sources that speak for themselves. What a person brings in, a saved page or an archive, goes
// through [Ledger.Record], which takes it as it is. The error is fault.Invalid for a source that cannot be recorded and
// fault.Conflict for a lease that was lost.
func (l *Ledger) Hear(ctx context.Context, h Hearing) (Judged, error) {
	if err := h.Source.check(); err != nil {
		return Judged{}, err
	}
	var j Judged
	known := h.Observations
	for i, o := range h.Observations {
		if o.Source != h.Source.ID {
			return Judged{}, fault.Because(fault.Invalid, "%s: %s speaks here, not %s", o.Symbol, h.Source.ID, o.Source)
		}
		if err := o.check(l.currencies, 1<<62); err != nil {
			if len(j.Unknown) == 0 {
				known = slices.Clone(known[:i]) // a history is large: it is copied only where something must be left out
			}
			j.Unknown = append(j.Unknown, fault.Sentence(err))
		} else if len(j.Unknown) > 0 {
			known = append(known, o)
		}
	}
	c := court{ledger: l, ctx: ctx, source: h.Source, live: h.Live, trails: map[Symbol]*trail{}}
	if err := c.prepare(known); err != nil {
		return Judged{}, fmt.Errorf("hear %s: %w", h.Source.ID, err)
	}
	heard := Heard{Source: h.Source, Lease: h.Lease, Progress: h.Progress, Observations: make([]Observation, 0, len(c.news))}
	for sheet := range sheetsOf(known) {
		c.sit(sheet, &heard)
	}
	if c.err != nil {
		return Judged{}, fmt.Errorf("hear %s: %w", h.Source.ID, c.err)
	}
	added, err := l.store.Hear(ctx, heard)
	if err != nil {
		return Judged{}, fmt.Errorf("hear %s: %w", h.Source.ID, err)
	}
	j.Held = heard.Held
	j.New, j.Known = added, len(known)-added-len(heard.Held)
	if added > 0 || len(heard.Released) > 0 {
		l.bus.Publish(bus.Event{Topic: PriceTopic})
	}
	if len(heard.Held)+len(heard.Released) > 0 {
		l.bus.Publish(bus.Event{Topic: HeldTopic})
	}
	return j, nil
}

// sheetsOf yields observations by their moments, the oldest first, and of one moment those in an anchor of pegs first:
// what is pegged to the dollar can be judged once it is known what the dollar is. A sheet is valid until the next.
func sheetsOf(observations []Observation) func(yield func([]Observation) bool) {
	anchors := map[currency.Code]int{"USD": 0, "EUR": 1, "XDR": 2}
	rank := func(o Observation) int {
		base, quote, _ := o.Symbol.Pair()
		for _, code := range []currency.Code{quote, base} {
			if r, ok := anchors[code]; ok {
				return r
			}
		}
		return len(anchors)
	}
	type place struct {
		at          int64
		rank, index int
	}
	order := make([]place, len(observations)) // observations are large to be moved about
	for i, o := range observations {
		order[i] = place{o.At.UnixMicro(), rank(o), i}
	}
	slices.SortFunc(order, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.rank, b.rank), cmp.Compare(a.index, b.index))
	})
	return func(yield func([]Observation) bool) {
		var sheet []Observation // yielded anew each time
		for begin := 0; begin < len(order); {
			end := begin
			for sheet = sheet[:0]; end < len(order) && order[end].at == order[begin].at; end++ {
				sheet = append(sheet, observations[order[end].index])
			}
			if !yield(sheet) {
				return
			}
			begin = end
		}
	}
}

// court judges what one source says.
type court struct {
	ledger *Ledger
	ctx    context.Context
	source Source
	live   bool
	early  time.Time // a day of which it speaks and that cannot have been known yet: none of its days can be trusted then
	err    error     // the first of those that came up while judging

	trails  map[Symbol]*trail
	news    map[ID]bool          // the observations that are news
	revised map[ID]bool          // those of them that revise what was said
	waiting []Held               // what is held of any source
	said    map[saying]Reason    // what of this source was held or put away already, and why
	passed  map[Symbol]time.Time // in a live hearing: of what the source has spoken before, where it does not do so again
	others  map[int64]*sheaf     // by the day: what the other sources said until then
	freed   map[ID]bool          // held values of others that were confirmed here
}

// saying is a value of a symbol's field at a moment, as it was written.
type saying struct {
	symbol Symbol
	field  Field
	at     int64
	value  string
}

func sayingOf(o Observation) saying {
	return saying{o.Symbol, o.Field, o.At.UnixMicro(), o.Value.String()}
}

// prepare reads what judging needs: what is news, what the source said before, and what is held.
func (c *court) prepare(known []Observation) error {
	c.said, c.freed = map[saying]Reason{}, map[ID]bool{}
	c.others = map[int64]*sheaf{}
	news, revised, err := c.ledger.unsaid(c.ctx, known)
	c.news = make(map[ID]bool, len(news))
	c.revised = revised
	if err != nil || len(news) == 0 {
		return err
	}
	first := known[0].At
	for _, o := range known {
		if o.At.Before(first) {
			first = o.At
		}
	}
	for _, o := range news {
		c.news[o.ID] = true
		if o.early(c.source.Ahead) && o.At.After(c.early) {
			c.early = o.At
		}
	}
	held, err := c.ledger.store.Held(c.ctx, "")
	if err != nil {
		return err
	}
	for _, h := range held {
		if h.Source == c.source.ID && h.State != Released {
			c.said[sayingOf(h.Observation)] = h.Reason
		} else if h.Source != c.source.ID && h.State == Waiting {
			c.waiting = append(c.waiting, h)
		}
	}
	before, err := c.ledger.store.Before(c.ctx, c.source.ID, first, window+1)
	for _, o := range before {
		if o.Field == Rate || o.Field == Last {
			c.trail(o.Symbol).believe(o.At, logOf(o.Value))
		}
	}
	if err != nil || !c.live {
		return err
	}
	return c.look(known)
}

// look finds what the source has spoken of that is later than all that it speaks of now.
func (c *court) look(known []Observation) error {
	far := c.ledger.now().AddDate(100, 0, 0)
	newest, err := c.ledger.store.Before(c.ctx, c.source.ID, far, 1)
	c.passed = map[Symbol]time.Time{}
	for _, o := range newest {
		if o.Field == Rate || o.Field == Last {
			c.passed[o.Symbol] = o.At
		}
	}
	for _, o := range known {
		if !o.At.Before(c.passed[o.Symbol]) {
			delete(c.passed, o.Symbol)
		}
	}
	return err
}

func (c *court) trail(s Symbol) *trail {
	t := c.trails[s]
	if t == nil {
		t = &trail{}
		c.trails[s] = t
	}
	return t
}

// sit judges one sheet.
func (c *court) sit(sheet []Observation, heard *Heard) {
	believed := map[Symbol]logarithm{}
	var s suspect // one for all, since what it asks for is seldom asked for
	s.peers = func() []peer { return c.peers(s) }
	s.beside = func(code currency.Code) (logarithm, bool) {
		if ln, ok := believed[Pair(s.base, code)]; ok {
			return ln, true
		}
		ln, ok := believed[Pair(code, s.base)]
		return -ln, ok
	}
	c.sitOnQuotes(sheet, heard)
	for _, o := range sheet {
		if o.Field != Rate {
			continue
		}
		s.Observation, s.ln = o, logOf(o.Value)
		s.base, s.quote, _ = o.Symbol.Pair()
		if !c.news[o.ID] { // said before, and then believed or held
			if _, waits := c.said[sayingOf(o)]; !waits {
				c.trail(o.Symbol).believe(o.At, s.ln)
				believed[o.Symbol] = s.ln
			}
			continue
		}
		if why, waits := c.said[sayingOf(o)]; waits && (why != NoDate || !c.early.IsZero()) {
			continue // but what was held for a date alone is judged once that can be
		}
		d, bad := c.verdict(s)
		if bad {
			heard.Held = append(heard.Held, Held{Observation: o, Doubt: d, State: Waiting})
			continue
		}
		believed[o.Symbol] = s.ln
		heard.Observations = append(heard.Observations, o)
		c.free(s, heard)
	}
}

// verdict judges one value.
func (c *court) verdict(s suspect) (Doubt, bool) {
	if !c.early.IsZero() {
		return Doubt{NoDate, fmt.Sprintf("%s %s of %s: what was heard with it is of %s, and cannot have been known on %s.",
			s.Symbol, s.Value, day(s.At), day(c.early), day(s.Seen))}, true
	}
	if d, bad := c.replayed(s); bad {
		return d, true
	}
	if passed, ok := c.passed[s.Symbol]; ok {
		return Doubt{Late, fmt.Sprintf("%s %s is of %s, in a reply without anything newer, though the source has spoken of %s already: it is an old reply, or misdated.",
			s.Symbol, s.Value, day(s.At), day(passed))}, true
	}
	return c.trail(s.Symbol).judge(s, c.ledger.currencies)
}

// replayed finds a value that the source has taken back since: an old reply that came out of some cache.
func (c *court) replayed(s suspect) (Doubt, bool) {
	if !c.revised[s.ID] {
		return Doubt{}, false
	}
	revisions, err := c.ledger.store.Revisions(c.ctx, s.Symbol, s.Field, s.Source, s.At)
	if err != nil {
		c.err = cmp.Or(c.err, err)
	}
	for i, r := range revisions {
		if i < len(revisions)-1 && r.Value.String() == s.Value.String() {
			return Doubt{Replay, fmt.Sprintf("%s %s of %s was taken back on %s, when the source said %s.",
				s.Symbol, s.Value, day(s.At), day(revisions[i+1].Seen), revisions[i+1].Value)}, true
		}
	}
	return Doubt{}, false
}

// peers is what other sources say of a pair at about the same time, the held among them.
func (c *court) peers(s suspect) []peer {
	const near = 4 * 24 * time.Hour
	var all []peer
	for _, h := range c.waiting {
		if h.Symbol == s.Symbol && h.Field == s.Field && h.At.Sub(s.At).Abs() <= near {
			all = append(all, peer{h.Source, logOf(h.Value)})
		}
	}
	for source, list := range c.sheaf(s).sheets {
		if newest, _ := list.offers(s.base, s.quote, s.At); newest.From != nil && s.At.Sub(newest.At) <= near {
			all = append(all, peer{source, logOf(newest.Value)})
		}
	}
	return all
}

// sheaf is what the other sources had said by the end of the day of a value. Pages only claim, and confirm nothing.
func (c *court) sheaf(s suspect) *sheaf {
	end := s.At.Truncate(24 * time.Hour).Add(24*time.Hour - time.Microsecond)
	if found := c.others[end.UnixMicro()]; found != nil {
		return found
	}
	asOf := AsOf{At: end}.Resolved(c.ledger.now())
	asOf.At = end
	made := &sheaf{}
	facts, err := c.ledger.facts(c.ctx)
	if err == nil {
		var all []Observation
		all, err = c.ledger.store.Newest(c.ctx, asOf, 1)
		all = slices.DeleteFunc(all, func(o Observation) bool {
			return o.Source == c.source.ID || facts.Sources[o.Source].Kind == Page
		})
		for id, s := range facts.Sources { // what may not be shown may still bear witness
			s.Terms = Free
			facts.Sources[id] = s
		}
		made = newSheaf(all, facts, asOf)
	}
	c.err = cmp.Or(c.err, err)
	c.others[end.UnixMicro()] = made
	return made
}

// free releases the held values of other sources that a believed one confirms.
func (c *court) free(s suspect, heard *Heard) {
	const near = 4 * 24 * time.Hour
	for _, h := range c.waiting {
		if h.Symbol != s.Symbol || h.Field != s.Field || h.At.Sub(s.At).Abs() > near || c.freed[h.ID] || h.Reason == OldScale {
			continue
		}
		if math.Abs(logOf(h.Value)-s.ln) <= agree {
			note := fmt.Sprintf("%s says %s of %s", c.source.name(c.source.ID), s.Value, day(s.At))
			for _, of := range h.quoted(c.waiting) {
				c.freed[of.ID] = true
				heard.Released = append(heard.Released, of.decided(Released, c.ledger.now(), string(c.source.ID), note))
			}
		}
	}
}
