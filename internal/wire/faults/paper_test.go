// Package faults holds the promise of the wire against the world: whatever a provider's server sends, no wrong number is
// published unflagged. It has tests only. Each of twenty kinds of faults is committed against each provider with several
// seeds; a paper of its own, with a real server, fetcher, store and ledger and a clock that the test sets, must then
// show what is true, what was true before, or a flag.
//
// The generator of a fault knows what is true, for it spoilt it: nothing is taken from the paper's own judgement. Start
// at the list in matrix_test.go.
package faults

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/wire"
	"github.com/courant-news/courant/internal/wire/provider"
)

// subject is a provider with the true replies that stand in its testdata.
type subject struct {
	wire.Provider
	samples []*sample
	listed  []wire.Listed // of a provider of share prices: what its samples are about
	index   []byte        // the reply that only says where the figures are, of a provider that has one
}

// subjects reads the replies of every provider.
func subjects(t *testing.T) []*subject {
	t.Helper()
	var all []*subject
	for _, p := range provider.All() {
		if p.Source.Terms == market.Private {
			p.Source.Terms = market.ShowOnly // else nothing of it were shown, and nothing tried; its terms are a fault of their own
		}
		s := &subject{Provider: p}
		names, err := filepath.Glob(filepath.Join("..", "provider", "testdata", string(p.Source.ID), "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			base := filepath.Base(name)
			if base == "recorded" || strings.HasSuffix(base, ".golden") {
				continue
			}
			body, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			reading, err := p.Parse(body)
			switch {
			case err != nil: // one of the traps
			case len(reading.Follow) > 0:
				s.index = body
			default:
				s.samples = append(s.samples, newSample(s, base, body, reading))
			}
		}
		if len(s.samples) == 0 {
			t.Fatalf("%s: no true reply is in its testdata", p.Source.ID)
		}
		all = append(all, s)
	}
	return all
}

// sample is one true reply.
type sample struct {
	of      *subject
	name    string
	body    []byte
	text    []byte              // the body, unpacked
	pack    func([]byte) []byte // makes a body of a text
	reading wire.Reading

	once   sync.Once
	filled []byte // a database file in which the source's history until this reply stands
	err    error
}

// same is what makes a sample of a changed text, with what is read of it.
func (s *sample) with(text []byte) *sample {
	body := s.pack(text)
	reading, err := s.of.Parse(body)
	return &sample{of: s.of, name: s.name, body: body, text: text, pack: s.pack, reading: reading, err: err}
}

// newest is the last moment of which a sample speaks.
func (s *sample) newest() time.Time {
	var newest time.Time
	for _, q := range s.reading.Quotations {
		if q.At.After(newest) {
			newest = q.At
		}
	}
	return newest
}

// history is what the source had said until the sample: of each pair a value a day, near to the sample's.
func (s *sample) history() []market.Observation {
	const days = 30
	rng := rand.New(rand.NewPCG(uint64(len(s.body)), 1))
	first := map[market.Symbol]wire.Quotation{}
	for _, q := range s.reading.Quotations {
		if f, ok := first[q.Symbol]; principal(q) && (!ok || q.At.Before(f.At)) {
			first[q.Symbol] = q
		}
	}
	var all []market.Observation
	for _, q := range s.reading.Quotations {
		if first[q.Symbol] != q || !money(q) {
			continue
		}
		for n := days; n > 0; n-- {
			at := q.At.AddDate(0, 0, -n*s.of.step())
			jitter := currency.MustDecimal(fmt.Sprintf("%.4f", 0.997+0.006*rng.Float64()))
			all = append(all, market.NewObservation(q.Symbol, fieldOf(q), q.Value.Mul(jitter),
				market.Moment{At: at, Seen: at.Add(12 * time.Hour)}, s.of.Source.ID, q.Ref))
		}
	}
	return all
}

// fieldOf is what a quotation is of.
func fieldOf(q wire.Quotation) market.Field { return cmp.Or(q.Field, market.Rate) }

// principal says whether a quotation is what a series is made of: a rate, or a last price.
func principal(q wire.Quotation) bool { return fieldOf(q) == market.Rate || q.Field == market.Last }

// money says whether the two currencies of a quotation were money on its day: if not, it is true but never shown.
func money(q wire.Quotation) bool {
	base, quote, _ := q.Symbol.Pair()
	for _, code := range []currency.Code{base, quote} {
		if c, err := currency.All().Currency(code); err == nil && c.RetiredOn(q.At) {
			return false
		}
	}
	return true
}

// step is how many days lie between two publications.
func (s *subject) step() int {
	if s.Source.ID == "nbkr-weekly" || s.Source.ID == "nbp-b" {
		return 7
	}
	return 1
}

// database returns the bytes of a database in which the history stands. It is made once: opening a new file takes longer
// than a whole cell of the matrix.
func (s *sample) database(t *testing.T) []byte {
	t.Helper()
	s.once.Do(func() {
		file := filepath.Join(t.TempDir(), "paper.db")
		db, err := store.Open(t.Context(), file)
		if err != nil {
			s.err = err
			return
		}
		ledger := market.NewLedger(db, bus.New(), market.LedgerOptions{Now: s.newest})
		judged, err := ledger.Hear(t.Context(), market.Hearing{Source: s.of.Source, Observations: s.history()})
		if err == nil && len(judged.Held)+len(judged.Unknown) > 0 {
			err = fmt.Errorf("the history is not believed: %v %v", judged.Held, judged.Unknown)
		}
		if s.err = err; err == nil {
			s.err = db.Close()
		}
		if s.err == nil {
			s.filled, s.err = os.ReadFile(file)
		}
	})
	if s.err != nil {
		t.Fatalf("%s/%s: %v", s.of.Source.ID, s.name, s.err)
	}
	return s.filled
}

// paper is a paper that knows a source's history and has a clock that the test sets.
type paper struct {
	t      *testing.T
	w      *world
	rng    *rand.Rand
	seed   int
	sample *sample
	db     *store.DB
	ledger *market.Ledger
	bank   wire.Provider // the sample's, with the test's server as its base
	truth  map[series]map[int64][]currency.Decimal
	plain  *wire.Runner

	mu     sync.Mutex
	clock  time.Time
	answer http.HandlerFunc
	hits   []time.Time // when the server was asked, by the test's clock
}

// series is what a value is of.
type series struct {
	symbol market.Symbol
	field  market.Field
}

// newPaper opens a paper at noon of the sample's newest day.
func newPaper(t *testing.T, w *world, s *sample, rng *rand.Rand, seed int) *paper {
	t.Helper()
	file := filepath.Join(w.dir, fmt.Sprintf("%d.db", w.count.Add(1)))
	if err := os.WriteFile(file, s.database(t), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	p := &paper{t: t, w: w, rng: rng, seed: seed, sample: s, db: db, clock: s.newest().Add(12 * time.Hour)}
	p.ledger = market.NewLedger(db, bus.New(), market.LedgerOptions{Now: p.now})
	p.bank = s.of.Provider
	p.bank.Base = w.plain.URL + w.attend(p) + "/"
	p.truth = map[series]map[int64][]currency.Decimal{}
	for _, o := range s.history() {
		p.true(series{o.Symbol, o.Field}, o.At, o.Value)
	}
	p.plain = p.runner(w.fetch)
	return p
}

func (p *paper) close() {
	if err := p.db.Close(); err != nil {
		p.t.Error(err)
	}
}

// runner is a runner of this paper over a fetcher.
func (p *paper) runner(f fetcher) *wire.Runner {
	r, err := wire.NewRunner([]wire.Provider{p.bank}, p.ledger, p.db, f, wire.Options{
		Keys: map[market.SourceID]string{p.bank.Source.ID: "the-key"}, Now: p.now,
		Listings: func(context.Context) ([]wire.Listed, error) { return p.sample.of.listed, nil },
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

func (p *paper) now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.clock
}

// set puts the clock.
func (p *paper) set(clock time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock = clock
}

// answers makes the server answer so from now on. A provider that first asks where the figures are is told.
func (p *paper) answers(h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = func(rw http.ResponseWriter, r *http.Request) {
		if p.sample.of.index != nil && !strings.HasSuffix(r.URL.Path, ".tgz") {
			_, _ = rw.Write(p.sample.of.index)
			return
		}
		h(rw, r)
	}
}

// says makes the server answer with a body from now on.
func (p *paper) says(body []byte) {
	p.answers(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write(body) })
}

// tells makes the server answer with what is true from now on.
func (p *paper) tells(s *sample) {
	p.truthOf(s)
	p.says(s.body)
}

func (p *paper) truthOf(s *sample) {
	for _, q := range s.reading.Quotations {
		p.true(series{q.Symbol, fieldOf(q)}, q.At, q.Value)
	}
}

func (p *paper) true(of series, at time.Time, value currency.Decimal) {
	if p.truth[of] == nil {
		p.truth[of] = map[int64][]currency.Decimal{}
	}
	p.truth[of][at.UnixMicro()] = append(p.truth[of][at.UnixMicro()], value)
}

func (p *paper) isTrue(o market.Observation) bool {
	return slices.ContainsFunc(p.truth[series{o.Symbol, o.Field}][o.At.UnixMicro()], o.Value.Equal)
}

func (p *paper) turn() error {
	_, err := p.plain.Turn(p.t.Context(), p.bank)
	return err
}

func (p *paper) status() wire.Status {
	all, err := p.db.Statuses(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return all[p.bank.Source.ID]
}

func (p *paper) held() []market.Held {
	all, err := p.db.Held(p.t.Context(), "")
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

// errorf fails the test, and says which cell it was.
func (p *paper) errorf(format string, args ...any) {
	p.t.Helper()
	p.t.Errorf("%s/%s, seed %d: %s", p.bank.Source.ID, p.sample.name, p.seed, fmt.Sprintf(format, args...))
}

// honest holds the paper to the promise: all that any page could show is true, or says that it is in doubt; and what is
// older than its source ever is says so. Whether any flag is called for shows in the settled prices; but where all that
// they could rest on is true, one of them is enough to look at.
func (p *paper) honest() {
	p.t.Helper()
	if p.bank.Quotes != nil {
		p.honestOfShares()
		return
	}
	symbols, err := p.db.Symbols(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	far := time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	all, err := p.db.Series(p.t.Context(), symbols, market.AsOf{At: far, Known: far})
	if err != nil {
		p.t.Fatal(err)
	}
	clean := !slices.ContainsFunc(all, func(o market.Observation) bool { return !p.isTrue(o) })
	if clean {
		symbols = symbols[p.rng.IntN(len(symbols)):][:1]
	}
	bases := map[currency.Code]bool{}
	for _, symbol := range symbols {
		price, err := p.ledger.Rate(p.t.Context(), symbol, market.AsOf{})
		if err == nil {
			p.weigh("the price", price)
		} else if fault.KindOf(err) != fault.NotFound {
			p.t.Fatal(err)
		}
		if clean {
			break
		}
		history, err := p.ledger.History(p.t.Context(), symbol, market.AsOf{})
		if err != nil {
			p.t.Fatal(err)
		}
		for _, price := range history {
			p.weigh("the history", price)
		}
		base, _, _ := symbol.Pair()
		if bases[base] {
			continue
		}
		bases[base] = true
		board, err := p.ledger.Board(p.t.Context(), base, market.AsOf{})
		if err != nil {
			p.t.Fatal(err)
		}
		for _, price := range slices.Concat(board.Prices, board.Tied) {
			p.weigh("the board", price)
		}
	}
}

// weigh checks one price.
func (p *paper) weigh(where string, price market.Price) {
	p.t.Helper()
	doubt, stale := false, false
	for _, f := range price.Flags {
		doubt = doubt || f.Doubt || f.Code == market.Unchanged
		stale = stale || f.Code == market.Stale
	}
	for _, o := range slices.Concat(price.From, price.Move.Basis) {
		if !p.isTrue(o) && !doubt {
			p.errorf("%s of %s is %s of %s, which is not true, and no flag says so: it rests on %s", where, price.Symbol, price.Value,
				price.At.Format(time.DateOnly), o.Ref)
		}
	}
	if old := p.now().Sub(price.At) > p.bank.Source.Fresh; where == "the price" && old && !stale && price.How != market.Fixed {
		p.errorf("%s of %s is of %s and not said to be old", where, price.Symbol, price.At.Format(time.DateOnly))
	}
}

// shows checks that the newest price of each pair is that of a sample, and not an older one.
func (p *paper) shows(s *sample) {
	p.t.Helper()
	if p.bank.Quotes != nil {
		p.showsShares(s)
		return
	}
	last := map[market.Symbol]wire.Quotation{}
	for _, q := range s.reading.Quotations {
		if money(q) && !q.At.Before(last[q.Symbol].At) {
			last[q.Symbol] = q
		}
	}
	for symbol, q := range last {
		price, err := p.ledger.Rate(p.t.Context(), symbol, market.AsOf{At: p.now().Add(p.bank.Source.Ahead + 24*time.Hour)})
		if price.How == market.Fixed {
			continue // it was fixed for ever since
		}
		if err != nil || !price.At.Equal(q.At) || !price.Value.Equal(q.Value) {
			p.errorf("%s should be %s of %s; it is %s of %s, %v", symbol, q.Value, q.At.Format(time.DateOnly), price.Value, price.At.Format(time.DateOnly), err)
		}
	}
}
