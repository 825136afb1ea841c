package web

import (
	"bytes"
	"context"
	"io"
	"sync"
)

// Component is what can render itself: a templ component, without this package having to know templ.
type Component interface {
	Render(ctx context.Context, w io.Writer) error
}

// Render renders c into memory, so that an error in the middle of a page can still become an error page.
func Render(ctx context.Context, c Component) ([]byte, error) {
	out := borrow()
	defer giveBack(out)
	if err := c.Render(ctx, out); err != nil {
		return nil, err
	}
	return bytes.Clone(out.Bytes()), nil
}

// buffers are used again: a page is tens of kilobytes, and a buffer that has grown to that need not grow again.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func borrow() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

// giveBack keeps a buffer for the next page unless one giant page has swollen it.
func giveBack(b *bytes.Buffer) {
	if b.Cap() <= 1<<20 {
		buffers.Put(b)
	}
}
