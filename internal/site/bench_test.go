package site_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/demo"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/site"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/store/resident"
)

// BenchmarkStoryPage draws a story with its figures, its ticker and the board of its day: as if nothing were known, as one
// that nobody asked for since the last change, and as the cache answers it.
func BenchmarkStoryPage(b *testing.B) {
	s, hints := demonstration(b, 0)
	const path = "/2026/02/02/baku-and-moscow-drift-apart"
	b.Run("anew", func(b *testing.B) {
		defer reporting(b)()
		for b.Loop() {
			// A revised number empties the cache, as it does in a paper that is being written.
			hints.Publish(bus.Event{Topic: market.PriceTopic})
			ask(b, s, path)
		}
	})
	b.Run("drawn", func(b *testing.B) {
		s, _ := demonstration(b, 1)
		defer reporting(b)()
		for b.Loop() {
			ask(b, s, path)
		}
	})
	b.Run("kept", func(b *testing.B) {
		defer reporting(b)()
		for b.Loop() {
			ask(b, s, path)
		}
	})
}

// reporting begins to count the time of the processor, which another program on the machine moves less; what it returns reports it.
func reporting(b *testing.B) (report func()) {
	before := processor(b)
	return func() { b.ReportMetric(float64(processor(b)-before)/float64(b.N), "cpu-ns/op") }
}

// processor is how much time of the processor the tests have taken.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkBoardPage draws the board of all currencies with their lines, from a store in memory as a served paper has it, each
// time anew; and the course of one of them.
func BenchmarkBoardPage(b *testing.B) {
	s, hints := demonstration(b, 0)
	for name, path := range map[string]string{
		"board": "/markets/", "another base": "/markets/?base=JPY", "course": "/markets/currencies/NOK?range=all", "comparison": "/markets/currencies/NOK?with=SEK",
		"conversion": "/convert?amount=100&from=USD&to=JPY",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				hints.Publish(bus.Event{Topic: market.PriceTopic})
				ask(b, s, path)
			}
		})
	}
}

// BenchmarkBoardSearch draws the page anew for each of many searches of one board.
func BenchmarkBoardSearch(b *testing.B) {
	s, _ := demonstration(b, 1)
	for n := 0; b.Loop(); n++ {
		ask(b, s, "/markets/?q=a"+strconv.Itoa(n))
	}
}

func ask(b *testing.B, s http.Handler, path string) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		b.Fatal(w.Code, w.Body)
	}
	b.SetBytes(int64(w.Body.Len()))
}

// demonstration is the site over the bundled paper, with its rates in memory as a paper that is served has them. It keeps
// pages up to so many bytes; 0 is what a served paper keeps.
func demonstration(b *testing.B, pages int) (http.Handler, bus.Bus) {
	b.Helper()
	file, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "paper.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { file.Close() })
	hints := bus.New()
	db, err := resident.Open(b.Context(), file, hints, resident.Options{})
	if err != nil {
		b.Fatal(err)
	}
	ledger := market.NewLedger(db, hints, market.LedgerOptions{Now: time.Now})
	if err := demo.Fill(b.Context(), ledger, news.NewNewsroom(db, ledger, hints, time.Now)); err != nil {
		b.Fatal(err)
	}
	s, err := site.New(news.NewPaper(db), ledger, hints, site.Options{Name: "The Bench", Now: time.Now, PageMemory: pages})
	if err != nil {
		b.Fatal(err)
	}
	return s, hints
}
