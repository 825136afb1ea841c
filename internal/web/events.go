package web

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Sent is a server-sent event: any of its parts may be missing.
type Sent struct {
	ID    string // to be brought back as Last-Event-ID
	Data  string
	Retry time.Duration // how long to wait before coming back, as the server wants it
}

// mostRetry is how long a server may have somebody wait at most.
const mostRetry = 5 * time.Minute

// Listen asks for a stream of server-sent events, and tells each, until the stream ends. It ends, too, where nothing comes for
// as long as silence, for a server with nothing to tell sends a comment now and then; its length is not limited, that of an event
// is. A reply that is no success is an Answer, with its body; else the error says why the stream ended, and is never nil: that of told,
// that of the context, or fault.Upstream.
func (f *Fetcher) Listen(ctx context.Context, q Query, silence time.Duration, told func(Sent) error) (Answer, error) {
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	silent := fault.Because(fault.Upstream, "the stream has been silent for %s", silence)
	patience := time.AfterFunc(silence, func() { leave(silent) })
	defer patience.Stop()
	req, err := f.request(ctx, q)
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Accept", "text/event-stream, application/json;q=0.5")
	client := *f.client
	client.Timeout = 0 // a stream has no end; silence has
	resp, err := client.Do(req)
	if err != nil {
		if errors.Is(context.Cause(ctx), silent) {
			return Answer{}, silent
		}
		return Answer{}, unreached(req.URL, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		a := Answer{Status: resp.StatusCode, Header: resp.Header, RetryAfter: wait(resp.Header)}
		a.Body, err = f.read(resp)
		return a, err
	}
	err = ReadEvents(heard{resp.Body, func() { patience.Reset(silence) }}, int(f.o.Most), told)
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, silent):
		err = silent
	case cause != nil:
		err = cause
	case err == nil, errors.Is(err, io.ErrUnexpectedEOF):
		err = fault.Because(fault.Upstream, "%s ended the stream", req.URL.Host)
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header}, err
}

// heard is a reader that says when something came.
type heard struct {
	io.Reader
	something func()
}

func (h heard) Read(b []byte) (int, error) {
	n, err := h.Reader.Read(b)
	if n > 0 {
		h.something()
	}
	return n, err
}

// ReadEvents reads server-sent events as the HTML standard has them and tells each, to the end of what is read, which is no error; an
// event that has not ended there is left out. Nothing is told of comments, and of an event's name. The error is that of told, that of
// the reader, or fault.Upstream for an event of more bytes than most.
func ReadEvents(r io.Reader, most int, told func(Sent) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, min(most, 4<<10)), most)
	lines.Split(eventLine)
	var event Sent
	var data []byte
	some, started := false, false
	for lines.Scan() {
		line := lines.Bytes()
		if !started {
			line, started = bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF")), true
		}
		if len(line) == 0 {
			if some {
				event.Data = string(bytes.TrimSuffix(data, []byte("\n")))
				if err := told(event); err != nil {
					return err
				}
			}
			event, data, some = Sent{}, data[:0], false
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "data":
			if data, some = append(append(data, value...), '\n'), true; len(data) > most {
				return fault.Because(fault.Upstream, "an event of the stream is longer than %d bytes", most)
			}
		case "id":
			if bytes.IndexByte(value, 0) < 0 {
				event.ID, some = string(value), true
			}
		case "retry":
			if ms, err := strconv.ParseUint(string(value), 10, 31); err == nil {
				event.Retry, some = min(time.Duration(ms)*time.Millisecond, mostRetry), true
			}
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fault.Because(fault.Upstream, "an event of the stream is longer than %d bytes", most)
	} else if err != nil {
		return err
	}
	return nil
}

// eventLine splits lines that end with CR LF, LF or CR. A CR that is the last byte so far waits for what follows, which keeps an event
// back only where a server ends lines with CR alone.
func eventLine(b []byte, end bool) (advance int, line []byte, err error) {
	i := bytes.IndexAny(b, "\r\n")
	switch {
	case i < 0, b[i] == '\r' && i == len(b)-1 && !end:
		return 0, nil, nil // what does not end is left out
	case b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n':
		return i + 2, b[:i], nil
	}
	return i + 1, b[:i], nil
}
