package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// What is news. Deliveries are kept for longer than events are looked for, so that nothing is ever told again.
const (
	window    = 30 * 24 * time.Hour // what was learnt longer ago is told nobody any more
	mostDays  = 31                  // of a source that are looked at
	mostSteps = 500                 // of a pair that are looked at
	quiet     = time.Minute         // a day may come in several replies: it is told once nothing more came for so long,
	patience  = 10 * time.Minute    // or so long after its first number
)

// mostNumbers of a publication are sent; the others are counted, and found where the whole day stands.
const mostNumbers = 100

// payload is what is sent.
type payload struct {
	Type      Kind      `json:"type"`
	Timestamp time.Time `json:"timestamp"` // when it was learnt
	Data      any       `json:"data"`
}

// movedData tells of a move.
type movedData struct {
	Hook     string           `json:"hook"`
	Event    string           `json:"event"` // its lasting name, as in the feeds
	Pair     market.Symbol    `json:"pair"`
	Above    currency.Decimal `json:"above"`
	Percent  currency.Decimal `json:"percent"`
	BaseDay  string           `json:"base_day"` // of the previous value, from which the per cent are counted
	Value    figure           `json:"value"`
	Previous figure           `json:"previous"`
}

// publishedData tells of a publication.
type publishedData struct {
	Hook    string   `json:"hook"`
	Event   string   `json:"event"`
	Source  voice    `json:"source"`
	Day     string   `json:"day"`
	Count   int      `json:"count"`
	Numbers []number `json:"numbers"`
}

// figure is a value with all that it rests on.
type figure struct {
	Value  currency.Decimal `json:"value"`
	Shown  currency.Decimal `json:"shown"` // as the paper prints it
	How    market.How       `json:"how"`
	Source voice            `json:"source"`
	At     time.Time        `json:"at"`
	Seen   time.Time        `json:"seen"`
	From   []number         `json:"from"`
}

// number is an observation.
type number struct {
	ID     market.ID        `json:"id"`
	Symbol market.Symbol    `json:"symbol"`
	Field  market.Field     `json:"field"`
	Value  currency.Decimal `json:"value"`
	Source market.SourceID  `json:"source"`
	At     time.Time        `json:"at"`
	Seen   time.Time        `json:"seen"`
	Record string           `json:"record"` // the permanent address
}

// voice is a source, with the words that want to stand beside its numbers.
type voice struct {
	ID      market.SourceID `json:"id"`
	Name    string          `json:"name"`
	Credit  string          `json:"credit"`
	Licence string          `json:"licence,omitempty"`
	Home    string          `json:"home,omitempty"`
}

func voiceOf(s market.Source) voice {
	return voice{ID: s.ID, Name: s.Name, Credit: s.Credit(), Licence: s.Licence, Home: s.Home}
}

