// Package web is the HTTP kit that the faces share: handlers that return errors, finished pages that answer from
// memory, a cache of them, security headers, hashed assets, and the server's limits.
//
// It knows no story, rate or template, and has no routes: a face owns its mux. It does not render; a face renders to
// bytes ([Render]), makes a [Page] of them once and serves that page many times. Start at [Handle] and [NewPage].
//
// The usual order, from outside in: [Door], [Server], [Secure], [Observe], [Recover], the mux, [Handle].
//
// Everything here is safe for concurrent use. Durations are measured with the monotonic clock; nothing here starts a
// goroutine, except that [Door.Wait] waits in one and a [Stream] has one for each reader.
package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/courant-news/courant/internal/fault"
)

// Handler answers a request or returns why it cannot. One that returns an error has written nothing yet.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Fail answers a request with an error in the manner of a face: a page, a JSON object, a dialect's body. It chooses its
// status by [Status] and its words by [fault.Sentence]. Headers that belong to the kind are already set.
type Fail func(w http.ResponseWriter, r *http.Request, err error)

// retryAfter is the number of seconds after which a Busy request may come again.
const retryAfter = "5"

// Handle makes an [http.Handler] of h. An error is logged here, once, and answered by fail.
func Handle(log *slog.Logger, fail Fail, h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		level := slog.LevelDebug
		if r.Context().Err() == nil { // else the reader left, and whatever failed after that is no news
			level = severity(err)
		}
		log.Log(r.Context(), level, "request failed", "method", r.Method, "path", named(r), "status", Status(err), "error", err)
		refuse(w, r, fail, err)
	})
}

// Recover turns a panic below it into an Internal error, logged with its stack and answered by fail.
func Recover(log *slog.Logger, fail Fail, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler { // the way to say "cut the connection", meant for net/http
				panic(cause)
			}
			log.ErrorContext(r.Context(), "panic", "method", r.Method, "path", named(r), "panic", cause, "stack", string(debug.Stack()))
			refuse(w, r, fail, fmt.Errorf("%w: panic: %v", fault.Internal, cause))
		}()
		h.ServeHTTP(w, r)
	})
}

// named is a request's path for the log, in which nobody may find the token of a link that is still good.
func named(r *http.Request) string {
	if token := r.PathValue("token"); token != "" {
		return strings.ReplaceAll(r.URL.Path, token, "{token}")
	}
	return r.URL.Path
}

// refuse answers with err, or cuts the connection where an answer has begun: half a page must not look like a whole one.
func refuse(w http.ResponseWriter, r *http.Request, fail Fail, err error) {
	if seen, ok := w.(*observed); ok && seen.status != 0 {
		panic(http.ErrAbortHandler)
	}
	if fault.KindOf(err) == fault.Busy {
		w.Header().Set("Retry-After", retryAfter)
	}
	fail(w, r, err)
}

// Status returns the HTTP status for err: the one table from kinds to statuses. A body above its limit is 413 whatever
// its kind, so that a client learns which of its mistakes it was.
func Status(err error) int {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return http.StatusRequestEntityTooLarge
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Gone:
		return http.StatusGone
	case fault.Denied:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.Busy:
		return http.StatusServiceUnavailable
	case fault.Upstream:
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}

// severity is how loud err is in the log: what the asker did wrong is no concern of the operator's.
func severity(err error) slog.Level {
	switch status := Status(err); {
	case status == http.StatusInternalServerError:
		return slog.LevelError
	case status > http.StatusInternalServerError:
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// Limit refuses to read more than n bytes of a request's body. Reading beyond is an [http.MaxBytesError], which [Form]
// turns into words and [Status] into 413.
func Limit(n int64, h http.Handler) http.Handler { return http.MaxBytesHandler(h, n) }

// Form parses the request's query and its body, URL-encoded or multipart, keeping up to 1 MB of files in memory. What
// cannot be read is Invalid.
func Form(r *http.Request) error {
	err := r.ParseForm() // first: ParseMultipartForm forgets its error where the body is not multipart
	if err == nil {
		err = r.ParseMultipartForm(1 << 20)
	}
	if err == nil || errors.Is(err, http.ErrNotMultipart) {
		return nil
	}
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fmt.Errorf("%w: %w", fault.Because(fault.Invalid, "That is too much to send at once: the limit is %d bytes.", large.Limit), err)
	}
	return fmt.Errorf("parse the form: %w: %w", fault.Invalid, err)
}
