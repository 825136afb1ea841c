package web

import (
	"log/slog"
	"net/http"
	"time"
)

// idleTime is how long a connection may be idle, and how long writing a reply may take.
const idleTime = 60 * time.Second

// Server returns a server for h with the limits of the house: a slow or greedy client costs little and not for long. The
// caller gives it a listener, best one of [NewDoor] before one of [Join], and shuts it down. A route that answers longer than a minute calls [KeepOpen].
func Server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ConnContext:       withDoor,
		ConnState:         rest,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      idleTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    16 << 10,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: 100},
		// What net/http says there is about clients (bad TLS, broken requests): anybody can cause it, so it is no warning.
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelInfo),
	}
}

// KeepOpen lifts the server's deadlines from this reply: for event streams, which set a new write deadline before each
// event, and for large uploads and downloads. Without it the server's read deadline would cancel the request's context.
func KeepOpen(w http.ResponseWriter) error {
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	return control.SetWriteDeadline(time.Time{})
}

// Observe tells see about every request that h has answered: the pattern of its route ("" if none matched; a path would
// make as many series as there are stories), the status, and the time taken. Put it right around the mux: the mux notes
// the pattern on the request it is given, and a handler between that copies the request would hide it.
func Observe(see func(route string, status int, took time.Duration), h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o := &observed{ResponseWriter: w}
		start := time.Now()
		// Deferred, so that a panic is seen too. One that cuts the connection keeps the status that was sent, if any.
		defer func() {
			status := o.status
			if status == 0 { // nothing written is an empty 200
				status = http.StatusOK
			}
			route := r.Pattern
			see(route, status, time.Since(start))
			counted(r, func(took time.Duration) { see(route, status, took) })
		}()
		h.ServeHTTP(o, r)
	})
}

// observed is a ResponseWriter that remembers its status: 0 until the reply has begun.
type observed struct {
	http.ResponseWriter
	status int
}

func (o *observed) WriteHeader(status int) {
	if o.status == 0 && status >= 200 { // 1xx come before the reply
		o.status = status
	}
	o.ResponseWriter.WriteHeader(status)
}

func (o *observed) Write(b []byte) (int, error) {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	return o.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach what is below: flushing and deadlines.
func (o *observed) Unwrap() http.ResponseWriter { return o.ResponseWriter }
