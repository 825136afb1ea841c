package site

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/numeral"
	"github.com/courant-news/courant/internal/web"
)

// Figure is a number in a story's text with what its card says of it; or a table of such, or a chart.
type Figure struct {
	ID         string // of the card: figure-1
	Expression string
	Value      string // as printed
	Exact      string // the value for machines, in full
	Symbol     string
	Subject    string // address of the currency or the share
	Formula    string // the arithmetic; empty where nothing was computed
	Bases      []Basis
	Today      string // today's value, empty where there is none
	TodayAt    Time
	TodaySaid  string
	Moved      *Move  // from the printed value to today's; nil where none is counted
	Aside      bool   // today's value is of another source
	Language   string // of the story
	Isolated   bool   // the story is written from right to left: its numbers are kept together
	Rows       []Figure
	Chart      *Plot
	Words      Words
}

// Basis is a value that a figure rests on: one, or of a change both its ends.
type Basis struct {
	Value    string
	Source   string
	At, Seen Time
	How      string
	From     []Link // the observations
}

// figures are a story's figures being drawn.
type figures struct {
	site     *Site
	today    today
	style    numeral.Style
	language string // BCP 47, never empty
	words    Words
	resolver *news.Resolver // of now
	said     map[market.ID]market.Observation
}

// drawn are all figures of an article, as its page shows them, each named by the prefix and its number.
func (s *Site) drawn(ctx context.Context, t today, a news.Article, prefix string) ([]Figure, error) {
	list, pins := a.Figures()
	d := figures{
		site: s, today: t, style: numeral.Of(t.spoken(a.Content)), language: cmp.Or(t.spoken(a.Content), english), words: wordsOf(t.spoken(a.Content)),
		resolver: news.NewResolver(s.ledger, s.o.Now()),
	}
	var ids []market.ID
	for i, f := range list {
		if f.Form == news.Chart {
			continue // which names its observations, and writes no arithmetic
		}
		for _, p := range pins[i] {
			ids = append(ids, p.From...)
		}
	}
	var err error
	if d.said, err = s.ledger.Evidence(ctx, ids); err != nil {
		return nil, err
	}
	all := make([]Figure, len(list))
	for i, f := range list {
		if all[i], err = d.figure(ctx, fmt.Sprintf("%s-%d", prefix, i+1), f, pins[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// figure draws a figure and its pins.
func (d *figures) figure(ctx context.Context, id string, f news.Figure, pins []news.Pin) (Figure, error) {
	v := Figure{ID: id, Expression: f.Expression, Symbol: string(f.Symbol), Subject: symbolPath(f.Symbol), Words: d.words, Language: d.language, Isolated: d.style.RightToLeft()}
	if len(pins) == 0 {
		v.Value = d.words.Lost
		return v, nil
	}
	switch f.Form {
	case news.Chart:
		err := d.chart(ctx, &v, f, pins)
		return v, err
	case news.Table:
		for i, p := range pins {
			row := f
			row.Form, row.Rows, row.Symbol, row.Field = news.Number, nil, p.Symbol, p.Field
			r, err := d.figure(ctx, id+"-"+strconv.Itoa(i+1), row, pins[i:i+1])
			if err != nil {
				return v, err
			}
			r.Value, r.Exact = d.style.Number(f.Shown(p)), p.Value.String()
			v.Rows = append(v.Rows, r)
		}
		return v, nil
	}
	v.Value, v.Exact = f.Write(f.Printed(pins), d.style), f.Value(pins).String()
	v.Formula = f.Formula(pins, d.evidence, d.style)
	for _, p := range pins {
		v.Bases = append(v.Bases, d.basis(f, p))
	}
	err := d.now(ctx, &v, f, pins)
	return v, err
}

func (d *figures) evidence(id market.ID) (market.Observation, bool) {
	o, ok := d.said[id]
	return o, ok
}

// basis is a pin as a card tells of it.
func (d *figures) basis(f news.Figure, p news.Pin) Basis {
	b := Basis{
		Value: d.style.Number(f.Shown(p)), Source: nameOf(p.Source, d.today.sources), At: d.words.time(p.At), Seen: d.words.time(p.Seen), How: d.words.how(p.How),
	}
	for _, id := range p.From {
		b.From = append(b.From, Link{Text: d.observation(id), Href: numberPath(id)})
	}
	return b
}

// observation names an observation by what it says.
func (d *figures) observation(id market.ID) string {
	o, ok := d.said[id]
	if !ok {
		return string(id)
	}
	return string(o.Symbol) + " " + d.style.Number(o.Value)
}

// now puts today's value beside a figure, and how far it is from the printed one where one source says both.
func (d *figures) now(ctx context.Context, v *Figure, f news.Figure, pins []news.Pin) error {
	p := pins[len(pins)-1]
	if f.Since != "" || f.Field == news.Amount {
		return d.again(ctx, v, f, p)
	}
	o, value, err := d.site.now(ctx, d.today, p)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		return err
	}
	d.say(v, f.Write(value, d.style), o)
	if f.Field == market.Rate || f.Field == market.Last {
		d.moved(v, p, o)
	}
	return nil
}

// again resolves a change or an amount as of now. Where that is not possible, nothing stands beside it.
func (d *figures) again(ctx context.Context, v *Figure, f news.Figure, p news.Pin) error {
	latest := f
	latest.On = ""
	if f.Since != "" {
		latest.From = p.Source
	}
	pins, err := d.resolver.Resolve(ctx, latest)
	if err != nil {
		if errors.Is(err, fault.Invalid) {
			return nil
		}
		return err
	}
	newest := pins[len(pins)-1]
	d.say(v, f.Write(latest.Printed(pins), d.style), market.Offer{Source: newest.Source, At: newest.At})
	if f.Field != news.Amount {
		return nil
	}
	o, _, err := d.site.now(ctx, d.today, p) // an amount moved as its rate did, and not as its last cent
	if err == nil {
		d.moved(v, p, o)
	} else if fault.KindOf(err) != fault.NotFound {
		return err
	}
	return nil
}

func (d *figures) say(v *Figure, value string, o market.Offer) {
	v.Today, v.TodayAt, v.TodaySaid = value, d.words.time(o.At), nameOf(o.Source, d.today.sources)
}

// moved counts how far today's offer is from what was printed.
func (d *figures) moved(v *Figure, p news.Pin, now market.Offer) {
	if v.Aside = now.Source != p.Source; v.Aside || !now.At.After(p.At) {
		return
	}
	from, ok := d.full(p)
	if !ok || from.IsZero() {
		return
	}
	m := d.site.ledger.Moved(p.Symbol, market.Offer{Value: from, At: p.At}, now)
	if m.Withheld == "" {
		percent := m.Percent.RoundPlaces(2)
		v.Moved = &Move{Percent: d.percent(percent), Class: classOf(percent), Since: d.words.time(p.At).Text}
	}
}

// percent writes a move with its sign.
func (d *figures) percent(percent currency.Decimal) string {
	return numeral.Signed(percent, d.style.Percent(percent))
}

// full is the rate or the price of a pin before the figure rounded or converted anything, where its observations lead to it.
func (d *figures) full(p news.Pin) (value currency.Decimal, ok bool) {
	o := market.Offer{}
	for _, id := range p.From {
		said, ok := d.said[id]
		if !ok {
			return value, false
		}
		o.From = append(o.From, said)
	}
	base, quote, isPair := p.Symbol.Pair()
	if !isPair {
		if p.How == market.Said && len(o.From) == 1 {
			return o.From[0].Value, true
		}
		return p.Value, true
	}
	over, under, err := o.Chain(base, quote)
	if err != nil {
		return value, false // a law fixes it
	}
	value, err = over.Quo(under, market.CrossDigits)
	return value, err == nil
}

// classOf is the class of a move by its sign, which never stands alone.
func classOf(d currency.Decimal) string {
	switch d.Sign() {
	case 1:
		return "move up"
	case -1:
		return "move down"
	}
	return "move flat"
}

// html is the figure as it stands in the text: a button whose card opens without a script, a table or a chart.
func (f Figure) html(ctx context.Context) string {
	var drawn web.Component
	switch {
	case f.Chart != nil:
		drawn = plot(f)
	case len(f.Rows) > 0:
		drawn = values(f)
	case len(f.Bases) == 0:
		return html.EscapeString(f.Value)
	default:
		drawn = figure(f)
	}
	var b bytes.Buffer
	if err := drawn.Render(ctx, &b); err != nil { // a buffer takes all: the context has ended
		return ""
	}
	return b.String()
}

// cards are the figures that have a card: the numbers, also those in tables.
func cards(all []Figure) (list []Figure) {
	for _, f := range all {
		switch {
		case f.Chart != nil:
		case len(f.Rows) > 0:
			list = append(list, f.Rows...)
		case len(f.Bases) > 0:
			list = append(list, f)
		}
	}
	return list
}

// said is what a figure says, without how the story asked for it: 250 USD in EUR, EUR/USD % since 2026-01-02.
func (f Figure) said() string {
	if strings.HasPrefix(f.Expression, "table ") {
		return f.Symbol
	}
	said := f.Expression
	for _, how := range []string{" @", " from ", " to "} {
		said, _, _ = strings.Cut(said, how)
	}
	return said
}

// links are all observations that a figure rests on, each once.
func (f Figure) links() (all []Link) {
	for _, b := range f.Bases {
		for _, l := range b.From {
			if !slices.Contains(all, l) {
				all = append(all, l)
			}
		}
	}
	return all
}
