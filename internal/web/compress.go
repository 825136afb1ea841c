package web

import (
	"bytes"
	"io"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// compressible says whether content of this type is text, and so worth compressing.
func compressible(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	switch kind = strings.TrimSpace(kind); kind {
	case "application/json", "application/xml", "application/javascript", "application/manifest+json", "image/svg+xml":
		return true
	}
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+xml") || strings.HasSuffix(kind, "+json")
}

// The compressors keep half a megabyte each, so they are used again. The levels were measured on a board of 39 KB: brotli 11
// takes 100 times as long as 5 for a fifth less; gzip 5 takes a quarter of the time of the standard library's 6 for a
// twentieth more. A window of 2^18 holds any page of ours whole.
var (
	gzips = sync.Pool{New: func() any { return made(gzip.NewWriterLevel(nil, 5)) }}
	zstds = sync.Pool{New: func() any {
		return made(zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<18)))
	}}
	brotlis = sync.Pool{New: func() any { return brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: 5, LGWin: 18}) }}
)

// compressor is what all of them have in common.
type compressor interface {
	io.WriteCloser
	Reset(io.Writer)
}

// made is a compressor, whose only error is a level or a window that does not exist.
func made[C compressor](c C, err error) C {
	if err != nil {
		panic(err)
	}
	return c
}

// compress is body in a coding; best takes 100 times as long.
func compress(c coding, body []byte, best bool) []byte {
	if best {
		switch c {
		case brotlied:
			return compressed(brotli.NewWriterLevel(nil, brotli.BestCompression), body)
		case zstandard:
			return compressed(made(zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBestCompression))), body)
		}
		return compressed(made(gzip.NewWriterLevel(nil, gzip.BestCompression)), body)
	}
	pool := [identity]*sync.Pool{&brotlis, &zstds, &gzips}[c]
	w := pool.Get().(compressor)
	defer pool.Put(w)
	return compressed(w, body)
}

// compressed runs body through w. No compressor can fail unless its destination does, and a buffer does not.
func compressed(w compressor, body []byte) []byte {
	out := borrow()
	defer giveBack(out)
	w.Reset(out)
	w.Write(body)
	w.Close()
	w.Reset(nil) // or the pool would keep the buffer
	return bytes.Clone(out.Bytes())
}
