package native

import (
	"errors"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// quote is the settled quote of a listing.
type quote struct {
	Symbol   market.Symbol   `json:"symbol" doc:"market and ticker: XNYS:RIO"`
	Name     string          `json:"name,omitempty" doc:"what trades there, where it is known"`
	Unit     string          `json:"unit,omitempty" doc:"what its prices are written in, where it is known: USD, or GBX for pence sterling"`
	Currency currency.Code   `json:"currency,omitempty" doc:"of the unit"`
	Last     api.Number      `json:"last" doc:"the last price, exactly as the source wrote it"`
	At       time.Time       `json:"at" doc:"about when it speaks; midnight UTC where its source speaks of days"`
	Seen     time.Time       `json:"seen" doc:"when it was learnt"`
	Until    *time.Time      `json:"until,omitempty" doc:"for how long it counts as current, by the sessions of its market where these are known"`
	Source   market.SourceID `json:"source" doc:"who said it, see sources"`
	From     []part          `json:"from" doc:"the observation"`
	Session  currency.Date   `json:"session" doc:"the day of the session that the price is of, by the calendar of the market"`
	Open     *api.Number     `json:"open,omitempty" doc:"the first price of the session, where the source says it"`
	High     *api.Number     `json:"high,omitempty" doc:"the highest so far"`
	Low      *api.Number     `json:"low,omitempty" doc:"the lowest so far"`
	Volume   *api.Number     `json:"volume,omitempty" doc:"how many shares changed hands so far"`
	Delay    *api.Number     `json:"delay_minutes,omitempty" doc:"how old the source says that its prices are when it gives them; 0: real time"`
	Previous *previous       `json:"previous_close,omitempty" doc:"the close of the session before; left out where it cannot be known"`
	Change   *gain           `json:"change,omitempty" doc:"since then; left out where it cannot honestly be computed"`
	Withheld string          `json:"withheld,omitempty" doc:"why there is no change"`
	Flags    []flag          `json:"flags" doc:"what to know before believing it"`
}

// part is a number that a quote rests on: of a listing, or the rate of a pair.
type part struct {
	ID     market.ID       `json:"id" doc:"its permanent name, see observations"`
	Symbol market.Symbol   `json:"symbol" doc:"of what it is"`
	Field  market.Field    `json:"field" doc:"what it measures"`
	Value  api.Number      `json:"value" doc:"exactly as the source wrote it"`
	At     time.Time       `json:"at" doc:"about when it speaks"`
	Seen   time.Time       `json:"seen" doc:"when it was learnt"`
	Source market.SourceID `json:"source" doc:"who said it"`
}

func (p part) cell() string { return string(p.ID) }

// previous is the close of the session before.
type previous struct {
	Value api.Number `json:"value" doc:"of the share that trades on the price's day"`
	How   market.How `json:"how" enum:"said computed" doc:"said: the source's own number; computed: from others of its, or made comparable"`
	Basis string     `json:"basis,omitempty" doc:"how it was made comparable, where something happened to the share since"`
	From  []part     `json:"from" doc:"the observations that it rests on"`
}

// gain is a change since the previous close.
type gain struct {
	By      api.Number `json:"by" doc:"the last price less the previous close"`
	Percent api.Number `json:"percent" doc:"that in per cent of the previous close, to twelve significant digits"`
	Since   *time.Time `json:"since,omitempty" doc:"about when the previous close speaks, where its source dates it"`
}

// quotes are many.
type quotes struct {
	AsOf    *time.Time      `json:"as_of,omitempty" doc:"as asked; left out: now"`
	KnownAt *time.Time      `json:"known_at,omitempty" doc:"as asked; left out: now"`
	Count   int             `json:"count" doc:"how many there are"`
	Quotes  []quote         `json:"quotes" doc:"by ticker"`
	Missing []market.Symbol `json:"missing,omitempty" doc:"of those asked for, which nobody has quoted whose prices may be passed on"`
	Sources []voice         `json:"sources" doc:"whose numbers stand here"`
}

func (n *native) quotes(q query) (found, error) {
	asked := q.asOf(n.Now())
	all, err := n.Ledger().Quotes(q.Context(), asked.AsOf)
	if err != nil {
		return found{}, err
	}
	known, err := n.Ledger().Known(q.Context())
	if err != nil {
		return found{}, err
	}
	symbols, some := given[[]market.Symbol](q, "symbols")
	mic, one := given[market.MIC](q, "mic")
	out := quotes{AsOf: asked.At, KnownAt: asked.Known, Quotes: []quote{}, Missing: slices.Clone(symbols)}
	f, t := found{}, newTally()
	for _, s := range all {
		at, _, _ := s.Symbol.Listing()
		if some && !slices.Contains(symbols, s.Symbol) || one && at != mic {
			continue
		}
		row := t.quote(s, known)
		out.Quotes, f.rows = append(out.Quotes, row), append(f.rows, row)
		out.Missing = slices.DeleteFunc(out.Missing, func(m market.Symbol) bool { return m == s.Symbol })
	}
	out.Count = len(out.Quotes)
	if out.Sources, err = n.voices(q.Context(), t.sources()); err != nil {
		return found{}, err
	}
	f.whole = out
	return t.close(f, asked.past(n.Now())), nil
}

// explainedQuote is a quote with why it was chosen, and what was not.
type explainedQuote struct {
	quote
	Why      string      `json:"why" doc:"why this one was chosen"`
	Claims   []part      `json:"claims" doc:"the source's own change and percentage, where it gives them: they are checked, and never used"`
	SetAside []outspoken `json:"set_aside" csv:"-" doc:"what the other sources say"`
}

// outspoken is what another source says of a listing, and why it was not chosen.
type outspoken struct {
	Source     market.SourceID `json:"source" doc:"who says it"`
	Last       api.Number      `json:"last" doc:"the last price, exactly as the source wrote it"`
	At         time.Time       `json:"at" doc:"about when it speaks"`
	Seen       time.Time       `json:"seen" doc:"when it was learnt"`
	PercentOff api.Number      `json:"percent_off" doc:"how far it is from the chosen price, in per cent of that"`
	From       []part          `json:"from" doc:"the observation"`
	Why        string          `json:"why" doc:"why it was not chosen"`
}

// quoteReply is one listing.
type quoteReply struct {
	explainedQuote
	AsOf    *time.Time `json:"as_of,omitempty" doc:"as asked; left out: now"`
	KnownAt *time.Time `json:"known_at,omitempty" doc:"as asked; left out: now"`
	Sources []voice    `json:"sources" doc:"whose numbers stand here"`
}

func (n *native) quote(q query) (found, error) {
	listing, _ := given[market.Symbol](q, "listing")
	asked := q.asOf(n.Now())
	s, err := n.Ledger().Quote(q.Context(), listing, asked.AsOf)
	if errors.Is(err, fault.NotFound) {
		return found{}, fault.Because(fault.NotFound, "no source whose prices may be passed on has quoted %s until then: the paper's own pages may show one of another", listing)
	}
	if err != nil {
		return found{}, err
	}
	known, err := n.Ledger().Known(q.Context())
	if err != nil {
		return found{}, err
	}
	t := newTally()
	out := quoteReply{AsOf: asked.At, KnownAt: asked.Known}
	out.quote, out.Why, out.Claims, out.SetAside = t.quote(s, known), s.Why, parts(s.Claims), []outspoken{}
	for _, o := range s.SetAside {
		t.add(o.Offer)
		out.SetAside = append(out.SetAside, outspoken{o.Source, api.Number(o.Value), o.At.UTC(), o.Seen.UTC(), api.Number(o.Off), parts(o.From), o.Why})
	}
	if out.Sources, err = n.voices(q.Context(), t.sources()); err != nil {
		return found{}, err
	}
	return t.close(found{whole: out, rows: []any{out.explainedQuote}}, asked.past(n.Now())), nil
}

// quote writes a quote, and counts what it rests on.
func (t *tally) quote(s market.Quote, known market.Sources) quote {
	session, _ := s.Symbol.Session(s.At)
	row := quote{
		Symbol: s.Symbol, Name: s.Instrument.Name, Unit: s.Instrument.Unit.Code, Currency: s.Instrument.Currency, Last: api.Number(s.Value),
		At: s.At.UTC(), Seen: s.Seen.UTC(), Source: s.Source, From: parts(s.From), Session: currency.DateOf(session), Withheld: s.Move.Withheld, Flags: []flag{},
	}
	if known[s.Source].Fresh > 0 {
		row.Until = momentOf(known.Until(s.Offer))
	}
	t.add(s.Offer)
	for _, o := range s.SetAside {
		t.beside(o.Offer)
	}
	for _, o := range s.Previous.From { // a rate by which it was made comparable is another source's
		t.add(market.Offer{Source: o.Source, Seen: o.Seen})
	}
	for o, into := range map[*market.Observation]**api.Number{
		&s.Session.Open: &row.Open, &s.Session.High: &row.High, &s.Session.Low: &row.Low, &s.Session.Volume: &row.Volume, &s.Session.Delay: &row.Delay,
	} {
		if o.ID != "" {
			*into = (*api.Number)(&o.Value)
		}
	}
	if p := s.Previous; p.How != "" {
		row.Previous = &previous{api.Number(p.Value), p.How, p.Basis, parts(p.From)}
	}
	if m := s.Move; m.Withheld == "" {
		row.Change = &gain{api.Number(m.By), api.Number(m.Percent), momentOf(m.Since)}
	}
	for _, f := range s.Flags {
		row.Flags = append(row.Flags, flag{f.Code, f.Text, f.Doubt, f.Source})
	}
	return row
}

func parts(from []market.Observation) []part {
	all := make([]part, len(from))
	for i, o := range from {
		all[i] = part{o.ID, o.Symbol, o.Field, api.Number(o.Value), o.At.UTC(), o.Seen.UTC(), o.Source}
	}
	return all
}
