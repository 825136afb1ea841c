package feed

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Limits of the move that is asked for.
const (
	usualMove  = "1" // per cent, where none is asked for
	mostMove   = 1000
	moveLength = 10 // characters
	shownMove  = 3  // significant digits of the per cent in words
)

// moves tells when a pair moved by more than so many per cent from one value of its history to the next. A code that is on
// another scale since is not compared with itself before.
func (s feeds) moves(q api.Question) (api.Reply, error) {
	pair, err := pairOf(q)
	if err != nil {
		return api.Reply{}, err
	}
	least, err := leastMove(q.Query.Get("move"))
	if err != nil {
		return api.Reply{}, err
	}
	line, err := s.Ledger().Line(q.Context(), pair, time.Time{}, s.Now(), market.AsOf{})
	if errors.Is(err, fault.Invalid) { // a code that no table knows is an address at which nothing stands
		err = fault.Because(fault.NotFound, "%w", err)
	}
	if err == nil && len(line) == 0 {
		err = fault.Because(fault.NotFound, "no source whose numbers may be passed on has said what %s was", pair)
	}
	if err != nil {
		return api.Reply{}, err
	}
	known, err := s.Ledger().Known(q.Context())
	if err != nil {
		return api.Reply{}, err
	}
	base, quote, _ := pair.Pair()
	name := string(base) + "-" + string(quote)
	d := document{
		Title:    fmt.Sprintf("%s moved by more than %s%%", pair, least),
		Subtitle: fmt.Sprintf("The last %d moves at most of more than %s%% from one value of the history of %s to the next.", most, least, pair),
		Links:    []link{page(q.URL, "alternate", "/rates/"+name, string(pair))},
	}
	r := api.Reply{}
	for i := len(line) - 1; i >= 0; i-- {
		if line[i].Seen.After(r.Modified) {
			r.Modified = line[i].Seen
		}
		if i == 0 || len(d.Entries) == most {
			continue
		}
		m := move{pair, line[i-1], line[i]}
		if !m.beyond(least) || !s.sameMoney(pair, m.from.At, m.to.At) {
			continue
		}
		e, err := m.entry(q, known)
		if err != nil {
			return api.Reply{}, err
		}
		d.Entries = append(d.Entries, e)
		r.Sources = append(r.Sources, m.from.Source, m.to.Source)
	}
	r.Sources = append(r.Sources, line[len(line)-1].Source) // of which the next move may come
	slices.Sort(r.Sources)
	r.Sources = slices.Compact(r.Sources)
	d.Updated = r.Modified.UTC() // where it never moved so far
	return s.reply(q, d, ratesPath+name+extension+"?move="+least.String(), r)
}

// pairOf reads the pair that stands in the address.
func pairOf(q api.Question) (market.Symbol, error) {
	name, err := named(q)
	if err != nil {
		return "", err
	}
	base, quote, ok := strings.Cut(name, "-")
	pair, err := market.ParseSymbol(base + "/" + quote)
	if !ok {
		err = fault.Because(fault.NotFound, "%.40q is no pair of currencies: write it as EUR-USD", name)
	}
	if err != nil {
		return "", fault.Because(fault.NotFound, "%w", err)
	}
	return pair, nil
}

// leastMove reads the per cent that a move must be beyond.
func leastMove(text string) (currency.Decimal, error) {
	if text == "" {
		text = usualMove
	}
	plain := len(text) <= moveLength && !strings.ContainsFunc(text, func(c rune) bool { return (c < '0' || c > '9') && c != '.' })
	d, err := currency.ParseDecimal(text)
	if !plain || err != nil || d.Sign() <= 0 || d.Cmp(currency.DecimalFromInt(mostMove)) > 0 {
		return d, fault.Because(fault.Invalid, "move: %.40q is no number of per cent: write it as 1 or 0.25, above zero and at most %d", text, mostMove)
	}
	return d.Trim(), nil
}

// move is a pair's step from one value to the next.
type move struct {
	pair     market.Symbol
	from, to market.Offer
}

// beyond says whether a move is of more than so many per cent of the earlier value, up or down: exactly, without dividing.
func (m move) beyond(percent currency.Decimal) bool {
	by := m.to.Value.Sub(m.from.Value).Abs().Mul(currency.DecimalFromInt(100))
	return by.Cmp(m.from.Value.Mul(percent)) > 0
}

// sameMoney says whether both currencies of a pair stood on the same scale at two moments.
func (s feeds) sameMoney(pair market.Symbol, from, to time.Time) bool {
	base, quote, _ := pair.Pair()
	table := s.Ledger().Currencies()
	return table.ScaleOn(base, from) == table.ScaleOn(base, to) && table.ScaleOn(quote, from) == table.ScaleOn(quote, to)
}

// entry tells of a move.
func (m move) entry(q api.Question, known market.Sources) (entry, error) {
	percent, err := m.to.Value.Sub(m.from.Value).Abs().Mul(currency.DecimalFromInt(100)).Quo(m.from.Value, market.CrossDigits)
	if err != nil {
		return entry{}, fmt.Errorf("the move of %s: %w", m.pair, err)
	}
	way := "rose"
	if m.to.Value.Cmp(m.from.Value) < 0 {
		way = "fell"
	}
	e := entry{
		Title:   fmt.Sprintf("%s %s by %s%% to %s", m.pair, way, percent.RoundDigits(shownMove), m.to.Shown()),
		Summary: fmt.Sprintf("From %s to %s.", told(m.from, known), told(m.to, known)),
	}
	if m.from.Source != m.to.Source {
		e.Summary += " The two values are of different sources."
	}
	parts := []string{"move", string(m.pair)}
	for _, o := range []market.Offer{m.to, m.from} {
		if o.Seen.After(e.Updated) {
			e.Updated = o.Seen.UTC()
		}
		for _, f := range o.From {
			rel := "related"
			if len(e.Links) == 0 {
				rel = "alternate"
			}
			parts = append(parts, string(f.ID))
			e.Links = append(e.Links, page(q.URL, rel, "/numbers/"+string(f.ID), fmt.Sprintf("%s %s", f.Symbol, f.Value)))
		}
	}
	e.ID = nameOf(parts...)
	return e, nil
}

// told is a value with who said it, about when, and when it was learnt.
func told(o market.Offer, known market.Sources) string {
	how := ""
	if o.How != market.Said {
		how = "computed from numbers of "
	}
	return fmt.Sprintf("%s (%s%s, %s; learnt %s)", o.Shown(), how, known[o.Source].Name, written(o.At), written(o.Seen))
}
