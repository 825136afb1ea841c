package app_test

import (
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/demo"
)

// A program takes the seat that a page would have had: --streams is for both.
func TestPagesAndProgramsShareTheStreamsOfAProcess(t *testing.T) {
	config := app.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Name: "Courant", Base: "EUR", Streams: "1"}
	a, err := app.New(t.Context(), config, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Fill(t.Context(), a.Ledger, a.Newsroom); err != nil {
		t.Fatal(err)
	}
	serve(t, a)
	ask := func(path string, want int) io.Closer {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.Addr()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, resp.StatusCode, want)
		}
		return resp.Body
	}
	const page, program = "/stream?topics=strip", "/api/v1/stream?symbols=EUR/USD"
	for _, c := range [][2]string{{page, program}, {program, page}} {
		first := ask(c[0], http.StatusOK)
		_ = ask(c[1], http.StatusServiceUnavailable).Close()
		if n := a.Streams(); n != 1 {
			t.Errorf("%d are open", n)
		}
		_ = first.Close()
		waited(t, func() bool { return a.Streams() == 0 })
	}
}
