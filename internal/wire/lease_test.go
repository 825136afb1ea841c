package wire_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
	"github.com/courant-news/courant/internal/web"
	"github.com/courant-news/courant/internal/wire"
	"github.com/courant-news/courant/internal/wire/provider"
)

// renewals is a store that notes when leases are taken and prolonged, and for how long.
type renewals struct {
	*store.DB
	taken []time.Time
	ends  time.Time
	gap   bool // a lease had run out when it was prolonged
}

func (r *renewals) Lease(ctx context.Context, name, holder string, term time.Duration) (market.Lease, bool, error) {
	now := time.Now()
	r.gap = r.gap || !r.ends.IsZero() && now.After(r.ends)
	r.taken, r.ends = append(r.taken, now), now.Add(term)
	return r.DB.Lease(ctx, name, holder, term)
}

func TestARoundOfASlowProviderDoesNotOutliveItsLease(t *testing.T) {
	const shares = 60 // at 13 seconds each they take longer than a lease lasts
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		symbol := r.URL.Query().Get("symbol")
		_, _ = fmt.Fprintf(w, `{"Global Quote":{"01. symbol":%q,"05. price":"35.91","07. latest trading day":"1999-12-31"}}`, symbol)
	}))
	defer server.Close()
	server.Config.SetKeepAlivesEnabled(false) // a connection that waits would hold up the clock of the test
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "paper.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		noted := &renewals{DB: db}
		var slow wire.Provider
		for _, p := range provider.Quotes() {
			if p.Source.ID == "alphavantage" {
				slow = p
			}
		}
		slow.Base = server.URL + "/"
		var listed []wire.Listed
		for i := range shares {
			listed = append(listed, wire.Listed{Symbol: market.Symbol(fmt.Sprintf("XNYS:S%d", i))})
		}
		fetch := web.NewFetcher(web.FetcherOptions{Trusted: []string{strings.TrimPrefix(server.URL, "http://")}})
		defer fetch.Close()
		r, err := wire.NewRunner([]wire.Provider{slow}, market.NewLedger(db, bus.New(), market.LedgerOptions{}), noted, fetch, wire.Options{
			Keys: map[market.SourceID]string{"alphavantage": "key"}, Listings: func(context.Context) ([]wire.Listed, error) { return listed, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if _, err := r.Turn(t.Context(), slow); err != nil {
			t.Fatal(err)
		}
		took := time.Since(begun)
		if noted.gap || time.Now().After(noted.ends) || took < 12*time.Minute || len(noted.taken) > 8 {
			t.Errorf("a round of %s renewed its lease %d times, the last until %s after it", took, len(noted.taken)-1, time.Until(noted.ends))
		}
		if s, err := db.Stats(t.Context()); err != nil || s.Observations != shares {
			t.Errorf("the store holds %+v, %v", s, err)
		}
	})
}
