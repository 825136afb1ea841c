package news

import (
	"context"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// maxPins is the most values that the figures of one revision may rest on: a dozen charts of a year.
const maxPins = 5_000

// Resolver looks figures up in a ledger as it was known at one moment. It reads every symbol and day once, however many
// figures ask for them, and is for one text: make a new one for the next. It is not safe for concurrent use.
type Resolver struct {
	ledger *market.Ledger
	known  time.Time
	rates  map[spot]read[market.Price]
	quotes map[spot]read[market.Quote]
}

// spot is a symbol at a moment.
type spot struct {
	symbol market.Symbol
	at     int64
}

// read is what the ledger answered.
type read[T any] struct {
	value T
	err   error
}

// NewResolver returns a resolver that knows what the ledger knew at a moment.
func NewResolver(l *market.Ledger, known time.Time) *Resolver {
	return &Resolver{ledger: l, known: known, rates: map[spot]read[market.Price]{}, quotes: map[spot]read[market.Quote]{}}
}

// Resolve looks a figure up and returns its pins. The error is fault.Invalid, with a sentence that says why the figure
// has no value, or that of a store that cannot be read.
func (r *Resolver) Resolve(ctx context.Context, f Figure) ([]Pin, error) {
	asOf, err := r.asOf(f, f.On)
	if err != nil {
		return nil, err
	}
	switch {
	case f.Form == Chart:
		return r.chart(ctx, f, asOf)
	case f.Form == Table:
		pins := make([]Pin, len(f.Rows))
		for i, symbol := range f.Rows {
			row := f
			row.Symbol, row.Field = symbol, fieldOf(symbol)
			o, err := r.offer(ctx, row, asOf)
			if err != nil {
				return nil, err
			}
			pins[i] = pinned(row, o)
		}
		return pins, nil
	case f.Since != "":
		return r.change(ctx, f, asOf)
	case f.Field == Amount:
		return r.amount(ctx, f, asOf)
	}
	o, err := r.offer(ctx, f, asOf)
	if err != nil {
		return nil, err
	}
	p := pinned(f, o)
	if f.Places >= 0 {
		p.Value = p.Value.RoundPlaces(f.Places)
	}
	return []Pin{p}, nil
}

// asOf is what a day of a figure means to the resolver; no day is the newest.
func (r *Resolver) asOf(f Figure, day string) (market.AsOf, error) {
	asOf, err := market.ParseAsOf(day, "")
	if err != nil {
		return asOf, err
	}
	if asOf.Known = r.known; asOf.At.IsZero() {
		asOf.At = r.known
	}
	// The newest value would stand for a day that nobody has seen yet. The present day has come, though its end has not.
	if asOf.At.Truncate(24 * time.Hour).After(r.known) {
		return asOf, none(f, "its day has not come")
	}
	return asOf, nil
}

// none is the error of a figure that has no value.
func none(f Figure, format string, args ...any) error {
	return fault.Because(fault.Invalid, "the figure {{%s}} has no value: "+format, append([]any{f.Expression}, args...)...)
}

// unread is the error of a figure of which the ledger gave one. That it cannot be read at all is no fault of the figure.
func unread(f Figure, err error) error {
	if kind := fault.KindOf(err); kind == fault.Invalid || kind == fault.NotFound {
		return none(f, "%w", err)
	}
	return err
}

func (r *Resolver) rate(ctx context.Context, pair market.Symbol, asOf market.AsOf) (market.Price, error) {
	return once(r.rates, spot{pair, asOf.At.UnixMicro()}, func() (market.Price, error) { return r.ledger.Rate(ctx, pair, asOf) })
}

func (r *Resolver) quote(ctx context.Context, listing market.Symbol, asOf market.AsOf) (market.Quote, error) {
	return once(r.quotes, spot{listing, asOf.At.UnixMicro()}, func() (market.Quote, error) { return r.ledger.Quote(ctx, listing, asOf) })
}

// once asks what has not been asked yet.
func once[T any](asked map[spot]read[T], at spot, ask func() (T, error)) (T, error) {
	a, ok := asked[at]
	if !ok {
		a.value, a.err = ask()
		asked[at] = a
	}
	return a.value, a.err
}

// offer is what a figure of one number rests on.
func (r *Resolver) offer(ctx context.Context, f Figure, asOf market.AsOf) (market.Offer, error) {
	if _, _, isPair := f.Symbol.Pair(); isPair {
		p, err := r.rate(ctx, f.Symbol, asOf)
		if err != nil {
			return market.Offer{}, unread(f, err)
		}
		return offerOf(f, p.Offer, p.SetAside)
	}
	q, err := r.quote(ctx, f.Symbol, asOf)
	if err != nil {
		return market.Offer{}, unread(f, err)
	}
	if f.Field == market.Last || f.Since != "" {
		return offerOf(f, q.Offer, q.SetAside)
	}
	if f.From != "" && f.From != q.Source {
		return market.Offer{}, fault.Because(fault.Invalid, "the figure {{%s}}: only the last price can be asked of a source that was set aside", f.Expression)
	}
	if q.Move.Withheld != "" {
		return market.Offer{}, none(f, "%s", q.Move.Withheld)
	}
	o := q.Offer
	switch f.Field {
	case market.PreviousClose:
		o.Value, o.How, o.From = q.Previous.Value, q.Previous.How, q.Previous.From
	case market.Change:
		o.Value, o.How, o.From = q.Move.By, market.Computed, union(q.From, q.Previous.From)
	case market.Percent:
		o.Value, o.How, o.From = q.Move.Percent, market.Computed, union(q.From, q.Previous.From)
	}
	return o, nil
}

// change finds the values at both ends, the later as any rate is found, the earlier of the same source: what two sources
// say differs by more than the market moved.
func (r *Resolver) change(ctx context.Context, f Figure, asOf market.AsOf) ([]Pin, error) {
	since, err := r.asOf(f, f.Since)
	if err != nil {
		return nil, err
	}
	later, err := r.offer(ctx, f, asOf)
	if err != nil {
		return nil, err
	}
	first := f
	first.From = later.Source
	earlier, err := r.offer(ctx, first, since)
	if err != nil && f.From == "" && fault.KindOf(err) == fault.Invalid {
		return nil, fault.Because(fault.Invalid, "%w; a change is of one source, and %q gives its end: name one that has both with from SOURCE", err, later.Source)
	} else if err != nil {
		return nil, err
	}
	if !earlier.At.Before(later.At) {
		return nil, none(f, "of both days the newest value is that of %s", written(later.At))
	}
	if err := r.sameMoney(f, earlier, later); err != nil {
		return nil, err
	}
	end := f
	end.Field = fieldOf(f.Symbol)
	return []Pin{pinned(end, earlier), pinned(end, later)}, nil
}

// sameMoney says why a later value cannot be counted from an earlier one.
func (r *Resolver) sameMoney(f Figure, earlier, later market.Offer) error {
	if _, _, isPair := f.Symbol.Pair(); isPair {
		if m := r.ledger.Moved(f.Symbol, earlier, later); m.Withheld != "" {
			return none(f, "%s", m.Withheld)
		}
		return nil
	}
	i, err := r.ledger.Listings().Instrument(f.Symbol)
	if err == nil && i.TradedOn(earlier.At) != i.TradedOn(later.At) {
		return none(f, "%s was not traded at this market on both %s and %s", i.Name, written(earlier.At), written(later.At))
	}
	if events := r.ledger.Listings().Between(f.Symbol, earlier.At, later.At); len(events) > 0 {
		return none(f, "between %s and %s lies the %s of %s", written(earlier.At), written(later.At), events[0].Kind, written(events[0].Date.First()))
	}
	return nil
}

// written is a day as sentences have it.
func written(t time.Time) string { return t.UTC().Format("2 January 2006") }

// amount converts what the figure asks, from exact numbers, and rounds once: to the smallest coin of the currency.
func (r *Resolver) amount(ctx context.Context, f Figure, asOf market.AsOf) ([]Pin, error) {
	rate := f
	rate.Field = market.Rate
	o, err := r.offer(ctx, rate, asOf)
	if err != nil {
		return nil, err
	}
	table := r.ledger.Currencies()
	over, under, err := market.Price{Symbol: f.Symbol, Offer: o}.Fraction(table, asOf.At)
	if err != nil {
		return nil, unread(f, err)
	}
	places := f.Places
	if _, quote, _ := f.Symbol.Pair(); places < 0 {
		c, err := table.Currency(quote)
		if err != nil {
			return nil, unread(f, err)
		}
		if places = c.MinorUnits; places < 0 {
			return nil, none(f, "%s has no smallest coin: say to how many places, as to 4", c.Name)
		}
	}
	p := pinned(f, o)
	if p.Value, err = f.Amount.Mul(over).QuoPlaces(under, places); err != nil {
		return nil, unread(f, err)
	}
	if !p.Value.Fits() {
		return nil, none(f, "it would have more than 64 digits")
	}
	return []Pin{p}, nil
}

// offerOf returns the chosen offer, or the one of the source that the figure asks for.
func offerOf(f Figure, chosen market.Offer, aside []market.SetAside) (market.Offer, error) {
	if f.From == "" || f.From == chosen.Source {
		return chosen, nil
	}
	for _, s := range aside {
		if s.Source == f.From {
			return s.Offer, nil
		}
	}
	return market.Offer{}, none(f, "the source %q has said nothing of %s by then", f.From, f.Symbol)
}

// pinned makes the pin of an offer.
func pinned(f Figure, o market.Offer) Pin {
	p := Pin{
		Expression: f.Expression, Symbol: f.Symbol, Field: f.Field, Value: o.Value,
		At: o.At, Seen: o.Seen, Source: o.Source, How: o.How,
	}
	for _, from := range o.From {
		p.From = append(p.From, from.ID)
	}
	return p
}

func union(a, b []market.Observation) []market.Observation {
	all := slices.Clone(a)
	for _, o := range b {
		if o.ID != a[0].ID {
			all = append(all, o)
		}
	}
	return all
}