// encode writes a payload; what it holds can always be written.
func (p payload) encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(p); err != nil {
		return nil, fmt.Errorf("write a %s: %w", p.Type, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// messageID is the name of an event on its way to a hook.
func messageID(hook, event string) string {
	return "msg_" + strings.TrimPrefix(market.NameOf("told", hook, event), "urn:uuid:")
}

// watch looks for news of some hooks, reading each pair and each source once.
type watch struct {
	*Runner
	now     time.Time
	sources market.Sources
	since   time.Time // of older moments nothing can be news
	steps   map[market.Symbol][]market.Step
	days    map[market.SourceID][]market.Publication
	fresh   []Delivery
	again   time.Time // when something will be news that is not yet; zero: nothing
}

// news returns what hooks are to be told that they were not yet, as far as this runner knows, and when it must look again. With
// an error it is what could be read.
func (r *Runner) news(ctx context.Context, hooks []Hook) (fresh []Delivery, again time.Time, err error) {
	w := watch{
		Runner: r, now: r.o.Now(), steps: map[market.Symbol][]market.Step{}, days: map[market.SourceID][]market.Publication{},
	}
	if w.sources, err = r.ledger.Known(ctx); err != nil {
		return nil, again, err
	}
	var longest time.Duration
	for _, s := range w.sources {
		longest = max(longest, s.Fresh)
	}
	w.since = w.now.Add(-window - min(longest, window))
	least := map[market.Symbol]currency.Decimal{} // beyond which some hook wants to hear of a pair
	for _, h := range hooks {
		if at, ok := least[h.Pair]; !ok || h.Above.Cmp(at) < 0 {
			least[h.Pair] = h.Above
		}
	}
	for _, h := range hooks {
		if !h.On() {
			continue
		}
		look := w.moved
		switch h.Kind() {
		case Published:
			look = w.published
		case Changed:
			look = func(ctx context.Context, h Hook, _ currency.Decimal) error { return w.changed(ctx, h) }
		}
		if failed := look(ctx, h, least[h.Pair]); failed != nil && !errors.Is(failed, fault.NotFound) { // nobody has said anything yet
			err = errors.Join(err, fmt.Errorf("look for news of %s: %w", h.ID, failed))
		}
	}
	return w.fresh, w.again, err
}

// isNews says whether what was learnt at a moment, about another, is to be told to a hook. What had ceased to be current by its
// source's own measure when it was learnt is history: a backfill tells nobody anything.
func (w *watch) isNews(h Hook, learnt, about time.Time, fresh time.Duration) bool {
	came := learnt
	if about.After(came) { // fixed ahead: it is true from then on
		came = about
	}
	return came.After(h.Since) && learnt.After(w.now.Add(-window)) && learnt.Sub(about) <= fresh
}

// moved looks for moves of a pair that were learnt since a hook listens.
func (w *watch) moved(ctx context.Context, h Hook, least currency.Decimal) error {
	steps, read := w.steps[h.Pair]
	if !read {
		found, err := w.ledger.Steps(ctx, h.Pair, least, w.since, mostSteps)
		if err != nil {
			return err
		}
		steps = found.All
		w.steps[h.Pair] = steps
	}
	for _, s := range steps {
		if !s.Beyond(h.Above) || !w.isNews(h, s.Seen(), s.To.At, w.sources[s.To.Source].Fresh) {
			continue
		}
		err := w.tell(h, Moved, s.Name(), s.Seen(), func() (any, error) {
			percent, err := s.Percent()
			return movedData{
				Hook: h.ID, Event: s.Name(), Pair: s.Pair, Above: h.Above, Percent: percent, BaseDay: s.From.At.UTC().Format(time.DateOnly),
				Value: w.figure(s.To), Previous: w.figure(s.From),
			}, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// published looks for days of a source that were learnt since a hook listens.
func (w *watch) published(ctx context.Context, h Hook, _ currency.Decimal) error {
	days, read := w.days[h.Source]
	if !read {
		var err error
		if days, err = w.ledger.Published(ctx, h.Source, mostDays); err != nil {
			return err
		}
		w.days[h.Source] = days
	}
	const day = 24 * time.Hour
	for _, p := range days {
		if !w.isNews(h, p.First, p.Day, w.sources[h.Source].Fresh+day) {
			continue
		}
		if whole := earlier(p.Seen.Add(quiet), p.First.Add(patience)); w.now.Before(whole) {
			w.again = earlier(w.again, whole)
			continue
		}
		err := w.tell(h, Published, p.Name(), p.Seen, func() (any, error) {
			said, err := w.ledger.OfDay(ctx, h.Source, p.Day)
			data := publishedData{
				Hook: h.ID, Event: p.Name(), Source: voiceOf(w.sources[h.Source]), Day: p.Day.Format(time.DateOnly), Count: len(said), Numbers: []number{},
			}
			for _, o := range said[:min(len(said), mostNumbers)] {
				data.Numbers = append(data.Numbers, w.number(o))
			}
			return data, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// earlier is the earlier of two moments, of which the zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// tell notes an event for a hook, unless it is known to be in the outbox.
func (w *watch) tell(h Hook, kind Kind, event string, at time.Time, about func() (any, error)) error {
	id := messageID(h.ID, event)
	if w.told[id] {
		return nil
	}
	data, err := about()
	if err != nil {
		return err
	}
	body, err := payload{kind, at.UTC(), data}.encode()
	if err != nil {
		return err
	}
	now := w.now.UTC().Truncate(time.Microsecond)
	w.fresh = append(w.fresh, Delivery{ID: id, Hook: h.ID, Kind: kind, Body: body, Added: now, State: Waiting, Next: now})
	return nil
}

func (w *watch) figure(o market.Offer) figure {
	f := figure{Value: o.Value, Shown: o.Shown(), How: o.How, Source: voiceOf(w.sources[o.Source]), At: o.At.UTC(), Seen: o.Seen.UTC()}
	for _, said := range o.From {
		f.From = append(f.From, w.number(said))
	}
	return f
}

func (w *watch) number(o market.Observation) number {
	return number{
		ID: o.ID, Symbol: o.Symbol, Field: o.Field, Value: o.Value, Source: o.Source, At: o.At.UTC(), Seen: o.Seen.UTC(),
		Record: w.o.Address + "/numbers/" + string(o.ID),
	}
}
