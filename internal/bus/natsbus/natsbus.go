// Package natsbus carries the bus's hints between the machines of one paper, over core NATS.
//
// A hint says that something changed, never what it is now, and the store is the truth: so nothing here is kept, acknowledged or
// repeated. What this machine publishes its own listeners hear at once, whether NATS is there or not; the others hear it
// when NATS brings it. While the connection is lost hints are lost, and once it is back every listener hears that anything may have
// changed. A NATS that is down at the start is waited for in the background, so it can make the paper slower and never stop it.
//
// All methods are safe for concurrent use. Listeners are called as [bus.New] calls them, those of other machines' hints in a
// goroutine of the connection.
package natsbus

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
)

// Options are what a bus may be told; the zero value works.
type Options struct {
	Subject string        // of the paper's hints; empty: courant.hint. Papers that share a NATS each need their own
	Wait    time.Duration // between attempts to connect; 0: a second, and up to half of one more
	Log     *slog.Logger  // nil: nothing is logged
}

// Bus is a [bus.Bus] of several machines.
type Bus struct {
	bus.Bus
	topics  []string
	subject string
	log     *slog.Logger
	conn    *nats.Conn
}

// hint is an event as it is sent.
type hint struct {
	Topic string `json:"topic"`
	Key   string `json:"key,omitempty"`
}

const longest = 4 << 10 // bytes of a hint: what is longer is none of ours

// Check says what is wrong with the addresses of NATS servers, with commas between; none are right, too. The error is fault.Invalid.
func Check(servers string) error {
	if servers == "" {
		return nil
	}
	for server := range strings.SplitSeq(servers, ",") {
		u, err := url.Parse(strings.TrimSpace(server))
		if err != nil || u.Scheme != "nats" && u.Scheme != "tls" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
			return fault.Because(fault.Invalid, "one of the addresses is none of a NATS server: write it as nats://10.0.0.5:4222")
		}
	}
	return nil
}

// Open connects to one of the servers, or goes on trying. The topics are all that are published: of each of them anything may
// have changed after a gap. The error is fault.Invalid, for what is no address of a server.
func Open(servers string, topics []string, o Options) (*Bus, error) {
	if err := Check(servers); err != nil {
		return nil, err
	}
	b := &Bus{Bus: bus.New(), topics: topics, subject: o.Subject, log: o.Log}
	if b.subject == "" {
		b.subject = "courant.hint"
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	wait := o.Wait
	if wait == 0 {
		wait = time.Second
	}
	var err error
	b.conn, err = nats.Connect(servers,
		nats.Name("courant"),
		nats.NoEcho(), // its own listeners have heard it already
		nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(wait), nats.ReconnectJitter(wait/2, wait/2),
		nats.ReconnectBufSize(-1), // a hint that cannot be sent is lost, and made good when the connection is back
		nats.ConnectHandler(func(c *nats.Conn) { b.all(c, "NATS is connected") }),
		nats.ReconnectHandler(func(c *nats.Conn) { b.all(c, "NATS is connected again") }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				b.log.Warn("NATS is lost: other machines' changes are seen later until it is back", "err", err)
			}
		}),
		nats.ErrorHandler(func(c *nats.Conn, _ *nats.Subscription, err error) {
			b.log.Warn("NATS reports", "err", err)
			if errors.Is(err, nats.ErrSlowConsumer) {
				b.all(c, "hints were dropped")
			}
		}))
	if err == nil {
		_, err = b.conn.Subscribe(b.subject, b.hear)
	}
	if err != nil {
		b.Close()
		return nil, fault.Because(fault.Invalid, "NATS cannot be used: %w", err)
	}
	return b, nil
}

// Publish implements [bus.Bus].
func (b *Bus) Publish(e bus.Event) {
	b.Bus.Publish(e)
	b.send(b.conn, e)
}

// send tells the other machines. What cannot be sent is made good when the connection is back.
func (b *Bus) send(c *nats.Conn, e bus.Event) {
	text, err := json.Marshal(hint(e))
	if err == nil {
		err = c.Publish(b.subject, text)
	}
	if err != nil {
		b.log.Debug("a hint was not sent", "topic", e.Topic, "err", err)
	}
}

// hear takes a hint of another machine. It goes to this machine's listeners and no further.
func (b *Bus) hear(m *nats.Msg) {
	var h hint
	if len(m.Data) > longest || json.Unmarshal(m.Data, &h) != nil || h.Topic == "" {
		b.log.Warn("something that is no hint came over NATS", "bytes", len(m.Data))
		return
	}
	b.Bus.Publish(bus.Event(h))
}

// all tells this machine's listeners and the others that anything may have changed: what they said meanwhile did not come here, nor
// what was said here to them.
func (b *Bus) all(c *nats.Conn, why string) {
	b.log.Info(why + ": everything is looked at again")
	for _, topic := range b.topics {
		b.Bus.Publish(bus.Event{Topic: topic})
		b.send(c, bus.Event{Topic: topic})
	}
}

// Close sends what waits, for a second at most, and ends the connection; its own listeners still hear what this machine publishes.
func (b *Bus) Close() {
	if b.conn == nil {
		return
	}
	if b.conn.IsConnected() {
		_ = b.conn.FlushTimeout(time.Second) // a hint that is not sent costs time only
	}
	b.conn.Close()
}
