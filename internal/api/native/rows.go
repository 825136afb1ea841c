package native

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// rate is a settled rate.
type rate struct {
	Pair      market.Symbol   `json:"pair" doc:"base and quote, as EUR/USD"`
	Code      currency.Code   `json:"code" doc:"the quote currency"`
	Name      string          `json:"name" doc:"what it is called"`
	Value     api.Number      `json:"value" doc:"units of the quote currency for one of the base: the source's own number, or computed"`
	Inverse   *api.Number     `json:"inverse,omitempty" doc:"units of the base for one of the quote currency, where it is asked for"`
	At        time.Time       `json:"at" doc:"about when it speaks; midnight UTC where its source speaks of days"`
	Seen      time.Time       `json:"seen" doc:"when it was learnt"`
	Source    market.SourceID `json:"source" doc:"who said it, see sources"`
	How       market.How      `json:"how" enum:"said inverse cross fixed" doc:"said: the source's own number; inverse and cross: computed from numbers of one sheet; fixed: by a law or a promise"`
	From      []observation   `json:"from" doc:"the observations that it rests on, in the order of the arithmetic"`
	Agreement agreement       `json:"agreement" doc:"how the other sources with a current value stand to it"`
	Flags     []flag          `json:"flags" doc:"what to know before believing it"`
	Move      *move           `json:"move,omitempty" doc:"the change since the same source's earlier value; left out where it cannot honestly be computed"`
}

// observation is a number that a price rests on.
type observation struct {
	ID    market.ID     `json:"id" doc:"its permanent name, see observations"`
	Pair  market.Symbol `json:"pair" doc:"of what it is"`
	Value api.Number    `json:"value" doc:"exactly as the source wrote it"`
	At    time.Time     `json:"at" doc:"about when it speaks"`
	Seen  time.Time     `json:"seen" doc:"when it was learnt"`
}

func (o observation) cell() string { return string(o.ID) }

// agreement says how many other sources have a current value, and how many of these are near.
type agreement struct {
	Of     int `json:"of" doc:"other sources with a current value; pages only claim, and are not asked"`
	Within int `json:"within" doc:"how many of them are within one per cent"`
}

// flag is one thing to know about a number.
type flag struct {
	Code   market.FlagCode `json:"code" doc:"its name"`
	Text   string          `json:"text" doc:"a sentence"`
	Doubt  bool            `json:"doubt" doc:"the number itself is in question"`
	Source string          `json:"source,omitempty" doc:"where that is known from"`
}

func (f flag) cell() string { return string(f.Code) }

// move is a change since an earlier value.
type move struct {
	Since   time.Time  `json:"since" doc:"about when the earlier value speaks"`
	From    api.Number `json:"from" doc:"the earlier value"`
	By      api.Number `json:"by" doc:"the difference"`
	Percent api.Number `json:"percent" doc:"the difference in per cent of the earlier value"`
}

// voice is a source as a reply names it.
type voice struct {
	ID          market.SourceID `json:"id" doc:"its name in addresses"`
	Name        string          `json:"name" doc:"what people call it"`
	Attribution string          `json:"attribution,omitempty" doc:"words that want to stand beside its numbers"`
	Licence     string          `json:"licence,omitempty" doc:"the terms of its numbers"`
	Home        string          `json:"home,omitempty" doc:"a page about it"`
}

// writer says how prices are written.
type writer struct {
	table   *currency.Table
	at      time.Time // the moment of the AsOf
	digits  int       // significant ones of computed values; 0: all there are
	inverse bool      // with the rate turned round
}

// round cuts a value to the digits that are asked for.
func (w writer) round(d currency.Decimal) api.Number {
	if w.digits > 0 {
		d = d.RoundDigits(w.digits)
	}
	return api.Number(d)
}

// value writes a price's value. A computed one is rounded once, from what it rests on.
func (w writer) value(p market.Price) (api.Number, error) {
	if w.digits == 0 || p.How == market.Said {
		return w.round(p.Value), nil
	}
	over, under, err := p.Fraction(w.table, w.at)
	if err != nil {
		return api.Number{}, err
	}
	value, err := over.Quo(under, w.digits)
	return api.Number(value), err
}

