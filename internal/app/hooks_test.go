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
	"github.com/courant-news/courant/internal/news"
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

func TestAHubIsToldAfterAStoryIsPublishedAndAfterItIsCorrected(t *testing.T) {
	told := make(chan string, 100)
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.PostFormValue("hub.mode") != "publish" {
			t.Errorf("the hub was sent %s %v", r.Method, r.PostForm)
		}
		told <- r.PostFormValue("hub.url")
		w.WriteHeader(http.StatusAccepted)
	}))
	defer hub.Close()
	config := app.Config{
		Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Base: "EUR", URL: "https://paper.example", Hub: hub.URL + "/", Receivers: strings.TrimPrefix(hub.URL, "http://"),
	}
	a, err := app.New(t.Context(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	serve(t, a)
	// heard waits until the hub was told of each of some feeds.
	heard := func(paths ...string) {
		t.Helper()
		missing := map[string]bool{}
		for _, path := range paths {
			for _, format := range []string{"atom", "rss", "json"} {
				missing["https://paper.example"+path+"feed."+format] = true
			}
		}
		for len(missing) > 0 {
			select {
			case feed := <-told:
				if !missing[feed] {
					t.Errorf("the hub is told of %s", feed)
				}
				delete(missing, feed)
			case <-time.After(time.Minute):
				t.Fatalf("the hub is not told of %v", missing)
			}
		}
	}
	content := news.Content{Headline: "A story", Section: "news", Topics: []news.Slug{"euro"}, Bylines: []string{"Ada Author"}, Body: "Text."}
	r, err := a.Newsroom.Save(t.Context(), news.Submission{Content: content, Author: "editor"})
	if err == nil {
		_, err = a.Newsroom.Move(t.Context(), r.Story, news.Move{To: news.Published, Revision: 1, By: "editor"})
	}
	if err != nil {
		t.Fatal(err)
	}
	heard("/", "/sections/news/", "/topics/euro/", "/authors/ada-author/")
	content.Body = "Better text."
	r, err = a.Newsroom.Save(t.Context(), news.Submission{ID: r.Story, BasedOn: 1, Content: content, Author: "editor"})
	if err == nil {
		_, err = a.Newsroom.Move(t.Context(), r.Story, news.Move{
			To: news.Published, Revision: 2, By: "editor", Reason: "r", Notice: news.Notice{Kind: news.FactCorrection, Text: "The text was worse."},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	heard("/", "/sections/news/", "/topics/euro/", "/authors/ada-author/", "/corrections/")
}

func TestAHubThatCannotBeToldIsRefusedWithTheRemedy(t *testing.T) {
	for _, c := range []struct{ hub, url, says string }{
		{"hub.example", "https://paper.example", "the setting hub: \"hub.example\" is no web address"},
		{"http://hub.example/", "https://paper.example", "the setting hub: hub.example:80 would be told in the open"},
		{"https://hub.example/", "", "the setting hub needs the setting url"},
	} {
		config := app.Config{Data: t.TempDir(), Listen: "127.0.0.1:0", Base: "EUR", URL: c.url, Hub: c.hub}
		if err := config.Check(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
