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

// What is asked for and shown of a move.
const (
	usualMove = "1" // per cent, where none is asked for
	shownMove = 3   // significant digits of the per cent in words
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
	steps, err := s.Ledger().Steps(q.Context(), pair, least, time.Time{}, most)
	if errors.Is(err, fault.Invalid) { // a code that no table knows is an address at which nothing stands
		err = fault.Because(fault.NotFound, "%w", err)
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
	r := api.Reply{Modified: steps.Learnt, Sources: []market.SourceID{steps.Last.Source}} // of which the next move may come
	for _, step := range steps.All {
		e, err := entryOf(q, step, known)
		if err != nil {
			return api.Reply{}, err
		}
		d.Entries = append(d.Entries, e)
		r.Sources = append(r.Sources, step.From.Source, step.To.Source)
	}
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
	d, err := market.ParsePercent(text)
	if err != nil {
		return d, fault.Because(fault.Invalid, "move: %w", err)
	}
	return d, nil
}

// entryOf tells of a move.
func entryOf(q api.Question, m market.Step, known market.Sources) (entry, error) {
	percent, err := m.Percent()
	if err != nil {
		return entry{}, err
	}
	way := "rose"
	if m.To.Value.Cmp(m.From.Value) < 0 {
		way = "fell"
	}
	e := entry{
		ID:      m.Name(),
		Title:   fmt.Sprintf("%s %s by %s%% to %s", m.Pair, way, percent.Abs().RoundDigits(shownMove), m.To.Shown()),
		Updated: m.Seen().UTC(),
		Summary: fmt.Sprintf("From %s to %s.", told(m.From, known), told(m.To, known)),
	}
	if m.From.Source != m.To.Source {
		e.Summary += " The two values are of different sources."
	}
	for _, o := range []market.Offer{m.To, m.From} {
		for _, f := range o.From {
			rel := "related"
			if len(e.Links) == 0 {
				rel = "alternate"
			}
			e.Links = append(e.Links, page(q.URL, rel, "/numbers/"+string(f.ID), fmt.Sprintf("%s %s", f.Symbol, f.Value)))
		}
	}
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
