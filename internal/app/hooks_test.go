package app_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/hook"
	"github.com/courant-news/courant/internal/market"
)

func TestAPaperThatIsServedTellsItsHooks(t *testing.T) {
	bodies := make(chan string, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- string(body)
	}))
	defer receiver.Close()
	host := strings.TrimPrefix(receiver.URL, "http://")
	a, err := app.New(t.Context(), app.Config{
		Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Metrics: "127.0.0.1:0", Base: "EUR", Receivers: host, URL: "https://paper.example",
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	about, err := hook.ParseSubject("EUR/USD", "1", "")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	h, err := hook.New(receiver.URL, about, []string{host}, now.Add(-time.Hour))
	if err == nil {
		err = a.Store.AddHook(t.Context(), h)
	}
	if err != nil {
		t.Fatal(err)
	}
	bank := market.Source{ID: "bank", Name: "A Bank", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free}
	var said []market.Observation
	today := now.UTC().Truncate(24 * time.Hour)
	for day, value := range map[time.Time]string{today.AddDate(0, 0, -1): "1.00", today: "1.10"} {
		said = append(said, market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal(value), market.Moment{At: day, Seen: now}, "bank", ""))
	}
	if _, err := a.Ledger.Record(t.Context(), []market.Source{bank}, said, nil); err != nil {
		t.Fatal(err)
	}
	var body string
	select {
	case body = <-bodies:
	case <-time.After(time.Minute):
		t.Fatal("nothing is told")
	}
	if !strings.Contains(body, `"percent":"10"`) || !strings.Contains(body, `"record":"https://paper.example/numbers/`) {
		t.Errorf("told is %s", body)
	}
	counted := ""
	for until := time.Now().Add(time.Minute); !strings.Contains(counted, `courant_hook_deliveries{state="taken"} 1`); { // noted once the answer is there
		if time.Now().After(until) {
			t.Fatal("it is never noted")
		}
		_, counted = fetched(t, "http://"+a.MetricsAddr()+"/metrics")
	}
	for _, want := range []string{`courant_hooks{state="on"} 1`, `courant_hooks{state="off"} 0`, `courant_hook_deliveries{state="waiting"} 0`, `courant_hook_attempts_total{result="failed"} 0`} {
		if !strings.Contains(counted, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}
