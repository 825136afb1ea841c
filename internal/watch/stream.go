package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// How a stream is kept.
const (
	longestSilence = 45 * time.Second // the server sends a comment every twenty
	comeBack       = 2 * time.Second  // where the server does not say when
	comeBackLater  = time.Minute      // after several failures, or where it has no place for another stream
	seldom         = 10 * time.Minute // where it has no streams at all
)

// Follow implements [Told]: it holds the stream of the server's interface, at /api/v1/stream, which says of each pair and share what its own
// address would answer, whenever that is something else. While there is one, Read asks nothing for them; while there is none, Read asks as
// ever, and who comes back is told what came meanwhile.
func (r *Remote) Follow(ctx context.Context, news func()) {
	select {
	case <-r.begun: // before the first reading it is not known what to follow
	case <-ctx.Done():
		return
	}
	last, failures := "", 0
	for ctx.Err() == nil {
		wait := comeBack
		answer, err := r.fetcher.Listen(ctx, web.Query{URL: r.followed(), Header: r.header(last)}, longestSilence, func(s web.Sent) error {
			if s.Retry > 0 {
				wait = s.Retry
			}
			if err := r.take(s); err != nil {
				return err
			}
			if s.ID != "" {
				last, failures = s.ID, 0
				news()
			}
			return nil
		})
		if r.lose() || failures == 1 { // and once more: a server on its way out may have answered when its stream had ended
			news()
		}
		switch failures++; {
		case answer.Status == http.StatusServiceUnavailable, answer.Status == http.StatusTooManyRequests:
			wait = max(comeBackLater, answer.RetryAfter)
		case err == nil, errors.Is(err, errNonsense): // it answers something else
			wait = seldom
		default:
			wait = max(wait, min(comeBack<<min(failures-1, 16), comeBackLater))
		}
		select {
		case <-time.After(wait + rand.N(wait/2)):
		case <-ctx.Done():
		}
	}
}

// errNonsense is why a stream is left that cannot be read.
var errNonsense = errors.New("what the stream says cannot be read")

// followed is the address of the stream of all that is watched.
func (r *Remote) followed() string {
	words := make([]string, len(r.found))
	for i, s := range r.found {
		words[i] = string(s)
	}
	return r.server.String() + "/api/v1/stream?symbols=" + strings.Join(words, ",") // of which no sign needs escaping
}

// header is that of a stream which goes on after an event.
func (r *Remote) header(last string) http.Header {
	h := r.authorized()
	if last != "" {
		h.Set("Last-Event-ID", last)
	}
	return h
}

// take takes in an event. Only the last of those that belong together bears an ID: then all is known.
func (r *Remote) take(s web.Sent) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.Data != "" {
		row, err := parseEvent([]byte(s.Data))
		if err != nil {
			return fmt.Errorf("%w: %w", errNonsense, err)
		}
		r.told[row.Symbol] = row
	}
	if s.ID == "" {
		return nil
	}
	for _, symbol := range r.found {
		if _, ok := r.told[symbol]; !ok {
			return fmt.Errorf("%w: nothing is said of %s", errNonsense, symbol)
		}
	}
	r.live = true
	return nil
}

// lose notes that there is no stream, and says whether there was one.
func (r *Remote) lose() (lost bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	lost, r.live = r.live, false
	return lost
}

// present is what the stream says; nil where there is none.
func (r *Remote) present() map[market.Symbol]Row {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.live {
		return nil
	}
	return maps.Clone(r.told)
}

// parseEvent reads the data of an event of /api/v1/stream.
func parseEvent(body []byte) (Row, error) {
	var event struct {
		Topic string `json:"topic"`
		Cells struct {
			Rate  json.RawMessage `json:"rate"`
			Quote json.RawMessage `json:"quote"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(body, &event); err != nil {
		return Row{}, fmt.Errorf("read an event: %w", err)
	}
	symbol, err := market.ParseSymbol(event.Topic)
	switch {
	case err != nil:
		return Row{}, fault.Because(fault.Upstream, "an event of %.40q", event.Topic)
	case event.Cells.Rate != nil:
		return parseRate(event.Cells.Rate, symbol)
	}
	return parseQuote(event.Cells.Quote, symbol)
}
