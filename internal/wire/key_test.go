package wire_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
	"github.com/courant-news/courant/internal/wire"
)

func TestAKeyIsWantedSentAndNeverKept(t *testing.T) {
	w := newWorld(t)
	var asked string
	w.answer = func(rw http.ResponseWriter, r *http.Request) {
		asked = r.URL.RawQuery
		_, _ = rw.Write([]byte("2026-02-02 USD 1.1840\n"))
	}
	w.provider.Key = "API key"
	w.provider.Requests = func(a wire.Ask) []wire.Request { return []wire.Request{{Path: "daily?key=" + a.Key}} }
	if _, err := w.turn(t); fault.KindOf(err) != fault.Invalid || w.asked.Load() != 0 {
		t.Errorf("without a key: %v, asked %d times", err, w.asked.Load())
	}
	fetch := web.NewFetcher(web.FetcherOptions{Trusted: []string{strings.Split(w.provider.Base, "/")[2]}})
	t.Cleanup(fetch.Close)
	keyed, err := wire.NewRunner([]wire.Provider{w.provider}, w.ledger, w.db, fetch, wire.Options{
		Keys: map[market.SourceID]string{"bank": "secret"}, Now: func() time.Time { return w.clock },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.clock = w.status(t).Next
	if _, err := keyed.Turn(t.Context(), w.provider); err != nil || asked != "key=secret" {
		t.Fatalf("asked with %q: %v", asked, err)
	}
	r, err := w.db.Reply(t.Context(), "bank", w.clock)
	if err != nil || strings.Contains(r.Path, "secret") {
		t.Errorf("kept is %q, %v", r.Path, err)
	}
	for path := range w.status(t).Tags {
		if strings.Contains(path, "secret") {
			t.Errorf("the status has the tag of %q", path)
		}
	}
}
