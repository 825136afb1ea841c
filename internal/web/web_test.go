package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/web"
)

// plain is a face's Fail in its simplest form.
func plain(w http.ResponseWriter, _ *http.Request, err error) {
	http.Error(w, fault.Sentence(err), web.Status(err))
}

// logTo returns a logger that writes everything to b.
func logTo(b io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func serve(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// get asks for url with the given headers ("Name: value") by a client that neither unpacks nor follows anything.
func get(t *testing.T, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	return do(t, http.MethodGet, url, "", headers...)
}

func do(t *testing.T, method, url, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Add(name, value)
	}
	resp, err := (&http.Transport{DisableCompression: true, DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(got)
}

func TestTheLogHoldsNoTokenOfALink(t *testing.T) {
	for name, h := range map[string]web.Handler{
		"error": func(http.ResponseWriter, *http.Request) error { return fault.Busy },
		"panic": func(http.ResponseWriter, *http.Request) error { panic("at once") },
	} {
		var log bytes.Buffer
		mux := http.NewServeMux()
		mux.Handle("GET /welcome/{token}", web.Handle(logTo(&log), plain, h))
		s := serve(t, web.Recover(logTo(&log), plain, mux))
		get(t, s.URL+"/welcome/good-for-a-day")
		if text := log.String(); strings.Contains(text, "good-for-a-day") || !strings.Contains(text, "/welcome/{token}") {
			t.Errorf("%s: the log says %s", name, text)
		}
	}
}

func TestAnErrorBecomesItsStatusAndIsLoggedOnce(t *testing.T) {
	tooLarge := fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 5})
	for _, c := range []struct {
		err    error
		status int
		level  string
	}{
		{fault.Invalid, 400, "DEBUG"},
		{fault.Denied, 403, "DEBUG"},
		{fmt.Errorf("story: %w", fault.NotFound), 404, "DEBUG"},
		{fault.Conflict, 409, "DEBUG"},
		{tooLarge, 413, "DEBUG"},
		{errors.New("disk on fire"), 500, "ERROR"},
		{fault.Internal, 500, "ERROR"},
		{fault.Upstream, 502, "WARN"},
		{fault.Busy, 503, "WARN"},
		{context.DeadlineExceeded, 503, "WARN"},
	} {
		var log bytes.Buffer
		s := serve(t, web.Handle(logTo(&log), plain, func(http.ResponseWriter, *http.Request) error { return c.err }))
		resp, body := get(t, s.URL)
		if resp.StatusCode != c.status {
			t.Errorf("%v: status %d, want %d", c.err, resp.StatusCode, c.status)
		}
		if strings.Contains(body, "disk on fire") {
			t.Errorf("%v: the reader sees the inside: %q", c.err, body)
		}
		if n := strings.Count(log.String(), "level="); n != 1 || !strings.Contains(log.String(), "level="+c.level) {
			t.Errorf("%v: want one line of level %s, got %q", c.err, c.level, log.String())
		}
		if got := resp.Header.Get("Retry-After"); (got != "") != (c.status == 503) {
			t.Errorf("%v: Retry-After = %q", c.err, got)
		}
	}
}

func TestAHandlerWithoutErrorIsLeftAlone(t *testing.T) {
	var log bytes.Buffer
	s := serve(t, web.Handle(logTo(&log), plain, func(w http.ResponseWriter, _ *http.Request) error {
		_, err := io.WriteString(w, "fine")
		return err
	}))
	if resp, body := get(t, s.URL); resp.StatusCode != 200 || body != "fine" || log.Len() != 0 {
		t.Errorf("got %d %q, log %q", resp.StatusCode, body, log.String())
	}
}

func TestAPanicIsAnsweredAndLoggedWithItsStack(t *testing.T) {
	var log bytes.Buffer
	s := serve(t, web.Recover(logTo(&log), plain, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("ink spilt") })))
	resp, body := get(t, s.URL)
	if resp.StatusCode != 500 || strings.Contains(body, "ink") {
		t.Errorf("got %d %q", resp.StatusCode, body)
	}
	if !strings.Contains(log.String(), "ink spilt") || !strings.Contains(log.String(), "web_test.go") {
		t.Errorf("the log does not say what happened and where: %q", log.String())
	}
}

