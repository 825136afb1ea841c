package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/courant-news/courant/internal/fault"
)

// Socket is an open WebSocket to another server: texts in either direction, each whole. One goroutine at a time may read,
// and any may write.
type Socket struct {
	conn *websocket.Conn
	host string
}

// Dial opens a WebSocket by the same road as a fetch, with the same guard against addresses that are not public. A message of
// more than most bytes ends it. The address begins with wss://, or with ws:// where its host is trusted: else a key would be
// sent in the clear. The answer is that to the handshake; the errors are those of [Fetcher.Fetch], and fault.Upstream for a
// server that answers with anything but a WebSocket. None of them holds the address, which may bear a key.
func (f *Fetcher) Dial(ctx context.Context, address string, most int64) (*Socket, Answer, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "wss" && u.Scheme != "ws" || u.Host == "" || u.User != nil {
		return nil, Answer{}, fault.Because(fault.Invalid, "there is no WebSocket at such an address: write it as wss://example.org/")
	}
	if u.Scheme == "ws" && !slices.Contains(f.o.Trusted, HostPort(u)) {
		return nil, Answer{}, fault.Because(fault.Invalid, "%s would be spoken to in the clear: write its address with wss://", u.Host)
	}
	conn, resp, err := websocket.Dial(ctx, address, &websocket.DialOptions{
		HTTPClient: f.client, HTTPHeader: http.Header{"User-Agent": {f.o.Agent}},
	})
	var a Answer
	if resp != nil {
		a = Answer{Status: resp.StatusCode, Header: resp.Header, RetryAfter: wait(resp.Header)}
	}
	switch {
	case err != nil && a.Status != 0 && a.Status != http.StatusSwitchingProtocols:
		return nil, a, fault.Because(fault.Upstream, "%s answers with %d %s and not with a WebSocket", u.Host, a.Status, http.StatusText(a.Status))
	case err != nil && a.Status != 0:
		return nil, a, fault.Because(fault.Upstream, "%s does not speak WebSocket as it says", u.Host)
	case err != nil:
		return nil, a, unreached(u, err)
	}
	conn.SetReadLimit(most)
	return &Socket{conn: conn, host: u.Host}, a, nil
}

// Read returns the next message. The error is fault.Upstream where the connection has ended, or what came is no text.
func (s *Socket) Read(ctx context.Context) ([]byte, error) {
	kind, message, err := s.conn.Read(ctx)
	if err != nil {
		return nil, s.ended(ctx, err)
	}
	if kind != websocket.MessageText {
		return nil, fault.Because(fault.Upstream, "%s sends bytes where a text is expected", s.host)
	}
	return message, nil
}

// Write sends a message.
func (s *Socket) Write(ctx context.Context, message string) error {
	return s.ended(ctx, s.conn.Write(ctx, websocket.MessageText, []byte(message)))
}

// Ping asks the other side whether it is still there, and waits for its answer, which comes only while somebody reads.
func (s *Socket) Ping(ctx context.Context) error { return s.ended(ctx, s.conn.Ping(ctx)) }

// Close says farewell, and lets go of the connection whether it is answered or not.
func (s *Socket) Close() {
	const patience = time.Second
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.conn.Close(websocket.StatusNormalClosure, "") // there is nothing left to be lost
	}()
	select {
	case <-done:
	case <-time.After(patience):
		_ = s.conn.CloseNow()
		<-done
	}
}

// ended says in a sentence why a connection is no more.
func (s *Socket) ended(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var said websocket.CloseError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return fault.Because(fault.Upstream, "%s does not answer in time", s.host)
	case errors.Is(err, websocket.ErrMessageTooBig):
		return fault.Because(fault.Upstream, "%s sends a message that is longer than any should be", s.host)
	case errors.As(err, &said):
		return fault.Because(fault.Upstream, "%s has ended the connection: %s", s.host, farewell(said))
	}
	return fault.Because(fault.Upstream, "the connection to %s was cut: %w", s.host, err)
}

// farewell is why a server says that it ended a connection.
func farewell(said websocket.CloseError) string {
	if said.Reason != "" {
		return fmt.Sprintf("%.100s", strings.ToValidUTF8(said.Reason, ""))
	}
	return "it gives no reason but its code " + strconv.Itoa(int(said.Code))
}
