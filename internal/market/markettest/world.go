package markettest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// clock is where the clock of every script stands.
func clock() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }

// world is a market in which a script takes place.
type world interface {
	record(sources []market.Source, observations []market.Observation) error
	price(pair market.Symbol, asOf market.AsOf) (market.Price, error)
	quote(listing market.Symbol, asOf market.AsOf) (market.Quote, error)
	board(base currency.Code, asOf market.AsOf) (market.Board, error)
	history(pair market.Symbol, asOf market.AsOf) ([]market.Price, error)
	// contents describes all that was recorded: what is refused must not change it.
	contents() (string, error)
}

// memory is a market of the pure rules: what was heard is a slice, and every answer must bear shuffling it.
type memory struct {
	sources market.Sources
	heard   []market.Observation
}

func (m *memory) record(sources []market.Source, observations []market.Observation) error {
	// Checking touches no store.
	ledger := market.NewLedger(nil, bus.New(), market.LedgerOptions{Now: clock})
	if err := ledger.Check(sources, observations); err != nil {
		return err
	}
	if m.sources == nil {
		m.sources = market.Sources{}
	}
	for _, s := range sources {
		m.sources[s.ID] = s
	}
	m.heard = append(m.heard, observations...)
	return nil
}

func (m *memory) facts() market.Facts {
	return market.Facts{Sources: m.sources, Currencies: currency.All(), Listings: market.KnownListings()}
}

func (m *memory) price(pair market.Symbol, asOf market.AsOf) (market.Price, error) {
	return steady(m.heard, func(heard []market.Observation) (market.Price, error) {
		return market.Settle(pair, heard, m.facts(), asOf.Resolved(clock()))
	})
}

func (m *memory) quote(listing market.Symbol, asOf market.AsOf) (market.Quote, error) {
	return steady(m.heard, func(heard []market.Observation) (market.Quote, error) {
		return market.SettleQuote(listing, heard, m.facts(), asOf.Resolved(clock()))
	})
}

func (m *memory) board(base currency.Code, asOf market.AsOf) (market.Board, error) {
	return steady(m.heard, func(heard []market.Observation) (market.Board, error) {
		return market.SettleBoard(base, heard, m.facts(), asOf.Resolved(clock())), nil
	})
}

// history is what a history is by definition: the price at each moment about which anything was said, where the one
// chosen is of that moment.
func (m *memory) history(pair market.Symbol, asOf market.AsOf) ([]market.Price, error) {
	asOf = asOf.Resolved(clock())
	var history []market.Price
	for _, at := range moments(m.heard) {
		if at.After(asOf.At) {
			continue
		}
		p, err := m.price(pair, market.AsOf{At: at, Known: asOf.Known})
		if errors.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if p.At.Equal(at) {
			history = append(history, p)
		}
	}
	return history, nil
}

func moments(heard []market.Observation) []time.Time {
	var all []time.Time
	for _, o := range heard {
		all = append(all, o.At)
	}
	slices.SortFunc(all, func(a, b time.Time) int { return b.Compare(a) })
	return slices.CompactFunc(all, time.Time.Equal)
}

func (m *memory) contents() (string, error) { return fmt.Sprint(len(m.sources), m.heard), nil }

// steady answers a question, and again of the same observations in other orders and each of them twice. An answer that
// changes is an error. The orders are the same in every run.
func steady[A any](heard []market.Observation, answer func([]market.Observation) (A, error)) (A, error) {
	first, err := answer(slices.Clone(heard))
	if err != nil {
		return first, err
	}
	random := rand.New(rand.NewPCG(1, uint64(len(heard))))
	for range 5 {
		other := slices.Concat(heard, heard)
		random.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
		again, err := answer(other)
		if err != nil {
			return again, fmt.Errorf("with the observations shuffled: %w", err)
		}
		if a, b := described(first), described(again); a != b {
			return again, fmt.Errorf("the answer depends on the order of the observations:\n%s\n%s", a, b)
		}
	}
	return first, nil
}

// described writes an answer in full, so that two can be compared whatever their decimals hold inside.
func described(answer any) string {
	text, err := json.Marshal(answer)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// book is a market kept by a ledger over a store.
type book struct {
	ctx    context.Context // of the test; a script has no other
	store  market.Store
	ledger *market.Ledger
}

func newBook(ctx context.Context, store market.Store) *book {
	return &book{ctx: ctx, store: store, ledger: market.NewLedger(store, bus.New(), market.LedgerOptions{Now: clock})}
}

func (b *book) record(sources []market.Source, observations []market.Observation) error {
	receipt, err := b.ledger.Record(b.ctx, sources, observations, nil)
	if err != nil {
		return err
	}
	again, err := b.ledger.Record(b.ctx, sources, observations, nil)
	if err != nil {
		return fmt.Errorf("recorded again: %w", err)
	}
	if receipt.New+receipt.Known != len(observations) || again.New != 0 {
		return fmt.Errorf("recorded %d observations as %+v and again as %+v", len(observations), receipt, again)
	}
	return nil
}

func (b *book) price(pair market.Symbol, asOf market.AsOf) (market.Price, error) {
	p, err := b.ledger.Rate(b.ctx, pair, asOf)
	if err != nil {
		return p, err
	}
	base, quote, _ := pair.Pair()
	board, err := b.ledger.Board(b.ctx, base, asOf)
	if err != nil {
		return p, err
	}
	// The board reads less of the store than the rate does; it must have read enough.
	if beside, ok := board.Price(quote); !ok && p.How != market.Fixed || ok && described(beside) != described(p) {
		return p, fmt.Errorf("the rate and the board of %s disagree:\n%s\n%s", base, described(p), described(beside))
	}
	return p, nil
}

func (b *book) quote(listing market.Symbol, asOf market.AsOf) (market.Quote, error) {
	q, err := b.ledger.Quote(b.ctx, listing, asOf)
	if err != nil {
		return q, err
	}
	all, err := b.ledger.Quotes(b.ctx, asOf)
	if err != nil {
		return q, err
	}
	i := slices.IndexFunc(all, func(other market.Quote) bool { return other.Symbol == listing })
	if i < 0 || described(all[i]) != described(q) {
		return q, fmt.Errorf("the quote of %s and the list of all quotes disagree:\n%s\n%s", listing, described(q), described(all))
	}
	return q, nil
}

func (b *book) board(base currency.Code, asOf market.AsOf) (market.Board, error) {
	return b.ledger.Board(b.ctx, base, asOf)
}

func (b *book) history(pair market.Symbol, asOf market.AsOf) ([]market.Price, error) {
	return b.ledger.History(b.ctx, pair, asOf)
}

func (b *book) contents() (string, error) {
	sources, err := b.store.Sources(b.ctx)
	if err != nil {
		return "", err
	}
	symbols, err := b.store.Symbols(b.ctx)
	if err != nil {
		return "", err
	}
	observations, err := b.store.Series(b.ctx, symbols, market.AsOf{At: clock(), Known: clock()})
	if err != nil {
		return "", err
	}
	slices.SortFunc(observations, func(a, b market.Observation) int { return cmp.Compare(a.ID, b.ID) })
	return described(sources) + described(observations), nil
}
