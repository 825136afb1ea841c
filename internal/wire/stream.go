package wire

import (
	"context"
	"time"

	"github.com/courant-news/courant/internal/market"
)

// Stream is how a provider tells trades as they are made, over one WebSocket. Like everything of a provider it is data and
// pure functions; the conversation is held by [Runner.Listen].
type Stream struct {
	Address string // wss://…; another of the same service may be set in its place
	Most    int    // how many listings one connection may ask for; 0: any number

	// Open is the address to be dialled, with the key where the service wants it there.
	Open func(address, key string) string
	// Say is what to send once the conversation has come to a stage, and whether trades will be told from then on.
	Say func(s Stage, key string, asked []Listed) (messages []string, told bool)
	// Hear reads one message. The errors are those of [Quotes].Parse: fault.Busy where the service wants to be left alone, else
	// fault.Upstream; either ends the connection, since it is not known what was missed.
	Hear func(message []byte, asked []Listed) (Message, error)
}

// Stage is how far a conversation has come.
type Stage string

// The stages. A service that says nothing of one passes over it.
const (
	Opened     Stage = "opened"     // the connection stands, and nothing was said
	Greeted    Stage = "greeted"    // the service has named itself
	Admitted   Stage = "admitted"   // it knows the key
	Subscribed Stage = "subscribed" // it tells what was asked for
)

// Message is what one message of a stream says.
type Message struct {
	Stage  Stage // that the conversation has come to; empty: none that is new
	Trades []Trade
}

// Trade is one trade of a message, whose Source and Seen are not known yet.
type Trade struct {
	market.Tick
	Ref  string // the price as it stands in the message, with what it is the price of
	Text string // the trade as it stands there
}

// TradeOf is a trade of a listing as a message tells it, with a label for its price. The error is fault.Upstream for a price or a
// size that cannot be right. A size that is empty is not known.
func TradeOf(l Listed, at time.Time, price, size, label string) (Trade, error) {
	t := Trade{Tick: market.Tick{Symbol: l.Symbol, At: at.UTC(), NoSize: size == ""}, Ref: l.Name + " " + label + " = " + price}
	var err error
	if t.Price, err = Number(price); err != nil || t.Price.Sign() <= 0 || !t.Price.Fits() {
		return Trade{}, refuse("%s: a price of %.40q cannot be right: it must be a number above zero", l.Name, price)
	}
	if size == "" {
		return t, nil
	}
	if t.Size, err = Number(size); err != nil || t.Size.Sign() < 0 || !t.Size.Fits() {
		return Trade{}, refuse("%s: %.40q is no number of shares", l.Name, size)
	}
	return t, nil
}

// MaxMessage is the longest message of a stream that is read; the longest known has some hundred trades.
const MaxMessage = 1 << 20

// Ticks keeps the trades that streams told, until bars were made of them and for some days more. It is bounded, and losing it
// loses nothing but the bars of the minute in which it is lost. It is safe for concurrent use.
type Ticks interface {
	// Add keeps trades, and until which moment a stream told all that there was.
	Add(ctx context.Context, s Span, ticks []market.Tick) error
	// Between returns the trades of a source from one moment to another, the latter not included, as they were told.
	Between(ctx context.Context, source market.SourceID, from, to time.Time) ([]market.Tick, error)
	// Spans returns from when to when streams of a source told all that there was, the oldest first.
	Spans(ctx context.Context, source market.SourceID) ([]Span, error)
	// Drop drops the trades and spans of before a moment.
	Drop(ctx context.Context, before time.Time) error
}

// Span is a time of which a stream told every trade of the listings that it was asked for: that of its trades, not of our clock.
// From names it, with its source; of two with one name the later To and Done count.
type Span struct {
	Source   market.SourceID
	From, To time.Time
	Done     time.Time // until when bars were made of it; zero: none were
}

// Minutes are the whole minutes of a span that are over, so that nothing more is told of them, and of which no bars were made:
// from the beginning of the first to that of the one behind the last. There is none where they are equal.
func (s Span) Minutes() (from, to time.Time) {
	from = s.From.Add(time.Minute - time.Microsecond).Truncate(time.Minute)
	if from.Before(s.Done) {
		from = s.Done
	}
	if to = s.To.Add(-tardy).Truncate(time.Minute); to.Before(from) {
		to = from
	}
	return from, to
}

// tardy is how much later than others a trade may be told.
const tardy = 5 * time.Second
