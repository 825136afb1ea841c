package market

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// PriceTopic is the bus topic under which changed prices are announced; the key is the symbol, or empty for many.
const PriceTopic = "market.price"

// Ledger checks what is recorded and answers what things were worth. It is safe for concurrent use.
type Ledger struct {
	store      Store
	bus        bus.Bus
	currencies *currency.Table
	listings   *Listings
	annals     func() annals
	now        func() time.Time
	may        func(Source) bool // see Only
	spreads    *sync.Pool        // of *spread, to be filled again
}

// LedgerOptions are what a ledger may be given beside its store; the zero value works.
type LedgerOptions struct {
	Currencies *currency.Table  // nil: currency.All()
	Listings   *Listings        // nil: KnownListings()
	Now        func() time.Time // nil: time.Now
}

// NewLedger returns a ledger over a store.
func NewLedger(store Store, b bus.Bus, o LedgerOptions) *Ledger {
	if o.Currencies == nil {
		o.Currencies = currency.All()
	}
	if o.Listings == nil {
		o.Listings = KnownListings()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Ledger{
		store: store, bus: b, currencies: o.Currencies, listings: o.Listings, now: o.Now,
		annals:  sync.OnceValue(func() annals { return annalsOf(o.Currencies) }),
		spreads: &sync.Pool{New: func() any { return &spread{} }},
	}
}

// Only returns the same ledger, in which some sources alone may speak: what it settles rests on nobody else, and of the
// others it knows nothing. It is for reading.
func (l *Ledger) Only(may func(Source) bool) *Ledger {
	only, before := *l, l.may
	only.may = func(s Source) bool { return may(s) && (before == nil || before(s)) }
	return &only
}

// Currencies returns the table of currencies that the ledger knows.
func (l *Ledger) Currencies() *currency.Table { return l.currencies }

// Listings returns the table of instruments that the ledger knows.
func (l *Ledger) Listings() *Listings { return l.listings }

// Receipt says what became of a batch.
type Receipt struct {
	New   int // appended
	Known int // said before by the same source about the same moment, with the same value
}

// Record appends what sources said, all or nothing. What a source has said already of the same moment is not news and
// is left out; a different value is a revision and is appended. The error is fault.Invalid when an observation cannot
// be right: it names the first such one and how many there are. Progress may be nil.
func (l *Ledger) Record(ctx context.Context, sources []Source, observations []Observation, progress func(done int)) (Receipt, error) {
	if err := l.Check(sources, observations); err != nil {
		return Receipt{}, err
	}
	news, err := l.Unsaid(ctx, observations)
	if err != nil {
		return Receipt{}, fmt.Errorf("record %d observations: %w", len(observations), err)
	}
	added, err := l.store.Append(ctx, sources, news, progress)
	if err != nil {
		return Receipt{}, fmt.Errorf("record %d observations: %w", len(news), err)
	}
	if added > 0 {
		l.bus.Publish(bus.Event{Topic: PriceTopic})
	}
	return Receipt{New: added, Known: len(observations) - added}, nil
}

// Check says whether a batch may be recorded, without recording it; see [Ledger.Record] for the error.
func (l *Ledger) Check(sources []Source, observations []Observation) error {
	named := map[SourceID]Source{}
	for _, s := range sources {
		if err := s.check(); err != nil {
			return err
		}
		named[s.ID] = s
	}
	var first error
	wrong := 0
	for _, o := range observations {
		source, known := named[o.Source]
		err := o.check(l.currencies, source.Ahead)
		if err == nil && !known {
			err = fault.Because(fault.Invalid, "%s: its source %q is not among those given", o.Symbol, o.Source)
		}
		if err != nil {
			if wrong++; first == nil {
				first = err
			}
		}
	}
	if wrong > 1 {
		return fault.Because(fault.Invalid, "%w (and %d more of %d cannot be recorded)", first, wrong-1, len(observations))
	}
	return first
}

// Unsaid returns the observations that are news, in the order in which they were learnt: it leaves out what the same
// source has said already, unchanged, of the same moment.
func (l *Ledger) Unsaid(ctx context.Context, observations []Observation) ([]Observation, error) {
	news, _, err := l.unsaid(ctx, observations)
	return news, err
}

// unsaid also says which of the news revise what the source had said of the same moment.
func (l *Ledger) unsaid(ctx context.Context, observations []Observation) (news []Observation, revised map[ID]bool, err error) {
	said, err := l.said(ctx, observations)
	if err != nil {
		return nil, nil, err
	}
	// What is a repetition and what takes a revision back shows only in the order of learning.
	bySeen := func(a, b Observation) int { return a.Seen.Compare(b.Seen) }
	if !slices.IsSortedFunc(observations, bySeen) {
		observations = slices.Clone(observations)
		slices.SortStableFunc(observations, bySeen)
	}
	news, revised = make([]Observation, 0, len(observations)), map[ID]bool{}
	for _, o := range observations {
		k := spotOf(o)
		// Compared as written: a source that now prints 1.0 where it printed 1.00 has said something else.
		if before, ok := said[k]; ok && before.String() == o.Value.String() {
			continue
		} else if ok {
			revised[o.ID] = true
		}
		said[k] = o.Value
		news = append(news, o)
	}
	return news, revised, nil
}

// spot is what a source may say one thing of at a time.
type spot struct {
	source SourceID
	symbol Symbol
	field  Field
	at     int64
}

func spotOf(o Observation) spot { return spot{o.Source, o.Symbol, o.Field, o.At.UnixMicro()} }

// said reads what the sources of some observations have said last of the same moments. Moments that lie near each other
// are read in one run, so that a history is not read day by day, nor all that lies between two days far apart.
func (l *Ledger) said(ctx context.Context, observations []Observation) (map[spot]currency.Decimal, error) {
	const near = 31 * 24 * time.Hour
	moments := map[SourceID]map[int64]time.Time{}
	for _, o := range observations {
		if moments[o.Source] == nil {
			moments[o.Source] = map[int64]time.Time{}
		}
		moments[o.Source][o.At.UnixMicro()] = o.At
	}
	said := make(map[spot]currency.Decimal, len(observations))
	for source, ats := range moments {
		sorted := slices.SortedFunc(maps.Values(ats), time.Time.Compare)
		for begin := 0; begin < len(sorted); {
			end := begin + 1
			for end < len(sorted) && sorted[end].Sub(sorted[end-1]) <= near {
				end++
			}
			sheets, err := l.store.Sheets(ctx, source, sorted[begin], sorted[end-1])
			if err != nil {
				return nil, err
			}
			for _, o := range sheets {
				said[spotOf(o)] = o.Value
			}
			begin = end
		}
	}
	return said, nil
}

// facts reads what settling must know beside the observations.
func (l *Ledger) facts(ctx context.Context) (Facts, error) {
	list, err := l.store.Sources(ctx)
	if err != nil {
		return Facts{}, err
	}
	f := Facts{Sources: make(Sources, len(list)), Currencies: l.currencies, Listings: l.listings, May: l.may, annals: l.annals}
	for _, s := range list {
		f.Sources[s.ID] = s
	}
	f.Sources[TableID] = tableSource
	return f, nil
}

// Sources returns every source that was recorded, by ID.
func (l *Ledger) Sources(ctx context.Context) ([]Source, error) {
	all, err := l.store.Sources(ctx)
	if l.may != nil {
		all = slices.DeleteFunc(all, func(s Source) bool { return !l.may(s) })
	}
	return all, err
}

// Known returns every source by its ID, the table of pegs and conversion rates among them.
func (l *Ledger) Known(ctx context.Context) (Sources, error) {
	f, err := l.facts(ctx)
	return f.Sources, err
}

// Rate settles one pair. A base or quote that no table knows is fault.Invalid; a pair that nobody quoted is
// fault.NotFound.
func (l *Ledger) Rate(ctx context.Context, pair Symbol, asOf AsOf) (Price, error) {
	asOf = asOf.Resolved(l.now())
	s, err := l.sheafFor(ctx, pair, asOf, false)
	if err != nil {
		return Price{}, err
	}
	return s.settler().price(pair, asOf.At)
}

// History settles a pair at every moment at which a source offered it, the newest first.
func (l *Ledger) History(ctx context.Context, pair Symbol, asOf AsOf) ([]Price, error) {
	asOf = asOf.Resolved(l.now())
	s, err := l.sheafFor(ctx, pair, asOf, true)
	if err != nil {
		return nil, err
	}
	base, quote, _ := pair.Pair()
	return s.history(base, quote), nil
}

// Said returns what sources said of some symbols from one moment to another, both included, word for word: of each source
// and moment what it said last, by source and moment. What a source does not allow to be shown is left out.
func (l *Ledger) Said(ctx context.Context, symbols []Symbol, from, to time.Time) ([]Observation, error) {
	sources, err := l.store.Sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	wanted := map[Symbol]bool{}
	for _, s := range symbols {
		wanted[s] = true
	}
	var said []Observation
	for _, s := range sources {
		if s.Terms == Private || l.may != nil && !l.may(s) {
			continue
		}
		sheets, err := l.store.Sheets(ctx, s.ID, from, to)
		if err != nil {
			return nil, fmt.Errorf("read the sheets of %s: %w", s.ID, err)
		}
		sheets = slices.DeleteFunc(sheets, func(o Observation) bool { return !wanted[o.Symbol] })
		slices.SortStableFunc(sheets, func(a, b Observation) int { return a.At.Compare(b.At) })
		said = append(said, sheets...)
	}
	return said, nil
}

// sheafFor reads what can bear on a pair, of each series the whole or, where one price is to be settled, its end.
func (l *Ledger) sheafFor(ctx context.Context, pair Symbol, asOf AsOf, whole bool) (*sheaf, error) {
	needed, between, err := l.needed(ctx, pair, asOf)
	if err != nil {
		return nil, err
	}
	facts, err := l.facts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	var heard []Observation
	if !whole {
		// As far back as a change and a source that repeats itself must be looked for.
		heard, err = l.store.Newest(ctx, asOf, unchangedAfter+2, needed...)
	}
	if err == nil && (whole || torn(pair, heard) || torn(between, heard)) {
		heard, err = l.store.Series(ctx, needed, asOf)
	}
	if err != nil {
		return nil, fmt.Errorf("read the series of %s: %w", pair, err)
	}
	return newSheaf(heard, facts, asOf), nil
}

// needed returns the symbols that can bear on a pair: itself, itself turned round, and the pairs that lead across one
// currency; and the same between what its two currencies are tied to, with that pair.
func (l *Ledger) needed(ctx context.Context, pair Symbol, asOf AsOf) (needed []Symbol, between Symbol, err error) {
	if err := l.checkPair(pair); err != nil {
		return nil, "", err
	}
	base, quote, _ := pair.Pair()
	symbols, err := l.store.Symbols(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("read the symbols: %w", err)
	}
	needed, between = bearing(base, quote, symbols), pair
	if b, q := l.anchor(base, asOf.At), l.anchor(quote, asOf.At); b != q && (b != base || q != quote) {
		between = Pair(b, q)
		needed = append(needed, bearing(b, q, symbols)...) // what a rate that is fixed by a tie is multiplied with
		slices.Sort(needed)
		needed = slices.Compact(needed)
	}
	return needed, between, nil
}

// checkPair says what is wrong with a pair of which somebody asks: the error is fault.Invalid.
func (l *Ledger) checkPair(pair Symbol) error {
	base, quote, ok := pair.Pair()
	if !ok {
		return fault.Because(fault.Invalid, "%s is no pair of currencies: write it as EUR/USD", pair)
	}
	for _, code := range []currency.Code{base, quote} {
		if _, err := l.currencies.Currency(code); err != nil {
			return fault.Because(fault.Invalid, "%s: %w", pair, err)
		}
	}
	return nil
}

// torn says whether the ends of the series may not be enough: of some source, a moment at which two legs of a pair stand
// together may lie further back. They are enough where the source gives all of its pairs at the same moments, and where it
// gives the pair itself at each moment at which it gives another.
func torn(pair Symbol, newest []Observation) bool {
	base, quote, _ := pair.Pair()
	ends := map[SourceID]map[Symbol][]int64{}
	for _, o := range newest {
		if ends[o.Source] == nil {
			ends[o.Source] = map[Symbol][]int64{}
		}
		ends[o.Source][o.Symbol] = append(ends[o.Source][o.Symbol], o.At.UnixMicro())
	}
	for _, tracks := range ends {
		itself, said := tracks[pair]
		if !said {
			itself, said = tracks[Pair(quote, base)]
		}
		var first []int64
		for _, end := range tracks {
			switch {
			case said && slices.ContainsFunc(end, func(at int64) bool { return at >= itself[len(itself)-1] && !slices.Contains(itself, at) }):
				return true
			case !said && first != nil && !slices.Equal(first, end):
				return true
			}
			first = end
		}
	}
	return false
}

// anchor is what a currency is tied to on a day, or the currency itself.
func (l *Ledger) anchor(code currency.Code, at time.Time) currency.Code {
	if peg, ok := l.currencies.PegOn(code, at); ok && peg.Hard() {
		return peg.Anchor
	}
	return code
}

// bearing returns the symbols from which a pair can be computed, sorted: the pair itself either way round, and the
// pairs of both currencies with each third one that both stand beside.
func bearing(base, quote currency.Code, symbols []Symbol) []Symbol {
	besideBase, besideQuote := map[currency.Code][]Symbol{}, map[currency.Code][]Symbol{}
	var found []Symbol
	for _, s := range symbols {
		a, b, ok := s.Pair()
		switch {
		case !ok:
		case a == base && b == quote, a == quote && b == base:
			found = append(found, s)
		case a == base:
			besideBase[b] = append(besideBase[b], s)
		case b == base:
			besideBase[a] = append(besideBase[a], s)
		case a == quote:
			besideQuote[b] = append(besideQuote[b], s)
		case b == quote:
			besideQuote[a] = append(besideQuote[a], s)
		}
	}
	for middle, first := range besideBase {
		if second, ok := besideQuote[middle]; ok {
			found = append(append(found, first...), second...)
		}
	}
	slices.Sort(found)
	return found
}

// Board settles every currency against a base. A board on which nobody has quoted anything is empty, not an error; a
// base that no table knows is fault.Invalid.
func (l *Ledger) Board(ctx context.Context, base currency.Code, asOf AsOf) (Board, error) {
	if _, err := l.currencies.Currency(base); err != nil {
		return Board{}, fault.Because(fault.Invalid, "the base of a board: %w", err)
	}
	asOf = asOf.Resolved(l.now())
	facts, err := l.facts(ctx)
	if err != nil {
		return Board{}, fmt.Errorf("read the sources: %w", err)
	}
	heard, err := l.store.Newest(ctx, asOf, 2) // the newest and, for the change, the one before
	if err != nil {
		return Board{}, fmt.Errorf("read the board of %s: %w", base, err)
	}
	if same := repeated(heard); len(same) > 0 {
		more, err := l.store.Newest(ctx, asOf, unchangedAfter+1, same...)
		if err != nil {
			return Board{}, fmt.Errorf("read the board of %s: %w", base, err)
		}
		heard = append(heard, more...)
	}
	// A currency that a source gave up long ago stands on an old sheet: its cross needs the base of that same sheet.
	legs, err := l.store.Series(ctx, touching(base, heard), asOf)
	if err != nil {
		return Board{}, fmt.Errorf("read the board of %s: %w", base, err)
	}
	// And where it is the base that a source gave up, all others are needed as they stood then.
	for _, at := range leftBehind(base, heard) {
		then, err := l.store.Newest(ctx, AsOf{At: at, Known: asOf.Known}, 2)
		if err != nil {
			return Board{}, fmt.Errorf("read the board of %s: %w", base, err)
		}
		legs = append(legs, then...)
	}
	return SettleBoard(base, append(heard, legs...), facts, asOf), nil
}

// repeated returns the pairs of which a source said the same twice: how often it did must be looked up.
func repeated(heard []Observation) []Symbol {
	type track struct {
		symbol Symbol
		source SourceID
	}
	said := map[track]currency.Decimal{}
	var same []Symbol
	for _, o := range heard {
		t := track{o.Symbol, o.Source}
		if before, twice := said[t]; twice && before.Equal(o.Value) && (o.Field == Rate || o.Field == Last) {
			same = append(same, o.Symbol)
		}
		said[t] = o.Value
	}
	slices.Sort(same)
	return slices.Compact(same)
}

// touching returns the pairs of the base that other pairs must be crossed with: those of each source that also quotes
// pairs without the base. A source that quotes everything against the base, as most do, adds none, so that its whole
// history is not read.
func touching(base currency.Code, heard []Observation) []Symbol {
	own, crossed := map[SourceID][]Symbol{}, map[SourceID]bool{}
	for _, o := range heard {
		if a, b, ok := o.Symbol.Pair(); ok && (a == base || b == base) {
			own[o.Source] = append(own[o.Source], o.Symbol)
		} else if ok {
			crossed[o.Source] = true
		}
	}
	var legs []Symbol
	for source := range crossed {
		legs = append(legs, own[source]...)
	}
	slices.Sort(legs)
	return slices.Compact(legs)
}

// leftBehind returns the newest moments of the base with those sources that have since spoken of other pairs only.
func leftBehind(base currency.Code, heard []Observation) []time.Time {
	own, other := map[SourceID]time.Time{}, map[SourceID]time.Time{}
	for _, o := range heard {
		newest := other
		if a, b, ok := o.Symbol.Pair(); !ok {
			continue
		} else if a == base || b == base {
			newest = own
		}
		if o.At.After(newest[o.Source]) {
			newest[o.Source] = o.At
		}
	}
	var moments []time.Time
	for source, at := range own {
		if other[source].After(at) {
			moments = append(moments, at)
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	return slices.CompactFunc(moments, time.Time.Equal)
}

// Quote settles one listing; a listing that nobody quoted is fault.NotFound.
func (l *Ledger) Quote(ctx context.Context, listing Symbol, asOf AsOf) (Quote, error) {
	asOf = asOf.Resolved(l.now())
	facts, err := l.facts(ctx)
	if err != nil {
		return Quote{}, fmt.Errorf("read the sources: %w", err)
	}
	heard, err := l.quoted(ctx, asOf, []Symbol{listing})
	if err != nil {
		return Quote{}, fmt.Errorf("read the quotes of %s: %w", listing, err)
	}
	exchanges, failed := l.exchanges(ctx, facts, asOf.Known)
	facts.exchanges = exchanges
	q, err := SettleQuote(listing, heard, facts, asOf)
	if *failed != nil {
		return Quote{}, *failed
	}
	return q, err
}

// Quotes settles every listing that was ever quoted within the AsOf, by ticker.
func (l *Ledger) Quotes(ctx context.Context, asOf AsOf) ([]Quote, error) {
	asOf = asOf.Resolved(l.now())
	facts, err := l.facts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	symbols, err := l.store.Symbols(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the symbols: %w", err)
	}
	symbols = slices.DeleteFunc(slices.Clone(symbols), func(s Symbol) bool {
		_, _, isPair := s.Pair()
		return isPair
	})
	if len(symbols) == 0 {
		return nil, nil
	}
	heard, err := l.quoted(ctx, asOf, symbols)
	if err != nil {
		return nil, fmt.Errorf("read the quotes: %w", err)
	}
	exchanges, failed := l.exchanges(ctx, facts, asOf.Known)
	facts.exchanges = exchanges
	return SettleQuotes(heard, facts, asOf), *failed
}

// Number is all there is to say of one observation: who said it, where and when, what the same source said of the same
// moment before and after.
type Number struct {
	Observation
	Said      Source
	Revisions []Observation // by Seen, this one among them
}

// Number returns an observation with its source and its revisions; the error is fault.NotFound.
func (l *Ledger) Number(ctx context.Context, id ID) (Number, error) {
	o, err := l.store.Observation(ctx, id)
	if err != nil {
		return Number{}, err
	}
	facts, err := l.facts(ctx)
	if err != nil {
		return Number{}, fmt.Errorf("read the sources: %w", err)
	}
	if !facts.may(o.Source) {
		return Number{}, fault.Because(fault.NotFound, "the terms of %s do not allow its numbers to be shown", facts.Sources[o.Source].name(o.Source))
	}
	revisions, err := l.store.Revisions(ctx, o.Symbol, o.Field, o.Source, o.At)
	if err != nil {
		return Number{}, fmt.Errorf("read the revisions of %s: %w", id, err)
	}
	return Number{Observation: o, Said: facts.Sources[o.Source], Revisions: revisions}, nil
}
