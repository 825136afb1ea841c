package api

import (
	"bufio"
	"errors"
	"io"
	"maps"
	"net/http"
	"time"
)

// streamed brings a reply that is not kept past the cache, to all who wait for it.
type streamed struct{ reply Reply }

func (streamed) Error() string { return "a reply that is streamed" }

// Limits of a stream.
const (
	part     = 32 << 10         // bytes that are sent at once
	partTime = 30 * time.Second // within which a part must be taken: who reads slower is cut off
)

// stream writes a long reply in parts. An error in its midst cuts the connection: half a reply must not look whole.
func (f *Face) stream(w http.ResponseWriter, r *http.Request, reply Reply) error {
	h := w.Header()
	maps.Copy(h, cors)
	maps.Copy(h, reply.Header)
	h.Set("Content-Type", reply.ContentType)
	h.Set("Cache-Control", f.control(r, reply))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	out := bufio.NewWriterSize(parts{w, http.NewResponseController(w), r}, part)
	err := reply.Stream(out)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		f.o.Log.DebugContext(r.Context(), "a stream broke off", "path", r.URL.Path, "error", err)
		panic(http.ErrAbortHandler) // the way to say "cut the connection", meant for net/http
	}
	return nil
}

// parts sends what is written at once, as long as somebody reads it.
type parts struct {
	to      io.Writer
	control *http.ResponseController
	r       *http.Request
}

func (p parts) Write(b []byte) (int, error) {
	if err := p.r.Context().Err(); err != nil {
		return 0, err
	}
	_ = p.control.SetWriteDeadline(time.Now().Add(partTime)) // a writer that knows no deadlines has none to be moved
	n, err := p.to.Write(b)
	if err != nil {
		return n, err
	}
	if err := p.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return n, err
	}
	return n, nil
}
