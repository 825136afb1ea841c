package mcp

import (
	"context"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// lingering is a transport that tells its server only when all calls are answered that the client has nothing more to ask:
// a server gives up what it works on as soon as it hears that, and a client who ends its own side, as a pipe of the shell
// does, still reads.
type lingering struct{ sdk.Transport }

func (l lingering) Connect(ctx context.Context) (sdk.Connection, error) {
	c, err := l.Transport.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &lingerer{Connection: c, answered: make(chan struct{}, 1)}, nil
}

// lingerer is such a connection. Reads come one after the other, writes as they like.
type lingerer struct {
	sdk.Connection
	answered chan struct{} // has something in it where fewer calls may be open than before

	mu   sync.Mutex
	open map[any]bool // calls without an answer, by their ids
}

func (l *lingerer) Read(ctx context.Context) (jsonrpc.Message, error) {
	m, err := l.Connection.Read(ctx)
	if r, ok := m.(*jsonrpc.Request); ok && r.IsCall() {
		l.mark(r.ID, true)
	}
	if err != nil {
		l.linger(ctx)
	}
	return m, err
}

func (l *lingerer) Write(ctx context.Context, m jsonrpc.Message) error {
	err := l.Connection.Write(ctx, m)
	if r, ok := m.(*jsonrpc.Response); ok {
		l.mark(r.ID, false)
		select {
		case l.answered <- struct{}{}:
		default:
		}
	}
	return err
}

// mark notes that a call is open, or is no longer.
func (l *lingerer) mark(id jsonrpc.ID, open bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = map[any]bool{}
	}
	if open {
		l.open[id.Raw()] = true
	} else {
		delete(l.open, id.Raw())
	}
}

// linger waits until no call is open, or for as long as a call may take.
func (l *lingerer) linger(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, patience+time.Second)
	defer cancel()
	for l.busy() {
		select {
		case <-l.answered:
		case <-ctx.Done():
			return
		}
	}
}

func (l *lingerer) busy() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.open) > 0
}
