package markettest

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// runner runs the commands of one test.
type runner struct {
	t       *testing.T
	file    string
	world   world
	sources []market.Source
	asOf    market.AsOf
}

// run runs a command. What a script gets wrong ends the test, what the market gets wrong is reported and the test goes
// on.
func (r *runner) run(c command) {
	r.t.Helper()
	where := fmt.Sprintf("%s:%d", filepath.Base(r.file), c.line)
	wrong, err := r.do(c)
	if err != nil {
		r.t.Fatalf("%s: %s\n\tcannot be read: %v", where, c.text, err)
	}
	if wrong != nil {
		r.t.Errorf("%s: %s\n\t%v", where, c.text, wrong)
	}
}

// do does a command. It returns what the market got wrong, and apart from it what the script did.
func (r *runner) do(c command) (wrong, err error) {
	words := &reader{words: c.words[1:]}
	switch c.words[0].text {
	case "source":
		r.source(words)
	case "observe":
		wrong = r.observe(words)
	case "refuse":
		wrong = r.refuse(words)
	case "asof":
		r.readFrom(words)
	case "expect":
		wrong = r.expect(words, c.clauses)
	case "quote":
		wrong = r.quote(words, c.clauses)
	case "board":
		wrong = r.board(words)
	case "history":
		wrong = r.history(words)
	case "adjust":
		wrong = r.adjust(words)
	default:
		words.fail("there is no command %q", c.words[0].text)
	}
	if wrong != nil {
		return wrong, words.err // what the market got wrong may have left words unread
	}
	return nil, words.done()
}

func (r *runner) source(words *reader) {
	s := market.Source{ID: market.SourceID(words.next("a name")), Kind: market.SourceKind(words.next("a kind"))}
	words.expect("fresh")
	s.Fresh, s.Name = words.span(), words.quotation()
	if words.take("issues") {
		s.Issuer = currency.Code(words.next("a currency"))
	}
	r.sources = append(r.sources, s)
}

// sheet reads what one source says about one moment.
func (r *runner) sheet(words *reader) []market.Observation {
	type number struct {
		symbol market.Symbol
		field  market.Field
		value  currency.Decimal
	}
	source := market.SourceID(words.next("a source"))
	var numbers []number
	var symbol market.Symbol
	for words.more() && words.peek().text != "at" {
		text := words.next("a symbol")
		if strings.ContainsAny(text, ":/") { // as it is: that the ledger refuses a bad one is to be seen
			symbol = market.Symbol(text)
			text = words.next("a value")
		}
		field, named := fields[text]
		if named {
			text = words.next("a value")
		} else {
			field = market.Rate
		}
		value, err := currency.ParseDecimal(text)
		if err != nil {
			words.fail("%w", err)
		}
		numbers = append(numbers, number{symbol, field, value})
	}
	words.expect("at")
	at := words.instant()
	seen := at.Truncate(24 * time.Hour).Add(16 * time.Hour)
	if words.take("seen") {
		seen = words.instant()
	}
	var observations []market.Observation
	for _, n := range numbers {
		observations = append(observations,
			market.NewObservation(n.symbol, n.field, n.value, market.Moment{At: at, Seen: seen}, source, "script"))
	}
	return observations
}

func (r *runner) observe(words *reader) error {
	observations := r.sheet(words)
	if words.err != nil {
		return nil
	}
	return r.world.record(r.sources, observations)
}

func (r *runner) refuse(words *reader) error {
	observations := r.sheet(words)
	reason := words.quotation()
	if words.err != nil {
		return nil
	}
	before, err := r.world.contents()
	if err != nil {
		return err
	}
	refusal := r.world.record(r.sources, observations)
	after, err := r.world.contents()
	if err != nil {
		return err
	}
	switch {
	case refusal == nil:
		return errors.New("it was recorded")
	case !errors.Is(refusal, fault.Invalid):
		return fmt.Errorf("it was refused as %s: %w", fault.KindOf(refusal), refusal)
	case before != after:
		return fmt.Errorf("it was refused and yet changed the store:\n%s\n%s", before, after)
	}
	return says("the refusal", fault.Sentence(refusal), reason)
}