func TestAReplyThatBreaksOffDoesNotLookWhole(t *testing.T) {
	for name, h := range map[string]http.Handler{
		"panic": web.Recover(slog.New(slog.DiscardHandler), plain, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "half a pa")
			http.NewResponseController(w).Flush()
			panic("torn")
		})),
		"error": web.Handle(slog.New(slog.DiscardHandler), plain, func(w http.ResponseWriter, _ *http.Request) error {
			io.WriteString(w, "half a pa")
			http.NewResponseController(w).Flush()
			return fault.Internal
		}),
	} {
		s := httptest.NewUnstartedServer(web.Observe(func(string, int, time.Duration) {}, h))
		s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
		s.Start()
		defer s.Close()
		resp, err := http.Get(s.URL)
		if err != nil {
			continue // cut before the client saw a header: not whole either
		}
		defer resp.Body.Close()
		if body, err := io.ReadAll(resp.Body); err == nil {
			t.Errorf("%s: the client takes %q for the whole reply", name, body)
		}
	}
}

func TestABodyAboveTheLimitIsRefusedInWords(t *testing.T) {
	s := serve(t, web.Limit(20, web.Handle(slog.New(slog.DiscardHandler), plain, func(w http.ResponseWriter, r *http.Request) error {
		if err := web.Form(r); err != nil {
			return err
		}
		_, err := io.WriteString(w, r.PostForm.Get("headline"))
		return err
	})))
	const urlencoded = "Content-Type: application/x-www-form-urlencoded"
	for _, c := range []struct {
		body, kind string
		status     int
		says       string
	}{
		{"headline=Rates+rise", urlencoded, 200, "Rates rise"},
		{"headline=" + strings.Repeat("x", 20), urlencoded, 413, "limit is 20 bytes"},
		{"headline=%zz", urlencoded, 400, "cannot be understood"},
		{"--x", "Content-Type: multipart/form-data", 400, "cannot be understood"},
	} {
		resp, body := do(t, http.MethodPost, s.URL, c.body, c.kind)
		if resp.StatusCode != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%q: got %d %q, want %d and %q", c.body, resp.StatusCode, body, c.status, c.says)
		}
	}
}

func TestObserveSeesTheRouteAndNotThePath(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /story/{slug}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	mux.HandleFunc("GET /empty", func(http.ResponseWriter, *http.Request) {})
	var seen []string
	s := serve(t, web.Observe(func(route string, status int, took time.Duration) {
		if took < 0 {
			t.Errorf("took %v", took)
		}
		seen = append(seen, fmt.Sprintf("%d %s", status, route))
	}, mux))
	for _, path := range []string{"/story/a", "/empty", "/nowhere"} {
		get(t, s.URL+path)
	}
	s.Close() // waits for the handlers
	if got, want := strings.Join(seen, "|"), "418 GET /story/{slug}|200 GET /empty|404 "; got != want {
		t.Errorf("seen %q, want %q", got, want)
	}
}

type component struct {
	text string
	err  error
}

func (c component) Render(_ context.Context, w io.Writer) error {
	io.WriteString(w, c.text)
	return c.err
}

func TestRenderReturnsAllOrNothing(t *testing.T) {
	first, err := web.Render(t.Context(), component{text: "first"})
	if err != nil {
		t.Fatal(err)
	}
	if second, err := web.Render(t.Context(), component{"half", fault.NotFound}); second != nil || !errors.Is(err, fault.NotFound) {
		t.Errorf("got %q, %v", second, err)
	}
	if _, err := web.Render(t.Context(), component{text: "another"}); err != nil || string(first) != "first" {
		t.Errorf("a later page wrote over an earlier one: %q, %v", first, err)
	}
}