// turned writes a price's value turned round: the source's own number where the price was made of that.
func (w writer) turned(p market.Price) (*api.Number, error) {
	if p.How == market.Inverse {
		value := w.round(p.From[0].Value)
		return &value, nil
	}
	over, under, err := p.Fraction(w.table, w.at)
	if err != nil {
		return nil, err
	}
	value, err := under.Quo(over, cmp.Or(w.digits, market.CrossDigits))
	return (*api.Number)(&value), err
}

// rate writes a price.
func (w writer) rate(p market.Price) (r rate, err error) {
	_, quote, _ := p.Symbol.Pair()
	r = rate{
		Pair: p.Symbol, Code: quote, Name: w.table.Name(quote, "en"), At: p.At.UTC(), Seen: p.Seen.UTC(), Source: p.Source,
		How: p.How, From: observations(p.From), Agreement: agreement{p.Of, p.Within}, Flags: []flag{},
	}
	if r.Value, err = w.value(p); err != nil {
		return r, err
	}
	if w.inverse {
		if r.Inverse, err = w.turned(p); err != nil {
			return r, err
		}
	}
	for _, f := range p.Flags {
		r.Flags = append(r.Flags, flag{f.Code, f.Text, f.Doubt, f.Source})
	}
	if p.Move.Withheld == "" {
		r.Move = &move{p.Move.Since.UTC(), w.round(p.Move.From), api.Number(p.Move.By), w.round(p.Move.Percent)}
	}
	return r, nil
}

func observations(from []market.Observation) []observation {
	all := make([]observation, len(from))
	for i, o := range from {
		all[i] = observation{o.ID, o.Symbol, api.Number(o.Value), o.At.UTC(), o.Seen.UTC()}
	}
	return all
}

// voices names the sources of a reply.
func (n *native) voices(ctx context.Context, used []market.SourceID) ([]voice, error) {
	known, err := n.Ledger().Known(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]voice, len(used))
	for i, id := range used {
		s := known[id]
		all[i] = voice{id, s.Name, s.Attribution, s.Licence, s.Home}
	}
	return all, nil
}

// tally gathers which sources stand in a reply, which could change it, and when the youngest of its numbers was learnt.
type tally struct {
	used, involved map[market.SourceID]bool
	newest         time.Time
}

func newTally() *tally {
	return &tally{used: map[market.SourceID]bool{}, involved: map[market.SourceID]bool{}}
}

// add counts an offer that stands in the reply.
func (t *tally) add(o market.Offer) {
	t.used[o.Source] = true
	t.beside(o)
}

// settled counts a rate of a line.
func (t *tally) settled(s market.Settled) {
	if source := s.Source(); !t.used[source] {
		t.used[source], t.involved[source] = true, true
	}
	t.saw(s.Seen())
}

// beside counts an offer that was weighed, but does not stand there.
func (t *tally) beside(o market.Offer) {
	t.involved[o.Source] = true
	t.saw(o.Seen)
}

func (t *tally) saw(seen time.Time) {
	if seen.After(t.newest) {
		t.newest = seen
	}
}

// price counts a price, with what was weighed beside it.
func (t *tally) price(p market.Price) {
	t.add(p.Offer)
	for _, o := range p.Move.Basis {
		t.saw(o.Seen)
	}
	for _, o := range p.SetAside {
		t.beside(o.Offer)
	}
}

// weighed counts what was weighed for a board.
func (t *tally) weighed(g market.Glance) {
	for _, id := range g.Weighed {
		t.involved[id] = true
	}
	t.saw(g.Seen)
}

// sources are those that stand in the reply, sorted.
func (t *tally) sources() []market.SourceID { return slices.Sorted(maps.Keys(t.used)) }

// close finishes what was found. It bears a date of its last change only where it is of the past: of the present, numbers
// grow old without anything being learnt.
func (t *tally) close(f found, past bool) found {
	f.involved, f.lasting = slices.Sorted(maps.Keys(t.involved)), past
	if past {
		f.modified = t.newest
	}
	return f
}
