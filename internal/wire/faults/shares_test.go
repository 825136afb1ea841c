package faults

import (
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
	"github.com/courant-news/courant/internal/wire/provider"
)

// shareSamples are the true replies about one share, by provider, with what was asked for.
var shareSamples = map[market.SourceID]struct{ file, symbol string }{
	"alphavantage": {"day.json", "XNYS:BP"},
	"eodhd":        {"one.json", "XNYS:BP"},
	"finnhub":      {"day.json", "XNYS:BP"},
	"nasdaq":       {"day.json", "XNAS:VOD"},
	"polygon":      {"day.json", "XNYS:BP"},
	"stooq":        {"day.csv", "XNYS:BP"},
	"tiingo":       {"day.json", "XNYS:BP"},
	"twelvedata":   {"day.json", "XNAS:VOD"},
	"yahoo":        {"chart.json", "XNYS:BP"},
}

// shareSubjects reads the replies of every provider of share prices that is asked over the network.
func shareSubjects(t *testing.T) []*subject {
	t.Helper()
	var all []*subject
	for _, p := range provider.Quotes() {
		if p.Quotes.Folder {
			continue // files are taken as they lie there: see the tests of the wire
		}
		of, ok := shareSamples[p.Source.ID]
		if !ok {
			t.Fatalf("%s: name one of its true replies here", p.Source.ID)
		}
		p.Source.Terms = market.ShowOnly // as the operator confirms it; that he has not is a fault of its own
		quotes := *p.Quotes
		quotes.Pause = 0
		p.Quotes = &quotes
		name, _ := quotes.Name(market.Symbol(of.symbol))
		s := &subject{Provider: p, listed: []wire.Listed{{Symbol: market.Symbol(of.symbol), Name: name, Unit: "USD"}}}
		s.Parse = func(body []byte) (wire.Reading, error) { return quotes.Parse(body, s.listed) }
		body, err := os.ReadFile(filepath.Join("..", "provider", "testdata", string(p.Source.ID), of.file))
		if err != nil {
			t.Fatal(err)
		}
		reading, err := s.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		s.samples = []*sample{newSample(s, of.file, body, reading)}
		all = append(all, s)
	}
	return all
}

// shareKinds are the faults as they are committed against prices of shares. What is not a rate's alone is the same.
var shareKinds = []struct {
	name   string
	commit func(*paper) verdict
}{
	{"01 nobody answers", unanswered},
	{"02 not the one it says it is", unproven},
	{"03 asked too often", tooOften},
	{"04 an error or a page for people", erroneous},
	{"05 cut off", cutOff},
	{"06 too slow or too much", tooMuch},
	{"07 sent elsewhere", sentElsewhere},
	{"08 said to be unchanged", saidUnchanged},
	{"09 half of it missing", halfMissing},
	{"10 a past value revised", revisedLater},
	{"11 a number of another size", shareOfOtherSize},
	{"12 exchanged", sharesExchanged},
	{"13 written otherwise", writtenOtherwise},
	{"14 said twice", saidTwice},
	{"15 of another shape", otherShape},
	{"16 of another day", otherDay},
	{"17 frozen", frozenShare},
	{"18 an old reply again", replayed},
	{"19 the own clock wrong", clockWrong},
	{"20 not allowed", notAllowed},
}

func TestNoFaultOfAProviderOfSharePricesPublishesAWrongNumber(t *testing.T) {
	w, all := newWorld(t), shareSubjects(t)
	for n, kind := range shareKinds {
		counts, mu := map[verdict]int{}, sync.Mutex{}
		t.Run(kind.name, func(t *testing.T) {
			for _, s := range all {
				t.Run(string(s.Source.ID), func(t *testing.T) {
					t.Parallel()
					for seed := range seeds {
						rng := rand.New(rand.NewPCG(uint64(n*seeds+seed), uint64(crc32.ChecksumIEEE([]byte(os.Getenv("COURANT_SEED")+string(s.Source.ID))))))
						p := newPaper(t, w, s.samples[0], rng, seed)
						v := kind.commit(p)
						p.honest()
						p.close()
						mu.Lock()
						counts[v]++
						mu.Unlock()
					}
				})
			}
		})
		var said []string
		for _, v := range []verdict{refused, held, flagged, stood, unfit} {
			said = append(said, fmt.Sprintf("%d %s", counts[v], v))
		}
		t.Logf("%s: %s", kind.name, strings.Join(said, ", "))
	}
}

// honestOfShares holds the paper to the promise for shares: what a quote shows, and what it is computed on, is true or
// said to be in doubt, and what is old is said to be.
func (p *paper) honestOfShares() {
	p.t.Helper()
	quotes, err := p.ledger.Quotes(p.t.Context(), market.AsOf{})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, l := range p.sample.of.listed {
		one, err := p.ledger.Quote(p.t.Context(), l.Symbol, market.AsOf{})
		if err == nil {
			quotes = append(quotes, one)
		} else if fault.KindOf(err) != fault.NotFound {
			p.t.Fatal(err)
		}
	}
	for _, q := range quotes {
		doubt := slices.ContainsFunc(q.Flags, func(f market.Flag) bool { return f.Doubt })
		session := []market.Observation{q.Session.Open, q.Session.High, q.Session.Low, q.Session.Volume}
		session = slices.DeleteFunc(session, func(o market.Observation) bool { return o.ID == "" })
		for _, o := range slices.Concat(q.From, q.Previous.From, session) {
			if !p.isTrue(o) && !doubt {
				p.errorf("the %s of %s is %s of %s, which is not true, and no flag says so: it rests on %s", o.Field, q.Symbol, o.Value, o.At.Format(time.RFC3339), o.Ref)
			}
		}
		stale := slices.ContainsFunc(q.Flags, func(f market.Flag) bool { return f.Code == market.Stale })
		if p.now().Sub(q.At) > p.bank.Source.Fresh && !stale {
			p.errorf("%s is of %s and not said to be old", q.Symbol, q.At.Format(time.RFC3339))
		}
	}
}

