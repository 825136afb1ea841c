package native

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// told is an event of the stream: a line of data of it.
type told struct {
	Topic market.Symbol `json:"topic" doc:"the pair or the listing"`
	ID    string        `json:"id" doc:"the name of the change: who was cut brings it back as Last-Event-ID, or as after, and is sent what came since"`
	Whole bool          `json:"whole,omitempty" doc:"it is sent because it was asked for, and need not be news"`
	Every int           `json:"every" doc:"after how many seconds to ask now and then, where there can be no stream"`
	Cells answers       `json:"cells" doc:"what there is to say of it now"`
}

// answers are what the other addresses answer.
type answers struct {
	Rate  *rateReply  `json:"rate,omitempty" doc:"of a pair: what rates/{pair} answers"`
	Quote *quoteReply `json:"quote,omitempty" doc:"of a listing: what quotes/{listing} answers"`
}

// mostFollowed are the pairs and listings of one stream.
const mostFollowed = 100

// symbolsOf are pairs and listings, with commas between, each once: a []market.Symbol.
func symbolsOf() kind {
	const one = "([A-Za-z]{3}/[A-Za-z]{3}|" + listingPattern + ")"
	return kind{object{"type": "string", "pattern": "^" + one + "(," + one + ")*$"}, func(text string) (any, error) {
		var all []market.Symbol
		for part := range strings.SplitSeq(text, ",") {
			s, err := market.ParseSymbol(part)
			if err != nil {
				return nil, err
			}
			if all = append(all, s); len(all) > mostFollowed {
				return nil, fault.Because(fault.Invalid, "more than %d symbols: follow the others by another stream", mostFollowed)
			}
		}
		slices.Sort(all)
		return slices.Compact(all), nil
	}}
}

// change is the name of a change of a stream, this one's or another's: a string. What is none says nothing, and all is sent.
func change() kind {
	return kind{object{"type": "string", "maxLength": maxCursor}, func(text string) (any, error) { return text, nil }}
}

// follow answers with a stream of what rates and quotes say of some symbols, each time that they say something else.
func (n *native) follow(w http.ResponseWriter, q query) error {
	symbols, _ := given[[]market.Symbol](q, "symbols")
	topics := make([]web.Followed, len(symbols))
	for i, s := range symbols {
		topics[i].Topic = string(s)
	}
	return n.stream.Open(w, q.Request, topics)
}

// followed is the state of a symbol: the reply that its own address gives.
func (n *native) followed(ctx context.Context, topic string) (web.State, error) {
	symbol := market.Symbol(topic)
	name, param, value := "quote", "listing", topic
	if _, _, isPair := symbol.Pair(); isPair {
		name, param, value = "rate", "pair", dashed(symbol)
	}
	e, _ := n.find(name)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, e.address([]string{param}, map[string]string{param: value}, ""), nil)
	if err != nil {
		return nil, fault.Because(fault.Invalid, "%.40q cannot be followed: %w", topic, err)
	}
	r.SetPathValue(param, value)
	reply, err := n.reply(e, api.Question{Request: r})
	if err != nil {
		return nil, err
	}
	return web.State{name: string(bytes.TrimSpace(reply.Body))}, nil
}

// event is the data of the first event about a symbol.
func (n *native) event(ctx context.Context, symbol market.Symbol) ([]byte, error) {
	state, err := n.followed(ctx, string(symbol))
	if err != nil {
		return nil, err
	}
	cells := map[string]json.RawMessage{}
	for name, text := range state {
		cells[name] = json.RawMessage(text)
	}
	return encoded(struct {
		Topic market.Symbol              `json:"topic"`
		ID    string                     `json:"id"`
		Whole bool                       `json:"whole"`
		Every int                        `json:"every"`
		Cells map[string]json.RawMessage `json:"cells"`
	}{symbol, "QX7PLA2M-41", true, 15, cells})
}