func (r *runner) readFrom(words *reader) {
	at, known := words.next("a day"), ""
	if words.take("known") {
		known = words.next("a day")
	}
	asOf, err := market.ParseAsOf(at, known)
	if err != nil {
		words.fail("%w", err)
	}
	r.asOf = asOf
}

func (r *runner) expect(words *reader, clauses []command) error {
	pair := market.Symbol(words.next("a pair"))
	p, err := r.world.price(pair, r.asOf)
	if words.take("nothing") {
		return nobody(err, p.Value)
	}
	if err != nil {
		return err
	}
	a := answer{Offer: p.Offer, why: p.Why, aside: p.SetAside, agreement: p.Agreement, move: p.Move, flags: p.Flags}
	return a.check(words, clauses)
}

func (r *runner) quote(words *reader, clauses []command) error {
	listing := market.Symbol(words.next("a listing"))
	q, err := r.world.quote(listing, r.asOf)
	if words.take("nothing") {
		return nobody(err, q.Value)
	}
	if err != nil {
		return err
	}
	a := answer{Offer: q.Offer, why: q.Why, aside: q.SetAside, move: q.Move, flags: q.Flags, previous: q.Previous.Value, basis: q.Previous.Basis}
	return a.check(words, clauses)
}

// nobody says what is wrong where nothing was to be found.
func nobody(err error, value currency.Decimal) error {
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("there is a value, %s", value)
}

func (r *runner) board(words *reader) error {
	base := currency.Code(words.next("a base"))
	words.expect("count")
	count := words.next("a number")
	b, err := r.world.board(base, r.asOf)
	if err != nil {
		return err
	}
	if got := fmt.Sprint(len(b.Prices)); got != count {
		return fmt.Errorf("%s currencies stand on it", got)
	}
	if words.take("newest") {
		if want := words.instant(); !b.Newest.Equal(want) {
			return fmt.Errorf("its newest value is of %s", b.Newest)
		}
	}
	return nil
}

// adjust asks for the close of a day as one of the share that trades on a later day, which needs nobody to have said it.
func (r *runner) adjust(words *reader) error {
	listing, text := market.Symbol(words.next("a listing")), words.next("a close")
	words.expect("of")
	on := words.instant()
	words.expect("on")
	later := words.instant()
	previous, err := currency.ParseDecimal(text)
	if err != nil {
		words.fail("%w", err)
		return nil
	}
	a, err := market.KnownListings().Adjust(listing, previous, on, later, nil)
	if words.take("refused") {
		reason := words.quotation()
		if err == nil {
			return fmt.Errorf("it is %s, %s", a.Value, a.Basis)
		}
		return says("the refusal", fault.Sentence(err), reason)
	}
	if err != nil {
		return err
	}
	if want := words.next("a value"); a.Value.String() != want {
		return fmt.Errorf("it is %s, %s", a.Value, a.Basis)
	}
	if !words.more() {
		if a.Basis != "" {
			return fmt.Errorf("it is %s", a.Basis)
		}
		return nil
	}
	return says("the basis", a.Basis, words.quotation())
}

func (r *runner) history(words *reader) error {
	pair := market.Symbol(words.next("a pair"))
	var want []string
	for words.more() {
		want = append(want, words.next("a value"))
	}
	prices, err := r.world.history(pair, r.asOf)
	if err != nil {
		return err
	}
	if slices.EqualFunc(prices, want, func(p market.Price, w string) bool { return written(p.Offer, w) == w }) {
		return nil
	}
	var got []string
	for _, p := range prices {
		got = append(got, fmt.Sprintf("%s (%s of %s)", p.Value, p.Source, p.At.Format(time.DateOnly)))
	}
	return fmt.Errorf("it is %s", strings.Join(got, ", "))
}