// showsShares checks that the newest price of each share is that of a sample.
func (p *paper) showsShares(s *sample) {
	p.t.Helper()
	last := map[market.Symbol]wire.Quotation{}
	for _, q := range s.reading.Quotations {
		if q.Field == market.Last && !q.At.Before(last[q.Symbol].At) {
			last[q.Symbol] = q
		}
	}
	for symbol, q := range last {
		quote, err := p.ledger.Quote(p.t.Context(), symbol, market.AsOf{At: p.now().Add(24 * time.Hour)})
		if err != nil || !quote.At.Equal(q.At.Truncate(time.Microsecond)) || !quote.Value.Equal(q.Value) {
			p.errorf("%s should be %s of %s; it is %s of %s, %v", symbol, q.Value, q.At.Format(time.RFC3339), quote.Value, quote.At.Format(time.RFC3339), err)
		}
	}
}

func shareOfOtherSize(p *paper) verdict {
	f := p.figure()
	worse := []string{"NaN", "1e309", "-", "∞", "1e-7", strings.Repeat("9", 400)}
	by := pick(p, shifted(f.text, 2), shifted(f.text, -2), shifted(f.text, 1), "-"+f.text, worse[p.rng.IntN(len(worse))])
	v := p.hears(p.sample.pack(put(p.sample.text, by, f.at...)))
	p.truthOf(p.sample)
	if v == stood && by != "-" { // a hyphen says that there is no price
		p.errorf("%s was taken for %s", by, f.text)
	}
	return v
}

// sharesExchanged puts another number of the quote in the place of the price: the volume, or one divided by the price.
func sharesExchanged(p *paper) verdict {
	f := p.figure()
	for _, q := range p.sample.reading.Quotations {
		if q.Field == market.Volume && q.At.Equal(f.At) && p.seed%2 == 0 {
			return p.wrong(put(p.sample.text, q.Value.String(), f.at...), "the volume for "+f.Ref)
		}
	}
	return p.wrong(put(p.sample.text, "0.0278", f.at...), "one divided by "+f.Ref)
}

// frozenShare is a feed that says the same price, session for session, as if it were new.
func frozenShare(p *paper) verdict {
	f := p.figure()
	for n := range 12 + p.seed {
		s := p.on(n)
		if day := s.newest().Weekday(); day == time.Saturday || day == time.Sunday {
			continue
		}
		for _, q := range s.reading.Quotations {
			if n < 5 { // some sessions alike may be true
				p.true(series{q.Symbol, fieldOf(q)}, q.At, q.Value)
			}
		}
		p.due(s.newest().Add(12 * time.Hour))
		if v := p.hears(s.body); v == refused {
			p.errorf("the same on day %d is refused", n)
		}
	}
	q, err := p.ledger.Quote(p.t.Context(), f.Symbol, market.AsOf{})
	if err != nil {
		p.t.Fatal(err)
	}
	// One of within a session that is over, asked for after the next, is known to be old.
	if slices.ContainsFunc(q.Flags, func(f market.Flag) bool { return f.Code == market.Unchanged || f.Code == market.Stale }) {
		return flagged
	}
	p.errorf("%s is the same for %d days, and no flag says so", f.Symbol, 12+p.seed)
	return stood
}

// privateShares are prices for which nobody has confirmed that they may be shown.
func (p *paper) privateShares() verdict {
	p.bank.Source.Terms = market.Private
	p.plain = p.runner(p.w.fetch)
	v := p.hears(p.sample.body)
	p.truthOf(p.sample)
	quotes, err := p.ledger.Quotes(p.t.Context(), market.AsOf{})
	if err != nil || len(quotes) > 0 {
		p.errorf("%d quotes are shown, though nobody may see them: %v", len(quotes), err)
	}
	for _, l := range p.sample.of.listed {
		if _, err := p.ledger.Quote(p.t.Context(), l.Symbol, market.AsOf{}); fault.KindOf(err) != fault.NotFound {
			p.errorf("%s is shown, though nobody may see it: %v", l.Symbol, err)
		}
		said, err := p.db.Series(p.t.Context(), []market.Symbol{l.Symbol}, market.AsOf{At: p.now(), Known: p.now()})
		if err != nil || len(said) == 0 {
			p.t.Fatal(len(said), err)
		}
		for _, o := range said {
			if _, err := p.ledger.Number(p.t.Context(), o.ID); fault.KindOf(err) != fault.NotFound {
				p.errorf("%s is told, though nobody may know it: %v", o.Ref, err)
			}
		}
	}
	return v
}
