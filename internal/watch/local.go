package watch

import (
	"context"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Local is the paper of this machine. It only reads.
type Local struct {
	ledger  *market.Ledger
	o       LocalOptions
	courses map[market.Symbol]course
}

// LocalOptions say what is watched; the zero value watches the majors against EUR.
type LocalOptions struct {
	Symbols []market.Symbol // all of them must have a value
	Usual   []market.Symbol // where no symbols are named: of these, those that have a value; nil: the majors
	Base    currency.Code   // of the majors; empty: EUR
	Now     func() time.Time
}

// course is what a pair was worth in the sessions up to a moment.
type course struct {
	to     time.Time
	values []currency.Decimal
}

// NewLocal returns the paper that a ledger keeps.
func NewLocal(ledger *market.Ledger, o LocalOptions) *Local {
	if o.Base == "" {
		o.Base = "EUR"
	}
	if len(o.Usual) == 0 {
		o.Usual = Majors(o.Base)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Local{ledger: ledger, o: o, courses: map[market.Symbol]course{}}
}

// Name implements [Source].
func (l *Local) Name() string { return "this machine" }

// Read implements [Source].
func (l *Local) Read(ctx context.Context) ([]Row, error) {
	sources, err := l.ledger.Known(ctx)
	if err != nil {
		return nil, err
	}
	asOf := market.AsOf{}.Resolved(l.o.Now())
	named := len(l.o.Symbols) > 0
	symbols := l.o.Symbols
	if !named {
		symbols = l.o.Usual
	}
	var rows []Row
	for _, symbol := range symbols {
		row, err := l.row(ctx, symbol, asOf, sources)
		if err != nil && fault.KindOf(err) == fault.NotFound && !named {
			continue
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, fault.Because(fault.NotFound,
			`nobody has quoted what the strip would show: name pairs and shares, or take rates in with "courant serve" or "courant import"`)
	}
	return rows, nil
}

func (l *Local) row(ctx context.Context, symbol market.Symbol, asOf market.AsOf, sources market.Sources) (Row, error) {
	base, quote, isPair := symbol.Pair()
	if !isPair {
		q, err := l.ledger.Quote(ctx, symbol, asOf)
		if err != nil {
			return Row{}, err
		}
		return rowOf(symbol, q.Instrument.Name, q.Offer, q.Why, q.Move, q.Flags, sources), nil
	}
	p, err := l.ledger.Rate(ctx, symbol, asOf)
	if err != nil {
		return Row{}, err
	}
	row := rowOf(symbol, l.ledger.Currencies().Name(quote, "en"), p.Offer, p.Why, p.Move, p.Flags, sources)
	row.Course, err = l.course(ctx, base, quote, p.At)
	return row, err
}

// course reads what a pair was worth in the sessions up to a moment; again only when the moment is another.
func (l *Local) course(ctx context.Context, base, quote currency.Code, at time.Time) ([]currency.Decimal, error) {
	symbol := market.Pair(base, quote)
	if c, ok := l.courses[symbol]; ok && c.to.Equal(at) {
		return c.values, nil
	}
	to := at.UTC().Truncate(24 * time.Hour)
	courses, err := l.ledger.Courses(ctx, base, []currency.Code{quote}, market.Span{From: to.AddDate(0, 0, -within), To: to})
	if err != nil {
		return nil, err
	}
	c := course{to: at}
	for _, found := range courses {
		for i := range found.Days {
			c.values = append(c.values, found.Days[i].Value())
		}
	}
	c.values = c.values[max(0, len(c.values)-sessions):]
	l.courses[symbol] = c
	return c.values, nil
}

func rowOf(symbol market.Symbol, name string, o market.Offer, why string, m market.Move, flags []market.Flag, sources market.Sources) Row {
	r := Row{
		Symbol: symbol, Name: printable(name), Value: o.Shown(), Exact: o.Value, At: o.At.UTC(), Seen: o.Seen.UTC(), Source: o.Source,
		Said: printable(sources[o.Source].Name), How: o.How, Why: printable(why), Numbers: []string{}, Withheld: m.Withheld, Flags: []Flag{},
	}
	if r.Said == "" {
		r.Said = printable(string(o.Source))
	}
	if fresh := sources[o.Source].Fresh; fresh > 0 && o.Source != market.TableID {
		r.Until = sources.Until(o)
	}
	for _, from := range o.From {
		r.Numbers = append(r.Numbers, "/numbers/"+string(from.ID))
	}
	switch {
	case m.Withheld != "":
	case m.From.IsZero():
		r.Withheld = "there is no earlier value"
	default:
		r.Move = moveOf(m.Since, m.By, m.Percent, o.How, r.Value)
	}
	for _, f := range flags {
		r.Flags = append(r.Flags, Flag{f.Code, printable(f.Word), printable(f.Text), f.Doubt})
	}
	return r
}

// moveOf is a change as the paper prints it: exactly where both values were said, else to as many places as the value has.
func moveOf(since time.Time, by, percent currency.Decimal, how market.How, shown currency.Decimal) *Move {
	if how != market.Said {
		by = by.RoundPlaces(shown.Places())
	}
	return &Move{Since: since.UTC(), By: by, Percent: percent}
}
